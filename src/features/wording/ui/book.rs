//! The rules in force as a page holds them, ready to be asked at every key.

use crate::features::wording::api;
use crate::features::wording::check::Checker;
use crate::features::wording::types::Hit;
use crate::shared::change::Change;
use crate::ui::live::{Live, LiveNews};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// The rules in force. Empty until the server has told them: it looks at every text again in any case.
#[derive(Clone)]
pub struct WordingBook(ArcRwSignal<Arc<Checker>>);

impl WordingBook {
    /// Asks for the rules when the page has been taken over, and again when they have changed.
    pub fn open(live: &Live, may_answer: bool) -> Self {
        let book = WordingBook(ArcRwSignal::new(Arc::new(Checker::default())));
        if !may_answer {
            return book;
        }
        let asking = book.clone();
        Effect::new(move |_| asking.ask());
        let asking = book.clone();
        live.on_change(move |news| {
            let is_ours = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Wording),
            };
            if is_ours {
                asking.ask();
            }
        });
        book
    }

    fn ask(&self) {
        let rules = self.0.clone();
        spawn_local(async move {
            if let Ok(set) = api::rules().await {
                rules.set(Arc::new(Checker::new(set)));
            }
        });
    }

    /// What the rules find in a text; follows the rules.
    pub fn check(&self, text: &str) -> Vec<Hit> {
        self.0.get().check(text)
    }
}
