//! When people work: a door sign. The hours of each weekday, as many ranges as there are, also past midnight; and days
//! that differ. Open is whatever the wall clock of the zone says, so an hour that a wall clock shows twice counts twice, and one
//! that it skips does not count.

use super::zone::ZoneRules;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;
/// Ranges of one day: more nobody can read.
pub const MAX_RANGES: usize = 12;

/// Working hours in one piece, in minutes since the midnight with which their day begins. What ends past midnight still
/// belongs to the day on which it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u16, u16)", into = "(u16, u16)")]
pub struct Hours {
    from: u16,
    to: u16,
}

impl Hours {
    /// Hours that begin on their day and last at most until the same time of the next; `None` for anything else.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < DAY_MINUTES && from < to && to <= from + DAY_MINUTES).then_some(Hours { from, to })
    }

    /// As a person writes them: `18:00`–`02:00` ends past midnight, `09:00`–`09:00` is a whole day.
    pub fn written(from: u16, to: u16) -> Option<Self> {
        Self::new(from, if to > from { to } else { to + DAY_MINUTES })
    }

    /// When they begin.
    pub fn from(self) -> u16 {
        self.from
    }

    /// When they end; past midnight it is more than a day.
    pub fn to(self) -> u16 {
        self.to
    }
}

impl TryFrom<(u16, u16)> for Hours {
    type Error = &'static str;
    fn try_from((from, to): (u16, u16)) -> Result<Self, Self::Error> {
        Self::new(from, to).ok_or("hours begin on their day and last a day at most")
    }
}

impl From<Hours> for (u16, u16) {
    fn from(hours: Hours) -> Self {
        (hours.from, hours.to)
    }
}

/// The working hours of a day: in order, none within another. Empty is a day off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Hours>", into = "Vec<Hours>")]
pub struct Day(Vec<Hours>);

impl Day {
    /// What touches or overlaps becomes one.
    pub fn new(mut hours: Vec<Hours>) -> Self {
        hours.sort();
        let mut joined: Vec<Hours> = Vec::with_capacity(hours.len());
        for next in hours {
            match joined.last_mut() {
                // No piece may grow beyond a day, or it would not be read as hours of its day again.
                Some(last) if next.from <= last.to && next.to.max(last.to) <= last.from + DAY_MINUTES => {
                    last.to = last.to.max(next.to);
                }
                _ => joined.push(next),
            }
        }
        Day(joined)
    }

    /// Nobody works.
    pub fn off() -> Self {
        Day(Vec::new())
    }

    /// From midnight to midnight.
    pub fn whole() -> Self {
        Day(vec![Hours { from: 0, to: DAY_MINUTES }])
    }

    /// In order.
    pub fn hours(&self) -> &[Hours] {
        &self.0
    }

    /// Whether nobody works.
    pub fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    /// Without its last minutes of work.
    #[must_use]
    pub fn shortened(&self, minutes: u16) -> Self {
        let mut left = minutes;
        let mut hours = self.0.clone();
        while left > 0
            && let Some(last) = hours.last_mut()
        {
            let length = last.to - last.from;
            if length > left {
                last.to -= left;
                left = 0;
            } else {
                left -= length;
                hours.pop();
            }
        }
        Day(hours)
    }
}

impl From<Vec<Hours>> for Day {
    fn from(hours: Vec<Hours>) -> Self {
        Day::new(hours)
    }
}

impl From<Day> for Vec<Hours> {
    fn from(day: Day) -> Self {
        day.0
    }
}

text_enum!(
    /// Why a day has other hours than its weekday.
    DayKind {
        /// A public holiday.
        Holiday = "holiday",
        /// A weekend's rest was moved here.
        MovedRest = "moved_rest",
        /// The rest of this day was moved elsewhere, so people work.
        MovedWork = "moved_work",
        /// The eve of a holiday.
        Shortened = "shortened",
        /// The workspace has said so itself.
        Own = "own",
    }
);

/// A day that has other hours than its weekday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    pub kind: DayKind,
    pub day: Day,
}

/// When people work, ready to be counted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    zone: ZoneRules,
    /// Monday first.
    week: [Day; 7],
    special: BTreeMap<NaiveDate, SpecialDay>,
}

impl Calendar {
    /// A week in a zone; Monday first.
    pub fn new(zone: ZoneRules, week: [Day; 7], special: BTreeMap<NaiveDate, SpecialDay>) -> Self {
        Calendar { zone, week, special }
    }

    /// Day and night.
    pub fn always() -> Self {
        let week = std::array::from_fn(|_| Day::whole());
        Calendar::new(ZoneRules::fixed("UTC", 0), week, BTreeMap::new())
    }

    /// Whose wall clocks it means.
    pub fn zone(&self) -> &ZoneRules {
        &self.zone
    }

    /// The usual hours of a weekday.
    pub fn usual(&self, weekday: Weekday) -> &Day {
        &self.week[weekday.num_days_from_monday() as usize]
    }

    /// What is special about a date.
    pub fn special(&self, date: NaiveDate) -> Option<&SpecialDay> {
        self.special.get(&date)
    }

    /// The hours of a date.
    pub fn day(&self, date: NaiveDate) -> &Day {
        self.special.get(&date).map_or_else(|| self.usual(date.weekday()), |special| &special.day)
    }

    /// Whether nobody works after a date, ever.
    pub(super) fn is_over_after(&self, date: NaiveDate) -> bool {
        self.week.iter().all(Day::is_off)
            && self.special.last_key_value().is_none_or(|(last, _)| *last < date)
    }
}
