//! Storing a page of a marketplace's chat list, and the queue that it makes: which chats' histories are to be read, the
//! unread ones first, then the newest.

use super::receive::ChatCursor;
use super::send_windows;
use crate::connectors::{Audience, RemoteChat};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, HasQuery, OptionalExtension, PgExpressionMethods,
    PgSortExpressionMethods, QueryDsl,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// A history that does not show what its list promises is asked again so often; then the chat has to move first.
const MOST_TRIES: i32 = 10;

/// Stores a page of the list: `$1` workspace, `$2` seller, `$3` now, `$4` whether chats are to be read that were given up,
/// `$5`–`$11` the columns of the page. Chats are locked in the order of their ids, as by everybody who locks several.
///
/// Known chats are looked up as «the first from this key on»: only the index of that key leads there, while by «equal» a
/// planner that believes the seller has few chats (a shop that is being imported) prefers to read all of them.
/// Public so that a test can look at its plan.
pub const PAGE_SQL: &str = "WITH listed AS ( \
         SELECT * FROM unnest($5, $6, $7, $8, $9, $10, $11) \
             AS n (id, external_id, status, created_at, last_id, last_key, is_unread)), \
     found AS MATERIALIZED ( \
         SELECT f.id FROM listed l CROSS JOIN LATERAL ( \
             SELECT c.id, c.external_id FROM chats c \
             WHERE c.workspace_id = $1 AND c.seller_id = $2 AND c.external_id >= l.external_id \
             ORDER BY c.external_id LIMIT 1) f \
         WHERE f.external_id = l.external_id ORDER BY f.id), \
     known AS MATERIALIZED ( \
         SELECT k.* FROM found f CROSS JOIN LATERAL ( \
             SELECT c.id, c.external_id, c.status, c.is_behind FROM chats c \
             WHERE c.workspace_id = $1 AND c.id >= f.id \
             ORDER BY c.id LIMIT 1 FOR NO KEY UPDATE) k), \
     stored AS ( \
         INSERT INTO chats AS c (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                                 checked_at, listed_last_id, listed_last_key, is_behind, is_unread_there) \
         SELECT $1, l.id, $2, 'dialog', l.external_id, l.status, coalesce(l.created_at, $3), coalesce(l.created_at, $3), \
                $3, l.last_id, l.last_key, l.last_id IS NOT NULL, l.is_unread \
         FROM listed l LEFT JOIN known k ON k.external_id = l.external_id \
         ORDER BY l.external_id \
         ON CONFLICT (workspace_id, seller_id, external_id) DO UPDATE SET \
             status = excluded.status, checked_at = excluded.checked_at, is_unread_there = excluded.is_unread_there, \
             listed_last_id = excluded.listed_last_id, listed_last_key = excluded.listed_last_key, \
             is_behind = CASE WHEN $4 OR excluded.listed_last_id IS DISTINCT FROM c.listed_last_id \
                              THEN excluded.listed_last_id <> coalesce(c.remote_last_id, '') IS TRUE \
                              ELSE c.is_behind END, \
             read_after = CASE WHEN $4 OR excluded.listed_last_id IS DISTINCT FROM c.listed_last_id \
                               THEN NULL ELSE c.read_after END, \
             read_tries = CASE WHEN $4 OR excluded.listed_last_id IS DISTINCT FROM c.listed_last_id \
                               THEN 0 ELSE c.read_tries END, \
             history_problem = CASE WHEN $4 OR excluded.listed_last_id IS DISTINCT FROM c.listed_last_id \
                                    THEN NULL ELSE c.history_problem END \
         WHERE (c.listed_last_id, c.status, c.is_unread_there) \
                   IS DISTINCT FROM (excluded.listed_last_id, excluded.status, excluded.is_unread_there) \
            OR c.unanswered_since IS NOT NULL \
            OR $4 AND NOT c.is_behind AND excluded.listed_last_id IS DISTINCT FROM c.remote_last_id \
         RETURNING c.id, c.external_id, c.status, c.is_behind) \
     SELECT s.id, k.id IS NULL AS is_new, k.status <> s.status IS TRUE AS has_turned, \
            s.is_behind AND k.is_behind IS NOT TRUE AS fell_behind \
     FROM stored s LEFT JOIN known k ON k.external_id = s.external_id";

/// What a stored page of the list has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Buyers' chats on the page.
    pub chats: usize,
    /// Those that were not known.
    pub created: usize,
    /// Those whose histories are to be read now and were not before.
    pub fell_behind: usize,
    /// Chats that were closed or opened; the caller appends it, last in the transaction.
    pub changes: Vec<Change>,
}

#[derive(diesel::QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Bool)]
    is_new: bool,
    #[diesel(sql_type = Bool)]
    has_turned: bool,
    #[diesel(sql_type = Bool)]
    fell_behind: bool,
}

/// Stores a page of the list, within the caller's transaction. `anew` also queues chats that were given up before: the
/// account has been connected again.
///
/// # Errors
/// When the database refuses.
pub async fn store(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    page: &[RemoteChat],
    anew: bool,
    now: DateTime<Utc>,
) -> Outcome<Listed> {
    // One statement must not meet the same key twice.
    let mut seen = std::collections::HashSet::new();
    let page: Vec<&RemoteChat> = page
        .iter()
        .filter(|chat| chat.audience == Audience::Buyer && seen.insert(chat.external_id.as_str()))
        .collect();
    if page.is_empty() {
        return Ok(Listed::default());
    }
    let status = |chat: &RemoteChat| if chat.is_closed { "closed" } else { "open" };
    let rows: Vec<StoredRow> = diesel::sql_query(PAGE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(seller)
        .bind::<Timestamptz, _>(now)
        .bind::<Bool, _>(anew)
        .bind::<Array<SqlUuid>, _>(page.iter().map(|_| ChatId::new()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(page.iter().map(|c| c.external_id.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(page.iter().map(|c| status(c)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Timestamptz>>, _>(page.iter().map(|c| c.created_at).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            page.iter().map(|c| c.last_message_id.as_deref()).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<Text>>, _>(
            page.iter().map(|c| c.last_message_key.as_deref()).collect::<Vec<_>>(),
        )
        .bind::<Array<Bool>, _>(page.iter().map(|c| c.is_unread).collect::<Vec<_>>())
        .load(conn)
        .await?;
    let turned: Vec<ChatId> = rows.iter().filter(|row| row.has_turned).map(|row| row.id).collect();
    if !turned.is_empty() {
        send_windows::recompute(conn, workspace, &turned).await?;
    }
    Ok(Listed {
        chats: page.len(),
        created: rows.iter().filter(|row| row.is_new).count(),
        fell_behind: rows.iter().filter(|row| row.fell_behind).count(),
        changes: turned.into_iter().map(|chat| Change::Chat { chat }).collect(),
    })
}

/// The next chats to read: `$1` workspace, `$2` seller, `$3` now, `$4` whether only the unread ones, `$5` how many.
/// Public so that a test can look at its plan.
pub const BEHIND_SQL: &str = "SELECT c.workspace_id, c.id, c.seller_id, c.external_id, c.status, c.head_id, c.tail_id, \
            c.tail_done, c.remote_last_id, c.listed_last_id, c.is_behind, c.is_unread_there, c.read_tries, c.read_after, \
            c.history_problem \
     FROM chats c \
     WHERE c.workspace_id = $1 AND c.seller_id = $2 AND c.is_behind AND (c.read_after IS NULL OR c.read_after <= $3) \
       AND (c.is_unread_there OR NOT $4) \
     ORDER BY c.is_unread_there DESC, c.listed_last_key DESC NULLS LAST, c.id LIMIT $5";

/// The next chats whose histories are to be read: unread ones first, then the newest.
///
/// # Errors
/// When the database refuses.
pub async fn behind(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    only_unread: bool,
    now: DateTime<Utc>,
    limit: i64,
) -> Outcome<Vec<ChatCursor>> {
    Ok(diesel::sql_query(BEHIND_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(seller)
        .bind::<Timestamptz, _>(now)
        .bind::<Bool, _>(only_unread)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?)
}

/// When the next chat of the queue may be read that was put off; `None` when the queue is empty.
///
/// # Errors
/// When the database refuses.
pub async fn behind_from(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<DateTime<Utc>>> {
    let earliest: Option<Option<DateTime<Utc>>> = chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::seller_id.eq(seller))
        .filter(chats::is_behind)
        .order(chats::read_after.asc().nulls_first())
        .select(chats::read_after)
        .first(conn)
        .await
        .optional()?;
    Ok(earliest.map(|at| at.unwrap_or(DateTime::UNIX_EPOCH)))
}

/// The chats whose older history is still to be read, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn tails(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    limit: i64,
) -> Outcome<Vec<ChatCursor>> {
    Ok(ChatCursor::query()
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::seller_id.eq(seller))
        .filter(chats::tail_id.is_not_null())
        .filter(diesel::dsl::not(chats::tail_done))
        .filter(chats::history_problem.is_null())
        .order((chats::last_message_at.desc(), chats::id.desc()))
        .limit(limit)
        .load(conn)
        .await?)
}

/// Puts a chat off whose history could not be had, or does not show yet what the list promises. A history that keeps
/// lagging is given up until the chat moves.
///
/// # Errors
/// When the database refuses.
pub async fn put_off(
    conn: &mut AsyncPgConnection,
    chat: &ChatCursor,
    lags: bool,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let tries = chat.read_tries.saturating_add(1);
    // Whatever moved the chat in the meantime has opened the way for it anew.
    diesel::update(chats::table.find((chat.workspace_id, chat.id)))
        .filter(chats::is_behind)
        .filter(chats::listed_last_id.is_not_distinct_from(&chat.listed_last_id))
        .set((
            chats::read_tries.eq(tries),
            chats::read_after.eq(Some(now + pause_after(tries))),
            chats::is_behind.eq(!lags || tries < MOST_TRIES),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// How long to leave a chat alone: what lags is there in seconds, or it takes longer.
fn pause_after(tries: i32) -> TimeDelta {
    TimeDelta::seconds(2_i64 << tries.saturating_sub(5).clamp(0, 7))
}

/// Notes that the marketplace does not give a chat's history. It is asked again when the chat moves.
///
/// # Errors
/// When the database refuses.
pub async fn refuse(conn: &mut AsyncPgConnection, chat: &ChatCursor, problem: &str) -> Outcome<()> {
    let (workspace, id) = (chat.workspace_id, chat.id);
    conn.transaction(async |conn| {
        let noted = diesel::update(chats::table.find((workspace, id)))
            .filter(chats::listed_last_id.is_not_distinct_from(&chat.listed_last_id))
            .filter(chats::history_problem.is_distinct_from(problem).or(chats::is_behind))
            .set((chats::is_behind.eq(false), chats::history_problem.eq(Some(problem))))
            .execute(conn)
            .await?;
        if noted > 0 { live::append(conn, workspace, &[Change::Chat { chat: id }]).await } else { Ok(()) }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{MOST_TRIES, pause_after};

    #[test]
    fn a_lagging_history_is_asked_soon_and_then_ever_more_rarely() {
        let pauses: Vec<i64> = (1..=MOST_TRIES).map(|tries| pause_after(tries).num_seconds()).collect();
        assert_eq!(pauses, [2, 2, 2, 2, 2, 4, 8, 16, 32, 64]);
        assert_eq!(pause_after(i32::MAX).num_seconds(), 256);
        assert_eq!(pause_after(i32::MIN).num_seconds(), 2);
    }
}
