//! Ozon's Seller API as the sandbox speaks it, with its habits.
//!
//! The order of checks is Ozon's: whoever asks, how often, with what rights, what exactly, and only then whether the
//! subscription and the chat allow it. Paths and field names are written out here on purpose: taken from the
//! connector, they would be wrong in both places at once.

use super::faults::Mishap;
use super::line::Line;
use super::order_api::{self, PHOTOS};
use super::state::SandboxState;
use super::world::{ALL_METHODS, Account, Chat, FileFacts, MessageRecord, Part, Place, Row, Sender, World};
use super::{GIANT_CLIENT_ID, IdStyle, notifications, pictures};
use crate::platform::clock;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::cmp::Reverse;

const FILES: &str = "/v2/chat/file/";
/// Ozon's maximum, in characters.
const LONGEST_TEXT: usize = 1000;
const LARGEST_UPLOAD: usize = 10 * 1024 * 1024;
const RATE_LIMIT: &str = "You have reached request rate limit per second";
/// The cursor of a list is a number in Ozon's examples; ours hides the chat's number in one.
const CURSOR_BASE: u64 = 30_000_002_342_000_000;
/// Marks a cursor that stands within the marketplace's own chats.
const CURSOR_OWN: u64 = 1_000_000_000_000_000;
/// Marks a cursor that stands within the chats that are computed.
const CURSOR_COMPUTED: u64 = 2 * CURSOR_OWN;

/// Answers everything that is not the control plane.
pub(super) async fn answer(
    State(state): State<SandboxState>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if method == Method::GET && (path.starts_with(FILES) || path.starts_with(PHOTOS)) {
        return if state.faults().is_away(path) { away() } else { hand_out(&state, path, &headers) };
    }
    if method != Method::POST || !ALL_METHODS.contains(&path) {
        return (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    }
    let is_send = matches!(path, "/v1/chat/send/message" | "/v1/chat/send/file");
    let client_id = header(&headers, "Client-Id");
    let (latency, mishap) = state.begin_call(client_id, path, is_send);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match mishap {
        Some(Mishap::Unavailable) => return away(),
        Some(Mishap::Error) => return page(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Some(Mishap::Html) if state.salt().is_multiple_of(2) => {
            return page(StatusCode::BAD_GATEWAY, "Bad Gateway");
        }
        Some(Mishap::Html) => return away(),
        Some(Mishap::TooMany) => return too_many(state.faults().retry_after_s),
        Some(Mishap::LimitWords) => return limit_in_words(state.salt().is_multiple_of(2)).into_response(),
        Some(Mishap::CircleOpen) => return Refusal::denied("Circle is open").into_response(),
        Some(Mishap::ResetBefore) => return cut(&line),
        Some(Mishap::RevokeKey) => state.revoke_key(client_id),
        _ => {}
    }
    let outcome = carry_out(&state, path, &headers, &body, mishap).await;
    match (mishap, outcome) {
        (Some(Mishap::AcceptThenReset), Ok(_)) => cut(&line),
        (Some(Mishap::AcceptThenHang), Ok(_)) => std::future::pending().await,
        (Some(Mishap::Truncate), Ok(answer)) => {
            let text = answer.to_string();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            ([(CONTENT_TYPE, "application/json")], half).into_response()
        }
        (_, Ok(Value::Null)) => StatusCode::OK.into_response(),
        (_, Ok(answer)) => axum::Json(answer).into_response(),
        (_, Err(refusal)) => refusal.into_response(),
    }
}

/// Ends the connection. The response is never written.
fn cut(line: &Line) -> Response {
    line.cut();
    Response::new(Body::empty())
}

fn page(status: StatusCode, title: &str) -> Response {
    let html = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
    (status, [(CONTENT_TYPE, "text/html")], html).into_response()
}

fn away() -> Response {
    page(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
}

/// The limit as other statuses tell it.
fn limit_in_words(is_denied: bool) -> Refusal {
    if is_denied { Refusal::denied(RATE_LIMIT) } else { Refusal::invalid(RATE_LIMIT) }
}

fn too_many(retry_after: Option<u64>) -> Response {
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, 8, RATE_LIMIT);
    let mut response = refusal.into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// A refusal in Ozon's form.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    /// A gRPC code.
    code: i32,
    message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: i32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 3, message)
    }

    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 7, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, 5, message)
    }

    fn no_chat() -> Self {
        Self::not_found("rpc error: code = NotFound desc = chat not found")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "message": self.message, "details": [] });
        (self.status, axum::Json(body)).into_response()
    }
}

/// Carries a call out; `Null` stands for an answer without a body.
async fn carry_out(
    state: &SandboxState,
    path: &str,
    headers: &HeaderMap,
    body: &Bytes,
    mishap: Option<Mishap>,
) -> Result<Value, Refusal> {
    let client_id = header(headers, "Client-Id");
    if !client_id.is_empty() && !state.is_within_rate(client_id) {
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, 8, RATE_LIMIT));
    }
    let account = state.read(|world| admitted(world, headers).cloned())?;
    if !account.may_call(path) {
        return Err(Refusal::denied("Api-Key is missing a required role for a method"));
    }
    let request: Value =
        if body.is_empty() { json!({}) } else { serde_json::from_slice(body).unwrap_or(Value::Null) };
    if !request.is_object() {
        return Err(Refusal::invalid("proto: syntax error: unexpected token"));
    }
    let base_url = format!("http://{}", header(headers, HOST.as_str()));
    match path {
        "/v1/roles" => Ok(roles(&account)),
        "/v1/seller/info" => Ok(seller_info(&account)),
        "/v3/chat/list" => chat_list(state, &account, &request, mishap),
        "/v3/chat/history" => history(state, &account, &request, &base_url),
        "/v1/chat/send/message" => send_message(state, &account, &request),
        "/v1/chat/send/file" => send_file(state, &account, &request),
        "/v1/chat/start" => start(state, &account, &request),
        "/v2/chat/read" => read(state, &account, &request),
        "/v3/posting/fbs/get" => order_api::fbs_get(state, &account, &request),
        "/v4/posting/fbs/list" => order_api::fbs_list(state, &account, &request),
        "/v2/posting/fbo/get" => order_api::fbo_get(state, &account, &request),
        "/v3/posting/fbo/list" => order_api::fbo_list(state, &account, &request),
        "/v3/product/info/list" => order_api::product_info(&request, &base_url),
        "/v1/returns/list" => order_api::returns(state, &account, &request),
        path if path.starts_with("/v1/notification/") => {
            notifications::carry_out(state, &account, path, &request).await
        }
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, 5, "Not Found")),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The account that a pair of headers opens.
fn admitted<'a>(world: &'a World, headers: &HeaderMap) -> Result<&'a Account, Refusal> {
    let (client_id, api_key) = (header(headers, "Client-Id"), header(headers, "Api-Key"));
    if client_id.is_empty() || api_key.is_empty() {
        let message = "Client-Id and Api-Key headers are required";
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, 16, message));
    }
    let account = world
        .accounts
        .get(client_id)
        .filter(|account| account.api_key == api_key)
        .ok_or_else(|| Refusal::denied("Invalid Api-Key, please check the key and try again"))?;
    if !account.key_is_active {
        return Err(Refusal::denied("Api-key is deactivated, use another one or generate a new one"));
    }
    if account.key_is_bound_elsewhere {
        return Err(Refusal::denied("Api-key is restricted to specific IP addresses"));
    }
    if !account.offer_is_signed {
        return Err(Refusal::denied("Offer not signed"));
    }
    Ok(account)
}

fn roles(account: &Account) -> Value {
    json!({ "expires_at": time(account.key_expires_at), "roles": account.roles })
}

fn seller_info(account: &Account) -> Value {
    json!({
        "company": {
            "country": "Россия", "currency": "RUB", "inn": "7707083893", "name": account.shop_name,
            "legal_name": format!("ООО «{}»", account.shop_name), "ogrn": "1027700132195",
            "ownership_form": "ООО", "tax_system": "USN",
        },
        "ratings": [{
            "name": "Ответы в чатах за 24 часа", "rating": "rating_reaction_time", "status": "OK",
            "value_type": "PERCENT",
            "current_value": {
                "value": 94.2, "formatted": "94,2%", "date_from": time(clock::now() - TimeDelta::days(14)),
                "date_to": time(clock::now()),
                "status": { "danger": false, "premium": true, "warning": false },
            },
        }],
        "subscription": { "is_premium": account.subscription.starts_with("PREMIUM"), "type": account.subscription },
    })
}

fn chat_list(
    state: &SandboxState,
    account: &Account,
    request: &Value,
    mishap: Option<Mishap>,
) -> Result<Value, Refusal> {
    let limit = number(request, "limit")?.unwrap_or(30);
    if !(1..=100).contains(&limit) {
        return Err(Refusal::invalid("invalid ListChatsRequest.Limit: value must be inside range [1, 100]"));
    }
    let filter = &request["filter"];
    let status = filter["chat_status"].as_str().unwrap_or("ALL");
    if !matches!(status, "ALL" | "OPENED" | "CLOSED") {
        return Err(Refusal::invalid("invalid ListChatsRequest.Filter.ChatStatus: unknown value"));
    }
    let unread_only = filter["unread_only"].as_bool().unwrap_or(false);
    let after = place_of_cursor(request)?;
    let ids = state.ids();
    let chosen = |row: &Row| {
        let right_status = status == "ALL" || row.is_closed == (status == "CLOSED");
        right_status && (!unread_only || row.unread > 0)
    };
    let limit = limit as usize;
    let (rows, has_next, total) = state.read(|world| {
        let (rows, has_next) = match after.filter(|_| mishap == Some(Mishap::DuplicatePage)) {
            Some(place) => (world.rows_up_to(&account.client_id, place, limit), true),
            None => world.rows_after(&account.client_id, after, unread_only, chosen, limit),
        };
        (rows, has_next, world.total_unread(&account.client_id))
    });
    let asked = request["cursor"].as_str().unwrap_or_default();
    let cursor = match (mishap, rows.last()) {
        (Some(Mishap::RepeatCursor), _) => asked.to_owned(),
        // The same place, spelt in another way.
        (Some(Mishap::DuplicatePage), _) if after.is_some() => {
            format!("{}-{}", asked.split('-').next().unwrap_or_default(), state.salt())
        }
        (_, last) => last.map_or(String::new(), |row| cursor_of(row.place)),
    };
    Ok(json!({
        "chats": rows.iter().filter(|row| chosen(row)).map(|row| listed(row, ids)).collect::<Vec<_>>(),
        "total_unread_count": total,
        "cursor": cursor,
        "has_next": has_next.to_string(),
    }))
}

fn listed(row: &Row, ids: IdStyle) -> Value {
    // Mixed: the marketplace's own chats spell ids as text, those of buyers as numbers.
    let id = |id: u64| match ids {
        IdStyle::Text => json!(id.to_string()),
        IdStyle::Numbers => json!(id),
        IdStyle::Mixed if row.is_with_buyer => json!(id),
        IdStyle::Mixed => json!(id.to_string()),
    };
    json!({
        "chat": {
            "chat_id": row.chat_id,
            "chat_status": if row.is_closed { "CLOSED" } else { "OPENED" },
            "chat_type": row.chat_type,
            "created_at": time(row.created_at),
        },
        "first_unread_message_id": id(row.first_unread),
        "last_message_id": id(row.last_message),
        "unread_count": row.unread,
    })
}

fn cursor_of(place: Place) -> String {
    let hidden = match place {
        Place::Own(Reverse(number)) => CURSOR_OWN + number,
        Place::Buyer(Reverse(number)) => number,
        Place::Computed(index) => CURSOR_COMPUTED + index,
    };
    (CURSOR_BASE + hidden).to_string()
}

fn place_of_cursor(request: &Value) -> Result<Option<Place>, Refusal> {
    let cursor = request["cursor"].as_str().unwrap_or_default();
    let Some(cursor) = cursor.split('-').next().filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
    let hidden = cursor.parse::<u64>().ok().and_then(|cursor| cursor.checked_sub(CURSOR_BASE));
    let hidden = hidden.ok_or_else(|| Refusal::invalid("invalid ListChatsRequest.Cursor"))?;
    Ok(Some(match hidden {
        CURSOR_COMPUTED.. => Place::Computed(hidden - CURSOR_COMPUTED),
        CURSOR_OWN.. => Place::Own(Reverse(hidden - CURSOR_OWN)),
        _ => Place::Buyer(Reverse(hidden)),
    }))
}

fn history(
    state: &SandboxState,
    account: &Account,
    request: &Value,
    base_url: &str,
) -> Result<Value, Refusal> {
    let chat_id = required_text(request, "chat_id")?;
    let limit = number(request, "limit")?.unwrap_or(50);
    if !(1..=1000).contains(&limit) {
        return Err(Refusal::invalid(
            "invalid ChatHistoryRequest.Limit: value must be inside range [1, 1000]",
        ));
    }
    let is_forward = match request["direction"].as_str().unwrap_or("Backward") {
        "Forward" => true,
        "Backward" => false,
        _ => {
            return Err(Refusal::invalid(
                "invalid ChatHistoryRequest.Direction: value must be Forward or Backward",
            ));
        }
    };
    let from = number(request, "from_message_id")?.filter(|from| *from != 0);
    let only: Option<Vec<u64>> =
        request["filter"]["message_ids"].as_array().filter(|ids| !ids.is_empty()).map(|ids| {
            let read = |id: &Value| id.as_u64().or_else(|| id.as_str()?.parse().ok());
            ids.iter().filter_map(read).collect()
        });
    let newest = clock::now() - TimeDelta::milliseconds(state.faults().list_lag_ms.try_into().unwrap_or(0));
    let ids = state.ids();
    let tell = |chat: &Chat| {
        if chat.is_with_buyer() && !account.has_chats() {
            return Err(Refusal::denied(
                "rpc error: code = PermissionDenied desc = Information is available starting from the premium plus subscription",
            ));
        }
        let is_asked = |message: &&MessageRecord| {
            let in_reach = match from {
                Some(from) if is_forward => message.id >= from,
                Some(from) => message.id <= from,
                // Ozon answers this with an empty list rather than with an error.
                None => !is_forward || only.is_some(),
            };
            let wanted = only.as_ref().is_none_or(|ids| ids.contains(&message.id));
            in_reach && wanted && message.at <= newest
        };
        let mut messages: Vec<&MessageRecord> = chat.messages.iter().filter(is_asked).collect();
        if !is_forward {
            messages.reverse();
        }
        let has_next = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        let messages: Vec<Value> =
            messages.into_iter().map(|message| told(chat, message, ids, base_url)).collect();
        Ok(json!({ "has_next": has_next, "messages": messages }))
    };
    // A chat that is computed takes its time: not while everybody waits for the lock.
    let (stored, frame) = state.read(|world| {
        let stored = world.chats.get(chat_id).filter(|chat| chat.client_id == account.client_id);
        (stored.map(&tell), world.giant.frame())
    });
    if let Some(answer) = stored {
        return answer;
    }
    let index = frame.index_of(chat_id).filter(|_| account.client_id == GIANT_CLIENT_ID);
    tell(&frame.chat(index.ok_or_else(Refusal::no_chat)?))
}

/// A message's content as Ozon spells it; `None` for one that goes out as it is.
pub(super) fn markdown(message: &MessageRecord, base_url: &str) -> Option<String> {
    let link = |name: &str| format!("{base_url}{FILES}{name}");
    match &message.part {
        Part::Raw(_) => None,
        Part::Text(text) => Some(text.clone()),
        Part::Picture(name) => Some(format!("![]({})", link(name))),
        Part::File(stored) => {
            let (name, bytes) = match &message.file {
                Some(file) => (file.name.as_str(), file.bytes),
                None => (stored.rsplit('/').next().unwrap_or(stored), 24_883),
            };
            let kilobytes = (bytes as f64 / 1024.0).max(0.1);
            Some(format!("[{name} ({kilobytes:.1} KB)]({})", link(stored)))
        }
    }
}

/// Who wrote: id and kind. The kind of a buyer begins with a Cyrillic letter, as in Ozon's own examples; now and then
/// it does not.
pub(super) fn user_of(chat: &Chat, sender: Sender, is_latin: bool) -> (&str, &'static str) {
    match sender {
        Sender::Buyer if is_latin => (chat.buyer_id.as_str(), "Customer"),
        Sender::Buyer => (chat.buyer_id.as_str(), "\u{0421}ustomer"),
        Sender::Seller => (chat.client_id.as_str(), "Seller"),
        Sender::Bot => (chat.client_id.as_str(), "ChatBot"),
        Sender::Support => ("o3_support", "Support"),
        Sender::Notification => ("o3_notification_user_sc", "NotificationUser"),
    }
}

/// A message as the history tells it.
fn told(chat: &Chat, message: &MessageRecord, ids: IdStyle, base_url: &str) -> Value {
    let data = match (&message.part, markdown(message, base_url)) {
        (Part::Raw(raw), _) => return raw.clone(),
        (_, data) => data.unwrap_or_default(),
    };
    let (user, kind) = user_of(chat, message.sender, message.id.is_multiple_of(4));
    let is_image = matches!(message.part, Part::Picture(_));
    let id = match ids {
        IdStyle::Numbers => json!(message.id),
        IdStyle::Mixed | IdStyle::Text => json!(message.id.to_string()),
    };
    let mut told = json!({
        "message_id": id,
        "user": { "id": user, "type": kind },
        "created_at": time(message.at),
        "is_read": chat.is_read(message),
        "is_image": is_image,
        "data": [data],
    });
    if is_image {
        let status = match &message.moderation {
            Some(moderated) if clock::now() < moderated.until => "MODERATION",
            Some(moderated) if moderated.fails => "FAILED",
            _ => "SUCCESS",
        };
        told["moderate_image_status"] = json!(status);
    }
    // Where a chat is not about an order or a product, the context is empty or absent.
    if chat.order_number.is_some() || chat.sku.is_some() {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        told["context"] = json!({ "order_number": or_empty(&chat.order_number), "sku": or_empty(&chat.sku) });
    } else if message.id.is_multiple_of(2) {
        told["context"] = json!({});
    }
    told
}

fn send_message(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let chat_id = required_text(request, "chat_id")?;
    let text = request["text"].as_str().unwrap_or_default();
    let length = text.chars().count();
    if !(1..=LONGEST_TEXT).contains(&length) {
        return Err(Refusal::invalid(
            "invalid SendMessageRequest.Text: value length must be between 1 and 1000 runes, inclusive",
        ));
    }
    may_write(state, account, chat_id)?;
    let part = Part::Text(text.into());
    state.accept(&account.client_id, chat_id, part, None, text).ok_or_else(Refusal::no_chat)?;
    Ok(json!({ "result": "success" }))
}

fn send_file(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let chat_id = required_text(request, "chat_id")?;
    let name = required_text(request, "name")?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let extension =
        extension.ok_or_else(|| Refusal::invalid("invalid SendFileRequest.Name: no extension"))?;
    let content = base64::engine::general_purpose::STANDARD
        .decode(required_text(request, "base64_content")?)
        .map_err(|_| Refusal::invalid("invalid SendFileRequest.Base64Content: illegal base64 data"))?;
    if content.is_empty() || content.len() > LARGEST_UPLOAD {
        return Err(Refusal::invalid("invalid SendFileRequest.Base64Content: size"));
    }
    may_write(state, account, chat_id)?;
    let file = FileFacts { name: name.to_owned(), bytes: content.len() };
    let stored = format!("messenger-sent-{:08x}/{}", state.salt(), name_in_address(name));
    state.keep_upload(stored.clone(), content);
    let is_picture = matches!(extension.as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp");
    let part = if is_picture { Part::Picture(stored) } else { Part::File(stored) };
    state.accept(&account.client_id, chat_id, part, Some(file), name).ok_or_else(Refusal::no_chat)?;
    Ok(json!({ "result": "success" }))
}

/// A file's name without anything that an address would have to spell in another way.
fn name_in_address(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}

fn may_write(state: &SandboxState, account: &Account, chat_id: &str) -> Result<(), Refusal> {
    let enforce_window = state.faults().enforce_window;
    needs_subscription(account)?;
    state.read(|world| {
        let chat = own_chat(world, account, chat_id)?;
        let closed = world.why_closed(&chat, enforce_window, clock::now());
        let denied = |why| Refusal::denied(format!("rpc error: code = PermissionDenied desc = {why}"));
        closed.map_or(Ok(()), |why| Err(denied(why)))
    })
}

fn needs_subscription(account: &Account) -> Result<(), Refusal> {
    let refusal = || {
        Refusal::denied("rpc error: code = PermissionDenied desc = not available with existing subscription")
    };
    account.has_chats().then_some(()).ok_or_else(refusal)
}

fn start(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let posting = required_text(request, "posting_number")?;
    let parts: Vec<&str> = posting.split('-').collect();
    let is_posting = parts.len() == 3 && parts.iter().all(|part| part.parse::<u64>().is_ok());
    if !is_posting {
        return Err(Refusal::invalid("invalid ChatStartRequest.PostingNumber"));
    }
    needs_subscription(account)?;
    let order = order_api::startable(state, account, posting)?;
    let known = state.read(|world| {
        let mut chats = world.listed(&account.client_id);
        chats.find(|chat| chat.order_number.as_deref() == Some(&order)).map(|chat| chat.id.clone())
    });
    let chat_id = known.unwrap_or_else(|| state.new_chat(state.chat_about(&account.client_id, &order)));
    Ok(json!({ "result": { "chat_id": chat_id } }))
}

fn read(state: &SandboxState, account: &Account, request: &Value) -> Result<Value, Refusal> {
    let chat_id = required_text(request, "chat_id")?;
    let up_to = number(request, "from_message_id")?;
    needs_subscription(account)?;
    state.read(|world| own_chat(world, account, chat_id).map(|_| ()))?;
    let unread = state.change(|world| {
        let chat = world.chat_mut(chat_id)?;
        let newest = chat.messages.last().map_or(0, |message| message.id);
        chat.read_by_seller = chat.read_by_seller.max(up_to.unwrap_or(newest).min(newest));
        Some(chat.unread_count())
    });
    Ok(json!({ "unread_count": unread.ok_or_else(Refusal::no_chat)? }))
}

fn own_chat<'a>(world: &'a World, account: &Account, chat_id: &str) -> Result<Cow<'a, Chat>, Refusal> {
    let chat = world.chat(chat_id).filter(|chat| chat.client_id == account.client_id);
    chat.ok_or_else(Refusal::no_chat)
}

pub(super) fn required_text<'a>(request: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let text = request[name].as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::invalid(format!("invalid request.{name}: value is required")))
}

/// Protocol buffers take a 64-bit number as a number or as text.
pub(super) fn number(request: &Value, name: &str) -> Result<Option<u64>, Refusal> {
    let number = match &request[name] {
        Value::Null => return Ok(None),
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    };
    number.map(Some).ok_or_else(|| Refusal::invalid(format!("proto: invalid value for uint64 field {name}")))
}

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Answers with bytes instead of JSON.
fn hand_out(state: &SandboxState, path: &str, headers: &HeaderMap) -> Response {
    if path.starts_with(PHOTOS) {
        return ([(CONTENT_TYPE, "image/png")], pictures::paint(path)).into_response();
    }
    file(state, path, headers)
}

/// Files want the same headers as everything else. A path that begins with `moved/` leads to its rest.
fn file(state: &SandboxState, path: &str, headers: &HeaderMap) -> Response {
    if let Err(refusal) = state.read(|world| admitted(world, headers).map(|_| ())) {
        return refusal.into_response();
    }
    let name = path.trim_start_matches(FILES);
    if let Some(rest) = name.strip_prefix("moved/") {
        return (StatusCode::FOUND, [(LOCATION, format!("{FILES}{rest}"))]).into_response();
    }
    let kind = if name.ends_with(".pdf") { "application/octet-stream" } else { "image/png" };
    let content = state.upload(name).unwrap_or_else(|| pictures::paint(name));
    ([(CONTENT_TYPE, kind)], content).into_response()
}
