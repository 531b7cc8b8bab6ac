//! The conditions of a policy, or of a raise of the priority: all have to hold.

use super::draft::Draft;
use super::edit::Topic;
use super::fields::{Choice, Choices, LineField};
use super::words;
use crate::features::orders::types::Scheme;
use crate::features::sla::book::RuleBook;
use crate::features::sla::intent::Intent;
use crate::features::sla::policy::Condition;
use crate::features::sla::written;
use crate::features::understanding::types::{Category, Sentiment};
use crate::features::understanding::words as understood;
use crate::shared::chat::Priority;
use crate::shared::ids::PolicyId;
use crate::shared::marketplace::Marketplace;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::use_locale;
use crate::ui::icon::Icon;
use crate::ui::text_area::TextArea;
use leptos::html;
use leptos::prelude::*;

/// Whose conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub policy: PolicyId,
    /// Of this raise; of the policy itself when there is none.
    pub raise: Option<usize>,
}

impl Place {
    fn read(self, book: &RuleBook) -> Option<&Vec<Condition>> {
        let policy = book.policies.iter().find(|policy| policy.id == self.policy)?;
        match self.raise {
            None => Some(&policy.when),
            Some(raise) => policy.raises.get(raise).map(|raise| &raise.when),
        }
    }

    fn edit(self, draft: Draft, change: impl FnOnce(&mut Vec<Condition>)) {
        draft.edit(self.policy, |policy| match self.raise {
            None => change(&mut policy.when),
            Some(raise) => {
                if let Some(raise) = policy.raises.get_mut(raise) {
                    change(&mut raise.when);
                }
            }
        });
    }

    fn field(self, number: usize, part: &str) -> String {
        let raise = self.raise.map(|raise| format!("-{raise}")).unwrap_or_default();
        format!("condition-{}{raise}-{number}-{part}", self.policy)
    }
}

/// One of the conditions.
#[derive(Clone, Copy)]
struct Line {
    draft: Draft,
    place: Place,
    number: usize,
}

impl Line {
    fn get_untracked(self) -> Option<Condition> {
        self.draft.book.with_untracked(|book| self.place.read(book)?.get(self.number).cloned())
    }

    fn part<T>(self, part: impl Fn(&Condition) -> Option<T> + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            let found = self.draft.book.with(|book| part(self.place.read(book)?.get(self.number)?));
            found.unwrap_or_default()
        })
    }

    fn set(self, condition: Condition) {
        self.place.edit(self.draft, |all| {
            if let Some(it) = all.get_mut(self.number) {
                *it = condition;
            }
        });
    }

    fn field(self, part: &str) -> String {
        self.place.field(self.number, part)
    }
}

/// All conditions of a place.
#[component]
pub fn Conditions(draft: Draft, place: Place) -> impl IntoView {
    let locale = use_locale();
    let lines = Memo::new(move |_| {
        let count = draft.book.with(|book| place.read(book).map_or(0, Vec::len));
        let shape = draft.shape.get();
        (0..count).map(|number| (shape, number)).collect::<Vec<_>>()
    });
    let add = Callback::new(move |()| place.edit(draft, |all| all.push(Topic::Words.blank())));
    view! {
        <p class="quiet" hidden=move || place.raise.is_some() || !lines.with(Vec::is_empty)>
            {locale.policy_when_any()}
        </p>
        <ul class="condition-list">
            <For
                each=move || lines.get()
                key=|line| *line
                children=move |(_, number)| view! { <ConditionLine line=Line { draft, place, number }/> }
            />
        </ul>
        <div class="actions">
            <Button kind=ButtonKind::Quiet icon=Icon::Plus on_press=add>{locale.condition_add()}</Button>
        </div>
    }
}

#[component]
fn ConditionLine(line: Line) -> impl IntoView {
    let locale = use_locale();
    let topic = line.part(|condition| Some(Topic::of(condition)));
    let options = Topic::ALL.iter().map(|topic| (Some(*topic), words::topic(locale, *topic).to_owned()));
    let choose = Callback::new(move |topic: Option<Topic>| {
        if let Some(topic) = topic {
            line.set(topic.blank());
        }
    });
    let remove = Callback::new(move |()| {
        line.place.edit(line.draft, |all| {
            if line.number < all.len() {
                all.remove(line.number);
            }
        });
        line.draft.shape.update(|shape| *shape += 1);
    });
    // What is not offered can be read and taken away.
    let unknown = line.get_untracked().filter(|condition| Topic::of(condition).is_none());
    let about = match unknown {
        Some(condition) => {
            let names = line.draft.names.with_value(Clone::clone);
            view! { <p>{words::condition(locale, &condition, &names)}</p> }.into_any()
        }
        None => view! {
            <Choice
                id=line.field("topic")
                label=locale.condition_about()
                quiet=true
                options=options.collect()
                value=topic
                on_choose=choose
            />
        }
        .into_any(),
    };
    view! {
        <li class="condition">
            <div class="condition-head">
                {about}
                <IconButton icon=Icon::Trash label=locale.condition_delete().to_owned() on_press=remove/>
            </div>
            {move || topic.get().map(|topic| value_editor(line, topic))}
        </li>
    }
}

fn value_editor(line: Line, topic: Topic) -> AnyView {
    match topic {
        Topic::Seller => {
            let options = line.draft.names.with_value(|names| names.sellers.clone());
            let chosen =
                line.part(|it| if let Condition::Seller(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Seller)
        }
        Topic::Tag => {
            let options = line.draft.names.with_value(|names| names.tags.clone());
            let chosen = line.part(|it| if let Condition::Tag(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Tag)
        }
        Topic::Marketplace => {
            let options = Marketplace::ALL.iter().map(|it| (*it, it.name().to_owned())).collect();
            let chosen =
                line.part(|it| if let Condition::Marketplace(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Marketplace)
        }
        Topic::Scheme => {
            let locale = use_locale();
            let options = Scheme::ALL.iter().map(|it| (*it, words::scheme(locale, *it).to_owned())).collect();
            let chosen =
                line.part(|it| if let Condition::Scheme(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Scheme)
        }
        Topic::Intent => {
            let locale = use_locale();
            let options = Intent::ALL.iter().map(|it| (*it, words::intent(locale, *it).to_owned())).collect();
            let chosen =
                line.part(|it| if let Condition::Intent(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Intent)
        }
        Topic::Category => {
            let locale = use_locale();
            let named = |it: &Category| (*it, understood::category(locale, *it).to_owned());
            let options = Category::ALL.iter().map(named).collect();
            let chosen =
                line.part(|it| if let Condition::Category(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Category)
        }
        Topic::Sentiment => {
            let locale = use_locale();
            let named = |it: &Sentiment| (*it, understood::sentiment(locale, *it).to_owned());
            let options = Sentiment::ALL.iter().map(named).collect();
            let chosen =
                line.part(|it| if let Condition::Sentiment(all) = it { Some(all.clone()) } else { None });
            any_of(line, topic, options, chosen, Condition::Sentiment)
        }
        Topic::Priority => view! { <LeastPriority line/> }.into_any(),
        Topic::Words => view! { <WordsField line/> }.into_any(),
        Topic::TimeOfDay => view! { <TimeFields line/> }.into_any(),
        Topic::OrderValue => view! { <ValueFields line/> }.into_any(),
    }
}

/// Any of several.
fn any_of<T>(
    line: Line,
    topic: Topic,
    options: Vec<(T, String)>,
    chosen: Memo<Vec<T>>,
    condition: fn(Vec<T>) -> Condition,
) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let toggle = Callback::new(move |(it, is_on): (T, bool)| {
        let mut all = chosen.get_untracked();
        all.retain(|other| *other != it);
        if is_on {
            all.push(it);
        }
        line.set(condition(all));
    });
    let label = words::topic(use_locale(), topic);
    view! { <Choices label options chosen on_toggle=toggle/> }.into_any()
}

#[component]
fn LeastPriority(line: Line) -> impl IntoView {
    let locale = use_locale();
    let value = line.part(|it| if let Condition::Priority(least) = it { Some(*least) } else { None });
    let options = Priority::ALL.iter().map(|it| (*it, words::priority(locale, *it).to_owned())).collect();
    let choose = Callback::new(move |least| line.set(Condition::Priority(least)));
    view! {
        <Choice id=line.field("priority") label=locale.condition_priority() quiet=true options value on_choose=choose/>
    }
}

#[component]
fn WordsField(line: Line) -> impl IntoView {
    let locale = use_locale();
    let patterns = match line.get_untracked() {
        Some(Condition::Words(patterns)) => patterns.join("\n"),
        _ => String::new(),
    };
    let typed = Callback::new(move |text: String| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        line.set(Condition::Words(lines.map(str::to_owned).collect()));
    });
    let area = NodeRef::<html::Textarea>::new();
    let hint = line.field("hint");
    view! {
        <div class="field">
            <TextArea
                element=area
                id=line.field("words")
                testid="condition-words"
                label=locale.condition_words()
                placeholder=""
                text=ArcRwSignal::new(patterns)
                on_typed=typed
                disabled=Signal::stored(!line.draft.may_manage)
                invalid=Signal::stored(false)
                described_by=hint.clone()
            />
            <p class="field-hint" id=hint>{locale.condition_words_hint()}</p>
        </div>
    }
}

#[component]
fn TimeFields(line: Line) -> impl IntoView {
    let locale = use_locale();
    let times = move || match line.get_untracked() {
        Some(Condition::TimeOfDay { from, to }) => (from, to),
        _ => (0, 0),
    };
    let (first_from, first_to) = times();
    let set = move |field: &'static str, text: String, is_from: bool| {
        let time = written::time(&text);
        line.draft.mark(&line.field(field), time.is_some());
        if let Some(time) = time {
            let (from, to) = times();
            let (from, to) = if is_from { (time, to) } else { (from, time) };
            line.set(Condition::TimeOfDay { from, to });
        }
    };
    let field = move |part: &'static str, label: &'static str, first: u16, is_from: bool| {
        let id = line.field(part);
        let marked = id.clone();
        view! {
            <div class="field">
                <label class="field-label" for=id.clone()>{label}</label>
                <input
                    id=id
                    class="field-input"
                    autocomplete="off"
                    value=written::clock(first)
                    aria-invalid=move || line.draft.is_unreadable(&marked).then_some("true")
                    on:input=move |event| set(part, event_target_value(&event), is_from)
                />
            </div>
        }
    };
    view! {
        <div class="range">
            {field("from", locale.condition_from(), first_from, true)}
            {field("to", locale.condition_to(), first_to, false)}
        </div>
    }
}

#[component]
fn ValueFields(line: Line) -> impl IntoView {
    let locale = use_locale();
    let range = move || match line.get_untracked() {
        Some(Condition::OrderValue { from, to }) => (from, to),
        _ => (None, None),
    };
    let value = move |is_from: bool| {
        line.part(move |it| match it {
            Condition::OrderValue { from, to } => Some(if is_from { *from } else { *to }),
            _ => None,
        })
    };
    let (from, to) = (value(true), value(false));
    let shown = |value: Memo<Option<i64>>| {
        Signal::derive(move || value.get().map(|value| (value / 100).to_string()).unwrap_or_default())
    };
    let typed = move |is_from: bool| {
        Callback::new(move |text: String| {
            let digits: String = text.chars().filter(char::is_ascii_digit).take(12).collect();
            let value = digits.parse::<i64>().ok().map(|rubles| rubles * 100);
            let (from, to) = range();
            let (from, to) = if is_from { (value, to) } else { (from, value) };
            line.set(Condition::OrderValue { from, to });
        })
    };
    view! {
        <div class="range">
            <LineField id=line.field("from") label=locale.condition_from() value=shown(from) on_typed=typed(true)/>
            <LineField id=line.field("to") label=locale.condition_to() value=shown(to) on_typed=typed(false)/>
        </div>
    }
}
