//! Asks again when something moved: one question at a time, at most one more behind it, and again after a failure.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// News that come together are one question.
const COALESCE: Duration = Duration::from_millis(150);
const FIRST_WAIT_MS: u64 = 1_000;
const LONGEST_WAIT_MS: u64 = 15_000;

/// Whether a question was answered, or should be asked again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Settled,
    TryLater,
}

type Work = dyn Fn() -> Pin<Box<dyn Future<Output = Outcome>>> + Send + Sync;

/// A question that is asked again and again, never twice at once. Cheap to clone.
#[derive(Clone)]
pub struct Refresher {
    work: Arc<Work>,
    progress: Arc<Mutex<Progress>>,
}

/// Where the question stands.
#[derive(Debug, Default)]
struct Progress {
    is_running: bool,
    is_scheduled: bool,
    /// Something moved while the question was on its way.
    is_wanted_again: bool,
    is_stopped: bool,
    failures: u32,
}

impl Refresher {
    /// A question that is not asked any more once the component it was made in has gone.
    pub fn new<F>(work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + 'static,
    {
        let refresher = Refresher { work: Arc::new(move || Box::pin(work())), progress: Arc::default() };
        let progress = Arc::clone(&refresher.progress);
        on_cleanup(move || lock(&progress).is_stopped = true);
        refresher
    }

    /// Asks in a moment, together with what else moves until then.
    pub fn soon(&self) {
        self.after(COALESCE);
    }

    /// Asks after a while. A question that waits already is not put off.
    fn after(&self, wait: Duration) {
        {
            let mut progress = lock(&self.progress);
            if progress.is_stopped || progress.is_scheduled {
                return;
            }
            if progress.is_running {
                progress.is_wanted_again = true;
                return;
            }
            progress.is_scheduled = true;
        }
        let this = self.clone();
        set_timeout(move || this.run(), wait);
    }

    fn run(self) {
        {
            let mut progress = lock(&self.progress);
            progress.is_scheduled = false;
            if progress.is_stopped {
                return;
            }
            progress.is_running = true;
        }
        spawn_local(async move {
            let outcome = (self.work)().await;
            // In a statement of its own, so that the lock is free again when the next question is planned.
            let next = lock(&self.progress).finish(outcome);
            if let Some(wait) = next {
                self.after(wait);
            }
        });
    }
}

impl Progress {
    /// Notes an answer. Says after which time to ask again, if at all.
    fn finish(&mut self, outcome: Outcome) -> Option<Duration> {
        self.is_running = false;
        let is_wanted_again = std::mem::take(&mut self.is_wanted_again);
        match outcome {
            Outcome::Settled => {
                self.failures = 0;
                is_wanted_again.then_some(COALESCE)
            }
            Outcome::TryLater => {
                self.failures = self.failures.saturating_add(1);
                Some(Duration::from_millis(wait_ms(self.failures)))
            }
        }
    }
}

/// How long to wait after `failures` failed tries.
pub fn wait_ms(failures: u32) -> u64 {
    (FIRST_WAIT_MS << failures.saturating_sub(1).min(10)).min(LONGEST_WAIT_MS)
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{COALESCE, Outcome, Progress};
    use std::time::Duration;

    #[test]
    fn news_during_a_question_cause_one_more() {
        let mut progress = Progress { is_running: true, is_wanted_again: true, ..Progress::default() };
        assert_eq!(progress.finish(Outcome::Settled), Some(COALESCE));
        assert_eq!(progress.finish(Outcome::Settled), None);
    }

    #[test]
    fn failures_wait_longer_and_longer_until_one_succeeds() {
        let mut progress = Progress::default();
        let mut wait = |outcome| progress.finish(outcome);
        assert_eq!(wait(Outcome::TryLater), Some(Duration::from_secs(1)));
        assert_eq!(wait(Outcome::TryLater), Some(Duration::from_secs(2)));
        for _ in 0..40 {
            wait(Outcome::TryLater);
        }
        assert_eq!(wait(Outcome::TryLater), Some(Duration::from_secs(15)));
        assert_eq!(wait(Outcome::Settled), None);
        assert_eq!(wait(Outcome::TryLater), Some(Duration::from_secs(1)));
    }
}
