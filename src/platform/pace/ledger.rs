//! The rules of one account's line: when a call may leave, what a pause stops, when a breaker opens and closes. Pure:
//! time comes in as an argument, and whoever keeps the ledger (memory, Postgres) sees to it that changes do not overlap.

use super::{Class, Rates, Refused};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Failures in a row, over at least `FAILING_FOR`, that open the breaker. A fifth of all calls may fail without that.
const FAILURES: u32 = 10;
const FAILING_FOR: TimeDelta = TimeDelta::seconds(5);
/// The first rest; each probe that fails doubles it.
const FIRST_REST: TimeDelta = TimeDelta::seconds(5);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);
/// No call lasts longer: a probe older than this has died with its process.
const LONGEST_PROBE: TimeDelta = TimeDelta::seconds(40);
/// How long others wait while a probe is under way, and after one that nobody waited for.
const WHILE_PROBED: TimeDelta = TimeDelta::seconds(1);
/// Nobody is obeyed for longer than this: a wrong header must not silence a shop for a day.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(900);
/// Slots are never taken so far ahead; a ledger that says so was written by another clock.
const HORIZON: TimeDelta = TimeDelta::seconds(10);
/// The name under which the whole account pauses.
const WHOLE_ACCOUNT: &str = "";

/// What is known of one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ledger {
    /// The next free slot for any call.
    next_read: Option<DateTime<Utc>>,
    /// The next free slot that only sends may take.
    next_send: Option<DateTime<Utc>>,
    /// Until when the account, or one method of it, keeps quiet.
    pauses: BTreeMap<String, DateTime<Utc>>,
    /// Calls in a row that failed.
    pub failures: u32,
    pub failing_since: Option<DateTime<Utc>>,
    /// The open breaker.
    pub rest: Option<Rest>,
}

/// The breaker is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// When the next call may try.
    pub until: DateTime<Utc>,
    /// How long this rest is.
    seconds: i64,
    /// Since when one call is trying.
    probed_since: Option<DateTime<Utc>>,
}

/// A call that wants to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want {
    pub class: Class,
    pub method: &'static str,
    /// Earlier slots would come too late: the caller has been told of one too late before.
    pub lead: TimeDelta,
}

/// When a call may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub at: DateTime<Utc>,
    /// The call tries whether the marketplace is back.
    pub is_probe: bool,
}

/// What a note about a call has done to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    Opened,
    Closed,
}

impl Ledger {
    /// Gives slots, in the order of the wishes.
    pub fn serve(&mut self, now: DateTime<Utc>, rates: Rates, wants: &[Want]) -> Vec<Result<Slot, Refused>> {
        self.come_to_senses(now);
        wants.iter().map(|want| self.serve_one(now, rates, *want)).collect()
    }

    fn serve_one(&mut self, now: DateTime<Utc>, rates: Rates, want: Want) -> Result<Slot, Refused> {
        if let Some(left) = self.pause_left(now, want.method) {
            return Err(Refused::Paused(left));
        }
        let is_probe = match &mut self.rest {
            None => false,
            Some(rest) if rest.until > now => return Err(Refused::Resting(length(rest.until - now))),
            Some(rest) if rest.probed_since.is_some() => return Err(Refused::Resting(length(WHILE_PROBED))),
            Some(rest) => {
                rest.probed_since = Some(now);
                true
            }
        };
        Ok(Slot { at: self.slot(now + want.lead, rates, want.class), is_probe })
    }

    /// The next slot of a class. A send takes its own or everybody's, whichever comes first.
    fn slot(&mut self, earliest: DateTime<Utc>, rates: Rates, class: Class) -> DateTime<Utc> {
        let read = self.next_read.map_or(earliest, |next| next.max(earliest));
        let send = self.next_send.map_or(earliest, |next| next.max(earliest));
        if class == Class::Send && send <= read {
            self.next_send = Some(send + gap(rates.sends));
            send
        } else {
            self.next_read = Some(read + gap(rates.reads));
            read
        }
    }

    fn pause_left(&self, now: DateTime<Utc>, method: &str) -> Option<Duration> {
        let until = [WHOLE_ACCOUNT, method].into_iter().filter_map(|name| self.pauses.get(name)).max()?;
        Some(length(*until - now))
    }

    /// Keeps the account, or one method of it, quiet. A shorter pause does not end a longer one.
    pub fn pause(&mut self, now: DateTime<Utc>, method: Option<&str>, pause: Duration) {
        let pause = TimeDelta::from_std(pause).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE));
        let until = self.pauses.entry(method.unwrap_or(WHOLE_ACCOUNT).to_owned()).or_insert(now);
        *until = (now + pause).max(*until);
    }

    /// A call found nobody, or nothing sensible came back.
    pub fn fail(&mut self, now: DateTime<Utc>, was_probe: bool) -> Turn {
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        match &mut self.rest {
            Some(rest) if was_probe => {
                rest.seconds = (rest.seconds * 2).min(LONGEST_REST.num_seconds());
                rest.until = now + TimeDelta::seconds(rest.seconds);
                rest.probed_since = None;
                Turn::None
            }
            // Begun before the breaker opened.
            Some(_) => Turn::None,
            None if self.failures >= FAILURES && now - since >= FAILING_FOR => {
                let seconds = FIRST_REST.num_seconds();
                self.rest = Some(Rest { until: now + FIRST_REST, seconds, probed_since: None });
                Turn::Opened
            }
            None => Turn::None,
        }
    }

    /// A call was answered in words, whatever the words were.
    pub fn succeed(&mut self) -> Turn {
        self.failures = 0;
        self.failing_since = None;
        if self.rest.take().is_some() { Turn::Closed } else { Turn::None }
    }

    /// Nobody waits for the answer of a probe any more: it has told nothing, and another one may try.
    pub fn abandon_probe(&mut self, now: DateTime<Utc>) {
        if let Some(rest) = &mut self.rest {
            rest.until = now + WHILE_PROBED;
            rest.probed_since = None;
        }
    }

    /// Whether calls have failed since the last one that was answered.
    pub fn is_failing(&self) -> bool {
        self.failures > 0 || self.rest.is_some()
    }

    /// Forgets what is over, and instants that no clock of ours can have written.
    fn come_to_senses(&mut self, now: DateTime<Utc>) {
        self.pauses.retain(|_, until| *until > now);
        for until in self.pauses.values_mut() {
            *until = (*until).min(now + LONGEST_PAUSE);
        }
        for next in [&mut self.next_read, &mut self.next_send].into_iter().flatten() {
            if *next > now + HORIZON {
                *next = now + TimeDelta::seconds(1);
            }
        }
        if let Some(rest) = &mut self.rest {
            rest.until = rest.until.min(now + LONGEST_REST);
            if rest.probed_since.is_some_and(|since| now - since >= LONGEST_PROBE) {
                rest.probed_since = None;
            }
        }
    }
}

/// The distance of slots, rounded up: rounded down, there would be one too many in a second.
fn gap(per_second: u32) -> TimeDelta {
    TimeDelta::microseconds(i64::from(1_000_000_u32.div_ceil(per_second.max(1))))
}

fn length(delta: TimeDelta) -> Duration {
    delta.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATES: Rates = Rates { reads: 43, sends: 3 };
    const READ: Want = Want { class: Class::Read, method: "/list", lead: TimeDelta::zero() };
    const SEND: Want = Want { class: Class::Send, method: "/send", lead: TimeDelta::zero() };

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn one(ledger: &mut Ledger, now: DateTime<Utc>, want: Want) -> Result<Slot, Refused> {
        ledger.serve(now, RATES, &[want]).remove(0)
    }

    fn open_breaker() -> Ledger {
        let mut ledger = Ledger::default();
        for second in 0..9 {
            assert_eq!(ledger.fail(at(second * 1_000), false), Turn::None);
        }
        assert_eq!(ledger.fail(at(9_000), false), Turn::Opened);
        ledger
    }

    #[test]
    fn slots_are_evenly_spaced_and_an_idle_line_saves_none_up() {
        let mut ledger = Ledger::default();
        let slots: Vec<_> =
            ledger.serve(at(0), RATES, &[READ; 3]).into_iter().flatten().map(|slot| slot.at).collect();
        assert_eq!(slots, [at(0), at(0) + gap(43), at(0) + gap(43) * 2]);
        assert_eq!(one(&mut ledger, at(60_000), READ).map(|slot| slot.at), Ok(at(60_000)));
        assert_eq!(one(&mut ledger, at(60_000), READ).map(|slot| slot.at), Ok(at(60_000) + gap(43)));
    }

    #[test]
    fn a_pause_of_the_account_stops_all_and_one_of_a_method_only_that() {
        let mut ledger = Ledger::default();
        ledger.pause(at(0), Some("/list"), Duration::from_secs(180));
        assert_eq!(one(&mut ledger, at(0), READ), Err(Refused::Paused(Duration::from_secs(180))));
        assert!(one(&mut ledger, at(0), SEND).is_ok());
        ledger.pause(at(0), None, Duration::from_secs(1_000_000));
        ledger.pause(at(0), None, Duration::from_secs(1));
        assert_eq!(one(&mut ledger, at(0), SEND), Err(Refused::Paused(length(LONGEST_PAUSE))));
        assert!(one(&mut ledger, at(900_000), READ).is_ok(), "over");
        assert!(ledger.pauses.is_empty());
    }

    #[test]
    fn ten_failures_in_a_row_open_the_breaker_when_they_took_a_while() {
        open_breaker();
        let mut quick = Ledger::default();
        for millis in 0..30 {
            assert_eq!(quick.fail(at(millis * 100), false), Turn::None, "all within three seconds");
        }
        assert_eq!(quick.fail(at(5_000), false), Turn::Opened);
        let mut mixed = Ledger::default();
        for second in 0..1_000 {
            assert_eq!(mixed.fail(at(second * 1_000), false), Turn::None);
            if second % 9 == 8 {
                assert_eq!(mixed.succeed(), Turn::None);
            }
        }
    }

    #[test]
    fn a_fifth_of_all_calls_may_fail_for_ten_minutes() {
        use rand::{Rng, SeedableRng};
        let (mut ledger, mut chance) = (Ledger::default(), rand::rngs::StdRng::seed_from_u64(7));
        for call in 0..27_600 {
            let turn =
                if chance.random_bool(0.2) { ledger.fail(at(call * 22), false) } else { ledger.succeed() };
            assert_eq!(turn, Turn::None);
        }
    }

    #[test]
    fn one_probe_at_a_time_passes_and_rests_grow_to_five_minutes() {
        let mut ledger = open_breaker();
        let mut now = 9_000;
        for rest in [5, 10, 20, 40, 80, 160, 300, 300] {
            let resting = Err(Refused::Resting(Duration::from_secs(rest)));
            assert_eq!(one(&mut ledger, at(now), READ), resting);
            now += i64::try_from(rest).expect("small") * 1_000;
            assert!(one(&mut ledger, at(now), READ).is_ok_and(|slot| slot.is_probe));
            assert_eq!(one(&mut ledger, at(now), SEND), Err(Refused::Resting(length(WHILE_PROBED))));
            assert_eq!(ledger.fail(at(now), false), Turn::None, "an old call that ends late changes nothing");
            assert_eq!(one(&mut ledger, at(now), READ), Err(Refused::Resting(length(WHILE_PROBED))));
            ledger.fail(at(now), true);
        }
        now += 300_000;
        assert!(one(&mut ledger, at(now), READ).is_ok_and(|slot| slot.is_probe));
        assert_eq!(ledger.succeed(), Turn::Closed);
        assert!(one(&mut ledger, at(now), READ).is_ok_and(|slot| !slot.is_probe));
        assert!(!ledger.is_failing());
    }

    #[test]
    fn a_probe_that_nobody_waits_for_makes_room_for_another() {
        let mut ledger = open_breaker();
        assert!(one(&mut ledger, at(14_000), READ).is_ok());
        ledger.abandon_probe(at(15_000));
        assert!(one(&mut ledger, at(15_500), READ).is_err());
        assert!(one(&mut ledger, at(16_000), READ).is_ok_and(|slot| slot.is_probe));
        // This one's process has died.
        assert!(one(&mut ledger, at(55_000), READ).is_err());
        assert!(one(&mut ledger, at(56_000), READ).is_ok_and(|slot| slot.is_probe));
    }

    #[test]
    fn instants_of_a_clock_that_ran_ahead_are_not_waited_for() {
        let mut ledger = Ledger::default();
        let day = 86_400_000;
        assert!(one(&mut ledger, at(day), READ).is_ok());
        ledger.pause(at(day), Some("/other"), Duration::from_secs(60));
        let slot = one(&mut ledger, at(0), READ).expect("a slot");
        assert_eq!(slot.at, at(1_000));
        assert_eq!(ledger.pauses["/other"], at(0) + LONGEST_PAUSE);
    }

    /// Most instants that lie within one second, beginning anywhere.
    fn most_in_a_second(mut instants: Vec<DateTime<Utc>>) -> usize {
        instants.sort_unstable();
        let within = instants.iter().enumerate().map(|(place, from)| {
            instants[place..].iter().take_while(|at| **at - *from < TimeDelta::seconds(1)).count()
        });
        within.max().unwrap_or_default()
    }

    proptest! {
        /// Processes ask in any order, at any time, for any number: together they never get more than the two rates,
        /// and a send waits for its own kind only.
        #[test]
        fn no_second_holds_more_slots_than_allowed(
            asked in prop::collection::vec((0_i64..200, 0_usize..9, 0_usize..2), 1..200),
        ) {
            let (mut ledger, mut now) = (Ledger::default(), at(0));
            let (mut all, mut last_send) = (Vec::new(), None::<DateTime<Utc>>);
            for (pause, reads, sends) in asked {
                now += TimeDelta::milliseconds(pause);
                // As processes do: nobody reserves far ahead.
                let reads = if ledger.next_read.is_some_and(|next| next > now + TimeDelta::seconds(2)) { 0 } else { reads };
                let mut wants = vec![READ; reads];
                wants.resize(reads + sends, SEND);
                for (want, slot) in wants.iter().zip(ledger.serve(now, RATES, &wants)) {
                    let slot = slot.expect("nothing is wrong").at;
                    prop_assert!(slot >= now);
                    if want.class == Class::Send {
                        let waits_from = last_send.map_or(now, |last| last.max(now));
                        prop_assert!(slot - waits_from <= gap(RATES.sends), "{}", slot - waits_from);
                        last_send = Some(slot);
                    }
                    all.push(slot);
                }
            }
            prop_assert!(most_in_a_second(all) <= 46);
        }
    }
}
