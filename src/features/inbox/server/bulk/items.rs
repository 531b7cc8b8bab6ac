//! The chats of a job.

use super::job::Job;
use crate::features::inbox::bulk::{BulkOutcome, BulkReason, BulkState};
use crate::features::inbox::server::activities::Held;
use crate::features::inbox::types::{MessageCursor, Priority, WorkState};
use crate::platform::fault::Outcome;
use crate::platform::schema::{bulk_items, chats};
use crate::shared::ids::{BulkJobId, ChatId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

/// Stands after every sort key: what has a moment has been seen with all others of it.
const LAST_SORT_KEY: &str = "\u{10ffff}";

/// A chat of a job.
#[derive(diesel::QueryableByName, Clone, Debug)]
pub struct Item {
    #[diesel(sql_type = SqlUuid)]
    pub chat_id: ChatId,
    #[diesel(sql_type = Timestamptz)]
    seen_up_to: DateTime<Utc>,
    /// Who was responsible when the chats were chosen.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub holder_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    before: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub acted_at: Option<DateTime<Utc>>,
}

impl Item {
    /// The newest message that the author may have taken into account.
    pub fn seen(&self) -> MessageCursor {
        MessageCursor { sent_at: self.seen_up_to, sort_key: LAST_SORT_KEY.to_owned() }
    }

    /// How the chat was before the job; nothing when nothing was done to it.
    ///
    /// # Errors
    /// When it was kept by a program that we do not know.
    pub fn before(&self) -> Outcome<Option<Before>> {
        Ok(self.before.clone().map(serde_json::from_value).transpose()?)
    }
}

/// How a chat was before something was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub work: WorkState,
    pub until: Option<DateTime<Utc>>,
    pub holder: Option<UserId>,
    pub priority: Priority,
}

impl Before {
    /// As a chat is now.
    pub fn of(held: &Held) -> Self {
        Before {
            work: held.work_state,
            until: held.snoozed_until,
            holder: held.assignee_id,
            priority: held.priority,
        }
    }
}

/// The chats of job `$2` after `$3`, no more than `$4`: those with which nothing has been done yet. Said as a condition of its
/// own, so that Postgres knows that they are many and walks. Public so that a test can look at its plan.
pub const NEXT_SQL: &str = "SELECT i.chat_id, i.seen_up_to, i.holder_id, i.before, i.acted_at FROM bulk_items i \
     WHERE i.workspace_id = $1 AND i.job_id = $2 AND i.chat_id > $3 AND i.outcome IS NULL \
     ORDER BY i.chat_id LIMIT $4";

/// The same of those that were changed, to undo it.
const NEXT_DONE_SQL: &str = "SELECT i.chat_id, i.seen_up_to, i.holder_id, i.before, i.acted_at FROM bulk_items i \
     WHERE i.workspace_id = $1 AND i.job_id = $2 AND i.chat_id > $3 AND i.outcome = 'done' \
     ORDER BY i.chat_id LIMIT $4";

/// The chats that a job has to deal with next, in the order in which everybody locks chats.
///
/// # Errors
/// When the database refuses.
pub async fn next(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    job: &Job,
    most: i64,
) -> Outcome<Vec<Item>> {
    let after = job.cursor.unwrap_or(ChatId(uuid::Uuid::nil()));
    let sql = if job.state == BulkState::Undoing { NEXT_DONE_SQL } else { NEXT_SQL };
    Ok(diesel::sql_query(sql)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(job.id)
        .bind::<SqlUuid, _>(after)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}

/// Keeps others away from chats until the transaction ends.
///
/// # Errors
/// When the database refuses.
pub async fn lock_chats(conn: &mut AsyncPgConnection, workspace: WorkspaceId, items: &[Item]) -> Outcome<()> {
    let ids: Vec<ChatId> = items.iter().map(|item| item.chat_id).collect();
    let _: Vec<ChatId> = chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq_any(ids))
        .order(chats::id)
        .select(chats::id)
        .for_no_key_update()
        .load(conn)
        .await?;
    Ok(())
}

/// What has become of a chat.
#[derive(Clone, Debug)]
pub struct Told {
    pub chat: ChatId,
    pub outcome: BulkOutcome,
    pub reason: Option<BulkReason>,
    pub before: Option<Before>,
}

/// Writes down what has become of chats.
///
/// # Errors
/// When the database refuses.
pub async fn write(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    job: BulkJobId,
    told: &[Told],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let before: Vec<Option<serde_json::Value>> = told
        .iter()
        .map(|it| it.before.as_ref().map(serde_json::to_value).transpose())
        .collect::<Result<_, _>>()?;
    diesel::sql_query(
        "UPDATE bulk_items i SET outcome = n.outcome, reason = n.reason, before = coalesce(i.before, n.before), \
                acted_at = coalesce(i.acted_at, $7) \
         FROM unnest($3, $4, $5, $6) AS n (chat_id, outcome, reason, before) \
         WHERE i.workspace_id = $1 AND i.job_id = $2 AND i.chat_id = n.chat_id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(job)
    .bind::<Array<SqlUuid>, _>(told.iter().map(|it| it.chat).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(told.iter().map(|it| it.outcome).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(told.iter().map(|it| it.reason).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(before)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Skips all chats that nobody has got to. Returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn skip_rest(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    job: BulkJobId,
    reason: BulkReason,
) -> Outcome<i64> {
    let skipped = diesel::update(bulk_items::table)
        .filter(bulk_items::workspace_id.eq(workspace))
        .filter(bulk_items::job_id.eq(job))
        .filter(bulk_items::outcome.is_null())
        .set((bulk_items::outcome.eq(Some(BulkOutcome::Skipped)), bulk_items::reason.eq(Some(reason))))
        .execute(conn)
        .await?;
    Ok(i64::try_from(skipped).unwrap_or(i64::MAX))
}
