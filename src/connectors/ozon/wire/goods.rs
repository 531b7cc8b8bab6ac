//! Products and returns.

use super::{Id, flag, id, list, money, nested, number, text, texts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Request of `/v3/product/info/list`; the schema wants the numbers as text.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ProductsRequest<'a> {
    pub sku: &'a [&'a str],
}

/// Answer of `/v3/product/info/list`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Products {
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<Value>,
}

/// A product.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Product {
    #[serde(default, deserialize_with = "id")]
    pub sku: Option<String>,
    /// A product may be sold from several stores, each with its own SKU.
    #[serde(default, deserialize_with = "list")]
    pub sources: Vec<Value>,
    #[serde(default, deserialize_with = "text")]
    pub offer_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "money")]
    pub price: super::Money,
    #[serde(default, deserialize_with = "text")]
    pub currency_code: Option<String>,
    /// A list of one.
    #[serde(default, deserialize_with = "texts")]
    pub primary_image: Vec<String>,
    #[serde(default, deserialize_with = "texts")]
    pub images: Vec<String>,
    #[serde(default, deserialize_with = "flag")]
    pub is_archived: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub is_autoarchived: Option<bool>,
}

/// A store that a product is sold from.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Source {
    #[serde(default, deserialize_with = "id")]
    pub sku: Option<String>,
}

/// Request of `/v1/returns/list`.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ReturnsRequest<'a> {
    pub filter: ReturnsFilter<'a>,
    pub limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_id: Option<Id<'a>>,
}

/// Whose returns.
#[derive(Debug, Serialize)]
pub(in crate::connectors::ozon) struct ReturnsFilter<'a> {
    pub posting_numbers: &'a [&'a str],
}

/// Answer of `/v1/returns/list`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Returns {
    #[serde(default, deserialize_with = "list")]
    pub returns: Vec<Value>,
    #[serde(default, deserialize_with = "flag")]
    pub has_next: Option<bool>,
}

/// A return.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Return {
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "id")]
    pub posting_number: Option<String>,
    /// `Cancellation`, `FullReturn`, `PartialReturn`, `ClientReturn` or `Unknown`.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub return_reason_name: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    pub product: ReturnedProduct,
    #[serde(default, deserialize_with = "nested")]
    pub visual: Visual,
    #[serde(default, deserialize_with = "nested")]
    pub logistic: Logistic,
}

/// What comes back.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct ReturnedProduct {
    #[serde(default, deserialize_with = "id")]
    pub sku: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub quantity: Option<i64>,
}

/// How a return is doing, as Ozon shows it.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Visual {
    #[serde(default, deserialize_with = "nested")]
    pub status: VisualStatus,
    #[serde(default, deserialize_with = "text")]
    pub change_moment: Option<String>,
}

/// A status for people and for programs.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct VisualStatus {
    #[serde(default, deserialize_with = "text")]
    pub display_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub sys_name: Option<String>,
}

/// Dates of a return.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Logistic {
    #[serde(default, deserialize_with = "text")]
    pub return_date: Option<String>,
}
