//! What a model says of buyers' messages, beside what the rules tell: which it has not been asked about yet, and keeping its word.
//! Asking is the work of whoever knows the models.

use crate::features::understanding::types::{Category, Judged, Language, Sentiment, Urgency};
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// A message that no model was asked about.
#[derive(QueryableByName, Clone)]
pub struct Unasked {
    #[diesel(sql_type = Text)]
    pub message: String,
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = BigInt)]
    text_hash: i64,
}

/// What came of asking about a message; without a word of the model the rules' stays.
pub struct Asked {
    message: String,
    text_hash: i64,
    pub judged: Option<Judged>,
}

impl Unasked {
    /// With what came of asking.
    pub fn answered(self, judged: Option<Judged>) -> Asked {
        Asked { message: self.message, text_hash: self.text_hash, judged }
    }
}

/// What the buyer of chat `$2` has written since `$3` that is understood and was not asked about, the newest `$4`. An edited text is
/// another one. Public so that a test can look at its plan.
pub const UNASKED_SQL: &str = "SELECT m.external_id AS message, m.body AS text, hashtextextended(m.body, 0) AS text_hash \
     FROM messages m \
     JOIN understandings u ON u.workspace_id = $1 AND u.chat_id = $2 AND u.message_id = m.external_id \
     WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.author = 'buyer' AND m.sent_at > $3 AND m.body <> '' \
       AND u.model_hash IS DISTINCT FROM hashtextextended(m.body, 0) \
     ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT $4";

/// Messages of a chat that no model was asked about, the newest first. Imported history is not understood and not among them.
///
/// # Errors
/// When the database refuses.
pub async fn unasked(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    since: DateTime<Utc>,
    most: i64,
) -> Outcome<Vec<Unasked>> {
    Ok(diesel::sql_query(UNASKED_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Timestamptz, _>(since)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}

const KEEP_SQL: &str = "UPDATE understandings SET model_hash = $4, model_category = $5, model_urgency = $6, model_sentiment = $7, \
         model_language = $8 \
     WHERE workspace_id = $1 AND chat_id = $2 AND message_id = $3";

/// Keeps what came of asking. Whoever calls it holds the chat, and computes its clocks anew.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    asked: &Asked,
) -> Outcome<()> {
    let judged = asked.judged;
    diesel::sql_query(KEEP_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Text, _>(&asked.message)
        .bind::<BigInt, _>(asked.text_hash)
        .bind::<Nullable<Text>, _>(judged.map(|it| Category::as_str(it.category)))
        .bind::<Nullable<Text>, _>(judged.map(|it| Urgency::as_str(it.urgency)))
        .bind::<Nullable<Text>, _>(judged.map(|it| Sentiment::as_str(it.sentiment)))
        .bind::<Nullable<Text>, _>(judged.map(|it| Language::as_str(it.language)))
        .execute(conn)
        .await?;
    Ok(())
}
