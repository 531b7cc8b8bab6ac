//! The outbox: the states of replies, and recognising our own replies in the marketplace's history.

use crate::connectors;
use crate::features::inbox::types::{Author, FailureReason, ReplyState};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::{messages, replies};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, ReplyId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// The job that delivers a chat's replies, one after the other; run by the `sync` feature.
pub const DELIVER_JOB: &str = "sync.deliver";

/// The marketplace's clock may be behind ours by this much.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(2);

/// A reply as delivery needs it.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = replies)]
pub struct OutgoingReply {
    pub workspace_id: WorkspaceId,
    pub id: ReplyId,
    pub chat_id: ChatId,
    pub body: String,
    pub state: ReplyState,
    /// Sends that may have been carried out.
    pub attempts: i32,
    pub attempted_at: Option<DateTime<Utc>>,
    pub baseline: Option<String>,
}

/// The next reply of a chat to deliver: the oldest that is neither accepted nor given up.
///
/// # Errors
/// When the database refuses.
pub async fn next(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Option<OutgoingReply>> {
    Ok(OutgoingReply::query()
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq_any([ReplyState::Queued, ReplyState::Sending]))
        .order((replies::created_at, replies::id))
        .first(conn)
        .await
        .optional()?)
}

/// Whether the marketplace has accepted replies of this chat that its history has not shown yet.
///
/// # Errors
/// When the database refuses.
pub async fn has_unshown(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    since: DateTime<Utc>,
) -> Outcome<bool> {
    let found: Option<ReplyId> = replies::table
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq(ReplyState::Sent))
        .filter(replies::sent_at.gt(since))
        .select(replies::id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Writes down, before a send, that it may happen from now on. After a crash the reply is found in this state, and the
/// marketplace's history tells whether it did.
///
/// # Errors
/// When the database refuses; then nothing may be sent.
pub async fn begin_attempt(
    conn: &mut AsyncPgConnection,
    reply: &OutgoingReply,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (workspace, chat, id) = (reply.workspace_id, reply.chat_id, reply.id);
    conn.transaction(async |conn| {
        let newest: Option<String> = messages::table
            .filter(messages::workspace_id.eq(workspace))
            .filter(messages::chat_id.eq(chat))
            .select(messages::sort_key)
            .order((messages::sent_at.desc(), messages::sort_key.desc()))
            .first(conn)
            .await
            .optional()?;
        // The first baseline stays: an earlier attempt may turn up late.
        let baseline = reply.baseline.clone().or(newest);
        diesel::update(replies::table.find((workspace, id)))
            .set((
                replies::state.eq(ReplyState::Sending),
                replies::attempts.eq(replies::attempts + 1),
                replies::attempted_at.eq(Some(now)),
                replies::baseline.eq(baseline),
                replies::reason.eq(None::<FailureReason>),
                replies::reason_detail.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::Reply { chat, reply: id }]).await
    })
    .await
}

/// How a send ended, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The marketplace took it.
    Accepted,
    /// It was certainly not carried out and goes back to the queue.
    NotTried,
    /// It was certainly refused.
    Failed(FailureReason, Option<String>),
    /// Nobody can tell.
    Unsure,
}

/// Writes down how an attempt ended. A reply that was recognised in the history meanwhile stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn end_attempt(
    conn: &mut AsyncPgConnection,
    reply: &OutgoingReply,
    ending: Ending,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (workspace, chat, id) = (reply.workspace_id, reply.chat_id, reply.id);
    let (state, reason, detail, uncounted) = match ending {
        Ending::Accepted => (ReplyState::Sent, None, None, 0),
        Ending::NotTried => (ReplyState::Queued, None, None, 1),
        Ending::Failed(reason, detail) => (ReplyState::Failed, Some(reason), detail, 0),
        Ending::Unsure => (ReplyState::Unsure, Some(FailureReason::CannotTell), None, 0),
    };
    let sent_at = (state == ReplyState::Sent).then_some(now);
    conn.transaction(async |conn| {
        diesel::update(replies::table.find((workspace, id)))
            .filter(replies::state.eq_any([ReplyState::Queued, ReplyState::Sending]))
            .set((
                replies::state.eq(state),
                replies::reason.eq(reason),
                replies::reason_detail.eq(detail),
                replies::attempts.eq(replies::attempts - uncounted),
                replies::sent_at.eq(sent_at),
            ))
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::Reply { chat, reply: id }]).await
    })
    .await
}

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = messages)]
struct Candidate {
    external_id: String,
    sort_key: String,
    body: String,
    sent_at: DateTime<Utc>,
}

/// Recognises our own replies among messages that the marketplace shows as the seller's: same text, after the attempt
/// began, each message for one reply, oldest first. Returns what has changed.
///
/// # Errors
/// When the database refuses.
pub async fn adopt(
    conn: &mut AsyncPgConnection,
    marketplace: Marketplace,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Vec<Change>> {
    let waiting: Vec<OutgoingReply> = OutgoingReply::query()
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq_any([
            ReplyState::Queued,
            ReplyState::Sending,
            ReplyState::Sent,
            ReplyState::Unsure,
        ]))
        .order((replies::created_at, replies::id))
        .load(conn)
        .await?;
    let Some(earliest) = waiting.iter().filter_map(|reply| reply.attempted_at).min() else {
        return Ok(Vec::new());
    };
    let mut candidates: Vec<Candidate> = Candidate::query()
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq(Author::SellerElsewhere))
        .filter(messages::reply_id.is_null())
        .filter(messages::sent_at.gt(earliest - CLOCK_SKEW))
        .order((messages::sent_at, messages::sort_key))
        .load(conn)
        .await?;
    let mut changes = Vec::new();
    for reply in waiting {
        let Some(position) = candidates.iter().position(|candidate| is_same(marketplace, &reply, candidate))
        else {
            continue;
        };
        let message = candidates.remove(position);
        diesel::update(messages::table.find((workspace, chat, &message.external_id)))
            .set((messages::reply_id.eq(Some(reply.id)), messages::author.eq(Author::Operator)))
            .execute(conn)
            .await?;
        diesel::update(replies::table.find((workspace, reply.id)))
            .set((
                replies::state.eq(ReplyState::Visible),
                replies::sent_at.eq(Some(message.sent_at)),
                replies::reason.eq(None::<FailureReason>),
                replies::reason_detail.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        changes.push(Change::Reply { chat, reply: reply.id });
    }
    Ok(changes)
}

fn is_same(marketplace: Marketplace, reply: &OutgoingReply, message: &Candidate) -> bool {
    let after_baseline = reply.baseline.as_ref().is_none_or(|baseline| message.sort_key > *baseline);
    let after_attempt = reply.attempted_at.is_some_and(|at| message.sent_at > at - CLOCK_SKEW);
    let shown = connectors::shown_text(marketplace, &reply.body);
    after_baseline && after_attempt && words(&shown).eq(words(&message.body))
}

/// A marketplace may change spaces and line breaks; the words stay.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// Puts a reply back into the queue after its attempt is known to have failed; the attempt still counts.
///
/// # Errors
/// When the database refuses.
pub async fn requeue(conn: &mut AsyncPgConnection, reply: &OutgoingReply) -> Outcome<()> {
    diesel::update(replies::table.find((reply.workspace_id, reply.id)))
        .filter(replies::state.eq(ReplyState::Sending))
        .set(replies::state.eq(ReplyState::Queued))
        .execute(conn)
        .await?;
    Ok(())
}
