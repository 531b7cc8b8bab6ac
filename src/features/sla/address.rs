//! The address of a report is its state, as that of the inbox is.

use super::types::{Answerer, MAX_REPORT_DAYS, ReportQuery};

/// The period that is shown first, in days.
pub const USUAL_DAYS: u16 = 30;

/// Reads an address; what cannot be read is left out.
pub fn query_of(word: impl Fn(&str) -> Option<String>) -> ReportQuery {
    let days = word("days").and_then(|days| days.parse().ok());
    ReportQuery {
        days: days.filter(|days| (1..=MAX_REPORT_DAYS).contains(days)).unwrap_or(USUAL_DAYS),
        seller: word("seller").and_then(|id| id.parse().ok()),
        person: word("person").and_then(|text| match text.as_str() {
            "cabinet" => Some(Answerer::Cabinet),
            id => id.parse().ok().map(Answerer::Person),
        }),
        policy: word("policy").and_then(|id| id.parse().ok()),
        hour: word("hour").and_then(|hour| hour.parse().ok()).filter(|hour| *hour < 24),
        day: word("day").and_then(|day| day.parse().ok()),
    }
}

impl ReportQuery {
    /// The words of its address, with the question mark.
    pub fn words(&self) -> String {
        let person = self.person.map(|person| match person {
            Answerer::Cabinet => "cabinet".to_owned(),
            Answerer::Person(id) => id.to_string(),
        });
        let words = [
            Some(("days", self.days.to_string())),
            self.seller.map(|id| ("seller", id.to_string())),
            person.map(|person| ("person", person)),
            self.policy.map(|id| ("policy", id.to_string())),
            self.hour.map(|hour| ("hour", hour.to_string())),
            self.day.map(|day| ("day", day.to_string())),
        ];
        let words: Vec<String> =
            words.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
        format!("?{}", words.join("&"))
    }

    /// Whether it is narrowed down to anything.
    pub fn is_narrowed(&self) -> bool {
        *self != ReportQuery { days: self.days, ..query_of(|_| None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ids::{PolicyId, SellerId, UserId};

    #[test]
    fn an_address_says_what_was_asked() {
        for person in [Answerer::Cabinet, Answerer::Person(UserId::new())] {
            let query = ReportQuery {
                days: 7,
                seller: Some(SellerId::new()),
                person: Some(person),
                policy: Some(PolicyId::new()),
                hour: Some(23),
                day: "2026-11-21".parse().ok(),
            };
            let words = query.words();
            let read = |word: &str| {
                let mut parts = words[1..].split('&').filter_map(|part| part.split_once('='));
                parts.find(|(key, _)| *key == word).map(|(_, value)| value.to_owned())
            };
            assert_eq!(query_of(read), query);
            assert!(query.is_narrowed());
        }
        let usual = query_of(|_| None);
        assert_eq!((usual.days, usual.is_narrowed()), (USUAL_DAYS, false));
        assert_eq!(query_of(|_| Some("x".to_owned())), usual);
    }
}
