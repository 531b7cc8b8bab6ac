//! Products and returns.

use super::{each, instant, price, usable_id};
use crate::connectors::ozon::wire::goods as wire;
use crate::connectors::ozon::wire::object;
use crate::features::orders::types::{Product, Return};
use reqwest::Url;
use serde_json::Value;

/// Products of an answer under the SKUs that were asked for: one that is sold from several stores has several.
pub(in crate::connectors::ozon) fn products(items: Vec<Value>, asked: &[&str]) -> Vec<Product> {
    let told: Vec<(Vec<String>, Product)> = each("products", items, product);
    let under_asked = |(skus, product): (Vec<String>, Product)| {
        let skus = skus.into_iter().filter(|sku| asked.contains(&sku.as_str()));
        skus.map(|sku| Product { sku, ..product.clone() }).collect::<Vec<_>>()
    };
    told.into_iter().flat_map(under_asked).collect()
}

/// A product with all of its SKUs.
fn product(value: Value) -> Option<(Vec<String>, Product)> {
    let told: wire::Product = object(value)?;
    let sources = told.sources.into_iter().filter_map(|source| object::<wire::Source>(source)?.sku);
    let mut skus: Vec<String> = told.sku.into_iter().chain(sources).filter_map(usable_id).collect();
    skus.sort();
    skus.dedup();
    let photo = told.primary_image.into_iter().chain(told.images).find(|url| is_web_address(url));
    let product = Product {
        sku: skus.first()?.clone(),
        offer_id: told.offer_id.unwrap_or_default(),
        name: told.name.unwrap_or_default(),
        price: price(told.price, told.currency_code),
        photo_url: photo,
        is_archived: told.is_archived.unwrap_or(false) || told.is_autoarchived.unwrap_or(false),
    };
    Some((skus, product))
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A return; `None` when it does not say of which posting.
pub(in crate::connectors::ozon) fn returned(value: Value) -> Option<Return> {
    let told: wire::Return = object(value)?;
    let changed_at = told.visual.change_moment.or(told.logistic.return_date);
    let kind = told.kind.unwrap_or_default();
    Some(Return {
        posting_number: told.posting_number.and_then(usable_id)?,
        sku: told.product.sku.and_then(usable_id).unwrap_or_default(),
        name: told.product.name.unwrap_or_default(),
        quantity: told.product.quantity.unwrap_or(1),
        is_cancellation: kind.eq_ignore_ascii_case("Cancellation"),
        status: told.visual.status.display_name.or(told.visual.status.sys_name).unwrap_or(kind),
        reason: told.return_reason_name,
        changed_at: changed_at.as_deref().and_then(instant),
    })
}

/// Id of a return, to ask for those after it.
pub(in crate::connectors::ozon) fn return_id(value: &Value) -> Option<String> {
    object::<wire::Return>(value.clone())?.id
}
