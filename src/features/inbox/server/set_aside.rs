//! Setting chats aside (done, for later, spam) and taking them up again.

use super::activities::{done, finish, hold};
use super::wake;
use crate::context::Ask;
use crate::features::inbox::types::{Author, Deed, MessageCursor, WorkState};
use crate::platform::fault::Outcome;
use crate::platform::schema::{chats, messages};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, SubsecRound, Utc};
use diesel::dsl::exists;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// The chat is done, until the buyer writes. `seen` is the newest message on the person's screen.
///
/// # Errors
/// A refusal when the buyer has written since.
pub async fn close(ask: &Ask, chat: ChatId, seen: Option<MessageCursor>) -> Outcome<()> {
    put_alone(ask, chat, seen, Aside::closed()).await
}

/// The chat comes back at a moment, or when the buyer writes.
///
/// # Errors
/// A refusal when the moment is over, or the buyer has written since.
pub async fn snooze(
    ask: &Ask,
    chat: ChatId,
    seen: Option<MessageCursor>,
    until: DateTime<Utc>,
) -> Outcome<()> {
    put_alone(ask, chat, seen, Aside::snoozed(until)).await
}

/// The chat is set aside for good.
///
/// # Errors
/// A refusal when the buyer has written since.
pub async fn mark_spam(ask: &Ask, chat: ChatId, seen: Option<MessageCursor>) -> Outcome<()> {
    put_alone(ask, chat, seen, Aside::spam()).await
}

/// The chat is to be worked on again.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn reopen(ask: &Ask, chat: ChatId) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changes = take_up(conn, ask, chat).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// The same within a transaction. Returns what has changed: nothing when it is worked on already.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn take_up(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    let deed = match hold(conn, workspace, chat).await?.work_state {
        WorkState::Open => return Ok(Vec::new()),
        WorkState::Spam => Deed::UnmarkedSpam,
        WorkState::Snoozed | WorkState::Closed => Deed::Reopened,
    };
    open(conn, workspace, chat).await?;
    done(conn, ask, chat, deed).await
}

/// Makes a held chat one that is to be worked on.
///
/// # Errors
/// When the database refuses.
pub async fn open(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<()> {
    diesel::update(chats::table.find((workspace, chat)))
        .set((
            chats::work_state.eq(WorkState::Open),
            chats::set_aside_at.eq(None::<DateTime<Utc>>),
            chats::snoozed_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// How a chat is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    pub state: WorkState,
    pub until: Option<DateTime<Utc>>,
    deed: Deed,
}

impl Aside {
    /// Done.
    pub fn closed() -> Self {
        Aside { state: WorkState::Closed, until: None, deed: Deed::Closed }
    }

    /// Until a moment.
    pub fn snoozed(until: DateTime<Utc>) -> Self {
        // The database keeps no more; the same moment told twice has to be the same.
        let until = until.trunc_subsecs(3);
        Aside { state: WorkState::Snoozed, until: Some(until), deed: Deed::Snoozed { until } }
    }

    /// For good.
    pub fn spam() -> Self {
        Aside { state: WorkState::Spam, until: None, deed: Deed::MarkedSpam }
    }
}

async fn put_alone(ask: &Ask, chat: ChatId, seen: Option<MessageCursor>, aside: Aside) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changes = put(conn, ask, chat, seen, aside).await?;
        finish(conn, ask, &changes).await
    })
    .await
}

/// Sets a chat aside within a transaction. Returns what has changed: nothing when it is so already.
///
/// # Errors
/// A refusal when the moment is over, or the buyer has written since.
pub async fn put(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    seen: Option<MessageCursor>,
    aside: Aside,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    if aside.until.is_some_and(|until| until <= ask.now) {
        return Err(Refusal::MomentPassed.into());
    }
    let held = hold(conn, workspace, chat).await?;
    if (held.work_state, held.snoozed_until) == (aside.state, aside.until) {
        return Ok(Vec::new());
    }
    if has_unseen(conn, workspace, chat, seen).await? {
        return Err(Refusal::ChatHasMoved.into());
    }
    diesel::update(chats::table.find((workspace, chat)))
        .set((
            chats::work_state.eq(aside.state),
            chats::set_aside_at.eq(Some(held.last_message_at)),
            chats::snoozed_until.eq(aside.until),
        ))
        .execute(conn)
        .await?;
    if let Some(until) = aside.until {
        wake::enqueue(conn, workspace, chat, until).await?;
    }
    done(conn, ask, chat, aside.deed).await
}

/// Whether the buyer has written something after what the person has seen. What ours write meanwhile is no reason to
/// keep a chat.
async fn has_unseen(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    seen: Option<MessageCursor>,
) -> Outcome<bool> {
    let of_buyer = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq(Author::Buyer));
    let found = match seen {
        Some(MessageCursor { sent_at, sort_key }) => {
            let later = messages::sent_at
                .gt(sent_at)
                .or(messages::sent_at.eq(sent_at).and(messages::sort_key.gt(sort_key)));
            diesel::select(exists(of_buyer.filter(later))).get_result(conn).await?
        }
        None => diesel::select(exists(of_buyer)).get_result(conn).await?,
    };
    Ok(found)
}
