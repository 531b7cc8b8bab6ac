//! Chat completions and embeddings as the sandbox speaks them. Paths and field names are written out here on purpose: taken from the
//! connector, they would be wrong in both places at once.

use super::answers;
use super::meaning;
use super::{CallKind, DEMO_FOLDER, DEMO_MODEL_KEY, ModelCall, ModelMishap, ModelState, SandboxProvider};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use futures::stream;
use serde_json::{Value, json};
use std::io;
use std::time::Duration;

/// How long a pass lives, in minutes.
const PASS_LIFE: i64 = 30;

/// The provider of a path and what is asked of it.
fn place(path: &str) -> Option<(SandboxProvider, &str)> {
    let bases = [
        ("deepseek/v1/", SandboxProvider::Deepseek),
        ("deepseek/", SandboxProvider::Deepseek),
        ("yandex/v1/", SandboxProvider::Yandex),
        ("gigachat/api/v1/", SandboxProvider::Gigachat),
        ("openai/v1/", SandboxProvider::Openai),
        ("local/v1/", SandboxProvider::Local),
    ];
    bases.into_iter().find_map(|(base, provider)| Some((provider, path.strip_prefix(base)?)))
}

fn known_models(provider: SandboxProvider) -> Vec<String> {
    match provider {
        SandboxProvider::Deepseek => vec!["deepseek-flash".into(), "deepseek-v4-pro".into()],
        SandboxProvider::Yandex => {
            ["yandexgpt", "yandexgpt-lite"].map(|name| format!("gpt://{DEMO_FOLDER}/{name}/latest")).to_vec()
        }
        SandboxProvider::Gigachat => vec!["GigaChat".into(), "GigaChat-Pro".into()],
        SandboxProvider::Openai => vec!["gpt-sandbox".into(), "o-sandbox".into()],
        SandboxProvider::Local => vec!["qwen3:8b".into(), "bge-m3".into()],
    }
}

/// A refusal in the provider's form.
fn refusal(
    provider: SandboxProvider,
    status: StatusCode,
    code: &str,
    param: &str,
    message: &str,
) -> Response {
    let body = match provider {
        SandboxProvider::Gigachat => json!({ "status": status.as_u16(), "message": message }),
        SandboxProvider::Yandex => json!({ "error": {
            "grpcCode": 7, "httpCode": status.as_u16(), "message": message,
            "httpStatus": status.canonical_reason(), "details": [],
        }}),
        SandboxProvider::Local => json!({ "error": message }),
        SandboxProvider::Deepseek | SandboxProvider::Openai => json!({ "error": {
            "message": message, "type": "invalid_request_error", "param": param, "code": code,
        }}),
    };
    (status, Json(body)).into_response()
}

fn bearer(headers: &HeaderMap) -> &str {
    let text = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.strip_prefix("Bearer ").unwrap_or_default()
}

fn is_let_in(state: &ModelState, provider: SandboxProvider, headers: &HeaderMap) -> bool {
    match provider {
        SandboxProvider::Local => true,
        SandboxProvider::Gigachat => state.knows_pass(bearer(headers)),
        _ => bearer(headers) == DEMO_MODEL_KEY,
    }
}

/// GigaChat's exchange of a key for a pass.
pub(super) async fn oauth(State(state): State<ModelState>, headers: HeaderMap, body: String) -> Response {
    let refused = |code: u16, message: &str| {
        (StatusCode::BAD_REQUEST, Json(json!({ "code": code, "message": message }))).into_response()
    };
    let request_id = headers.get("RqUID").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if uuid::Uuid::parse_str(request_id).is_err() {
        return refused(1, "RqUID header is missing or malformed");
    }
    let expected = format!("Basic {}", STANDARD.encode(format!("client:{DEMO_MODEL_KEY}")));
    if headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(expected.as_str()) {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "code": 6, "message": "credentials doesn't match db data" })),
        )
            .into_response();
    }
    match body.as_str() {
        "scope=GIGACHAT_API_PERS" => {}
        "" | "scope=" => return refused(5, "scope is empty"),
        _ => return refused(7, "scope from db not fully includes consumed scope"),
    }
    let until = crate::platform::clock::now() + TimeDelta::minutes(PASS_LIFE);
    Json(json!({ "access_token": state.issue_pass(), "expires_at": until.timestamp_millis() }))
        .into_response()
}

/// The list of models.
pub(super) async fn list(
    State(state): State<ModelState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((provider, "models")) = place(&path) else { return StatusCode::NOT_FOUND.into_response() };
    if !is_let_in(&state, provider, &headers) {
        return refusal(provider, StatusCode::UNAUTHORIZED, "invalid_api_key", "", "Authentication Fails");
    }
    let data: Vec<Value> =
        known_models(provider).into_iter().map(|id| json!({ "id": id, "object": "model" })).collect();
    Json(json!({ "object": "list", "data": data })).into_response()
}

/// An answer or vectors, or why there are none.
pub(super) async fn ask(
    State(state): State<ModelState>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (provider, kind) = match place(&path) {
        Some((provider, "chat/completions")) => (provider, CallKind::Chat),
        Some((provider, "embeddings")) if provider != SandboxProvider::Deepseek => {
            (provider, CallKind::Embeddings)
        }
        _ => return (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    };
    if !is_let_in(&state, provider, &headers) {
        return refusal(
            provider,
            StatusCode::UNAUTHORIZED,
            "invalid_api_key",
            "",
            "Authentication Fails, your api key is invalid",
        );
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refusal(
            provider,
            StatusCode::BAD_REQUEST,
            "invalid_json",
            "",
            "Failed to parse the request body",
        );
    };
    let disliked = match kind {
        CallKind::Chat => dislike(provider, &headers, &body),
        CallKind::Embeddings => dislike_texts(provider, &headers, &body),
    };
    if let Some(refused) = disliked {
        return refused;
    }
    let faults = state.faults();
    let mishap = state.strike(provider, kind);
    let is_streamed = body["stream"] == true;
    let said: Vec<&str> = match kind {
        CallKind::Chat => body["messages"]
            .as_array()
            .map(|messages| messages.iter().filter_map(|message| message["content"].as_str()).collect())
            .unwrap_or_default(),
        CallKind::Embeddings => texts(&body),
    };
    let call = ModelCall {
        provider,
        kind,
        model: body["model"].as_str().unwrap_or_default().to_owned(),
        is_streamed,
        prompt: said.join("\n"),
        body: body.clone(),
        keeps_no_log: headers.get("x-data-logging-enabled").is_some_and(|value| value == "false"),
        is_done: false,
    };
    let number = state.note(call);
    if let Some(response) = mishap.and_then(|mishap| mishap_response(provider, mishap, faults.retry_after_s))
    {
        return response;
    }
    if mishap == Some(ModelMishap::Hang) {
        std::future::pending::<()>().await;
    }
    let delay = Duration::from_millis(faults.delay_of(kind));
    if kind == CallKind::Embeddings {
        tokio::time::sleep(delay).await;
        state.done(number);
        return vectors(provider, &body, &said, mishap);
    }
    let reply = Reply::of(&body, &said, mishap);
    if is_streamed {
        return reply.streamed(
            state,
            number,
            delay,
            Duration::from_millis(faults.piece_ms),
            faults.keep_alives,
        );
    }
    tokio::time::sleep(delay).await;
    state.done(number);
    reply.whole()
}

/// What a provider insists on.
fn dislike(provider: SandboxProvider, headers: &HeaderMap, body: &Value) -> Option<Response> {
    let bad = |status, code, param, message| Some(refusal(provider, status, code, param, message));
    let model = body["model"].as_str().unwrap_or_default();
    let first_role = body["messages"][0]["role"].as_str().unwrap_or_default();
    let is_known = known_models(provider).iter().any(|known| known == model);
    match provider {
        SandboxProvider::Yandex => {
            let folder = headers.get("OpenAI-Project").and_then(|value| value.to_str().ok());
            if folder != Some(DEMO_FOLDER) || !model.starts_with(&format!("gpt://{DEMO_FOLDER}/")) {
                return bad(StatusCode::FORBIDDEN, "", "", "Permission denied to folder");
            }
            (!is_known).then(|| refusal(provider, StatusCode::NOT_FOUND, "", "", "Failed to get model"))
        }
        SandboxProvider::Gigachat if first_role != "system" => {
            bad(StatusCode::UNPROCESSABLE_ENTITY, "", "", "system message must be the first message")
        }
        SandboxProvider::Gigachat if !is_known => bad(StatusCode::NOT_FOUND, "", "", "No such model"),
        SandboxProvider::Openai if body.get("max_tokens").is_some() => bad(
            StatusCode::BAD_REQUEST,
            "unsupported_parameter",
            "max_tokens",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        ),
        SandboxProvider::Openai if model.starts_with("o-") && body.get("temperature").is_some() => bad(
            StatusCode::BAD_REQUEST,
            "unsupported_value",
            "temperature",
            "Unsupported value: 'temperature' does not support this value with this model.",
        ),
        SandboxProvider::Openai if !is_known => {
            bad(StatusCode::NOT_FOUND, "model_not_found", "model", "The model does not exist")
        }
        SandboxProvider::Deepseek if !is_known => {
            bad(StatusCode::BAD_REQUEST, "invalid_request_error", "model", "Model Not Exist")
        }
        _ => None,
    }
}

/// Texts that are to be made vectors: one, or a list of them.
fn texts(body: &Value) -> Vec<&str> {
    match &body["input"] {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What a provider insists on when it is to make vectors.
fn dislike_texts(provider: SandboxProvider, headers: &HeaderMap, body: &Value) -> Option<Response> {
    let bad = |status, code, param, message| Some(refusal(provider, status, code, param, message));
    let model = body["model"].as_str().unwrap_or_default();
    if texts(body).is_empty() {
        return bad(StatusCode::BAD_REQUEST, "invalid_request_error", "input", "input is empty");
    }
    match provider {
        SandboxProvider::Yandex => {
            let folder = headers.get("OpenAI-Project").and_then(|value| value.to_str().ok());
            let Some(name) = model.strip_prefix(&format!("emb://{DEMO_FOLDER}/")) else {
                return bad(StatusCode::FORBIDDEN, "", "", "Permission denied to folder");
            };
            if folder != Some(DEMO_FOLDER) {
                return bad(StatusCode::FORBIDDEN, "", "", "Permission denied to folder");
            }
            if !body["input"].is_string() || body["encoding_format"] != "float" {
                return bad(
                    StatusCode::BAD_REQUEST,
                    "",
                    "",
                    "input must be one string, encoding_format float",
                );
            }
            (!matches!(name, "text-search-doc/latest" | "text-search-query/latest"))
                .then(|| refusal(provider, StatusCode::NOT_FOUND, "", "", "Failed to get model"))
        }
        SandboxProvider::Gigachat if model != "Embeddings" => {
            bad(StatusCode::NOT_FOUND, "", "", "No such model")
        }
        SandboxProvider::Openai if !model.starts_with("text-embedding-3-") => {
            bad(StatusCode::NOT_FOUND, "model_not_found", "model", "The model does not exist")
        }
        SandboxProvider::Local if model != "bge-m3" => {
            let message = format!("model \"{model}\" not found, try pulling it first");
            bad(StatusCode::NOT_FOUND, "", "", &message)
        }
        _ => None,
    }
}

/// Vectors of texts, in an order of their own: only `index` tells which is whose.
fn vectors(provider: SandboxProvider, body: &Value, texts: &[&str], mishap: Option<ModelMishap>) -> Response {
    let dimensions = match provider {
        SandboxProvider::Openai => {
            body["dimensions"].as_u64().and_then(|it| usize::try_from(it).ok()).unwrap_or(1536)
        }
        SandboxProvider::Gigachat => 1024,
        _ => 256,
    };
    if mishap == Some(ModelMishap::TooLong) {
        let message = "number of input tokens must be no more than 2048, got 4096";
        return refusal(provider, StatusCode::BAD_REQUEST, "", "input", message);
    }
    let read = |text: &str| text.chars().count() / 3 + 1;
    let mut data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let mut item = json!({ "object": "embedding", "index": index, "embedding": meaning::vector(text, dimensions) });
            if provider == SandboxProvider::Gigachat {
                item["usage"] = json!({ "prompt_tokens": read(text) });
            }
            item
        })
        .rev()
        .collect();
    match mishap {
        Some(ModelMishap::WrongCount) => _ = data.pop(),
        Some(ModelMishap::Empty) => data.clear(),
        _ => {}
    }
    let mut answer = json!({ "object": "list", "model": body["model"], "data": data });
    if provider != SandboxProvider::Gigachat {
        let tokens: usize = texts.iter().map(|text| read(text)).sum();
        answer["usage"] = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    }
    let answer = answer.to_string();
    let json_type = [(CONTENT_TYPE, "application/json")];
    match mishap {
        Some(ModelMishap::BrokenJson) => (json_type, half(&answer)).into_response(),
        _ => (json_type, answer).into_response(),
    }
}

/// Mishaps that are no answer at all.
fn mishap_response(
    provider: SandboxProvider,
    mishap: ModelMishap,
    retry_after_s: Option<u64>,
) -> Option<Response> {
    let refused = |status, code: &str, message: &str| Some(refusal(provider, status, code, "", message));
    match mishap {
        ModelMishap::Fail => {
            let page = "<html><body><h1>Internal Server Error</h1></body></html>";
            Some((StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, "text/html")], page).into_response())
        }
        ModelMishap::Overloaded => refused(StatusCode::SERVICE_UNAVAILABLE, "", "Server overloaded"),
        ModelMishap::NoBalance => {
            refused(StatusCode::PAYMENT_REQUIRED, "invalid_request_error", "Insufficient Balance")
        }
        ModelMishap::WrongKey => refused(StatusCode::UNAUTHORIZED, "invalid_api_key", "Authentication Fails"),
        ModelMishap::Country => refused(
            StatusCode::FORBIDDEN,
            "unsupported_country_region_territory",
            "Country, region, or territory not supported",
        ),
        ModelMishap::TooMany => {
            let mut response = refusal(
                provider,
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_exceeded",
                "",
                "Rate limit reached",
            );
            if let Some(seconds) = retry_after_s {
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            Some(response)
        }
        _ => None,
    }
}

/// What the model says.
struct Reply {
    model: String,
    text: String,
    finish: &'static str,
    /// Thoughts that have a place of their own.
    reasoning: Option<&'static str>,
    mishap: Option<ModelMishap>,
    with_usage: bool,
    tokens_in: usize,
}

impl Reply {
    fn of(body: &Value, said: &[&str], mishap: Option<ModelMishap>) -> Self {
        let question = said.last().copied().unwrap_or_default();
        // Who takes no such field is told by the rules.
        let is_json =
            body["response_format"]["type"] == "json_object" || said.len() > 1 && said[0].contains("JSON");
        let mut text = answers::answer(question, is_json, mishap);
        let limit = ["max_tokens", "max_completion_tokens"].iter().find_map(|name| body[*name].as_u64());
        let longest = usize::try_from(limit.unwrap_or(400)).unwrap_or(400) * 3;
        let mut finish = if mishap == Some(ModelMishap::Refuse) { "content_filter" } else { "stop" };
        if mishap == Some(ModelMishap::TooLong) || text.chars().count() > longest {
            let kept = longest.min(text.chars().count() / 2);
            text = text.chars().take(kept).collect();
            finish = "length";
        }
        let model = body["model"].as_str().unwrap_or_default();
        // DeepSeek thinks unless it is told not to.
        let thinks = model.starts_with("deepseek") && body["thinking"]["type"] != "disabled";
        Reply {
            model: model.to_owned(),
            text,
            finish,
            reasoning: thinks.then_some("Let me think about what the buyer needs."),
            // Of an answer in JSON the words are broken already.
            mishap: mishap.filter(|mishap| !is_json || *mishap != ModelMishap::BrokenJson),
            with_usage: body["stream"] != true || body["stream_options"]["include_usage"] == true,
            tokens_in: said.iter().map(|text| text.chars().count() / 3).sum(),
        }
    }

    fn usage(&self) -> Value {
        let tokens_out = self.text.chars().count() / 3 + 1;
        let (cached, missed) = (self.tokens_in / 2, self.tokens_in - self.tokens_in / 2);
        json!({
            "prompt_tokens": self.tokens_in, "completion_tokens": tokens_out,
            "total_tokens": self.tokens_in + tokens_out,
            "prompt_cache_hit_tokens": cached, "prompt_cache_miss_tokens": missed,
        })
    }

    fn whole(self) -> Response {
        let usage = self.usage();
        let message =
            json!({ "role": "assistant", "content": self.text, "reasoning_content": self.reasoning });
        let answer = json!({
            "id": "cmpl-sandbox", "object": "chat.completion", "created": 1, "model": self.model,
            "choices": [{ "index": 0, "message": message, "finish_reason": self.finish }], "usage": usage,
        })
        .to_string();
        let json_type = [(CONTENT_TYPE, "application/json")];
        match self.mishap {
            Some(ModelMishap::BrokenJson) => (json_type, half(&answer)).into_response(),
            Some(ModelMishap::CutStream) => {
                let parts = [Ok(half(&answer)), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
                (json_type, Body::from_stream(stream::iter(parts))).into_response()
            }
            // While it waits in a queue, DeepSeek sends blank lines.
            _ => (json_type, format!("\n\n\n{answer}")).into_response(),
        }
    }

    /// The events of the answer, in order; an error ends the connection.
    fn events(&self) -> Vec<Result<String, io::Error>> {
        let chunk = |delta: Value, finish: Value| {
            json!({
                "id": "cmpl-sandbox", "object": "chat.completion.chunk", "created": 1, "model": self.model,
                "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
            })
        };
        let mut data = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null).to_string()];
        if let Some(thought) = self.reasoning {
            data.push(
                chunk(json!({ "reasoning_content": thought, "content": null }), Value::Null).to_string(),
            );
        }
        let words: Vec<&str> = self.text.split_inclusive(' ').collect();
        let middle = words.len() / 2;
        let mut events = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let mut event = chunk(json!({ "content": word }), Value::Null).to_string();
            if at == middle {
                match self.mishap {
                    Some(ModelMishap::BrokenJson) => event = half(&event),
                    Some(ModelMishap::ErrorInStream) => {
                        event = json!({ "error": { "message": "Server overloaded", "code": "overloaded" } })
                            .to_string();
                    }
                    Some(ModelMishap::CutStream) => {
                        events.extend(data.drain(..).map(|data| Ok(format!("data: {data}\n\n"))));
                        events.push(Err(io::ErrorKind::ConnectionReset.into()));
                        return events;
                    }
                    _ => {}
                }
            }
            data.push(event);
        }
        data.push(chunk(json!({}), json!(self.finish)).to_string());
        if self.with_usage {
            data.push(json!({ "model": self.model, "choices": [], "usage": self.usage() }).to_string());
        }
        data.push("[DONE]".into());
        events.extend(data.into_iter().map(|data| Ok(format!("data: {data}\n\n"))));
        events
    }

    fn streamed(
        self,
        state: ModelState,
        number: usize,
        delay: Duration,
        pause: Duration,
        keep_alives: u32,
    ) -> Response {
        let waiting = (0..keep_alives).map(|_| Ok(": keep-alive\n\n".to_owned()));
        let events: Vec<_> = waiting.chain(self.events()).collect();
        let count = events.len();
        let pieces = stream::unfold((events.into_iter(), 0), move |(mut events, at)| {
            let state = state.clone();
            async move {
                let event = events.next()?;
                tokio::time::sleep(if at == 0 { delay } else { pause }).await;
                if at + 1 == count && event.is_ok() {
                    state.done(number);
                }
                Some((event, (events, at + 1)))
            }
        });
        ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
    }
}

fn half(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}
