//! What a browser may ask of the inbox. Every function here is a public HTTP endpoint.

use super::types::{
    ChangedRows, ChatListPage, ChatView, Finds, ListCursor, ListQuery, MessageCursor, MessageView, Slice,
    Spot,
};
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, FileId, ReplyId};
use crate::shared::paging::Page;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// A page of a list, with the counters over it.
#[server(endpoint = "inbox/chats", input = Json)]
pub async fn chats(query: ListQuery, after: Option<ListCursor>) -> Result<ChatListPage, AppError> {
    answer(Permission::ReadChats, async move |ask| list::page(&ask, &query, after).await).await
}

/// The present state of the given chats; those the person may not see are left out.
#[server(endpoint = "inbox/rows", input = Json)]
pub async fn rows(query: ListQuery, chats: Vec<ChatId>) -> Result<ChangedRows, AppError> {
    answer(Permission::ReadChats, async move |ask| list::changed(&ask, &query, &chats).await).await
}

/// A chat with its newest messages and the person's draft.
#[server(endpoint = "inbox/open", input = Json)]
pub async fn open(chat: ChatId) -> Result<ChatView, AppError> {
    answer(Permission::ReadChats, async move |ask| window::open(&ask, chat).await).await
}

/// Messages before `before`, or the newest ones; oldest first.
#[server(endpoint = "inbox/messages", input = Json)]
pub async fn messages(
    chat: ChatId,
    before: Option<MessageCursor>,
) -> Result<Page<MessageView, MessageCursor>, AppError> {
    answer(Permission::ReadChats, async move |ask| window::messages(&ask, chat, before).await).await
}

/// The messages around a place of a chat, or those that follow one.
#[server(endpoint = "inbox/around", input = Json)]
pub async fn around(chat: ChatId, spot: Spot) -> Result<Slice, AppError> {
    answer(Permission::ReadChats, async move |ask| around::around(&ask, chat, spot).await).await
}

/// The messages of one chat that hold a text, newest first.
#[server(endpoint = "inbox/find", input = Json)]
pub async fn find(chat: ChatId, text: String) -> Result<Finds, AppError> {
    answer(Permission::ReadChats, async move |ask| find::find(&ask, chat, &text).await).await
}

/// Notes that the person has looked at everything the chat holds.
#[server(endpoint = "inbox/seen", input = Json)]
pub async fn seen(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| seen::mark(&ask, chat).await).await
}

/// Puts a reply into the outbox. The same `reply` twice is one reply.
#[server(endpoint = "inbox/reply", input = Json)]
pub async fn reply(chat: ChatId, reply: ReplyId, text: String) -> Result<MessageView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::write(&ask, chat, reply, &text).await).await
}

/// Puts an uploaded file into the outbox. The same `reply` twice is one reply.
#[server(endpoint = "inbox/send_file", input = Json)]
pub async fn send_file(chat: ChatId, reply: ReplyId, file: FileId) -> Result<MessageView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::write_file(&ask, chat, reply, file).await).await
}

/// Sends a failed or unsure reply once more, because a person asks for it.
#[server(endpoint = "inbox/retry", input = Json)]
pub async fn retry(reply: ReplyId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::retry(&ask, reply).await).await
}

/// Keeps what the person has typed, and when. An empty text deletes the draft; an older text changes nothing.
#[server(endpoint = "inbox/save_draft", input = Json)]
pub async fn save_draft(chat: ChatId, text: String, typed_at: DateTime<Utc>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| draft::save(&ask, chat, &text, typed_at).await).await
}

/// Begins a chat about a posting of the order that `chat` is about, or finds the one that is open.
#[server(endpoint = "inbox/start_chat", input = Json)]
pub async fn start_chat(chat: ChatId, posting: String) -> Result<ChatId, AppError> {
    answer(Permission::ReplyToChats, async move |ask| start::start(&ask, chat, &posting).await).await
}
