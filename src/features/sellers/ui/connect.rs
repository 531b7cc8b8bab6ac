//! The form that connects an account, with the way to its key.

use super::book::Book;
use crate::features::sellers::api;
use crate::features::sellers::types::ConnectForm;
use crate::shared::error::{AppError, Refusal};
use crate::shared::i18n::Locale;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::field::Field;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::{ErrorNote, use_toasts};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where Ozon keeps a shop's keys.
const OZON_KEYS: &str = "https://seller.ozon.ru/app/settings/api-keys";

/// The fields of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConnectField {
    Name,
    ClientId,
    ApiKey,
}

/// What is typed, what is wrong, whether the marketplace is being asked.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    client_id: RwSignal<String>,
    api_key: RwSignal<String>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Typed {
    fn new() -> Self {
        Self {
            name: RwSignal::default(),
            client_id: RwSignal::default(),
            api_key: RwSignal::default(),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn form(self) -> ConnectForm {
        let trimmed = |text: RwSignal<String>| text.with_untracked(|text| text.trim().to_owned());
        ConnectForm {
            name: trimmed(self.name),
            client_id: trimmed(self.client_id),
            api_key: trimmed(self.api_key),
        }
    }

    fn clear(self) {
        for text in [self.name, self.client_id, self.api_key] {
            text.set(String::new());
        }
        self.error.set(None);
    }

    /// The sentence that belongs to a field.
    fn error_at(self, field: ConnectField, locale: Locale) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .get()
                .filter(|error| field_of(error) == Some(field))
                .map(|error| error.sentence(locale))
        })
    }

    /// The error that belongs to no field.
    fn other_error(self) -> Option<AppError> {
        self.error.get().filter(|error| field_of(error).is_none())
    }
}

/// The card that connects an account: open on the first day, folded later.
#[component]
pub fn Connect(book: Book, is_first_day: bool) -> impl IntoView {
    let locale = use_locale();
    let none_connected = Memo::new(move |_| book.ids(true).is_empty());
    let title =
        move || if none_connected.get() { locale.sellers_empty_title() } else { locale.connect_title() };
    view! {
        <details class="card connect" open=is_first_day data-testid="connect">
            <summary class="connect-title">
                <Glyph icon=Icon::Plus/>
                <h2>{title}</h2>
            </summary>
            {move || none_connected.get().then(|| view! { <p>{locale.sellers_empty_text()}</p> })}
            <div class="connect-columns">
                <WayToTheKey/>
                <ConnectFields book/>
            </div>
        </details>
    }
}

/// Three steps.
#[component]
fn WayToTheKey() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div>
            <ol class="steps">
                <li>
                    {locale.connect_step_open()} " "
                    <a href=OZON_KEYS target="_blank" rel="noopener noreferrer">
                        {locale.connect_step_link()}
                        <Glyph icon=Icon::External/>
                    </a>
                </li>
                <li>{locale.connect_step_key()}</li>
                <li>{locale.connect_step_paste()}</li>
            </ol>
            <p class="note note-info">
                <Glyph icon=Icon::Info/>
                <span class="note-text">{locale.connect_premium()}</span>
            </p>
        </div>
    }
}

#[component]
fn ConnectFields(book: Book) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let typed = Typed::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if typed.busy.get_untracked() {
            return;
        }
        let form = typed.form();
        if let Err(refusal) = form.check() {
            typed.error.set(Some(refusal.into()));
            return;
        }
        typed.busy.set(true);
        typed.error.set(None);
        spawn_local(async move {
            let name = if form.name.is_empty() { form.client_id.clone() } else { form.name.clone() };
            match api::connect(form).await {
                Ok(_) => {
                    typed.clear();
                    toasts.say(locale.seller_connected(&name));
                    book.refresh();
                }
                Err(error) => typed.error.set(Some(error)),
            }
            typed.busy.set(false);
        });
    };
    // Without the program the form would be sent by the browser: never as an address, which is kept in histories.
    view! {
        <form class="form" method="post" autocomplete="off" novalidate on:submit=submit>
            <Field
                id="connect-client-id"
                name="client_id"
                label=locale.client_id()
                hint=locale.client_id_hint()
                inputmode="numeric"
                error=typed.error_at(ConnectField::ClientId, locale)
                value=typed.client_id
                required=true
            />
            <Field
                id="connect-api-key"
                name="api_key"
                kind="password"
                label=locale.api_key()
                hint=locale.api_key_hint()
                error=typed.error_at(ConnectField::ApiKey, locale)
                value=typed.api_key
                required=true
            />
            <Field
                id="connect-name"
                name="name"
                label=locale.connect_name()
                hint=locale.connect_name_hint()
                error=typed.error_at(ConnectField::Name, locale)
                value=typed.name
            />
            {move || typed.other_error().map(|error| view! { <ErrorNote error on_retry=None/> })}
            <div class="actions">
                <Button kind=ButtonKind::Primary busy=typed.busy>{locale.connect()}</Button>
                <span class="quiet" role="status">
                    {move || typed.busy.get().then(|| locale.connect_checking())}
                </span>
            </div>
        </form>
    }
}

/// The field an error belongs to.
fn field_of(error: &AppError) -> Option<ConnectField> {
    let AppError::Refused(refusal) = error else { return None };
    match refusal {
        Refusal::NameMissing | Refusal::TextTooLong { .. } | Refusal::ControlCharacters => {
            Some(ConnectField::Name)
        }
        Refusal::ClientIdMissing | Refusal::ClientIdNotANumber | Refusal::AccountAlreadyConnected { .. } => {
            Some(ConnectField::ClientId)
        }
        Refusal::ApiKeyMissing
        | Refusal::WrongCredentials
        | Refusal::KeyDeactivated
        | Refusal::KeyWithoutChatMethods { .. }
        | Refusal::KeyBoundToOtherAddress => Some(ConnectField::ApiKey),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_can_check_itself_stands_beside_a_field() {
        let form = |client_id: &str, api_key: &str| ConnectForm {
            name: String::new(),
            client_id: client_id.into(),
            api_key: api_key.into(),
        };
        let field = |form: ConnectForm| form.check().err().and_then(|refusal| field_of(&refusal.into()));
        assert_eq!(field(form("", "")), Some(ConnectField::ClientId));
        assert_eq!(field(form("12a", "k")), Some(ConnectField::ClientId));
        assert_eq!(field(form("12", "")), Some(ConnectField::ApiKey));
        assert_eq!(field(form("12", "key")), None);
    }
}
