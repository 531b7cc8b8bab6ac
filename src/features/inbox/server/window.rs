//! A chat as the window shows it.

use super::beside::{self, Times};
use super::receive::{self, ChatCursor};
use super::{around, list, read_up_to, send_windows};
use crate::context::Ask;
use crate::features::files::server::incoming::{self, Wanted};
use crate::features::files::server::read as files;
use crate::features::inbox::types::{
    Attachment, AttachmentKind, AttachmentView, Author, ChatView, Delivery, Draft, FailureReason,
    MESSAGES_PER_PAGE, MessageCursor, MessageView, Moderation, ReplyState, Stretch,
};
use crate::features::sellers::types::SellerState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::drafts;
use crate::shared::ids::{ChatId, FileId, ReplyId, UserId, WorkspaceId};
use crate::shared::paging::Page;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// How often, and after which pauses, a person's request looks whether older messages have come.
const OLDER_LOOKS: u32 = 20;
const OLDER_PAUSE: Duration = Duration::from_millis(150);

/// A chat with its newest messages and the person's draft.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn open(ask: &Ask, chat: ChatId) -> Outcome<ChatView> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let row = list::one(&mut conn, workspace, ask.user.id, chat).await?.ok_or_else(Fault::not_found)?;
    let cursor = receive::cursor(&mut conn, workspace, chat).await?.ok_or_else(Fault::not_found)?;
    // Before the messages: what comes between the two is shown and not yet counted as read.
    let read_up_to = read_up_to::newest(&mut conn, workspace, chat, ask.user.id).await?;
    let Stretch { messages, beside } = page(&mut conn, &cursor, None, ask.now).await?;
    let draft: Option<(String, DateTime<Utc>)> = drafts::table
        .find((workspace, ask.user.id, chat))
        .select((drafts::body, drafts::updated_at))
        .first(&mut conn)
        .await
        .optional()?;
    let (_, _, state) = super::reply::chat_seller(&mut conn, workspace, chat).await?;
    if state == SellerState::Active && cursor.wants_reading(ask.now) {
        // Somebody looks at it: it goes before whatever is read in the background.
        receive::enqueue_chat(&mut conn, workspace, cursor.seller_id, chat).await?;
    }
    Ok(ChatView {
        closed_because: closed_because(state),
        window: send_windows::facts(&mut conn, workspace, chat).await?,
        read_up_to,
        same_order: beside::same_order(&mut conn, workspace, chat).await?,
        seen_up_to: around::seen_up_to(&mut conn, workspace, ask.user.id, cursor.seller_id, chat).await?,
        row,
        messages,
        beside,
        draft: draft.map(|(body, updated_at)| Draft { body, updated_at }),
    })
}

fn closed_because(seller: SellerState) -> Option<FailureReason> {
    match seller {
        SellerState::Removed => Some(FailureReason::SellerRemoved),
        SellerState::Paused => Some(FailureReason::SellerPaused),
        SellerState::Broken => Some(FailureReason::AccountProblem),
        SellerState::Active => None,
    }
}

/// Messages before `before`, or the newest ones; oldest first. Where ours end and the marketplace has more, these are
/// fetched while the person waits a moment.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn messages(ask: &Ask, chat: ChatId, before: Option<MessageCursor>) -> Outcome<Stretch> {
    let workspace = ask.workspace();
    for look in 0..=OLDER_LOOKS {
        let mut conn = ask.conn().await?;
        let (seller, _, state) = super::reply::chat_seller(&mut conn, workspace, chat).await?;
        let cursor = receive::cursor(&mut conn, workspace, chat).await?.ok_or_else(Fault::not_found)?;
        let page = page(&mut conn, &cursor, before.clone(), ask.now).await?;
        let is_worth_waiting =
            page.messages.items.is_empty() && cursor.has_tail() && state == SellerState::Active;
        if !is_worth_waiting || look == OLDER_LOOKS {
            return Ok(page);
        }
        if look == 0 {
            receive::enqueue_older(&mut conn, workspace, seller, chat).await?;
        }
        drop(conn);
        tokio::time::sleep(OLDER_PAUSE).await;
    }
    Err(Fault::not_found())
}

#[derive(diesel::QueryableByName)]
pub(super) struct MessageRow {
    #[diesel(sql_type = Text)]
    pub(super) external_id: String,
    #[diesel(sql_type = Text)]
    pub(super) sort_key: String,
    #[diesel(sql_type = Text)]
    author: Author,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Jsonb)]
    attachments: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    pub(super) sent_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_read: bool,
    #[diesel(sql_type = Text)]
    moderation: Moderation,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    reply_id: Option<ReplyId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    file_id: Option<FileId>,
    #[diesel(sql_type = Nullable<Text>)]
    author_name: Option<String>,
    #[diesel(sql_type = Bool)]
    is_unparsed: bool,
}

/// The statement behind a page of messages; `$3`, `$4` are the cursor. Public so that a test can look at its plan.
pub const PAGE_SQL: &str = "SELECT m.external_id, m.sort_key, m.author, m.body, m.attachments, m.sent_at, m.is_read, m.moderation, \
            m.reply_id, m.edited_at, r.file_id, u.name AS author_name, m.raw IS NOT NULL AS is_unparsed \
     FROM messages m \
     LEFT JOIN replies r ON r.workspace_id = m.workspace_id AND r.id = m.reply_id \
     LEFT JOIN users u ON u.workspace_id = m.workspace_id AND u.id = r.author_id \
     WHERE m.workspace_id = $1 AND m.chat_id = $2 AND (m.sent_at, m.sort_key) < (coalesce($3, 'infinity'), coalesce($4, '')) \
     ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT $5";

pub(super) async fn page(
    conn: &mut AsyncPgConnection,
    cursor: &ChatCursor,
    before: Option<MessageCursor>,
    now: DateTime<Utc>,
) -> Outcome<Stretch> {
    let (workspace, chat) = (cursor.workspace_id, cursor.id);
    let mut rows: Vec<MessageRow> = diesel::sql_query(PAGE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Nullable<Timestamptz>, _>(before.as_ref().map(|cursor| cursor.sent_at))
        .bind::<Nullable<Text>, _>(before.as_ref().map(|cursor| cursor.sort_key.as_str()))
        .bind::<BigInt, _>(MESSAGES_PER_PAGE as i64 + 1)
        .load(conn)
        .await?;
    let more = rows.len() > MESSAGES_PER_PAGE;
    rows.truncate(MESSAGES_PER_PAGE);
    let oldest =
        rows.last().map(|row| MessageCursor { sent_at: row.sent_at, sort_key: row.sort_key.clone() });
    let next = if more {
        oldest
    } else if cursor.has_tail() {
        // Ours end here, the marketplace's go on.
        oldest.or_else(|| before.clone())
    } else {
        None
    };
    let from = next.as_ref().map(|cursor| cursor.sent_at);
    let mut items = with_files(conn, cursor, rows, now).await?;
    let before = before.map(|cursor| cursor.sent_at);
    items.extend(replies_between(conn, workspace, chat, from, before).await?);
    items.sort_by(|a, b| a.place().cmp(&b.place()));
    let beside = beside::within(conn, workspace, chat, Times { from, before }).await?;
    Ok(Stretch { messages: Page { items, next }, beside })
}

/// Messages as the window shows them, with what we have of their files. Files that nobody has asked for yet, those of
/// imported history, are asked for now.
pub(super) async fn with_files(
    conn: &mut AsyncPgConnection,
    cursor: &ChatCursor,
    rows: Vec<MessageRow>,
    now: DateTime<Utc>,
) -> Outcome<Vec<MessageView>> {
    let has_files = |row: &&MessageRow| row.file_id.is_none() && row.file_places().next().is_some();
    let ids: Vec<String> = rows.iter().filter(has_files).map(|row| row.external_id.clone()).collect();
    let ChatCursor { workspace_id: workspace, id: chat, seller_id: seller, .. } = *cursor;
    let mut known = files::of_messages(conn, workspace, chat, &ids).await?;
    let is_known = |row: &MessageRow| {
        row.file_places().all(|position| known.contains_key(&(row.external_id.clone(), position)))
    };
    let unknown: Vec<String> = rows
        .iter()
        .filter(has_files)
        .filter(|row| !is_known(row))
        .map(|row| row.external_id.clone())
        .collect();
    let wanted = Wanted { workspace, seller, chat, messages: &unknown, whatever_age: true };
    if incoming::want(conn, wanted, now).await? {
        known.extend(files::of_messages(conn, workspace, chat, &unknown).await?);
    }
    let own: Vec<FileId> = rows.iter().filter_map(|row| row.file_id).collect();
    let mut own = files::by_ids(conn, workspace, &own).await?;
    let view = |row: MessageRow| {
        let sent = row.file_id.and_then(|id| own.remove(&id));
        let mut view = MessageView::from(row);
        if let Some((name, file)) = sent {
            // What was uploaded is here; the marketplace's copy of it need not be fetched.
            view.attachments = vec![AttachmentView::of_file(name, file)];
            return view;
        }
        let id = view.external_id.clone().unwrap_or_default();
        for (position, attachment) in view.attachments.iter_mut().enumerate() {
            attachment.file = known.remove(&(id.clone(), position));
        }
        view
    };
    Ok(rows.into_iter().map(view).collect())
}

impl MessageRow {
    fn attachments(&self) -> Vec<Attachment> {
        serde_json::from_value(self.attachments.clone()).unwrap_or_default()
    }

    /// Which of its attachments are files.
    fn file_places(&self) -> impl Iterator<Item = usize> {
        let all = self.attachments().into_iter().enumerate();
        all.filter(|(_, attachment)| attachment.kind != AttachmentKind::Link).map(|(position, _)| position)
    }
}

/// Where the marketplace keeps a file is nothing for browsers.
fn shown(attachment: Attachment) -> AttachmentView {
    let Attachment { kind, url, name } = attachment;
    let url = if kind == AttachmentKind::Link { url } else { String::new() };
    AttachmentView { kind, url, name, file: None }
}

impl From<MessageRow> for MessageView {
    fn from(row: MessageRow) -> Self {
        let delivery = row.author.is_ours().then_some(Delivery {
            reply: row.reply_id,
            state: row.moderation.reply_state(),
            is_in_moderation: row.moderation == Moderation::Pending,
            is_read: row.is_read,
            reason: row.moderation.reason(),
            reason_detail: None,
            leaves_at: None,
            author: None,
        });
        MessageView {
            key: row.reply_id.map_or_else(|| row.external_id.clone(), |reply| reply.to_string()),
            attachments: row.attachments().into_iter().map(shown).collect(),
            external_id: Some(row.external_id),
            author: row.author,
            author_name: row.author_name,
            body: row.body,
            sent_at: row.sent_at,
            sort_key: row.sort_key,
            delivery,
            edited_at: row.edited_at,
            is_unparsed: row.is_unparsed,
        }
    }
}

#[derive(diesel::QueryableByName)]
struct ReplyRow {
    #[diesel(sql_type = SqlUuid)]
    id: ReplyId,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    file_id: Option<FileId>,
    #[diesel(sql_type = Text)]
    state: ReplyState,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<FailureReason>,
    #[diesel(sql_type = Nullable<Text>)]
    reason_detail: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deliver_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    attempted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = SqlUuid)]
    author_id: UserId,
    #[diesel(sql_type = Text)]
    author_name: String,
}

const REPLY_COLUMNS: &str = "SELECT r.id, r.body, r.file_id, r.state, r.reason, r.reason_detail, r.created_at, \
            r.deliver_at, r.attempted_at, r.author_id, u.name AS author_name \
     FROM replies r JOIN users u ON u.workspace_id = r.workspace_id AND u.id = r.author_id";

/// Replies that the marketplace's history does not show: those on their way stand under the newest page, the failed ones
/// where they were written.
pub(super) async fn replies_between(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    from: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
) -> Outcome<Vec<MessageView>> {
    let rows: Vec<ReplyRow> = diesel::sql_query(format!(
        "{REPLY_COLUMNS} WHERE r.workspace_id = $1 AND r.chat_id = $2 AND r.state NOT IN ('visible', 'withdrawn') \
           AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = r.workspace_id AND m.reply_id = r.id) \
           AND CASE WHEN r.state IN ('failed', 'rejected') \
                    THEN r.created_at >= coalesce($3, '-infinity') AND r.created_at < coalesce($4, 'infinity') \
                    ELSE $4::timestamptz IS NULL END \
         ORDER BY r.created_at, r.id"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(chat)
    .bind::<Nullable<Timestamptz>, _>(from)
    .bind::<Nullable<Timestamptz>, _>(before)
    .load(conn)
    .await?;
    with_own_files(conn, workspace, rows).await
}

/// Replies as the window shows them, with what was uploaded.
async fn with_own_files(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    rows: Vec<ReplyRow>,
) -> Outcome<Vec<MessageView>> {
    let ids: Vec<FileId> = rows.iter().filter_map(|row| row.file_id).collect();
    let mut own = files::by_ids(conn, workspace, &ids).await?;
    let view = |row: ReplyRow| {
        let file = row.file_id.and_then(|id| own.remove(&id));
        let mut view = MessageView::from(row);
        view.attachments.extend(file.map(|(name, file)| AttachmentView::of_file(name, file)));
        view
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A reply as the window shows it before the marketplace's history does.
///
/// # Errors
/// `NotFound` when the workspace has no such reply.
pub async fn reply_view(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    reply: ReplyId,
) -> Outcome<MessageView> {
    let row: ReplyRow = diesel::sql_query(format!("{REPLY_COLUMNS} WHERE r.workspace_id = $1 AND r.id = $2"))
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(reply)
        .get_result(conn)
        .await?;
    let views = with_own_files(conn, workspace, vec![row]).await?;
    views.into_iter().next().ok_or_else(Fault::not_found)
}

impl From<ReplyRow> for MessageView {
    fn from(row: ReplyRow) -> Self {
        MessageView {
            key: row.id.to_string(),
            external_id: None,
            author: Author::Operator,
            author_name: Some(row.author_name),
            body: row.body,
            attachments: Vec::new(),
            sent_at: row.created_at,
            sort_key: format!("reply {}", row.id),
            delivery: Some(Delivery {
                reply: Some(row.id),
                state: row.state,
                is_in_moderation: false,
                is_read: false,
                reason: row.reason,
                reason_detail: row.reason_detail,
                leaves_at: row.deliver_at.filter(|_| {
                    let waits = matches!(row.state, ReplyState::Scheduled | ReplyState::Queued);
                    waits && row.attempted_at.is_none()
                }),
                author: Some(row.author_id),
            }),
            edited_at: None,
            is_unparsed: false,
        }
    }
}
