//! Moving between the box and the results by keyboard; Enter opens, as with any link.

use crate::ui::browser;
use crate::ui::search_box::SEARCH_FIELD;
use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

const HIT: &str = ".search-hit";

/// Lets arrows, Home and End move the focus between the results inside `list`; the arrow up from the first one leads back
/// to the box.
pub fn move_between_hits(list: NodeRef<html::Div>) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
            if let (Some(list), false) = (list.get_untracked(), has_modifier || event.default_prevented()) {
                handle_key(&list, &event);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn handle_key(list: &HtmlElement, event: &KeyboardEvent) {
    let focused = document().active_element();
    let hit = focused.as_ref().and_then(|element| element.closest(HIT).ok().flatten());
    let code = event.code();
    let is_in_box = focused.is_some_and(|element| element.id() == SEARCH_FIELD);
    let hits = hits(list);
    let at = hit.and_then(|hit| hits.iter().position(|it| *it == hit));
    let target = match (code.as_str(), at) {
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
    if let Some(target) = target.and_then(|element| element.dyn_ref::<HtmlElement>()) {
        event.prevent_default();
        // A link can be focused; the browser scrolls to it.
        _ = target.focus();
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
