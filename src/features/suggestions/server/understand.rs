//! Asking a model what buyers' messages are about, where the workspace wants it. The rules have told it before, in the transaction that
//! stored the message; a model is asked afterwards, in a lane of its own, and whatever is wrong with its answer leaves what the rules
//! have told.

use super::ahead::of_nobody;
use super::cache::{self, Cached, Key};
use super::calls::{self, Call, CallTask};
use super::material;
use super::providers::{self, ProviderRow};
use crate::connectors::models::{Answer, Budget, ModelError, Question};
use crate::context::{App, Ask};
use crate::features::sla::server::recompute::recompute;
use crate::features::suggestions::mask::Mask;
use crate::features::suggestions::prompt;
use crate::features::understanding::server::by_model::{self, Asked};
use crate::features::understanding::types::Judged;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::ChatId;
use crate::shared::models::ModelProblem;
use chrono::TimeDelta;
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};
use std::time::{Duration, Instant};

/// The job that asks about what a chat's buyer has written.
pub const JOB: &str = "suggestions.understand";

/// What was written before is old news: who switches it on does not pay for it.
const NEWS: TimeDelta = TimeDelta::days(1);
/// Messages of a chat that are asked about at once; who writes line by line writes fewer.
const MOST: i64 = 10;
/// Words of an answer, in tokens: four short fields.
const MAX_TOKENS: u32 = 120;
/// When it goes on after this process has ended.
const GO_ON: Duration = Duration::from_secs(1);

/// Asks about every new message of a chat, and keeps what is said.
///
/// # Errors
/// `NotFound` when the workspace is gone; when the database refuses.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let chat: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    let ask = of_nobody(run.app, run.workspace, clock::now()).await?;
    let (workspace, since) = (ask.workspace(), ask.now - NEWS);
    let mut conn = ask.conn().await?;
    let unasked = by_model::unasked(&mut conn, workspace, chat, since, MOST).await?;
    let mask = material::mask(&mut conn, workspace).await?;
    drop(conn);
    let mut asked: Vec<Asked> = Vec::new();
    let mut is_over = true;
    for message in unasked {
        // Each is a question of its own: the day's limit may be reached between two of them.
        let (settings, models) = providers::line_up(&ask).await?;
        if !settings.is_understood_by_model || models.is_empty() {
            break;
        }
        let judging = judge(&ask, models, mask.clone(), &message.text);
        let judged = tokio::select! {
            judged = judging => judged?,
            () = ask.app.cancel.cancelled() => {
                is_over = false;
                break;
            }
        };
        asked.push(message.answered(judged));
    }
    keep(&ask, chat, &asked).await?;
    Ok(if is_over { Verdict::Done } else { Verdict::Again(GO_ON) })
}

/// What a model says of a text; nothing when none has answered in our words.
async fn judge(ask: &Ask, models: Vec<ProviderRow>, mut mask: Mask, text: &str) -> Outcome<Option<Judged>> {
    let question = question(ask, text, &mut mask);
    let key = Key::of(&question, None, &models);
    let known = cache::find(&mut *ask.conn().await?, ask.workspace(), &key, ask.now).await?;
    if let Some(judged) = known.and_then(|known| Judged::parse(&known.body)) {
        return Ok(Some(judged));
    }
    for row in models {
        let began = Instant::now();
        let answer = match row.open(&ask.app, ask.workspace())? {
            Ok(candidate) => candidate.model.complete(&question).await,
            Err(error) => Err(error),
        };
        let judged = answer.as_ref().ok().and_then(|answer| Judged::parse(&answer.text));
        let took = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
        note(ask, &row, &key, &answer, judged, took).await?;
        // Who has answered is paid, in whatever words: nobody else is asked after them.
        if answer.is_ok() {
            return Ok(judged);
        }
    }
    Ok(None)
}

fn question(ask: &Ask, text: &str, mask: &mut Mask) -> Question {
    let prompt = prompt::understanding(text, mask);
    Question {
        system: prompt.system,
        user: prompt.user,
        temperature: 0.0,
        max_tokens: MAX_TOKENS,
        json: true,
        owner: Some(ask.workspace().0.simple().to_string()),
        budget: Budget::UNDERSTANDING,
    }
}

/// Keeps what was asked and what only a person can put right; and an answer for whoever writes the same.
async fn note(
    ask: &Ask,
    row: &ProviderRow,
    key: &Key,
    answer: &Result<Answer, ModelError>,
    judged: Option<Judged>,
    took: i32,
) -> Outcome<()> {
    let call = match answer {
        Ok(answer) if judged.is_some() => Call::answered(row, &answer.end, None, took),
        Ok(answer) => {
            let outcome = ModelProblem::BrokenAnswer.as_str();
            Call { outcome, ..Call::answered(row, &answer.end, None, took) }
        }
        Err(error) => Call::in_vain(row, error.problem().as_str(), None, took),
    };
    let call = call.asked_for(CallTask::Understanding);
    let good = answer.as_ref().ok().filter(|_| judged.is_some()).map(|answer| Cached {
        body: answer.text.trim().to_owned(),
        provider: row.kind,
        model: answer.end.model.clone(),
    });
    let problem = answer.as_ref().err().map(ModelError::problem).filter(|problem| problem.needs_a_person());
    let (workspace, id, now) = (ask.workspace(), row.id, clock::now());
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        calls::record(conn, workspace, None, std::slice::from_ref(&call), now).await?;
        if let Some(good) = &good {
            cache::keep(conn, workspace, key, good, now).await?;
        }
        if problem.is_some() {
            providers::note_problem(conn, workspace, id, problem).await?;
        }
        Ok::<_, Fault>(())
    })
    .await
}

/// Keeps what is said of the messages, and has the chat's clocks follow.
async fn keep(ask: &Ask, chat: ChatId, asked: &[Asked]) -> Outcome<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        // The chat first, as everybody does who comes to its messages.
        let held: Option<ChatId> = chats::table
            .find((workspace, chat))
            .select(chats::id)
            .for_no_key_update()
            .first(conn)
            .await
            .optional()?;
        if held.is_none() {
            return Ok(());
        }
        for message in asked {
            by_model::keep(conn, workspace, chat, message).await?;
        }
        if asked.iter().all(|message| message.judged.is_none()) {
            return Ok(());
        }
        recompute(conn, workspace, &[chat], clock::now()).await?;
        live::append(conn, workspace, &[Change::Chat { chat }]).await
    })
    .await
}
