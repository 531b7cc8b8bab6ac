//! The messages around a place of a chat: one that a link names, a day, the first that the person has not seen.

use super::beside::{self, Times};
use super::receive::{self, ChatCursor};
use super::window::{self, MessageRow};
use crate::context::Ask;
use crate::features::inbox::types::{
    Author, MESSAGES_PER_PAGE, MessageCursor, MessageView, Slice, Spot, Stretch,
};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chat_seen, messages, sellers};
use crate::shared::ids::{ChatId, SellerId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The messages around a place, or those that follow one.
///
/// # Errors
/// `NotFound` when the workspace has no such chat, or the chat no such message.
pub async fn around(ask: &Ask, chat: ChatId, spot: Spot) -> Outcome<Slice> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let cursor = receive::cursor(&mut conn, workspace, chat).await?.ok_or_else(Fault::not_found)?;
    let anchor = match spot {
        Spot::After { message } => {
            let newer = newer(&mut conn, &cursor, &message, From::After, ask.now).await?;
            return Ok(Slice { older: None, ..newer });
        }
        Spot::Message { external_id } => {
            Some(message(&mut conn, workspace, chat, &external_id).await?.ok_or_else(Fault::not_found)?)
        }
        Spot::Time { at } => first_from(&mut conn, workspace, chat, at).await?,
        Spot::Unseen { after } => first_of_buyer(&mut conn, workspace, chat, after).await?,
    };
    let older = window::page(&mut conn, &cursor, anchor.clone(), ask.now).await?;
    let Stretch { messages: older, mut beside } = older;
    let Some(anchor) = anchor else {
        // Nothing stands there or later: the newest page is what comes closest.
        return Ok(Slice { items: older.items, older: older.next, newer: None, found: None, beside });
    };
    let from_anchor = newer(&mut conn, &cursor, &anchor, From::This, ask.now).await?;
    let is_anchor = |view: &&MessageView| view.sent_at == anchor.sent_at && view.sort_key == anchor.sort_key;
    let found = from_anchor.items.iter().find(is_anchor).and_then(|view| view.external_id.clone());
    let mut items = older.items;
    items.extend(from_anchor.items);
    beside.extend(from_anchor.beside);
    Ok(Slice { items, older: older.next, newer: from_anchor.newer, found, beside })
}

/// Where newer messages begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// With the message itself.
    This,
    /// After it.
    After,
}

/// The statement behind a page of newer messages; `$3`, `$4` are the place, `$5` whether the message there is one of them.
/// Public so that a test can look at its plan.
pub const NEWER_SQL: &str = "SELECT m.external_id, m.sort_key, m.author, m.body, m.attachments, m.sent_at, m.is_read, \
            m.moderation, m.reply_id, m.edited_at, r.file_id, u.name AS author_name, m.raw IS NOT NULL AS is_unparsed \
     FROM (SELECT * FROM messages f \
           WHERE f.workspace_id = $1 AND f.chat_id = $2 AND (f.sent_at, f.sort_key) >= ($3, $4) \
             AND ($5 OR (f.sent_at, f.sort_key) <> ($3, $4)) \
           ORDER BY f.sent_at, f.sort_key LIMIT $6) m \
     LEFT JOIN replies r ON r.workspace_id = m.workspace_id AND r.id = m.reply_id \
     LEFT JOIN users u ON u.workspace_id = m.workspace_id AND u.id = r.author_id \
     ORDER BY m.sent_at, m.sort_key";

async fn newer(
    conn: &mut AsyncPgConnection,
    cursor: &ChatCursor,
    place: &MessageCursor,
    from: From,
    now: DateTime<Utc>,
) -> Outcome<Slice> {
    let (workspace, chat) = (cursor.workspace_id, cursor.id);
    let mut rows: Vec<MessageRow> = diesel::sql_query(NEWER_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Timestamptz, _>(place.sent_at)
        .bind::<Text, _>(&place.sort_key)
        .bind::<Bool, _>(from == From::This)
        .bind::<BigInt, _>(MESSAGES_PER_PAGE as i64 + 1)
        .load(conn)
        .await?;
    let more = rows.len() > MESSAGES_PER_PAGE;
    // What stands between these messages and the next page's is of this page.
    let times = Times {
        from: match from {
            From::This => Some(place.sent_at),
            From::After => rows.as_slice().first().map(|row| row.sent_at),
        },
        before: rows.get(MESSAGES_PER_PAGE).map(|row| row.sent_at),
    };
    let beside = match times.from {
        Some(_) => beside::within(conn, workspace, chat, times).await?,
        None => Vec::new(),
    };
    rows.truncate(MESSAGES_PER_PAGE);
    let newest =
        rows.last().map(|row| MessageCursor { sent_at: row.sent_at, sort_key: row.sort_key.clone() });
    let newer = newest.filter(|_| more);
    let mut items = window::with_files(conn, cursor, rows, now).await?;
    // Replies on their way stand under the newest message only.
    let until = newer.as_ref().map(|cursor| cursor.sent_at);
    items.extend(window::replies_between(conn, workspace, chat, Some(place.sent_at), until).await?);
    items.sort_by(|a, b| a.place().cmp(&b.place()));
    Ok(Slice { items, older: None, newer, found: None, beside })
}

/// Where a message stands.
async fn message(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    external_id: &str,
) -> Outcome<Option<MessageCursor>> {
    let found = messages::table
        .find((workspace, chat, external_id))
        .select((messages::sent_at, messages::sort_key))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(sent_at, sort_key)| MessageCursor { sent_at, sort_key }))
}

/// The first message of an instant or later.
async fn first_from(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    at: DateTime<Utc>,
) -> Outcome<Option<MessageCursor>> {
    let found = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::sent_at.ge(at))
        .order((messages::sent_at, messages::sort_key))
        .select((messages::sent_at, messages::sort_key))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(sent_at, sort_key)| MessageCursor { sent_at, sort_key }))
}

/// The buyer's first message after an instant.
async fn first_of_buyer(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    after: DateTime<Utc>,
) -> Outcome<Option<MessageCursor>> {
    let found = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq(Author::Buyer))
        .filter(messages::sent_at.gt(after))
        .order((messages::sent_at, messages::sort_key))
        .select((messages::sent_at, messages::sort_key))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(sent_at, sort_key)| MessageCursor { sent_at, sort_key }))
}

/// Until when the messages of a chat count as seen by a person: what they have looked at, or what was imported.
pub(super) async fn seen_up_to(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
    seller: SellerId,
    chat: ChatId,
) -> Outcome<DateTime<Utc>> {
    let looked: Option<DateTime<Utc>> = chat_seen::table
        .find((workspace, person, chat))
        .select(chat_seen::up_to)
        .first(conn)
        .await
        .optional()?;
    let clock_from: DateTime<Utc> =
        sellers::table.find((workspace, seller)).select(sellers::clock_from).first(conn).await?;
    Ok(looked.map_or(clock_from, |looked| looked.max(clock_from)))
}
