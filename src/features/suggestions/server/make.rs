//! Making a draft: gather, mask, ask one model after the other, restore, check, keep. It ends when the answer is whole,
//! when nobody has answered, when the chat has moved on, or when its time is over. No connection is held meanwhile.

use super::cache::{self, Cached, Key};
use super::calls::{self, Call};
use super::material::{self, Gathered};
use super::providers::{self, ProviderRow};
use super::standing::{self, Standing};
use crate::connectors::models::fallback::{self, Candidate, Failed, Told};
use crate::connectors::models::{Budget, End, ModelError, Question};
use crate::context::Ask;
use crate::features::suggestions::check::{Concern, Flag, Frame, check};
use crate::features::suggestions::mask::{Mask, Restored};
use crate::features::suggestions::prompt::{Material, Prompt, Task, Tone, longest_answer};
use crate::features::suggestions::templates;
use crate::features::suggestions::types::{SourceKind, SourceView, SuggestionState};
use crate::features::understanding::classify::{language, understand};
use crate::features::understanding::types::Category;
use crate::features::wording::check::Checker;
use crate::features::wording::server::read as wording;
use crate::features::wording::types::Severity;
use crate::platform::clock;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::relay::Growing;
use crate::platform::schema::suggestions;
use crate::shared::change::{Change, Event};
use crate::shared::ids::{ChatId, SuggestionId};
use crate::shared::models::{ModelProblem, ProviderKind};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use futures::StreamExt;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Everything together takes no longer; the models themselves have less (`Budget::SUGGESTION`).
const LONGEST: Duration = Duration::from_secs(30);
/// How inventive a model is: at the first draft, and when another one is wanted.
const TEMPERATURE: (f32, f32) = (0.3, 0.7);
/// How inventive it is with a text that somebody has written.
const REWRITING: f32 = 0.2;
/// Templates of the last time that are not used again.
const RECENT: i64 = 60;

/// A draft that is wanted.
pub struct Order {
    pub id: SuggestionId,
    pub chat: ChatId,
    pub standing: Standing,
    pub task: Task,
    /// What somebody has written, for tasks about it.
    pub draft: Option<String>,
    /// A person has asked for it; otherwise the chat was only opened.
    pub is_asked_for: bool,
}

/// What came of it.
enum Ending {
    Ready(Made),
    Failed(Option<ModelProblem>),
    Cancelled,
}

/// A draft that is made.
struct Made {
    text: String,
    /// Whose model has made it, and which; none for a template.
    by: Option<(ProviderKind, String)>,
    version: i32,
    /// What the buyer writes about.
    category: Category,
    sources: Vec<SourceView>,
    flags: Vec<Flag>,
    problem: Option<ModelProblem>,
    first_ms: Option<i32>,
    /// It was given before to who asked the same; no model was asked.
    is_again: bool,
}

impl Made {
    /// Whether the same words are worth being given to the next who asks the same.
    fn is_good_again(&self) -> bool {
        let is_bad = |flag: &Flag| {
            matches!(
                flag.concern,
                Concern::Empty | Concern::Cut | Concern::Placeholder | Concern::OutOfRole | Concern::Language
            )
        };
        !self.flags.iter().any(is_bad)
    }
}

/// Makes a draft and keeps what came of it, whatever happens.
pub async fn run(ask: Ask, order: Order, growing: Growing) {
    let began = Instant::now();
    let (id, chat) = (order.id, order.chat);
    let making = {
        let ask = ask.clone();
        // On a task of its own: a mistake of ours ends the draft, not the promise that it ends.
        tokio::spawn(async move {
            let ending = tokio::time::timeout(LONGEST, make(&ask, &order, &growing, began)).await;
            (ending, growing)
        })
    };
    let (ending, growing) = match making.await {
        Ok((Ok(Ok(ending)), growing)) => (ending, Some(growing)),
        Ok((Ok(Err(fault)), growing)) => {
            tracing::error!(suggestion = %id, error = %fault, "a draft was not made");
            (Ending::Failed(None), Some(growing))
        }
        Ok((Err(_), growing)) => (Ending::Failed(Some(ModelProblem::TooSlow)), Some(growing)),
        Err(error) => {
            tracing::error!(suggestion = %id, %error, "a draft was not made");
            (Ending::Failed(None), None)
        }
    };
    if let Err(fault) = keep(&ask, id, chat, ending, millis(began)).await {
        // Whoever looks later finds it lost.
        tracing::error!(suggestion = %id, error = %fault, "what came of a draft was not kept");
    }
    // Those who watch are told of the end when they can read it.
    drop(growing);
}

async fn make(ask: &Ask, order: &Order, growing: &Growing, began: Instant) -> Outcome<Ending> {
    let mut moves = Moves::watch(ask, order).await?;
    let (settings, rows) = providers::line_up(ask).await?;
    let mut mask = material::mask(&mut *ask.conn().await?, ask.workspace()).await?;
    let is_told = order.task == Task::Suggest && !rows.is_empty();
    let will_be_told = is_told.then_some((order.id, &mask));
    let gathered = material::gather(ask, order.chat, &order.standing, will_be_told).await?;
    let material = material_of(order, &gathered, settings.tone);
    let prompt = material.prompt(&mut mask);
    let (gist, version) = (prompt.gist.clone(), prompt.version);
    let question = question(ask, order, prompt);
    let category = order.standing.category.unwrap_or_else(|| understand(&gathered.turn).category);
    let drafting = Drafting { ask, order, material: &material, gathered: &gathered, category, version };
    // Who asks once more wants other words, and thanks are never answered twice in the same ones.
    let is_repeatable = order.task == Task::Suggest && !order.is_asked_for && category != Category::Thanks;
    let key = (is_repeatable && !rows.is_empty()).then(|| Key::of(&question, gist.as_deref(), &rows));
    if let Some(key) = &key {
        let known = cache::find(&mut *ask.conn().await?, ask.workspace(), key, ask.now).await?;
        if let Some(known) = known {
            let restored = mask.restore(&known.body);
            growing.show(restored.text.clone());
            let by = (known.provider, known.model);
            let made = drafting.made(restored, by, false, None).await?;
            return Ok(Ending::Ready(Made { is_again: true, ..made }));
        }
    }
    let mut asking = Asking { ask, order, growing, mask: &mask, rows, began, first_ms: None };
    let told = asking.answer(question, &mut moves).await?;
    let first_ms = asking.first_ms;
    Ok(match told {
        Answered::Moved => Ending::Cancelled,
        Answered::Text { text, row, end } => {
            let body = text.trim().to_owned();
            let by = (row.kind, end.model);
            let made = drafting.made(mask.restore(&body), by.clone(), end.is_cut, first_ms).await?;
            if let Some(key) = key.filter(|_| made.is_good_again()) {
                let answer = Cached { body, provider: by.0, model: by.1 };
                cache::keep(&mut *ask.conn().await?, ask.workspace(), &key, &answer, ask.now).await?;
            }
            Ending::Ready(made)
        }
        Answered::Nobody(problem) if order.task == Task::Suggest => drafting.by_template(problem).await?,
        Answered::Nobody(problem) => Ending::Failed(problem),
    })
}

/// A text that somebody has written is rewritten from itself alone, but in the language of the chat.
fn material_of(order: &Order, gathered: &Gathered, tone: Tone) -> Material {
    let is_new = order.task == Task::Suggest;
    Material {
        task: order.task,
        tone,
        transcript: gathered.transcript.clone(),
        facts: if is_new { gathered.facts.clone() } else { Vec::new() },
        knowledge: if is_new { gathered.knowledge.clone() } else { Vec::new() },
        draft: order.draft.clone(),
    }
}

fn sources_of(order: &Order, views: Vec<SourceView>) -> Vec<SourceView> {
    if order.task == Task::Suggest { views } else { Vec::new() }
}

fn question(ask: &Ask, order: &Order, prompt: Prompt) -> Question {
    let temperature = match (order.task, order.is_asked_for) {
        (Task::Suggest, false) => TEMPERATURE.0,
        (Task::Suggest, true) => TEMPERATURE.1,
        _ => REWRITING,
    };
    Question {
        system: prompt.system,
        user: prompt.user,
        temperature,
        max_tokens: longest_answer(order.standing.marketplace.max_text_chars()),
        json: false,
        owner: Some(ask.workspace().0.simple().to_string()),
        budget: Budget::SUGGESTION,
    }
}

/// What the models have said.
enum Answered {
    Text {
        /// Masked.
        text: String,
        row: Box<ProviderRow>,
        end: End,
    },
    /// Why the first choice has not answered; nothing when there was nobody to ask.
    Nobody(Option<ModelProblem>),
    /// The chat has moved on.
    Moved,
}

/// Models that cannot be opened, and why.
type Refused = Vec<(ProviderRow, ModelError)>;

struct Asking<'a> {
    ask: &'a Ask,
    order: &'a Order,
    growing: &'a Growing,
    mask: &'a Mask,
    rows: Vec<ProviderRow>,
    began: Instant,
    first_ms: Option<i32>,
}

impl Asking<'_> {
    async fn answer(&mut self, question: Question, moves: &mut Moves<'_>) -> Outcome<Answered> {
        let (candidates, refused) = self.opened()?;
        let first_refusal = match refused.as_slice() {
            [(_, error), ..] => Some(error.problem()),
            [] => None,
        };
        self.note_problems(&refused).await?;
        let mut told = fallback::ask(candidates, question);
        let (mut text, mut asked) = (String::new(), None);
        loop {
            let next = tokio::select! {
                next = told.next() => next,
                () = moves.wait() => {
                    drop(told);
                    let cancelled = |row| Call::in_vain(row, "cancelled", self.first_ms, millis(self.began));
                    let calls = asked.and_then(|asked: usize| self.rows.get(asked)).map(cancelled);
                    self.keep_calls(calls.into_iter().collect(), &[]).await?;
                    return Ok(Answered::Moved);
                }
                () = self.ask.app.cancel.cancelled() => {
                    return Ok(Answered::Nobody(Some(ModelProblem::Interrupted)));
                }
            };
            match next {
                Some(Ok(Told::Asks(candidate))) => asked = Some(candidate),
                Some(Ok(Told::Text(piece))) => {
                    self.first_ms.get_or_insert_with(|| millis(self.began));
                    text.push_str(&piece);
                    self.growing.show(self.mask.restore(settled(&text)).text);
                }
                Some(Ok(Told::Restart)) => {
                    text.clear();
                    self.growing.show(String::new());
                }
                Some(Ok(Told::End { candidate, end, failed })) => {
                    let row = Box::new(self.rows[candidate].clone());
                    let call = Call::answered(&row, &end, self.first_ms, millis(self.began));
                    self.keep_calls(vec![call], &failed).await?;
                    return Ok(Answered::Text { text, row, end });
                }
                Some(Err(nobody)) => {
                    self.keep_calls(Vec::new(), &nobody.0).await?;
                    return Ok(Answered::Nobody(nobody.problem().or(first_refusal)));
                }
                None => return Ok(Answered::Nobody(first_refusal)),
            }
        }
    }

    /// Opens the models; those that cannot be opened leave the line.
    fn opened(&mut self) -> Outcome<(Vec<Candidate>, Refused)> {
        let (mut candidates, mut rows, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for row in std::mem::take(&mut self.rows) {
            match row.open(&self.ask.app, self.ask.workspace())? {
                Ok(candidate) => {
                    candidates.push(candidate);
                    rows.push(row);
                }
                Err(error) => refused.push((row, error)),
            }
        }
        self.rows = rows;
        Ok((candidates, refused))
    }

    /// Keeps why models cannot even be opened.
    async fn note_problems(&self, refused: &[(ProviderRow, ModelError)]) -> Outcome<()> {
        let workspace = self.ask.workspace();
        for (row, error) in refused {
            let problem = Some(error.problem()).filter(|problem| problem.needs_a_person());
            let mut conn = self.ask.conn().await?;
            conn.transaction(async |conn| providers::note_problem(conn, workspace, row.id, problem).await)
                .await?;
        }
        Ok(())
    }

    /// Keeps what was asked, and what only a person can put right.
    async fn keep_calls(&self, mut calls: Vec<Call>, failed: &[Failed]) -> Outcome<()> {
        let workspace = self.ask.workspace();
        for failure in failed {
            let (row, problem) = (&self.rows[failure.candidate], failure.error.problem());
            tracing::warn!(provider = %row.id, kind = %row.kind, error = %failure.error, "a model has not answered");
            calls.push(Call::in_vain(row, problem.as_str(), None, millis(self.began)));
        }
        let lasting: Vec<(&ProviderRow, ModelProblem)> = failed
            .iter()
            .map(|failure| (&self.rows[failure.candidate], failure.error.problem()))
            .filter(|(_, problem)| problem.needs_a_person())
            .collect();
        let mut conn = self.ask.conn().await?;
        conn.transaction(async |conn| {
            calls::record(conn, workspace, Some(self.order.id), &calls, clock::now()).await?;
            for (row, problem) in &lasting {
                providers::note_problem(conn, workspace, row.id, Some(*problem)).await?;
            }
            Ok(())
        })
        .await
    }
}

/// As much of a growing text as can be shown: a placeholder is shown when it is whole.
fn settled(text: &str) -> &str {
    match text.rfind('[') {
        Some(at) if !text[at..].contains(']') => &text[..at],
        _ => text,
    }
}

async fn checked(
    ask: &Ask,
    order: &Order,
    material: &Material,
    gathered: &Gathered,
    draft: &Restored,
    is_cut: bool,
) -> Outcome<Vec<Flag>> {
    let rules = Checker::new(wording::in_force(&mut *ask.conn().await?, ask.workspace()).await?);
    let sources: Vec<&str> = material.sources().chain(order.draft.as_deref()).collect();
    let frame = Frame {
        max_chars: order.standing.marketplace.max_text_chars(),
        language: language(&gathered.turn),
        sources: &sources,
    };
    let mut flags = check(draft, &frame, &rules);
    if is_cut {
        let end = draft.text.len();
        flags.push(Flag {
            concern: Concern::Cut,
            kind: None,
            severity: Severity::Warn,
            words: String::new(),
            place: end..end,
        });
    }
    Ok(flags)
}

/// All that a draft is made from.
struct Drafting<'a> {
    ask: &'a Ask,
    order: &'a Order,
    material: &'a Material,
    gathered: &'a Gathered,
    /// What the buyer writes about, by the rules or by a person.
    category: Category,
    /// Of the prompt.
    version: i32,
}

impl Drafting<'_> {
    /// A draft that a model has made.
    async fn made(
        &self,
        draft: Restored,
        by: (ProviderKind, String),
        is_cut: bool,
        first_ms: Option<i32>,
    ) -> Outcome<Made> {
        let flags = checked(self.ask, self.order, self.material, self.gathered, &draft, is_cut).await?;
        Ok(Made {
            text: draft.text,
            by: Some(by),
            version: self.version,
            category: self.category,
            sources: sources_of(self.order, self.gathered.views.clone()),
            flags,
            problem: None,
            first_ms,
            is_again: false,
        })
    }

    /// A draft without a model: by what the buyer writes about, and never what was said lately.
    async fn by_template(&self, problem: Option<ModelProblem>) -> Outcome<Ending> {
        let recent = recent(&mut *self.ask.conn().await?, self.ask).await?;
        let seed = self.order.chat.0.as_u64_pair().1;
        let make = if self.order.is_asked_for { templates::another } else { templates::draft };
        let Some(draft) = make(self.category, language(&self.gathered.turn), seed, &recent) else {
            return Ok(Ending::Failed(problem));
        };
        let restored = Restored { text: draft.text, unknown: Vec::new() };
        let flags = checked(self.ask, self.order, self.material, self.gathered, &restored, false).await?;
        Ok(Ending::Ready(Made {
            text: restored.text,
            by: None,
            version: draft.version,
            category: self.category,
            sources: vec![SourceView::of(SourceKind::Template, "")],
            flags,
            problem,
            first_ms: None,
            is_again: false,
        }))
    }
}

/// What templates have said lately in the workspace.
async fn recent(conn: &mut AsyncPgConnection, ask: &Ask) -> Outcome<Vec<String>> {
    Ok(suggestions::table
        .filter(suggestions::workspace_id.eq(ask.workspace()))
        .filter(suggestions::provider.is_null())
        .filter(suggestions::state.eq(SuggestionState::Ready))
        .order(suggestions::created_at.desc())
        .limit(RECENT)
        .select(suggestions::body)
        .load(conn)
        .await?)
}

/// Keeps what came of a draft and tells those who have the chat on the screen.
async fn keep(ask: &Ask, id: SuggestionId, chat: ChatId, ending: Ending, total_ms: i32) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let row = suggestions::table.find((workspace, id));
        match &ending {
            Ending::Ready(made) => {
                let (provider, model) = made.by.clone().unzip();
                diesel::update(row)
                    .set((
                        suggestions::state.eq(SuggestionState::Ready),
                        suggestions::body.eq(&made.text),
                        suggestions::provider.eq(provider),
                        suggestions::model.eq(model),
                        suggestions::version.eq(Some(made.version)),
                        suggestions::category.eq(Some(made.category)),
                        suggestions::sources.eq(serde_json::to_value(&made.sources)?),
                        suggestions::flags.eq(serde_json::to_value(&made.flags)?),
                        suggestions::problem.eq(made.problem.map(ModelProblem::as_str)),
                        suggestions::first_ms.eq(made.first_ms),
                        suggestions::is_again.eq(made.is_again),
                        suggestions::total_ms.eq(Some(total_ms)),
                    ))
                    .execute(conn)
                    .await?;
            }
            Ending::Failed(problem) => {
                end(conn, ask, id, SuggestionState::Failed, *problem, total_ms).await?
            }
            Ending::Cancelled => end(conn, ask, id, SuggestionState::Cancelled, None, total_ms).await?,
        }
        live::append(conn, workspace, &[Change::Suggestion { chat }]).await
    })
    .await
}

async fn end(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    id: SuggestionId,
    state: SuggestionState,
    problem: Option<ModelProblem>,
    total_ms: i32,
) -> Outcome<()> {
    diesel::update(suggestions::table.find((ask.workspace(), id)))
        .set((
            suggestions::state.eq(state),
            suggestions::problem.eq(problem.map(ModelProblem::as_str)),
            suggestions::total_ms.eq(Some(total_ms)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn millis(since: Instant) -> i32 {
    i32::try_from(since.elapsed().as_millis()).unwrap_or(i32::MAX)
}

/// Sees when the chat moves on.
struct Moves<'a> {
    ask: &'a Ask,
    order: &'a Order,
    news: broadcast::Receiver<Event>,
}

impl<'a> Moves<'a> {
    /// Listens first and looks at the chat then, so that nothing falls between.
    async fn watch(ask: &'a Ask, order: &'a Order) -> Outcome<Self> {
        let news = ask.app.hub.subscribe(ask.workspace());
        let seq = live::last_seq(&mut *ask.conn().await?, ask.workspace()).await?;
        ask.app.hub.start_at(ask.workspace(), seq);
        Ok(Moves { ask, order, news })
    }

    /// Waits until somebody has written. Where that cannot be seen, nothing is given up for it.
    async fn wait(&mut self) {
        loop {
            match self.news.recv().await {
                Ok(event) if !self.concerns(&event.change) => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
            match self.has_moved().await {
                Ok(true) => return,
                Ok(false) => {}
                Err(fault) => tracing::warn!(error = %fault, "nobody can tell whether a chat has moved on"),
            }
        }
    }

    fn concerns(&self, change: &Change) -> bool {
        match change {
            Change::Chat { chat } | Change::Reply { chat, .. } => *chat == self.order.chat,
            Change::Import { .. } => true,
            _ => false,
        }
    }

    async fn has_moved(&self) -> Outcome<bool> {
        let mut conn = self.ask.conn().await?;
        let now = standing::read(&mut conn, self.ask.workspace(), self.order.chat).await?;
        // What a person has written and wants rewritten is theirs to judge.
        Ok(self.order.task == Task::Suggest && self.order.standing.has_moved_to(&now))
    }
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn a_placeholder_is_shown_when_it_is_whole() {
        assert_eq!(settled("Call [PHO"), "Call ");
        assert_eq!(settled("Call [PHONE_1] or ["), "Call [PHONE_1] or ");
        assert_eq!(settled("Call [PHONE_1]"), "Call [PHONE_1]");
        assert_eq!(settled("Call"), "Call");
    }
}
