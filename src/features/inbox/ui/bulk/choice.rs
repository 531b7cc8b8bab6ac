//! Which chats are chosen.

use super::super::desk::Desk;
use super::super::list_state::ListState;
use crate::features::inbox::bulk::{BulkChats, MOST_CHOSEN};
use crate::features::inbox::types::ListQuery;
use crate::shared::ids::ChatId;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Which chats are chosen, and whether anybody is choosing. Cheap to clone.
#[derive(Clone, Default)]
pub struct Choice {
    pub is_on: ArcRwSignal<bool>,
    chosen: ArcRwSignal<BTreeSet<ChatId>>,
    /// Everything that the list holds, also what has not been loaded.
    pub is_all: ArcRwSignal<bool>,
}

/// Makes the choice available below.
pub fn provide_choice() {
    provide_context(Choice::default());
}

/// The choice of the page.
pub fn use_choice() -> Choice {
    use_context::<Choice>().unwrap_or_default()
}

impl Choice {
    /// Begins choosing, or ends it.
    pub fn toggle_mode(&self) {
        if self.is_on.get_untracked() {
            self.leave();
        } else {
            self.is_on.set(true);
        }
    }

    /// Ends choosing; nothing is chosen any more.
    pub fn leave(&self) {
        self.clear();
        self.is_on.set(false);
    }

    /// Chooses nothing.
    pub fn clear(&self) {
        self.is_all.set(false);
        self.chosen.update(BTreeSet::clear);
    }

    /// Chooses everything that the list holds.
    pub fn choose_all(&self) {
        self.is_all.set(true);
    }

    /// Whether a chat is chosen.
    pub fn has(&self, chat: ChatId) -> bool {
        self.is_all.get() || self.chosen.with(|chosen| chosen.contains(&chat))
    }

    /// How many are chosen one by one.
    pub fn count(&self) -> usize {
        self.chosen.with(BTreeSet::len)
    }

    /// Chooses a chat, or chooses it no more. Of everything, what is loaded stays chosen then.
    pub fn toggle(&self, chat: ChatId, list: &ListState) {
        self.is_on.set(true);
        let was_all = self.is_all.get_untracked();
        let shown = list.shown.with_untracked(|shown| if was_all { shown.clone() } else { Vec::new() });
        self.chosen.update(|chosen| {
            chosen.extend(shown);
            if !chosen.remove(&chat) && chosen.len() < MOST_CHOSEN {
                chosen.insert(chat);
            }
        });
        self.is_all.set(false);
    }

    /// Chooses these as well.
    pub fn add(&self, chats: impl IntoIterator<Item = ChatId>) {
        self.is_on.set(true);
        self.chosen.update(|chosen| {
            for chat in chats {
                if chosen.len() < MOST_CHOSEN {
                    chosen.insert(chat);
                }
            }
        });
    }

    /// What is chosen, as the server is told; nothing when nothing is.
    pub fn chats(&self, query: ListQuery) -> Option<BulkChats> {
        if self.is_all.get_untracked() {
            return Some(BulkChats::Matching(query));
        }
        let chosen: Vec<ChatId> = self.chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        (!chosen.is_empty()).then_some(BulkChats::Chosen(chosen))
    }

    /// Whoever ends choosing has chosen nothing.
    pub fn end_with_mode(&self) {
        let (this, is_on) = (self.clone(), self.is_on.clone());
        Effect::watch(
            move || is_on.get(),
            move |is_on, _, _| {
                if !is_on {
                    this.clear()
                }
            },
            false,
        );
    }

    /// In another list other chats are chosen.
    pub fn follow_address(&self, desk: &Desk) {
        let (this, address) = (self.clone(), desk.address);
        let query = Memo::new(move |_| address.with(|here| here.query.clone()));
        Effect::watch(move || query.get(), move |_, _, _| this.clear(), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::View;

    #[test]
    fn what_is_chosen_is_named_and_everything_is_asked_for() {
        let owner = Owner::new();
        owner.with(|| {
            let choice = Choice::default();
            let query = ListQuery::of(View::Open);
            assert_eq!(choice.chats(query.clone()), None);
            let chat = ChatId::new();
            choice.add([chat, chat]);
            assert!(choice.is_on.get_untracked());
            assert_eq!(choice.chats(query.clone()), Some(BulkChats::Chosen(vec![chat])));
            choice.choose_all();
            assert_eq!(choice.chats(query.clone()), Some(BulkChats::Matching(query.clone())));
            choice.leave();
            assert_eq!(choice.chats(query), None);
        });
    }
}
