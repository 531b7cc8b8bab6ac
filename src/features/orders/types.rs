//! An order as the marketplace tells it, in our words.

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
