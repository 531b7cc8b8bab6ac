//! Stars: chats that a person has marked for itself.

use crate::context::Ask;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chat_stars, chats};
use crate::shared::change::Change;
use crate::shared::ids::ChatId;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Marks a chat, or takes the mark away. Nobody else sees it.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn set(ask: &Ask, chat: ChatId, is_starred: bool) -> Outcome<()> {
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let exists: Option<ChatId> =
            chats::table.find((workspace, chat)).select(chats::id).first(conn).await.optional()?;
        exists.ok_or_else(Fault::not_found)?;
        let changed = if is_starred {
            diesel::insert_into(chat_stars::table)
                .values((
                    chat_stars::workspace_id.eq(workspace),
                    chat_stars::user_id.eq(user),
                    chat_stars::chat_id.eq(chat),
                    chat_stars::starred_at.eq(ask.now),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?
        } else {
            diesel::delete(chat_stars::table.find((workspace, user, chat))).execute(conn).await?
        };
        if changed > 0 {
            live::append(conn, workspace, &[Change::Starred { chat, user }]).await?;
        }
        Ok(())
    })
    .await
}
