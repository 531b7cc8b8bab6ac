//! Ozon's pushes: what they say and how they must be answered. An answer of any other shape may make Ozon stop.

use super::{client, convert, wire};
use crate::connectors::push::{Push, PushEvent, PushKind};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// Longest word for an event that is kept, in characters; Ozon's have less than forty.
const LONGEST_WORD: usize = 100;

/// Why a push is refused; Ozon knows these three words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    Unknown,
    ParameterValueMissed,
    RequestDuplicated,
}

impl RefusalCode {
    fn word(self) -> &'static str {
        match self {
            RefusalCode::Unknown => "ERROR_UNKNOWN",
            RefusalCode::ParameterValueMissed => "ERROR_PARAMETER_VALUE_MISSED",
            RefusalCode::RequestDuplicated => "ERROR_REQUEST_DUPLICATED",
        }
    }
}

/// The answer to a ping, sent with status 200.
pub fn pong(now: DateTime<Utc>) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "name": "AgentIQ",
        "time": now.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}

/// The answer to any other push that we take, sent with status 200.
pub fn accepted() -> Value {
    json!({ "result": true })
}

/// The answer to a push that we do not take, sent with a status of 400 or more. The message is for Ozon's people.
pub fn refused(code: RefusalCode, message: &str) -> Value {
    json!({ "error": { "code": code.word(), "message": message, "details": null } })
}

/// Reads the body of a push.
pub(in crate::connectors) fn parse(body: &[u8]) -> Push {
    let text = String::from_utf8_lossy(body);
    let Some(mut push) = client::parse::<wire::pushes::Push>(text.trim_start_matches('\u{feff}')) else {
        return Push::Unreadable;
    };
    let word = push.message_type.take().unwrap_or_default();
    match word.as_str() {
        "" => Push::Unreadable,
        word if word.eq_ignore_ascii_case("TYPE_PING") => Push::Ping,
        word => Push::Event(event(word, push)),
    }
}

fn event(word: &str, push: wire::pushes::Push) -> PushEvent {
    PushEvent {
        account: push.seller_id.clone().and_then(convert::usable_id),
        audience: push.chat_type.as_deref().map(convert::chats::audience),
        kind: kind(word, push).unwrap_or_else(|| PushKind::Other(word.chars().take(LONGEST_WORD).collect())),
    }
}

fn kind(word: &str, push: wire::pushes::Push) -> Option<PushKind> {
    let chat = push.chat_id.and_then(convert::usable_id);
    let message = push.message_id.and_then(convert::usable_id);
    Some(match word.to_ascii_uppercase().as_str() {
        "TYPE_NEW_MESSAGE" => PushKind::Message { chat: chat?, message: message? },
        "TYPE_UPDATE_MESSAGE" => PushKind::Edited { chat: chat?, message: message? },
        "TYPE_MESSAGE_READ" => PushKind::Read {
            chat: chat?,
            up_to: push.last_read_message_id.and_then(convert::usable_id),
            by_buyer: push.user.kind.as_deref().is_some_and(convert::chats::is_buyer),
        },
        "TYPE_CHAT_CLOSED" => PushKind::Closed { chat: chat? },
        _ => return None,
    })
}
