//! Telegram's Bot API without Telegram, below `/telegram` of the sandbox: `POST /telegram/bot{token}/sendMessage` takes messages of the
//! bot [`DEMO_BOT_TOKEN`] to the chat [`DEMO_CHAT`].
//!
//! `GET`, `POST /_sandbox/telegram/faults` switch faults ([`TelegramFaults`]); `GET /_sandbox/telegram/messages` tells what was written.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The token of the sandbox's bot.
pub const DEMO_BOT_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
/// The chat that its bot is in.
pub const DEMO_CHAT: &str = "-1001234567890";

/// Switches for faults. Everything off is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelegramFaults {
    pub mishap: Option<TelegramMishap>,
    /// What Telegram asks for when there are too many messages, in seconds.
    pub retry_after_s: u64,
    /// How many more calls the mishap hits; all when absent.
    pub times: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TelegramMishap {
    /// HTTP 429 with `retry_after`.
    TooMany,
    /// HTTP 403: the bot was blocked.
    Blocked,
    /// HTTP 400 with the group's new id.
    Moved,
    /// HTTP 502 in Telegram's words: nothing was written.
    Fail,
    /// Writes, and a gateway answers with a page of its own.
    WriteAndLoseAnswer,
}

/// A message that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TelegramMessage {
    pub chat: String,
    pub text: String,
}

/// What the sandbox's Telegram knows. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TelegramState(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    faults: TelegramFaults,
    messages: Vec<TelegramMessage>,
    /// How often it was asked to write.
    calls: usize,
}

impl TelegramState {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Switches faults.
    pub fn set_faults(&self, faults: TelegramFaults) {
        self.inner().faults = faults;
    }

    /// What was written, oldest first.
    pub fn messages(&self) -> Vec<TelegramMessage> {
        self.inner().messages.clone()
    }

    /// How often it was asked to write.
    pub fn calls(&self) -> usize {
        self.inner().calls
    }

    /// Decides what happens to a call.
    fn strike(&self) -> (Option<TelegramMishap>, u64) {
        let mut inner = self.inner();
        inner.calls += 1;
        let pause = inner.faults.retry_after_s;
        if inner.faults.times == Some(0) {
            return (None, pause);
        }
        let mishap = inner.faults.mishap;
        inner.faults.times = inner.faults.times.map(|left| left - 1);
        (mishap, pause)
    }
}

/// Telegram and its control plane.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(state: TelegramState) -> Router<S> {
    Router::new()
        .route("/telegram/{bot}/sendMessage", post(send))
        .route("/_sandbox/telegram/faults", get(faults).post(set_faults))
        .route("/_sandbox/telegram/messages", get(messages))
        .with_state(state)
}

async fn faults(State(state): State<TelegramState>) -> Json<TelegramFaults> {
    Json(state.inner().faults.clone())
}

async fn set_faults(
    State(state): State<TelegramState>,
    Json(faults): Json<TelegramFaults>,
) -> Json<TelegramFaults> {
    state.set_faults(faults.clone());
    Json(faults)
}

async fn messages(State(state): State<TelegramState>) -> Json<Vec<TelegramMessage>> {
    Json(state.messages())
}

#[derive(Deserialize)]
struct Wish {
    chat_id: Value,
    #[serde(default)]
    text: String,
}

async fn send(
    State(state): State<TelegramState>,
    Path(bot): Path<String>,
    Json(wish): Json<Wish>,
) -> Response {
    let (mishap, pause) = state.strike();
    if bot.strip_prefix("bot") != Some(DEMO_BOT_TOKEN) {
        return refusal(StatusCode::UNAUTHORIZED, "Unauthorized", json!({}));
    }
    match mishap {
        Some(TelegramMishap::TooMany) => {
            let words = format!("Too Many Requests: retry after {pause}");
            return refusal(StatusCode::TOO_MANY_REQUESTS, &words, json!({ "retry_after": pause }));
        }
        Some(TelegramMishap::Blocked) => {
            return refusal(StatusCode::FORBIDDEN, "Forbidden: bot was blocked by the user", json!({}));
        }
        Some(TelegramMishap::Moved) => {
            let words = "Bad Request: group chat was upgraded to a supergroup chat";
            return refusal(
                StatusCode::BAD_REQUEST,
                words,
                json!({ "migrate_to_chat_id": -1_009_876_543_210_i64 }),
            );
        }
        Some(TelegramMishap::Fail) => return refusal(StatusCode::BAD_GATEWAY, "Bad Gateway", json!({})),
        Some(TelegramMishap::WriteAndLoseAnswer) | None => {}
    }
    let chat = match &wish.chat_id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if chat != DEMO_CHAT {
        return refusal(StatusCode::BAD_REQUEST, "Bad Request: chat not found", json!({}));
    }
    if wish.text.trim().is_empty() {
        return refusal(StatusCode::BAD_REQUEST, "Bad Request: message text is empty", json!({}));
    }
    let number = {
        let mut inner = state.inner();
        inner.messages.push(TelegramMessage { chat, text: wish.text });
        inner.messages.len()
    };
    if mishap == Some(TelegramMishap::WriteAndLoseAnswer) {
        return (StatusCode::BAD_GATEWAY, "<html><h1>502 Bad Gateway</h1></html>").into_response();
    }
    Json(json!({ "ok": true, "result": { "message_id": number } })).into_response()
}

fn refusal(status: StatusCode, words: &str, parameters: Value) -> Response {
    let body =
        json!({ "ok": false, "error_code": status.as_u16(), "description": words, "parameters": parameters });
    (status, Json(body)).into_response()
}
