//! What a browser may ask about orders.

use super::types::OrderPanel;
use crate::shared::error::AppError;
use crate::shared::ids::ChatId;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// What is known of the order of a chat. What is old is shown all the same, and asked for anew behind it.
#[server(endpoint = "orders/of_chat", input = Json)]
pub async fn of_chat(chat: ChatId) -> Result<OrderPanel, AppError> {
    answer(Permission::ReadChats, async move |ask| read::of_chat(&ask, chat).await).await
}

/// Asks the marketplace again, because a person wants it.
#[server(endpoint = "orders/refresh", input = Json)]
pub async fn refresh(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| refresh::refresh(&ask, chat).await).await
}

/// Notes by hand what order a chat is about: the number of an order or a posting; an empty text takes it away.
#[server(endpoint = "orders/attach", input = Json)]
pub async fn attach(chat: ChatId, number: String) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| attach::attach(&ask, chat, &number).await).await
}
