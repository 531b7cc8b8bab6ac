//! Chats and messages as screens show them.

use super::send_window::WindowFacts;
pub use crate::features::files::types::{Attachment, AttachmentKind, AttachmentView};
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, ReplyId, SellerId};
use crate::shared::marketplace::Marketplace;
use crate::shared::paging::Page;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum!(
    /// Who wrote a message.
    Author {
        Buyer = "buyer",
        /// Somebody of ours, here.
        Operator = "operator",
        /// Somebody of ours, in the marketplace's own cabinet or another program.
        SellerElsewhere = "seller_elsewhere",
        /// The marketplace: support, courier, notifications.
        Marketplace = "marketplace",
        /// An automatic answer that the marketplace sends in the shop's name; nobody has answered by it.
        Bot = "bot",
    }
);

impl Author {
    /// Whether the message answers the buyer on our behalf.
    pub fn is_ours(self) -> bool {
        matches!(self, Author::Operator | Author::SellerElsewhere)
    }

    /// Which side of the conversation the message stands on.
    pub fn direction(self) -> Direction {
        if self == Author::Buyer { Direction::In } else { Direction::Out }
    }
}

text_enum!(
    /// Which way a message went, seen from us.
    Direction {
        In = "in",
        Out = "out",
    }
);

text_enum!(
    /// Whether the marketplace still takes messages.
    ChatStatus {
        Open = "open",
        Closed = "closed",
    }
);

text_enum!(
    /// A list of chats.
    View {
        /// The buyer waits for us; nearest deadline first.
        Waiting = "waiting",
        /// Everything, newest message first.
        All = "all",
    }
);

text_enum!(
    /// Where a reply is on its way.
    ReplyState {
        Queued = "queued",
        Sending = "sending",
        /// The marketplace took it.
        Sent = "sent",
        /// The marketplace's history shows it.
        Visible = "visible",
        /// The marketplace took it and its moderation withdrew it.
        Rejected = "rejected",
        /// Nobody can tell whether it arrived; a person has to look.
        Unsure = "unsure",
        /// Certainly not sent.
        Failed = "failed",
    }
);

impl ReplyState {
    /// Whether the reply may still turn into a message of the marketplace.
    pub fn is_on_its_way(self) -> bool {
        matches!(self, ReplyState::Queued | ReplyState::Sending | ReplyState::Sent | ReplyState::Unsure)
    }
}

text_enum!(
    /// Why a reply was not sent, or cannot be known to be.
    FailureReason {
        WindowClosed = "window_closed",
        WaitForBuyer = "wait_for_buyer",
        ChatNotFound = "chat_not_found",
        RefusedByMarketplace = "refused_by_marketplace",
        AccountProblem = "account_problem",
        SellerPaused = "seller_paused",
        SellerRemoved = "seller_removed",
        /// The connection broke after the text left, and the history could not settle it.
        CannotTell = "cannot_tell",
        /// The marketplace's moderation withdrew the picture.
        RejectedByModeration = "rejected_by_moderation",
        /// The uploaded file is not in our store any more.
        FileLost = "file_lost",
    }
);

text_enum!(
    /// What the marketplace's moderation says of a message.
    #[derive(Default)]
    Moderation {
        /// Shown to the other side; also everything that is not moderated.
        #[default]
        Passed = "passed",
        /// Not shown yet.
        Pending = "pending",
        /// Withdrawn: the other side never sees it.
        Rejected = "rejected",
    }
);

impl Moderation {
    /// How far a message of ours has got that the marketplace's history shows.
    pub fn reply_state(self) -> ReplyState {
        match self {
            Moderation::Passed => ReplyState::Visible,
            Moderation::Pending => ReplyState::Sent,
            Moderation::Rejected => ReplyState::Rejected,
        }
    }

    /// Why the other side does not see it.
    pub fn reason(self) -> Option<FailureReason> {
        (self == Moderation::Rejected).then_some(FailureReason::RejectedByModeration)
    }
}

text_enum!(
    /// Whether we have a chat's messages.
    HistoryState {
        /// They are here, as far as they were read.
        Known = "known",
        /// The chat is known, its messages are still being fetched.
        Coming = "coming",
        /// The marketplace does not give them.
        Refused = "refused",
    }
);

/// One line of the chat list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatRow {
    pub id: ChatId,
    pub external_id: String,
    pub marketplace: Marketplace,
    pub seller: SellerId,
    pub seller_name: String,
    pub order_number: Option<String>,
    pub status: ChatStatus,
    pub last_message_at: DateTime<Utc>,
    pub preview: String,
    pub last_author: Option<Author>,
    /// Since when the buyer waits for us; `None` when nobody waits.
    pub unanswered_since: Option<DateTime<Utc>>,
    /// When the marketplace counts the answer as late.
    pub due_at: Option<DateTime<Utc>>,
    /// Messages that this person has not looked at; counted up to `UNSEEN_CAP`.
    pub unseen: i32,
    /// This person has begun an answer.
    pub has_draft: bool,
    pub history: HistoryState,
}

/// Unseen messages are counted no further than this.
pub const UNSEEN_CAP: i32 = 99;

impl ChatRow {
    /// Whether the row belongs into a list.
    pub fn belongs_to(&self, view: View) -> bool {
        match view {
            View::Waiting => self.unanswered_since.is_some(),
            View::All => true,
        }
    }

    /// The place of the row in a list.
    pub fn place(&self, view: View) -> ListCursor {
        match view {
            View::Waiting => ListCursor::Waiting {
                due_at: self.due_at,
                since: self.unanswered_since.unwrap_or(self.last_message_at),
                id: self.id,
            },
            View::All => ListCursor::All { last_message_at: self.last_message_at, id: self.id },
        }
    }

    /// How the chat is called: Ozon tells no buyer name, so the beginning of its id stands for the person.
    pub fn short_name(&self) -> &str {
        self.external_id.get(..8).unwrap_or(&self.external_id)
    }
}

/// The place of a row in a list; rows compare as the list shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum ListCursor {
    /// Nearest deadline first, those without one last, then the longest waiting.
    Waiting { due_at: Option<DateTime<Utc>>, since: DateTime<Utc>, id: ChatId },
    /// Newest message first.
    All { last_message_at: DateTime<Utc>, id: ChatId },
}

impl ListCursor {
    /// Order of two places of the same list.
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (
                Self::Waiting { due_at, since, id },
                Self::Waiting { due_at: other_due, since: other_since, id: other_id },
            ) => (due_at.is_none(), due_at, since, id).cmp(&(
                other_due.is_none(),
                other_due,
                other_since,
                other_id,
            )),
            (Self::All { last_message_at, id }, Self::All { last_message_at: other_at, id: other_id }) => {
                (other_at, other_id).cmp(&(last_message_at, id))
            }
            (Self::Waiting { .. }, Self::All { .. }) => std::cmp::Ordering::Less,
            (Self::All { .. }, Self::Waiting { .. }) => std::cmp::Ordering::Greater,
        }
    }
}

/// Which list is asked for. The address of the inbox holds the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    pub view: View,
    pub seller: Option<SellerId>,
}

/// A page of the list with the numbers that stand over it, from one snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatListPage {
    pub page: Page<ChatRow, ListCursor>,
    pub counts: Counts,
}

/// Exact sizes of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub waiting: i64,
    pub all: i64,
    /// Sellers that are connected, in whatever state.
    pub sellers: i64,
}

/// Rows of a list that may have changed, and the numbers over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedRows {
    pub rows: Vec<ChatRow>,
    pub counts: Counts,
}

/// A message, or a reply on its way, in the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Stays the same while a reply turns into a message of the marketplace.
    pub key: String,
    pub external_id: Option<String>,
    pub author: Author,
    /// Who of ours wrote it, when it was written here.
    pub author_name: Option<String>,
    pub body: String,
    pub attachments: Vec<AttachmentView>,
    pub sent_at: DateTime<Utc>,
    /// Orders messages of equal time. Replies that the marketplace does not show yet stand last.
    pub sort_key: String,
    /// Only for our own messages.
    pub delivery: Option<Delivery>,
    /// When we saw that the author had changed the text.
    pub edited_at: Option<DateTime<Utc>>,
    /// The message could not be understood; its raw form is kept.
    pub is_unparsed: bool,
}

impl MessageView {
    /// The place of the message in the window: replies on their way stand last.
    pub fn place(&self) -> (bool, DateTime<Utc>, &str) {
        let on_its_way = self.external_id.is_none()
            && self.delivery.as_ref().is_some_and(|delivery| delivery.state.is_on_its_way());
        (on_its_way, self.sent_at, &self.sort_key)
    }
}

/// What is known of our own message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub reply: Option<ReplyId>,
    pub state: ReplyState,
    /// The marketplace has it and looks at it before the buyer may.
    pub is_in_moderation: bool,
    pub is_read: bool,
    pub reason: Option<FailureReason>,
    /// The marketplace's own words, where there are any.
    pub reason_detail: Option<String>,
}

/// Before which message older ones are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCursor {
    pub sent_at: DateTime<Utc>,
    pub sort_key: String,
}

/// A chat as the window opens it: newest messages, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatView {
    pub row: ChatRow,
    pub messages: Page<MessageView, MessageCursor>,
    pub draft: Option<Draft>,
    /// Why nothing can be sent from this account right now.
    pub closed_because: Option<FailureReason>,
    /// Until when the marketplace takes messages in this chat.
    pub window: WindowFacts,
}

/// An answer that somebody has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub body: String,
    pub updated_at: DateTime<Utc>,
}

/// Messages in a page of the window.
pub const MESSAGES_PER_PAGE: usize = 50;
/// Rows in a page of the list.
pub const CHATS_PER_PAGE: usize = 40;

/// Checks a text before it is sent: what the marketplace takes, and nothing a buyer could not see.
///
/// # Errors
/// Why the text cannot be sent.
pub fn check_text(text: &str, marketplace: Marketplace) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::ControlCharacters);
    }
    let actual = text.chars().count();
    let max = marketplace.max_text_chars();
    if actual > max {
        return Err(Refusal::TextTooLong { max: max as u32, actual: actual as u32 });
    }
    Ok(text.to_owned())
}
