//! Menus: a button and what opens from it. The browser's own popover closes on Esc and on a press elsewhere, gives the
//! focus back and stands above everything; the style sheet puts it beside its button. A menu that opens takes the focus:
//! its field for searching, or else its first choice.

use super::commands::use_commands;
use super::icon::{Glyph, Icon};
use crate::shared::commands::Command;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// What the choices of a menu have in common; arrows move between them.
const ITEM: &str = ".menu-item, [data-menu-item]";
/// What has the focus in a menu that opens, if there is one.
const FIRST: &str = "[autofocus]";

/// A button and the menu that opens from it.
#[component]
pub fn Menu(
    /// Unique within the page.
    id: &'static str,
    /// What stands on the button.
    icon: Icon,
    /// The words on the button; they go where there is little room.
    #[prop(into)]
    words: Signal<String>,
    /// What it is for.
    #[prop(into)]
    hint: Signal<String>,
    /// The command that opens it; its keys stand in the hint.
    #[prop(optional)]
    command: Option<Command>,
    /// The name of the menu.
    label: &'static str,
    /// For the style sheet.
    #[prop(default = "")]
    class: &'static str,
    /// Called before it opens.
    #[prop(optional, into)]
    on_open: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let commands = use_commands();
    let title = move || match command {
        Some(command) => commands.hint(&hint.get(), command),
        None => hint.get(),
    };
    let press = move |_| {
        if let Some(on_open) = on_open {
            on_open.run(());
        }
    };
    view! {
        <button
            type="button"
            id=button_id(id)
            class=format!("action {class}")
            popovertarget=id
            title=title
            aria-keyshortcuts=move || command.and_then(|command| commands.keys_for_readers(command))
            aria-label=move || named(label, &words.get())
            on:click=press
        >
            <Glyph icon/>
            <span class="action-words">{move || words.get()}</span>
        </button>
        <div
            node_ref=panel
            id=id
            class="menu action-menu"
            popover="auto"
            role="group"
            aria-label=label
            on:toggle=move |_| take_focus(panel)
            on:keydown=move |event| move_between_items(panel, &event)
        >
            {children()}
        </div>
    }
}

/// What the button is called: what it is for, and what it shows of that.
fn named(label: &str, words: &str) -> String {
    if words == label { label.to_owned() } else { format!("{label}: {words}") }
}

/// The id of a menu's button.
pub fn button_id(menu: &str) -> String {
    format!("{menu}-button")
}

/// Opens or closes a menu as a press on its button does. The next key is meant for the menu already.
pub fn toggle(menu: &str) {
    let element =
        |id: &str| document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    let (Some(button), Some(panel)) = (element(&button_id(menu)), element(menu)) else { return };
    button.click();
    enter(&panel);
}

/// Brings the focus into a menu that has opened.
pub fn take_focus(panel: NodeRef<html::Div>) {
    if let Some(panel) = panel.get_untracked() {
        enter(&panel);
    }
}

fn enter(panel: &HtmlElement) {
    let is_open = panel.matches(":popover-open").unwrap_or(false);
    let focused = document().active_element();
    if !is_open || focused.is_some_and(|focused| panel.contains(Some(&focused))) {
        return;
    }
    let first = |selector: &str| {
        let found = panel.query_selector(selector).ok().flatten();
        found.and_then(|found| found.dyn_into::<HtmlElement>().ok())
    };
    let target =
        first(FIRST).or_else(|| items(panel).into_iter().next()).or_else(|| first("a[href], button"));
    if let Some(target) = target {
        // What cannot be focused leaves the focus where it was.
        _ = target.focus();
    }
}

/// A choice in a menu. The menu closes with it, unless it is one of several that may be made.
#[component]
pub fn MenuItem(
    /// The menu it closes; none stays open.
    #[prop(optional_no_strip)]
    closes: Option<&'static str>,
    /// Whether it is chosen now, where that can be said.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// What to do.
    #[prop(into)]
    on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu-item"
            popovertarget=closes
            popovertargetaction=closes.map(|_| "hide")
            aria-pressed=move || pressed.map(|it| it.get().to_string())
            on:click=move |_| on_press.run(())
        >
            {children()}
        </button>
    }
}

/// Up and down move between the choices; Enter in the field for searching takes the first.
pub fn move_between_items(panel: NodeRef<html::Div>, event: &KeyboardEvent) {
    let Some(panel) = panel.get_untracked() else { return };
    let items = items(&panel);
    let focused = document().active_element();
    let here = items.iter().position(|item| focused.as_ref() == Some(item.as_ref()));
    let is_in_field = focused.as_ref().is_some_and(|it| it.tag_name() == "INPUT");
    let target = match event.code().as_str() {
        "ArrowDown" => items.get(here.map_or(0, |at| at + 1)).or(items.first()),
        "ArrowUp" => here.and_then(|at| at.checked_sub(1)).and_then(|at| items.get(at)).or(items.last()),
        "Enter" if is_in_field && !event.is_composing() => {
            event.prevent_default();
            if let Some(first) = items.first() {
                first.click();
            }
            return;
        }
        _ => return,
    };
    if let Some(target) = target {
        event.prevent_default();
        // What cannot be focused leaves the focus where it was.
        _ = target.focus();
    }
}

/// The choices in sight, in their order.
fn items(panel: &HtmlElement) -> Vec<HtmlElement> {
    let mut found = Vec::new();
    collect(panel, &mut found);
    found
}

fn collect(element: &Element, found: &mut Vec<HtmlElement>) {
    let mut next = element.first_element_child();
    while let Some(child) = next {
        match child.dyn_ref::<HtmlElement>() {
            Some(item) if item.matches(ITEM).unwrap_or(false) && item.offset_height() > 0 => {
                found.push(item.clone());
            }
            _ => collect(&child, found),
        }
        next = child.next_element_sibling();
    }
}
