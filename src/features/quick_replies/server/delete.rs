//! Deleting a quick reply.

use super::list;
use crate::context::Ask;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::quick_replies;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::QuickReplyId;
use diesel::QueryDsl;
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Deletes a quick reply.
///
/// # Errors
/// `NotFound` when there is none, or it is somebody else's own; `Forbidden` for a shared one without the right.
pub async fn delete(ask: &Ask, reply: QuickReplyId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let row = list::locked(conn, workspace, ask.user.id, reply).await?;
        if !row.may_edit(&ask.user) {
            return Err(AppError::Forbidden.into());
        }
        diesel::delete(quick_replies::table.find((workspace, reply))).execute(conn).await?;
        live::append(conn, workspace, &[Change::QuickReplies]).await
    })
    .await
}
