//! Counting the uses of a quick reply. No screen follows the number, so no event tells of it.

use super::list;
use crate::context::Ask;
use crate::platform::fault::Outcome;
use crate::platform::schema::quick_replies;
use crate::shared::ids::QuickReplyId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Counts a use.
///
/// # Errors
/// `NotFound` when there is none, or it is somebody else's own.
pub async fn note(ask: &Ask, reply: QuickReplyId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        list::locked(conn, workspace, ask.user.id, reply).await?;
        diesel::update(quick_replies::table.find((workspace, reply)))
            .set((
                quick_replies::use_count.eq(quick_replies::use_count + 1),
                quick_replies::last_used_at.eq(Some(ask.now)),
            ))
            .execute(conn)
            .await?;
        Ok(())
    })
    .await
}
