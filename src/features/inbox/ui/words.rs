//! Which sentence belongs to which value of the inbox. The sentences themselves are in `shared::i18n`.

use crate::features::inbox::types::{Author, Delivery, FailureReason, ReplyState};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;

/// Who wrote a message. `name` is known for what was written here.
pub fn author(locale: Locale, author: Author, name: Option<&str>, marketplace: Marketplace) -> String {
    match author {
        Author::Buyer => locale.author_buyer().to_owned(),
        Author::Operator => name.unwrap_or(locale.author_operator()).to_owned(),
        Author::SellerElsewhere => locale.author_elsewhere(marketplace),
        Author::Marketplace => marketplace.name().to_owned(),
        Author::Bot => locale.author_bot().to_owned(),
    }
}

/// Who stands before the preview of a chat.
pub fn preview_author(locale: Locale, author: Option<Author>) -> Option<&'static str> {
    match author? {
        Author::Operator | Author::SellerElsewhere => Some(locale.by_us()),
        Author::Bot => Some(locale.by_bot()),
        Author::Buyer | Author::Marketplace => None,
    }
}

/// How far a message of ours has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub state: ReplyState,
    pub is_read: bool,
    pub is_in_moderation: bool,
}

impl From<&Delivery> for Progress {
    fn from(delivery: &Delivery) -> Self {
        let Delivery { state, is_read, is_in_moderation, .. } = *delivery;
        Progress { state, is_read, is_in_moderation }
    }
}

/// How far a reply has got.
pub fn reply_state(locale: Locale, delivery: Progress, marketplace: Marketplace) -> String {
    let Progress { state, is_read, is_in_moderation } = delivery;
    match state {
        _ if is_in_moderation => locale.reply_in_moderation(marketplace),
        _ if is_read => locale.reply_read().to_owned(),
        ReplyState::Scheduled | ReplyState::Queued => locale.reply_queued().to_owned(),
        ReplyState::Sending => locale.reply_sending().to_owned(),
        ReplyState::Sent => locale.reply_sent().to_owned(),
        ReplyState::Visible => locale.reply_visible(marketplace),
        ReplyState::Rejected => locale.reply_rejected(marketplace),
        ReplyState::Unsure => locale.reply_unsure().to_owned(),
        ReplyState::Failed => locale.not_sent().to_owned(),
        ReplyState::Withdrawn => locale.reply_withdrawn().to_owned(),
    }
}

/// Why a reply was not sent, or why nothing can be sent: what happened and what to do.
pub fn failure(locale: Locale, reason: FailureReason, marketplace: Marketplace) -> String {
    match reason {
        FailureReason::WindowClosed => locale.cannot_window_closed(marketplace),
        FailureReason::WaitForBuyer => locale.cannot_wait_for_buyer(marketplace),
        FailureReason::ChatNotFound => locale.cannot_find_chat(marketplace),
        FailureReason::RefusedByMarketplace => locale.cannot_refused(marketplace),
        FailureReason::AccountProblem => locale.cannot_account_problem(marketplace),
        FailureReason::SellerPaused => locale.cannot_seller_paused().to_owned(),
        FailureReason::SellerRemoved => locale.cannot_seller_removed().to_owned(),
        FailureReason::CannotTell => locale.cannot_tell(marketplace),
        FailureReason::RejectedByModeration => locale.cannot_pass_moderation(marketplace),
        FailureReason::FileLost => locale.file_lost().to_owned(),
        FailureReason::BuyerWroteFirst => locale.buyer_wrote_first().to_owned(),
    }
}
