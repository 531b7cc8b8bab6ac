//! Counting time: how long something has lasted, and when it will have lasted so long.

use super::calendar::Calendar;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::ops::ControlFlow;

/// In microseconds.
pub(super) const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Days between the beginning of our era and 1970.
const ERA_TO_1970: i64 = 719_163;

text_enum!(
    /// Which time counts.
    TimeKind {
        /// Every minute, day and night.
        Wall = "wall",
        /// The hours of a calendar.
        Working = "working",
    }
);

/// How long something may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub minutes: NonZeroU32,
    pub time: TimeKind,
}

impl Target {
    /// So many minutes by the wall clock; none is one.
    pub fn wall(minutes: u32) -> Self {
        Target { minutes: at_least_one(minutes), time: TimeKind::Wall }
    }

    /// So many minutes of work; none is one.
    pub fn working(minutes: u32) -> Self {
        Target { minutes: at_least_one(minutes), time: TimeKind::Working }
    }

    /// As a length of time.
    pub fn length(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.minutes.get()))
    }
}

fn at_least_one(minutes: u32) -> NonZeroU32 {
    NonZeroU32::new(minutes).unwrap_or(NonZeroU32::MIN)
}

text_enum!(
    /// Why a clock does not run.
    PauseReason {
        /// The chat was put off.
        Snoozed = "snoozed",
        /// Our answer is there, and the buyer has not written since.
        WaitsForBuyer = "waits_for_buyer",
        /// The chat was closed, and opened again later.
        Closed = "closed",
        /// The chat was held to be spam, and was not.
        Spam = "spam",
        /// A person stopped the clock.
        ByHand = "by_hand",
    }
);

/// A time in which a clock does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pause {
    pub from: DateTime<Utc>,
    /// `None` while nobody knows its end.
    pub to: Option<DateTime<Utc>>,
    pub reason: PauseReason,
}

/// What a time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spent {
    /// It counts.
    Counted,
    /// Nobody works.
    Closed,
    Paused(PauseReason),
}

/// A part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub spent: Spent,
}

/// When the target will have passed since `start`. It is the end of counted time, so never inside closed time or a
/// pause. `None` when the calendar or the pauses leave too little time ever.
pub fn deadline(
    start: DateTime<Utc>,
    target: Target,
    calendar: &Calendar,
    pauses: &[Pause],
) -> Option<DateTime<Utc>> {
    let mut left = i64::from(target.minutes.get()) * MINUTE;
    let mut due = None;
    counted(start.timestamp_micros(), target.time, calendar, pauses, |from, to| {
        if to.saturating_sub(from) >= left {
            due = DateTime::from_timestamp_micros(from + left);
            return ControlFlow::Break(());
        }
        left -= to - from;
        ControlFlow::Continue(())
    });
    due
}

/// How much has counted between two instants; nothing when they are the wrong way round.
pub fn elapsed(
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    time: TimeKind,
    calendar: &Calendar,
    pauses: &[Pause],
) -> TimeDelta {
    let end = end.timestamp_micros();
    let mut sum = 0;
    counted(start.timestamp_micros(), time, calendar, pauses, |from, to| {
        if from >= end {
            return ControlFlow::Break(());
        }
        sum += to.min(end) - from;
        ControlFlow::Continue(())
    });
    TimeDelta::microseconds(sum)
}

/// The first instant from `at` on in which people work; `None` when they never do again.
pub fn next_open(at: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let mut found = None;
    open(at.timestamp_micros(), TimeKind::Working, calendar, |from, _| {
        found = DateTime::from_timestamp_micros(from);
        ControlFlow::Break(())
    });
    found
}

/// What the time between two instants was spent on, without gaps: the ground of every explanation.
pub fn course(
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    time: TimeKind,
    calendar: &Calendar,
    pauses: &[Pause],
) -> Vec<Span> {
    let (start, end) = (start.timestamp_micros(), end.timestamp_micros());
    let mut spans = Vec::new();
    let mut at = start;
    open(start, time, calendar, |from, to| {
        if from >= end {
            return ControlFlow::Break(());
        }
        put(&mut spans, at, from, Spent::Closed);
        at = to.min(end);
        paused(&mut spans, from, at, pauses);
        ControlFlow::Continue(())
    });
    put(&mut spans, at, end, Spent::Closed);
    spans
}

/// Adds open time, cut by pauses; of two at once the one that began first is named.
fn paused(spans: &mut Vec<Span>, from: i64, to: i64, pauses: &[Pause]) {
    let mut pauses = pauses.to_vec();
    pauses.sort();
    let mut at = from;
    for pause in pauses {
        let begins = pause.from.timestamp_micros().clamp(at, to);
        let ends = pause.to.map_or(to, |to| to.timestamp_micros()).clamp(begins, to);
        put(spans, at, begins, Spent::Counted);
        put(spans, begins, ends, Spent::Paused(pause.reason));
        at = ends;
    }
    put(spans, at, to, Spent::Counted);
}

/// Adds a span, or lengthens the last one.
fn put(spans: &mut Vec<Span>, from: i64, to: i64, spent: Spent) {
    let instants = (DateTime::from_timestamp_micros(from), DateTime::from_timestamp_micros(to));
    let (Some(from), Some(to)) = instants else { return };
    if from >= to {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.spent == spent && last.to == from => last.to = to,
        _ => spans.push(Span { from, to, spent }),
    }
}

/// Visits what counts from `start` on, in order.
fn counted(
    start: i64,
    time: TimeKind,
    calendar: &Calendar,
    pauses: &[Pause],
    mut visit: impl FnMut(i64, i64) -> ControlFlow<()>,
) {
    let pauses = joined(pauses);
    open(start, time, calendar, |from, to| {
        let first = pauses.partition_point(|(_, ends)| *ends <= from);
        let mut at = from;
        for (begins, ends) in &pauses[first..] {
            if *begins >= to {
                break;
            }
            if at < *begins {
                visit(at, *begins)?;
            }
            // Beyond a pause without an end nothing counts.
            if *ends == i64::MAX {
                return ControlFlow::Break(());
            }
            at = *ends;
        }
        if at < to { visit(at, to) } else { ControlFlow::Continue(()) }
    });
}

/// Pauses in order, none touching another; so it does not matter how they were cut.
fn joined(pauses: &[Pause]) -> Vec<(i64, i64)> {
    let ends = |pause: &Pause| pause.to.map_or(i64::MAX, |to| to.timestamp_micros());
    let mut pauses: Vec<(i64, i64)> = pauses
        .iter()
        .map(|pause| (pause.from.timestamp_micros(), ends(pause)))
        .filter(|(from, to)| from < to)
        .collect();
    pauses.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(pauses.len());
    for (from, to) in pauses {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// Visits open time from `start` on, in order, each instant once.
fn open(start: i64, time: TimeKind, calendar: &Calendar, mut visit: impl FnMut(i64, i64) -> ControlFlow<()>) {
    let _ = match time {
        TimeKind::Wall => visit(start, i64::MAX),
        TimeKind::Working => working(start, calendar, &mut visit),
    };
}

/// Walks day by day along the wall clock; where clocks are moved, the walk begins anew on the other side.
fn working(
    start: i64,
    calendar: &Calendar,
    visit: &mut impl FnMut(i64, i64) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut at = start;
    for stretch in calendar.zone().stretches(start) {
        at = at.max(stretch.from);
        // Hours of the day before may reach into this one.
        let mut day = (at + stretch.offset).div_euclid(DAY) - 1;
        loop {
            let midnight = day * DAY - stretch.offset;
            let Some(date) = date(day) else { return ControlFlow::Break(()) };
            if midnight >= stretch.to || calendar.is_over_after(date) {
                break;
            }
            for hours in calendar.day(date).hours() {
                let from = (midnight + i64::from(hours.from()) * MINUTE).max(at);
                let to = (midnight + i64::from(hours.to()) * MINUTE).min(stretch.to);
                if from < to {
                    at = to;
                    visit(from, to)?;
                }
            }
            day += 1;
        }
    }
    ControlFlow::Continue(())
}

/// Days since 1970 as a date, as far as calendars reach.
fn date(day: i64) -> Option<NaiveDate> {
    let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + ERA_TO_1970).ok()?)?;
    (date.signed_duration_since(NaiveDate::default()).num_days().abs() < FURTHEST_DAY).then_some(date)
}

/// Some eight thousand years: further nobody waits.
const FURTHEST_DAY: i64 = 2_900_000;
