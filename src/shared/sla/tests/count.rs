use super::super::calendar::{Calendar, Day, DayKind, Hours, SpecialDay};
use super::super::count::{Pause, PauseReason, Spent, Target, TimeKind, course, deadline, elapsed};
use super::super::zone::{ZoneChange, ZoneRules};
use super::{at, berlin, date, day, moscow, office, week};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::BTreeMap;

// --- Examples ------------------------------------------------------------------------------------------------------

fn pause(from: &str, to: Option<&str>) -> Pause {
    Pause { from: at(from), to: to.map(at), reason: PauseReason::Snoozed }
}

#[test]
fn work_is_counted_over_the_night_and_the_weekend() {
    let due = |start, minutes| deadline(at(start), Target::working(minutes), &office(), &[]);
    // Friday, 17:30 in Moscow.
    assert_eq!(due("2026-11-20T14:30:00Z", 30), Some(at("2026-11-20T15:00:00Z")));
    assert_eq!(due("2026-11-20T14:30:00Z", 60), Some(at("2026-11-23T06:30:00Z")));
    // At night nothing counts.
    assert_eq!(due("2026-11-20T23:00:00Z", 1), Some(at("2026-11-23T06:01:00Z")));
    assert_eq!(due("2026-11-20T14:30:12.345Z", 1), Some(at("2026-11-20T14:31:12.345Z")));
}

#[test]
fn the_wall_clock_asks_no_calendar() {
    let never = Calendar::new(moscow(), Default::default(), BTreeMap::new());
    let due = deadline(at("2026-11-20T14:30:00Z"), Target::wall(1440), &never, &[]);
    assert_eq!(due, Some(at("2026-11-21T14:30:00Z")));
}

#[test]
fn hours_past_midnight_belong_to_the_day_they_begin_on() {
    let calendar = Calendar::new(moscow(), week("18:00-02:00"), BTreeMap::new());
    // Friday evening goes on into Saturday, Sunday has none.
    let due = |minutes| deadline(at("2026-11-20T15:00:00Z"), Target::working(minutes), &calendar, &[]);
    assert_eq!(due(480), Some(at("2026-11-20T23:00:00Z")));
    assert_eq!(due(481), Some(at("2026-11-23T15:01:00Z")));
    // Asked on Saturday, the hours of Friday are still there.
    let due = deadline(at("2026-11-20T22:00:00Z"), Target::working(60), &calendar, &[]);
    assert_eq!(due, Some(at("2026-11-20T23:00:00Z")));
}

#[test]
fn an_hour_that_the_clock_shows_twice_counts_twice_and_a_skipped_one_not() {
    let calendar = Calendar::new(berlin(), std::array::from_fn(|_| day("1:00-4:00")), BTreeMap::new());
    let worked = |from, to| elapsed(at(from), at(to), TimeKind::Working, &calendar, &[]).num_minutes();
    assert_eq!(worked("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 120);
    assert_eq!(worked("2026-07-01T12:00:00Z", "2026-07-02T12:00:00Z"), 180);
    assert_eq!(worked("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 240);
    // Summer time is an hour further from UTC.
    let due = deadline(at("2026-03-29T12:00:00Z"), Target::working(1), &calendar, &[]);
    assert_eq!(due, Some(at("2026-03-29T23:01:00Z")));
}

#[test]
fn pauses_stop_the_clock_however_they_are_cut() {
    let start = at("2026-11-20T08:00:00Z");
    let due = |pauses: &[Pause]| deadline(start, Target::working(60), &office(), pauses);
    let whole = [pause("2026-11-20T08:30:00Z", Some("2026-11-20T10:00:00Z"))];
    let cut = [
        pause("2026-11-20T09:00:00Z", Some("2026-11-20T10:00:00Z")),
        pause("2026-11-20T08:30:00Z", Some("2026-11-20T09:00:00Z")),
        pause("2026-11-20T08:40:00Z", Some("2026-11-20T08:50:00Z")),
    ];
    assert_eq!(due(&whole), Some(at("2026-11-20T10:30:00Z")));
    assert_eq!(due(&cut), due(&whole));
    // Nobody knows until when; what was used up before stays used up.
    assert_eq!(due(&[pause("2026-11-20T08:30:00Z", None)]), None);
    assert_eq!(due(&[pause("2026-11-20T09:00:00Z", None)]), Some(at("2026-11-20T09:00:00Z")));
    // The wrong way round is no pause.
    assert_eq!(due(&[pause("2026-11-20T10:00:00Z", Some("2026-11-20T08:30:00Z"))]), due(&[]));
}

#[test]
fn a_calendar_that_is_over_has_no_deadline() {
    let only =
        BTreeMap::from([(date("2026-11-25"), SpecialDay { kind: DayKind::Own, day: day("9:00-10:00") })]);
    let calendar = Calendar::new(moscow(), Default::default(), only);
    let due = |minutes| deadline(at("2026-11-20T08:00:00Z"), Target::working(minutes), &calendar, &[]);
    assert_eq!(due(60), Some(at("2026-11-25T07:00:00Z")));
    assert_eq!(due(61), None);
}

#[test]
fn times_at_the_ends_of_the_calendar_are_borne() {
    for start in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for target in [Target::wall(u32::MAX), Target::working(1)] {
            let due = deadline(start, target, &office(), &[]);
            assert!(due.is_none_or(|due| due >= start), "{due:?}");
            elapsed(start, start, target.time, &office(), &[]);
        }
    }
}

#[test]
fn the_course_says_what_time_was_spent_on() {
    // Thursday, 17:00 in Moscow, to Friday, 10:00; put off for half an hour.
    let pauses = [pause("2026-11-20T06:15:00Z", Some("2026-11-20T06:45:00Z"))];
    let spans =
        course(at("2026-11-19T14:00:00Z"), at("2026-11-20T07:00:00Z"), TimeKind::Working, &office(), &pauses);
    let told: Vec<(Spent, i64)> =
        spans.iter().map(|span| (span.spent, (span.to - span.from).num_minutes())).collect();
    assert_eq!(
        told,
        [
            (Spent::Counted, 60),
            (Spent::Closed, 15 * 60),
            (Spent::Counted, 15),
            (Spent::Paused(PauseReason::Snoozed), 30),
            (Spent::Counted, 15),
        ]
    );
}

#[test]
fn days_are_shortened_from_their_end() {
    assert_eq!(day("9:00-13:00 14:00-18:00").shortened(60), day("9:00-13:00 14:00-17:00"));
    assert_eq!(day("9:00-13:00 14:00-14:30").shortened(60), day("9:00-12:30"));
    assert_eq!(day("9:00-9:30").shortened(60), Day::off());
}

#[test]
fn hours_that_touch_are_one() {
    assert_eq!(day("9:00-13:00 12:00-18:00 18:00-19:00").hours().len(), 1);
    assert_eq!(Hours::written(540, 540).map(|hours| hours.to()), Some(540 + 1440));
    assert_eq!(Hours::new(1440, 1500), None);
    assert_eq!(Hours::new(60, 1501), None);
}

// --- Whatever may come ---------------------------------------------------------------------------------------------

/// A Monday at midnight.
const BEGIN: i64 = 1_795_996_800;

fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(BEGIN + seconds, 0).expect("an instant")
}

fn any_day() -> impl Strategy<Value = Day> {
    let hours = (0u16..1440, 1u16..=1440).prop_map(|(from, length)| Hours::new(from, from + length));
    let hours = hours.prop_map(|hours| hours.expect("hours of a day"));
    proptest::collection::vec(hours, 0..4).prop_map(Day::new)
}

fn any_zone() -> impl Strategy<Value = ZoneRules> {
    let change = (-20i64 * 86_400..40 * 86_400, -14i32 * 60..=14 * 60)
        .prop_map(|(at, offset_minutes)| ZoneChange { at: second(at), offset_minutes });
    (-14i32 * 60..=14 * 60, proptest::collection::vec(change, 0..4))
        .prop_map(|(offset, changes)| ZoneRules::new("Any/Where", offset, changes))
}

/// A calendar in which there is some work every week.
fn any_calendar() -> impl Strategy<Value = Calendar> {
    let week = proptest::array::uniform7(any_day());
    let special = proptest::collection::btree_map(-10i64..30, any_day(), 0..8);
    (any_zone(), week, special).prop_map(|(zone, mut week, special)| {
        week[2] = if week[2].is_off() { Day::whole() } else { week[2].clone() };
        let date = |days: i64| second(days * 86_400).date_naive();
        let special =
            special.into_iter().map(|(days, day)| (date(days), SpecialDay { kind: DayKind::Own, day }));
        Calendar::new(zone, week, special.collect())
    })
}

fn any_pauses() -> impl Strategy<Value = Vec<Pause>> {
    let pause = (-5i64 * 86_400..20 * 86_400, 0i64..3 * 86_400).prop_map(|(from, length)| Pause {
        from: second(from),
        to: Some(second(from + length)),
        reason: PauseReason::ByHand,
    });
    proptest::collection::vec(pause, 0..4)
}

fn any_target() -> impl Strategy<Value = Target> {
    (1u32..10_080, any::<bool>())
        .prop_map(|(minutes, is_wall)| if is_wall { Target::wall(minutes) } else { Target::working(minutes) })
}

fn any_start() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..10 * 86_400_000_000).prop_map(|micros| second(0) + TimeDelta::microseconds(micros))
}

/// Whether the wall clock shows working hours: asked of the calendar's own words, not of the counting.
fn is_open(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let local = at.naive_utc() + TimeDelta::minutes(i64::from(calendar.zone().offset_minutes(at)));
    let covers = |days: i64| {
        let begin = local.date() - TimeDelta::days(days);
        let since = local - begin.and_time(chrono::NaiveTime::MIN);
        let is_in = |hours: &Hours| {
            TimeDelta::minutes(hours.from().into()) <= since && since < TimeDelta::minutes(hours.to().into())
        };
        calendar.day(begin).hours().iter().any(is_in)
    };
    covers(0) || covers(1)
}

fn is_paused(pauses: &[Pause], at: DateTime<Utc>) -> bool {
    pauses.iter().any(|pause| pause.from <= at && pause.to.is_none_or(|to| at < to))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_has_elapsed_at_the_deadline_is_the_target(
        start in any_start(), target in any_target(), calendar in any_calendar(), pauses in any_pauses(),
    ) {
        let due = deadline(start, target, &calendar, &pauses).expect("there is work every week");
        prop_assert_eq!(elapsed(start, due, target.time, &calendar, &pauses), target.length());
        // And not a moment before.
        let before = due - TimeDelta::microseconds(1);
        prop_assert!(elapsed(start, before, target.time, &calendar, &pauses) < target.length());
    }

    #[test]
    fn a_longer_target_is_due_later(
        start in any_start(), target in any_target(), more in 1u32..3_000, calendar in any_calendar(),
        pauses in any_pauses(),
    ) {
        let longer = Target { minutes: target.minutes.saturating_add(more), ..target };
        prop_assert!(deadline(start, target, &calendar, &pauses) < deadline(start, longer, &calendar, &pauses));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        start in any_start(), later in 0i64..86_400, target in any_target(), calendar in any_calendar(),
        pauses in any_pauses(),
    ) {
        let later = start + TimeDelta::seconds(later);
        prop_assert!(deadline(start, target, &calendar, &pauses) <= deadline(later, target, &calendar, &pauses));
    }

    #[test]
    fn no_deadline_lies_inside_closed_time_or_a_pause(
        start in any_start(), target in any_target(), calendar in any_calendar(), pauses in any_pauses(),
    ) {
        let due = deadline(start, target, &calendar, &pauses).expect("there is work every week");
        let before = due - TimeDelta::microseconds(1);
        prop_assert!(target.time == TimeKind::Wall || is_open(&calendar, before));
        prop_assert!(!is_paused(&pauses, before));
        prop_assert!(due > start);
    }

    #[test]
    fn cutting_a_pause_in_two_changes_nothing(
        start in any_start(), target in any_target(), calendar in any_calendar(), pauses in any_pauses(),
        share in 0.0f64..=1.0, overlap in 0i64..3_600,
    ) {
        let cut = |pause: &Pause| {
            let to = pause.to.expect("an end");
            let seconds = (to - pause.from).num_seconds();
            let middle = pause.from + TimeDelta::seconds((seconds as f64 * share) as i64);
            let back = (middle - TimeDelta::seconds(overlap)).max(pause.from);
            [Pause { to: Some(middle), ..*pause }, Pause { from: back, ..*pause }]
        };
        let mut pieces: Vec<Pause> = pauses.iter().flat_map(cut).collect();
        pieces.reverse();
        prop_assert_eq!(
            deadline(start, target, &calendar, &pieces),
            deadline(start, target, &calendar, &pauses)
        );
    }

    #[test]
    fn time_adds_up(
        start in any_start(), first in 0i64..10 * 86_400, second in 0i64..10 * 86_400, target in any_target(),
        calendar in any_calendar(), pauses in any_pauses(),
    ) {
        let middle = start + TimeDelta::seconds(first);
        let end = middle + TimeDelta::seconds(second);
        let between = |from, to| elapsed(from, to, target.time, &calendar, &pauses);
        prop_assert_eq!(between(start, middle) + between(middle, end), between(start, end));
        prop_assert_eq!(between(end, start).max(TimeDelta::zero()), between(end, start));
    }

    #[test]
    fn the_course_covers_the_time_and_agrees_with_what_has_elapsed(
        start in any_start(), length in 1i64..10 * 86_400, target in any_target(), calendar in any_calendar(),
        pauses in any_pauses(),
    ) {
        let end = start + TimeDelta::seconds(length);
        let spans = course(start, end, target.time, &calendar, &pauses);
        prop_assert_eq!(spans.first().map(|span| span.from), Some(start));
        prop_assert_eq!(spans.last().map(|span| span.to), Some(end));
        prop_assert!(spans.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].spent != pair[1].spent));
        let counted = spans.iter().filter(|span| span.spent == Spent::Counted);
        let counted: TimeDelta = counted.map(|span| span.to - span.from).sum();
        prop_assert_eq!(counted, elapsed(start, end, target.time, &calendar, &pauses));
    }

    #[test]
    fn a_calendar_survives_being_sent(calendar in any_calendar()) {
        let text = serde_json::to_string(&calendar).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Calendar>(&text).ok(), Some(calendar));
    }
}

// --- Minute by minute ----------------------------------------------------------------------------------------------

/// Numbers without rhyme, the same in every run.
struct Dice(u64);

impl Dice {
    /// Below `limit`.
    fn roll(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % limit
    }
}

/// A calendar as a table of minutes; built without anything that is tested.
struct Minutes {
    week: Vec<Vec<(i64, i64)>>,
    special: BTreeMap<i64, Vec<(i64, i64)>>,
    /// From which minute on, how many minutes from UTC.
    offsets: Vec<(i64, i64)>,
}

const DAYS: i64 = 30;

impl Minutes {
    fn thrown(dice: &mut Dice) -> Self {
        let ranges = |dice: &mut Dice| {
            let count = dice.roll(4);
            let range = |dice: &mut Dice| {
                let from = dice.roll(1440);
                (from, from + 1 + dice.roll(720))
            };
            (0..count).map(|_| range(dice)).collect::<Vec<_>>()
        };
        let week = (0..7).map(|_| ranges(dice)).collect();
        let special = (0..dice.roll(6)).map(|_| (dice.roll(DAYS), ranges(dice))).collect();
        let mut offsets = vec![(i64::MIN, dice.roll(53) * 30 - 12 * 60)];
        let mut moved: Vec<i64> = (0..dice.roll(4)).map(|_| dice.roll(DAYS * 1440)).collect();
        moved.sort_unstable();
        // Mostly an hour, sometimes around the world.
        for minute in moved {
            let offset = offsets.last().map_or(0, |(_, offset)| *offset);
            let by = if dice.roll(4) == 0 { dice.roll(1500) - 750 } else { 60 - 120 * dice.roll(2) };
            offsets.push((minute, (offset + by).clamp(-14 * 60, 14 * 60)));
        }
        Minutes { week, special, offsets }
    }

    fn is_open(&self, minute: i64) -> bool {
        let offset =
            self.offsets.iter().rev().find(|(from, _)| *from <= minute).map_or(0, |(_, offset)| *offset);
        let local = minute + offset;
        let today = local.div_euclid(1440);
        [today, today - 1].into_iter().any(|day| {
            let hours = self.special.get(&day).unwrap_or(&self.week[day.rem_euclid(7) as usize]);
            hours.iter().any(|(from, to)| (*from..*to).contains(&(local - day * 1440)))
        })
    }

    fn calendar(&self) -> Calendar {
        let day = |hours: &Vec<(i64, i64)>| {
            let hours = hours.iter().map(|(from, to)| Hours::new(*from as u16, *to as u16));
            Day::new(hours.collect::<Option<_>>().expect("hours of a day"))
        };
        let date = |days: i64| -> NaiveDate { second(days * 86_400).date_naive() };
        let special = self
            .special
            .iter()
            .map(|(days, hours)| (date(*days), SpecialDay { kind: DayKind::Own, day: day(hours) }));
        let changes = self.offsets[1..]
            .iter()
            .map(|(from, offset)| ZoneChange { at: second(from * 60), offset_minutes: *offset as i32 });
        let zone = ZoneRules::new("Any/Where", self.offsets[0].1 as i32, changes.collect());
        let week: Vec<Day> = self.week.iter().map(day).collect();
        Calendar::new(zone, week.try_into().expect("seven days"), special.collect())
    }
}

/// 250 calendars, 400 questions each.
#[test]
fn counting_minute_by_minute_gives_the_same() {
    assert_eq!(second(0).date_naive().format("%A").to_string(), "Monday");
    let mut dice = Dice(20_261_121);
    let mut found = 0;
    for _ in 0..250 {
        let minutes = Minutes::thrown(&mut dice);
        let calendar = minutes.calendar();
        let is_open: Vec<bool> = (0..DAYS * 1440).map(|minute| minutes.is_open(minute)).collect();
        for _ in 0..400 {
            found += i32::from(agrees(&mut dice, &is_open, &calendar));
        }
    }
    assert!(found > 80_000, "most questions have an answer: {found}");
}

/// Asks one question in both ways; says whether there was a deadline.
fn agrees(dice: &mut Dice, is_open: &[bool], calendar: &Calendar) -> bool {
    let instant = |minute: i64| second(minute * 60);
    let start = dice.roll(6 * 1440);
    let target = 1 + dice.roll([60, 600, 3_000][dice.0 as usize % 3]);
    let is_wall = dice.roll(5) == 0;
    let pauses: Vec<(i64, i64)> = (0..dice.roll(4))
        .map(|_| {
            let from = start - 600 + dice.roll(3_000);
            (from, if dice.roll(40) == 0 { i64::MAX } else { from + dice.roll(900) })
        })
        .collect();
    let counts = |minute: i64| {
        (is_wall || is_open[minute as usize])
            && !pauses.iter().any(|(from, to)| (*from..*to).contains(&minute))
    };
    let given: Vec<Pause> = pauses
        .iter()
        .map(|(from, to)| Pause {
            from: instant(*from),
            to: (*to != i64::MAX).then(|| instant(*to)),
            reason: PauseReason::ByHand,
        })
        .collect();
    let target_given = if is_wall { Target::wall(target as u32) } else { Target::working(target as u32) };
    let due = deadline(start_at(start), target_given, calendar, &given);

    let mut left = target;
    let mut expected = None;
    let last = is_open.len() as i64;
    for minute in start..last {
        left -= i64::from(counts(minute));
        if left == 0 {
            expected = Some(minute + 1);
            break;
        }
    }
    match expected {
        Some(minute) => assert_eq!(due, Some(instant(minute)), "{start} {target} {pauses:?}"),
        None => assert!(due.is_none_or(|due| due > instant(last)), "{start} {target} {pauses:?} {due:?}"),
    }
    let end = start + dice.roll(1_440);
    let sum = (start..end).filter(|minute| counts(*minute)).count() as i64;
    let counted = elapsed(instant(start), instant(end), target_given.time, calendar, &given);
    assert_eq!(counted.num_minutes(), sum, "{start} {end} {pauses:?}");
    expected.is_some()
}

fn start_at(minute: i64) -> DateTime<Utc> {
    second(minute * 60)
}
