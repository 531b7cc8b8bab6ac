//! Applying the newest rules to chats that already wait, because somebody has asked for it: by a job that goes through them by id and goes on
//! behind its cursor after a crash.

use super::recompute::reapply;
use super::rules;
use crate::context::{App, Ask};
use crate::features::sla::explanation::Application;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::live;
use crate::platform::schema::{chat_turns, rule_applications};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::{AggregateExpressionMethods, ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// The job of a workspace.
pub const JOB: &str = "sla.apply";
/// Chats of one transaction: their rows are locked meanwhile.
const TOGETHER: i64 = 100;

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = rule_applications)]
struct ApplicationRow {
    version: i32,
    chats: i64,
    done: i64,
    cursor: Option<ChatId>,
    finished_at: Option<DateTime<Utc>>,
}

/// How far the rules have been applied to chats that waited, if anybody has asked for it.
///
/// # Errors
/// When the database refuses.
pub async fn read(ask: &Ask) -> Outcome<Option<Application>> {
    let row = ApplicationRow::query()
        .filter(rule_applications::workspace_id.eq(ask.workspace()))
        .first(&mut ask.conn().await?)
        .await
        .optional()?;
    Ok(row.map(|row| Application {
        version: row.version,
        chats: row.chats,
        done: row.done,
        is_finished: row.finished_at.is_some(),
    }))
}

/// Asks for it. What is under way begins anew with the newest rules.
///
/// # Errors
/// When the database refuses.
pub async fn begin(ask: &Ask) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let version = rules::in_force(conn, workspace).await?.version;
        let chats: i64 = chat_turns::table
            .filter(chat_turns::workspace_id.eq(workspace))
            .filter(chat_turns::ended_at.is_null())
            .select(count(chat_turns::chat_id).aggregate_distinct())
            .first(conn)
            .await?;
        let asked = (
            rule_applications::version.eq(version),
            rule_applications::asked_by.eq(ask.user.id),
            rule_applications::started_at.eq(ask.now),
            rule_applications::chats.eq(chats),
            rule_applications::done.eq(0),
            rule_applications::cursor.eq(None::<uuid::Uuid>),
            rule_applications::finished_at.eq(None::<DateTime<Utc>>),
        );
        diesel::insert_into(rule_applications::table)
            .values((rule_applications::workspace_id.eq(workspace), asked))
            .on_conflict(rule_applications::workspace_id)
            .do_update()
            .set(asked)
            .execute(conn)
            .await?;
        let job = NewJob {
            workspace,
            kind: JOB,
            key: workspace.to_string(),
            lane: JOB.to_owned(),
            payload: serde_json::Value::Null,
            run_at: ask.now,
        };
        jobs::enqueue(conn, job).await?;
        live::append(conn, workspace, &[Change::Deadlines]).await
    })
    .await
}

/// Goes on with it.
///
/// # Errors
/// When the database refuses; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let mut conn = run.app.db.get().await?;
    loop {
        if run.app.cancel.is_cancelled() {
            return Ok(Verdict::Again(Duration::ZERO));
        }
        if !step(&mut conn, run.workspace, clock::now()).await? {
            return Ok(Verdict::Done);
        }
    }
}

/// Deals with some chats. Returns whether there may be more.
async fn step(conn: &mut AsyncPgConnection, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<bool> {
    conn.transaction(async |conn| {
        let of_workspace = rule_applications::table.find(workspace);
        let row = ApplicationRow::query()
            .filter(rule_applications::workspace_id.eq(workspace))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        let Some(row) = row.filter(|row| row.finished_at.is_none()) else { return Ok(false) };
        let after = row.cursor.unwrap_or(ChatId(uuid::Uuid::nil()));
        let chats: Vec<ChatId> = chat_turns::table
            .filter(chat_turns::workspace_id.eq(workspace))
            .filter(chat_turns::ended_at.is_null())
            .filter(chat_turns::chat_id.gt(after))
            .order(chat_turns::chat_id)
            .select(chat_turns::chat_id)
            .distinct()
            .limit(TOGETHER)
            .load(conn)
            .await?;
        let Some(last) = chats.last().copied() else {
            diesel::update(of_workspace).set(rule_applications::finished_at.eq(now)).execute(conn).await?;
            live::append(conn, workspace, &[Change::Deadlines]).await?;
            return Ok(false);
        };
        reapply(conn, workspace, &chats, now).await?;
        let done = row.done + i64::try_from(chats.len()).unwrap_or(i64::MAX);
        diesel::update(of_workspace)
            .set((rule_applications::cursor.eq(last), rule_applications::done.eq(done)))
            .execute(conn)
            .await?;
        let mut changes: Vec<Change> = chats.into_iter().map(|chat| Change::Chat { chat }).collect();
        changes.push(Change::Deadlines);
        live::append(conn, workspace, &changes).await?;
        Ok::<_, Fault>(true)
    })
    .await
}
