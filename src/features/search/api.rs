//! What a browser may ask of search. Every function here is a public HTTP endpoint.

use super::types::{SearchCursor, SearchPage, SearchQuery};
use crate::shared::error::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// A page of what was found, newest first.
#[server(endpoint = "search/find", input = Json)]
pub async fn find(query: SearchQuery, after: Option<SearchCursor>) -> Result<SearchPage, AppError> {
    answer(Permission::ReadChats, async move |ask| find::find(&ask, &query, after).await).await
}
