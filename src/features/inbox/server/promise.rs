//! Promising a buyer an answer by an instant. The next message to the buyer keeps the promise; the one that says it, on its way or sent
//! already, does not. A promise that is moved is taken back and made anew, so what was broken stays broken.

use super::activities::{done, finish, hold};
use crate::context::Ask;
use crate::features::inbox::types::{Deed, ReplyState};
use crate::features::inbox::work::LONGEST_PROMISE;
use crate::platform::fault::Outcome;
use crate::platform::schema::{messages, promises, replies};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, PromiseId, ReplyId, WorkspaceId};
use chrono::{DateTime, SubsecRound, Utc};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// What leaves now, or has left and is not shown yet. What leaves at a time of its own may keep the promise.
const ON_ITS_WAY: [ReplyState; 3] = [ReplyState::Queued, ReplyState::Sending, ReplyState::Sent];

/// Promises an answer by an instant, in the place of what was promised before.
///
/// # Errors
/// A refusal when the instant is over or too far; `NotFound` when the workspace has no such chat.
pub async fn make(ask: &Ask, chat: ChatId, until: DateTime<Utc>) -> Outcome<()> {
    // The database keeps no more; the same instant told twice has to be the same.
    let until = until.trunc_subsecs(3);
    if until <= ask.now {
        return Err(Refusal::MomentPassed.into());
    }
    if until > ask.now + LONGEST_PROMISE {
        return Err(Refusal::PromiseTooFar { days: LONGEST_PROMISE.num_days() as u32 }.into());
    }
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        hold(conn, workspace, chat).await?;
        let before = open(conn, workspace, chat).await?;
        if before.iter().any(|promise| promise.until == until) {
            return Ok(());
        }
        withdraw(conn, ask, chat, &before).await?;
        insert(conn, ask, chat, until).await?;
        let deed = if before.is_empty() { Deed::Promised { until } } else { Deed::PromiseMoved { until } };
        let changes = done(conn, ask, chat, deed).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// Takes back what was promised. What is over or kept stays as it is.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn take_back(ask: &Ask, chat: ChatId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        hold(conn, workspace, chat).await?;
        let before = open(conn, workspace, chat).await?;
        let mut changes: Vec<Change> = Vec::new();
        if !before.is_empty() {
            withdraw(conn, ask, chat, &before).await?;
            changes = done(conn, ask, chat, Deed::PromiseDropped).await?;
        }
        finish(conn, ask, &changes).await
    })
    .await
}

#[derive(diesel::QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = SqlUuid)]
    id: PromiseId,
    #[diesel(sql_type = Timestamptz)]
    until: DateTime<Utc>,
}

/// What was promised and is neither kept nor taken back, as the clocks of the chat tell it.
async fn open(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<Vec<OpenRow>> {
    Ok(diesel::sql_query(
        "SELECT p.id, p.until FROM promises p WHERE p.workspace_id = $1 AND p.chat_id = $2 AND p.withdrawn_at IS NULL \
           AND NOT EXISTS (SELECT 1 FROM clocks k WHERE k.workspace_id = p.workspace_id AND k.chat_id = p.chat_id \
                             AND k.kind = 'promise' AND k.start_id = p.id::text AND k.ended_at IS NOT NULL)",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .load(conn)
    .await?)
}

async fn withdraw(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId, which: &[OpenRow]) -> Outcome<()> {
    let ids: Vec<PromiseId> = which.iter().map(|promise| promise.id).collect();
    diesel::update(promises::table)
        .filter(promises::workspace_id.eq(ask.workspace()))
        .filter(promises::chat_id.eq(chat))
        .filter(promises::id.eq_any(ids))
        .set(promises::withdrawn_at.eq(Some(ask.now)))
        .execute(conn)
        .await?;
    Ok(())
}

async fn insert(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId, until: DateTime<Utc>) -> Outcome<()> {
    let workspace = ask.workspace();
    let after_message: Option<String> = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .order((messages::sent_at.desc(), messages::sort_key.desc()))
        .select(messages::external_id)
        .first(conn)
        .await
        .optional()?;
    let reply_id: Option<ReplyId> = replies::table
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq_any(ON_ITS_WAY))
        .order((replies::created_at.desc(), replies::id.desc()))
        .select(replies::id)
        .first(conn)
        .await
        .optional()?;
    diesel::insert_into(promises::table)
        .values((
            promises::workspace_id.eq(workspace),
            promises::chat_id.eq(chat),
            promises::id.eq(PromiseId::new()),
            promises::author_id.eq(ask.user.id),
            promises::made_at.eq(ask.now),
            promises::until.eq(until),
            promises::after_message.eq(after_message),
            promises::reply_id.eq(reply_id),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
