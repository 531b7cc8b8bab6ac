//! What has become due. A small table says when each chat is to be looked at next; whoever is awake takes the chats whose time has come,
//! those that somebody else is busy with excepted, so any number of processes may be awake.

use super::recompute::{Fallen, Settle, settle};
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeMap;

/// Takes at most `$2` chats whose time has come at `$1`. Chat and row are locked together and never waited for: a message that is being
/// stored puts the chat's time right itself. Public so that a test can look at its plan.
pub const CLAIM_SQL: &str = "SELECT w.workspace_id, w.chat_id FROM clock_wakes w \
     JOIN chats c ON c.workspace_id = w.workspace_id AND c.id = w.chat_id \
     WHERE w.at <= $1 ORDER BY w.at LIMIT $2 FOR NO KEY UPDATE OF c, w SKIP LOCKED";

#[derive(diesel::QueryableByName)]
struct ClaimedRow {
    #[diesel(sql_type = SqlUuid)]
    workspace_id: WorkspaceId,
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
}

/// Takes the chats whose time has come, by workspace, and holds them until the transaction ends.
///
/// # Errors
/// When the database refuses.
pub async fn claim(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    at_most: i64,
) -> Outcome<BTreeMap<WorkspaceId, Vec<ChatId>>> {
    let rows: Vec<ClaimedRow> = diesel::sql_query(CLAIM_SQL)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(at_most)
        .load(conn)
        .await?;
    let mut claimed: BTreeMap<WorkspaceId, Vec<ChatId>> = BTreeMap::new();
    for row in rows {
        claimed.entry(row.workspace_id).or_default().push(row.chat_id);
    }
    Ok(claimed)
}

/// Notes what has become due of chats that were taken, each breach and each step once, and tells it in the order of the chats.
///
/// # Errors
/// When the database refuses.
pub async fn fall_due(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
    now: DateTime<Utc>,
) -> Outcome<Vec<Fallen>> {
    let fallen = settle(conn, workspace, chats, now, Settle::Due).await?;
    // Chats that can have no clocks any more are not looked at again.
    diesel::sql_query("DELETE FROM clock_wakes WHERE workspace_id = $1 AND chat_id = ANY($2) AND at <= $3")
        .bind::<SqlUuid, _>(workspace)
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(chats)
        .bind::<Timestamptz, _>(now)
        .execute(conn)
        .await?;
    Ok(fallen)
}

/// When the next chat is to be looked at.
///
/// # Errors
/// When the database refuses.
pub async fn next(conn: &mut AsyncPgConnection) -> Outcome<Option<DateTime<Utc>>> {
    #[derive(diesel::QueryableByName)]
    struct Next {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        at: Option<DateTime<Utc>>,
    }
    let next: Next = diesel::sql_query("SELECT min(at) AS at FROM clock_wakes").get_result(conn).await?;
    Ok(next.at)
}
