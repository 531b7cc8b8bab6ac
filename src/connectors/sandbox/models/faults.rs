//! What can go wrong with a model on purpose.

use super::{CallKind, SandboxProvider};
use serde::{Deserialize, Serialize};

/// Switches for faults. Everything off is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelFaults {
    /// Waits before the first word, in milliseconds.
    pub delay_ms: u64,
    /// Waits between the pieces of a stream, in milliseconds.
    pub piece_ms: u64,
    /// Sends so many signs of waiting before the first word, as DeepSeek does.
    pub keep_alives: u32,
    pub mishap: Option<ModelMishap>,
    /// `Retry-After` of refusals for speed, in seconds.
    pub retry_after_s: Option<u64>,
    /// Faults hit only this provider.
    pub only: Option<SandboxProvider>,
    /// Faults hit only this kind of call.
    pub on: Option<CallKind>,
    /// How many more calls the mishap hits; all when absent.
    pub times: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelMishap {
    /// HTTP 500 with an HTML page.
    Fail,
    /// HTTP 503.
    Overloaded,
    /// HTTP 429.
    TooMany,
    /// HTTP 402.
    NoBalance,
    /// HTTP 401, whatever the key.
    WrongKey,
    /// HTTP 403: the country is not served.
    Country,
    /// The model does not want to.
    Refuse,
    /// Half of the JSON.
    BrokenJson,
    /// Answers in English, or in Russian where English was asked.
    WrongLanguage,
    /// Breaks off in the middle, without an end.
    CutStream,
    /// An error as an event, in the middle of a stream.
    ErrorInStream,
    /// Repeats everything that the buyer has written.
    EchoPii,
    /// Takes the question and never answers.
    Hang,
    /// Answers with nothing.
    Empty,
    /// Thinks aloud within the answer.
    Thoughts,
    /// Promises money, names a phone and a link.
    Reckless,
    /// Stops at the length that was asked for, or finds a text too long to be made a vector.
    TooLong,
    /// Gives a vector less than there are texts.
    WrongCount,
}

impl ModelFaults {
    /// Decides what happens to a call.
    pub(super) fn strike(&mut self, provider: SandboxProvider, kind: CallKind) -> Option<ModelMishap> {
        if self.only.is_some_and(|only| only != provider) || !self.concern(kind) || self.times == Some(0) {
            return None;
        }
        let mishap = self.mishap?;
        self.times = self.times.map(|left| left - 1);
        Some(mishap)
    }

    /// How long a call of a kind waits before its answer, in milliseconds.
    pub(super) fn delay_of(&self, kind: CallKind) -> u64 {
        if self.concern(kind) { self.delay_ms } else { 0 }
    }

    fn concern(&self, kind: CallKind) -> bool {
        self.on.is_none_or(|on| on == kind)
    }
}
