//! Counting the words of the messages that have come: which are common, and which exist at all. Runs some time after
//! them and never beside them, so that storing messages waits for no word.

use crate::platform::fault::Outcome;
use crate::platform::schema::workspaces;
use crate::shared::ids::WorkspaceId;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryDsl;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// How often words are counted.
pub const EVERY: Duration = Duration::from_secs(60);
/// Messages counted in one transaction, about.
const AT_ONCE: i64 = 20_000;
/// Transactions in one turn, of all workspaces.
const TURNS: usize = 30;
/// A message may become visible so long after the time it is marked with: its transaction takes a while.
const STILL_COMING: TimeDelta = TimeDelta::seconds(30);

/// Counts what has come since the last time. A long backlog takes several turns; says whether there may be more.
///
/// # Errors
/// When the database refuses; then the next turn begins where this one did.
pub async fn count(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<bool> {
    let all: Vec<WorkspaceId> = workspaces::table.select(workspaces::id).load(conn).await?;
    let mut turns = TURNS;
    for workspace in all {
        while turns > 0 && count_some(conn, workspace, now - STILL_COMING).await? {
            turns -= 1;
        }
    }
    Ok(turns == 0)
}

#[derive(diesel::QueryableByName)]
struct Part {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
}

/// Counts one part. Says whether there was one.
async fn count_some(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Outcome<bool> {
    conn.transaction(async |conn| {
        diesel::sql_query(
            "INSERT INTO search_marks (workspace_id, counted_until) VALUES ($1, '-infinity') ON CONFLICT DO NOTHING",
        )
        .bind::<SqlUuid, _>(workspace)
        .execute(conn)
        .await?;
        // Another process may be at it: then nothing is left for this one. Messages of one transaction are marked with one
        // time, so a part never ends between them.
        let part: Option<Part> = diesel::sql_query(
            "WITH mark AS (SELECT counted_until FROM search_marks WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED) \
             SELECT (SELECT max(f.received_at) FROM ( \
                         SELECT m.received_at FROM messages m \
                         WHERE m.workspace_id = $1 AND m.received_at > mark.counted_until AND m.received_at < $2 \
                         ORDER BY m.received_at LIMIT $3) f) AS until \
             FROM mark",
        )
        .bind::<SqlUuid, _>(workspace)
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(AT_ONCE)
        .load::<Part>(conn)
        .await?
        .pop();
        let Some(until) = part.and_then(|part| part.until) else { return Ok(false) };
        diesel::sql_query(
            "INSERT INTO search_words AS w (workspace_id, word, messages) \
             SELECT $1, l.lexeme, count(*) FROM messages m, unnest(m.words) l \
             WHERE m.workspace_id = $1 AND m.received_at <= $2 \
               AND m.received_at > (SELECT counted_until FROM search_marks WHERE workspace_id = $1) \
               AND l.lexeme ~ '^[[:alpha:]]{3,40}$' \
             GROUP BY l.lexeme \
             ON CONFLICT (workspace_id, word) DO UPDATE SET messages = w.messages + excluded.messages",
        )
        .bind::<SqlUuid, _>(workspace)
        .bind::<Timestamptz, _>(until)
        .execute(conn)
        .await?;
        diesel::sql_query(
            "UPDATE search_marks k SET counted_until = $2, messages = k.messages + ( \
                 SELECT count(*) FROM messages m \
                 WHERE m.workspace_id = $1 AND m.received_at > k.counted_until AND m.received_at <= $2) \
             WHERE k.workspace_id = $1",
        )
            .bind::<SqlUuid, _>(workspace)
            .bind::<Timestamptz, _>(until)
            .execute(conn)
            .await?;
        Ok(true)
    })
    .await
}
