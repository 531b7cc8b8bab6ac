//! One open chat: its messages on the screen, what moves in it, and that the person has seen it.

use super::desk::Desk;
use super::draft::DraftKeeper;
use super::outbox::{Waiting, WaitingFile};
use super::refresh::{Outcome, Refresher};
use super::thread::{Bubble, Line, Origin, Thread};
use super::travel::Travel;
use super::writing::WritingState;
use crate::features::files::api as files_api;
use crate::features::files::ui::tray::Tray;
use crate::features::inbox::api;
use crate::features::inbox::send_window::WindowFacts;
use crate::features::inbox::types::{
    ActivityView, Beside, ChatRow, ChatView, Doing, Draft, FailureReason, MessageCursor, MessageView,
    NoteView, OtherChat, ReadUpTo, ReplyState, SendHow, Slice, Stretch,
};
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{ActivityId, ChatId, FileId, NoteId, ReplyId};
use crate::ui::context::use_page;
use crate::ui::live::LiveNews;
use crate::ui::notice::{Toasts, use_toasts};
use chrono::{DateTime, Utc};
use futures::channel::oneshot;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A chat counts as seen after it has been on the screen for so long.
const SEEN_AFTER: Duration = Duration::from_millis(400);

/// News count as read after they have been on the screen for so long: who sends sooner has not read them.
const READ_AFTER: Duration = Duration::from_secs(1);

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
    /// Other chats about the same order.
    pub same_order: ArcRwSignal<Vec<OtherChat>>,
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
    /// Replies of this person that have not left yet and can be taken back, in their order, with the time they leave.
    pub held: ArcRwSignal<Vec<(ReplyId, DateTime<Utc>)>>,
    /// The newest reply that was to leave later and did not, because the buyer wrote.
    pub cancelled: ArcRwSignal<Option<ReplyId>>,
    /// The text in the composer.
    pub text: ArcRwSignal<String>,
    pub draft: DraftKeeper,
    /// Why an answer came back into the composer: somebody has written meanwhile.
    pub overtaken: ArcRwSignal<Option<Refusal>>,
    /// Whether the window stands at its end: what comes is before the eyes.
    pub is_at_end: ArcRwSignal<bool>,
    /// Whether everything that has come has been on the screen for a moment.
    pub is_read: ArcRwSignal<bool>,
    /// Whether an answer or a note is being written.
    pub writing: WritingState,
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
    reading: Mutex<Reading>,
    last_deed: Mutex<Option<oneshot::Receiver<()>>>,
}

/// The turn of something that is done to a chat. The next one comes when it is dropped.
#[derive(Debug)]
pub struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _over: oneshot::Sender<()>,
}

impl Turn {
    /// Waits until what was done before has been answered.
    pub async fn comes(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: it ends with what it belongs to.
            _ = before.await;
        }
    }
}

/// How far others have written, as the person has read it and as the window shows it.
struct Reading {
    read: ReadUpTo,
    shown: ReadUpTo,
}

type Hook = Arc<dyn Fn() + Send + Sync>;

struct Content {
    thread: Thread,
    /// The marketplace has older messages that were not here yet when they were asked for.
    is_older_coming: bool,
    drawn: HashMap<String, ArcRwSignal<Drawn>>,
    notes: HashMap<NoteId, ArcRwSignal<NoteView>>,
}

impl Session {
    /// A chat as the server opened it. It follows the news until the component it was made in goes away.
    pub fn new(desk: &Desk, view: ChatView, slice: Option<Slice>) -> Self {
        let chat = view.row.id;
        let mut thread = Thread::new(view.messages).seen_up_to(view.seen_up_to);
        thread.merge_beside(view.beside);
        let travel = Travel::new(view.seen_up_to, view.row.unseen, slice.as_ref());
        if let Some(slice) = slice {
            thread.go_to(slice);
        }
        let content =
            Content { thread, is_older_coming: false, drawn: HashMap::new(), notes: HashMap::new() };
        let inner = Inner {
            desk: desk.clone(),
            toasts: use_toasts(),
            server_draft: view.draft.clone(),
            content: Mutex::new(content),
            before_draw: Mutex::default(),
            reading: Mutex::new(Reading { read: view.read_up_to.clone(), shown: view.read_up_to }),
            last_deed: Mutex::default(),
        };
        let session = Session {
            chat,
            row: ArcRwSignal::new(view.row),
            closed_because: ArcRwSignal::new(view.closed_because),
            window: ArcRwSignal::new(view.window),
            same_order: ArcRwSignal::new(view.same_order),
            lines: ArcRwSignal::new(Vec::new()),
            has_older: ArcRwSignal::new(false),
            is_loading_older: ArcRwSignal::new(false),
            older_problem: ArcRwSignal::new(None),
            problem: ArcRwSignal::new(None),
            arrived: ArcRwSignal::new(Vec::new()),
            travel,
            sent_here: ArcRwSignal::new(0),
            held: ArcRwSignal::new(Vec::new()),
            cancelled: ArcRwSignal::new(None),
            text: ArcRwSignal::new(String::new()),
            draft: DraftKeeper::new(desk.viewer.as_deref(), chat, view.draft.as_ref(), use_page().now),
            overtaken: ArcRwSignal::new(None),
            is_at_end: ArcRwSignal::new(true),
            is_read: ArcRwSignal::new(true),
            writing: WritingState::default(),
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

    /// Takes a turn behind everything that was done to the chat here: requests overtake each other on their way, and whoever takes
    /// back a snooze and closes at once means it in this order.
    pub fn take_turn(&self) -> Turn {
        let (_over, ends) = oneshot::channel();
        let mut last = self.inner.last_deed.lock().unwrap_or_else(PoisonError::into_inner);
        Turn { before: last.replace(ends), _over }
    }

    /// What is drawn of a message.
    pub fn drawn(&self, id: &str) -> Option<ArcRwSignal<Drawn>> {
        self.content().drawn.get(id).cloned()
    }

    /// A note; changes in place.
    pub fn note(&self, id: NoteId) -> Option<ArcRwSignal<NoteView>> {
        self.content().notes.get(&id).cloned()
    }

    /// What was done, by its ids.
    pub fn deeds(&self, ids: &[ActivityId]) -> Vec<ActivityView> {
        let content = self.content();
        let known = content.thread.beside().filter_map(|item| match item {
            Beside::Activity(activity) if ids.contains(&activity.id) => Some(activity.clone()),
            _ => None,
        });
        known.collect()
    }

    /// The newest message on the screen: whoever sets the chat aside has seen no more.
    pub fn newest(&self) -> Option<MessageCursor> {
        self.content().thread.newest()
    }

    /// The server has taken a note, or a change of it.
    pub fn confirm_note(&self, note: NoteView) {
        self.content().thread.confirm_note(note);
        self.draw();
    }

    /// The server has deleted a note.
    pub fn drop_note(&self, note: NoteId) {
        self.content().thread.drop_note(note);
        self.draw();
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
                Ok(Stretch { messages, beside }) => {
                    {
                        let content = &mut *this.content();
                        content.is_older_coming = messages.items.is_empty();
                        let thread = &mut content.thread;
                        thread.merge_older(messages);
                        thread.merge_beside(beside);
                    }
                    this.draw_quietly();
                }
                Err(error) => this.older_problem.set(Some(error)),
            }
            this.is_loading_older.set(false);
        });
    }

    /// Hands a text to the outbox; it stands in the window at once.
    pub fn send(&self, text: String, how: SendHow) {
        let at = self.inner.desk.now.try_get_untracked().unwrap_or_default();
        self.inner.desk.outbox.send(self.chat, text, at, self.having_read(how));
        self.inner.desk.together.does(self.chat, Doing::Done);
        self.overtaken.set(None);
        self.text.set(String::new());
        self.draft.clear();
        self.inner.desk.list.patch(self.chat, |row| row.has_draft = false);
        self.sent_here.update(|count| *count += 1);
    }

    /// Hands the files beside the answer to the outbox, each as a reply of its own, in their order. Says whether there
    /// were any.
    pub fn send_files(&self, how: &SendHow) -> bool {
        let at = self.inner.desk.now.try_get_untracked().unwrap_or_default();
        let files = self.tray.take();
        let has_files = !files.is_empty();
        for (name, view) in files {
            let how = self.having_read(how.clone());
            self.inner.desk.outbox.send_file(self.chat, WaitingFile { name, view }, at, how);
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
            self.inner.desk.outbox.retry(reply, &self.reading().read.clone());
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

    /// What goes with an answer that is sent now.
    fn having_read(&self, how: SendHow) -> SendHow {
        SendHow { read_up_to: Some(self.reading().read.clone()), ..how }
    }

    /// The person has written in the composer.
    pub fn typed(&self, text: &str) {
        self.draft.change(text);
        let doing = if text.trim().is_empty() { Doing::Done } else { Doing::Typing };
        self.inner.desk.together.does(self.chat, doing);
    }

    /// Notes what the window shows. It counts as read when it has been on the screen for a moment.
    fn show_up_to(&self, shown: ReadUpTo) {
        self.reading().shown = shown;
    }

    fn read_soon(&self) {
        let shown = self.reading().shown.clone();
        let is_read = self.reading().read == shown;
        set_if_other(&self.is_read, is_read);
        let is_in_sight = |this: &Self| !document().hidden() && this.is_at_end.get_untracked();
        if is_read || !is_in_sight(self) {
            return;
        }
        let this = self.clone();
        let read = move || {
            if !is_in_sight(&this) || this.reading().shown != shown {
                return;
            }
            this.reading().read = shown.clone();
            set_if_other(&this.is_read, true);
        };
        set_timeout(read, READ_AFTER);
    }

    /// Gives answers that were overtaken back to the composer, shows what overtook them and says so.
    fn take_back_overtaken(&self, replies: Vec<ReplyId>, why: Refusal) {
        let texts: Vec<String> =
            replies.into_iter().filter_map(|reply| self.inner.desk.outbox.take_back(reply)).collect();
        self.bring_back(&texts.join("\n"));
        self.overtaken.set(Some(why));
        let this = self.clone();
        spawn_local(async move {
            if this.refresh().await == Outcome::Settled {
                // The person is told to read it and decides; whatever comes after it is asked about again.
                let shown = this.reading().shown.clone();
                this.reading().read = shown;
                set_if_other(&this.is_read, true);
                this.sent_here.update(|count| *count += 1);
            }
        });
    }

    /// Gives a refused text back to the composer, before what stands there already.
    pub fn edit_again(&self, reply: ReplyId) {
        let Some(refused) = self.inner.desk.outbox.take_back(reply) else { return };
        self.bring_back(&refused);
    }

    /// Takes back everything that this person has just sent and that has not left, the newest first.
    pub fn undo(&self) {
        let held = self.held.get_untracked();
        let this = self.clone();
        spawn_local(async move {
            for (reply, _) in held.into_iter().rev() {
                if !this.fetch_back(reply).await {
                    break;
                }
            }
        });
    }

    /// Takes a reply back into the composer.
    pub fn take_back(&self, reply: ReplyId) {
        let this = self.clone();
        spawn_local(async move { _ = this.fetch_back(reply).await });
    }

    /// Sends a reply now that was to leave later.
    pub fn send_now(&self, reply: ReplyId) {
        let this = self.clone();
        spawn_local(async move {
            if let Err(error) = api::send_now(reply).await {
                this.inner.toasts.say(error.sentence(this.inner.desk.locale));
            }
            _ = this.refresh().await;
        });
    }

    /// Whether a reply was taken back; what it was stands in the composer then.
    async fn fetch_back(&self, reply: ReplyId) -> bool {
        match api::take_back(reply).await {
            Ok(taken) => {
                self.content().thread.remove(reply);
                if let Some((name, view)) = taken.file {
                    self.tray.put_back(name, view);
                }
                if !taken.text.is_empty() {
                    self.bring_back(&taken.text);
                }
                self.draw();
                true
            }
            Err(error) => {
                self.inner.toasts.say(error.sentence(self.inner.desk.locale));
                _ = self.refresh().await;
                false
            }
        }
    }

    /// Puts a text into the composer, before what stands there already.
    fn bring_back(&self, text: &str) {
        let begun = self.text.get_untracked();
        let text = if begun.trim().is_empty() { text.to_owned() } else { format!("{text}\n{begun}") };
        self.draft.change(&text);
        self.text.set(text);
        self.inner.desk.list.patch(self.chat, |row| row.has_draft = true);
    }

    fn follow_news(&self) {
        let this = self.clone();
        let refresher = Refresher::new(move || {
            let this = this.clone();
            async move { this.refresh().await }
        });
        let chat = self.chat;
        let person = self.inner.desk.viewer.as_ref().map(|viewer| viewer.user);
        let this = self.clone();
        self.inner.desk.live.on_change(move |news| {
            this.follow_notes(&news);
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| match event.change {
                    Change::Chat { chat: moved }
                    | Change::Reply { chat: moved, .. }
                    | Change::Order { chat: moved } => moved == chat,
                    Change::Starred { chat: moved, user } => moved == chat && Some(user) == person,
                    Change::Seller { .. } => true,
                    Change::Seen { .. }
                    | Change::Note { .. }
                    | Change::Import { .. }
                    | Change::SavedFilters { .. }
                    | Change::Bulk { .. }
                    | Change::Notice { .. } => false,
                    Change::Tags => true,
                    Change::QuickReplies
                    | Change::Wording
                    | Change::Deadlines
                    | Change::Workspace
                    | Change::People
                    | Change::Suggestion { .. }
                    | Change::SuggestionSettings
                    | Change::Articles => false,
                }),
            };
            if concerns_us {
                refresher.soon();
            }
        });
    }

    /// Asks for the notes that have changed, wherever in the chat they stand: the newest page does not hold them all.
    fn follow_notes(&self, news: &LiveNews) {
        let known: Vec<NoteId> = self.content().notes.keys().copied().collect();
        let moved: Vec<NoteId> = match news {
            LiveNews::Resync => known,
            LiveNews::Changes(events) => {
                let named = events.iter().filter_map(|event| match event.change {
                    Change::Note { chat, note } if chat == self.chat => Some(note),
                    _ => None,
                });
                named.filter(|note| known.contains(note)).collect()
            }
        };
        if moved.is_empty() {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            // Without an answer they stay as they are: opening the chat again shows them right.
            let Ok(now) = api::notes(this.chat, moved.clone()).await else { return };
            let gone: Vec<NoteId> =
                moved.into_iter().filter(|note| now.iter().all(|it| it.id != *note)).collect();
            this.rearrange(|thread| {
                gone.into_iter().for_each(|note| thread.drop_note(note));
                thread.renew_notes(now);
            });
        });
    }

    async fn refresh(&self) -> Outcome {
        let asked = self.content().thread.moment();
        match api::open(self.chat).await {
            Ok(view) => {
                let arrived = {
                    let thread = &mut self.content().thread;
                    let from = view.messages.next.as_ref().map(|next| next.sent_at);
                    let arrived = thread.merge_newest(view.messages, asked);
                    thread.merge_newest_beside(view.beside, from, asked);
                    arrived
                };
                set_if_other(&self.same_order, view.same_order);
                set_if_other(&self.row, view.row);
                set_if_other(&self.closed_because, view.closed_because);
                set_if_other(&self.window, view.window);
                set_if_other(&self.problem, None);
                self.show_up_to(view.read_up_to);
                if !arrived.is_empty() {
                    self.arrived.set(arrived);
                }
                self.draw();
                self.look();
                if std::mem::take(&mut self.content().is_older_coming) {
                    self.load_older();
                }
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

    /// Asks once more, whatever the news say.
    pub fn refresh_soon(&self) {
        let this = self.clone();
        spawn_local(async move { _ = this.refresh().await });
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
            let (texts, why): (Vec<ReplyId>, Option<AppError>) = items.with(|items| {
                let overtaken =
                    items.iter().filter(ours).filter(|item| item.is_overtaken() && item.file.is_none());
                let why = overtaken.clone().find_map(|item| item.refused.clone());
                (overtaken.map(|item| item.reply).collect(), why)
            });
            if let Some(AppError::Refused(why)) = why {
                this.take_back_overtaken(texts, why);
            }
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
        let (this, is_at_end) = (self.clone(), self.is_at_end.clone());
        Effect::watch(move || is_at_end.get(), move |_, _, _| this.read_soon(), false);
    }

    fn look(&self) {
        self.read_soon();
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
        let (lines, changed, notes, has_older, has_newer) = {
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
            let mut notes = Vec::new();
            for item in content.thread.beside() {
                let Beside::Note(note) = item else { continue };
                match content.notes.get(&note.id) {
                    Some(signal) => notes.push((signal.clone(), note.clone())),
                    None => _ = content.notes.insert(note.id, ArcRwSignal::new(note.clone())),
                }
            }
            (lines, changed, notes, content.thread.older.is_some(), !content.thread.is_at_newest())
        };
        for (signal, drawn) in changed {
            set_if_other(&signal, drawn);
        }
        for (signal, note) in notes {
            set_if_other(&signal, note);
        }
        let (held, cancelled) = self.unsent();
        set_if_other(&self.held, held);
        set_if_other(&self.cancelled, cancelled);
        set_if_other(&self.lines, lines);
        set_if_other(&self.has_older, has_older);
        set_if_other(&self.travel.has_newer, has_newer);
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.inner.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replies that have not left and can be taken back, and the newest that has missed its time.
    fn unsent(&self) -> (Vec<(ReplyId, DateTime<Utc>)>, Option<ReplyId>) {
        let user = self.inner.desk.viewer.as_ref().map(|viewer| viewer.user);
        let content = self.content();
        let deliveries =
            || content.thread.bubbles().iter().filter_map(|bubble| bubble.view.delivery.as_ref());
        let held = deliveries()
            .filter(|delivery| delivery.state == ReplyState::Queued && delivery.author == user)
            .filter_map(|delivery| Some((delivery.reply?, delivery.leaves_at?)));
        let cancelled =
            deliveries().rfind(|delivery| delivery.reason == Some(FailureReason::BuyerWroteFirst));
        (held.collect(), cancelled.and_then(|delivery| delivery.reply))
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
