//! What a browser may ask of articles. Every function here is a public HTTP endpoint.

use super::types::{ArticleForm, ArticleView, ImportKind, Imported};
use crate::shared::error::AppError;
use crate::shared::ids::ArticleId;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// Articles by title; with words, those that speak of them, the nearest first.
#[server(endpoint = "knowledge/list", input = Json)]
pub async fn list(words: String) -> Result<Vec<ArticleView>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| list::list(&ask, &words).await).await
}

/// Writes an article, or changes one. What it said before is kept.
#[server(endpoint = "knowledge/save", input = Json)]
pub async fn save(form: ArticleForm) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| save::save(&ask, form).await).await
}

/// Deletes an article.
#[server(endpoint = "knowledge/delete", input = Json)]
pub async fn delete(article: ArticleId) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| save::delete(&ask, article).await).await
}

/// Takes the articles of a file over; one with the title of another takes its place.
#[server(endpoint = "knowledge/import", input = Json)]
pub async fn import(kind: ImportKind, text: String) -> Result<Imported, AppError> {
    answer(Permission::ManageShared, async move |ask| take_over::take_over(&ask, kind, &text).await).await
}
