//! One chat in the list.

use super::clock::ClockChip;
use super::desk::{Desk, use_desk};
use super::together::RowCompany;
use super::words;
use crate::features::inbox::types::{ChatRow, HistoryState, UNSEEN_CAP};
use crate::shared::ids::ChatId;
use crate::shared::marketplace::Marketplace;
use leptos::prelude::*;

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
    Some(view! {
        <li class="row-place">
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
    let when = Memo::new(move |_| locale.short_time(row.with(|row| row.last_message_at), now.get(), zone));
    view! {
        <span class="row-line">
            <MarketplaceMark marketplace/>
            <span class="row-name">{locale.chat_called(&name)}</span>
            <span class="row-time">{move || when.get()}</span>
        </span>
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

/// The clock, what has not been seen, and whose chat it is.
#[component]
fn LastLine(desk: Desk, row: ArcRwSignal<ChatRow>, with_seller: Signal<bool>) -> impl IntoView {
    let locale = desk.locale;
    let chat = row.with_untracked(|row| row.id);
    let (waits, seller, unseen) = (row.clone(), row.clone(), row.clone());
    let waits = move || {
        waits
            .with(|row| row.unanswered_since.is_some() && row.due_at.is_none())
            .then(|| view! { <span class="row-waits">{locale.buyer_waits()}</span> })
    };
    let seller = move || {
        with_seller
            .get()
            .then(|| view! { <span class="row-seller">{seller.with(|row| row.seller_name.clone())}</span> })
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
            <ClockChip row/>
            {waits}
            {seller}
            <RowCompany chat/>
            {unseen}
        </span>
    }
}
