//! What can be done by a key: parts of a page offer commands while they stand, the keyboard, the palette and the cheat
//! sheet lead to them. One listener for all, so that no key does two things.

mod keymap;
mod palette;
mod sheet;

pub use keymap::Keymap;

use crate::shared::commands::{Chord, Command};
use crate::shared::i18n::Locale;
use crate::ui::browser;
use crate::ui::context::use_locale;
use crate::ui::search_box::SEARCH_FIELD;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, KeyboardEvent};
use leptos_router::hooks::use_navigate;
use palette::Palette;
use sheet::CheatSheet;
use std::sync::atomic::{AtomicU64, Ordering};

/// The commands of the page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Commands {
    locale: Locale,
    offers: RwSignal<Vec<Offer>>,
    pub keymap: Keymap,
    palette: RwSignal<bool>,
    sheet: RwSignal<bool>,
    /// The next key is meant for something else.
    is_silent: RwSignal<bool>,
}

#[derive(Clone)]
struct Offer {
    id: u64,
    command: Command,
    /// Whether it can be done now.
    is_ready: Signal<bool>,
    run: Callback<()>,
}

static OFFERS: AtomicU64 = AtomicU64::new(1);

impl Commands {
    /// No command, and no changed key.
    fn none() -> Self {
        Commands {
            locale: use_locale(),
            offers: RwSignal::new(Vec::new()),
            keymap: Keymap::usual(),
            palette: RwSignal::new(false),
            sheet: RwSignal::new(false),
            is_silent: RwSignal::new(false),
        }
    }

    /// Lets keys pass by while somebody else asks for one.
    pub fn be_silent(self, is_silent: bool) {
        self.is_silent.set(is_silent);
    }

    /// Offers a command until the component that calls this goes away. Who offered last is asked.
    pub fn offer(self, command: Command, run: impl Fn() + Send + Sync + 'static) {
        self.offer_while(command, Signal::stored(true), run);
    }

    /// Offers a command that cannot always be done.
    pub fn offer_while(
        self,
        command: Command,
        is_ready: Signal<bool>,
        run: impl Fn() + Send + Sync + 'static,
    ) {
        let id = OFFERS.fetch_add(1, Ordering::Relaxed);
        let offer = Offer { id, command, is_ready, run: Callback::new(move |()| run()) };
        // Not while the server draws: nobody presses a key there.
        Effect::new(move |_| {
            self.offers.update(|offers| {
                if offers.iter().all(|known| known.id != id) {
                    offers.push(offer.clone());
                }
            });
        });
        on_cleanup(move || _ = self.offers.try_update(|offers| offers.retain(|known| known.id != id)));
    }

    /// Whether the command can be done now.
    pub fn can(self, command: Command) -> bool {
        self.offers.with(|offers| {
            offers.iter().any(|offer| offer.command == command && offer.is_ready.try_get() == Some(true))
        })
    }

    /// Does it, if it can be done. Says whether it was.
    pub fn run(self, command: Command) -> bool {
        let offer = self.offers.with_untracked(|offers| {
            let is_it =
                |offer: &&Offer| offer.command == command && offer.is_ready.try_get_untracked() == Some(true);
            offers.iter().rev().find(is_it).cloned()
        });
        offer.is_some_and(|offer| offer.run.try_run(()).is_some())
    }

    /// The keys of a command as they are shown beside a button: `Ctrl + K`.
    pub fn keys(self, command: Command) -> Option<String> {
        self.keymap.chord(command).map(|chord| chord.keys().join(" + "))
    }

    /// The title of a button that does what a command does: words and keys.
    pub fn hint(self, words: &str, command: Command) -> String {
        self.locale.with_keys(words, self.keys(command).as_deref())
    }

    /// The keys of a command for `aria-keyshortcuts`.
    pub fn keys_for_readers(self, command: Command) -> Option<String> {
        self.keymap.chord(command).map(|chord| chord.for_readers())
    }

    fn press(self, event: &KeyboardEvent) {
        if self.is_silent.get_untracked() || event.default_prevented() || event.is_composing() {
            return;
        }
        let chord = chord_of(event);
        let Some(command) = self.keymap.command(&chord) else { return };
        let goes_on = matches!(command, Command::NextRow | Command::PreviousRow);
        if event.repeat() && !goes_on {
            return;
        }
        let is_ours = match command {
            Command::Palette => true,
            _ if has_dialog(event) => false,
            _ => (chord.works_while_typing() || !is_typing(event)) && !is_of_focus(event, &chord),
        };
        if is_ours && self.run(command) {
            event.prevent_default();
        }
    }
}

/// The key that was pressed. Ctrl is also the Command key of a Mac, and one Enter is as good as the other.
pub fn chord_of(event: &KeyboardEvent) -> Chord {
    let code = event.code();
    Chord {
        code: if code == "NumpadEnter" { "Enter".to_owned() } else { code },
        ctrl: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
    }
}

/// Whether what has the focus takes letters.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let field =
        "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
    is_within(event, field) || is_within(event, "[popover], [role=listbox], [role=menu]")
}

/// Whether what has the focus needs the keys itself, whatever is held with them: Enter opens links, presses buttons and
/// confirms fields of one line; arrows open lists and calendars.
fn is_of_focus(event: &KeyboardEvent, chord: &Chord) -> bool {
    match chord.code.as_str() {
        "Enter" => is_within(event, "a[href], button, summary, input, select"),
        "ArrowUp" | "ArrowDown" => is_within(event, "select, input[type=date], input[type=datetime-local]"),
        _ => false,
    }
}

fn has_dialog(event: &KeyboardEvent) -> bool {
    is_within(event, "dialog")
}

fn is_within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| !matches!(element.closest(selector), Ok(None)))
}

/// Makes the commands available below.
pub fn provide_commands() {
    provide_context(Commands::none());
}

/// The commands of the page. Outside of one there are none, and what is offered is never done.
pub fn use_commands() -> Commands {
    use_context::<Commands>().unwrap_or_else(Commands::none)
}

/// Listens to the keyboard and stands ready with palette and cheat sheet. Once per page, inside the router.
#[component]
pub fn CommandHost() -> impl IntoView {
    let commands = use_commands();
    commands.keymap.follow_browser();
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| commands.press(&event));
        on_cleanup(move || handle.remove());
    });
    commands.offer(Command::Palette, move || commands.palette.update(|is_open| *is_open = !*is_open));
    commands.offer(Command::CheatSheet, move || commands.sheet.set(true));
    for (command, place) in [
        (Command::GoToChats, "/inbox"),
        (Command::GoToSellers, "/sellers"),
        (Command::GoToReports, "/reports/deadlines"),
        (Command::GoToSettings, "/settings"),
    ] {
        let navigate = use_navigate();
        commands.offer(command, move || navigate(place, Default::default()));
    }
    let navigate = use_navigate();
    commands.offer(Command::Search, move || {
        // Where there is no box, the page of results has one.
        if browser::is_shown(SEARCH_FIELD) {
            browser::focus(SEARCH_FIELD);
        } else {
            navigate("/search", Default::default());
        }
    });
    view! {
        <Palette commands open=commands.palette/>
        <CheatSheet commands open=commands.sheet/>
    }
}
