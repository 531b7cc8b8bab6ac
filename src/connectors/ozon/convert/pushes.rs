//! The set-up of pushes.

use super::printable;
use crate::connectors::PushEndpoint;
use crate::connectors::ozon::wire::object;
use crate::connectors::ozon::wire::pushes::{self as wire, Described, PushCheck};
use serde_json::Value;

/// The kinds of events that speak of chats.
pub(in crate::connectors::ozon) const CHAT_EVENTS: [&str; 4] =
    ["TYPE_NEW_MESSAGE", "TYPE_UPDATE_MESSAGE", "TYPE_MESSAGE_READ", "TYPE_CHAT_CLOSED"];

/// An endpoint; `None` when it has no id, so that nothing could be done with it.
pub(in crate::connectors::ozon) fn endpoint(value: Value) -> Option<PushEndpoint> {
    let told: wire::PushEndpoint = object(value)?;
    let types: Vec<String> = told.types.into_iter().filter_map(kind).collect();
    let has = |event: &&str| types.iter().any(|kind| kind.eq_ignore_ascii_case(event));
    Some(PushEndpoint {
        id: told.id?,
        url: told.url.unwrap_or_default(),
        is_on: told.enable.unwrap_or(false),
        has_all_chat_events: CHAT_EVENTS.iter().all(has),
        has_chat_events: CHAT_EVENTS.iter().any(has),
    })
}

fn kind(value: Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word),
        value => object::<Described>(value)?.kind,
    }
}

/// What was wrong in a check, in Ozon's words; nothing when the address is active.
pub(in crate::connectors::ozon) fn complaints(check: PushCheck) -> Vec<String> {
    if check.is_active == Some(true) {
        return Vec::new();
    }
    let words: Vec<String> = check.errors.into_iter().map(complaint).collect();
    if words.is_empty() { vec!["is_active: false".into()] } else { words }
}

fn complaint(value: Value) -> String {
    let told = object::<Described>(value.clone()).unwrap_or_default();
    match (told.kind, told.description) {
        (Some(kind), Some(description)) => format!("{kind}: {description}"),
        (Some(words), None) | (None, Some(words)) => words,
        (None, None) => printable(value.as_str().unwrap_or(&value.to_string())).into_owned(),
    }
}
