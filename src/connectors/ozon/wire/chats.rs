//! Chats and their messages.

use super::{Id, count, flag, id, list, nested, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Request of `/v3/chat/list`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ChatListRequest<'a> {
    pub filter: ChatFilter,
    pub limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<&'a str>,
}

/// Which chats the list holds.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ChatFilter {
    pub chat_status: &'static str,
    pub unread_only: bool,
}

/// Answer of `/v3/chat/list`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct ChatList {
    #[serde(default, deserialize_with = "list")]
    pub chats: Vec<Value>,
    #[serde(default, deserialize_with = "id")]
    pub cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// An element of the list. What concerns messages stands beside `chat`, not in it.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct ChatItem {
    #[serde(default, deserialize_with = "nested")]
    pub chat: Chat,
    #[serde(default, deserialize_with = "id")]
    pub last_message_id: Option<String>,
    #[serde(default, deserialize_with = "count")]
    pub unread_count: Option<u64>,
}

/// The chat itself.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Chat {
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
pub(in crate::connectors::ozon) struct HistoryRequest<'a> {
    pub chat_id: &'a str,
    /// `Forward` or `Backward`; other spellings are not understood.
    pub direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_message_id: Option<Id<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<MessageFilter<'a>>,
    pub limit: usize,
}

/// Which messages of a chat; the schema wants these ids as text.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct MessageFilter<'a> {
    pub message_ids: &'a [&'a str],
}

/// Answer of `/v3/chat/history`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct History {
    #[serde(default, deserialize_with = "list")]
    pub messages: Vec<Value>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// An element of the history.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Message {
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
    /// `SUCCESS`, `MODERATION` or `FAILED`.
    #[serde(default, deserialize_with = "text")]
    pub moderate_image_status: Option<String>,
    /// Markdown, one string per part. Kept as it came, because its shape decides whether it was understood.
    #[serde(default)]
    pub data: Value,
    #[serde(default, deserialize_with = "nested")]
    pub context: Context,
}

/// Who wrote a message.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct User {
    /// Comes with a Cyrillic first letter where a Latin one is meant.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
}

/// What a message is about; empty in nearly all chats that buyers begin.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Context {
    #[serde(default, deserialize_with = "id")]
    pub order_number: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub sku: Option<String>,
}

/// Request of `/v1/chat/send/message`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct SendRequest<'a> {
    pub chat_id: &'a str,
    pub text: &'a str,
}

/// Request of `/v1/chat/send/file`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct SendFileRequest<'a> {
    pub chat_id: &'a str,
    /// With its extension.
    pub name: &'a str,
    pub base64_content: String,
}

/// Answer of both sends: a word, no id.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct SendAnswer {
    #[serde(default, deserialize_with = "text")]
    pub result: Option<String>,
}

/// Request of `/v2/chat/read`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ReadRequest<'a> {
    pub chat_id: &'a str,
    pub from_message_id: Id<'a>,
}

/// Request of `/v1/chat/start`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct StartRequest<'a> {
    pub posting_number: &'a str,
}

/// Answer of `/v1/chat/start`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct StartAnswer {
    #[serde(default, deserialize_with = "nested")]
    pub result: StartedChat,
}

/// The chat that was opened or found.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct StartedChat {
    #[serde(default, deserialize_with = "id")]
    pub chat_id: Option<String>,
}
