//! Keeping what the rules tell of messages: many in one statement, in the transaction that stores them. What a person or a model has
//! said of a message is not touched.

use crate::features::understanding::classify::understand;
use crate::features::understanding::types::{By, Category, Language, Sentiment, Told, Urgency};
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, WorkspaceId};
use diesel::sql_types::Jsonb;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

/// What the rules tell of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fresh {
    workspace_id: WorkspaceId,
    chat_id: ChatId,
    message_id: String,
    category: Category,
    urgency: Urgency,
    sentiment: Sentiment,
    language: Language,
    version: i32,
    text_hash: i64,
}

impl Fresh {
    /// Has a message understood.
    pub fn of(workspace: WorkspaceId, chat: ChatId, message: &str, text: &str, text_hash: i64) -> Self {
        let understood = understand(text);
        Fresh {
            workspace_id: workspace,
            chat_id: chat,
            message_id: message.to_owned(),
            category: understood.category,
            urgency: understood.urgency,
            sentiment: understood.sentiment,
            language: understood.language,
            version: understood.version,
            text_hash,
        }
    }

    /// The same as turns are made of, with what a person had said before. What a model says of this very text stays.
    pub fn told(&self, before: Option<Told>) -> Told {
        match before {
            Some(before) if before.by == By::Model => before,
            before => Told {
                category: self.category,
                urgency: self.urgency,
                sentiment: self.sentiment,
                by: By::Rules,
                given: before.map(|it| it.given).unwrap_or_default(),
            },
        }
    }
}

/// Messages `$1` with what the rules tell of them. Public so that a test can look at its plan.
pub const KEEP_SQL: &str = "INSERT INTO understandings SELECT * FROM jsonb_populate_recordset(NULL::understandings, $1) \
     ON CONFLICT (workspace_id, chat_id, message_id) DO UPDATE SET \
         category = excluded.category, urgency = excluded.urgency, sentiment = excluded.sentiment, \
         language = excluded.language, version = excluded.version, text_hash = excluded.text_hash";

/// Keeps what the rules tell.
///
/// # Errors
/// When the database refuses.
pub async fn keep(conn: &mut AsyncPgConnection, fresh: &[Fresh]) -> Outcome<()> {
    if !fresh.is_empty() {
        diesel::sql_query(KEEP_SQL).bind::<Jsonb, _>(serde_json::to_value(fresh)?).execute(conn).await?;
    }
    Ok(())
}
