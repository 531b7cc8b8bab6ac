//! What would change if rules were saved: for the chats that wait now, and as if they had been in force for the last week.

use super::rules::{self, Rules};
use super::turns::{self, LOOKED_AT, Turn, Which};
use crate::context::Ask;
use crate::features::sla::book::RuleBook;
use crate::features::sla::figures::Verdict;
use crate::features::sla::types::{PolicyCount, PolicyCounts, Preview};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::error::AppError;
use crate::shared::ids::PolicyId;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// So far back it is looked what would have been.
const WEEK: TimeDelta = TimeDelta::days(7);

/// Counts what a book would do, and what the rules in force do.
///
/// # Errors
/// A refusal when the book cannot be kept; when the database refuses.
pub async fn preview(ask: &Ask, book: RuleBook) -> Outcome<Preview> {
    book.check().map_err(AppError::from)?;
    let now = ask.now;
    let mut conn = ask.conn().await?;
    let present = rules::in_force(&mut conn, ask.workspace()).await?;
    let waiting = turns::read(&mut conn, ask.workspace(), Which::Waiting, DateTime::UNIX_EPOCH, now).await?;
    let begun = turns::read(&mut conn, ask.workspace(), Which::Begun, now - WEEK, now).await?;
    drop(conn);
    let zone = present.zone.clone();
    let meant = Rules::new(0, None, book, zone).map_err(|error| Fault::Broke(error.into()))?;
    // Thousands of texts are read: not where requests are served.
    tokio::task::spawn_blocking(move || Preview {
        counts: counts(&meant, &waiting, &begun, now),
        now: counts(&present, &waiting, &begun, now),
        is_cut: [&waiting, &begun].iter().any(|turns| turns.len() as i64 >= LOOKED_AT),
    })
    .await
    .map_err(Fault::from)
}

/// Each policy in its order, and at the end those that none holds for.
fn counts(rules: &Rules, waiting: &[Turn], begun: &[Turn], now: DateTime<Utc>) -> PolicyCounts {
    let mut found: BTreeMap<Option<PolicyId>, PolicyCount> = BTreeMap::new();
    for judged in waiting.iter().map(|turn| turn.judged(rules)) {
        let count = found.entry(judged.policy).or_default();
        count.open += 1;
        count.overdue += i64::from(judged.wait.verdict(now) == Verdict::Missed);
    }
    for judged in begun.iter().filter(|turn| turn.is_ours()).map(|turn| turn.judged(rules)) {
        let count = found.entry(judged.policy).or_default();
        count.week += 1;
        count.late += i64::from(judged.wait.verdict(now) == Verdict::Missed);
    }
    let policies = rules.book.policies.iter().map(|policy| Some(policy.id));
    policies.chain([None]).map(|policy| (policy, found.remove(&policy).unwrap_or_default())).collect()
}
