//! Several models, asked in an order until one of them has answered to its end.
//!
//! A model that breaks off half-way has its words taken back, and the next one begins anew: an answer of two halves would
//! be nobody's. All of them share the time of the question, so that there is always an end.

use super::{Budget, End, Model, ModelError, Piece, Pieces, Question};
use crate::shared::models::{ModelProblem, ProviderKind};
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the last one in the order is given to come to its senses before it is asked once more.
const SECOND_TRY_AFTER: Duration = Duration::from_millis(500);

/// A model and whose it is.
#[derive(Clone)]
pub struct Candidate {
    pub provider: ProviderKind,
    pub model: Arc<dyn Model>,
}

/// What comes of asking.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// This one of the candidates has taken the question.
    Asks(usize),
    Text(String),
    /// What was said so far is void; another model begins.
    Restart,
    /// The end, which of the candidates has answered, and who was asked in vain before.
    End {
        candidate: usize,
        end: End,
        failed: Vec<Failed>,
    },
}

/// A model that was asked in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub candidate: usize,
    pub provider: ProviderKind,
    pub error: ModelError,
}

/// All were asked in vain, in this order; nobody, where there was no candidate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no model has answered: {0:?}")]
pub struct NobodyAnswered(pub Vec<Failed>);

impl NobodyAnswered {
    /// What a person is told: the trouble of the first choice, which is the one they know.
    pub fn problem(&self) -> Option<ModelProblem> {
        self.0.first().map(|failed| failed.error.problem())
    }
}

/// Asks in order. Dropping the stream ends the call that is under way.
pub fn ask(
    candidates: Vec<Candidate>,
    question: Question,
) -> BoxStream<'static, Result<Told, NobodyAnswered>> {
    let asking = Asking {
        until: Instant::now() + question.budget.total,
        waiting: candidates.into_iter().enumerate().collect(),
        question,
        current: None,
        has_said: false,
        is_second_try: false,
        failed: Vec::new(),
        is_over: false,
    };
    stream::unfold(asking, Asking::next).boxed()
}

struct Asking {
    question: Question,
    until: Instant,
    waiting: VecDeque<(usize, Candidate)>,
    current: Option<(usize, Candidate, Pieces)>,
    /// The current one has said something.
    has_said: bool,
    is_second_try: bool,
    failed: Vec<Failed>,
    is_over: bool,
}

impl Asking {
    async fn next(mut self) -> Option<(Result<Told, NobodyAnswered>, Self)> {
        if self.is_over {
            return None;
        }
        let told = self.told().await;
        self.is_over = !matches!(told, Ok(Told::Asks(_) | Told::Text(_) | Told::Restart));
        Some((told, self))
    }

    async fn told(&mut self) -> Result<Told, NobodyAnswered> {
        loop {
            let Some((number, candidate, mut pieces)) = self.current.take() else {
                match self.begin().await? {
                    Some(number) => return Ok(Told::Asks(number)),
                    None => continue,
                }
            };
            match pieces.next().await {
                Some(Ok(Piece::Text(text))) => {
                    self.has_said = true;
                    self.current = Some((number, candidate, pieces));
                    return Ok(Told::Text(text));
                }
                Some(Ok(Piece::End(end))) => {
                    let failed = std::mem::take(&mut self.failed);
                    return Ok(Told::End { candidate: number, end, failed });
                }
                Some(Err(error)) => self.fail(number, candidate, error).await,
                None => {
                    let error = ModelError::of(ModelProblem::Interrupted);
                    self.fail(number, candidate, error).await;
                }
            }
            if std::mem::take(&mut self.has_said) && !self.waiting.is_empty() {
                return Ok(Told::Restart);
            }
        }
    }

    /// Has the next one begin; `None` when it would not.
    async fn begin(&mut self) -> Result<Option<usize>, NobodyAnswered> {
        let left = self.until.saturating_duration_since(Instant::now());
        let next = self.waiting.pop_front().filter(|_| !left.is_zero());
        let Some((number, candidate)) = next else {
            return Err(NobodyAnswered(std::mem::take(&mut self.failed)));
        };
        self.question.budget = Budget { first: self.question.budget.first.min(left), total: left };
        match candidate.model.stream(&self.question).await {
            Ok(pieces) => {
                self.current = Some((number, candidate, pieces));
                Ok(Some(number))
            }
            Err(error) => {
                self.fail(number, candidate, error).await;
                Ok(None)
            }
        }
    }

    /// Remembers a failure. The last one in the order is asked once more when its trouble is one that passes.
    async fn fail(&mut self, number: usize, candidate: Candidate, error: ModelError) {
        let may_pass =
            error.problem().passes_soon() && error.retry_after().is_none_or(|rest| rest <= SECOND_TRY_AFTER);
        let is_last = self.waiting.is_empty();
        self.failed.push(Failed { candidate: number, provider: candidate.provider, error });
        if is_last && may_pass && !self.is_second_try {
            self.is_second_try = true;
            tokio::time::sleep(SECOND_TRY_AFTER).await;
            self.waiting.push_back((number, candidate));
        }
    }
}
