//! The page of people: who works here, as what, and what can be changed about it. It stands with the inbox because whoever
//! goes leaves chats and saved lists behind.

mod access;
mod leave;
mod own;
mod person;

use super::refresh::{Outcome, Refresher};
use crate::features::users::api;
use crate::features::users::types::StaffView;
use crate::shared::change::Change;
use crate::shared::ids::UserId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_now, use_viewer, use_zone};
use crate::ui::icon::Icon;
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use access::{AccessDialog, Given};
use leave::{Leave, LeaveDialog};
use leptos::prelude::*;
use leptos_meta::Title;
use own::OwnPassword;
use person::{Form, PersonDialog};

/// `/settings/people`.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let locale = use_locale();
    let staff = resource(|| (), |()| api::staff());
    let retry = Callback::new(move |()| staff.refetch());
    view! {
        <Title text=locale.tab_title(locale.people_page())/>
        <div class="page-head">
            <h1>{locale.people_page()}</h1>
            <p class="quiet">{locale.people_page_text()}</p>
        </div>
        <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
            {move || Suspend::new(async move {
                match staff.await {
                    Ok(staff) => view! { <StaffList staff/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(retry)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The people on screen.
#[derive(Clone, Copy)]
struct Staff {
    people: RwSignal<Vec<StaffView>>,
    /// Asks once more after something was done.
    refresher: StoredValue<Refresher>,
}

impl Staff {
    fn open(people: Vec<StaffView>) -> Self {
        let people = RwSignal::new(people);
        let refresher = Refresher::new(move || async move {
            match api::staff().await {
                Ok(told) => {
                    _ = people.try_set(told);
                    Outcome::Settled
                }
                Err(error) if error.is_temporary() => Outcome::TryLater,
                Err(_) => Outcome::Settled,
            }
        });
        let staff = Staff { people, refresher: StoredValue::new(refresher) };
        use_live().on_change(move |news| {
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::People),
            };
            if concerns_us {
                staff.refresh();
            }
        });
        staff
    }

    fn refresh(self) {
        _ = self.refresher.try_with_value(Refresher::soon);
    }

    fn person(self, id: UserId) -> Option<StaffView> {
        self.people.with(|people| people.iter().find(|it| it.id == id).cloned())
    }
}

/// What is being done, each in a dialog of its own.
#[derive(Clone, Copy)]
struct Tasks {
    form: Form,
    given: Given,
    leave: Leave,
}

#[component]
fn StaffList(staff: Vec<StaffView>) -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManagePeople));
    let staff = Staff::open(staff);
    let tasks = Tasks { form: Form::new(), given: Given::new(), leave: Leave::new() };
    let ids = move || staff.people.with(|people| people.iter().map(|it| it.id).collect::<Vec<_>>());
    let manage = if may_manage {
        view! {
            <div class="actions">
                <Button
                    kind=ButtonKind::Primary
                    icon=Icon::Plus
                    on_press=Callback::new(move |()| tasks.form.begin(None))
                >
                    {locale.person_add()}
                </Button>
            </div>
            <PersonDialog staff form=tasks.form given=tasks.given/>
            <AccessDialog given=tasks.given/>
            <LeaveDialog staff leave=tasks.leave/>
        }
        .into_any()
    } else {
        view! { <p class="note note-info">{locale.people_read_only()}</p> }.into_any()
    };
    view! {
        {manage}
        <ul class="tag-list" data-testid="people">
            <For each=ids key=|id| *id children=move |id| view! { <PersonLine staff id may_manage tasks/> }/>
        </ul>
        <OwnPassword/>
    }
}

#[component]
fn PersonLine(staff: Staff, id: UserId, may_manage: bool, tasks: Tasks) -> impl IntoView {
    let (locale, zone, now) = (use_locale(), use_zone(), use_now());
    let viewer = use_viewer();
    let own_role = viewer.as_ref().map(|viewer| viewer.role);
    let is_me = viewer.is_some_and(|viewer| viewer.user == id);
    let shown = Memo::new(move |_| staff.person(id));
    let name = move || shown.get().map(|it| it.name);
    let email = move || shown.get().map(|it| it.email);
    let role = move || shown.get().map(|it| locale.role(it.role));
    let seen = move || {
        if is_me {
            return locale.person_is_you().to_owned();
        }
        match shown.get().and_then(|it| it.seen_at) {
            Some(at) => locale.person_seen(&locale.ago(at, now.get(), zone)),
            None => locale.person_never_seen().to_owned(),
        }
    };
    let buttons = move || {
        let person = shown.get().filter(|it| {
            may_manage && own_role.is_some_and(|own| own.may_turn(Some(it.role), Some(it.role)))
        })?;
        let (changing, leaving) = (person.clone(), person.clone());
        let of_others = (!is_me).then(|| {
            view! {
                <button
                    type="button"
                    class="button button-quiet"
                    aria-label=locale.about_person(locale.person_let_go(), &leaving.name)
                    on:click=move |_| tasks.leave.ask(leaving.id)
                >
                    {locale.person_let_go()}
                </button>
            }
        });
        Some(view! {
            <button
                type="button"
                class="button button-quiet"
                aria-label=locale.about_person(locale.person_change(), &person.name)
                on:click=move |_| tasks.form.begin(Some(&changing))
            >
                {locale.person_change()}
            </button>
            {of_others}
        })
    };
    view! {
        <li class="person-line" data-testid="person-line">
            <span class="person-who">
                <span class="person-name">{name}</span>
                <span class="quiet person-email">{email}</span>
            </span>
            <span class="person-role">{role}</span>
            <span class="quiet person-seen">{seen}</span>
            <span class="tag-line-actions">{buttons}</span>
        </li>
    }
}
