//! Saying what a buyer's message is about, where the rules have not understood it. What a person says moves filters and deadlines
//! at once, and stays.

use super::activities::{done, finish, hold};
use crate::context::Ask;
use crate::features::inbox::types::Deed;
use crate::features::understanding::server::give::give;
use crate::features::understanding::types::Given;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::ChatId;
use diesel_async::AsyncConnection;

/// Keeps what a person says of the newest turn of a chat. What holds already changes nothing.
///
/// # Errors
/// `NotFound` when the workspace has no such chat, or nothing is understood of it: it is imported history.
pub async fn correct(ask: &Ask, chat: ChatId, said: Given) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let held = hold(conn, ask.workspace(), chat).await?;
        if held.category.is_none() {
            return Err(Fault::not_found());
        }
        let said = Given {
            category: said.category.filter(|it| held.category != Some(*it)),
            urgency: said.urgency.filter(|it| held.urgency != Some(*it)),
            sentiment: said.sentiment.filter(|it| held.sentiment != Some(*it)),
        };
        if said.is_empty() {
            return Ok(());
        }
        give(conn, ask.workspace(), chat, said, ask.user.id, ask.now).await?;
        let changes = done(conn, ask, chat, Deed::Understood(said)).await?;
        finish(conn, ask, &changes).await
    })
    .await
}
