//! What happened in a chat, as far as its clocks depend on it. Everything has a name and an instant of its own, so it may be
//! told in any order, and twice: the story is the same.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum!(
    /// Who speaks, as far as clocks care.
    Voice {
        Buyer = "buyer",
        /// A person of ours, here or in the marketplace's own cabinet.
        Person = "person",
        /// An answer of ours that no person wrote: the marketplace counts it, the buyer still waits.
        Automatic = "automatic",
        /// The marketplace itself; answers nobody.
        Marketplace = "marketplace",
    }
);

/// A message. Its time is the marketplace's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utterance {
    pub at: DateTime<Utc>,
    /// Orders messages of equal time as the marketplace does.
    pub sort_key: String,
    pub voice: Voice,
    /// Moderation withdrew it: the other side does not see it.
    pub is_withdrawn: bool,
}

/// What a person did to a chat. That a buyer's message opens it again follows from the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Opened,
    Snoozed { until: DateTime<Utc> },
    Closed,
    MarkedSpam,
}

/// A deed at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedAt {
    /// By our clock.
    pub at: DateTime<Utc>,
    pub deed: Deed,
    /// By the marketplace's clock: the newest message that was known then. What the buyer wrote after it was not meant,
    /// even when our clock says that it was written before: it was still on its way to us.
    pub seen_up_to: Option<DateTime<Utc>>,
}

/// "We will write by Friday": set by an operator, kept by the next message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub at: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// The message that says it; it does not keep it.
    pub said_in: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A time in which a person has stopped the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// Something that became known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    Said { id: String, utterance: Utterance },
    Did { id: String, deed: DeedAt },
    Promised { id: String, promise: Promise },
    Halted { id: String, halt: Halt },
}

/// All that is known of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// What was written before is imported history: it opens no clock.
    pub clock_from: DateTime<Utc>,
    /// By their ids at the marketplace.
    pub utterances: BTreeMap<String, Utterance>,
    pub deeds: BTreeMap<String, DeedAt>,
    pub promises: BTreeMap<String, Promise>,
    pub halts: BTreeMap<String, Halt>,
    /// Until when the order lets us write, whoever wrote last.
    pub free_until: Option<DateTime<Utc>>,
}

impl Story {
    /// Of a chat of which nothing is known yet.
    pub fn new(clock_from: DateTime<Utc>) -> Self {
        Story {
            clock_from,
            utterances: BTreeMap::new(),
            deeds: BTreeMap::new(),
            promises: BTreeMap::new(),
            halts: BTreeMap::new(),
            free_until: None,
        }
    }

    /// Adds what became known; what was known under the same id is replaced.
    pub fn learn(&mut self, known: Known) {
        match known {
            Known::Said { id, utterance } => drop(self.utterances.insert(id, utterance)),
            Known::Did { id, deed } => drop(self.deeds.insert(id, deed)),
            Known::Promised { id, promise } => drop(self.promises.insert(id, promise)),
            Known::Halted { id, halt } => drop(self.halts.insert(id, halt)),
        }
    }

    /// Messages in the marketplace's order, and deeds where they belong between them.
    pub(super) fn in_order(&self) -> Vec<(DateTime<Utc>, Step<'_>)> {
        let mut said: Vec<_> = self.utterances.iter().collect();
        said.sort_by_key(|(id, it)| (it.at, &it.sort_key, *id));
        let mut did: Vec<_> = self.deeds.iter().collect();
        did.sort_by_key(|(id, it)| (it.at, *id));
        let said = said.into_iter().map(|(id, it)| ((it.at, Side::Message), Step::Said(id, it)));
        let did = did.into_iter().map(|(_, it)| (self.place(it), Step::Did(it.deed)));
        let mut steps: Vec<_> = said.chain(did).collect();
        // Stable: what shares a place stays in its order.
        steps.sort_by_key(|(place, _)| *place);
        steps.into_iter().map(|((at, _), step)| (at, step)).collect()
    }

    /// When a deed took effect: at its time, but no later than the first message of the buyer that it did not mean. Whoever
    /// has answered since had seen what was answered; spam is meant whatever else was written.
    fn place(&self, did: &DeedAt) -> (DateTime<Utc>, Side) {
        let whole = (did.at, Side::After);
        let Some(seen) = did.seen_up_to.filter(|_| did.deed != Deed::MarkedSpam) else { return whole };
        let of = |voice| {
            self.utterances.values().filter(move |it| it.voice == voice && it.at <= did.at).map(|it| it.at)
        };
        let seen = of(Voice::Person).max().map_or(seen, |answered| answered.max(seen));
        of(Voice::Buyer).filter(|at| *at > seen).min().map_or(whole, |unseen| (unseen, Side::Before))
    }
}

/// On which side of the messages of its instant a deed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    Message,
    After,
}

/// Something that moves clocks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    Said(&'a str, &'a Utterance),
    Did(Deed),
}

text_enum!(
    /// Which answers a marketplace rates.
    RatedAnswers {
        /// The first one of a chat.
        First = "first",
        /// One for each time that the buyer waits.
        Each = "each",
    }
);

/// How a marketplace rates answers: by the wall clock, and nothing stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    pub within_minutes: std::num::NonZeroU32,
    pub answers: RatedAnswers,
}

/// How long a marketplace takes messages after the buyer's last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRule {
    pub after_buyer_minutes: std::num::NonZeroU32,
}

impl WindowRule {
    pub(super) fn length(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.after_buyer_minutes.get()))
    }
}
