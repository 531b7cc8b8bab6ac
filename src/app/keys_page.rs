//! The page where a person chooses keys.

use crate::shared::commands::{Area, Command};
use crate::shared::i18n::Locale;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::commands::{Keymap, chord_of, use_commands};
use crate::ui::context::use_locale;
use crate::ui::notice::{Toasts, use_toasts};
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos_meta::Title;

/// Every command with its key.
#[component]
pub fn KeysPage() -> impl IntoView {
    let locale = use_locale();
    let commands = use_commands();
    let keymap = commands.keymap;
    // Which command waits for its new key.
    let asked = RwSignal::new(None::<Command>);
    let toasts = use_toasts();
    Effect::new(move |_| commands.be_silent(asked.get().is_some()));
    on_cleanup(move || commands.be_silent(false));
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            listen(&event, asked, keymap, toasts, locale);
        });
        on_cleanup(move || handle.remove());
    });
    let areas = Area::ALL
        .map(|area| {
            let rows = Command::ALL
                .iter()
                .filter(|command| command.area() == area)
                .map(|command| view! { <KeyRow command=*command keymap asked/> })
                .collect_view();
            view! {
                <section>
                    <h2>{locale.area(area)}</h2>
                    <ul class="key-list">{rows}</ul>
                </section>
            }
        })
        .collect_view();
    view! {
        <Title text=locale.tab_title(locale.keys())/>
        <div class="page-head">
            <h1>{locale.keys()}</h1>
            <p class="quiet">{locale.keys_text()}</p>
        </div>
        {areas}
        <Button on_press=Callback::new(move |()| keymap.reset_all())>{locale.keys_all_usual()}</Button>
    }
}

/// Takes the next key for the command that asked. Escape takes nothing.
fn listen(
    event: &KeyboardEvent,
    asked: RwSignal<Option<Command>>,
    keymap: Keymap,
    toasts: Toasts,
    locale: Locale,
) {
    let Some(command) = asked.get_untracked() else { return };
    let chord = chord_of(event);
    if ["Control", "Shift", "Alt", "Meta", "OS"].iter().any(|it| chord.code.starts_with(it)) {
        return;
    }
    event.prevent_default();
    asked.set(None);
    if chord.code == "Escape" {
        return;
    }
    if !chord.is_free() {
        toasts.say(locale.key_not_free().to_owned());
        return;
    }
    if let Some(before) = keymap.set(command, Some(chord)) {
        toasts.say(locale.key_taken_over(before));
    }
}

#[component]
fn KeyRow(command: Command, keymap: Keymap, asked: RwSignal<Option<Command>>) -> impl IntoView {
    let locale = use_locale();
    let is_asked = move || asked.get() == Some(command);
    let now = move || {
        if is_asked() {
            return view! { <span role="status">{locale.key_press()}</span> }.into_any();
        }
        match keymap.chord(command) {
            None => view! { <span class="quiet">{locale.key_none()}</span> }.into_any(),
            Some(chord) => {
                let keys = chord.keys().into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
                view! { <span class="keys">{keys}</span> }.into_any()
            }
        }
    };
    let usual = move || {
        keymap.is_changed(command).then(|| {
            view! {
                <Button kind=ButtonKind::Quiet on_press=Callback::new(move |()| _ = keymap.reset(command))>
                    {locale.key_usual()}
                </Button>
            }
        })
    };
    view! {
        <li class="key-row" data-command=command.as_str()>
            <span class="key-name">{locale.command(command)}</span>
            <span class="key-now">{now}</span>
            <button
                type="button"
                class="button"
                aria-label=locale.key_change_of(command)
                aria-pressed=move || is_asked().to_string()
                on:click=move |_| asked.update(|asked| *asked = (*asked != Some(command)).then_some(command))
            >
                {locale.key_change()}
            </button>
            {usual}
        </li>
    }
}
