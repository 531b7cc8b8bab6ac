//! What is done to many chats at once: the words of both sides.

use super::types::{Holder, ListQuery, PersonView, Priority, TagView};
use crate::features::quick_replies::types::Scope;
use crate::shared::error::{MovedBy, Refusal};
use crate::shared::ids::{BulkJobId, ChatId, FileId, QuickReplyId, TagId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The most chats of one job.
pub const MOST_CHATS: usize = 100_000;
/// The most chats that are named one by one.
pub const MOST_CHOSEN: usize = 1_000;
/// The most chats that one quick reply goes to.
pub const MOST_REPLIES: usize = 500;
/// How long a job can be undone after it has been started.
pub const UNDO_TIME: TimeDelta = TimeDelta::hours(24);

/// Which chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkChats {
    Chosen(Vec<ChatId>),
    /// All that a list holds when the job is planned.
    Matching(ListQuery),
}

/// What a person asks to be done to each chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkAct {
    Assign(Holder),
    AddTag(TagId),
    RemoveTag(TagId),
    Prioritise(Priority),
    Close,
    Snooze(DateTime<Utc>),
    MarkSpam,
    Reopen,
    Reply(QuickReplyId),
}

impl BulkAct {
    /// Whether buyers get something by it.
    pub fn is_reply(&self) -> bool {
        matches!(self, BulkAct::Reply(_))
    }
}

/// The same as it is kept and shown, with names as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkWork {
    Assign(Option<PersonView>),
    AddTag(TagView),
    RemoveTag(TagView),
    Prioritise(Priority),
    Close,
    Snooze(DateTime<Utc>),
    MarkSpam,
    Reopen,
    Reply(BulkText),
}

/// The quick reply of a job. What is changed about it later does not change the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkText {
    pub id: QuickReplyId,
    pub title: String,
    pub body: String,
    pub scope: Scope,
    /// What goes with it, in this order. Jobs that were planned before files could go have none.
    #[serde(default)]
    pub files: Vec<BulkFile>,
}

/// A file of the quick reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkFile {
    pub id: FileId,
    pub name: String,
}

impl BulkWork {
    /// Whether buyers get something by it.
    pub fn is_reply(&self) -> bool {
        matches!(self, BulkWork::Reply(_))
    }
}

text_enum!(
    /// How far a job has got.
    BulkState {
        /// Its chats are fixed; its author has not confirmed it.
        Planned = "planned",
        Running = "running",
        Done = "done",
        /// Its author has stopped it: some chats nobody has got to.
        Stopped = "stopped",
        Undoing = "undoing",
        Undone = "undone",
    }
);

impl BulkState {
    /// Whether something goes on.
    pub fn is_going_on(self) -> bool {
        matches!(self, BulkState::Running | BulkState::Undoing)
    }
}

text_enum!(
    /// What has become of one chat.
    BulkOutcome {
        Done = "done",
        /// It was so already.
        Unchanged = "unchanged",
        Skipped = "skipped",
        /// Our fault.
        Failed = "failed",
        Undone = "undone",
        /// What was done to it was not undone.
        LeftAlone = "left_alone",
    }
);

text_enum!(
    /// Why a chat was skipped, or left as it is.
    BulkReason {
        BuyerWrote = "buyer_wrote",
        ColleagueWrote = "colleague_wrote",
        HolderChanged = "holder_changed",
        PersonCannotAnswer = "person_cannot_answer",
        MomentPassed = "moment_passed",
        /// The chat, the tag or the person is not there any more.
        Gone = "gone",
        /// The marketplace takes no messages.
        WindowClosed = "window_closed",
        /// Nobody knows whether the marketplace takes messages: a person has to decide.
        WindowUncertain = "window_uncertain",
        VariableMissing = "variable_missing",
        RiskyWords = "risky_words",
        /// Too long, or empty once it is filled in.
        TextUnfit = "text_unfit",
        /// A file of the quick reply is not kept any more.
        FileGone = "file_gone",
        /// The quick reply is for chats of another seller.
        OtherSeller = "other_seller",
        SellerRemoved = "seller_removed",
        /// The author may not do it any more.
        NotAllowed = "not_allowed",
        /// Somebody has changed the same since.
        ChangedSince = "changed_since",
        /// The reply has left.
        AlreadySent = "already_sent",
        Broke = "broke",
    }
);

impl BulkReason {
    /// What a refusal means for the chat that it is about.
    pub fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::ChatHasMoved | Refusal::ChatMoved { by: MovedBy::Buyer } => BulkReason::BuyerWrote,
            Refusal::ChatMoved { .. } => BulkReason::ColleagueWrote,
            Refusal::HolderHasChanged { .. } => BulkReason::HolderChanged,
            Refusal::PersonCannotAnswer => BulkReason::PersonCannotAnswer,
            Refusal::MomentPassed => BulkReason::MomentPassed,
            Refusal::WordingBlocked(_) | Refusal::WordingUnaccepted(_) => BulkReason::RiskyWords,
            Refusal::VariableUnfilled { .. } => BulkReason::VariableMissing,
            Refusal::SellerNotConnected => BulkReason::SellerRemoved,
            Refusal::ReplyHasLeft => BulkReason::AlreadySent,
            Refusal::FileNotThere => BulkReason::FileGone,
            Refusal::EmptyText | Refusal::TextTooLong { .. } | Refusal::ControlCharacters => {
                BulkReason::TextUnfit
            }
            // Nothing that is done to chats refuses for another reason.
            _ => BulkReason::Broke,
        }
    }
}

/// How many chats have come to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkCounts {
    pub chats: i64,
    pub done: i64,
    pub unchanged: i64,
    pub skipped: i64,
    pub failed: i64,
    pub undone: i64,
    pub left_alone: i64,
}

impl BulkCounts {
    /// Chats that somebody has got to.
    pub fn reached(&self) -> i64 {
        self.done + self.unchanged + self.skipped + self.failed
    }

    /// Chats that the undoing has got to.
    pub fn taken_back(&self) -> i64 {
        self.undone + self.left_alone
    }

    /// One more of an outcome.
    pub fn add(&mut self, outcome: BulkOutcome) {
        let number = match outcome {
            BulkOutcome::Done => &mut self.done,
            BulkOutcome::Unchanged => &mut self.unchanged,
            BulkOutcome::Skipped => &mut self.skipped,
            BulkOutcome::Failed => &mut self.failed,
            BulkOutcome::Undone => &mut self.undone,
            BulkOutcome::LeftAlone => &mut self.left_alone,
        };
        *number += 1;
    }
}

/// A job as its author sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkView {
    pub id: BulkJobId,
    pub work: BulkWork,
    pub state: BulkState,
    pub counts: BulkCounts,
    /// Until when it can be undone.
    pub undo_until: Option<DateTime<Utc>>,
}

impl BulkView {
    /// Whether there is something to undo, and time for it.
    pub fn may_undo(&self, now: DateTime<Utc>) -> bool {
        let is_over = matches!(self.state, BulkState::Done | BulkState::Stopped);
        is_over && self.counts.done > 0 && self.undo_until.is_some_and(|until| now < until)
    }
}

/// What a job would do, before anybody confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPlan {
    pub job: BulkView,
    /// For a quick reply.
    pub preview: Option<ReplyPreview>,
}

/// What buyers would read, and who would get nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyPreview {
    /// The text as the first of them would get it.
    pub sample: Option<ReplySample>,
    /// How many would get it.
    pub sends: i64,
    /// How many would not, by reason.
    pub skips: Vec<(BulkReason, i64)>,
}

/// A text that is filled in for one chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplySample {
    pub chat: BulkChat,
    pub text: String,
}

/// A chat by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkChat {
    pub id: ChatId,
    pub external_id: String,
}

impl BulkChat {
    /// How the chat is called.
    pub fn short_name(&self) -> &str {
        self.external_id.get(..8).unwrap_or(&self.external_id)
    }
}

/// Chats that something was not done to, or not undone, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkGroup {
    pub outcome: BulkOutcome,
    pub reason: Option<BulkReason>,
    pub chats: i64,
    /// The first of them.
    pub first: Vec<BulkChat>,
}

/// What has become of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkReport {
    pub job: BulkView,
    pub groups: Vec<BulkGroup>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_undone_once_and_in_time() {
        let until = DateTime::UNIX_EPOCH + UNDO_TIME;
        let mut job = BulkView {
            id: BulkJobId::new(),
            work: BulkWork::Close,
            state: BulkState::Done,
            counts: BulkCounts { chats: 2, done: 1, unchanged: 1, ..BulkCounts::default() },
            undo_until: Some(until),
        };
        assert!(job.may_undo(DateTime::UNIX_EPOCH));
        assert!(!job.may_undo(until));
        job.state = BulkState::Undone;
        assert!(!job.may_undo(DateTime::UNIX_EPOCH));
        job.state = BulkState::Stopped;
        assert!(job.may_undo(DateTime::UNIX_EPOCH));
        job.counts.done = 0;
        assert!(!job.may_undo(DateTime::UNIX_EPOCH), "nothing was done");
    }

    #[test]
    fn a_refusal_of_one_chat_is_a_reason_to_skip_it() {
        let reason = |refusal| BulkReason::of(&refusal);
        assert_eq!(reason(Refusal::ChatHasMoved), BulkReason::BuyerWrote);
        assert_eq!(reason(Refusal::ChatMoved { by: MovedBy::Cabinet }), BulkReason::ColleagueWrote);
        assert_eq!(reason(Refusal::HolderHasChanged { holder: None }), BulkReason::HolderChanged);
        assert_eq!(reason(Refusal::TextTooLong { max: 1, actual: 2 }), BulkReason::TextUnfit);
    }
}
