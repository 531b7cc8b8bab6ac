//! What a browser may ask about people and their workspace. Logging in and out are plain forms (`server/forms.rs`).

use super::types::{PersonView, WorkspaceView, ZoneView};
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {
    super::server::{people, workspace},
    crate::context::answer,
    crate::shared::role::Permission,
};

/// Everybody who works in the workspace.
#[server(endpoint = "users/people", input = Json)]
pub async fn people() -> Result<Vec<PersonView>, AppError> {
    answer(Permission::ReadChats, async move |ask| people::all(&ask).await).await
}

/// The workspace: its name and its clock.
#[server(endpoint = "users/workspace", input = Json)]
pub async fn workspace() -> Result<WorkspaceView, AppError> {
    answer(Permission::ReadChats, async move |ask| workspace::read(&ask).await).await
}

/// The time zones a workspace may have.
#[server(endpoint = "users/zones", input = Json)]
pub async fn zones() -> Result<Vec<ZoneView>, AppError> {
    answer(Permission::ReadChats, async move |ask| Ok(workspace::zones(&ask))).await
}

/// Gives the workspace another name or another clock.
#[server(endpoint = "users/change_workspace", input = Json)]
pub async fn change_workspace(name: String, time_zone: String) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| workspace::change(&ask, &name, &time_zone).await).await
}
