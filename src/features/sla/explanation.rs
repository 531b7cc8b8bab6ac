//! A clock as it is told to whoever asks why it is due when it is due; and how far new rules have reached clocks that run.

use super::intent::Intent;
use super::priority::PriorityReason;
use crate::shared::chat::Priority;
use crate::shared::sla::clocks::{ClockKind, End, Standing};
use crate::shared::sla::count::{Pause, Target};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Clocks of one chat that are told: the newest, further ones are history.
pub const TOLD: usize = 12;

/// A clock with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockView {
    pub kind: ClockKind,
    /// The policy it goes by; none where it is the marketplace's own rule.
    pub policy: Option<PolicyTold>,
    pub started_at: DateTime<Utc>,
    /// The message with which it began, as far as it is shown.
    pub started_with: Option<String>,
    pub target: Option<Target>,
    /// In whose hours it counts; none where every minute does.
    pub calendar: Option<String>,
    pub pauses: Vec<Pause>,
    /// How much of its time has counted so far, in minutes.
    pub counted: i64,
    /// How long nobody worked meanwhile, in minutes.
    pub closed: i64,
    pub due_at: Option<DateTime<Utc>>,
    pub end: Option<End>,
    pub standing: Standing,
    /// Who made the promise.
    pub promised_by: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// The breach was noticed long after.
    pub is_late: bool,
}

/// The policy that was chosen, and why the chat is as urgent as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyTold {
    pub name: String,
    pub version: i32,
    pub intent: Intent,
    pub priority: Priority,
    pub reasons: Vec<PriorityReason>,
}

/// How far the newest rules have been applied to chats that already waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub version: i32,
    pub chats: i64,
    pub done: i64,
    pub is_finished: bool,
}
