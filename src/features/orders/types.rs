//! An order as the marketplace tells it, in our words.

use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, SellerId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum!(
    /// Who stores and carries the goods; decides until when a seller may write.
    Scheme {
        /// The marketplace stores and carries.
        Fbo = "fbo",
        /// The seller stores, the marketplace carries.
        Fbs = "fbs",
        /// The seller stores and carries.
        Rfbs = "rfbs",
    }
);

text_enum!(
    /// Where a posting is.
    PostingStatus {
        /// Paid, not yet packed.
        Packing = "packing",
        /// Packed, waits for the carrier.
        AwaitingShipment = "awaiting_shipment",
        Delivering = "delivering",
        /// Waits for the buyer at a pick-up point or with the courier.
        AtPickup = "at_pickup",
        Delivered = "delivered",
        Cancelled = "cancelled",
        /// The buyer or the seller disputes.
        Arbitration = "arbitration",
        /// The carrier did not take it.
        NotAccepted = "not_accepted",
        /// A word that we do not know; `Posting::status_word` has it.
        Other = "other",
    }
);

/// A parcel of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub number: String,
    pub order_number: String,
    pub scheme: Scheme,
    pub status: PostingStatus,
    /// The marketplace's own word for the status.
    pub status_word: String,
    /// When the order was placed or came into work.
    pub created_at: Option<DateTime<Utc>>,
    /// When the seller must hand it over.
    pub ship_by: Option<DateTime<Utc>>,
    /// When the buyer was told to expect it.
    pub deliver_from: Option<DateTime<Utc>>,
    pub deliver_until: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub tracking_number: Option<String>,
    pub carrier: Option<String>,
    pub city: Option<String>,
    pub cancel_reason: Option<String>,
    pub items: Vec<Item>,
    /// Whether the seller may open a chat about it now.
    pub may_start_chat: bool,
}

/// What is in a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub sku: String,
    /// The seller's own article number.
    pub offer_id: String,
    pub name: String,
    pub quantity: i64,
    pub price: Option<Price>,
}

/// An amount of money as the marketplace spells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A decimal number, e.g. `1990.00`.
    pub amount: String,
    /// ISO 4217, e.g. `RUB`.
    pub currency: String,
}

/// What an order is worth, in hundredths of its currency; nothing when a price is not known.
pub fn order_value(postings: &[Posting]) -> Option<i64> {
    let items = postings.iter().flat_map(|posting| &posting.items);
    let values = items.map(|item| hundredths(&item.price.as_ref()?.amount)?.checked_mul(item.quantity));
    let values: Vec<i64> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then(|| values.into_iter().fold(0, i64::saturating_add))
}

/// `1990.5` as 199050.
fn hundredths(amount: &str) -> Option<i64> {
    let (whole, part) = amount.trim().split_once('.').unwrap_or((amount.trim(), ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)
}

/// A product of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub sku: String,
    pub offer_id: String,
    pub name: String,
    pub price: Option<Price>,
    /// Where the marketplace keeps its photo. Browsers get our own address instead.
    pub photo_url: Option<String>,
    pub is_archived: bool,
}

/// A return or a cancellation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub posting_number: String,
    pub sku: String,
    pub name: String,
    pub quantity: i64,
    /// Whether it was cancelled before it reached the buyer.
    pub is_cancellation: bool,
    /// The marketplace's own words, in Russian.
    pub status: String,
    pub reason: Option<String>,
    pub changed_at: Option<DateTime<Utc>>,
}

text_enum!(
    /// What the last look at an order lacked.
    OrderProblem {
        /// The key may not read orders.
        NoRights = "no_rights",
        /// The key may read orders, but not all that belongs to them.
        Partial = "partial",
        /// The account does not let us in at all.
        Account = "account",
        /// The marketplace could not be asked.
        Unreachable = "unreachable",
    }
);

/// What is known of the order of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPanel {
    pub chat: ChatId,
    pub seller: SellerId,
    pub marketplace: Marketplace,
    /// The number of the order, or of a posting of it; `None` when nobody knows it.
    pub number: Option<String>,
    /// Who of ours typed the number; `None` when the marketplace told it.
    pub attached_by: Option<String>,
    pub postings: Vec<Posting>,
    pub returns: Vec<Return>,
    /// The product that the chat is about and those of the postings.
    pub products: Vec<ShownProduct>,
    /// How old all this is; `None` when the marketplace has told nothing yet.
    pub fetched_at: Option<DateTime<Utc>>,
    pub problem: Option<OrderProblem>,
    /// The marketplace is being asked; a change of the chat's order tells when it has answered.
    pub is_fetching: bool,
}

impl OrderPanel {
    /// The product behind an article of a posting.
    pub fn product(&self, sku: &str) -> Option<&ShownProduct> {
        self.products.iter().find(|product| product.sku == sku)
    }
}

/// A product as screens show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownProduct {
    pub sku: String,
    pub offer_id: String,
    pub name: String,
    pub price: Option<Price>,
    /// Whether its photo stands at `/photos/{seller}/{sku}`.
    pub has_photo: bool,
    pub is_archived: bool,
}

/// The longest number that is taken, in characters.
const MAX_NUMBER: usize = 60;

/// Checks the number of an order or a posting that a person has typed: two or three groups of digits.
///
/// # Errors
/// When it is neither.
pub fn check_order_number(text: &str) -> Result<String, Refusal> {
    let number = text.trim();
    let groups: Vec<&str> = number.split('-').collect();
    let is_number = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if number.len() <= MAX_NUMBER && matches!(groups.len(), 2 | 3) && groups.iter().all(is_number) {
        Ok(number.to_owned())
    } else {
        Err(Refusal::OrderNumberMalformed)
    }
}

#[cfg(test)]
mod tests {
    use super::{check_order_number, hundredths, order_value};

    #[test]
    fn money_is_counted_in_hundredths() {
        let table = [
            ("1990.00", Some(199_000)),
            ("1990", Some(199_000)),
            ("0.5", Some(50)),
            ("1.999", Some(199)),
            ("x", None),
        ];
        for (text, amount) in table {
            assert_eq!(hundredths(text), amount, "{text}");
        }
        assert_eq!(order_value(&[]), None);
    }

    #[test]
    fn numbers_of_orders_and_postings_are_told_from_other_texts() {
        for good in ["12345678-0001", " 0115246546-0024-1\n"] {
            assert_eq!(check_order_number(good).as_deref(), Ok(good.trim()));
        }
        for bad in ["", "12345678", "12345678-", "1-2-3-4", "1234-00a1", "-1-2", &"1-".repeat(40)] {
            assert!(check_order_number(bad).is_err(), "{bad}");
        }
    }
}
