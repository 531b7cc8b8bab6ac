//! What the panel of an open chat knows: asked of the server when the chat opens and whenever it hears of a change, and
//! followed while a draft grows.

use super::follow;
use crate::features::suggestions::api;
use crate::features::suggestions::prompt::Task;
use crate::features::suggestions::types::{Panel, SuggestionState, SuggestionView, Summary};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, SuggestionId};
use crate::ui::live::{Live, LiveNews};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the panel knows. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Board {
    chat: ChatId,
    /// Nothing until the server has told it.
    pub panel: RwSignal<Option<Panel>>,
    /// The draft that is being made, as far as it has come.
    pub growing: RwSignal<String>,
    /// Why the server could not be asked.
    pub problem: RwSignal<Option<AppError>>,
    /// Which of the variants is looked at; 0 is the newest.
    pub chosen: RwSignal<usize>,
    /// What the chat is about, once somebody has asked.
    pub summary: RwSignal<Option<Result<Summary, AppError>>>,
    pub is_summarising: RwSignal<bool>,
    followed: StoredValue<Option<SuggestionId>>,
    is_asking: StoredValue<bool>,
    has_moved: StoredValue<bool>,
}

impl Board {
    /// Opens the panel of a chat; it follows the news until its component goes away.
    pub fn open(chat: ChatId, live: &Live) -> Self {
        let board = Board {
            chat,
            panel: RwSignal::new(None),
            growing: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
            chosen: RwSignal::new(0),
            summary: RwSignal::new(None),
            is_summarising: RwSignal::new(false),
            followed: StoredValue::new(None),
            is_asking: StoredValue::new(false),
            has_moved: StoredValue::new(false),
        };
        // Effects run in browsers only: the server draws the place and the browser fills it.
        Effect::new(move |_| board.refresh());
        live.on_change(move |news| {
            let is_ours = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| board.concerns(&event.change)),
            };
            if is_ours {
                board.outdate(&news);
                board.refresh();
            }
        });
        on_cleanup(follow::leave);
        board
    }

    fn concerns(self, change: &Change) -> bool {
        match change {
            Change::Suggestion { chat } | Change::Chat { chat } | Change::Reply { chat, .. } => {
                *chat == self.chat
            }
            Change::SuggestionSettings => true,
            _ => false,
        }
    }

    /// A summary tells what was said up to now: what is said later makes it old.
    fn outdate(self, news: &LiveNews) {
        let is_said = |change: &Change| matches!(change, Change::Chat { .. } | Change::Reply { .. });
        let is_old = match news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => {
                events.iter().any(|event| self.concerns(&event.change) && is_said(&event.change))
            }
        };
        if is_old {
            _ = self.summary.try_set(None);
        }
    }

    /// The draft that is shown: the newest, or the variant that is looked at.
    pub fn current(self) -> Option<SuggestionView> {
        let place = self.chosen.get();
        self.panel.with(|panel| {
            let panel = panel.as_ref()?;
            let variant = panel.variants.get(place).filter(|_| place > 0 && has_variants(panel));
            variant.or(panel.current.as_ref()).cloned()
        })
    }

    /// How many variants there are to choose from.
    pub fn variants(self) -> usize {
        self.panel.with(|panel| {
            panel.as_ref().filter(|panel| has_variants(panel)).map_or(0, |panel| panel.variants.len())
        })
    }

    /// Whether a draft is on its way.
    pub fn is_thinking(self) -> bool {
        self.panel.with(|panel| {
            let current = panel.as_ref().and_then(|panel| panel.current.as_ref());
            current.is_some_and(|current| current.state == SuggestionState::Thinking)
        })
    }

    /// Asks how things are. What moves meanwhile is asked once more.
    fn refresh(self) {
        if self.is_asking.try_get_value() != Some(false) {
            _ = self.has_moved.try_set_value(true);
            return;
        }
        self.is_asking.set_value(true);
        spawn_local(async move {
            loop {
                _ = self.has_moved.try_set_value(false);
                let answer = api::of_chat(self.chat).await;
                self.take(answer);
                if self.has_moved.try_get_value() != Some(true) {
                    break;
                }
            }
            _ = self.is_asking.try_set_value(false);
        });
    }

    fn take(self, answer: Result<Panel, AppError>) {
        match answer {
            Ok(panel) => {
                let newest = |panel: &Panel| panel.current.as_ref().map(|current| current.id);
                let before = self.panel.try_with_untracked(|before| before.as_ref().and_then(newest));
                if before != Some(newest(&panel)) {
                    _ = self.chosen.try_set(0);
                }
                self.follow(panel.current.as_ref());
                _ = self.panel.try_set(Some(panel));
                _ = self.problem.try_set(None);
            }
            Err(error) => _ = self.problem.try_set(Some(error)),
        }
    }

    /// Follows a draft that is being made, once: when its stream ends early, the news tell of its end.
    fn follow(self, current: Option<&SuggestionView>) {
        let Some(current) = current.filter(|current| current.state == SuggestionState::Thinking) else {
            return;
        };
        if self.followed.try_get_value() == Some(Some(current.id)) {
            return;
        }
        _ = self.followed.try_set_value(Some(current.id));
        _ = self.growing.try_set(String::new());
        let on_text = move |text| _ = self.growing.try_set(text);
        follow::follow(current.id, on_text, move || self.refresh());
    }

    /// Asks what the chat is about; two presses are one question.
    pub fn summarise(self) {
        if self.is_summarising.get_untracked() {
            return;
        }
        self.is_summarising.set(true);
        spawn_local(async move {
            let answer = api::summarise(self.chat).await;
            _ = self.summary.try_set(Some(answer));
            _ = self.is_summarising.try_set(false);
        });
    }

    /// Asks for a draft, or for another form of a text.
    pub fn ask(self, task: Task, draft: Option<String>) {
        if untrack(|| self.is_thinking()) {
            return;
        }
        spawn_local(async move {
            match api::ask(self.chat, task, draft).await {
                Ok(_) => self.refresh(),
                Err(error) => _ = self.problem.try_set(Some(error)),
            }
        });
    }
}

/// Whether the draft that is shown is one of several.
fn has_variants(panel: &Panel) -> bool {
    let is_one = |current: &SuggestionView| {
        current.state == SuggestionState::Ready && panel.variants.iter().any(|it| it.id == current.id)
    };
    panel.current.as_ref().is_some_and(is_one)
}
