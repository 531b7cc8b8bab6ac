//! Replies that the server does not know yet. They are kept in this browser until it does, so a reply survives a
//! closed tab, a lost connection and a server that is down; the id made here makes a second try the same reply.

use super::refresh::wait_ms;
use crate::features::files::types::FileView;
use crate::features::inbox::api;
use crate::features::inbox::types::{
    AttachmentView, Author, Delivery, MessageView, ReadUpTo, ReplyState, SendHow,
};
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{ChatId, ReplyId};
use crate::shared::page::Viewer;
use crate::ui::browser;
use crate::ui::json;
use crate::ui::live::{ConnectionState, Live};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An uploaded file that is to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingFile {
    pub name: String,
    pub view: FileView,
}

/// A reply that the server has not taken yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub chat: ChatId,
    pub reply: ReplyId,
    /// Empty when it is a file.
    pub text: String,
    #[serde(default)]
    pub file: Option<WaitingFile>,
    /// When the person sent it.
    pub at: DateTime<Utc>,
    /// How it is sent, and what the person had read when they sent it.
    #[serde(default)]
    pub how: SendHow,
    /// Why the server will not take it as it is; a person decides what happens then.
    #[serde(default)]
    pub refused: Option<AppError>,
}

impl Waiting {
    /// Whether somebody has written in the chat since its author read it.
    pub fn is_overtaken(&self) -> bool {
        matches!(self.refused, Some(AppError::Refused(Refusal::ChatMoved { .. })))
    }

    /// How the window shows it until the server tells more. The server gives the reply a key of its own.
    pub fn view(&self, author_name: Option<String>) -> MessageView {
        let state = if self.refused.is_some() { ReplyState::Failed } else { ReplyState::Queued };
        MessageView {
            key: self.reply.to_string(),
            external_id: None,
            author: Author::Operator,
            author_name,
            body: self.text.clone(),
            attachments: self
                .file
                .iter()
                .map(|file| AttachmentView::of_file(file.name.clone(), file.view.clone()))
                .collect(),
            sent_at: self.at,
            sort_key: self.reply.to_string(),
            delivery: Some(Delivery {
                reply: Some(self.reply),
                state,
                is_in_moderation: false,
                is_read: false,
                reason: None,
                reason_detail: None,
                leaves_at: None,
                author: None,
            }),
            edited_at: None,
            is_unparsed: false,
        }
    }
}

/// The outbox of this person in this browser. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    /// Everything in it, in the order of sending.
    pub items: ArcRwSignal<Vec<Waiting>>,
    inner: Arc<Inner>,
}

type Accepted = Arc<dyn Fn(ChatId, MessageView) + Send + Sync>;

struct Inner {
    /// Where this browser keeps it; `None` where nobody is logged in.
    place: Option<String>,
    live: Live,
    run: Mutex<Run>,
    accepted: Mutex<Vec<(ReplyId, Accepted)>>,
}

#[derive(Default)]
struct Run {
    is_sending: bool,
    is_stopped: bool,
    failures: u32,
    /// Counts plans to try again, so that only the latest is carried out.
    plan: u64,
}

impl Outbox {
    /// The person's outbox. In the browser it goes on with what was left there.
    pub fn new(viewer: Option<&Viewer>, live: Live) -> Self {
        let place = viewer.map(|viewer| format!("agentiq.outbox.{}.{}", viewer.workspace, viewer.user));
        let inner = Inner { place, live, run: Mutex::default(), accepted: Mutex::default() };
        let outbox = Outbox { items: ArcRwSignal::new(Vec::new()), inner: Arc::new(inner) };
        outbox.start();
        outbox
    }

    fn start(&self) {
        let this = self.clone();
        Effect::new(move |_| {
            this.items.set(this.read());
            this.pump();
        });
        let this = self.clone();
        let state = self.inner.live.state;
        Effect::new(move |_| {
            if state.get() == ConnectionState::Online {
                this.with_run(|run| run.failures = 0);
                this.pump();
            }
        });
        let inner = Arc::clone(&self.inner);
        // The page that comes next goes on with what is left; what is on its way comes to its end.
        on_cleanup(move || inner.run.lock().unwrap_or_else(PoisonError::into_inner).is_stopped = true);
    }

    /// Calls `callback` for every reply the server takes, until the component that asked for it goes away.
    pub fn on_accepted(&self, callback: impl Fn(ChatId, MessageView) + Send + Sync + 'static) {
        let name = ReplyId::new();
        self.with_accepted(|all| all.push((name, Arc::new(callback))));
        let this = self.clone();
        on_cleanup(move || this.with_accepted(|all| all.retain(|(at, _)| *at != name)));
    }

    /// Puts a reply into the outbox and sends it as soon as that is possible.
    pub fn send(&self, chat: ChatId, text: String, at: DateTime<Utc>, how: SendHow) {
        self.put(Waiting { chat, reply: ReplyId::new(), text, file: None, at, how, refused: None });
    }

    /// The same for an uploaded file.
    pub fn send_file(&self, chat: ChatId, file: WaitingFile, at: DateTime<Utc>, how: SendHow) {
        let (reply, text) = (ReplyId::new(), String::new());
        self.put(Waiting { chat, reply, text, file: Some(file), at, how, refused: None });
    }

    fn put(&self, item: Waiting) {
        self.change(|items| items.push(item.clone()));
        self.pump();
    }

    /// Tries a refused reply once more, as the person sees the chat now.
    pub fn retry(&self, reply: ReplyId, read: &ReadUpTo) {
        self.change(|items| {
            for item in items.iter_mut().filter(|item| item.reply == reply) {
                item.refused = None;
                item.how.read_up_to = Some(read.clone());
            }
        });
        self.pump();
    }

    /// Takes a refused reply out again; returns its text.
    pub fn take_back(&self, reply: ReplyId) -> Option<String> {
        let text = self.items.with_untracked(|items| {
            items.iter().find(|item| item.reply == reply).map(|item| item.text.clone())
        });
        self.change(|items| items.retain(|item| item.reply != reply));
        text
    }

    /// Sends one reply after the other, in their order.
    fn pump(&self) {
        let next =
            self.items.with_untracked(|items| items.iter().find(|item| item.refused.is_none()).cloned());
        let Some(item) = next else { return };
        let may_start = self.with_run(|run| {
            let may_start = !run.is_sending && !run.is_stopped;
            run.is_sending |= may_start;
            may_start
        });
        if may_start {
            let this = self.clone();
            spawn_local(async move { this.send_one(item).await });
        }
    }

    async fn send_one(self, item: Waiting) {
        let answer = match &item.file {
            Some(file) => api::send_file(item.chat, item.reply, file.view.id, item.how.clone()).await,
            None => api::reply(item.chat, item.reply, item.text.clone(), item.how.clone()).await,
        };
        self.with_run(|run| run.is_sending = false);
        match answer {
            Ok(view) => {
                self.with_run(|run| run.failures = 0);
                self.tell_accepted(item.chat, &view);
                self.change(|items| items.retain(|it| it.reply != item.reply));
                self.pump();
            }
            Err(AppError::Unauthorized) => self.inner.live.note_session_ended(),
            Err(error) => match wait_for(&error, self.with_run(Run::fail)) {
                Some(wait) => self.pump_after(wait),
                None => {
                    self.change(|items| refuse(items, item.reply, &error));
                    self.pump();
                }
            },
        }
    }

    fn pump_after(&self, wait: Duration) {
        let plan = self.with_run(|run| {
            run.plan += 1;
            run.plan
        });
        let this = self.clone();
        let again = move || {
            if this.with_run(|run| run.plan) == plan {
                this.pump();
            }
        };
        set_timeout(again, wait);
    }

    fn tell_accepted(&self, chat: ChatId, view: &MessageView) {
        let all: Vec<Accepted> =
            self.with_accepted(|all| all.iter().map(|(_, callback)| Arc::clone(callback)).collect());
        for callback in all {
            callback(chat, view.clone());
        }
    }

    /// Changes what is kept and then what is shown. Other tabs keep replies in the same place, so it is read anew.
    fn change(&self, change: impl Fn(&mut Vec<Waiting>)) {
        if let Some(place) = &self.inner.place {
            let mut kept = self.read();
            change(&mut kept);
            if kept.is_empty() {
                browser::local_remove(place);
            } else {
                browser::local_set(place, &write(&kept));
            }
        }
        self.items.update(|items| change(items));
    }

    fn read(&self) -> Vec<Waiting> {
        self.inner.place.as_deref().and_then(browser::local_get).map(|text| parse(&text)).unwrap_or_default()
    }

    fn with_run<T>(&self, work: impl FnOnce(&mut Run) -> T) -> T {
        work(&mut self.inner.run.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn with_accepted<T>(&self, work: impl FnOnce(&mut Vec<(ReplyId, Accepted)>) -> T) -> T {
        work(&mut self.inner.accepted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Run {
    fn fail(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }
}

/// How long to wait before the same reply is tried again; `None` when that would not help.
fn wait_for(error: &AppError, failures: u32) -> Option<Duration> {
    match error {
        AppError::RateLimited { retry_after_s } => {
            Some(Duration::from_secs(u64::from(*retry_after_s).max(1)))
        }
        AppError::Transport | AppError::Unavailable { .. } => Some(Duration::from_millis(wait_ms(failures))),
        _ => None,
    }
}

/// Notes a refusal. What was overtaken in its chat takes along what was written after it: the one makes no sense without
/// the other.
fn refuse(items: &mut [Waiting], reply: ReplyId, error: &AppError) {
    let is_overtaken = matches!(error, AppError::Refused(Refusal::ChatMoved { .. }));
    let Some(place) = items.iter().position(|item| item.reply == reply) else { return };
    let chat = items[place].chat;
    for item in &mut items[place..] {
        let goes_along = is_overtaken && item.chat == chat && item.refused.is_none();
        if item.reply == reply || goes_along {
            item.refused = Some(error.clone());
        }
    }
}

/// Reads what a browser kept. Each reply is read by itself: one that an older version wrote in another way must not
/// hide the others.
fn parse(text: &str) -> Vec<Waiting> {
    let items: Vec<Box<RawValue>> = json::read(text).unwrap_or_default();
    items.into_iter().filter_map(|item| json::read(item.get()).ok()).collect()
}

fn write(items: &[Waiting]) -> String {
    serde_json::to_string(items).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::error::MovedBy;

    fn item(text: &str) -> Waiting {
        Waiting {
            chat: ChatId(uuid::Uuid::from_u128(1)),
            reply: ReplyId(uuid::Uuid::from_u128(2)),
            text: text.to_owned(),
            file: None,
            at: DateTime::UNIX_EPOCH,
            how: SendHow::default(),
            refused: None,
        }
    }

    #[test]
    fn what_was_kept_comes_back() {
        let refused = Waiting { refused: Some(AppError::Refused(Refusal::EmptyText)), ..item("б") };
        let items = vec![item("а\n«\"</textarea>"), refused];
        assert_eq!(parse(&write(&items)), items);
    }

    #[test]
    fn rubbish_loses_only_itself() {
        assert_eq!(parse("not json"), []);
        let mixed =
            format!("[{{\"chat\":1}},{}]", serde_json::to_string(&item("а")).expect("JSON of our own"));
        assert_eq!(parse(&mixed), [item("а")]);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        assert_eq!(wait_for(&AppError::Transport, 1), Some(Duration::from_secs(1)));
        assert_eq!(wait_for(&AppError::RateLimited { retry_after_s: 7 }, 1), Some(Duration::from_secs(7)));
        assert_eq!(wait_for(&AppError::Forbidden, 1), None);
        assert_eq!(wait_for(&AppError::Refused(Refusal::EmptyText), 1), None);
    }

    #[test]
    fn what_was_overtaken_takes_along_what_follows_it_in_its_chat() {
        let id = |n| ReplyId(uuid::Uuid::from_u128(n));
        let elsewhere = ChatId(uuid::Uuid::from_u128(7));
        let mut items = vec![
            Waiting { reply: id(1), ..item("а") },
            Waiting { reply: id(2), ..item("б") },
            Waiting { reply: id(3), chat: elsewhere, ..item("в") },
            Waiting { reply: id(4), ..item("г") },
        ];
        let overtaken = |items: &[Waiting]| items.iter().map(Waiting::is_overtaken).collect::<Vec<_>>();
        refuse(&mut items, id(2), &AppError::Refused(Refusal::ChatMoved { by: MovedBy::Buyer }));
        assert_eq!(overtaken(&items), [false, true, false, true]);
        refuse(&mut items, id(1), &AppError::NotFound);
        assert_eq!(items.iter().filter(|item| item.refused == Some(AppError::NotFound)).count(), 1);
    }

    #[test]
    fn a_reply_of_an_older_version_is_read_too() {
        let mut old = serde_json::to_value(item("а")).expect("JSON");
        old.as_object_mut().expect("an object").remove("sending");
        assert_eq!(parse(&format!("[{old}]")), [item("а")]);
    }

    #[test]
    fn a_refused_reply_keeps_its_text_and_says_so() {
        let mut items = vec![item("а")];
        refuse(&mut items, item("а").reply, &AppError::NotFound);
        let view = items[0].view(Some("Анна".to_owned()));
        assert_eq!(view.delivery.map(|delivery| delivery.state), Some(ReplyState::Failed));
        assert_eq!(view.body, "а");
    }
}
