//! Asking a model what texts mean: the question of a buyer, masked, while a draft waits for it; articles in the background, when they
//! are written or changed and when another model is to look at them.

use super::calls::{self, Call};
use super::material;
use super::providers::{self, ProviderRow, Seer};
use crate::connectors::models::{ModelError, Purpose, Vectors};
use crate::context::{App, Ask};
use crate::features::knowledge::meaning::{Meaning, packed};
use crate::features::knowledge::server::vectors::{self, Made, Stale};
use crate::features::suggestions::mask::Mask;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::shared::ids::{SuggestionId, WorkspaceId};
use crate::shared::models::ModelProblem;
use diesel_async::AsyncConnection;
use std::time::{Duration, Instant};

/// A draft waits no longer for what its question means: without, articles are found by their words.
const A_QUESTION: Duration = Duration::from_millis(1500);
/// Of a question, in characters.
const LONGEST_QUESTION: usize = 1000;
/// Articles that are looked at together, and the time for it.
const TOGETHER: i64 = 16;
const FOR_ARTICLES: Duration = Duration::from_secs(60);
/// When it is looked again where a day's tokens or money are used up.
const LOOK_AGAIN: Duration = Duration::from_secs(30 * 60);

/// What somebody asks means, as far as a model tells in time. `mask` hides who they are; what it hides here stays out of the prompt.
pub async fn of_question(
    ask: &Ask,
    suggestion: SuggestionId,
    question: &str,
    mask: &Mask,
) -> Option<Meaning> {
    let masked = mask.clone().hide(question);
    let masked: String = masked.chars().take(LONGEST_QUESTION).collect();
    match look(ask, suggestion, masked).await {
        Ok(meaning) => meaning,
        Err(fault) => {
            tracing::warn!(%suggestion, error = %fault, "nothing is looked for by meaning");
            None
        }
    }
}

async fn look(ask: &Ask, suggestion: SuggestionId, masked: String) -> Outcome<Option<Meaning>> {
    let (app, workspace) = (&ask.app, ask.workspace());
    let mut conn = ask.conn().await?;
    let Seer::Ready(row, model) = providers::seer(&mut conn, workspace, now()).await? else {
        return Ok(None);
    };
    if masked.trim().is_empty() || !vectors::is_any(&mut conn, workspace, &model).await? {
        return Ok(None);
    }
    drop(conn);
    let asked = Asked { app, workspace, row: &row, suggestion: Some(suggestion) };
    let made = asked.embed(&[masked], Purpose::Query, A_QUESTION).await?;
    let vector = made.ok().and_then(|vectors| vectors.all.into_iter().next());
    Ok(vector.map(|vector| Meaning { model, vector }))
}

/// Has articles looked at that have not been, some at a time: a job that is broken off goes on where it was.
///
/// # Errors
/// When the database refuses, or the model has not answered for a reason that passes.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let (app, workspace) = (&run.app, run.workspace);
    let mut conn = app.db.get().await?;
    let (row, model) = match providers::seer(&mut conn, workspace, now()).await? {
        Seer::Ready(row, model) => (row, model),
        Seer::UsedUp => return Ok(Verdict::Again(LOOK_AGAIN)),
        Seer::Nobody => return Ok(Verdict::Done),
    };
    let articles = vectors::stale(&mut conn, workspace, &model, TOGETHER).await?;
    if articles.is_empty() {
        return Ok(Verdict::Done);
    }
    let mask = material::mask(&mut conn, workspace).await?;
    drop(conn);
    let asked = Asked { app, workspace, row: &row, suggestion: None };
    let (made, error) = asked.articles(&articles, &mask).await?;
    vectors::keep(&mut *app.db.get().await?, workspace, &model, &made).await?;
    match error {
        None => Ok(Verdict::Again(Duration::ZERO)),
        // Saving the model's settings, or a test that goes well, asks for this job again.
        Some(error) if error.problem().needs_a_person() => Ok(Verdict::Done),
        Some(error) => Err(Fault::Broke(error.into())),
    }
}

/// Tries whether a model says what a text means; `None` when nobody wants it to.
///
/// # Errors
/// When the key does not open, or the database refuses.
pub async fn test(
    app: &App,
    workspace: WorkspaceId,
    row: &ProviderRow,
    text: String,
) -> Outcome<Option<Result<(), ModelProblem>>> {
    if row.vectors_of().is_none() {
        return Ok(None);
    }
    let asked = Asked { app, workspace, row, suggestion: None };
    // As long as a question may take: a model that is slower works, and helps nobody.
    let made = asked.embed(&[text], Purpose::Query, A_QUESTION).await?;
    Ok(Some(made.map(drop).map_err(|error| error.problem())))
}

/// Who is asked, and for whom.
struct Asked<'a> {
    app: &'a App,
    workspace: WorkspaceId,
    row: &'a ProviderRow,
    suggestion: Option<SuggestionId>,
}

impl Asked<'_> {
    /// Asks, and keeps what it has cost and what only a person can put right. No connection is held meanwhile.
    async fn embed(
        &self,
        texts: &[String],
        purpose: Purpose,
        within: Duration,
    ) -> Outcome<Result<Vectors, ModelError>> {
        let (began, row, workspace) = (Instant::now(), self.row, self.workspace);
        let made = match row.open_for_vectors(self.app, workspace)? {
            Ok(model) => model.embed(texts, purpose, within).await,
            Err(error) => Err(error),
        };
        let took = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
        if let Err(error) = &made {
            tracing::warn!(provider = %row.id, kind = %row.kind, %error, "a model has not said what texts mean");
        }
        let problem = made.as_ref().err().map(ModelError::problem);
        let call = [Call::for_vectors(row, &made, took)];
        let mut conn = self.app.db.get().await?;
        conn.transaction(async |conn| {
            calls::record(conn, workspace, self.suggestion, &call, now()).await?;
            match problem {
                Some(problem) if !problem.needs_a_person() => Ok(()),
                problem => providers::note_vectors_problem(conn, workspace, row.id, problem, now()).await,
            }
        })
        .await?;
        Ok(made)
    }

    /// Looks at articles: what came of it, and why not of all. One that the model will not look at keeps the others waiting no longer than
    /// this once.
    async fn articles(&self, articles: &[Stale], mask: &Mask) -> Outcome<(Vec<Made>, Option<ModelError>)> {
        let texts: Vec<String> = articles
            .iter()
            .map(|article| mask.clone().hide(&format!("{}\n{}", article.title, article.body)))
            .collect();
        let made = |article: &Stale, vector: &[f32]| Made {
            article: article.id,
            version: article.version,
            packed: packed(vector),
        };
        match self.embed(&texts, Purpose::Document, FOR_ARTICLES).await? {
            Ok(vectors) => {
                let all = articles.iter().zip(&vectors.all).map(|(article, vector)| made(article, vector));
                return Ok((all.collect(), None));
            }
            Err(error) if !is_about_a_text(&error) => return Ok((Vec::new(), Some(error))),
            Err(_) => {}
        }
        let mut some = Vec::new();
        for (article, text) in articles.iter().zip(&texts) {
            match self.embed(std::slice::from_ref(text), Purpose::Document, FOR_ARTICLES).await? {
                Ok(vectors) => some.extend(vectors.all.iter().map(|vector| made(article, vector))),
                Err(error) if is_about_a_text(&error) => some.push(made(article, &[])),
                Err(error) => return Ok((some, Some(error))),
            }
        }
        Ok((some, None))
    }
}

/// Whether another text might go well.
fn is_about_a_text(error: &ModelError) -> bool {
    matches!(error.problem(), ModelProblem::TooLong | ModelProblem::Refused)
}
