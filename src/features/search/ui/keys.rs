//! Moving between the box and the results by keyboard; Enter opens, as with any link.

use crate::shared::commands::Command;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::search_box::SEARCH_FIELD;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

const HIT: &str = ".search-hit";

/// Offers the steps from result to result, from anywhere where nobody types.
pub fn offer_steps(list: NodeRef<html::Div>) {
    for (command, by) in [(Command::NextRow, 1), (Command::PreviousRow, -1)] {
        use_commands().offer(command, move || {
            let Some(list) = list.get_untracked() else { return };
            let hits = hits(&list);
            let target = focused(&hits).map_or(Some(0), |at| at.checked_add_signed(by));
            focus(target.and_then(|at| hits.get(at)));
        });
    }
}

/// Lets arrows, Home and End move the focus between the results inside `list`; the arrow up from the first one leads
/// back to the box, the arrow down leads from there.
pub fn move_between_hits(list: NodeRef<html::Div>, event: &KeyboardEvent) {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
    let Some(list) = list.get_untracked().filter(|_| !has_modifier && !event.default_prevented()) else {
        return;
    };
    let is_in_box = document().active_element().is_some_and(|element| element.id() == SEARCH_FIELD);
    let hits = hits(&list);
    let target = match (event.code().as_str(), focused(&hits)) {
        ("ArrowDown", None) if is_in_box => hits.first(),
        ("ArrowDown", Some(at)) => hits.get(at + 1),
        ("ArrowUp", Some(0)) => {
            event.prevent_default();
            browser::focus(SEARCH_FIELD);
            return;
        }
        ("ArrowUp", Some(at)) => hits.get(at - 1),
        ("Home", Some(_)) => hits.first(),
        ("End", Some(_)) => hits.last(),
        _ => None,
    };
    if target.is_some() {
        event.prevent_default();
        focus(target);
    }
}

/// Which of the results has the focus.
fn focused(hits: &[Element]) -> Option<usize> {
    let hit = document().active_element()?.closest(HIT).ok().flatten()?;
    hits.iter().position(|it| *it == hit)
}

fn focus(hit: Option<&Element>) {
    if let Some(hit) = hit.and_then(|element| element.dyn_ref::<HtmlElement>()) {
        // A link can be focused; the browser scrolls to it.
        _ = hit.focus();
    }
}

/// All results in their order: chats, then messages.
fn hits(list: &Element) -> Vec<Element> {
    let mut hits = Vec::new();
    let mut part = list.first_element_child();
    while let Some(found) = part {
        let mut row = found.first_element_child();
        while let Some(line) = row {
            hits.extend(line.query_selector(HIT).ok().flatten());
            row = line.next_element_sibling();
        }
        part = found.next_element_sibling();
    }
    hits
}
