//! The questions that stand over the page: a new key, and whether to disconnect.

use super::book::Book;
use super::push::TakeOver;
use crate::features::sellers::api;
use crate::features::sellers::types::check_api_key;
use crate::shared::error::AppError;
use crate::shared::ids::SellerId;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::notice::use_toasts;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A question about one seller.
#[derive(Clone, Copy)]
pub struct Question {
    open: RwSignal<bool>,
    about: RwSignal<Option<(SellerId, String)>>,
    typed: RwSignal<String>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Question {
    fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            about: RwSignal::new(None),
            typed: RwSignal::default(),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// Asks about a seller. What was typed about another one is forgotten.
    pub fn ask(self, about: Option<(SellerId, String)>) {
        self.typed.set(String::new());
        self.error.set(None);
        self.open.set(about.is_some());
        self.about.set(about);
    }

    fn name(self) -> String {
        self.about.with(|about| about.as_ref().map(|(_, name)| name.clone()).unwrap_or_default())
    }

    /// Does what was asked, then closes and says `done`; or stays open with what went wrong.
    fn carry_out(
        self,
        action: impl Future<Output = Result<(), AppError>> + 'static,
        done: impl FnOnce() + 'static,
    ) {
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            match action.await {
                Ok(()) => {
                    self.typed.set(String::new());
                    self.open.set(false);
                    done();
                }
                Err(error) => self.error.set(Some(error)),
            }
            self.busy.set(false);
        });
    }
}

/// All questions.
#[derive(Clone, Copy)]
pub struct Dialogs {
    pub replace_key: Question,
    pub remove: Question,
    pub take_over: TakeOver,
}

impl Dialogs {
    /// Nothing is asked yet.
    pub fn new() -> Self {
        Self { replace_key: Question::new(), remove: Question::new(), take_over: TakeOver::new() }
    }
}

/// Asks for a new key.
#[component]
pub fn ReplaceKeyDialog(book: Book, dialogs: Dialogs) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let question = dialogs.replace_key;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((id, _)) = question.about.get_untracked() else { return };
        let key = question.typed.with_untracked(|key| key.trim().to_owned());
        if let Err(refusal) = check_api_key(&key) {
            question.error.set(Some(refusal.into()));
        } else if !question.busy.get_untracked() {
            question.carry_out(api::replace_key(id, key), move || {
                toasts.say(locale.key_replaced().to_owned());
                book.refresh();
            });
        }
    };
    view! {
        <Dialog id="replace-key" open=question.open title=Signal::derive(move || locale.replace_key_of(&question.name()))>
            <form class="form" method="post" autocomplete="off" novalidate on:submit=submit>
                <Field
                    id="replace-key-value"
                    name="api_key"
                    kind="password"
                    label=locale.api_key()
                    hint=locale.api_key_hint()
                    error=error_of(question)
                    value=question.typed
                    required=true
                    autofocus=true
                />
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy=question.busy>{locale.replace_key()}</Button>
                    <Button on_press=Callback::new(move |()| question.open.set(false))>{locale.cancel()}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// Asks whether to disconnect: says what it means and wants the seller's name.
#[component]
pub fn RemoveDialog(book: Book, dialogs: Dialogs) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let question = dialogs.remove;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((id, name)) = question.about.get_untracked() else { return };
        let typed = question.typed.get_untracked();
        if !question.busy.get_untracked() {
            question.carry_out(api::remove(id, typed), move || {
                toasts.say(locale.seller_is_removed(&name));
                book.refresh();
            });
        }
    };
    view! {
        <Dialog id="remove-seller" open=question.open title=Signal::derive(move || locale.remove_seller(&question.name()))>
            <ul class="plain-list">
                <li>{locale.remove_explains_answers()}</li>
                <li>{locale.remove_explains_chats()}</li>
                <li>{locale.remove_explains_key()}</li>
            </ul>
            <p>{move || locale.type_name(&question.name())}</p>
            <form class="form" method="post" autocomplete="off" novalidate on:submit=submit>
                <Field
                    id="remove-seller-name"
                    name="name"
                    label=locale.connect_name()
                    error=error_of(question)
                    value=question.typed
                    required=true
                    autofocus=true
                />
                <div class="actions">
                    <Button kind=ButtonKind::Danger busy=question.busy>{locale.remove_confirm()}</Button>
                    <Button on_press=Callback::new(move |()| question.open.set(false))>{locale.cancel()}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// What went wrong, in words.
fn error_of(question: Question) -> Signal<Option<String>> {
    let locale = use_locale();
    Signal::derive(move || question.error.get().map(|error| error.sentence(locale)))
}
