//! Moving through the list by keyboard. Keys are told by their place, so that they work in every layout.

use super::sight::{self, Sight};
use crate::shared::commands::Command;
use crate::shared::ids::ChatId;
use crate::ui::commands::use_commands;
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
            "ArrowDown" => Some(Step::Next),
            "ArrowUp" => Some(Step::Previous),
            "Home" => Some(Step::First),
            "End" => Some(Step::Last),
            _ => None,
        }
    }
}

/// Offers the steps from row to row, which also bring the focus into the list from elsewhere; Enter opens, as with any
/// link.
pub fn offer_steps(list: NodeRef<html::Div>, sight: &Sight) {
    for (command, step) in [(Command::NextRow, Step::Next), (Command::PreviousRow, Step::Previous)] {
        let sight = sight.clone();
        use_commands().offer(command, move || {
            let Some(list) = list.get_untracked() else { return };
            let target = match focused_row(&list) {
                Some(row) => sight.neighbour(Some(row), step),
                None => entrance(&list).or_else(|| sight.neighbour(None, Step::First)),
            };
            if let Some(target) = target {
                sight.focus(target);
            }
        });
    }
}

/// Lets arrows, Home and End move the focus between the rows of `list`, once it is there.
pub fn move_between_rows(list: NodeRef<html::Div>, sight: &Sight, event: &KeyboardEvent) {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
    let (Some(list), Some(step)) = (list.get_untracked(), Step::of(&event.code())) else { return };
    let row = focused_row(&list).filter(|_| !has_modifier && !event.default_prevented());
    if let Some(target) = row.and_then(|row| sight.neighbour(Some(row), step)) {
        event.prevent_default();
        sight.focus(target);
    }
}

fn focused_row(list: &HtmlElement) -> Option<ChatId> {
    let row = document().active_element()?.closest(ROW).ok().flatten()?;
    if list.contains(Some(&row)) { sight::chat_of(&row) } else { None }
}

/// The row through which the focus enters the list: the chat that is open.
fn entrance(list: &HtmlElement) -> Option<ChatId> {
    sight::chat_of(&list.query_selector(OPEN_ROW).ok().flatten()?)
}

/// Leaves a field for the row of the chat that is open, or the first one. Where no row can have the focus nothing has it,
/// so that the next key is a command.
pub fn focus_list() {
    let left = document().active_element();
    let row = document().query_selector(OPEN_ROW).ok().flatten();
    let row = row.or_else(|| document().query_selector(ROW).ok().flatten());
    if let Some(row) = row {
        focus(&row);
    }
    let left = left.filter(|left| document().active_element().as_ref() == Some(left));
    if let Some(field) = left.and_then(|left| left.dyn_into::<HtmlElement>().ok()) {
        // What has the focus can lose it.
        _ = field.blur();
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
        assert_eq!(Step::of("ArrowDown"), Some(Step::Next));
        assert_eq!(Step::of("ArrowUp"), Some(Step::Previous));
        assert_eq!(Step::of("KeyL"), None);
    }
}
