//! What an answer has cost. Prices are data with dates (`prices.json`), per million tokens; what has no price costs an
//! unknown sum, which is not nothing.

use super::Usage;
use crate::shared::models::ProviderKind;
use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

text_enum!(
    /// What a price is in.
    Currency {
        Rub = "RUB",
        Usd = "USD",
    }
);

/// A sum of money, exact enough to be added up: millionths of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub millionths: i64,
    pub currency: Currency,
}

/// What a model costs from a day on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Price {
    pub provider: ProviderKind,
    /// The beginning of the model's name; empty for all of a provider.
    pub model: String,
    pub from: DateTime<Utc>,
    pub currency: Currency,
    /// Per million tokens: that were read, that were known already, that were written.
    #[serde(rename = "in")]
    pub tokens_in: f64,
    #[serde(rename = "cached")]
    pub tokens_cached: f64,
    #[serde(rename = "out")]
    pub tokens_out: f64,
    #[serde(default)]
    pub peaks: Option<Peaks>,
}

/// Hours in which everything costs more.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Peaks {
    pub factor: f64,
    /// From the first hour to before the second.
    pub hours_utc: Vec<(u32, u32)>,
    /// Only from Monday to Friday.
    pub workdays: bool,
}

impl Peaks {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        let is_day = !self.workdays || !matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        is_day && self.hours_utc.iter().any(|(from, to)| (*from..*to).contains(&at.hour()))
    }
}

/// A list of prices.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Prices(pub Vec<Price>);

impl Prices {
    /// The list that comes with the program.
    pub fn built_in() -> Self {
        Self(serde_json::from_str(include_str!("prices.json")).unwrap_or_default())
    }

    /// What an answer has cost; `None` when nobody knows.
    pub fn cost(&self, provider: ProviderKind, model: &str, usage: Usage, at: DateTime<Utc>) -> Option<Cost> {
        let price = self
            .0
            .iter()
            .filter(|price| price.provider == provider && model.starts_with(&price.model) && price.from <= at)
            .max_by_key(|price| (price.model.len(), price.from))?;
        let factor = price.peaks.as_ref().filter(|peaks| peaks.holds(at)).map_or(1.0, |peaks| peaks.factor);
        let cached = usage.tokens_cached.min(usage.tokens_in);
        // A price per million tokens is a price in millionths per token.
        let millionths = f64::from(usage.tokens_in - cached) * price.tokens_in
            + f64::from(cached) * price.tokens_cached
            + f64::from(usage.tokens_out) * price.tokens_out;
        Some(Cost { millionths: (millionths * factor).ceil() as i64, currency: price.currency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProviderKind::{Compatible, Deepseek, Yandex};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn mornings_in_moscow_cost_twice_as_much_and_the_past_keeps_its_price() {
        let prices = Prices::built_in();
        assert!(!prices.0.is_empty(), "the list can be read");
        let usage =
            Usage { tokens_in: 1_000_000, tokens_cached: 400_000, tokens_out: 100_000, is_guess: false };
        let cost =
            |time: &str| prices.cost(Deepseek, "deepseek-flash", usage, at(time)).map(|cost| cost.millionths);
        // 0.6 × 0.15 + 0.4 × 0.003 + 0.1 × 0.60 dollars.
        assert_eq!(cost("2026-11-20T12:00:00Z"), Some(151_200));
        assert_eq!(cost("2026-11-20T07:30:00Z"), Some(302_400), "10:30 on a Friday in Moscow");
        assert_eq!(cost("2026-11-21T07:30:00Z"), Some(151_200), "Saturday");
        assert_eq!(cost("2026-11-20T10:00:00Z"), Some(151_200), "the hour after");
        assert_eq!(cost("2026-01-01T00:00:00Z"), None, "before the first price");
    }

    #[test]
    fn the_longest_name_and_the_newest_price_count_and_the_rest_is_unknown() {
        let usage = Usage { tokens_in: 10, tokens_cached: 50, tokens_out: 1, is_guess: true };
        let now = at("2026-11-20T12:00:00Z");
        let mut prices = Prices::built_in();
        let mut cheaper = prices.0[0].clone();
        cheaper.from = at("2026-11-01T00:00:00Z");
        cheaper.tokens_cached = 1.0;
        prices.0.push(cheaper);
        let cost = prices.cost(Deepseek, "deepseek-flash-1017", usage, now).expect("known");
        assert_eq!(
            (cost.millionths, cost.currency),
            (11, Currency::Usd),
            "ten cached ones and 0.6, rounded up"
        );
        assert_eq!(prices.cost(Yandex, "yandexgpt", usage, now), None);
        assert_eq!(prices.cost(Compatible, "qwen3", usage, now).map(|cost| cost.millionths), Some(0));
    }
}
