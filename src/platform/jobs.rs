//! Background work on Postgres: a job commits with the change that needs it, is leased to one worker, and runs again
//! after a crash. Every job is safe to run twice.
//!
//! Enqueueing a job that already waits is a *nudge*: many nudges before a run are one run, a nudge during a run causes
//! one more.

use crate::platform::clock::now;
use crate::platform::db::{Conn, Db};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, JobId, SellerId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Channel on which Postgres tells workers that a job has been committed.
pub const CHANNEL: &str = "agentiq_jobs";

/// Jobs of one lane that may run at the same time.
const PER_LANE: i64 = 4;

/// Claims the job that has been due longest: `$1` now, `$2` the most of a lane, `$3` the end of the lease, `$4` its id.
/// Public so that a test can look at its plan.
pub const CLAIM_SQL: &str = "WITH due AS ( \
         SELECT j.workspace_id, j.id FROM jobs j \
         WHERE j.run_at <= $1 AND (j.leased_until IS NULL OR j.leased_until < $1) \
           AND (SELECT count(*) FROM jobs r WHERE r.lane = j.lane AND r.leased_until >= $1) < $2 \
         ORDER BY j.run_at LIMIT 1 FOR UPDATE SKIP LOCKED) \
     UPDATE jobs j SET leased_until = $3, lease_id = $4, attempts = j.attempts + 1 \
     FROM due WHERE j.workspace_id = due.workspace_id AND j.id = due.id \
     RETURNING j.workspace_id, j.id, j.kind, j.key, j.payload, j.attempts, j.nudges, j.lease_id";

/// What a job says when it has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Done,
    /// Nothing went wrong, but there is more to do after the pause.
    Again(Duration),
}

/// A job as enqueued.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub workspace: WorkspaceId,
    pub kind: &'static str,
    /// Unique among waiting jobs of the kind.
    pub key: String,
    /// Jobs of one lane never take all workers.
    pub lane: String,
    pub payload: serde_json::Value,
    pub run_at: DateTime<Utc>,
}

impl NewJob {
    /// The one job of its kind of a seller, in the seller's lane.
    pub fn of_seller(
        workspace: WorkspaceId,
        seller: SellerId,
        kind: &'static str,
        run_at: DateTime<Utc>,
    ) -> Self {
        let key = seller.to_string();
        let payload = serde_json::json!({ "seller": seller });
        Self { workspace, kind, lane: key.clone(), key, payload, run_at }
    }

    /// The one job of its kind of a chat, in the lane of its seller.
    pub fn of_chat(
        workspace: WorkspaceId,
        seller: SellerId,
        chat: ChatId,
        kind: &'static str,
        run_at: DateTime<Utc>,
    ) -> Self {
        let payload = serde_json::json!({ "chat": chat });
        Self { key: chat.to_string(), payload, ..Self::of_seller(workspace, seller, kind, run_at) }
    }

    /// The same in the lane of the seller's long work, so that nothing prompt waits behind it.
    pub fn in_background(mut self) -> Self {
        self.lane.push_str(" background");
        self
    }
}

/// Puts a job into the queue, or nudges the one that waits there.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(conn: &mut AsyncPgConnection, job: NewJob) -> Outcome<()> {
    diesel::sql_query(
        "WITH queued AS ( \
             INSERT INTO jobs (workspace_id, id, kind, key, lane, payload, run_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (workspace_id, kind, key) DO UPDATE SET \
                 nudges = jobs.nudges + 1, payload = excluded.payload, \
                 run_at = CASE WHEN jobs.leased_until IS NULL THEN least(jobs.run_at, excluded.run_at) ELSE jobs.run_at END \
             RETURNING 1) \
         SELECT pg_notify('agentiq_jobs', '') FROM queued",
    )
    .bind::<SqlUuid, _>(job.workspace)
    .bind::<SqlUuid, _>(JobId::new())
    .bind::<Text, _>(job.kind)
    .bind::<Text, _>(job.key)
    .bind::<Text, _>(job.lane)
    .bind::<Jsonb, _>(job.payload)
    .bind::<Timestamptz, _>(job.run_at)
    .bind::<Timestamptz, _>(now())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a running job is given.
pub struct Run<A> {
    pub app: A,
    pub workspace: WorkspaceId,
    pub payload: serde_json::Value,
    /// How often the job has been started, this time included; 1 is the first.
    pub attempt: i32,
}

type Handler<A> = Arc<dyn Fn(Run<A>) -> BoxFuture<'static, Outcome<Verdict>> + Send + Sync>;

/// The kinds of jobs that this process can run.
pub struct Registry<A> {
    handlers: HashMap<&'static str, Handler<A>>,
}

impl<A> Default for Registry<A> {
    fn default() -> Self {
        Self { handlers: HashMap::new() }
    }
}

impl<A: Send + 'static> Registry<A> {
    /// Adds a kind.
    pub fn on<F, Fut>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Run<A>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Outcome<Verdict>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |run| handler(run).boxed()));
        self
    }
}

/// Runs jobs until it is told to stop.
pub struct Workers<A> {
    pub app: A,
    pub db: Db,
    pub registry: Registry<A>,
    /// Jobs at the same time.
    pub slots: usize,
    /// A job whose process died is started again after this long; renewed while it runs.
    pub lease: Duration,
    /// Raised when a job was committed somewhere.
    pub wake: Arc<Notify>,
    pub cancel: CancellationToken,
}

#[derive(diesel::QueryableByName, Clone, Debug)]
struct JobRow {
    #[diesel(sql_type = SqlUuid)]
    workspace_id: WorkspaceId,
    #[diesel(sql_type = SqlUuid)]
    id: JobId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = BigInt)]
    nudges: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    lease_id: Option<Uuid>,
}

impl<A: Clone + Send + Sync + 'static> Workers<A> {
    /// Claims and runs jobs; returns when cancelled and every running job has ended.
    pub async fn run(self) {
        let workers = Arc::new(self);
        let slots = Arc::new(Semaphore::new(workers.slots));
        let tracker = TaskTracker::new();
        while !workers.cancel.is_cancelled() {
            let Ok(slot) = slots.clone().acquire_owned().await else { break };
            match workers.claim().await {
                Ok(Some(job)) => {
                    let workers = workers.clone();
                    tracker.spawn(async move {
                        workers.work(job).await;
                        drop(slot);
                        // It may have been nudged meanwhile, or others of its lane may have waited for it to end.
                        workers.wake.notify_one();
                    });
                }
                Ok(None) => {
                    drop(slot);
                    workers.rest(Duration::from_millis(500)).await;
                }
                Err(fault) => {
                    drop(slot);
                    tracing::warn!(error = %fault, "cannot ask for jobs");
                    workers.rest(Duration::from_secs(1)).await;
                }
            }
        }
        tracker.close();
        tracker.wait().await;
    }

    /// Waits for the next reason to look: a commit, or the poll that finds jobs whose time has come.
    async fn rest(&self, at_most: Duration) {
        tokio::select! {
            () = self.wake.notified() => {}
            () = self.cancel.cancelled() => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }

    async fn claim(&self) -> Outcome<Option<JobRow>> {
        let mut conn = self.db.get().await?;
        let now = now();
        let rows: Vec<JobRow> = diesel::sql_query(CLAIM_SQL)
            .bind::<Timestamptz, _>(now)
            .bind::<BigInt, _>(PER_LANE)
            .bind::<Timestamptz, _>(now + delta(self.lease))
            .bind::<SqlUuid, _>(Uuid::now_v7())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().next())
    }

    async fn work(&self, job: JobRow) {
        let Some(handler) = self.registry.handlers.get(job.kind.as_str()) else {
            // A newer version of the program may know this kind: leave it to that one.
            tracing::error!(kind = %job.kind, "no handler for this kind of job");
            self.settle(&job, Some(Duration::from_secs(60)), Some("no handler")).await;
            return;
        };
        let run = Run {
            app: self.app.clone(),
            workspace: job.workspace_id,
            payload: job.payload.clone(),
            attempt: job.attempts,
        };
        let outcome = tokio::select! {
            outcome = AssertUnwindSafe(handler(run)).catch_unwind() => outcome,
            () = self.keep_lease(&job) => {
                tracing::warn!(kind = %job.kind, key = %job.key, "lost the lease of a running job");
                return;
            }
        };
        match outcome {
            Ok(Ok(Verdict::Done)) => self.settle(&job, None, None).await,
            Ok(Ok(Verdict::Again(after))) => self.settle(&job, Some(after), None).await,
            Ok(Err(Fault::Told(AppError::NotFound))) => self.settle(&job, None, None).await,
            Ok(Err(fault)) => {
                tracing::warn!(kind = %job.kind, key = %job.key, attempt = job.attempts, error = %fault, "job failed");
                self.settle(&job, Some(backoff(job.attempts)), Some(&fault.to_string())).await;
            }
            Err(_) => {
                tracing::error!(kind = %job.kind, key = %job.key, "job panicked");
                self.settle(&job, Some(backoff(job.attempts)), Some("panicked")).await;
            }
        }
    }

    /// Renews the lease while the job runs; returns when somebody else has it.
    async fn keep_lease(&self, job: &JobRow) {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            match self.renew(job).await {
                Ok(0) => return,
                Ok(_) => {}
                // The database is away; when it is back, the lease may have passed on, and the update will say so.
                Err(fault) => tracing::debug!(error = %fault, "cannot renew a lease"),
            }
        }
    }

    async fn renew(&self, job: &JobRow) -> Outcome<usize> {
        let mut conn = self.db.get().await?;
        Ok(diesel::sql_query(
            "UPDATE jobs SET leased_until = $4 WHERE workspace_id = $1 AND id = $2 AND lease_id = $3",
        )
        .bind::<SqlUuid, _>(job.workspace_id)
        .bind::<SqlUuid, _>(job.id)
        .bind::<Nullable<SqlUuid>, _>(job.lease_id)
        .bind::<Timestamptz, _>(now() + delta(self.lease))
        .execute(&mut conn)
        .await?)
    }

    /// Writes down how the job ended. Tries until the database takes it or the lease must have passed on.
    async fn settle(&self, job: &JobRow, again: Option<Duration>, error: Option<&str>) {
        for pause in [100, 500, 2000, 5000] {
            let settled = async {
                let mut conn = self.db.get().await?;
                settle_row(&mut conn, job, again, error).await
            };
            match settled.await {
                Ok(()) => return,
                Err(fault) => {
                    tracing::warn!(kind = %job.kind, error = %fault, "cannot write down how a job ended");
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }
}

async fn settle_row(
    conn: &mut Conn,
    job: &JobRow,
    again: Option<Duration>,
    error: Option<&str>,
) -> Outcome<()> {
    let now = now();
    if again.is_none() {
        let deleted = diesel::sql_query(
            "DELETE FROM jobs WHERE workspace_id = $1 AND id = $2 AND lease_id = $3 AND nudges = $4",
        )
        .bind::<SqlUuid, _>(job.workspace_id)
        .bind::<SqlUuid, _>(job.id)
        .bind::<Nullable<SqlUuid>, _>(job.lease_id)
        .bind::<BigInt, _>(job.nudges)
        .execute(conn)
        .await?;
        if deleted == 1 {
            return Ok(());
        }
    }
    // Nudged meanwhile, or there is more to do.
    diesel::sql_query(
        "UPDATE jobs SET leased_until = NULL, lease_id = NULL, last_error = $6, \
             attempts = CASE WHEN $6 IS NULL THEN 0 ELSE attempts END, \
             run_at = CASE WHEN nudges <> $4 AND $6 IS NULL THEN $5 ELSE $7 END \
         WHERE workspace_id = $1 AND id = $2 AND lease_id = $3",
    )
    .bind::<SqlUuid, _>(job.workspace_id)
    .bind::<SqlUuid, _>(job.id)
    .bind::<Nullable<SqlUuid>, _>(job.lease_id)
    .bind::<BigInt, _>(job.nudges)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Text>, _>(error)
    .bind::<Timestamptz, _>(now + delta(again.unwrap_or_default()))
    .execute(conn)
    .await?;
    Ok(())
}

/// How long to wait before the next try: doubles from 1 s to 1 min, with jitter so that many do not come at once.
pub fn backoff(attempts: i32) -> Duration {
    let whole = 1000_u64.saturating_mul(1 << attempts.clamp(0, 6)).min(60_000);
    Duration::from_millis(whole / 2 + rand::random_range(0..=whole / 2))
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// How many jobs wait and for how many seconds the oldest due one has waited.
///
/// # Errors
/// When the database refuses.
pub async fn queue_status(conn: &mut AsyncPgConnection) -> Outcome<(i64, f64)> {
    #[derive(diesel::QueryableByName)]
    struct Status {
        #[diesel(sql_type = BigInt)]
        waiting: i64,
        #[diesel(sql_type = diesel::sql_types::Double)]
        age: f64,
    }
    let status: Status = diesel::sql_query(
        "SELECT count(*) AS waiting, \
                coalesce(extract(epoch FROM $1 - min(run_at) FILTER (WHERE run_at <= $1 AND leased_until IS NULL)), 0)::float8 AS age \
         FROM jobs",
    )
    .bind::<Timestamptz, _>(now())
    .get_result(conn)
    .await?;
    Ok((status.waiting, status.age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_stays_bounded() {
        for attempts in [-1, 0, 1, 5, 30, i32::MAX] {
            let pause = backoff(attempts);
            assert!(
                pause >= Duration::from_millis(500) && pause <= Duration::from_secs(60),
                "{attempts}: {pause:?}"
            );
        }
    }
}
