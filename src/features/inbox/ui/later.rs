//! Sending at a chosen time: the panel that asks when.

use super::composer::COMPOSER;
use super::desk::Desk;
use super::session::Session;
use crate::features::inbox::send_window::{WindowReason, send_window};
use crate::shared::time::Zone;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlInputElement, KeyboardEvent};

/// The id of the field for any time.
const FIELD: &str = "send-later-at";
/// How browsers write a moment of the wall clock.
const LOCAL: &str = "%Y-%m-%dT%H:%M";
/// When a working day begins.
const MORNING: u32 = 9;

/// The panel: times that lie within the window, and a field for any other.
#[component]
pub fn SendLater(
    desk: Desk,
    session: Session,
    open: RwSignal<bool>,
    /// Called with the chosen time.
    on_choose: Callback<DateTime<Utc>>,
) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let typed = RwSignal::new(String::new());
    let facts = session.window.clone();
    let takes = move |at: DateTime<Utc>| {
        facts.with(|facts| {
            let window = send_window(facts, at);
            !window.is_closed() || window.reason == WindowReason::UntilDelivery
        })
    };
    Effect::new(move |_| {
        if open.get() {
            // The panel has to be drawn before anything in it takes the focus.
            request_animation_frame(|| browser::focus(FIELD));
        }
    });
    let choose = move |at: DateTime<Utc>| on_choose.run(at);
    let presets = move || {
        if !open.get() {
            return Vec::new();
        }
        let names =
            [locale.send_later_in_hour(), locale.send_later_in_three_hours(), locale.send_later_tomorrow()];
        let times = presets(now.get_untracked(), zone);
        let fitting = names.into_iter().zip(times).filter(|(_, at)| takes(*at));
        fitting
            .map(|(name, at)| {
                view! { <Button on_press=Callback::new(move |()| choose(at))>{name}</Button> }
            })
            .collect::<Vec<_>>()
    };
    let submit = move || {
        if let Ok(local) = NaiveDateTime::parse_from_str(&typed.get_untracked(), LOCAL) {
            choose(zone.instant(local));
        }
    };
    // The panel stands inside the composer's form, which its keys must not send.
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            open.set(false);
            browser::focus(COMPOSER);
        }
        "Enter" if is_in_field(&event) => {
            event.prevent_default();
            event.stop_propagation();
            submit();
        }
        _ => {}
    };
    view! {
        <div class="later" id="send-later" hidden=move || !open.get() on:keydown=key>
            <p class="later-text">{locale.send_later_text()}</p>
            <div class="actions">{presets}</div>
            <div class="later-form">
                <label class="field-label" for=FIELD>{locale.send_later_at()}</label>
                <input
                    id=FIELD
                    class="field-input"
                    type="datetime-local"
                    min=move || open.get().then(|| zone.local(now.get_untracked()).format(LOCAL).to_string())
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <Button kind=ButtonKind::Primary on_press=Callback::new(move |()| submit())>
                    {locale.send_later_plan()}
                </Button>
            </div>
        </div>
    }
}

/// Whether a key was pressed in the field.
fn is_in_field(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()).is_some()
}

/// In an hour, in three, and tomorrow in the morning.
fn presets(now: DateTime<Utc>, zone: Zone) -> [DateTime<Utc>; 3] {
    let morning = NaiveTime::from_hms_opt(MORNING, 0, 0).unwrap_or_default();
    let tomorrow = (zone.day(now) + TimeDelta::days(1)).and_time(morning);
    [now + TimeDelta::hours(1), now + TimeDelta::hours(3), zone.instant(tomorrow)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_is_the_workspaces_tomorrow() {
        let zone = Zone::fixed(180);
        let now = DateTime::from_timestamp(1_790_000_000, 0).expect("an instant");
        let [_, three, morning] = presets(now, zone);
        assert_eq!(three - now, TimeDelta::hours(3));
        assert_eq!(zone.local(morning).format("%H:%M").to_string(), "09:00");
        assert_eq!(zone.day(morning), zone.day(now) + TimeDelta::days(1));
    }
}
