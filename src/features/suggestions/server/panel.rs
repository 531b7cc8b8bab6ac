//! What the panel of a chat shows, and what opening a chat sets going.

use super::begin;
use super::providers;
use super::settings;
use super::standing::{self, Standing};
use crate::context::Ask;
use crate::features::suggestions::prompt::{LONG_CHAT, Task};
use crate::features::suggestions::types::{MOST_VARIANTS, Panel, SuggestionState, SuggestionView};
use crate::platform::fault::Outcome;
use crate::platform::schema::{messages, suggestions};
use crate::shared::ids::{ChatId, SuggestionId, WorkspaceId};
use crate::shared::models::{ModelProblem, ProviderKind};
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = suggestions)]
struct Row {
    id: SuggestionId,
    task: Task,
    state: SuggestionState,
    body: String,
    provider: Option<ProviderKind>,
    model: Option<String>,
    sources: serde_json::Value,
    flags: serde_json::Value,
    problem: Option<String>,
    is_again: bool,
    created_at: DateTime<Utc>,
}

impl Row {
    fn view(self, now: DateTime<Utc>) -> SuggestionView {
        let is_lost = self.state == SuggestionState::Thinking && begin::is_lost(self.created_at, now);
        let problem = self.problem.and_then(|word| word.parse().ok());
        SuggestionView {
            id: self.id,
            task: self.task,
            state: if is_lost { SuggestionState::Failed } else { self.state },
            text: self.body,
            provider: self.provider,
            model: self.model,
            sources: parsed(self.sources),
            flags: parsed(self.flags),
            problem: if is_lost { Some(ModelProblem::Interrupted) } else { problem },
            is_again: self.is_again,
        }
    }
}

/// What an older version has written differently is left out.
fn parsed<T: serde::de::DeserializeOwned>(list: serde_json::Value) -> Vec<T> {
    serde_json::from_value(list).unwrap_or_default()
}

/// The panel of a chat. Begins a draft when the buyer waits, there is none, and the workspace wants one.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn open(ask: &Ask, chat: ChatId) -> Outcome<Panel> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let standing = standing::read(&mut conn, workspace, chat).await?;
    let settings = settings::read(&mut conn, workspace).await?;
    let (_, readiness) = providers::usable(&mut conn, workspace, &settings, ask.now).await?;
    let mut current = current(&mut conn, ask, chat, &standing).await?;
    let is_long = is_long(&mut conn, workspace, chat).await?;
    if current.is_none() && standing.is_waiting() && settings.is_automatic {
        drop(conn);
        begin::by_itself(ask, chat, standing.clone()).await?;
        conn = ask.conn().await?;
        current = self::current(&mut conn, ask, chat, &standing).await?;
    }
    let variants = variants(&mut conn, ask, chat, &standing).await?;
    Ok(Panel {
        is_waiting: standing.is_waiting(),
        current: current.map(|row| row.view(ask.now)),
        readiness,
        variants: variants.into_iter().map(|row| row.view(ask.now)).collect(),
        is_long,
    })
}

/// Whether so much was written in a chat that a summary helps.
async fn is_long(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<bool> {
    let some: Vec<String> = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .select(messages::external_id)
        .limit(LONG_CHAT as i64)
        .load(conn)
        .await?;
    Ok(some.len() >= LONG_CHAT)
}

/// The newest drafts for what the buyer has written last that nobody has used yet.
async fn variants(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    standing: &Standing,
) -> Outcome<Vec<Row>> {
    let Some(message) = &standing.buyer_message else { return Ok(Vec::new()) };
    Ok(Row::query()
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::message_id.eq(message))
        .filter(suggestions::state.eq(SuggestionState::Ready))
        .filter(suggestions::task.eq(Task::Suggest))
        .filter(suggestions::outcome.is_null())
        .filter(suggestions::created_at.ge(standing.useful_from()))
        .order((suggestions::created_at.desc(), suggestions::id.desc()))
        .limit(MOST_VARIANTS as i64)
        .load(conn)
        .await?)
}

/// The newest draft for what the buyer has written last that nobody has used yet; of texts that were rewritten only the
/// person's own.
async fn current(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    standing: &Standing,
) -> Outcome<Option<Row>> {
    let Some(message) = &standing.buyer_message else { return Ok(None) };
    Ok(Row::query()
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::message_id.eq(message))
        .filter(suggestions::state.ne(SuggestionState::Cancelled))
        .filter(suggestions::outcome.is_null())
        .filter(suggestions::created_at.ge(standing.useful_from()))
        .filter(suggestions::task.eq(Task::Suggest).or(suggestions::asked_by.eq(ask.user.id)))
        .order((suggestions::created_at.desc(), suggestions::id.desc()))
        .first(conn)
        .await
        .optional()?)
}
