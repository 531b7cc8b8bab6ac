//! Which chats a list holds and in which order: the same words in the address, in a saved filter and in SQL.

use super::types::{ChatKind, ChatRow, Priority, WorkState};
use crate::features::understanding::types::{Category, Sentiment, Urgency};
use crate::shared::ids::{ChatId, SellerId, TagId, UserId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

text_enum!(
    /// A list of chats.
    View {
        /// To be worked on, and the buyer waits for us.
        Waiting = "waiting",
        /// To be worked on, and the person who looks is responsible.
        Mine = "mine",
        /// To be worked on, and nobody is responsible.
        Unassigned = "unassigned",
        /// To be worked on.
        Open = "open",
        /// Marked with a star by the person who looks.
        Starred = "starred",
        /// Set aside until a moment.
        Snoozed = "snoozed",
        /// Done.
        Closed = "closed",
        Spam = "spam",
        /// Everything but spam.
        All = "all",
    }
);

text_enum!(
    /// The order of a list.
    #[derive(Default)]
    Sort {
        /// Nearest deadline first; then the longest waiting; then, newest first, those who do not wait.
        #[default]
        Deadline = "deadline",
        /// The longest waiting first; then, newest first, those who do not wait.
        Waiting = "waiting",
        /// Newest message first.
        Newest = "newest",
    }
);

impl View {
    /// The order in which people want to see it unless they say otherwise.
    pub fn usual_sort(self) -> Sort {
        match self {
            View::Waiting | View::Mine | View::Unassigned | View::Open => Sort::Deadline,
            View::Starred | View::Snoozed | View::Closed | View::Spam | View::All => Sort::Newest,
        }
    }
}

/// Which list is asked for. The address of the inbox holds the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListQuery {
    pub view: View,
    #[serde(default)]
    pub sort: Sort,
    pub seller: Option<SellerId>,
    /// What else a chat must be.
    #[serde(default)]
    pub filter: Option<Filter>,
}

impl ListQuery {
    /// A view in its usual order, with nothing filtered.
    pub fn of(view: View) -> Self {
        ListQuery { view, sort: view.usual_sort(), seller: None, filter: None }
    }
}

/// A condition on chats, made of smaller ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every one holds; an empty list always holds.
    All(Vec<Filter>),
    /// At least one holds; an empty list never holds.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(Condition),
}

impl Filter {
    /// Filters deeper or larger than this are refused: nobody builds them by hand. A group within a group, each and
    /// their conditions turned around, is five deep.
    pub const MAX_DEPTH: usize = 5;
    pub const MAX_CONDITIONS: usize = 40;
    /// The most values of one condition.
    pub const MAX_VALUES: usize = 200;

    /// Every condition in it, from left to right.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().flat_map(Filter::conditions).collect(),
            Filter::Not(part) => part.conditions(),
            Filter::Is(condition) => vec![condition],
        }
    }

    /// What has to hold, one beside the other: the parts that a person sees, adds and takes away.
    pub fn parts(filter: Option<&Filter>) -> &[Filter] {
        match filter {
            None => &[],
            Some(Filter::All(parts)) => parts,
            Some(other) => std::slice::from_ref(other),
        }
    }

    /// A filter of these parts; `None` when there are none.
    pub fn of_parts(mut parts: Vec<Filter>) -> Option<Filter> {
        if parts.len() > 1 { Some(Filter::All(parts)) } else { parts.pop() }
    }

    /// The filter with this part added, or without it when it has it.
    pub fn toggled(filter: Option<&Filter>, part: &Filter) -> Option<Filter> {
        let mut parts = Self::parts(filter).to_vec();
        let before = parts.len();
        parts.retain(|other| other != part);
        if parts.len() == before {
            parts.push(part.clone());
        }
        Self::of_parts(parts)
    }

    fn depth(&self) -> usize {
        match self {
            Filter::All(parts) | Filter::Any(parts) => {
                1 + parts.iter().map(Filter::depth).max().unwrap_or_default()
            }
            Filter::Not(part) => 1 + part.depth(),
            Filter::Is(_) => 1,
        }
    }

    /// Whether it is small enough to be asked.
    pub fn is_reasonable(&self) -> bool {
        let conditions = self.conditions();
        self.depth() <= Self::MAX_DEPTH
            && conditions.len() <= Self::MAX_CONDITIONS
            && conditions.iter().all(|condition| condition.values() <= Self::MAX_VALUES)
    }
}

/// One thing that a chat is or is not. A condition with several values holds when one of them does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Seller(Vec<SellerId>),
    Marketplace(Vec<Marketplace>),
    Kind(Vec<ChatKind>),
    Work(Vec<WorkState>),
    /// The buyer waits for us.
    Unanswered(bool),
    /// The person who looks has not seen everything.
    Unseen(bool),
    Assignee(Vec<Holder>),
    Tag(Vec<TagId>),
    Priority(Vec<Priority>),
    /// What the buyer's newest turn is about.
    Category(Vec<Category>),
    /// How soon that needs an answer.
    Urgency(Vec<Urgency>),
    /// In which mood it is written.
    Sentiment(Vec<Sentiment>),
    Deadline(DeadlineState),
    /// Whether the marketplace takes messages.
    Window(WindowState),
    /// The newest message was written on one of these days.
    LastMessage(Days),
    /// The chat began on one of these days.
    Began(Days),
    HasOrder(bool),
    /// It stands in the newest message, or the order number or the chat's own number begins with it, with or without dashes.
    Text(String),
}

impl Condition {
    fn values(&self) -> usize {
        match self {
            Condition::Seller(it) => it.len(),
            Condition::Marketplace(it) => it.len(),
            Condition::Kind(it) => it.len(),
            Condition::Work(it) => it.len(),
            Condition::Assignee(it) => it.len(),
            Condition::Tag(it) => it.len(),
            Condition::Priority(it) => it.len(),
            Condition::Category(it) => it.len(),
            Condition::Urgency(it) => it.len(),
            Condition::Sentiment(it) => it.len(),
            Condition::Text(text) => text.chars().count(),
            Condition::Unanswered(_)
            | Condition::Unseen(_)
            | Condition::Deadline(_)
            | Condition::Window(_)
            | Condition::LastMessage(_)
            | Condition::Began(_)
            | Condition::HasOrder(_) => 1,
        }
    }
}

/// Who is responsible for a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Whoever looks at the list.
    Me,
    Nobody,
    Person(UserId),
}

text_enum!(
    /// How near a chat's deadline is.
    DeadlineState {
        Overdue = "overdue",
        /// Within fifteen minutes.
        Soon = "soon",
        /// Within an hour.
        Hour = "hour",
        /// It has one.
        Set = "set",
        None = "none",
    }
);

text_enum!(
    /// Whether the marketplace takes messages in a chat.
    WindowState {
        Open = "open",
        /// It will not from some moment within six hours on.
        Ending = "ending",
        Closed = "closed",
    }
);

/// Days of the workspace's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Today and so many days before it; 0 is today alone.
    Last(u16),
    /// Longer ago than so many days.
    Before(u16),
    /// From one day to another, both included.
    Between(NaiveDate, NaiveDate),
}

/// The place of a row in a list; rows compare as the list shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListCursor {
    pub sort: Sort,
    pub due_at: Option<DateTime<Utc>>,
    pub waits_since: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub id: ChatId,
    /// The page that ends here was come by along the whole list, and so is the next one. No part of the order.
    #[serde(default)]
    pub is_walked: bool,
}

impl ListCursor {
    /// The place of a row.
    pub fn of(row: &ChatRow, sort: Sort) -> Self {
        ListCursor {
            sort,
            due_at: row.due_at,
            waits_since: row.waits_since,
            last_message_at: row.last_message_at,
            id: row.id,
            is_walked: false,
        }
    }

    /// Order of two places of the same list.
    pub fn compare(&self, other: &Self) -> Ordering {
        let newest = || (other.last_message_at, other.id).cmp(&(self.last_message_at, self.id));
        let (Some(since), Some(other_since)) = (self.waits_since, other.waits_since) else {
            // Those who do not wait stand newest first in every order.
            let waiting_first = match self.sort {
                Sort::Newest => Ordering::Equal,
                Sort::Deadline | Sort::Waiting => {
                    self.waits_since.is_none().cmp(&other.waits_since.is_none())
                }
            };
            return waiting_first.then_with(newest);
        };
        let longest = || (since, self.id).cmp(&(other_since, other.id));
        match self.sort {
            Sort::Deadline => earliest(self.due_at, other.due_at).then_with(longest),
            Sort::Waiting => longest(),
            Sort::Newest => newest(),
        }
    }
}

/// Earlier first, none last.
fn earliest(a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>) -> Ordering {
    (a.is_none(), a).cmp(&(b.is_none(), b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::Duration::minutes(minute)
    }

    fn place(sort: Sort, due: Option<i64>, since: Option<i64>, last: i64, id: u128) -> ListCursor {
        ListCursor {
            sort,
            due_at: due.map(at),
            waits_since: since.map(at),
            last_message_at: at(last),
            id: ChatId(uuid::Uuid::from_u128(id)),
            is_walked: false,
        }
    }

    #[test]
    fn each_order_is_told_by_its_own_facts() {
        let due_late = |sort| place(sort, Some(90), Some(10), 50, 1);
        let due_soon = |sort| place(sort, Some(60), Some(20), 20, 2);
        let quiet = |sort| place(sort, None, None, 80, 3);
        let quieter = |sort| place(sort, None, None, 70, 4);
        let ids = |sort| {
            let mut all = [quieter(sort), quiet(sort), due_late(sort), due_soon(sort)];
            all.sort_by(ListCursor::compare);
            all.map(|place| place.id.0.as_u128())
        };
        assert_eq!(ids(Sort::Deadline), [2, 1, 3, 4]);
        assert_eq!(ids(Sort::Waiting), [1, 2, 3, 4]);
        assert_eq!(ids(Sort::Newest), [3, 4, 1, 2]);
    }

    #[test]
    fn a_filter_nobody_builds_by_hand_is_not_asked() {
        let one = || Filter::Is(Condition::Unanswered(true));
        assert!(Filter::All(vec![one(), Filter::Any(vec![one()])]).is_reasonable());
        assert!(!Filter::All(vec![one(); 41]).is_reasonable());
        let turned = |filter| Filter::Not(Box::new(filter));
        let built = Filter::All(vec![turned(Filter::Any(vec![turned(one())]))]);
        assert!(built.is_reasonable(), "the builder makes it");
        let deep = (0..5).fold(one(), |inner, _| Filter::Not(Box::new(inner)));
        assert!(!deep.is_reasonable());
    }

    #[test]
    fn a_part_is_added_once_and_taken_away_again() {
        let is = |condition| Filter::Is(condition);
        let (waits, order) = (is(Condition::Unanswered(true)), is(Condition::HasOrder(true)));
        let one = Filter::toggled(None, &waits);
        assert_eq!(one, Some(waits.clone()));
        let two = Filter::toggled(one.as_ref(), &order);
        assert_eq!(two, Some(Filter::All(vec![waits.clone(), order.clone()])));
        assert_eq!(Filter::toggled(two.as_ref(), &waits), Some(order));
        assert_eq!(Filter::toggled(one.as_ref(), &waits), None);
        let either = Filter::Any(vec![waits.clone()]);
        assert_eq!(Filter::parts(Some(&either)), std::slice::from_ref(&either), "a group is one part");
    }
}
