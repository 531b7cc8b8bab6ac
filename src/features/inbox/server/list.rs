//! Lists of chats: keyset pages, rows that changed, and the counters, all by the same conditions.

use crate::context::Ask;
use crate::features::inbox::types::{
    Author, CHATS_PER_PAGE, ChangedRow, ChangedRows, ChatListPage, ChatRow, ChatStatus, Counts, HistoryState,
    ListCursor, ListQuery, PersonView, Priority, Sort, TagView, UNSEEN_CAP, View, WorkState,
};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{ChatId, SellerId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::paging::Page;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashSet;

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
    #[diesel(sql_type = Text)]
    work_state: WorkState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    snoozed_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    assignee_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    assignee_name: Option<String>,
    #[diesel(sql_type = Text)]
    priority: Priority,
    #[diesel(sql_type = Jsonb)]
    tags: serde_json::Value,
    #[diesel(sql_type = Bool)]
    is_starred: bool,
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
            work: row.work_state,
            snoozed_until: row.snoozed_until,
            assignee: row.assignee_id.zip(row.assignee_name).map(|(id, name)| PersonView { id, name }),
            priority: row.priority,
            tags: serde_json::from_value::<Vec<TagView>>(row.tags).unwrap_or_default(),
            is_starred: row.is_starred,
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
                     WHEN c.is_behind THEN 'coming' ELSE 'known' END AS history, \
                c.work_state, c.snoozed_until, c.assignee_id, a.name AS assignee_name, c.priority, t.tags, \
                k.chat_id IS NOT NULL AS is_starred \
         FROM ({inner}) c \
         JOIN sellers s ON s.workspace_id = c.workspace_id AND s.id = c.seller_id \
         LEFT JOIN chat_seen v ON v.workspace_id = c.workspace_id AND v.user_id = $2 AND v.chat_id = c.id \
         LEFT JOIN drafts d ON d.workspace_id = c.workspace_id AND d.user_id = $2 AND d.chat_id = c.id \
         LEFT JOIN chat_stars k ON k.workspace_id = c.workspace_id AND k.user_id = $2 AND k.chat_id = c.id \
         LEFT JOIN users a ON a.workspace_id = c.workspace_id AND a.id = c.assignee_id \
         CROSS JOIN LATERAL ( \
             SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'color', g.color) \
                                       ORDER BY lower(g.name)), '[]') AS tags \
             FROM chat_tags p JOIN tags g ON g.workspace_id = p.workspace_id AND g.id = p.tag_id \
             WHERE p.workspace_id = c.workspace_id AND p.chat_id = c.id) t \
         CROSS JOIN LATERAL ( \
             SELECT count(*)::int AS unseen FROM ( \
                 SELECT 1 FROM messages m \
                 WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author = 'buyer' \
                   AND m.sent_at > greatest(v.up_to, s.clock_from) LIMIT $3) few) u \
         ORDER BY {order}"
    )
}

/// The condition of a view; the same for the list and its counter. `$2` is the person.
fn condition(view: View) -> &'static str {
    match view {
        View::Waiting => "c.work_state = 'open' AND c.unanswered_since IS NOT NULL",
        View::Mine => "c.work_state = 'open' AND c.assignee_id = $2",
        View::Unassigned => "c.work_state = 'open' AND c.assignee_id IS NULL",
        View::Open => "c.work_state = 'open'",
        View::Starred => {
            "EXISTS (SELECT 1 FROM chat_stars k \
                     WHERE k.workspace_id = c.workspace_id AND k.user_id = $2 AND k.chat_id = c.id)"
        }
        View::Snoozed => "c.work_state = 'snoozed'",
        View::Closed => "c.work_state = 'closed'",
        View::Spam => "c.work_state = 'spam'",
        View::All => "c.work_state <> 'spam'",
    }
}

/// What orders a list. Chats that do not wait stand newest first, told by their distance from a day that no message
/// reaches, so that every part of the key ascends and one comparison of rows says what follows.
fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Deadline => {
            "coalesce(c.due_at, 'infinity'), coalesce(c.unanswered_since, 'infinity'), \
             (timestamptz '2200-01-01 00:00:00+00' - c.last_message_at), c.id"
        }
        Sort::Waiting => {
            "coalesce(c.unanswered_since, 'infinity'), \
             (timestamptz '2200-01-01 00:00:00+00' - c.last_message_at), c.id"
        }
        Sort::Newest => "c.last_message_at DESC, c.id DESC",
    }
}

/// What follows a cursor: `$5` deadline, `$6` waiting since, `$7` newest message, `$8` chat.
fn following(sort: Sort, continued: bool) -> &'static str {
    match (sort, continued) {
        (_, false) => {
            "AND $5::timestamptz IS NULL AND $6::timestamptz IS NULL AND $7::timestamptz IS NULL AND $8::uuid IS NULL"
        }
        (Sort::Deadline, true) => {
            "AND (coalesce(c.due_at, 'infinity'), coalesce(c.unanswered_since, 'infinity'), \
                  (timestamptz '2200-01-01 00:00:00+00' - c.last_message_at), c.id) \
               > (coalesce($5, 'infinity'), coalesce($6, 'infinity'), (timestamptz '2200-01-01 00:00:00+00' - $7), $8)"
        }
        (Sort::Waiting, true) => {
            "AND ($5::timestamptz IS NULL OR TRUE) \
             AND (coalesce(c.unanswered_since, 'infinity'), \
                  (timestamptz '2200-01-01 00:00:00+00' - c.last_message_at), c.id) \
               > (coalesce($6, 'infinity'), (timestamptz '2200-01-01 00:00:00+00' - $7), $8)"
        }
        (Sort::Newest, true) => {
            "AND ($5::timestamptz IS NULL OR TRUE) AND ($6::timestamptz IS NULL OR TRUE) \
             AND (c.last_message_at, c.id) < ($7, $8)"
        }
    }
}

/// The statement behind a page: which chats, from where, how many. `$4` is the seller, `$5`–`$8` the cursor.
/// Public so that a test can look at its plan.
pub fn page_sql(query: &ListQuery, continued: bool) -> String {
    let seller = if query.seller.is_some() { "AND c.seller_id = $4" } else { "AND $4::uuid IS NULL" };
    let inner = format!(
        "SELECT c.* FROM chats c WHERE c.workspace_id = $1 AND {} {seller} {} ORDER BY {} LIMIT {}",
        condition(query.view),
        following(query.sort, continued),
        order(query.sort),
        CHATS_PER_PAGE + 1
    );
    rows_sql(&inner, order(query.sort))
}

/// A page of a list with its counters, from one snapshot.
///
/// # Errors
/// When the database refuses.
pub async fn page(ask: &Ask, query: &ListQuery, after: Option<ListCursor>) -> Outcome<ChatListPage> {
    if after.is_some_and(|after| after.sort != query.sort) {
        return Err(Fault::not_found());
    }
    let mut conn = ask.conn().await?;
    let rows: Vec<Row> = diesel::sql_query(page_sql(query, after.is_some()))
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<SqlUuid, _>(ask.user.id)
        .bind::<BigInt, _>(i64::from(UNSEEN_CAP))
        .bind::<Nullable<SqlUuid>, _>(query.seller)
        .bind::<Nullable<Timestamptz>, _>(after.and_then(|after| after.due_at))
        .bind::<Nullable<Timestamptz>, _>(after.and_then(|after| after.waits_since))
        .bind::<Nullable<Timestamptz>, _>(after.map(|after| after.last_message_at))
        .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.id))
        .load(&mut conn)
        .await?;
    let mut items: Vec<ChatRow> = rows.into_iter().map(ChatRow::from).collect();
    let more = items.len() > CHATS_PER_PAGE;
    items.truncate(CHATS_PER_PAGE);
    let next = items.last().filter(|_| more).map(|row| ListCursor::of(row, query.sort));
    let counts = counts(&mut conn, ask.workspace(), ask.user.id, query.seller).await?;
    Ok(ChatListPage { page: Page { items, next }, counts })
}

/// The present state of the given chats, whether they are in the list, and the counters.
///
/// # Errors
/// When the database refuses.
pub async fn changed(ask: &Ask, query: &ListQuery, chats: &[ChatId]) -> Outcome<ChangedRows> {
    let mut conn = ask.conn().await?;
    let (workspace, person) = (ask.workspace(), ask.user.id);
    let rows = by_ids(&mut conn, workspace, person, chats).await?;
    let members = members(&mut conn, workspace, person, query, chats).await?;
    let rows = rows.into_iter().map(|row| ChangedRow { belongs: members.contains(&row.id), row }).collect();
    let counts = counts(&mut conn, workspace, person, query.seller).await?;
    Ok(ChangedRows { rows, counts })
}

#[derive(diesel::QueryableByName)]
struct Member {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
}

/// Those of the given chats that are in a list.
async fn members(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
    query: &ListQuery,
    chats: &[ChatId],
) -> Outcome<HashSet<ChatId>> {
    let rows: Vec<Member> = diesel::sql_query(format!(
        "SELECT c.id FROM chats c WHERE c.workspace_id = $1 AND $2::uuid IS NOT NULL \
           AND ($3::uuid IS NULL OR c.seller_id = $3) AND c.id = ANY($4) AND {}",
        condition(query.view)
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(person)
    .bind::<Nullable<SqlUuid>, _>(query.seller)
    .bind::<Array<SqlUuid>, _>(first(chats))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many chats a list holds, counted no further than `most`.
///
/// # Errors
/// When the database refuses.
pub async fn count_up_to(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    query: &ListQuery,
    most: u16,
) -> Outcome<i64> {
    let row: Counted = diesel::sql_query(format!(
        "SELECT count(*) AS chats FROM ( \
             SELECT 1 FROM chats c WHERE c.workspace_id = $1 AND $2::uuid IS NOT NULL \
               AND ($3::uuid IS NULL OR c.seller_id = $3) AND {} LIMIT $4) few",
        condition(query.view)
    ))
    .bind::<SqlUuid, _>(ask.workspace())
    .bind::<SqlUuid, _>(ask.user.id)
    .bind::<Nullable<SqlUuid>, _>(query.seller)
    .bind::<BigInt, _>(i64::from(most))
    .get_result(conn)
    .await?;
    Ok(row.chats)
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    chats: i64,
}

/// A question names no more chats than this.
fn first(chats: &[ChatId]) -> Vec<uuid::Uuid> {
    chats.iter().take(200).map(|chat| chat.0).collect()
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
    let inner = "SELECT c.* FROM chats c WHERE c.workspace_id = $1 AND c.id = ANY($4)";
    let rows: Vec<Row> = diesel::sql_query(rows_sql(inner, "c.id"))
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<BigInt, _>(i64::from(UNSEEN_CAP))
        .bind::<Array<SqlUuid>, _>(first(chats))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(ChatRow::from).collect())
}

#[derive(diesel::QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    mine: i64,
    #[diesel(sql_type = BigInt)]
    mine_waiting: i64,
    #[diesel(sql_type = BigInt)]
    unassigned: i64,
    #[diesel(sql_type = BigInt)]
    unassigned_waiting: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    starred: i64,
    #[diesel(sql_type = BigInt)]
    snoozed: i64,
    #[diesel(sql_type = BigInt)]
    closed: i64,
    #[diesel(sql_type = BigInt)]
    spam: i64,
    #[diesel(sql_type = BigInt)]
    all_chats: i64,
    #[diesel(sql_type = BigInt)]
    sellers: i64,
}

impl From<CountsRow> for Counts {
    fn from(row: CountsRow) -> Self {
        Counts {
            waiting: row.waiting,
            mine: row.mine,
            mine_waiting: row.mine_waiting,
            unassigned: row.unassigned,
            unassigned_waiting: row.unassigned_waiting,
            open: row.open,
            starred: row.starred,
            snoozed: row.snoozed,
            closed: row.closed,
            spam: row.spam,
            all: row.all_chats,
            sellers: row.sellers,
        }
    }
}

async fn counts(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
    seller: Option<SellerId>,
) -> Outcome<Counts> {
    let number = |view: View, name: &str| {
        let waits = if name.ends_with("_waiting") { "AND c.unanswered_since IS NOT NULL" } else { "" };
        format!("count(*) FILTER (WHERE {} {waits}) AS {name}", condition(view))
    };
    let row: CountsRow = diesel::sql_query(format!(
        "SELECT {}, (SELECT count(*) FROM sellers s WHERE s.workspace_id = $1 AND s.state <> 'removed') AS sellers \
         FROM chats c WHERE c.workspace_id = $1 AND ($3::uuid IS NULL OR c.seller_id = $3)",
        [
            number(View::Waiting, "waiting"),
            number(View::Mine, "mine"),
            number(View::Mine, "mine_waiting"),
            number(View::Unassigned, "unassigned"),
            number(View::Unassigned, "unassigned_waiting"),
            number(View::Open, "open"),
            number(View::Starred, "starred"),
            number(View::Snoozed, "snoozed"),
            number(View::Closed, "closed"),
            number(View::Spam, "spam"),
            number(View::All, "all_chats"),
        ]
        .join(", ")
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(person)
    .bind::<Nullable<SqlUuid>, _>(seller)
    .get_result(conn)
    .await?;
    Ok(row.into())
}
