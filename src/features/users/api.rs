//! What a browser may ask about people and their workspace. Logging in and out are plain forms (`server/forms.rs`).

use super::types::{Access, PersonView, StaffView, WorkspaceView, ZoneView};
use crate::shared::error::AppError;
use crate::shared::ids::UserId;
use crate::shared::role::Role;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {
    super::server::{own_password, people, staff, workspace},
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

/// Everybody who works in the workspace, as what, and when they were last seen.
#[server(endpoint = "users/staff", input = Json)]
pub async fn staff() -> Result<Vec<StaffView>, AppError> {
    answer(Permission::ReadChats, async move |ask| people::staff(&ask).await).await
}

/// Adds a person; whoever worked here before comes back to what they had. Answers with what they need to get in.
#[server(endpoint = "users/add", input = Json)]
pub async fn add(email: String, name: String, role: Role) -> Result<Access, AppError> {
    answer(Permission::ManagePeople, async move |ask| staff::add(&ask, email, name, role).await).await
}

/// Gives a person another name.
#[server(endpoint = "users/rename", input = Json)]
pub async fn rename(person: UserId, name: String) -> Result<(), AppError> {
    answer(Permission::ManagePeople, async move |ask| staff::rename(&ask, person, &name).await).await
}

/// Gives a person another role. Who may no longer answer buyers hands over their chats.
#[server(endpoint = "users/set_role", input = Json)]
pub async fn set_role(person: UserId, role: Role) -> Result<(), AppError> {
    answer(Permission::ManagePeople, async move |ask| staff::set_role(&ask, person, role).await).await
}

/// Lets a person go. Their chats become nobody's; what they wrote stays theirs.
#[server(endpoint = "users/let_go", input = Json)]
pub async fn let_go(person: UserId) -> Result<(), AppError> {
    answer(Permission::ManagePeople, async move |ask| staff::let_go(&ask, person).await).await
}

/// Gives a person another password and ends their sessions. Answers with what they need to get in.
#[server(endpoint = "users/reset_password", input = Json)]
pub async fn reset_password(person: UserId) -> Result<Access, AppError> {
    answer(Permission::ManagePeople, async move |ask| staff::reset_password(&ask, person).await).await
}

/// Gives oneself another password. All of one's sessions end.
#[server(endpoint = "users/change_password", input = Json)]
pub async fn change_password(current: String, new: String) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| own_password::change(&ask, current, new).await).await
}
