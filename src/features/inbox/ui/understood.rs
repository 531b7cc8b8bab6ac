//! What the open chat is about, as a chip in its head; who may answer can correct it there.

use super::acting::Acting;
use super::desk::Desk;
use super::session::Session;
use crate::features::understanding::types::{By, Category, Given, Sentiment, Understood, Urgency};
use crate::features::understanding::words;
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::ui::commands::use_commands;
use crate::ui::icon::Icon;
use crate::ui::menu::{self, Menu, MenuItem};
use leptos::prelude::*;

const UNDERSTOOD: &str = "menu-understood";

/// The chip. There is none while nothing is understood: of imported history.
#[component]
pub fn UnderstoodChip(desk: Desk, session: Session) -> impl IntoView {
    let row = session.row.clone();
    let understood = Memo::new(move |_| row.with(|row| row.understood));
    let is_known = Memo::new(move |_| understood.with(Option::is_some));
    let locale = desk.locale;
    let words = Signal::derive(move || understood.get().map(|it| in_words(locale, it)).unwrap_or_default());
    let part = move |of: fn(Understood) -> &'static str| move || understood.get().map(of);
    let acting = desk.may_answer().then(|| Acting::new(&desk, &session));
    if acting.is_some() {
        let is_here = desk.is_at(session.chat);
        let is_offered = Signal::derive(move || is_here.get() && is_known.get());
        use_commands().offer_while(Command::Understanding, is_offered, || menu::toggle(UNDERSTOOD));
    }
    let chip = move || match acting.clone() {
        Some(acting) => view! { <Correcting locale understood words acting/> }.into_any(),
        None => view! { <span class="understood-words">{move || words.get()}</span> }.into_any(),
    };
    view! {
        <div
            class="understood"
            data-testid="understanding"
            data-category=part(|it| it.category.as_str())
            data-urgency=part(|it| it.urgency.as_str())
            data-sentiment=part(|it| it.sentiment.as_str())
            data-by=part(|it| it.by.as_str())
            hidden=move || !is_known.get()
        >
            {move || is_known.get().then(&chip)}
        </div>
    }
}

/// `Возврат · негатив`; a mood that says nothing is not said.
fn in_words(locale: Locale, understood: Understood) -> String {
    let category = words::category(locale, understood.category);
    match understood.sentiment {
        Sentiment::Neutral => category.to_owned(),
        mood => format!("{category} · {}", words::sentiment(locale, mood).to_lowercase()),
    }
}

/// The chip as a button, and the choices.
#[component]
fn Correcting(
    locale: Locale,
    understood: Memo<Option<Understood>>,
    words: Signal<String>,
    acting: Acting,
) -> impl IntoView {
    let by = move || match understood.get().map(|it| it.by) {
        Some(By::Person) => locale.understood_by_person(),
        Some(By::Model) => locale.understood_by_model(),
        Some(By::Rules) | None => locale.understood_by_rules(),
    };
    let hint = Signal::derive(move || match understood.get().map(|it| it.by) {
        Some(By::Model) => locale.understood_hint_by_model().to_owned(),
        Some(By::Rules | By::Person) | None => locale.understood_hint().to_owned(),
    });
    let categories = Category::ALL.iter().map(|it| {
        let given = Given { category: Some(*it), ..Given::default() };
        (words::category(locale, *it), given)
    });
    let urgencies = Urgency::ALL.iter().rev().map(|it| {
        let given = Given { urgency: Some(*it), ..Given::default() };
        (words::urgency(locale, *it), given)
    });
    let moods = Sentiment::ALL.iter().map(|it| {
        let given = Given { sentiment: Some(*it), ..Given::default() };
        (words::sentiment(locale, *it), given)
    });
    let choice = move |(word, given): (&'static str, Given)| {
        let acting = acting.clone();
        let pressed = Signal::derive(move || understood.get().is_some_and(|it| is_so(it, given)));
        view! {
            <MenuItem closes=Some(UNDERSTOOD) pressed on_press=move |()| acting.correct(given)>
                {word}
            </MenuItem>
        }
    };
    let categories = categories.map(&choice).collect_view();
    let urgencies = urgencies.map(&choice).collect_view();
    let moods = moods.map(&choice).collect_view();
    view! {
        <Menu
            id=UNDERSTOOD
            icon=Icon::Chat
            words
            hint
            command=Command::Understanding
            label=locale.understood_title()
            class="understood-button"
        >
            <p class="menu-title">{by}</p>
            <p class="menu-title">{locale.understood_category()}</p>
            <div class="menu-items" role="group" aria-label=locale.understood_category()>{categories}</div>
            <p class="menu-title">{locale.understood_urgency()}</p>
            <div class="menu-items" role="group" aria-label=locale.understood_urgency()>{urgencies}</div>
            <p class="menu-title">{locale.understood_sentiment()}</p>
            <div class="menu-items" role="group" aria-label=locale.understood_sentiment()>{moods}</div>
        </Menu>
    }
}

/// Whether it is already what a choice says.
fn is_so(understood: Understood, given: Given) -> bool {
    let said = understood.with(given);
    (said.category, said.urgency, said.sentiment)
        == (understood.category, understood.urgency, understood.sentiment)
}
