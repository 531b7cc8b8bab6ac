//! From Ozon's words to ours. The only place that knows both.

use super::wire;
use crate::connectors::{Audience, Moderation, RemoteChat, RemoteMessage};
use crate::features::inbox::types::{Attachment, AttachmentKind, Author};
use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Digits of the largest `uint64`; ids padded to it sort as bytes the way Ozon sorts them as numbers.
const ID_DIGITS: usize = 20;
/// Ids are stored in indexes, whose entries have a size limit; Ozon's have 19 or 36 characters.
const LONGEST_ID: usize = 200;
/// Begins the stand-in ids of messages that came without one.
const NO_ID_PREFIX: &str = "raw:";
/// How far a link may reach; keeps the search for brackets linear in hostile texts.
const LONGEST_LINK_PART: usize = 4096;

/// A chat of the list; `None` when it has no usable id, so that there is nothing to keep it under.
pub(super) fn chat(item: Value) -> Option<RemoteChat> {
    let item: wire::ChatItem = wire::object(item)?;
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
pub(super) fn audience(chat_type: &str) -> Audience {
    let chat_type = chat_type.to_ascii_uppercase();
    let own = ["SELLER_SUPPORT", "SELLER_API", "SELLER_NOTIFICATION"];
    if own.iter().any(|prefix| chat_type.starts_with(prefix)) {
        Audience::Marketplace
    } else {
        Audience::Buyer
    }
}

/// A message of the history. Never fails: what cannot be understood is kept as it came.
pub(super) fn message(value: Value) -> RemoteMessage {
    let parsed = wire::object::<wire::Message>(value.clone());
    match parsed.and_then(|parsed| Some((parsed.message_id.clone().and_then(usable_id)?, parsed))) {
        Some((id, parsed)) => understood(id, parsed, value),
        None => unparsed(value),
    }
}

/// Whether a message came with an id that Ozon will recognise when it is asked for what lies beyond.
pub(super) fn has_own_id(id: &str) -> bool {
    !id.starts_with(NO_ID_PREFIX)
}

fn understood(id: String, parsed: wire::Message, value: Value) -> RemoteMessage {
    let is_image = parsed.is_image.unwrap_or(false);
    let (content, content_is_clear) = content(&parsed.data, is_image);
    let is_clear = content_is_clear && parsed.user.kind.is_some();
    RemoteMessage {
        sort_key: sort_key(&id),
        external_id: id,
        author: author(parsed.user.kind.as_deref().unwrap_or_default()),
        body: content.body,
        attachments: content.attachments,
        sent_at: parsed.created_at.as_deref().and_then(instant),
        is_read: parsed.is_read.unwrap_or(false),
        order_number: parsed.context.order_number.map(|number| printable(&number).into_owned()),
        sku: None,
        moderation: Moderation::Passed,
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

/// An id that can be stored and looked up; what is too long or unprintable is none of Ozon's.
pub(super) fn usable_id(id: String) -> Option<String> {
    (id.len() <= LONGEST_ID && !id.contains('\0')).then_some(id)
}

fn sort_key(id: &str) -> String {
    if id.bytes().all(|byte| byte.is_ascii_digit()) { format!("{id:0>ID_DIGITS$}") } else { id.to_owned() }
}

/// Whether a kind of user is a buyer.
pub(super) fn is_buyer(kind: &str) -> bool {
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

/// RFC 3339, or the same without a zone, which then is UTC. The zero time of Ozon's servers says that there is none.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let at = zoned.or_else(|_| text.parse::<NaiveDateTime>().map(|at| at.and_utc())).ok()?;
    (at.timestamp() > 0 && at.timestamp() < 253_402_300_800).then_some(at)
}

/// Text and attachments of a message, on the way to being complete.
#[derive(Debug, Default)]
struct Content {
    body: String,
    attachments: Vec<Attachment>,
}

/// How a text that we send reads when the history shows it again: Ozon takes it for Markdown.
pub fn shown_text(text: &str) -> String {
    let mut content = Content::default();
    content.add_part(text, false);
    content.body
}

/// Reads `data[]`. The flag says whether it had the promised shape; whatever it had, no text is lost.
fn content(data: &Value, is_image: bool) -> (Content, bool) {
    let mut content = Content::default();
    let is_clear = match data {
        Value::Array(parts) => {
            for part in parts {
                content.add_json(part, is_image);
            }
            parts.iter().all(Value::is_string)
        }
        Value::String(text) => {
            content.add_part(text, is_image);
            true
        }
        Value::Null => false,
        other => {
            content.add_json(other, is_image);
            false
        }
    };
    (content, is_clear)
}

impl Content {
    fn add_json(&mut self, part: &Value, is_image: bool) {
        match part {
            Value::String(text) => self.add_part(text, is_image),
            Value::Null => {}
            other => self.add_part(&printable_json(other.clone()).to_string(), false),
        }
    }

    fn add_part(&mut self, part: &str, is_image: bool) {
        let part = printable(part);
        let text = if is_image && is_own_file(part.trim()) {
            self.attach(AttachmentKind::Image, part.trim(), "");
            String::new()
        } else {
            self.read_markdown(&part)
        };
        let text = text.trim();
        if !text.is_empty() {
            if !self.body.is_empty() {
                self.body.push('\n');
            }
            self.body.push_str(text);
        }
    }

    /// Takes the links out of a text and gives back what remains to be read.
    fn read_markdown(&mut self, part: &str) -> String {
        let mut text = String::with_capacity(part.len());
        let mut rest = part;
        while let Some(at) = rest.find('[') {
            let is_picture = rest.as_bytes()[..at].ends_with(b"!");
            let before = &rest[..at - usize::from(is_picture)];
            match link(&rest[at..]) {
                Some(link) => {
                    text.push_str(before);
                    text.push_str(&self.take_link(&link, is_picture));
                    rest = &rest[at + link.length..];
                }
                None => {
                    text.push_str(&rest[..=at]);
                    rest = &rest[at + 1..];
                }
            }
        }
        text.push_str(rest);
        text
    }

    /// Attaches a link; the answer is what stays in the text in its place.
    fn take_link(&mut self, link: &Link<'_>, is_picture: bool) -> String {
        if is_picture {
            self.attach(AttachmentKind::Image, link.url, link.text);
            return String::new();
        }
        if is_file_path(link.url) {
            self.attach(AttachmentKind::File, link.url, link.text);
            return String::new();
        }
        self.attach(AttachmentKind::Link, link.url, link.text.trim());
        if link.text.trim().is_empty() { link.url.to_owned() } else { link.text.to_owned() }
    }

    fn attach(&mut self, kind: AttachmentKind, url: &str, name: &str) {
        let name = if name.trim().is_empty() { last_segment(url) } else { name.trim() };
        self.attachments.push(Attachment { kind, url: url.to_owned(), name: name.to_owned() });
    }
}

/// `[text](url)` at the beginning of a text.
struct Link<'a> {
    text: &'a str,
    url: &'a str,
    /// Bytes of the whole.
    length: usize,
}

/// Only addresses that a browser may open become links; anything else stays plain text.
fn link(from: &str) -> Option<Link<'_>> {
    let text = enclosed(from, b'[', b']')?;
    let after = &from[text.len() + 2..];
    let target = enclosed(after, b'(', b')')?;
    let url = target.trim();
    is_web_address(url).then_some(Link { text, url, length: text.len() + target.len() + 4 })
}

/// What stands between a bracket, which is the first byte, and its partner.
fn enclosed(from: &str, open: u8, close: u8) -> Option<&str> {
    if from.as_bytes().first() != Some(&open) {
        return None;
    }
    let mut depth = 0usize;
    for (at, byte) in from.bytes().enumerate().take(LONGEST_LINK_PART) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(&from[1..at]);
            }
        }
    }
    None
}

fn is_web_address(text: &str) -> bool {
    let scheme_is_web = |url: Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    !text.contains(|c: char| c.is_whitespace() || c.is_control()) && Url::parse(text).is_ok_and(scheme_is_web)
}

fn is_file_path(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path().contains("/chat/file/"))
}

fn is_own_file(text: &str) -> bool {
    is_web_address(text) && is_file_path(text)
}

fn last_segment(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
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
