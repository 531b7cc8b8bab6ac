//! Answers to the very same question. The key is everything that a model was told, after masking, and which models could be asked:
//! another word, order, article or tone is another question. What is kept is masked, so that nothing of one buyer can come to
//! another; placeholders are filled by whoever asks.

use super::providers::ProviderRow;
use crate::connectors::models::Question;
use crate::platform::fault::Outcome;
use crate::platform::schema::cached_answers;
use crate::shared::ids::WorkspaceId;
use crate::shared::models::ProviderKind;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};

/// How long an answer is given again.
const LASTS: TimeDelta = TimeDelta::hours(24);

/// Which question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// Of a question to the models that may be asked.
    pub fn of(question: &Question, models: &[ProviderRow]) -> Self {
        let mut hash = Sha256::new();
        // Each part after its length: no two questions run into each other.
        let mut part = |text: &str| {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        };
        part(&question.system);
        part(&question.user);
        part(&question.max_tokens.to_string());
        for row in models {
            part(&row.id.to_string());
            part(row.kind.as_str());
            part(&row.model);
        }
        Key(hash.finalize().to_vec())
    }
}

/// An answer that was given before.
#[derive(HasQuery, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = cached_answers)]
pub struct Cached {
    /// Masked.
    pub body: String,
    pub provider: ProviderKind,
    pub model: String,
}

/// The answer to a question, if it was given lately.
///
/// # Errors
/// When the database refuses.
pub async fn find(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    key: &Key,
    now: DateTime<Utc>,
) -> Outcome<Option<Cached>> {
    Ok(Cached::query()
        .filter(cached_answers::workspace_id.eq(workspace))
        .filter(cached_answers::key.eq(&key.0))
        .filter(cached_answers::expires_at.gt(now))
        .first(conn)
        .await
        .optional()?)
}

/// Keeps an answer.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    key: &Key,
    answer: &Cached,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let values = (
        cached_answers::body.eq(&answer.body),
        cached_answers::provider.eq(answer.provider),
        cached_answers::model.eq(&answer.model),
        cached_answers::expires_at.eq(now + LASTS),
    );
    diesel::insert_into(cached_answers::table)
        .values((cached_answers::workspace_id.eq(workspace), cached_answers::key.eq(&key.0), values))
        .on_conflict((cached_answers::workspace_id, cached_answers::key))
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes answers whose day is over. Returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(cached_answers::table).filter(cached_answers::expires_at.le(now)).execute(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::models::Budget;

    #[test]
    fn another_word_anywhere_is_another_question() {
        let question = |system: &str, user: &str| Question {
            system: system.into(),
            user: user.into(),
            temperature: 0.3,
            max_tokens: 100,
            json: false,
            owner: None,
            budget: Budget::SUGGESTION,
        };
        let key = |system: &str, user: &str| Key::of(&question(system, user), &[]);
        assert_eq!(key("a", "b"), key("a", "b"));
        assert_ne!(key("a", "b"), key("a", "c"));
        assert_ne!(key("ab", ""), key("a", "b"), "parts do not run into each other");
    }
}
