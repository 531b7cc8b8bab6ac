//! What a page tells by itself: an error where its content should be, and short notices that pass.

use super::browser;
use super::button::{Button, ButtonKind};
use super::commands::use_commands;
use super::context::use_locale;
use super::icon::{Glyph, Icon};
use crate::shared::commands::Command;
use crate::shared::error::AppError;
use leptos::prelude::*;
use std::sync::Arc;

/// How long a notice stays.
const TOAST_TIME: std::time::Duration = std::time::Duration::from_secs(7);

/// An error in the place of what could not be shown: what happened and what to do, and the button that does it.
#[component]
pub fn ErrorNote(
    /// What went wrong.
    error: AppError,
    /// What to try again.
    #[prop(optional_no_strip)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let locale = use_locale();
    let is_logged_out = error == AppError::Unauthorized;
    let on_retry = on_retry.filter(|_| !is_logged_out);
    view! {
        <div class="note note-error" role="alert">
            <Glyph icon=Icon::Alert/>
            <p class="note-text">{error.sentence(locale)}</p>
            {is_logged_out
                .then(|| {
                    view! {
                        <Button on_press=Callback::new(|()| browser::log_in_again())>{locale.log_in()}</Button>
                    }
                })}
            {on_retry
                .map(|retry| {
                    view! {
                        <Button kind=ButtonKind::Quiet icon=Icon::Retry on_press=retry>
                            {locale.retry()}
                        </Button>
                    }
                })}
        </div>
    }
}

/// The notice of the page: at most one, a newer one takes the place of an older one.
#[derive(Clone, Copy)]
pub struct Toasts {
    current: RwSignal<Option<Toast>>,
    /// What takes the last action back. It stays when its notice has passed, until it is used or something newer can be
    /// taken back.
    undo: RwSignal<Option<ToastAction>>,
    last: StoredValue<u64>,
}

#[derive(Clone)]
struct Toast {
    number: u64,
    text: String,
    action: Option<ToastAction>,
}

/// What a notice offers to do. It may outlive the part of the page that offered it.
#[derive(Clone)]
pub struct ToastAction {
    /// A verb.
    pub label: String,
    pub run: Arc<dyn Fn() + Send + Sync>,
}

/// Makes notices available below, and taking back by key; `App` calls it once, after the commands.
pub fn provide_toasts() {
    let toasts = Toasts::none();
    provide_context(toasts);
    let can_undo = Signal::derive(move || toasts.has_action() || toasts.undo.with(Option::is_some));
    use_commands().offer_while(Command::Undo, can_undo, move || toasts.take_back());
}

/// The notices of the page.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(Toasts::none)
}

impl Toasts {
    fn none() -> Self {
        Toasts { current: RwSignal::new(None), undo: RwSignal::new(None), last: StoredValue::new(0) }
    }

    /// Shows a notice and reads it out politely.
    pub fn say(self, text: String) {
        self.show(text, None);
    }

    /// The same with something to do about it.
    pub fn say_with(self, text: String, action: ToastAction) {
        self.show(text, Some(action));
    }

    /// Says what was done and offers to take it back, also when the notice has passed.
    pub fn say_done(self, text: String, undo: ToastAction) {
        self.undo.set(Some(undo.clone()));
        self.show(text, Some(undo));
    }

    /// Whether a notice is shown that offers something.
    pub fn has_action(self) -> bool {
        self.current.with(|shown| shown.as_ref().is_some_and(|it| it.action.is_some()))
    }

    fn show(self, text: String, action: Option<ToastAction>) {
        let number = self.last.get_value() + 1;
        self.last.set_value(number);
        self.current.set(Some(Toast { number, text, action }));
        set_timeout(move || self.take_away(number), TOAST_TIME);
    }

    /// Does what the notice offers.
    fn act(self) {
        let action = self.current.with_untracked(|shown| shown.as_ref().and_then(|it| it.action.clone()));
        if let Some(action) = action {
            self.dismiss();
            self.run(&action);
        }
    }

    /// Does what the notice offers; without one, takes back what was done last.
    fn take_back(self) {
        if untrack(|| self.has_action()) {
            self.act();
        } else if let Some(undo) = self.undo.get_untracked() {
            self.run(&undo);
        }
    }

    fn run(self, action: &ToastAction) {
        // Nothing is taken back twice.
        let is_undo =
            |kept: &Option<ToastAction>| kept.as_ref().is_some_and(|it| Arc::ptr_eq(&it.run, &action.run));
        if self.undo.with_untracked(is_undo) {
            self.undo.set(None);
        }
        (action.run)();
    }

    /// Takes the notice away, unless a newer one has come.
    fn take_away(self, number: u64) {
        let is_shown =
            self.current.with_untracked(|shown| shown.as_ref().is_some_and(|it| it.number == number));
        if is_shown {
            self.current.set(None);
        }
    }

    fn dismiss(self) {
        self.current.set(None);
    }
}

/// Where notices appear: at the top, never over the composer. There from the start, so that readers listen to it.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let locale = use_locale();
    let (toasts, commands) = (use_toasts(), use_commands());
    view! {
        <div class="toast-region" role="status" aria-live="polite">
            {move || {
                toasts
                    .current
                    .get()
                    .map(|toast| {
                        let action = toast
                            .action
                            .map(|ToastAction { label, .. }| {
                                view! {
                                    <button
                                        type="button"
                                        class="toast-action"
                                        aria-keyshortcuts=move || commands.keys_for_readers(Command::Undo)
                                        on:click=move |_| toasts.act()
                                    >
                                        {label}
                                        {move || commands.keys(Command::Undo).map(|keys| view! { <kbd aria-hidden="true">{keys}</kbd> })}
                                    </button>
                                }
                            });
                        view! {
                            <div class="toast">
                                <span>{toast.text}</span>
                                {action}
                                <button
                                    type="button"
                                    class="icon-button"
                                    aria-label=locale.close()
                                    on:click=move |_| toasts.dismiss()
                                >
                                    <Glyph icon=Icon::Close/>
                                </button>
                            </div>
                        }
                    })
            }}
        </div>
    }
}
