//! What is done as the deadlines of a policy come near and pass.

use super::draft::Draft;
use super::fields::{Choice, Choices, LineField};
use super::words;
use crate::shared::ids::PolicyId;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::sla::ladder::{Step, StepAction, StepTime};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::use_locale;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// From where the time of a step is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum When {
    #[default]
    Used,
    Before,
    After,
}

impl When {
    fn of(time: StepTime) -> (Self, u32) {
        match time {
            StepTime::Used { percent } => (When::Used, percent.into()),
            StepTime::Before { minutes } => (When::Before, minutes),
            StepTime::After { minutes } => (When::After, minutes),
        }
    }

    fn time(self, number: u32) -> StepTime {
        match self {
            When::Used => StepTime::Used { percent: number.clamp(1, 100) as u8 },
            When::Before => StepTime::Before { minutes: number.max(1) },
            When::After => StepTime::After { minutes: number },
        }
    }
}

/// All steps of a policy.
#[component]
pub fn Ladder(draft: Draft, id: PolicyId) -> impl IntoView {
    let locale = use_locale();
    let steps = draft.of(id, |policy| policy.ladder.iter().map(|step| step.id).collect::<Vec<_>>());
    let lines = Memo::new(move |_| {
        let shape = draft.shape.get();
        steps.get().unwrap_or_default().into_iter().map(|step| (shape, step)).collect::<Vec<_>>()
    });
    let add = Callback::new(move |()| {
        draft.edit(id, |policy| {
            let next = policy.ladder.iter().map(|step| step.id).max().unwrap_or(0) + 1;
            let time = StepTime::Before { minutes: 15 };
            let action = StepAction::NotifyOperator;
            policy.ladder.push(Step { id: next, time, action, clocks: Vec::new() });
        });
    });
    view! {
        <details class="policy-part">
            <summary>{locale.policy_ladder()}</summary>
            <ul class="condition-list">
                <For
                    each=move || lines.get()
                    key=|line| *line
                    children=move |(_, step)| view! { <StepLine draft id step/> }
                />
            </ul>
            <div class="actions">
                <Button kind=ButtonKind::Quiet icon=Icon::Plus on_press=add>{locale.policy_step_add()}</Button>
            </div>
        </details>
    }
}

#[component]
fn StepLine(draft: Draft, id: PolicyId, step: u16) -> impl IntoView {
    let locale = use_locale();
    let part = move |read: fn(&Step) -> (When, u32, Option<StepAction>)| {
        let found = draft.of(id, move |policy| policy.ladder.iter().find(|it| it.id == step).map(read));
        Memo::new(move |_| found.get().flatten().unwrap_or_default())
    };
    let shown = part(|step| {
        let (when, number) = When::of(step.time);
        (when, number, Some(step.action))
    });
    let edit = move |change: &dyn Fn(&mut Step)| {
        draft.edit(id, |policy| policy.ladder.iter_mut().filter(|it| it.id == step).for_each(change));
    };
    let whens = vec![
        (When::Used, locale.step_used().to_owned()),
        (When::Before, locale.step_before().to_owned()),
        (When::After, locale.step_after().to_owned()),
    ];
    let actions = StepAction::ALL.iter().copied();
    let actions = actions.map(|it| (Some(it), words::action(locale, it).to_owned())).collect();
    let choose_when = Callback::new(move |when: When| {
        edit(&|step| step.time = when.time(When::of(step.time).1));
    });
    let typed = Callback::new(move |text: String| {
        let digits: String = text.chars().filter(char::is_ascii_digit).take(5).collect();
        let number = digits.parse().unwrap_or(0);
        edit(&|step| step.time = When::of(step.time).0.time(number));
    });
    let choose_action = Callback::new(move |action: Option<StepAction>| {
        edit(&|step| step.action = action.unwrap_or(step.action));
    });
    let clocks = draft.of(id, move |policy| {
        let step = policy.ladder.iter().find(|it| it.id == step);
        step.map(|step| step.clocks.clone()).unwrap_or_default()
    });
    let clocks = Signal::derive(move || clocks.get().unwrap_or_default());
    let kinds: Vec<(ClockKind, String)> =
        ClockKind::ALL.iter().map(|kind| (*kind, words::clock(locale, *kind).to_owned())).collect();
    let toggle = Callback::new(move |(kind, is_on): (ClockKind, bool)| {
        edit(&|step| {
            step.clocks.retain(|it| *it != kind);
            if is_on {
                step.clocks.push(kind);
                step.clocks.sort();
            }
        });
    });
    let remove = Callback::new(move |()| {
        draft.edit(id, |policy| policy.ladder.retain(|it| it.id != step));
    });
    let field = |part: &str| format!("step-{id}-{step}-{part}");
    let number = Signal::derive(move || shown.get().1.to_string());
    view! {
        <li class="condition step">
            <LineField id=field("number") label=locale.step_number() value=number on_typed=typed/>
            <Choice
                id=field("when")
                label=locale.step_when()
                options=whens
                value=Signal::derive(move || shown.get().0)
                on_choose=choose_when
            />
            <Choice
                id=field("action")
                label=locale.step_action()
                options=actions
                value=Signal::derive(move || shown.get().2)
                on_choose=choose_action
            />
            <IconButton icon=Icon::Trash label=locale.policy_delete().to_owned() on_press=remove/>
            <Choices label=locale.step_clocks() options=kinds chosen=clocks on_toggle=toggle/>
        </li>
    }
}
