//! What the page knows of saved lists and of the names that conditions need.

use crate::features::inbox::api;
use crate::features::inbox::saved_filter::{SavedCount, SavedPlace, SavedView};
use crate::features::inbox::types::{Condition, Filter, Holder, PersonView, TagView};
use crate::features::inbox::ui::refresh::{Outcome, Refresher};
use crate::features::users;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{SavedFilterId, SellerId};
use crate::ui::live::{Live, LiveNews};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The counters of saved lists follow the news no closer than this: each is a question to the whole workspace.
const COUNT_EVERY: Duration = Duration::from_secs(2);

/// Names of what conditions know by its id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    pub sellers: Vec<(SellerId, String)>,
    /// `None` while nobody has needed them.
    pub tags: Option<Vec<TagView>>,
    pub people: Option<Vec<PersonView>>,
}

impl Names {
    /// Asks for the names of tags and people.
    pub async fn ask(&mut self) -> Result<(), AppError> {
        self.tags = Some(api::tags().await?);
        self.people = Some(users::api::people().await?);
        Ok(())
    }

    /// Whether a filter cannot be told in words without them.
    pub fn are_needed(filter: Option<&Filter>) -> bool {
        let by_id = |condition: &Condition| match condition {
            Condition::Tag(tags) => !tags.is_empty(),
            Condition::Assignee(holders) => holders.iter().any(|who| matches!(who, Holder::Person(_))),
            _ => false,
        };
        filter.is_some_and(|filter| filter.conditions().into_iter().any(by_id))
    }
}

/// Saved lists, their counters, and names. Cheap to clone.
#[derive(Clone)]
pub struct Filters {
    /// The lists that are kept for the person; `None` while nobody has asked.
    pub saved: ArcRwSignal<Option<Vec<SavedView>>>,
    pub names: ArcRwSignal<Names>,
    /// Chats of the lists that stand over the chats; an inner `None` took too long to count.
    pub counts: ArcRwSignal<HashMap<SavedFilterId, Option<i64>>>,
}

impl Filters {
    /// Nothing yet; follows the news.
    pub fn new(live: &Live) -> Self {
        let filters = Filters {
            saved: ArcRwSignal::new(None),
            names: ArcRwSignal::new(Names::default()),
            counts: ArcRwSignal::new(HashMap::new()),
        };
        filters.follow(live);
        filters
    }

    /// Begins with what the page was drawn with.
    pub fn begin(&self, saved: Vec<SavedView>, names: Names) {
        self.saved.set(Some(saved));
        self.names.set(names);
    }

    /// A saved list.
    pub fn find(&self, id: SavedFilterId) -> Option<SavedView> {
        self.saved.with(|saved| saved.as_ref()?.iter().find(|view| view.id == id).cloned())
    }

    /// Takes over a list that has just been kept, before the server tells.
    pub fn note(&self, kept: SavedView) {
        self.saved.update(|saved| {
            let saved = saved.get_or_insert_default();
            match saved.iter_mut().find(|view| view.id == kept.id) {
                Some(view) => *view = kept,
                None => saved.push(kept),
            }
        });
    }

    /// Asks for the names of tags and people, unless they are here.
    pub fn want_names(&self) {
        if self.names.with_untracked(|names| names.tags.is_none() || names.people.is_none()) {
            let this = self.clone();
            spawn_local(async move { _ = this.ask_names().await });
        }
    }

    async fn ask_names(&self) -> Outcome {
        let mut names = self.names.get_untracked();
        let answer = names.ask().await;
        self.names.update(|shown| (shown.tags, shown.people) = (names.tags, names.people));
        settle(answer)
    }

    async fn ask_saved(&self) -> Outcome {
        match api::saved().await {
            Ok(saved) => {
                if self.saved.with_untracked(|shown| shown.as_ref() != Some(&saved)) {
                    self.saved.set(Some(saved));
                }
                Outcome::Settled
            }
            Err(error) => settle(Err(error)),
        }
    }

    async fn ask_counts(&self) -> Outcome {
        let pinned = pinned(self.saved.get_untracked().unwrap_or_default());
        if pinned.is_empty() {
            return Outcome::Settled;
        }
        match api::saved_counts(pinned).await {
            Ok(counts) => {
                let counts = counts.into_iter().map(|SavedCount { saved, chats }| (saved, chats)).collect();
                if self.counts.with_untracked(|shown| *shown != counts) {
                    self.counts.set(counts);
                }
                Outcome::Settled
            }
            Err(error) => settle(Err(error)),
        }
    }

    fn follow(&self, live: &Live) {
        let asks = |question: fn(Filters) -> Question| {
            let this = self.clone();
            Refresher::new(move || question(this.clone()))
        };
        let lists = asks(|this| Box::pin(async move { this.ask_saved().await }));
        let names = asks(|this| Box::pin(async move { this.ask_names().await }));
        let counts = asks(|this| Box::pin(async move { this.ask_counts().await }));
        let saved = self.saved.clone();
        let to_count = Memo::new(move |_| pinned(saved.get().unwrap_or_default()));
        let saved = self.saved.clone();
        let queries = Memo::new(move |_| {
            saved.with(|saved| saved.iter().flatten().map(|view| view.query.clone()).collect::<Vec<_>>())
        });
        Effect::new({
            let counts = counts.clone();
            move |_| {
                // Also when a list asks for something else than before.
                queries.track();
                if !to_count.get().is_empty() {
                    counts.soon();
                }
            }
        });
        let (this, is_due) = (self.clone(), Arc::new(AtomicBool::new(false)));
        live.on_change(move |news| {
            let concerns = Concerns::of(&news);
            if concerns.lists {
                lists.soon();
            }
            if concerns.names && this.names.with_untracked(|names| names.tags.is_some()) {
                names.soon();
            }
            if concerns.chats && !is_due.swap(true, Ordering::Relaxed) {
                let (counts, is_due) = (counts.clone(), is_due.clone());
                set_timeout(
                    move || {
                        is_due.store(false, Ordering::Relaxed);
                        counts.soon();
                    },
                    COUNT_EVERY,
                );
            }
        });
    }
}

type Question = std::pin::Pin<Box<dyn Future<Output = Outcome>>>;

/// The lists that stand over the chats.
fn pinned(saved: Vec<SavedView>) -> Vec<SavedFilterId> {
    saved.into_iter().filter(|view| view.place == SavedPlace::Pinned).map(|view| view.id).collect()
}

/// Whether a question should be asked again. What it was about stays on the screen as it was.
fn settle(answer: Result<(), AppError>) -> Outcome {
    match answer {
        Err(error) if error.is_temporary() => Outcome::TryLater,
        _ => Outcome::Settled,
    }
}

/// What of it all the news concern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Concerns {
    lists: bool,
    names: bool,
    chats: bool,
}

impl Concerns {
    fn of(news: &LiveNews) -> Self {
        let LiveNews::Changes(events) = news else {
            return Concerns { lists: true, names: true, chats: true };
        };
        let any = |concerns: fn(&Change) -> bool| events.iter().any(|event| concerns(&event.change));
        Concerns {
            lists: any(|change| matches!(change, Change::SavedFilters { .. })),
            names: any(|change| matches!(change, Change::Tags)),
            chats: any(|change| !matches!(change, Change::SavedFilters { .. })),
        }
    }
}
