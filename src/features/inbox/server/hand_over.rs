//! Chats of somebody who cannot answer them any more become nobody's, so that they are handed out again. Closed ones too:
//! when the buyer writes, they come back to everybody and not to someone who is gone.

use super::activities::record;
use crate::context::App;
use crate::context::Ask;
use crate::features::inbox::saved_filter::{FilterPart, Leaving};
use crate::features::inbox::types::Deed;
use crate::features::users::server::staff::HandOver;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::live;
use crate::platform::schema::{chat_counts, chats, users};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Nullable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Chats of one transaction.
const TOGETHER: i64 = 100;

/// Hands over all chats of a person. Safe to begin anew.
///
/// # Errors
/// When the database refuses.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let order: HandOver = serde_json::from_value(run.payload)?;
    let mut conn = run.app.db.get().await?;
    while hand_over(&mut conn, run.workspace, order, clock::now()).await? > 0 {}
    Ok(Verdict::Done)
}

/// Hands over some chats; how many.
async fn hand_over(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    order: HandOver,
    now: DateTime<Utc>,
) -> Outcome<usize> {
    conn.transaction(async |conn| {
        // Somebody may have thought better of it.
        if may_answer(conn, workspace, order.person).await? {
            return Ok(0);
        }
        let free: Vec<ChatId> = chats::table
            .filter(chats::workspace_id.eq(workspace))
            .filter(chats::assignee_id.eq(order.person))
            .order(chats::id)
            .limit(TOGETHER)
            .select(chats::id)
            .for_no_key_update()
            .load(conn)
            .await?;
        diesel::update(chats::table)
            .filter(chats::workspace_id.eq(workspace))
            .filter(chats::id.eq_any(&free))
            .set(chats::assignee_id.eq(None::<UserId>))
            .execute(conn)
            .await?;
        for chat in &free {
            record(conn, workspace, *chat, Some(order.by), &Deed::Assigned { to: None }, now).await?;
        }
        let changes: Vec<Change> = free.iter().map(|chat| Change::Chat { chat: *chat }).collect();
        live::append(conn, workspace, &changes).await?;
        Ok::<_, Fault>(free.len())
    })
    .await
}

async fn may_answer(conn: &mut AsyncPgConnection, workspace: WorkspaceId, person: UserId) -> Outcome<bool> {
    let role: Option<Role> = users::table
        .find((workspace, person))
        .filter(users::left_at.is_null())
        .select(users::role)
        .first(conn)
        .await
        .optional()?;
    Ok(role.is_some_and(|role| role.may(Permission::ReplyToChats)))
}

/// What changes when a person goes.
///
/// # Errors
/// When the database refuses.
pub async fn leaving(ask: &Ask, person: UserId) -> Outcome<Leaving> {
    let chats: Option<i64> = chat_counts::table
        .filter(chat_counts::workspace_id.eq(ask.workspace()))
        .filter(chat_counts::assignee_id.eq(person))
        .select(sql::<Nullable<BigInt>>("sum(amount)::bigint"))
        .first(&mut *ask.conn().await?)
        .await?;
    let filters = super::saved::uses::uses(ask, FilterPart::Person(person)).await?;
    Ok(Leaving { chats: chats.unwrap_or(0), filters })
}
