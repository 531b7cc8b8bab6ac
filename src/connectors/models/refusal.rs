//! What refusals mean. Words come before statuses where a provider gives one status to different things.

use super::ModelError;
use super::wire::Failure;
use crate::platform::secret::Secret;
use crate::shared::models::ModelProblem;
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::error::Error;
use std::time::Duration;

/// Longest quotation of a provider's words, in characters.
const LONGEST_QUOTATION: usize = 200;
/// Nobody waits longer than this for a provider that says when to come again.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What an answer other than 2xx means.
pub(super) fn refusal(status: StatusCode, failure: &Failure, retry_after: Option<Duration>) -> ModelError {
    let words = failure.words.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part) || failure.code.contains(part));
    use ModelProblem::*;
    let problem = if says(&["insufficient balance", "insufficient_quota", "payment required"])
        || status == StatusCode::PAYMENT_REQUIRED
    {
        NoBalance
    } else if says(&["country, region", "unsupported_country"]) {
        NotServedHere
    } else if says(&[
        "context_length",
        "context length",
        "maximum context",
        "too many tokens",
        "exceeds the available",
        "number of input tokens",
        "too large to process",
    ]) || status == StatusCode::PAYLOAD_TOO_LARGE
    {
        TooLong
    } else if says(&["content_filter", "content filter", "content policy", "moderation"]) {
        Refused
    } else if says(&[
        "model not exist",
        "model_not_found",
        "no such model",
        "unknown model",
        "not support embeddings",
    ]) || words.contains("model")
        && (words.contains("not found") || words.contains("does not exist"))
    {
        UnknownModel
    } else {
        match status.as_u16() {
            401 => WrongKey,
            403 => Denied,
            404 => UnknownModel,
            408 => TooSlow,
            429 => RateLimited,
            500.. => Overloaded,
            _ => BadRequest,
        }
    };
    match retry_after {
        Some(pause) if problem.passes_soon() => {
            ModelError::Later { problem, retry_after: pause.min(LONGEST_PAUSE) }
        }
        _ => ModelError::Problem { problem, words: quotation(&failure.words) },
    }
}

/// What the end of an answer means, when it is none of the good ones.
pub(super) fn bad_end(finish: &str) -> Option<ModelError> {
    matches!(finish, "content_filter" | "blacklist").then(|| ModelError::of(ModelProblem::Refused))
}

/// A connection that failed.
pub(super) fn broken(error: &reqwest::Error) -> ModelError {
    let causes = causes(error);
    let lower = causes.to_lowercase();
    let problem = if lower.contains(crate::platform::http::NOT_ALLOWED) {
        ModelProblem::AddressNotAllowed
    } else if lower.contains("certificate") || lower.contains("unknownissuer") {
        ModelProblem::Untrusted
    } else if error.is_timeout() {
        ModelProblem::TooSlow
    } else if error.is_connect() || error.is_builder() {
        ModelProblem::Unreachable
    } else {
        ModelProblem::Interrupted
    };
    ModelError::Problem { problem, words: quotation(&causes) }
}

/// The causes of an error, without the address.
fn causes(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    words.join(": ")
}

fn quotation(words: &str) -> Option<String> {
    let words: String = words.chars().filter(|c| !c.is_control()).take(LONGEST_QUOTATION).collect();
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// A provider's words could repeat the key; ours may not.
pub(super) fn without_key(error: ModelError, key: Option<&Secret<String>>) -> ModelError {
    let key = key.map(|key| key.reveal().trim()).filter(|key| !key.is_empty());
    match (error, key) {
        (ModelError::Problem { problem, words: Some(words) }, Some(key)) => {
            ModelError::Problem { problem, words: Some(words.replace(key, "•••")) }
        }
        (error, _) => error,
    }
}

/// `Retry-After`, in seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    Some((until - now).to_std().unwrap_or_default())
}
