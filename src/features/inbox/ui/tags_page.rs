//! The page of the workspace's tags: what there is, on how many chats, and what can be changed about it.

use super::refresh::{Outcome, Refresher};
use super::tag_chip::TagChip;
use super::work_words;
use crate::features::inbox::api;
use crate::features::inbox::saved_filter::{BrokenFilters, FilterPart};
use crate::features::inbox::types::{TagColor, TagUse, TagView};
use crate::features::inbox::work::{MAX_TAG_CHARS, check_tag_name};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::TagId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// `/settings/tags`.
#[component]
pub fn TagsPage() -> impl IntoView {
    let locale = use_locale();
    let tags = resource(|| (), |()| api::tags_in_use());
    let retry = Callback::new(move |()| tags.refetch());
    view! {
        <Title text=locale.tab_title(locale.tags_page())/>
        <div class="page-head">
            <h1>{locale.tags_page()}</h1>
            <p class="quiet">{locale.tags_page_text()}</p>
        </div>
        <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
            {move || Suspend::new(async move {
                match tags.await {
                    Ok(tags) => view! { <TagList tags/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(retry)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The tags on screen, and what is being done to one of them.
#[derive(Clone, Copy)]
struct Book {
    tags: RwSignal<Vec<TagUse>>,
    /// Asks once more after something was done.
    refresher: StoredValue<Refresher>,
}

impl Book {
    fn open(tags: Vec<TagUse>) -> Self {
        let tags = RwSignal::new(tags);
        let refresher = Refresher::new(move || async move {
            match api::tags_in_use().await {
                Ok(told) => {
                    _ = tags.try_set(told);
                    Outcome::Settled
                }
                Err(error) if error.is_temporary() => Outcome::TryLater,
                Err(_) => Outcome::Settled,
            }
        });
        let book = Book { tags, refresher: StoredValue::new(refresher) };
        use_live().on_change(move |news| {
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Tags),
            };
            if concerns_us {
                book.refresh();
            }
        });
        book
    }

    fn refresh(self) {
        _ = self.refresher.try_with_value(Refresher::soon);
    }

    fn tag(self, id: TagId) -> Option<TagUse> {
        self.tags.with(|tags| tags.iter().find(|it| it.tag.id == id).cloned())
    }
}

#[component]
fn TagList(tags: Vec<TagUse>) -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let book = Book::open(tags);
    let (form, deletion) = (Form::new(), Deletion::new());
    let ids = move || book.tags.with(|tags| tags.iter().map(|it| it.tag.id).collect::<Vec<_>>());
    let none =
        move || book.tags.with(Vec::is_empty).then(|| view! { <p class="quiet">{locale.no_tags()}</p> });
    let manage = may_manage.then(|| {
        view! {
            <div class="actions">
                <Button kind=ButtonKind::Primary icon=Icon::Plus on_press=Callback::new(move |()| form.begin(None))>
                    {locale.new_tag()}
                </Button>
            </div>
            <TagDialog book form/>
            <DeleteDialog book deletion/>
        }
    });
    view! {
        {manage}
        {none}
        <ul class="tag-list" data-testid="tag-list">
            <For
                each=ids
                key=|id| *id
                children=move |id| view! { <TagLine book id may_manage form deletion/> }
            />
        </ul>
    }
}

#[component]
fn TagLine(book: Book, id: TagId, may_manage: bool, form: Form, deletion: Deletion) -> impl IntoView {
    let locale = use_locale();
    let shown = Memo::new(move |_| book.tag(id));
    let chip = move || shown.get().map(|it| view! { <TagChip tag=it.tag/> });
    let chats = move || shown.get().map(|it| locale.chats(it.chats));
    let buttons = move || {
        let TagUse { tag, .. } = shown.get().filter(|_| may_manage)?;
        let (changing, name) = (tag.clone(), tag.name.clone());
        Some(view! {
            <button
                type="button"
                class="button button-quiet"
                aria-label=locale.about_tag(locale.change_tag(), &name)
                on:click=move |_| form.begin(Some(&changing))
            >
                {locale.change_tag()}
            </button>
            <button
                type="button"
                class="button button-quiet"
                aria-label=locale.about_tag(locale.delete_tag(), &name)
                on:click=move |_| deletion.ask(id)
            >
                {locale.delete_tag()}
            </button>
        })
    };
    view! {
        <li class="tag-line" data-testid="tag-line">
            <span class="tag-line-name">{chip}</span>
            <span class="quiet">{chats}</span>
            <span class="tag-line-actions">{buttons}</span>
        </li>
    }
}

/// A tag that is being made or changed.
#[derive(Clone, Copy)]
struct Form {
    open: RwSignal<bool>,
    id: RwSignal<TagId>,
    is_new: RwSignal<bool>,
    name: RwSignal<String>,
    color: RwSignal<TagColor>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Form {
    fn new() -> Self {
        Form {
            open: RwSignal::new(false),
            id: RwSignal::new(TagId::new()),
            is_new: RwSignal::new(true),
            name: RwSignal::new(String::new()),
            color: RwSignal::new(TagColor::Gray),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// Begins a new tag, or with an old one.
    fn begin(self, tag: Option<&TagView>) {
        self.is_new.set(tag.is_none());
        self.id.set(tag.map_or_else(TagId::new, |it| it.id));
        self.name.set(tag.map(|it| it.name.clone()).unwrap_or_default());
        self.color.set(tag.map_or(TagColor::Gray, |it| it.color));
        self.error.set(None);
        self.open.set(true);
    }

    fn save(self, book: Book) {
        if self.busy.get_untracked() {
            return;
        }
        let name = match self.name.with_untracked(|name| check_tag_name(name)) {
            Ok(name) => name,
            Err(why) => return self.error.set(Some(why.into())),
        };
        let (id, color, is_new) =
            (self.id.get_untracked(), self.color.get_untracked(), self.is_new.get_untracked());
        self.busy.set(true);
        spawn_local(async move {
            let answer = match is_new {
                true => api::make_tag(id, name, color).await,
                false => api::change_tag(id, name, color).await,
            };
            self.busy.set(false);
            if answer.is_ok() {
                self.open.set(false);
                book.refresh();
            }
            self.error.set(answer.err());
        });
    }
}

/// Asks for name and colour.
#[component]
fn TagDialog(book: Book, form: Form) -> impl IntoView {
    let locale = use_locale();
    let title = Signal::derive(move || {
        if form.is_new.get() { locale.new_tag() } else { locale.change_tag() }.to_owned()
    });
    let verb = move || if form.is_new.get() { locale.make_tag() } else { locale.save_tag() };
    let error = Signal::derive(move || form.error.get().map(|error| error.sentence(locale)));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(book);
    };
    view! {
        <Dialog id="tag-dialog" open=form.open title>
            <form class="form" on:submit=submit novalidate>
                <Field
                    id="tag-name"
                    name="name"
                    label=locale.tag_name()
                    hint=locale.tag_name_hint()
                    error
                    maxlength=MAX_TAG_CHARS
                    autofocus=true
                    value=form.name
                />
                <Colors locale form/>
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy=form.busy>{verb}</Button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Colors(locale: Locale, form: Form) -> impl IntoView {
    let choice = |color: &TagColor| {
        let color = *color;
        view! {
            <label class="color-choice">
                <input
                    type="radio"
                    name="color"
                    value=color.as_str()
                    prop:checked=move || form.color.get() == color
                    on:change=move |_| form.color.set(color)
                />
                <span class="tag-chip" data-color=color.as_str()>{work_words::color(locale, color)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="color-choices">
            <legend class="field-label">{locale.tag_color()}</legend>
            {TagColor::ALL.iter().map(choice).collect_view()}
        </fieldset>
    }
}

/// A tag that somebody is about to delete.
#[derive(Clone, Copy)]
struct Deletion {
    open: RwSignal<bool>,
    about: RwSignal<Option<TagId>>,
    /// The saved lists that ask for it, once that is known.
    uses: RwSignal<BrokenFilters>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Deletion {
    fn new() -> Self {
        Deletion {
            open: RwSignal::new(false),
            about: RwSignal::new(None),
            uses: RwSignal::default(),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn ask(self, tag: TagId) {
        self.about.set(Some(tag));
        self.uses.set(BrokenFilters::default());
        self.error.set(None);
        self.open.set(true);
        spawn_local(async move {
            let answer = api::filter_uses(FilterPart::Tag(tag)).await;
            if self.about.try_get_untracked() == Some(Some(tag)) {
                match answer {
                    Ok(uses) => self.uses.set(uses),
                    Err(error) => self.error.set(Some(error)),
                }
            }
        });
    }

    fn carry_out(self, book: Book) {
        let Some(tag) = self.about.get_untracked() else { return };
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::delete_tag(tag).await;
            self.busy.set(false);
            match answer {
                // Somebody else was faster.
                Ok(()) | Err(AppError::NotFound) => {
                    self.open.set(false);
                    book.refresh();
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// Says what is lost, and asks.
#[component]
fn DeleteDialog(book: Book, deletion: Deletion) -> impl IntoView {
    let locale = use_locale();
    let sentence = move || {
        let about = deletion.about.get().and_then(|id| book.tag(id))?;
        Some(locale.delete_tag_sure(&about.tag.name, about.chats))
    };
    let problem = move || deletion.error.get().map(|error| view! { <ErrorNote error/> });
    let broken = move || {
        let uses = deletion.uses.get();
        let sentence = locale.filters_broken(&uses.names, uses.of_others)?;
        Some(view! {
            <div class="note note-warning" data-testid="broken-filters">
                <Glyph icon=Icon::Alert/>
                <p class="note-text">{sentence}</p>
            </div>
        })
    };
    let title = Signal::stored(locale.delete_tag().to_owned());
    view! {
        <Dialog id="delete-tag-dialog" open=deletion.open title>
            <p>{sentence}</p>
            <div role="status">{broken}</div>
            {problem}
            <div class="actions">
                <Button
                    kind=ButtonKind::Danger
                    busy=deletion.busy
                    on_press=Callback::new(move |()| deletion.carry_out(book))
                >
                    {locale.delete_tag()}
                </Button>
                <Button on_press=Callback::new(move |()| deletion.open.set(false))>{locale.cancel()}</Button>
            </div>
        </Dialog>
    }
}
