use super::super::calendar::{Day, DayKind};
use super::super::count::{Target, deadline};
use super::super::production::{CalendarPlan, Following, russia};
use super::{at, date, day, moscow, week};
use chrono::{Datelike, NaiveDate};

fn plan(hours: &str) -> CalendarPlan {
    CalendarPlan {
        week: week(hours),
        following: Following { holidays: true, shortened: true },
        ..CalendarPlan::default()
    }
}

#[test]
fn every_official_year_has_as_many_working_days_as_was_published() {
    let years = russia().expect("data files");
    assert_eq!(years.iter().map(|year| year.year).collect::<Vec<_>>(), [2025, 2026, 2027]);
    let calendar = plan("9:00-18:00").calendar(moscow(), &years);
    for year in &years {
        let days = NaiveDate::from_ymd_opt(year.year, 1, 1).expect("a date").iter_days();
        let worked =
            days.take_while(|date| date.year() == year.year).filter(|date| !calendar.day(*date).is_off());
        assert_eq!(worked.count() as u32, year.working_days, "{}", year.year);
        let of_year = |date: &NaiveDate| date.year() == year.year;
        assert!(year.holidays.iter().all(of_year) && year.shortened.iter().all(of_year));
        assert_eq!(year.holidays.len(), 14);
        for moved in &year.moved {
            let is_weekend = |date: NaiveDate| date.weekday().num_days_from_monday() >= 5;
            assert!(is_weekend(moved.rest_of) && !is_weekend(moved.to), "{moved:?}");
        }
    }
}

#[test]
fn the_hours_of_a_forty_hour_week_are_those_that_were_published() {
    let years = russia().expect("data files");
    let calendar = plan("9:00-13:00 14:00-18:00").calendar(moscow(), &years);
    for year in [2025, 2026, 2027] {
        let days = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date").iter_days();
        let days = days.take_while(|date| date.year() == year);
        let hours = days.flat_map(|date| calendar.day(date).hours().to_vec());
        let minutes: u32 = hours.map(|hours| u32::from(hours.to() - hours.from())).sum();
        assert_eq!(minutes, 1972 * 60, "{year}");
    }
}

#[test]
fn holidays_and_moved_and_shortened_days_have_their_hours() {
    let calendar = plan("9:00-18:00").calendar(moscow(), &russia().expect("data files"));
    let kind = |text: &str| calendar.special(date(text)).map(|special| special.kind);
    // A holiday, the rest of which was moved to the last day of the year.
    assert_eq!(kind("2025-01-05"), None, "a Sunday stays one");
    assert_eq!(kind("2025-12-31"), Some(DayKind::MovedRest));
    assert_eq!(kind("2026-03-09"), Some(DayKind::MovedRest));
    assert_eq!(kind("2026-11-04"), Some(DayKind::Holiday));
    assert_eq!(kind("2026-11-03"), Some(DayKind::Shortened));
    assert_eq!(*calendar.day(date("2026-11-03")), day("9:00-17:00"));
    // A Saturday on which people work, and shorter, as the Monday would have been.
    assert_eq!(kind("2025-11-01"), Some(DayKind::MovedWork));
    assert_eq!(*calendar.day(date("2025-11-01")), day("9:00-17:00"));
    assert_eq!(*calendar.day(date("2027-02-20")), day("9:00-17:00"));
    assert!(calendar.day(date("2027-02-22")).is_off());
}

#[test]
fn a_shop_that_works_through_keeps_its_hours() {
    let years = russia().expect("data files");
    let through = CalendarPlan { following: Following::default(), ..plan("9:00-18:00") };
    let calendar = through.calendar(moscow(), &years);
    assert_eq!(*calendar.day(date("2026-11-04")), day("9:00-18:00"));
    assert!(calendar.day(date("2025-11-01")).is_off());
    assert_eq!(*calendar.day(date("2026-11-03")), day("9:00-18:00"), "no eve is shorter");
}

#[test]
fn own_days_override_the_official_ones() {
    let mut own = plan("9:00-18:00");
    own.own.insert(date("2026-11-04"), day("10:00-12:00"));
    own.own.insert(date("2026-11-05"), Day::off());
    let calendar = own.calendar(moscow(), &russia().expect("data files"));
    // 17:00 on the shortened eve; then two hours on the holiday; then nobody until Friday.
    let start = at("2026-11-03T13:30:00Z");
    let due = |minutes| deadline(start, Target::working(minutes), &calendar, &[]);
    assert_eq!(due(30), Some(at("2026-11-03T14:00:00Z")));
    assert_eq!(due(31), Some(at("2026-11-04T07:01:00Z")));
    assert_eq!(due(30 + 120 + 1), Some(at("2026-11-06T06:01:00Z")));
}

#[test]
fn the_long_new_year_is_waited_out() {
    let calendar = plan("9:00-18:00").calendar(moscow(), &russia().expect("data files"));
    // 30 December 2025, 17:30 in Moscow; the next working day is 12 January 2026.
    let due = deadline(at("2025-12-30T14:30:00Z"), Target::working(60), &calendar, &[]);
    assert_eq!(due, Some(at("2026-01-12T06:30:00Z")));
}

#[test]
fn a_plan_survives_being_kept() {
    let mut kept = plan("9:00-13:00 14:00-02:00");
    kept.own.insert(date("2026-11-05"), Day::off());
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<CalendarPlan>(&text).ok(), Some(kept));
    assert!(serde_json::from_str::<Day>("[[1440,1500]]").is_err(), "hours begin on their day");
}
