//! What is looked for, and what was found.

use crate::features::inbox::types::Author;
use crate::shared::ids::{ChatId, NoteId, SellerId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// As it was typed.
    pub text: String,
    /// In the chats of one seller only.
    pub seller: Option<SellerId>,
}

/// Messages in a page of results.
pub const HITS_PER_PAGE: usize = 40;
/// Chats that are found by a number or a tag, at most.
pub const MAX_CHATS: usize = 20;
/// Notes that are found, at most.
pub const MAX_NOTES: usize = 10;
/// No longer text is looked for, in characters.
pub const MAX_TEXT: usize = 200;

/// A page of results, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// Chats whose number or tag was typed; on the first page only.
    pub chats: Vec<ChatHit>,
    /// What ours have noted beside chats, newest first; on the first page only.
    pub notes: Vec<NoteHit>,
    pub messages: Vec<MessageHit>,
    /// `None` when there are no more messages.
    pub next: Option<SearchCursor>,
    /// Words that were looked for instead of, or beside, typed ones.
    pub corrections: Vec<Correction>,
    /// Everything typed is a word of every second sentence: there was nothing to look for.
    pub only_common_words: bool,
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchCursor {
    pub sent_at: DateTime<Utc>,
    pub chat: ChatId,
    pub message: String,
    /// What was looked for in the end: each group has to be in a message by one of its stems.
    pub groups: Vec<Vec<String>>,
}

/// A word that was understood as others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub typed: String,
    /// Stems of words that do occur, the likeliest first.
    pub meant: Vec<String>,
}

/// A chat by what people know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatName {
    pub id: ChatId,
    pub external_id: String,
    pub marketplace: Marketplace,
    pub seller_name: String,
    pub order_number: Option<String>,
}

impl ChatName {
    /// How the chat is called, as in the list.
    pub fn short(&self) -> &str {
        self.external_id.get(..8).unwrap_or(&self.external_id)
    }
}

text_enum!(
    /// What of a chat was typed.
    Why {
        Chat = "chat",
        Order = "order",
        Product = "product",
        Tag = "tag",
    }
);

/// A chat that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatHit {
    pub chat: ChatName,
    pub why: Why,
    /// The number or the name that matched.
    pub what: String,
    pub last_message_at: DateTime<Utc>,
    pub preview: String,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageHit {
    pub chat: ChatName,
    /// Its id at the marketplace.
    pub message: String,
    pub author: Author,
    pub sent_at: DateTime<Utc>,
    pub snippet: Vec<Piece>,
}

/// A note that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteHit {
    pub chat: ChatName,
    pub note: NoteId,
    /// Who of ours wrote it.
    pub author: String,
    pub created_at: DateTime<Utc>,
    pub snippet: Vec<Piece>,
    /// The message above it, by its id at the marketplace: where the chat is opened.
    pub above: Option<String>,
}

/// A part of a snippet. Always shown as text, never as markup.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Piece {
    pub text: String,
    /// One of the words that were looked for.
    pub is_hit: bool,
}
