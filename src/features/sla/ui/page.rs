//! `/settings/deadlines`: policies in their order, what marketplaces count, what would change, an example, and what has been.

use super::apply::ApplyPanel;
use super::draft::{Draft, SaveBar, Standing};
use super::edit::{self, Column, Row};
use super::policy::PolicyForm;
use super::preview::PreviewPanel;
use super::supervisor::SupervisorPanel;
use super::trial::TrialPanel;
use super::versions::Versions;
use super::words;
use crate::features::sla::api;
use crate::features::sla::policy::{MarketplaceTerms, Policy};
use crate::features::sla::types::DeadlineSettings;
use crate::shared::chat::Priority;
use crate::shared::i18n::Locale;
use crate::shared::ids::PolicyId;
use crate::ui::browser;
use crate::ui::button::Button;
use crate::ui::context::use_locale;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos_meta::Title;
use std::collections::BTreeMap;

/// The page.
#[component]
pub fn DeadlinesPage() -> impl IntoView {
    let locale = use_locale();
    let settings = resource(|| (), |()| api::settings());
    let again = Callback::new(move |()| settings.refetch());
    view! {
        <Title text=locale.tab_title(locale.deadlines())/>
        <div class="page-head">
            <h1>{locale.deadlines()}</h1>
            <p class="quiet">{locale.deadlines_text()}</p>
        </div>
        <Transition fallback=move || view! { <p role="status">{locale.loading()}</p> }>
            {move || Suspend::new(async move {
                match settings.await {
                    Ok(settings) => view! { <Editor settings/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Editor(settings: DeadlineSettings) -> impl IntoView {
    let locale = use_locale();
    let draft = Draft::open(&settings);
    let old = move || {
        let note = || view! { <p class="note note-info">{locale.version_opened()}</p> };
        draft.is_old.get().then(note)
    };
    view! {
        <Standing draft/>
        <div role="status">{old}</div>
        <Policies draft/>
        <Marketplaces terms=settings.marketplaces/>
        {draft.may_manage.then(|| view! { <PreviewPanel draft/> })}
        <SaveBar draft/>
        <ApplyPanel may_manage=draft.may_manage/>
        {draft.may_manage.then(|| view! { <SupervisorPanel/> })}
        <TrialPanel draft/>
        <Versions draft/>
    }
}

/// All policies, in the order in which they are asked.
#[component]
fn Policies(draft: Draft) -> impl IntoView {
    let locale = use_locale();
    let lines = Memo::new(move |_| {
        let shape = draft.shape.get();
        let ids = draft.book.with(|book| book.policies.iter().map(|policy| policy.id).collect::<Vec<_>>());
        ids.into_iter().map(|id| (shape, id)).collect::<Vec<_>>()
    });
    // What is dragged, and what it was said to readers to have become.
    let dragged = RwSignal::new(None::<PolicyId>);
    let said = RwSignal::new(String::new());
    let opened = RwSignal::new(None::<PolicyId>);
    let add = Callback::new(move |()| {
        let id = PolicyId::new();
        opened.set(Some(id));
        draft.book.update(|book| book.policies.insert(0, blank(id, locale)));
        focus_soon(format!("policy-name-{id}"));
    });
    view! {
        <section class="card" aria-labelledby="policies">
            <h2 id="policies">{locale.policies()}</h2>
            {draft.may_manage.then(|| view! { <p class="field-hint">{locale.policies_hint()}</p> })}
            <ol class="policy-list">
                <For
                    each=move || lines.get()
                    key=|line| *line
                    children=move |(_, id)| view! { <PolicyLine draft id dragged said opened/> }
                />
            </ol>
            <p class="reader-only" role="status">{move || said.get()}</p>
            {draft
                .may_manage
                .then(|| view! { <div class="actions"><Button icon=Icon::Plus on_press=add>{locale.policy_add()}</Button></div> })}
        </section>
    }
}

/// A policy to begin with: it promises an answer.
fn blank(id: PolicyId, locale: Locale) -> Policy {
    Policy {
        id,
        name: locale.policy_new().to_owned(),
        when: Vec::new(),
        raises: Vec::new(),
        goals: BTreeMap::new(),
        by_intent: BTreeMap::new(),
        calendar: None,
        ladder: Vec::new(),
    }
}

/// Gives something the focus that is not drawn yet.
fn focus_soon(id: String) {
    request_animation_frame(move || browser::focus(&id));
}

#[component]
fn PolicyLine(
    draft: Draft,
    id: PolicyId,
    dragged: RwSignal<Option<PolicyId>>,
    said: RwSignal<String>,
    opened: RwSignal<Option<PolicyId>>,
) -> impl IntoView {
    let locale = use_locale();
    let name = draft.of(id, |policy| policy.name.clone());
    let name = Signal::derive(move || name.get().unwrap_or_default());
    let summary = draft.of(id, move |policy| draft.names.with_value(|names| summary(locale, policy, names)));
    let place = Memo::new(move |_| place_of(draft, id));
    let count = Memo::new(move |_| draft.book.with(|book| book.policies.len()));
    let step = move |is_up: bool| {
        let Some(from) = place.get_untracked() else { return };
        let Some(to) = (if is_up { from.checked_sub(1) } else { Some(from + 1) }) else { return };
        if to >= count.get_untracked() {
            return;
        }
        draft.book.update(|book| edit::moved(&mut book.policies, from, to));
        said.set(locale.policy_place(&name.get_untracked(), to as i64 + 1, count.get_untracked() as i64));
        focus_soon(arrow(id, is_up));
    };
    let drop_here = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        let from = dragged.get_untracked().and_then(|other| place_of_untracked(draft, other));
        if let (Some(from), Some(to)) = (from, place_of_untracked(draft, id)) {
            draft.book.update(|book| edit::moved(&mut book.policies, from, to));
        }
        dragged.set(None);
    };
    let remove = move |_| draft.book.update(|book| book.policies.retain(|policy| policy.id != id));
    let is_open = untrack(|| opened.get() == Some(id));
    let may_manage = draft.may_manage;
    let open_words = if may_manage { locale.policy_edit() } else { locale.policy_show() };
    let actions = may_manage.then(|| {
        let named = move |verb: &'static str| move || locale.policy_action(verb, &name.get());
        view! {
            <div class="shelf-actions">
                <button
                    type="button"
                    id=arrow(id, true)
                    class="icon-button"
                    aria-label=named(locale.policy_up())
                    aria-disabled=move || (place.get() == Some(0)).then_some("true")
                    on:click=move |_| step(true)
                >
                    <Glyph icon=Icon::Up/>
                </button>
                <button
                    type="button"
                    id=arrow(id, false)
                    class="icon-button"
                    aria-label=named(locale.policy_down())
                    aria-disabled=move || (place.get().map(|place| place + 1) == Some(count.get())).then_some("true")
                    on:click=move |_| step(false)
                >
                    <Glyph icon=Icon::Down/>
                </button>
                <button type="button" class="icon-button" aria-label=named(locale.policy_delete()) on:click=remove>
                    <Glyph icon=Icon::Trash/>
                </button>
            </div>
        }
    });
    view! {
        <li
            class="policy"
            data-testid="policy"
            data-policy=id.to_string()
            data-dragged=move || (dragged.get() == Some(id)).then_some("true")
            on:dragover=move |event: leptos::ev::DragEvent| {
                if dragged.get_untracked().is_some() {
                    event.prevent_default();
                }
            }
            on:drop=drop_here
        >
            <div
                class="policy-head"
                draggable=may_manage.to_string()
                on:dragstart=move |_| dragged.set(Some(id))
                on:dragend=move |_| dragged.set(None)
            >
                <div class="policy-what">
                    <h3 class="policy-title">{move || name.get()}</h3>
                    <p class="quiet">{move || summary.get()}</p>
                </div>
                {actions}
            </div>
            <details open=is_open>
                <summary>{open_words}<span class="reader-only">": " {move || name.get()}</span></summary>
                <PolicyForm draft id/>
            </details>
        </li>
    }
}

fn arrow(id: PolicyId, is_up: bool) -> String {
    format!("policy-{}-{id}", if is_up { "up" } else { "down" })
}

fn place_of(draft: Draft, id: PolicyId) -> Option<usize> {
    draft.book.with(|book| book.policies.iter().position(|policy| policy.id == id))
}

fn place_of_untracked(draft: Draft, id: PolicyId) -> Option<usize> {
    untrack(|| place_of(draft, id))
}

/// A policy at a glance: for which chats, and the first answer by priority.
fn summary(locale: Locale, policy: &Policy, names: &super::draft::Names) -> String {
    let conditions = policy.when.iter().map(|condition| words::condition(locale, condition, names));
    let mut parts: Vec<String> = conditions.collect();
    if parts.is_empty() {
        parts.push(locale.policy_when_any().to_owned());
    }
    let goals = Priority::ALL.iter().rev().filter_map(|priority| {
        let goal = edit::goal(policy, Row::Priority(*priority), Column::FirstReply)?;
        let length = locale.duration_short(goal.target.minutes.get().into());
        Some(locale.goal_at_a_glance(words::priority(locale, *priority), &length))
    });
    parts.push(goals.collect::<Vec<_>>().join(", "));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// What marketplaces count by themselves: to be read.
#[component]
fn Marketplaces(terms: Vec<MarketplaceTerms>) -> impl IntoView {
    let locale = use_locale();
    let lines = terms.into_iter().map(|terms| {
        let length = |minutes: std::num::NonZeroU32| locale.duration_short(minutes.get().into());
        let rating = terms.rating.map(|it| locale.rating_terms(&length(it.within_minutes)));
        let window = terms.window.map(|it| locale.window_terms(&length(it.after_buyer_minutes)));
        let lines = rating.into_iter().chain(window).map(|line| view! { <li>{line}</li> });
        view! {
            <li class="policy" data-testid="marketplace-terms">
                <h3 class="policy-title">{terms.marketplace.name()}</h3>
                <ul class="plain-list">{lines.collect_view()}</ul>
                <p class="field-hint">{locale.terms_source(&terms.source, &locale.date(terms.as_of))}</p>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="marketplace-terms">
            <h2 id="marketplace-terms">{locale.marketplace_terms()}</h2>
            <p class="quiet">{locale.marketplace_terms_text()}</p>
            <ul class="policy-list">{lines.collect_view()}</ul>
        </section>
    }
}
