//! Keeping what a person says of a turn: beside its newest message, where the rules do not come.

use crate::features::understanding::types::{Category, Given, Sentiment, Urgency};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The newest message of a chat's buyer; parts that are not said stay as they are.
const GIVE_SQL: &str = "UPDATE understandings u SET given_category = coalesce($3, u.given_category), \
         given_urgency = coalesce($4, u.given_urgency), given_sentiment = coalesce($5, u.given_sentiment), \
         given_by = $6, given_at = $7 \
     FROM (SELECT m.external_id FROM messages m \
           WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.author = 'buyer' \
           ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) newest \
     WHERE u.workspace_id = $1 AND u.chat_id = $2 AND u.message_id = newest.external_id";

/// Keeps what a person says of the newest message of a chat's buyer.
///
/// # Errors
/// `NotFound` when nothing is understood of it: it is imported history, or there is none.
pub async fn give(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    given: Given,
    by: UserId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let changed = diesel::sql_query(GIVE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Nullable<Text>, _>(given.category.map(Category::as_str))
        .bind::<Nullable<Text>, _>(given.urgency.map(Urgency::as_str))
        .bind::<Nullable<Text>, _>(given.sentiment.map(Sentiment::as_str))
        .bind::<SqlUuid, _>(by)
        .bind::<Timestamptz, _>(now)
        .execute(conn)
        .await?;
    if changed == 0 { Err(Fault::not_found()) } else { Ok(()) }
}
