//! Small fields of these pages.

use super::draft::Draft;
use crate::features::sla::written;
use crate::shared::sla::calendar::Day;
use crate::ui::context::use_locale;
use leptos::prelude::*;

/// A line of text.
#[component]
pub fn LineField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    on_typed: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                id=id
                class="field-input"
                autocomplete="off"
                value=value.get_untracked()
                prop:value=move || value.get()
                on:input=move |event| on_typed.run(event_target_value(&event))
            />
        </div>
    }
}

/// One of a few.
#[component]
pub fn Choice<T>(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// The label is only read out.
    #[prop(optional)]
    quiet: bool,
    options: Vec<(T, String)>,
    #[prop(into)] value: Signal<T>,
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let lines = options.iter().cloned().enumerate().map(|(place, (option, words))| {
        let is_chosen = move || value.with(|value| *value == option);
        view! { <option value=place.to_string() selected=is_chosen>{words}</option> }
    });
    let lines = lines.collect_view();
    let choose = move |event| {
        let place = event_target_value(&event).parse::<usize>().ok();
        if let Some((option, _)) = place.and_then(|place| options.get(place)) {
            on_choose.run(option.clone());
        }
    };
    let shown = (!quiet).then(|| view! { <label class="field-label" for=id.clone()>{label.clone()}</label> });
    view! {
        <div class="field">
            {shown}
            <select id=id class="field-input" aria-label=quiet.then_some(label) on:change=choose>
                {lines}
            </select>
        </div>
    }
}

/// Any of several.
#[component]
pub fn Choices<T>(
    #[prop(into)] label: String,
    options: Vec<(T, String)>,
    #[prop(into)] chosen: Signal<Vec<T>>,
    /// What was pressed, and whether it is chosen now.
    on_toggle: Callback<(T, bool)>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let locale = use_locale();
    let is_empty = options.is_empty();
    let boxes = options.into_iter().map(|(option, words)| {
        let (shown, pressed) = (option.clone(), option);
        view! {
            <label class="choice-box">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&shown))
                    on:change=move |event| on_toggle.run((pressed.clone(), event_target_checked(&event)))
                />
                <span>{words}</span>
            </label>
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <fieldset class="choice-boxes">
            <legend class="field-label">{label}</legend>
            {boxes}
            {is_empty.then(|| view! { <p class="quiet">{locale.condition_none_to_choose()}</p> })}
        </fieldset>
    }
}

/// A stretch of time as people type it. What cannot be read is marked and keeps the rules from being saved.
#[component]
pub fn StretchField(
    draft: Draft,
    #[prop(into)] id: String,
    /// For readers.
    #[prop(into)]
    label: String,
    /// In minutes, as it is when the field is drawn.
    minutes: Option<u32>,
    on_change: Callback<Option<u32>>,
) -> impl IntoView {
    let locale = use_locale();
    let shown = minutes.map(|minutes| locale.duration_short(minutes.into())).unwrap_or_default();
    let (field, marked) = (id.clone(), id.clone());
    let typed = move |event| {
        let text = event_target_value(&event);
        let minutes = written::minutes(&text).filter(|minutes| *minutes > 0);
        let is_readable = minutes.is_some() || text.trim().is_empty();
        draft.mark(&field, is_readable);
        if is_readable {
            on_change.run(minutes);
        }
    };
    view! {
        <input
            id=id
            class="field-input stretch"
            autocomplete="off"
            aria-label=label
            aria-invalid=move || draft.is_unreadable(&marked).then_some("true")
            value=shown
            on:input=typed
        />
    }
}

/// The hours of a day as people type them.
#[component]
pub fn HoursField(
    draft: Draft,
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// As they are when the field is drawn.
    day: Day,
    #[prop(into)] described_by: String,
    on_change: Callback<Day>,
) -> impl IntoView {
    let (field, marked) = (id.clone(), id.clone());
    let typed = move |event| {
        let day = written::hours(&event_target_value(&event));
        draft.mark(&field, day.is_some());
        if let Some(day) = day {
            on_change.run(day);
        }
    };
    view! {
        <input
            id=id
            class="field-input"
            autocomplete="off"
            aria-label=label
            aria-describedby=described_by
            aria-invalid=move || draft.is_unreadable(&marked).then_some("true")
            value=written::hours_text(&day)
            on:input=typed
        />
    }
}
