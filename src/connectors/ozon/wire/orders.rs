//! Postings.

use super::{flag, id, list, money, nested, number, text, texts_of};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Request of `/v4/posting/fbs/list` and `/v3/posting/fbo/list`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct PostingListRequest<'a> {
    pub filter: PostingFilter<'a>,
    pub limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<&'a str>,
    pub with: With,
}

/// Which postings the list holds. The period must not be longer than a year.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct PostingFilter<'a> {
    pub since: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub order_numbers: [&'a str; 1],
}

/// What Ozon tells only on request.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct With {
    /// The city and when the buyer expects the parcel.
    pub analytics_data: bool,
}

/// Request of `/v3/posting/fbs/get` and `/v2/posting/fbo/get`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct PostingRequest<'a> {
    pub posting_number: &'a str,
    pub with: With,
}

/// Answer of both lists.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct PostingList {
    #[serde(default, deserialize_with = "list")]
    pub postings: Vec<Value>,
    #[serde(default, deserialize_with = "id")]
    pub cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// Answer of both gets.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct PostingAnswer {
    #[serde(default)]
    pub result: Value,
}

/// A posting: what the four methods tell of one, taken together.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Posting {
    #[serde(default, deserialize_with = "id")]
    pub posting_number: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub order_number: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub substatus: Option<String>,
    /// `ozon`, `aggregator`, `3pl_tracking` or `non_integrated`; FBS only.
    #[serde(default, deserialize_with = "text")]
    pub tpl_integration_type: Option<String>,
    /// The same in other words: `ozon`, `aggregator` or `non_integrated`; FBS only.
    #[serde(default, deserialize_with = "text")]
    pub integration_type_flow: Option<String>,
    /// FBO only.
    #[serde(default, deserialize_with = "text")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub in_process_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub shipment_date: Option<String>,
    /// When it was handed over to the carrier.
    #[serde(default, deserialize_with = "text")]
    pub delivering_date: Option<String>,
    /// Told by the gets only.
    #[serde(default, deserialize_with = "text")]
    pub fact_delivery_date: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub tracking_number: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    pub delivery_method: DeliveryMethod,
    #[serde(default, deserialize_with = "nested")]
    pub analytics_data: Analytics,
    #[serde(default, deserialize_with = "nested")]
    pub customer: Customer,
    #[serde(default, deserialize_with = "nested")]
    pub cancellation: Cancellation,
    /// What the seller may do now; FBS only. `None` when the answer does not tell.
    #[serde(default, deserialize_with = "actions")]
    pub available_actions: Option<Vec<String>>,
    #[serde(default, deserialize_with = "list")]
    pub products: Vec<Value>,
}

/// How it travels.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct DeliveryMethod {
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    /// Who carries it.
    #[serde(default, deserialize_with = "text")]
    pub tpl_provider: Option<String>,
}

/// Where it goes and when it is expected.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Analytics {
    #[serde(default, deserialize_with = "text")]
    pub city: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub tpl_provider: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub delivery_date_begin: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub delivery_date_end: Option<String>,
    /// What the buyer was told, which may differ from the plan.
    #[serde(default, deserialize_with = "text")]
    pub client_delivery_date_begin: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub client_delivery_date_end: Option<String>,
}

/// The buyer, of whom nothing but the city is needed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Customer {
    #[serde(default, deserialize_with = "nested")]
    pub address: Address,
}

/// Where the buyer lives.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Address {
    #[serde(default, deserialize_with = "text")]
    pub city: Option<String>,
}

/// Why it was cancelled.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Cancellation {
    #[serde(default, deserialize_with = "text")]
    pub cancel_reason: Option<String>,
}

/// What is in a posting.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Item {
    #[serde(default, deserialize_with = "id")]
    pub sku: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub offer_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub quantity: Option<i64>,
    /// A text beside `currency_code` in the gets and an object in the lists.
    #[serde(default, deserialize_with = "money")]
    pub price: super::Money,
    #[serde(default, deserialize_with = "text")]
    pub currency_code: Option<String>,
}

fn actions<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value.is_array().then(|| texts_of(&value)))
}
