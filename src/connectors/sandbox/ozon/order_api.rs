//! Postings, products and returns as the Seller API tells them.

use super::api::{Refusal, number, required_text, time};
use super::orders::{self, Item, NewOrder, Order, Posting, STATUSES, Scheme};
use super::state::SandboxState;
use super::world::{Account, World};
use crate::connectors::sandbox::buyers::{self, Ware};
use crate::platform::clock;
use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

/// Where photos of products lie. Unlike files of chats they want no key.
pub(super) const PHOTOS: &str = "/product-photo/";
const PERIOD: TimeDelta = TimeDelta::days(366);
const WAREHOUSE: &str = "ХОРУГВИНО_РФЦ";
/// What a number of a product lies below its SKU.
const BELOW_SKU: u64 = 1_400_000_000;

/// Orders of every scheme and status, so that a shop has some before anybody has written.
pub(super) fn stock(world: &mut World, client_id: &str, now: DateTime<Utc>, rng: &mut StdRng) {
    let statuses = [Scheme::Fbo, Scheme::Fbs, Scheme::Rfbs]
        .into_iter()
        .flat_map(|scheme| scheme.statuses().iter().map(move |status| (scheme, *status)));
    for (at, (scheme, status)) in statuses.enumerate() {
        let new = NewOrder {
            client_id: client_id.into(),
            scheme,
            status: status.into(),
            delivered_at: Some(now - TimeDelta::hours(20 + 7 * at as i64)),
            postings: 1 + at % 2,
            is_returned: matches!(status, "delivered" | "cancelled"),
            ..NewOrder::default()
        };
        let order = Order::make(new, now, rng);
        world.orders.insert(order.number.clone(), order);
    }
}

/// A posting of an account with its order.
fn posting<'a>(
    world: &'a World,
    account: &Account,
    number: &str,
    fits: impl Fn(Scheme) -> bool,
) -> Result<(&'a Order, &'a Posting), Refusal> {
    let order = number.rsplit_once('-').and_then(|(order, _)| world.orders.get(order));
    let order = order.filter(|order| order.client_id == account.client_id);
    let found = order.and_then(|order| {
        let posting = order.postings.iter().find(|posting| posting.number == number)?;
        fits(posting.scheme).then_some((order, posting))
    });
    found.ok_or_else(|| Refusal::not_found("rpc error: code = NotFound desc = posting not found"))
}

pub(super) fn fbs_get(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let number = required_text(request, "posting_number")?;
    state.read(|world| {
        let (order, posting) = posting(world, account, number, |scheme| scheme != Scheme::Fbo)?;
        let mut told = fbs(order, posting, &request["with"]);
        told.insert("addressee".into(), json!({ "name": "Мария К.", "phone": "+79990000000" }));
        told.insert("products".into(), products(posting, false));
        told.insert("additional_data".into(), json!([]));
        if let Some(at) = posting.delivered_at {
            told.insert("fact_delivery_date".into(), json!(time(at)));
        }
        told.insert("provider_status".into(), json!(if posting.is_shipped() { "В пути" } else { "" }));
        Ok(json!({ "result": told }))
    })
}

pub(super) fn fbs_list(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let filter = &request["filter"];
    for name in ["since", "to"] {
        instant(filter, name)?
            .ok_or_else(|| Refusal::invalid(format!("invalid Filter.{name}: value is required")))?;
    }
    if filter["order_numbers"].as_array().is_some_and(|numbers| numbers.len() > 100) {
        return Err(Refusal::invalid("invalid Filter.OrderNumbers: value must contain at most 100 items"));
    }
    listed(
        state,
        account,
        request,
        |scheme| scheme != Scheme::Fbo,
        |order, posting| {
            let mut told = fbs(order, posting, &request["with"]);
            told.insert("addressee".into(), json!({ "name": "Мария К." }));
            told.insert("products".into(), products(posting, true));
            Value::Object(told)
        },
    )
}

pub(super) fn fbo_get(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let number = required_text(request, "posting_number")?;
    state.read(|world| {
        let (order, posting) = posting(world, account, number, |scheme| scheme == Scheme::Fbo)?;
        let mut told = fbo(order, posting, &request["with"]);
        told.insert("products".into(), products(posting, false));
        if let Some(at) = posting.delivered_at {
            told.insert("fact_delivery_date".into(), json!(time(at)));
        }
        Ok(json!({ "result": told }))
    })
}

pub(super) fn fbo_list(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    listed(
        state,
        account,
        request,
        |scheme| scheme == Scheme::Fbo,
        |order, posting| {
            let mut told = fbo(order, posting, &request["with"]);
            told.insert("products".into(), products(posting, true));
            if posting.cancelled_at.is_some() {
                let why = json!({
                    "cancel_reason": "Покупатель передумал", "cancellation_initiator": "Клиент",
                    "cancellation_type": "client",
                });
                told.insert("cancellation".into(), why);
            }
            Value::Object(told)
        },
    )
}

/// A page of postings that fit a scheme and the request's filter.
fn listed(
    state: &SandboxState,
    account: &Account,
    request: &Value,
    fits: impl Fn(Scheme) -> bool,
    tell: impl Fn(&Order, &Posting) -> Value,
) -> Result<Value, Refusal> {
    let limit = number(request, "limit")?.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(Refusal::invalid("invalid Limit: value must be inside range [1, 100]"));
    }
    let filter = &request["filter"];
    let (since, to) = (instant(filter, "since")?, instant(filter, "to")?);
    if let (Some(since), Some(to)) = (since, to)
        && to - since > PERIOD
    {
        return Err(Refusal::invalid("PERIOD_IS_TOO_LONG"));
    }
    let (orders, postings, statuses) =
        (texts(filter, "order_numbers"), texts(filter, "posting_numbers"), texts(filter, "statuses"));
    if let Some(unknown) = statuses.iter().find(|status| !STATUSES.contains(status)) {
        return Err(Refusal::invalid(format!("invalid Filter.Statuses: unknown status {unknown}")));
    }
    let order_id = number(filter, "order_id")?.filter(|id| *id != 0);
    let from = request["cursor"].as_str().and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    state.read(|world| {
        let of_account = world.orders.values().filter(|order| order.client_id == account.client_id);
        let all = of_account.flat_map(|order| order.postings.iter().map(move |posting| (order, posting)));
        let asked = |(order, posting): &(&Order, &Posting)| {
            let named = |names: &[&str], name: &str| names.is_empty() || names.contains(&name);
            fits(posting.scheme)
                && named(&orders, &order.number)
                && named(&postings, &posting.number)
                && named(&statuses, &posting.status)
                && order_id.is_none_or(|id| id == order.id())
                && since.is_none_or(|since| posting.created_at >= since)
                && to.is_none_or(|to| posting.created_at <= to)
        };
        let mut chosen: Vec<(&Order, &Posting)> = all.filter(asked).collect();
        chosen.sort_by_key(|(_, posting)| (posting.created_at, &posting.number));
        if request["sort_dir"] == "DESC" {
            chosen.reverse();
        }
        let page: Vec<Value> = chosen
            .iter()
            .skip(from)
            .take(limit as usize)
            .map(|(order, posting)| tell(order, posting))
            .collect();
        let end = from + page.len();
        let has_next = end < chosen.len();
        let cursor = if has_next { end.to_string() } else { String::new() };
        Ok(json!({ "cursor": cursor, "has_next": has_next, "postings": page }))
    })
}

/// What both methods for postings from the seller's warehouse tell alike.
fn fbs(order: &Order, posting: &Posting, with: &Value) -> Map<String, Value> {
    let is_own_carrier = posting.scheme == Scheme::Rfbs;
    let carrier =
        if is_own_carrier { "Доставка продавца" } else { "Ozon Логистика" };
    let cancelled = posting.cancelled_at.is_some();
    let mut told = common(order, posting);
    let more = json!({
        "available_actions": actions(posting),
        "cancellation": {
            "affect_cancellation_rating": false,
            "cancel_reason": if cancelled { "Покупатель передумал" } else { "" },
            "cancel_reason_id": if cancelled { 684 } else { 0 },
            "cancellation_initiator": if cancelled { "Клиент" } else { "" },
            "cancellation_type": if cancelled { "client" } else { "" },
            "cancelled_after_ship": false,
        },
        "delivery_method": {
            "id": 1_020_000_123_000_u64, "name": carrier, "tpl_provider": carrier,
            "tpl_provider_id": if is_own_carrier { 0 } else { 24 },
            "warehouse": "Склад на Складочной", "warehouse_id": 22_655_170_176_000_u64,
        },
        "is_express": false,
        "parent_posting_number": "",
        "shipment_date": time(posting.ship_by),
        "tpl_integration_type": if is_own_carrier { "non_integrated" } else { "ozon" },
        "tracking_number": if posting.is_shipped() { posting.tracking_number.as_str() } else { "" },
    });
    told.extend(more.as_object().cloned().unwrap_or_default());
    if posting.is_shipped() {
        told.insert("delivering_date".into(), json!(time(posting.ship_by)));
    }
    if is_own_carrier {
        let customer = json!({
            "customer_id": order.id() % 100_000_000,
            "name": "Мария К.",
            "phone": "+79990000000",
            "address": {
                "address_tail": format!("г. {}, ул. Садовая, д. 9", order.city), "city": order.city,
                "country": "Россия", "zip_code": "101000",
            },
        });
        told.insert("customer".into(), customer);
    }
    if with["barcodes"] == true {
        let barcodes = json!({ "upper_barcode": "%101%98765", "lower_barcode": posting.tracking_number });
        told.insert("barcodes".into(), barcodes);
    }
    if with["analytics_data"] == true {
        let analytics = json!({
            "city": order.city, "region": order.city, "delivery_type": "PVZ", "is_legal": false, "is_premium": false,
            "payment_type_group_name": "Карты оплаты", "tpl_provider": carrier, "tpl_provider_id": 24,
            "warehouse": "Склад на Складочной", "warehouse_id": 22_655_170_176_000_u64,
            "delivery_date_begin": time(posting.deliver_from), "delivery_date_end": time(posting.deliver_until),
            "client_delivery_date_begin": time(posting.deliver_from),
            "client_delivery_date_end": time(posting.deliver_until),
        });
        told.insert("analytics_data".into(), analytics);
    }
    told
}

/// What both methods for postings from Ozon's warehouse tell alike.
fn fbo(order: &Order, posting: &Posting, with: &Value) -> Map<String, Value> {
    let mut told = common(order, posting);
    told.insert("created_at".into(), json!(time(posting.created_at)));
    told.insert("cancel_reason_id".into(), json!(if posting.cancelled_at.is_some() { 684 } else { 0 }));
    told.insert("additional_data".into(), json!([]));
    told.insert("external_order".into(), json!({ "is_external": false, "platform_name": "" }));
    if with["analytics_data"] == true {
        let analytics = json!({
            "city": order.city, "delivery_type": "PVZ", "is_legal": false, "is_premium": false,
            "payment_type_group_name": "Карты оплаты", "warehouse_id": 15_431_806_189_000_u64,
            "warehouse_name": WAREHOUSE,
            "client_delivery_date_begin": time(posting.deliver_from),
            "client_delivery_date_end": time(posting.deliver_until),
        });
        told.insert("analytics_data".into(), analytics);
    }
    told
}

fn common(order: &Order, posting: &Posting) -> Map<String, Value> {
    let told = json!({
        "posting_number": posting.number, "order_number": order.number, "order_id": order.id(),
        "status": posting.status, "substatus": posting.substatus,
        "in_process_at": time(posting.created_at),
    });
    told.as_object().cloned().unwrap_or_default()
}

/// The newer lists tell a price as an object, the older methods as a text.
fn products(posting: &Posting, with_price_object: bool) -> Value {
    let told = |item: &Item| {
        let ware = orders::ware(item.sku).unwrap_or_else(|| buyers::ware(0));
        let mut told = json!({
            "name": ware.name, "offer_id": ware.offer_id, "sku": item.sku, "quantity": item.quantity,
            "is_marketplace_buyout": false,
        });
        if with_price_object {
            told["price"] = json!({ "amount": ware.price, "currency": "RUB" });
        } else {
            told["price"] = json!(ware.price);
            told["currency_code"] = json!("RUB");
        }
        told
    };
    posting.items.iter().map(told).collect()
}

fn actions(posting: &Posting) -> Vec<&'static str> {
    let mut actions = match posting.status.as_str() {
        "awaiting_packaging" => vec!["ship", "cancel"],
        "awaiting_deliver" => vec!["label_download", "cancel"],
        "delivering" => vec!["click_track_number"],
        _ => Vec::new(),
    };
    if posting.may_start_chat(clock::now()) {
        actions.push("can_create_chat");
    }
    actions
}

/// The order behind a posting about which a chat may be started.
pub(super) fn startable(state: &SandboxState, account: &Account, number: &str) -> Result<String, Refusal> {
    state.read(|world| {
        let (order, posting) = posting(world, account, number, |_| true)?;
        let denied = |why: &str| Refusal::denied(format!("rpc error: code = PermissionDenied desc = {why}"));
        if posting.scheme == Scheme::Fbo {
            return Err(denied("chat can be started only for FBS and rFBS postings"));
        }
        if !posting.may_start_chat(clock::now()) {
            return Err(denied("access period has expired"));
        }
        Ok(order.number.clone())
    })
}

pub(super) fn product_info(request: &Value, base_url: &str) -> Result<Value, Refusal> {
    let [skus, ids, offers] = ["sku", "product_id", "offer_id"].map(|name| ids(request, name));
    let asked = skus.len() + ids.len() + offers.len();
    if !(1..=1000).contains(&asked) {
        return Err(Refusal::invalid("use either offer_id or product_id or sku, at most 1000 of them"));
    }
    let is_asked = |ware: &Ware| {
        skus.contains(&ware.sku.to_string())
            || ids.contains(&(ware.sku - BELOW_SKU).to_string())
            || offers.contains(&ware.offer_id)
    };
    let items: Vec<Value> = buyers::wares().filter(is_asked).map(|ware| product(&ware, base_url)).collect();
    Ok(json!({ "items": items }))
}

fn product(ware: &Ware, base_url: &str) -> Value {
    let photo = |which: &str| format!("{base_url}{PHOTOS}{}{which}.png", ware.sku);
    let made = "2025-03-11T08:30:00Z";
    json!({
        "id": ware.sku - BELOW_SKU, "sku": ware.sku, "name": ware.name, "offer_id": ware.offer_id,
        "images": [photo("-side"), photo("-label")], "primary_image": [photo("")], "color_image": [],
        "price": ware.price, "old_price": ware.price, "min_price": ware.price, "currency_code": "RUB", "vat": "0.20",
        // One thing is sold no more.
        "is_archived": orders::ware(ware.sku + 17).is_none(), "is_autoarchived": false, "is_discounted": false,
        "is_kgt": false, "is_super": false, "barcodes": [format!("OZN{}", ware.sku)], "errors": [],
        "created_at": made, "updated_at": made, "description_category_id": 17_028_922, "type_id": 94_405,
        "volume_weight": 0.7,
        "statuses": {
            "is_created": true, "moderate_status": "approved", "status": "price_sent", "status_name": "Продается",
            "status_description": "Товар создан", "status_failed": "", "status_tooltip": "",
            "validation_status": "success", "status_updated_at": made,
        },
        "stocks": {
            "has_stock": true, "stocks": [{ "present": 14, "reserved": 2, "sku": ware.sku, "source": "fbs" }],
        },
        "visibility_details": { "has_price": true, "has_stock": true },
    })
}

pub(super) fn returns(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let limit = number(request, "limit")?.unwrap_or(0);
    if !(1..=500).contains(&limit) {
        return Err(Refusal::invalid("invalid Limit: value must be inside range [1, 500]"));
    }
    let filter = &request["filter"];
    let dates = ["logistic_return_date", "storage_tariffication_start_date", "visual_status_change_moment"];
    if dates.iter().filter(|name| filter[**name].is_object()).count() > 1 {
        return Err(Refusal::invalid("only one date filter is allowed"));
    }
    let postings = texts(filter, "posting_numbers");
    if postings.len() > 50 {
        return Err(Refusal::invalid("invalid Filter.PostingNumbers: value must contain at most 50 items"));
    }
    let after = number(request, "last_id")?.unwrap_or(0);
    let scheme = filter["return_schema"].as_str().unwrap_or_default();
    state.read(|world| {
        let of_account = world.orders.values().filter(|order| order.client_id == account.client_id);
        let all = of_account.flat_map(|order| order.postings.iter().map(move |posting| (order, posting)));
        let mut chosen: Vec<(u64, Value)> = all
            .filter(|(_, posting)| postings.is_empty() || postings.contains(&posting.number.as_str()))
            .filter(|(_, posting)| scheme.is_empty() || (scheme == "FBO") == (posting.scheme == Scheme::Fbo))
            .filter_map(|(order, posting)| returned(account, order, posting))
            .filter(|(id, _)| *id > after)
            .collect();
        chosen.sort_by_key(|(id, _)| *id);
        let has_next = chosen.len() > limit as usize;
        chosen.truncate(limit as usize);
        let told: Vec<Value> = chosen.into_iter().map(|(_, told)| told).collect();
        Ok(json!({ "returns": told, "has_next": has_next }))
    })
}

/// A return. 64-bit numbers are texts here, as in Ozon's own example.
fn returned(account: &Account, order: &Order, posting: &Posting) -> Option<(u64, Value)> {
    let record = posting.returned.as_ref()?;
    let item = posting.items.first()?;
    let ware = orders::ware(item.sku).unwrap_or_else(|| buyers::ware(0));
    let price = json!({ "currency_code": "RUB", "price": ware.price.parse::<f64>().unwrap_or_default() });
    let place = json!({
        "id": "23869688194000", "name": "СЦ_Львовский_Возвраты",
        "address": "Россия, обл. Московская, г. Подольск, ул. Московская, д. 69",
    });
    let (status, display_name, sys_name) = &record.status;
    let told = json!({
        "id": record.id.to_string(), "company_id": account.client_id, "exemplars": [{ "id": record.id.to_string() }],
        "return_reason_name": record.reason,
        "type": if record.is_cancellation { "Cancellation" } else { "ClientReturn" },
        "schema": if posting.scheme == Scheme::Fbo { "Fbo" } else { "Fbs" },
        "order_id": order.id().to_string(), "order_number": order.number, "posting_number": posting.number,
        "place": place, "target_place": place,
        "product": {
            "sku": item.sku.to_string(), "offer_id": ware.offer_id, "name": ware.name, "price": price,
            "price_without_commission": price, "quantity": item.quantity,
        },
        "logistic": { "return_date": time(record.changed_at), "barcode": posting.tracking_number },
        "visual": {
            "status": { "id": status, "display_name": display_name, "sys_name": sys_name },
            "change_moment": time(record.changed_at),
        },
        "additional_info": { "is_opened": true, "is_super_econom": false },
        "source_id": "90426223", "clearing_id": "21190893156000",
    });
    Some((record.id, told))
}

fn instant(request: &Value, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = request[name].as_str() else { return Ok(None) };
    let read = DateTime::parse_from_rfc3339(text).map(|at| Some(at.to_utc()));
    read.map_err(|_| Refusal::invalid(format!("invalid {name}: not a date-time")))
}

fn texts<'a>(request: &'a Value, name: &str) -> Vec<&'a str> {
    request[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Ids as numbers or as texts.
fn ids(request: &Value, name: &str) -> Vec<String> {
    let told = |id: &Value| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()));
    request[name].as_array().into_iter().flatten().filter_map(told).collect()
}
