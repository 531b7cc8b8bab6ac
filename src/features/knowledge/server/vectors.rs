//! What articles mean, as far as a model has been asked: kept, found to be out of date, and held against a question. Who is asked, and
//! that somebody is, is for `suggestions` to say.
//!
//! The vectors are read for each question and not held in memory: at a byte for each direction those of a large shop are a megabyte,
//! which comes in milliseconds while the question has just been to a model and back, and every process of the house sees the same.

use crate::features::knowledge::meaning::{Meaning, nearest};
use crate::platform::fault::Outcome;
use crate::platform::jobs::{self, NewJob};
use crate::shared::ids::{ArticleId, SellerId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The job that has vectors made of articles that have none or an old one.
pub const JOB: &str = "knowledge.vectors";

/// Articles of a workspace that are found by what they mean.
const MOST: i64 = 5000;

/// Asks for vectors of what is new, once the transaction is committed. Where nobody makes any, the job sees that and ends.
///
/// # Errors
/// When the database refuses.
pub async fn want(conn: &mut AsyncPgConnection, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<()> {
    let job = NewJob {
        workspace,
        kind: JOB,
        key: "articles".into(),
        // Of its own: a file with hundreds of articles keeps nothing else waiting.
        lane: format!("{workspace} vectors"),
        payload: serde_json::Value::Null,
        run_at: now,
    };
    jobs::enqueue(conn, job).await
}

/// An article whose vector is missing, of another model or of an older version.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    #[diesel(sql_type = SqlUuid)]
    pub id: ArticleId,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// Articles of workspace `$1` that model `$2` has to look at, at most `$3`, of the first `$4`. Public so that a test can look at its
/// plan.
pub const STALE_SQL: &str = "SELECT a.id, a.version, a.title, a.body FROM ( \
         SELECT id, version, title, body FROM articles WHERE workspace_id = $1 ORDER BY id LIMIT $4) a \
     LEFT JOIN article_embeddings e ON e.workspace_id = $1 AND e.article_id = a.id \
     WHERE e.article_id IS NULL OR e.version <> a.version OR e.model <> $2 LIMIT $3";

/// Articles that a model has to look at.
///
/// # Errors
/// When the database refuses.
pub async fn stale(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    model: &str,
    most: i64,
) -> Outcome<Vec<Stale>> {
    Ok(diesel::sql_query(STALE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Text, _>(model)
        .bind::<BigInt, _>(most)
        .bind::<BigInt, _>(MOST)
        .load(conn)
        .await?)
}

/// What a model has made of an article: a packed vector, or an empty one when it would not look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub article: ArticleId,
    pub version: i32,
    pub packed: Vec<u8>,
}

/// Keeps vectors. An article that was deleted meanwhile is left out; one that was changed will be found out of date again.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    model: &str,
    made: &[Made],
) -> Outcome<()> {
    let articles: Vec<ArticleId> = made.iter().map(|made| made.article).collect();
    let versions: Vec<i32> = made.iter().map(|made| made.version).collect();
    let vectors: Vec<&[u8]> = made.iter().map(|made| made.packed.as_slice()).collect();
    diesel::sql_query(
        "INSERT INTO article_embeddings (workspace_id, article_id, model, version, dimension, vector) \
         SELECT $1, a.id, $2, made.version, octet_length(made.vector), made.vector \
         FROM unnest($3, $4, $5) made (article, version, vector) \
         JOIN articles a ON a.workspace_id = $1 AND a.id = made.article \
         ON CONFLICT (workspace_id, article_id) DO UPDATE SET \
             model = excluded.model, version = excluded.version, dimension = excluded.dimension, vector = excluded.vector",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Text, _>(model)
    .bind::<Array<SqlUuid>, _>(articles)
    .bind::<Array<Integer>, _>(versions)
    .bind::<Array<Binary>, _>(vectors)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// Whether there is anything that a question could be held against. Without articles nothing is asked of a model.
///
/// # Errors
/// When the database refuses.
pub async fn is_any(conn: &mut AsyncPgConnection, workspace: WorkspaceId, model: &str) -> Outcome<bool> {
    let there: There = diesel::sql_query(
        "SELECT EXISTS (SELECT 1 FROM article_embeddings WHERE workspace_id = $1 AND model = $2) AS is_there",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Text, _>(model)
    .get_result(conn)
    .await?;
    Ok(there.is_there)
}

#[derive(diesel::QueryableByName)]
struct Vector {
    #[diesel(sql_type = SqlUuid)]
    id: ArticleId,
    #[diesel(sql_type = Binary)]
    vector: Vec<u8>,
}

/// Vectors of workspace `$1` by model `$4`, `$5` long, of articles for chats of seller `$2` about products `$3`. One of an article's
/// older version counts until there is a newer one: it is nearly right. Public so that a test can look at its plan.
pub const NEAR_SQL: &str = "SELECT a.id, e.vector FROM article_embeddings e \
     JOIN articles a ON a.workspace_id = e.workspace_id AND a.id = e.article_id \
     WHERE e.workspace_id = $1 AND e.model = $4 AND e.dimension = $5 \
       AND (a.seller_id IS NULL OR a.seller_id = $2) AND (a.sku IS NULL OR a.sku = ANY($3))";

/// Articles that mean what is asked, the nearest first.
///
/// # Errors
/// When the database refuses.
pub async fn near(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    skus: &[String],
    asked: &Meaning,
    most: usize,
) -> Outcome<Vec<ArticleId>> {
    let rows: Vec<Vector> = diesel::sql_query(NEAR_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(seller)
        .bind::<Array<Text>, _>(skus)
        .bind::<Text, _>(&asked.model)
        .bind::<Integer, _>(i32::try_from(asked.vector.len()).unwrap_or(i32::MAX))
        .load(conn)
        .await?;
    let rows: Vec<(ArticleId, Vec<u8>)> = rows.into_iter().map(|row| (row.id, row.vector)).collect();
    Ok(nearest(&asked.vector, &rows, most))
}
