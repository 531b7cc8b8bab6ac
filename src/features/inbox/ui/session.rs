//! One open chat: its messages on the screen, what moves in it, and that the person has seen it.

use super::attach::Tray;
use super::desk::Desk;
use super::draft::DraftKeeper;
use super::outbox::{Waiting, WaitingFile};
use super::refresh::{Outcome, Refresher};
use super::thread::{Bubble, Line, Origin, Thread};
use super::travel::Travel;
use crate::features::files::api as files_api;
use crate::features::inbox::api;
use crate::features::inbox::send_window::WindowFacts;
use crate::features::inbox::types::{
    ChatRow, ChatView, Draft, FailureReason, MessageView, ReplyState, Slice,
};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, FileId, ReplyId};
use crate::ui::context::use_page;
use crate::ui::live::LiveNews;
use crate::ui::notice::{Toasts, use_toasts};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A chat counts as seen after it has been on the screen for so long.
const SEEN_AFTER: Duration = Duration::from_millis(400);

/// What is drawn of one message; changes in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub view: MessageView,
    /// Begins a group: says who wrote it.
    pub is_leading: bool,
    /// Waits in this browser; the server does not know it.
    pub is_waiting_here: bool,
    /// Why the server did not take it.
    pub refused: Option<AppError>,
}

/// An open chat. Cheap to clone; its signals outlive the parts of the page that show them.
#[derive(Clone)]
pub struct Session {
    pub chat: ChatId,
    /// What the header says.
    pub row: ArcRwSignal<ChatRow>,
    /// Why nothing can be sent from this account right now.
    pub closed_because: ArcRwSignal<Option<FailureReason>>,
    /// Until when the marketplace takes messages here.
    pub window: ArcRwSignal<WindowFacts>,
    /// The lines of the window from top to bottom.
    pub lines: ArcRwSignal<Vec<Line>>,
    /// Whether there are older messages to ask for.
    pub has_older: ArcRwSignal<bool>,
    pub is_loading_older: ArcRwSignal<bool>,
    pub older_problem: ArcRwSignal<Option<AppError>>,
    /// Why the window may not be up to date.
    pub problem: ArcRwSignal<Option<AppError>>,
    /// The buyer's messages that came last, for readers and for the button to the newest.
    pub arrived: ArcRwSignal<Vec<MessageView>>,
    /// Where in the chat the window stands, and the ways to other places.
    pub travel: Travel,
    /// Counts replies sent here: each brings the window to its end.
    pub sent_here: ArcRwSignal<u32>,
    /// The text in the composer.
    pub text: ArcRwSignal<String>,
    pub draft: DraftKeeper,
    /// Files beside the answer.
    pub tray: Tray,
    inner: Arc<Inner>,
}

struct Inner {
    desk: Desk,
    toasts: Toasts,
    server_draft: Option<Draft>,
    content: Mutex<Content>,
    before_draw: Mutex<Option<Hook>>,
}

type Hook = Arc<dyn Fn() + Send + Sync>;

struct Content {
    thread: Thread,
    drawn: HashMap<String, ArcRwSignal<Drawn>>,
}

impl Session {
    /// A chat as the server opened it. It follows the news until the component it was made in goes away.
    pub fn new(desk: &Desk, view: ChatView, slice: Option<Slice>) -> Self {
        let chat = view.row.id;
        let mut thread = Thread::new(view.messages).seen_up_to(view.seen_up_to);
        let travel = Travel::new(view.seen_up_to, view.row.unseen, slice.as_ref());
        if let Some(slice) = slice {
            thread.go_to(slice);
        }
        let content = Content { thread, drawn: HashMap::new() };
        let inner = Inner {
            desk: desk.clone(),
            toasts: use_toasts(),
            server_draft: view.draft.clone(),
            content: Mutex::new(content),
            before_draw: Mutex::default(),
        };
        let session = Session {
            chat,
            row: ArcRwSignal::new(view.row),
            closed_because: ArcRwSignal::new(view.closed_because),
            window: ArcRwSignal::new(view.window),
            lines: ArcRwSignal::new(Vec::new()),
            has_older: ArcRwSignal::new(false),
            is_loading_older: ArcRwSignal::new(false),
            older_problem: ArcRwSignal::new(None),
            problem: ArcRwSignal::new(None),
            arrived: ArcRwSignal::new(Vec::new()),
            travel,
            sent_here: ArcRwSignal::new(0),
            text: ArcRwSignal::new(String::new()),
            draft: DraftKeeper::new(desk.viewer.as_deref(), chat, view.draft.as_ref(), use_page().now),
            tray: desk.trays.of(chat),
            inner: Arc::new(inner),
        };
        session.draw();
        session.follow_news();
        session.follow_outbox();
        session.follow_eyes();
        session.keep_draft();
        session
    }

    /// What is drawn of a message.
    pub fn drawn(&self, id: &str) -> Option<ArcRwSignal<Drawn>> {
        self.content().drawn.get(id).cloned()
    }

    /// Calls `hook` before anything changes at or below what is read, so that it can be held in its place.
    pub fn before_draw(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.inner.before_draw.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(hook));
    }

    /// Asks for the page above.
    pub fn load_older(&self) {
        let before = self.content().thread.older.clone();
        if before.is_none() || self.is_loading_older.get_untracked() {
            return;
        }
        self.is_loading_older.set(true);
        self.older_problem.set(None);
        let this = self.clone();
        spawn_local(async move {
            let answer = api::messages(this.chat, before).await;
            match answer {
                Ok(page) => {
                    this.content().thread.merge_older(page);
                    this.draw_quietly();
                }
                Err(error) => this.older_problem.set(Some(error)),
            }
            this.is_loading_older.set(false);
        });
    }

    /// Hands a text to the outbox; it stands in the window at once.
    pub fn send(&self, text: String) {
        let at = self.inner.desk.now.try_get_untracked().unwrap_or_default();
        self.inner.desk.outbox.send(self.chat, text, at);
        self.text.set(String::new());
        self.draft.clear();
        self.inner.desk.list.patch(self.chat, |row| row.has_draft = false);
        self.sent_here.update(|count| *count += 1);
    }

    /// Hands the files beside the answer to the outbox, each as a reply of its own, in their order. Says whether there
    /// were any.
    pub fn send_files(&self) -> bool {
        let at = self.inner.desk.now.try_get_untracked().unwrap_or_default();
        let files = self.tray.take();
        let has_files = !files.is_empty();
        for (name, view) in files {
            self.inner.desk.outbox.send_file(self.chat, WaitingFile { name, view }, at);
        }
        if has_files {
            self.sent_here.update(|count| *count += 1);
        }
        has_files
    }

    /// Takes a refused file out of the outbox.
    pub fn discard(&self, reply: ReplyId) {
        self.inner.desk.outbox.take_back(reply);
    }

    /// Has the server fetch a file of a message once more.
    pub fn fetch_again(&self, file: FileId) {
        let this = self.clone();
        spawn_local(async move {
            if let Err(error) = files_api::fetch_again(file).await {
                this.inner.toasts.say(error.sentence(this.inner.desk.locale));
            }
            _ = this.refresh().await;
        });
    }

    /// Tries once more what was not sent, or what nobody can be sure of.
    pub fn send_again(&self, reply: ReplyId, is_waiting_here: bool) {
        if is_waiting_here {
            self.inner.desk.outbox.retry(reply);
            return;
        }
        self.content().thread.patch(reply, |view| {
            if let Some(delivery) = &mut view.delivery {
                delivery.state = ReplyState::Queued;
                delivery.reason = None;
            }
        });
        self.draw();
        let this = self.clone();
        spawn_local(async move {
            if let Err(error) = api::retry(reply).await {
                this.inner.toasts.say(error.sentence(this.inner.desk.locale));
            }
            // Whatever happened, the server knows how it stands now.
            _ = this.refresh().await;
        });
    }

    /// Gives a refused text back to the composer, before what stands there already.
    pub fn edit_again(&self, reply: ReplyId) {
        let Some(refused) = self.inner.desk.outbox.take_back(reply) else { return };
        let begun = self.text.get_untracked();
        let text = if begun.trim().is_empty() { refused } else { format!("{refused}\n{begun}") };
        self.draft.change(&text);
        self.text.set(text);
    }

    fn follow_news(&self) {
        let this = self.clone();
        let refresher = Refresher::new(move || {
            let this = this.clone();
            async move { this.refresh().await }
        });
        let chat = self.chat;
        self.inner.desk.live.on_change(move |news| {
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| match event.change {
                    Change::Chat { chat: moved }
                    | Change::Reply { chat: moved, .. }
                    | Change::Order { chat: moved } => moved == chat,
                    Change::Seller { .. } => true,
                    Change::Seen { .. } | Change::Import { .. } => false,
                    Change::Tags => true,
                }),
            };
            if concerns_us {
                refresher.soon();
            }
        });
    }

    async fn refresh(&self) -> Outcome {
        let asked = self.content().thread.moment();
        match api::open(self.chat).await {
            Ok(view) => {
                let arrived = self.content().thread.merge_newest(view.messages, asked);
                set_if_other(&self.row, view.row);
                set_if_other(&self.closed_because, view.closed_because);
                set_if_other(&self.window, view.window);
                set_if_other(&self.problem, None);
                if !arrived.is_empty() {
                    self.arrived.set(arrived);
                }
                self.draw();
                self.look();
                Outcome::Settled
            }
            Err(error) => {
                if error == AppError::Unauthorized {
                    self.inner.desk.live.note_session_ended();
                }
                let is_temporary = error.is_temporary();
                set_if_other(&self.problem, Some(error));
                if is_temporary { Outcome::TryLater } else { Outcome::Settled }
            }
        }
    }

    fn follow_outbox(&self) {
        let this = self.clone();
        self.inner.desk.outbox.on_accepted(move |chat, view| {
            if chat == this.chat {
                this.content().thread.confirm(view);
                this.draw();
            }
        });
        let this = self.clone();
        let items = self.inner.desk.outbox.items.clone();
        Effect::new(move |_| {
            let name = this.inner.desk.viewer.as_ref().map(|viewer| viewer.user_name.clone());
            let ours = |item: &&Waiting| item.chat == this.chat;
            let waiting = items.with(|items| {
                items
                    .iter()
                    .filter(ours)
                    .map(|item| (item.view(name.clone()), item.refused.clone()))
                    .collect()
            });
            this.content().thread.set_waiting(waiting);
            this.draw();
        });
    }

    /// Tells the server that the person looks at the chat, once the page is really on a screen.
    fn follow_eyes(&self) {
        let this = self.clone();
        Effect::new(move |_| {
            this.look();
            let this = this.clone();
            let handle = window_event_listener(ev::visibilitychange, move |_| this.look());
            on_cleanup(move || handle.remove());
        });
    }

    fn look(&self) {
        if document().hidden() || self.row.with_untracked(|row| row.unseen == 0) {
            return;
        }
        let this = self.clone();
        let mark = move || {
            let is_still_open =
                this.inner.desk.address.try_with_untracked(|here| here.chat() == Some(this.chat));
            if document().hidden()
                || is_still_open != Some(true)
                || this.row.with_untracked(|row| row.unseen == 0)
            {
                return;
            }
            this.row.update(|row| row.unseen = 0);
            this.inner.desk.list.patch(this.chat, |row| row.unseen = 0);
            spawn_local(async move {
                // Nothing is lost when this fails: the chat stays bold and is marked with the next look.
                _ = api::seen(this.chat).await;
            });
        };
        set_timeout(mark, SEEN_AFTER);
    }

    /// Brings the draft into the composer, and keeps it when the person leaves.
    fn keep_draft(&self) {
        let this = self.clone();
        Effect::new(move |_| {
            let text = this.draft.restore(this.inner.server_draft.as_ref());
            if this.text.with_untracked(String::is_empty) && !text.is_empty() {
                this.text.set(text);
            }
        });
        let draft = self.draft.clone();
        Effect::new(move |_| {
            let draft = draft.clone();
            let handle = window_event_listener(ev::pagehide, move |_| draft.flush());
            on_cleanup(move || handle.remove());
        });
        let this = self.clone();
        on_cleanup(move || {
            // Also runs when a server has drawn the page; there it finds nothing to save.
            this.draft.flush();
            let has_draft = !this.draft.is_empty();
            this.inner.desk.list.patch(this.chat, |row| row.has_draft = has_draft);
        });
    }

    /// Changes what the window holds and lets the screen follow; what is read stays in its place.
    pub(super) fn rearrange<T>(&self, change: impl FnOnce(&mut Thread) -> T) -> T {
        let told = change(&mut self.content().thread);
        self.draw();
        told
    }

    /// What the window knows, for looking.
    pub(super) fn look_at<T>(&self, look: impl FnOnce(&Thread) -> T) -> T {
        look(&self.content().thread)
    }

    /// Lets the screen follow what is known.
    fn draw(&self) {
        let hook = self.inner.before_draw.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(hook) = hook {
            hook();
        }
        self.draw_quietly();
    }

    fn draw_quietly(&self) {
        let (lines, changed, has_older, has_newer) = {
            let content = &mut *self.content();
            let (lines, leading) = content.thread.lines(self.inner.desk.zone);
            let mut changed = Vec::new();
            for bubble in content.thread.bubbles() {
                let drawn = Drawn::of(bubble, leading.contains(&bubble.id));
                match content.drawn.get(&bubble.id) {
                    Some(signal) => changed.push((signal.clone(), drawn)),
                    None => _ = content.drawn.insert(bubble.id.clone(), ArcRwSignal::new(drawn)),
                }
            }
            (lines, changed, content.thread.older.is_some(), !content.thread.is_at_newest())
        };
        for (signal, drawn) in changed {
            set_if_other(&signal, drawn);
        }
        set_if_other(&self.lines, lines);
        set_if_other(&self.has_older, has_older);
        set_if_other(&self.travel.has_newer, has_newer);
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.inner.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawn {
    fn of(bubble: &Bubble, is_leading: bool) -> Self {
        let (is_waiting_here, refused) = match &bubble.origin {
            Origin::Server { .. } => (false, None),
            Origin::Browser { refused } => (true, refused.clone()),
        };
        Drawn { view: bubble.view.clone(), is_leading, is_waiting_here, refused }
    }
}

/// Tells listeners only of real changes.
pub(super) fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
