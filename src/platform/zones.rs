//! Zones of the world as rules that can be sent: which distances from UTC a zone has, and when it changes them.

use crate::shared::sla::zone::{ZoneChange, ZoneRules};
use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// No zone changes twice within a shorter time, so none is stepped over.
const STEP: TimeDelta = TimeDelta::days(7);

/// The rules of a zone between two instants; before and after them the nearest distance holds.
pub fn rules(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> ZoneRules {
    let mut changes = Vec::new();
    let mut at = from;
    while at < to {
        let next = at.checked_add_signed(STEP).map_or(to, |next| next.min(to));
        if offset_minutes(zone, at) != offset_minutes(zone, next) {
            let changed = change(zone, at, next);
            changes.push(ZoneChange { at: changed, offset_minutes: offset_minutes(zone, changed) });
        }
        at = next;
    }
    ZoneRules::new(zone.name(), offset_minutes(zone, from), changes)
}

/// The instant from which on the distance is no longer what it is at `before`.
fn change(zone: Tz, before: DateTime<Utc>, after: DateTime<Utc>) -> DateTime<Utc> {
    let old = offset_minutes(zone, before);
    let (mut before, mut after) = (before.timestamp(), after.timestamp());
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let is_old = DateTime::from_timestamp(middle, 0).is_some_and(|at| offset_minutes(zone, at) == old);
        if is_old { before = middle } else { after = middle }
    }
    DateTime::from_timestamp(after, 0).unwrap_or_default()
}

fn offset_minutes(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// The years in which deadlines of ours lie.
    fn years() -> (DateTime<Utc>, DateTime<Utc>) {
        (at("2025-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"))
    }

    #[test]
    fn every_zone_shows_the_same_as_its_rules() {
        let (from, to) = years();
        for zone in chrono_tz::TZ_VARIANTS {
            let rules = rules(zone, from, to);
            let mut now = from;
            while now < to {
                assert_eq!(rules.offset_minutes(now), offset_minutes(zone, now), "{zone} at {now}");
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
            assert_eq!(berlin.offset_minutes(at(text)), minutes, "{text}");
        }
        let moscow = rules(chrono_tz::Europe::Moscow, from, to);
        assert_eq!(moscow, ZoneRules::fixed("Europe/Moscow", 180));
    }
}
