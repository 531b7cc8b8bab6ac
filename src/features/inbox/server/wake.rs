//! Snoozed chats come back when their time has come.

use super::activities::{hold, record};
use super::set_aside;
use crate::context::App;
use crate::features::inbox::types::{Deed, WorkState};
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::live;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde::{Deserialize, Serialize};

/// The job that brings one chat back.
pub const JOB: &str = "inbox.wake";
/// Chats that come back have workers of their own.
const LANE: &str = "inbox.wake";

#[derive(Serialize, Deserialize)]
struct Payload {
    chat: ChatId,
}

/// Asks for a chat to come back at a moment.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    until: DateTime<Utc>,
) -> Outcome<()> {
    jobs::enqueue(
        conn,
        NewJob {
            workspace,
            kind: JOB,
            // One job per moment: a chat that is put off once more has a job for each, and the earlier one does nothing.
            key: format!("{chat} {}", until.timestamp_millis()),
            lane: LANE.to_owned(),
            payload: serde_json::to_value(Payload { chat })?,
            run_at: until,
        },
    )
    .await
}

/// Brings a chat back, unless it was opened or put off further in the meantime.
///
/// # Errors
/// When the database refuses.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let Payload { chat } = serde_json::from_value(run.payload)?;
    let mut conn = run.app.db.get().await?;
    match wake(&mut conn, run.workspace, chat, clock::now()).await {
        // It was removed together with its seller.
        Ok(()) | Err(Fault::Told(AppError::NotFound)) => Ok(Verdict::Done),
        Err(fault) => Err(fault),
    }
}

/// The same at a given time.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn wake(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    conn.transaction(async |conn| {
        let held = hold(conn, workspace, chat).await?;
        let is_due =
            held.work_state == WorkState::Snoozed && held.snoozed_until.is_some_and(|until| until <= now);
        if !is_due {
            return Ok(());
        }
        set_aside::open(conn, workspace, chat).await?;
        record(conn, workspace, chat, None, &Deed::Woke, now).await?;
        live::append(conn, workspace, &[Change::Chat { chat }]).await
    })
    .await
}
