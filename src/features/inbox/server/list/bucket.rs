//! What sorts chats into lists, as one number; the column `chats.bucket` says the same.

use crate::features::inbox::types::{
    ChatKind, Condition, DeadlineState, Filter, Holder, Priority, View, WorkState,
};
use crate::shared::marketplace::Marketplace;

/// A part of the chats that stands in one piece in every index of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub work: WorkState,
    /// Somebody waits for us: the buyer for an answer, or for what was promised.
    pub waits: bool,
    /// Somebody is responsible; told only of chats to be worked on.
    pub is_held: Option<bool>,
}

impl Bucket {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Bucket> {
        let held = |work: WorkState| match work {
            WorkState::Open => vec![Some(false), Some(true)],
            WorkState::Snoozed | WorkState::Closed | WorkState::Spam => vec![None],
        };
        WorkState::ALL.iter().flat_map(move |work| {
            let waits = [true, false].into_iter();
            waits.flat_map(move |waits| {
                held(*work).into_iter().map(move |is_held| Bucket { work: *work, waits, is_held })
            })
        })
    }

    /// Those that a view takes chats from.
    pub fn of(view: View) -> Vec<Bucket> {
        Bucket::all().filter(|bucket| bucket.is_in(view)).collect()
    }

    fn is_in(self, view: View) -> bool {
        let is_open = self.work == WorkState::Open;
        match view {
            View::Waiting => is_open && self.waits,
            View::Mine => self.is_held == Some(true),
            View::Unassigned => self.is_held == Some(false),
            View::Open => is_open,
            View::Starred => true,
            View::Snoozed => self.work == WorkState::Snoozed,
            View::Closed => self.work == WorkState::Closed,
            View::Spam => self.work == WorkState::Spam,
            View::All => self.work != WorkState::Spam,
        }
    }

    /// The number in the column.
    pub fn code(self) -> i16 {
        let work = match self.work {
            WorkState::Open => 0,
            WorkState::Snoozed => 4,
            WorkState::Closed => 8,
            WorkState::Spam => 12,
        };
        work + 2 * i16::from(self.waits) + i16::from(self.is_held == Some(true))
    }

    /// That a chat is in it. Nothing more, e.g. that its buyer waits: what says the same twice misleads the planner.
    pub fn condition(self) -> String {
        format!("c.bucket = {}", self.code())
    }

    /// Whether a filter lets any of its chats through, as far as the bucket alone can tell.
    pub fn may_pass(self, filter: &Filter) -> bool {
        self.passes(filter) != Some(false)
    }

    /// What a filter says of every chat in it; `None` when it depends on the chat.
    fn passes(self, filter: &Filter) -> Option<bool> {
        let all = |parts: &[Filter], wanted: bool| {
            let said: Vec<Option<bool>> = parts.iter().map(|part| self.passes(part)).collect();
            if said.contains(&Some(!wanted)) {
                Some(!wanted)
            } else {
                said.iter().all(|it| *it == Some(wanted)).then_some(wanted)
            }
        };
        match filter {
            Filter::All(parts) => all(parts, true),
            Filter::Any(parts) => all(parts, false),
            Filter::Not(part) => self.passes(part).map(|it| !it),
            Filter::Is(condition) => self.is(condition),
        }
    }

    /// The same of one condition.
    fn is(self, condition: &Condition) -> Option<bool> {
        let none_or_all =
            |given: usize, all: bool| if given == 0 { Some(false) } else { all.then_some(true) };
        match condition {
            Condition::Work(states) => Some(states.contains(&self.work)),
            Condition::Unanswered(waits) => Some(*waits == self.waits),
            Condition::Assignee(holders) if self.is_held == Some(false) => {
                Some(holders.contains(&Holder::Nobody))
            }
            Condition::Assignee(holders)
                if self.is_held == Some(true) && holders.iter().all(|holder| *holder == Holder::Nobody) =>
            {
                Some(false)
            }
            Condition::Assignee(holders) => none_or_all(holders.len(), false),
            // Only who waits has a deadline.
            Condition::Deadline(state) if !self.waits => Some(*state == DeadlineState::None),
            Condition::Seller(sellers) => none_or_all(sellers.len(), false),
            Condition::Tag(tags) => none_or_all(tags.len(), false),
            Condition::Marketplace(given) => {
                none_or_all(given.len(), Marketplace::ALL.iter().all(|it| given.contains(it)))
            }
            Condition::Kind(given) => {
                none_or_all(given.len(), ChatKind::ALL.iter().all(|it| given.contains(it)))
            }
            Condition::Priority(given) => {
                none_or_all(given.len(), Priority::ALL.iter().all(|it| given.contains(it)))
            }
            // Some chats are not understood at all.
            Condition::Category(given) => none_or_all(given.len(), false),
            Condition::Urgency(given) => none_or_all(given.len(), false),
            Condition::Sentiment(given) => none_or_all(given.len(), false),
            Condition::Deadline(_)
            | Condition::Unseen(_)
            | Condition::Window(_)
            | Condition::LastMessage(_)
            | Condition::Began(_)
            | Condition::HasOrder(_)
            | Condition::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(view: View) -> Vec<i16> {
        Bucket::of(view).into_iter().map(Bucket::code).collect()
    }

    #[test]
    fn every_bucket_has_a_number_of_its_own() {
        let mut codes: Vec<i16> = Bucket::all().map(Bucket::code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [0, 1, 2, 3, 4, 6, 8, 10, 12, 14]);
    }

    #[test]
    fn views_are_made_of_buckets() {
        assert_eq!(codes(View::Waiting), [2, 3]);
        assert_eq!(codes(View::Unassigned), [2, 0]);
        assert_eq!(codes(View::Spam), [14, 12]);
        assert_eq!(codes(View::All).len(), 8);
    }

    #[test]
    fn a_filter_rules_out_buckets_without_a_look_at_their_chats() {
        let is = |condition| Filter::Is(condition);
        let waits = Bucket { work: WorkState::Open, waits: true, is_held: Some(false) };
        let unanswered = |it| is(Condition::Unanswered(it));
        assert!(waits.may_pass(&unanswered(true)));
        assert!(!waits.may_pass(&unanswered(false)));
        assert!(!waits.may_pass(&Filter::Not(Box::new(unanswered(true)))));
        assert!(waits.may_pass(&Filter::Not(Box::new(is(Condition::HasOrder(true))))));
        assert!(!waits.may_pass(&Filter::All(vec![is(Condition::HasOrder(true)), unanswered(false)])));
        assert!(waits.may_pass(&Filter::Any(vec![is(Condition::HasOrder(true)), unanswered(false)])));
        assert!(!waits.may_pass(&Filter::Any(Vec::new())), "nothing holds");
        assert!(waits.may_pass(&Filter::All(Vec::new())));
        assert!(!waits.may_pass(&is(Condition::Assignee(vec![Holder::Me]))));
        assert!(!waits.may_pass(&is(Condition::Tag(Vec::new()))), "none of no tags");
        let any_kind = Filter::Not(Box::new(is(Condition::Kind(ChatKind::ALL.to_vec()))));
        assert!(!waits.may_pass(&any_kind));
        let quiet = Bucket { waits: false, ..waits };
        assert!(
            !quiet.may_pass(&is(Condition::Deadline(DeadlineState::Overdue))),
            "only who waits has a deadline"
        );
        assert!(quiet.may_pass(&is(Condition::Deadline(DeadlineState::None))));
        assert!(waits.may_pass(&is(Condition::Deadline(DeadlineState::Overdue))));
        let held = Bucket { is_held: Some(true), ..waits };
        assert!(held.may_pass(&is(Condition::Assignee(vec![Holder::Me]))));
        assert!(held.may_pass(&is(Condition::Assignee(vec![Holder::Nobody, Holder::Me]))));
        assert!(!held.may_pass(&is(Condition::Assignee(vec![Holder::Nobody]))), "somebody's");
        assert!(waits.may_pass(&is(Condition::Assignee(vec![Holder::Nobody]))));
    }
}
