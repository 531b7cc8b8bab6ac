//! What a long chat is about, in a few sentences, when somebody wants to know. Asked for again, it is the same question and is not
//! asked twice.

use super::cache::{self, Cached, Key};
use super::calls::{self, Call, CallTask};
use super::providers::{self, ProviderRow};
use super::{material, standing};
use crate::connectors::models::{Budget, Question};
use crate::context::Ask;
use crate::features::suggestions::mask::Mask;
use crate::features::suggestions::prompt::{self, LONGEST_SUMMARISED};
use crate::features::suggestions::types::Summary;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::ChatId;
use crate::shared::models::ModelProblem;
use diesel_async::AsyncConnection;
use std::time::Instant;

/// Words of a summary, in tokens.
const MAX_TOKENS: u32 = 350;

/// The summary of a chat, or why there is none.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn of_chat(ask: &Ask, chat: ChatId) -> Outcome<Summary> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    standing::read(&mut conn, workspace, chat).await?;
    let lines = material::transcript(&mut conn, workspace, chat, LONGEST_SUMMARISED).await?;
    let mut mask = material::mask(&mut conn, workspace).await?;
    drop(conn);
    let (rows, readiness) = providers::ready(ask).await?;
    if rows.is_empty() || lines.is_empty() {
        return Ok(Summary { text: None, problem: None, readiness });
    }
    let prompt = prompt::summary(&lines, &mut mask);
    let question = Question {
        system: prompt.system,
        user: prompt.user,
        temperature: 0.0,
        max_tokens: MAX_TOKENS,
        json: false,
        owner: Some(workspace.0.simple().to_string()),
        budget: Budget::SUMMARY,
    };
    let key = Key::of(&question, None, &rows);
    let known = cache::find(&mut *ask.conn().await?, workspace, &key, ask.now).await?;
    let answered = match known {
        Some(known) => Ok(known),
        None => answer(ask, rows, &question, &key).await?,
    };
    Ok(match answered {
        Ok(answer) => Summary { text: Some(restored(&mask, &answer)), problem: None, readiness },
        Err(problem) => Summary { text: None, problem, readiness },
    })
}

fn restored(mask: &Mask, answer: &Cached) -> String {
    mask.restore(answer.body.trim()).text
}

/// Asks one model after the other; the first that answers has answered. Each call ends within its budget.
async fn answer(
    ask: &Ask,
    rows: Vec<ProviderRow>,
    question: &Question,
    key: &Key,
) -> Outcome<Result<Cached, Option<ModelProblem>>> {
    let mut first_problem = None;
    for row in rows {
        let began = Instant::now();
        let asked = match row.open(&ask.app, ask.workspace())? {
            Ok(candidate) => candidate.model.complete(question).await,
            Err(error) => Err(error),
        };
        let took = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
        let call = match &asked {
            Ok(answer) => Call::answered(&row, &answer.end, None, took),
            Err(error) => Call::in_vain(&row, error.problem().as_str(), None, took),
        };
        let call = call.asked_for(CallTask::Summary);
        let problem = asked.as_ref().err().map(|error| error.problem());
        let answer = asked.ok().map(|answer| Cached {
            body: answer.text,
            provider: row.kind,
            model: answer.end.model,
        });
        let lasting = problem.filter(|problem| problem.needs_a_person());
        let (workspace, id, now) = (ask.workspace(), row.id, clock::now());
        let mut conn = ask.conn().await?;
        conn.transaction(async |conn| {
            calls::record(conn, workspace, None, std::slice::from_ref(&call), now).await?;
            if let Some(answer) = &answer {
                cache::keep(conn, workspace, key, answer, now).await?;
            }
            if lasting.is_some() {
                providers::note_problem(conn, workspace, id, lasting).await?;
            }
            Ok::<_, Fault>(())
        })
        .await?;
        if let Some(answer) = answer {
            return Ok(Ok(answer));
        }
        first_problem = first_problem.or(problem);
    }
    Ok(Err(first_problem))
}
