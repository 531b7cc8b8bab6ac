//! Which sentence belongs to what is done to many chats. The sentences themselves are in `shared::i18n`.

use super::super::work_words;
use crate::features::inbox::bulk::{BulkReason, BulkState, BulkView, BulkWork};
use crate::shared::i18n::Locale;
use crate::shared::time::Zone;
use chrono::{DateTime, Utc};

/// What is asked: what is done, and to how many.
pub fn question(locale: Locale, zone: Zone, now: DateTime<Utc>, work: &BulkWork, chats: i64) -> String {
    match work {
        BulkWork::Assign(to) => locale.bulk_ask_assign(chats, to.as_ref().map(|person| person.name.as_str())),
        BulkWork::AddTag(tag) => locale.bulk_ask_add_tag(chats, &tag.name),
        BulkWork::RemoveTag(tag) => locale.bulk_ask_remove_tag(chats, &tag.name),
        BulkWork::Prioritise(priority) => {
            locale.bulk_ask_prioritise(chats, work_words::priority(locale, *priority))
        }
        BulkWork::Close => locale.bulk_ask_close(chats),
        BulkWork::Snooze(until) => locale.bulk_ask_snooze(chats, &locale.coming(*until, now, zone)),
        BulkWork::MarkSpam => locale.bulk_ask_spam(chats),
        BulkWork::Reopen => locale.bulk_ask_reopen(chats),
        BulkWork::Reply(text) => locale.bulk_ask_reply(chats, &text.title),
    }
}

/// The verb on the button that confirms.
pub fn verb(locale: Locale, work: &BulkWork) -> &'static str {
    match work {
        BulkWork::Assign(_) => locale.assign_chat(),
        BulkWork::AddTag(_) => locale.bulk_tag_to_add(),
        BulkWork::RemoveTag(_) => locale.bulk_tag_to_remove(),
        BulkWork::Prioritise(_) => locale.bulk_set_priority(),
        BulkWork::Close => locale.bulk_close(),
        BulkWork::Snooze(_) => locale.snooze_chat(),
        BulkWork::MarkSpam => locale.bulk_spam(),
        BulkWork::Reopen => locale.bulk_reopen(),
        BulkWork::Reply(_) => locale.bulk_send(),
    }
}

/// What to know before it is confirmed.
pub fn notes(locale: Locale, work: &BulkWork) -> Vec<&'static str> {
    let first = match work {
        BulkWork::Close | BulkWork::Snooze(_) | BulkWork::MarkSpam => Some(locale.bulk_note_unseen()),
        BulkWork::Assign(_) => Some(locale.bulk_note_taken()),
        BulkWork::AddTag(_)
        | BulkWork::RemoveTag(_)
        | BulkWork::Prioritise(_)
        | BulkWork::Reopen
        | BulkWork::Reply(_) => None,
    };
    let last = if work.is_reply() { locale.bulk_note_sent() } else { locale.bulk_note_undo() };
    first.into_iter().chain([last]).collect()
}

fn doing(locale: Locale, work: &BulkWork) -> &'static str {
    match work {
        BulkWork::Assign(_) => locale.bulk_doing_assign(),
        BulkWork::AddTag(_) => locale.bulk_doing_add_tag(),
        BulkWork::RemoveTag(_) => locale.bulk_doing_remove_tag(),
        BulkWork::Prioritise(_) => locale.bulk_doing_prioritise(),
        BulkWork::Close => locale.bulk_doing_close(),
        BulkWork::Snooze(_) => locale.bulk_doing_snooze(),
        BulkWork::MarkSpam => locale.bulk_doing_spam(),
        BulkWork::Reopen => locale.bulk_doing_reopen(),
        BulkWork::Reply(_) => locale.bulk_doing_reply(),
    }
}

fn done(locale: Locale, work: &BulkWork) -> &'static str {
    match work {
        BulkWork::Assign(_) => locale.bulk_done_assign(),
        BulkWork::AddTag(_) => locale.bulk_done_add_tag(),
        BulkWork::RemoveTag(_) => locale.bulk_done_remove_tag(),
        BulkWork::Prioritise(_) => locale.bulk_done_prioritise(),
        BulkWork::Close => locale.bulk_done_close(),
        BulkWork::Snooze(_) => locale.bulk_done_snooze(),
        BulkWork::MarkSpam => locale.bulk_done_spam(),
        BulkWork::Reopen => locale.bulk_done_reopen(),
        BulkWork::Reply(_) => locale.bulk_done_reply(),
    }
}

/// How far a job has got, in one line.
pub fn progress(locale: Locale, job: &BulkView) -> String {
    let counts = job.counts;
    match job.state {
        BulkState::Planned | BulkState::Running => {
            locale.bulk_so_far(doing(locale, &job.work), counts.reached(), counts.chats)
        }
        BulkState::Undoing => locale.bulk_so_far(locale.bulk_doing_undo(), counts.taken_back(), counts.done),
        BulkState::Done => locale.bulk_so_far(done(locale, &job.work), counts.done, counts.chats),
        BulkState::Stopped => {
            let so_far = locale.bulk_so_far(done(locale, &job.work), counts.done, counts.chats);
            format!("{} {so_far}", locale.bulk_stopped())
        }
        BulkState::Undone => locale.bulk_so_far(locale.bulk_done_undo(), counts.undone, counts.done),
    }
}

/// What else has become of its chats; nothing while it goes on.
pub fn rest(locale: Locale, job: &BulkView) -> String {
    let counts = job.counts;
    let parts = match job.state {
        BulkState::Done | BulkState::Stopped => vec![
            (counts.unchanged, locale.bulk_unchanged(counts.unchanged)),
            (counts.skipped, locale.bulk_skipped(counts.skipped)),
            (counts.failed, locale.bulk_failed(counts.failed)),
        ],
        BulkState::Undone => vec![(counts.left_alone, locale.bulk_left_alone(counts.left_alone))],
        BulkState::Planned | BulkState::Running | BulkState::Undoing => Vec::new(),
    };
    let told: Vec<String> =
        parts.into_iter().filter(|(chats, _)| *chats > 0).map(|(_, words)| words).collect();
    told.join(", ")
}

/// Why a chat was skipped, or left as it is.
pub fn reason(locale: Locale, reason: BulkReason) -> &'static str {
    match reason {
        BulkReason::BuyerWrote => locale.bulk_reason_buyer_wrote(),
        BulkReason::ColleagueWrote => locale.bulk_reason_colleague_wrote(),
        BulkReason::HolderChanged => locale.bulk_reason_holder_changed(),
        BulkReason::PersonCannotAnswer => locale.bulk_reason_person_cannot_answer(),
        BulkReason::MomentPassed => locale.bulk_reason_moment_passed(),
        BulkReason::Gone => locale.bulk_reason_gone(),
        BulkReason::WindowClosed => locale.bulk_reason_window_closed(),
        BulkReason::WindowUncertain => locale.bulk_reason_window_uncertain(),
        BulkReason::VariableMissing => locale.bulk_reason_variable_missing(),
        BulkReason::RiskyWords => locale.bulk_reason_risky_words(),
        BulkReason::TextUnfit => locale.bulk_reason_text_unfit(),
        BulkReason::FileGone => locale.bulk_reason_file_gone(),
        BulkReason::OtherSeller => locale.bulk_reason_other_seller(),
        BulkReason::SellerRemoved => locale.bulk_reason_seller_removed(),
        BulkReason::NotAllowed => locale.bulk_reason_not_allowed(),
        BulkReason::ChangedSince => locale.bulk_reason_changed_since(),
        BulkReason::AlreadySent => locale.bulk_reason_already_sent(),
        BulkReason::Broke => locale.bulk_reason_broke(),
    }
}
