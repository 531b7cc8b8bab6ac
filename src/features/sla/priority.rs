//! How urgent a chat is: a pure function of what the buyer has written in the current turn, and the reasons for it. What a
//! person has chosen overrides everything; a rule never makes a chat less urgent than its intent.

use super::intent::Intent;
use crate::features::understanding::types::Urgency;
use crate::shared::chat::Priority;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// So many messages without an answer are insistence.
const INSISTENT: usize = 3;
/// So many letters have to be there before capitals say something: names of sizes are short.
const SHOUTED_LETTERS: usize = 10;
/// So many exclamation marks are a raised voice.
const EXCLAMATIONS: usize = 3;
/// A deadline nearer than this makes a chat urgent.
const NEAR: TimeDelta = TimeDelta::minutes(30);

text_enum!(
    /// Why a chat is as urgent as it is.
    PriorityReason {
        /// A person has chosen it.
        ByHand = "by_hand",
        /// What the buyer wants.
        Intent = "intent",
        /// The buyer has written again and again in this turn.
        Insistent = "insistent",
        /// Capitals or exclamation marks.
        Shouting = "shouting",
        /// A model holds it to be more urgent; it may raise by one.
        Model = "model",
        /// A policy raises it.
        Policy = "policy",
    }
);

/// The priority that an urgency is, when a person has said it of a turn.
pub fn of_urgency(urgency: Urgency) -> Priority {
    match urgency {
        Urgency::Low => Priority::Low,
        Urgency::Normal => Priority::Normal,
        Urgency::High => Priority::High,
        Urgency::Urgent => Priority::Urgent,
    }
}

/// What a priority follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judging<'a> {
    pub intent: Intent,
    /// How urgent the intent is by itself.
    pub base: Priority,
    pub by_hand: Option<Priority>,
    /// The buyer's messages of the current turn, oldest first.
    pub turn: &'a [String],
    /// How urgent a model holds it to be.
    pub model: Option<Priority>,
}

/// A priority with its reasons, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub priority: Priority,
    pub reasons: Vec<PriorityReason>,
}

impl Judged {
    /// One more urgent for a reason; nothing above the most urgent, and nothing against a person.
    pub fn raise(&mut self, reason: PriorityReason) {
        self.raise_to(self.priority.raised(), reason);
    }

    /// At least so urgent for a reason.
    pub fn raise_to(&mut self, priority: Priority, reason: PriorityReason) {
        if !self.is_by_hand() && priority > self.priority {
            self.priority = priority;
            self.reasons.push(reason);
        }
    }

    fn is_by_hand(&self) -> bool {
        self.reasons.first() == Some(&PriorityReason::ByHand)
    }
}

/// How urgent it is, before policies.
pub fn judge(judging: &Judging<'_>) -> Judged {
    if let Some(priority) = judging.by_hand {
        return Judged { priority, reasons: vec![PriorityReason::ByHand] };
    }
    let mut judged = Judged { priority: judging.base, reasons: vec![PriorityReason::Intent] };
    if judging.turn.len() >= INSISTENT {
        judged.raise(PriorityReason::Insistent);
    }
    if judging.turn.last().is_some_and(|text| is_shouted(text)) {
        judged.raise(PriorityReason::Shouting);
    }
    if judging.model.is_some_and(|model| model > judged.priority) {
        judged.raise(PriorityReason::Model);
    }
    judged
}

/// Whether a text raises its voice.
fn is_shouted(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let exclamations = text.chars().filter(|c| *c == '!').count();
    letters >= SHOUTED_LETTERS && capitals * 2 > letters || exclamations >= EXCLAMATIONS
}

/// How urgent a chat is on the screen: a deadline that is near or over makes it urgent. It moves with time and therefore
/// never moves a target.
pub fn pressing(priority: Priority, due_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Priority {
    if due_at.is_some_and(|due| due.signed_duration_since(now) < NEAR) { Priority::Urgent } else { priority }
}
