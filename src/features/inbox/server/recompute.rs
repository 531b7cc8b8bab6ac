//! The columns of a chat that are a function of its messages, computed by index in the transaction that stores one.
//! `state.rs` says the same in Rust.

use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use diesel::sql_types::{Integer, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Recomputes last message, waiting and deadline.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(
    conn: &mut AsyncPgConnection,
    marketplace: Marketplace,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE chats c SET \
             last_message_at = coalesce(newest.sent_at, c.last_message_at), \
             last_message_preview = coalesce(newest.preview, ''), \
             last_message_author = newest.author, \
             unanswered_since = waiting.since, \
             due_at = CASE WHEN waiting.since >= s.clock_from THEN waiting.since + make_interval(hours => $3) END \
         FROM sellers s, LATERAL (SELECT 1) one \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at, m.author, left(regexp_replace(m.body, '\\s+', ' ', 'g'), 160) AS preview FROM messages m \
             WHERE m.workspace_id = $1 AND m.chat_id = $2 \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) newest ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at, m.sort_key FROM messages m \
             WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.author IN ('operator', 'seller_elsewhere') \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) answer ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at AS since FROM messages m \
             WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.author = 'buyer' \
               AND (answer.sent_at IS NULL OR (m.sent_at, m.sort_key) > (answer.sent_at, answer.sort_key)) \
             ORDER BY m.sent_at, m.sort_key LIMIT 1) waiting ON TRUE \
         WHERE c.workspace_id = $1 AND c.id = $2 AND s.workspace_id = $1 AND s.id = c.seller_id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<Integer, _>(marketplace.answer_within_hours() as i32)
    .execute(conn)
    .await?;
    Ok(())
}
