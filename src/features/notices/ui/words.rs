//! Notices in words.

use crate::features::notices::types::{NoticeKind, NoticeView, Tone};
use crate::shared::i18n::Locale;

/// What happened.
pub fn title(locale: Locale, notice: &NoticeView) -> String {
    let (count, who) = (i64::from(notice.count), notice.actor_name.as_deref());
    match notice.kind {
        NoticeKind::Message => locale.notice_messages(count),
        NoticeKind::Waiting => locale.notice_waiting(count),
        NoticeKind::Mention => locale.notice_mention(who),
        NoticeKind::Assigned => locale.notice_assigned(count, who),
        NoticeKind::Deadline => locale.notice_deadline(count),
        NoticeKind::SellerStopped => {
            locale.notice_seller_stopped(notice.seller_name.as_deref().unwrap_or_default())
        }
        NoticeKind::ReplyTrouble => locale.notice_reply_trouble(count),
    }
}

/// Where it happened.
pub fn place(locale: Locale, notice: &NoticeView) -> Option<String> {
    notice.chat?;
    let chat = locale.chat_called(notice.short_name());
    Some(match &notice.seller_name {
        Some(seller) => format!("{chat} · {seller}"),
        None => chat,
    })
}

/// A kind of notice by name.
pub fn kind(locale: Locale, kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Message => locale.kind_message(),
        NoticeKind::Waiting => locale.kind_waiting(),
        NoticeKind::Mention => locale.kind_mention(),
        NoticeKind::Assigned => locale.kind_assigned(),
        NoticeKind::Deadline => locale.kind_deadline(),
        NoticeKind::SellerStopped => locale.kind_seller_stopped(),
        NoticeKind::ReplyTrouble => locale.kind_reply_trouble(),
    }
}

/// A sound by name.
pub fn tone(locale: Locale, tone: Tone) -> &'static str {
    match tone {
        Tone::Drop => locale.tone_drop(),
        Tone::Bell => locale.tone_bell(),
        Tone::Knock => locale.tone_knock(),
    }
}
