//! What became of drafts, added up.

use crate::features::suggestions::types::{Measured, MeasuredOf};
use crate::features::understanding::types::Category;
use crate::platform::fault::Outcome;
use crate::shared::ids::WorkspaceId;
use crate::shared::models::ProviderKind;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// How far back drafts count.
const MONTH: TimeDelta = TimeDelta::days(30);

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Bool)]
    is_by_maker: bool,
    #[diesel(sql_type = Nullable<Text>)]
    provider: Option<ProviderKind>,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<Category>,
    #[diesel(sql_type = BigInt)]
    accepted: i64,
    #[diesel(sql_type = BigInt)]
    edited: i64,
    #[diesel(sql_type = BigInt)]
    rejected: i64,
}

/// What became of the drafts of the last month. Texts of people that were rewritten are none.
///
/// # Errors
/// When the database refuses.
pub async fn measured(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Measured>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT grouping(provider) = 0 AS is_by_maker, provider, category, \
             count(*) FILTER (WHERE outcome = 'accepted') AS accepted, \
             count(*) FILTER (WHERE outcome = 'edited') AS edited, \
             count(*) FILTER (WHERE outcome = 'rejected') AS rejected \
         FROM suggestions \
         WHERE workspace_id = $1 AND created_at > $2 AND task = 'suggest' AND outcome IS NOT NULL \
         GROUP BY GROUPING SETS ((), (provider), (category)) \
         ORDER BY grouping(provider, category) DESC, count(*) DESC, provider, category",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now - MONTH)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Measured {
            of: match row.category {
                Some(category) => MeasuredOf::Category(category),
                None if row.is_by_maker => MeasuredOf::Maker(row.provider),
                None => MeasuredOf::All,
            },
            accepted: row.accepted,
            edited: row.edited,
            rejected: row.rejected,
        })
        .collect())
}
