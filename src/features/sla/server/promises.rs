//! How promises to buyers were kept, from their clocks: what was moved or taken back in time is neither kept nor broken.

use super::rules::Rules;
use crate::features::sla::types::{Answerer, PromiseFigures, ReportQuery};
use crate::platform::fault::Outcome;
use crate::shared::ids::{PolicyId, SellerId, UserId, WorkspaceId};
use crate::shared::sla::calendar::DAY_MINUTES;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Promises of workspace `$1` that were made from `$2` until `$3`. Public so that a test can look at its plan.
pub const PROMISES_SQL: &str = "SELECT k.seller_id AS seller, p.author_id AS author, k.policy_id AS policy, k.started_at, k.due_at, \
            k.outcome \
     FROM clocks k JOIN promises p ON p.workspace_id = k.workspace_id AND p.chat_id = k.chat_id AND p.id = k.start_id::uuid \
     WHERE k.workspace_id = $1 AND k.kind = 'promise' AND k.started_at >= $2 AND k.started_at < $3";

#[derive(QueryableByName)]
struct PromiseRow {
    #[diesel(sql_type = SqlUuid)]
    seller: SellerId,
    #[diesel(sql_type = SqlUuid)]
    author: UserId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    policy: Option<PolicyId>,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
}

/// Counts the promises that were made since `from`, narrowed down as the report is.
///
/// # Errors
/// When the database refuses.
pub async fn count(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    query: &ReportQuery,
    rules: &Rules,
    from: NaiveDate,
    now: DateTime<Utc>,
) -> Outcome<PromiseFigures> {
    // Some hours more than the day has, whatever its zone; the day itself decides below.
    let earliest = from.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::TimeDelta::hours(15);
    let rows: Vec<PromiseRow> = diesel::sql_query(PROMISES_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Timestamptz, _>(earliest)
        .bind::<Timestamptz, _>(now)
        .load(conn)
        .await?;
    let mut figures = PromiseFigures::default();
    let is_meant = |row: &&PromiseRow| rules.day(row.started_at) >= from && row.is_meant(query, rules);
    for row in rows.iter().filter(is_meant) {
        figures.made += 1;
        let count = match row.outcome.as_deref() {
            Some("met") => &mut figures.kept,
            Some("missed") => &mut figures.broken,
            Some(_) => &mut figures.dropped,
            None if row.due_at.is_some_and(|due| due < now) => &mut figures.broken,
            None => &mut figures.open,
        };
        *count += 1;
    }
    Ok(figures)
}

impl PromiseRow {
    fn is_meant(&self, query: &ReportQuery, rules: &Rules) -> bool {
        let hour = u8::try_from(rules.minute_of_day(self.started_at) / (DAY_MINUTES / 24)).ok();
        query.seller.is_none_or(|seller| seller == self.seller)
            && query.person.is_none_or(|person| person == Answerer::Person(self.author))
            && query.policy.is_none_or(|policy| Some(policy) == self.policy)
            && query.hour.is_none_or(|asked| Some(asked) == hour)
            && query.day.is_none_or(|day| day == rules.day(self.started_at))
    }
}
