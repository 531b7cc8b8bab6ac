//! What the marketplace's moderation decides about pictures that were sent here. A picture it withdraws never reached
//! the buyer: the reply says so, and the chat waits for an answer again.

use crate::platform::fault::Outcome;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, ReplyId, WorkspaceId};
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct Settled {
    #[diesel(sql_type = SqlUuid)]
    id: ReplyId,
}

/// Lets the states of replies follow what moderation says of their messages. Returns what has changed.
///
/// # Errors
/// When the database refuses.
pub async fn settle(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    messages: &[String],
) -> Outcome<Vec<Change>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let settled: Vec<Settled> = diesel::sql_query(
        "UPDATE replies r SET state = d.state, reason = d.reason, reason_detail = NULL \
         FROM (SELECT m.reply_id, \
                      CASE m.moderation WHEN 'pending' THEN 'sent' WHEN 'rejected' THEN 'rejected' ELSE 'visible' END AS state, \
                      CASE m.moderation WHEN 'rejected' THEN 'rejected_by_moderation' END AS reason \
               FROM messages m \
               WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.external_id = ANY($3) AND m.reply_id IS NOT NULL) d \
         WHERE r.workspace_id = $1 AND r.id = d.reply_id AND r.state <> d.state \
         RETURNING r.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<Array<Text>, _>(messages)
    .load(conn)
    .await?;
    Ok(settled.into_iter().map(|reply| Change::Reply { chat, reply: reply.id }).collect())
}
