//! The cheat sheet: every command that has a key, by what it is about.

use super::Commands;
use crate::shared::commands::{Area, Command};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use leptos::prelude::*;

/// All keys over the page.
#[component]
pub fn CheatSheet(commands: Commands, open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let keymap = commands.keymap;
    let lines = move |area: Area| {
        Command::ALL
            .iter()
            .filter(|command| command.area() == area)
            .filter_map(|command| Some((*command, keymap.chord(*command)?)))
            .map(|(command, chord)| {
                view! {
                    <div class="sheet-line">
                        <dt>{locale.command(command)}</dt>
                        <dd class="keys">
                            {chord.keys().into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view()}
                        </dd>
                    </div>
                }
            })
            .collect_view()
    };
    let content = move || {
        open.get().then(|| {
            let areas = Area::ALL
                .map(|area| {
                    view! {
                        <section class="sheet-area">
                            <h3>{locale.area(area)}</h3>
                            <dl>{lines(area)}</dl>
                        </section>
                    }
                })
                .collect_view();
            view! {
                <p class="quiet">{locale.cheat_sheet_hint()}</p>
                <div class="sheet">{areas}</div>
                <a class="button" href="/settings/keys" on:click=move |_| open.set(false)>
                    {locale.change_keys()}
                </a>
            }
        })
    };
    view! {
        <Dialog id="cheat-sheet" open title=Signal::stored(locale.keys().to_owned())>
            {content}
        </Dialog>
    }
}
