//! Listing articles.

use crate::context::Ask;
use crate::features::knowledge::types::{ArticleView, MAX_LISTED};
use crate::platform::fault::Outcome;
use crate::platform::schema::{articles, users};
use crate::shared::ids::{ArticleId, SellerId};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Text};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, PgArrayExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

type Row = (
    ArticleId,
    String,
    String,
    Vec<String>,
    Option<SellerId>,
    Option<String>,
    i32,
    i64,
    String,
    DateTime<Utc>,
);

/// Articles by title; with words, only those that speak of them all.
///
/// # Errors
/// When the database refuses.
pub async fn list(ask: &Ask, words: &str) -> Outcome<Vec<ArticleView>> {
    let author = users::table
        .on(users::workspace_id.eq(articles::workspace_id).and(users::id.eq(articles::updated_by)));
    let mut query = articles::table
        .inner_join(author)
        .filter(articles::workspace_id.eq(ask.workspace()))
        .order((articles::title, articles::id))
        .limit(MAX_LISTED as i64)
        .select((
            articles::id,
            articles::title,
            articles::body,
            articles::tags,
            articles::seller_id,
            articles::sku,
            articles::version,
            articles::use_count,
            users::name,
            articles::updated_at,
        ))
        .into_boxed();
    let words = words.trim();
    if !words.is_empty() {
        let speaks = sql::<Bool>("articles.words @@ plainto_tsquery('russian', translate(")
            .bind::<Text, _>(words.to_owned())
            .sql(", U&'\\0451\\0401', U&'\\0435\\0415'))");
        let is_called = sql::<Bool>("strpos(lower(articles.title), lower(")
            .bind::<Text, _>(words.to_owned())
            .sql(")) > 0");
        query = query.filter(speaks.or(is_called).or(articles::tags.contains(vec![words.to_lowercase()])));
    }
    let rows: Vec<Row> = query.load(&mut *ask.conn().await?).await?;
    Ok(rows.into_iter().map(view).collect())
}

fn view(
    (id, title, body, tags, seller, sku, version, use_count, updated_by, updated_at): Row,
) -> ArticleView {
    ArticleView { id, title, body, tags, seller, sku, version, use_count, updated_by, updated_at }
}
