//! How often whom was called: what tests of speed and of limits measure with.

use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The length of time that limits are about.
const SECOND: Duration = Duration::from_secs(1);

/// Calls of one account since the last reset, whatever was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccountCalls {
    pub total: u64,
    /// The most calls within any second, wherever it begins.
    pub busiest_second: usize,
    pub methods: BTreeMap<String, u64>,
}

/// The book of calls.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    methods: BTreeMap<String, u64>,
    accounts: BTreeMap<String, (AccountCalls, VecDeque<Instant>)>,
}

impl Ledger {
    pub fn note(&mut self, client_id: &str, path: &str, now: Instant) {
        *self.methods.entry(path.to_owned()).or_default() += 1;
        let (calls, recent) = self.accounts.entry(client_id.to_owned()).or_default();
        calls.total += 1;
        *calls.methods.entry(path.to_owned()).or_default() += 1;
        let _ = leave_second(recent, now);
        recent.push_back(now);
        calls.busiest_second = calls.busiest_second.max(recent.len());
    }

    pub fn methods(&self) -> BTreeMap<String, u64> {
        self.methods.clone()
    }

    pub fn accounts(&self) -> BTreeMap<String, AccountCalls> {
        self.accounts.iter().map(|(client_id, (calls, _))| (client_id.clone(), calls.clone())).collect()
    }
}

/// Drops what is older than a second; tells how much is left.
pub(super) fn leave_second(recent: &mut VecDeque<Instant>, now: Instant) -> usize {
    while recent.front().is_some_and(|at| now - *at >= SECOND) {
        recent.pop_front();
    }
    recent.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_may_begin_anywhere() {
        let mut ledger = Ledger::default();
        let begin = Instant::now();
        for ms in [0, 600, 900, 1_100, 1_500, 1_590, 3_000] {
            ledger.note("1", "/a", begin + Duration::from_millis(ms));
        }
        ledger.note("2", "/b", begin);
        let accounts = ledger.accounts();
        assert_eq!((accounts["1"].total, accounts["1"].busiest_second), (7, 5));
        assert_eq!((accounts["2"].total, accounts["2"].busiest_second), (1, 1));
        assert_eq!(ledger.methods()["/a"], 7);
    }
}
