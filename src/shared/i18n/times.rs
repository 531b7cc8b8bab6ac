//! Days, moments and stretches of time in words.

use super::Locale;
use crate::shared::time::{DayName, Zone, day_name};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

const MONTHS_RU: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_SHORT_RU: [&str; 12] =
    ["янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."];
const MONTHS_SHORT_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Locale {
    /// The month as it stands after a day: `ноября`. Months count from 1; anything else is empty.
    pub fn month_genitive(self, month: u32) -> &'static str {
        let names = match self {
            Locale::Ru => MONTHS_RU,
            Locale::En => MONTHS_EN,
        };
        name_of(month, names)
    }

    fn month_short(self, month: u32) -> &'static str {
        let names = match self {
            Locale::Ru => MONTHS_SHORT_RU,
            Locale::En => MONTHS_SHORT_EN,
        };
        name_of(month, names)
    }

    /// A day as a heading: `сегодня`, `12 ноября`.
    pub fn day(self, name: DayName) -> String {
        match name {
            DayName::Today => self.pick("сегодня", "today").to_owned(),
            DayName::Yesterday => self.pick("вчера", "yesterday").to_owned(),
            DayName::ThisYear { day, month } => format!("{day}\u{a0}{}", self.month_genitive(month)),
            DayName::OtherYear { day, month, year } => {
                format!("{day}\u{a0}{} {year}", self.month_genitive(month))
            }
        }
    }

    /// A day in full, whatever day it is today: `12 ноября 2026`.
    pub fn date(self, day: NaiveDate) -> String {
        self.day(DayName::OtherYear { day: day.day(), month: day.month(), year: day.year() })
    }

    /// A moment in full, for hints: `12 ноября 2026, 14:20`.
    pub fn date_time(self, at: DateTime<Utc>, zone: Zone) -> String {
        format!("{}, {}", self.date(zone.day(at)), zone.clock(at))
    }

    /// A moment in a sentence: relative under an hour, with the day after that. `только что`, `5 минут назад`,
    /// `сегодня в 14:20`, `вчера в 14:20`, `12 ноября в 14:20`; without the hour after a year.
    pub fn ago(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        match (now - at).num_minutes() {
            ..1 => self.pick("только что", "just now").to_owned(),
            minutes @ 1..60 => self.passed(self.minutes(minutes)),
            _ => self.at_day(at, now, zone),
        }
    }

    /// Like `ago`, and by the second within the last minute: `12 секунд назад`.
    pub fn ago_exact(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        match (now - at).num_seconds() {
            seconds @ 2..60 => self.passed(self.seconds(seconds)),
            _ => self.ago(at, now, zone),
        }
    }

    /// A moment in a narrow column: `14:20` today, `вчера`, `12 нояб.`, `12.11.25`.
    pub fn short_time(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        match day_name(zone.day(at), zone.day(now)) {
            DayName::Today => zone.clock(at),
            DayName::Yesterday => self.pick("вчера", "yesterday").to_owned(),
            DayName::ThisYear { day, month } => format!("{day}\u{a0}{}", self.month_short(month)),
            DayName::OtherYear { .. } => zone.local(at).format("%d.%m.%y").to_string(),
        }
    }

    /// A moment with its day: `сегодня в 14:20`, `12 ноября в 14:20`.
    pub fn at_day(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let name = day_name(zone.day(at), zone.day(now));
        let day = self.day(name);
        match name {
            DayName::OtherYear { .. } => day,
            _ => format!("{day} {}\u{a0}{}", self.pick("в", "at"), zone.clock(at)),
        }
    }

    /// How many days away a day is: `сегодня`, `завтра`, `через 12 дней`, `3 дня назад`.
    pub fn days_away(self, days: i64) -> String {
        match days {
            0 => self.pick("сегодня", "today").to_owned(),
            1 => self.pick("завтра", "tomorrow").to_owned(),
            2.. => format!("{} {}", self.pick("через", "in"), self.days(days)),
            _ => self.passed(self.days(-days)),
        }
    }

    /// How soon something comes, by the second within a minute: `через 40 секунд`, `через 3 минуты`.
    pub fn in_a_while(self, seconds: i64) -> String {
        let stretch = match seconds {
            ..60 => self.seconds(seconds.max(0)),
            _ => self.minutes((seconds + 59) / 60),
        };
        format!("{} {stretch}", self.pick("через", "in"))
    }

    /// A stretch of time where there is little room: `3 ч 12 мин`, `2 д 4 ч`, `14 мин`.
    pub fn duration_short(self, minutes: i64) -> String {
        let (d, h, m) = match self {
            Locale::Ru => ("д", "ч", "мин"),
            Locale::En => ("d", "h", "min"),
        };
        in_two_units(
            minutes,
            |n| format!("{n}\u{a0}{d}"),
            |n| format!("{n}\u{a0}{h}"),
            |n| format!("{n}\u{a0}{m}"),
        )
    }

    /// A stretch of time in words: `3 часа 12 минут`.
    pub fn duration(self, minutes: i64) -> String {
        let minute = |n| self.count(n, ["минута", "минуты", "минут"], ["minute", "minutes"]);
        in_two_units(minutes, |n| self.days(n), |n| self.hours(n), minute)
    }

    fn passed(self, stretch: String) -> String {
        format!("{stretch} {}", self.pick("назад", "ago"))
    }

    fn days(self, n: i64) -> String {
        self.count(n, ["день", "дня", "дней"], ["day", "days"])
    }

    fn hours(self, n: i64) -> String {
        self.count(n, ["час", "часа", "часов"], ["hour", "hours"])
    }

    /// In the accusative, which «назад» takes.
    fn minutes(self, n: i64) -> String {
        self.count(n, ["минуту", "минуты", "минут"], ["minute", "minutes"])
    }

    fn seconds(self, n: i64) -> String {
        self.count(n, ["секунду", "секунды", "секунд"], ["second", "seconds"])
    }
}

fn name_of(month: u32, names: [&'static str; 12]) -> &'static str {
    usize::try_from(month)
        .ok()
        .and_then(|n| n.checked_sub(1))
        .and_then(|n| names.get(n))
        .copied()
        .unwrap_or("")
}

/// The two largest units that say something: days with hours, hours with minutes, or minutes alone.
fn in_two_units(
    minutes: i64,
    days: impl Fn(i64) -> String,
    hours: impl Fn(i64) -> String,
    small: impl Fn(i64) -> String,
) -> String {
    let (d, h, m) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (d, h, m) {
        (0, 0, m) => small(m),
        (0, h, 0) => hours(h),
        (0, h, m) => format!("{} {}", hours(h), small(m)),
        (d, 0, _) => days(d),
        (d, h, _) => format!("{} {}", days(d), hours(h)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone};

    const MOSCOW: Zone = Zone::fixed(180);

    /// 20 November 2026, 15:00 in Moscow.
    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).single().expect("a real date")
    }

    fn plain(text: String) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn moments_are_relative_under_an_hour_and_absolute_after() {
        let ago = |back: Duration| plain(Locale::Ru.ago(now() - back, now(), MOSCOW));
        assert_eq!(ago(Duration::seconds(59)), "только что");
        assert_eq!(ago(Duration::seconds(60)), "1 минуту назад");
        assert_eq!(ago(Duration::minutes(5)), "5 минут назад");
        assert_eq!(ago(Duration::minutes(22)), "22 минуты назад");
        assert_eq!(ago(Duration::minutes(60)), "сегодня в 14:00");
        assert_eq!(ago(Duration::hours(16)), "вчера в 23:00");
        assert_eq!(ago(Duration::days(8)), "12 ноября в 15:00");
        assert_eq!(ago(Duration::days(365)), "20 ноября 2025");
    }

    #[test]
    fn a_clock_that_runs_ahead_makes_nothing_future() {
        assert_eq!(Locale::Ru.ago(now() + Duration::seconds(90), now(), MOSCOW), "только что");
        assert_eq!(Locale::En.ago_exact(now() + Duration::seconds(3), now(), MOSCOW), "just now");
    }

    #[test]
    fn the_last_minute_goes_by_the_second() {
        let ago = |seconds| plain(Locale::Ru.ago_exact(now() - Duration::seconds(seconds), now(), MOSCOW));
        assert_eq!(ago(1), "только что");
        assert_eq!(ago(12), "12 секунд назад");
        assert_eq!(ago(42), "42 секунды назад");
        assert_eq!(ago(60), "1 минуту назад");
    }

    #[test]
    fn the_day_is_that_of_the_workspace() {
        // 00:30 on the 20th in Moscow is still the 19th in UTC.
        let at = Utc.with_ymd_and_hms(2026, 11, 19, 21, 30, 0).single().expect("a real date");
        assert_eq!(Locale::Ru.short_time(at, now(), MOSCOW), "00:30");
        assert_eq!(Locale::Ru.short_time(at, now(), Zone::UTC), "вчера");
    }

    #[test]
    fn days_away_are_told_in_words() {
        let days = |n| plain(Locale::Ru.days_away(n));
        assert_eq!(days(0), "сегодня");
        assert_eq!(days(1), "завтра");
        assert_eq!(days(2), "через 2 дня");
        assert_eq!(days(21), "через 21 день");
        assert_eq!(days(-5), "5 дней назад");
    }

    #[test]
    fn stretches_of_time_take_two_units() {
        let short = |n| plain(Locale::Ru.duration_short(n));
        assert_eq!(short(0), "0 мин");
        assert_eq!(short(192), "3 ч 12 мин");
        assert_eq!(short(120), "2 ч");
        assert_eq!(short(1_440), "1 д");
        assert_eq!(short(3_125), "2 д 4 ч");
        assert_eq!(plain(Locale::Ru.duration(192)), "3 часа 12 минут");
        assert_eq!(plain(Locale::Ru.duration(61)), "1 час 1 минута");
        assert_eq!(plain(Locale::En.duration(61)), "1 hour 1 minute");
    }

    #[test]
    fn months_outside_the_year_have_no_name() {
        assert_eq!(Locale::Ru.month_genitive(1), "января");
        assert_eq!(Locale::Ru.month_genitive(12), "декабря");
        assert_eq!(Locale::Ru.month_genitive(0), "");
        assert_eq!(Locale::Ru.month_genitive(13), "");
    }
}
