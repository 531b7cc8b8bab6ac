//! Finding what ours have noted beside chats. There are few notes beside the messages of a shop, so those that hold the words
//! are read by their index and put in order.

use super::super::types::{ChatName, MAX_NOTES, NoteHit};
use super::snippet;
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, NoteId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// `$1` workspace, `$2` words, `$3` their stems, `$4` seller, `$5` how many. Public so that a test can look at its plan.
pub const NOTES_SQL: &str = "WITH found AS MATERIALIZED ( \
         SELECT n.chat_id, n.id, n.author_id, n.body, n.created_at FROM notes n \
         WHERE n.workspace_id = $1 AND n.words @@ $2::tsquery), \
     hits AS ( \
         SELECT f.*, c.external_id AS chat_external_id, c.order_number, c.seller_id \
         FROM found f JOIN chats c ON c.workspace_id = $1 AND c.id = f.chat_id \
         WHERE $4::uuid IS NULL OR c.seller_id = $4 \
         ORDER BY f.created_at DESC, f.id DESC LIMIT $5) \
     SELECT h.chat_id, h.id, u.name AS author, h.body, h.created_at, h.chat_external_id, h.order_number, s.marketplace, \
         s.name AS seller_name, \
         ARRAY(SELECT DISTINCT p.token FROM ts_parse('default', translate(lower(left(h.body, 20000)), U&'\\0451', U&'\\0435')) p \
               WHERE p.tokid <> 12 AND tsvector_to_array(to_tsvector('russian', p.token)) && $3) AS tokens, \
         (SELECT m.external_id FROM messages m \
          WHERE m.workspace_id = $1 AND m.chat_id = h.chat_id AND m.sent_at <= h.created_at \
          ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) AS above \
     FROM hits h \
     JOIN users u ON u.workspace_id = $1 AND u.id = h.author_id \
     JOIN sellers s ON s.workspace_id = $1 AND s.id = h.seller_id \
     ORDER BY h.created_at DESC, h.id DESC";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    id: NoteId,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    chat_external_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_number: Option<String>,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Array<Text>)]
    tokens: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    above: Option<String>,
}

/// The newest notes that hold what `query` asks for; `stems` are its words.
///
/// # Errors
/// When the database refuses.
pub async fn notes(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: Option<SellerId>,
    query: &str,
    stems: &[&str],
) -> Outcome<Vec<NoteHit>> {
    let rows: Vec<Row> = diesel::sql_query(NOTES_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Text, _>(query)
        .bind::<Array<Text>, _>(stems)
        .bind::<Nullable<SqlUuid>, _>(seller)
        .bind::<BigInt, _>(MAX_NOTES as i64)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(NoteHit::from).collect())
}

impl From<Row> for NoteHit {
    fn from(row: Row) -> Self {
        NoteHit {
            snippet: snippet::snippet(&row.body, &row.tokens),
            chat: ChatName {
                id: row.chat_id,
                external_id: row.chat_external_id,
                marketplace: row.marketplace,
                seller_name: row.seller_name,
                order_number: row.order_number,
            },
            note: row.id,
            author: row.author,
            created_at: row.created_at,
            above: row.above,
        }
    }
}
