//! Instants on screen. The database and the code speak UTC; a person sees the workspace's zone.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// The workspace's distance from UTC at the moment the page was asked for. Sent by the server, so that both sides
/// print the same digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// East is positive; −14 h … +14 h.
    pub offset_minutes: i32,
}

impl Zone {
    fn offset(self) -> FixedOffset {
        FixedOffset::east_opt(self.offset_minutes * 60)
            .unwrap_or_else(|| FixedOffset::east_opt(0).expect("zero is a valid offset"))
    }

    /// The instant on the wall clock of the workspace.
    pub fn local(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        self.offset().from_utc_datetime(&at.naive_utc())
    }

    /// The instant at which the wall clock of the workspace shows `local`.
    pub fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        (local - Duration::minutes(i64::from(self.offset_minutes))).and_utc()
    }

    /// `12:04`.
    pub fn clock(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%H:%M").to_string()
    }

    /// The calendar day of an instant.
    pub fn day(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date_naive()
    }
}

/// A calendar day as a person names it, seen from `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayName {
    Today,
    Yesterday,
    /// Day and month of this year.
    ThisYear {
        day: u32,
        month: u32,
    },
    /// With its year.
    OtherYear {
        day: u32,
        month: u32,
        year: i32,
    },
}

/// Names `day` relative to `today`.
pub fn day_name(day: NaiveDate, today: NaiveDate) -> DayName {
    if day == today {
        DayName::Today
    } else if day + Duration::days(1) == today {
        DayName::Yesterday
    } else if day.year() == today.year() {
        DayName::ThisYear { day: day.day(), month: day.month() }
    } else {
        DayName::OtherYear { day: day.day(), month: day.month(), year: day.year() }
    }
}

/// Time left until a deadline, or passed since it, in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    Left { minutes: i64 },
    Over { minutes: i64 },
}

/// How far `due` is from `now`.
pub fn remaining(due: DateTime<Utc>, now: DateTime<Utc>) -> Remaining {
    let minutes = (due - now).num_minutes();
    if due > now { Remaining::Left { minutes } } else { Remaining::Over { minutes: -minutes } }
}
