//! One condition of the builder: what it is about, and its values in the input that fits them.

use super::draft::{Input, Topic, values};
use super::words;
use crate::features::inbox::types::{Condition, Days};
use crate::features::inbox::ui::desk::use_desk;
use chrono::{Days as Ago, NaiveDate};
use leptos::prelude::*;

/// The furthest back a number of days may reach.
const MOST_DAYS: u16 = 999;

/// What a condition is about and its values. `id` is that of the first choice.
#[component]
pub fn ConditionEditor(condition: ArcRwSignal<Condition>, id: String) -> impl IntoView {
    let locale = use_desk().locale;
    let about = {
        let condition = condition.clone();
        Memo::new(move |_| condition.with(Topic::of))
    };
    let set = {
        let condition = condition.clone();
        move |event| {
            if let Ok(topic) = event_target_value(&event).parse::<Topic>() {
                condition.set(topic.blank());
            }
        }
    };
    let options = Topic::ALL
        .iter()
        .map(|topic| {
            let topic = *topic;
            view! {
                <option value=topic.as_str() selected=move || about.get() == topic>
                    {words::topic(locale, topic)}
                </option>
            }
        })
        .collect_view();
    let input = move || {
        let condition = condition.clone();
        match about.get().input() {
            Input::One => view! { <OneOf condition topic=about.get()/> }.into_any(),
            Input::Some => view! { <SomeOf condition topic=about.get()/> }.into_any(),
            Input::Days => view! { <WhichDays condition topic=about.get()/> }.into_any(),
            Input::Text => view! { <Words condition/> }.into_any(),
        }
    };
    view! {
        <select id=id class="list-select" aria-label=locale.filter_about() on:change=set>
            {options}
        </select>
        {input}
    }
}

/// One of several values.
#[component]
fn OneOf(condition: ArcRwSignal<Condition>, topic: Topic) -> impl IntoView {
    let desk = use_desk();
    let locale = desk.locale;
    let chosen = {
        let condition = condition.clone();
        Memo::new(move |_| condition.with(values))
    };
    let choices = desk.filters.names.with_untracked(|names| words::choices(locale, topic, &[], names));
    let set = move |event| {
        if let Some(changed) = topic.with_values(&[event_target_value(&event)]) {
            condition.set(changed);
        }
    };
    let options = choices
        .into_iter()
        .map(|(value, name)| {
            let is = value.clone();
            view! {
                <option value=value selected=move || chosen.with(|chosen| chosen.contains(&is))>{name}</option>
            }
        })
        .collect_view();
    view! {
        <select class="list-select" aria-label=words::topic(locale, topic) on:change=set>
            {options}
        </select>
    }
}

/// Any of several values: a box for each.
#[component]
fn SomeOf(condition: ArcRwSignal<Condition>, topic: Topic) -> impl IntoView {
    let desk = use_desk();
    let (locale, names) = (desk.locale, desk.filters.names);
    let chosen = {
        let condition = condition.clone();
        Memo::new(move |_| condition.with(values))
    };
    // Those that are chosen and gone stay to be taken away, also after that.
    let at_first = chosen.get_untracked();
    let choices = Memo::new(move |_| names.with(|names| words::choices(locale, topic, &at_first, names)));
    let set = move |value: &str, is_on: bool| {
        let mut values = chosen.get_untracked();
        values.retain(|other| other != value);
        if is_on {
            values.push(value.to_owned());
        }
        if let Some(changed) = topic.with_values(&values) {
            condition.set(changed);
        }
    };
    let choice = move |(value, name): words::Choice| {
        let (is, set) = (value.clone(), set.clone());
        view! {
            <li>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&is))
                        on:change=move |event| set(&value, event_target_checked(&event))
                    />
                    <span>{name}</span>
                </label>
            </li>
        }
    };
    let note = move || match (choices.with(Vec::is_empty), chosen.with(Vec::is_empty)) {
        (true, _) => Some(locale.filter_none_to_choose()),
        (false, true) => Some(locale.filter_choose_some()),
        (false, false) => None,
    };
    view! {
        <div role="group" aria-label=words::topic(locale, topic)>
            <ul class="checks">
                <For each=move || choices.get() key=|choice| choice.clone() children=choice/>
            </ul>
        </div>
        <p class="field-hint">{note}</p>
    }
}

/// Words to be found.
#[component]
fn Words(condition: ArcRwSignal<Condition>) -> impl IntoView {
    let locale = use_desk().locale;
    let text = {
        let condition = condition.clone();
        move || match condition.get() {
            Condition::Text(text) => text,
            _ => String::new(),
        }
    };
    view! {
        <input
            class="field-input"
            type="text"
            maxlength="100"
            autocomplete="off"
            spellcheck="false"
            aria-label=locale.filter_text_hint()
            placeholder=locale.filter_text_hint()
            prop:value=text
            on:input=move |event| condition.set(Condition::Text(event_target_value(&event)))
        />
    }
}

text_enum!(
    /// The ways to say a time.
    Way {
        Last = "last",
        Before = "before",
        Between = "between",
    }
);

impl Way {
    fn of(days: Days) -> Self {
        match days {
            Days::Last(_) => Way::Last,
            Days::Before(_) => Way::Before,
            Days::Between(..) => Way::Between,
        }
    }
}

fn days_of(condition: &Condition) -> Days {
    match condition {
        Condition::LastMessage(days) | Condition::Began(days) => *days,
        _ => Days::Last(0),
    }
}

/// Days counted from today, or from one day to another.
#[component]
fn WhichDays(condition: ArcRwSignal<Condition>, topic: Topic) -> impl IntoView {
    let desk = use_desk();
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let days = {
        let condition = condition.clone();
        Memo::new(move |_| condition.with(days_of))
    };
    let way = Memo::new(move |_| Way::of(days.get()));
    let set = Callback::new(move |days: Days| {
        condition.set(if topic == Topic::Began {
            Condition::Began(days)
        } else {
            Condition::LastMessage(days)
        });
    });
    let choose = move |event| match event_target_value(&event).parse() {
        Ok(Way::Last) => set.run(Days::Last(6)),
        Ok(Way::Before) => set.run(Days::Before(7)),
        Ok(Way::Between) => {
            let today = zone.day(now.get_untracked());
            set.run(Days::Between(today.checked_sub_days(Ago::new(6)).unwrap_or(today), today));
        }
        Err(_) => {}
    };
    let name = move |value: Way| match value {
        Way::Last => locale.filter_days_last(),
        Way::Before => locale.filter_days_before(),
        Way::Between => locale.filter_days_between(),
    };
    let option = |value: &Way| {
        let value = *value;
        view! { <option value=value.as_str() selected=move || way.get() == value>{name(value)}</option> }
    };
    let options = Way::ALL.iter().map(option).collect_view();
    let input = move || match way.get() {
        Way::Last | Way::Before => view! { <HowMany days set/> }.into_any(),
        Way::Between => view! { <FromTo days set/> }.into_any(),
    };
    view! {
        <select class="list-select" aria-label=locale.filter_days_how() on:change=choose>
            {options}
        </select>
        {input}
    }
}

/// A number of days. Of the last days today is the first.
#[component]
fn HowMany(days: Memo<Days>, set: Callback<Days>) -> impl IntoView {
    let locale = use_desk().locale;
    let number = move || match days.get() {
        Days::Last(before) => u32::from(before) + 1,
        Days::Before(days) => u32::from(days),
        Days::Between(..) => 1,
    };
    let choose = move |event| {
        let number = event_target_value(&event).trim().parse::<u16>().unwrap_or(1).clamp(1, MOST_DAYS);
        match days.get_untracked() {
            Days::Before(_) => set.run(Days::Before(number)),
            _ => set.run(Days::Last(number - 1)),
        }
    };
    view! {
        <input
            class="field-input"
            type="number"
            min="1"
            max=MOST_DAYS.to_string()
            aria-label=locale.filter_days_number()
            prop:value=move || number().to_string()
            on:change=choose
        />
    }
}

/// From one day to another; given the wrong way round they are exchanged.
#[component]
fn FromTo(days: Memo<Days>, set: Callback<Days>) -> impl IntoView {
    let locale = use_desk().locale;
    let ends = move || match days.get() {
        Days::Between(from, to) => (from, to),
        _ => Default::default(),
    };
    let choose = move |from: Option<NaiveDate>, to: Option<NaiveDate>| {
        let (now_from, now_to) = untrack(ends);
        let (from, to) = (from.unwrap_or(now_from), to.unwrap_or(now_to));
        set.run(Days::Between(from.min(to), from.max(to)));
    };
    let day = |event: &leptos::ev::Event| event_target_value(event).parse::<NaiveDate>().ok();
    view! {
        <div class="builder-days">
            <input
                class="field-input"
                type="date"
                max="9999-12-31"
                aria-label=locale.filter_days_from()
                prop:value=move || ends().0.to_string()
                on:change=move |event| choose(day(&event), None)
            />
            <input
                class="field-input"
                type="date"
                max="9999-12-31"
                aria-label=locale.filter_days_to()
                prop:value=move || ends().1.to_string()
                on:change=move |event| choose(None, day(&event))
            />
        </div>
    }
}
