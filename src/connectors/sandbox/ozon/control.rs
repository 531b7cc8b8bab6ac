//! The control plane under `/_sandbox`: what scripts and browser tests may do to the sandbox. JSON in and out.
//!
//! | call | what it does |
//! |---|---|
//! | `GET /_sandbox/chats` | all chats |
//! | `GET /_sandbox/chats/{id}/messages` | a chat's messages, oldest first |
//! | `GET /_sandbox/sends` | every send that was accepted, oldest first |
//! | `GET /_sandbox/calls` | how often each method was called |
//! | `POST /_sandbox/buyer {text, picture?, chat_id?, client_id?}` | a buyer writes; without `chat_id` in a new chat |
//! | `POST /_sandbox/cabinet {chat_id, text}` | the shop answers in Ozon's own cabinet |
//! | `POST /_sandbox/read {chat_id}` | the buyer reads everything |
//! | `POST /_sandbox/close {chat_id}` | the chat takes no more messages |
//! | `GET`, `POST /_sandbox/faults {…}` | the faults in force; absent fields are off |
//! | `POST /_sandbox/account {client_id, key_active?, subscription?}` | changes an account |

use super::DEMO_CLIENT_ID;
use super::faults::Faults;
use super::state::{ChatSummary, SandboxState};
use super::world::{MessageRecord, NewChat, SendRecord};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn routes() -> Router<SandboxState> {
    Router::new()
        .route("/_sandbox/chats", get(chats))
        .route("/_sandbox/chats/{id}/messages", get(messages))
        .route("/_sandbox/sends", get(sends))
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/buyer", post(buyer))
        .route("/_sandbox/cabinet", post(cabinet))
        .route("/_sandbox/read", post(read))
        .route("/_sandbox/close", post(close))
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

async fn calls(State(state): State<SandboxState>) -> Json<BTreeMap<String, u64>> {
    Json(state.calls())
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
    if wish.chat_id.as_ref().is_some_and(|id| state.read(|world| !world.chats.contains_key(id))) {
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
