//! Choosing by keyboard: a key chooses the line that has the focus, Shift with an arrow takes the next one in, Escape ends
//! choosing.

use super::super::desk::Desk;
use super::super::keys::Step;
use super::super::sight::{self, Sight};
use super::choice::{Choice, use_choice};
use crate::shared::commands::Command;
use crate::shared::ids::ChatId;
use crate::ui::commands::use_commands;
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::{Element, KeyboardEvent};

/// Follows the keys as long as the list is there.
pub fn follow_keys(desk: &Desk, sight: &Sight) {
    if !desk.may_answer() {
        return;
    }
    let (choice, list) = (use_choice(), desk.list.clone());
    let chosen = choice.clone();
    use_commands().offer(Command::ToggleChosen, move || match focused_chat() {
        Some(chat) => chosen.toggle(chat, &list),
        None => chosen.toggle_mode(),
    });
    let sight = sight.clone();
    Effect::new(move |_| {
        let (choice, sight) = (choice.clone(), sight.clone());
        let handle = window_event_listener(ev::keydown, move |event| press(&choice, &sight, &event));
        on_cleanup(move || handle.remove());
    });
}

fn press(choice: &Choice, sight: &Sight, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented() {
        return;
    }
    let step = match (event.code().as_str(), event.shift_key()) {
        ("ArrowDown", true) => Step::Next,
        ("ArrowUp", true) => Step::Previous,
        ("Escape", false) if choice.is_on.get_untracked() && is_idle() => {
            event.prevent_default();
            choice.leave();
            return;
        }
        _ => return,
    };
    let Some(here) = focused_chat() else { return };
    event.prevent_default();
    let next = sight.neighbour(Some(here), step);
    choice.add([here].into_iter().chain(next));
    if let Some(next) = next {
        sight.focus(next);
    }
}

/// The chat of the line that has the focus, or whose box has it.
fn focused_chat() -> Option<ChatId> {
    let place = document().active_element()?.closest(".row-place").ok().flatten()?;
    sight::chat_of(&place.query_selector(".chat-row").ok().flatten()?)
}

/// Whether Escape is meant for nothing else: nobody types, nothing is open.
fn is_idle() -> bool {
    let field = "input:not([type=checkbox]), textarea, select, dialog, [popover], [contenteditable]";
    let is_within = |element: &Element| !matches!(element.closest(field), Ok(None));
    let is_open = document().query_selector("dialog[open], [popover]:popover-open");
    !document().active_element().is_some_and(|it| is_within(&it)) && matches!(is_open, Ok(None))
}
