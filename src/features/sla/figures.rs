//! Figures about answers: shares and percentiles. Pure.

use super::types::Figures;
use chrono::{DateTime, TimeDelta, Utc};

/// The share that a seller strives for, in percent.
pub const GOAL_PERCENT: i64 = 90;

/// A time that a buyer waited, as far as figures care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub since: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// What became of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
    /// It can still be met, or there is none.
    Open,
}

impl Wait {
    /// How it stands at `now`.
    pub fn verdict(&self, now: DateTime<Utc>) -> Verdict {
        match (self.due_at, self.answered_at) {
            (None, _) => Verdict::Open,
            (Some(due), Some(answered)) if answered <= due => Verdict::Met,
            (Some(_), Some(_)) => Verdict::Missed,
            (Some(due), None) if due < now => Verdict::Missed,
            (Some(_), None) => Verdict::Open,
        }
    }

    fn took(&self) -> Option<TimeDelta> {
        self.answered_at.map(|answered| answered - self.since)
    }
}

/// The figures of a group.
pub fn figures<'a>(waits: impl IntoIterator<Item = &'a Wait>, now: DateTime<Utc>) -> Figures {
    let mut figures = Figures::default();
    let mut minutes = Vec::new();
    for wait in waits {
        figures.turns += 1;
        match wait.verdict(now) {
            Verdict::Met => {
                figures.judged += 1;
                figures.met += 1;
            }
            Verdict::Missed => figures.judged += 1,
            Verdict::Open => {}
        }
        minutes.extend(wait.took().map(|took| took.num_minutes()));
    }
    minutes.sort_unstable();
    figures.answered = minutes.len() as i64;
    figures.median = percentile(&minutes, 50);
    figures.p90 = percentile(&minutes, 90);
    figures.p95 = percentile(&minutes, 95);
    figures
}

/// The smallest value that so many percent of all do not exceed. The values are in order.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

/// So many more may be missed before the share of those that were met falls below `goal` percent; less than nothing when it has
/// fallen: so many too many.
pub fn may_miss(met: i64, judged: i64, goal: i64) -> i64 {
    // met / (judged + n) >= goal / 100, for the largest n.
    (met * 100).div_euclid(goal) - judged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(minutes: i64, due: i64) -> Wait {
        let since = DateTime::UNIX_EPOCH;
        let at = |minutes| since + TimeDelta::minutes(minutes);
        Wait { since, due_at: Some(at(due)), answered_at: Some(at(minutes)) }
    }

    #[test]
    fn percentiles_are_values_that_have_been_seen() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 95), Some(7));
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!([50, 90, 95].map(|percent| percentile(&hundred, percent)), [Some(50), Some(90), Some(95)]);
    }

    #[test]
    fn what_can_still_be_met_is_not_judged() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(100);
        let open = Wait { answered_at: None, ..wait(0, 101) };
        let overdue = Wait { answered_at: None, ..wait(0, 99) };
        let free = Wait { due_at: None, ..wait(5, 0) };
        let all = figures(&[wait(10, 10), wait(11, 10), open, overdue, free], now);
        assert_eq!((all.turns, all.answered, all.judged, all.met), (5, 3, 3, 1));
        assert_eq!((all.median, all.p95), (Some(10), Some(11)));
    }

    #[test]
    fn so_many_may_be_missed_and_not_one_more() {
        for judged in 0..200 {
            for met in 0..=judged {
                let n = may_miss(met, judged, GOAL_PERCENT);
                let holds = |more: i64| met * 100 >= GOAL_PERCENT * (judged + more);
                assert!(holds(n) && !holds(n + 1), "{met} of {judged}: {n}");
            }
        }
    }
}
