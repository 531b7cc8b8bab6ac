//! The Markdown in which Ozon wraps texts, pictures, files and links.

use super::{printable, printable_json};
use crate::features::inbox::types::{Attachment, AttachmentKind};
use reqwest::Url;
use serde_json::Value;

/// How far a link may reach; keeps the search for brackets linear in hostile texts.
const LONGEST_LINK_PART: usize = 4096;

/// Text and attachments of a message, on the way to being complete.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub body: String,
    pub attachments: Vec<Attachment>,
}

/// How a text that we send reads when the history shows it again: Ozon takes it for Markdown.
pub fn shown_text(text: &str) -> String {
    let mut content = Content::default();
    content.add_part(text, false);
    content.body
}

/// Reads `data[]`. The flag says whether it had the promised shape; whatever it had, no text is lost.
pub(super) fn content(data: &Value, is_image: bool) -> (Content, bool) {
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
    pub fn has_picture(&self) -> bool {
        self.attachments.iter().any(|file| file.kind == AttachmentKind::Image)
    }

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
