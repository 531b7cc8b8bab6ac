//! One chat in the list.

use super::bulk::RowBox;
use super::clock::SlaTimer;
use super::desk::{Desk, use_desk};
use super::lines::Line;
use super::sight::Sight;
use super::together::RowCompany;
use super::words;
use crate::features::inbox::types::{ChatRow, HistoryState, UNSEEN_CAP};
use crate::features::understanding::types::Category;
use crate::features::understanding::words as understood;
use crate::shared::ids::ChatId;
use crate::shared::marketplace::Marketplace;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// So many tags are shown by name; of further ones only how many there are.
const TAGS_SHOWN: usize = 2;

/// The mark of a marketplace: a small square in its colour, and its name for readers.
#[component]
pub fn MarketplaceMark(marketplace: Marketplace) -> impl IntoView {
    let name = marketplace.name();
    view! {
        <span class="mark" data-marketplace=marketplace.as_str() title=name></span>
        <span class="reader-only">{name}</span>
    }
}

/// A chat as a link that opens it.
#[component]
pub fn Row(
    chat: ChatId,
    /// Whether chats of several sellers stand in the list.
    with_seller: Signal<bool>,
    /// Knows where it stands.
    sight: Sight,
) -> impl IntoView {
    let desk = use_desk();
    let row = desk.list.row(chat)?;
    let href = {
        let address = desk.address;
        move || address.with(|address| address.with_chat(Some(chat)).href())
    };
    let is_open = {
        let address = desk.address;
        move || address.with(|address| address.chat() == Some(chat)).then_some("true")
    };
    let external_id = row.with_untracked(|row| row.external_id.clone());
    let (waits, is_unseen) = (row.clone(), row.clone());
    let (number, count, has_more) = (sight.clone(), sight.clone(), desk.list.has_more.clone());
    Some(view! {
        <li
            class="row-place"
            style=move || sight.style(Line::Chat(chat))
            aria-posinset=move || number.number(Line::Chat(chat))
            aria-setsize=move || if has_more.get() { "-1".to_owned() } else { count.count() }
        >
            <RowBox row=row.clone()/>
            <a
                class="chat-row"
                data-testid="chat-row"
                data-chat-id=chat.to_string()
                data-external-id=external_id
                data-waits=move || waits.with(|row| row.unanswered_since.is_some()).then_some("true")
                data-unseen=move || is_unseen.with(|row| row.unseen > 0).then_some("true")
                href=href
                aria-current=is_open
            >
                <FirstLine desk=desk.clone() row=row.clone()/>
                <Preview desk=desk.clone() row=row.clone()/>
                <LastLine desk row with_seller/>
            </a>
        </li>
    })
}

/// Who and when.
#[component]
fn FirstLine(desk: Desk, row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let (marketplace, name) = row.with_untracked(|row| (row.marketplace, row.short_name().to_owned()));
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let marked = row.clone();
    let when = Memo::new(move |_| locale.short_time(row.with(|row| row.last_message_at), now.get(), zone));
    view! {
        <span class="row-line">
            <MarketplaceMark marketplace/>
            <span class="row-name">{locale.chat_called(&name)}</span>
            <Marks desk row=marked/>
            <span class="row-time">{move || when.get()}</span>
        </span>
    }
}

/// What people have marked: urgency and star.
#[component]
fn Marks(desk: Desk, row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let locale = desk.locale;
    let starred = row.clone();
    let priority = Memo::new(move |_| row.with(|row| row.priority));
    let priority = move || {
        let priority = priority.get();
        words::priority(locale, priority).map(|word| {
            view! {
                <span class="row-priority" data-priority=priority.as_str() title=word>
                    <Glyph icon=Icon::Flag/>
                    <span class="reader-only">{word}</span>
                </span>
            }
        })
    };
    let star = Memo::new(move |_| starred.with(|row| row.is_starred));
    let star = move || {
        star.get().then(|| {
            view! {
                <span class="row-star" title=locale.is_starred()>
                    <Glyph icon=Icon::StarFull/>
                    <span class="reader-only">{locale.is_starred()}</span>
                </span>
            }
        })
    };
    view! {
        {priority}
        {star}
    }
}

/// The newest message, or that an answer has been begun.
#[component]
fn Preview(desk: Desk, row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let locale = desk.locale;
    let (with_draft, by, text) = (row.clone(), row.clone(), row);
    let draft = move || {
        with_draft
            .with(|row| row.has_draft)
            .then(|| view! { <span class="row-draft">{locale.draft_word()}</span> })
    };
    let by = move || {
        by.with(|row| words::preview_author(locale, row.last_author))
            .map(|who| view! { <span class="row-by">{who}</span> })
    };
    view! {
        <span class="row-line row-preview">
            {draft}
            {by}
            <span class="row-text">
                {move || {
                    let (said, history) = text.with(|row| (row.preview.clone(), row.history));
                    match history {
                        HistoryState::Coming => locale.history_coming().to_owned(),
                        HistoryState::Refused => locale.history_refused().to_owned(),
                        // A picture or a file has no words of its own.
                        HistoryState::Known if said.trim().is_empty() => locale.attachment_only().to_owned(),
                        HistoryState::Known => said,
                    }
                }}
            </span>
        </span>
    }
}

/// Until when it is set aside, its tags, whose shop and who is responsible.
#[component]
fn Facts(desk: Desk, row: ArcRwSignal<ChatRow>, with_seller: Signal<bool>) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let (snoozed, tagged, seller, held) = (row.clone(), row.clone(), row.clone(), row.clone());
    // Of who waits: what an answered chat was about is in its window.
    let subject = Memo::new(move |_| {
        let subject = row.with(|row| row.understood.filter(|_| row.unanswered_since.is_some()))?.category;
        (subject != Category::Other).then(|| understood::category(locale, subject))
    });
    let subject = move || subject.get().map(|word| view! { <span class="row-subject">{word}</span> });
    let snoozed = move || {
        let until = snoozed.with(|row| row.snoozed_until)?;
        let words = locale.snoozed_until(&locale.at_day(until, now.get(), zone));
        Some(view! { <span class="row-snoozed">{words}</span> })
    };
    let tags = Memo::new(move |_| tagged.with(|row| row.tags.clone()));
    let tags = move || {
        let tags = tags.get();
        let more = tags.len().saturating_sub(TAGS_SHOWN);
        let names = tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ");
        let shown: Vec<_> = tags
            .into_iter()
            .take(TAGS_SHOWN)
            .map(|tag| view! { <span class="tag-chip" data-color=tag.color.as_str()>{tag.name}</span> })
            .collect();
        (!shown.is_empty()).then(|| {
            view! {
                <span class="row-tags" title=names>
                    {shown}
                    {(more > 0).then(|| view! { <span class="row-more-tags">{format!("+{more}")}</span> })}
                </span>
            }
        })
    };
    let seller = move || {
        with_seller
            .get()
            .then(|| view! { <span class="row-seller">{seller.with(|row| row.seller_name.clone())}</span> })
    };
    let me = desk.viewer.as_ref().map(|viewer| viewer.user);
    let holder = Memo::new(move |_| held.with(|row| row.assignee.clone()));
    let holder = move || {
        holder.get().map(|person| {
            let words = locale.held_by(&person.name);
            let in_words = words.clone();
            let is_me = (Some(person.id) == me).then_some("true");
            view! {
                <span class="row-holder" data-me=is_me title=words>
                    <span aria-hidden="true">{words::initials(&person.name)}</span>
                    <span class="reader-only">{in_words}</span>
                </span>
            }
        })
    };
    view! {
        {snoozed}
        {subject}
        {tags}
        {seller}
        {holder}
    }
}

/// The clock, what has not been seen, and what is known of the chat.
#[component]
fn LastLine(desk: Desk, row: ArcRwSignal<ChatRow>, with_seller: Signal<bool>) -> impl IntoView {
    let locale = desk.locale;
    let chat = row.with_untracked(|row| row.id);
    let (waits, unseen, facts) = (row.clone(), row.clone(), row.clone());
    let waits = move || {
        waits
            .with(|row| row.unanswered_since.is_some() && row.due_at.is_none())
            .then(|| view! { <span class="row-waits">{locale.buyer_waits()}</span> })
    };
    let unseen = move || {
        let count = unseen.with(|row| row.unseen);
        let digits = if count >= UNSEEN_CAP { format!("{UNSEEN_CAP}+") } else { count.to_string() };
        (count > 0).then(|| {
            view! {
                <span class="row-unseen" title=locale.unseen_messages(count.into())>
                    <span aria-hidden="true">{digits}</span>
                    <span class="reader-only">{locale.unseen_messages(count.into())}</span>
                </span>
            }
        })
    };
    view! {
        <span class="row-line row-foot">
            <SlaTimer row/>
            {waits}
            <Facts desk row=facts with_seller/>
            <RowCompany chat/>
            {unseen}
        </span>
    }
}
