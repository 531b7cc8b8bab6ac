//! Chats and messages as screens show them. Which chats a list holds is said in `query`.

pub use super::query::{
    Condition, Days, DeadlineState, Filter, Holder, ListCursor, ListQuery, Sort, View, WindowState,
};
use super::send_window::WindowFacts;
pub use super::work::{ActivityView, Beside, Deed, NoteView, OtherChat, TagUse};
pub use crate::features::files::types::{Attachment, AttachmentKind, AttachmentView, FileView};
use crate::features::understanding::types::Understood;
pub use crate::features::users::types::PersonView;
use crate::features::wording::types::RuleId;
pub use crate::shared::chat::{ChatKind, Priority};
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, ReplyId, SellerId, TagId, UserId};
use crate::shared::marketplace::Marketplace;
use crate::shared::paging::Page;
use crate::shared::sla::clocks::ClockKind;
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
    /// What people have made of a chat.
    #[derive(Default)]
    WorkState {
        /// To be worked on.
        #[default]
        Open = "open",
        /// Set aside until a moment, or until the buyer writes.
        Snoozed = "snoozed",
        /// Done, until the buyer writes.
        Closed = "closed",
        /// Set aside for good.
        Spam = "spam",
    }
);

text_enum!(
    /// The colour of a tag.
    TagColor {
        Gray = "gray",
        Red = "red",
        Orange = "orange",
        Yellow = "yellow",
        Green = "green",
        Teal = "teal",
        Blue = "blue",
        Violet = "violet",
    }
);

/// A tag as it stands on a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagView {
    pub id: TagId,
    pub name: String,
    pub color: TagColor,
}

text_enum!(
    /// Where a reply is on its way.
    ReplyState {
        /// Leaves at a time that a person has chosen, unless the buyer writes before.
        Scheduled = "scheduled",
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
        /// Taken back before it left.
        Withdrawn = "withdrawn",
    }
);

impl ReplyState {
    /// Whether the reply may still turn into a message of the marketplace.
    pub fn is_on_its_way(self) -> bool {
        matches!(
            self,
            ReplyState::Scheduled
                | ReplyState::Queued
                | ReplyState::Sending
                | ReplyState::Sent
                | ReplyState::Unsure
        )
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
        /// It was to leave later, and the buyer has written meanwhile.
        BuyerWroteFirst = "buyer_wrote_first",
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
    /// Since when anybody waits for us: the buyer for an answer, or for what was promised.
    pub waits_since: Option<DateTime<Utc>>,
    /// Until when we have promised an answer.
    pub promised_until: Option<DateTime<Utc>>,
    /// The nearest deadline.
    pub due_at: Option<DateTime<Utc>>,
    /// Which clock has it.
    pub due_kind: Option<ClockKind>,
    /// When that clock began.
    pub due_since: Option<DateTime<Utc>>,
    /// It has come so near that the rules want it shown.
    pub is_highlighted: bool,
    /// Messages that this person has not looked at; counted up to `UNSEEN_CAP`.
    pub unseen: i32,
    /// This person has begun an answer.
    pub has_draft: bool,
    pub history: HistoryState,
    pub work: WorkState,
    /// When a snoozed chat comes back by itself.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Who is responsible.
    pub assignee: Option<PersonView>,
    pub priority: Priority,
    /// In the order of their names.
    pub tags: Vec<TagView>,
    /// This person has marked it.
    pub is_starred: bool,
    /// What the buyer's newest turn is about; nothing of imported history.
    pub understood: Option<Understood>,
}

/// Unseen messages are counted no further than this.
pub const UNSEEN_CAP: i32 = 99;

impl ChatRow {
    /// How the chat is called: Ozon tells no buyer name, so the beginning of its id stands for the person.
    pub fn short_name(&self) -> &str {
        self.external_id.get(..8).unwrap_or(&self.external_id)
    }
}

/// A page of the list with the numbers that stand over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatListPage {
    pub page: Page<ChatRow, ListCursor>,
    pub counts: Counts,
}

/// Exact sizes of the lists, of one seller or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub waiting: i64,
    pub mine: i64,
    /// Of mine, those where the buyer waits.
    pub mine_waiting: i64,
    pub unassigned: i64,
    /// Of the unassigned, those where the buyer waits.
    pub unassigned_waiting: i64,
    pub open: i64,
    pub starred: i64,
    pub snoozed: i64,
    pub closed: i64,
    pub spam: i64,
    /// Everything but spam.
    pub all: i64,
    /// Sellers that are connected, in whatever state.
    pub sellers: i64,
}

impl Counts {
    /// How many chats a view holds.
    pub fn of(&self, view: View) -> i64 {
        match view {
            View::Waiting => self.waiting,
            View::Mine => self.mine,
            View::Unassigned => self.unassigned,
            View::Open => self.open,
            View::Starred => self.starred,
            View::Snoozed => self.snoozed,
            View::Closed => self.closed,
            View::Spam => self.spam,
            View::All => self.all,
        }
    }
}

/// A row that may have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedRow {
    pub row: ChatRow,
    /// Whether it is in the list that was asked about.
    pub belongs: bool,
}

/// Rows of a list that may have changed, and the numbers over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedRows {
    pub rows: Vec<ChangedRow>,
    pub counts: Counts,
}

/// A chat that a person was given as the most urgent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    pub chat: ChatId,
    /// Since when the buyer waited then: when it waits since another moment, it is to be answered anew.
    pub waits_since: DateTime<Utc>,
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
    /// It has not left yet, and will not before this.
    pub leaves_at: Option<DateTime<Utc>>,
    /// Who wrote it, as long as it is on its way.
    pub author: Option<UserId>,
}

/// When a reply leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    #[default]
    Now,
    /// After a few seconds in which it can be taken back; at once when the deadline is near.
    AfterPause,
    /// At a chosen time, unless the buyer writes before.
    At(DateTime<Utc>),
}

/// How a reply is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendHow {
    pub departure: Departure,
    /// The chat is done with it.
    pub closes_chat: bool,
    /// Rules whose warnings the author has read and sends the text over.
    pub accepted: Vec<RuleId>,
    /// What the person had before their eyes; without it nobody asks.
    pub read_up_to: Option<ReadUpTo>,
}

/// A reply that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    pub chat: ChatId,
    /// Empty when it was a file.
    pub text: String,
    pub file: Option<(String, FileView)>,
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
    /// What stands between these messages.
    pub beside: Vec<Beside>,
    /// Other chats about the same order, newest first.
    pub same_order: Vec<OtherChat>,
    pub draft: Option<Draft>,
    /// Why nothing can be sent from this account right now.
    pub closed_because: Option<FailureReason>,
    /// Until when the marketplace takes messages in this chat.
    pub window: WindowFacts,
    /// Messages sent until then the person has looked at, or they were imported.
    pub seen_up_to: DateTime<Utc>,
    /// How far others have written; the messages reach at least as far.
    pub read_up_to: ReadUpTo,
}

/// How far a person has read a chat, as far as others write in it: what they may not have taken into account when they
/// answer lies behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadUpTo {
    /// The newest message of the buyer or from the marketplace's own cabinet.
    pub message: Option<MessageCursor>,
    /// When a colleague last wrote a reply here.
    pub reply: Option<DateTime<Utc>>,
}

text_enum!(
    /// What a person does at a chat.
    Doing {
        Looking = "looking",
        Typing = "typing",
        /// They have sent the answer, or given it up.
        Done = "done",
    }
);

/// Somebody else at a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    pub chat: ChatId,
    pub user: UserId,
    pub name: String,
    /// The chat is on their screen until then, unless there is news of it.
    pub here_until: DateTime<Utc>,
    pub typing_until: Option<DateTime<Utc>>,
    /// They answer the chat until then, even when they look at something else.
    pub held_until: Option<DateTime<Utc>>,
    /// They have begun to answer before the person who asks.
    pub is_ahead: bool,
}

impl Companion {
    /// Whether the chat is on their screen.
    pub fn is_here(&self, now: DateTime<Utc>) -> bool {
        self.here_until > now
    }

    /// Whether they type right now.
    pub fn is_typing(&self, now: DateTime<Utc>) -> bool {
        self.typing_until.is_some_and(|until| until > now)
    }

    /// Whether they answer the chat and have begun first.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.is_ahead && self.held_until.is_some_and(|until| until > now)
    }

    /// When what is known of them next ceases to hold.
    pub fn next_end(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = [Some(self.here_until), self.typing_until, self.held_until];
        ends.into_iter().flatten().filter(|end| *end > now).min()
    }
}

/// A page of messages, and what stands between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    #[serde(flatten)]
    pub messages: Page<MessageView, MessageCursor>,
    pub beside: Vec<Beside>,
}

/// A place in a chat that somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// The message that the marketplace calls so.
    Message { external_id: String },
    /// The first message of this instant or later; the newest when there is none.
    Time { at: DateTime<Utc> },
    /// The buyer's first message after this instant; the newest when there is none.
    Unseen { after: DateTime<Utc> },
    /// What follows this message, without what stands before it.
    After { message: MessageCursor },
}

/// A part of a chat, oldest first, and how to go on from it both ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    pub items: Vec<MessageView>,
    /// Before which message older ones can be asked for; `None` at the beginning of the chat.
    pub older: Option<MessageCursor>,
    /// After which message newer ones can be asked for; `None` when the newest is here.
    pub newer: Option<MessageCursor>,
    /// The message that was asked for, by its id at the marketplace.
    pub found: Option<String>,
    /// What stands between them.
    pub beside: Vec<Beside>,
}

/// Messages of one chat that hold a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finds {
    /// Ids at the marketplace, newest first.
    pub messages: Vec<String>,
    /// There are more than are listed.
    pub is_cut: bool,
}

/// Messages that a search inside a chat lists, at most.
pub const MAX_FINDS: usize = 500;

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
