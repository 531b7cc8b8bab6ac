//! What must hold of counting and of clocks, for anything that may come.

mod clocks;
mod count;
mod ladder;
mod production;

use super::calendar::{Calendar, Day, Hours};
use super::zone::{ZoneChange, ZoneRules};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// An instant as it is written.
fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Hours as a person writes them: `9:00-13:00 14:00-18:00`.
fn day(text: &str) -> Day {
    let minutes = |time: &str| {
        let (hours, minutes) = time.split_once(':').expect("a time");
        hours.parse::<u16>().expect("hours") * 60 + minutes.parse::<u16>().expect("minutes")
    };
    let hours = |range: &str| {
        let (from, to) = range.split_once('-').expect("a range");
        Hours::written(minutes(from), minutes(to)).expect("hours")
    };
    Day::new(text.split_whitespace().map(hours).collect())
}

/// The same hours from Monday to Friday.
fn week(text: &str) -> [Day; 7] {
    std::array::from_fn(|weekday| if weekday < 5 { day(text) } else { Day::off() })
}

fn moscow() -> ZoneRules {
    ZoneRules::fixed("Europe/Moscow", 180)
}

fn berlin() -> ZoneRules {
    let change = |text: &str, offset_minutes| ZoneChange { at: at(text), offset_minutes };
    ZoneRules::new(
        "Europe/Berlin",
        60,
        vec![change("2026-10-25T01:00:00Z", 60), change("2026-03-29T01:00:00Z", 120)],
    )
}

fn office() -> Calendar {
    Calendar::new(moscow(), week("9:00-18:00"), BTreeMap::new())
}
