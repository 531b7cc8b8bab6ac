//! Language models that answer without a key and without a model: DeepSeek, Yandex AI Studio, GigaChat, OpenAI and a
//! server of one's own, each with its habits, below `/models` of the sandbox. All but DeepSeek also say what texts mean (`meaning`).
//!
//! | provider | base URL | what it insists on |
//! |---|---|---|
//! | DeepSeek | `/models/deepseek` | a name it knows; thinks aloud, and slowly, unless that is switched off |
//! | Yandex | `/models/yandex/v1` | the folder in a header and in the model's name |
//! | GigaChat | `/models/gigachat/api/v1`, passes at `/models/gigachat/oauth` | a pass; rules first |
//! | OpenAI | `/models/openai/v1` | its own name for the length; a model `o…` takes no temperature |
//! | own server | `/models/local/v1` | nothing |
//!
//! All but the last want the key [`DEMO_MODEL_KEY`]. `GET`, `POST /_sandbox/models/faults` switch faults ([`ModelFaults`]);
//! `GET /_sandbox/models/calls` tells what was asked, `POST /_sandbox/models/calls/reset` forgets it,
//! `POST /_sandbox/models/passes/reset` makes all passes old.

mod answers;
mod api;
mod faults;
mod meaning;

pub use faults::{ModelFaults, ModelMishap};

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The key of all providers of the sandbox.
pub const DEMO_MODEL_KEY: &str = "sk-sandbox-4f6d0c1e";
/// The folder of the sandbox's Yandex.
pub const DEMO_FOLDER: &str = "b1gsandbox0folder";

/// Calls that are remembered.
const REMEMBERED: usize = 1000;

/// A provider of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxProvider {
    Deepseek,
    Yandex,
    Gigachat,
    Openai,
    Local,
}

/// What is asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Chat,
    Embeddings,
}

/// A question that was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelCall {
    pub provider: SandboxProvider,
    pub kind: CallKind,
    pub model: String,
    pub is_streamed: bool,
    /// Everything that was said to the model; texts for vectors below each other.
    pub prompt: String,
    /// The body as it came, and the headers that are not secret.
    pub body: Value,
    pub keeps_no_log: bool,
    /// Whether the answer was given to its end.
    pub is_done: bool,
}

/// What the sandbox's models know. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ModelState(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    faults: ModelFaults,
    calls: Vec<ModelCall>,
    /// How many calls there were before the remembered ones.
    forgotten: usize,
    /// Passes of GigaChat that are still good.
    passes: Vec<String>,
    passes_issued: usize,
}

impl ModelState {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults in force.
    pub fn faults(&self) -> ModelFaults {
        self.inner().faults.clone()
    }

    /// Switches faults.
    pub fn set_faults(&self, faults: ModelFaults) {
        self.inner().faults = faults;
    }

    /// What was asked, oldest first.
    pub fn calls(&self) -> Vec<ModelCall> {
        self.inner().calls.clone()
    }

    /// Forgets what was asked.
    pub fn forget_calls(&self) {
        let mut inner = self.inner();
        inner.forgotten += inner.calls.len();
        inner.calls.clear();
    }

    /// Makes all passes of GigaChat old.
    pub fn forget_passes(&self) {
        self.inner().passes.clear();
    }

    /// How many passes GigaChat has given out.
    pub fn passes_issued(&self) -> usize {
        self.inner().passes_issued
    }

    fn strike(&self, provider: SandboxProvider, kind: CallKind) -> Option<ModelMishap> {
        self.inner().faults.strike(provider, kind)
    }

    fn issue_pass(&self) -> String {
        let pass = format!("pass-{}", uuid::Uuid::new_v4());
        let mut inner = self.inner();
        inner.passes_issued += 1;
        inner.passes.push(pass.clone());
        pass
    }

    fn knows_pass(&self, pass: &str) -> bool {
        self.inner().passes.iter().any(|known| known == pass)
    }

    /// Remembers a call; gives its number.
    fn note(&self, call: ModelCall) -> usize {
        let mut inner = self.inner();
        if inner.calls.len() >= REMEMBERED {
            inner.calls.remove(0);
            inner.forgotten += 1;
        }
        inner.calls.push(call);
        inner.forgotten + inner.calls.len() - 1
    }

    fn done(&self, number: usize) {
        let mut inner = self.inner();
        let Some(at) = number.checked_sub(inner.forgotten) else { return };
        if let Some(call) = inner.calls.get_mut(at) {
            call.is_done = true;
        }
    }
}

/// The models and their control plane.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(state: ModelState) -> Router<S> {
    Router::new()
        .route("/models/gigachat/oauth", post(api::oauth))
        .route("/models/{*path}", get(api::list).post(api::ask))
        .route("/_sandbox/models/faults", get(faults).post(set_faults))
        .route("/_sandbox/models/calls", get(calls))
        .route("/_sandbox/models/calls/reset", post(reset_calls))
        .route("/_sandbox/models/passes/reset", post(reset_passes))
        .with_state(state)
}

async fn faults(State(state): State<ModelState>) -> Json<ModelFaults> {
    Json(state.faults())
}

async fn set_faults(State(state): State<ModelState>, Json(faults): Json<ModelFaults>) -> Json<ModelFaults> {
    state.set_faults(faults);
    Json(state.faults())
}

async fn calls(State(state): State<ModelState>) -> Json<Vec<ModelCall>> {
    Json(state.calls())
}

async fn reset_calls(State(state): State<ModelState>) -> impl IntoResponse {
    state.forget_calls();
    Json(json!({ "result": "ok" }))
}

async fn reset_passes(State(state): State<ModelState>) -> impl IntoResponse {
    state.forget_passes();
    Json(json!({ "result": "ok" }))
}
