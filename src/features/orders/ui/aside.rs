//! The pane itself: what is known at once, what is new when it has come; old facts stay while new ones are on their way.

use super::facts::Facts;
use super::number::NumberForm;
use super::pane::{ORDER_PANE, use_order_pane};
use crate::features::orders::api;
use crate::features::orders::types::OrderPanel;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::ChatId;
use crate::shared::marketplace::Marketplace;
use crate::ui::button::IconButton;
use crate::ui::context::{use_locale, use_now, use_viewer};
use crate::ui::icon::Icon;
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::{ErrorNote, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What the pane knows of a chat's order. Cheap to clone.
#[derive(Clone)]
pub struct Known {
    chat: ChatId,
    /// The facts, without their age and without whether they are asked for: those change more often.
    pub facts: ArcRwSignal<Option<OrderPanel>>,
    fetched_at: ArcRwSignal<Option<DateTime<Utc>>>,
    is_fetching: ArcRwSignal<bool>,
    problem: ArcRwSignal<Option<AppError>>,
    /// Number of the last question: an older answer that comes late is not shown.
    turn: Arc<AtomicU32>,
}

impl Known {
    fn new(chat: ChatId) -> Self {
        Known {
            chat,
            facts: ArcRwSignal::new(None),
            fetched_at: ArcRwSignal::new(None),
            is_fetching: ArcRwSignal::new(false),
            problem: ArcRwSignal::new(None),
            turn: Arc::default(),
        }
    }

    /// Which chat it is about.
    pub fn chat(&self) -> ChatId {
        self.chat
    }

    /// Asks our server.
    pub fn load(&self) {
        let this = self.clone();
        let turn = this.turn.fetch_add(1, Ordering::Relaxed) + 1;
        spawn_local(async move {
            let answer = api::of_chat(this.chat).await;
            if this.turn.load(Ordering::Relaxed) == turn {
                this.show(answer);
            }
        });
    }

    fn show(&self, answer: Result<OrderPanel, AppError>) {
        match answer {
            Ok(panel) => {
                set_if_other(&self.problem, None);
                set_if_other(&self.fetched_at, panel.fetched_at);
                set_if_other(&self.is_fetching, panel.is_fetching);
                let facts = OrderPanel { fetched_at: None, is_fetching: false, ..panel };
                set_if_other(&self.facts, Some(facts));
            }
            Err(error) => set_if_other(&self.problem, Some(error)),
        }
    }

    fn follow_news(&self) {
        let this = self.clone();
        use_live().on_change(move |news| {
            // The number of an order may come with a message.
            let is_number_missing =
                this.facts.with_untracked(|facts| facts.as_ref().is_none_or(|facts| facts.number.is_none()));
            let concerns_us = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => events.iter().any(|event| match event.change {
                    Change::Order { chat } => chat == this.chat,
                    Change::Chat { chat } => is_number_missing && chat == this.chat,
                    _ => false,
                }),
            };
            if concerns_us {
                this.load();
            }
        });
    }
}

/// Tells listeners only of real changes.
fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}

/// The order of the open chat.
#[component]
pub fn OrderAside(
    chat: ChatId,
    marketplace: Marketplace,
    /// Whether the person may note the number by hand.
    may_answer: bool,
) -> impl IntoView {
    let (locale, pane) = (use_locale(), use_order_pane());
    let known = Known::new(chat);
    known.follow_news();
    let asking = known.clone();
    Effect::new(move |_| asking.load());
    let wants_number = {
        let facts = known.facts.clone();
        Memo::new(move |_| facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.number.is_none())))
    };
    let form = {
        let known = known.clone();
        move || {
            wants_number
                .get()
                .then(|| view! { <NumberForm known=known.clone() chat marketplace may_answer/> })
        }
    };
    let content = {
        let known = known.clone();
        move || match (known.facts.get(), known.problem.get()) {
            (Some(facts), _) => view! { <Facts facts known=known.clone() may_answer/> }.into_any(),
            (None, Some(error)) => {
                let again = known.clone();
                let on_retry = Some(Callback::new(move |()| again.load()));
                view! { <ErrorNote error on_retry/> }.into_any()
            }
            (None, None) => view! { <Skeleton/> }.into_any(),
        }
    };
    view! {
        <section
            class="order"
            id=ORDER_PANE
            data-testid="order-pane"
            data-open=move || pane.word()
            aria-label=locale.order_word()
        >
            <Head known/>
            {content}
            {form}
        </section>
    }
}

/// Where the facts will be, the first time only.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="order-skeleton" aria-hidden="true">
            <div></div>
            <div></div>
            <div></div>
        </div>
    }
}

/// The heading, how old the facts are, and the button that asks again.
#[component]
fn Head(known: Known) -> impl IntoView {
    let (locale, now, toasts) = (use_locale(), use_now(), use_toasts());
    let zone = use_viewer().map(|viewer| viewer.zone);
    let (fetched_at, is_fetching) = (known.fetched_at.clone(), known.is_fetching.clone());
    let age = move || {
        if is_fetching.get() {
            return Some(locale.order_being_updated().to_owned());
        }
        let ago = locale.ago(fetched_at.get()?, now.get(), zone?);
        Some(locale.order_updated(&ago))
    };
    let has_something = {
        let facts = known.facts.clone();
        Memo::new(move |_| {
            facts.with(|facts| {
                facts.as_ref().is_some_and(|facts| facts.number.is_some() || !facts.products.is_empty())
            })
        })
    };
    let chat = known.chat;
    let is_fetching = known.is_fetching.clone();
    let refresh = Callback::new(move |()| {
        let is_fetching = is_fetching.clone();
        if is_fetching.get_untracked() {
            return;
        }
        spawn_local(async move {
            match api::refresh(chat).await {
                // The change of the order tells when it is done.
                Ok(()) => is_fetching.set(true),
                Err(error) => toasts.say(error.sentence(locale)),
            }
        });
    });
    let button = move || {
        has_something.get().then(|| {
            view! { <IconButton icon=Icon::Retry label=locale.order_refresh().to_owned() on_press=refresh/> }
        })
    };
    view! {
        <div class="order-head">
            <h3 class="order-title">{locale.order_word()}</h3>
            <p class="order-age" data-testid="order-age">{age}</p>
            {button}
        </div>
    }
}
