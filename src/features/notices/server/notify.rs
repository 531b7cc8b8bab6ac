//! Telling people, in the transaction of what they are told about. Nobody is told what they have done themselves or what
//! is before their eyes; a burst is one row with a count. Each function returns the changes for the caller to append.

use super::centre::read_settings;
use crate::features::notices::types::NoticeKind;
use crate::platform::fault::Outcome;
use crate::platform::schema::notices;
use crate::shared::change::Change;
use crate::shared::ids::{BulkJobId, ChatId, NoticeId, ReplyId, SellerId, UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::ExpressionMethods;
use diesel::sql_types::{Array, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::{BTreeMap, BTreeSet};

/// How long notices are kept.
const KEEP: TimeDelta = TimeDelta::days(30);

/// New messages of the buyer in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuyerWrote {
    pub chat: ChatId,
    pub messages: i32,
    /// When the first of them was written.
    pub since: DateTime<Utc>,
}

/// A person to be told, if they want to be.
#[derive(diesel::QueryableByName)]
struct Candidate {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    kind: NoticeKind,
    #[diesel(sql_type = SqlUuid)]
    subject: uuid::Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    chat_id: Option<ChatId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    seller_id: Option<SellerId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<UserId>,
    /// The marketplace's id of the message that it is about.
    #[diesel(sql_type = Nullable<Text>)]
    message_id: Option<String>,
    #[diesel(sql_type = Integer)]
    happened: i32,
    #[diesel(sql_type = Nullable<Jsonb>)]
    settings: Option<serde_json::Value>,
}

/// A chat that its person `u` looks at needs no notice.
const NOT_LOOKING: &str = "NOT EXISTS (SELECT 1 FROM presences p \
     WHERE p.workspace_id = c.workspace_id AND p.chat_id = c.id AND p.user_id = u.id AND p.expires_at > $2)";

/// Tells of buyers' messages: the responsible person, or everybody who answers when a chat that nobody is responsible
/// for begins to wait. Those that wait are one notice together. Call it after the chats were recomputed.
///
/// # Errors
/// When the database refuses.
pub async fn buyers_wrote(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    news: &[BuyerWrote],
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Candidate> = diesel::sql_query(format!(
        "SELECT u.id AS user_id, CASE WHEN c.assignee_id IS NULL THEN 'waiting' ELSE 'message' END AS kind, \
                CASE WHEN c.assignee_id IS NULL THEN $1 ELSE c.id END AS subject, c.id AS chat_id, \
                NULL::uuid AS seller_id, NULL::uuid AS actor_id, \
                (SELECT m.external_id FROM messages m \
                 WHERE m.workspace_id = $1 AND m.chat_id = c.id AND m.author = 'buyer' AND m.sent_at >= n.since \
                 ORDER BY m.sent_at, m.sort_key LIMIT 1) AS message_id, \
                CASE WHEN c.assignee_id IS NULL THEN 1 ELSE n.messages END AS happened, g.settings \
         FROM unnest($3, $4, $5) AS n (chat_id, messages, since) \
         JOIN chats c ON c.workspace_id = $1 AND c.id = n.chat_id AND c.work_state = 'open' \
         JOIN users u ON u.workspace_id = $1 AND u.left_at IS NULL \
              AND (u.id = c.assignee_id \
                   OR (c.assignee_id IS NULL AND c.unanswered_since >= n.since AND u.role = ANY($6))) \
         LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE {NOT_LOOKING}"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(news.iter().map(|it| it.chat).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(news.iter().map(|it| it.messages).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(news.iter().map(|it| it.since).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(who_may(Permission::ReplyToChats))
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

/// Tells a person that somebody else has made them responsible for a chat.
///
/// # Errors
/// When the database refuses.
pub async fn assigned(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    to: UserId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    about_chat(conn, workspace, NoticeKind::Assigned, chat, &[to], by, now).await
}

/// Tells a person that somebody else has made them responsible for many chats at once. All that comes of one cause is one
/// notice.
///
/// # Errors
/// When the database refuses.
pub async fn assigned_many(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    cause: BulkJobId,
    chats: &[ChatId],
    to: UserId,
    by: UserId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let Some(chat) = chats.first().filter(|_| to != by) else { return Ok(Vec::new()) };
    let found: Vec<Candidate> = diesel::sql_query(
        "SELECT u.id AS user_id, 'assigned' AS kind, $2 AS subject, $3 AS chat_id, NULL::uuid AS seller_id, \
                $4 AS actor_id, NULL AS message_id, $5 AS happened, g.settings \
         FROM users u LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE u.workspace_id = $1 AND u.left_at IS NULL AND u.id = $6",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(cause)
    .bind::<SqlUuid, _>(*chat)
    .bind::<SqlUuid, _>(by)
    .bind::<Integer, _>(i32::try_from(chats.len()).unwrap_or(i32::MAX))
    .bind::<SqlUuid, _>(to)
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

/// Tells people that somebody has named them in a note.
///
/// # Errors
/// When the database refuses.
pub async fn mentioned(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    whom: &[UserId],
    by: UserId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    about_chat(conn, workspace, NoticeKind::Mention, chat, whom, Some(by), now).await
}

/// Chats whose deadline is near or has passed, and who is to be told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadlineNews {
    /// Whoever is responsible for them; who is on shift, when nobody is.
    pub to_operators: Vec<ChatId>,
    /// Whoever leads.
    pub to_leads: Vec<ChatId>,
}

/// Who has been here within this time is on shift.
pub const ON_SHIFT: TimeDelta = TimeDelta::minutes(15);

/// Tells people of deadlines. Several chats at once are one notice.
///
/// # Errors
/// When the database refuses.
pub async fn deadlines(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    news: &DeadlineNews,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    if news.to_operators.is_empty() && news.to_leads.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Candidate> = diesel::sql_query(format!(
        "SELECT u.id AS user_id, 'deadline' AS kind, \
                CASE WHEN count(*) OVER (PARTITION BY u.id) > 1 THEN $1 ELSE c.id END AS subject, c.id AS chat_id, \
                NULL::uuid AS seller_id, NULL::uuid AS actor_id, NULL AS message_id, 1 AS happened, g.settings \
         FROM chats c \
         JOIN users u ON u.workspace_id = $1 AND ( \
             c.id = ANY($4) AND u.role = $7 \
             OR c.id = ANY($3) AND ( \
                 u.id = c.assignee_id \
                 OR c.assignee_id IS NULL AND u.role = ANY($5) AND EXISTS ( \
                     SELECT 1 FROM sessions s \
                     WHERE s.workspace_id = $1 AND s.user_id = u.id AND s.last_seen_at > $6))) \
         LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE c.workspace_id = $1 AND c.id = ANY($3 || $4) AND {NOT_LOOKING}"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(&news.to_operators)
    .bind::<Array<SqlUuid>, _>(&news.to_leads)
    .bind::<Array<Text>, _>(who_may(Permission::ReplyToChats))
    .bind::<Timestamptz, _>(now - ON_SHIFT)
    .bind::<Text, _>(LEAD)
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

/// Who is told what operators have let pass. Never everybody who administers.
const LEAD: Role = Role::Owner;

async fn about_chat(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    kind: NoticeKind,
    chat: ChatId,
    whom: &[UserId],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let found: Vec<Candidate> = diesel::sql_query(format!(
        "SELECT u.id AS user_id, $3 AS kind, c.id AS subject, c.id AS chat_id, NULL::uuid AS seller_id, \
                $6::uuid AS actor_id, NULL AS message_id, 1 AS happened, g.settings \
         FROM chats c JOIN users u ON u.workspace_id = $1 AND u.left_at IS NULL AND u.id = ANY($5) AND u.id IS DISTINCT FROM $6 \
         LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE c.workspace_id = $1 AND c.id = $4 AND {NOT_LOOKING}"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(kind)
    .bind::<SqlUuid, _>(chat)
    .bind::<Array<SqlUuid>, _>(whom)
    .bind::<Nullable<SqlUuid>, _>(by)
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

/// Tells the author of a reply that it was not sent, or that nobody can tell.
///
/// # Errors
/// When the database refuses.
pub async fn reply_trouble(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    reply: ReplyId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let found: Vec<Candidate> = diesel::sql_query(format!(
        "SELECT u.id AS user_id, 'reply_trouble' AS kind, c.id AS subject, c.id AS chat_id, NULL::uuid AS seller_id, \
                NULL::uuid AS actor_id, NULL AS message_id, 1 AS happened, g.settings \
         FROM replies r \
         JOIN chats c ON c.workspace_id = $1 AND c.id = r.chat_id \
         JOIN users u ON u.workspace_id = $1 AND u.left_at IS NULL AND u.id = r.author_id \
         LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE r.workspace_id = $1 AND r.id = $3 AND {NOT_LOOKING}"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(reply)
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

/// Tells those who can mend it that a seller has been stopped.
///
/// # Errors
/// When the database refuses.
pub async fn seller_stopped(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let found: Vec<Candidate> = diesel::sql_query(
        "SELECT u.id AS user_id, 'seller_stopped' AS kind, $2 AS subject, NULL::uuid AS chat_id, $2 AS seller_id, \
                NULL::uuid AS actor_id, NULL AS message_id, 1 AS happened, g.settings \
         FROM users u LEFT JOIN notice_settings g ON g.workspace_id = $1 AND g.user_id = u.id \
         WHERE u.workspace_id = $1 AND u.left_at IS NULL AND u.role = ANY($3)",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(seller)
    .bind::<Array<Text>, _>(who_may(Permission::ManageSellers))
    .load(conn)
    .await?;
    put(conn, workspace, found, now).await
}

fn who_may(permission: Permission) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| role.may(permission)).collect()
}

/// A burst within this time rings once.
const BURST: &str = "60 seconds";

/// Stores what people are told. In the order of the unique key, so that two who tell the same people never wait for
/// each other in a circle.
async fn put(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    found: Vec<Candidate>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let mut by_key: BTreeMap<(UserId, &'static str, uuid::Uuid), Candidate> = BTreeMap::new();
    for candidate in found {
        if !read_settings(candidate.settings.clone()).of(candidate.kind).any() {
            continue;
        }
        let key = (candidate.user_id, candidate.kind.as_str(), candidate.subject);
        by_key
            .entry(key)
            .and_modify(|known| {
                known.happened += candidate.happened;
                if known.chat_id != candidate.chat_id {
                    known.chat_id = candidate.chat_id;
                    known.message_id.clone_from(&candidate.message_id);
                }
            })
            .or_insert(candidate);
    }
    if by_key.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<&Candidate> = by_key.values().collect();
    diesel::sql_query(format!(
        "INSERT INTO notices AS n (workspace_id, user_id, id, kind, subject, chat_id, seller_id, actor_id, message_id, at, \
                                   rang_at, count) \
         SELECT $1, e.user_id, e.id, e.kind, e.subject, e.chat_id, e.seller_id, e.actor_id, e.message_id, $2, $2, \
                e.happened \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY \
              AS e (user_id, id, kind, subject, chat_id, seller_id, actor_id, message_id, happened, place) \
         ORDER BY e.place \
         ON CONFLICT (workspace_id, user_id, kind, subject) WHERE seen_at IS NULL DO UPDATE SET \
             count = n.count + excluded.count, at = greatest(n.at, excluded.at), chat_id = excluded.chat_id, \
             message_id = CASE WHEN n.chat_id = excluded.chat_id THEN coalesce(n.message_id, excluded.message_id) \
                               ELSE excluded.message_id END, \
             actor_id = excluded.actor_id, \
             rang_at = CASE WHEN excluded.at - n.rang_at > interval '{BURST}' THEN excluded.at ELSE n.rang_at END"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(all.iter().map(|it| it.user_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|_| NoticeId::new()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|it| it.kind).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|it| it.subject).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(all.iter().map(|it| it.chat_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(all.iter().map(|it| it.seller_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(all.iter().map(|it| it.actor_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(all.iter().map(|it| it.message_id.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(all.iter().map(|it| it.happened).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    let told: BTreeSet<UserId> = all.iter().map(|it| it.user_id).collect();
    Ok(told.into_iter().map(|user| Change::Notice { user }).collect())
}

/// Deletes notices that nobody looks for any more.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(notices::table).filter(notices::at.lt(now - KEEP)).execute(conn).await?)
}
