//! Beginning a draft. Two clicks, and two people at one chat, are one question; what is made runs on by itself and always
//! comes to an end.

use super::make::{self, Order};
use super::providers;
use super::standing::{self, Standing};
use crate::context::Ask;
use crate::features::suggestions::prompt::Task;
use crate::features::suggestions::types::SuggestionState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::relay::Growing;
use crate::platform::schema::suggestions;
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{ChatId, SuggestionId, UserId};
use crate::shared::models::ModelProblem;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Drafts that one person may have in a minute.
const A_MINUTE: i64 = 20;
/// A draft that is still being made after so long was lost with its process.
const LOST_AFTER: TimeDelta = TimeDelta::seconds(40);
/// The longest text to be rewritten, in characters.
const LONGEST_DRAFT: usize = 4000;

/// Whether a draft that is being made can have been lost.
pub fn is_lost(created_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - created_at > LOST_AFTER
}

/// Begins a draft because a person wants one.
///
/// # Errors
/// `NotFound` when there is no such chat, or its buyer has written nothing; `RateLimited` when a person asks without end.
pub async fn by_hand(ask: &Ask, chat: ChatId, task: Task, draft: Option<String>) -> Outcome<SuggestionId> {
    let draft = draft.map(|draft| draft.chars().take(LONGEST_DRAFT).collect::<String>());
    let draft = draft.filter(|draft| !draft.trim().is_empty() && task != Task::Suggest);
    if task != Task::Suggest && draft.is_none() {
        return Err(Refusal::EmptyText.into());
    }
    let mut conn = ask.conn().await?;
    let standing = standing::read(&mut conn, ask.workspace(), chat).await?;
    if !has_room(&mut conn, ask).await? {
        return Err(AppError::RateLimited { retry_after_s: 60 }.into());
    }
    drop(conn);
    let wanted = Wanted { task, draft, is_asked_for: true, asked_by: Some(ask.user.id) };
    Ok(begin(ask, chat, standing, wanted).await?.going(ask))
}

/// Begins one because a person has opened the chat; nothing when they have had enough of them.
///
/// # Errors
/// When the database refuses.
pub async fn by_itself(ask: &Ask, chat: ChatId, standing: Standing) -> Outcome<()> {
    let has_room = has_room(&mut *ask.conn().await?, ask).await?;
    if has_room {
        begin(ask, chat, standing, Wanted::by_itself(Some(ask.user.id))).await?.going(ask);
    }
    Ok(())
}

/// Makes one before anybody has opened the chat, and returns when it has come to its end. Nothing when nobody waits, there is one
/// already, or no model may be asked. False when another one is being made, which may be about an older message.
///
/// # Errors
/// `NotFound` when there is no such chat; when the database refuses.
pub async fn ahead(ask: &Ask, chat: ChatId) -> Outcome<bool> {
    let mut conn = ask.conn().await?;
    let standing = standing::read(&mut conn, ask.workspace(), chat).await?;
    if !standing.is_waiting() || standing.is_spam {
        return Ok(true);
    }
    match newest(&mut conn, ask, chat, &standing).await? {
        Some((SuggestionState::Thinking, at)) if !is_lost(at, ask.now) => return Ok(false),
        Some((SuggestionState::Thinking, _)) | None => {}
        Some(_) => return Ok(true),
    }
    drop(conn);
    let (settings, models) = providers::line_up(ask).await?;
    if !settings.is_automatic || models.is_empty() {
        return Ok(true);
    }
    Ok(match begin(ask, chat, standing, Wanted::by_itself(None)).await? {
        Begun::New(order, growing) => {
            make::run(ask.clone(), *order, growing).await;
            true
        }
        Begun::UnderWay(_) => false,
    })
}

/// The newest draft for what the buyer has written last that was not given up, and when it was begun.
async fn newest(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    standing: &Standing,
) -> Outcome<Option<(SuggestionState, DateTime<Utc>)>> {
    Ok(suggestions::table
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::message_id.nullable().eq(&standing.buyer_message))
        .filter(suggestions::task.eq(Task::Suggest))
        .filter(suggestions::state.ne(SuggestionState::Cancelled))
        .order((suggestions::created_at.desc(), suggestions::id.desc()))
        .select((suggestions::state, suggestions::created_at))
        .first(conn)
        .await
        .optional()?)
}

/// What is wanted, and by whom.
struct Wanted {
    task: Task,
    draft: Option<String>,
    is_asked_for: bool,
    /// Nobody, when it is made before anybody has opened the chat.
    asked_by: Option<UserId>,
}

impl Wanted {
    fn by_itself(asked_by: Option<UserId>) -> Self {
        Wanted { task: Task::Suggest, draft: None, is_asked_for: false, asked_by }
    }
}

/// A draft that is to be made, or one that is being made already.
enum Begun {
    New(Box<Order>, Growing),
    UnderWay(SuggestionId),
}

impl Begun {
    /// Has it made while the request ends.
    fn going(self, ask: &Ask) -> SuggestionId {
        match self {
            Begun::New(order, growing) => {
                let id = order.id;
                tokio::spawn(make::run(ask.clone(), *order, growing));
                id
            }
            Begun::UnderWay(id) => id,
        }
    }
}

async fn has_room(conn: &mut AsyncPgConnection, ask: &Ask) -> Outcome<bool> {
    let lately: i64 = suggestions::table
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::asked_by.eq(ask.user.id))
        .filter(suggestions::created_at.gt(ask.now - TimeDelta::minutes(1)))
        .count()
        .get_result(conn)
        .await?;
    Ok(lately < A_MINUTE)
}

async fn begin(ask: &Ask, chat: ChatId, standing: Standing, wanted: Wanted) -> Outcome<Begun> {
    let workspace = ask.workspace();
    let Wanted { task, draft, is_asked_for, asked_by } = wanted;
    let message = standing.buyer_message.clone().ok_or_else(Fault::not_found)?;
    let id = SuggestionId::new();
    // Before anybody can hear of it: whoever does may watch it from its first word.
    let growing = ask.app.drafts.begin(workspace, id.0);
    let mut conn = ask.conn().await?;
    let under_way = conn
        .transaction(async |conn| {
            give_up_lost(conn, ask, chat).await?;
            let inserted = diesel::insert_into(suggestions::table)
                .values((
                    suggestions::workspace_id.eq(workspace),
                    suggestions::id.eq(id),
                    suggestions::chat_id.eq(chat),
                    suggestions::message_id.eq(&message),
                    suggestions::task.eq(task),
                    suggestions::asked_by.eq(asked_by),
                    suggestions::state.eq(SuggestionState::Thinking),
                    suggestions::created_at.eq(ask.now),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?;
            if inserted == 0 {
                return under_way(conn, ask, chat, task).await;
            }
            live::append(conn, workspace, &[Change::Suggestion { chat }]).await?;
            Ok(None)
        })
        .await?;
    drop(conn);
    Ok(match under_way {
        Some(other) => Begun::UnderWay(other),
        None => {
            let order = Order { id, chat, standing, task, draft, is_asked_for };
            Begun::New(Box::new(order), growing)
        }
    })
}

/// The draft that is being made already.
async fn under_way(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    task: Task,
) -> Outcome<Option<SuggestionId>> {
    let all = suggestions::table
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::state.eq(SuggestionState::Thinking))
        .select(suggestions::id)
        .into_boxed();
    let found = if task == Task::Suggest {
        all.filter(suggestions::task.eq(Task::Suggest)).first(conn).await
    } else {
        let own = suggestions::task.ne(Task::Suggest).and(suggestions::asked_by.eq(ask.user.id));
        all.filter(own).first(conn).await
    };
    // It has come to its end in this very moment: asking again begins a new one.
    let found: Option<SuggestionId> = found.optional()?;
    found.map(Some).ok_or_else(|| AppError::RateLimited { retry_after_s: 1 }.into())
}

/// Ends drafts whose process has gone, so that nothing thinks for ever.
async fn give_up_lost(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId) -> Outcome<()> {
    diesel::update(suggestions::table)
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::state.eq(SuggestionState::Thinking))
        .filter(suggestions::created_at.lt(ask.now - LOST_AFTER))
        .set((
            suggestions::state.eq(SuggestionState::Failed),
            suggestions::problem.eq(Some(ModelProblem::Interrupted)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
