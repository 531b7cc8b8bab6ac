//! Whether somebody has written in a chat since the person who answers has read it.

use crate::features::inbox::types::{Author, MessageCursor, ReadUpTo};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chats, replies};
use crate::shared::error::{MovedBy, Refusal};
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::max;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Waits for whoever stores or writes in the chat now, and keeps others out until the end of the transaction. Gives the
/// time of a new reply: later than all that the chat has, whatever the clocks of several processes say.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn take_turn(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<DateTime<Utc>> {
    let locked: Option<ChatId> = chats::table
        .find((workspace, chat))
        .select(chats::id)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    locked.ok_or_else(Fault::not_found)?;
    let newest: Option<DateTime<Utc>> = replies::table
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .select(max(replies::created_at))
        .first(conn)
        .await?;
    Ok(newest.map_or(now, |newest| now.max(newest + TimeDelta::microseconds(1))))
}

#[derive(diesel::QueryableByName)]
struct NewestRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sent_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    sort_key: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    replied_at: Option<DateTime<Utc>>,
}

/// How far others than the person have written in a chat.
///
/// # Errors
/// When the database refuses.
pub async fn newest(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    user: UserId,
) -> Outcome<ReadUpTo> {
    let row: NewestRow = diesel::sql_query(
        "SELECT m.sent_at, m.sort_key, r.replied_at FROM (SELECT 1) one \
         LEFT JOIN LATERAL ( \
             SELECT sent_at, sort_key FROM messages \
             WHERE workspace_id = $1 AND chat_id = $2 AND author IN ('buyer', 'seller_elsewhere') \
             ORDER BY sent_at DESC, sort_key DESC LIMIT 1) m ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT created_at AS replied_at FROM replies \
             WHERE workspace_id = $1 AND chat_id = $2 AND author_id <> $3 \
             ORDER BY created_at DESC, id DESC LIMIT 1) r ON TRUE",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<SqlUuid, _>(user)
    .get_result(conn)
    .await?;
    let message =
        row.sent_at.zip(row.sort_key).map(|(sent_at, sort_key)| MessageCursor { sent_at, sort_key });
    Ok(ReadUpTo { message, reply: row.replied_at })
}

#[derive(diesel::QueryableByName)]
struct MovedRow {
    #[diesel(sql_type = Nullable<Text>)]
    author: Option<Author>,
    #[diesel(sql_type = Nullable<Text>)]
    colleague: Option<String>,
}

/// Refuses when the buyer or a colleague has written what the person has not read. Call it after `take_turn`, so that
/// nothing can come between.
///
/// # Errors
/// A refusal that says whose message it is.
pub async fn check(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    user: UserId,
    read: &ReadUpTo,
) -> Outcome<()> {
    let row: MovedRow = diesel::sql_query(
        "SELECT m.author, r.name AS colleague FROM (SELECT 1) one \
         LEFT JOIN LATERAL ( \
             SELECT author FROM messages \
             WHERE workspace_id = $1 AND chat_id = $2 AND author IN ('buyer', 'seller_elsewhere') \
               AND (sent_at, sort_key) > (coalesce($4, '-infinity'), coalesce($5, '')) \
             ORDER BY sent_at DESC, sort_key DESC LIMIT 1) m ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT u.name FROM replies w JOIN users u ON u.workspace_id = w.workspace_id AND u.id = w.author_id \
             WHERE w.workspace_id = $1 AND w.chat_id = $2 AND w.author_id <> $3 \
               AND w.created_at > coalesce($6, '-infinity') AND w.state NOT IN ('failed', 'rejected') \
             ORDER BY w.created_at DESC, w.id DESC LIMIT 1) r ON TRUE",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<Timestamptz>, _>(read.message.as_ref().map(|message| message.sent_at))
    .bind::<Nullable<Text>, _>(read.message.as_ref().map(|message| message.sort_key.as_str()))
    .bind::<Nullable<Timestamptz>, _>(read.reply)
    .get_result(conn)
    .await?;
    let by = match (row.author, row.colleague) {
        (Some(Author::Buyer), _) => MovedBy::Buyer,
        (_, Some(name)) => MovedBy::Colleague { name },
        (Some(_), None) => MovedBy::Cabinet,
        (None, None) => return Ok(()),
    };
    Err(Refusal::ChatMoved { by }.into())
}
