//! What a browser may ask of the rules of risky words. Every function here is a public HTTP endpoint.

use super::types::{Changes, RuleSet, WordingSettings};
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// The rules in force, for checking while somebody types.
#[server(endpoint = "wording/rules", input = Json)]
pub async fn rules() -> Result<RuleSet, AppError> {
    answer(Permission::ReplyToChats, async move |ask| read::rules(&ask).await).await
}

/// The rules as their page shows them.
#[server(endpoint = "wording/settings", input = Json)]
pub async fn settings() -> Result<WordingSettings, AppError> {
    answer(Permission::ManageShared, async move |ask| read::settings(&ask).await).await
}

/// Makes the next version of the rules, based on `version`.
#[server(endpoint = "wording/save", input = Json)]
pub async fn save(version: i32, changes: Changes) -> Result<WordingSettings, AppError> {
    answer(Permission::ManageShared, async move |ask| save::save(&ask, version, changes).await).await
}
