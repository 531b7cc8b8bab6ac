//! Adding a person, and changing name, role and password.

use super::Staff;
use super::access::Given;
use crate::features::users::api;
use crate::features::users::types::{MAX_NAME_CHARS, StaffView};
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::UserId;
use crate::shared::role::Role;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::icon::Icon;
use crate::ui::notice::ErrorNote;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A person who is being added or changed.
#[derive(Clone, Copy)]
pub(super) struct Form {
    open: RwSignal<bool>,
    /// `None`: somebody new.
    about: RwSignal<Option<StaffView>>,
    name: RwSignal<String>,
    email: RwSignal<String>,
    role: RwSignal<Role>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Form {
    pub fn new() -> Self {
        Form {
            open: RwSignal::new(false),
            about: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            email: RwSignal::new(String::new()),
            role: RwSignal::new(Role::Operator),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// Begins with somebody new, or with a person who works here.
    pub fn begin(self, person: Option<&StaffView>) {
        self.name.set(person.map(|it| it.name.clone()).unwrap_or_default());
        self.email.set(person.map(|it| it.email.clone()).unwrap_or_default());
        self.role.set(person.map_or(Role::Operator, |it| it.role));
        self.about.set(person.cloned());
        self.error.set(None);
        self.open.set(true);
    }

    fn save(self, staff: Staff, given: Given) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (name, role) = (self.name.get_untracked(), self.role.get_untracked());
        spawn_local(async move {
            let answer = match self.about.get_untracked() {
                Some(before) => change(before, name, role).await.map(|()| None),
                None => api::add(self.email.get_untracked(), name, role).await.map(Some),
            };
            self.busy.set(false);
            match answer {
                Ok(access) => {
                    self.open.set(false);
                    staff.refresh();
                    if let Some(access) = access {
                        given.show(access);
                    }
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    fn reset_password(self, person: UserId, given: Given) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::reset_password(person).await;
            self.busy.set(false);
            match answer {
                Ok(access) => {
                    self.open.set(false);
                    given.show(access);
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// What is wrong with one field.
    fn problem(self, of: fn(&Refusal) -> bool) -> Signal<Option<String>> {
        let locale = use_locale();
        Signal::derive(move || {
            self.error.with(|error| match error {
                Some(error @ AppError::Refused(refusal)) if of(refusal) => Some(error.sentence(locale)),
                _ => None,
            })
        })
    }
}

async fn change(before: StaffView, name: String, role: Role) -> Result<(), AppError> {
    if before.name != name {
        api::rename(before.id, name).await?;
    }
    if before.role != role {
        api::set_role(before.id, role).await?;
    }
    Ok(())
}

fn is_of_name(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::PersonNameMissing)
}

fn is_of_email(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::EmailInvalid | Refusal::EmailTaken)
}

/// Asks for name, e-mail and role.
#[component]
pub(super) fn PersonDialog(staff: Staff, form: Form, given: Given) -> impl IntoView {
    let locale = use_locale();
    let is_new = Memo::new(move |_| form.about.with(Option::is_none));
    let title = Signal::derive(move || {
        if is_new.get() { locale.person_add() } else { locale.person_change() }.to_owned()
    });
    let verb = move || if is_new.get() { locale.person_add() } else { locale.person_save() };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(staff, given);
    };
    let (of_name, of_email) = (form.problem(is_of_name), form.problem(is_of_email));
    let otherwise = move || {
        let error = form.error.get()?;
        let stands_at_a_field = of_name.get().is_some() || of_email.get().is_some();
        (!stands_at_a_field).then(|| view! { <ErrorNote error/> })
    };
    let email = move || {
        is_new.get().then(|| {
            view! {
                <Field
                    id="person-email"
                    name="email"
                    kind="email"
                    label=locale.email()
                    hint=locale.person_email_hint()
                    error=of_email
                    inputmode="email"
                    value=form.email
                />
            }
        })
    };
    view! {
        <Dialog id="person-dialog" open=form.open title>
            <form class="form" on:submit=submit novalidate>
                <Field
                    id="person-name"
                    name="name"
                    label=locale.person_name()
                    hint=locale.person_name_hint()
                    error=of_name
                    maxlength=MAX_NAME_CHARS
                    autofocus=true
                    value=form.name
                />
                {email}
                <RoleChoice form/>
                {otherwise}
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy=form.busy>{verb}</Button>
                </div>
            </form>
            <PasswordPart form given/>
        </Dialog>
    }
}

#[component]
fn RoleChoice(form: Form) -> impl IntoView {
    let locale = use_locale();
    let viewer = use_viewer();
    let (own, me) = (viewer.as_ref().map(|it| it.role), viewer.map(|it| it.user));
    let choice = move |role: Role| {
        view! {
            <label class="role-choice">
                <input
                    type="radio"
                    name="role"
                    value=role.as_str()
                    prop:checked=move || form.role.get() == role
                    on:change=move |_| form.role.set(role)
                />
                <span>
                    <span class="role-name">{locale.role(role)}</span>
                    <span class="quiet role-means">{locale.role_means(role)}</span>
                </span>
            </label>
        }
    };
    move || {
        let before = form.about.get();
        // Nobody changes what they may do themselves.
        if before.as_ref().is_some_and(|it| Some(it.id) == me) {
            return None;
        }
        let now = before.map(|it| it.role);
        let offered = Role::ALL.iter().filter(|role| own.is_some_and(|own| own.may_turn(now, Some(**role))));
        let offered = offered.map(|role| choice(*role)).collect_view();
        Some(view! {
            <fieldset class="role-choices">
                <legend class="field-label">{locale.person_role()}</legend>
                {offered}
            </fieldset>
        })
    }
}

/// Another password for somebody who has lost theirs.
#[component]
fn PasswordPart(form: Form, given: Given) -> impl IntoView {
    let locale = use_locale();
    let me = use_viewer().map(|it| it.user);
    move || {
        let person = form.about.get().filter(|it| Some(it.id) != me)?;
        Some(view! {
            <div class="person-password">
                <p class="quiet">{locale.person_new_password_sure()}</p>
                <Button
                    icon=Icon::Key
                    busy=form.busy
                    on_press=Callback::new(move |()| form.reset_password(person.id, given))
                >
                    {locale.person_new_password()}
                </Button>
            </div>
        })
    }
}
