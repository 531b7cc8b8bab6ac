//! Postings.

use super::{each, instant, price, usable_id};
use crate::connectors::ozon::wire::object;
use crate::connectors::ozon::wire::orders::{self as wire, DeliveryMethod};
use crate::features::orders::types::{Item, Posting, PostingStatus, Scheme};
use serde_json::Value;

/// The action with which Ozon says that a seller may open a chat.
const MAY_START_CHAT: &str = "can_create_chat";

/// Which of Ozon's two families of methods told of a posting; FBS includes rFBS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connectors::ozon) enum Family {
    Fbs,
    Fbo,
}

/// A posting and whether its own method could add something to it.
#[derive(Clone, Debug)]
pub(in crate::connectors::ozon) struct Told {
    pub posting: Posting,
    pub is_complete: bool,
}

/// A posting; `None` when it has no usable number, so that nobody could ask for it again.
pub(in crate::connectors::ozon) fn posting(family: Family, value: Value) -> Option<Told> {
    let told: wire::Posting = object(value)?;
    let number = told.posting_number.clone().and_then(usable_id)?;
    let scheme = scheme(family, &told);
    let status = status(told.status.as_deref().unwrap_or_default(), told.substatus.as_deref());
    let delivered_at = delivered_at(status, &told);
    let actions_are_told = family == Family::Fbo || told.available_actions.is_some();
    let actions = told.available_actions.unwrap_or_default();
    let when = told.analytics_data;
    let posting = Posting {
        order_number: told.order_number.and_then(usable_id).unwrap_or_else(|| order_of(&number).to_owned()),
        number,
        scheme,
        status,
        status_word: told.status.or(told.substatus).unwrap_or_default(),
        created_at: moment(told.created_at.as_deref()).or_else(|| moment(told.in_process_at.as_deref())),
        ship_by: moment(told.shipment_date.as_deref()),
        deliver_from: moment(when.client_delivery_date_begin.as_deref())
            .or_else(|| moment(when.delivery_date_begin.as_deref())),
        deliver_until: moment(when.client_delivery_date_end.as_deref())
            .or_else(|| moment(when.delivery_date_end.as_deref())),
        delivered_at,
        tracking_number: told.tracking_number,
        carrier: told.delivery_method.tpl_provider.or(when.tpl_provider).or(told.delivery_method.name),
        city: when.city.or(told.customer.address.city),
        cancel_reason: told.cancellation.cancel_reason,
        items: each("items of a posting", told.products, item),
        may_start_chat: actions.iter().any(|action| action.eq_ignore_ascii_case(MAY_START_CHAT)),
    };
    let is_complete = actions_are_told && (status != PostingStatus::Delivered || delivered_at.is_some());
    Some(Told { posting, is_complete })
}

fn moment(text: Option<&str>) -> Option<chrono::DateTime<chrono::Utc>> {
    text.and_then(instant)
}

/// The number of a posting is that of its order with one part more.
fn order_of(posting: &str) -> &str {
    match posting.match_indices('-').nth(1) {
        Some((end, _)) => &posting[..end],
        None => posting,
    }
}

/// Among FBS postings, those that Ozon does not carry itself are rFBS.
fn scheme(family: Family, told: &wire::Posting) -> Scheme {
    if family == Family::Fbo {
        return Scheme::Fbo;
    }
    let word = told.tpl_integration_type.as_deref().or(told.integration_type_flow.as_deref());
    let is_foreign = match word {
        Some(word) => {
            let word = word.to_ascii_lowercase();
            ["aggregator", "3pl_tracking", "non_integrated"].contains(&word.as_str())
        }
        None => is_carried_by_others(&told.delivery_method),
    };
    if is_foreign { Scheme::Rfbs } else { Scheme::Fbs }
}

fn is_carried_by_others(method: &DeliveryMethod) -> bool {
    let carrier = method.tpl_provider.as_deref().unwrap_or_default().to_lowercase();
    !carrier.is_empty() && !carrier.contains("ozon")
}

/// The substatus tells a parcel that waits for its buyer from one that is on its way.
fn status(word: &str, substatus: Option<&str>) -> PostingStatus {
    let substatus = substatus.unwrap_or_default().to_ascii_lowercase();
    match word.to_ascii_lowercase().as_str() {
        "awaiting_registration" | "awaiting_verification" | "awaiting_approve" | "awaiting_packaging" => {
            PostingStatus::Packing
        }
        "acceptance_in_progress" | "awaiting_deliver" => PostingStatus::AwaitingShipment,
        "delivering" if ["posting_in_pickup_point", "posting_in_courier_service"].contains(&&*substatus) => {
            PostingStatus::AtPickup
        }
        "delivering" | "driver_pickup" => PostingStatus::Delivering,
        "delivered" => PostingStatus::Delivered,
        "cancelled" | "cancelled_from_split_pending" => PostingStatus::Cancelled,
        "arbitration" | "client_arbitration" => PostingStatus::Arbitration,
        "not_accepted" => PostingStatus::NotAccepted,
        _ => PostingStatus::Other,
    }
}

/// Ozon's description calls `fact_delivery_date` the hand-over to the carrier; its clients read it as the delivery to
/// the buyer. So it counts only once the posting is delivered, and not when it is the very moment of the hand-over.
fn delivered_at(status: PostingStatus, told: &wire::Posting) -> Option<chrono::DateTime<chrono::Utc>> {
    let at = moment(told.fact_delivery_date.as_deref()).filter(|_| status == PostingStatus::Delivered)?;
    (moment(told.delivering_date.as_deref()) != Some(at)).then_some(at)
}

/// What is listed is there at least once.
fn item(value: Value) -> Option<Item> {
    let item: wire::Item = object(value)?;
    Some(Item {
        sku: item.sku.and_then(usable_id).unwrap_or_default(),
        offer_id: item.offer_id.unwrap_or_default(),
        name: item.name.unwrap_or_default(),
        quantity: item.quantity.unwrap_or(1),
        price: price(item.price, item.currency_code),
    })
}
