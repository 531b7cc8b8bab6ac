//! What a browser may ask of drafts and of the models that make them. Every function here is a public HTTP endpoint.

use super::prompt::Task;
use super::report::SuggestionReport;
use super::types::{ModelsPage, Panel, ProviderForm, ProviderTest, SuggestionSettings, Summary};
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, ProviderId, SuggestionId};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// The panel of a chat that somebody has opened. Where the workspace wants it, a draft is begun when there is none.
#[server(endpoint = "suggestions/of_chat", input = Json)]
pub async fn of_chat(chat: ChatId) -> Result<Panel, AppError> {
    answer(Permission::ReplyToChats, async move |ask| panel::open(&ask, chat).await).await
}

/// Begins a draft, or one of a text that somebody has written. Gives its id; `/suggestions/{id}` tells how it grows.
#[server(endpoint = "suggestions/ask", input = Json)]
pub async fn ask(chat: ChatId, task: Task, draft: Option<String>) -> Result<SuggestionId, AppError> {
    answer(Permission::ReplyToChats, async move |ask| begin::by_hand(&ask, chat, task, draft).await).await
}

/// What a chat is about, in a few sentences.
#[server(endpoint = "suggestions/summarise", input = Json)]
pub async fn summarise(chat: ChatId) -> Result<Summary, AppError> {
    answer(Permission::ReplyToChats, async move |ask| summary::of_chat(&ask, chat).await).await
}

/// Models and settings, with what was used within a day.
#[server(endpoint = "suggestions/models", input = Json)]
pub async fn models() -> Result<ModelsPage, AppError> {
    answer(Permission::ManageModels, async move |ask| settings::page(&ask).await).await
}

/// What became of the drafts of the last month.
#[server(endpoint = "suggestions/report", input = Json)]
pub async fn report() -> Result<SuggestionReport, AppError> {
    answer(Permission::ManageModels, async move |ask| report::report(&ask).await).await
}

/// Changes how drafts are made.
#[server(endpoint = "suggestions/save_settings", input = Json)]
pub async fn save_settings(settings: SuggestionSettings) -> Result<(), AppError> {
    answer(Permission::ManageModels, async move |ask| settings::save(&ask, settings).await).await
}

/// Connects a model, or changes one.
#[server(endpoint = "suggestions/save_provider", input = Json)]
pub async fn save_provider(form: ProviderForm) -> Result<(), AppError> {
    answer(Permission::ManageModels, async move |ask| providers::save(&ask, form).await).await
}

/// Puts the models into an order.
#[server(endpoint = "suggestions/arrange", input = Json)]
pub async fn arrange(order: Vec<ProviderId>) -> Result<(), AppError> {
    answer(Permission::ManageModels, async move |ask| providers::arrange(&ask, &order).await).await
}

/// Disconnects a model; its key is deleted.
#[server(endpoint = "suggestions/remove_provider", input = Json)]
pub async fn remove_provider(provider: ProviderId) -> Result<(), AppError> {
    answer(Permission::ManageModels, async move |ask| providers::remove(&ask, provider).await).await
}

/// Asks a model something small.
#[server(endpoint = "suggestions/test_provider", input = Json)]
pub async fn test_provider(provider: ProviderId) -> Result<ProviderTest, AppError> {
    answer(Permission::ManageModels, async move |ask| trial::run(&ask, provider).await).await
}
