//! The one function that calls Ozon, and the one that tells what its refusals mean.
//!
//! What an error may say is decided here: the method, the status, Ozon's own words, shortened. Neither the key nor
//! what was sent gets into it.

use super::limits::{self, Key};
use super::wire;
use crate::connectors::{AccountProblem, ChatProblem, ConnectorError, Denial};
use crate::platform::http::Outbound;
use crate::platform::secret::Secret;
use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

/// No answer comes near this; a larger one is not read to its end.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// Longest quotation of Ozon's words, in characters.
const LONGEST_QUOTATION: usize = 300;

/// A method of the Seller API. Ozon retires versions within months, so paths stand here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    ChatList,
    ChatHistory,
    SendMessage,
    SendFile,
    ChatStart,
    ChatRead,
    Roles,
    SellerInfo,
    FbsGet,
    FbsList,
    FboGet,
    FboList,
    Products,
    Returns,
    PushSet,
    PushUpdate,
    PushEnable,
    PushDelete,
    PushCheck,
    PushList,
}

impl Method {
    /// Methods about chats; which of them a key may call is shown to the owner.
    pub const CHAT: [Method; 6] = [
        Method::ChatList,
        Method::ChatHistory,
        Method::SendMessage,
        Method::SendFile,
        Method::ChatStart,
        Method::ChatRead,
    ];

    /// Those without which nothing works.
    pub const REQUIRED: [Method; 3] = [Method::ChatList, Method::ChatHistory, Method::SendMessage];

    /// Path with its version.
    pub fn path(self) -> &'static str {
        match self {
            Method::ChatList => "/v3/chat/list",
            Method::ChatHistory => "/v3/chat/history",
            Method::SendMessage => "/v1/chat/send/message",
            Method::SendFile => "/v1/chat/send/file",
            Method::ChatStart => "/v1/chat/start",
            Method::ChatRead => "/v2/chat/read",
            Method::Roles => "/v1/roles",
            Method::SellerInfo => "/v1/seller/info",
            Method::FbsGet => "/v3/posting/fbs/get",
            Method::FbsList => "/v4/posting/fbs/list",
            Method::FboGet => "/v2/posting/fbo/get",
            Method::FboList => "/v3/posting/fbo/list",
            Method::Products => "/v3/product/info/list",
            Method::Returns => "/v1/returns/list",
            Method::PushSet => "/v1/notification/set",
            Method::PushUpdate => "/v1/notification/update",
            Method::PushEnable => "/v1/notification/enable",
            Method::PushDelete => "/v1/notification/delete",
            Method::PushCheck => "/v1/notification/check",
            Method::PushList => "/v1/notification/list",
        }
    }

    /// Whether a refusal speaks of the account rather than of what was asked.
    fn concerns_account(self) -> bool {
        matches!(self, Method::ChatList | Method::Roles | Method::SellerInfo)
    }

    /// Whether an account works without it, so that lacking the right to it stops nothing else.
    fn is_optional(self) -> bool {
        self != Method::Roles && !Self::REQUIRED.contains(&self)
    }

    /// Whether it answers a success with nothing at all.
    fn answers_nothing(self) -> bool {
        matches!(self, Method::PushSet | Method::PushUpdate | Method::PushEnable | Method::PushDelete)
    }

    /// Whether a second call could do harm, so that nobody waits longer for an answer than the sender planned for.
    pub(super) fn is_send(self) -> bool {
        matches!(self, Method::SendMessage | Method::SendFile | Method::ChatStart)
    }
}

/// One account's line to Ozon.
#[derive(Debug)]
pub(super) struct Client {
    pub key: Key,
    api_key: Secret<String>,
    http: Outbound,
}

impl Client {
    pub fn new(base_url: &str, client_id: &str, api_key: Secret<String>, http: Outbound) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { key: Key { base_url, client_id: client_id.trim().to_owned() }, api_key, http }
    }

    /// Calls a method.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        request: &impl Serialize,
    ) -> Result<T, ConnectorError> {
        let credentials = self.credentials()?;
        let body =
            serde_json::to_vec(request).map_err(|error| ConnectorError::Unreachable(error.to_string()))?;
        let permit = limits::permit(&self.http, &self.key, method).await?;
        let outcome = self.carry_out(method, credentials, body).await;
        permit.report(limits::sign_of(&outcome)).await;
        outcome
    }

    async fn carry_out<T: DeserializeOwned>(
        &self,
        method: Method,
        credentials: HeaderMap,
        body: Vec<u8>,
    ) -> Result<T, ConnectorError> {
        let mut call = self
            .http
            .client
            .post(format!("{}{}", self.key.base_url, method.path()))
            .headers(credentials)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if method.is_send() {
            call = call.timeout(self.http.send_timeout);
        }
        let response = call.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        if status.is_success() {
            let text = String::from_utf8_lossy(&body_of(response, LARGEST_ANSWER).await?).into_owned();
            let is_empty = method.answers_nothing() && text.trim().is_empty();
            return parse(if is_empty { "{}" } else { &text }).ok_or_else(|| {
                ConnectorError::Interrupted(format!(
                    "{}: HTTP {status} without the promised JSON",
                    method.path()
                ))
            });
        }
        Err(self.refusal(method, response).await)
    }

    /// Fetches a file from an address that has been checked; with the key only where it may go.
    pub async fn fetch(&self, url: reqwest::Url, with_key: bool) -> Result<Response, ConnectorError> {
        let call = self.http.client.get(url);
        if !with_key {
            return call.send().await.map_err(|error| broken(&error));
        }
        let call = call.headers(self.credentials()?);
        let permit = limits::permit(&self.http, &self.key, Method::ChatHistory).await?;
        let outcome = call.send().await.map_err(|error| broken(&error));
        permit.report(limits::sign_of(&outcome)).await;
        outcome
    }

    /// What an answer other than 2xx means.
    pub async fn refusal(&self, method: Method, response: Response) -> ConnectorError {
        let status = response.status();
        let retry_after = retry_after(response.headers(), crate::platform::clock::now());
        // Once the status says that nothing was done, a broken body changes nothing.
        let body = body_of(response, LARGEST_ANSWER).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&body);
        let error = refusal(method, status, &text, retry_after);
        if let ConnectorError::RateLimited { retry_after } = error {
            let circle_is_open = retry_after == Some(limits::METHOD_PAUSE);
            limits::pause(
                &self.http,
                &self.key,
                circle_is_open.then_some(method),
                retry_after.unwrap_or(limits::SHORT_PAUSE),
            )
            .await;
        }
        self.without_key(error)
    }

    /// Headers of a call. What cannot stand in a header cannot be a Client-Id or a key of Ozon.
    fn credentials(&self) -> Result<HeaderMap, ConnectorError> {
        let header = |text: &str| {
            let mut value = HeaderValue::from_str(text.trim())
                .map_err(|_| ConnectorError::Account(AccountProblem::WrongCredentials))?;
            value.set_sensitive(true);
            Ok::<_, ConnectorError>(value)
        };
        let mut headers = HeaderMap::new();
        headers.insert("Client-Id", header(&self.key.client_id)?);
        headers.insert("Api-Key", header(self.api_key.reveal())?);
        Ok(headers)
    }

    /// Ozon's words could repeat the key; ours may not.
    fn without_key(&self, error: ConnectorError) -> ConnectorError {
        let key = self.api_key.reveal().trim();
        let clean = |text: String| if key.is_empty() { text } else { text.replace(key, "•••") };
        match error {
            ConnectorError::Account(AccountProblem::Other(text)) => {
                ConnectorError::Account(AccountProblem::Other(clean(text)))
            }
            ConnectorError::Chat(ChatProblem::Refused(text)) => {
                ConnectorError::Chat(ChatProblem::Refused(clean(text)))
            }
            other => other,
        }
    }
}

/// Reads a body up to a limit.
///
/// # Errors
/// `Interrupted`, when it breaks off or goes on for too long.
pub(super) async fn body_of(mut response: Response, limit: usize) -> Result<Vec<u8>, ConnectorError> {
    let too_large = || ConnectorError::Interrupted(format!("the answer is larger than {limit} bytes"));
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| ConnectorError::Interrupted(causes(&error)))?
    {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Before the connection stood, nothing can have been carried out; after that, everything can.
fn broken(error: &reqwest::Error) -> ConnectorError {
    if error.is_connect() || error.is_builder() {
        ConnectorError::Unreachable(causes(error))
    } else {
        ConnectorError::Interrupted(causes(error))
    }
}

/// An error with its causes, without the address, whose query may be a secret.
fn causes(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() { "no answer in time" } else { "the connection failed" };
    let mut text = String::from(what);
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    shortened(&text)
}

/// Sorts a refusal by its status and words. Words come first, because Ozon gives the same status to different things.
pub(super) fn refusal(
    method: Method,
    status: StatusCode,
    body: &str,
    retry_after: Option<Duration>,
) -> ConnectorError {
    let rpc: Option<wire::RpcStatus> = parse(body);
    let is_rpc = rpc.is_some();
    let words = rpc.map_or_else(|| body.trim().to_owned(), |rpc| rpc.message.unwrap_or_default());
    let lower = words.to_lowercase();
    let says = |part: &str| lower.contains(part);

    if is_rpc && says("circle is open") {
        return ConnectorError::RateLimited { retry_after: retry_after.or(Some(limits::METHOD_PAUSE)) };
    }
    if status == StatusCode::TOO_MANY_REQUESTS || (is_rpc && says("request rate limit")) {
        return ConnectorError::RateLimited { retry_after };
    }
    // A proxy's or a firewall's page tells nothing of what Ozon did; Ozon itself refuses in words.
    let is_page = body.trim_start().starts_with('<');
    if !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT || is_page {
        return ConnectorError::Interrupted(format!("{}: HTTP {status}", method.path()));
    }
    if let Some(problem) = account_problem(status, says) {
        return denial(method, &problem).map_or(ConnectorError::Account(problem), ConnectorError::Denied);
    }
    // A retired path answers 404 in plain text; that is no news about a chat.
    let is_retired = status == StatusCode::NOT_FOUND && !is_rpc;
    if method.concerns_account() || (is_retired && !method.is_optional()) {
        return ConnectorError::Account(AccountProblem::Other(quotation(method, status, &words)));
    }
    ConnectorError::Chat(
        if says("access period has expired") || says("actions with this chat not permitted") {
            ChatProblem::WindowClosed
        } else if says("chat not started by buyer") {
            ChatProblem::WaitForBuyer
        } else if (status == StatusCode::NOT_FOUND && !is_retired) || says("posting_not_found") {
            ChatProblem::NotFound
        } else {
            ChatProblem::Refused(quotation(method, status, &words))
        },
    )
}

fn account_problem(status: StatusCode, says: impl Fn(&str) -> bool) -> Option<AccountProblem> {
    let is_about_access = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    Some(if says("api-key is deactivated") {
        AccountProblem::KeyDeactivated
    } else if says("missing a required role") || says("method is not allowed") {
        AccountProblem::MethodNotAllowed
    } else if says("restricted to specific ip") {
        AccountProblem::AddressNotAllowed
    } else if says("offer not signed") {
        AccountProblem::OfferNotSigned
    } else if says("premium plus subscription") || says("not available with existing subscription") {
        AccountProblem::SubscriptionTooLow
    } else if status == StatusCode::UNAUTHORIZED
        || says("invalid api-key")
        || says("invalid client-id")
        || (is_about_access && (says("client-id") || says("api-key")))
    {
        AccountProblem::WrongCredentials
    } else {
        return None;
    })
}

/// What a refusal for lack of rights means for an account that works without the method. The chat methods need the same
/// subscription, so that one of them refused for it speaks for all.
fn denial(method: Method, problem: &AccountProblem) -> Option<Denial> {
    match problem {
        AccountProblem::MethodNotAllowed if method.is_optional() => Some(Denial::Role),
        AccountProblem::SubscriptionTooLow if method.is_optional() && !Method::CHAT.contains(&method) => {
            Some(Denial::Subscription)
        }
        _ => None,
    }
}

/// Ozon's words without the wrapping of its inner calls, for a person to read.
fn quotation(method: Method, status: StatusCode, words: &str) -> String {
    let inner = words.rsplit_once("desc = ").map_or(words, |(_, inner)| inner).trim();
    if inner.is_empty() { format!("{}: HTTP {status}", method.path()) } else { shortened(inner) }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST_QUOTATION).collect()
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    Some((until - now).to_std().unwrap_or_default())
}

/// A JSON object, with one repair: half of a surrogate pair, as left by texts that were cut in the middle of an emoji, would
/// otherwise make a whole page unreadable.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&with_whole_characters(text)));
    wire::object(value.ok()?)
}

/// Replaces escapes of half characters by the replacement character.
fn with_whole_characters(text: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?;
        u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
    };
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = text[at..].find('\\').map(|step| at + step) {
        at = match unit(next) {
            Some(0xD800..=0xDBFF) if matches!(unit(next + 6), Some(0xDC00..=0xDFFF)) => next + 12,
            Some(0xD800..=0xDFFF) => {
                mended.push_str(&text[copied..next]);
                mended.push_str("\\uFFFD");
                copied = next + 6;
                copied
            }
            Some(_) => next + 6,
            // Any other escape is the backslash and the character after it.
            None => next + 1 + text[next + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}
