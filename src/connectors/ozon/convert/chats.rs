//! Chats and messages.

use super::markdown::content;
use super::{instant, printable, printable_json, usable_id};
use crate::connectors::ozon::wire::chats::{ChatItem, Message};
use crate::connectors::ozon::wire::object;
use crate::connectors::{Audience, Moderation, RemoteChat, RemoteMessage};
use crate::features::inbox::types::Author;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Digits of the largest `uint64`; ids padded to it sort as bytes the way Ozon sorts them as numbers.
const ID_DIGITS: usize = 20;
/// Begins the stand-in ids of messages that came without one.
const NO_ID_PREFIX: &str = "raw:";

/// A chat of the list; `None` when it has no usable id, so that there is nothing to keep it under.
pub(in crate::connectors::ozon) fn chat(item: Value) -> Option<RemoteChat> {
    let item: ChatItem = object(item)?;
    let last_message_id = item.last_message_id.and_then(usable_id).filter(|id| id != "0");
    Some(RemoteChat {
        external_id: item.chat.chat_id.and_then(usable_id)?,
        audience: audience(item.chat.chat_type.as_deref().unwrap_or_default()),
        is_closed: item.chat.chat_status.is_some_and(|status| status.eq_ignore_ascii_case("CLOSED")),
        created_at: item.chat.created_at.as_deref().and_then(instant),
        last_message_key: last_message_id.as_deref().map(sort_key),
        last_message_id,
        is_unread: item.unread_count.unwrap_or(0) > 0,
    })
}

/// The list of types grows several times a year. A new kind of buyer chat must not be overlooked, so only what is
/// known to come from the marketplace counts as its own.
pub(in crate::connectors::ozon) fn audience(chat_type: &str) -> Audience {
    let chat_type = chat_type.to_ascii_uppercase();
    let own = ["SELLER_SUPPORT", "SELLER_API", "SELLER_NOTIFICATION"];
    if own.iter().any(|prefix| chat_type.starts_with(prefix)) {
        Audience::Marketplace
    } else {
        Audience::Buyer
    }
}

/// A message of the history. Never fails: what cannot be understood is kept as it came.
pub(in crate::connectors::ozon) fn message(value: Value) -> RemoteMessage {
    let parsed = object::<Message>(value.clone());
    match parsed.and_then(|parsed| Some((parsed.message_id.clone().and_then(usable_id)?, parsed))) {
        Some((id, parsed)) => understood(id, parsed, value),
        None => unparsed(value),
    }
}

/// Whether a message came with an id that Ozon will recognise when it is asked for what lies beyond.
pub(in crate::connectors::ozon) fn has_own_id(id: &str) -> bool {
    !id.starts_with(NO_ID_PREFIX)
}

fn understood(id: String, parsed: Message, value: Value) -> RemoteMessage {
    let is_image = parsed.is_image.unwrap_or(false);
    let (content, content_is_clear) = content(&parsed.data, is_image);
    let is_clear = content_is_clear && parsed.user.kind.is_some();
    // Only pictures are moderated; what stands beside a text says nothing.
    let has_picture = is_image || content.has_picture();
    let word = parsed.moderate_image_status.filter(|_| has_picture).unwrap_or_default();
    RemoteMessage {
        sort_key: sort_key(&id),
        external_id: id,
        author: author(parsed.user.kind.as_deref().unwrap_or_default()),
        body: content.body,
        attachments: content.attachments,
        sent_at: parsed.created_at.as_deref().and_then(instant),
        is_read: parsed.is_read.unwrap_or(false),
        order_number: parsed.context.order_number.map(|number| printable(&number).into_owned()),
        sku: parsed.context.sku.and_then(usable_id).filter(|sku| sku != "0"),
        moderation: moderation(&word),
        raw: (!is_clear).then(|| printable_json(value)),
    }
}

fn unparsed(value: Value) -> RemoteMessage {
    let id = format!("{NO_ID_PREFIX}{:x}", Sha256::digest(value.to_string().as_bytes()));
    RemoteMessage {
        sort_key: id.clone(),
        external_id: id,
        author: Author::Marketplace,
        body: String::new(),
        attachments: Vec::new(),
        sent_at: None,
        is_read: false,
        order_number: None,
        sku: None,
        moderation: Moderation::Passed,
        raw: Some(printable_json(value)),
    }
}

fn sort_key(id: &str) -> String {
    if id.bytes().all(|byte| byte.is_ascii_digit()) { format!("{id:0>ID_DIGITS$}") } else { id.to_owned() }
}

/// A word that Ozon adds one day hides nothing.
fn moderation(word: &str) -> Moderation {
    match word.to_ascii_uppercase().as_str() {
        "MODERATION" => Moderation::Pending,
        "FAILED" => Moderation::Rejected,
        _ => Moderation::Passed,
    }
}

/// Whether a kind of user is a buyer.
pub(in crate::connectors::ozon) fn is_buyer(kind: &str) -> bool {
    author(kind) == Author::Buyer
}

/// Ozon spells `Customer` with a Cyrillic `U+0421`, in its examples and in life.
fn author(kind: &str) -> Author {
    let kind = kind.replace(['\u{0421}', '\u{0441}'], "c").to_ascii_lowercase();
    match kind.as_str() {
        "customer" => Author::Buyer,
        "seller" => Author::SellerElsewhere,
        "chatbot" => Author::Bot,
        _ => Author::Marketplace,
    }
}
