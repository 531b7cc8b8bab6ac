//! The goals of a policy: by priority, and finer ones by what the buyer wants.

use super::draft::Draft;
use super::edit::{self, Column, Row};
use super::fields::{Choice, Choices, StretchField};
use super::words;
use crate::features::sla::intent::Intent;
use crate::features::sla::policy::Goals;
use crate::shared::chat::Priority;
use crate::shared::ids::PolicyId;
use crate::shared::sla::count::{PauseReason, Target, TimeKind};
use crate::ui::button::IconButton;
use crate::ui::context::use_locale;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use std::num::NonZeroU32;

/// Goals of each priority, and of the intents that have their own.
#[component]
pub fn GoalTables(draft: Draft, id: PolicyId) -> impl IntoView {
    let locale = use_locale();
    let intents = draft.of(id, |policy| policy.by_intent.keys().copied().collect::<Vec<Intent>>());
    let intents = Memo::new(move |_| intents.get().unwrap_or_default());
    let priorities = Priority::ALL.iter().rev().map(|priority| {
        let row = Row::Priority(*priority);
        view! { <GoalLine draft id row name=words::priority(locale, *priority).to_owned()/> }
    });
    let priorities = priorities.collect_view();
    let rest = Signal::derive(move || {
        let taken = intents.get();
        let free = Intent::ALL.iter().copied().filter(|intent| !taken.contains(intent));
        free.map(|intent| (intent, words::intent(locale, intent))).collect::<Vec<_>>()
    });
    let add = move |event| {
        let chosen = event_target_value(&event).parse::<Intent>();
        if let Ok(intent) = chosen {
            draft.edit(id, |policy| drop(policy.by_intent.insert(intent, Goals::default())));
        }
    };
    let adding = format!("intent-add-{id}");
    let hint = format!("goals-hint-{id}");
    view! {
        <fieldset class="plain-set">
            <legend class="set-title">{locale.policy_goals()}</legend>
            <p class="field-hint" id=hint>{locale.policy_goals_hint()}</p>
            <table class="goals">
                <GoalHead/>
                <tbody>{priorities}</tbody>
            </table>
        </fieldset>
        <details class="policy-part">
            <summary>{locale.policy_by_intent()}</summary>
            <p class="field-hint">{locale.policy_by_intent_hint()}</p>
            <table class="goals" hidden=move || intents.with(Vec::is_empty)>
                <GoalHead/>
                <tbody>
                    <For
                        each=move || intents.get()
                        key=|intent| *intent
                        children=move |intent| {
                            let name = words::intent(locale, intent).to_owned();
                            view! { <GoalLine draft id row=Row::Intent(intent) name/> }
                        }
                    />
                </tbody>
            </table>
            <div class="field">
                <label class="field-label" for=adding.clone()>{locale.policy_intent_add()}</label>
                <select id=adding class="field-input" prop:value="" on:change=add>
                    <option value="">"—"</option>
                    {move || {
                        rest.get()
                            .into_iter()
                            .map(|(intent, words)| view! { <option value=intent.as_str()>{words}</option> })
                            .collect_view()
                    }}
                </select>
            </div>
        </details>
        <details class="policy-part">
            <summary>{locale.policy_pauses()}</summary>
            <div class="pause-groups">
                {Column::ALL.iter().map(|column| view! { <Pauses draft id column=*column/> }).collect_view()}
            </div>
        </details>
    }
}

#[component]
fn GoalHead() -> impl IntoView {
    let locale = use_locale();
    let columns = Column::ALL.iter().map(|column| {
        view! { <th scope="col">{words::column(locale, *column)}</th> }
    });
    view! {
        <thead>
            <tr>
                <td></td>
                {columns.collect_view()}
                <td></td>
            </tr>
        </thead>
    }
}

/// The goals of a row.
#[component]
fn GoalLine(draft: Draft, id: PolicyId, row: Row, name: String) -> impl IntoView {
    let locale = use_locale();
    let cells = Column::ALL.iter().map(|column| {
        let label = locale.goal_of(&name, words::column(locale, *column));
        view! { <GoalCell draft id row column=*column label/> }
    });
    let cells = cells.collect_view();
    let removal = match row {
        Row::Priority(_) => None,
        Row::Intent(intent) => {
            let remove = Callback::new(move |()| {
                draft.edit(id, |policy| drop(policy.by_intent.remove(&intent)));
            });
            let label = locale.policy_action(locale.policy_delete(), &name);
            Some(view! { <IconButton icon=Icon::Trash label on_press=remove/> })
        }
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells}
            <td>{removal}</td>
        </tr>
    }
}

/// A goal: how long, and which time counts.
#[component]
fn GoalCell(draft: Draft, id: PolicyId, row: Row, column: Column, label: String) -> impl IntoView {
    let locale = use_locale();
    let target = draft.of(id, move |policy| edit::goal(policy, row, column).map(|goal| goal.target));
    let target = Memo::new(move |_| target.get().flatten());
    let first = target.get_untracked();
    // What is chosen before there is a goal.
    let time = RwSignal::new(first.map_or(TimeKind::Working, |target| target.time));
    let set = move |minutes: Option<u32>, time: TimeKind| {
        let minutes = minutes.and_then(NonZeroU32::new);
        let target = minutes.map(|minutes| Target { minutes, time });
        draft.edit(id, |policy| edit::set_target(policy, row, column, target));
    };
    let typed = Callback::new(move |minutes| set(minutes, time.get_untracked()));
    let choose = Callback::new(move |chosen| {
        time.set(chosen);
        if let Some(target) = target.get_untracked() {
            set(Some(target.minutes.get()), chosen);
        }
    });
    let field = format!("goal-{id}-{}-{column}", row.word());
    let kinds = vec![
        (TimeKind::Working, locale.goal_working().to_owned()),
        (TimeKind::Wall, locale.goal_wall().to_owned()),
    ];
    let kind_label = format!("{}. {}", label, locale.goal_time_kind());
    view! {
        <td>
            <div class="goal-cell">
                <StretchField
                    draft
                    id=field.clone()
                    label
                    minutes=first.map(|target| target.minutes.get())
                    on_change=typed
                />
                <Choice id=format!("{field}-time") label=kind_label quiet=true options=kinds value=time on_choose=choose/>
            </div>
        </td>
    }
}

/// What pauses the goals of a column.
#[component]
fn Pauses(draft: Draft, id: PolicyId, column: Column) -> impl IntoView {
    let locale = use_locale();
    let chosen = draft.of(id, move |policy| edit::pauses(policy, column));
    let chosen = Signal::derive(move || chosen.get().unwrap_or_default());
    // Our answer ends a clock of replies: it cannot pause one.
    let is_sensible =
        |reason: &PauseReason| column == Column::Resolution || *reason != PauseReason::WaitsForBuyer;
    let reasons = PauseReason::ALL.iter().copied().filter(is_sensible);
    let options =
        reasons.filter_map(|reason| Some((reason, words::pause(locale, reason)?.to_owned()))).collect();
    let toggle = Callback::new(move |(reason, is_on)| {
        draft.edit(id, |policy| edit::set_pause(policy, column, reason, is_on));
    });
    view! { <Choices label=words::column(locale, column) options chosen on_toggle=toggle/> }
}
