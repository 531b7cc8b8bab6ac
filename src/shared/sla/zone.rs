//! A time zone as data: how far its wall clocks are from UTC, and when that changes.
//!
//! The server knows all zones of the world; a browser that ticks the timers of one shop needs the handful of changes that lie
//! near its deadlines. So they are passed in and travel with the calendar, and both sides count with the same numbers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// No wall clock is further from UTC than this, in minutes.
const FURTHEST: i32 = 26 * 60;

/// A change of the distance from UTC: the beginning or end of summer time, or a decision of a government.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneChange {
    pub at: DateTime<Utc>,
    /// From then on; east is positive.
    pub offset_minutes: i32,
}

/// What wall clocks of a place show at any instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRules {
    /// As people and the database call it, e.g. `Europe/Moscow`.
    name: String,
    /// Before the first change.
    offset_minutes: i32,
    /// Oldest first.
    changes: Vec<ZoneChange>,
}

/// A time during which the distance from UTC stays the same, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: i64,
    pub to: i64,
    pub offset: i64,
}

impl ZoneRules {
    /// A zone whose clocks are moved at the given instants, in whatever order they are told.
    pub fn new(name: &str, offset_minutes: i32, mut changes: Vec<ZoneChange>) -> Self {
        let within = |minutes: i32| minutes.clamp(-FURTHEST, FURTHEST);
        changes.sort_by_key(|change| change.at);
        for change in &mut changes {
            change.offset_minutes = within(change.offset_minutes);
        }
        ZoneRules { name: name.to_owned(), offset_minutes: within(offset_minutes), changes }
    }

    /// A zone whose clocks are never moved.
    pub fn fixed(name: &str, offset_minutes: i32) -> Self {
        Self::new(name, offset_minutes, Vec::new())
    }

    /// As people and the database call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The distance from UTC at an instant.
    pub fn offset_minutes(&self, at: DateTime<Utc>) -> i32 {
        let passed = self.changes.partition_point(|change| change.at <= at);
        passed.checked_sub(1).map_or(self.offset_minutes, |last| self.changes[last].offset_minutes)
    }

    /// From an instant on, up to the end of time.
    pub(super) fn stretches(&self, from: i64) -> impl Iterator<Item = Stretch> {
        let begins = self.changes.iter().map(|change| (change.at.timestamp_micros(), change.offset_minutes));
        let begins = [(i64::MIN, self.offset_minutes)].into_iter().chain(begins);
        let ends = self.changes.iter().map(|change| change.at.timestamp_micros()).chain([i64::MAX]);
        begins
            .zip(ends)
            .map(|((from, minutes), to)| Stretch {
                from,
                to,
                offset: i64::from(minutes) * super::count::MINUTE,
            })
            .filter(move |stretch| stretch.to > from)
    }
}
