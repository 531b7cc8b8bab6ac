//! Storing what a marketplace tells: each message once, with the cursor that follows it, in one transaction.

use super::{outbox, recompute};
use crate::connectors::{RemoteChat, RemoteMessage};
use crate::features::inbox::types::ChatStatus;
use crate::platform::clock::now;
use crate::platform::fault::Outcome;
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// The job that reads the news of one chat at once; run by the `sync` feature.
pub const READ_CHAT_JOB: &str = "sync.chat";

/// Asks for the news of one chat, ahead of everything that is read in the background.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_chat(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    chat: ChatId,
) -> Outcome<()> {
    jobs::enqueue(
        conn,
        NewJob {
            workspace,
            kind: READ_CHAT_JOB,
            key: &chat.to_string(),
            lane: &seller.to_string(),
            payload: serde_json::json!({ "chat": chat }),
            run_at: now(),
        },
    )
    .await
}

/// A chat as synchronisation needs it: how far its history has been read.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = chats)]
pub struct ChatCursor {
    pub workspace_id: WorkspaceId,
    pub id: ChatId,
    pub seller_id: SellerId,
    pub external_id: String,
    pub status: ChatStatus,
    pub head_id: Option<String>,
    pub tail_id: Option<String>,
    pub tail_done: bool,
    pub remote_last_id: Option<String>,
}

/// Where the cursors of a chat stand after a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorMove {
    /// Newest message with no gap behind it.
    pub head_id: Option<String>,
    /// Oldest message; only when older history was read.
    pub tail_id: Option<String>,
    /// The beginning of the chat has been reached.
    pub tail_done: bool,
    /// The list's mark that this page has caught up with.
    pub remote_last_id: Option<String>,
}

/// Finds a chat or makes it, and notes whether the marketplace has closed it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_create(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    remote: &RemoteChat,
    now: DateTime<Utc>,
) -> Outcome<ChatCursor> {
    let status = if remote.is_closed { ChatStatus::Closed } else { ChatStatus::Open };
    let of_chat = chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::seller_id.eq(seller))
        .filter(chats::external_id.eq(&remote.external_id));
    let found: Option<ChatCursor> = of_chat.select(ChatCursor::as_select()).first(conn).await.optional()?;
    if let Some(mut chat) = found {
        if chat.status != status {
            set_status(conn, &chat, status).await?;
            chat.status = status;
        }
        return Ok(chat);
    }
    let created = remote.created_at.unwrap_or(now);
    diesel::insert_into(chats::table)
        .values((
            chats::workspace_id.eq(workspace),
            chats::id.eq(ChatId::new()),
            chats::seller_id.eq(seller),
            chats::kind.eq("dialog"),
            chats::external_id.eq(&remote.external_id),
            chats::status.eq(status),
            chats::created_at.eq(created),
            chats::last_message_at.eq(created),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(of_chat.select(ChatCursor::as_select()).first(conn).await?)
}

async fn set_status(conn: &mut AsyncPgConnection, chat: &ChatCursor, status: ChatStatus) -> Outcome<()> {
    let (workspace, id) = (chat.workspace_id, chat.id);
    conn.transaction(async |conn| {
        diesel::update(chats::table.find((workspace, id)))
            .set(chats::status.eq(status))
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::Chat { chat: id }]).await
    })
    .await
}

/// Stores a page of history together with the cursors that follow it. Returns how many messages were new or changed.
///
/// # Errors
/// When the database refuses; then neither messages nor cursors have moved.
pub async fn store(
    conn: &mut AsyncPgConnection,
    marketplace: Marketplace,
    chat: &ChatCursor,
    messages: &[RemoteMessage],
    moved: &CursorMove,
    now: DateTime<Utc>,
) -> Outcome<usize> {
    let (workspace, id) = (chat.workspace_id, chat.id);
    conn.transaction(async |conn| {
        // One writer per chat: adoption and recomputation look at all its messages.
        chats::table.find((workspace, id)).select(chats::id).for_update().first::<ChatId>(conn).await?;
        let changed = upsert(conn, workspace, id, messages, now).await?;
        let mut changes = outbox::adopt(conn, marketplace, workspace, id).await?;
        move_cursors(conn, workspace, id, messages, moved, now).await?;
        if changed > 0 || !changes.is_empty() {
            recompute::recompute(conn, marketplace, workspace, id).await?;
            changes.push(Change::Chat { chat: id });
            live::append(conn, workspace, &changes).await?;
        }
        Ok(changed)
    })
    .await
}

async fn upsert(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    messages: &[RemoteMessage],
    now: DateTime<Utc>,
) -> Outcome<usize> {
    // One statement must not meet the same key twice.
    let mut seen = std::collections::HashSet::new();
    let messages: Vec<&RemoteMessage> =
        messages.iter().filter(|message| seen.insert(message.external_id.as_str())).collect();
    if messages.is_empty() {
        return Ok(0);
    }
    let attachments = messages
        .iter()
        .map(|message| serde_json::to_value(&message.attachments))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(diesel::sql_query(
        "INSERT INTO messages AS m (workspace_id, chat_id, external_id, sort_key, author, body, attachments, sent_at, \
                                    received_at, is_read, raw) \
         SELECT $1, $2, n.external_id, n.sort_key, n.author, n.body, n.attachments, n.sent_at, $3, n.is_read, n.raw \
         FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) \
              AS n (external_id, sort_key, author, body, attachments, sent_at, is_read, raw) \
         ON CONFLICT (workspace_id, chat_id, external_id) DO UPDATE SET \
             body = excluded.body, attachments = excluded.attachments, is_read = m.is_read OR excluded.is_read, \
             raw = excluded.raw \
         WHERE (m.body, m.attachments, m.raw) IS DISTINCT FROM (excluded.body, excluded.attachments, excluded.raw) \
            OR (excluded.is_read AND NOT m.is_read)",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(messages.iter().map(|m| m.external_id.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|m| m.sort_key.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|m| m.author).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|m| m.body.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(attachments)
    .bind::<Array<Timestamptz>, _>(messages.iter().map(|m| m.sent_at.unwrap_or(now)).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(messages.iter().map(|m| m.is_read).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(messages.iter().map(|m| m.raw.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?)
}

async fn move_cursors(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    messages: &[RemoteMessage],
    moved: &CursorMove,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let order_number = messages.iter().find_map(|message| message.order_number.clone());
    diesel::sql_query(
        "UPDATE chats SET head_id = coalesce($3, head_id), tail_id = coalesce($4, tail_id), \
             tail_done = tail_done OR $5, remote_last_id = coalesce($6, remote_last_id), \
             order_number = coalesce(order_number, $7), checked_at = $8 \
         WHERE workspace_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<Nullable<Text>, _>(moved.head_id.as_deref())
    .bind::<Nullable<Text>, _>(moved.tail_id.as_deref())
    .bind::<Bool, _>(moved.tail_done)
    .bind::<Nullable<Text>, _>(moved.remote_last_id.as_deref())
    .bind::<Nullable<Text>, _>(order_number)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}
