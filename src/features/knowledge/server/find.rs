//! Finding what fits the words of a buyer: by the stems that both have, and by likeness where words are mistyped.

use crate::platform::fault::Outcome;
use crate::shared::ids::{ArticleId, SellerId, WorkspaceId};
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// An article that fits.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq, Eq)]
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

/// Articles that fit, the nearest first. One about the very product goes before one about all.
///
/// # Errors
/// When the database refuses.
pub async fn fitting(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    skus: &[String],
    words: &str,
    most: i64,
) -> Outcome<Vec<Found>> {
    Ok(diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(seller)
        .bind::<Array<Text>, _>(skus)
        .bind::<Text, _>(words)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}
