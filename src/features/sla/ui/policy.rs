//! The form of a policy.

use super::conditions::{Conditions, Place};
use super::draft::Draft;
use super::fields::{Choice, LineField};
use super::goals::GoalTables;
use super::ladder::Ladder;
use super::words;
use crate::features::sla::policy::Raise;
use crate::shared::chat::Priority;
use crate::shared::ids::{CalendarId, PolicyId};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::use_locale;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// The form of a policy. Who may not change it reads it.
#[component]
pub fn PolicyForm(draft: Draft, id: PolicyId) -> impl IntoView {
    let locale = use_locale();
    let name = draft.of(id, |policy| policy.name.clone());
    let name = Signal::derive(move || name.get().unwrap_or_default());
    let rename = Callback::new(move |name| draft.edit(id, |policy| policy.name = name));
    view! {
        <fieldset class="plain-set policy-form" disabled=!draft.may_manage>
            <LineField id=format!("policy-name-{id}") label=locale.policy_name() value=name on_typed=rename/>
            <fieldset class="plain-set">
                <legend class="set-title">{locale.policy_when()}</legend>
                <Conditions draft place=Place { policy: id, raise: None }/>
            </fieldset>
            <GoalTables draft id/>
            <Raises draft id/>
            <CalendarChoice draft id/>
            <Ladder draft id/>
        </fieldset>
    }
}

/// What raises the priority.
#[component]
fn Raises(draft: Draft, id: PolicyId) -> impl IntoView {
    let locale = use_locale();
    let count = draft.of(id, |policy| policy.raises.len());
    let lines = Memo::new(move |_| {
        let shape = draft.shape.get();
        (0..count.get().unwrap_or(0)).map(|raise| (shape, raise)).collect::<Vec<_>>()
    });
    let add = Callback::new(move |()| {
        draft.edit(id, |policy| policy.raises.push(Raise { when: Vec::new(), to: Priority::Urgent }));
    });
    view! {
        <details class="policy-part">
            <summary>{locale.policy_raises()}</summary>
            <ul class="condition-list">
                <For
                    each=move || lines.get()
                    key=|line| *line
                    children=move |(_, raise)| view! { <RaiseLine draft id raise/> }
                />
            </ul>
            <div class="actions">
                <Button kind=ButtonKind::Quiet icon=Icon::Plus on_press=add>{locale.policy_raise_add()}</Button>
            </div>
        </details>
    }
}

#[component]
fn RaiseLine(draft: Draft, id: PolicyId, raise: usize) -> impl IntoView {
    let locale = use_locale();
    let to = draft.of(id, move |policy| policy.raises.get(raise).map(|raise| raise.to));
    let to = Signal::derive(move || to.get().flatten().unwrap_or_default());
    let options = Priority::ALL.iter().map(|it| (*it, words::priority(locale, *it).to_owned())).collect();
    let choose = Callback::new(move |to| {
        draft.edit(id, |policy| {
            if let Some(raise) = policy.raises.get_mut(raise) {
                raise.to = to;
            }
        });
    });
    let remove = Callback::new(move |()| {
        draft.edit(id, |policy| {
            if raise < policy.raises.len() {
                policy.raises.remove(raise);
            }
        });
        draft.shape.update(|shape| *shape += 1);
    });
    view! {
        <li class="condition">
            <div class="condition-head">
                <Choice
                    id=format!("raise-{id}-{raise}")
                    label=locale.policy_raise_to()
                    options
                    value=to
                    on_choose=choose
                />
                <IconButton icon=Icon::Trash label=locale.policy_delete().to_owned() on_press=remove/>
            </div>
            <Conditions draft place=Place { policy: id, raise: Some(raise) }/>
        </li>
    }
}

/// By whose hours it counts.
#[component]
fn CalendarChoice(draft: Draft, id: PolicyId) -> impl IntoView {
    let locale = use_locale();
    let value = draft.of(id, |policy| policy.calendar);
    let value = Signal::derive(move || value.get().flatten());
    let calendars = draft.book.with_untracked(|book| {
        book.calendars.iter().map(|it| (Some(it.id), it.name.clone())).collect::<Vec<_>>()
    });
    let usual: (Option<CalendarId>, String) = (None, locale.policy_calendar_usual().to_owned());
    let options = std::iter::once(usual).chain(calendars).collect();
    let choose = Callback::new(move |calendar| draft.edit(id, |policy| policy.calendar = calendar));
    view! {
        <Choice id=format!("policy-calendar-{id}") label=locale.policy_calendar() options value on_choose=choose/>
    }
}
