//! A message tried out on the rules as they are edited now.

use super::draft::Draft;
use super::fields::Choice;
use super::words;
use crate::features::sla::api;
use crate::features::sla::types::{Trial, TrialDeadline, TrialMatch, TrialOutcome};
use crate::shared::chat::Priority;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::SellerId;
use crate::shared::sla::count::Spent;
use crate::shared::time::Zone;
use crate::ui::button::Button;
use crate::ui::context::{use_locale, use_now, use_zone};
use crate::ui::text_area::TextArea;
use chrono::{DateTime, NaiveDateTime, Utc};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// As a browser writes a moment.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// The test bench.
#[component]
pub fn TrialPanel(draft: Draft) -> impl IntoView {
    let (locale, zone, now) = (use_locale(), use_zone(), use_now());
    let text = ArcRwSignal::new(String::new());
    let seller = RwSignal::new(None::<SellerId>);
    let priority = RwSignal::new(None::<Priority>);
    let at = RwSignal::new(String::new());
    let shown = RwSignal::new(None::<TrialOutcome>);
    let error = RwSignal::new(None::<AppError>);
    let is_busy = RwSignal::new(false);
    let area = NodeRef::<html::Textarea>::new();
    let typed = text.clone();
    let run = move || {
        if is_busy.get_untracked() {
            return;
        }
        let book = draft.book.get_untracked();
        let local = NaiveDateTime::parse_from_str(&at.get_untracked(), LOCAL);
        let trial = Trial {
            text: typed.get_untracked(),
            seller: seller.get_untracked(),
            tags: Vec::new(),
            priority: priority.get_untracked(),
            at: local.map_or_else(|_| now.get_untracked(), |local| zone.instant(local)),
        };
        is_busy.set(true);
        spawn_local(async move {
            let answer = api::try_out(book, trial).await;
            _ = is_busy.try_set(false);
            match answer {
                Ok(outcome) => {
                    _ = error.try_set(None);
                    _ = shown.try_set(Some(outcome));
                }
                Err(why) => _ = error.try_set(Some(why)),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        run();
    };
    let any = (None, locale.trial_seller_any().to_owned());
    let sellers = draft.names.with_value(|names| names.sellers.clone());
    let sellers = sellers.into_iter().map(|(id, name)| (Some(id), name));
    let sellers = std::iter::once(any).chain(sellers).collect();
    let auto = (None, locale.trial_priority_auto().to_owned());
    let priorities =
        Priority::ALL.iter().rev().map(|it| (Some(*it), words::priority(locale, *it).to_owned()));
    let priorities = std::iter::once(auto).chain(priorities).collect();
    view! {
        <section class="card" aria-labelledby="trial">
            <h2 id="trial">{locale.trial()}</h2>
            <form class="form" novalidate on:submit=submit>
                <div class="field">
                    <label class="field-label" for="trial-text">{locale.trial_text()}</label>
                    <TextArea
                        element=area
                        id="trial-text"
                        testid="trial-text"
                        label=locale.trial_text()
                        placeholder=locale.trial_placeholder()
                        text
                        on_typed=Callback::new(|_| ())
                        disabled=Signal::stored(false)
                        invalid=Signal::stored(false)
                        described_by="trial"
                    />
                </div>
                <div class="range">
                    <Choice
                        id="trial-seller"
                        label=locale.trial_seller()
                        options=sellers
                        value=seller
                        on_choose=Callback::new(move |chosen| seller.set(chosen))
                    />
                    <Choice
                        id="trial-priority"
                        label=locale.trial_priority()
                        options=priorities
                        value=priority
                        on_choose=Callback::new(move |chosen| priority.set(chosen))
                    />
                    <div class="field">
                        <label class="field-label" for="trial-at">{locale.trial_at()}</label>
                        <input
                            id="trial-at"
                            class="field-input"
                            type="datetime-local"
                            prop:value=move || at.get()
                            on:input=move |event| at.set(event_target_value(&event))
                        />
                    </div>
                </div>
                <div class="actions">
                    <Button busy=is_busy>{locale.trial_run()}</Button>
                </div>
            </form>
            <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
            <div role="status" data-testid="trial-outcome">
                {move || shown.get().map(|outcome| told(locale, zone, now.get_untracked(), outcome))}
            </div>
        </section>
    }
}

fn told(locale: Locale, zone: Zone, now: DateTime<Utc>, outcome: TrialOutcome) -> impl IntoView {
    let policy = match outcome.policy {
        Some(found) => matched(locale, found).into_any(),
        None => view! { <p>{locale.trial_no_policy()}</p> }.into_any(),
    };
    let deadlines = outcome.deadlines.into_iter().map(|it| deadline(locale, zone, now, it));
    view! {
        {policy}
        <h3 class="set-title">{locale.trial_deadlines()}</h3>
        <ul class="trial-deadlines">{deadlines.collect::<Vec<_>>()}</ul>
    }
}

fn matched(locale: Locale, found: TrialMatch) -> impl IntoView {
    let reasons: Vec<&str> = found.reasons.iter().map(|reason| words::reason(locale, *reason)).collect();
    let facts = [
        (locale.trial_policy(), found.name),
        (locale.trial_topic(), words::intent(locale, found.intent).to_owned()),
        (locale.trial_priority(), words::priority(locale, found.priority).to_owned()),
        (locale.trial_why(), reasons.join(", ")),
        (locale.trial_calendar(), found.calendar),
    ];
    let facts = facts.map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    view! { <dl class="facts">{facts.collect_view()}</dl> }
}

fn deadline(locale: Locale, zone: Zone, now: DateTime<Utc>, it: TrialDeadline) -> impl IntoView {
    let due = match it.due_at {
        Some(due) => locale.at_day(due, now, zone),
        None => locale.trial_never().to_owned(),
    };
    let due_at = it.due_at.map(|due| due.to_rfc3339());
    let target = it.target.map(|target| words::target(locale, target));
    // Weeks of nights and days say nothing more than their first ones.
    let course = it.course.iter().take(12).map(|span| {
        let (word, spent) = match span.spent {
            Spent::Counted => ("counted", locale.spent_counted()),
            Spent::Closed => ("closed", locale.spent_closed()),
            Spent::Paused(_) => ("paused", locale.spent_paused()),
        };
        let (from, to) = (locale.at_day(span.from, now, zone), locale.at_day(span.to, now, zone));
        view! { <li data-spent=word>{format!("{from} – {to}: {spent}")}</li> }
    });
    let has_course = it.course.len() > 1;
    view! {
        <li data-testid="trial-deadline" data-clock=it.kind.as_str() data-due-at=due_at>
            <strong>{words::clock(locale, it.kind)}</strong>
            " — "
            <span>{due}</span>
            {target.map(|target| view! { <span class="quiet">" · " {target}</span> })}
            {has_course.then(|| view! { <ul class="course">{course.collect_view()}</ul> })}
        </li>
    }
}
