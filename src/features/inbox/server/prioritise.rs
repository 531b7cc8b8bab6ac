//! Saying how urgent a chat is.

use super::activities::{hold, tell};
use crate::context::Ask;
use crate::features::inbox::types::{Deed, Priority};
use crate::platform::fault::Outcome;
use crate::platform::schema::chats;
use crate::shared::ids::ChatId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Gives a chat a priority.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn set(ask: &Ask, chat: ChatId, priority: Priority) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        if hold(conn, workspace, chat).await?.priority == priority {
            return Ok(());
        }
        diesel::update(chats::table.find((workspace, chat)))
            .set(chats::priority.eq(priority))
            .execute(conn)
            .await?;
        tell(conn, ask, chat, Deed::PrioritySet { priority }).await
    })
    .await
}
