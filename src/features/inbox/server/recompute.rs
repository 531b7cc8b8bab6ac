//! The columns of a chat that are a function of its messages, computed by index in the transaction that stores one.
//! `state.rs` says the same in Rust. A chat that people had set aside opens again when the buyer writes.

use super::{activities, send_windows};
use crate::features::inbox::types::Deed;
use crate::features::sla::server::recompute as clocks;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::chats;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Chats recomputed in one transaction when it is all of a seller's.
const TOGETHER: i64 = 500;

/// Recomputes last message, waiting, the time for sending and the clocks of some chats.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
) -> Outcome<()> {
    waiting(conn, workspace, chats).await?;
    send_windows::recompute(conn, workspace, chats).await?;
    clocks::recompute(conn, workspace, chats, clock::now()).await
}

/// What changes without a new message, too.
async fn waiting(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chats: &[ChatId]) -> Outcome<()> {
    if chats.is_empty() {
        return Ok(());
    }
    let recomputed: Vec<Recomputed> = diesel::sql_query(STATEMENT)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<SqlUuid>, _>(chats)
        .load(conn)
        .await?;
    for chat in recomputed.into_iter().filter(|chat| chat.is_back) {
        activities::record(conn, workspace, chat.id, None, &Deed::BuyerReturned, clock::now()).await?;
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Recomputed {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    /// The buyer has written after it was set aside.
    #[diesel(sql_type = Bool)]
    is_back: bool,
}

/// What a seller's return changes, for all its chats: while it was removed, they waited for nobody. In pieces, so that a
/// shop of any size is done without long locks; safe to begin anew.
///
/// # Errors
/// When the database refuses.
pub async fn recompute_all_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<()> {
    let mut after = ChatId(uuid::Uuid::nil());
    loop {
        let done: Vec<ChatId> = conn
            .transaction(async |conn| {
                // First the locks, then the look: whoever stores a message meanwhile waits for us or we for them.
                let chats = chats::table
                    .filter(chats::workspace_id.eq(workspace))
                    .filter(chats::seller_id.eq(seller))
                    .filter(chats::id.gt(after))
                    .order(chats::id)
                    .limit(TOGETHER)
                    .select(chats::id)
                    .for_no_key_update()
                    .load::<ChatId>(conn)
                    .await?;
                waiting(conn, workspace, &chats).await?;
                clocks::recompute(conn, workspace, &chats, clock::now()).await?;
                Ok::<_, Fault>(chats)
            })
            .await?;
        match done.last() {
            Some(last) => after = *last,
            None => return Ok(()),
        }
    }
}

/// Nobody waits for a seller that is removed, and whoever does not wait has no deadline. What was promised is told by its clock.
const STATEMENT: &str = "UPDATE chats c SET \
             last_message_at = coalesce(newest.sent_at, c.last_message_at), \
             last_message_preview = coalesce(newest.preview, ''), \
             last_message_author = newest.author, \
             unanswered_since = waiting.since, \
             due_at = CASE WHEN waiting.since IS NOT NULL OR promised.at IS NOT NULL THEN c.due_at END, \
             due_kind = CASE WHEN waiting.since IS NOT NULL OR promised.at IS NOT NULL THEN c.due_kind END, \
             due_since = CASE WHEN waiting.since IS NOT NULL OR promised.at IS NOT NULL THEN c.due_since END, \
             promised_at = promised.at, \
             promised_until = CASE WHEN promised.at IS NOT NULL THEN c.promised_until END, \
             work_state = CASE WHEN back.is_back THEN 'open' ELSE c.work_state END, \
             set_aside_at = CASE WHEN back.is_back THEN NULL ELSE c.set_aside_at END, \
             snoozed_until = CASE WHEN back.is_back THEN NULL ELSE c.snoozed_until END \
         FROM chats k \
         JOIN sellers s ON s.workspace_id = k.workspace_id AND s.id = k.seller_id \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at, m.author, left(regexp_replace(m.body, '\\s+', ' ', 'g'), 160) AS preview FROM messages m \
             WHERE m.workspace_id = k.workspace_id AND m.chat_id = k.id \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) newest ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at, m.sort_key FROM messages m \
             WHERE m.workspace_id = k.workspace_id AND m.chat_id = k.id AND m.author IN ('operator', 'seller_elsewhere') \
               AND m.moderation <> 'rejected' \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) answer ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at AS since FROM messages m \
             WHERE m.workspace_id = k.workspace_id AND m.chat_id = k.id AND m.author = 'buyer' AND s.state <> 'removed' \
               AND (answer.sent_at IS NULL OR (m.sent_at, m.sort_key) > (answer.sent_at, answer.sort_key)) \
             ORDER BY m.sent_at, m.sort_key LIMIT 1) waiting ON TRUE \
         CROSS JOIN LATERAL (SELECT CASE WHEN s.state <> 'removed' THEN k.promised_at END AS at) promised \
         CROSS JOIN LATERAL ( \
             SELECT k.work_state IN ('snoozed', 'closed') AND EXISTS ( \
                 SELECT 1 FROM messages m \
                 WHERE m.workspace_id = k.workspace_id AND m.chat_id = k.id AND m.author = 'buyer' \
                   AND m.sent_at > k.set_aside_at) AS is_back) back \
         WHERE k.workspace_id = $1 AND k.id = ANY($2) AND c.workspace_id = k.workspace_id AND c.id = k.id \
         RETURNING c.id, back.is_back";
