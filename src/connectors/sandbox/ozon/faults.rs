//! What can go wrong on purpose.

use rand::Rng;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Switches for faults. Rates are shares of calls, 0 to 1. Everything off is the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Answers HTTP 500 with an HTML page; nothing was done.
    pub error_rate: f64,
    /// Closes the connection before the call is looked at.
    pub reset_before: f64,
    /// Carries a send out and closes the connection without a byte of an answer.
    pub accept_then_reset: f64,
    /// Carries a send out and never answers.
    pub accept_then_hang: f64,
    /// Sends the first half of the JSON and ends properly.
    pub truncate_json: f64,
    /// Answers 429.
    pub http_429_rate: f64,
    /// `Retry-After` of those 429, in seconds.
    pub retry_after_s: Option<u64>,
    /// Answers 403 or 400 with the words of the limit per second, as Ozon does beside its 429.
    pub rate_limit_words: f64,
    /// Answers `Circle is open`.
    pub circle_open: f64,
    /// Answers 502 or 503 with an HTML page.
    pub html_5xx: f64,
    /// Repeats the page of the chat list before the one asked for; its cursor goes on.
    pub duplicate_pages: f64,
    /// Gives the cursor that was sent as the next one.
    pub repeat_cursor: f64,
    /// Revokes the key of whoever makes the call after so many, and switches itself off.
    pub revoke_after_calls: Option<u32>,
    /// Waits before every answer, between these two numbers of milliseconds.
    pub latency_ms: Option<(u64, u64)>,
    /// Answers everything with HTTP 503.
    pub unavailable: bool,
    /// The history hides messages younger than this, while the list names them already. Milliseconds.
    pub list_lag_ms: u64,
    /// Keeps Ozon's rule that a seller may write only within 48 h of the buyer's last message, also in chats of
    /// which no order is known; the others always keep their scheme's rule.
    pub enforce_window: bool,
    /// Gives messages times in whole seconds, so that many share one.
    pub equal_timestamps: bool,
    /// Pictures that come through the API are under moderation for so many milliseconds.
    pub moderate_ms: Option<u64>,
    /// Share of them that fails in the end.
    pub moderation_fails: f64,
    /// Pushes that are never sent, sent twice, or sent after up to so many milliseconds and so in another order.
    pub push_drop: f64,
    pub push_duplicate: f64,
    pub push_reorder_ms: u64,
    /// With so many pushes goes an odd one: the wrong seller, an unknown type, broken JSON, or nothing behind it.
    pub push_odd: f64,
    /// Faults hit only the method with this path.
    pub only: Option<String>,
    /// How many more calls are hit before the faults with a rate switch themselves off; unlimited when absent.
    pub times: Option<u32>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            error_rate: 0.0,
            reset_before: 0.0,
            accept_then_reset: 0.0,
            accept_then_hang: 0.0,
            truncate_json: 0.0,
            http_429_rate: 0.0,
            retry_after_s: None,
            rate_limit_words: 0.0,
            circle_open: 0.0,
            html_5xx: 0.0,
            duplicate_pages: 0.0,
            repeat_cursor: 0.0,
            revoke_after_calls: None,
            latency_ms: None,
            unavailable: false,
            list_lag_ms: 0,
            enforce_window: false,
            equal_timestamps: false,
            moderate_ms: None,
            moderation_fails: 0.0,
            push_drop: 0.0,
            push_duplicate: 0.0,
            push_reorder_ms: 0,
            push_odd: 0.0,
            only: None,
            times: None,
        }
    }
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    Unavailable,
    ResetBefore,
    TooMany,
    LimitWords,
    CircleOpen,
    Error,
    Html,
    DuplicatePage,
    RepeatCursor,
    RevokeKey,
    AcceptThenReset,
    AcceptThenHang,
    Truncate,
}

impl Faults {
    /// How long this call waits.
    pub(super) fn latency(&self, rng: &mut StdRng) -> Duration {
        let (from, to) = self.latency_ms.unwrap_or_default();
        Duration::from_millis(rng.random_range(from..=to.max(from)))
    }

    fn concerns(&self, path: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == path)
    }

    /// Whether nobody answers at `path`. The only fault that files and photos have as well.
    pub(super) fn is_away(&self, path: &str) -> bool {
        self.unavailable && self.concerns(path)
    }

    /// Decides what happens to a call of `path`.
    pub(super) fn strike(&mut self, path: &str, is_send: bool, rng: &mut StdRng) -> Option<Mishap> {
        if !self.concerns(path) {
            return None;
        }
        if self.is_away(path) {
            return Some(Mishap::Unavailable);
        }
        if let Some(left) = self.revoke_after_calls {
            self.revoke_after_calls = left.checked_sub(1);
            if left == 0 {
                return Some(Mishap::RevokeKey);
            }
        }
        if self.times == Some(0) {
            return None;
        }
        let is_list = path == "/v3/chat/list";
        let rates = [
            (self.reset_before, Mishap::ResetBefore),
            (self.http_429_rate, Mishap::TooMany),
            (self.rate_limit_words, Mishap::LimitWords),
            (self.circle_open, Mishap::CircleOpen),
            (self.error_rate, Mishap::Error),
            (self.html_5xx, Mishap::Html),
            (if is_list { self.duplicate_pages } else { 0.0 }, Mishap::DuplicatePage),
            (if is_list { self.repeat_cursor } else { 0.0 }, Mishap::RepeatCursor),
            (self.truncate_json, Mishap::Truncate),
            (if is_send { self.accept_then_reset } else { 0.0 }, Mishap::AcceptThenReset),
            (if is_send { self.accept_then_hang } else { 0.0 }, Mishap::AcceptThenHang),
        ];
        let mishap =
            rates.into_iter().find(|(rate, _)| rng.random::<f64>() < *rate).map(|(_, mishap)| mishap)?;
        self.times = self.times.map(|left| left - 1);
        Some(mishap)
    }
}
