//! What a browser may ask of quick replies. Every function here is a public HTTP endpoint.

use super::types::{Offer, QuickReply, QuickReplyForm};
use crate::features::files::types::FileView;
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, FileId, QuickReplyId};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// The person's own quick replies and the shared ones.
#[server(endpoint = "quick_replies/list", input = Json)]
pub async fn list() -> Result<Vec<QuickReply>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| list::all(&ask).await).await
}

/// Those that are offered in a chat, with what is known to fill them in.
#[server(endpoint = "quick_replies/of_chat", input = Json)]
pub async fn of_chat(chat: ChatId) -> Result<Offer, AppError> {
    answer(Permission::ReplyToChats, async move |ask| offer::of_chat(&ask, chat).await).await
}

/// Makes or changes one. Shared ones are for those who may manage what is shared.
#[server(endpoint = "quick_replies/save", input = Json)]
pub async fn save(form: QuickReplyForm) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| save::save(&ask, form).await).await
}

/// Puts the files of a quick reply beside the answer of a chat. Of each file its id there and the id it gets in the chat,
/// made by the browser: the same twice is one file.
#[server(endpoint = "quick_replies/attach", input = Json)]
pub async fn attach(
    reply: QuickReplyId,
    chat: ChatId,
    files: Vec<(FileId, FileId)>,
) -> Result<Vec<(String, FileView)>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| attach::attach(&ask, reply, chat, &files).await).await
}

/// Deletes one.
#[server(endpoint = "quick_replies/delete", input = Json)]
pub async fn delete(reply: QuickReplyId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| delete::delete(&ask, reply).await).await
}

/// Counts a use.
#[server(endpoint = "quick_replies/used", input = Json)]
pub async fn used(reply: QuickReplyId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| used::note(&ask, reply).await).await
}
