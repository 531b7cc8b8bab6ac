//! A job's row.

use crate::context::Ask;
use crate::features::inbox::bulk::{BulkCounts, BulkState, BulkView, BulkWork, UNDO_TIME};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::bulk_jobs;
use crate::shared::change::Change;
use crate::shared::ids::{BulkJobId, ChatId, UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = bulk_jobs)]
pub struct Job {
    pub id: BulkJobId,
    pub author_id: UserId,
    pub state: BulkState,
    work: serde_json::Value,
    chats: i64,
    done: i64,
    unchanged: i64,
    skipped: i64,
    failed: i64,
    undone: i64,
    left_alone: i64,
    pub cursor: Option<ChatId>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Job {
    /// What is done to each chat.
    ///
    /// # Errors
    /// When it was kept by a program that we do not know.
    pub fn work(&self) -> Outcome<BulkWork> {
        Ok(serde_json::from_value(self.work.clone())?)
    }

    pub fn counts(&self) -> BulkCounts {
        BulkCounts {
            chats: self.chats,
            done: self.done,
            unchanged: self.unchanged,
            skipped: self.skipped,
            failed: self.failed,
            undone: self.undone,
            left_alone: self.left_alone,
        }
    }

    /// Until when it can be undone.
    pub fn undo_until(&self) -> Option<DateTime<Utc>> {
        self.started_at.map(|started_at| started_at + UNDO_TIME)
    }

    /// As its author sees it.
    ///
    /// # Errors
    /// When it was kept by a program that we do not know.
    pub fn view(&self) -> Outcome<BulkView> {
        Ok(BulkView {
            id: self.id,
            work: self.work()?,
            state: self.state,
            counts: self.counts(),
            undo_until: self.undo_until(),
        })
    }

    /// What its author's screens are told.
    pub fn moved(&self) -> Change {
        Change::Bulk { job: self.id, user: self.author_id }
    }
}

/// Whether a role may have this done.
pub fn may(role: Role, is_reply: bool) -> bool {
    role.may(Permission::ReplyToChats) && (!is_reply || role.may(Permission::ReplyInBulk))
}

/// A job.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(conn: &mut AsyncPgConnection, workspace: WorkspaceId, id: BulkJobId) -> Outcome<Job> {
    Job::query()
        .filter(bulk_jobs::workspace_id.eq(workspace))
        .filter(bulk_jobs::id.eq(id))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// A job that nobody else can change until the transaction ends.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn hold(conn: &mut AsyncPgConnection, workspace: WorkspaceId, id: BulkJobId) -> Outcome<Job> {
    Job::query()
        .filter(bulk_jobs::workspace_id.eq(workspace))
        .filter(bulk_jobs::id.eq(id))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// The same for whoever has planned it.
///
/// # Errors
/// `NotFound` when there is none, or it is somebody else's.
pub async fn hold_own(conn: &mut AsyncPgConnection, ask: &Ask, id: BulkJobId) -> Outcome<Job> {
    let job = hold(conn, ask.workspace(), id).await?;
    if job.author_id == ask.user.id { Ok(job) } else { Err(Fault::not_found()) }
}

/// Writes down how far a held job has got.
///
/// # Errors
/// When the database refuses.
pub async fn save(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    job: &Job,
    counts: &BulkCounts,
) -> Outcome<()> {
    diesel::update(bulk_jobs::table.find((workspace, job.id)))
        .set((
            bulk_jobs::state.eq(job.state),
            bulk_jobs::chats.eq(counts.chats),
            bulk_jobs::done.eq(counts.done),
            bulk_jobs::unchanged.eq(counts.unchanged),
            bulk_jobs::skipped.eq(counts.skipped),
            bulk_jobs::failed.eq(counts.failed),
            bulk_jobs::undone.eq(counts.undone),
            bulk_jobs::left_alone.eq(counts.left_alone),
            bulk_jobs::cursor.eq(job.cursor),
            bulk_jobs::started_at.eq(job.started_at),
            bulk_jobs::finished_at.eq(job.finished_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
