//! Writing a reply: the outbox row and the job that delivers it commit together. What is typed is checked here again,
//! whatever the browser has checked.

use super::outbox::DELIVER_JOB;
use super::{activities, hold, read_up_to, window};
use crate::context::Ask;
use crate::features::files::server::outgoing;
use crate::features::inbox::types::{
    Deed, FailureReason, MessageView, ReplyState, SendHow, WorkState, check_text,
};
use crate::features::quick_replies::variables;
use crate::features::sellers::types::SellerState;
use crate::features::sla::server::recompute as clocks;
use crate::features::suggestions::server::outcome;
use crate::features::wording::server::check;
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
    how: &SendHow,
) -> Outcome<MessageView> {
    put(ask, chat, reply, Content::Text(text), how).await
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
    how: &SendHow,
) -> Outcome<MessageView> {
    put(ask, chat, reply, Content::File(file), how).await
}

async fn put(
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    content: Content<'_>,
    how: &SendHow,
) -> Outcome<MessageView> {
    let (workspace, author) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    let seller = chat_seller(&mut conn, workspace, chat).await?;
    if is_written(&mut conn, workspace, chat, reply, author).await? {
        return window::reply_view(&mut conn, workspace, reply).await;
    }
    let checked = checked(&mut conn, ask, chat, seller, content, how).await?;
    conn.transaction(async |conn| {
        let changes = store(conn, ask, chat, reply, &checked, how).await?;
        if checked.file.is_none() && !changes.is_empty() {
            diesel::delete(drafts::table.find((workspace, author, chat))).execute(conn).await?;
            outcome::note_sent(conn, workspace, chat, reply, &checked.text).await?;
        }
        live::append(conn, workspace, &changes).await
    })
    .await?;
    window::reply_view(&mut conn, workspace, reply).await
}

/// Puts a text into the outbox within a transaction; what the person has typed in the chat stays. Returns what has
/// changed: nothing when the reply is there already.
///
/// # Errors
/// A refusal that says what to change; the transaction is to be taken back then.
pub async fn put_text(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    text: &str,
    how: &SendHow,
) -> Outcome<Vec<Change>> {
    put_in(conn, ask, chat, reply, Content::Text(text), how).await
}

/// The same of a file of the chat.
///
/// # Errors
/// A refusal that says what to change; the transaction is to be taken back then.
pub async fn put_file(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    file: FileId,
    how: &SendHow,
) -> Outcome<Vec<Change>> {
    put_in(conn, ask, chat, reply, Content::File(file), how).await
}

async fn put_in(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    content: Content<'_>,
    how: &SendHow,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    let seller = chat_seller(conn, workspace, chat).await?;
    if is_written(conn, workspace, chat, reply, ask.user.id).await? {
        return Ok(Vec::new());
    }
    let checked = checked(conn, ask, chat, seller, content, how).await?;
    store(conn, ask, chat, reply, &checked, how).await
}

/// A reply that may be stored.
struct Checked {
    seller: SellerId,
    text: String,
    file: Option<FileId>,
    /// Warnings that it is sent over.
    sent_over: serde_json::Value,
}

async fn checked(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    (seller, marketplace, state): (SellerId, Marketplace, SellerState),
    content: Content<'_>,
    how: &SendHow,
) -> Outcome<Checked> {
    let workspace = ask.workspace();
    let (text, file) = match content {
        Content::Text(text) => (check_text(text, marketplace)?, None),
        Content::File(file) => {
            outgoing::check(conn, workspace, chat, ask.user.id, file).await?;
            (String::new(), Some(file))
        }
    };
    check_filled(&text)?;
    let sent_over = check::for_send(conn, workspace, &text, &how.accepted).await?;
    if state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    Ok(Checked { seller, text, file, sent_over: serde_json::to_value(&sent_over)? })
}

async fn store(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    reply: ReplyId,
    checked: &Checked,
    how: &SendHow,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    let (author, now) = (ask.user.id, ask.now);
    let created_at = read_up_to::take_turn(conn, workspace, chat, now).await?;
    let plan = hold::plan(conn, workspace, chat, how.departure, ask.app.config.undo_pause, now).await?;
    if how.closes_chat {
        set_aside(conn, ask, chat).await?;
    }
    let inserted = diesel::insert_into(replies::table)
        .values((
            replies::workspace_id.eq(workspace),
            replies::id.eq(reply),
            replies::chat_id.eq(chat),
            replies::author_id.eq(author),
            replies::body.eq(&checked.text),
            replies::file_id.eq(checked.file),
            replies::state.eq(plan.state()),
            replies::created_at.eq(created_at),
            replies::deliver_at.eq(plan.deliver_at),
            replies::planned_after.eq(plan.planned_after),
            replies::closes_chat.eq(how.closes_chat),
            replies::sent_over.eq(&checked.sent_over),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if inserted == 0 {
        let is_ours = is_written(conn, workspace, chat, reply, author).await?;
        return if is_ours { Ok(Vec::new()) } else { Err(Fault::not_found()) };
    }
    if let Some(read) = &how.read_up_to {
        // A refusal takes everything back, the reply too.
        read_up_to::check(conn, workspace, chat, author, read).await?;
    }
    enqueue_delivery(conn, workspace, chat, checked.seller, plan.deliver_at.unwrap_or(now)).await?;
    Ok(vec![Change::Reply { chat, reply }, Change::Chat { chat }])
}

/// A quick reply whose variables are still in the text is not finished.
fn check_filled(text: &str) -> Result<(), Refusal> {
    match variables::unfilled(text).into_iter().next() {
        Some(place) => Err(Refusal::VariableUnfilled { name: text[place].to_owned() }),
        None => Ok(()),
    }
}

/// Closes a chat until the buyer writes again.
async fn set_aside(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId) -> Outcome<()> {
    let workspace = ask.workspace();
    let held = activities::hold(conn, workspace, chat).await?;
    if held.work_state == WorkState::Closed {
        return Ok(());
    }
    diesel::update(chats::table.find((workspace, chat)))
        .set((
            chats::work_state.eq(WorkState::Closed),
            chats::set_aside_at.eq(Some(held.last_message_at)),
            chats::snoozed_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    activities::record(conn, workspace, chat, Some(ask.user.id), &Deed::Closed, ask.now).await?;
    clocks::recompute(conn, workspace, &[chat], ask.now).await
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
                replies::deliver_at.eq(None::<DateTime<Utc>>),
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

/// The browser asks twice when it did not hear the answer: fine, when it is the same person's reply in the same chat.
async fn is_written(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    reply: ReplyId,
    author: UserId,
) -> Outcome<bool> {
    let row: Option<(ChatId, UserId)> = replies::table
        .find((workspace, reply))
        .select((replies::chat_id, replies::author_id))
        .first(conn)
        .await
        .optional()?;
    match row {
        None => Ok(false),
        Some(found) if found == (chat, author) => Ok(true),
        Some(_) => Err(Fault::not_found()),
    }
}

/// Has the chat's replies delivered from `run_at` on.
pub(super) async fn enqueue_delivery(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    seller: SellerId,
    run_at: DateTime<Utc>,
) -> Outcome<()> {
    // One job per chat: its replies leave in the order they were written.
    jobs::enqueue(conn, NewJob::of_chat(workspace, seller, chat, DELIVER_JOB, run_at)).await
}
