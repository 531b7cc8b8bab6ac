//! The draft above the answer. Its place is there from the start; one key puts it into the field, and what a person has
//! typed is never overwritten without being asked.

use super::board::Board;
use super::words;
use crate::features::suggestions::prompt::Task;
use crate::features::suggestions::types::{Readiness, SuggestionState, SuggestionView, Summary};
use crate::features::wording::types::Severity;
use crate::shared::commands::Command;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::ChatId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::commands::use_commands;
use crate::ui::context::use_viewer;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::use_live;
use leptos::prelude::*;

/// What can be done to a text, in the order of the buttons.
const TASKS: [Task; 5] = [Task::Shorter, Task::Warmer, Task::Formal, Task::Correct, Task::Translate];

/// What is put into the field, what stood there before, and what is being rewritten.
#[derive(Clone, Copy)]
struct Hand {
    board: Board,
    text: RwSignal<String>,
    on_insert: Callback<String>,
    /// The field has text, and the person has to say what becomes of it.
    asks: RwSignal<bool>,
    /// What was put in last, and what stood in the field before.
    inserted: RwSignal<Option<(String, String)>>,
    /// The text of the field that the draft is another form of.
    rewritten: RwSignal<Option<String>>,
}

impl Hand {
    /// The draft, when it can be used.
    fn ready(self) -> Option<SuggestionView> {
        self.board
            .current()
            .filter(|view| view.state == SuggestionState::Ready && !view.text.trim().is_empty())
    }

    /// Puts the draft into the field, or asks when something stands there.
    fn insert(self) {
        let Some(view) = untrack(|| self.ready()) else { return };
        let typed = self.text.get_untracked();
        let is_own = view.task != Task::Suggest && self.rewritten.get_untracked().as_ref() == Some(&typed);
        if typed.trim().is_empty() || is_own {
            self.put(view.text);
        } else if typed.trim() != view.text.trim() {
            self.asks.set(true);
        }
    }

    fn append(self) {
        let Some(view) = untrack(|| self.ready()) else { return };
        let typed = self.text.get_untracked();
        self.put(format!("{}\n{}", typed.trim_end(), view.text));
    }

    fn replace(self) {
        if let Some(view) = untrack(|| self.ready()) {
            self.put(view.text);
        }
    }

    fn put(self, text: String) {
        let before = self.text.get_untracked();
        self.asks.set(false);
        self.rewritten.set(None);
        self.on_insert.run(text.clone());
        self.inserted.set(Some((text, before)));
    }

    /// Whether the field is as the draft has made it.
    fn can_undo(self) -> bool {
        self.inserted
            .with(|inserted| inserted.as_ref().is_some_and(|(text, _)| self.text.with(|typed| typed == text)))
    }

    fn undo(self) {
        if let Some((_, before)) = self.inserted.get_untracked() {
            self.inserted.set(None);
            self.on_insert.run(before);
        }
    }

    /// Has a text rewritten: what stands in the field, otherwise the draft.
    fn rewrite(self, task: Task) {
        let typed = self.text.get_untracked();
        let draft = if typed.trim().is_empty() {
            untrack(|| self.ready()).map(|view| view.text)
        } else {
            Some(typed.clone())
        };
        if let Some(draft) = draft {
            self.asks.set(false);
            self.rewritten.set(Some(typed));
            self.board.ask(task, Some(draft));
        }
    }

    fn another(self) {
        self.asks.set(false);
        self.board.ask(Task::Suggest, None);
    }
}

/// The panel.
#[component]
pub fn SuggestionPanel(
    chat: ChatId,
    locale: Locale,
    /// Whether the buyer waits, as the page knows it: then there is room for a draft from the start.
    is_waiting: Signal<bool>,
    /// What stands in the field.
    text: ArcRwSignal<String>,
    /// An answer can be written here now.
    is_composing: Signal<bool>,
    /// The chat takes no answers.
    is_closed: Signal<bool>,
    /// Called with what the field is to hold.
    on_insert: Callback<String>,
) -> impl IntoView {
    let board = Board::open(chat, &use_live());
    let hand = Hand {
        board,
        text: text.into(),
        on_insert,
        asks: RwSignal::new(false),
        inserted: RwSignal::new(None),
        rewritten: RwSignal::new(None),
    };
    let commands = use_commands();
    let can_insert = Memo::new(move |_| hand.ready().is_some() && !is_closed.get());
    commands.offer_while(
        Command::InsertSuggestion,
        Signal::derive(move || is_composing.get() && can_insert.get()),
        move || hand.insert(),
    );
    commands.offer_while(
        Command::AnotherSuggestion,
        Signal::derive(move || is_composing.get() && !board.is_thinking()),
        move || hand.another(),
    );
    // Who goes on typing has decided.
    Effect::watch(move || hand.text.get(), move |_, _, _| hand.asks.set(false), false);
    let is_open = Memo::new(move |_| {
        let has_summary = board.is_summarising.get() || board.summary.with(Option::is_some);
        is_waiting.get() || has_summary || board.current().is_some()
    });
    let state = Memo::new(move |_| state_word(board));
    view! {
        <section
            class="suggestion"
            data-testid="suggestion"
            data-state=move || state.get()
            data-open=move || is_open.get().then_some("true")
            aria-label=locale.suggestion()
            aria-busy=move || board.is_thinking().then_some("true")
        >
            <div class="suggestion-head">
                <Glyph icon=Icon::Bot/>
                <p class="suggestion-title">{move || title(locale, board)}</p>
                <Tools hand locale can_insert is_closed/>
            </div>
            <div
                class="suggestion-body"
                // It scrolls, so it can be reached by keyboard.
                tabindex="0"
                role="group"
                aria-label=locale.suggestion_text()
                hidden=move || !is_open.get()
            >
                <p class="suggestion-summary" role="status" data-testid="chat-summary">{move || summed_up(locale, board)}</p>
                <p class="suggestion-text">{move || shown(locale, board)}</p>
                <Notes board locale/>
            </div>
            <p class="reader-only" role="status">
                {move || (state.get() == "ready").then(|| locale.suggestion_ready())}
            </p>
        </section>
    }
}

/// The word for tests and style sheets (`data-state`).
fn state_word(board: Board) -> &'static str {
    match board.current().map(|view| view.state) {
        None => "none",
        Some(SuggestionState::Thinking) if board.growing.with(String::is_empty) => "thinking",
        Some(SuggestionState::Thinking) => "streaming",
        Some(state) => state.as_str(),
    }
}

fn title(locale: Locale, board: Board) -> String {
    let current = board.current().filter(|view| view.state == SuggestionState::Ready);
    match current {
        Some(SuggestionView { provider: Some(kind), model, .. }) => {
            locale.suggestion_by(kind, &model.unwrap_or_default())
        }
        Some(_) => locale.suggestion_by_template().to_owned(),
        None => locale.suggestion().to_owned(),
    }
}

/// The text in the middle: the draft, or in words why there is none.
fn shown(locale: Locale, board: Board) -> String {
    let Some(view) = board.current() else {
        let is_known = board.panel.with(Option::is_some);
        return if is_known { locale.suggestion_none().to_owned() } else { String::new() };
    };
    match view.state {
        SuggestionState::Thinking => {
            let growing = board.growing.get();
            if growing.is_empty() { locale.suggestion_thinking().to_owned() } else { growing }
        }
        SuggestionState::Ready => view.text,
        SuggestionState::Failed | SuggestionState::Cancelled => match view.problem {
            Some(problem) => locale.model_problem(problem).to_owned(),
            None => locale.suggestion_not_made().to_owned(),
        },
    }
}

/// What the chat is about, or in words why nobody says.
fn summed_up(locale: Locale, board: Board) -> Option<String> {
    if board.is_summarising.get() {
        return Some(locale.summary_on_its_way().to_owned());
    }
    let words = match board.summary.get()? {
        Ok(Summary { text: Some(text), .. }) => text,
        Ok(Summary { problem: Some(problem), .. }) => locale.model_problem(problem).to_owned(),
        Ok(summary) => {
            words::readiness(locale, summary.readiness).unwrap_or(locale.summary_not_made()).to_owned()
        }
        Err(error) => error.sentence(locale),
    };
    Some(format!("{} {words}", locale.summary_begins()))
}

/// What was found in the draft, why no model has made it, and what it was made from.
#[component]
fn Notes(board: Board, locale: Locale) -> impl IntoView {
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageModels));
    let readiness = Memo::new(move |_| {
        board.panel.with(|panel| panel.as_ref().map_or(Readiness::Ready, |panel| panel.readiness))
    });
    let flags = move || {
        let ready = board.current().filter(|view| view.state == SuggestionState::Ready);
        let flags = ready.map(|view| view.flags).unwrap_or_default();
        flags
            .into_iter()
            .map(|flag| {
                let icon = if flag.severity == Severity::Hint { Icon::Info } else { Icon::Alert };
                view! {
                    <li class="finding" data-severity=flag.severity.as_str() data-concern=flag.concern.as_str()>
                        <Glyph icon/>
                        <span>{words::flag(locale, &flag)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let has_flags = Memo::new(move |_| board.current().is_some_and(|view| !view.flags.is_empty()));
    let trouble = move || {
        let of_model = board
            .current()
            .filter(|view| view.state == SuggestionState::Ready)
            .and_then(|view| view.problem)
            .map(|problem| locale.model_problem(problem));
        of_model.or_else(|| words::readiness(locale, readiness.get()))
    };
    let sources = move || {
        let ready = board.current().filter(|view| view.state == SuggestionState::Ready);
        ready.filter(|view| view.task == Task::Suggest).map(|view| words::sources(locale, &view))
    };
    let again = move || {
        let again = board.current().filter(|view| view.state == SuggestionState::Ready && view.is_again);
        again.map(|_| locale.suggestion_again())
    };
    let problem = move || match board.problem.get() {
        Some(AppError::Transport) => Some(locale.suggestion_lost().to_owned()),
        other => other.map(|error| error.sentence(locale)),
    };
    let link = move || {
        let is_set_up = readiness.get() == Readiness::Ready;
        (may_manage && !is_set_up).then(|| {
            view! { <a href="/settings/models">{locale.suggestion_to_settings()}</a> }
        })
    };
    view! {
        <ul class="findings suggestion-flags" aria-label=locale.wording_found() hidden=move || !has_flags.get()>
            {flags}
        </ul>
        <p class="suggestion-note" role="alert">{problem}</p>
        <p class="suggestion-note" data-testid="suggestion-trouble">{trouble} " " {link}</p>
        <p class="suggestion-note" data-testid="suggestion-again">{again}</p>
        <p class="suggestion-note" data-testid="suggestion-sources">{sources}</p>
    }
}

/// What can be done: put it in, take it back, ask for another form of it.
#[component]
fn Tools(hand: Hand, locale: Locale, can_insert: Memo<bool>, is_closed: Signal<bool>) -> impl IntoView {
    let commands = use_commands();
    let board = hand.board;
    let is_busy = Signal::derive(move || board.is_thinking());
    let has_model = Memo::new(move |_| {
        board.panel.with(|panel| panel.as_ref().is_some_and(|panel| panel.readiness == Readiness::Ready))
    });
    let is_long =
        Memo::new(move |_| board.panel.with(|panel| panel.as_ref().is_some_and(|panel| panel.is_long)));
    let has_text =
        Memo::new(move |_| hand.text.with(|text| !text.trim().is_empty()) || hand.ready().is_some());
    let has_typed = Memo::new(move |_| hand.text.with(|text| !text.trim().is_empty()));
    let tasks = TASKS.into_iter().map(move |task| {
        let (name, hint) = words::task(locale, task);
        // Only what a person has written has mistakes to be corrected.
        let needs_typed = matches!(task, Task::Correct | Task::Translate);
        let is_off = move || {
            let has_text = if needs_typed { has_typed.get() } else { has_text.get() };
            is_busy.get() || is_closed.get() || !has_model.get() || !has_text
        };
        view! {
            <button
                type="button"
                class="suggestion-task"
                data-task=task.as_str()
                title=move || if has_model.get() { hint } else { locale.suggestion_no_model_rewrite() }
                disabled=is_off
                on:click=move |_| hand.rewrite(task)
            >
                {name}
            </button>
        }
    });
    let another = move || {
        if board.current().is_some() { locale.suggestion_another() } else { locale.suggestion_ask() }
    };
    let question = move || {
        view! {
            <div class="suggestion-tools" role="group" aria-label=locale.suggestion_field_taken() data-testid="suggestion-question">
                <span class="suggestion-question" role="alert">{locale.suggestion_field_taken()}</span>
                <Button kind=ButtonKind::Primary on_press=Callback::new(move |()| hand.replace())>
                    {locale.suggestion_replace()}
                </Button>
                <Button on_press=Callback::new(move |()| hand.append())>{locale.suggestion_append()}</Button>
                <Button kind=ButtonKind::Quiet on_press=Callback::new(move |()| hand.asks.set(false))>
                    {locale.suggestion_leave()}
                </Button>
            </div>
        }
    };
    view! {
        <Show when=move || hand.asks.get()>{question()}</Show>
        <div
            class="suggestion-tools"
            role="group"
            aria-label=locale.suggestion_tools()
            hidden=move || hand.asks.get()
        >
            <button
                type="button"
                class="suggestion-task suggestion-insert"
                data-testid="suggestion-insert"
                title=move || commands.hint(locale.suggestion_insert(), Command::InsertSuggestion)
                aria-keyshortcuts=move || commands.keys_for_readers(Command::InsertSuggestion)
                disabled=move || !can_insert.get()
                hidden=move || hand.can_undo()
                on:click=move |_| hand.insert()
            >
                {locale.suggestion_insert()}
            </button>
            <button
                type="button"
                class="suggestion-task"
                data-testid="suggestion-undo"
                hidden=move || !hand.can_undo()
                on:click=move |_| hand.undo()
            >
                {locale.suggestion_undo()}
            </button>
            <button
                type="button"
                class="suggestion-task"
                data-testid="suggestion-another"
                title=move || commands.hint(another(), Command::AnotherSuggestion)
                aria-keyshortcuts=move || commands.keys_for_readers(Command::AnotherSuggestion)
                disabled=move || is_busy.get() || is_closed.get()
                on:click=move |_| hand.another()
            >
                {another}
            </button>
            <Variants board locale/>
            {tasks.collect_view()}
            <button
                type="button"
                class="suggestion-task"
                data-testid="summarise"
                title=locale.summary_hint()
                disabled=move || board.is_summarising.get()
                hidden=move || !has_model.get() || !is_long.get()
                on:click=move |_| board.summarise()
            >
                {locale.summary_ask()}
            </button>
        </div>
    }
}

/// The ways between the newest drafts.
#[component]
fn Variants(board: Board, locale: Locale) -> impl IntoView {
    let count = Memo::new(move |_| board.variants());
    let is_oldest = Memo::new(move |_| board.chosen.get() + 1 >= count.get());
    let go = move |to: usize| board.chosen.set(to);
    view! {
        <span
            class="suggestion-variants"
            role="group"
            aria-label=locale.suggestion_variants()
            data-testid="suggestion-variants"
            hidden=move || count.get() < 2
        >
            <button
                type="button"
                class="suggestion-task"
                aria-label=locale.suggestion_newer()
                title=locale.suggestion_newer()
                disabled=move || board.chosen.get() == 0
                on:click=move |_| go(board.chosen.get_untracked().saturating_sub(1))
            >
                <Glyph icon=Icon::Back/>
            </button>
            <span>{move || format!("{}/{}", board.chosen.get() + 1, count.get())}</span>
            <button
                type="button"
                class="suggestion-task"
                aria-label=locale.suggestion_older()
                title=locale.suggestion_older()
                disabled=move || is_oldest.get()
                on:click=move |_| go(board.chosen.get_untracked() + 1)
            >
                <Glyph icon=Icon::Right/>
            </button>
        </span>
    }
}
