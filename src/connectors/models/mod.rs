//! Doors to language models. A text goes out, a text comes back, in one piece or as it is made, or else a vector that says what the
//! text means; nothing else: no tools, no memory, no chat of anybody else.
//!
//! Four of five providers speak OpenAI's chat completions with habits of their own (`dialect`), so there is one client
//! (`client`) over one set of words (`wire`, `sse`); `gigachat` fetches the passes that its provider wants. What a
//! refusal means is decided in `refusal` alone, how long anybody waits in `limits`. What goes out has been masked by
//! whoever asks; errors and logs never hold texts of buyers.

mod client;
mod dialect;
pub mod fallback;
mod gigachat;
mod limits;
pub mod price;
mod refusal;
mod sse;
mod thoughts;
mod wire;

#[cfg(test)]
mod tests;

use crate::platform::config::ModelSettings;
use crate::platform::http::{ModelClients, Refusal as AddressRefusal};
use crate::platform::pace::Pace;
use crate::platform::secret::Secret;
pub use crate::shared::models::GigachatScope;
use crate::shared::models::{ModelProblem, ProviderKind};
use client::Client;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use limits::Queues;
use std::sync::Arc;
use std::time::Duration;

/// One model of one provider, opened with its credentials.
pub trait Model: Send + Sync {
    /// The whole answer at once.
    fn complete<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Answer, ModelError>>;

    /// The answer as it is made. The call has been taken when this returns; dropping the stream ends the call.
    fn stream<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Pieces, ModelError>>;

    /// What texts mean: a vector for each, in their order, all equally long. `within` is the time for all of them.
    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        purpose: Purpose,
        within: Duration,
    ) -> BoxFuture<'a, Result<Vectors, ModelError>>;

    /// Names of the models that the key may use, as the provider lists them; for the test button and the choice.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, ModelError>>;
}

/// An answer on its way. It ends after `Piece::End` or an error.
pub type Pieces = BoxStream<'static, Result<Piece, ModelError>>;

/// What a model is asked.
#[derive(Clone, PartialEq)]
pub struct Question {
    /// Rules. The same for all chats, and first, so that providers find it in their caches.
    pub system: String,
    /// Data and the task.
    pub user: String,
    pub temperature: f32,
    pub max_tokens: u32,
    /// Whether the answer has to be a JSON object; the rules have to say so as well.
    pub json: bool,
    /// Whose question it is, in a form that says nothing about them; keeps caches apart.
    pub owner: Option<String>,
    pub budget: Budget,
}

impl std::fmt::Debug for Question {
    /// Texts of buyers do not get into logs, not even masked.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Question({} + {} characters)", self.system.chars().count(), self.user.chars().count())
    }
}

/// How long an answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Until the first word.
    pub first: Duration,
    /// Until the last one.
    pub total: Duration,
}

impl Budget {
    /// For a draft that somebody waits for.
    pub const SUGGESTION: Budget = Budget { first: Duration::from_secs(12), total: Duration::from_secs(20) };
    /// For what a message is about: nobody waits, and the rules have told it already.
    pub const UNDERSTANDING: Budget =
        Budget { first: Duration::from_secs(15), total: Duration::from_secs(15) };
    /// For a summary.
    pub const SUMMARY: Budget = Budget { first: Duration::from_secs(30), total: Duration::from_secs(40) };
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    pub end: End,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(String),
    End(End),
}

/// What a vector is wanted for: some models look at what is asked and at what may answer it in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Document,
    Query,
}

/// What texts mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// In the order of the texts.
    pub all: Vec<Vec<f32>>,
    pub usage: Usage,
    /// The model that has made them, as the provider calls it.
    pub model: String,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// The answer was longer than it might be.
    pub is_cut: bool,
    pub usage: Usage,
    /// The model that has answered, as the provider calls it; names are aliases at times.
    pub model: String,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub tokens_in: u32,
    /// Of those, how many the provider had seen before.
    pub tokens_cached: u32,
    pub tokens_out: u32,
    /// The provider has counted nothing; this is our guess.
    pub is_guess: bool,
}

/// Why a model has not answered. Words are the provider's, shortened and without the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("{problem}{}", .words.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Problem { problem: ModelProblem, words: Option<String> },
    /// Ask again after the pause.
    #[error("{problem}, {retry_after:?}")]
    Later { problem: ModelProblem, retry_after: Duration },
}

impl ModelError {
    fn of(problem: ModelProblem) -> Self {
        ModelError::Problem { problem, words: None }
    }

    fn saying(problem: ModelProblem, words: impl Into<String>) -> Self {
        ModelError::Problem { problem, words: Some(words.into()) }
    }

    /// What a person is told.
    pub fn problem(&self) -> ModelProblem {
        match self {
            ModelError::Problem { problem, .. } | ModelError::Later { problem, .. } => *problem,
        }
    }

    /// How long to wait, where the provider has said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ModelError::Later { retry_after, .. } => Some(*retry_after),
            ModelError::Problem { .. } => None,
        }
    }
}

/// An account at a provider.
#[derive(Clone, Debug)]
pub enum Account {
    Deepseek { key: Secret<String> },
    Yandex { key: Secret<String>, folder: String },
    Gigachat { key: Secret<String>, scope: GigachatScope },
    Openai { key: Secret<String> },
    Compatible { base_url: String, key: Option<Secret<String>> },
}

impl Account {
    /// How it is spoken to.
    pub fn kind(&self) -> ProviderKind {
        match self {
            Account::Deepseek { .. } => ProviderKind::Deepseek,
            Account::Yandex { .. } => ProviderKind::Yandex,
            Account::Gigachat { .. } => ProviderKind::Gigachat,
            Account::Openai { .. } => ProviderKind::Openai,
            Account::Compatible { .. } => ProviderKind::Compatible,
        }
    }
}

/// All doors. Cheap to clone; one for the process, because passes and queues are shared by all who ask.
#[derive(Clone)]
pub struct Models(Arc<Inner>);

struct Inner {
    settings: ModelSettings,
    clients: ModelClients,
    pace: Pace,
    passes: gigachat::Passes,
    queues: Queues,
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Models")
    }
}

impl Models {
    /// Sets up the doors. Calls nobody.
    ///
    /// # Errors
    /// When the TLS set-up of the machine, or the certificate that was named for GigaChat, is unusable.
    pub fn new(settings: ModelSettings, pace: Pace) -> Result<Self, reqwest::Error> {
        let clients = ModelClients::new(&settings.networks, settings.gigachat_ca.as_deref())?;
        let (passes, queues) = (gigachat::Passes::default(), Queues::default());
        Ok(Self(Arc::new(Inner { settings, clients, pace, passes, queues })))
    }

    /// Opens a model. Calls nobody.
    ///
    /// # Errors
    /// The address may not be called.
    pub fn open(&self, account: &Account, model: &str) -> Result<Arc<dyn Model>, ModelError> {
        Ok(Arc::new(Client::open(&self.0, account, model.trim())?))
    }
}

impl From<AddressRefusal> for ModelError {
    fn from(refusal: AddressRefusal) -> Self {
        match refusal {
            AddressRefusal::NotAnAddress => ModelError::of(ModelProblem::Unreachable),
            AddressRefusal::NotAllowed => ModelError::of(ModelProblem::AddressNotAllowed),
        }
    }
}
