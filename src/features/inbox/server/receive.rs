//! Storing what a marketplace tells: each message once, with the cursor that follows it, in one transaction. Pages of
//! several chats may share it, which is what makes an import fast.

use super::{hold, moderation, outbox, recompute, send_windows};
use crate::connectors::{RemoteChat, RemoteMessage};
use crate::features::files::server::incoming::{self, Wanted};
use crate::features::files::types::AttachmentKind;
use crate::features::inbox::types::ChatStatus;
use crate::features::notices::server::notify::{self, BuyerWrote};
use crate::features::suggestions::server::ahead;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::{chats, sellers};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::collections::{HashMap, HashSet};

/// The job that reads the news of one chat at once; run by the `sync` feature.
pub const READ_CHAT_JOB: &str = "sync.chat";

/// Asks for the news of one chat, ahead of everything that is read in the background.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_chat(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    chat: ChatId,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_chat(workspace, seller, chat, READ_CHAT_JOB, now())).await
}

/// The job that reads the older history of one chat; run by the `sync` feature.
pub const OLDER_JOB: &str = "sync.older";

/// Asks for the older history of one chat, because somebody reads there.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_older(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    chat: ChatId,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_chat(workspace, seller, chat, OLDER_JOB, now())).await
}

/// A chat as synchronisation needs it: how far its history has been read.
#[derive(HasQuery, diesel::QueryableByName, Clone, Debug)]
#[diesel(table_name = chats)]
pub struct ChatCursor {
    pub workspace_id: WorkspaceId,
    pub id: ChatId,
    pub seller_id: SellerId,
    pub external_id: String,
    pub status: ChatStatus,
    pub head_id: Option<String>,
    pub tail_id: Option<String>,
    pub tail_done: bool,
    /// The mark of the list that the history was read up to.
    pub remote_last_id: Option<String>,
    /// The newest mark that the list has shown.
    pub listed_last_id: Option<String>,
    /// The history is still to be read up to that mark.
    pub is_behind: bool,
    pub is_unread_there: bool,
    pub read_tries: i32,
    /// Not to be read before this.
    pub read_after: Option<DateTime<Utc>>,
    pub history_problem: Option<String>,
}

impl ChatCursor {
    /// Whether the chat's history should be read now.
    pub fn wants_reading(&self, now: DateTime<Utc>) -> bool {
        self.is_behind && self.read_after.is_none_or(|at| at <= now)
    }

    /// Whether the marketplace has older messages than we do.
    pub fn has_tail(&self) -> bool {
        self.tail_id.is_some() && !self.tail_done && self.history_problem.is_none()
    }
}

/// Reads a chat's cursors; `None` when the workspace has no such chat.
///
/// # Errors
/// When the database refuses.
pub async fn cursor(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Option<ChatCursor>> {
    Ok(ChatCursor::query()
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .first(conn)
        .await
        .optional()?)
}

/// Where the cursors of a chat stand after a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorMove {
    /// Newest message with no gap behind it.
    pub head_id: Option<String>,
    /// Oldest message; only when older history was read.
    pub tail_id: Option<String>,
    /// The beginning of the chat has been reached.
    pub tail_done: bool,
    /// The list's mark that this page has caught up with.
    pub remote_last_id: Option<String>,
}

/// Finds a chat or makes it, and notes whether the marketplace has closed it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_create(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    remote: &RemoteChat,
    now: DateTime<Utc>,
) -> Outcome<ChatCursor> {
    let status = if remote.is_closed { ChatStatus::Closed } else { ChatStatus::Open };
    let of_chat = chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::seller_id.eq(seller))
        .filter(chats::external_id.eq(&remote.external_id));
    let found: Option<ChatCursor> = of_chat.select(ChatCursor::as_select()).first(conn).await.optional()?;
    if let Some(mut chat) = found {
        if chat.status != status {
            set_status(conn, &chat, status).await?;
            chat.status = status;
        }
        return Ok(chat);
    }
    let created = remote.created_at.unwrap_or(now);
    diesel::insert_into(chats::table)
        .values((
            chats::workspace_id.eq(workspace),
            chats::id.eq(ChatId::new()),
            chats::seller_id.eq(seller),
            chats::kind.eq("dialog"),
            chats::external_id.eq(&remote.external_id),
            chats::status.eq(status),
            chats::created_at.eq(created),
            chats::last_message_at.eq(created),
            chats::listed_last_id.eq(remote.last_message_id.as_deref()),
            chats::listed_last_key.eq(remote.last_message_key.as_deref()),
            chats::is_behind.eq(remote.last_message_id.is_some()),
            chats::is_unread_there.eq(remote.is_unread),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(of_chat.select(ChatCursor::as_select()).first(conn).await?)
}

async fn set_status(conn: &mut AsyncPgConnection, chat: &ChatCursor, status: ChatStatus) -> Outcome<()> {
    let (workspace, id) = (chat.workspace_id, chat.id);
    conn.transaction(async |conn| {
        diesel::update(chats::table.find((workspace, id)))
            .set(chats::status.eq(status))
            .execute(conn)
            .await?;
        send_windows::recompute(conn, workspace, &[id]).await?;
        live::append(conn, workspace, &[Change::Chat { chat: id }]).await
    })
    .await
}

/// A page of one chat's history with the cursors that follow it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    pub chat: &'a ChatCursor,
    pub messages: &'a [RemoteMessage],
    pub moved: &'a CursorMove,
    /// One of very many: the caller tells of all of them in one event.
    pub is_bulk: bool,
}

/// Stores a page of history together with the cursors that follow it. Returns how many messages were new or changed.
///
/// # Errors
/// When the database refuses; then neither messages nor cursors have moved.
pub async fn store(
    conn: &mut AsyncPgConnection,
    marketplace: Marketplace,
    chat: &ChatCursor,
    messages: &[RemoteMessage],
    moved: &CursorMove,
    now: DateTime<Utc>,
) -> Outcome<usize> {
    let page = Page { chat, messages, moved, is_bulk: false };
    store_all(conn, chat.workspace_id, marketplace, &[page], now).await
}

/// The same for pages of several chats of one seller, each at most once, in one transaction.
///
/// # Errors
/// When the database refuses; then nothing has moved.
pub async fn store_all(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    marketplace: Marketplace,
    pages: &[Page<'_>],
    now: DateTime<Utc>,
) -> Outcome<usize> {
    if pages.is_empty() {
        return Ok(0);
    }
    conn.transaction(async |conn| {
        let locked = lock(conn, workspace, pages).await?;
        let stored = upsert(conn, workspace, pages, now).await?;
        let mut changes = hold::cancel_overtaken(conn, workspace, &locked.with_plans).await?;
        for chat in locked.with_replies {
            changes.extend(outbox::adopt(conn, marketplace, workspace, chat).await?);
        }
        for page in pages {
            changes.extend(settle_files(conn, page, now).await?);
        }
        move_cursors(conn, workspace, pages, now).await?;
        let touched: Vec<&Page<'_>> = pages
            .iter()
            .filter(|page| {
                stored.contains_key(&page.chat.id) || changes.iter().any(|change| concerns(change, page))
            })
            .collect();
        let ids: Vec<ChatId> = touched.iter().map(|page| page.chat.id).collect();
        if !ids.is_empty() {
            recompute::recompute(conn, workspace, &ids).await?;
        }
        let told = touched.iter().filter(|page| !page.is_bulk);
        changes.extend(told.map(|page| Change::Chat { chat: page.chat.id }));
        let news: Vec<BuyerWrote> =
            pages.iter().filter_map(|page| news(page, &stored, &locked.connected_at)).collect();
        changes.extend(notify::buyers_wrote(conn, workspace, &news, now).await?);
        let wrote = pages.iter().filter(|page| news.iter().any(|news| news.chat == page.chat.id));
        let wrote: Vec<(SellerId, ChatId)> = wrote.map(|page| (page.chat.seller_id, page.chat.id)).collect();
        ahead::want(conn, workspace, &wrote, now).await?;
        live::append(conn, workspace, &changes).await?;
        Ok(stored.values().map(|chat| chat.messages).sum())
    })
    .await
}

/// What a buyer has written since the seller was connected: imported history rings no bell.
fn news(
    page: &Page<'_>,
    stored: &HashMap<ChatId, Stored>,
    connected_at: &HashMap<SellerId, DateTime<Utc>>,
) -> Option<BuyerWrote> {
    let connected_at = *connected_at.get(&page.chat.seller_id)?;
    let wrote_at = &stored.get(&page.chat.id).filter(|_| !page.is_bulk)?.buyer_wrote_at;
    let fresh = || wrote_at.iter().copied().filter(|at| *at >= connected_at);
    let messages = i32::try_from(fresh().count()).unwrap_or(i32::MAX);
    Some(BuyerWrote { chat: page.chat.id, messages, since: fresh().min()? })
}

/// Notes the files of a page's messages and what moderation says of them. Returns what has changed.
async fn settle_files(
    conn: &mut AsyncPgConnection,
    page: &Page<'_>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let with_files = with_files(page.messages);
    let ChatCursor { workspace_id: workspace, id: chat, seller_id: seller, .. } = *page.chat;
    let wanted = Wanted { workspace, seller, chat, messages: &with_files, whatever_age: false };
    incoming::want(conn, wanted, now).await?;
    moderation::settle(conn, workspace, chat, &with_files).await
}

/// Ids of messages that have more than text: those whose files are fetched, and which are moderated.
fn with_files(messages: &[RemoteMessage]) -> Vec<String> {
    let has_files = |message: &&RemoteMessage| {
        message.attachments.iter().any(|attachment| attachment.kind != AttachmentKind::Link)
    };
    messages.iter().filter(has_files).map(|message| message.external_id.clone()).collect()
}

fn concerns(change: &Change, page: &Page<'_>) -> bool {
    matches!(change, Change::Reply { chat, .. } if *chat == page.chat.id)
}

#[derive(diesel::QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Bool)]
    has_replies: bool,
    #[diesel(sql_type = Bool)]
    has_plans: bool,
}

/// What there is to look at in chats that are locked.
struct Locked {
    /// Chats with replies that the history may show by now.
    with_replies: Vec<ChatId>,
    /// Chats with replies that are to leave later.
    with_plans: Vec<ChatId>,
    /// Since when the sellers have been connected.
    connected_at: HashMap<SellerId, DateTime<Utc>>,
}

/// One writer per chat: adoption and recomputation look at all its messages. In the order of the ids, so that two who
/// lock several never wait for each other.
async fn lock(conn: &mut AsyncPgConnection, workspace: WorkspaceId, pages: &[Page<'_>]) -> Outcome<Locked> {
    // Before the chats, so that removing the seller, which changes all of them, waits for us or we for it.
    let sellers: HashSet<SellerId> = pages.iter().map(|page| page.chat.seller_id).collect();
    let connected_at: Vec<(SellerId, DateTime<Utc>)> = sellers::table
        .filter(sellers::workspace_id.eq(workspace))
        .filter(sellers::id.eq_any(sellers))
        .order(sellers::id)
        .select((sellers::id, sellers::connected_at))
        .for_key_share()
        .load(conn)
        .await?;
    let rows: Vec<LockedRow> = diesel::sql_query(
        "SELECT c.id, EXISTS ( \
             SELECT 1 FROM replies r WHERE r.workspace_id = c.workspace_id AND r.chat_id = c.id \
               AND r.state IN ('queued', 'sending', 'sent', 'unsure')) AS has_replies, \
           EXISTS ( \
             SELECT 1 FROM replies r WHERE r.workspace_id = c.workspace_id AND r.chat_id = c.id \
               AND r.state = 'scheduled') AS has_plans \
         FROM chats c WHERE c.workspace_id = $1 AND c.id = ANY($2) ORDER BY c.id FOR NO KEY UPDATE OF c",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<SqlUuid>, _>(pages.iter().map(|page| page.chat.id).collect::<Vec<_>>())
    .load(conn)
    .await?;
    if rows.len() < pages.len() {
        return Err(Fault::not_found());
    }
    let those = |is: fn(&LockedRow) -> bool| rows.iter().filter(|row| is(row)).map(|row| row.id).collect();
    Ok(Locked {
        with_replies: those(|row| row.has_replies),
        with_plans: those(|row| row.has_plans),
        connected_at: connected_at.into_iter().collect(),
    })
}

#[derive(diesel::QueryableByName)]
struct ChangedRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = BigInt)]
    messages: i64,
    #[diesel(sql_type = Array<Timestamptz>)]
    buyer_wrote_at: Vec<DateTime<Utc>>,
}

/// What was stored of a chat.
struct Stored {
    /// How many messages are new or have changed.
    messages: usize,
    /// When the buyer wrote those that are new.
    buyer_wrote_at: Vec<DateTime<Utc>>,
}

/// Stores what is new or has changed; returns what that was, by chat.
async fn upsert(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    pages: &[Page<'_>],
    now: DateTime<Utc>,
) -> Outcome<HashMap<ChatId, Stored>> {
    // One statement must not meet the same key twice.
    let mut seen = HashSet::new();
    let messages: Vec<(ChatId, &RemoteMessage)> = pages
        .iter()
        .flat_map(|page| page.messages.iter().map(|message| (page.chat.id, message)))
        .filter(|(chat, message)| seen.insert((*chat, message.external_id.as_str())))
        .collect();
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let attachments = messages
        .iter()
        .map(|(_, message)| serde_json::to_value(&message.attachments))
        .collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<ChangedRow> = diesel::sql_query(
        "WITH stored AS ( \
             INSERT INTO messages AS m (workspace_id, chat_id, external_id, sort_key, author, body, attachments, sent_at, \
                                        received_at, is_read, raw, moderation) \
             SELECT $1, n.chat_id, n.external_id, n.sort_key, n.author, n.body, n.attachments, n.sent_at, $2, n.is_read, \
                    n.raw, n.moderation \
             FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                  AS n (chat_id, external_id, sort_key, author, body, attachments, sent_at, is_read, raw, moderation) \
             ON CONFLICT (workspace_id, chat_id, external_id) DO UPDATE SET \
                 body = excluded.body, attachments = excluded.attachments, is_read = m.is_read OR excluded.is_read, \
                 raw = excluded.raw, moderation = excluded.moderation, \
                 edited_at = CASE WHEN m.body <> excluded.body AND m.raw IS NULL THEN excluded.received_at \
                                  ELSE m.edited_at END \
             WHERE (m.body, m.attachments, m.raw, m.moderation) \
                   IS DISTINCT FROM (excluded.body, excluded.attachments, excluded.raw, excluded.moderation) \
                OR (excluded.is_read AND NOT m.is_read) \
             RETURNING m.chat_id, m.sent_at, m.author = 'buyer' AND m.xmax = 0 AS is_news) \
         SELECT chat_id, count(*) AS messages, \
                coalesce(array_agg(sent_at) FILTER (WHERE is_news), '{}') AS buyer_wrote_at \
         FROM stored GROUP BY chat_id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(messages.iter().map(|(chat, _)| *chat).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|(_, m)| m.external_id.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|(_, m)| m.sort_key.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|(_, m)| m.author).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|(_, m)| m.body.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(attachments)
    .bind::<Array<Timestamptz>, _>(messages.iter().map(|(_, m)| m.sent_at.unwrap_or(now)).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(messages.iter().map(|(_, m)| m.is_read).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(messages.iter().map(|(_, m)| m.raw.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|(_, m)| m.moderation).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let stored = |row: ChangedRow| {
        let messages = usize::try_from(row.messages).unwrap_or(0);
        (row.chat_id, Stored { messages, buyer_wrote_at: row.buyer_wrote_at })
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Moves the cursors of the pages' chats. A chat is behind no more when the mark that was reached is the list's present
/// one: the list may have moved on while the page was on its way.
async fn move_cursors(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    pages: &[Page<'_>],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let order_number =
        |page: &Page<'_>| page.messages.iter().find_map(|message| message.order_number.clone());
    let sku = |page: &Page<'_>| page.messages.iter().find_map(|message| message.sku.clone());
    diesel::sql_query(
        "UPDATE chats c SET head_id = coalesce(n.head_id, c.head_id), tail_id = coalesce(n.tail_id, c.tail_id), \
             tail_done = c.tail_done OR n.tail_done, remote_last_id = coalesce(n.reached, c.remote_last_id), \
             order_number = coalesce(c.order_number, n.order_number), sku = coalesce(c.sku, n.sku), checked_at = $2, \
             is_behind = c.is_behind AND n.reached IS DISTINCT FROM c.listed_last_id, \
             read_tries = CASE WHEN n.reached IS NULL THEN c.read_tries ELSE 0 END, \
             read_after = CASE WHEN n.reached IS NULL THEN c.read_after END, \
             history_problem = CASE WHEN n.head_id IS NULL THEN c.history_problem END \
         FROM unnest($3, $4, $5, $6, $7, $8, $9) AS n (id, head_id, tail_id, tail_done, reached, order_number, sku) \
         WHERE c.workspace_id = $1 AND c.id = n.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(pages.iter().map(|page| page.chat.id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(pages.iter().map(|page| page.moved.head_id.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(pages.iter().map(|page| page.moved.tail_id.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(pages.iter().map(|page| page.moved.tail_done).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        pages.iter().map(|page| page.moved.remote_last_id.as_deref()).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Text>>, _>(pages.iter().map(order_number).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(pages.iter().map(sku).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
