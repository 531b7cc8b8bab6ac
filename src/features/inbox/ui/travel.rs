//! Moving through a chat: to the message that a link names, to a day, to the first message that was not looked at, and
//! back to the newest. The window then holds a part of the chat that can be read on from both ways.

use super::address::{Address, Open};
use super::session::Session;
use crate::features::inbox::api;
use crate::features::inbox::types::{ChatView, Slice, Spot};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::ui::context::use_locale;
use crate::ui::json;
use crate::ui::notice::{Toasts, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// What the address wants to see: a chat, perhaps at one of its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub open: Open,
    /// The message's id at the marketplace.
    pub message: Option<String>,
}

/// What the address wants to see.
pub fn use_target(address: Memo<Address>) -> Memo<Target> {
    let location = use_location();
    Memo::new(move |before: Option<&Target>| {
        let open = address.with(|here| here.open);
        // On the way to another page the old one is still there for a moment; it stays as it was.
        let is_leaving = location.pathname.with(|path| path != "/" && !path.starts_with("/inbox"));
        if let (true, Some(before)) = (is_leaving, before) {
            return before.clone();
        }
        let message = location.query.read().get_str("message").filter(|id| !id.is_empty()).map(str::to_owned);
        Target { open, message: message.filter(|_| matches!(open, Open::Chat(_))) }
    })
}

/// A chat as it was opened, perhaps elsewhere than at its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub view: ChatView,
    pub slice: Option<Slice>,
}

/// A chat as it was opened, or as the page of the server brings it: the browser keeps the text until the program for chats
/// reads it, so that the list comes without the readers of all that a chat is made of.
#[derive(Clone, Debug)]
pub enum Handed {
    Opened(Box<Opened>),
    Text(Box<RawValue>),
}

impl Handed {
    /// The chat itself; `None` when the text is none of ours.
    pub fn opened(self) -> Option<Opened> {
        match self {
            Handed::Opened(opened) => Some(*opened),
            Handed::Text(text) => json::read(text.get()).ok(),
        }
    }
}

impl Serialize for Handed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Handed::Opened(opened) => opened.serialize(serializer),
            Handed::Text(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Handed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Handed::Text)
    }
}

/// Opens what the address wants to see; `None` when it names nothing.
pub async fn open(target: Target) -> Option<Result<Opened, AppError>> {
    let chat = match target.open {
        Open::Nothing => return None,
        Open::Unknown => return Some(Err(AppError::NotFound)),
        Open::Chat(chat) => chat,
    };
    let view = match api::open(chat).await {
        Ok(view) => view,
        Err(error) => return Some(Err(error)),
    };
    let slice = match target.message {
        // A message that is not there leaves the chat as it opens without it.
        Some(external_id) => api::around(chat, Spot::Message { external_id: external_id.clone() })
            .await
            .unwrap_or_else(|_| newest_instead(&view)),
        None => return Some(Ok(Opened { view, slice: None })),
    };
    Some(Ok(Opened { view, slice: Some(slice) }))
}

/// The newest page in the place of one that could not be had.
fn newest_instead(view: &ChatView) -> Slice {
    let page = view.messages.clone();
    Slice { items: page.items, older: page.next, newer: None, found: None, beside: view.beside.clone() }
}

/// What the window is to bring before the eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// This message, by its id at the marketplace; marked, so that the eye finds it.
    Message(String),
    /// The line above what was not looked at.
    Unseen,
    /// The end.
    Newest,
}

/// Where in the chat the window stands.
#[derive(Clone)]
pub struct Travel {
    /// Whether newer messages have to be asked for.
    pub has_newer: ArcRwSignal<bool>,
    pub is_loading_newer: ArcRwSignal<bool>,
    /// What is to be brought before the eyes; the number tells one wish from the next.
    pub reveal: ArcRwSignal<(u32, Option<Reveal>)>,
    /// The message that is marked.
    pub marked: ArcRwSignal<Option<String>>,
    /// Whether something was not looked at when the chat was opened.
    pub had_unseen: bool,
    seen_up_to: DateTime<Utc>,
    /// Counts journeys: an answer to an earlier one is late.
    turn: ArcRwSignal<u32>,
    toasts: Toasts,
    locale: Locale,
}

impl Travel {
    /// The window as it opens: at its end, or at the message that was found.
    pub fn new(seen_up_to: DateTime<Utc>, unseen: i32, slice: Option<&Slice>) -> Self {
        let (toasts, locale) = (use_toasts(), use_locale());
        let found = slice.and_then(|slice| slice.found.clone());
        if slice.is_some() && found.is_none() {
            Effect::new(move |_| toasts.say(locale.message_not_found().to_owned()));
        }
        Travel {
            has_newer: ArcRwSignal::new(false),
            is_loading_newer: ArcRwSignal::new(false),
            reveal: ArcRwSignal::new((0, found.clone().map(Reveal::Message))),
            marked: ArcRwSignal::new(found),
            had_unseen: unseen > 0,
            seen_up_to,
            turn: ArcRwSignal::new(0),
            toasts,
            locale,
        }
    }

    fn show(&self, reveal: Reveal) {
        if let Reveal::Message(id) = &reveal {
            self.marked.set(Some(id.clone()));
        }
        self.reveal.update(|(turn, wish)| {
            *turn += 1;
            *wish = Some(reveal);
        });
    }
}

impl Session {
    /// Brings a message before the eyes, wherever in the chat it is.
    pub fn go_to_message(&self, external_id: String) {
        let is_here = self.look_at(|thread| {
            thread.bubbles().iter().any(|bubble| bubble.view.external_id.as_ref() == Some(&external_id))
        });
        if is_here {
            self.travel.show(Reveal::Message(external_id));
        } else {
            self.go(Spot::Message { external_id });
        }
    }

    /// Goes to the first message of an instant or later.
    pub fn go_to_time(&self, at: DateTime<Utc>) {
        self.go(Spot::Time { at });
    }

    /// Goes to the first message that was not looked at when the chat was opened.
    pub fn go_to_unseen(&self) {
        if self.look_at(|thread| thread.first_unseen().is_some()) {
            self.travel.show(Reveal::Unseen);
        } else {
            self.go(Spot::Unseen { after: self.travel.seen_up_to });
        }
    }

    /// Goes back to the newest messages.
    pub fn go_to_newest(&self) {
        if self.look_at(super::thread::Thread::is_at_newest) {
            self.travel.show(Reveal::Newest);
            return;
        }
        let (this, turn) = (self.clone(), self.next_turn());
        spawn_local(async move {
            let answer = api::messages(this.chat, None).await;
            if this.travel.turn.get_untracked() != turn {
                return;
            }
            match answer {
                Ok(page) => {
                    this.rearrange(|thread| thread.go_to_newest(page));
                    this.travel.show(Reveal::Newest);
                }
                Err(error) => this.travel.toasts.say(error.sentence(this.travel.locale)),
            }
        });
    }

    /// Asks for the page below.
    pub fn load_newer(&self) {
        let Some(message) = self.look_at(|thread| thread.newer.clone()) else { return };
        if self.travel.is_loading_newer.get_untracked() {
            return;
        }
        self.travel.is_loading_newer.set(true);
        let (this, turn) = (self.clone(), self.travel.turn.get_untracked());
        spawn_local(async move {
            let answer = api::around(this.chat, Spot::After { message }).await;
            if let (Ok(slice), true) = (answer, this.travel.turn.get_untracked() == turn) {
                this.rearrange(|thread| thread.merge_newer(slice));
            }
            this.travel.is_loading_newer.set(false);
        });
    }

    fn go(&self, spot: Spot) {
        let (this, turn) = (self.clone(), self.next_turn());
        spawn_local(async move {
            let answer = api::around(this.chat, spot).await;
            if this.travel.turn.get_untracked() != turn {
                return;
            }
            match answer {
                Ok(slice) => {
                    let reveal = slice.found.clone().map_or(Reveal::Newest, Reveal::Message);
                    this.rearrange(|thread| thread.go_to(slice));
                    this.travel.show(reveal);
                }
                Err(AppError::NotFound) => {
                    this.travel.toasts.say(this.travel.locale.message_not_found().to_owned())
                }
                Err(error) => this.travel.toasts.say(error.sentence(this.travel.locale)),
            }
        });
    }

    fn next_turn(&self) -> u32 {
        let turn = self.travel.turn.get_untracked() + 1;
        self.travel.turn.set(turn);
        turn
    }
}
