//! The last look at a text before it goes into the outbox, whatever the browser has said.

use super::read;
use crate::features::wording::check::Checker;
use crate::features::wording::types::{RuleId, SentOver, Severity, verdict};
use crate::platform::fault::Outcome;
use crate::shared::ids::WorkspaceId;
use diesel_async::AsyncPgConnection;

/// Checks a text. Returns the warnings that it is sent over.
///
/// # Errors
/// A refusal that names the rule and the words.
pub async fn for_send(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    text: &str,
    accepted: &[RuleId],
) -> Outcome<Vec<SentOver>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let checker = Checker::new(read::in_force(conn, workspace).await?);
    let hits = checker.check(text);
    verdict(&hits, accepted)?;
    let warned = hits.into_iter().filter(|hit| hit.severity == Severity::Warn);
    Ok(warned.map(|hit| SentOver { rule: hit.rule, words: hit.words, version: checker.version }).collect())
}
