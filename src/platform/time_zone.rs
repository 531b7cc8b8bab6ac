//! The world's clocks. Only the server has their table; a page is sent the part of it that it needs.

use crate::shared::sla::zone::{ZoneChange, ZoneRules};
use crate::shared::time::{Shift, Zone};
use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// So far back a page knows how the clock stood, and so far ahead how it will stand.
const BACK: TimeDelta = TimeDelta::days(3 * 366);
const AHEAD: TimeDelta = TimeDelta::days(400);
/// No clock is put forward and back again within this time, so no change is stepped over.
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
    let (first, changes) = changes(named(name), now - BACK, now + AHEAD);
    let shifts: Vec<Shift> =
        changes.into_iter().map(|(at, offset_minutes)| Shift { at, offset_minutes }).collect();
    Zone::shifting(first, &shifts)
}

/// The rules of a zone between two instants, for calendars; before and after them the nearest distance holds.
pub fn rules(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> ZoneRules {
    let (first, changes) = changes(zone, from, to);
    let changes = changes.into_iter().map(|(at, offset_minutes)| ZoneChange { at, offset_minutes });
    ZoneRules::new(zone.name(), first, changes.collect())
}

/// The distance from UTC at `from`, and those that follow it until `to`, in minutes, with the instants from which they hold.
fn changes(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> (i32, Vec<(DateTime<Utc>, i32)>) {
    let mut changes = Vec::new();
    let mut at = from;
    while at < to {
        let next = at.checked_add_signed(STEP).map_or(to, |next| next.min(to));
        if offset(zone, at) != offset(zone, next) {
            let changed = changed_at(zone, at, next);
            changes.push((changed, offset(zone, changed)));
        }
        at = next;
    }
    (offset(zone, from), changes)
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
}

/// The instant from which on the distance is no longer what it is at `before`.
fn changed_at(zone: Tz, before: DateTime<Utc>, after: DateTime<Utc>) -> DateTime<Utc> {
    let old = offset(zone, before);
    let (mut before, mut after) = (before.timestamp(), after.timestamp());
    while after - before > 1 {
        let middle = before.midpoint(after);
        let is_old = DateTime::from_timestamp(middle, 0).is_some_and(|at| offset(zone, at) == old);
        if is_old { before = middle } else { after = middle }
    }
    DateTime::from_timestamp(after, 0).unwrap_or_default()
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

    /// The years in which deadlines of ours lie.
    fn years() -> (DateTime<Utc>, DateTime<Utc>) {
        (utc("2025-01-01T00:00:00Z"), utc("2030-01-01T00:00:00Z"))
    }

    #[test]
    fn every_zone_shows_the_same_as_its_rules() {
        let (from, to) = years();
        for zone in chrono_tz::TZ_VARIANTS {
            let rules = super::rules(zone, from, to);
            let mut now = from;
            while now < to {
                assert_eq!(rules.offset_minutes(now), offset(zone, now), "{zone} at {now}");
                now += TimeDelta::minutes(31 * 60 + 13);
            }
        }
    }

    #[test]
    fn changes_are_known_to_the_second() {
        let (from, to) = years();
        let berlin = rules(chrono_tz::Europe::Berlin, from, to);
        for (text, minutes) in [
            ("2026-03-29T00:59:59Z", 60),
            ("2026-03-29T01:00:00Z", 120),
            ("2026-10-25T00:59:59Z", 120),
            ("2026-10-25T01:00:00Z", 60),
        ] {
            assert_eq!(berlin.offset_minutes(utc(text)), minutes, "{text}");
        }
        let moscow = rules(chrono_tz::Europe::Moscow, from, to);
        assert_eq!(moscow, ZoneRules::fixed("Europe/Moscow", 180));
    }
}
