//! From Ozon's words to ours. The only place that knows both.

pub(super) mod chats;
pub(super) mod goods;
pub(super) mod markdown;
pub(super) mod orders;
pub(super) mod pushes;

#[cfg(test)]
mod tests;

use super::wire;
use crate::features::orders::types::Price;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;
use std::borrow::Cow;

/// Ids are stored in indexes, whose entries have a size limit; Ozon's have 19 or 36 characters.
const LONGEST_ID: usize = 200;
/// Digits and point of the longest price; what is longer is none.
const LONGEST_PRICE: usize = 20;

/// An id that can be stored and looked up; what is too long or unprintable is none of Ozon's.
pub(super) fn usable_id(id: String) -> Option<String> {
    (id.len() <= LONGEST_ID && !id.contains('\0')).then_some(id)
}

/// RFC 3339, or the same without a zone, which then is UTC. The zero time of Ozon's servers says that there is none.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let at = zoned.or_else(|_| text.parse::<NaiveDateTime>().map(|at| at.and_utc())).ok()?;
    (at.timestamp() > 0 && at.timestamp() < 253_402_300_800).then_some(at)
}

/// A price, with the currency that stands beside it where it has none itself. Without a currency it says nothing.
fn price(money: wire::Money, beside: Option<String>) -> Option<Price> {
    let is_number = |amount: &String| {
        amount.len() <= LONGEST_PRICE && amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    Some(Price { amount: money.amount.filter(is_number)?, currency: money.currency.or(beside)? })
}

/// Converts the elements of a list one by one. Those that say nothing of use are left out and noticed.
pub(super) fn each<T>(what: &str, items: Vec<Value>, convert: impl FnMut(Value) -> Option<T>) -> Vec<T> {
    let all = items.len();
    let converted: Vec<T> = items.into_iter().filter_map(convert).collect();
    if converted.len() < all {
        tracing::warn!(
            what,
            left_out = all - converted.len(),
            "Ozon listed things that cannot be understood"
        );
    }
    converted
}

/// Postgres takes no NUL, neither in text nor in JSON.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}

fn printable_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(printable_json).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (printable(&name).into_owned(), printable_json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}
