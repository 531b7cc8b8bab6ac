//! What a supervisor is to be told, stored in the transaction of the step that asks for it: so it is told once, and not at all when the
//! step was none.

use super::{channel, send};
use crate::platform::fault::Outcome;
use crate::platform::jobs::{self, NewJob};
use crate::platform::schema::supervisor_news;
use crate::shared::ids::{ChatId, NewsId, WorkspaceId};
use crate::shared::sla::clocks::ClockKind;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::ExpressionMethods;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// What happens within this time is one message.
const BURST: TimeDelta = TimeDelta::seconds(10);

/// A deadline that a supervisor is to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeadlineTold {
    pub chat: ChatId,
    pub clock: ClockKind,
    pub due_at: Option<DateTime<Utc>>,
}

/// Stores what is to be told. Nothing, where nobody has set up a way to a supervisor.
///
/// # Errors
/// When the database refuses.
pub async fn tell(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    deadlines: &[DeadlineTold],
    now: DateTime<Utc>,
) -> Outcome<()> {
    if deadlines.is_empty() {
        return Ok(());
    }
    let channel = channel::find(conn, workspace).await?;
    if channel.is_none_or(|channel| !channel.is_enabled || channel.is_stopped()) {
        return Ok(());
    }
    let rows: Vec<_> = deadlines
        .iter()
        .map(|it| {
            (
                supervisor_news::workspace_id.eq(workspace),
                supervisor_news::id.eq(NewsId::new()),
                supervisor_news::chat_id.eq(it.chat),
                supervisor_news::clock.eq(it.clock),
                supervisor_news::due_at.eq(it.due_at),
                supervisor_news::at.eq(now),
                supervisor_news::state.eq(send::NewsState::Waiting),
            )
        })
        .collect();
    diesel::insert_into(supervisor_news::table).values(rows).execute(conn).await?;
    let job = NewJob {
        workspace,
        kind: send::JOB,
        key: workspace.to_string(),
        lane: format!("{workspace} supervisor"),
        payload: serde_json::Value::Null,
        run_at: now + BURST,
    };
    jobs::enqueue(conn, job).await
}
