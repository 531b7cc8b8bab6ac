//! Finding what fits the words of a buyer: by the stems that both have, by likeness where words are mistyped, and by what both mean where
//! a model has told.

use super::vectors;
use crate::features::knowledge::meaning::{Meaning, joined};
use crate::platform::fault::Outcome;
use crate::platform::schema::articles;
use crate::shared::ids::{ArticleId, SellerId, WorkspaceId};
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Of each search, when there are two to be joined.
const CANDIDATES: usize = 10;

/// An article that fits.
#[derive(diesel::QueryableByName, HasQuery, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = articles)]
pub struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub id: ArticleId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// Articles of workspace `$1` for chats of seller `$2` about products `$3` that fit the words `$4`, at most `$5`. Public so
/// that a test can look at its plan.
pub const SQL: &str = "SELECT a.id, a.title, a.body FROM articles a CROSS JOIN ( \
         SELECT coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery AS stems \
         FROM unnest(to_tsvector('russian', translate($4, U&'\\0451\\0401\\\\', U&'\\0435\\0415 ')))) asked \
     WHERE a.workspace_id = $1 AND (a.seller_id IS NULL OR a.seller_id = $2) AND (a.sku IS NULL OR a.sku = ANY($3)) \
       AND (a.words @@ asked.stems OR word_similarity(lower(a.title), lower($4)) > 0.5) \
     ORDER BY ts_rank(a.words, asked.stems) + word_similarity(lower(a.title), lower($4)) \
              + CASE WHEN a.sku IS NULL THEN 0 ELSE 0.2 END DESC, a.id LIMIT $5";

/// Articles that fit, the nearest first. By words, one about the very product goes before one about all; with what is meant, what
/// both searches have found goes before what one has.
///
/// # Errors
/// When the database refuses.
pub async fn fitting(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    skus: &[String],
    words: &str,
    meaning: Option<&Meaning>,
    most: usize,
) -> Outcome<Vec<Found>> {
    let Some(meaning) = meaning else {
        return by_words(conn, workspace, seller, skus, words, most).await;
    };
    let mut found = by_words(conn, workspace, seller, skus, words, CANDIDATES).await?;
    let near = vectors::near(conn, workspace, seller, skus, meaning, CANDIDATES).await?;
    let mut order = joined(&found.iter().map(|article| article.id).collect::<Vec<_>>(), &near);
    order.truncate(most);
    found.retain(|article| order.contains(&article.id));
    let missing = order.iter().filter(|id| !found.iter().any(|article| article.id == **id));
    let others = Found::query()
        .filter(articles::workspace_id.eq(workspace))
        .filter(articles::id.eq_any(missing.copied().collect::<Vec<_>>()))
        .load(conn)
        .await?;
    found.extend(others);
    found.sort_by_key(|article| order.iter().position(|id| *id == article.id));
    Ok(found)
}

async fn by_words(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    skus: &[String],
    words: &str,
    most: usize,
) -> Outcome<Vec<Found>> {
    Ok(diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(seller)
        .bind::<Array<Text>, _>(skus)
        .bind::<Text, _>(words)
        .bind::<BigInt, _>(most as i64)
        .load(conn)
        .await?)
}
