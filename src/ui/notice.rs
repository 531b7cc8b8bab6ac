//! What a page tells by itself: an error where its content should be, and short notices that pass.

use super::browser;
use super::button::{Button, ButtonKind};
use super::context::use_locale;
use super::icon::{Glyph, Icon};
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

/// Makes notices available below; `App` calls it once.
pub fn provide_toasts() {
    provide_context(Toasts { current: RwSignal::new(None), last: StoredValue::new(0) });
}

/// The notices of the page.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>()
        .unwrap_or_else(|| Toasts { current: RwSignal::new(None), last: StoredValue::new(0) })
}

impl Toasts {
    /// Shows a notice and reads it out politely.
    pub fn say(self, text: String) {
        self.show(text, None);
    }

    /// The same with something to do about it.
    pub fn say_with(self, text: String, action: ToastAction) {
        self.show(text, Some(action));
    }

    fn show(self, text: String, action: Option<ToastAction>) {
        let number = self.last.get_value() + 1;
        self.last.set_value(number);
        self.current.set(Some(Toast { number, text, action }));
        set_timeout(move || self.take_away(number), TOAST_TIME);
    }

    /// Does what the notice offers, e.g. because a key asks for it.
    pub fn act(self) {
        let action = self.current.with_untracked(|shown| shown.as_ref().and_then(|it| it.action.clone()));
        if let Some(ToastAction { run, .. }) = action {
            self.dismiss();
            run();
        }
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
    let toasts = use_toasts();
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
                                    <button type="button" class="toast-action" on:click=move |_| toasts.act()>
                                        {label}
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
