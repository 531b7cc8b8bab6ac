//! What the live stream tells a browser: which things moved, never what is in them. The browser asks again through
//! the same server function that drew the page, so there is one drawing path and one permission check.

use crate::shared::ids::{BulkJobId, ChatId, NoteId, ReplyId, SellerId, UserId};
use serde::{Deserialize, Serialize};

/// One change that a screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Messages of a chat or its place in the lists.
    Chat { chat: ChatId },
    /// The state of a reply written here.
    Reply { chat: ChatId, reply: ReplyId },
    /// A person looked at a chat; only that person's screens care.
    Seen { chat: ChatId, user: UserId },
    /// A person put a star on a chat or took it away; only that person's screens care.
    Starred { chat: ChatId, user: UserId },
    /// A note beside a chat has other words, or is gone.
    Note { chat: ChatId, note: NoteId },
    /// A seller's settings or health.
    Seller { seller: SellerId },
    /// A page of a seller's chat list has been stored, or its import has come on: many chats at once.
    Import { seller: SellerId },
    /// What is known of a chat's order, or until when it takes messages.
    Order { chat: ChatId },
    /// The workspace's tags: one was made, renamed or removed.
    Tags,
    /// The lists that a person keeps, or, without one, those that are kept for all.
    SavedFilters { owner: Option<UserId> },
    /// The texts kept ready for answers.
    QuickReplies,
    /// The rules of risky words.
    Wording,
    /// How soon chats are answered: policies, calendars.
    Deadlines,
    /// A draft of an answer was begun, or has come to its end.
    Suggestion { chat: ChatId },
    /// The knowledge base.
    Articles,
    /// Language models, or how drafts are made.
    SuggestionSettings,
    /// The workspace's name or its time zone.
    Workspace,
    /// Who works in the workspace, and as what.
    People,
    /// How far a person has got with something done to many chats; only that person's screens care.
    Bulk { job: BulkJobId, user: UserId },
    /// What a person is told, or how; only that person's screens care.
    Notice { user: UserId },
}

/// Somebody came to a chat, left it, or began or ceased to write there. Passed on as it happens and kept nowhere: who
/// missed it asks how things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceMoved {
    pub chat: ChatId,
    /// Who it was; that person's own screens know.
    pub user: UserId,
}

/// A numbered entry of a workspace's event log as it is sent to browsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Grows by one within the workspace, without gaps.
    pub seq: i64,
    pub change: Change,
}
