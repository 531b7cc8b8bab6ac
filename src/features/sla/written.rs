//! Hours and stretches of time as people type them: `9:00–13:00, 14–18`, `1 ч 30 мин`.

use crate::shared::i18n::Locale;
use crate::shared::sla::calendar::{DAY_MINUTES, Day, Hours, MAX_RANGES};

/// Reads the hours of a day: ranges between commas; nothing is a day off. `None` for what is no time.
pub fn hours(text: &str) -> Option<Day> {
    let parts = text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
    let ranges: Vec<Hours> = parts.map(range).collect::<Option<_>>()?;
    (ranges.len() <= MAX_RANGES).then(|| Day::new(ranges))
}

/// The hours of a day as they are read: `09:00–13:00, 14:00–18:00`.
pub fn hours_text(day: &Day) -> String {
    let ranges = day.hours().iter().map(|hours| format!("{}–{}", clock(hours.from()), clock(hours.to())));
    ranges.collect::<Vec<_>>().join(", ")
}

/// Minutes of a day on the wall clock; the end of the day is `24:00`.
pub fn clock(minutes: u16) -> String {
    let minutes = if minutes > DAY_MINUTES { minutes - DAY_MINUTES } else { minutes };
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn range(text: &str) -> Option<Hours> {
    let (from, to) = text.split_once(['–', '-', '—', '−'])?;
    let (from, to) = (time(from)?, time(to)?);
    Hours::written(from, to)
}

/// Reads a time of day in minutes: `9`, `9:30`, `09.30`, `24:00`.
pub fn time(text: &str) -> Option<u16> {
    let text = text.trim();
    let (hours, minutes) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let (hours, minutes): (u16, u16) = (digits(hours)?.try_into().ok()?, digits(minutes)?.try_into().ok()?);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && total <= DAY_MINUTES).then_some(total)
}

/// Reads a stretch of time in minutes: `30`, `30 мин`, `4 ч`, `1 ч 30 мин`, `2 д`, `1:30`, also in English. `None` for what is none.
pub fn minutes(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase().replace('\u{a0}', " ");
    if let Some((hours, minutes)) = text.split_once(':') {
        let minutes = digits(minutes).filter(|minutes| *minutes < 60)?;
        return digits(hours)?.checked_mul(60)?.checked_add(minutes);
    }
    let mut total: u32 = 0;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = digits(&rest[..end])?;
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = Locale::unit_minutes(rest[..end].trim())?;
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = rest[end..].trim_start();
    }
    (!text.is_empty()).then_some(total)
}

fn digits(text: &str) -> Option<u32> {
    let text = text.trim();
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_shown() {
        for (typed, shown) in [
            ("9-18", "09:00–18:00"),
            ("9:00–13:00, 14.30—18", "09:00–13:00, 14:30–18:00"),
            ("18–2", "18:00–02:00"),
            ("0–24", "00:00–24:00"),
            ("9-9", "09:00–09:00"),
            ("", ""),
            (" ; ", ""),
        ] {
            let day = hours(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!(hours_text(&day), shown, "{typed}");
            assert_eq!(hours(shown), Some(day), "{shown}");
        }
        for typed in ["9", "9-25", "9:61-10", "утро–вечер", "24-9", "9–18 10–11"] {
            assert_eq!(hours(typed), None, "{typed}");
        }
    }

    #[test]
    fn stretches_are_read_in_either_language() {
        for (typed, expected) in [
            ("30", 30),
            ("30 мин", 30),
            ("4 ч", 240),
            ("4ч", 240),
            ("1\u{a0}ч 30\u{a0}мин", 90),
            ("1 д 2 ч", 1_560),
            ("2 days", 2_880),
            ("1h30m", 90),
            ("1:30", 90),
            ("24 часа", 1_440),
        ] {
            assert_eq!(minutes(typed), Some(expected), "{typed}");
        }
        for typed in ["", "ч", "скоро", "1 год", "-5", "1:75", "99999999999"] {
            assert_eq!(minutes(typed), None, "{typed}");
        }
    }
}
