//! Writing, changing and deleting articles. What an article said before is kept as a version.

use super::vectors;
use crate::context::Ask;
use crate::features::knowledge::types::ArticleForm;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{article_versions, articles, sellers};
use crate::shared::change::Change;
use crate::shared::ids::{ArticleId, SellerId};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Writes an article, or changes one. The same form twice is one.
///
/// # Errors
/// `NotFound` when its seller is not there; a refusal that says what to put right.
pub async fn save(ask: &Ask, form: ArticleForm) -> Outcome<()> {
    let form = form.checked()?;
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        if let Some(seller) = form.seller {
            let found: Option<SellerId> =
                sellers::table.find((workspace, seller)).select(sellers::id).first(conn).await.optional()?;
            found.ok_or_else(Fault::not_found)?;
        }
        write(conn, ask, &form).await?;
        vectors::want(conn, workspace, ask.now).await?;
        live::append(conn, workspace, &[Change::Articles]).await
    })
    .await
}

/// Writes an article within a transaction. Says whether there was one of this id.
///
/// # Errors
/// When the database refuses.
pub async fn write(conn: &mut AsyncPgConnection, ask: &Ask, form: &ArticleForm) -> Outcome<bool> {
    let workspace = ask.workspace();
    let old: Option<(i32, String, String)> = articles::table
        .find((workspace, form.id))
        .select((articles::version, articles::title, articles::body))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let is_other = old.as_ref().is_none_or(|(_, title, body)| *title != form.title || *body != form.body);
    let version = old.as_ref().map_or(1, |(version, _, _)| version + i32::from(is_other));
    let content = (
        articles::title.eq(&form.title),
        articles::body.eq(&form.body),
        articles::tags.eq(&form.tags),
        articles::seller_id.eq(form.seller),
        articles::sku.eq(&form.sku),
        articles::version.eq(version),
        articles::updated_by.eq(ask.user.id),
        articles::updated_at.eq(ask.now),
    );
    diesel::insert_into(articles::table)
        .values((
            articles::workspace_id.eq(workspace),
            articles::id.eq(form.id),
            articles::created_at.eq(ask.now),
            content,
        ))
        .on_conflict((articles::workspace_id, articles::id))
        .do_update()
        .set(content)
        .execute(conn)
        .await?;
    if is_other {
        diesel::insert_into(article_versions::table)
            .values((
                article_versions::workspace_id.eq(workspace),
                article_versions::article_id.eq(form.id),
                article_versions::version.eq(version),
                article_versions::title.eq(&form.title),
                article_versions::body.eq(&form.body),
                article_versions::author_id.eq(ask.user.id),
                article_versions::at.eq(ask.now),
            ))
            .execute(conn)
            .await?;
    }
    Ok(old.is_some())
}

/// Deletes an article with all it ever said.
///
/// # Errors
/// `NotFound` when the workspace has none of that id.
pub async fn delete(ask: &Ask, article: ArticleId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let deleted = diesel::delete(articles::table.find((workspace, article))).execute(conn).await?;
        if deleted == 0 {
            return Err(Fault::not_found());
        }
        live::append(conn, workspace, &[Change::Articles]).await
    })
    .await
}
