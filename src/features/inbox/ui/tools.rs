//! The ways through a chat, in the head of its window: looking for words, a day, the first unseen message, and the link
//! to the message that is marked.

use super::desk::Desk;
use super::find::use_find;
use super::session::{Drawn, Session};
use crate::shared::address;
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::shared::ids::ChatId;
use crate::shared::time::Zone;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::commands::use_commands;
use crate::ui::context::{use_locale, use_now};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::{Toasts, use_toasts};
use chrono::NaiveDate;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

/// The field in which a day is chosen.
const DAY_FIELD: &str = "go-to-day";
const PLACES_BUTTON: &str = "window-places-button";

/// Buttons in the head of the window.
#[component]
pub fn WindowTools(desk: Desk, session: Session) -> impl IntoView {
    let (locale, zone) = (desk.locale, desk.zone);
    let (find, commands) = (use_find(), use_commands());
    let is_open = RwSignal::new(false);
    let toggle = move || {
        is_open.update(|open| *open = !*open);
        if is_open.get_untracked() {
            request_animation_frame(|| browser::focus(DAY_FIELD));
        }
    };
    offer_ways(&desk, &session, toggle);
    view! {
        <div class="window-tools">
            <button
                type="button"
                class="icon-button"
                aria-label=locale.find_in_chat()
                title=move || commands.hint(locale.find_in_chat(), Command::FindInChat)
                aria-keyshortcuts=move || commands.keys_for_readers(Command::FindInChat)
                on:click=move |_| find.open()
            >
                <Glyph icon=Icon::Search/>
            </button>
            <button
                type="button"
                id=PLACES_BUTTON
                class="icon-button"
                aria-label=locale.places_in_chat()
                title=move || commands.hint(locale.places_in_chat(), Command::JumpToDate)
                aria-keyshortcuts=move || commands.keys_for_readers(Command::JumpToDate)
                aria-expanded=move || is_open.get().to_string()
                aria-controls="window-places"
                on:click=move |_| toggle()
            >
                <Glyph icon=Icon::Calendar/>
            </button>
            {move || is_open.get().then(|| view! { <Places session=session.clone() zone is_open/> })}
        </div>
    }
}

fn offer_ways(desk: &Desk, session: &Session, to_day: impl Fn() + Send + Sync + 'static) {
    let (commands, is_here) = (use_commands(), desk.is_at(session.chat));
    commands.offer_while(Command::JumpToDate, is_here, to_day);
    let going = session.clone();
    commands.offer_while(Command::ToNewest, is_here, move || going.go_to_newest());
    if session.travel.had_unseen {
        let going = session.clone();
        commands.offer_while(Command::ToUnseen, is_here, move || going.go_to_unseen());
    }
}

/// The places to go to. Esc gives the focus back.
#[component]
fn Places(session: Session, zone: Zone, is_open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let close = move || {
        is_open.set(false);
        browser::focus(PLACES_BUTTON);
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
    };
    let day = RwSignal::new(String::new());
    let to_day = {
        let session = session.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let Ok(day) = day.with_untracked(|day| day.parse::<NaiveDate>()) else { return };
            if let Some(begins) = day.and_hms_opt(0, 0, 0) {
                session.go_to_time(zone.instant(begins));
                close();
            }
        }
    };
    let unseen = session.travel.had_unseen.then(|| {
        let session = session.clone();
        view! {
            <Button
                kind=ButtonKind::Quiet
                icon=Icon::Up
                on_press=move |()| {
                    session.go_to_unseen();
                    close();
                }
            >
                {locale.to_first_unseen()}
            </Button>
        }
    });
    let newest = {
        let session = session.clone();
        move |()| {
            session.go_to_newest();
            close();
        }
    };
    let today = zone.day(use_now().get_untracked()).to_string();
    view! {
        <div id="window-places" class="menu window-places" role="group" aria-label=locale.places_in_chat() on:keydown=on_key>
            <form class="window-day" on:submit=to_day>
                <label for=DAY_FIELD>{locale.go_to_day()}</label>
                <input
                    id=DAY_FIELD
                    class="field-input"
                    type="date"
                    max=today
                    required
                    on:input=move |event| day.set(event_target_value(&event))
                />
                <Button>{locale.go()}</Button>
            </form>
            {unseen}
            <Button kind=ButtonKind::Quiet icon=Icon::Down on_press=newest>
                {locale.to_newest()}
            </Button>
            <CopyMarked session/>
        </div>
    }
}

/// Puts the link to a message into the clipboard, and says so.
fn copy_link(chat: ChatId, external_id: &str, locale: Locale, toasts: Toasts) {
    let link = browser::absolute(&address::of_message(chat, external_id));
    let words = if browser::copy(&link) { locale.link_copied() } else { locale.link_not_copied() };
    toasts.say(words.to_owned());
}

/// Copies the link to a message, at its foot, for the mouse. By keyboard a message is found, which marks it; the menu of
/// places then copies its link. A stop at every message would make the way to the composer long.
#[component]
pub fn MessageLink(session: Session, drawn: ArcRwSignal<Drawn>) -> impl IntoView {
    let (locale, toasts, chat) = (use_locale(), use_toasts(), session.chat);
    let id = Memo::new(move |_| drawn.with(|it| it.view.external_id.clone()));
    move || {
        id.get().map(|id| {
            view! {
                <button
                    type="button"
                    class="message-link"
                    tabindex="-1"
                    aria-label=locale.copy_link()
                    title=locale.copy_link()
                    on:click=move |_| copy_link(chat, &id, locale, toasts)
                >
                    <Glyph icon=Icon::Link/>
                </button>
            }
        })
    }
}

/// Copies the link to the message that is marked.
#[component]
fn CopyMarked(session: Session) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let marked = session.travel.marked.clone();
    move || {
        let chat = session.chat;
        marked.get().map(|id| {
            let copy = move |()| copy_link(chat, &id, locale, toasts);
            view! {
                <Button kind=ButtonKind::Quiet icon=Icon::Link on_press=copy>
                    {locale.copy_link_to_marked()}
                </Button>
            }
        })
    }
}
