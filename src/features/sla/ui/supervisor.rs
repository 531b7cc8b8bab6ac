//! Where a supervisor is written to outside of the product: the form, a try, and what has become of the last message.

use crate::features::sla::api;
use crate::features::sla::supervisor::{MAX_CHAT, MAX_TOKEN, SupervisorForm, SupervisorTry, SupervisorView};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_zone};
use crate::ui::field::Field;
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::use_toasts;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The panel.
#[component]
pub fn SupervisorPanel() -> impl IntoView {
    let (locale, zone, toasts) = (use_locale(), use_zone(), use_toasts());
    let told = RwSignal::new(None::<Result<Option<SupervisorView>, AppError>>);
    let ask = move || {
        spawn_local(async move {
            let answer = api::supervisor().await;
            // The page may have been left meanwhile.
            _ = told.try_set(Some(answer));
        });
    };
    Effect::new(move |_| ask());
    use_live().on_change(move |news| {
        let is_ours = match &news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Deadlines),
        };
        if is_ours {
            ask();
        }
    });
    let (token, chat) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_enabled = RwSignal::new(true);
    let is_filled = RwSignal::new(false);
    // The form begins with what is set up; what somebody types meanwhile stays.
    Effect::new(move |_| {
        if let Some(Ok(Some(view))) = told.get()
            && !is_filled.get_untracked()
        {
            is_filled.set(true);
            chat.set(view.chat);
            is_enabled.set(view.is_enabled);
        }
    });
    let (error, is_busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let is_sure = RwSignal::new(false);
    let tried = RwSignal::new(None::<SupervisorTry>);
    let has_channel = Memo::new(move |_| matches!(told.get(), Some(Ok(Some(_)))));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let form = SupervisorForm {
            token: token.get_untracked(),
            chat: chat.get_untracked(),
            is_enabled: is_enabled.get_untracked(),
        };
        is_busy.set(true);
        tried.set(None);
        spawn_local(async move {
            let ended = api::save_supervisor(form).await;
            _ = is_busy.try_set(false);
            if ended.is_ok() {
                _ = token.try_set(String::new());
                toasts.say(locale.supervisor_saved().to_owned());
                ask();
            }
            _ = error.try_set(ended.err());
        });
    };
    let try_out = Callback::new(move |()| {
        is_busy.set(true);
        tried.set(None);
        spawn_local(async move {
            match api::try_supervisor().await {
                Ok(ended) => _ = tried.try_set(Some(ended)),
                Err(why) => _ = error.try_set(Some(why)),
            }
            _ = is_busy.try_set(false);
        });
    });
    let remove = Callback::new(move |()| {
        if !is_sure.get_untracked() {
            is_sure.set(true);
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let ended = api::remove_supervisor().await;
            _ = is_busy.try_set(false);
            if ended.is_ok() {
                toasts.say(locale.supervisor_removed().to_owned());
                _ = chat.try_set(String::new());
                _ = tried.try_set(None);
                ask();
            }
            _ = is_sure.try_set(false);
            _ = error.try_set(ended.err());
        });
    });
    let outcome = move || {
        tried.get().map(|SupervisorTry { problem, said }| match problem {
            None => view! { <p class="note note-info">{locale.supervisor_arrived()}</p> }.into_any(),
            Some(problem) => {
                view! { <p class="note note-error">{locale.telegram_problem(problem, said.as_deref())}</p> }
                    .into_any()
            }
        })
    };
    let standing = move || match told.get() {
        Some(Ok(Some(SupervisorView { problem: Some(problem), said, .. }))) if tried.get().is_none() => {
            let words = locale.telegram_problem(problem, said.as_deref());
            Some(view! { <p class="note note-error" data-testid="supervisor-problem">{words}</p> }.into_any())
        }
        Some(Ok(Some(SupervisorView { sent_at: Some(at), .. }))) => {
            let words = locale.supervisor_sent(&locale.date_time(at, zone));
            Some(view! { <p class="quiet">{words}</p> }.into_any())
        }
        Some(Ok(None)) => Some(view! { <p class="quiet">{locale.supervisor_none()}</p> }.into_any()),
        _ => None,
    };
    let hint = move || {
        if has_channel.get() { locale.supervisor_token_kept() } else { locale.supervisor_token_hint() }
    };
    let actions = move || {
        has_channel.get().then(|| {
            let words = move || {
                if is_sure.get() { locale.supervisor_remove_sure() } else { locale.supervisor_remove() }
            };
            view! {
                <Button busy=is_busy on_press=try_out>{locale.supervisor_try()}</Button>
                <Button kind=ButtonKind::Quiet on_press=remove>{words}</Button>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="supervisor" data-testid="supervisor">
            <h2 id="supervisor">{locale.supervisor()}</h2>
            <p class="quiet">{locale.supervisor_text()}</p>
            <div role="status">{standing}</div>
            <form on:submit=submit>
                <Field
                    id="supervisor-token"
                    name="token"
                    kind="password"
                    label=locale.supervisor_token()
                    value=token
                    maxlength=MAX_TOKEN
                />
                <p class="field-hint">{hint}</p>
                <Field
                    id="supervisor-chat"
                    name="chat"
                    label=locale.supervisor_chat()
                    hint=locale.supervisor_chat_hint()
                    value=chat
                    maxlength=MAX_CHAT
                    required=true
                />
                <label class="choice-box">
                    <input
                        type="checkbox"
                        prop:checked=move || is_enabled.get()
                        on:change=move |event| is_enabled.set(event_target_checked(&event))
                    />
                    <span>{locale.supervisor_enabled()}</span>
                </label>
                <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy=is_busy>{locale.supervisor_save()}</Button>
                    {actions}
                </div>
            </form>
            <div role="status" data-testid="supervisor-tried">{outcome}</div>
        </section>
    }
}
