//! Moving through the list by keyboard. Keys are told by their place, so that they work in every layout.

use super::sight::{self, Sight};
use crate::shared::ids::ChatId;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, KeyboardEvent};

const ROW: &str = ".chat-row";
const OPEN_ROW: &str = ".chat-row[aria-current]";

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One down.
    Next,
    /// One up.
    Previous,
    /// To the beginning.
    First,
    /// To the end of what is loaded.
    Last,
}

impl Step {
    fn of(code: &str) -> Option<Self> {
        match code {
            "ArrowDown" | "KeyJ" => Some(Step::Next),
            "ArrowUp" | "KeyK" => Some(Step::Previous),
            "Home" => Some(Step::First),
            "End" => Some(Step::Last),
            _ => None,
        }
    }
}

/// Lets arrows, J and K, Home and End move the focus between the rows inside `list`; Enter opens, as with any link.
/// J and K also bring the focus into the list from anywhere where nobody types.
pub fn move_between_rows(list: NodeRef<html::Div>, sight: Sight) {
    Effect::new(move |_| {
        let sight = sight.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            if let Some(list) = list.get_untracked() {
                handle_key(&list, &sight, &event);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn handle_key(list: &HtmlElement, sight: &Sight, event: &KeyboardEvent) {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
    let Some(step) = Step::of(&event.code()) else { return };
    if has_modifier || event.default_prevented() {
        return;
    }
    let focused = document().active_element();
    let row = focused.as_ref().and_then(|element| element.closest(ROW).ok().flatten());
    let row = row.filter(|row| list.contains(Some(row))).and_then(|row| sight::chat_of(&row));
    let is_letter = event.code().starts_with("Key");
    let target = match (row, step) {
        (Some(row), _) => sight.neighbour(Some(row), step),
        (None, Step::Next | Step::Previous) if is_idle(focused.as_ref(), is_letter) => {
            entrance(list).or_else(|| sight.neighbour(None, Step::First))
        }
        _ => None,
    };
    if let Some(target) = target {
        event.prevent_default();
        sight.focus(target);
    }
}

/// The row through which the focus enters the list: the chat that is open.
fn entrance(list: &HtmlElement) -> Option<ChatId> {
    sight::chat_of(&list.query_selector(OPEN_ROW).ok().flatten()?)
}

/// Calls `work` at Shift and a key, wherever nobody types.
pub fn on_shift(code: &'static str, work: impl Fn() + 'static + Clone) {
    Effect::new(move |_| {
        let work = work.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            let other = event.ctrl_key() || event.alt_key() || event.meta_key();
            if event.code() != code
                || !event.shift_key()
                || other
                || event.default_prevented()
                || event.repeat()
            {
                return;
            }
            if is_idle(document().active_element().as_ref(), true) {
                event.prevent_default();
                work();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Whether a key pressed now is meant for nothing else: nobody types, no menu is open. Arrows scroll what has the
/// focus, letters do nothing there.
fn is_idle(focused: Option<&Element>, is_letter: bool) -> bool {
    let Some(focused) = focused else { return true };
    if focused.tag_name() == "BODY" {
        return true;
    }
    let types = focused.closest("input, textarea, select, dialog, [popover], [contenteditable]");
    is_letter && matches!(types, Ok(None))
}

/// Brings the focus to the row of the chat that is open, or to the first one.
pub fn focus_list() {
    let row = document().query_selector(OPEN_ROW).ok().flatten();
    let row = row.or_else(|| document().query_selector(ROW).ok().flatten());
    if let Some(row) = row {
        focus(&row);
    }
}

/// Whether what has the focus shows it, which means that it came by keyboard.
pub fn is_focus_visible() -> bool {
    document().active_element().is_some_and(|element| element.matches(":focus-visible").unwrap_or(false))
}

/// Whether there is room for list and window side by side, and probably a keyboard.
pub fn is_wide() -> bool {
    document().document_element().is_some_and(|root| root.client_width() > 720)
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // An element that cannot be focused leaves the focus where it was.
        _ = element.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn keys_are_told_by_their_place() {
        assert_eq!(Step::of("KeyJ"), Some(Step::Next));
        assert_eq!(Step::of("ArrowUp"), Some(Step::Previous));
        assert_eq!(Step::of("KeyL"), None);
    }
}
