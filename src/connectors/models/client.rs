//! The one client for all who speak OpenAI's chat completions.

use super::dialect::{Dialect, model_name, vectors_name};
use super::limits::Gate;
use super::refusal::{bad_end, broken, refusal, retry_after, without_key};
use super::sse::Events;
use super::thoughts::Thoughts;
use super::wire::{Completion, Failure, ModelList, VectorList};
use super::{
    Account, Answer, Budget, End, Inner, Model, ModelError, Piece, Pieces, Purpose, Question, Usage, Vectors,
};
use crate::platform::clock;
use crate::platform::secret::Secret;
use crate::shared::models::{ModelProblem, ProviderKind};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

/// No answer comes near this; a larger one is not read to its end. Bytes, and characters of a stream.
pub(super) const LARGEST_ANSWER: usize = 1024 * 1024;
/// The same of vectors: sixteen of the longest that are usual, in digits.
const LARGEST_VECTORS: usize = 4 * 1024 * 1024;
/// How many characters a token is taken for, in tenths, when a provider counts nothing.
const TENTHS_PER_TOKEN: usize = 25;
/// How long a list of models may take.
const LIST_TIMEOUT: Duration = Duration::from_secs(10);

/// A model behind an account.
pub(super) struct Client {
    doors: Arc<Inner>,
    account: Account,
    dialect: Dialect,
    base_url: String,
    http: reqwest::Client,
    /// As it was chosen, and as the provider wants it.
    chosen: String,
    model: String,
    gate: Gate,
    gate_of_vectors: Gate,
}

/// What is asked.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Answer { question: &'a Question, is_streamed: bool },
    Vectors { texts: &'a [String], purpose: Purpose },
}

impl Asked<'_> {
    fn path(self) -> &'static str {
        match self {
            Asked::Answer { .. } => "chat/completions",
            Asked::Vectors { .. } => "embeddings",
        }
    }
}

/// Whether and how a question is asked again with a small change.
#[derive(Clone, Copy, Default)]
struct Tries {
    without_temperature: bool,
    with_new_pass: bool,
}

impl Client {
    pub fn open(doors: &Arc<Inner>, account: &Account, model: &str) -> Result<Self, ModelError> {
        let settings = &doors.settings;
        let (base_url, http) = match account {
            Account::Deepseek { .. } => (settings.deepseek_url.clone(), doors.clients.known()),
            Account::Yandex { .. } => (settings.yandex_url.clone(), doors.clients.known()),
            Account::Gigachat { .. } => (settings.gigachat_url.clone(), doors.clients.gigachat()),
            Account::Openai { .. } => (settings.openai_url.clone(), doors.clients.known()),
            Account::Compatible { base_url, .. } => {
                (base_url.trim().trim_end_matches('/').to_owned(), doors.clients.for_address(base_url)?)
            }
        };
        let dialect = Dialect::of(account);
        let (chosen, model) = (model.to_owned(), model_name(account, model));
        let key = key_of(account).map_or("", |key| key.reveal());
        let name = format!("{}|{:x}", account.kind(), Sha256::digest(key.trim()));
        let gate = doors.queues.gate(&base_url, &name, dialect.at_once, &doors.pace);
        let gate_of_vectors = gate.for_vectors(&base_url, &name);
        let http = http.clone();
        let (doors, account) = (doors.clone(), account.clone());
        Ok(Self { doors, account, dialect, base_url, http, chosen, model, gate, gate_of_vectors })
    }

    /// Headers of a call: who asks, and what the provider may keep of it.
    async fn headers(&self, with_new_pass: bool) -> Result<HeaderMap, ModelError> {
        let bearer = match &self.account {
            Account::Gigachat { key, scope } => {
                let url = &self.doors.settings.gigachat_auth_url;
                Some(self.doors.passes.pass(&self.http, url, key, *scope, with_new_pass).await?)
            }
            account => key_of(account).cloned(),
        };
        let mut headers = HeaderMap::new();
        if let Some(bearer) = bearer {
            headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {}", bearer.reveal().trim()))?);
        }
        if let Account::Yandex { folder, .. } = &self.account {
            headers.insert(HeaderName::from_static("openai-project"), header(folder.trim())?);
            // Without it every text is kept.
            headers
                .insert(HeaderName::from_static("x-data-logging-enabled"), HeaderValue::from_static("false"));
        }
        Ok(headers)
    }

    /// Asks, and gives the response once the provider has taken the question.
    async fn ask(
        &self,
        asked: Asked<'_>,
        until: Instant,
    ) -> Result<(Response, OwnedSemaphorePermit), ModelError> {
        let gate = match asked {
            Asked::Answer { .. } => &self.gate,
            Asked::Vectors { .. } => &self.gate_of_vectors,
        };
        let leave = gate.leave(until).await?;
        let outcome = timeout_at(until, self.attempts(asked))
            .await
            .unwrap_or_else(|_| Err(ModelError::of(ModelProblem::TooSlow)));
        let outcome = outcome.map_err(|error| without_key(error, key_of(&self.account)));
        let place = leave.report(&outcome).await;
        Ok((outcome?, place))
    }

    /// Asks, and once more where the refusal says what to change: models that think take no temperature, passes grow old.
    async fn attempts(&self, asked: Asked<'_>) -> Result<Response, ModelError> {
        let mut tries = Tries::default();
        loop {
            let body = self.body(asked, !tries.without_temperature);
            let response = self.post(asked.path(), &body, tries.with_new_pass).await?;
            if response.status().is_success() {
                return Ok(response);
            }
            let (status, pause) = (response.status(), retry_after(response.headers(), clock::now()));
            let text = read(response, LARGEST_ANSWER).await.unwrap_or_default();
            let failure = Failure::parse(&text);
            let dislikes_temperature = failure.code.contains("unsupported") && failure.param == "temperature";
            let is_old_pass =
                status == StatusCode::UNAUTHORIZED && self.account.kind() == ProviderKind::Gigachat;
            if dislikes_temperature && !tries.without_temperature {
                tries.without_temperature = true;
            } else if is_old_pass && !tries.with_new_pass {
                tries.with_new_pass = true;
            } else {
                return Err(refusal(status, &failure, pause));
            }
        }
    }

    fn body(&self, asked: Asked<'_>, with_temperature: bool) -> Value {
        match asked {
            Asked::Answer { question, is_streamed } => {
                self.dialect.body(question, &self.model, is_streamed, with_temperature)
            }
            Asked::Vectors { texts, purpose } => {
                let model = vectors_name(&self.account, &self.chosen, purpose);
                self.dialect.texts_body(texts, &model, purpose)
            }
        }
    }

    async fn post(&self, path: &str, body: &Value, with_new_pass: bool) -> Result<Response, ModelError> {
        let body = serde_json::to_vec(body)
            .map_err(|error| ModelError::saying(ModelProblem::BadRequest, error.to_string()))?;
        let headers = self.headers(with_new_pass).await?;
        let call = self.http.post(format!("{}/{path}", self.base_url)).headers(headers);
        call.header(CONTENT_TYPE, "application/json").body(body).send().await.map_err(|error| broken(&error))
    }

    async fn answer(&self, question: &Question) -> Result<Answer, ModelError> {
        let until = Instant::now() + question.budget.total;
        let asked = Asked::Answer { question, is_streamed: false };
        let (response, _place) = self.ask(asked, until).await?;
        let text = timeout_at(until, read(response, LARGEST_ANSWER))
            .await
            .unwrap_or_else(|_| Err(ModelError::of(ModelProblem::TooSlow)))?;
        let broken = |words: &str| ModelError::saying(ModelProblem::BrokenAnswer, words);
        let completion = Completion::parse(&text).ok_or_else(|| broken("no JSON"))?;
        if let Some(failure) = completion.error() {
            let error = refusal(StatusCode::INTERNAL_SERVER_ERROR, &failure, None);
            return Err(without_key(error, key_of(&self.account)));
        }
        let finish = completion.finish().unwrap_or_default();
        if let Some(error) = bad_end(finish) {
            return Err(error);
        }
        let mut thoughts = Thoughts::default();
        let mut said = thoughts.take(&completion.text());
        said.push_str(&thoughts.rest());
        if said.trim().is_empty() {
            return Err(broken("an empty answer"));
        }
        let usage = completion.usage().unwrap_or_else(|| guess(question, &said));
        let model = completion.model().unwrap_or_else(|| self.model.clone());
        Ok(Answer { text: said, end: End { is_cut: finish == "length", usage, model } })
    }

    async fn begin(&self, question: &Question) -> Result<Pieces, ModelError> {
        let Budget { first, total } = question.budget;
        let now = Instant::now();
        let asked = Asked::Answer { question, is_streamed: true };
        let (response, place) = self.ask(asked, now + first.min(total)).await?;
        let reading = Reading {
            response,
            events: Events::default(),
            thoughts: Thoughts::default(),
            waiting: VecDeque::new(),
            first: now + first.min(total),
            last: now + total,
            said: String::new(),
            finish: None,
            usage: None,
            model: self.model.clone(),
            question: question.clone(),
            is_over: false,
            _place: place,
        };
        Ok(stream::unfold(reading, Reading::next).boxed())
    }

    async fn vectors(
        &self,
        texts: &[String],
        purpose: Purpose,
        within: Duration,
    ) -> Result<Vectors, ModelError> {
        if !self.dialect.gives_vectors() {
            return Err(ModelError::of(ModelProblem::UnknownModel));
        }
        let until = Instant::now() + within;
        let mut all = Vectors { model: self.chosen.clone(), ..Vectors::default() };
        for (place, texts) in texts.chunks(self.dialect.texts_at_once()).enumerate() {
            if place > 0 {
                tokio::time::sleep(self.dialect.rest()).await;
            }
            self.some_vectors(texts, purpose, until, &mut all).await?;
        }
        // What was asked at different times has to fit together as well.
        if all.all.windows(2).any(|two| two[0].len() != two[1].len()) {
            return Err(ModelError::saying(ModelProblem::BrokenAnswer, "vectors of different lengths"));
        }
        Ok(all)
    }

    /// Vectors of as many texts as one call takes.
    async fn some_vectors(
        &self,
        texts: &[String],
        purpose: Purpose,
        until: Instant,
        all: &mut Vectors,
    ) -> Result<(), ModelError> {
        let (response, _place) = self.ask(Asked::Vectors { texts, purpose }, until).await?;
        let text = timeout_at(until, read(response, LARGEST_VECTORS))
            .await
            .unwrap_or_else(|_| Err(ModelError::of(ModelProblem::TooSlow)))?;
        let broken = |words: &str| ModelError::saying(ModelProblem::BrokenAnswer, words);
        let list = VectorList::parse(&text).ok_or_else(|| broken("no JSON"))?;
        if let Some(failure) = list.error() {
            let error = refusal(StatusCode::INTERNAL_SERVER_ERROR, &failure, None);
            return Err(without_key(error, key_of(&self.account)));
        }
        all.all.extend(list.vectors(texts.len()).ok_or_else(|| broken("not a vector for each text"))?);
        let told = list.tokens();
        let guessed = || tokens(texts.iter().map(|text| text.chars().count()).sum());
        all.usage.tokens_in = all.usage.tokens_in.saturating_add(told.unwrap_or_else(guessed));
        all.usage.is_guess |= told.is_none();
        if let Some(model) = list.model() {
            all.model = model;
        }
        Ok(())
    }

    async fn list(&self) -> Result<Vec<String>, ModelError> {
        let listed = async {
            let headers = self.headers(false).await?;
            let call = self.http.get(format!("{}/models", self.base_url)).headers(headers);
            let response = call.send().await.map_err(|error| broken(&error))?;
            let (status, pause) = (response.status(), retry_after(response.headers(), clock::now()));
            let text = read(response, LARGEST_ANSWER).await?;
            if !status.is_success() {
                return Err(refusal(status, &Failure::parse(&text), pause));
            }
            let list: ModelList = serde_json::from_str(&text)
                .map_err(|_| ModelError::saying(ModelProblem::BrokenAnswer, "no list of models"))?;
            Ok(list.names())
        };
        let listed = tokio::time::timeout(LIST_TIMEOUT, listed);
        let outcome = listed.await.unwrap_or_else(|_| Err(ModelError::of(ModelProblem::TooSlow)));
        outcome.map_err(|error| without_key(error, key_of(&self.account)))
    }
}

impl Model for Client {
    fn complete<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Answer, ModelError>> {
        self.answer(question).boxed()
    }

    fn stream<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Pieces, ModelError>> {
        self.begin(question).boxed()
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        purpose: Purpose,
        within: Duration,
    ) -> BoxFuture<'a, Result<Vectors, ModelError>> {
        self.vectors(texts, purpose, within).boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, ModelError>> {
        self.list().boxed()
    }
}

/// An answer that is being read. Dropping it closes the connection, and the provider stops.
struct Reading {
    response: Response,
    events: Events,
    thoughts: Thoughts,
    /// Data of events that have come and are not read yet.
    waiting: VecDeque<String>,
    first: Instant,
    last: Instant,
    said: String,
    finish: Option<String>,
    usage: Option<Usage>,
    model: String,
    question: Question,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Piece, ModelError>, Self)> {
        if self.is_over {
            return None;
        }
        let piece = self.piece().await;
        self.is_over = !matches!(piece, Ok(Piece::Text(_)));
        Some((piece, self))
    }

    async fn piece(&mut self) -> Result<Piece, ModelError> {
        loop {
            while let Some(data) = self.waiting.pop_front() {
                let text = if data.trim() == "[DONE]" {
                    let held = self.thoughts.rest();
                    if held.is_empty() {
                        return self.end();
                    }
                    self.waiting.push_front(data);
                    held
                } else {
                    self.part(&data)?
                };
                if !text.is_empty() {
                    self.said.push_str(&text);
                    if self.said.len() > LARGEST_ANSWER {
                        return Err(ModelError::saying(ModelProblem::BrokenAnswer, "an answer without end"));
                    }
                    return Ok(Piece::Text(text));
                }
            }
            self.receive().await?;
        }
    }

    /// Reads an event; gives what it says.
    fn part(&mut self, data: &str) -> Result<String, ModelError> {
        let part = Completion::parse(data)
            .ok_or_else(|| ModelError::saying(ModelProblem::BrokenAnswer, "an event without JSON"))?;
        if let Some(failure) = part.error() {
            return Err(refusal(StatusCode::INTERNAL_SERVER_ERROR, &failure, None));
        }
        if let Some(finish) = part.finish() {
            if let Some(error) = bad_end(finish) {
                return Err(error);
            }
            self.finish = Some(finish.to_owned());
        }
        self.usage = part.usage().or(self.usage);
        if let Some(model) = part.model() {
            self.model = model;
        }
        Ok(self.thoughts.take(&part.text()))
    }

    /// Waits for more bytes.
    async fn receive(&mut self) -> Result<(), ModelError> {
        let until = if self.said.is_empty() { self.first } else { self.last };
        let chunk = timeout_at(until, self.response.chunk())
            .await
            .map_err(|_| ModelError::of(ModelProblem::TooSlow))?
            .map_err(|error| broken(&error))?;
        match chunk {
            Some(bytes) => {
                let events = self.events.take(&bytes);
                let events = events
                    .map_err(|_| ModelError::saying(ModelProblem::BrokenAnswer, "a line without end"))?;
                self.waiting.extend(events);
            }
            None => {
                self.waiting.extend(self.events.rest());
                if self.waiting.is_empty() {
                    // Some servers leave the last sign out; without an end of any kind the answer is not whole.
                    if self.finish.is_none() {
                        return Err(ModelError::of(ModelProblem::Interrupted));
                    }
                    self.waiting.push_back("[DONE]".into());
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<Piece, ModelError> {
        if self.said.trim().is_empty() {
            return Err(ModelError::saying(ModelProblem::BrokenAnswer, "an empty answer"));
        }
        let usage = self.usage.unwrap_or_else(|| guess(&self.question, &self.said));
        let is_cut = self.finish.as_deref() == Some("length");
        Ok(Piece::End(End { is_cut, usage, model: self.model.clone() }))
    }
}

fn key_of(account: &Account) -> Option<&Secret<String>> {
    match account {
        Account::Deepseek { key }
        | Account::Yandex { key, .. }
        | Account::Gigachat { key, .. }
        | Account::Openai { key } => Some(key),
        Account::Compatible { key, .. } => key.as_ref(),
    }
}

/// What cannot stand in a header cannot be a key.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, ModelError> {
    let mut value = header(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn header(text: &str) -> Result<HeaderValue, ModelError> {
    HeaderValue::from_str(text).map_err(|_| ModelError::of(ModelProblem::WrongKey))
}

/// Reads a body up to a limit.
pub(super) async fn read(mut response: Response, most: usize) -> Result<String, ModelError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > most {
            return Err(ModelError::saying(ModelProblem::BrokenAnswer, "an answer without end"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn guess(question: &Question, said: &str) -> Usage {
    Usage {
        tokens_in: tokens(question.system.chars().count() + question.user.chars().count()),
        tokens_cached: 0,
        tokens_out: tokens(said.chars().count()),
        is_guess: true,
    }
}

fn tokens(characters: usize) -> u32 {
    u32::try_from(characters * 10 / TENTHS_PER_TOKEN).unwrap_or(u32::MAX)
}
