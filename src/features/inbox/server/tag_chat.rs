//! Putting tags on chats and taking them off.

use super::activities::{done, finish, hold};
use super::tags;
use crate::context::Ask;
use crate::features::inbox::types::Deed;
use crate::platform::fault::Outcome;
use crate::platform::schema::chat_tags;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, TagId};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Puts a tag on a chat.
///
/// # Errors
/// `NotFound` when the workspace has no such chat or no such tag.
pub async fn add(ask: &Ask, chat: ChatId, tag: TagId) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changes = put_on(conn, ask, chat, tag).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// Takes a tag off a chat.
///
/// # Errors
/// `NotFound` when the workspace has no such chat or no such tag.
pub async fn remove(ask: &Ask, chat: ChatId, tag: TagId) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changes = take_off(conn, ask, chat, tag).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// Puts a tag on a chat within a transaction. Returns what has changed: nothing when the chat wears it already.
///
/// # Errors
/// `NotFound` when the workspace has no such chat or no such tag.
pub async fn put_on(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    tag: TagId,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    hold(conn, workspace, chat).await?;
    let tag = tags::find(conn, workspace, tag).await?;
    let added = diesel::insert_into(chat_tags::table)
        .values((
            chat_tags::workspace_id.eq(workspace),
            chat_tags::chat_id.eq(chat),
            chat_tags::tag_id.eq(tag.id),
            chat_tags::added_at.eq(ask.now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if added == 0 {
        return Ok(Vec::new());
    }
    done(conn, ask, chat, Deed::TagAdded(tag)).await
}

/// Takes a tag off a chat within a transaction. Returns what has changed: nothing when the chat does not wear it.
///
/// # Errors
/// `NotFound` when the workspace has no such chat or no such tag.
pub async fn take_off(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    tag: TagId,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    hold(conn, workspace, chat).await?;
    let tag = tags::find(conn, workspace, tag).await?;
    let removed = diesel::delete(chat_tags::table.find((workspace, chat, tag.id))).execute(conn).await?;
    if removed == 0 {
        return Ok(Vec::new());
    }
    done(conn, ask, chat, Deed::TagRemoved(tag)).await
}
