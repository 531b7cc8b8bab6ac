//! Asking a model something small, to see whether it answers, and whether it says what texts mean where somebody wants that.

use super::calls::{self, Call, CallTask};
use super::{meaning, providers};
use crate::connectors::models::{Budget, Model, ModelError, Question};
use crate::context::Ask;
use crate::features::suggestions::prompt;
use crate::features::suggestions::types::{ProviderTest, VectorsTest};
use crate::platform::fault::Outcome;
use crate::shared::ids::ProviderId;
use diesel_async::AsyncConnection;
use std::time::{Duration, Instant};

/// Nobody looks at a button for longer.
const BUDGET: Budget = Budget { first: Duration::from_secs(12), total: Duration::from_secs(15) };
/// Words of an answer to a test, in tokens.
const MAX_TOKENS: u32 = 60;
/// Names of models that are shown.
const MAX_NAMES: usize = 60;

/// Asks a model something small. What only a person can put right is kept with it, and forgotten when it answers.
///
/// # Errors
/// `NotFound` when the workspace has none of that id.
pub async fn run(ask: &Ask, provider: ProviderId) -> Outcome<ProviderTest> {
    let workspace = ask.workspace();
    let row = providers::find(&mut *ask.conn().await?, workspace, provider).await?;
    let began = Instant::now();
    let (asked, models) = match row.open(&ask.app, workspace)? {
        Ok(candidate) => {
            let asked = candidate.model.complete(&question()).await;
            (asked, names(&*candidate.model).await)
        }
        Err(error) => (Err(error), Vec::new()),
    };
    let took = began.elapsed();
    let took_ms = i32::try_from(took.as_millis()).unwrap_or(i32::MAX);
    let problem = asked.as_ref().err().map(ModelError::problem);
    if let Err(error) = &asked {
        tracing::warn!(%provider, kind = %row.kind, %error, "a model did not pass its test");
    }
    let call = match &asked {
        Ok(answer) => Call::answered(&row, &answer.end, None, took_ms),
        Err(error) => Call::in_vain(&row, error.problem().as_str(), None, took_ms),
    };
    let vectors = meaning::test(&ask.app, workspace, &row, prompt::trial().user).await?;
    let mut conn = ask.conn().await?;
    let asked = [call.asked_for(CallTask::Trial)];
    let lasting = problem.filter(|problem| problem.needs_a_person());
    conn.transaction(async |conn| {
        calls::record(conn, workspace, None, &asked, ask.now).await?;
        providers::note_problem(conn, workspace, provider, lasting).await
    })
    .await?;
    let vectors = vectors.map(|tried| VectorsTest { problem: tried.err() });
    Ok(ProviderTest { problem, took_ms: i64::from(took_ms), models, vectors })
}

fn question() -> Question {
    let prompt = prompt::trial();
    Question {
        system: prompt.system,
        user: prompt.user,
        temperature: 0.0,
        max_tokens: MAX_TOKENS,
        json: false,
        owner: None,
        budget: BUDGET,
    }
}

/// What else the key may use. A provider that does not tell is no worse for it.
async fn names(model: &dyn Model) -> Vec<String> {
    let mut names = model.models().await.unwrap_or_default();
    names.truncate(MAX_NAMES);
    names
}
