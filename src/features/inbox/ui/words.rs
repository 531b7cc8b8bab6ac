//! Which sentence belongs to which value of the inbox. The sentences themselves are in `shared::i18n`.

use super::lines::Urgency;
use crate::features::inbox::types::{Author, Delivery, FailureReason, Priority, ReplyState, Sort, View};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::ui::icon::Icon;

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

/// How a list is called.
pub fn view(locale: Locale, view: View) -> &'static str {
    match view {
        View::Waiting => locale.view_waiting(),
        View::Mine => locale.view_mine(),
        View::Unassigned => locale.view_unassigned(),
        View::Open => locale.view_open(),
        View::Starred => locale.view_starred(),
        View::Snoozed => locale.view_snoozed(),
        View::Closed => locale.view_closed(),
        View::Spam => locale.view_spam(),
        View::All => locale.view_all(),
    }
}

/// How an order is called.
pub fn sort(locale: Locale, sort: Sort) -> &'static str {
    match sort {
        Sort::Deadline => locale.sort_deadline(),
        Sort::Waiting => locale.sort_waiting(),
        Sort::Newest => locale.sort_newest(),
    }
}

/// The heading over chats of one urgency.
pub fn urgency(locale: Locale, urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Overdue => locale.urgency_overdue(),
        Urgency::Quarter => locale.urgency_quarter(),
        Urgency::Hour => locale.urgency_hour(),
        Urgency::Today => locale.urgency_today(),
        Urgency::Later => locale.urgency_later(),
        Urgency::NoDeadline => locale.urgency_no_deadline(),
        Urgency::Quiet => locale.urgency_quiet(),
    }
}

/// The same for style sheets and tests.
pub fn urgency_key(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Overdue => "overdue",
        Urgency::Quarter => "quarter",
        Urgency::Hour => "hour",
        Urgency::Today => "today",
        Urgency::Later => "later",
        Urgency::NoDeadline => "no-deadline",
        Urgency::Quiet => "quiet",
    }
}

/// What a priority is called; nothing for the usual one.
pub fn priority(locale: Locale, priority: Priority) -> Option<&'static str> {
    match priority {
        Priority::Low => Some(locale.priority_is_low()),
        Priority::Normal => None,
        Priority::High => Some(locale.priority_is_high()),
        Priority::Urgent => Some(locale.priority_is_urgent()),
    }
}

/// What an empty list says: what it is for and what comes next.
pub fn empty(locale: Locale, view: View, is_filtered: bool) -> (Icon, &'static str, &'static str) {
    match view {
        _ if is_filtered => (Icon::Search, locale.nothing_matches(), locale.nothing_matches_text()),
        View::Waiting => (Icon::Check, locale.nobody_waits_now(), locale.nobody_waits_text()),
        View::Mine => (Icon::Person, locale.no_mine(), locale.no_mine_text()),
        View::Unassigned => (Icon::Check, locale.no_unassigned(), locale.no_unassigned_text()),
        View::Starred => (Icon::Star, locale.no_starred(), locale.no_starred_text()),
        View::Snoozed => (Icon::Clock, locale.no_snoozed(), locale.no_snoozed_text()),
        View::Closed => (Icon::Check, locale.no_closed(), locale.no_closed_text()),
        View::Spam => (Icon::Chat, locale.no_spam(), locale.no_spam_text()),
        View::Open | View::All => (Icon::Chat, locale.no_chats(), locale.no_chats_text()),
    }
}

/// The first letters of a person's name, two at most. The style makes them capitals: it knows every alphabet, and the
/// program would have to bring its tables along.
pub fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn a_person_is_told_by_two_letters() {
        assert_eq!(initials("Анна Петрова-Иванова"), "АП");
        assert_eq!(initials("a b c"), "ab");
        assert_eq!(initials("  Demo "), "D");
        assert_eq!(initials(""), "");
    }
}
