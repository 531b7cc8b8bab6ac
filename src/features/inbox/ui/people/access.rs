//! What somebody needs to get in, shown once.

use crate::features::users::types::Access;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::notice::use_toasts;
use leptos::prelude::*;

/// An access that is shown; forgotten when the dialog is closed.
#[derive(Clone, Copy)]
pub(super) struct Given {
    open: RwSignal<bool>,
    access: RwSignal<Option<Access>>,
}

impl Given {
    pub fn new() -> Self {
        Given { open: RwSignal::new(false), access: RwSignal::new(None) }
    }

    pub fn show(self, access: Access) {
        self.access.set(Some(access));
        self.open.set(true);
    }
}

/// Shows it and puts it into the clipboard.
#[component]
pub(super) fn AccessDialog(given: Given) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    Effect::new(move |_| {
        if !given.open.get() {
            given.access.set(None);
        }
    });
    let copy = Callback::new(move |()| {
        let Some(access) = given.access.get_untracked() else { return };
        let lines = locale.access_lines(&browser::absolute("/login"), &access.email, &access.password);
        let words = if browser::copy(&lines) { locale.access_copied() } else { locale.access_not_copied() };
        toasts.say(words.to_owned());
    });
    let shown = move || {
        given.access.get().map(|access| {
            view! {
                <dl class="workspace-facts">
                    <dt>{locale.email()}</dt>
                    <dd>{access.email}</dd>
                    <dt>{locale.password()}</dt>
                    <dd><code class="access-password" data-testid="access-password">{access.password}</code></dd>
                </dl>
            }
        })
    };
    view! {
        <Dialog id="access-dialog" open=given.open title=Signal::stored(locale.access_title().to_owned())>
            <p>{locale.access_text()}</p>
            {shown}
            <div class="actions">
                <Button kind=ButtonKind::Primary icon=Icon::Copy on_press=copy>{locale.access_copy()}</Button>
                <Button on_press=Callback::new(move |()| given.open.set(false))>{locale.access_done()}</Button>
            </div>
        </Dialog>
    }
}
