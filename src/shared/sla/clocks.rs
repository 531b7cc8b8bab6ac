//! The clocks of a chat: a pure function of its story and of the terms that hold for it.
//!
//! | clock | starts | stops | paused |
//! |---|---|---|---|
//! | first reply | the buyer's first message | a person's answer | as its goal says |
//! | next reply | the *oldest* unanswered message of the turn | a person's answer | as its goal says |
//! | resolution | the buyer's first message | closed; opened again it goes on | as its goal says |
//! | rating | as the marketplace counts | any answer, automatic ones too | never |
//! | window | the buyer's last message | a person's answer, or it is too late | never |
//! | promise | a person makes it | the next message of a person | never |
//!
//! A turn begins with the first message of the buyer that nobody of ours has answered. Closing a chat says that what was
//! written needs no answer: it ends the turn, and the buyer's next message begins one. Marking it as spam does the same for good.
//! Opened again by a person, the turn goes on, and the time between is a pause.

use super::calendar::Calendar;
use super::count::{Pause, PauseReason, Span, Target, TimeKind, course, elapsed};
use super::story::{Promise, Rating, Story, Utterance, Voice, WindowRule};
use super::{turns, windows};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

text_enum!(
    /// What is waited for.
    ClockKind {
        FirstReply = "first_reply",
        NextReply = "next_reply",
        Resolution = "resolution",
        Rating = "rating",
        Window = "window",
        Promise = "promise",
    }
);

/// What the house asks of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    pub target: Target,
    /// While these last, the clock stands still.
    #[serde(default)]
    pub paused_by: Vec<PauseReason>,
}

/// What holds for a chat: the house's goals and the marketplace's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub first_reply: Option<Goal>,
    pub next_reply: Option<Goal>,
    pub resolution: Option<Goal>,
    pub rating: Option<Rating>,
    pub window: Option<WindowRule>,
}

/// Terms that began to hold at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    pub at: DateTime<Utc>,
    /// Which of two came later; a version of the policy.
    pub version: i32,
    /// They hold for clocks that were running then, too.
    pub reaches_running: bool,
    pub terms: &'a Terms,
    pub calendar: &'a Calendar,
}

/// What a clock started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub at: DateTime<Utc>,
    /// The message, by its id at the marketplace; or the promise.
    pub id: String,
}

text_enum!(
    /// How a clock ended.
    EndKind {
        /// A person answered.
        Answered = "answered",
        /// An automatic answer was enough for the marketplace.
        Acknowledged = "acknowledged",
        /// The chat was closed: nothing to answer, or everything solved.
        Closed = "closed",
        Spam = "spam",
        /// The marketplace takes no answer any more.
        Expired = "expired",
        /// A person took the promise back.
        Withdrawn = "withdrawn",
    }
);

/// The end of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: DateTime<Utc>,
    pub kind: EndKind,
}

/// A clock with everything that explains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub kind: ClockKind,
    pub start: Start,
    /// `None` where the deadline itself was set: windows and promises.
    pub target: Option<Target>,
    /// The terms it goes by; `None` for promises.
    pub version: Option<i32>,
    /// The pauses that its goal respects, in order.
    pub pauses: Vec<Pause>,
    /// `None` while a pause without an end keeps it from having one.
    pub due_at: Option<DateTime<Utc>>,
    /// `None` while it is open.
    pub end: Option<End>,
}

/// How a clock stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// So much time is left until the deadline.
    Left(TimeDelta),
    /// The deadline has passed, so long ago.
    Over(TimeDelta),
    /// Paused, and nobody knows until when.
    Paused,
    Met,
    /// It ended after its deadline; the breach has the deadline's instant.
    Missed {
        at: DateTime<Utc>,
    },
    /// It ended in time without an answer: there was nothing to answer.
    Dropped,
}

impl Clock {
    /// When the deadline was, or will be, missed as far as is known at `now`.
    pub fn breached_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.end.map_or(now, |end| end.at);
        match self.end.map(|end| end.kind) {
            Some(EndKind::Expired) => self.due_at,
            _ => self.due_at.filter(|due| *due < until),
        }
    }

    /// How it stands at `now`.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        match (self.end, self.due_at) {
            (Some(end), _) => match (self.breached_at(now), end.kind) {
                (Some(at), _) => Standing::Missed { at },
                (None, EndKind::Answered | EndKind::Acknowledged) => Standing::Met,
                (None, EndKind::Closed) if self.kind == ClockKind::Resolution => Standing::Met,
                (None, _) => Standing::Dropped,
            },
            (None, Some(due)) if now <= due => Standing::Left(due - now),
            (None, Some(due)) => Standing::Over(now - due),
            (None, None) => Standing::Paused,
        }
    }

    /// What its time was spent on, up to its end or to `now`.
    pub fn course(&self, calendar: &Calendar, now: DateTime<Utc>) -> Vec<Span> {
        let end = self.end.map_or(now, |end| end.at);
        course(self.start.at, end, self.time(), calendar, &self.pauses)
    }

    /// How much of its time has counted, up to its end or to `now`.
    pub fn elapsed(&self, calendar: &Calendar, now: DateTime<Utc>) -> TimeDelta {
        let end = self.end.map_or(now, |end| end.at);
        elapsed(self.start.at, end, self.time(), calendar, &self.pauses)
    }

    pub(super) fn is_over(&self, at: DateTime<Utc>) -> bool {
        self.due_at.is_some_and(|due| due < at)
    }

    pub(super) fn expired(&self) -> Option<End> {
        self.due_at.map(|at| End { at, kind: EndKind::Expired })
    }

    fn time(&self) -> TimeKind {
        self.target.map_or(TimeKind::Wall, |target| target.time)
    }

    /// Whether it can still be kept or at least made up for.
    fn is_pressing(&self, now: DateTime<Utc>) -> bool {
        // When the marketplace takes no messages any more, hurry does not help.
        self.end.is_none() && (self.kind != ClockKind::Window || self.due_at.is_some_and(|due| now < due))
    }
}

/// The nearest deadline of the clocks that are open at `now`, and which clock it is; of two at once the first by kind.
pub fn nearest(clocks: &[Clock], now: DateTime<Utc>) -> Option<(ClockKind, DateTime<Utc>)> {
    let open = clocks.iter().filter(|clock| clock.is_pressing(now));
    open.filter_map(|clock| Some((clock.due_at?, clock.kind))).min().map(|(due, kind)| (kind, due))
}

/// All clocks of a chat, oldest first. Applied terms may stand in any order.
pub fn clocks(story: &Story, applied: &[Applied<'_>]) -> Vec<Clock> {
    let mut clocks = turns::clocks(story, applied);
    clocks.extend(windows::clocks(story, applied));
    clocks.extend(story.promises.iter().map(|(id, promise)| kept(story, id, promise)));
    clocks.sort_by(|a, b| (a.start.at, a.kind, &a.start.id).cmp(&(b.start.at, b.kind, &b.start.id)));
    clocks
}

/// The terms that a clock goes by: the last ones that held when it started, or later ones that reach running clocks.
pub(super) fn in_force<'a>(
    applied: &[Applied<'a>],
    start: DateTime<Utc>,
    end: Option<End>,
) -> Option<Applied<'a>> {
    let is_open_at = |at| end.is_none_or(|end| at < end.at);
    let reaches = |terms: &&Applied<'a>| terms.at <= start || terms.reaches_running && is_open_at(terms.at);
    applied.iter().filter(reaches).max_by_key(|terms| (terms.at, terms.version)).copied()
}

/// The clock of a promise: the next message of a person after it was made, and after the one that says it.
fn kept(story: &Story, id: &str, promise: &Promise) -> Clock {
    let said = promise.said_in.as_ref();
    let after = match said {
        // Until the marketplace shows the message that makes it, none can keep it.
        Some(said) => story.utterances.get(said).map(|it| (it.at, it.sort_key.as_str())),
        None => Some((promise.at, "")),
    };
    let is_later = |it: &Utterance| match (said, after) {
        (_, None) => false,
        (Some(_), Some(after)) => (it.at, it.sort_key.as_str()) > after,
        (None, Some((at, _))) => it.at > at,
    };
    let answers = story.utterances.values().filter(|it| it.voice == Voice::Person && !it.is_withdrawn);
    let answered = answers.filter(|it| is_later(it)).map(|it| it.at).min();
    let answered = answered.map(|at| End { at, kind: EndKind::Answered });
    let withdrawn = promise.withdrawn_at.map(|at| End { at, kind: EndKind::Withdrawn });
    Clock {
        kind: ClockKind::Promise,
        start: Start { at: promise.at, id: id.to_owned() },
        target: None,
        version: None,
        pauses: Vec::new(),
        due_at: Some(promise.until),
        end: [answered, withdrawn].into_iter().flatten().min_by_key(|end| end.at),
    }
}
