//! Telling by hand what a chat is about: of most chats the marketplace does not say it.

use super::aside::Known;
use crate::features::orders::api;
use crate::features::orders::types::check_order_number;
use crate::shared::error::AppError;
use crate::shared::ids::ChatId;
use crate::shared::marketplace::Marketplace;
use crate::ui::button::Button;
use crate::ui::context::use_locale;
use crate::ui::field::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Says that nobody knows the order, and takes its number.
#[component]
pub fn NumberForm(known: Known, chat: ChatId, marketplace: Marketplace, may_answer: bool) -> impl IntoView {
    let locale = use_locale();
    let form = may_answer.then(|| view! { <Form known chat/> });
    view! {
        <div class="order-none" data-testid="order-none">
            <p>{locale.order_not_told(marketplace)}</p>
            {form}
        </div>
    }
}

#[component]
fn Form(known: Known, chat: ChatId) -> impl IntoView {
    let locale = use_locale();
    let (typed, is_busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let error = RwSignal::new(None::<AppError>);
    let sentence = Signal::derive(move || error.get().map(|error| error.sentence(locale)));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let number = match check_order_number(&typed.get_untracked()) {
            Ok(number) => number,
            Err(why) => return error.set(Some(why.into())),
        };
        error.set(None);
        is_busy.set(true);
        let known = known.clone();
        spawn_local(async move {
            let answer = api::attach(chat, number).await;
            known.load();
            // The form goes when the number is known.
            _ = is_busy.try_set(false);
            _ = error.try_set(answer.err());
        });
    };
    view! {
        <form class="order-form" on:submit=submit>
            <Field
                id="order-number"
                name="number"
                label=locale.order_number_field()
                hint=locale.order_number_hint()
                error=sentence
                inputmode="text"
                maxlength=60
                value=typed
            />
            <Button busy=is_busy>{locale.order_find()}</Button>
        </form>
    }
}
