//! Writing a reply: the outbox row and the job that delivers it commit together.

use super::outbox::DELIVER_JOB;
use super::{read_up_to, window};
use crate::context::Ask;
use crate::features::files::server::outgoing;
use crate::features::inbox::types::{FailureReason, MessageView, ReplyState, Sending, check_text};
use crate::features::sellers::types::SellerState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::{chats, drafts, replies, sellers};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, FileId, ReplyId, SellerId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// What a reply is: a text, or one file without a text.
#[derive(Clone, Copy, Debug)]
enum Content<'a> {
    Text(&'a str),
    File(FileId),
}

/// Puts a text into the outbox. The same id twice is the same reply.
///
/// # Errors
/// A refusal that says what to change; nothing is stored then.
pub async fn write(
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    text: &str,
    sending: &Sending,
) -> Outcome<MessageView> {
    put(ask, chat, reply, Content::Text(text), sending).await
}

/// Puts an uploaded file into the outbox. The same id twice is the same reply, and a file is sent by one reply only.
///
/// # Errors
/// A refusal that says what to change; nothing is stored then.
pub async fn write_file(
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    file: FileId,
    sending: &Sending,
) -> Outcome<MessageView> {
    put(ask, chat, reply, Content::File(file), sending).await
}

async fn put(
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    content: Content<'_>,
    sending: &Sending,
) -> Outcome<MessageView> {
    let workspace = ask.workspace();
    let (author, now) = (ask.user.id, ask.now);
    let mut conn = ask.conn().await?;
    let (seller, marketplace, state) = chat_seller(&mut conn, workspace, chat).await?;
    let (text, file) = match content {
        Content::Text(text) => (check_text(text, marketplace)?, None),
        Content::File(file) => {
            outgoing::check(&mut conn, workspace, chat, author, file).await?;
            (String::new(), Some(file))
        }
    };
    if state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    conn.transaction(async |conn| {
        let created_at = read_up_to::take_turn(conn, workspace, chat, now).await?;
        let inserted = diesel::insert_into(replies::table)
            .values((
                replies::workspace_id.eq(workspace),
                replies::id.eq(reply),
                replies::chat_id.eq(chat),
                replies::author_id.eq(author),
                replies::body.eq(&text),
                replies::file_id.eq(file),
                replies::state.eq(ReplyState::Queued),
                replies::created_at.eq(created_at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if inserted == 0 {
            return already_written(conn, workspace, chat, reply, author).await;
        }
        if let Some(read) = &sending.read_up_to {
            // A refusal takes everything back, the reply too.
            read_up_to::check(conn, workspace, chat, author, read).await?;
        }
        if file.is_none() {
            diesel::delete(drafts::table.find((workspace, author, chat))).execute(conn).await?;
        }
        enqueue_delivery(conn, workspace, chat, seller, now).await?;
        live::append(conn, workspace, &[Change::Reply { chat, reply }, Change::Chat { chat }]).await
    })
    .await?;
    window::reply_view(&mut conn, workspace, reply).await
}

/// Sends a failed or unsure reply once more, because a person asks for it. What moderation has withdrawn is in the
/// marketplace's history already and would be withdrawn again.
///
/// # Errors
/// When there is no such reply, or it is sent or on its way.
pub async fn retry(ask: &Ask, reply: ReplyId) -> Outcome<()> {
    let workspace = ask.workspace();
    let now = ask.now;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let row: Option<(ChatId, ReplyState)> = replies::table
            .find((workspace, reply))
            .select((replies::chat_id, replies::state))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        let (chat, state) = row.ok_or_else(Fault::not_found)?;
        if !matches!(state, ReplyState::Failed | ReplyState::Unsure) {
            return Err(Refusal::ReplyNotRetryable.into());
        }
        let (seller, _, seller_state) = chat_seller(conn, workspace, chat).await?;
        if seller_state == SellerState::Removed {
            return Err(Refusal::SellerNotConnected.into());
        }
        diesel::update(replies::table.find((workspace, reply)))
            .set((
                replies::state.eq(ReplyState::Queued),
                replies::attempts.eq(0),
                replies::reason.eq(None::<FailureReason>),
                replies::reason_detail.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        enqueue_delivery(conn, workspace, chat, seller, now).await?;
        live::append(conn, workspace, &[Change::Reply { chat, reply }]).await
    })
    .await
}

/// The seller of a chat: its id, marketplace and state.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn chat_seller(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<(SellerId, Marketplace, SellerState)> {
    chats::table
        .inner_join(
            sellers::table
                .on(sellers::workspace_id.eq(chats::workspace_id).and(sellers::id.eq(chats::seller_id))),
        )
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .select((sellers::id, sellers::marketplace, sellers::state))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// The browser asked twice: fine, when it is the same person's reply in the same chat.
async fn already_written(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    reply: ReplyId,
    author: UserId,
) -> Outcome<()> {
    let row: Option<(ChatId, UserId)> = replies::table
        .find((workspace, reply))
        .select((replies::chat_id, replies::author_id))
        .first(conn)
        .await
        .optional()?;
    if row == Some((chat, author)) { Ok(()) } else { Err(Fault::not_found()) }
}

async fn enqueue_delivery(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    seller: SellerId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    jobs::enqueue(
        conn,
        NewJob {
            workspace,
            kind: DELIVER_JOB,
            // One job per chat: its replies leave in the order they were written.
            key: &chat.to_string(),
            lane: &seller.to_string(),
            payload: serde_json::json!({ "chat": chat }),
            run_at: now,
        },
    )
    .await
}
