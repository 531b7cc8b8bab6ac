//! A filter while somebody builds it: the same tree, whose parts can be changed one by one without drawing the others
//! again.

use crate::features::inbox::types::{Condition, Days, DeadlineState, Filter, WindowState};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

text_enum!(
    /// What a condition is about; the words are those of a filter's text.
    Topic {
        Unanswered = "unanswered",
        Deadline = "deadline",
        Assignee = "assignee",
        Tag = "tag",
        Priority = "priority",
        Category = "category",
        Urgency = "urgency",
        Sentiment = "sentiment",
        Unseen = "unseen",
        Work = "work",
        Seller = "seller",
        Marketplace = "marketplace",
        Kind = "kind",
        Window = "window",
        LastMessage = "last_message",
        Began = "began",
        Order = "order",
        Text = "text",
    }
);

/// How a topic's values are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// One of several.
    One,
    /// Any of several.
    Some,
    Days,
    Text,
}

impl Topic {
    /// What a condition is about.
    pub fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Seller(_) => Topic::Seller,
            Condition::Marketplace(_) => Topic::Marketplace,
            Condition::Kind(_) => Topic::Kind,
            Condition::Work(_) => Topic::Work,
            Condition::Unanswered(_) => Topic::Unanswered,
            Condition::Unseen(_) => Topic::Unseen,
            Condition::Assignee(_) => Topic::Assignee,
            Condition::Tag(_) => Topic::Tag,
            Condition::Priority(_) => Topic::Priority,
            Condition::Category(_) => Topic::Category,
            Condition::Urgency(_) => Topic::Urgency,
            Condition::Sentiment(_) => Topic::Sentiment,
            Condition::Deadline(_) => Topic::Deadline,
            Condition::Window(_) => Topic::Window,
            Condition::LastMessage(_) => Topic::LastMessage,
            Condition::Began(_) => Topic::Began,
            Condition::HasOrder(_) => Topic::Order,
            Condition::Text(_) => Topic::Text,
        }
    }

    /// A condition to begin with.
    pub fn blank(self) -> Condition {
        match self {
            Topic::Seller => Condition::Seller(Vec::new()),
            Topic::Marketplace => Condition::Marketplace(Vec::new()),
            Topic::Kind => Condition::Kind(Vec::new()),
            Topic::Work => Condition::Work(Vec::new()),
            Topic::Unanswered => Condition::Unanswered(true),
            Topic::Unseen => Condition::Unseen(true),
            Topic::Assignee => Condition::Assignee(Vec::new()),
            Topic::Tag => Condition::Tag(Vec::new()),
            Topic::Priority => Condition::Priority(Vec::new()),
            Topic::Category => Condition::Category(Vec::new()),
            Topic::Urgency => Condition::Urgency(Vec::new()),
            Topic::Sentiment => Condition::Sentiment(Vec::new()),
            Topic::Deadline => Condition::Deadline(DeadlineState::Overdue),
            Topic::Window => Condition::Window(WindowState::Ending),
            Topic::LastMessage => Condition::LastMessage(Days::Last(6)),
            Topic::Began => Condition::Began(Days::Last(6)),
            Topic::Order => Condition::HasOrder(true),
            Topic::Text => Condition::Text(String::new()),
        }
    }

    /// How its values are given.
    pub fn input(self) -> Input {
        match self {
            Topic::Unanswered | Topic::Unseen | Topic::Order | Topic::Deadline | Topic::Window => Input::One,
            Topic::Seller
            | Topic::Marketplace
            | Topic::Kind
            | Topic::Work
            | Topic::Assignee
            | Topic::Tag
            | Topic::Priority
            | Topic::Category
            | Topic::Urgency
            | Topic::Sentiment => Input::Some,
            Topic::LastMessage | Topic::Began => Input::Days,
            Topic::Text => Input::Text,
        }
    }

    /// The condition with these values, in the words of a filter's text.
    pub fn with_values(self, values: &[String]) -> Option<Condition> {
        match format!("{self}:{}", values.join(",")).parse() {
            Ok(Filter::Is(condition)) => Some(condition),
            _ => None,
        }
    }
}

/// The values of a condition, in the words of a filter's text.
pub fn values(condition: &Condition) -> Vec<String> {
    let text = Filter::Is(condition.clone()).to_string();
    let (_, values) = text.split_once(':').unwrap_or_default();
    values.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

/// Whether all parts of a group must hold, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    All,
    Any,
}

/// A part of a filter that is being built.
#[derive(Clone)]
pub struct Part {
    /// Stays the same while the part is changed.
    pub key: u64,
    pub is_turned: ArcRwSignal<bool>,
    pub body: Body,
}

/// What a part is.
#[derive(Clone)]
pub enum Body {
    Condition(ArcRwSignal<Condition>),
    Group(Group),
}

/// Several parts.
#[derive(Clone)]
pub struct Group {
    /// Tells it from the other groups on the page.
    pub key: u64,
    pub join: ArcRwSignal<Join>,
    pub parts: ArcRwSignal<Vec<Part>>,
}

/// A number that no other part or group of the page has.
fn new_key() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

impl Part {
    fn new(is_turned: bool, body: Body) -> Self {
        Part { key: new_key(), is_turned: ArcRwSignal::new(is_turned), body }
    }

    /// A condition about this.
    pub fn about(topic: Topic) -> Self {
        Self::new(false, Body::Condition(ArcRwSignal::new(topic.blank())))
    }

    /// A group in which one of the parts has to hold: in a row of conditions that must all hold, that is what a group
    /// is wanted for.
    pub fn group() -> Self {
        let group = Group::new(Join::Any, &[]);
        group.add(Part::about(Topic::Unanswered));
        Self::new(false, Body::Group(group))
    }

    fn of(filter: &Filter) -> Self {
        match filter {
            Filter::Is(condition) => Self::new(false, Body::Condition(ArcRwSignal::new(condition.clone()))),
            Filter::All(parts) => Self::new(false, Body::Group(Group::new(Join::All, parts))),
            Filter::Any(parts) => Self::new(false, Body::Group(Group::new(Join::Any, parts))),
            Filter::Not(inner) => {
                let part = Self::of(inner);
                part.is_turned.update(|is| *is = !*is);
                part
            }
        }
    }

    /// The part as it stands; `None` while it asks for nothing.
    fn filter(&self) -> Option<Filter> {
        let inner = match &self.body {
            Body::Condition(condition) => condition.with(|condition| {
                let is_finished = match condition {
                    Condition::Text(text) => !text.trim().is_empty(),
                    other => !values(other).is_empty(),
                };
                is_finished.then(|| Filter::Is(condition.clone()))
            }),
            Body::Group(group) => group.filter(),
        }?;
        Some(if self.is_turned.get() { Filter::Not(Box::new(inner)) } else { inner })
    }
}

impl Group {
    fn new(join: Join, parts: &[Filter]) -> Self {
        let parts = parts.iter().map(Part::of).collect();
        Group { key: new_key(), join: ArcRwSignal::new(join), parts: ArcRwSignal::new(parts) }
    }

    /// A filter to be changed, or the beginning of a new one.
    pub fn of(filter: Option<&Filter>) -> Self {
        match filter {
            Some(Filter::Any(parts)) => Group::new(Join::Any, parts),
            other => Group::new(Join::All, Filter::parts(other)),
        }
    }

    /// The filter as it stands; follows its parts. Conditions without a value do not count.
    pub fn filter(&self) -> Option<Filter> {
        let mut parts: Vec<Filter> = self.parts.with(|parts| parts.iter().filter_map(Part::filter).collect());
        match (self.join.get(), parts.len()) {
            (_, 0 | 1) => parts.pop(),
            (Join::All, _) => Some(Filter::All(parts)),
            (Join::Any, _) => Some(Filter::Any(parts)),
        }
    }

    /// Adds a part at the end.
    pub fn add(&self, part: Part) {
        self.parts.update(|parts| parts.push(part));
    }

    /// Takes a part away.
    pub fn remove(&self, key: u64) {
        self.parts.update(|parts| parts.retain(|part| part.key != key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Filter {
        text.parse().expect("a filter")
    }

    #[test]
    fn a_filter_comes_back_as_it_went_in() {
        for text in [
            "unanswered:yes",
            "unanswered:yes;any(tag:01938c5f-0000-7000-8000-000000000001;priority:high,urgent)",
            "any(order:yes;!text:box)",
            "!any(order:yes;!unseen:no);began:before-30",
        ] {
            let filter = read(text);
            assert_eq!(Group::of(Some(&filter)).filter(), Some(filter), "{text}");
        }
        assert_eq!(Group::of(None).filter(), None);
    }

    #[test]
    fn what_asks_for_nothing_does_not_count() {
        let draft = Group::of(Some(&read("order:yes;tag:;text:;any()")));
        assert_eq!(draft.filter(), Some(read("order:yes")));
        draft.add(Part::group());
        assert_eq!(draft.filter(), Some(read("order:yes;unanswered:yes")));
        let first = draft.parts.with(|parts| parts.as_slice().first().map(|part| part.key));
        draft.remove(first.expect("a part"));
        assert_eq!(draft.filter(), Some(read("unanswered:yes")));
    }

    #[test]
    fn every_topic_has_a_beginning_and_knows_its_values() {
        for topic in Topic::ALL {
            let blank = topic.blank();
            assert_eq!(Topic::of(&blank), *topic);
            if topic.input() != Input::Text {
                assert_eq!(topic.with_values(&values(&blank)), Some(blank), "{topic}");
            }
        }
        let chosen = ["me".to_owned(), "nobody".to_owned()];
        let condition = Topic::Assignee.with_values(&chosen).expect("a condition");
        assert_eq!(values(&condition), chosen);
    }
}
