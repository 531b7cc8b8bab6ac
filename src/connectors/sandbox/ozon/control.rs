//! The control plane under `/_sandbox`: what scripts and browser tests may do to the sandbox. JSON in and out.
//!
//! | call | what it does |
//! |---|---|
//! | `GET /_sandbox/chats` | all chats |
//! | `GET /_sandbox/chats/{id}/messages` | a chat's messages, oldest first |
//! | `GET /_sandbox/sends` | every send that was accepted, oldest first |
//! | `GET /_sandbox/calls` | how often each method was called, and under `accounts` by Client-Id: `total`, `busiest_second` (the most calls within any second), `methods` |
//! | `POST /_sandbox/calls/reset` | counts anew |
//! | `POST /_sandbox/limit {client_id?, per_second}` | calls per second that one account may make, or all others; 0 for any number |
//! | `POST /_sandbox/buyer {text, picture?, chat_id?, client_id?}` | a buyer writes; without `chat_id` in a new chat |
//! | `POST /_sandbox/cabinet {chat_id, text}` | the shop answers in Ozon's own cabinet |
//! | `POST /_sandbox/read {chat_id}` | the buyer reads everything |
//! | `POST /_sandbox/edit {chat_id, message_id, text}` | the buyer changes a message |
//! | `POST /_sandbox/close {chat_id}` | the chat takes no more messages |
//! | `POST /_sandbox/burst {chats, per_chat, equal_timestamps?}` | many buyers of the demo account write at the same time, each in a new chat |
//! | `POST /_sandbox/order {scheme?, status?, delivered_at?, postings?, is_returned?, sku?, city?, number?, client_id?, chat?, text?}` | makes an order of `fbo`, `fbs` or `rfbs`; with `chat: true` also a chat about it, in which the buyer writes `text` |
//! | `POST /_sandbox/order/status {order_number, status, delivered_at?}` | gives all its postings another status |
//! | `POST /_sandbox/window {chat_id, closes_in_ms}` | the time for answers ends then, whatever the rules say; 0 for now. The buyer's next message opens it again |
//! | `POST /_sandbox/backdate {chat_id, by_ms}` | makes all messages of a chat older |
//! | `GET /_sandbox/pushes` | attempts to push: status, latency, answer, Ozon's word for what was wrong |
//! | `POST /_sandbox/pushes/reset` | forgets them |
//! | `GET`, `POST /_sandbox/push_pace {…}` | how pushes are repeated and given up ([`PushPace`]); absent fields as usual |
//! | `POST /_sandbox/push {kind, client_id?, chat_id?}` | an odd push: `wrong_seller`, `unknown_type`, `broken_json`, `without_truth` |
//! | `POST /_sandbox/push_storm {chats, per_chat, equal_timestamps?, truth?}` | a burst, or with `truth: false` as many pushes without a message behind them |
//! | `POST /_sandbox/giant {chats}` | how many chats the giant account has |
//! | `GET`, `POST /_sandbox/faults {…}` | the faults in force; absent fields are off |
//! | `POST /_sandbox/account {client_id, key_active?, subscription?}` | changes an account |

use super::DEMO_CLIENT_ID;
use super::faults::Faults;
use super::orders::{NewOrder, STATUSES};
use super::pushes::{OddPush, PushPace, PushRecord};
use super::state::{ChatSummary, SandboxState};
use super::world::{MessageRecord, NewChat, SendRecord};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn routes() -> Router<SandboxState> {
    Router::new()
        .route("/_sandbox/chats", get(chats))
        .route("/_sandbox/chats/{id}/messages", get(messages))
        .route("/_sandbox/sends", get(sends))
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/calls/reset", post(reset_calls))
        .route("/_sandbox/limit", post(limit))
        .route("/_sandbox/buyer", post(buyer))
        .route("/_sandbox/cabinet", post(cabinet))
        .route("/_sandbox/read", post(read))
        .route("/_sandbox/edit", post(edit))
        .route("/_sandbox/close", post(close))
        .route("/_sandbox/burst", post(burst))
        .route("/_sandbox/order", post(order))
        .route("/_sandbox/order/status", post(order_status))
        .route("/_sandbox/window", post(window))
        .route("/_sandbox/backdate", post(backdate))
        .route("/_sandbox/pushes", get(pushes))
        .route("/_sandbox/pushes/reset", post(reset_pushes))
        .route("/_sandbox/push_pace", get(push_pace).post(set_push_pace))
        .route("/_sandbox/push", post(push))
        .route("/_sandbox/push_storm", post(push_storm))
        .route("/_sandbox/giant", post(giant))
        .route("/_sandbox/faults", get(faults).post(set_faults))
        .route("/_sandbox/account", post(account))
}

/// An answer, or why there is none.
type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

fn not_found(what: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no such {what}") })))
}

fn done() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}

async fn chats(State(state): State<SandboxState>) -> Json<Vec<ChatSummary>> {
    Json(state.chats())
}

async fn messages(State(state): State<SandboxState>, Path(id): Path<String>) -> Json<Value> {
    // Ids as text: a script that reads them as numbers would round them.
    let told = |message: MessageRecord| {
        json!({
            "id": message.id.to_string(), "sender": message.sender, "part": message.part, "at": message.at,
            "by_api": message.by_api,
        })
    };
    Json(state.messages(&id).into_iter().map(told).collect())
}

async fn sends(State(state): State<SandboxState>) -> Json<Vec<SendRecord>> {
    Json(state.all_sends())
}

async fn calls(State(state): State<SandboxState>) -> Json<Value> {
    let mut told = json!(state.calls());
    told["accounts"] = json!(state.calls_by_account());
    Json(told)
}

async fn reset_calls(State(state): State<SandboxState>) -> Json<Value> {
    state.reset_calls();
    done()
}

/// A limit of calls.
#[derive(Debug, Deserialize)]
struct Limit {
    client_id: Option<String>,
    per_second: usize,
}

async fn limit(State(state): State<SandboxState>, Json(wish): Json<Limit>) -> Json<Value> {
    state.set_limit(wish.client_id.as_deref(), wish.per_second);
    done()
}

/// A buyer's message.
#[derive(Debug, Deserialize)]
struct BuyerWrites {
    chat_id: Option<String>,
    client_id: Option<String>,
    text: Option<String>,
    picture: Option<String>,
}

async fn buyer(State(state): State<SandboxState>, Json(wish): Json<BuyerWrites>) -> Answer {
    let client_id = wish.client_id.as_deref().unwrap_or(DEMO_CLIENT_ID);
    if state.read(|world| !world.accounts.contains_key(client_id)) {
        return Err(not_found("account"));
    }
    if wish.chat_id.as_ref().is_some_and(|id| state.read(|world| world.chat(id).is_none())) {
        return Err(not_found("chat"));
    }
    let chat = wish.chat_id.unwrap_or_else(|| state.new_chat(NewChat::of_buyer(client_id)));
    let by_picture = wish.picture.and_then(|picture| state.buyer_shows(&chat, &picture));
    let by_text = wish.text.and_then(|text| state.buyer_writes(&chat, &text));
    Ok(Json(json!({ "chat_id": chat, "message_id": by_text.or(by_picture) })))
}

/// A message written in Ozon's cabinet.
#[derive(Debug, Deserialize)]
struct CabinetWrites {
    chat_id: String,
    text: String,
}

async fn cabinet(State(state): State<SandboxState>, Json(wish): Json<CabinetWrites>) -> Answer {
    let id = state.cabinet_replies(&wish.chat_id, &wish.text).ok_or_else(|| not_found("chat"))?;
    Ok(Json(json!({ "message_id": id })))
}

/// A chat and nothing else.
#[derive(Debug, Deserialize)]
struct OneChat {
    chat_id: String,
}

async fn read(State(state): State<SandboxState>, Json(wish): Json<OneChat>) -> Json<Value> {
    state.buyer_reads(&wish.chat_id);
    done()
}

async fn close(State(state): State<SandboxState>, Json(wish): Json<OneChat>) -> Json<Value> {
    state.close_chat(&wish.chat_id);
    done()
}

/// A change of a message.
#[derive(Debug, Deserialize)]
struct Edit {
    chat_id: String,
    message_id: String,
    text: String,
}

async fn edit(State(state): State<SandboxState>, Json(wish): Json<Edit>) -> Answer {
    let is_done = state.edit_message(&wish.chat_id, &wish.message_id, &wish.text);
    if is_done { Ok(done()) } else { Err(not_found("message")) }
}

/// Many messages.
#[derive(Debug, Deserialize)]
struct Burst {
    chats: usize,
    per_chat: usize,
    #[serde(default)]
    equal_timestamps: bool,
    /// Whether there are messages behind the pushes.
    truth: Option<bool>,
}

async fn burst(State(state): State<SandboxState>, Json(wish): Json<Burst>) -> Json<Value> {
    Json(json!({ "chats": state.burst(wish.chats, wish.per_chat, wish.equal_timestamps) }))
}

async fn push_storm(State(state): State<SandboxState>, Json(wish): Json<Burst>) -> Json<Value> {
    if wish.truth != Some(false) {
        return Json(json!({ "chats": state.burst(wish.chats, wish.per_chat, wish.equal_timestamps) }));
    }
    let chats: Vec<String> = (0..wish.chats).map(|_| uuid::Uuid::new_v4().to_string()).collect();
    for _ in 0..wish.per_chat {
        for chat in &chats {
            state.push_odd(DEMO_CLIENT_ID, chat, OddPush::WithoutTruth);
        }
    }
    Json(json!({ "chats": chats }))
}

/// An order and perhaps a chat about it.
#[derive(Debug, Deserialize)]
struct OrderWish {
    #[serde(flatten)]
    order: NewOrder,
    #[serde(default)]
    chat: bool,
    text: Option<String>,
}

async fn order(State(state): State<SandboxState>, Json(wish): Json<OrderWish>) -> Answer {
    if !STATUSES.contains(&wish.order.status.as_str()) {
        return Err(not_found("status"));
    }
    if !wish.chat {
        return Ok(Json(json!({ "order": state.order(&state.new_order(wish.order)) })));
    }
    let (chat, number) = state.new_chat_about(wish.order);
    let message = wish.text.and_then(|text| state.buyer_writes(&chat, &text));
    Ok(Json(json!({ "order": state.order(&number), "chat_id": chat, "message_id": message })))
}

/// How far an order is.
#[derive(Debug, Deserialize)]
struct OrderStatus {
    order_number: String,
    status: String,
    delivered_at: Option<DateTime<Utc>>,
}

async fn order_status(State(state): State<SandboxState>, Json(wish): Json<OrderStatus>) -> Answer {
    if !STATUSES.contains(&wish.status.as_str()) {
        return Err(not_found("status"));
    }
    state.set_order_status(&wish.order_number, &wish.status, wish.delivered_at);
    let order = state.order(&wish.order_number).ok_or_else(|| not_found("order"))?;
    Ok(Json(json!({ "order": order })))
}

/// The end of a chat's time.
#[derive(Debug, Deserialize)]
struct WindowEnd {
    chat_id: String,
    closes_in_ms: u64,
}

async fn window(State(state): State<SandboxState>, Json(wish): Json<WindowEnd>) -> Json<Value> {
    state.close_window_in(&wish.chat_id, Duration::from_millis(wish.closes_in_ms));
    done()
}

/// How much older.
#[derive(Debug, Deserialize)]
struct Backdate {
    chat_id: String,
    by_ms: u64,
}

async fn backdate(State(state): State<SandboxState>, Json(wish): Json<Backdate>) -> Json<Value> {
    state.backdate(&wish.chat_id, Duration::from_millis(wish.by_ms));
    done()
}

async fn pushes(State(state): State<SandboxState>) -> Json<Vec<PushRecord>> {
    Json(state.pushes())
}

async fn reset_pushes(State(state): State<SandboxState>) -> Json<Value> {
    state.forget_pushes();
    done()
}

async fn push_pace(State(state): State<SandboxState>) -> Json<PushPace> {
    Json(state.push_pace())
}

async fn set_push_pace(State(state): State<SandboxState>, Json(pace): Json<PushPace>) -> Json<PushPace> {
    state.set_push_pace(pace);
    Json(state.push_pace())
}

/// An odd push.
#[derive(Debug, Deserialize)]
struct OddWish {
    kind: OddPush,
    client_id: Option<String>,
    chat_id: Option<String>,
}

async fn push(State(state): State<SandboxState>, Json(wish): Json<OddWish>) -> Json<Value> {
    let client_id = wish.client_id.as_deref().unwrap_or(DEMO_CLIENT_ID);
    let chat = wish.chat_id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    state.push_odd(client_id, &chat, wish.kind);
    done()
}

/// The size of the giant account.
#[derive(Debug, Deserialize)]
struct Size {
    chats: u64,
}

async fn giant(State(state): State<SandboxState>, Json(wish): Json<Size>) -> Json<Value> {
    state.set_giant_chats(wish.chats);
    done()
}

async fn faults(State(state): State<SandboxState>) -> Json<Faults> {
    Json(state.faults())
}

async fn set_faults(State(state): State<SandboxState>, Json(faults): Json<Faults>) -> Json<Faults> {
    state.set_faults(faults);
    Json(state.faults())
}

/// What changes about an account.
#[derive(Debug, Deserialize)]
struct AccountChange {
    client_id: String,
    key_active: Option<bool>,
    subscription: Option<String>,
}

async fn account(State(state): State<SandboxState>, Json(wish): Json<AccountChange>) -> Json<Value> {
    match wish.key_active {
        Some(true) => state.restore_key(&wish.client_id),
        Some(false) => state.revoke_key(&wish.client_id),
        None => {}
    }
    if let Some(subscription) = wish.subscription {
        state.set_subscription(&wish.client_id, &subscription);
    }
    done()
}
