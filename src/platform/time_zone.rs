//! The world's clocks. Only the server has their table; a page is sent the part of it that it needs.

use crate::shared::time::{Shift, Zone};
use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// So far back a page knows how the clock stood, and so far ahead how it will stand.
const BACK: TimeDelta = TimeDelta::days(3 * 366);
const AHEAD: TimeDelta = TimeDelta::days(400);
/// No clock is put forward and back again within this time.
const STEP: TimeDelta = TimeDelta::days(7);

/// Clocks of the world's regions. What stands elsewhere in the table are old names and fixed distances.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
    "Arctic",
];

/// The zone of this IANA name; Moscow's when nobody knows it any more.
pub fn named(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::Europe__Moscow)
}

/// The names of all zones that somebody may choose, with their distance from UTC at `now` in minutes, from west to east.
pub fn all(now: DateTime<Utc>) -> Vec<(&'static str, i32)> {
    let mut all: Vec<(&'static str, i32)> = chrono_tz::TZ_VARIANTS
        .iter()
        .filter(|zone| is_offered(zone.name()))
        .map(|zone| (zone.name(), offset(*zone, now)))
        .collect();
    all.sort_by_key(|(name, offset)| (*offset, *name));
    all
}

/// Whether somebody may choose a zone of this name.
pub fn is_offered(name: &str) -> bool {
    let region = name.split_once('/').map(|(region, _)| region);
    region.is_some_and(|region| REGIONS.contains(&region)) && name.parse::<Tz>().is_ok()
}

/// The clock of a zone as a page around `now` needs it.
pub fn clock(name: &str, now: DateTime<Utc>) -> Zone {
    let zone = named(name);
    let (mut at, end) = (now - BACK, now + AHEAD);
    let first = offset(zone, at);
    let (mut before, mut shifts) = (first, Vec::new());
    while at < end {
        let next = at + STEP;
        let after = offset(zone, next);
        if after != before {
            shifts.push(Shift { at: shifted_at(zone, at, next), offset_minutes: after });
            before = after;
        }
        at = next;
    }
    Zone::shifting(first, &shifts)
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
}

/// The minute in which a clock is put forward or back between two instants.
fn shifted_at(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let before = offset(zone, from);
    let (mut low, mut high) = (from.timestamp().div_euclid(60), to.timestamp().div_euclid(60));
    let at = |minute: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if offset(zone, at(middle)) == before { low = middle } else { high = middle }
    }
    at(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_page_knows_its_clock_as_well_as_the_table_does() {
        let now = utc("2026-11-21T12:34:56Z");
        for (name, _) in all(now) {
            let (clock, zone) = (clock(name, now), named(name));
            for days in -1_090..400 {
                let at = now + TimeDelta::days(days);
                assert_eq!(clock.offset_minutes(at), offset(zone, at), "{name}, {at}");
            }
        }
    }

    #[test]
    fn clocks_are_put_back_to_the_minute() {
        let clock = clock("Europe/Berlin", utc("2026-11-21T12:00:00Z"));
        assert_eq!(clock.clock(utc("2026-10-25T00:59:59Z")), "02:59");
        assert_eq!(clock.clock(utc("2026-10-25T01:00:00Z")), "02:00");
        assert_eq!(clock.clock(utc("2027-07-01T10:00:00Z")), "12:00", "what is to come");
    }

    #[test]
    fn old_names_are_understood_and_not_offered() {
        assert_eq!(named("Europe/Kiev").name(), "Europe/Kiev");
        assert_eq!(named("Nowhere/Town"), Tz::Europe__Moscow);
        for name in ["UTC", "Etc/GMT+3", "W-SU", "US/Pacific", "Europe/Atlantis", ""] {
            assert!(!is_offered(name), "{name}");
        }
        let all = all(utc("2026-11-21T12:00:00Z"));
        assert!(all.contains(&("Europe/Moscow", 180)) && all.contains(&("Asia/Kolkata", 330)));
    }
}
