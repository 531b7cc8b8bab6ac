//! Pausing, resuming and removing sellers.

use super::connect::start_sync;
use super::{accounts, push};
use crate::context::Ask;
use crate::features::sellers::types::SellerState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chats, clocks, seller_accounts, sellers};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::SellerId;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Stops synchronising and sending until `resume`.
///
/// # Errors
/// When there is no such seller, or it is removed.
pub async fn pause(ask: &Ask, seller: SellerId) -> Outcome<()> {
    set_state(ask, seller, SellerState::Paused).await
}

/// Goes on after `pause`, or tries again after a problem.
///
/// # Errors
/// When there is no such seller, or it is removed.
pub async fn resume(ask: &Ask, seller: SellerId) -> Outcome<()> {
    set_state(ask, seller, SellerState::Active).await
}

async fn set_state(ask: &Ask, seller: SellerId, state: SellerState) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changed = diesel::update(sellers::table.find((workspace, seller)))
            .filter(sellers::state.ne(SellerState::Removed))
            .set((sellers::state.eq(state), sellers::failures.eq(0)))
            .execute(conn)
            .await?;
        if changed == 0 {
            return Err(Fault::not_found());
        }
        if state == SellerState::Active {
            start_sync(conn, workspace, seller).await?;
        }
        live::append(conn, workspace, &[Change::Seller { seller }]).await
    })
    .await
}

/// Disconnects an account: the credentials are deleted, the chats stay readable and wait for nobody. The person types
/// the seller's name to show that they mean this one.
///
/// # Errors
/// When there is no such seller or the name is another.
pub async fn remove(ask: &Ask, seller: SellerId, name: String) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    // With the key, which is gone a moment later.
    let account = accounts::find(&mut conn, workspace, seller).await?.ok_or_else(Fault::not_found)?;
    let pushed_to = push::remote_id(&mut conn, workspace, seller).await?;
    conn.transaction(async |conn| {
        let row: Option<(String, SellerState)> = sellers::table
            .find((workspace, seller))
            .select((sellers::name, sellers::state))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        let (actual, state) = row.ok_or_else(Fault::not_found)?;
        if state == SellerState::Removed {
            return Err(Refusal::SellerNotConnected.into());
        }
        if name.trim() != actual.trim() {
            return Err(Refusal::NameDoesNotMatch.into());
        }
        diesel::update(sellers::table.find((workspace, seller)))
            .set((
                sellers::state.eq(SellerState::Removed),
                sellers::credentials.eq(None::<Vec<u8>>),
                sellers::methods.eq(Vec::<String>::new()),
                sellers::last_error.eq(None::<String>),
                sellers::last_error_detail.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        diesel::delete(
            seller_accounts::table
                .filter(seller_accounts::workspace_id.eq(workspace))
                .filter(seller_accounts::seller_id.eq(seller)),
        )
        .execute(conn)
        .await?;
        // Nobody can answer there any more, so nobody is waited for.
        diesel::update(
            chats::table.filter(chats::workspace_id.eq(workspace)).filter(chats::seller_id.eq(seller)),
        )
        .filter(chats::waits_since.is_not_null())
        .set((
            chats::unanswered_since.eq(None::<chrono::DateTime<chrono::Utc>>),
            chats::due_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            chats::is_highlighted.eq(false),
            chats::promised_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            chats::promised_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            chats::due_kind.eq(None::<String>),
            chats::due_since.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .execute(conn)
        .await?;
        diesel::delete(
            clocks::table
                .filter(clocks::workspace_id.eq(workspace))
                .filter(clocks::seller_id.eq(seller))
                .filter(clocks::ended_at.is_null()),
        )
        .execute(conn)
        .await?;
        push::delete(conn, workspace, seller).await?;
        live::append(conn, workspace, &[Change::Seller { seller }]).await
    })
    .await?;
    drop(conn);
    push::take_away(&ask.app, &account, pushed_to).await;
    Ok(())
}
