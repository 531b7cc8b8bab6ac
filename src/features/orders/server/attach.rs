//! Noting by hand what order a chat is about: of most chats the marketplace does not tell.

use super::store;
use crate::context::Ask;
use crate::features::orders::types::check_order_number;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, UserId};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Notes the number of a chat's order or posting, and who typed it; an empty text takes it away. What the marketplace
/// told itself stays.
///
/// # Errors
/// A refusal when the text is no such number, or the marketplace knows better.
pub async fn attach(ask: &Ask, chat: ChatId, number: &str) -> Outcome<()> {
    let workspace = ask.workspace();
    let (person, now) = (ask.user.id, ask.now);
    let mut conn = ask.conn().await?;
    let subject = store::subject(&mut conn, workspace, chat).await?;
    let number = match number.trim() {
        "" => None,
        text => Some(check_order_number(text)?),
    };
    conn.transaction(async |conn| {
        let (told, attached_by): (Option<String>, Option<UserId>) = chats::table
            .find((workspace, chat))
            .select((chats::order_number, chats::order_attached_by))
            .for_update()
            .first(conn)
            .await?;
        if told.is_some() && attached_by.is_none() {
            return Err(Refusal::OrderToldByMarketplace.into());
        }
        diesel::update(chats::table.find((workspace, chat)))
            .set((
                chats::order_attached_by.eq(number.as_ref().map(|_| person)),
                chats::order_number.eq(number),
            ))
            .execute(conn)
            .await?;
        // Also when the number was taken away: until when one may write is a matter of the order.
        store::enqueue_fetch(conn, workspace, chat, subject.seller, now).await?;
        live::append(conn, workspace, &[Change::Chat { chat }, Change::Order { chat }]).await
    })
    .await
}
