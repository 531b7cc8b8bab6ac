//! Looking for words inside the open chat: over all of it, not only over what the window holds.

use super::desk::Desk;
use super::session::Session;
use crate::features::inbox::api;
use crate::features::inbox::types::Finds;
use crate::shared::commands::Command;
use crate::ui::browser;
use crate::ui::button::IconButton;
use crate::ui::commands::use_commands;
use crate::ui::context::use_locale;
use crate::ui::icon::{Glyph, Icon};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The field in which the words are typed.
const FIND_FIELD: &str = "find-in-chat";
/// So long nobody types before it is looked for.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the bar is open. A type of its own, so that the context cannot mistake another signal for it.
#[derive(Clone, Copy)]
pub struct FindOpen(RwSignal<bool>);

impl FindOpen {
    /// Opens the bar and brings the focus there.
    pub fn open(self) {
        self.0.set(true);
        request_animation_frame(|| browser::focus(FIND_FIELD));
    }
}

/// Whether the bar of the open chat is open.
pub fn use_find() -> FindOpen {
    expect_context::<FindOpen>()
}

/// Makes the bar known to the parts of the window.
pub fn provide_find() {
    provide_context(FindOpen(RwSignal::new(false)));
}

/// What was found, and which of it is shown.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    finds: Finds,
    at: usize,
}

/// The bar below the head of the window.
#[component]
pub fn FindBar(desk: Desk, session: Session) -> impl IntoView {
    let find = use_find();
    let FindOpen(is_open) = find;
    use_commands().offer_while(Command::FindInChat, desk.is_at(session.chat), move || find.open());
    move || is_open.get().then(|| view! { <Bar session=session.clone() is_open/> })
}

#[component]
fn Bar(session: Session, is_open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let found = RwSignal::new(None::<Found>);
    let typed = RwSignal::new(String::new());
    let look = {
        let session = session.clone();
        move || {
            let (session, text) = (session.clone(), typed.get_untracked());
            if text.trim().is_empty() {
                found.set(None);
                return;
            }
            spawn_local(async move {
                let Ok(finds) = api::find(session.chat, text.clone()).await else { return };
                // Something else may have been typed meanwhile, or the bar may be gone.
                if typed.try_get_untracked().as_ref() != Some(&text) {
                    return;
                }
                if let Some(first) = finds.messages.first() {
                    session.go_to_message(first.clone());
                }
                found.set(Some(Found { finds, at: 0 }));
            });
        }
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        let look = look.clone();
        set_timeout(
            move || {
                if typed.try_get_untracked() == Some(text) {
                    look();
                }
            },
            PAUSE,
        );
    };
    let step = {
        let session = session.clone();
        Callback::new(move |older: bool| {
            let Some(Found { finds, at }) = found.get_untracked() else { return };
            let count = finds.messages.len();
            if count == 0 {
                return;
            }
            let at = if older { (at + 1) % count } else { (at + count - 1) % count };
            session.go_to_message(finds.messages[at].clone());
            found.set(Some(Found { finds, at }));
        })
    };
    let close = move || {
        is_open.set(false);
        browser::focus(super::composer::COMPOSER);
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            step.run(!event.shift_key());
        }
        "ArrowUp" => {
            event.prevent_default();
            step.run(true);
        }
        "ArrowDown" => {
            event.prevent_default();
            step.run(false);
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
        _ => {}
    };
    let words = move || {
        found.get().map(|Found { finds, at }| match finds.messages.len() {
            0 => locale.nothing_in_chat().to_owned(),
            count => locale.find_place(at + 1, count, finds.is_cut),
        })
    };
    view! {
        <div class="find-bar" role="search" aria-label=locale.find_in_chat() data-testid="find-bar">
            <Glyph icon=Icon::Search/>
            <input
                id=FIND_FIELD
                class="find-field"
                type="text"
                autocomplete="off"
                aria-label=locale.find_in_chat()
                placeholder=locale.find_in_chat()
                maxlength="200"
                on:input=on_input
                on:keydown=on_key
            />
            <span class="find-count" role="status">{words}</span>
            <IconButton icon=Icon::Up label=locale.find_older().to_owned() on_press=move |()| step.run(true)/>
            <IconButton icon=Icon::Down label=locale.find_newer().to_owned() on_press=move |()| step.run(false)/>
            <IconButton icon=Icon::Close label=locale.close().to_owned() on_press=move |()| close()/>
        </div>
    }
}
