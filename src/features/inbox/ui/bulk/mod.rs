//! Doing something to many chats: choosing them in the list, asking whether it is meant, and what becomes of it.

mod ask;
mod bar;
mod choice;
mod confirm;
mod jobs;
mod keys;
mod report;
mod strip;
mod words;

use super::desk::use_desk;
use super::late::{LateTool, Tool};
use crate::features::inbox::types::ChatRow;
use crate::shared::commands::Command;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use ask::Asking;
use bar::Bar;
pub use choice::{provide_choice, use_choice};
use confirm::Confirm;
use jobs::Jobs;
pub use keys::follow_keys;
use leptos::prelude::*;
use report::ReportDialog;
use strip::Strips;

/// Holds the place below the list for what can be done with many chats. Nothing for who may only look.
#[component]
pub fn BulkDock() -> impl IntoView {
    let (desk, choice) = (use_desk(), use_choice());
    choice.follow_address(&desk);
    choice.end_with_mode();
    desk.may_answer().then(|| view! { <LateTool tool=Tool::Dock wanted=choice.is_on/> })
}

/// What stands below the list: how far jobs have got, and what can be done with the chosen chats.
#[component]
pub fn Dock() -> impl IntoView {
    let desk = use_desk();
    let choice = use_choice();
    let jobs = Jobs::follow(&desk);
    let asking = Asking::new(&desk, &choice, &jobs);
    let is_on = choice.is_on.clone();
    let bar = {
        let (desk, asking, choice) = (desk.clone(), asking.clone(), choice.clone());
        move || {
            is_on.get().then(|| {
                view! { <Bar desk=desk.clone() choice=choice.clone() asking=asking.clone()/> }
            })
        }
    };
    view! {
        <div class="bulk-dock">
            <Strips desk=desk.clone() jobs=jobs.clone()/>
            {bar}
        </div>
        <Confirm desk=desk.clone() asking/>
        <ReportDialog desk jobs/>
    }
}

/// Begins choosing, or ends it.
#[component]
pub fn ChooseButton() -> impl IntoView {
    let desk = use_desk();
    let (locale, choice) = (desk.locale, use_choice());
    let (is_on, commands) = (choice.is_on.clone(), use_commands());
    desk.may_answer().then(|| {
        view! {
            <button
                type="button"
                class="button bulk-choose"
                data-testid="bulk-choose"
                aria-label=locale.bulk_choose()
                title=move || commands.hint(locale.bulk_choose_hint(), Command::ToggleChosen)
                aria-pressed=move || is_on.get().to_string()
                on:click=move |_| choice.toggle_mode()
            >
                <Glyph icon=Icon::CheckDouble/>
            </button>
        }
    })
}

/// The box before a line while chats are chosen.
#[component]
pub fn RowBox(row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let desk = use_desk();
    let (locale, choice) = (desk.locale, use_choice());
    let (chat, name) = row.with_untracked(|row| (row.id, row.short_name().to_owned()));
    let list = desk.list;
    let is_on = choice.is_on.clone();
    move || {
        is_on.get().then(|| {
            let (is_chosen, choice, list) = (choice.clone(), choice.clone(), list.clone());
            view! {
                <label class="row-box">
                    <input
                        type="checkbox"
                        data-testid="row-box"
                        aria-label=locale.bulk_choose_chat(&name)
                        prop:checked=move || is_chosen.has(chat)
                        on:change=move |_| choice.toggle(chat, &list)
                    />
                </label>
            }
        })
    }
}
