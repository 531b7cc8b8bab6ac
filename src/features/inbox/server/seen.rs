//! What a person has looked at. Their own fact: it answers nobody and stops no clock.

use crate::context::Ask;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::ChatId;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Notes that the person has looked at everything the chat holds now.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn mark(ask: &Ask, chat: ChatId) -> Outcome<()> {
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let newest: DateTime<Utc> = chats::table
            .find((workspace, chat))
            .select(chats::last_message_at)
            .first(conn)
            .await
            .optional()?
            .ok_or_else(Fault::not_found)?;
        let moved = diesel::sql_query(
            "INSERT INTO chat_seen AS v (workspace_id, user_id, chat_id, up_to) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (workspace_id, user_id, chat_id) DO UPDATE SET up_to = excluded.up_to \
             WHERE v.up_to < excluded.up_to",
        )
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(chat)
        .bind::<Timestamptz, _>(newest)
        .execute(conn)
        .await?;
        if moved > 0 {
            live::append(conn, workspace, &[Change::Seen { chat, user }]).await?;
        }
        Ok(())
    })
    .await
}
