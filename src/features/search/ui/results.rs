//! What has been found so far, and asking for more.

use crate::features::search::api;
use crate::features::search::types::{
    ChatHit, Correction, MessageHit, NoteHit, SearchCursor, SearchPage, SearchQuery,
};
use crate::shared::error::AppError;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashSet;

/// A message that was found, as a line of the results.
#[derive(Clone, Debug, PartialEq)]
pub struct HitLine {
    pub hit: MessageHit,
    /// The one above is of another chat: this one names its chat.
    pub opens_chat: bool,
}

/// The results of one search after the other. Cheap to clone.
#[derive(Clone)]
pub struct Results {
    pub query: ArcRwSignal<SearchQuery>,
    pub chats: ArcRwSignal<Vec<ChatHit>>,
    pub notes: ArcRwSignal<Vec<NoteHit>>,
    pub messages: ArcRwSignal<Vec<HitLine>>,
    pub corrections: ArcRwSignal<Vec<Correction>>,
    pub only_common_words: ArcRwSignal<bool>,
    pub next: ArcRwSignal<Option<SearchCursor>>,
    pub is_loading: ArcRwSignal<bool>,
    pub problem: ArcRwSignal<Option<AppError>>,
    /// Counts searches: an answer to an earlier one is late.
    turn: ArcRwSignal<u32>,
}

impl Results {
    /// The results that the page was drawn with.
    pub fn new(query: SearchQuery, first: Option<Result<SearchPage, AppError>>) -> Self {
        let results = Results {
            query: ArcRwSignal::new(query),
            chats: ArcRwSignal::default(),
            notes: ArcRwSignal::default(),
            messages: ArcRwSignal::default(),
            corrections: ArcRwSignal::default(),
            only_common_words: ArcRwSignal::default(),
            next: ArcRwSignal::default(),
            is_loading: ArcRwSignal::default(),
            problem: ArcRwSignal::default(),
            turn: ArcRwSignal::default(),
        };
        results.show(first);
        results
    }

    /// Searches anew whenever the address asks for something else. What was found stays until the answer is there.
    pub fn follow(&self, query: Memo<SearchQuery>) {
        let this = self.clone();
        Effect::watch(move || query.get(), move |query, _, _| this.search(query.clone()), false);
    }

    /// Asks once more.
    pub fn again(&self) {
        self.search(self.query.get_untracked());
    }

    fn search(&self, query: SearchQuery) {
        let turn = self.turn.get_untracked() + 1;
        self.turn.set(turn);
        if query.text.trim().is_empty() {
            self.query.set(query);
            self.is_loading.set(false);
            self.show(None);
            return;
        }
        self.is_loading.set(true);
        let this = self.clone();
        spawn_local(async move {
            let answer = api::find(query.clone(), None).await;
            if this.turn.get_untracked() == turn {
                this.query.set(query);
                this.is_loading.set(false);
                this.show(Some(answer));
            }
        });
    }

    /// Asks for the page below.
    pub fn load_more(&self) {
        let Some(after) = self.next.get_untracked() else { return };
        if self.is_loading.get_untracked() {
            return;
        }
        self.is_loading.set(true);
        let (this, turn, query) = (self.clone(), self.turn.get_untracked(), self.query.get_untracked());
        spawn_local(async move {
            let answer = api::find(query, Some(after)).await;
            if this.turn.get_untracked() != turn {
                return;
            }
            this.is_loading.set(false);
            match answer {
                Ok(page) => {
                    this.problem.set(None);
                    this.next.set(page.next);
                    this.messages.update(|lines| append(lines, page.messages));
                }
                Err(error) => this.problem.set(Some(error)),
            }
        });
    }

    fn show(&self, answer: Option<Result<SearchPage, AppError>>) {
        let page = match answer {
            Some(Err(error)) => return self.problem.set(Some(error)),
            Some(Ok(page)) => Some(page),
            None => None,
        };
        self.problem.set(None);
        let mut lines = Vec::new();
        let (mut chats, mut notes, mut corrections, mut next, mut only_common_words) = Default::default();
        if let Some(page) = page {
            append(&mut lines, page.messages);
            (chats, notes, corrections, next, only_common_words) =
                (page.chats, page.notes, page.corrections, page.next, page.only_common_words);
        }
        self.chats.set(chats);
        self.notes.set(notes);
        self.messages.set(lines);
        self.corrections.set(corrections);
        self.next.set(next);
        self.only_common_words.set(only_common_words);
    }
}

/// Puts messages below; one that is there already is not shown twice.
fn append(lines: &mut Vec<HitLine>, messages: Vec<MessageHit>) {
    let mut known: HashSet<_> =
        lines.iter().map(|line| (line.hit.chat.id, line.hit.message.clone())).collect();
    for hit in messages {
        if known.insert((hit.chat.id, hit.message.clone())) {
            let opens_chat = lines.last().is_none_or(|above| above.hit.chat.id != hit.chat.id);
            lines.push(HitLine { hit, opens_chat });
        }
    }
}
