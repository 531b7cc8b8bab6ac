//! The page on which saved lists are arranged: their names, their order, who sees them, and which are kept no longer.

use super::state::Names;
use super::words;
use crate::features::inbox::api;
use crate::features::inbox::saved_filter::{KeptFor, MAX_NAME_CHARS, SavedPlace, SavedView};
use crate::features::sellers;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{SavedFilterId, UserId};
use crate::shared::role::{Permission, Role};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::icon::Icon;
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use std::future::Future;

/// `/settings/filters`.
#[component]
pub fn FiltersPage() -> impl IntoView {
    let locale = use_locale();
    let first = resource(|| (), |()| first_load());
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Title text=locale.tab_title(locale.filters_saved())/>
        <div class="page-head">
            <h1>{locale.filters_saved()}</h1>
            <p class="quiet">{locale.filters_text()}</p>
        </div>
        <Transition fallback=move || view! { <p role="status">{locale.loading()}</p> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok((saved, names)) => view! { <Arrange saved names/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(retry)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

async fn first_load() -> Result<(Vec<SavedView>, Names), AppError> {
    let saved = api::saved().await?;
    let mut names = Names::default();
    if saved.iter().any(|view| Names::are_needed(view.query.filter.as_ref())) {
        names.ask().await?;
    }
    let sellers = sellers::api::list().await?;
    names.sellers = sellers.into_iter().map(|seller| (seller.id, seller.name)).collect();
    Ok((saved, names))
}

/// The lists on the page. What is done shows at once; the server's truth follows, also after a refusal.
#[derive(Clone, Copy)]
struct Book {
    saved: RwSignal<Vec<SavedView>>,
    names: StoredValue<Names>,
    error: RwSignal<Option<AppError>>,
    /// What was deleted last, to be brought back.
    deleted: RwSignal<Option<SavedView>>,
    user: Option<UserId>,
    role: Option<Role>,
}

impl Book {
    fn open(saved: Vec<SavedView>, names: Names) -> Self {
        let viewer = use_viewer();
        let book = Book {
            saved: RwSignal::new(saved),
            names: StoredValue::new(names),
            error: RwSignal::new(None),
            deleted: RwSignal::new(None),
            user: viewer.as_ref().map(|viewer| viewer.user),
            role: viewer.as_ref().map(|viewer| viewer.role),
        };
        use_live().on_change(move |news| {
            let is_ours = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => {
                    events.iter().any(|event| matches!(event.change, Change::SavedFilters { .. }))
                }
            };
            if is_ours {
                spawn_local(book.ask());
            }
        });
        book
    }

    async fn ask(self) {
        match api::saved().await {
            Ok(saved) => _ = self.saved.try_set(saved),
            Err(error) => _ = self.error.try_set(Some(error)),
        }
    }

    fn act(self, action: impl Future<Output = Result<(), AppError>> + 'static) {
        spawn_local(async move {
            match action.await {
                Ok(()) => _ = self.error.try_set(None),
                Err(error) => {
                    _ = self.error.try_set(Some(error));
                    self.ask().await;
                }
            }
        });
    }

    fn may_manage(self) -> bool {
        self.role.is_some_and(|role| role.may(Permission::ManageShared))
    }

    fn find(self, id: SavedFilterId) -> Option<SavedView> {
        self.saved.with(|saved| saved.iter().find(|view| view.id == id).cloned())
    }

    fn change(self, id: SavedFilterId, change: impl FnOnce(&mut SavedView)) {
        self.saved.update(|saved| {
            if let Some(view) = saved.iter_mut().find(|view| view.id == id) {
                change(view);
            }
        });
    }

    fn ids(self, kept: KeptFor) -> Vec<SavedFilterId> {
        let of = |saved: &Vec<SavedView>| {
            saved.iter().filter(|view| view.kept_for() == kept).map(|view| view.id).collect()
        };
        self.saved.with(of)
    }

    fn rename(self, id: SavedFilterId, name: String) {
        self.change(id, |view| view.name.clone_from(&name));
        self.act(api::rename_filter(id, name));
    }

    fn pin(self, id: SavedFilterId, place: SavedPlace) {
        self.change(id, |view| view.place = place);
        self.act(api::pin_filter(id, place));
    }

    fn share(self, id: SavedFilterId, kept: KeptFor) {
        let owner = self.user.filter(|_| kept == KeptFor::Me);
        self.change(id, |view| view.owner = owner);
        self.act(api::share_filter(id, kept));
    }

    /// Moves a list by one place among those of its kind.
    fn step(self, id: SavedFilterId, kept: KeptFor, is_up: bool) {
        let mut order = untrack(|| self.ids(kept));
        let Some(place) = order.iter().position(|other| *other == id) else { return };
        let Some(other) = (if is_up { place.checked_sub(1) } else { Some(place + 1) }) else { return };
        if other >= order.len() {
            return;
        }
        order.swap(place, other);
        self.saved.update(|saved| {
            let rank = |view: &SavedView| order.iter().position(|id| *id == view.id);
            saved.sort_by_key(|view| (view.owner.is_some(), rank(view)));
        });
        self.act(api::arrange_filters(order));
    }

    fn delete(self, id: SavedFilterId) {
        let Some(view) = untrack(|| self.find(id)) else { return };
        self.saved.update(|saved| saved.retain(|view| view.id != id));
        self.deleted.set(Some(view));
        self.act(api::delete_filter(id));
    }

    /// Keeps again, under the same id, what was deleted last: its addresses lead to it again.
    fn bring_back(self) {
        let Some(view) = self.deleted.get_untracked() else { return };
        self.deleted.set(None);
        self.act(async move {
            api::save_filter(view.id, view.name.clone(), view.query.clone(), view.kept_for()).await?;
            if view.place == SavedPlace::Menu {
                api::pin_filter(view.id, SavedPlace::Menu).await?;
            }
            self.ask().await;
            Ok(())
        });
    }
}

#[component]
fn Arrange(saved: Vec<SavedView>, names: Names) -> impl IntoView {
    let locale = use_locale();
    let book = Book::open(saved, names);
    view! {
        <div role="status">
            {move || {
                book.deleted.get().map(|view| {
                    view! {
                        <div class="note note-info" data-testid="filter-deleted">
                            <p class="note-text">{locale.filter_deleted(&view.name)}</p>
                            <Button on_press=Callback::new(move |()| book.bring_back())>
                                {locale.filter_undo_delete()}
                            </Button>
                        </div>
                    }
                })
            }}
        </div>
        {move || book.error.get().map(|error| view! { <ErrorNote error on_retry=None/> })}
        <Section book kept=KeptFor::Me title=locale.filters_own() none=locale.filters_own_none()/>
        <Section book kept=KeptFor::All title=locale.filters_of_all() none=locale.filters_of_all_none()/>
        {(!book.may_manage()).then(|| view! { <p class="quiet">{locale.filters_only_look()}</p> })}
    }
}

/// The lists of one kind.
#[component]
fn Section(book: Book, kept: KeptFor, title: &'static str, none: &'static str) -> impl IntoView {
    let ids = Memo::new(move |_| book.ids(kept));
    let heading = format!("filters-{kept}");
    let labelled_by = heading.clone();
    view! {
        <section class="saved-section" aria-labelledby=labelled_by>
            <h2 id=heading>{title}</h2>
            {move || ids.with(Vec::is_empty).then(|| view! { <p class="quiet">{none}</p> })}
            <ul class="saved-list" hidden=move || ids.with(Vec::is_empty)>
                <For each=move || ids.get() key=|id| *id children=move |id| view! { <Line book id kept/> }/>
            </ul>
        </section>
    }
}

/// One saved list.
#[component]
fn Line(book: Book, id: SavedFilterId, kept: KeptFor) -> impl IntoView {
    let locale = use_locale();
    let view = Memo::new(move |_| book.find(id));
    let name =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.name.clone()).unwrap_or_default()));
    let words = move || {
        let query = view.with(|view| view.as_ref().map(|view| view.query.clone()))?;
        book.names.try_with_value(|names| words::list(locale, &query, names))
    };
    let may_change = kept == KeptFor::Me || book.may_manage();
    let renaming = RwSignal::new(false);
    view! {
        <li class="saved-line" data-testid="saved-line" data-saved=id.to_string()>
            <div class="saved-what">
                {move || match renaming.get() {
                    true => view! { <Rename book id renaming/> }.into_any(),
                    false => view! { <a class="saved-name" href=format!("/inbox?saved={id}")>{name}</a> }.into_any(),
                }}
                <p class="quiet">{words}</p>
            </div>
            {may_change.then(|| view! { <Actions book id kept view name renaming/> })}
        </li>
    }
}

/// What can be done with a saved list.
#[component]
fn Actions(
    book: Book,
    id: SavedFilterId,
    kept: KeptFor,
    view: Memo<Option<SavedView>>,
    name: Memo<String>,
    renaming: RwSignal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    let labelled = move |verb: &'static str| Signal::derive(move || locale.action_of(verb, &name.get()));
    let is_pinned = Memo::new(move |_| {
        view.with(|view| view.as_ref().is_some_and(|view| view.place == SavedPlace::Pinned))
    });
    let pin = move |_| {
        book.pin(id, if is_pinned.get_untracked() { SavedPlace::Menu } else { SavedPlace::Pinned });
    };
    let (other, share) = match kept {
        KeptFor::Me => (KeptFor::All, locale.filter_share()),
        KeptFor::All => (KeptFor::Me, locale.filter_keep_to_me()),
    };
    let act = move |work: fn(Book, SavedFilterId, KeptFor)| Callback::new(move |()| work(book, id, kept));
    view! {
        <div class="actions saved-actions">
            <IconButton icon=Icon::Up label=labelled(locale.filter_up()) on_press=act(|book, id, kept| book.step(id, kept, true))/>
            <IconButton icon=Icon::Down label=labelled(locale.filter_down()) on_press=act(|book, id, kept| book.step(id, kept, false))/>
            <IconButton icon=Icon::Pencil label=labelled(locale.filter_rename()) on_press=Callback::new(move |()| renaming.set(true))/>
            <IconButton icon=Icon::Trash label=labelled(locale.filter_delete()) on_press=act(|book, id, _| book.delete(id))/>
            <button
                type="button"
                class="choice-item"
                aria-pressed=move || is_pinned.get().to_string()
                aria-label=labelled(locale.filter_pinned())
                on:click=pin
            >
                {locale.filter_pinned()}
            </button>
            {book
                .may_manage()
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="choice-item"
                            aria-label=labelled(share)
                            on:click=move |_| book.share(id, other)
                        >
                            {share}
                        </button>
                    }
                })}
        </div>
    }
}

/// Another name for a saved list.
#[component]
fn Rename(book: Book, id: SavedFilterId, renaming: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let typed = RwSignal::new(untrack(|| book.find(id)).map(|view| view.name).unwrap_or_default());
    let input = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // An element that cannot be focused keeps the focus where it was.
            _ = input.focus();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = typed.with_untracked(|name| name.trim().to_owned());
        if !name.is_empty() {
            book.rename(id, name);
            renaming.set(false);
        }
    };
    view! {
        <form class="saved-rename" on:submit=submit>
            <input
                node_ref=input
                class="field-input"
                type="text"
                autocomplete="off"
                maxlength=MAX_NAME_CHARS.to_string()
                aria-label=locale.filter_name()
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        renaming.set(false);
                    }
                }
            />
            <Button kind=ButtonKind::Primary>{locale.filter_save()}</Button>
            <Button on_press=Callback::new(move |()| renaming.set(false))>{locale.cancel()}</Button>
        </form>
    }
}
