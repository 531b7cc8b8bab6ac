//! Quick replies and emoji in the composer: what «/» and the buttons beside the field open.

use super::desk::Desk;
use super::session::Session;
use crate::features::files::ui::tray::Tray;
use crate::features::quick_replies::api;
use crate::features::quick_replies::ranking::{fold, ranked};
use crate::features::quick_replies::types::{Offer, QuickReply};
use crate::features::quick_replies::variables;
use crate::shared::change::Change;
use crate::shared::i18n::{EMOJI, Locale};
use crate::shared::ids::FileId;
use crate::ui::caret;
use crate::ui::live::LiveNews;
use crate::ui::notice::use_toasts;
use crate::ui::picker::{Picker, PickerLine};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The longest part of a text that the list shows, in characters.
const EXCERPT: usize = 120;

/// The quick replies of a chat, asked for when the picker opens for the first time and again when they have changed.
#[derive(Clone, Copy)]
struct Shelf {
    offer: RwSignal<Offer>,
    is_here: RwSignal<bool>,
    is_asked: StoredValue<bool>,
}

/// The picker of quick replies. What is chosen is put in at the caret, with everything filled in that is known.
#[component]
pub fn QuickReplies(
    desk: Desk,
    session: Session,
    tray: Tray,
    field: NodeRef<html::Textarea>,
    open: RwSignal<bool>,
    /// Called with the whole text after something was put in.
    on_inserted: Callback<String>,
) -> impl IntoView {
    let locale = desk.locale;
    let chat = session.chat;
    let toasts = use_toasts();
    let shelf = Shelf {
        offer: RwSignal::new(Offer::default()),
        is_here: RwSignal::new(false),
        is_asked: StoredValue::new(false),
    };
    let query = RwSignal::new(String::new());
    let ask = move || {
        shelf.is_asked.set_value(true);
        spawn_local(async move {
            match api::of_chat(chat).await {
                Ok(offer) => _ = shelf.offer.try_set(offer),
                // The list stays as it was; the next opening asks again.
                Err(_) => _ = shelf.is_asked.try_set_value(false),
            }
            _ = shelf.is_here.try_set(true);
        });
    };
    Effect::new(move |_| {
        if open.get() {
            ask();
        }
    });
    desk.live.on_change(move |news| {
        let is_ours = match &news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::QuickReplies),
        };
        if is_ours && shelf.is_asked.get_value() {
            ask();
        }
    });
    let lines = Signal::derive(move || {
        shelf.offer.with(|offer| {
            query.with(|typed| {
                ranked(&offer.replies, typed).into_iter().map(|reply| line(reply, offer, locale)).collect()
            })
        })
    });
    let choose = Callback::new(move |key: String| {
        let chosen = shelf.offer.with_untracked(|offer| {
            let reply = offer.replies.iter().find(|reply| reply.id.to_string() == key)?;
            let files: Vec<FileId> = reply.files.iter().map(|(_, file)| file.id).collect();
            Some((reply.id, variables::fill(&reply.body, &offer.facts), files))
        });
        let Some((id, words, files)) = chosen else { return };
        if let Some(text) = caret::insert(field, &words) {
            on_inserted.run(text);
        }
        if let Some(place) = variables::unfilled(&field_text(field)).into_iter().next() {
            caret::select(field, place);
        }
        let tray = tray.clone();
        spawn_local(async move {
            // A use that is not counted changes only the order of the list.
            _ = api::used(id).await;
            if files.is_empty() {
                return;
            }
            match api::attach(id, chat, files.into_iter().map(|file| (file, FileId::new())).collect()).await {
                Ok(files) => tray.put(files),
                Err(error) => toasts.say(error.sentence(locale)),
            }
        });
    });
    // What was typed was no search: it goes into the text.
    let as_typed = Callback::new(move |typed: String| {
        if let Some(text) = caret::insert(field, &format!("/{typed}")) {
            on_inserted.run(text);
        }
    });
    view! {
        <Picker
            id="quick-replies"
            open=open
            query=query
            lines=lines
            label=locale.quick_reply_find()
            placeholder=locale.quick_reply_placeholder()
            nothing=locale.quick_replies_not_found()
            is_ready=shelf.is_here
            on_choose=choose
            on_nothing=as_typed
            on_leave=back_to(field)
        />
    }
}

fn line(reply: &QuickReply, offer: &Offer, locale: Locale) -> PickerLine {
    let mut detail: String = variables::fill(&reply.body, &offer.facts).chars().take(EXCERPT).collect();
    if !reply.files.is_empty() {
        detail = format!("{} · {detail}", locale.with_files(reply.files.len() as i64));
    }
    PickerLine {
        key: reply.id.to_string(),
        title: reply.title.clone(),
        name: None,
        mark: reply.shortcut.as_ref().map(|shortcut| format!("/{shortcut}")),
        detail: Some(detail.replace('\n', " ")),
    }
}

fn field_text(field: NodeRef<html::Textarea>) -> String {
    field.get_untracked().map(|field| field.value()).unwrap_or_default()
}

fn back_to(field: NodeRef<html::Textarea>) -> Callback<()> {
    Callback::new(move |()| {
        if let Some(field) = field.get_untracked() {
            // A field that is closed takes no focus.
            _ = field.focus();
        }
    })
}

/// The picker of emoji.
#[component]
pub fn EmojiPicker(
    locale: Locale,
    field: NodeRef<html::Textarea>,
    open: RwSignal<bool>,
    on_inserted: Callback<String>,
) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let lines = Signal::derive(move || {
        let typed = query.with(|typed| fold(typed.trim()));
        let is_found = |emoji: &&(&'static str, &'static str, &'static str)| {
            fold(emoji.1).contains(&typed) || emoji.2.contains(&typed)
        };
        EMOJI
            .iter()
            .filter(is_found)
            .map(|emoji| PickerLine {
                key: emoji.0.to_owned(),
                title: emoji.0.to_owned(),
                name: Some(locale.emoji_name(emoji).to_owned()),
                mark: None,
                detail: None,
            })
            .collect::<Vec<_>>()
    });
    let choose = Callback::new(move |emoji: String| {
        if let Some(text) = caret::insert(field, &emoji) {
            on_inserted.run(text);
        }
    });
    view! {
        <Picker
            id="emoji"
            open=open
            query=query
            lines=lines
            label=locale.find_emoji()
            placeholder=locale.find_emoji()
            nothing=locale.quick_replies_not_found()
            is_grid=true
            on_choose=choose
            on_leave=back_to(field)
        />
    }
}
