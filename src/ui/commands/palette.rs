//! All commands by their names: what a person does not know the key of is found here, and the key stands beside it.

use super::Commands;
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::ui::browser;
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// Where this browser remembers what was used last.
const MEMORY: &str = "agentiq.palette";
/// So many of them stand first.
const RECENT: usize = 5;

/// The list of commands over the page. It is in the page while it is open: until then nothing finds its field.
#[component]
pub fn Palette(commands: Commands, open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Dialog id="palette" open title=Signal::stored(locale.palette().to_owned())>
            {move || open.get().then(|| view! { <Choice commands open/> })}
        </Dialog>
    }
}

/// The field and what it finds.
#[component]
fn Choice(commands: Commands, open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    let found = Memo::new(move |_| {
        // What can be done stands before what cannot.
        let mut found = typed.with(|typed| find(locale, typed, &recent()));
        found.sort_by_key(|command| !commands.can(*command));
        found
    });
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // What is typed at once has to arrive; the dialog is open in the next turn at the latest.
            _ = field.focus();
            request_animation_frame(move || _ = field.focus());
        }
    });
    let run = move |command: Command| {
        if !commands.can(command) {
            return;
        }
        open.set(false);
        remember(command);
        // The dialog gives the focus back first; the command may take it then.
        request_animation_frame(move || _ = commands.run(command));
    };
    let press = move |event: KeyboardEvent| {
        let count = found.with(Vec::len);
        match event.code().as_str() {
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(command) = found.with(|found| found.get(at.get_untracked()).copied()) {
                    run(command);
                }
            }
            _ => return,
        }
        event.prevent_default();
        scroll_to(at.get_untracked());
    };
    let options = move || {
        let chosen = at.get();
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, command)| {
                let can = commands.can(command);
                let keys = commands.keymap.chord(command).map(|chord| chord.keys()).unwrap_or_default();
                view! {
                    <li
                        id=format!("palette-{place}")
                        class="palette-item"
                        role="option"
                        data-command=command.as_str()
                        aria-selected=(place == chosen).to_string()
                        aria-disabled=(!can).then_some("true")
                        on:click=move |_| run(command)
                    >
                        <span class="palette-name">{locale.command(command)}</span>
                        {(!can).then(|| view! { <span class="palette-not">{locale.palette_not_here()}</span> })}
                        <span class="keys">
                            {keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view()}
                        </span>
                    </li>
                }
            })
            .collect_view()
    };
    let is_empty = move || found.with(Vec::is_empty);
    view! {
        <input
            node_ref=field
            class="field-input"
            type="text"
            role="combobox"
            aria-label=locale.palette_hint()
            placeholder=locale.palette_hint()
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant=move || format!("palette-{}", at.get())
            autocomplete="off"
            spellcheck="false"
            prop:value=typed
            on:input=move |event| {
                typed.set(event_target_value(&event));
                at.set(0);
            }
            on:keydown=press
        />
        <ul id="palette-list" class="palette-list" role="listbox" aria-label=locale.palette()>
            {options}
        </ul>
        <p class="quiet" role="status">{move || is_empty().then(|| locale.palette_nothing())}</p>
    }
}

fn scroll_to(place: usize) {
    if let Some(item) = document().get_element_by_id(&format!("palette-{place}")) {
        item.scroll_into_view_with_bool(false);
    }
}

fn recent() -> Vec<Command> {
    let kept = browser::local_get(MEMORY).unwrap_or_default();
    kept.split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn remember(command: Command) {
    let mut kept = recent();
    kept.retain(|known| *known != command);
    kept.insert(0, command);
    kept.truncate(RECENT);
    let words: Vec<&str> = kept.iter().map(|command| command.as_str()).collect();
    // A browser that keeps nothing forgets what was used.
    _ = browser::local_set(MEMORY, &words.join(" "));
}

/// Commands whose name holds every word that was typed, in either language; those used last first.
fn find(locale: Locale, typed: &str, recent: &[Command]) -> Vec<Command> {
    let words: Vec<String> = folded(typed).split_whitespace().map(str::to_owned).collect();
    let fits = |command: &Command| {
        let names = [locale, Locale::En].map(|locale| folded(locale.command(*command)));
        names.iter().any(|name| words.iter().all(|word| name.contains(word.as_str())))
    };
    let is_listed = |command: &&Command| **command != Command::Palette;
    let mut found: Vec<Command> = Command::ALL.iter().filter(is_listed).copied().filter(fits).collect();
    let rank = |command: &Command| recent.iter().position(|known| known == command).unwrap_or(usize::MAX);
    found.sort_by_key(rank);
    found
}

/// A text without case and without the two dots.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('\u{451}', "\u{435}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_parts_of_its_name_in_either_language() {
        let first = |typed| find(Locale::Ru, typed, &[]).first().copied();
        assert_eq!(first("отлож чат"), Some(Command::Snooze));
        assert_eq!(first("ПРИОРИТЕТ"), Some(Command::Priority));
        assert_eq!(first("snooze"), Some(Command::ShowSnoozed));
        assert_eq!(first("звездои"), None);
    }

    #[test]
    fn what_was_used_last_stands_first() {
        let found = find(Locale::Ru, "", &[Command::Tags, Command::Star]);
        assert_eq!(found[..2], [Command::Tags, Command::Star]);
        assert_eq!(found.len(), Command::ALL.len() - 1, "the palette does not offer itself");
    }
}
