//! What a browser may ask about people. Every function here is a public HTTP endpoint.

use super::types::PersonView;
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::people, crate::context::answer, crate::shared::role::Permission};

/// The people of the workspace by name.
#[server(endpoint = "users/people", input = Json)]
pub async fn people() -> Result<Vec<PersonView>, AppError> {
    answer(Permission::ReadChats, async move |ask| people::all(&ask).await).await
}
