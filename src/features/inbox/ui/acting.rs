//! Doing something with the open chat: the screen follows at once, the server decides, and what hides a chat can be
//! taken back.

use super::desk::Desk;
use super::session::Session;
use crate::features::inbox::api;
use crate::features::inbox::types::{
    ChatRow, Holder, MessageCursor, PersonView, Priority, TagView, WorkState,
};
use crate::features::understanding::types::Given;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::ChatId;
use crate::ui::notice::{ToastAction, Toasts, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use std::sync::Arc;

/// What can be done with the open chat. Cheap to clone.
#[derive(Clone)]
pub struct Acting {
    desk: Desk,
    session: Session,
    toasts: Toasts,
    go: Arc<dyn Fn(String) + Send + Sync>,
}

/// How a chat is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    Closed,
    Snoozed(DateTime<Utc>),
    Spam,
}

impl Aside {
    fn work(self) -> (WorkState, Option<DateTime<Utc>>) {
        match self {
            Aside::Closed => (WorkState::Closed, None),
            Aside::Snoozed(until) => (WorkState::Snoozed, Some(until)),
            Aside::Spam => (WorkState::Spam, None),
        }
    }
}

impl Acting {
    /// For the chat of a window that is being made.
    pub fn new(desk: &Desk, session: &Session) -> Self {
        let navigate = use_navigate();
        let go = Arc::new(move |href: String| navigate(&href, Default::default()));
        Acting { desk: desk.clone(), session: session.clone(), toasts: use_toasts(), go }
    }

    /// Sets the chat aside. The notice takes it back.
    pub fn set_aside(&self, aside: Aside) {
        let before = self.row();
        let (work, until) = aside.work();
        let (chat, seen) = (self.session.chat, self.session.newest());
        let this = self.clone();
        self.change(
            move |row| (row.work, row.snoozed_until) = (work, until),
            put_aside(chat, seen.clone(), aside),
            move || {
                let again = this.clone();
                let (before, seen) = (before.clone(), seen.clone());
                let undo = move || again.take_back(&before, seen.clone());
                this.toasts.say_done(this.said(aside), this.action(this.desk.locale.undo(), undo));
            },
        );
    }

    /// Sets the chat aside and opens the one below it.
    pub fn set_aside_and_next(&self, aside: Aside) {
        let next = self.next();
        self.set_aside(aside);
        let href = self.desk.address.try_with_untracked(|here| here.with_chat(next).href());
        if let Some(href) = href {
            (self.go)(href);
        }
    }

    /// Takes the chat up again.
    pub fn reopen(&self) {
        let open = |row: &mut ChatRow| (row.work, row.snoozed_until) = (WorkState::Open, None);
        self.change(open, api::reopen(self.session.chat), || {});
    }

    /// Promises the buyer an answer by a moment, or takes the promise back. The notice takes that back.
    pub fn promise(&self, until: Option<DateTime<Utc>>) {
        let before = self.row().promised_until;
        let (chat, this, locale) = (self.session.chat, self.clone(), self.desk.locale);
        self.change(
            move |row| row.promised_until = until,
            put_promise(chat, until),
            move || {
                let now = this.desk.now.try_get_untracked().unwrap_or_default();
                let said = match until {
                    Some(until) => locale.done_promised(until, now, this.desk.zone),
                    None => locale.done_promise_dropped().to_owned(),
                };
                let again = this.clone();
                let undo = move || again.restore_promise(before);
                this.toasts.say_done(said, this.action(locale.undo(), undo));
            },
        );
    }

    fn restore_promise(&self, before: Option<DateTime<Utc>>) {
        let (toasts, undone) = (self.toasts, self.desk.locale.undone());
        self.change(
            move |row| row.promised_until = before,
            put_promise(self.session.chat, before),
            move || toasts.say(undone.to_owned()),
        );
    }

    /// Makes somebody responsible, or nobody.
    pub fn assign(&self, to: Option<PersonView>) {
        let holder = |person: Option<&PersonView>| person.map_or(Holder::Nobody, |it| Holder::Person(it.id));
        let was = holder(self.row().assignee.as_ref());
        let ask = api::assign(self.session.chat, holder(to.as_ref()), was);
        self.change(move |row| row.assignee.clone_from(&to), ask, || {});
    }

    /// Says how urgent it is.
    pub fn prioritise(&self, priority: Priority) {
        let ask = api::prioritise(self.session.chat, priority);
        self.change(move |row| row.priority = priority, ask, || {});
    }

    /// Says what the buyer writes about.
    pub fn correct(&self, said: Given) {
        let ask = api::correct_understanding(self.session.chat, said);
        self.change(move |row| row.understood = row.understood.map(|it| it.with(said)), ask, || {});
    }

    /// Puts a tag on the chat, or takes it off.
    pub fn toggle_tag(&self, tag: TagView) {
        let chat = self.session.chat;
        if self.row().tags.iter().any(|it| it.id == tag.id) {
            self.change(
                move |row| row.tags.retain(|it| it.id != tag.id),
                api::remove_tag(chat, tag.id),
                || {},
            );
        } else {
            let ask = api::add_tag(chat, tag.id);
            let put = move |row: &mut ChatRow| {
                row.tags.push(tag.clone());
                row.tags.sort_by_key(|it| it.name.to_lowercase());
            };
            self.change(put, ask, || {});
        }
    }

    /// Marks the chat for the person alone, or takes the mark away.
    pub fn toggle_star(&self) {
        let chat = self.session.chat;
        let is_starred = !self.row().is_starred;
        let ask = async move { if is_starred { api::star(chat).await } else { api::unstar(chat).await } };
        self.change(move |row| row.is_starred = is_starred, ask, || {});
    }

    /// The chat as the screen shows it.
    pub fn row(&self) -> ChatRow {
        self.session.row.get_untracked()
    }

    /// Changes the screen, asks the server, and puts the screen back when the server refuses.
    fn change(
        &self,
        patch: impl Fn(&mut ChatRow),
        ask: impl Future<Output = Result<(), AppError>> + 'static,
        done: impl FnOnce() + 'static,
    ) {
        let before = self.row();
        self.show(patch);
        let this = self.clone();
        let mut turn = self.session.take_turn();
        spawn_local(async move {
            turn.comes().await;
            match ask.await {
                Ok(()) => done(),
                Err(error) => this.put_back(before, &error),
            }
        });
    }

    fn show(&self, patch: impl Fn(&mut ChatRow)) {
        self.session.row.update(&patch);
        self.desk.list.patch(self.session.chat, patch);
    }

    fn put_back(&self, before: ChatRow, error: &AppError) {
        self.show(|row| {
            (row.work, row.snoozed_until) = (before.work, before.snoozed_until);
            (row.priority, row.is_starred) = (before.priority, before.is_starred);
            row.understood = before.understood;
            row.assignee.clone_from(&before.assignee);
            row.tags.clone_from(&before.tags);
            row.promised_until = before.promised_until;
        });
        if *error == AppError::Unauthorized {
            self.desk.live.note_session_ended();
        }
        let sentence = error.sentence(self.desk.locale);
        let is_open =
            self.desk.address.try_with_untracked(|here| here.chat()) == Some(Some(self.session.chat));
        let has_moved = *error == AppError::Refused(Refusal::ChatHasMoved);
        if has_moved && !is_open {
            let this = self.clone();
            let back = move || this.open_here();
            self.toasts.say_with(sentence, self.action(self.desk.locale.show_chat(), back));
        } else {
            self.toasts.say(sentence);
        }
        // Whatever has changed, the window shows it now.
        self.session.refresh_soon();
    }

    /// Undoes a setting aside.
    fn take_back(&self, before: &ChatRow, seen: Option<MessageCursor>) {
        let (chat, work, until) = (self.session.chat, before.work, before.snoozed_until);
        let ask = async move {
            match (work, until) {
                (WorkState::Closed, _) => api::close(chat, seen).await,
                (WorkState::Spam, _) => api::mark_spam(chat, seen).await,
                (WorkState::Snoozed, Some(until)) => {
                    // Its time may have come meanwhile.
                    match api::snooze(chat, seen, until).await {
                        Err(AppError::Refused(Refusal::MomentPassed)) => api::reopen(chat).await,
                        answer => answer,
                    }
                }
                (WorkState::Open | WorkState::Snoozed, _) => api::reopen(chat).await,
            }
        };
        let (toasts, undone) = (self.toasts, self.desk.locale.undone());
        self.change(
            move |row| (row.work, row.snoozed_until) = (work, until),
            ask,
            move || toasts.say(undone.to_owned()),
        );
    }

    fn open_here(&self) {
        let chat = Some(self.session.chat);
        if let Some(href) = self.desk.address.try_with_untracked(|here| here.with_chat(chat).href()) {
            (self.go)(href);
        }
    }

    fn action(&self, label: &str, run: impl Fn() + Send + Sync + 'static) -> ToastAction {
        ToastAction { label: label.to_owned(), run: Arc::new(run) }
    }

    fn said(&self, aside: Aside) -> String {
        let locale = self.desk.locale;
        match aside {
            Aside::Closed => locale.done_closed().to_owned(),
            Aside::Spam => locale.done_spam().to_owned(),
            Aside::Snoozed(until) => {
                let now = self.desk.now.try_get_untracked().unwrap_or_default();
                locale.done_snoozed(until, now, self.desk.zone)
            }
        }
    }

    /// The chat below this one in the list, or above it at the end.
    fn next(&self) -> Option<ChatId> {
        let here = self.session.chat;
        self.desk.list.shown.with_untracked(|shown| neighbour(shown, here))
    }
}

async fn put_aside(chat: ChatId, seen: Option<MessageCursor>, aside: Aside) -> Result<(), AppError> {
    match aside {
        Aside::Closed => api::close(chat, seen).await,
        Aside::Snoozed(until) => api::snooze(chat, seen, until).await,
        Aside::Spam => api::mark_spam(chat, seen).await,
    }
}

async fn put_promise(chat: ChatId, until: Option<DateTime<Utc>>) -> Result<(), AppError> {
    match until {
        Some(until) => api::promise_answer(chat, until).await,
        None => api::drop_promise(chat).await,
    }
}

fn neighbour(shown: &[ChatId], here: ChatId) -> Option<ChatId> {
    match shown.iter().position(|chat| *chat == here) {
        Some(at) => shown.get(at + 1).or_else(|| shown.get(at.checked_sub(1)?)).copied(),
        None => shown.first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::neighbour;
    use crate::shared::ids::ChatId;

    #[test]
    fn the_next_chat_is_the_one_below_or_at_the_end_the_one_above() {
        let chat = |n| ChatId(uuid::Uuid::from_u128(n));
        let shown = [chat(1), chat(2), chat(3)];
        assert_eq!(neighbour(&shown, chat(1)), Some(chat(2)));
        assert_eq!(neighbour(&shown, chat(3)), Some(chat(2)));
        assert_eq!(neighbour(&shown, chat(9)), Some(chat(1)));
        assert_eq!(neighbour(&shown[..1], chat(1)), None);
    }
}
