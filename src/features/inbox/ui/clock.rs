//! The timer of a chat: its nearest deadline. It runs on the page's one clock, and a second that changes nothing to be seen draws nothing.

use super::desk::use_desk;
use crate::features::inbox::types::ChatRow;
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::time::{Remaining, remaining};
use crate::ui::icon::{Glyph, Icon};
use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

/// A deadline this near is shown as urgent, in minutes.
const SOON_MINUTES: i64 = 60;

/// How urgent a deadline is; the word for style sheets. The rules may want a far one to be shown already.
fn urgency(left: Remaining, is_highlighted: bool) -> &'static str {
    match left {
        Remaining::Over { .. } => "overdue",
        Remaining::Left { minutes } if minutes < SOON_MINUTES => "soon",
        Remaining::Left { .. } if is_highlighted => "soon",
        Remaining::Left { .. } => "fine",
    }
}

/// How much of the time between two instants is used up, in percent.
fn used(since: DateTime<Utc>, due: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let whole = (due - since).num_seconds().max(1);
    ((now - since).num_seconds() * 100 / whole).clamp(0, 100)
}

/// The drawing of a clock.
pub fn icon(kind: ClockKind) -> Icon {
    match kind {
        ClockKind::FirstReply | ClockKind::NextReply => Icon::Clock,
        ClockKind::Resolution => Icon::Check,
        ClockKind::Rating => Icon::Star,
        ClockKind::Window => Icon::Send,
        ClockKind::Promise => Icon::Calendar,
    }
}

/// What the timer shows of a chat.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Face {
    kind: ClockKind,
    since: Option<DateTime<Utc>>,
    due: DateTime<Utc>,
    marketplace: Marketplace,
    is_highlighted: bool,
}

impl Face {
    fn of(row: &ChatRow) -> Option<Self> {
        Some(Face {
            kind: row.due_kind?,
            since: row.due_since,
            due: row.due_at?,
            marketplace: row.marketplace,
            is_highlighted: row.is_highlighted,
        })
    }
}

/// The nearest deadline of a chat; nothing while there is none.
#[component]
pub fn SlaTimer(row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let face = Memo::new(move |_| row.with(Face::of));
    move || {
        let Face { kind, since, due, marketplace, is_highlighted } = face.get()?;
        let desk = use_desk();
        let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
        let left = Memo::new(move |_| remaining(due, now.get()));
        let used = Memo::new(move |_| used(since.unwrap_or(due), due, now.get()));
        let in_full = move || {
            left.track();
            locale.timer_in_full(kind, marketplace, due, now.get_untracked(), zone)
        };
        Some(view! {
            <span
                class="clock-chip"
                data-testid="sla-timer"
                data-clock=kind.as_str()
                data-due-at=due.to_rfc3339_opts(SecondsFormat::Secs, true)
                data-urgency=move || urgency(left.get(), is_highlighted)
                title=in_full
            >
                <span class="clock-ring" style=move || format!("--used: {}%", used.get())>
                    <Glyph icon=icon(kind)/>
                </span>
                <span aria-hidden="true">{move || locale.timer(kind, left.get())}</span>
                <span class="reader-only">{in_full}</span>
            </span>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{urgency, used};
    use crate::shared::time::Remaining;
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn urgency_grows_as_time_runs_out() {
        assert_eq!(urgency(Remaining::Left { minutes: 60 }, false), "fine");
        assert_eq!(urgency(Remaining::Left { minutes: 60 }, true), "soon");
        assert_eq!(urgency(Remaining::Left { minutes: 59 }, false), "soon");
        assert_eq!(urgency(Remaining::Over { minutes: 0 }, true), "overdue");
    }

    #[test]
    fn the_ring_closes_with_the_deadline() {
        let at = |minute| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        assert_eq!(used(at(0), at(60), at(-1)), 0);
        assert_eq!(used(at(0), at(60), at(15)), 25);
        assert_eq!(used(at(0), at(60), at(90)), 100);
        assert_eq!(used(at(60), at(60), at(60)), 0);
    }
}
