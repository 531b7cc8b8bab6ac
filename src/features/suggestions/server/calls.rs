//! What is kept of every question to a model: what was counted and what it cost. Never a text.

use super::providers::ProviderRow;
use crate::connectors::models::price::{Cost, Prices};
use crate::connectors::models::{End, ModelError, Usage, Vectors};
use crate::platform::fault::Outcome;
use crate::platform::schema::model_calls;
use crate::shared::ids::{ProviderId, SuggestionId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::ExpressionMethods;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// What a model costs.
pub static PRICES: LazyLock<Prices> = LazyLock::new(Prices::built_in);

/// How long questions count for what a day may have.
const DAY: TimeDelta = TimeDelta::hours(24);

text_enum!(
    /// What a model is asked for.
    CallTask {
        Draft = "draft",
        Summary = "summary",
        Trial = "trial",
        Understanding = "understanding",
        /// Texts are made vectors, nothing is answered. Paid for like answers, but no draft is given up because many were made.
        Vectors = "vectors",
    }
);

/// A question to a model, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub task: CallTask,
    pub provider: ProviderRow,
    /// As the provider calls the model that has answered.
    pub model: String,
    /// `answered`, `cancelled` or the word of a problem.
    pub outcome: &'static str,
    pub usage: Usage,
    pub first_ms: Option<i32>,
    pub total_ms: i32,
}

impl Call {
    /// One that was answered; a draft, unless `asked_for` says something else.
    pub fn answered(provider: &ProviderRow, end: &End, first_ms: Option<i32>, total_ms: i32) -> Self {
        Call {
            task: CallTask::Draft,
            provider: provider.clone(),
            model: end.model.clone(),
            outcome: "answered",
            usage: end.usage,
            first_ms,
            total_ms,
        }
    }

    /// One that was not: nobody tells what it has cost.
    pub fn in_vain(
        provider: &ProviderRow,
        outcome: &'static str,
        first_ms: Option<i32>,
        total_ms: i32,
    ) -> Self {
        let usage = Usage { is_guess: true, ..Usage::default() };
        Call {
            task: CallTask::Draft,
            provider: provider.clone(),
            model: provider.model.clone(),
            outcome,
            usage,
            first_ms,
            total_ms,
        }
    }

    /// One for vectors.
    pub fn for_vectors(provider: &ProviderRow, made: &Result<Vectors, ModelError>, total_ms: i32) -> Self {
        let chosen = provider.vectors_model.clone().unwrap_or_default();
        let call = match made {
            Ok(made) => Call {
                model: made.model.clone(),
                outcome: "answered",
                usage: made.usage,
                ..Call::in_vain(provider, "", None, total_ms)
            },
            Err(error) => {
                Call { model: chosen, ..Call::in_vain(provider, error.problem().as_str(), None, total_ms) }
            }
        };
        call.asked_for(CallTask::Vectors)
    }

    /// The same for something else than a draft.
    #[must_use]
    pub fn asked_for(self, task: CallTask) -> Self {
        Call { task, ..self }
    }

    fn cost(&self, now: DateTime<Utc>) -> Option<Cost> {
        let vectors = self.provider.vectors_model.as_deref().filter(|_| self.task == CallTask::Vectors);
        let model = vectors.unwrap_or(&self.provider.model);
        PRICES.cost(self.provider.kind, model, self.usage, now)
    }
}

/// Keeps questions.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    suggestion: Option<SuggestionId>,
    calls: &[Call],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let rows: Vec<_> = calls
        .iter()
        .map(|call| {
            let cost = call.cost(now);
            (
                model_calls::workspace_id.eq(workspace),
                model_calls::id.eq(Uuid::now_v7()),
                model_calls::at.eq(now),
                model_calls::suggestion_id.eq(suggestion),
                model_calls::provider_id.eq(Some(call.provider.id)),
                model_calls::provider.eq(call.provider.kind),
                model_calls::model.eq(&call.model),
                model_calls::outcome.eq(call.outcome),
                model_calls::tokens_in.eq(i64::from(call.usage.tokens_in)),
                model_calls::tokens_cached.eq(i64::from(call.usage.tokens_cached)),
                model_calls::tokens_out.eq(i64::from(call.usage.tokens_out)),
                model_calls::is_guess.eq(call.usage.is_guess),
                model_calls::cost.eq(cost.map(|cost| cost.millionths)),
                model_calls::currency.eq(cost.map(|cost| cost.currency.as_str())),
                model_calls::first_ms.eq(call.first_ms),
                model_calls::total_ms.eq(call.total_ms),
                model_calls::task.eq(call.task),
            )
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(model_calls::table).values(rows).execute(conn).await?;
    }
    Ok(())
}

/// What was used within the last day.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// Questions to all models, also to such as are not connected any more; without what was made vectors.
    pub calls: i64,
    /// Tokens and money by model.
    pub(super) by_provider: HashMap<ProviderId, (i64, i64)>,
}

impl Used {
    /// Tokens and millionths of a model.
    pub fn of(&self, provider: ProviderId) -> (i64, i64) {
        self.by_provider.get(&provider).copied().unwrap_or_default()
    }
}

#[derive(diesel::QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    provider_id: Option<ProviderId>,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    tokens: i64,
    #[diesel(sql_type = BigInt)]
    money: i64,
}

/// What the models of a workspace have used since `$2`. Public so that a test can look at its plan.
pub const USED_SQL: &str = "SELECT provider_id, count(*) FILTER (WHERE task IS DISTINCT FROM 'vectors') AS calls, coalesce(sum(tokens_in + tokens_out), 0)::bigint AS tokens, \
         coalesce(sum(cost), 0)::bigint AS money \
     FROM model_calls WHERE workspace_id = $1 AND at > $2 GROUP BY provider_id";

/// What was used within the last day.
///
/// # Errors
/// When the database refuses.
pub async fn used(conn: &mut AsyncPgConnection, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<Used> {
    let rows: Vec<UsedRow> = diesel::sql_query(USED_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Timestamptz, _>(now - DAY)
        .load(conn)
        .await?;
    let mut used = Used::default();
    for row in rows {
        used.calls += row.calls;
        if let Some(provider) = row.provider_id {
            used.by_provider.insert(provider, (row.tokens, row.money));
        }
    }
    Ok(used)
}
