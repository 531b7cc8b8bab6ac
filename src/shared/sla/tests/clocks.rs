use super::super::calendar::Calendar;
use super::super::clocks::{Applied, Clock, ClockKind, EndKind, Goal, Standing, Terms, clocks, nearest};
use super::super::count::{PauseReason, Target, TimeKind, deadline};
use super::super::story::{
    Deed, DeedAt, Halt, Known, Promise, RatedAnswers, Rating, Story, Utterance, Voice, WindowRule,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::num::NonZeroU32;

/// Stories happen in ticks of a minute; imported history ends here.
const CLOCK_FROM: i64 = 10;
/// No story is longer.
const END: i64 = 80;

fn tick(tick: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_996_800 + tick * 60, 0).expect("an instant")
}

fn minutes(minutes: u32) -> NonZeroU32 {
    NonZeroU32::new(minutes).expect("some minutes")
}

fn terms() -> Terms {
    let goal = |minutes, paused_by: &[PauseReason]| {
        Some(Goal { target: Target::wall(minutes), paused_by: paused_by.to_vec() })
    };
    Terms {
        first_reply: goal(10, &[PauseReason::Snoozed]),
        next_reply: goal(20, &[PauseReason::Snoozed, PauseReason::ByHand]),
        resolution: goal(40, &[PauseReason::Snoozed, PauseReason::WaitsForBuyer]),
        rating: Some(Rating { within_minutes: minutes(24), answers: RatedAnswers::Each }),
        window: Some(WindowRule { after_buyer_minutes: minutes(30) }),
    }
}

fn said(id: i64, at: i64, voice: Voice) -> Known {
    let utterance = Utterance { at: tick(at), sort_key: format!("{id:04}"), voice, is_withdrawn: false };
    Known::Said { id: format!("m{id:04}"), utterance }
}

fn did(id: i64, at: i64, deed: Deed) -> Known {
    Known::Did { id: format!("d{id:04}"), deed: DeedAt { at: tick(at), deed, seen_up_to: None } }
}

fn told(known: impl IntoIterator<Item = Known>) -> Story {
    let mut story = Story::new(tick(CLOCK_FROM));
    known.into_iter().for_each(|it| story.learn(it));
    story
}

fn clocks_of(story: &Story) -> Vec<Clock> {
    let (terms, calendar) = (terms(), Calendar::always());
    clocks(story, &[applied(0, 1, &terms, &calendar)])
}

fn applied<'a>(at: i64, version: i32, terms: &'a Terms, calendar: &'a Calendar) -> Applied<'a> {
    Applied { at: tick(at), version, reaches_running: false, terms, calendar }
}

/// What there is of a kind: start, deadline and end, in ticks.
type Told = (i64, Option<i64>, Option<(i64, EndKind)>);

fn of_kind(kind: ClockKind, clocks: &[Clock]) -> Vec<Told> {
    let ticks = |at: DateTime<Utc>| (at - tick(0)).num_minutes();
    let told = |clock: &Clock| {
        (ticks(clock.start.at), clock.due_at.map(ticks), clock.end.map(|end| (ticks(end.at), end.kind)))
    };
    clocks.iter().filter(|clock| clock.kind == kind).map(told).collect()
}

fn answered(at: i64) -> Option<(i64, EndKind)> {
    Some((at, EndKind::Answered))
}

// --- Examples ------------------------------------------------------------------------------------------------------

#[test]
fn a_turn_waits_from_its_oldest_message() {
    use Voice::*;
    let messages = [(10, Buyer), (12, Buyer), (15, Person), (20, Buyer), (21, Marketplace), (30, Buyer)];
    let clocks = clocks_of(&told(messages.iter().map(|(at, voice)| said(*at, *at, *voice))));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(10, Some(20), answered(15))]);
    assert_eq!(of_kind(ClockKind::NextReply, &clocks), [(20, Some(40), None)]);
    assert_eq!(of_kind(ClockKind::Rating, &clocks), [(10, Some(34), answered(15)), (20, Some(44), None)]);
    // The window reopens with every message of the buyer.
    assert_eq!(of_kind(ClockKind::Window, &clocks), [(12, Some(42), answered(15)), (30, Some(60), None)]);
    assert_eq!(nearest(&clocks, tick(31)), Some((ClockKind::NextReply, tick(40))));
}

#[test]
fn automatic_answers_satisfy_the_marketplace_alone() {
    let messages = [said(1, 10, Voice::Buyer), said(2, 11, Voice::Automatic)];
    let clocks = clocks_of(&told(messages));
    assert_eq!(of_kind(ClockKind::Rating, &clocks), [(10, Some(34), Some((11, EndKind::Acknowledged)))]);
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(10, Some(20), None)]);
    assert_eq!(of_kind(ClockKind::Window, &clocks), [(10, Some(40), None)]);
    let rating = clocks.iter().find(|clock| clock.kind == ClockKind::Rating).expect("a clock");
    assert_eq!(rating.standing(tick(70)), Standing::Met);
}

#[test]
fn imported_history_opens_no_clock_and_is_remembered() {
    let old = [said(1, 1, Voice::Buyer), said(2, 9, Voice::Buyer)];
    assert_eq!(clocks_of(&told(old.clone())), []);
    // A new message is waited for from itself on: what lay there before is late already and no fault of today.
    let clocks = clocks_of(&told(old.into_iter().chain([said(3, 30, Voice::Buyer)])));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(30, Some(40), None)]);
    // Of a talk that was answered in its imported part, the next answer is not the first.
    let answered = [said(1, 1, Voice::Buyer), said(2, 2, Voice::Person), said(3, 30, Voice::Buyer)];
    assert_eq!(of_kind(ClockKind::NextReply, &clocks_of(&told(answered))), [(30, Some(50), None)]);
}

#[test]
fn a_greeting_of_ours_answers_nobody() {
    let messages = [said(1, 10, Voice::Person), said(2, 20, Voice::Buyer)];
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks_of(&told(messages))), [(20, Some(30), None)]);
}

#[test]
fn putting_off_pauses_what_its_goal_says_until_the_buyer_writes() {
    let until = tick(50);
    let known = [said(1, 10, Voice::Buyer), did(1, 15, Deed::Snoozed { until })];
    let clocks = clocks_of(&told(known.clone()));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(10, Some(55), None)]);
    assert_eq!(of_kind(ClockKind::Rating, &clocks), [(10, Some(34), None)], "no marketplace waits");
    let clocks = clocks_of(&told(known.into_iter().chain([said(2, 20, Voice::Buyer)])));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(10, Some(25), None)]);
}

#[test]
fn closing_ends_a_turn_and_the_next_message_begins_one() {
    let known = [said(1, 10, Voice::Buyer), did(1, 12, Deed::Closed), said(2, 40, Voice::Buyer)];
    let clocks = clocks_of(&told(known));
    assert_eq!(
        of_kind(ClockKind::FirstReply, &clocks),
        [(10, Some(20), Some((12, EndKind::Closed))), (40, Some(50), None)]
    );
    let dropped = clocks.iter().find(|clock| clock.kind == ClockKind::FirstReply).expect("a clock");
    assert_eq!(dropped.standing(tick(70)), Standing::Dropped);
    // The way to a solution goes on where it stopped.
    assert_eq!(of_kind(ClockKind::Resolution, &clocks), [(10, Some(10 + 40 + 28), None)]);
    // The marketplace does not know that nothing was to be answered.
    assert_eq!(of_kind(ClockKind::Rating, &clocks), [(10, Some(34), None)]);
}

#[test]
fn a_message_that_was_still_on_its_way_was_not_closed_with_the_chat() {
    let close = |seen| Known::Did {
        id: "d".to_owned(),
        deed: DeedAt { at: tick(20), deed: Deed::Closed, seen_up_to: Some(tick(seen)) },
    };
    let closed = |seen| {
        let known = [said(1, 10, Voice::Buyer), said(2, 18, Voice::Buyer), close(seen)];
        of_kind(ClockKind::FirstReply, &clocks_of(&told(known)))
    };
    // Seen: both need no answer. Not seen: the second one waits, from its own time on.
    assert_eq!(closed(18), [(10, Some(20), Some((20, EndKind::Closed)))]);
    assert_eq!(closed(10), [(10, Some(20), Some((18, EndKind::Closed))), (18, Some(28), None)]);
}

#[test]
fn opened_again_by_hand_a_turn_goes_on() {
    let known = [said(1, 10, Voice::Buyer), did(1, 12, Deed::Closed), did(2, 40, Deed::Opened)];
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks_of(&told(known))), [(10, Some(48), None)]);
}

#[test]
fn an_answer_sent_with_the_closing_is_an_answer() {
    let known = [said(1, 10, Voice::Buyer), did(1, 12, Deed::Closed), said(2, 13, Voice::Person)];
    let clocks = clocks_of(&told(known));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(10, Some(21), answered(13))]);
    assert_eq!(of_kind(ClockKind::Resolution, &clocks), [(10, Some(50), Some((12, EndKind::Closed)))]);
}

#[test]
fn spam_is_waited_for_by_nobody_unless_it_was_none() {
    let known = [did(1, 10, Deed::MarkedSpam), said(1, 12, Voice::Buyer)];
    let ours = |clocks: &[Clock]| -> Vec<ClockKind> { clocks.iter().map(|clock| clock.kind).collect() };
    assert_eq!(ours(&clocks_of(&told(known.clone()))), [ClockKind::Rating]);
    let clocks = clocks_of(&told(known.into_iter().chain([did(2, 20, Deed::Opened)])));
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks), [(12, Some(30), None)]);
}

#[test]
fn a_window_that_was_missed_is_missed_though_another_opens() {
    let messages = [said(1, 10, Voice::Buyer), said(2, 45, Voice::Buyer)];
    let mut story = told(messages);
    let clocks = clocks_of(&story);
    assert_eq!(
        of_kind(ClockKind::Window, &clocks),
        [(10, Some(40), Some((40, EndKind::Expired))), (45, Some(75), None)]
    );
    let missed = clocks.iter().find(|clock| clock.kind == ClockKind::Window).expect("a clock");
    assert_eq!(missed.standing(tick(70)), Standing::Missed { at: tick(40) });
    // What cannot be done any more is not pressing.
    assert_eq!(nearest(&clocks[clocks.len() - 1..], tick(75)), None);
    story.free_until = Some(tick(60));
    assert_eq!(of_kind(ClockKind::Window, &clocks_of(&story)), [(45, Some(75), None)]);
}

#[test]
fn what_moderation_withdraws_answers_nobody() {
    let mut story = told([said(1, 10, Voice::Buyer), said(2, 12, Voice::Person)]);
    story.utterances.get_mut("m0002").expect("the answer").is_withdrawn = true;
    assert_eq!(of_kind(ClockKind::FirstReply, &clocks_of(&story)), [(10, Some(20), None)]);
    assert_eq!(of_kind(ClockKind::Rating, &clocks_of(&story)), [(10, Some(34), None)]);
}

#[test]
fn a_promise_is_kept_by_the_message_after_the_one_that_makes_it() {
    let promise = |said_in: Option<&str>| Known::Promised {
        id: "p".to_owned(),
        promise: Promise {
            at: tick(12),
            until: tick(60),
            said_in: said_in.map(str::to_owned),
            withdrawn_at: None,
        },
    };
    let messages = || [said(1, 10, Voice::Buyer), said(2, 13, Voice::Person)];
    let kept = |said_in, more: Option<Known>| {
        let known = messages().into_iter().chain([promise(said_in)]).chain(more);
        of_kind(ClockKind::Promise, &clocks_of(&told(known)))
    };
    assert_eq!(kept(Some("m0002"), None), [(12, Some(60), None)]);
    assert_eq!(kept(None, None), [(12, Some(60), answered(13))]);
    assert_eq!(kept(Some("m0002"), Some(said(3, 40, Voice::Person))), [(12, Some(60), answered(40))]);
    assert_eq!(kept(Some("not there yet"), Some(said(3, 40, Voice::Person))), [(12, Some(60), None)]);
}

#[test]
fn a_marketplace_that_rates_first_answers_rates_no_others() {
    let mut terms = terms();
    terms.rating = Some(Rating { within_minutes: minutes(24), answers: RatedAnswers::First });
    let calendar = Calendar::always();
    let messages = [said(1, 10, Voice::Buyer), said(2, 12, Voice::Automatic), said(3, 20, Voice::Buyer)];
    let clocks = clocks(&told(messages), &[applied(0, 1, &terms, &calendar)]);
    assert_eq!(of_kind(ClockKind::Rating, &clocks), [(10, Some(34), Some((12, EndKind::Acknowledged)))]);
}

#[test]
fn an_edited_policy_reaches_new_turns_and_running_ones_when_it_says_so() {
    let stricter = Terms {
        next_reply: Some(Goal { target: Target::wall(5), paused_by: Vec::new() }),
        first_reply: Some(Goal { target: Target::wall(5), paused_by: Vec::new() }),
        ..terms()
    };
    let (terms, calendar) = (terms(), Calendar::always());
    let story = told([said(1, 10, Voice::Buyer), said(2, 40, Voice::Person), said(3, 45, Voice::Buyer)]);
    let edited = |reaches_running, at| {
        let later = Applied { reaches_running, ..applied(at, 2, &stricter, &calendar) };
        let clocks = clocks(&story, &[later, applied(0, 1, &terms, &calendar)]);
        (of_kind(ClockKind::FirstReply, &clocks), of_kind(ClockKind::NextReply, &clocks))
    };
    assert_eq!(edited(false, 20), (vec![(10, Some(20), answered(40))], vec![(45, Some(50), None)]));
    assert_eq!(edited(true, 20), (vec![(10, Some(15), answered(40))], vec![(45, Some(50), None)]));
    // The past stays as it was.
    assert_eq!(edited(true, 42), (vec![(10, Some(20), answered(40))], vec![(45, Some(50), None)]));
    assert_eq!(edited(false, 50), (vec![(10, Some(20), answered(40))], vec![(45, Some(65), None)]));
}

#[test]
fn a_breach_has_the_instant_of_the_deadline() {
    let clocks = clocks_of(&told([said(1, 10, Voice::Buyer), said(2, 50, Voice::Person)]));
    let reply = clocks.iter().find(|clock| clock.kind == ClockKind::FirstReply).expect("a clock");
    assert_eq!(reply.standing(tick(70)), Standing::Missed { at: tick(20) });
    let running = clocks_of(&told([said(1, 10, Voice::Buyer)]));
    let reply = running.iter().find(|clock| clock.kind == ClockKind::FirstReply).expect("a clock");
    assert_eq!(reply.standing(tick(20)), Standing::Left(TimeDelta::zero()));
    assert_eq!(reply.standing(tick(21)), Standing::Over(TimeDelta::minutes(1)));
    assert_eq!(reply.breached_at(tick(70)), Some(tick(20)));
    assert_eq!(reply.elapsed(&Calendar::always(), tick(17)), TimeDelta::minutes(7));
}

// --- Whatever may come ---------------------------------------------------------------------------------------------

fn any_voice() -> impl Strategy<Value = Voice> {
    use Voice::*;
    proptest::sample::select(vec![Buyer, Buyer, Buyer, Person, Person, Automatic, Marketplace])
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => Just(Deed::Opened),
        3 => (0..END).prop_map(|until| Deed::Snoozed { until: tick(until) }),
        3 => Just(Deed::Closed),
        1 => Just(Deed::MarkedSpam),
    ]
}

/// Events under their names, at any time, also at the same one.
fn any_known() -> impl Strategy<Value = Vec<Known>> {
    let messages = proptest::collection::vec((0..60i64, any_voice(), 0..10u8), 0..12);
    let seen = proptest::option::weighted(0.4, 0..60i64);
    let deeds = proptest::collection::vec((0..60i64, any_deed(), seen), 0..6);
    let halts = proptest::collection::vec((0..60i64, proptest::option::of(0..60i64)), 0..2);
    let promises = proptest::collection::vec((0..60i64, 0..END, proptest::option::of(0..12i64)), 0..2);
    (messages, deeds, halts, promises).prop_map(|(messages, deeds, halts, promises)| {
        let messages = messages.into_iter().enumerate().map(|(id, (at, voice, withdrawn))| {
            match said(id as i64, at, voice) {
                Known::Said { id, utterance } => {
                    Known::Said { id, utterance: Utterance { is_withdrawn: withdrawn == 0, ..utterance } }
                }
                other => other,
            }
        });
        let deeds = deeds.into_iter().enumerate().map(|(id, (at, deed, seen))| Known::Did {
            id: format!("d{id:04}"),
            deed: DeedAt { at: tick(at), deed, seen_up_to: seen.map(tick) },
        });
        let halts = halts.into_iter().enumerate().map(|(id, (from, length))| {
            let halt = Halt { from: tick(from), to: length.map(|length| tick(from + length)) };
            Known::Halted { id: format!("h{id}"), halt }
        });
        let promises = promises.into_iter().enumerate().map(|(id, (at, until, said_in))| {
            let said_in = said_in.map(|id| format!("m{id:04}"));
            let promise = Promise { at: tick(at), until: tick(until), said_in, withdrawn_at: None };
            Known::Promised { id: format!("p{id}"), promise }
        });
        messages.chain(deeds).chain(halts).chain(promises).collect()
    })
}

/// When something happened.
fn time_of(known: &Known) -> DateTime<Utc> {
    match known {
        Known::Said { utterance, .. } => utterance.at,
        Known::Did { deed, .. } => deed.at,
        Known::Promised { promise, .. } => promise.at,
        Known::Halted { halt, .. } => halt.from,
    }
}

/// The same question answered from definitions, for one instant at a time and without any state.
struct Oracle<'a> {
    /// In the order of the marketplace.
    messages: Vec<&'a Utterance>,
    /// With the minute in which each takes effect, and whether that is before the messages of the minute.
    deeds: Vec<(DateTime<Utc>, bool, Deed)>,
}

impl<'a> Oracle<'a> {
    fn new(story: &'a Story) -> Self {
        let mut messages: Vec<&Utterance> = story.utterances.values().collect();
        messages.sort_by_key(|it| (it.at, it.sort_key.clone()));
        let mut done: Vec<&DeedAt> = story.deeds.values().collect();
        done.sort_by_key(|it| it.at);
        let effect = |it: &&DeedAt| {
            let answered =
                messages.iter().rfind(|message| message.voice == Voice::Person && message.at <= it.at);
            let not_meant = |message: &&&Utterance| {
                message.voice == Voice::Buyer
                    && it.deed != Deed::MarkedSpam
                    && it.seen_up_to.is_some_and(|seen| message.at > seen)
                    && answered.is_none_or(|answered| message.at > answered.at)
            };
            let unseen = messages.iter().find(not_meant).map(|message| message.at);
            match unseen.filter(|unseen| *unseen <= it.at) {
                Some(unseen) => (unseen, true, it.deed),
                None => (it.at, false, it.deed),
            }
        };
        let mut deeds: Vec<_> = done.iter().map(effect).collect();
        deeds.sort_by_key(|(at, is_before, _)| (*at, !is_before));
        Oracle { messages, deeds }
    }

    /// What people have made of the chat when the first so many messages are there.
    fn work(
        &self,
        messages: usize,
        is_done: impl Fn(DateTime<Utc>, bool) -> bool,
        now: DateTime<Utc>,
    ) -> Deed {
        let last = self.deeds.iter().rfind(|(at, is_before, _)| is_done(*at, *is_before));
        let Some((done_at, is_before, deed)) = last else { return Deed::Opened };
        let is_after = |at: DateTime<Utc>| at > *done_at || *is_before && at == *done_at;
        let is_back = self.messages[..messages].iter().any(|it| it.voice == Voice::Buyer && is_after(it.at));
        match *deed {
            Deed::Closed | Deed::Snoozed { .. } if is_back => Deed::Opened,
            Deed::Snoozed { until } if until <= now => Deed::Opened,
            deed => deed,
        }
    }

    fn work_at(&self, now: DateTime<Utc>) -> Deed {
        let messages = self.messages.partition_point(|it| it.at <= now);
        self.work(messages, |at, _| at <= now, now)
    }

    fn answered(&self, index: usize, now: DateTime<Utc>, voices: &[Voice]) -> bool {
        let later = self.messages[index + 1..].iter().filter(|it| it.at <= now);
        later.clone().any(|it| voices.contains(&it.voice) && !it.is_withdrawn)
    }

    /// A later message of the buyer found the chat closed.
    fn dismissed(&self, index: usize, now: DateTime<Utc>) -> bool {
        let later = self.messages.iter().enumerate().skip(index + 1).filter(|(_, it)| it.at <= now);
        later.filter(|(_, it)| it.voice == Voice::Buyer).any(|(place, it)| {
            let is_done = |at, is_before| at < it.at || is_before && at == it.at;
            self.work(place, is_done, it.at) == Deed::Closed
        })
    }

    fn waiting(&self, now: DateTime<Utc>) -> impl Iterator<Item = usize> {
        let is_waiting = move |(_, it): &(usize, &&Utterance)| {
            it.voice == Voice::Buyer && it.at >= tick(CLOCK_FROM) && it.at <= now
        };
        self.messages
            .iter()
            .enumerate()
            .filter(is_waiting)
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The message that a reply is waited for since.
    fn reply(&self, now: DateTime<Utc>) -> Option<usize> {
        if matches!(self.work_at(now), Deed::Closed | Deed::MarkedSpam) {
            return None;
        }
        self.waiting(now)
            .find(|index| !self.answered(*index, now, &[Voice::Person]) && !self.dismissed(*index, now))
    }

    fn rating(&self, now: DateTime<Utc>) -> Option<usize> {
        self.waiting(now).find(|index| !self.answered(*index, now, &[Voice::Person, Voice::Automatic]))
    }

    fn resolution(&self, now: DateTime<Utc>) -> Option<usize> {
        let first = self.waiting(now).next()?;
        (!matches!(self.work_at(now), Deed::Closed | Deed::MarkedSpam)).then_some(first)
    }

    /// Whether an answer was given before the message.
    fn is_next(&self, index: usize) -> bool {
        let first = self.messages.iter().position(|it| it.voice == Voice::Buyer);
        let before = first.map(|first| &self.messages[first..index]);
        before.is_some_and(|before| before.iter().any(|it| it.voice == Voice::Person && !it.is_withdrawn))
    }
}

/// The clock of some kinds that runs at an instant, and whether it is paused then for a reason.
fn running<'a>(clocks: &'a [Clock], kinds: &[ClockKind], now: DateTime<Utc>) -> Option<&'a Clock> {
    let is_running = |clock: &&Clock| {
        let is_over = clock.end.is_some_and(|end| end.at <= now);
        let is_gap = clock.pauses.iter().any(|pause| {
            matches!(pause.reason, PauseReason::Closed | PauseReason::Spam)
                && pause.from <= now
                && pause.to.is_none_or(|to| now < to)
        });
        kinds.contains(&clock.kind) && clock.start.at <= now && !is_over && !is_gap
    };
    let mut running = clocks.iter().filter(is_running);
    let first = running.next();
    assert!(running.next().is_none(), "one at a time");
    first
}

fn is_paused(clock: &Clock, reason: PauseReason, now: DateTime<Utc>) -> bool {
    let covers = |it: &&super::super::count::Pause| it.from <= now && it.to.is_none_or(|to| now < to);
    clock.pauses.iter().filter(|pause| pause.reason == reason).any(|pause| covers(&pause))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn clocks_are_what_their_definitions_say_at_every_instant(known in any_known()) {
        let story = told(known);
        let clocks = clocks_of(&story);
        let oracle = Oracle::new(&story);
        for now in (0..END).map(tick) {
            let at = |index: Option<usize>| index.map(|index| oracle.messages[index].at);
            let started = |clock: Option<&Clock>| clock.map(|clock| clock.start.at);
            let replies = [ClockKind::FirstReply, ClockKind::NextReply];
            let reply = running(&clocks, &replies, now);
            prop_assert_eq!(started(reply), at(oracle.reply(now)), "reply at {}", now);
            if let (Some(reply), Some(index)) = (reply, oracle.reply(now)) {
                let is_next = reply.kind == ClockKind::NextReply;
                prop_assert_eq!(is_next, oracle.is_next(index));
                let is_snoozed = matches!(oracle.work_at(now), Deed::Snoozed { .. });
                prop_assert_eq!(is_paused(reply, PauseReason::Snoozed, now), is_snoozed, "snoozed at {}", now);
            }
            let rating = running(&clocks, &[ClockKind::Rating], now);
            prop_assert_eq!(started(rating), at(oracle.rating(now)), "rating at {}", now);
            let resolution = running(&clocks, &[ClockKind::Resolution], now);
            prop_assert_eq!(started(resolution), at(oracle.resolution(now)), "resolution at {}", now);
        }
    }

    #[test]
    fn any_order_of_arrival_gives_the_same_clocks(
        known in any_known().prop_flat_map(|known| (Just(known.clone()), Just(known).prop_shuffle())),
        again in 0..6usize,
    ) {
        let (known, shuffled) = known;
        // Told in order, looked at after every event as a process does that may be started anew any time.
        let mut in_order = known;
        in_order.sort_by_key(time_of);
        let replayed = told(in_order.clone());
        let mut story = Story::new(tick(CLOCK_FROM));
        for (index, event) in shuffled.iter().enumerate() {
            story.learn(event.clone());
            if index % 6 == again {
                // Kept, read again, and told once more.
                let text = serde_json::to_string(&story).expect("JSON");
                story = serde_json::from_str(&text).expect("a story");
                story.learn(shuffled[index / 2].clone());
            }
        }
        prop_assert_eq!(clocks_of(&story), clocks_of(&replayed));
        let (terms, strict, calendar) = (terms(), Terms { next_reply: None, ..terms() }, Calendar::always());
        let mut policies = [
            applied(0, 1, &terms, &calendar),
            applied(30, 2, &strict, &calendar),
            Applied { reaches_running: true, ..applied(40, 3, &terms, &calendar) },
        ];
        let expected = clocks(&replayed, &policies);
        policies.reverse();
        prop_assert_eq!(clocks(&story, &policies), expected);
    }

    #[test]
    fn what_was_answered_stays_as_it_was(known in any_known(), now in 0..60i64) {
        let is_over = |clock: &&Clock| {
            let kind = clock.end.map(|end| end.kind);
            matches!(kind, Some(EndKind::Answered | EndKind::Acknowledged | EndKind::Expired))
                && clock.kind != ClockKind::Promise
        };
        let until_now = told(known.iter().filter(|it| time_of(it) <= tick(now)).cloned());
        let all = clocks_of(&told(known));
        for clock in clocks_of(&until_now).iter().filter(is_over) {
            prop_assert!(all.contains(clock), "{:?} is not among {:?}", clock, all);
        }
    }

    #[test]
    fn automatic_answers_move_the_rating_alone(known in any_known(), at in 0..60i64) {
        let others = |story: &Story| -> Vec<Clock> {
            clocks_of(story).into_iter().filter(|clock| clock.kind != ClockKind::Rating).collect()
        };
        let mut story = told(known);
        let before = others(&story);
        story.learn(said(900, at, Voice::Automatic));
        prop_assert_eq!(others(&story), before);
    }

    #[test]
    fn nothing_we_do_moves_the_marketplaces_clock(known in any_known()) {
        let ratings = |story: &Story| -> Vec<Clock> {
            clocks_of(story).into_iter().filter(|clock| clock.kind == ClockKind::Rating).collect()
        };
        let mut story = told(known);
        let before = ratings(&story);
        story.deeds.clear();
        story.halts.clear();
        story.promises.clear();
        prop_assert_eq!(ratings(&story), before);
    }

    #[test]
    fn no_clock_starts_in_imported_history(known in any_known()) {
        let story = told(known);
        let mut old = story.clone();
        old.utterances.retain(|_, it| it.at < tick(CLOCK_FROM));
        old.promises.clear();
        prop_assert_eq!(clocks_of(&old), []);
        let started = clocks_of(&story);
        let ours = started.iter().filter(|clock| clock.kind != ClockKind::Promise);
        prop_assert!(ours.clone().all(|clock| clock.start.at >= tick(CLOCK_FROM)));
    }

    #[test]
    fn deadlines_follow_from_what_explains_them(known in any_known()) {
        let calendar = Calendar::always();
        for clock in clocks_of(&told(known)) {
            let Some(target) = clock.target else { continue };
            prop_assert_eq!(clock.due_at, deadline(clock.start.at, target, &calendar, &clock.pauses));
            let Some(end) = clock.end else { continue };
            // What ends in a pause that began at the deadline is late and has used no more than its target.
            let used = clock.elapsed(&calendar, end.at);
            let is_late = clock.breached_at(end.at).is_some();
            let has_room = if is_late { used >= target.length() } else { used <= target.length() };
            prop_assert!(has_room, "{:?}", clock);
            prop_assert!(target.time == TimeKind::Wall && clock.pauses.iter().all(|it| it.from >= clock.start.at));
        }
    }
}
