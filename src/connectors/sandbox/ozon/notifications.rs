//! The set-up of pushes: `/v1/notification/*`. In this API a type goes to one address.

use super::api::{Refusal, number, required_text, time};
use super::pushes::{self, Problem};
use super::state::SandboxState;
use super::world::{Account, Endpoint};
use crate::platform::clock;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Types that can be asked for, with what Ozon's cabinet calls them.
const TYPES: [(&str, &str); 21] = [
    ("TYPE_NEW_MESSAGE", "Новое сообщение в чате"),
    ("TYPE_UPDATE_MESSAGE", "Сообщение в чате изменено"),
    ("TYPE_MESSAGE_READ", "Сообщение прочитано"),
    ("TYPE_CHAT_CLOSED", "Чат закрыт"),
    ("TYPE_NEW_POSTING", "Новое отправление"),
    ("TYPE_POSTING_CANCELLED", "Отмена отправления"),
    ("TYPE_STATE_CHANGED", "Изменение статуса отправления"),
    ("TYPE_DELIVERY_DATE_CHANGED", "Изменение даты доставки отправления"),
    ("TYPE_CUTOFF_DATE_CHANGED", "Изменение даты отгрузки отправления"),
    ("TYPE_CREATE_ITEM", "Создание товара"),
    ("TYPE_UPDATE_ITEM", "Обновление товара"),
    ("TYPE_CREATE_OR_UPDATE_ITEM", "Создание или обновление товара"),
    ("TYPE_STOCKS_CHANGED", "Изменение остатков"),
    ("TYPE_FBO_POSTING_NEW", "Новое отправление FBO"),
    ("TYPE_FBO_POSTING_CANCELLED", "Отмена отправления FBO"),
    ("TYPE_FBO_POSTING_STATE_CHANGED", "Изменение статуса отправления FBO"),
    ("TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED", "Изменение даты доставки отправления FBO"),
    ("TYPE_FBO_STOCKS_CHANGED", "Изменение остатков FBO"),
    ("TYPE_ORDER_NEW", "Новый заказ"),
    ("TYPE_ORDER_CANCELLED", "Отмена заказа"),
    ("TYPE_ORDER_STATE_CHANGED", "Изменение статуса заказа"),
];

/// Carries a method out; `Null` stands for an answer without a body.
pub(super) async fn carry_out(
    state: &SandboxState,
    account: &Account,
    path: &str,
    request: &Value,
) -> Result<Value, Refusal> {
    match path {
        "/v1/notification/set" => set(state, account, request).await,
        "/v1/notification/update" => update(state, account, request).await,
        "/v1/notification/delete" => delete(state, account, request),
        "/v1/notification/enable" => enable(state, account, request).await,
        "/v1/notification/check" => check(state, account, request).await,
        "/v1/notification/list" => Ok(list(state, account)),
        _ => Ok(types(state, account)),
    }
}

async fn set(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let url = address(required_text(request, "url")?)?;
    let types = asked_types(request)?
        .ok_or_else(|| Refusal::invalid("invalid SetNotificationRequest.Types: value is required"))?;
    if endpoints(state, account).iter().any(|endpoint| endpoint.url == url) {
        let message = "rpc error: code = AlreadyExists desc = url is already connected";
        return Err(Refusal::new(StatusCode::CONFLICT, 6, message));
    }
    must_work(state, url).await?;
    state.change(|world| world.add_endpoint(&account.client_id, url, types, clock::now()));
    Ok(Value::Null)
}

async fn update(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let endpoint = asked_endpoint(state, account, request)?;
    let types = asked_types(request)?;
    let url = match request["url"].as_str().filter(|url| !url.is_empty()) {
        Some(url) => Some(address(url)?),
        None => None,
    };
    if let Some(url) = url {
        must_work(state, url).await?;
    }
    state.change(|world| {
        if let Some(types) = &types {
            world.take_types(&account.client_id, types);
        }
        if let Some(endpoint) = world.endpoint_mut(&account.client_id, endpoint.id) {
            if let Some(types) = types {
                endpoint.types = types;
            }
            if let Some(url) = url {
                endpoint.url = url.into();
                // The address has just been confirmed.
                endpoint.is_enabled |= endpoint.is_suspended;
                endpoint.is_suspended = false;
            }
        }
    });
    state.forget_health(endpoint.id);
    Ok(Value::Null)
}

fn delete(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let endpoint = asked_endpoint(state, account, request)?;
    state.change(|world| world.endpoints.retain(|one| one.id != endpoint.id));
    Ok(Value::Null)
}

async fn enable(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let endpoint = asked_endpoint(state, account, request)?;
    let enabled = request["enabled"].as_bool();
    let enabled = enabled.ok_or_else(|| Refusal::invalid("invalid request.enabled: value is required"))?;
    if enabled && endpoint.is_suspended {
        must_work(state, &endpoint.url).await?;
    }
    state.change(|world| {
        if let Some(endpoint) = world.endpoint_mut(&account.client_id, endpoint.id) {
            endpoint.is_enabled = enabled;
            endpoint.is_suspended &= !enabled;
        }
    });
    state.forget_health(endpoint.id);
    Ok(Value::Null)
}

/// A check that works also ends a suspension.
async fn check(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let url = address(required_text(request, "url")?)?;
    let problems = pushes::ping(state, url).await;
    if problems.is_empty() {
        for endpoint in endpoints(state, account) {
            if endpoint.url == url && endpoint.is_suspended {
                state.change(|world| {
                    if let Some(endpoint) = world.endpoint_mut(&account.client_id, endpoint.id) {
                        endpoint.is_enabled = true;
                        endpoint.is_suspended = false;
                    }
                });
                state.forget_health(endpoint.id);
            }
        }
    }
    let told = |problem: &Problem| json!({ "type": problem.word, "description": problem.description });
    Ok(json!({ "is_active": problems.is_empty(), "errors": problems.iter().map(told).collect::<Vec<_>>() }))
}

fn list(state: &SandboxState, account: &Account) -> Value {
    let of = |endpoint: &Endpoint| -> Vec<Value> {
        let asked = TYPES.iter().filter(|(kind, _)| endpoint.types.contains(*kind));
        asked.map(|(kind, description)| json!({ "type": kind, "description": description })).collect()
    };
    let told = |endpoint: &Endpoint| {
        json!({
            "id": endpoint.id, "url": endpoint.url, "enable": endpoint.is_enabled,
            "created_at": time(endpoint.created_at), "types": of(endpoint),
        })
    };
    json!({ "urls": endpoints(state, account).iter().map(told).collect::<Vec<_>>() })
}

fn types(state: &SandboxState, account: &Account) -> Value {
    let endpoints = endpoints(state, account);
    let told = |(kind, description): &(&str, &str)| {
        let mut told = json!({ "type": kind, "description": description });
        if let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.types.contains(*kind)) {
            told["seller_endpoint"] = json!({ "id": endpoint.id, "url": endpoint.url });
        }
        told
    };
    json!({ "types": TYPES.iter().map(told).collect::<Vec<_>>() })
}

fn endpoints(state: &SandboxState, account: &Account) -> Vec<Endpoint> {
    state.endpoints().into_iter().filter(|endpoint| endpoint.client_id == account.client_id).collect()
}

fn asked_endpoint(state: &SandboxState, account: &Account, request: &Value) -> Result<Endpoint, Refusal> {
    let id =
        number(request, "id")?.ok_or_else(|| Refusal::invalid("invalid request.id: value is required"))?;
    let endpoint =
        endpoints(state, account).into_iter().find(|endpoint| u64::try_from(endpoint.id) == Ok(id));
    endpoint.ok_or_else(|| Refusal::not_found("rpc error: code = NotFound desc = url not found"))
}

/// Types of a request; `None` when it names none.
fn asked_types(request: &Value) -> Result<Option<BTreeSet<String>>, Refusal> {
    let Some(asked) = request["types"].as_array().filter(|types| !types.is_empty()) else { return Ok(None) };
    let known = |kind: &Value| {
        let kind = kind.as_str().filter(|kind| TYPES.iter().any(|(known, _)| known == kind))?;
        Some(kind.to_owned())
    };
    let types: Option<BTreeSet<String>> = asked.iter().map(known).collect();
    types.map(Some).ok_or_else(|| Refusal::invalid("invalid request.types: unknown type"))
}

/// Ozon takes HTTPS addresses only; a receiver on this machine is a sandbox's own matter.
fn address(url: &str) -> Result<&str, Refusal> {
    let parsed = url.parse::<Uri>().ok();
    let is_good = parsed.is_some_and(|parsed| {
        let is_here = parsed.host().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        parsed.host().is_some() && (parsed.scheme_str() == Some("https") || is_here)
    });
    is_good
        .then_some(url)
        .ok_or_else(|| Refusal::invalid("invalid request.url: value must be an HTTPS address"))
}

async fn must_work(state: &SandboxState, url: &str) -> Result<(), Refusal> {
    match pushes::ping(state, url).await.first() {
        None => Ok(()),
        Some(problem) => {
            Err(Refusal::new(StatusCode::BAD_REQUEST, 9, format!("url check failed: {}", problem.word)))
        }
    }
}
