//! Taking the articles of a file over.

use super::{save, vectors};
use crate::context::Ask;
use crate::features::knowledge::import::{self, Column, Draft};
use crate::features::knowledge::types::{ArticleForm, ImportKind, Imported, MAX_LISTED};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::articles;
use crate::shared::change::Change;
use crate::shared::i18n::Locale;
use crate::shared::ids::{ArticleId, SellerId};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Takes the articles of a file over, all or none. One with the title of another takes its place, so that a file can be
/// mended and brought again.
///
/// # Errors
/// When the database refuses.
pub async fn take_over(ask: &Ask, kind: ImportKind, text: &str) -> Outcome<Imported> {
    let drafts = match kind {
        ImportKind::Markdown => import::markdown(text),
        ImportKind::Csv => import::csv(text, &columns()),
    };
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut imported = Imported::default();
        for (place, draft) in drafts.iter().enumerate() {
            let form = form(conn, ask, draft).await?.checked();
            match form {
                Ok(form) if place < MAX_LISTED => {
                    let was_there = save::write(conn, ask, &form).await?;
                    if was_there { imported.changed += 1 } else { imported.added += 1 }
                }
                _ => imported.skipped += 1,
            }
        }
        vectors::want(conn, ask.workspace(), ask.now).await?;
        live::append(conn, ask.workspace(), &[Change::Articles]).await?;
        Ok(imported)
    })
    .await
}

/// What columns are called, in either language.
fn columns() -> Vec<(&'static str, Column)> {
    let all = [Column::Title, Column::Body, Column::Tags, Column::Sku];
    let names = Locale::article_columns();
    all.into_iter().zip(names).flat_map(|(column, names)| names.map(|name| (name, column))).collect()
}

/// The article as somebody would have typed it; under the id of the one that has its title.
async fn form(conn: &mut AsyncPgConnection, ask: &Ask, draft: &Draft) -> Outcome<ArticleForm> {
    let known: Option<(ArticleId, Option<SellerId>)> = articles::table
        .filter(articles::workspace_id.eq(ask.workspace()))
        .filter(articles::title.eq(draft.title.trim()))
        .order(articles::id)
        .select((articles::id, articles::seller_id))
        .first(conn)
        .await
        .optional()?;
    let (id, seller) = known.unwrap_or_else(|| (ArticleId::new(), None));
    Ok(ArticleForm {
        id,
        seller,
        title: draft.title.clone(),
        body: draft.body.clone(),
        tags: draft.tags.clone(),
        sku: draft.sku.clone(),
    })
}
