//! The dialog in which a filter is put together: conditions, groups of them, and groups within groups.

use super::condition::ConditionEditor;
use super::draft::{Body, Group, Join, Part, Topic};
use crate::features::inbox::types::Filter;
use crate::features::inbox::ui::desk::use_desk;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// Opens with the filter of the address and leads to another address.
#[component]
pub fn BuilderDialog(open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Dialog id="filter-builder" open title=locale.filter_build()>
            {move || open.get().then(|| view! { <Builder open/> })}
        </Dialog>
    }
}

#[component]
fn Builder(open: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let (locale, address) = (desk.locale, desk.address);
    desk.filters.want_names();
    let draft = address.with_untracked(|here| Group::of(here.query.filter.as_ref()));
    let is_empty = {
        let parts = draft.parts.clone();
        move || parts.with(Vec::is_empty)
    };
    let filter = {
        let draft = draft.clone();
        Memo::new(move |_| draft.filter())
    };
    let is_too_large = Memo::new(move |_| {
        filter.with(|filter| filter.as_ref().is_some_and(|filter| !Filter::is_reasonable(filter)))
    });
    let navigate = use_navigate();
    let show = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !is_too_large.get_untracked() {
            let href = address.with_untracked(|here| here.with_filter(filter.get_untracked()).href());
            open.set(false);
            navigate(&href, Default::default());
        }
    };
    view! {
        <form class="form builder" novalidate on:submit=show>
            {move || is_empty().then(|| view! { <p class="quiet">{locale.filter_no_conditions()}</p> })}
            <GroupEditor group=draft depth=0/>
            <div role="alert">
                {move || {
                    is_too_large.get().then(|| {
                        let error = crate::shared::error::Refusal::FilterTooLarge.into();
                        view! { <ErrorNote error on_retry=None/> }
                    })
                }}
            </div>
            <div class="actions">
                <Button kind=ButtonKind::Primary>{locale.filter_show()}</Button>
                <Button on_press=Callback::new(move |()| open.set(false))>{locale.cancel()}</Button>
            </div>
        </form>
    }
}

/// The parts of a group, how they are joined, and how to add one.
#[component]
fn GroupEditor(group: Group, depth: usize) -> AnyView {
    let locale = use_locale();
    let parts = group.parts.clone();
    let each = move || parts.get();
    let place = {
        let parts = group.parts.clone();
        move |key: u64| {
            let place = parts.with(|parts| parts.iter().position(|part| part.key == key));
            place.map_or(0, |place| place as i64 + 1)
        }
    };
    let add_id = format!("filter-add-{}", group.key);
    let on_remove = {
        let (group, add_id) = (group.clone(), add_id.clone());
        Callback::new(move |key: u64| {
            group.remove(key);
            // What had the focus is gone; this stands where it was.
            browser::focus(&add_id);
        })
    };
    let child = {
        let place = place.clone();
        move |part: Part| {
            let (key, place) = (part.key, place.clone());
            let number = Signal::derive(move || place(key));
            view! { <PartEditor part number depth on_remove/> }
        }
    };
    let add_condition = {
        let group = group.clone();
        move |_| add(&group, Part::about(Topic::Unanswered))
    };
    let add_group = {
        let group = group.clone();
        move |_| add(&group, Part::group())
    };
    view! {
        <JoinChoice group=group.clone()/>
        <ul class="builder-parts">
            <For each=each key=|part| part.key children=child/>
        </ul>
        <div class="actions">
            <button type="button" class="button" id=add_id on:click=add_condition>
                <Glyph icon=Icon::Plus/>
                <span>{locale.filter_add_condition()}</span>
            </button>
            {(depth == 0)
                .then(|| {
                    view! {
                        <button type="button" class="button" on:click=add_group>
                            <Glyph icon=Icon::Plus/>
                            <span>{locale.filter_add_group()}</span>
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Adds a part and brings the focus to it once it is drawn.
fn add(group: &Group, part: Part) {
    let focus = match &part.body {
        Body::Condition(_) => Some(part.key),
        Body::Group(inner) => {
            inner.parts.with_untracked(|parts| parts.as_slice().first().map(|first| first.key))
        }
    };
    group.add(part);
    if let Some(focus) = focus {
        request_animation_frame(move || browser::focus(&about_id(focus)));
    }
}

/// The id of the choice that says what a condition is about.
fn about_id(key: u64) -> String {
    format!("filter-about-{key}")
}

/// All or at least one; there while it makes a difference.
#[component]
fn JoinChoice(group: Group) -> impl IntoView {
    let locale = use_locale();
    let parts = group.parts.clone();
    let matters = Memo::new(move |_| parts.with(|parts| parts.len() > 1));
    let join = group.join;
    move || {
        let (join, is) = (join.clone(), join.clone());
        let choice = move |value: Join, name: &'static str| {
            let (set, is) = (join.clone(), is.clone());
            view! {
                <button
                    type="button"
                    class="choice-item"
                    aria-pressed=move || (is.get() == value).to_string()
                    on:click=move |_| set.set(value)
                >
                    {name}
                </button>
            }
        };
        matters.get().then(|| {
            view! {
                <div class="choice" role="group" aria-label=locale.filter_join()>
                    {choice(Join::All, locale.filter_join_all())}
                    {choice(Join::Any, locale.filter_join_any())}
                </div>
            }
        })
    }
}

/// A condition or a group, with what turns it around and what takes it away.
#[component]
fn PartEditor(part: Part, number: Signal<i64>, depth: usize, on_remove: Callback<u64>) -> impl IntoView {
    let locale = use_locale();
    let key = part.key;
    let is_group = matches!(part.body, Body::Group(_));
    let legend = move || match is_group {
        true => locale.filter_group_number(number.get()),
        false => locale.filter_condition_number(number.get()),
    };
    let remove = match is_group {
        true => locale.filter_remove_group(),
        false => locale.filter_remove_condition(),
    };
    let label = Signal::derive(move || format!("{remove}: {}", legend()));
    let (is_turned, turn) = (part.is_turned.clone(), part.is_turned);
    let body = match part.body {
        Body::Condition(condition) => view! { <ConditionEditor condition id=about_id(key)/> }.into_any(),
        Body::Group(group) => view! { <GroupEditor group depth=depth + 1/> }.into_any(),
    };
    view! {
        <li>
            <fieldset class="builder-part" data-group=is_group.to_string()>
                <legend class="reader-only">{legend}</legend>
                <div class="builder-head">
                    <button
                        type="button"
                        class="choice-item"
                        title=locale.filter_turned_hint()
                        aria-label=locale.filter_turned_hint()
                        aria-pressed=move || is_turned.get().to_string()
                        on:click=move |_| turn.update(|is| *is = !*is)
                    >
                        {locale.filter_turned()}
                    </button>
                    <IconButton icon=Icon::Trash label on_press=Callback::new(move |()| on_remove.run(key))/>
                </div>
                <div class="builder-body">{body}</div>
            </fieldset>
        </li>
    }
}
