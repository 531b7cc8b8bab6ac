//! The one place with a `<textarea>`.
//!
//! Its text is never drawn as HTML: the framework does not escape what stands between the tags, so a draft could become
//! markup. The server draws it empty and the browser fills it in afterwards; a test of the house looks for others.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;

/// Marks a field that the program has taken over once.
const TAKEN_OVER: &str = "data-taken-over";

/// A field for several lines that grows with its text.
#[component]
pub fn TextArea(
    /// Its element, for the focus.
    element: NodeRef<html::Textarea>,
    /// Unique within the page.
    #[prop(into)]
    id: String,
    /// The hook for tests.
    testid: &'static str,
    /// Its name for readers.
    #[prop(into)]
    label: String,
    /// What stands in it while it is empty.
    #[prop(into)]
    placeholder: String,
    /// The text; the field and this follow each other.
    text: ArcRwSignal<String>,
    /// Called with what a person types, not with what the program sets.
    #[prop(into)]
    on_typed: Callback<String>,
    /// Nothing can be typed.
    #[prop(into)]
    disabled: Signal<bool>,
    /// The text is not good as it is.
    #[prop(into)]
    invalid: Signal<bool>,
    /// Ids of what explains it.
    #[prop(into)]
    described_by: String,
) -> impl IntoView {
    follow_text(element, text.clone(), on_typed);
    let typed = move |event| {
        let typed = event_target_value(&event);
        text.set(typed.clone());
        on_typed.run(typed);
    };
    view! {
        <textarea
            node_ref=element
            class="text-area"
            id=id
            data-testid=testid
            rows="1"
            // A browser that brings back an old text after a reload would hide a newer draft.
            autocomplete="off"
            aria-label=label
            aria-describedby=described_by
            aria-invalid=move || invalid.get().then_some("true")
            placeholder=placeholder
            disabled=move || disabled.get()
            on:input=typed
        ></textarea>
    }
}

/// Takes over what was typed before the program came, and lets the field show what the program sets.
fn follow_text(element: NodeRef<html::Textarea>, text: ArcRwSignal<String>, on_typed: Callback<String>) {
    Effect::new(move |has_begun: Option<bool>| {
        let Some(field) = element.get() else { return has_begun.unwrap_or(false) };
        // The element outlives a chat: what stands in it when the next one opens is the other chat's text, not typed
        // early.
        let is_fresh = has_begun != Some(true) && !field.has_attribute(TAKEN_OVER);
        _ = field.set_attribute(TAKEN_OVER, "");
        let typed_early = field.value();
        if is_fresh && !typed_early.is_empty() {
            let joined = text.with_untracked(|draft| join(draft, &typed_early));
            text.set(joined.clone());
            on_typed.run(joined);
        }
        let wanted = text.get();
        if field.value() != wanted {
            field.set_value(&wanted);
        }
        grow(&field);
        true
    });
}

/// A draft, and what was typed into the field while it still looked empty: neither is lost.
fn join(draft: &str, typed_early: &str) -> String {
    if draft.trim().is_empty() || draft == typed_early {
        typed_early.to_owned()
    } else {
        format!("{draft}\n{typed_early}")
    }
}

/// As high as its text, up to the limit in the style sheet.
fn grow(field: &HtmlTextAreaElement) {
    use leptos::wasm_bindgen::JsCast;
    let Some(element) = field.dyn_ref::<leptos::web_sys::HtmlElement>() else { return };
    let style = element.style();
    // Fails only for styles that do not exist.
    _ = style.set_property("height", "auto");
    _ = style.set_property("height", &format!("{}px", element.scroll_height()));
}

#[cfg(test)]
mod tests {
    use super::{TextArea, join};
    use leptos::prelude::*;

    #[test]
    fn the_server_draws_the_field_empty_whatever_the_draft() {
        let page = Owner::new();
        let html = page.with(|| {
            let text = ArcRwSignal::new("</textarea><script>alert(1)</script>".to_owned());
            view! {
                <TextArea
                    element=NodeRef::new()
                    id="field"
                    testid="composer"
                    label="Ответ"
                    placeholder="Напишите"
                    text
                    on_typed=Callback::new(|_| ())
                    disabled=Signal::stored(false)
                    invalid=Signal::stored(false)
                    described_by="note"
                />
            }
            .to_html()
        });
        assert!(html.contains("></textarea>"), "{html}");
        assert!(!html.contains("script"), "{html}");
    }

    #[test]
    fn neither_the_draft_nor_what_was_typed_early_is_lost() {
        assert_eq!(join("", "да"), "да");
        assert_eq!(join("Здравствуйте", "да"), "Здравствуйте\nда");
        assert_eq!(join("да", "да"), "да");
    }
}
