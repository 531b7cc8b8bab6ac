//! What an author sees of jobs.

use super::job::Job;
use crate::context::Ask;
use crate::features::inbox::bulk::{
    BulkChat, BulkGroup, BulkOutcome, BulkReason, BulkReport, BulkState, BulkView, MOST_CHATS, UNDO_TIME,
};
use crate::features::inbox::server::list;
use crate::features::inbox::types::ListQuery;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{bulk_jobs, chats};
use crate::shared::ids::{BulkJobId, ChatId};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use std::collections::HashMap;

/// Jobs that are shown at the same time.
const SHOWN: i64 = 3;

/// The person's jobs that go on or were over a short while ago, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn mine(ask: &Ask) -> Outcome<Vec<BulkView>> {
    let going_on = [BulkState::Running, BulkState::Undoing];
    let jobs: Vec<Job> = Job::query()
        .filter(bulk_jobs::workspace_id.eq(ask.workspace()))
        .filter(bulk_jobs::author_id.eq(ask.user.id))
        .filter(bulk_jobs::state.ne(BulkState::Planned))
        .filter(bulk_jobs::dismissed_at.is_null())
        .filter(bulk_jobs::state.eq_any(going_on).or(bulk_jobs::created_at.gt(ask.now - UNDO_TIME)))
        .order((bulk_jobs::created_at.desc(), bulk_jobs::id.desc()))
        .limit(SHOWN)
        .load(&mut ask.conn().await?)
        .await?;
    jobs.iter().map(Job::view).collect()
}

/// The chats that something was not done to, or not undone, in groups. `$3` are the outcomes that are told.
const GROUPS_SQL: &str = "SELECT i.outcome, i.reason, count(*) AS chats, (array_agg(i.chat_id ORDER BY i.chat_id))[1:20] AS first \
     FROM bulk_items i WHERE i.workspace_id = $1 AND i.job_id = $2 AND i.outcome = ANY($3) \
     GROUP BY i.outcome, i.reason ORDER BY count(*) DESC, i.reason";

#[derive(diesel::QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = Text)]
    outcome: BulkOutcome,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<BulkReason>,
    #[diesel(sql_type = BigInt)]
    chats: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    first: Vec<ChatId>,
}

/// What has become of a job of the person's.
///
/// # Errors
/// `NotFound` when the person has no such job.
pub async fn report(ask: &Ask, id: BulkJobId) -> Outcome<BulkReport> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let job: Option<Job> = Job::query()
        .filter(bulk_jobs::workspace_id.eq(workspace))
        .filter(bulk_jobs::id.eq(id))
        .filter(bulk_jobs::author_id.eq(ask.user.id))
        .first(&mut conn)
        .await
        .optional()?;
    let job = job.ok_or_else(Fault::not_found)?;
    let told = [BulkOutcome::Skipped, BulkOutcome::Failed, BulkOutcome::LeftAlone];
    let rows: Vec<GroupRow> = diesel::sql_query(GROUPS_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(id)
        .bind::<Array<Text>, _>(told.to_vec())
        .load(&mut conn)
        .await?;
    let ids: Vec<ChatId> = rows.iter().flat_map(|row| row.first.iter().copied()).collect();
    let names: Vec<(ChatId, String)> = chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq_any(ids))
        .select((chats::id, chats::external_id))
        .load(&mut conn)
        .await?;
    let names: HashMap<ChatId, String> = names.into_iter().collect();
    let named = |id: ChatId| Some(BulkChat { id, external_id: names.get(&id)?.clone() });
    let groups = rows.into_iter().map(|row| BulkGroup {
        outcome: row.outcome,
        reason: row.reason,
        chats: row.chats,
        first: row.first.into_iter().filter_map(named).collect(),
    });
    Ok(BulkReport { job: job.view()?, groups: groups.collect() })
}

/// How many chats a list holds, as far as they can be done something to at once; `None` when counting them takes too
/// long.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn size(ask: &Ask, query: &ListQuery) -> Outcome<Option<i64>> {
    let most = u32::try_from(MOST_CHATS).unwrap_or(u32::MAX).saturating_add(1);
    list::count_soon(&mut *ask.conn().await?, ask, query, most).await
}
