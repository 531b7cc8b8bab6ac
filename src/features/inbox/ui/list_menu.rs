//! A menu that opens below its button, in the head of the list. It closes at Escape, which gives the focus back, when
//! something in it was chosen, and when the person turns to something else.

use crate::ui::icon::{Glyph, Icon};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlDetailsElement, HtmlElement, KeyboardEvent, Node};

/// A menu below its button.
#[component]
pub fn ListMenu(
    /// What stands on the button.
    label: ViewFn,
    /// Marks the button as the place where one is.
    #[prop(optional, into)]
    is_here: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Details>::new();
    close_when_left(element);
    let pressed = move |event: KeyboardEvent| {
        if let Some(menu) = element.get_untracked() {
            handle_key(&menu, &event);
        }
    };
    let chosen = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_choice = target.is_some_and(|target| matches!(target.closest(".list-menu a"), Ok(Some(_))));
        if let Some(menu) = element.get_untracked().filter(|_| is_choice) {
            menu.set_open(false);
        }
    };
    view! {
        <details class="list-menu-holder" node_ref=element on:keydown=pressed on:click=chosen>
            <summary class="list-menu-button" data-here=move || is_here.get().then_some("true")>
                {label.run()}
                <Glyph icon=Icon::Down/>
            </summary>
            <div class="menu list-menu">{children()}</div>
        </details>
    }
}

fn close_when_left(element: NodeRef<html::Details>) {
    let close_outside = move |target: Option<Node>| {
        let Some(menu) = element.get_untracked() else { return };
        if menu.open() && !target.is_some_and(|target| menu.contains(Some(&target))) {
            menu.set_open(false);
        }
    };
    Effect::new(move |_| {
        let node =
            |target: Option<leptos::web_sys::EventTarget>| target.and_then(|it| it.dyn_into::<Node>().ok());
        let pointer =
            window_event_listener(ev::pointerdown, move |event| close_outside(node(event.target())));
        let focus = window_event_listener(ev::focusin, move |event| close_outside(node(event.target())));
        on_cleanup(move || {
            pointer.remove();
            focus.remove();
        });
    });
}

fn handle_key(menu: &HtmlDetailsElement, event: &KeyboardEvent) {
    if !menu.open() {
        return;
    }
    let code = event.code();
    if code == "Escape" {
        event.prevent_default();
        menu.set_open(false);
        focus(menu.query_selector("summary").ok().flatten());
        return;
    }
    let active = document().active_element();
    let here = active.as_ref().and_then(|element| element.closest("li").ok().flatten());
    let types = active.as_ref().is_some_and(|element| element.tag_name() == "INPUT");
    let end = |selector: &str| menu.query_selector(selector).ok().flatten();
    let target = match (code.as_str(), here) {
        ("ArrowDown", Some(here)) => shown(here.next_element_sibling(), Element::next_element_sibling),
        ("ArrowUp", Some(here)) => {
            shown(here.previous_element_sibling(), Element::previous_element_sibling).or_else(|| end("input"))
        }
        ("ArrowDown", None) => shown(end("li:first-child"), Element::next_element_sibling),
        ("Home", _) if !types => shown(end("li:first-child"), Element::next_element_sibling),
        ("End", _) if !types => shown(end("li:last-child"), Element::previous_element_sibling),
        _ => return,
    };
    event.prevent_default();
    focus(target);
}

/// The link of the first item from here on that is not hidden.
fn shown(mut item: Option<Element>, onward: impl Fn(&Element) -> Option<Element>) -> Option<Element> {
    while let Some(element) = item {
        // The field to search in has no link.
        if element.tag_name() == "LI" && !element.has_attribute("hidden") {
            return element.query_selector("a").ok().flatten();
        }
        item = onward(&element);
    }
    None
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot be focused leaves the focus where it was.
        _ = element.focus();
    }
}
