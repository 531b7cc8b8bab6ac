//! Keeping the present list under a name.

use crate::features::inbox::api;
use crate::features::inbox::saved_filter::{KeptFor, MAX_NAME_CHARS, SavedPlace, SavedView};
use crate::features::inbox::ui::address::Source;
use crate::features::inbox::ui::desk::{Desk, use_desk};
use crate::shared::error::AppError;
use crate::shared::ids::SavedFilterId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::notice::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// Beside the present filter: keep it, or put it in the place of the saved one that it was made from.
#[component]
pub fn SaveButtons(saving: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let (locale, address) = (desk.locale, desk.address);
    let base = {
        let desk = desk.clone();
        Memo::new(move |_| changed_base(&desk))
    };
    let is_as_saved = Memo::new(move |_| address.with(|here| here.source == Source::Saved));
    let keeper = Keeper::new(&desk);
    let save_changes = move |_| {
        if let Some(base) = base.get_untracked() {
            let query = address.with_untracked(|here| here.query.clone());
            keeper.keep(SavedView { query, ..base }, || {});
        }
    };
    move || {
        if is_as_saved.get() {
            return None;
        }
        let has_base = base.with(Option::is_some);
        let name = if has_base { locale.filter_save_as_new() } else { locale.filter_save() };
        let save_changes = save_changes.clone();
        Some(view! {
            {has_base
                .then(|| {
                    view! {
                        <button type="button" class="text-action" on:click=save_changes>
                            {locale.filter_save_changes()}
                        </button>
                    }
                })}
            <button type="button" class="text-action" on:click=move |_| saving.set(true)>
                {name}
            </button>
        })
    }
}

/// The saved list that the present one was made from, if the person may change it.
fn changed_base(desk: &Desk) -> Option<SavedView> {
    let id = desk.address.with(|here| here.saved)?;
    let role = desk.viewer.as_ref()?.role;
    desk.filters.find(id).filter(|view| view.may_change(role))
}

/// Keeps lists and goes to them.
#[derive(Clone)]
struct Keeper {
    desk: Desk,
    busy: RwSignal<bool>,
    error: RwSignal<Option<AppError>>,
    say: Callback<String>,
    go: Callback<String>,
}

impl Keeper {
    fn new(desk: &Desk) -> Self {
        let (toasts, navigate) = (use_toasts(), use_navigate());
        Keeper {
            desk: desk.clone(),
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            say: Callback::new(move |text| toasts.say(text)),
            go: Callback::new(move |href: String| navigate(&href, Default::default())),
        }
    }

    /// Has the server keep a list; then shows it and does `done`.
    fn keep(&self, view: SavedView, done: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let this = self.clone();
        spawn_local(async move {
            let (name, query) = (view.name.clone(), view.query.clone());
            let answer = api::save_filter(view.id, name, query, view.kept_for()).await;
            if this.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    this.error.set(None);
                    this.desk.filters.note(view.clone());
                    let href = this.desk.address.try_with_untracked(|here| here.with_saved(&view).href());
                    done();
                    if let Some(href) = href {
                        this.go.run(href);
                    }
                    this.say.run(this.desk.locale.filter_saved_note().to_owned());
                }
                Err(error) => {
                    // Without a dialog there is no other place to say it.
                    this.say.run(error.sentence(this.desk.locale));
                    this.error.set(Some(error));
                }
            }
        });
    }
}

/// Asks for a name, and for whom.
#[component]
pub fn SaveDialog(open: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let (locale, address) = (desk.locale, desk.address);
    let user = desk.viewer.as_ref().map(|viewer| viewer.user);
    let may_share = desk.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let (name, kept) = (RwSignal::new(String::new()), RwSignal::new(KeptFor::Me));
    let keeper = Keeper::new(&desk);
    let (busy, error) = (keeper.busy, keeper.error);
    // One id for as long as the dialog is open: pressed twice, it is one list.
    let id = RwSignal::new(SavedFilterId::new());
    Effect::new(move |_| {
        if open.get() {
            id.set(SavedFilterId::new());
            error.set(None);
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let view = SavedView {
            id: id.get_untracked(),
            name: name.with_untracked(|name| name.trim().to_owned()),
            query: address.with_untracked(|here| here.query.clone()),
            owner: user.filter(|_| kept.get_untracked() == KeptFor::Me),
            place: SavedPlace::Pinned,
        };
        keeper.keep(view, move || {
            name.set(String::new());
            open.set(false);
        });
    };
    let said = Signal::derive(move || error.get().map(|error| error.sentence(locale)));
    view! {
        <Dialog id="filter-save" open title=locale.filter_save_title()>
            <form class="form" autocomplete="off" novalidate on:submit=submit>
                <Field
                    id="filter-save-name"
                    name="name"
                    label=locale.filter_name()
                    hint=locale.filter_name_hint()
                    error=said
                    value=name
                    maxlength=MAX_NAME_CHARS
                    required=true
                    autofocus=true
                />
                {may_share
                    .then(|| {
                        view! {
                            <label class="check">
                                <input
                                    type="checkbox"
                                    prop:checked=move || kept.get() == KeptFor::All
                                    on:change=move |event| {
                                        kept.set(if event_target_checked(&event) { KeptFor::All } else { KeptFor::Me });
                                    }
                                />
                                <span>{locale.filter_for_all()}</span>
                            </label>
                        }
                    })}
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy=busy>{locale.filter_save()}</Button>
                    <Button on_press=Callback::new(move |()| open.set(false))>{locale.cancel()}</Button>
                </div>
            </form>
        </Dialog>
    }
}
