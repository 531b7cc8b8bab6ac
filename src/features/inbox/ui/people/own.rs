//! Changing one's own password.

use crate::features::users::api;
use crate::features::users::types::MIN_PASSWORD_CHARS;
use crate::shared::error::{AppError, Refusal};
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::icon::Icon;
use crate::ui::notice::ErrorNote;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button at the foot of the page, and what it opens.
#[component]
pub(super) fn OwnPassword() -> impl IntoView {
    let locale = use_locale();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let error = RwSignal::new(None::<AppError>);
    let begin = Callback::new(move |()| {
        current.set(String::new());
        new.set(String::new());
        error.set(None);
        open.set(true);
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::change_password(current.get_untracked(), new.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(()) => browser::log_in_again(),
                Err(why) => error.set(Some(why)),
            }
        });
    };
    let told = move |refusal: fn(&Refusal) -> bool| {
        Signal::derive(move || {
            error.with(|error| match error {
                Some(told @ AppError::Refused(why)) if refusal(why) => Some(told.sentence(locale)),
                _ => None,
            })
        })
    };
    let of_current = told(|why| matches!(why, Refusal::PasswordWrong));
    let of_new = told(|why| matches!(why, Refusal::PasswordTooShort { .. }));
    let otherwise = move || {
        let error = error.get().filter(|_| of_current.get().is_none() && of_new.get().is_none())?;
        Some(view! { <ErrorNote error/> })
    };
    view! {
        <div class="actions">
            <Button icon=Icon::Key on_press=begin>{locale.own_password()}</Button>
        </div>
        <Dialog id="own-password-dialog" open title=Signal::stored(locale.own_password().to_owned())>
            <form class="form" on:submit=submit novalidate>
                <p class="quiet">{locale.own_password_text()}</p>
                <Field
                    id="own-password-current"
                    name="current"
                    kind="password"
                    label=locale.own_password_current()
                    error=of_current
                    autocomplete="current-password"
                    autofocus=true
                    value=current
                />
                <Field
                    id="own-password-new"
                    name="new"
                    kind="password"
                    label=locale.own_password_new()
                    hint=locale.password_hint(MIN_PASSWORD_CHARS)
                    error=of_new
                    autocomplete="new-password"
                    minlength=MIN_PASSWORD_CHARS
                    value=new
                />
                {otherwise}
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy>{locale.own_password()}</Button>
                </div>
            </form>
        </Dialog>
    }
}
