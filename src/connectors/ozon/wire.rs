//! Ozon's own words, as they come over the wire. They never leave this folder.
//!
//! Ozon changes number to string and back without notice, sends `"true"` for `true`, and adds enum values several
//! times a year. So nothing here fails on a single field: what is missing or of an odd type becomes its default, and
//! lists keep their elements as JSON, so that one broken element cannot take a whole page with it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Request of `/v3/chat/list`.
#[derive(Debug, Serialize)]
pub(super) struct ChatListRequest<'a> {
    pub filter: ChatFilter,
    pub limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<&'a str>,
}

/// Which chats the list holds.
#[derive(Debug, Serialize)]
pub(super) struct ChatFilter {
    pub chat_status: &'static str,
    pub unread_only: bool,
}

/// Answer of `/v3/chat/list`.
#[derive(Debug, Deserialize)]
pub(super) struct ChatList {
    #[serde(default, deserialize_with = "list")]
    pub chats: Vec<Value>,
    #[serde(default, deserialize_with = "id")]
    pub cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// An element of the list. What concerns messages stands beside `chat`, not in it.
#[derive(Debug, Deserialize)]
pub(super) struct ChatItem {
    #[serde(default, deserialize_with = "nested")]
    pub chat: Chat,
    #[serde(default, deserialize_with = "id")]
    pub last_message_id: Option<String>,
    #[serde(default, deserialize_with = "count")]
    pub unread_count: Option<u64>,
}

/// The chat itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chat {
    #[serde(default, deserialize_with = "id")]
    pub chat_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub chat_status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub chat_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub created_at: Option<String>,
}

/// Request of `/v3/chat/history`.
#[derive(Debug, Serialize)]
pub(super) struct HistoryRequest<'a> {
    pub chat_id: &'a str,
    /// `Forward` or `Backward`; other spellings are not understood.
    pub direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_message_id: Option<MessageId<'a>>,
    pub limit: usize,
}

/// A message id in a request: a number as the schema wants it, or text when it is not one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum MessageId<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> From<&'a str> for MessageId<'a> {
    fn from(id: &'a str) -> Self {
        id.parse().map_or(Self::Text(id), Self::Number)
    }
}

/// Answer of `/v3/chat/history`.
#[derive(Debug, Deserialize)]
pub(super) struct History {
    #[serde(default, deserialize_with = "list")]
    pub messages: Vec<Value>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// An element of the history.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(default, deserialize_with = "id")]
    pub message_id: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    pub user: User,
    #[serde(default, deserialize_with = "text")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub is_read: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub is_image: Option<bool>,
    /// Markdown, one string per part. Kept as it came, because its shape decides whether it was understood.
    #[serde(default)]
    pub data: Value,
    #[serde(default, deserialize_with = "nested")]
    pub context: Context,
}

/// Who wrote a message.
#[derive(Debug, Default, Deserialize)]
pub(super) struct User {
    /// Comes with a Cyrillic first letter where a Latin one is meant.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
}

/// What a message is about; empty in nearly all chats that buyers begin.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Context {
    #[serde(default, deserialize_with = "id")]
    pub order_number: Option<String>,
}

/// Request of `/v1/chat/send/message`.
#[derive(Debug, Serialize)]
pub(super) struct SendRequest<'a> {
    pub chat_id: &'a str,
    pub text: &'a str,
}

/// Answer of `/v1/chat/send/message`: a word, no id.
#[derive(Debug, Deserialize)]
pub(super) struct SendAnswer {
    #[serde(default, deserialize_with = "text")]
    pub result: Option<String>,
}

/// Request of `/v2/chat/read`.
#[derive(Debug, Serialize)]
pub(super) struct ReadRequest<'a> {
    pub chat_id: &'a str,
    pub from_message_id: MessageId<'a>,
}

/// An answer of which nothing is needed, as long as it is a JSON object.
#[derive(Debug, Deserialize)]
pub(super) struct Anything {}

/// Answer of `/v1/roles`.
#[derive(Debug, Deserialize)]
pub(super) struct Roles {
    #[serde(default, deserialize_with = "text")]
    pub expires_at: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub roles: Vec<Value>,
}

/// One role of a key.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Role {
    #[serde(default, deserialize_with = "list")]
    pub methods: Vec<Value>,
}

/// Answer of `/v1/seller/info`.
#[derive(Debug, Deserialize)]
pub(super) struct SellerInfo {
    #[serde(default, deserialize_with = "nested")]
    pub company: Company,
    #[serde(default, deserialize_with = "nested")]
    pub subscription: Subscription,
}

/// The shop.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Company {
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub legal_name: Option<String>,
}

/// What the shop has subscribed to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Subscription {
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
}

/// A push: the fields of all events about chats. Orders and goods have others, of which nothing is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Push {
    #[serde(default, deserialize_with = "text")]
    pub message_type: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub seller_id: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub chat_id: Option<String>,
    /// In mixed case here, in capitals elsewhere.
    #[serde(default, deserialize_with = "text")]
    pub chat_type: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub message_id: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub last_read_message_id: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    pub user: User,
}

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
        Value::String(text) => some_text(text.trim()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(id_of(&Value::deserialize(from)?))
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => some_text(text.trim()),
        _ => None,
    })
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

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items,
        _ => Vec::new(),
    })
}

fn nested<'de, D: Deserializer<'de>, T: Default + serde::de::DeserializeOwned>(
    from: D,
) -> Result<T, D::Error> {
    Ok(object(Value::deserialize(from)?).unwrap_or_default())
}
