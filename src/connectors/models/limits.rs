//! How many answers are made at the same time, and whether a provider is asked at all: pauses it has asked for and the
//! breaker are counted for all processes (`platform::pace`), places in this one.

use super::ModelError;
use crate::platform::pace::{Class, Line, Pace, Permit, Rates, Refused, Sign};
use crate::shared::models::ModelProblem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Far above what places allow; a loop of ours is stopped by it.
const RATES: Rates = Rates { reads: 40, sends: 1 };
/// A pause this short is waited for.
const WORTH_WAITING: Duration = Duration::from_secs(1);
/// How long to keep quiet when a provider says only that there were too many requests.
const SHORT_PAUSE: Duration = Duration::from_secs(1);

/// The places of all accounts.
#[derive(Debug, Default)]
pub(super) struct Queues(Mutex<HashMap<String, Arc<Semaphore>>>);

/// An account's way out.
#[derive(Clone)]
pub(super) struct Gate {
    line: Line,
    pace: Pace,
    places: Arc<Semaphore>,
    method: &'static str,
}

/// A place and the right to call, now.
pub(super) struct Leave {
    pub place: OwnedSemaphorePermit,
    permit: Permit,
    gate: Gate,
}

impl Queues {
    /// The way out of an account. `name` tells accounts apart and holds no secret.
    pub fn gate(&self, base_url: &str, name: &str, at_once: usize, pace: &Pace) -> Gate {
        let line = Line::of(base_url, name, RATES);
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places = queues.entry(format!("{line:?}")).or_insert_with(|| Arc::new(Semaphore::new(at_once)));
        Gate { line, pace: pace.clone(), places: places.clone(), method: "chat" }
    }
}

impl Gate {
    /// The way out for vectors of the same account. It shares the places, which are few, but neither pauses nor the breaker: a search
    /// that was too slow keeps no draft waiting.
    pub fn for_vectors(&self, base_url: &str, name: &str) -> Gate {
        let line = Line::of(base_url, &format!("{name}|vectors"), RATES);
        Gate { line, method: "embeddings", ..self.clone() }
    }

    /// Waits for a place and for the permit.
    ///
    /// # Errors
    /// Nothing was asked, and why.
    pub async fn leave(&self, until: Instant) -> Result<Leave, ModelError> {
        let too_slow = || ModelError::of(ModelProblem::TooSlow);
        let place = tokio::time::timeout_at(until, self.places.clone().acquire_owned());
        let place = place.await.map_err(|_| too_slow())?.map_err(|_| too_slow())?;
        loop {
            let permit = self.pace.permit(self.line, Class::Read, self.method);
            match tokio::time::timeout_at(until, permit).await.map_err(|_| too_slow())? {
                Ok(permit) => return Ok(Leave { place, permit, gate: self.clone() }),
                Err(Refused::Paused(rest)) if rest <= WORTH_WAITING => tokio::time::sleep(rest).await,
                Err(Refused::Paused(rest)) => {
                    return Err(ModelError::Later { problem: ModelProblem::RateLimited, retry_after: rest });
                }
                Err(Refused::Resting(rest)) => {
                    return Err(ModelError::Later { problem: ModelProblem::Resting, retry_after: rest });
                }
                Err(Refused::Away) => return Err(ModelError::of(ModelProblem::Unreachable)),
            }
        }
    }
}

impl Leave {
    /// Tells what became of the call and keeps the place until the answer is whole.
    pub async fn report<T>(self, outcome: &Result<T, ModelError>) -> OwnedSemaphorePermit {
        let problem = outcome.as_ref().err().map(ModelError::problem);
        self.permit.report(sign_of(problem)).await;
        if problem == Some(ModelProblem::RateLimited) {
            let pause = outcome.as_ref().err().and_then(ModelError::retry_after).unwrap_or(SHORT_PAUSE);
            self.gate.pace.pause(self.gate.line, None, pause).await;
        }
        self.place
    }
}

/// Whether an outcome shows that somebody is there.
fn sign_of(problem: Option<ModelProblem>) -> Sign {
    use ModelProblem::{Interrupted, Overloaded, TooSlow, Unreachable};
    match problem {
        Some(Interrupted | Overloaded | TooSlow | Unreachable) => Sign::Silence,
        _ => Sign::Life,
    }
}
