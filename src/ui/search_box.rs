//! The one box for searching everything. It stands where people look for it, and `/` brings the focus there from
//! anywhere; without the program it is a plain form.

use super::browser;
use super::context::use_locale;
use super::icon::{Glyph, Icon};
use crate::shared::address::encode;
use leptos::ev::{self, KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The field's id within a page.
pub const SEARCH_FIELD: &str = "search-field";

/// Where the results of a search are.
pub fn results_of(text: &str) -> String {
    format!("/search?q={}", encode(text.trim()))
}

/// The box. Enter leads to the results.
#[component]
pub fn SearchBox(
    /// What stands in it at first.
    #[prop(optional, into)]
    text: String,
    /// Told of every change, where results stand below the box.
    #[prop(optional)]
    on_typed: Option<Callback<String>>,
    /// Whether the focus begins here.
    #[prop(optional)]
    takes_focus: bool,
) -> impl IntoView {
    let locale = use_locale();
    let navigate = use_navigate();
    let field = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        match on_typed {
            Some(on_typed) => on_typed.run(text),
            None if text.trim().is_empty() => {}
            None => navigate(&results_of(&text), NavigateOptions::default()),
        }
    };
    if takes_focus {
        Effect::new(move |_| {
            if let Some(field) = field.get() {
                // An element that cannot be focused leaves the focus where it was.
                _ = field.focus();
            }
        });
    }
    view! {
        <form class="search-box" role="search" aria-label=locale.search() action="/search" method="get" on:submit=submit>
            <Glyph icon=Icon::Search/>
            <input
                id=SEARCH_FIELD
                node_ref=field
                class="search-field"
                data-testid="search"
                type="search"
                name="q"
                value=text
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                aria-label=locale.search_everywhere()
                aria-keyshortcuts="/"
                placeholder=locale.search_placeholder()
                on:input=move |event| {
                    if let Some(on_typed) = on_typed {
                        on_typed.run(event_target_value(&event));
                    }
                }
            />
            <kbd class="search-key" aria-hidden="true">"/"</kbd>
        </form>
    }
}

/// Lets the key of `/`, wherever a layout puts another letter there, lead to the box; to the page of results where there
/// is none.
#[component]
pub fn SearchKey() -> impl IntoView {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
            if event.code() != "Slash" || has_modifier || event.default_prevented() || is_typing() {
                return;
            }
            event.prevent_default();
            if is_shown() {
                browser::focus(SEARCH_FIELD);
            } else {
                navigate("/search", NavigateOptions::default());
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Whether a key pressed now belongs to a field, or to what stands over the page.
fn is_typing() -> bool {
    let types = "input, textarea, select, dialog, [popover], [contenteditable]";
    document().active_element().is_some_and(|focused| !matches!(focused.closest(types), Ok(None)))
}

fn is_shown() -> bool {
    let field = document().get_element_by_id(SEARCH_FIELD);
    field.is_some_and(|field| browser::room_of(&field).width > 0.0)
}
