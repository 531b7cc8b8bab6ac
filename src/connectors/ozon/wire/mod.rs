//! Ozon's own words, as they come over the wire. They never leave this folder.
//!
//! Ozon changes number to string and back without notice, sends `"true"` for `true`, and adds enum values several
//! times a year. So nothing here fails on a single field: what is missing or of an odd type becomes its default, and
//! lists keep their elements as JSON, so that one broken element cannot take a whole page with it. Field names follow
//! the interface description of August 2026.

pub(super) mod account;
pub(super) mod chats;
pub(super) mod goods;
pub(super) mod orders;
pub(super) mod pushes;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// An id in a request: a number where the schema wants one, or text when it is not one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Id<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> From<&'a str> for Id<'a> {
    fn from(id: &'a str) -> Self {
        id.parse().map_or(Self::Text(id), Self::Number)
    }
}

/// An answer of which nothing is needed, as long as it is a JSON object.
#[derive(Debug, Deserialize)]
pub(super) struct Anything {}

/// Body of an error. `code` is a gRPC code and tells less than the status and the text.
#[derive(Debug, Deserialize)]
pub(super) struct RpcStatus {
    #[serde(default, deserialize_with = "text")]
    pub message: Option<String>,
}

/// An object as one of the types above. Serde would take an array for a struct too.
pub(super) fn object<T: serde::de::DeserializeOwned>(value: Value) -> Option<T> {
    value.is_object().then(|| serde_json::from_value(value).ok()).flatten()
}

/// A JSON value as an id. Numbers above 2^64 have lost digits on the way and are no ids any more.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => some_id(text.trim()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// A text to be read by people; without NUL, which Postgres takes neither in text nor in JSON.
fn some_text(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.replace('\0', ""))
}

fn some_id(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The texts of a list, or the one text that stands in its place.
pub(super) fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => some_text(text).into_iter().collect(),
        Value::Array(items) => items.iter().filter_map(|item| some_text(item.as_str()?)).collect(),
        _ => Vec::new(),
    }
}

/// An amount of money: Ozon sends a text, a number, or either with its currency in an object.
#[derive(Debug, Default)]
pub(super) struct Money {
    pub amount: Option<String>,
    pub currency: Option<String>,
}

fn money_of(value: &Value) -> Money {
    match value {
        Value::Number(number) => Money { amount: Some(number.to_string()), currency: None },
        Value::String(text) => Money { amount: some_text(text), currency: None },
        Value::Object(fields) => {
            let field = |names: [&str; 2]| names.into_iter().find_map(|name| fields.get(name));
            let amount = field(["amount", "price"]).filter(|amount| !amount.is_object());
            Money {
                amount: amount.and_then(|amount| money_of(amount).amount),
                currency: field(["currency", "currency_code"]).and_then(|text| some_text(text.as_str()?)),
            }
        }
        _ => Money::default(),
    }
}

fn money<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
    Ok(money_of(&Value::deserialize(from)?))
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(id_of(&Value::deserialize(from)?))
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => some_text(&text),
        _ => None,
    })
}

fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(texts_of(&Value::deserialize(from)?))
}

fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) => number.as_u64().map(|n| n != 0),
        _ => None,
    })
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A number of which nobody has fewer than none.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A list, or the one element that came in its place.
fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items,
        Value::Object(fields) if !fields.is_empty() => vec![Value::Object(fields)],
        _ => Vec::new(),
    })
}

fn nested<'de, D: Deserializer<'de>, T: Default + serde::de::DeserializeOwned>(
    from: D,
) -> Result<T, D::Error> {
    Ok(object(Value::deserialize(from)?).unwrap_or_default())
}
