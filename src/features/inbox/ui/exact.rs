//! A time of one's own choice at the end of a menu that offers some.

use crate::features::inbox::work::{moment_text, parse_moment};
use crate::shared::time::Zone;
use crate::ui::menu::MenuItem;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// A field for a time, and what is done with it. `typed` is what stands in the field, in the time of `zone`; what is no time is
/// not chosen.
#[component]
pub fn ExactMoment(
    /// Of the field; no other in the page has it.
    id: &'static str,
    /// The menu, which closes when a time is chosen.
    menu: &'static str,
    label: &'static str,
    /// What is done at that time.
    deed: &'static str,
    zone: Zone,
    /// No earlier time can be chosen.
    earliest: Signal<DateTime<Utc>>,
    typed: RwSignal<String>,
    on_choose: Callback<DateTime<Utc>>,
) -> impl IntoView {
    let choose = Callback::new(move |()| {
        if let Some(at) = typed.with_untracked(|text| parse_moment(text, zone)) {
            on_choose.run(at);
        }
    });
    view! {
        <div class="menu-exact">
            <label class="field-label" for=id>{label}</label>
            <input
                type="datetime-local"
                class="field-input"
                id=id
                min=move || moment_text(earliest.get(), zone)
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <MenuItem closes=Some(menu) on_press=choose>{deed}</MenuItem>
        </div>
    }
}
