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
use super::count::{Pause, PauseReason, Span, Target, TimeKind, course, deadline, elapsed};
use super::story::{Deed, Promise, RatedAnswers, Rating, Step, Story, Voice, WindowRule};
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
    let drafts = Reading::new(story).read();
    let mut clocks: Vec<Clock> = Vec::new();
    for draft in &drafts {
        if let Some(applied) = in_force(applied, draft) {
            clocks.extend(draft.clock(&applied, story));
        }
    }
    clocks.extend(windows(story, applied));
    clocks.extend(story.promises.iter().map(|(id, promise)| kept(story, id, promise)));
    clocks.sort_by(|a, b| (a.start.at, a.kind, &a.start.id).cmp(&(b.start.at, b.kind, &b.start.id)));
    clocks
}

/// The terms that a clock goes by: the last ones that held when it started, or later ones that reach running clocks.
fn in_force<'a>(applied: &[Applied<'a>], draft: &Draft) -> Option<Applied<'a>> {
    let is_open_at = |at| draft.end.is_none_or(|end| at < end.at);
    let reaches =
        |terms: &&Applied<'a>| terms.at <= draft.start.at || terms.reaches_running && is_open_at(terms.at);
    applied.iter().filter(reaches).max_by_key(|terms| (terms.at, terms.version)).copied()
}

/// A clock before its terms are known.
#[derive(Clone, Debug)]
struct Draft {
    kind: ClockKind,
    start: Start,
    pauses: Vec<Pause>,
    end: Option<End>,
    /// No answer of ours came before it; matters to ratings.
    is_first: bool,
}

impl Draft {
    fn new(kind: ClockKind, at: DateTime<Utc>, id: &str, is_first: bool) -> Self {
        let start = Start { at, id: id.to_owned() };
        Draft { kind, start, pauses: Vec::new(), end: None, is_first }
    }

    fn pause(&mut self, from: DateTime<Utc>, to: Option<DateTime<Utc>>, reason: PauseReason) {
        self.pauses.push(Pause { from, to, reason });
    }

    /// Ends the pauses of a reason that are still going on.
    fn resume(&mut self, at: DateTime<Utc>, reason: PauseReason) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.reason == reason) {
            if pause.to.is_none_or(|to| to > at) {
                pause.to = Some(at.max(pause.from));
            }
        }
    }

    /// Goes on after an end that was none.
    fn revive(&mut self, at: DateTime<Utc>) {
        let Some(end) = self.end.take() else { return };
        match end.kind {
            EndKind::Closed => self.pause(end.at, Some(at), PauseReason::Closed),
            EndKind::Spam => self.pause(end.at, Some(at), PauseReason::Spam),
            EndKind::Answered | EndKind::Acknowledged | EndKind::Expired | EndKind::Withdrawn => {
                self.end = Some(end);
            }
        }
    }

    fn end(&mut self, at: DateTime<Utc>, kind: EndKind) {
        self.end = Some(End { at, kind });
    }

    /// The clock under its terms; nothing when they have no goal for it.
    fn clock(&self, applied: &Applied<'_>, story: &Story) -> Option<Clock> {
        let terms = applied.terms;
        let rated = |rating: Rating| Goal {
            target: Target { minutes: rating.within_minutes, time: TimeKind::Wall },
            paused_by: Vec::new(),
        };
        let goal = match self.kind {
            ClockKind::FirstReply => terms.first_reply.clone(),
            ClockKind::NextReply => terms.next_reply.clone(),
            ClockKind::Resolution => terms.resolution.clone(),
            ClockKind::Rating => {
                terms.rating.filter(|rating| rating.answers == RatedAnswers::Each || self.is_first).map(rated)
            }
            ClockKind::Window | ClockKind::Promise => None,
        }?;
        let pauses = self.respected(&goal, story);
        Some(Clock {
            kind: self.kind,
            start: self.start.clone(),
            target: Some(goal.target),
            version: Some(applied.version),
            due_at: deadline(self.start.at, goal.target, applied.calendar, &pauses),
            pauses,
            end: self.end,
        })
    }

    /// The pauses that a goal respects, cut to the life of the clock: so what happens later changes no past deadline.
    fn respected(&self, goal: &Goal, story: &Story) -> Vec<Pause> {
        // A gap between an end that was none and going on is no choice of the goal's.
        let is_respected = |pause: &Pause| {
            matches!(pause.reason, PauseReason::Closed | PauseReason::Spam)
                || goal.paused_by.contains(&pause.reason)
        };
        let by_hand = story.halts.values().map(|halt| Pause {
            from: halt.from,
            to: halt.to,
            reason: PauseReason::ByHand,
        });
        let all = self.pauses.iter().copied().chain(by_hand).filter(is_respected);
        let mut pauses: Vec<Pause> = all.filter_map(|pause| self.cut(pause)).collect();
        pauses.sort();
        pauses.dedup();
        pauses
    }

    fn cut(&self, pause: Pause) -> Option<Pause> {
        let from = pause.from.max(self.start.at);
        let to = match (pause.to, self.end) {
            (Some(to), Some(end)) => Some(to.min(end.at)),
            (None, Some(end)) => Some(end.at),
            (to, None) => to,
        };
        to.is_none_or(|to| from < to).then_some(Pause { from, to, ..pause })
    }
}

/// What people have made of the chat, while its story is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Open,
    Snoozed { until: DateTime<Utc> },
    Closed,
    Spam,
}

/// Reads a story from its beginning.
struct Reading<'a> {
    story: &'a Story,
    work: Work,
    reply: Option<Draft>,
    rating: Option<Draft>,
    resolution: Option<Draft>,
    /// The buyer has written at least once.
    has_buyer: bool,
    /// A person has answered the buyer at least once.
    is_answered: bool,
    /// Anything of ours has answered the buyer at least once.
    is_rated: bool,
    done: Vec<Draft>,
}

impl<'a> Reading<'a> {
    fn new(story: &'a Story) -> Self {
        Reading {
            story,
            work: Work::Open,
            reply: None,
            rating: None,
            resolution: None,
            has_buyer: false,
            is_answered: false,
            is_rated: false,
            done: Vec::new(),
        }
    }

    fn read(mut self) -> Vec<Draft> {
        for (at, step) in self.story.in_order() {
            self.wake(at);
            match step {
                Step::Said(id, said) => match said.voice {
                    Voice::Buyer => self.buyer(at, id),
                    Voice::Person if !said.is_withdrawn => self.person(at),
                    Voice::Automatic if !said.is_withdrawn => self.answer_rating(at, EndKind::Acknowledged),
                    Voice::Person | Voice::Automatic | Voice::Marketplace => {}
                },
                Step::Did(deed) => self.did(at, deed),
            }
        }
        let rest = [self.reply, self.rating, self.resolution].into_iter().flatten();
        // What was spam from its first message on has never run.
        let is_something = |draft: &Draft| draft.end != Some(End { at: draft.start.at, kind: EndKind::Spam });
        self.done.into_iter().chain(rest).filter(is_something).collect()
    }

    /// A chat that was put off comes back by itself.
    fn wake(&mut self, at: DateTime<Utc>) {
        if let Work::Snoozed { until } = self.work
            && until <= at
        {
            self.work = Work::Open;
        }
    }

    fn buyer(&mut self, at: DateTime<Utc>, id: &str) {
        match self.work {
            Work::Snoozed { .. } | Work::Closed => self.leave(at),
            Work::Open | Work::Spam => {}
        }
        let counts = at >= self.story.clock_from;
        let is_spam = self.work == Work::Spam;
        let start = |kind, is_first| {
            let mut draft = Draft::new(kind, at, id, is_first);
            if is_spam {
                draft.end(at, EndKind::Spam);
            }
            draft
        };
        if counts && self.reply.is_none() {
            let kind = if self.is_answered { ClockKind::NextReply } else { ClockKind::FirstReply };
            self.reply = Some(start(kind, !self.is_answered));
        }
        if counts && self.resolution.is_none() {
            self.resolution = Some(start(ClockKind::Resolution, true));
        }
        if counts && self.rating.is_none() {
            // The marketplace does not ask what we think of the message.
            self.rating = Some(Draft::new(ClockKind::Rating, at, id, !self.is_rated));
        }
        if let Some(resolution) = &mut self.resolution {
            resolution.resume(at, PauseReason::WaitsForBuyer);
        }
        self.has_buyer = true;
    }

    fn person(&mut self, at: DateTime<Utc>) {
        self.answer_rating(at, EndKind::Answered);
        if let Some(mut reply) = self.reply.take() {
            // An answer that arrives after the closing was meant with it.
            reply.revive(at);
            reply.end(at, EndKind::Answered);
            self.done.push(reply);
        }
        if let Some(resolution) = &mut self.resolution {
            let is_waiting = |pause: &Pause| pause.reason == PauseReason::WaitsForBuyer && pause.to.is_none();
            if !resolution.pauses.iter().any(is_waiting) {
                resolution.pause(at, None, PauseReason::WaitsForBuyer);
            }
        }
        self.is_answered |= self.has_buyer;
    }

    fn answer_rating(&mut self, at: DateTime<Utc>, kind: EndKind) {
        if let Some(mut rating) = self.rating.take() {
            rating.end(at, kind);
            self.done.push(rating);
        }
        self.is_rated |= self.has_buyer;
    }

    fn did(&mut self, at: DateTime<Utc>, deed: Deed) {
        if deed == Deed::Opened {
            self.revive(at);
            self.leave(at);
            return;
        }
        match (self.work, deed) {
            // Closing once more changes nothing.
            (Work::Closed, Deed::Closed) | (Work::Spam, Deed::MarkedSpam) => return,
            _ => self.revive(at),
        }
        self.leave(at);
        match deed {
            Deed::Opened => {}
            Deed::Snoozed { until } => {
                if until > at {
                    self.work = Work::Snoozed { until };
                    self.each(|draft| draft.pause(at, Some(until), PauseReason::Snoozed));
                }
            }
            Deed::Closed => {
                self.work = Work::Closed;
                self.each(|draft| draft.end(at, EndKind::Closed));
            }
            Deed::MarkedSpam => {
                self.work = Work::Spam;
                self.each(|draft| draft.end(at, EndKind::Spam));
            }
        }
    }

    /// By hand: what had ended goes on.
    fn revive(&mut self, at: DateTime<Utc>) {
        self.each(|draft| draft.revive(at));
    }

    /// The chat is open again. A turn that closing has ended stays ended, the way to a solution goes on.
    fn leave(&mut self, at: DateTime<Utc>) {
        if let Some(resolution) = &mut self.resolution {
            resolution.revive(at);
        }
        self.each(|draft| draft.resume(at, PauseReason::Snoozed));
        if let Some(reply) = self.reply.take_if(|reply| reply.end.is_some()) {
            self.done.push(reply);
        }
        self.work = Work::Open;
    }

    /// The clocks that obey us.
    fn each(&mut self, mut change: impl FnMut(&mut Draft)) {
        for draft in [&mut self.reply, &mut self.resolution].into_iter().flatten() {
            change(draft);
        }
    }
}

/// The marketplace's windows: one for each time in which it goes on taking messages while the buyer waits.
fn windows(story: &Story, applied: &[Applied<'_>]) -> Vec<Clock> {
    let mut done = Vec::new();
    let mut open: Option<Clock> = None;
    let mut is_spam = false;
    for (at, step) in story.in_order() {
        match step {
            Step::Said(id, said) if said.voice == Voice::Buyer && at >= story.clock_from => {
                done.extend(open.take().and_then(|before| overtaken(before, at)));
                open = window(story, applied, at, id);
                if let Some(window) = open.as_mut().filter(|_| is_spam) {
                    window.end = Some(End { at, kind: EndKind::Spam });
                }
            }
            Step::Said(_, said) if said.voice == Voice::Person && !said.is_withdrawn => {
                done.extend(
                    open.take()
                        .map(|window| Clock { end: Some(End { at, kind: EndKind::Answered }), ..window }),
                );
            }
            Step::Said(..) => {}
            Step::Did(deed) => {
                is_spam = deed == Deed::MarkedSpam;
                let kind = match deed {
                    Deed::Opened | Deed::Snoozed { .. } => None,
                    Deed::Closed => Some(EndKind::Closed),
                    Deed::MarkedSpam => Some(EndKind::Spam),
                };
                if let Some(window) = &mut open {
                    window.end = kind.map(|kind| window.end.unwrap_or(End { at, kind }));
                }
            }
        }
    }
    done.extend(open);
    done.retain(|window| window.end != Some(End { at: window.start.at, kind: EndKind::Spam }));
    done
}

/// The window that a buyer's message opens.
fn window(story: &Story, applied: &[Applied<'_>], at: DateTime<Utc>, id: &str) -> Option<Clock> {
    let draft = Draft::new(ClockKind::Window, at, id, false);
    let terms = in_force(applied, &draft)?;
    let after_buyer = at.checked_add_signed(terms.terms.window?.length());
    Some(Clock {
        kind: ClockKind::Window,
        start: draft.start,
        target: None,
        version: Some(terms.version),
        pauses: Vec::new(),
        due_at: after_buyer.max(story.free_until),
        end: None,
    })
}

/// A window that a newer message of the buyer has replaced; only one that had closed by then, or was over, was one of
/// its own.
fn overtaken(mut window: Clock, at: DateTime<Utc>) -> Option<Clock> {
    if window.end.is_none() {
        let due = window.due_at.filter(|due| *due < at)?;
        window.end = Some(End { at: due, kind: EndKind::Expired });
    }
    Some(window)
}

/// The clock of a promise: the next message of a person after it was made, and after the one that says it.
fn kept(story: &Story, id: &str, promise: &Promise) -> Clock {
    let said = promise.said_in.as_ref();
    let after = match said {
        // Until the marketplace shows the message that makes it, none can keep it.
        Some(said) => story.utterances.get(said).map(|it| (it.at, it.sort_key.as_str())),
        None => Some((promise.at, "")),
    };
    let is_later = |it: &super::story::Utterance| match (said, after) {
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
