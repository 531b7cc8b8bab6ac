//! What can be done by a key: parts of a page offer commands while they stand, the keyboard, the palette and the cheat
//! sheet lead to them. One listener for all, so that no key does two things.

mod keymap;
mod palette;
mod sheet;

pub use keymap::Keymap;

use crate::shared::commands::{Chord, Command};
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

    /// The key of a command as it is shown beside a button: `Ctrl K`.
    pub fn keys(self, command: Command) -> Option<String> {
        self.keymap.chord(command).map(|chord| chord.keys().join(" "))
    }

    fn press(self, event: &KeyboardEvent) {
        if self.is_silent.get_untracked()
            || event.default_prevented()
            || event.is_composing()
            || event.repeat() && !is_repeatable(event)
        {
            return;
        }
        let chord = chord_of(event);
        let Some(command) = self.keymap.command(&chord) else { return };
        let is_ours = match command {
            Command::Palette => true,
            _ if has_dialog(event) => false,
            _ => chord.works_while_typing() || !is_typing(event),
        };
        if is_ours && self.run(command) {
            event.prevent_default();
        }
    }
}

/// Keys that go on while they are held: moving through the list.
fn is_repeatable(event: &KeyboardEvent) -> bool {
    matches!(event.code().as_str(), "KeyJ" | "KeyK" | "ArrowUp" | "ArrowDown")
}

/// The key that was pressed. Ctrl is also the Command key of a Mac.
pub fn chord_of(event: &KeyboardEvent) -> Chord {
    Chord {
        code: event.code(),
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
        (Command::GoToSettings, "/settings"),
    ] {
        let navigate = use_navigate();
        commands.offer(command, move || navigate(place, Default::default()));
    }
    view! {
        <Palette commands open=commands.palette/>
        <CheatSheet commands open=commands.sheet/>
    }
}
