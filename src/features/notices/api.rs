//! What a browser may ask about notices: each person about their own.

use super::types::{Centre, NoticeSettings, Which};
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// The newest notices of the person, how many are unseen, and how they want to be told.
#[server(endpoint = "notices/list", input = Json)]
pub async fn list() -> Result<Centre, AppError> {
    answer(Permission::ReadChats, async move |ask| centre::read(&ask).await).await
}

/// Notes that the person has seen these notices.
#[server(endpoint = "notices/mark_seen", input = Json)]
pub async fn mark_seen(notices: Which) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| centre::mark_seen(&ask, &notices).await).await
}

/// Keeps how the person wants to be told.
#[server(endpoint = "notices/save_settings", input = Json)]
pub async fn save_settings(settings: NoticeSettings) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| centre::save_settings(&ask, settings).await).await
}
