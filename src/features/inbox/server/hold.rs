//! Replies that wait before they leave: a few seconds in which they can be taken back, or until a chosen time. Both are
//! rows of the outbox from the start, so closing the tab loses nothing. Taking back and beginning an attempt
//! (`outbox::begin_attempt`) change the same row on conditions that exclude each other: one of them wins.

use super::reply::{chat_seller, enqueue_delivery};
use super::{activities, send_windows, set_aside};
use crate::context::Ask;
use crate::features::files::server::read as files;
use crate::features::inbox::send_window::{WindowReason, send_window};
use crate::features::inbox::types::{Deed, Departure, FailureReason, ReplyState, TakenBack, WorkState};
use crate::features::sla::server::recompute as clocks;
use crate::features::suggestions::server::outcome;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chats, replies};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, FileId, ReplyId, UserId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// Where a deadline is this near, every second counts and nothing is held.
const NEAR: TimeDelta = TimeDelta::minutes(2);

/// When a reply leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    pub deliver_at: Option<DateTime<Utc>>,
    /// For a chosen time: when the newest message was sent that is there now.
    pub planned_after: Option<DateTime<Utc>>,
}

impl Plan {
    /// The state in which the reply waits.
    pub fn state(&self) -> ReplyState {
        if self.planned_after.is_some() { ReplyState::Scheduled } else { ReplyState::Queued }
    }
}

/// Decides when a reply leaves that is written now.
///
/// # Errors
/// When the chosen time is over, or the marketplace takes nothing by then.
pub async fn plan(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    departure: Departure,
    pause: Duration,
    now: DateTime<Utc>,
) -> Outcome<Plan> {
    let (due_at, newest): (Option<DateTime<Utc>>, DateTime<Utc>) = chats::table
        .find((workspace, chat))
        .select((chats::due_at, chats::last_message_at))
        // Whoever stores a message of the buyer meanwhile waits for us, and then finds the plan.
        .for_no_key_update()
        .first(conn)
        .await?;
    let facts = send_windows::facts(conn, workspace, chat).await?;
    if let Departure::At(at) = departure {
        if at <= now {
            return Err(Refusal::SendTimePast.into());
        }
        let window = send_window(&facts, at);
        // What has not been delivered moves the end on.
        if window.is_closed() && window.reason != WindowReason::UntilDelivery {
            return Err(Refusal::SendTimeAfterWindow.into());
        }
        return Ok(Plan { deliver_at: Some(at), planned_after: Some(newest) });
    }
    let wanted = match departure {
        Departure::AfterPause => held_until(now, pause, [due_at, send_window(&facts, now).until]),
        Departure::Now | Departure::At(_) => None,
    };
    // It does not overtake what was written before it.
    let before: Option<DateTime<Utc>> = replies::table
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq(ReplyState::Queued))
        .select(diesel::dsl::max(replies::deliver_at))
        .first(conn)
        .await?;
    Ok(Plan { deliver_at: wanted.max(before.filter(|before| *before > now)), planned_after: None })
}

/// Until when a reply can be taken back; `None` when it leaves at once.
fn held_until(
    now: DateTime<Utc>,
    pause: Duration,
    deadlines: [Option<DateTime<Utc>>; 2],
) -> Option<DateTime<Utc>> {
    let is_near = |deadline: DateTime<Utc>| deadline > now && deadline - now <= NEAR;
    if pause.is_zero() || deadlines.into_iter().flatten().any(is_near) {
        return None;
    }
    Some(now + TimeDelta::from_std(pause).unwrap_or(NEAR))
}

#[derive(HasQuery)]
#[diesel(table_name = replies)]
struct Held {
    author_id: UserId,
    body: String,
    file_id: Option<FileId>,
    state: ReplyState,
    reason: Option<FailureReason>,
    attempted_at: Option<DateTime<Utc>>,
    closes_chat: bool,
}

impl Held {
    /// Whether it certainly has not been sent: nobody has begun to.
    fn has_not_left(&self) -> bool {
        let waits = matches!(self.state, ReplyState::Scheduled | ReplyState::Queued);
        (waits || self.reason == Some(FailureReason::BuyerWroteFirst)) && self.attempted_at.is_none()
    }
}

/// Takes a reply back that has not left. What was closed with it opens again.
///
/// # Errors
/// `NotFound` when the workspace has no such reply, or somebody else has just written it; a refusal when it has left.
pub async fn take_back(ask: &Ask, reply: ReplyId) -> Outcome<TakenBack> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let (chat, text, file) = conn
        .transaction(async |conn| {
            let (chat, held) = withdraw(conn, ask, reply).await?;
            live::append(conn, workspace, &[Change::Reply { chat, reply }, Change::Chat { chat }]).await?;
            Ok::<_, Fault>((chat, held.body, held.file_id))
        })
        .await?;
    let ids: Vec<FileId> = file.into_iter().collect();
    let file = files::by_ids(&mut conn, workspace, &ids).await?.into_values().next();
    Ok(TakenBack { chat, text, file })
}

/// Takes a reply back within a transaction, for a person of ours.
async fn withdraw(conn: &mut AsyncPgConnection, ask: &Ask, reply: ReplyId) -> Outcome<(ChatId, Held)> {
    let workspace = ask.workspace();
    let chat = chat_of(conn, workspace, reply).await?;
    let held = Held::query()
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::id.eq(reply))
        .for_update()
        .first(conn)
        .await?;
    if held.state == ReplyState::Queued && held.author_id != ask.user.id {
        return Err(Fault::not_found());
    }
    if !held.has_not_left() {
        return Err(Refusal::ReplyHasLeft.into());
    }
    diesel::update(replies::table.find((workspace, reply)))
        .set((replies::state.eq(ReplyState::Withdrawn), replies::reason.eq(None::<FailureReason>)))
        .execute(conn)
        .await?;
    outcome::forget(conn, workspace, reply).await?;
    if held.closes_chat {
        open_again(conn, ask, chat).await?;
    }
    Ok((chat, held))
}

/// Takes one of the person's replies back within a transaction. Returns what has changed.
///
/// # Errors
/// `NotFound` when there is no such reply; a refusal when it has left.
pub async fn take_back_in(conn: &mut AsyncPgConnection, ask: &Ask, reply: ReplyId) -> Outcome<Vec<Change>> {
    let (chat, _) = withdraw(conn, ask, reply).await?;
    Ok(vec![Change::Reply { chat, reply }, Change::Chat { chat }])
}

/// Sends a reply now that waits for its time.
///
/// # Errors
/// `NotFound` when the workspace has no such reply; a refusal when it has left.
pub async fn send_now(ask: &Ask, reply: ReplyId) -> Outcome<()> {
    let (workspace, now) = (ask.workspace(), ask.now);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let chat = chat_of(conn, workspace, reply).await?;
        let (seller, _, _) = chat_seller(conn, workspace, chat).await?;
        let changed = diesel::update(replies::table.find((workspace, reply)))
            .filter(replies::state.eq_any([ReplyState::Scheduled, ReplyState::Queued]))
            .filter(replies::attempted_at.is_null())
            .set((replies::state.eq(ReplyState::Queued), replies::deliver_at.eq(None::<DateTime<Utc>>)))
            .execute(conn)
            .await?;
        if changed == 0 {
            return Err(Refusal::ReplyHasLeft.into());
        }
        enqueue_delivery(conn, workspace, chat, seller, now).await?;
        live::append(conn, workspace, &[Change::Reply { chat, reply }]).await
    })
    .await
}

/// The chat of a reply, locked: before the reply, as whoever stores messages does.
async fn chat_of(conn: &mut AsyncPgConnection, workspace: WorkspaceId, reply: ReplyId) -> Outcome<ChatId> {
    let chat: Option<ChatId> =
        replies::table.find((workspace, reply)).select(replies::chat_id).first(conn).await.optional()?;
    let chat = chat.ok_or_else(Fault::not_found)?;
    Ok(chats::table.find((workspace, chat)).select(chats::id).for_no_key_update().first(conn).await?)
}

/// Opens a chat that was closed with a reply, unless somebody has done something else with it since.
async fn open_again(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId) -> Outcome<()> {
    let workspace = ask.workspace();
    if activities::hold(conn, workspace, chat).await?.work_state != WorkState::Closed {
        return Ok(());
    }
    set_aside::open(conn, workspace, chat).await?;
    activities::record(conn, workspace, chat, Some(ask.user.id), &Deed::Reopened, ask.now).await?;
    clocks::recompute(conn, workspace, &[chat], ask.now).await
}

#[derive(diesel::QueryableByName)]
struct CancelledRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    id: ReplyId,
}

/// Cancels replies that were to leave later in chats whose buyer has written since. Runs where messages are stored,
/// under the chats' locks. Returns what has changed.
///
/// # Errors
/// When the database refuses.
pub async fn cancel_overtaken(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
) -> Outcome<Vec<Change>> {
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<CancelledRow> = diesel::sql_query(
        "UPDATE replies r SET state = 'failed', reason = $3 \
         WHERE r.workspace_id = $1 AND r.chat_id = ANY($2) AND r.state = 'scheduled' AND EXISTS ( \
             SELECT 1 FROM messages m WHERE m.workspace_id = r.workspace_id AND m.chat_id = r.chat_id \
               AND m.author = 'buyer' AND m.sent_at > r.planned_after) \
         RETURNING r.chat_id, r.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<SqlUuid>, _>(chats)
    .bind::<diesel::sql_types::Text, _>(FailureReason::BuyerWroteFirst)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Change::Reply { chat: row.chat_id, reply: row.id }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_held_near_a_deadline() {
        let now = DateTime::UNIX_EPOCH;
        let (pause, minute) = (Duration::from_secs(5), TimeDelta::minutes(1));
        let held = Some(now + TimeDelta::seconds(5));
        assert_eq!(held_until(now, pause, [None, None]), held);
        assert_eq!(held_until(now, pause, [Some(now + minute * 3), None]), held);
        assert_eq!(held_until(now, pause, [Some(now + minute * 2), None]), None);
        assert_eq!(held_until(now, pause, [None, Some(now + minute)]), None);
        assert_eq!(held_until(now, pause, [Some(now - minute), None]), held, "it is late already");
        assert_eq!(held_until(now, Duration::ZERO, [None, None]), None);
    }

    #[test]
    fn what_may_have_been_sent_is_not_taken_back() {
        let held = |state, reason, attempted_at| Held {
            author_id: UserId::new(),
            body: String::new(),
            file_id: None,
            state,
            reason,
            attempted_at,
            closes_chat: false,
        };
        for state in [ReplyState::Queued, ReplyState::Scheduled] {
            assert!(held(state, None, None).has_not_left());
            assert!(!held(state, None, Some(DateTime::UNIX_EPOCH)).has_not_left(), "tried before");
        }
        assert!(held(ReplyState::Failed, Some(FailureReason::BuyerWroteFirst), None).has_not_left());
        for state in [ReplyState::Sending, ReplyState::Sent, ReplyState::Failed, ReplyState::Withdrawn] {
            assert!(!held(state, None, None).has_not_left(), "{state}");
        }
    }
}
