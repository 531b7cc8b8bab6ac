//! Beginning a chat about a posting, where the marketplace lets the seller write first.

use super::receive;
use super::reply::chat_seller;
use super::send_windows;
use crate::connectors::{Audience, ChatProblem, ConnectorError, RemoteChat};
use crate::context::Ask;
use crate::features::sellers::server::accounts;
use crate::features::sellers::types::SellerState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::ChatId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Opens the chat about a posting of the order that `chat` is about, or finds the one that is open. Asking twice is
/// asking once: the marketplace gives the same chat.
///
/// # Errors
/// A refusal when the marketplace does not allow it.
pub async fn start(ask: &Ask, chat: ChatId, posting: &str) -> Outcome<ChatId> {
    let workspace = ask.workspace();
    let now = ask.now;
    let mut conn = ask.conn().await?;
    let (seller, _, state) = chat_seller(&mut conn, workspace, chat).await?;
    if state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    let allowed = send_windows::facts(&mut conn, workspace, chat).await?.order;
    if allowed.and_then(|order| order.may_start).as_deref() != Some(posting) {
        return Err(Refusal::ChatCannotBeStarted.into());
    }
    let order_number: Option<String> =
        chats::table.find((workspace, chat)).select(chats::order_number).first(&mut conn).await?;
    let account = accounts::find(&mut conn, workspace, seller).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    let external_id = account.open(&ask.app)?.start_chat(posting).await.map_err(refused)?;

    let remote = RemoteChat {
        external_id,
        audience: Audience::Buyer,
        is_closed: false,
        created_at: None,
        last_message_id: None,
        last_message_key: None,
        is_unread: false,
    };
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let begun = receive::find_or_create(conn, workspace, seller, &remote, now).await?.id;
        diesel::update(chats::table.find((workspace, begun)))
            .filter(chats::order_number.is_null())
            .set(chats::order_number.eq(order_number))
            .execute(conn)
            .await?;
        send_windows::recompute(conn, workspace, &[begun]).await?;
        live::append(conn, workspace, &[Change::Chat { chat: begun }, Change::Order { chat: begun }]).await?;
        Ok(begun)
    })
    .await
}

fn refused(error: ConnectorError) -> Fault {
    match error {
        ConnectorError::Chat(ChatProblem::Refused(text)) => Refusal::MarketplaceSaid { text }.into(),
        ConnectorError::Chat(_) | ConnectorError::Denied(_) => Refusal::ChatCannotBeStarted.into(),
        other => Fault::Unavailable(format!("a chat could not be started: {other}").into()),
    }
}
