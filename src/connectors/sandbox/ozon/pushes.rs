//! Events that the marketplace pushes: bodies as Ozon's document shows them, attempts, repetitions, suspension.
//!
//! Pushes of one chat go out one after the other, those of different chats side by side. An attempt that fails is
//! repeated after pauses that grow, then a few times at the longest, then dropped. Where too much fails, the endpoint
//! is suspended until a check of its address works. Ozon's times for that are minutes and hours; [`PushPace`] has
//! shorter ones.

use super::api::{markdown, time, user_of};
use super::state::SandboxState;
use super::world::{Chat, MessageRecord, Sender};
use crate::platform::clock;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(super) const NEW_MESSAGE: &str = "TYPE_NEW_MESSAGE";
pub(super) const UPDATE_MESSAGE: &str = "TYPE_UPDATE_MESSAGE";
pub(super) const MESSAGE_READ: &str = "TYPE_MESSAGE_READ";
pub(super) const CHAT_CLOSED: &str = "TYPE_CHAT_CLOSED";

/// Chats whose pushes may be under way at the same time.
const LANES: usize = 16;
/// How much of an answer is kept.
const KEPT_ANSWER: usize = 500;
/// How often it is looked whether a ping is due.
const PING_CHECK: Duration = Duration::from_millis(250);

/// How pushes are repeated and given up. Ozon: 5 s, some seconds growing to ten minutes, five more, a day of errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushPace {
    /// Longest wait for an answer.
    pub timeout_ms: u64,
    /// Pause before the first repetition; each further one is twice as long.
    pub first_retry_ms: u64,
    pub longest_retry_ms: u64,
    /// Repetitions after the pause has become the longest.
    pub last_retries: u32,
    /// So many failures in a row suspend the endpoint; so do more failures than successes among the last twenty.
    pub failures_until_suspended: u32,
    /// Pause between pings of endpoints that work; 0 for none.
    pub ping_every_ms: u64,
    /// Sent as `X-Forwarded-For`, for a receiver that looks at addresses behind a proxy.
    pub forwarded_for: Option<String>,
}

impl Default for PushPace {
    fn default() -> Self {
        Self {
            timeout_ms: 5_000,
            first_retry_ms: 200,
            longest_retry_ms: 3_000,
            last_retries: 5,
            failures_until_suspended: 10,
            ping_every_ms: 300_000,
            forwarded_for: None,
        }
    }
}

impl PushPace {
    /// The pause after the n-th attempt failed; `None` when that was the last.
    fn pause_after(&self, attempt: u32) -> Option<Duration> {
        let grown = |attempt: u32| self.first_retry_ms.saturating_mul(1 << (attempt - 1).min(40));
        let longest = self.longest_retry_ms.max(1);
        let growing = (1..attempt).filter(|attempt| grown(*attempt) < longest).count() as u32;
        match grown(attempt) {
            pause if pause < longest => Some(Duration::from_millis(pause)),
            _ => (attempt - growing <= self.last_retries).then(|| Duration::from_millis(longest)),
        }
    }
}

/// A push that a receiver has to cope with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddPush {
    /// For another seller.
    WrongSeller,
    UnknownType,
    BrokenJson,
    /// A message that the history does not have, in a chat that may not exist either.
    WithoutTruth,
}

/// An attempt to deliver a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushRecord {
    /// The same for all attempts of one push.
    pub push: u64,
    /// From 1.
    pub attempt: u32,
    pub client_id: String,
    pub endpoint: i64,
    pub message_type: String,
    pub chat_id: String,
    pub message_id: String,
    pub at: DateTime<Utc>,
    /// HTTP status; `None` without an answer.
    pub status: Option<u16>,
    pub latency_ms: u64,
    /// The answer's body, shortened.
    pub answer: String,
    /// Ozon's word for what was wrong with the answer.
    pub problem: Option<String>,
}

/// A push on its way.
#[derive(Clone, Debug)]
pub(super) struct Push {
    pub number: u64,
    pub attempt: u32,
    pub client_id: String,
    /// The subscription that it goes out under.
    pub subscription: &'static str,
    pub message_type: String,
    pub chat_id: String,
    pub message_id: String,
    pub body: String,
}

impl Push {
    fn of(
        client_id: &str,
        message_type: &'static str,
        chat_id: &str,
        message_id: String,
        body: &Value,
    ) -> Self {
        Self {
            number: 0,
            attempt: 1,
            client_id: client_id.into(),
            subscription: message_type,
            message_type: message_type.into(),
            chat_id: chat_id.into(),
            message_id,
            body: body.to_string(),
        }
    }
}

/// A new or edited message; `None` for one that cannot be told.
pub(super) fn message(chat: &Chat, message: &MessageRecord, base_url: &str) -> Option<Push> {
    let message_type = if message.edited_at.is_some() { UPDATE_MESSAGE } else { NEW_MESSAGE };
    let (user, kind) = user_of(chat, message.sender, false);
    let mut body = json!({
        "message_type": message_type,
        "chat_id": chat.id,
        "chat_type": mixed_case(&chat.chat_type),
        "message_id": message.id.to_string(),
        "created_at": time(message.at),
        "user": { "id": user, "type": kind },
        "data": [markdown(message, base_url)?],
        "seller_id": chat.client_id,
    });
    if let Some(at) = message.edited_at {
        body["updated_at"] = json!(time(at));
    }
    Some(Push::of(&chat.client_id, message_type, &chat.id, message.id.to_string(), &body))
}

/// The buyer has read up to a message.
pub(super) fn read(chat: &Chat, up_to: &MessageRecord) -> Push {
    let (user, kind) = user_of(chat, Sender::Buyer, false);
    let id = up_to.id.to_string();
    let body = json!({
        "message_type": MESSAGE_READ,
        "chat_id": chat.id,
        "chat_type": mixed_case(&chat.chat_type),
        "message_id": id,
        "created_at": time(up_to.at),
        "user": { "id": user, "type": kind },
        "last_read_message_id": id,
        "seller_id": chat.client_id,
    });
    Push::of(&chat.client_id, MESSAGE_READ, &chat.id, id, &body)
}

/// The chat takes no more messages.
pub(super) fn closed(chat: &Chat) -> Push {
    let (user, kind) = user_of(chat, Sender::Support, false);
    let body = json!({
        "message_type": CHAT_CLOSED,
        "chat_id": chat.id,
        "chat_type": mixed_case(&chat.chat_type),
        "user": { "id": user, "type": kind },
        "seller_id": chat.client_id,
    });
    Push::of(&chat.client_id, CHAT_CLOSED, &chat.id, String::new(), &body)
}

/// A push that no event stands behind. `id` makes it different from others.
pub(super) fn odd(client_id: &str, chat_id: &str, kind: OddPush, id: u64) -> Push {
    let is_foreign = kind == OddPush::WrongSeller;
    let message_type = if kind == OddPush::UnknownType { "TYPE_SOMETHING_NEW" } else { NEW_MESSAGE };
    let body = json!({
        "message_type": message_type,
        "chat_id": chat_id,
        "chat_type": "Buyer_Seller",
        "message_id": id.to_string(),
        "created_at": time(clock::now()),
        "user": { "id": "115568", "type": "\u{0421}ustomer" },
        "data": ["Это сообщение никто не писал"],
        "seller_id": if is_foreign { "7" } else { client_id },
    });
    let mut push = Push::of(client_id, NEW_MESSAGE, chat_id, id.to_string(), &body);
    push.message_type = message_type.into();
    if kind == OddPush::BrokenJson {
        push.body.truncate(push.body.find("created_at").unwrap_or(1));
    }
    push
}

/// Pushes spell kinds of chats in another way than the list does.
fn mixed_case(chat_type: &str) -> &'static str {
    match chat_type {
        "BUYER_SELLER" | "UNSPECIFIED" => "Buyer_Seller",
        "BUYER_SELLER_SELECT" => "Buyer_Seller_Select",
        "SELLER_SUPPORT" => "Seller_Support",
        "SELLER_API_UPDATES" => "Seller_API_Updates",
        "SELLER_API_NOTIFICATIONS" => "Seller_API_Notifications",
        "SELLER_NOTIFICATION_LOGISTICS" => "Seller_Notification_Logistics",
        _ => "Seller_Notification",
    }
}

/// What was wrong with an answer: Ozon's word and a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub word: &'static str,
    pub description: String,
}

/// What an address answered.
#[derive(Debug, Default)]
struct Reply {
    status: Option<u16>,
    is_json: bool,
    body: String,
    /// Why there is no answer.
    trouble: Option<Problem>,
}

impl Reply {
    /// Ozon's checks, in their order.
    fn problem(&self, is_ping: bool) -> Option<Problem> {
        let problem = |word, description: &str| Some(Problem { word, description: description.into() });
        if let Some(trouble) = &self.trouble {
            return Some(trouble.clone());
        }
        match self.status {
            Some(200) => {}
            Some(500..) => return problem("SERVER_FAULT", "the status is 5xx"),
            _ => return problem("STATUS_CODE_NOT_OK", "the status is not 200"),
        }
        if self.body.trim().is_empty() {
            return problem("EMPTY_BODY", "the answer is empty");
        }
        if !self.is_json {
            return problem("INVALID_BODY", "the content type is not application/json");
        }
        let Ok(answer) = serde_json::from_str::<Value>(&self.body) else {
            return problem("INVALID_JSON", "the answer is not JSON");
        };
        if !is_ping {
            let is_taken = answer["result"] == true;
            return if is_taken { None } else { problem("WRONG_RESULT_FIELD", "result is not true") };
        }
        let has = |name: &str| answer[name].as_str().is_some_and(|text| !text.is_empty());
        if !has("version") || !has("name") {
            return problem("WRONG_RESULT_FIELD", "version and name are required");
        }
        let at = answer["time"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        if at.is_none_or(|at| at.offset().local_minus_utc() != 0) {
            return problem("WRONG_RESULT_TIME_FIELD", "time is not a date-time in UTC");
        }
        None
    }
}

async fn post(http: &reqwest::Client, url: &str, body: String, pace: &PushPace) -> Reply {
    let mut request = http
        .post(url)
        .timeout(Duration::from_millis(pace.timeout_ms))
        .header("Content-Type", "application/json")
        .header("User-Agent", "ozon-push-sandbox")
        .body(body);
    if let Some(address) = &pace.forwarded_for {
        request = request.header("X-Forwarded-For", address);
    }
    let trouble = |error: reqwest::Error| {
        let word = if error.is_timeout() { "REQUEST_TIMEOUT" } else { "REQUEST_ERROR" };
        Reply { trouble: Some(Problem { word, description: error.to_string() }), ..Reply::default() }
    };
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return trouble(error),
    };
    let status = Some(response.status().as_u16());
    let content_type = response.headers().get("Content-Type").and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|value| value.starts_with("application/json"));
    match response.text().await {
        Ok(body) => Reply { status, is_json, body, trouble: None },
        Err(error) => trouble(error),
    }
}

/// Tries an address; gives what is wrong with it.
pub(super) async fn ping(state: &SandboxState, url: &str) -> Vec<Problem> {
    let body = json!({ "message_type": "TYPE_PING", "time": time(clock::now()) });
    let reply = post(state.http(), url, body.to_string(), &state.push_pace()).await;
    reply.problem(true).into_iter().collect()
}

/// Sends what is queued, until cancelled.
pub(super) async fn deliver(
    state: SandboxState,
    mut queue: UnboundedReceiver<(Duration, Push)>,
    stop: CancellationToken,
) {
    let mut tasks = JoinSet::new();
    let lanes: Vec<UnboundedSender<Push>> = (0..LANES)
        .map(|_| {
            let (sender, waiting) = mpsc::unbounded_channel();
            tasks.spawn(lane(state.clone(), waiting, sender.clone()));
            sender
        })
        .collect();
    tasks.spawn(keep_pinging(state));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            next = queue.recv() => match next {
                Some((after, push)) => {
                    let mut hasher = DefaultHasher::new();
                    push.chat_id.hash(&mut hasher);
                    let lane = lanes[hasher.finish() as usize % LANES].clone();
                    later(after, push, lane);
                }
                None => return,
            },
        }
    }
}

/// Hands a push to its lane, now or after a pause.
fn later(after: Duration, push: Push, lane: UnboundedSender<Push>) {
    let hand_over = move || {
        // A lane that is gone has nothing to send any more.
        let _ = lane.send(push);
    };
    if after.is_zero() {
        hand_over();
        return;
    }
    tokio::spawn(async move {
        tokio::time::sleep(after).await;
        hand_over();
    });
}

async fn lane(state: SandboxState, mut waiting: UnboundedReceiver<Push>, own: UnboundedSender<Push>) {
    while let Some(mut push) = waiting.recv().await {
        // Switched off, suspended or deleted in the meantime: the event is lost.
        let Some((endpoint, url)) = state.push_target(&push) else { continue };
        let pace = state.push_pace();
        let (at, begun) = (clock::now(), Instant::now());
        let reply = post(state.http(), &url, push.body.clone(), &pace).await;
        let problem = reply.problem(false);
        let has_failed = problem.is_some();
        state.note_push(PushRecord {
            push: push.number,
            attempt: push.attempt,
            client_id: push.client_id.clone(),
            endpoint,
            message_type: push.message_type.clone(),
            chat_id: push.chat_id.clone(),
            message_id: push.message_id.clone(),
            at,
            status: reply.status,
            latency_ms: begun.elapsed().as_millis() as u64,
            answer: reply.body.chars().take(KEPT_ANSWER).collect(),
            problem: problem.map(|problem| problem.word.to_owned()),
        });
        if let Some(pause) = pace.pause_after(push.attempt).filter(|_| has_failed) {
            push.attempt += 1;
            later(pause, push, own.clone());
        }
    }
}

async fn keep_pinging(state: SandboxState) {
    let mut last = Instant::now();
    loop {
        tokio::time::sleep(PING_CHECK).await;
        let every = state.push_pace().ping_every_ms;
        if every == 0 || last.elapsed() < Duration::from_millis(every) {
            continue;
        }
        last = Instant::now();
        for (endpoint, url) in state.push_addresses() {
            let works = ping(&state, &url).await.is_empty();
            state.note_health(endpoint, works);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_end_after_a_few_of_those() {
        let pace =
            PushPace { first_retry_ms: 100, longest_retry_ms: 400, last_retries: 2, ..PushPace::default() };
        let pauses: Vec<Option<u64>> =
            (1..7).map(|at| pace.pause_after(at).map(|pause| pause.as_millis() as u64)).collect();
        assert_eq!(pauses, [Some(100), Some(200), Some(400), Some(400), None, None]);
    }

    #[test]
    fn answers_are_judged_in_ozons_words() {
        let reply = |status, is_json, body: &str| Reply {
            status: Some(status),
            is_json,
            body: body.into(),
            trouble: None,
        };
        let word = |reply: Reply, is_ping| reply.problem(is_ping).map(|problem| problem.word);
        assert_eq!(word(reply(200, true, r#"{"result": true}"#), false), None);
        assert_eq!(word(reply(200, true, r#"{"result": "true"}"#), false), Some("WRONG_RESULT_FIELD"));
        assert_eq!(word(reply(503, true, "{}"), false), Some("SERVER_FAULT"));
        assert_eq!(word(reply(404, true, "{}"), false), Some("STATUS_CODE_NOT_OK"));
        assert_eq!(word(reply(200, true, " "), false), Some("EMPTY_BODY"));
        assert_eq!(word(reply(200, false, "{}"), false), Some("INVALID_BODY"));
        assert_eq!(word(reply(200, true, "{"), false), Some("INVALID_JSON"));
        let pong = |time: &str| format!(r#"{{"version":"1","name":"n","time":"{time}"}}"#);
        assert_eq!(word(reply(200, true, &pong("2026-11-21T10:00:00Z")), true), None);
        let early = word(reply(200, true, &pong("2026-11-21T10:00:00+03:00")), true);
        assert_eq!(early, Some("WRONG_RESULT_TIME_FIELD"));
        assert_eq!(word(reply(200, true, r#"{"result": true}"#), true), Some("WRONG_RESULT_FIELD"));
    }

    #[test]
    fn an_odd_push_is_odd_in_one_way() {
        let body = |kind| serde_json::from_str::<Value>(&odd("100200", "c", kind, 5).body);
        assert_eq!(body(OddPush::WrongSeller).expect("JSON")["seller_id"], "7");
        assert_eq!(body(OddPush::UnknownType).expect("JSON")["message_type"], "TYPE_SOMETHING_NEW");
        assert_eq!(body(OddPush::WithoutTruth).expect("JSON")["seller_id"], "100200");
        assert!(body(OddPush::BrokenJson).is_err());
    }
}
