//! Orders with their postings and returns, as Ozon knows them. How they are told over the wire: [`super::order_api`].

use crate::connectors::sandbox::buyers::{self, Ware};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

/// Ozon's statuses of a posting.
pub const STATUSES: [&str; 14] = [
    "acceptance_in_progress",
    "awaiting_registration",
    "awaiting_approve",
    "awaiting_verification",
    "awaiting_packaging",
    "awaiting_deliver",
    "delivering",
    "driver_pickup",
    "delivered",
    "cancelled",
    "cancelled_from_split_pending",
    "arbitration",
    "client_arbitration",
    "not_accepted",
];
/// Those that a posting of the marketplace's own warehouse can have.
const FBO_STATUSES: [&str; 5] =
    ["awaiting_packaging", "awaiting_deliver", "delivering", "delivered", "cancelled"];

/// Who keeps and who carries the goods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Ozon does both.
    Fbo,
    /// The seller keeps, Ozon carries.
    #[default]
    Fbs,
    /// The seller does both.
    Rfbs,
}

impl Scheme {
    /// Statuses that a posting of the scheme can have.
    pub fn statuses(self) -> &'static [&'static str] {
        if self == Scheme::Fbo { &FBO_STATUSES } else { &STATUSES }
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Two parts, `12345678-0001`.
    pub number: String,
    pub client_id: String,
    pub city: String,
    pub postings: Vec<Posting>,
}

/// A parcel of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posting {
    /// The order's number with a third part.
    pub number: String,
    pub scheme: Scheme,
    /// One of [`STATUSES`].
    pub status: String,
    pub substatus: String,
    pub created_at: DateTime<Utc>,
    pub ship_by: DateTime<Utc>,
    pub deliver_from: DateTime<Utc>,
    pub deliver_until: DateTime<Utc>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub tracking_number: String,
    pub items: Vec<Item>,
    pub returned: Option<ReturnRecord>,
}

/// What is in a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub sku: u64,
    pub quantity: u32,
}

/// The first item of a posting went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRecord {
    pub id: u64,
    pub is_cancellation: bool,
    pub reason: String,
    /// Ozon's number of the status with its two words.
    pub status: (i32, String, String),
    pub changed_at: DateTime<Utc>,
}

/// What a new order is like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewOrder {
    pub client_id: String,
    /// Made up when absent.
    pub number: Option<String>,
    pub scheme: Scheme,
    /// One of [`STATUSES`].
    pub status: String,
    /// With the status `delivered`: when; an hour ago when absent.
    pub delivered_at: Option<DateTime<Utc>>,
    /// One or more parcels.
    pub postings: usize,
    /// The first item of the first parcel went back.
    pub is_returned: bool,
    /// The product of the first parcel; drawn when absent.
    pub sku: Option<u64>,
    /// Where it goes; drawn when absent.
    pub city: Option<String>,
}

impl Default for NewOrder {
    fn default() -> Self {
        Self {
            client_id: super::DEMO_CLIENT_ID.into(),
            number: None,
            scheme: Scheme::Fbs,
            status: "delivering".into(),
            delivered_at: None,
            postings: 1,
            is_returned: false,
            sku: None,
            city: None,
        }
    }
}

/// How far an order is, for the question who may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The marketplace keeps the goods: delivery opens no window.
    ByMarketplace,
    OnItsWay,
    /// Delivered or cancelled, the last of it at this instant.
    Done(DateTime<Utc>),
}

impl Order {
    /// Makes an order up.
    pub(in crate::connectors::sandbox) fn make(new: NewOrder, now: DateTime<Utc>, rng: &mut StdRng) -> Order {
        let number = new.number.clone().unwrap_or_else(|| {
            format!("{:08}-{:04}", rng.random_range(10_000_000..99_999_999), rng.random_range(1..400))
        });
        let mut postings: Vec<Posting> = (1..=new.postings.max(1))
            .map(|part| Posting::make(format!("{number}-{part}"), &new, now, rng))
            .collect();
        let city = new.city.unwrap_or_else(|| buyers::city(rng.random::<u32>() as usize).into());
        if let Some(first) = postings.first_mut() {
            if let (Some(sku), Some(item)) = (new.sku, first.items.first_mut()) {
                item.sku = sku;
            }
            if new.is_returned {
                first.returned = Some(ReturnRecord::of(first, now, rng));
            }
        }
        Order { number, client_id: new.client_id, city, postings }
    }

    /// Ozon's numeric id of the order.
    pub fn id(&self) -> u64 {
        self.number.bytes().filter(u8::is_ascii_digit).fold(0, |id, digit| id * 10 + u64::from(digit - b'0'))
    }

    /// How far it is.
    pub fn delivery(&self) -> Delivery {
        let sellers = self.postings.iter().filter(|posting| posting.scheme != Scheme::Fbo);
        let mut latest = None;
        for posting in sellers {
            match posting.done_at() {
                Some(at) => latest = latest.max(Some(at)),
                None => return Delivery::OnItsWay,
            }
        }
        latest.map_or(Delivery::ByMarketplace, Delivery::Done)
    }
}

impl Posting {
    fn make(number: String, new: &NewOrder, now: DateTime<Utc>, rng: &mut StdRng) -> Posting {
        let delivered_at =
            (new.status == "delivered").then(|| new.delivered_at.unwrap_or(now - TimeDelta::hours(1)));
        let created_at = delivered_at.unwrap_or(now) - TimeDelta::hours(rng.random_range(60..190));
        let is_done = delivered_at.is_some();
        let deliver_from =
            if is_done { created_at + TimeDelta::hours(48) } else { now + TimeDelta::hours(20) };
        let mut items = vec![Item { sku: buyers::ware(rng.random::<u32>() as usize).sku, quantity: 1 }];
        if rng.random_bool(0.3) {
            items.push(Item {
                sku: buyers::ware(rng.random::<u32>() as usize).sku,
                quantity: rng.random_range(1..4),
            });
        }
        let mut posting = Posting {
            number,
            scheme: new.scheme,
            status: String::new(),
            substatus: String::new(),
            created_at,
            ship_by: created_at + TimeDelta::hours(30),
            deliver_from,
            deliver_until: deliver_from + TimeDelta::hours(10),
            delivered_at: None,
            cancelled_at: None,
            tracking_number: format!("ii{}", rng.random_range(1_000_000_000u64..9_999_999_999)),
            items,
            returned: None,
        };
        posting.set_status(&new.status, delivered_at, now);
        posting
    }

    /// Gives it another status.
    pub(super) fn set_status(
        &mut self,
        status: &str,
        delivered_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) {
        self.status = status.into();
        self.substatus = substatus(status, self.created_at.timestamp() % 3).into();
        self.delivered_at = (status == "delivered").then(|| delivered_at.unwrap_or(now));
        self.cancelled_at = status.starts_with("cancelled").then_some(now - TimeDelta::hours(3));
    }

    /// When it was delivered or cancelled.
    pub fn done_at(&self) -> Option<DateTime<Utc>> {
        self.delivered_at.or(self.cancelled_at)
    }

    /// Whether the seller may open a chat about it.
    pub fn may_start_chat(&self, now: DateTime<Utc>) -> bool {
        self.scheme != Scheme::Fbo && self.done_at().is_none_or(|at| now - at < TimeDelta::hours(72))
    }

    /// Whether it has left the warehouse.
    pub fn is_shipped(&self) -> bool {
        matches!(self.status.as_str(), "delivering" | "driver_pickup" | "delivered" | "client_arbitration")
    }
}

fn substatus(status: &str, variant: i64) -> &'static str {
    match status {
        "acceptance_in_progress" => "posting_acceptance_in_progress",
        "awaiting_registration" => "posting_awaiting_registration",
        "awaiting_approve" => "posting_created",
        "awaiting_packaging" => "posting_awaiting_packaging",
        "awaiting_deliver" => "posting_transferring_to_delivery",
        "delivering" if variant == 0 => "posting_in_pickup_point",
        "delivering" if variant == 1 => "posting_on_way_to_city",
        "delivering" => "posting_in_courier_service",
        "driver_pickup" => "posting_driver_pick_up",
        "delivered" => "posting_received",
        "cancelled" | "cancelled_from_split_pending" => "posting_canceled",
        "arbitration" => "posting_in_arbitration",
        "client_arbitration" => "posting_in_client_arbitration",
        "not_accepted" => "posting_not_in_sort_center",
        _ => "posting_created",
    }
}

impl ReturnRecord {
    fn of(posting: &Posting, now: DateTime<Utc>, rng: &mut StdRng) -> ReturnRecord {
        let is_cancellation = posting.cancelled_at.is_some();
        let (reason, status) = if is_cancellation {
            ("Покупатель передумал", (4, "Едет к вам", "MovingToReturnPlace"))
        } else {
            ("Товар не подошёл по размеру", (3, "В пункте выдачи", "ArrivedAtReturnPlace"))
        };
        ReturnRecord {
            id: rng.random_range(1_000_000_000..1_999_999_999),
            is_cancellation,
            reason: reason.into(),
            status: (status.0, status.1.into(), status.2.into()),
            changed_at: now - TimeDelta::hours(5),
        }
    }
}

/// The product behind a SKU.
pub(super) fn ware(sku: u64) -> Option<Ware> {
    buyers::wares().find(|ware| ware.sku == sku)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn order(scheme: Scheme, status: &str, delivered_at: Option<DateTime<Utc>>) -> Order {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        let new = NewOrder { scheme, status: status.into(), delivered_at, ..Default::default() };
        Order::make(new, now, &mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn delivery_is_done_with_the_last_posting_and_means_nothing_for_the_marketplaces_own() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        let earlier = now - TimeDelta::hours(10);
        assert_eq!(order(Scheme::Fbs, "delivered", Some(earlier)).delivery(), Delivery::Done(earlier));
        assert_eq!(order(Scheme::Rfbs, "awaiting_packaging", None).delivery(), Delivery::OnItsWay);
        assert_eq!(order(Scheme::Fbo, "delivering", None).delivery(), Delivery::ByMarketplace);
        let mut both = order(Scheme::Fbs, "delivered", Some(earlier));
        both.postings.extend(order(Scheme::Fbs, "delivering", None).postings);
        assert_eq!(both.delivery(), Delivery::OnItsWay);
    }

    #[test]
    fn a_chat_may_be_started_until_three_days_after_delivery() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        let delivered = |hours| {
            order(Scheme::Fbs, "delivered", Some(now - TimeDelta::hours(hours))).postings[0]
                .may_start_chat(now)
        };
        assert!(delivered(71) && !delivered(73));
        assert!(order(Scheme::Rfbs, "awaiting_deliver", None).postings[0].may_start_chat(now));
        assert!(!order(Scheme::Fbo, "awaiting_deliver", None).postings[0].may_start_chat(now));
    }
}
