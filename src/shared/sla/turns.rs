//! The clocks that follow from reading a story from its beginning: replies, ratings, the way to a solution.

use super::clocks::{Applied, Clock, ClockKind, End, EndKind, Goal, Start, in_force};
use super::count::{Pause, PauseReason, Target, TimeKind, deadline};
use super::story::{Deed, RatedAnswers, Rating, Step, Story, Voice};
use chrono::{DateTime, Utc};

/// The clocks of replies, ratings and the way to a solution.
pub(super) fn clocks(story: &Story, applied: &[Applied<'_>]) -> Vec<Clock> {
    let drafts = Reading::new(story).read();
    let clock = |draft: &Draft| draft.clock(&in_force(applied, draft.start.at, draft.end)?, story);
    drafts.iter().filter_map(clock).collect()
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
