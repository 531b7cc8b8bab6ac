//! The shop and its key.

use super::{list, nested, text};
use serde::Deserialize;
use serde_json::Value;

/// Answer of `/v1/roles`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct Roles {
    #[serde(default, deserialize_with = "text")]
    pub expires_at: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub roles: Vec<Value>,
}

/// One role of a key.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Role {
    #[serde(default, deserialize_with = "list")]
    pub methods: Vec<Value>,
}

/// Answer of `/v1/seller/info`.
#[derive(Debug, Deserialize)]
pub(in crate::connectors::ozon) struct SellerInfo {
    #[serde(default, deserialize_with = "nested")]
    pub company: Company,
    #[serde(default, deserialize_with = "nested")]
    pub subscription: Subscription,
}

/// The shop.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Company {
    #[serde(default, deserialize_with = "text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub legal_name: Option<String>,
}

/// What the shop has subscribed to.
#[derive(Debug, Default, Deserialize)]
pub(in crate::connectors::ozon) struct Subscription {
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
}
