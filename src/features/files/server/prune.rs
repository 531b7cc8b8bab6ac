//! Uploads that nobody sent, e.g. because the window was closed, or that were taken away from their quick reply. Files of
//! messages and replies stay, and those that are kept.

use crate::context::App;
use crate::features::files::types::Origin;
use crate::platform::clock::now;
use crate::platform::fault::Outcome;
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::schema::{files, replies};
use crate::shared::ids::WorkspaceId;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{exists, not};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Kind of the job: one per workspace.
pub const JOB: &str = "files.prune";

/// How long an upload waits to be sent.
const KEEP: TimeDelta = TimeDelta::days(1);

/// Asks for the pruning of every workspace that has something to prune. Returns how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_due(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    let workspaces: Vec<WorkspaceId> = files::table
        .filter(files::origin.ne(Origin::Incoming))
        .filter(files::quick_reply_id.is_null())
        .filter(files::created_at.lt(now - KEEP))
        .filter(not(exists(
            replies::table
                .filter(replies::workspace_id.eq(files::workspace_id))
                .filter(replies::file_id.eq(files::id.nullable())),
        )))
        .select(files::workspace_id)
        .distinct()
        .load(conn)
        .await?;
    for workspace in &workspaces {
        let job = NewJob {
            workspace: *workspace,
            kind: JOB,
            key: "uploads".into(),
            lane: JOB.into(),
            payload: serde_json::json!({}),
            run_at: now,
        };
        jobs::enqueue(conn, job).await?;
    }
    Ok(workspaces.len())
}

/// Runs the job of one workspace.
///
/// # Errors
/// When the database or the store cannot be reached; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let mut conn = run.app.db.get().await?;
    // The rows go first: a file whose row is gone cannot be sent any more, and one that a reply has taken meanwhile
    // cannot lose its row.
    let gone: Vec<(Option<String>, Option<String>)> = diesel::delete(
        files::table
            .filter(files::workspace_id.eq(run.workspace))
            .filter(files::origin.ne(Origin::Incoming))
            .filter(files::quick_reply_id.is_null())
            .filter(files::created_at.lt(now() - KEEP))
            .filter(not(exists(
                replies::table
                    .filter(replies::workspace_id.eq(files::workspace_id))
                    .filter(replies::file_id.eq(files::id.nullable())),
            ))),
    )
    .returning((files::key, files::thumb_key))
    .get_results(&mut conn)
    .await?;
    drop(conn);
    for key in gone.into_iter().flat_map(|(key, thumb)| [key, thumb]).flatten() {
        run.app.files.delete(&key).await?;
    }
    Ok(Verdict::Done)
}
