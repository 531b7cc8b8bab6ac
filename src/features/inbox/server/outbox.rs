//! The outbox: the states of replies, and recognising our own replies in the marketplace's history.

use crate::connectors;
use crate::features::files::types::AttachmentKind;
use crate::features::inbox::types::{Attachment, Author, FailureReason, Moderation, ReplyState};
use crate::features::notices::server::notify;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::{files, messages, replies};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, FileId, ReplyId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::media_type::MediaType;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{exists, not};
use diesel::sql_types::{Nullable, Timestamptz};
use diesel::{ExpressionMethods, HasQuery, NullableExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// The job that delivers a chat's replies, one after the other; run by the `sync` feature.
pub const DELIVER_JOB: &str = "sync.deliver";

diesel::define_sql_function! {
    /// The first of two that is known.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

/// The marketplace's clock may be behind ours by this much.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(2);

/// A reply as delivery needs it.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = replies)]
pub struct OutgoingReply {
    pub workspace_id: WorkspaceId,
    pub id: ReplyId,
    pub chat_id: ChatId,
    /// Empty when the reply is a file.
    pub body: String,
    pub file_id: Option<FileId>,
    pub state: ReplyState,
    /// Sends that may have been carried out.
    pub attempts: i32,
    pub attempted_at: Option<DateTime<Utc>>,
    pub baseline: Option<String>,
}

/// States of replies that are neither accepted nor given up.
const UNDELIVERED: [ReplyState; 3] = [ReplyState::Scheduled, ReplyState::Queued, ReplyState::Sending];

/// The next reply of a chat to deliver: of those whose time has come and that are neither accepted nor given up, the one
/// whose time came first. Those that wait for their time hold nothing back.
///
/// # Errors
/// When the database refuses.
pub async fn next(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<Option<OutgoingReply>> {
    Ok(OutgoingReply::query()
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq_any(UNDELIVERED))
        .filter(is_due(now))
        .order((coalesce(replies::deliver_at, replies::created_at), replies::created_at, replies::id))
        .first(conn)
        .await
        .optional()?)
}

/// Whether a reply's time has come.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_due(now: DateTime<Utc>) -> _ {
    let always: DateTime<Utc> = DateTime::UNIX_EPOCH;
    coalesce(replies::deliver_at, always).le(now)
}

/// When the next reply of a chat leaves whose time has not come.
///
/// # Errors
/// When the database refuses.
pub async fn next_departure(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Option<DateTime<Utc>>> {
    Ok(replies::table
        .filter(replies::workspace_id.eq(workspace))
        .filter(replies::chat_id.eq(chat))
        .filter(replies::state.eq_any([ReplyState::Scheduled, ReplyState::Queued]))
        .select(diesel::dsl::min(replies::deliver_at))
        .first(conn)
        .await?)
}

/// Whether nothing more is to be done about a reply.
///
/// # Errors
/// When the database refuses.
pub async fn is_settled(conn: &mut AsyncPgConnection, reply: &OutgoingReply) -> Outcome<bool> {
    let state: Option<ReplyState> = replies::table
        .find((reply.workspace_id, reply.id))
        .select(replies::state)
        .first(conn)
        .await
        .optional()?;
    Ok(state.is_none_or(|state| !UNDELIVERED.contains(&state)))
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
        .filter(not(exists(shown_as())))
        .select(replies::id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Writes down, before a send, that it may happen from now on. After a crash the reply is found in this state, and the
/// marketplace's history tells whether it did. Says whether it may be sent: somebody may have taken it back, or put it
/// off, since it was read.
///
/// # Errors
/// When the database refuses; then nothing may be sent.
pub async fn begin_attempt(
    conn: &mut AsyncPgConnection,
    reply: &OutgoingReply,
    now: DateTime<Utc>,
) -> Outcome<bool> {
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
        let begun = diesel::update(replies::table.find((workspace, id)))
            .filter(replies::state.eq_any([ReplyState::Scheduled, ReplyState::Queued]))
            .filter(is_due(now))
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
        if begun > 0 {
            live::append(conn, workspace, &[Change::Reply { chat, reply: id }]).await?;
        }
        Ok(begun > 0)
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
        let ended = diesel::update(replies::table.find((workspace, id)))
            .filter(replies::state.eq_any(UNDELIVERED))
            .set((
                replies::state.eq(state),
                replies::reason.eq(reason),
                replies::reason_detail.eq(detail),
                replies::attempts.eq(replies::attempts - uncounted),
                replies::sent_at.eq(sent_at),
            ))
            .execute(conn)
            .await?;
        let mut changes = vec![Change::Reply { chat, reply: id }];
        if ended > 0 && matches!(state, ReplyState::Failed | ReplyState::Unsure) {
            changes.extend(notify::reply_trouble(conn, workspace, id, now).await?);
        }
        live::append(conn, workspace, &changes).await
    })
    .await
}

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = messages)]
struct Candidate {
    external_id: String,
    sort_key: String,
    body: String,
    attachments: serde_json::Value,
    moderation: Moderation,
    sent_at: DateTime<Utc>,
}

/// The message that a reply has become.
#[diesel::dsl::auto_type(no_type_alias)]
fn shown_as() -> _ {
    messages::table
        .filter(messages::workspace_id.eq(replies::workspace_id))
        .filter(messages::reply_id.eq(replies::id.nullable()))
}

/// Recognises our own replies among messages that the marketplace shows as the seller's: same text or same kind of
/// file, after the attempt began, each message for one reply, oldest first. Returns what has changed.
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
        // Those under moderation are found already.
        .filter(not(exists(shown_as())))
        .order((replies::created_at, replies::id))
        .load(conn)
        .await?;
    let Some(earliest) = waiting.iter().filter_map(|reply| reply.attempted_at).min() else {
        return Ok(Vec::new());
    };
    let mut candidates = foreign(conn, workspace, chat, earliest).await?;
    let sent_files = files_of(conn, workspace, &waiting).await?;
    let mut changes = Vec::new();
    for reply in waiting {
        let file = reply.file_id.and_then(|file| sent_files.get(&file));
        let is_same = |candidate: &Candidate| is_same(marketplace, &reply, file, candidate);
        let Some(position) = candidates.iter().position(is_same) else {
            continue;
        };
        let message = candidates.remove(position);
        diesel::update(messages::table.find((workspace, chat, &message.external_id)))
            .set((messages::reply_id.eq(Some(reply.id)), messages::author.eq(Author::Operator)))
            .execute(conn)
            .await?;
        diesel::update(replies::table.find((workspace, reply.id)))
            .set((
                replies::state.eq(message.moderation.reply_state()),
                replies::sent_at.eq(Some(message.sent_at)),
                replies::reason.eq(message.moderation.reason()),
                replies::reason_detail.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        changes.push(Change::Reply { chat, reply: reply.id });
    }
    Ok(changes)
}

/// Messages of the shop since an attempt that are not known to be written here, oldest first.
async fn foreign(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    since: DateTime<Utc>,
) -> Outcome<Vec<Candidate>> {
    Ok(Candidate::query()
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq(Author::SellerElsewhere))
        .filter(messages::reply_id.is_null())
        .filter(messages::sent_at.gt(since - CLOCK_SKEW))
        .order((messages::sent_at, messages::sort_key))
        .load(conn)
        .await?)
}

/// What is known of a file that is sent, for recognising it.
struct SentFile {
    name: String,
    is_picture: bool,
}

async fn files_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    waiting: &[OutgoingReply],
) -> Outcome<HashMap<FileId, SentFile>> {
    let ids: Vec<FileId> = waiting.iter().filter_map(|reply| reply.file_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(FileId, String, Option<MediaType>)> = files::table
        .filter(files::workspace_id.eq(workspace))
        .filter(files::id.eq_any(ids))
        .select((files::id, files::name, files::media_type))
        .load(conn)
        .await?;
    let file = |(id, name, media_type): (FileId, String, Option<MediaType>)| {
        (id, SentFile { name, is_picture: media_type.is_some_and(MediaType::is_picture) })
    };
    Ok(rows.into_iter().map(file).collect())
}

fn is_same(
    marketplace: Marketplace,
    reply: &OutgoingReply,
    file: Option<&SentFile>,
    message: &Candidate,
) -> bool {
    if !may_be(reply, message) {
        return false;
    }
    match (file, reply.file_id) {
        (Some(file), _) => is_same_file(file, message),
        (None, Some(_)) => false,
        (None, None) => {
            let shown = connectors::shown_text(marketplace, &reply.body);
            words(&shown).eq(words(&message.body))
        }
    }
}

/// Whether a message came after the attempt to send the reply.
fn may_be(reply: &OutgoingReply, message: &Candidate) -> bool {
    let after_baseline = reply.baseline.as_ref().is_none_or(|baseline| message.sort_key > *baseline);
    let after_attempt = reply.attempted_at.is_some_and(|at| message.sent_at > at - CLOCK_SKEW);
    after_baseline && after_attempt
}

/// The one attachment of a message that has no text.
fn lone_attachment(message: &Candidate) -> Option<Attachment> {
    let all: Vec<Attachment> = serde_json::from_value(message.attachments.clone()).ok()?;
    let [attachment] = <[Attachment; 1]>::try_from(all).ok()?;
    (message.body.trim().is_empty() && attachment.kind != AttachmentKind::Link).then_some(attachment)
}

/// A picture alone is recognised as one; marketplaces give pictures names of their own. A document shows its name.
fn is_same_file(file: &SentFile, message: &Candidate) -> bool {
    lone_attachment(message).is_some_and(|attachment| match attachment.kind {
        AttachmentKind::Image => file.is_picture,
        AttachmentKind::File => bare_name(&attachment.name).contains(&bare_name(&file.name)),
        AttachmentKind::Link => false,
    })
}

/// A file's name without what marketplaces change in one: spaces, brackets, the size that follows it.
fn bare_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the history shows a file of the shop that could be this reply's and cannot be told to be: then sending it
/// again could send it twice.
///
/// # Errors
/// When the database refuses.
pub async fn is_in_doubt(conn: &mut AsyncPgConnection, reply: &OutgoingReply) -> Outcome<bool> {
    let (Some(attempted_at), Some(_)) = (reply.attempted_at, reply.file_id) else { return Ok(false) };
    let unowned = foreign(conn, reply.workspace_id, reply.chat_id, attempted_at).await?;
    Ok(unowned.iter().any(|message| may_be(reply, message) && lone_attachment(message).is_some()))
}

/// Whether moderation still looks at something that was sent here.
///
/// # Errors
/// When the database refuses.
pub async fn oldest_in_moderation(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    since: DateTime<Utc>,
) -> Outcome<Option<DateTime<Utc>>> {
    Ok(messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq(Author::Operator))
        .filter(messages::moderation.eq(Moderation::Pending))
        .filter(messages::sent_at.gt(since))
        .select(messages::sent_at)
        .order(messages::sent_at)
        .first(conn)
        .await
        .optional()?)
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
