//! What an author does with a job: start it, stop it, undo it, and stop looking at it.

use super::job::{self, Job, may};
use super::run;
use crate::context::Ask;
use crate::features::inbox::bulk::{BulkState, BulkView};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::bulk_jobs;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::BulkJobId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Starts a planned job. Started twice it runs once.
///
/// # Errors
/// `NotFound` when the person has planned no such job.
pub async fn start(ask: &Ask, id: BulkJobId) -> Outcome<BulkView> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut job = job::hold_own(conn, ask, id).await?;
        if job.state == BulkState::Planned {
            if !may(ask.user.role, job.work()?.is_reply()) {
                return Err(AppError::Forbidden.into());
            }
            job.state = BulkState::Running;
            job.started_at = Some(ask.now);
            go_on(conn, ask, &job).await?;
        }
        job.view()
    })
    .await
}

/// Ends a job before it has got to all chats. What it has done stays, until it is undone.
///
/// # Errors
/// `NotFound` when the person has no such job.
pub async fn stop(ask: &Ask, id: BulkJobId) -> Outcome<BulkView> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut job = job::hold_own(conn, ask, id).await?;
        if job.state == BulkState::Running {
            job.state = BulkState::Stopped;
            job.finished_at = Some(ask.now);
            save(conn, ask, &job).await?;
        }
        job.view()
    })
    .await
}

/// Has undone what a job has done.
///
/// # Errors
/// A refusal when it is too late; `NotFound` when the person has no such job.
pub async fn undo(ask: &Ask, id: BulkJobId) -> Outcome<BulkView> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut job = job::hold_own(conn, ask, id).await?;
        match job.state {
            BulkState::Undoing | BulkState::Undone => {}
            BulkState::Planned => return Err(AppError::NotFound.into()),
            BulkState::Running | BulkState::Done | BulkState::Stopped => {
                if job.undo_until().is_none_or(|until| until <= ask.now) {
                    return Err(Refusal::BulkUndoOver.into());
                }
                job.state = BulkState::Undoing;
                job.cursor = None;
                job.finished_at = None;
                go_on(conn, ask, &job).await?;
            }
        }
        job.view()
    })
    .await
}

/// Shows a job that is over no more.
///
/// # Errors
/// `NotFound` when the person has no such job.
pub async fn dismiss(ask: &Ask, id: BulkJobId) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let job = job::hold_own(conn, ask, id).await?;
        if job.state.is_going_on() {
            return Ok(());
        }
        diesel::update(bulk_jobs::table.find((ask.workspace(), id)))
            .set(bulk_jobs::dismissed_at.eq(Some(ask.now)))
            .execute(conn)
            .await?;
        live::append(conn, ask.workspace(), &[job.moved()]).await
    })
    .await
}

async fn go_on(conn: &mut AsyncPgConnection, ask: &Ask, job: &Job) -> Outcome<()> {
    run::enqueue(conn, ask.workspace(), job.id, ask.now).await?;
    save(conn, ask, job).await
}

async fn save(conn: &mut AsyncPgConnection, ask: &Ask, job: &Job) -> Outcome<()> {
    job::save(conn, ask.workspace(), job, &job.counts()).await?;
    live::append(conn, ask.workspace(), &[job.moved()]).await
}
