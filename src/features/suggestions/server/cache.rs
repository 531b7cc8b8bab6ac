//! Answers to the same question. The exact key is everything that a model was told, after masking, and which models could be asked:
//! another word, order, article or tone is another question. Beside it a question may have a second key, in which the gist of what
//! the buyer says stands for their words, so that who asks the same more politely is given the same.
//!
//! What is kept is masked, so that nothing of one buyer can come to another; placeholders are filled by whoever asks. Whose words are
//! only alike is given no answer that has a placeholder: what it stands for might be another thing there.

use super::providers::ProviderRow;
use crate::connectors::models::Question;
use crate::features::suggestions::gist;
use crate::features::suggestions::mask::has_placeholder;
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
pub struct Key {
    exact: Vec<u8>,
    /// The same for all who ask this in other words.
    alike: Option<Vec<u8>>,
}

impl Key {
    /// Of a question to the models that may be asked; `gist` is the question without the wording of the buyer, where there is one.
    pub fn of(question: &Question, gist: Option<&str>, models: &[ProviderRow]) -> Self {
        let alike = |gist| hash(&["gist", &gist::version().to_string()], question, gist, models);
        Key { exact: hash(&[], question, &question.user, models), alike: gist.map(alike) }
    }
}

fn hash(kind: &[&str], question: &Question, user: &str, models: &[ProviderRow]) -> Vec<u8> {
    let mut hash = Sha256::new();
    // Each part after its length: no two questions run into each other.
    let mut part = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    kind.iter().for_each(|text| part(text));
    part(&question.system);
    part(user);
    part(&question.max_tokens.to_string());
    for row in models {
        part(&row.id.to_string());
        part(row.kind.as_str());
        part(&row.model);
    }
    hash.finalize().to_vec()
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
    let exact = find_one(conn, workspace, &key.exact, now).await?;
    match &key.alike {
        Some(alike) if exact.is_none() => {
            let found = find_one(conn, workspace, alike, now).await?;
            Ok(found.filter(|answer| !has_placeholder(&answer.body)))
        }
        _ => Ok(exact),
    }
}

async fn find_one(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    key: &[u8],
    now: DateTime<Utc>,
) -> Outcome<Option<Cached>> {
    Ok(Cached::query()
        .filter(cached_answers::workspace_id.eq(workspace))
        .filter(cached_answers::key.eq(key))
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
    let alike = key.alike.as_ref().filter(|_| !has_placeholder(&answer.body));
    for key in std::iter::once(&key.exact).chain(alike) {
        let values = (
            cached_answers::body.eq(&answer.body),
            cached_answers::provider.eq(answer.provider),
            cached_answers::model.eq(&answer.model),
            cached_answers::expires_at.eq(now + LASTS),
        );
        diesel::insert_into(cached_answers::table)
            .values((cached_answers::workspace_id.eq(workspace), cached_answers::key.eq(key), values))
            .on_conflict((cached_answers::workspace_id, cached_answers::key))
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
    }
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

    fn question(system: &str, user: &str) -> Question {
        Question {
            system: system.into(),
            user: user.into(),
            temperature: 0.3,
            max_tokens: 100,
            json: false,
            owner: None,
            budget: Budget::SUGGESTION,
        }
    }

    #[test]
    fn another_word_anywhere_is_another_question() {
        let key = |system: &str, user: &str| Key::of(&question(system, user), None, &[]);
        assert_eq!(key("a", "b"), key("a", "b"));
        assert_ne!(key("a", "b"), key("a", "c"));
        assert_ne!(key("ab", ""), key("a", "b"), "parts do not run into each other");
        assert_eq!(key("a", "b").alike, None);
    }

    #[test]
    fn what_has_the_same_gist_is_alike_and_everything_else_has_to_be_the_same() {
        let key = |system: &str, user: &str, gist: &str| Key::of(&question(system, user), Some(gist), &[]);
        let (one, other) = (key("rules", "Which size?", "size"), key("rules", "Tell me which size", "size"));
        assert_ne!(one.exact, other.exact);
        assert!(one.alike.is_some() && one.alike == other.alike);
        assert_ne!(one.alike, key("rules", "Which size?", "not size").alike);
        assert_ne!(one.alike, key("others", "Which size?", "size").alike);
        // A question that happens to read like a gist is none.
        assert_ne!(key("rules", "size", "size").alike.as_ref(), Some(&key("rules", "size", "size").exact));
    }
}
