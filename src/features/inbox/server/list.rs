//! Lists of chats: keyset pages, rows that changed, and the counters, all by the same conditions.

use crate::context::Ask;
use crate::features::inbox::types::{
    Author, CHATS_PER_PAGE, ChangedRows, ChatListPage, ChatRow, ChatStatus, Counts, HistoryState, ListCursor,
    ListQuery, UNSEEN_CAP, View,
};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{ChatId, SellerId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::paging::Page;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = SqlUuid)]
    seller_id: SellerId,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_number: Option<String>,
    #[diesel(sql_type = Text)]
    status: ChatStatus,
    #[diesel(sql_type = Timestamptz)]
    last_message_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    last_message_preview: String,
    #[diesel(sql_type = Nullable<Text>)]
    last_message_author: Option<Author>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    unanswered_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    unseen: i32,
    #[diesel(sql_type = Bool)]
    has_draft: bool,
    #[diesel(sql_type = Text)]
    history: HistoryState,
}

impl From<Row> for ChatRow {
    fn from(row: Row) -> Self {
        ChatRow {
            id: row.id,
            external_id: row.external_id,
            marketplace: row.marketplace,
            seller: row.seller_id,
            seller_name: row.seller_name,
            order_number: row.order_number,
            status: row.status,
            last_message_at: row.last_message_at,
            preview: row.last_message_preview,
            last_author: row.last_message_author,
            unanswered_since: row.unanswered_since,
            due_at: row.due_at,
            unseen: row.unseen,
            has_draft: row.has_draft,
            history: row.history,
        }
    }
}

/// What a row needs beside the chat itself. `{inner}` chooses and orders the chats; `$1` is the workspace, `$2` the
/// person, `$3` the cap of the unseen counter.
fn rows_sql(inner: &str, order: &str) -> String {
    format!(
        "SELECT c.id, c.external_id, s.marketplace, c.seller_id, s.name AS seller_name, c.order_number, c.status, \
                c.last_message_at, c.last_message_preview, c.last_message_author, c.unanswered_since, c.due_at, \
                u.unseen, d.body IS NOT NULL AS has_draft, \
                CASE WHEN c.last_message_author IS NOT NULL THEN 'known' WHEN c.history_problem IS NOT NULL THEN 'refused' \
                     WHEN c.is_behind THEN 'coming' ELSE 'known' END AS history \
         FROM ({inner}) c \
         JOIN sellers s ON s.workspace_id = c.workspace_id AND s.id = c.seller_id \
         LEFT JOIN chat_seen v ON v.workspace_id = c.workspace_id AND v.user_id = $2 AND v.chat_id = c.id \
         LEFT JOIN drafts d ON d.workspace_id = c.workspace_id AND d.user_id = $2 AND d.chat_id = c.id \
         CROSS JOIN LATERAL ( \
             SELECT count(*)::int AS unseen FROM ( \
                 SELECT 1 FROM messages m \
                 WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author = 'buyer' \
                   AND m.sent_at > greatest(v.up_to, s.clock_from) LIMIT $3) few) u \
         ORDER BY {order}"
    )
}

/// The condition of a view; the same for the list and its counter.
fn condition(view: View) -> &'static str {
    match view {
        View::Waiting => "c.unanswered_since IS NOT NULL",
        View::All => "TRUE",
    }
}

fn order(view: View) -> &'static str {
    match view {
        View::Waiting => "coalesce(c.due_at, 'infinity'), c.unanswered_since, c.id",
        View::All => "c.last_message_at DESC, c.id DESC",
    }
}

/// The statement behind a page: which chats, from where, how many. `$4` is the seller, `$5`–`$7` the cursor.
/// Public so that a test can look at its plan.
pub fn page_sql(query: &ListQuery, continued: bool) -> String {
    let seller = if query.seller.is_some() { "AND c.seller_id = $4" } else { "AND $4::uuid IS NULL" };
    let from = match (query.view, continued) {
        (_, false) => "AND $5::timestamptz IS NULL AND $6::timestamptz IS NULL AND $7::uuid IS NULL",
        (View::Waiting, true) => {
            "AND (coalesce(c.due_at, 'infinity'), c.unanswered_since, c.id) > (coalesce($5, 'infinity'), $6, $7)"
        }
        (View::All, true) => "AND $5::timestamptz IS NULL AND (c.last_message_at, c.id) < ($6, $7)",
    };
    let inner = format!(
        "SELECT c.* FROM chats c WHERE c.workspace_id = $1 AND {} {seller} {from} ORDER BY {} LIMIT {}",
        condition(query.view),
        order(query.view),
        CHATS_PER_PAGE + 1
    );
    rows_sql(&inner, order(query.view))
}

/// A page of a list with its counters, from one snapshot.
///
/// # Errors
/// When the database refuses.
pub async fn page(ask: &Ask, query: &ListQuery, after: Option<ListCursor>) -> Outcome<ChatListPage> {
    let (due_at, at, id) = match after {
        None => (None, None, None),
        Some(ListCursor::Waiting { due_at, since, id }) if query.view == View::Waiting => {
            (due_at, Some(since), Some(id))
        }
        Some(ListCursor::All { last_message_at, id }) if query.view == View::All => {
            (None, Some(last_message_at), Some(id))
        }
        Some(_) => return Err(Fault::not_found()),
    };
    let mut conn = ask.conn().await?;
    let rows: Vec<Row> = diesel::sql_query(page_sql(query, after.is_some()))
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<SqlUuid, _>(ask.user.id)
        .bind::<BigInt, _>(i64::from(UNSEEN_CAP))
        .bind::<Nullable<SqlUuid>, _>(query.seller)
        .bind::<Nullable<Timestamptz>, _>(due_at)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .load(&mut conn)
        .await?;
    let mut items: Vec<ChatRow> = rows.into_iter().map(ChatRow::from).collect();
    let more = items.len() > CHATS_PER_PAGE;
    items.truncate(CHATS_PER_PAGE);
    let next = items.last().filter(|_| more).map(|row| row.place(query.view));
    let counts = counts(&mut conn, ask.workspace(), query.seller).await?;
    Ok(ChatListPage { page: Page { items, next }, counts })
}

/// The present state of the given chats and the counters.
///
/// # Errors
/// When the database refuses.
pub async fn changed(ask: &Ask, query: &ListQuery, chats: &[ChatId]) -> Outcome<ChangedRows> {
    let mut conn = ask.conn().await?;
    let mut rows = by_ids(&mut conn, ask.workspace(), ask.user.id, chats).await?;
    rows.retain(|row| query.seller.is_none_or(|seller| seller == row.seller));
    let counts = counts(&mut conn, ask.workspace(), query.seller).await?;
    Ok(ChangedRows { rows, counts })
}

/// One row; `None` when the workspace has no such chat.
///
/// # Errors
/// When the database refuses.
pub async fn one(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    chat: ChatId,
) -> Outcome<Option<ChatRow>> {
    Ok(by_ids(conn, workspace, user, &[chat]).await?.into_iter().next())
}

async fn by_ids(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    chats: &[ChatId],
) -> Outcome<Vec<ChatRow>> {
    let chats: Vec<uuid::Uuid> = chats.iter().take(200).map(|chat| chat.0).collect();
    let inner = "SELECT c.* FROM chats c WHERE c.workspace_id = $1 AND c.id = ANY($4)";
    let rows: Vec<Row> = diesel::sql_query(rows_sql(inner, "c.id"))
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<BigInt, _>(i64::from(UNSEEN_CAP))
        .bind::<Array<SqlUuid>, _>(chats)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(ChatRow::from).collect())
}

#[derive(diesel::QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    all_chats: i64,
    #[diesel(sql_type = BigInt)]
    sellers: i64,
}

async fn counts(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: Option<SellerId>,
) -> Outcome<Counts> {
    let of_seller = "($2::uuid IS NULL OR c.seller_id = $2)";
    let row: CountsRow = diesel::sql_query(format!(
        "SELECT (SELECT count(*) FROM chats c WHERE c.workspace_id = $1 AND {of_seller} AND {}) AS waiting, \
                (SELECT count(*) FROM chats c WHERE c.workspace_id = $1 AND {of_seller} AND {}) AS all_chats, \
                (SELECT count(*) FROM sellers s WHERE s.workspace_id = $1 AND s.state <> 'removed') AS sellers",
        condition(View::Waiting),
        condition(View::All)
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Nullable<SqlUuid>, _>(seller)
    .get_result(conn)
    .await?;
    Ok(Counts { waiting: row.waiting, all: row.all_chats, sellers: row.sellers })
}
