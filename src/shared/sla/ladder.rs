//! What is done as a deadline comes near and passes: a ladder of steps. Pure: a clock and a ladder give the instant of every step, so
//! one sleeper can wake at the next one, and what was slept through has its true instant.

use super::calendar::Calendar;
use super::clocks::{Clock, ClockKind};
use super::count::{Target, deadline, next_open};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

text_enum!(
    /// What a step does. Nobody is told who has nothing to do with the chat.
    StepAction {
        /// Shows it; makes no sound.
        Highlight = "highlight",
        /// Tells who is responsible, or who is on shift when nobody is.
        NotifyOperator = "notify_operator",
        /// Tells the lead of the team.
        NotifyLead = "notify_lead",
        /// Gives the chat to the least loaded operator on shift.
        Reassign = "reassign",
        RaisePriority = "raise_priority",
        /// Writes to a supervisor outside of the product.
        MessageSupervisor = "message_supervisor",
    }
);

impl StepAction {
    /// Whether it may wake somebody.
    fn is_loud(self) -> bool {
        match self {
            StepAction::NotifyOperator | StepAction::NotifyLead | StepAction::MessageSupervisor => true,
            StepAction::Highlight | StepAction::Reassign | StepAction::RaisePriority => false,
        }
    }
}

/// When a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepTime {
    /// When so many percent of the target are used up; 100 is the deadline.
    Used { percent: u8 },
    /// So many minutes before the deadline, by the wall clock; at the start when there are fewer.
    Before { minutes: u32 },
    /// So many minutes after it, by the wall clock; 0 is the deadline.
    After { minutes: u32 },
}

/// A step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name within the ladder: a step is taken once for each clock, however often it is computed.
    pub id: u16,
    pub time: StepTime,
    pub action: StepAction,
    /// For which clocks; for all when there are none.
    #[serde(default)]
    pub clocks: Vec<ClockKind>,
}

/// A step of a clock at its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub step: u16,
    pub action: StepAction,
}

/// The steps of a clock that were, are or will be due while it is open, in the order of time. `loud_hours` are those in
/// which people may be told; a window that closes is told at any hour.
pub fn steps(ladder: &[Step], clock: &Clock, calendar: &Calendar, loud_hours: Option<&Calendar>) -> Vec<Due> {
    let due = |step: &Step| {
        let is_meant = step.clocks.is_empty() || step.clocks.contains(&clock.kind);
        let at = instant(step.time, clock, calendar).filter(|_| is_meant)?;
        let loud_hours = loud_hours.filter(|_| step.action.is_loud() && clock.kind != ClockKind::Window);
        let at = loud_hours.map_or(Some(at), |hours| next_open(at, hours))?;
        let is_over = clock.end.is_some_and(|end| end.at <= at);
        (!is_over).then_some(Due { at, step: step.id, action: step.action })
    };
    let mut steps: Vec<Due> = ladder.iter().filter_map(due).collect();
    steps.sort_by_key(|due| (due.at, due.step));
    steps
}

/// The next step that has not been taken; those that are overdue come first.
pub fn next_step(steps: &[Due], taken: &[u16]) -> Option<Due> {
    steps.iter().find(|due| !taken.contains(&due.step)).copied()
}

fn instant(time: StepTime, clock: &Clock, calendar: &Calendar) -> Option<DateTime<Utc>> {
    match time {
        StepTime::Used { percent } => used(percent, clock, calendar),
        StepTime::Before { minutes } => {
            let before = clock.due_at?.checked_sub_signed(TimeDelta::minutes(minutes.into()))?;
            Some(before.max(clock.start.at))
        }
        StepTime::After { minutes } => clock.due_at?.checked_add_signed(TimeDelta::minutes(minutes.into())),
    }
}

/// When a share of the target is used up. It may be known when the deadline is not: what was used before a pause is used.
fn used(percent: u8, clock: &Clock, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let percent = percent.clamp(1, 100);
    match clock.target {
        Some(target) => {
            let minutes = u64::from(target.minutes.get()) * u64::from(percent) / 100;
            let share = Target { minutes: u32::try_from(minutes).ok()?.max(1).try_into().ok()?, ..target };
            deadline(clock.start.at, share, calendar, &clock.pauses)
        }
        None => {
            let whole = (clock.due_at? - clock.start.at).num_milliseconds();
            clock.start.at.checked_add_signed(TimeDelta::milliseconds(whole / 100 * i64::from(percent)))
        }
    }
}
