//! GigaChat takes no key but a pass, which a key is changed for and which lives half an hour. Passes are kept for all who
//! ask in this process, and only one of them goes for a new one.

use super::client::{LARGEST_ANSWER, read, secret_header};
use super::refusal::{broken, refusal, retry_after};
use super::wire::Failure;
use super::{GigachatScope, ModelError};
use crate::platform::clock;
use crate::platform::secret::Secret;
use crate::shared::models::ModelProblem;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A pass is not used in its last minutes.
const SPARE: TimeDelta = TimeDelta::minutes(2);
/// How long a pass without a date is believed to live.
const USUAL_LIFE: TimeDelta = TimeDelta::minutes(30);

type Slot = Arc<tokio::sync::Mutex<Option<Pass>>>;

/// A pass, and until when it is used.
#[derive(Clone)]
struct Pass {
    token: Secret<String>,
    until: DateTime<Utc>,
}

/// The passes of all keys.
#[derive(Default)]
pub(super) struct Passes(Mutex<HashMap<[u8; 32], Slot>>);

/// What a key is changed for.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    expires_at: Option<i64>,
}

impl Passes {
    /// The pass of a key; a new one when there is none, or when the one at hand was refused.
    ///
    /// # Errors
    /// The key is not accepted, or nobody answers.
    pub async fn pass(
        &self,
        http: &reqwest::Client,
        url: &str,
        key: &Secret<String>,
        scope: GigachatScope,
        was_refused: bool,
    ) -> Result<Secret<String>, ModelError> {
        let id = Sha256::digest(format!("{url}|{scope}|{}", key.reveal())).into();
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default().clone();
        let mut kept = slot.lock().await;
        if let Some(pass) = kept.as_ref().filter(|pass| !was_refused && pass.until > clock::now()) {
            return Ok(pass.token.clone());
        }
        *kept = None;
        let pass = fetch(http, url, key, scope).await?;
        let token = pass.token.clone();
        *kept = Some(pass);
        Ok(token)
    }
}

async fn fetch(
    http: &reqwest::Client,
    url: &str,
    key: &Secret<String>,
    scope: GigachatScope,
) -> Result<Pass, ModelError> {
    let call = http
        .post(url)
        .header(AUTHORIZATION, secret_header(&format!("Basic {}", key.reveal().trim()))?)
        .header("RqUID", uuid::Uuid::new_v4().to_string())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("scope={scope}"));
    let response = call.send().await.map_err(|error| broken(&error))?;
    let (status, pause) = (response.status(), retry_after(response.headers(), clock::now()));
    let text = read(response, LARGEST_ANSWER).await?;
    if !status.is_success() {
        // A wrong scope and a malformed key are 400 here, and both mean that the key does not fit.
        return Err(match status.as_u16() {
            400 | 401 | 403 => ModelError::of(ModelProblem::WrongKey),
            _ => refusal(status, &Failure::parse(&text), pause),
        });
    }
    let issued: Issued = serde_json::from_str(&text)
        .map_err(|_| ModelError::saying(ModelProblem::BrokenAnswer, "no pass for the key"))?;
    let until = issued.expires_at.and_then(DateTime::from_timestamp_millis);
    let until = until.unwrap_or_else(|| clock::now() + USUAL_LIFE) - SPARE;
    Ok(Pass { token: Secret::new(issued.access_token), until })
}
