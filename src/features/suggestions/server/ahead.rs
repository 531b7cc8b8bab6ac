//! Drafts that are begun when a buyer's message arrives, so that they are there when somebody opens the chat. Receiving only asks
//! for them, and for what a model says the message is about (`understand`); a job begins each and sees it to its end. Whoever opens the chat first begins it instead, and there is one.

use super::{begin, understand};
use crate::context::session::SessionUser;
use crate::context::{App, Ask};
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::schema::workspaces;
use crate::shared::ids::{ChatId, SellerId, UserId, WorkspaceId};
use crate::shared::role::Role;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// The job that makes the draft of one chat.
pub const JOB: &str = "suggestions.ahead";

/// When it is looked again at a chat for which another draft is being made.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

#[derive(diesel::QueryableByName)]
struct Wanted {
    #[diesel(sql_type = Bool)]
    is_draft_wanted: bool,
    #[diesel(sql_type = Bool)]
    is_understanding_wanted: bool,
}

/// Whether drafts of workspace `$1` begin by themselves, whether models are to understand messages, and whether one can be asked: what
/// templates say needs no time. Public so that a test can look at its plan.
pub const WANTED_SQL: &str = "SELECT model.is_there AND coalesce(s.is_automatic, true) AS is_draft_wanted, \
         model.is_there AND coalesce(s.is_understood_by_model, false) AS is_understanding_wanted \
     FROM (SELECT EXISTS (SELECT 1 FROM model_providers p \
               WHERE p.workspace_id = $1 AND p.is_enabled AND p.problem IS NULL) AS is_there) model \
     LEFT JOIN suggestion_settings s ON s.workspace_id = $1";

/// Asks for what models are to do with chats whose buyers have written. Where nobody wants anything, that costs one look.
///
/// # Errors
/// When the database refuses.
pub async fn want(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[(SellerId, ChatId)],
    now: DateTime<Utc>,
) -> Outcome<()> {
    if chats.is_empty() {
        return Ok(());
    }
    let wanted: Wanted = diesel::sql_query(WANTED_SQL).bind::<SqlUuid, _>(workspace).get_result(conn).await?;
    // Lanes of their own: no message ever waits for a model, and no draft for what another message is about.
    let work = [
        (wanted.is_understanding_wanted, understand::JOB, "understanding"),
        (wanted.is_draft_wanted, JOB, "drafts"),
    ];
    for (_, kind, lane) in work.into_iter().filter(|(is_wanted, ..)| *is_wanted) {
        for (seller, chat) in chats {
            let lane = format!("{workspace} {lane}");
            let job = NewJob { lane, ..NewJob::of_chat(workspace, *seller, *chat, kind, now) };
            jobs::enqueue(conn, job).await?;
        }
    }
    Ok(())
}

/// Makes the draft of a chat. One that has been answered meanwhile is left alone.
///
/// # Errors
/// `NotFound` when the chat is gone; when the database refuses.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let chat: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    let ask = of_nobody(run.app, run.workspace, now()).await?;
    let is_seen_to = begin::ahead(&ask, chat).await?;
    Ok(if is_seen_to { Verdict::Done } else { Verdict::Again(LOOK_AGAIN) })
}

/// The request of nobody in particular: nobody's own quick replies, nobody's name.
pub(super) async fn of_nobody(app: App, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<Ask> {
    let row: Option<(String, String)> = workspaces::table
        .find(workspace)
        .select((workspaces::name, workspaces::time_zone))
        .first(&mut app.db.get().await?)
        .await
        .optional()?;
    let (workspace_name, time_zone) = row.ok_or_else(Fault::not_found)?;
    let (id, name) = (UserId(uuid::Uuid::nil()), String::new());
    let user =
        SessionUser { workspace, workspace_name, time_zone, id, name, role: Role::Operator, live_after: 0 };
    Ok(Ask { app, user, now })
}
