//! When the stream tries again, and which messages it believes: rules without clocks or sockets.

#![cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the tests need a part of it"))]

use crate::shared::change::Event;
use crate::shared::ids::ChatId;
use crate::ui::json;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// First wait before another try, in milliseconds.
const FIRST_WAIT_MS: f64 = 500.0;
/// Longest wait before another try, in milliseconds.
const LONGEST_WAIT_MS: f64 = 10_000.0;
/// A server that is silent for so long is gone; it says something every 15 s.
pub const SILENCE_MS: f64 = 40_000.0;
/// A page that nobody has looked at for so long gives its connection back.
pub const HIDDEN_MS: f64 = 300_000.0;
/// After so many failed tries in a row the person is told.
pub const FAILURES_TILL_OFFLINE: u32 = 2;
/// After so many failed tries in a row, and each time again, we look whether the session has ended.
pub const FAILURES_TILL_PROBE: u32 = 3;

/// How long to wait after `failures` failed tries. `luck` in 0..1 spreads browsers that lost the same server.
pub fn wait_ms(failures: u32, luck: f64) -> i32 {
    let doubled = FIRST_WAIT_MS * f64::from(1u32 << failures.saturating_sub(1).min(10));
    let wait = doubled.min(LONGEST_WAIT_MS);
    (wait * (0.5 + luck.clamp(0.0, 1.0) / 2.0)) as i32
}

/// How long to wait when the server says that it is about to stop: others are there already.
pub fn wait_after_bye_ms(luck: f64) -> i32 {
    (luck.clamp(0.0, 1.0) * 1_000.0) as i32
}

/// Reads a change and moves the cursor; `None` for what is known already or not understood.
pub fn accept(cursor: &mut i64, data: &str) -> Option<Event> {
    // A newer server may speak of changes we do not know; the number still counts.
    let seq = json::read::<Numbered>(data).ok()?.seq;
    if seq <= *cursor {
        return None;
    }
    *cursor = seq;
    json::read(data).ok()
}

/// Reads from where the server wants us to go on after news were lost.
pub fn resync(data: &str) -> Option<i64> {
    json::read::<Numbered>(data).ok().map(|numbered| numbered.seq)
}

/// Reads what time it is at the server.
pub fn instant(data: &str) -> Option<DateTime<Utc>> {
    data.parse().ok().and_then(DateTime::from_timestamp_millis)
}

/// Reads at which chat somebody came or left; `None` when anything may have moved.
pub fn presence(data: &str) -> Option<ChatId> {
    #[derive(Deserialize)]
    struct At {
        chat: Option<ChatId>,
    }
    json::read::<At>(data).ok().and_then(|at| at.chat)
}

#[derive(Deserialize)]
struct Numbered {
    seq: i64,
}

#[cfg(test)]
mod tests {
    use super::{accept, instant, resync, wait_ms};

    const CHANGE: &str =
        r#"{"seq":8,"change":{"kind":"chat","chat":"01938c5f-0000-7000-8000-000000000001"}}"#;

    #[test]
    fn waits_grow_and_stay_within_bounds() {
        assert_eq!(wait_ms(1, 0.0), 250);
        assert_eq!(wait_ms(1, 1.0), 500);
        assert_eq!(wait_ms(2, 1.0), 1_000);
        assert_eq!(wait_ms(5, 1.0), 8_000);
        assert_eq!(wait_ms(4_000_000, 1.0), 10_000);
        assert_eq!(wait_ms(0, 1.0), 500);
    }

    #[test]
    fn a_change_is_believed_once() {
        let mut cursor = 7;
        assert!(accept(&mut cursor, CHANGE).is_some());
        assert_eq!(cursor, 8);
        assert!(accept(&mut cursor, CHANGE).is_none());
    }

    #[test]
    fn a_change_of_an_unknown_kind_moves_the_cursor() {
        let mut cursor = 7;
        assert!(accept(&mut cursor, r#"{"seq":9,"change":{"kind":"weather"}}"#).is_none());
        assert_eq!(cursor, 9);
    }

    #[test]
    fn rubbish_is_left_alone() {
        let mut cursor = 7;
        assert!(accept(&mut cursor, "<html>").is_none());
        assert_eq!(cursor, 7);
        assert_eq!(instant(""), None);
        assert_eq!(instant("1790000000123").map(|at| at.timestamp()), Some(1_790_000_000));
        assert_eq!(resync("{}"), None);
        assert_eq!(resync(r#"{"seq":12}"#), Some(12));
    }
}
