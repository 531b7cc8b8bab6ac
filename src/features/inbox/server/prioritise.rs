//! Saying how urgent a chat is.

use super::activities::{done, finish, hold};
use crate::context::Ask;
use crate::features::inbox::types::{Deed, Priority};
use crate::platform::fault::Outcome;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::ChatId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Gives a chat a priority.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn set(ask: &Ask, chat: ChatId, priority: Priority) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changes = give(conn, ask, chat, priority).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// The same within a transaction. Returns what has changed: nothing when it is so already.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn give(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    priority: Priority,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    if hold(conn, workspace, chat).await?.priority == priority {
        return Ok(Vec::new());
    }
    diesel::update(chats::table.find((workspace, chat)))
        .set(chats::priority.eq(priority))
        .execute(conn)
        .await?;
    done(conn, ask, chat, Deed::PrioritySet { priority }).await
}
