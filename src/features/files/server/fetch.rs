//! Fetching the files of a chat's messages with the seller's key, in the background, the newest first.

use super::content::Looked;
use crate::connectors::{ChatProblem, ConnectorError};
use crate::context::App;
use crate::features::files::types::{FileProblem, FileState, Origin};
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::live;
use crate::platform::schema::{chats, files};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, FileId, SellerId, WorkspaceId};
use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    ExpressionMethods, HasQuery, NullableExpressionMethods, OptionalExtension, PgSortExpressionMethods,
    QueryDsl,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// Kind of the job: one per chat.
pub const JOB: &str = "files.fetch";

/// Files of one run; then others have their turn.
const FILES_PER_RUN: usize = 20;
/// Tries without an answer, after which a person decides.
const MAX_ATTEMPTS: i32 = 5;

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = files)]
struct Waiting {
    workspace_id: WorkspaceId,
    id: FileId,
    #[diesel(select_expression = files::chat_id.assume_not_null())]
    chat_id: ChatId,
    url: Option<String>,
    attempts: i32,
    tried_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// How one file went.
enum Fetched {
    /// Settled, one way or the other.
    Settled,
    /// The marketplace asks us to wait.
    Wait(Duration),
}

/// Runs the job of one chat.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let chat: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    for _ in 0..FILES_PER_RUN {
        let mut conn = run.app.db.get().await?;
        let Some(file) = next(&mut conn, run.workspace, chat).await? else { return Ok(Verdict::Done) };
        let pause = (due_at(&file) - now()).to_std().unwrap_or_default();
        if !pause.is_zero() {
            return Ok(Verdict::Again(pause));
        }
        let seller = seller_of(&mut conn, run.workspace, chat).await?;
        drop(conn);
        if let Fetched::Wait(pause) = fetch(&run.app, &seller, &file).await? {
            return Ok(Verdict::Again(pause));
        }
    }
    Ok(Verdict::Again(Duration::from_millis(200)))
}

/// The next file to try: those not tried yet first, the newest of them first.
async fn next(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Option<Waiting>> {
    Ok(Waiting::query()
        .filter(files::workspace_id.eq(workspace))
        .filter(files::chat_id.eq(chat))
        .filter(files::origin.eq(Origin::Incoming))
        .filter(files::state.eq(FileState::Waiting))
        .order((files::tried_at.asc().nulls_first(), files::created_at.desc(), files::position))
        .first(conn)
        .await
        .optional()?)
}

/// When a file may be tried: at once, or after a pause that doubles with every try.
fn due_at(file: &Waiting) -> DateTime<Utc> {
    let Some(tried_at) = file.tried_at else { return file.created_at };
    tried_at + TimeDelta::seconds(1 << file.attempts.clamp(1, 6))
}

async fn seller_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<SellerAccount> {
    let seller: SellerId = chats::table.find((workspace, chat)).select(chats::seller_id).first(conn).await?;
    accounts::find(conn, workspace, seller).await?.ok_or_else(Fault::not_found)
}

async fn fetch(app: &App, seller: &SellerAccount, file: &Waiting) -> Outcome<Fetched> {
    let Some(url) = &file.url else { return give_up(app, file, FileProblem::Refused).await };
    if seller.credentials.is_none() || seller.state == SellerState::Removed {
        return give_up(app, file, FileProblem::NoAccess).await;
    }
    let fetched = seller.open(app)?.file(url).await;
    if let Err(error) = &fetched {
        health::note(app, seller, error).await;
    }
    match fetched {
        Ok(bytes) => {
            let looked = Looked::at(Bytes::from(bytes)).await;
            let kept = looked.keep(app, file.workspace_id, file.id, file.created_at).await?;
            let mut conn = app.db.get().await?;
            conn.transaction(async |conn| {
                if kept.note(conn, file.workspace_id, file.id).await? {
                    tell(conn, file).await?;
                }
                Ok::<_, Fault>(())
            })
            .await?;
            metrics::counter!("agentiq_files_fetched_total").increment(1);
            Ok(Fetched::Settled)
        }
        Err(ConnectorError::RateLimited { retry_after }) => {
            Ok(Fetched::Wait(retry_after.unwrap_or(Duration::from_secs(2))))
        }
        Err(ConnectorError::Resting { retry_after }) => Ok(Fetched::Wait(retry_after)),
        Err(ConnectorError::Unreachable(error) | ConnectorError::Interrupted(error)) => {
            tracing::debug!(file = %file.id, error, "a file could not be fetched");
            try_later(app, file).await
        }
        Err(ConnectorError::Account(_) | ConnectorError::Denied(_)) => {
            give_up(app, file, FileProblem::NoAccess).await
        }
        Err(ConnectorError::Chat(ChatProblem::NotFound)) => give_up(app, file, FileProblem::Gone).await,
        Err(ConnectorError::Chat(_)) => give_up(app, file, FileProblem::Refused).await,
    }
}

async fn try_later(app: &App, file: &Waiting) -> Outcome<Fetched> {
    if file.attempts + 1 >= MAX_ATTEMPTS {
        return give_up(app, file, FileProblem::Unreachable).await;
    }
    let mut conn = app.db.get().await?;
    diesel::update(files::table.find((file.workspace_id, file.id)))
        .set((files::attempts.eq(files::attempts + 1), files::tried_at.eq(Some(now()))))
        .execute(&mut conn)
        .await?;
    Ok(Fetched::Settled)
}

async fn give_up(app: &App, file: &Waiting, problem: FileProblem) -> Outcome<Fetched> {
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        diesel::update(files::table.find((file.workspace_id, file.id)))
            .filter(files::state.eq(FileState::Waiting))
            .set((files::state.eq(FileState::Failed), files::problem.eq(Some(problem))))
            .execute(conn)
            .await?;
        tell(conn, file).await
    })
    .await?;
    Ok(Fetched::Settled)
}

async fn tell(conn: &mut AsyncPgConnection, file: &Waiting) -> Outcome<()> {
    live::append(conn, file.workspace_id, &[Change::Chat { chat: file.chat_id }]).await
}
