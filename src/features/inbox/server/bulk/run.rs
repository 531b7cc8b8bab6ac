//! A job on its way through its chats.

use super::change::Message;
use super::items::{Before, Item, Told};
use super::job::{Job, may};
use super::preview::Writer;
use super::{author, change, items, job};
use crate::context::{App, Ask};
use crate::features::files::server::kept;
use crate::features::inbox::bulk::{BulkOutcome, BulkReason, BulkState, BulkText, BulkWork};
use crate::features::inbox::server::activities;
use crate::features::notices::server::notify;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::live;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{BulkJobId, ChatId, FileId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;

/// Kind of the job.
pub const JOB: &str = "inbox.bulk";
/// Chats of a batch: they are locked until it commits, so it must be over before anybody notices.
const TOGETHER: i64 = 100;
/// Replies of a batch; each is more work than a change.
const REPLIES_TOGETHER: i64 = 20;

#[derive(Serialize, Deserialize)]
struct Payload {
    job: BulkJobId,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    On,
    Over,
}

/// Asks for a job to go on.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    job: BulkJobId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    jobs::enqueue(
        conn,
        NewJob {
            workspace,
            kind: JOB,
            key: job.to_string(),
            lane: format!("{JOB} {workspace}"),
            payload: serde_json::to_value(Payload { job })?,
            run_at: now,
        },
    )
    .await
}

/// Goes through the chats until all are dealt with, or the server is asked to stop.
///
/// # Errors
/// When the database refuses; the job goes on where it was.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let Payload { job } = serde_json::from_value(run.payload)?;
    while !run.app.cancel.is_cancelled() {
        if step(&run.app, run.workspace, job, clock::now()).await? == Step::Over {
            return Ok(Verdict::Done);
        }
    }
    Ok(Verdict::Again(Duration::ZERO))
}

/// Deals with the next batch. What is done, how far the job has got and what screens are told commit together; run twice
/// at once, one of the two finds that the other has been there.
///
/// # Errors
/// When the database refuses: nothing of the batch is done then.
pub async fn step(app: &App, workspace: WorkspaceId, id: BulkJobId, now: DateTime<Utc>) -> Outcome<Step> {
    let mut conn = app.db.get().await?;
    let seen = job::find(&mut conn, workspace, id).await?;
    if !seen.state.is_going_on() {
        return Ok(Step::Over);
    }
    let ask = author::ask(&mut conn, app, workspace, seen.author_id, now).await?;
    let work = seen.work()?;
    if !may(ask.user.role, work.is_reply()) {
        return give_up(&mut conn, &ask, id).await;
    }
    let messages = match &work {
        BulkWork::Reply(text) if seen.state == BulkState::Running => {
            let ahead = items::next(&mut conn, workspace, &seen, REPLIES_TOGETHER).await?;
            // Others need the connection too while the messages are put together.
            drop(conn);
            let messages = messages(&ask, id, text, &ahead).await?;
            conn = app.db.get().await?;
            messages
        }
        _ => HashMap::new(),
    };
    let batch = Batch { ask: &ask, work: &work, messages: &messages };
    conn.transaction(async |conn| batch.carry_out(conn, &seen).await).await
}

/// What each chat gets, or why it gets nothing.
type Messages = HashMap<ChatId, Result<Message, BulkReason>>;

async fn messages(ask: &Ask, job: BulkJobId, text: &BulkText, items: &[Item]) -> Outcome<Messages> {
    let writer = Writer::new(ask, text).await?;
    let mut messages = HashMap::new();
    for Item { chat_id: chat, .. } in items {
        let message = match writer.text_for(*chat).await? {
            Ok(filled) => files(ask, job, text, *chat).await?.map(|files| Message { text: filled, files }),
            Err(reason) => Err(reason),
        };
        messages.insert(*chat, message);
    }
    Ok(messages)
}

/// Makes files of the chat out of those of the quick reply. What is not sent in the end is pruned like any upload.
async fn files(
    ask: &Ask,
    job: BulkJobId,
    text: &BulkText,
    chat: ChatId,
) -> Outcome<Result<Vec<FileId>, BulkReason>> {
    let mut copies = Vec::new();
    for (place, file) in text.files.iter().enumerate() {
        let copy = change::file_of(job, chat, place);
        match kept::copy_for_job(ask, chat, file.id, copy).await {
            Ok(()) => copies.push(copy),
            Err(Fault::Told(AppError::Refused(refusal))) => return Ok(Err(BulkReason::of(&refusal))),
            Err(Fault::Told(AppError::NotFound)) => return Ok(Err(BulkReason::Gone)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(Ok(copies))
}

/// The author may not do this any more: what is left stays as it is.
async fn give_up(conn: &mut AsyncPgConnection, ask: &Ask, id: BulkJobId) -> Outcome<Step> {
    let workspace = ask.workspace();
    conn.transaction(async |conn| {
        let mut job = job::hold(conn, workspace, id).await?;
        let mut counts = job.counts();
        if job.state == BulkState::Running {
            counts.skipped += items::skip_rest(conn, workspace, id, BulkReason::NotAllowed).await?;
        }
        job.state = if job.state == BulkState::Undoing { BulkState::Undone } else { BulkState::Done };
        job.finished_at = Some(ask.now);
        job::save(conn, workspace, &job, &counts).await?;
        live::append(conn, workspace, &[job.moved()]).await?;
        Ok::<_, Fault>(Step::Over)
    })
    .await
}

struct Batch<'a> {
    ask: &'a Ask,
    work: &'a BulkWork,
    /// The quick reply as each chat gets it.
    messages: &'a Messages,
}

impl Batch<'_> {
    async fn carry_out(&self, conn: &mut AsyncPgConnection, seen: &Job) -> Outcome<Step> {
        let (ask, workspace) = (self.ask, self.ask.workspace());
        let mut job = job::hold(conn, workspace, seen.id).await?;
        if (job.state, job.cursor) != (seen.state, seen.cursor) {
            // Somebody else has been faster, or the author has thought better of it.
            return Ok(Step::On);
        }
        let most = if self.work.is_reply() { REPLIES_TOGETHER } else { TOGETHER };
        let items = items::next(conn, workspace, &job, most).await?;
        items::lock_chats(conn, workspace, &items).await?;
        let (mut counts, mut told, mut changes) = (job.counts(), Vec::new(), Vec::new());
        for item in &items {
            let (one, moved) = match job.state {
                BulkState::Undoing => self.undo_one(conn, &job, item).await?,
                _ => self.do_one(conn, &job, item).await?,
            };
            counts.add(one.outcome);
            told.push(one);
            changes.extend(moved);
        }
        items::write(conn, workspace, job.id, &told, ask.now).await?;
        changes.extend(self.notify(conn, &job, &told).await?);
        job.cursor = items.last().map(|item| item.chat_id).or(job.cursor);
        let is_over = (items.len() as i64) < most;
        if is_over {
            job.state = if job.state == BulkState::Undoing { BulkState::Undone } else { BulkState::Done };
            job.finished_at = Some(ask.now);
        }
        job::save(conn, workspace, &job, &counts).await?;
        changes.push(job.moved());
        activities::finish(conn, ask, &changes).await?;
        Ok(if is_over { Step::Over } else { Step::On })
    }

    async fn do_one(
        &self,
        conn: &mut AsyncPgConnection,
        job: &Job,
        item: &Item,
    ) -> Outcome<(Told, Vec<Change>)> {
        let chat = item.chat_id;
        let message = match (self.work, self.messages.get(&chat)) {
            (BulkWork::Reply(_), Some(Ok(message))) => Some(message),
            (BulkWork::Reply(_), Some(Err(reason))) => return Ok((skipped(chat, *reason), Vec::new())),
            (BulkWork::Reply(_), None) => return Ok((skipped(chat, BulkReason::Gone), Vec::new())),
            _ => None,
        };
        let before = match activities::hold(conn, self.ask.workspace(), chat).await {
            Ok(held) => Before::of(&held),
            Err(fault) => return Ok((not_done(chat, fault)?, Vec::new())),
        };
        let acted = conn
            .transaction(async |conn| change::carry_out(conn, self.ask, job, self.work, item, message).await)
            .await;
        match acted {
            Ok(changes) => {
                let outcome = if changes.is_empty() { BulkOutcome::Unchanged } else { BulkOutcome::Done };
                let before = Some(before).filter(|_| outcome == BulkOutcome::Done);
                Ok((Told { chat, outcome, reason: None, before }, changes))
            }
            Err(fault) => Ok((not_done(chat, fault)?, Vec::new())),
        }
    }

    async fn undo_one(
        &self,
        conn: &mut AsyncPgConnection,
        job: &Job,
        item: &Item,
    ) -> Outcome<(Told, Vec<Change>)> {
        let chat = item.chat_id;
        let left =
            |reason| Told { chat, outcome: BulkOutcome::LeftAlone, reason: Some(reason), before: None };
        let undone =
            conn.transaction(async |conn| change::undo(conn, self.ask, job, self.work, item).await).await;
        match undone {
            Ok(changes) if changes.is_empty() => Ok((left(BulkReason::ChangedSince), changes)),
            Ok(changes) => {
                Ok((Told { chat, outcome: BulkOutcome::Undone, reason: None, before: None }, changes))
            }
            Err(fault) => {
                let reason = not_done(chat, fault)?.reason.unwrap_or(BulkReason::Broke);
                // Who has it now was given it since.
                let reason =
                    if reason == BulkReason::HolderChanged { BulkReason::ChangedSince } else { reason };
                Ok((left(reason), Vec::new()))
            }
        }
    }

    /// Whoever is responsible for many chats now is told once.
    async fn notify(&self, conn: &mut AsyncPgConnection, job: &Job, told: &[Told]) -> Outcome<Vec<Change>> {
        let BulkWork::Assign(Some(to)) = self.work else { return Ok(Vec::new()) };
        let given: Vec<ChatId> =
            told.iter().filter(|it| it.outcome == BulkOutcome::Done).map(|it| it.chat).collect();
        notify::assigned_many(
            conn,
            self.ask.workspace(),
            job.id,
            &given,
            to.id,
            self.ask.user.id,
            self.ask.now,
        )
        .await
    }
}

fn skipped(chat: ChatId, reason: BulkReason) -> Told {
    Told { chat, outcome: BulkOutcome::Skipped, reason: Some(reason), before: None }
}

/// What a fault of one chat means for it.
///
/// # Errors
/// When the fault is not about the chat: the whole batch is tried again later.
fn not_done(chat: ChatId, fault: Fault) -> Outcome<Told> {
    match fault {
        Fault::Told(AppError::Refused(refusal)) if BulkReason::of(&refusal) != BulkReason::Broke => {
            Ok(skipped(chat, BulkReason::of(&refusal)))
        }
        Fault::Told(AppError::NotFound) => Ok(skipped(chat, BulkReason::Gone)),
        Fault::Unavailable(_) => Err(fault),
        Fault::Told(_) | Fault::Broke(_) => {
            tracing::error!(%chat, error = %fault, "a chat of many could not be changed");
            let reason = Some(BulkReason::Broke);
            Ok(Told { chat, outcome: BulkOutcome::Failed, reason, before: None })
        }
    }
}
