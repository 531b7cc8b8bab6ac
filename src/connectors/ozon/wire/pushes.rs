//! Pushes and their set-up.

use super::chats::User;
use super::{flag, id, list, nested, number, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A push: the fields of all events about chats. Orders and goods have others, of which nothing is needed.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Push {
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

/// Request of `/v1/notification/set` and, with an id, of `/v1/notification/update`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct SetPushRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    pub url: &'a str,
    pub types: &'a [&'a str],
}

/// Request of `/v1/notification/enable`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct EnablePushRequest {
    pub id: i64,
    pub enabled: bool,
}

/// Request of `/v1/notification/delete`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct DeletePushRequest {
    pub id: i64,
}

/// Request of `/v1/notification/check`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct CheckPushRequest<'a> {
    pub url: &'a str,
}

/// Answer of `/v1/notification/check`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct PushCheck {
    #[serde(default, deserialize_with = "flag")]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "list")]
    pub errors: Vec<Value>,
}

/// A word with its meaning in Russian: what went wrong in a check, or a kind of event.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Described {
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub description: Option<String>,
}

/// Answer of `/v1/notification/list`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct PushEndpoints {
    #[serde(default, deserialize_with = "list")]
    pub urls: Vec<Value>,
}

/// An address and what is pushed there.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct PushEndpoint {
    #[serde(default, deserialize_with = "number")]
    pub id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub url: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub enable: Option<bool>,
    #[serde(default, deserialize_with = "list")]
    pub types: Vec<Value>,
}
