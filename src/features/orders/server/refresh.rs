//! Asking the marketplace again because a person wants it.

use super::store;
use crate::context::Ask;
use crate::features::sellers::types::SellerState;
use crate::platform::fault::Outcome;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::ChatId;
use chrono::{DateTime, TimeDelta, Utc};

/// The same order is not asked for more often than this, whoever wants it.
const NOT_BEFORE: TimeDelta = TimeDelta::seconds(20);

/// Has the order of a chat asked for now.
///
/// # Errors
/// A refusal when nobody knows the order or the account is not connected; `RateLimited` when it was just asked for.
pub async fn refresh(ask: &Ask, chat: ChatId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let subject = store::subject(&mut conn, workspace, chat).await?;
    if subject.state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    let asked_at: Option<DateTime<Utc>> = match (&subject.number, &subject.sku) {
        (Some(number), _) => {
            let order = store::order(&mut conn, workspace, subject.seller, number).await?;
            order.map(|order| order.tried_at)
        }
        (None, Some(sku)) => {
            let sku = std::slice::from_ref(sku);
            let products = store::products(&mut conn, workspace, subject.seller, sku).await?;
            products.first().map(|product| product.fetched_at)
        }
        (None, None) => return Err(Refusal::NoOrderKnown.into()),
    };
    let rest = asked_at.map_or(TimeDelta::zero(), |asked_at| asked_at + NOT_BEFORE - ask.now);
    if rest > TimeDelta::zero() {
        let retry_after_s = u32::try_from(rest.num_seconds() + 1).unwrap_or(1);
        return Err(AppError::RateLimited { retry_after_s }.into());
    }
    store::enqueue_fetch(&mut conn, workspace, chat, subject.seller, ask.now).await
}
