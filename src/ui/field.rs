//! Fields of forms: a label, a hint and an error that belong to their input for readers too.

use super::icon::{Glyph, Icon};
use leptos::html;
use leptos::prelude::*;

/// A one-line input with its label, hint and error.
///
/// It is left to the browser until the page answers to clicks, so nothing that was typed early is lost; from then on
/// `value` and the input follow each other.
#[component]
pub fn Field(
    /// Unique within the page.
    id: &'static str,
    /// Name within its form.
    name: &'static str,
    /// What to type.
    #[prop(into)]
    label: String,
    /// `text`, `email` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What helps to type it right.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What the browser may fill in by itself.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The keyboard to offer on a phone.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// The form cannot do without it.
    #[prop(optional)]
    required: bool,
    /// The shortest text, in characters.
    #[prop(optional)]
    minlength: Option<usize>,
    /// The longest text, in characters.
    #[prop(optional)]
    maxlength: Option<usize>,
    /// Has the focus when the page, or the dialog around it, opens.
    #[prop(optional)]
    autofocus: bool,
    /// The text, for forms that are read by the program.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
) -> impl IntoView {
    let element = NodeRef::<html::Input>::new();
    if let Some(value) = value {
        follow_each_other(element, value);
    }
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = {
        let (hint_id, error_id, has_hint) = (hint_id.clone(), error_id.clone(), hint.is_some());
        move || {
            let hint = has_hint.then_some(hint_id.as_str());
            let error = error.with(Option::is_some).then_some(error_id.as_str());
            let ids: Vec<&str> = hint.into_iter().chain(error).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <input
                node_ref=element
                class="field-input"
                id=id
                name=name
                type=kind
                autocomplete=autocomplete
                inputmode=inputmode
                required=required
                minlength=minlength.map(|n| n.to_string())
                maxlength=maxlength.map(|n| n.to_string())
                autofocus=autofocus
                value=value.map(|value| value.get_untracked())
                spellcheck="false"
                aria-describedby=described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| {
                    if let Some(value) = value {
                        value.set(event_target_value(&event));
                    }
                }
            />
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            <FieldError id=error_id error/>
        </div>
    }
}

/// What is wrong with a field, read out when it appears.
#[component]
fn FieldError(id: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field-error" id=id role="alert">
            {move || {
                error
                    .get()
                    .map(|sentence| view! { <Glyph icon=Icon::Alert/> <span>{sentence}</span> })
            }}
        </div>
    }
}

/// Takes over what was typed before the program came, then lets the input show what the program sets.
fn follow_each_other(element: NodeRef<html::Input>, value: RwSignal<String>) {
    Effect::new(move |before: Option<bool>| {
        let Some(input) = element.get() else { return false };
        if before == Some(true) {
            let wanted = value.get();
            if input.value() != wanted {
                input.set_value(&wanted);
            }
        } else {
            value.set(input.value());
            value.track();
        }
        true
    });
}
