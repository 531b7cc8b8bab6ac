//! The chip that says how long a buyer may still wait.

use super::desk::use_desk;
use crate::features::inbox::types::ChatRow;
use crate::shared::time::{Remaining, remaining};
use crate::ui::icon::{Glyph, Icon};
use chrono::SecondsFormat;
use leptos::prelude::*;

/// A deadline this near is shown as urgent, in minutes.
const SOON_MINUTES: i64 = 60;

/// How urgent a deadline is; the word for style sheets.
fn urgency(left: Remaining) -> &'static str {
    match left {
        Remaining::Over { .. } => "overdue",
        Remaining::Left { minutes } if minutes < SOON_MINUTES => "soon",
        Remaining::Left { .. } => "fine",
    }
}

/// The marketplace's clock of a chat; nothing while nobody waits. It runs on the page's one clock.
#[component]
pub fn ClockChip(row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let due_at = Memo::new(move |_| row.with(|row| row.due_at.map(|due| (row.marketplace, due))));
    move || {
        let (marketplace, due) = due_at.get()?;
        let desk = use_desk();
        let left = Memo::new(move |_| remaining(due, desk.now.get()));
        let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
        let in_full = move || {
            left.track();
            locale.time_left_in_full(marketplace, due, now.get_untracked(), zone)
        };
        Some(view! {
            <span
                class="clock-chip"
                data-testid="sla-timer"
                data-clock="marketplace"
                data-due-at=due.to_rfc3339_opts(SecondsFormat::Secs, true)
                data-urgency=move || urgency(left.get())
                title=in_full
            >
                <Glyph icon=Icon::Clock/>
                <span aria-hidden="true">{move || locale.time_left(left.get())}</span>
                <span class="reader-only">{in_full}</span>
            </span>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::urgency;
    use crate::shared::time::Remaining;

    #[test]
    fn urgency_grows_as_time_runs_out() {
        assert_eq!(urgency(Remaining::Left { minutes: 60 }), "fine");
        assert_eq!(urgency(Remaining::Left { minutes: 59 }), "soon");
        assert_eq!(urgency(Remaining::Over { minutes: 0 }), "overdue");
    }
}
