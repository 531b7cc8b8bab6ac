//! The keys of what is done with the open chat: one table, told by their place, so that they work in every layout.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, KeyboardEvent};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Closes the chat, or opens it again.
    Close,
    CloseAndNext,
    Snooze,
    Assign,
    Tags,
    Priority,
    Star,
    /// Begins a note.
    Note,
    /// Takes back what the notice says.
    Undo,
}

/// Key, whether with Shift, and what it does.
const KEYS: &[(&str, bool, Act)] = &[
    ("KeyE", false, Act::Close),
    ("KeyE", true, Act::CloseAndNext),
    ("KeyS", false, Act::Snooze),
    ("KeyA", false, Act::Assign),
    ("KeyT", false, Act::Tags),
    ("KeyP", false, Act::Priority),
    ("KeyS", true, Act::Star),
    ("KeyN", false, Act::Note),
    ("KeyZ", false, Act::Undo),
];

fn act_of(code: &str, shift: bool) -> Option<Act> {
    KEYS.iter().find(|(key, with_shift, _)| *key == code && *with_shift == shift).map(|(.., act)| *act)
}

/// Calls `run` when one of the keys is pressed while nobody types, until the component goes away.
pub fn follow(run: impl Fn(Act) + 'static + Clone) {
    Effect::new(move |_| {
        let run = run.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            let is_plain = !(event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat());
            if !is_plain || event.default_prevented() || is_typing(&event) {
                return;
            }
            if let Some(act) = act_of(&event.code(), event.shift_key()) {
                event.prevent_default();
                run(act);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        let field = element.closest("input, textarea, select, dialog, [popover], [contenteditable]");
        !matches!(field, Ok(None))
    })
}

#[cfg(test)]
mod tests {
    use super::{Act, KEYS, act_of};

    #[test]
    fn keys_are_told_by_place_and_shift_and_none_twice() {
        assert_eq!(act_of("KeyS", false), Some(Act::Snooze));
        assert_eq!(act_of("KeyS", true), Some(Act::Star));
        assert_eq!(act_of("KeyT", true), None);
        for (at, (code, shift, _)) in KEYS.iter().enumerate() {
            assert!(!KEYS[..at].iter().any(|(other, with, _)| other == code && with == shift), "{code}");
        }
    }
}
