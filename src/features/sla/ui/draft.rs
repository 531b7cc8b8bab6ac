//! The rules while they are edited. Nothing holds before it is saved, and saving makes a version of all of it.

use crate::features::sla::api;
use crate::features::sla::book::{NamedCalendar, RuleBook};
use crate::features::sla::policy::Policy;
use crate::features::sla::types::DeadlineSettings;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::{CalendarId, PolicyId, SellerId, TagId};
use crate::shared::role::Permission;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_viewer, use_zone};
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::{Toasts, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;

/// Names of what conditions speak of.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub sellers: Vec<(SellerId, String)>,
    pub tags: Vec<(TagId, String)>,
}

/// The rules while they are edited.
#[derive(Clone, Copy)]
pub struct Draft {
    pub book: RwSignal<RuleBook>,
    pub names: StoredValue<Names>,
    pub may_manage: bool,
    /// Grows when lists are no longer what their editors were drawn for.
    pub shape: RwSignal<u32>,
    /// An old version is open.
    pub is_old: RwSignal<bool>,
    pub version: RwSignal<i32>,
    changed: RwSignal<Option<(String, DateTime<Utc>)>>,
    saved: RwSignal<RuleBook>,
    /// Fields whose text cannot be read.
    unreadable: RwSignal<BTreeSet<String>>,
    /// Somebody else has saved meanwhile.
    is_outdated: RwSignal<bool>,
    error: RwSignal<Option<AppError>>,
    is_busy: RwSignal<bool>,
    toasts: Toasts,
    locale: Locale,
}

impl Draft {
    /// Begins with what is in force.
    pub fn open(settings: &DeadlineSettings) -> Self {
        let draft = Draft {
            book: RwSignal::new(settings.book.clone()),
            names: StoredValue::new(Names { sellers: settings.sellers.clone(), tags: settings.tags.clone() }),
            may_manage: use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageShared)),
            shape: RwSignal::new(0),
            is_old: RwSignal::new(false),
            version: RwSignal::new(settings.version),
            changed: RwSignal::new(settings.changed.clone()),
            saved: RwSignal::new(settings.book.clone()),
            unreadable: RwSignal::new(BTreeSet::new()),
            is_outdated: RwSignal::new(false),
            error: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            toasts: use_toasts(),
            locale: use_locale(),
        };
        use_live().on_change(move |news| {
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Deadlines),
            };
            if concerns_us {
                spawn_local(draft.follow());
            }
        });
        draft
    }

    /// Takes over what somebody else has saved, unless something would be lost.
    async fn follow(self) {
        let Ok(now) = api::settings().await else { return };
        // The page may be gone, and our own saving is news to us, too.
        if self.is_busy.try_get_untracked() != Some(false) {
            return;
        }
        match (now.version == self.version.get_untracked(), self.is_changed_untracked()) {
            (true, _) => {}
            (false, true) => self.is_outdated.set(true),
            (false, false) => self.take(now),
        }
    }

    fn take(self, settings: DeadlineSettings) {
        self.version.set(settings.version);
        self.changed.set(settings.changed);
        self.saved.set(settings.book.clone());
        self.is_old.set(false);
        self.show(settings.book);
    }

    /// Shows another book in all editors.
    pub fn show(self, book: RuleBook) {
        self.unreadable.update(BTreeSet::clear);
        self.error.set(None);
        self.book.set(book);
        self.shape.update(|shape| *shape += 1);
    }

    fn is_changed_untracked(self) -> bool {
        self.saved.with_untracked(|saved| self.book.with_untracked(|book| book != saved))
    }

    /// Changes a policy.
    pub fn edit(self, id: PolicyId, change: impl FnOnce(&mut Policy)) {
        self.book.update(|book| {
            if let Some(policy) = book.policies.iter_mut().find(|policy| policy.id == id) {
                change(policy);
            }
        });
    }

    /// Changes a calendar.
    pub fn edit_calendar(self, id: CalendarId, change: impl FnOnce(&mut NamedCalendar)) {
        self.book.update(|book| {
            if let Some(calendar) = book.calendars.iter_mut().find(|calendar| calendar.id == id) {
                change(calendar);
            }
        });
    }

    /// A part of a policy, while there is such a policy.
    pub fn of<T>(self, id: PolicyId, part: impl Fn(&Policy) -> T + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.book.with(|book| book.policies.iter().find(|policy| policy.id == id).map(&part))
        })
    }

    /// Notes whether the text of a field can be read.
    pub fn mark(self, field: &str, is_readable: bool) {
        self.unreadable.update(|fields| {
            if is_readable {
                fields.remove(field);
            } else {
                fields.insert(field.to_owned());
            }
        });
    }

    /// Whether the text of a field cannot be read.
    pub fn is_unreadable(self, field: &str) -> bool {
        self.unreadable.with(|fields| fields.contains(field))
    }

    fn save(self) {
        let book = self.book.get_untracked();
        if let Err(fault) = book.check() {
            self.error.set(Some(fault.into()));
            return;
        }
        let version = self.version.get_untracked();
        self.is_busy.set(true);
        spawn_local(async move {
            match api::save(version, book).await {
                Ok(settings) => {
                    self.toasts.say(self.locale.deadlines_saved().to_owned());
                    if self.error.try_set(None).is_none() {
                        self.take(settings);
                    }
                }
                Err(why) => _ = self.error.try_set(Some(why)),
            }
            _ = self.is_busy.try_set(false);
        });
    }
}

/// Which version is in force, and since when.
#[component]
pub fn Standing(draft: Draft) -> impl IntoView {
    let (locale, zone) = (use_locale(), use_zone());
    let words = move || match draft.changed.get() {
        Some((who, when)) => {
            locale.deadlines_version(draft.version.get().into(), &who, &locale.date_time(when, zone))
        }
        None => locale.deadlines_built_in().to_owned(),
    };
    view! { <p class="quiet" data-testid="deadlines-version">{words}</p> }
}

/// The button that saves, and what keeps it from doing so.
#[component]
pub fn SaveBar(draft: Draft) -> impl IntoView {
    let locale = use_locale();
    let is_changed = Memo::new(move |_| draft.saved.with(|saved| draft.book.with(|book| book != saved)));
    let cannot_read = Memo::new(move |_| draft.unreadable.with(|fields| !fields.is_empty()));
    let standing = move || match (cannot_read.get(), is_changed.get()) {
        (true, _) => Some(locale.deadlines_unreadable()),
        (false, true) => Some(locale.deadlines_unsaved()),
        (false, false) => None,
    };
    let save = Callback::new(move |()| {
        if !cannot_read.get_untracked() {
            draft.save();
        }
    });
    if !draft.may_manage {
        return view! { <p class="note note-info">{locale.deadlines_read_only()}</p> }.into_any();
    }
    view! {
        <div class="save-bar">
            <p class="field-error" role="alert">
                {move || draft.error.get().map(|error| error.sentence(locale))}
            </p>
            <div role="status">
                {move || {
                    draft
                        .is_outdated
                        .get()
                        .then(|| {
                            view! {
                                <div class="note note-info">
                                    <p class="note-text">{locale.deadlines_outdated()}</p>
                                    <Button on_press=Callback::new(|()| browser::reload())>
                                        {locale.deadlines_reload()}
                                    </Button>
                                </div>
                            }
                        })
                }}
            </div>
            <div class="actions">
                <Button kind=ButtonKind::Primary busy=draft.is_busy on_press=save>{locale.deadlines_save()}</Button>
                <span class="quiet" role="status">{standing}</span>
            </div>
        </div>
    }
    .into_any()
}
