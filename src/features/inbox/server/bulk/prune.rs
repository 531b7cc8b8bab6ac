//! Forgetting jobs that nobody asks about any more.

use crate::features::inbox::bulk::BulkState;
use crate::platform::fault::Outcome;
use crate::platform::schema::bulk_jobs;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// How long anybody thinks about whether to confirm.
const PLANNED: TimeDelta = TimeDelta::hours(1);
/// How long it is kept what has become of a job.
const KEEP: TimeDelta = TimeDelta::days(30);

/// Deletes jobs that were not confirmed, and old ones.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    let is_given_up = bulk_jobs::state.eq(BulkState::Planned).and(bulk_jobs::created_at.lt(now - PLANNED));
    Ok(diesel::delete(bulk_jobs::table)
        .filter(is_given_up.or(bulk_jobs::created_at.lt(now - KEEP)))
        .execute(conn)
        .await?)
}
