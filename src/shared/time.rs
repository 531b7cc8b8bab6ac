//! Instants on screen. The database and the code speak UTC; a person sees the workspace's zone.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// How many shifts of a clock a page knows of: those of the last three years and the coming one, where clocks
/// are put forward and back twice a year.
pub const MAX_SHIFTS: usize = 20;

/// The wall clock of a workspace: its distance from UTC, and when that changed or will. Sent by the server with the
/// page, so that both sides print the same digits and the browser needs no table of the world's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Before the first shift, in minutes; east is positive, −14 h … +14 h.
    offset_minutes: i32,
    #[serde(default, skip_serializing_if = "Shifts::is_empty")]
    shifts: Shifts,
}

/// From when on a clock has another distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub at: DateTime<Utc>,
    pub offset_minutes: i32,
}

/// Shifts in their order. Of a fixed size, so that a zone stays a plain value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Shift>", into = "Vec<Shift>")]
struct Shifts([Option<Shift>; MAX_SHIFTS]);

impl Shifts {
    fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = Shift> {
        self.0.iter().copied().flatten()
    }
}

impl From<Vec<Shift>> for Shifts {
    fn from(all: Vec<Shift>) -> Self {
        let mut shifts = Shifts::default();
        for (place, shift) in shifts.0.iter_mut().zip(all) {
            *place = Some(shift);
        }
        shifts
    }
}

impl From<Shifts> for Vec<Shift> {
    fn from(shifts: Shifts) -> Self {
        shifts.iter().collect()
    }
}

impl Zone {
    /// Where nobody says anything else.
    pub const UTC: Zone = Zone::fixed(0);

    /// A clock that is never put forward or back.
    pub const fn fixed(offset_minutes: i32) -> Self {
        Zone { offset_minutes, shifts: Shifts([None; MAX_SHIFTS]) }
    }

    /// A clock with its shifts, the oldest first; of more than are kept the newest count.
    pub fn shifting(offset_minutes: i32, shifts: &[Shift]) -> Self {
        let (older, kept) = shifts.split_at(shifts.len().saturating_sub(MAX_SHIFTS));
        let offset_minutes = older.last().map_or(offset_minutes, |shift| shift.offset_minutes);
        Zone { offset_minutes, shifts: kept.to_vec().into() }
    }

    /// The distance from UTC at an instant, in minutes.
    pub fn offset_minutes(self, at: DateTime<Utc>) -> i32 {
        let shift = self.shifts.iter().rfind(|shift| shift.at <= at);
        shift.map_or(self.offset_minutes, |shift| shift.offset_minutes)
    }

    fn offset(self, at: DateTime<Utc>) -> FixedOffset {
        FixedOffset::east_opt(self.offset_minutes(at) * 60)
            .unwrap_or_else(|| FixedOffset::east_opt(0).expect("zero is a valid offset"))
    }

    /// The instant on the wall clock of the workspace.
    pub fn local(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        self.offset(at).from_utc_datetime(&at.naive_utc())
    }

    /// The instant at which the wall clock of the workspace shows `local`: the first of two where it is put back, and
    /// as much later as the clock jumps where it is put forward over it.
    pub fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        let at_offset = |minutes: i32| (local - Duration::minutes(i64::from(minutes))).and_utc();
        let offsets =
            std::iter::once(self.offset_minutes).chain(self.shifts.iter().map(|shift| shift.offset_minutes));
        let shown = offsets.map(at_offset).filter(|at| self.local(*at).naive_local() == local).min();
        shown.unwrap_or_else(|| {
            let before = self.offset_minutes(local.and_utc() - Duration::days(1));
            at_offset(before)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().expect("a time")
    }

    /// Berlin in 2026.
    fn berlin() -> Zone {
        let shift = |at, offset_minutes| Shift { at: utc(at), offset_minutes };
        Zone::shifting(60, &[shift("2026-03-29T01:00:00Z", 120), shift("2026-10-25T01:00:00Z", 60)])
    }

    #[test]
    fn an_instant_has_the_distance_of_its_time_of_year() {
        let clock = |at| berlin().clock(utc(at));
        assert_eq!(clock("2026-03-29T00:59:00Z"), "01:59");
        assert_eq!(clock("2026-03-29T01:00:00Z"), "03:00");
        assert_eq!(clock("2026-07-01T12:00:00Z"), "14:00");
        assert_eq!(clock("2026-11-21T12:00:00Z"), "13:00");
        assert_eq!(berlin().day(utc("2026-07-01T22:30:00Z")), "2026-07-02".parse().expect("a day"));
    }

    #[test]
    fn a_wall_clock_leads_back_to_its_instant() {
        let instant = |local| berlin().instant(wall(local));
        assert_eq!(instant("2026-07-01T14:00:00"), utc("2026-07-01T12:00:00Z"));
        assert_eq!(instant("2026-12-01T13:00:00"), utc("2026-12-01T12:00:00Z"));
        assert_eq!(instant("2026-10-25T02:30:00"), utc("2026-10-25T00:30:00Z"), "shown twice: the first");
        assert_eq!(instant("2026-03-29T02:30:00"), utc("2026-03-29T01:30:00Z"), "never shown: 03:30");
    }

    #[test]
    fn of_too_many_shifts_the_newest_are_kept() {
        let shifts: Vec<Shift> = (0..MAX_SHIFTS as i32 + 3)
            .map(|n| Shift { at: DateTime::UNIX_EPOCH + Duration::days(n.into()), offset_minutes: n })
            .collect();
        let zone = Zone::shifting(-1, &shifts);
        assert_eq!(zone.offset_minutes(DateTime::UNIX_EPOCH), 2, "that of the last shift left out");
        assert_eq!(zone.offset_minutes(DateTime::UNIX_EPOCH + Duration::days(90)), MAX_SHIFTS as i32 + 2);
    }

    #[test]
    fn a_zone_travels_with_the_page() {
        let there_and_back = |zone: Zone| {
            let text = serde_json::to_string(&zone).expect("a zone has a text");
            serde_json::from_str::<Zone>(&text).expect("and comes back from it")
        };
        assert_eq!(there_and_back(berlin()), berlin());
        assert_eq!(serde_json::to_string(&Zone::fixed(180)).expect("a text"), r#"{"offset_minutes":180}"#);
        assert_eq!(there_and_back(Zone::fixed(180)), Zone::fixed(180));
    }
}
