//! The one box for searching everything. It stands where people look for it, and a key brings the focus there from
//! anywhere; without the program it is a plain form.

use super::commands::use_commands;
use super::context::use_locale;
use super::icon::{Glyph, Icon};
use crate::shared::address::encode;
use crate::shared::commands::Command;
use leptos::ev::SubmitEvent;
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
    let (locale, commands) = (use_locale(), use_commands());
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
                aria-keyshortcuts=move || commands.keys_for_readers(Command::Search)
                placeholder=locale.search_placeholder()
                on:input=move |event| {
                    if let Some(on_typed) = on_typed {
                        on_typed.run(event_target_value(&event));
                    }
                }
            />
            {move || {
                commands
                    .keys(Command::Search)
                    .map(|keys| view! { <kbd class="search-key" aria-hidden="true">{keys}</kbd> })
            }}
        </form>
    }
}
