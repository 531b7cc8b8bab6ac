//! What a browser may ask about deadlines. Every function here is a public HTTP endpoint.

use super::book::RuleBook;
use super::explanation::Application;
use super::supervisor::{SupervisorForm, SupervisorTry, SupervisorView};
use super::types::{self, DeadlineSettings, ReportQuery, Trial, TrialOutcome, VersionLine};
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {
    super::server::supervisor::channel, super::server::*, crate::context::answer,
    crate::shared::role::Permission,
};

/// The rules in force as their pages show them.
#[server(endpoint = "sla/settings", input = Json)]
pub async fn settings() -> Result<DeadlineSettings, AppError> {
    answer(Permission::ReadChats, async move |ask| settings::read(&ask).await).await
}

/// Makes the next version of the rules, based on `version`.
#[server(endpoint = "sla/save", input = Json)]
pub async fn save(version: i32, book: RuleBook) -> Result<DeadlineSettings, AppError> {
    answer(Permission::ManageShared, async move |ask| save::save(&ask, version, book).await).await
}

/// All versions, the newest first.
#[server(endpoint = "sla/versions", input = Json)]
pub async fn versions() -> Result<Vec<VersionLine>, AppError> {
    answer(Permission::ReadChats, async move |ask| settings::versions(&ask).await).await
}

/// What a version says; 0 comes with the program.
#[server(endpoint = "sla/version", input = Json)]
pub async fn version(version: i32) -> Result<RuleBook, AppError> {
    answer(Permission::ReadChats, async move |ask| settings::version(&ask, version).await).await
}

/// What would change if a book were saved.
#[server(endpoint = "sla/preview", input = Json)]
pub async fn preview(book: RuleBook) -> Result<types::Preview, AppError> {
    answer(Permission::ManageShared, async move |ask| preview::preview(&ask, book).await).await
}

/// What a book makes of a message.
#[server(endpoint = "sla/try_out", input = Json)]
pub async fn try_out(book: RuleBook, trial: Trial) -> Result<TrialOutcome, AppError> {
    answer(Permission::ReadChats, async move |ask| trial::run(&ask, book, trial).await).await
}

/// How soon buyers were answered.
#[server(endpoint = "sla/report", input = Json)]
pub async fn report(query: ReportQuery) -> Result<types::Report, AppError> {
    answer(Permission::ReadChats, async move |ask| report::report(&ask, &query).await).await
}

/// Applies the newest rules to chats that already wait, in the background.
#[server(endpoint = "sla/apply", input = Json)]
pub async fn apply() -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| apply::begin(&ask).await).await
}

/// How far that has come, if anybody has asked for it.
#[server(endpoint = "sla/applied", input = Json)]
pub async fn applied() -> Result<Option<Application>, AppError> {
    answer(Permission::ReadChats, async move |ask| apply::read(&ask).await).await
}

/// How a supervisor is written to outside of the product; `None` when nothing is set up.
#[server(endpoint = "sla/supervisor", input = Json)]
pub async fn supervisor() -> Result<Option<SupervisorView>, AppError> {
    answer(Permission::ManageShared, async move |ask| channel::read(&ask).await).await
}

/// Sets up how a supervisor is written to.
#[server(endpoint = "sla/save_supervisor", input = Json)]
pub async fn save_supervisor(form: SupervisorForm) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| channel::save(&ask, form).await).await
}

/// Writes to the supervisor, to see whether it arrives.
#[server(endpoint = "sla/try_supervisor", input = Json)]
pub async fn try_supervisor() -> Result<SupervisorTry, AppError> {
    answer(Permission::ManageShared, async move |ask| channel::try_out(&ask).await).await
}

/// Forgets how a supervisor is written to.
#[server(endpoint = "sla/remove_supervisor", input = Json)]
pub async fn remove_supervisor() -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| channel::remove(&ask).await).await
}
