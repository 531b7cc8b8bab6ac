//! The official calendar of a country, year by year: holidays, rest that was moved, shortened days. Facts stand in data
//! files with the act that they come from; a new year is a new file.

use super::calendar::{Calendar, Day, DayKind, SpecialDay};
use super::zone::ZoneRules;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By how much the eve of a holiday is shorter, in minutes.
pub const SHORTENED_BY: u16 = 60;

const RUSSIA: [&str; 3] = [
    include_str!("production/ru-2025.json"),
    include_str!("production/ru-2026.json"),
    include_str!("production/ru-2027.json"),
];

/// A year of a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductionYear {
    pub year: i32,
    /// The acts that say so.
    pub basis: String,
    /// Where they can be read.
    pub source: String,
    pub holidays: Vec<NaiveDate>,
    pub moved: Vec<MovedRest>,
    pub shortened: Vec<NaiveDate>,
    /// Of a five-day week; proves the rest.
    pub working_days: u32,
}

/// The rest of a weekend's day that is taken on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedRest {
    pub rest_of: NaiveDate,
    pub to: NaiveDate,
}

/// What an official year makes of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Official {
    pub kind: DayKind,
    /// People work as on this weekday; `None` when they do not.
    pub like: Option<Weekday>,
    pub is_shortened: bool,
}

impl ProductionYear {
    /// Dates that differ from their weekday.
    pub fn days(&self) -> BTreeMap<NaiveDate, Official> {
        let off = |kind| Official { kind, like: None, is_shortened: false };
        let mut days = BTreeMap::new();
        for moved in &self.moved {
            days.insert(moved.to, off(DayKind::MovedRest));
            let like = Some(moved.to.weekday());
            days.insert(moved.rest_of, Official { kind: DayKind::MovedWork, like, is_shortened: false });
        }
        // A holiday on a weekend stays one when its rest is moved.
        days.extend(self.holidays.iter().map(|date| (*date, off(DayKind::Holiday))));
        for date in &self.shortened {
            let usual = Official { kind: DayKind::Shortened, like: Some(date.weekday()), is_shortened: true };
            days.entry(*date).or_insert(usual).is_shortened = true;
        }
        days
    }
}

/// The years of Russia that are known.
///
/// # Errors
/// When a data file cannot be read, which a test rules out.
pub fn russia() -> Result<Vec<ProductionYear>, serde_json::Error> {
    RUSSIA.iter().map(|file| serde_json::from_str(file)).collect()
}

/// How a workspace follows the official calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Following {
    /// Holidays and moved days are kept; without it the shop works through.
    pub holidays: bool,
    /// The eve of a holiday is shorter.
    pub shortened: bool,
}

/// A calendar as a workspace writes it down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPlan {
    /// Monday first.
    pub week: [Day; 7],
    pub following: Following,
    /// Hours of single dates; they override everything.
    pub own: BTreeMap<NaiveDate, Day>,
}

impl CalendarPlan {
    /// The calendar that follows from the plan.
    pub fn calendar(&self, zone: ZoneRules, official: &[ProductionYear]) -> Calendar {
        let days = official.iter().flat_map(ProductionYear::days);
        let mut special: BTreeMap<NaiveDate, SpecialDay> =
            days.filter_map(|(date, official)| Some((date, self.special(date, official)?))).collect();
        let own =
            self.own.iter().map(|(date, day)| (*date, SpecialDay { kind: DayKind::Own, day: day.clone() }));
        special.extend(own);
        Calendar::new(zone, self.week.clone(), special)
    }

    /// What an official date means for this workspace; nothing when it changes nothing.
    fn special(&self, date: NaiveDate, official: Official) -> Option<SpecialDay> {
        let is_eve = official.kind == DayKind::Shortened;
        if !is_eve && !self.following.holidays {
            return None;
        }
        let usual = |weekday: Weekday| &self.week[weekday.num_days_from_monday() as usize];
        let mut day = official.like.map_or_else(Day::off, |weekday| usual(weekday).clone());
        if official.is_shortened && self.following.shortened {
            day = day.shortened(SHORTENED_BY);
        }
        (day != *usual(date.weekday())).then_some(SpecialDay { kind: official.kind, day })
    }
}
