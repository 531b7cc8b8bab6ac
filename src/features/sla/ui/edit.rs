//! Changes to policies that need no screen.

use crate::features::sla::intent::Intent;
use crate::features::sla::policy::{Condition, Goals, Policy};
use crate::shared::chat::Priority;
use crate::shared::sla::clocks::Goal;
use crate::shared::sla::count::{PauseReason, Target};

text_enum!(
    /// A goal of a row.
    Column {
        FirstReply = "first_reply",
        NextReply = "next_reply",
        Resolution = "resolution",
    }
);

/// A row of goals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    Priority(Priority),
    Intent(Intent),
}

impl Row {
    /// For ids of fields.
    pub fn word(self) -> &'static str {
        match self {
            Row::Priority(priority) => priority.as_str(),
            Row::Intent(intent) => intent.as_str(),
        }
    }
}

text_enum!(
    /// What a condition is about. Conditions about what nobody tells us yet are not offered.
    Topic {
        Seller = "seller",
        Marketplace = "marketplace",
        Scheme = "scheme",
        Tag = "tag",
        Priority = "priority",
        Intent = "intent",
        Category = "category",
        Sentiment = "sentiment",
        Words = "words",
        TimeOfDay = "time_of_day",
        OrderValue = "order_value",
    }
);

impl Topic {
    /// What a condition is about; `None` for one that is not offered.
    pub fn of(condition: &Condition) -> Option<Self> {
        Some(match condition {
            Condition::Seller(_) => Topic::Seller,
            Condition::Marketplace(_) => Topic::Marketplace,
            Condition::Scheme(_) => Topic::Scheme,
            Condition::Tag(_) => Topic::Tag,
            Condition::Priority(_) => Topic::Priority,
            Condition::Intent(_) => Topic::Intent,
            Condition::Category(_) => Topic::Category,
            Condition::Sentiment(_) => Topic::Sentiment,
            Condition::Words(_) => Topic::Words,
            Condition::TimeOfDay { .. } => Topic::TimeOfDay,
            Condition::OrderValue { .. } => Topic::OrderValue,
            Condition::Kind(_) | Condition::ProductRating { .. } | Condition::ReviewStars { .. } => {
                return None;
            }
        })
    }

    /// A condition to begin with.
    pub fn blank(self) -> Condition {
        match self {
            Topic::Seller => Condition::Seller(Vec::new()),
            Topic::Marketplace => Condition::Marketplace(Vec::new()),
            Topic::Scheme => Condition::Scheme(Vec::new()),
            Topic::Tag => Condition::Tag(Vec::new()),
            Topic::Priority => Condition::Priority(Priority::High),
            Topic::Intent => Condition::Intent(Vec::new()),
            Topic::Category => Condition::Category(Vec::new()),
            Topic::Sentiment => Condition::Sentiment(Vec::new()),
            Topic::Words => Condition::Words(Vec::new()),
            Topic::TimeOfDay => Condition::TimeOfDay { from: 21 * 60, to: 9 * 60 },
            Topic::OrderValue => Condition::OrderValue { from: None, to: None },
        }
    }
}

/// The goals of a row.
pub fn goals(policy: &Policy, row: Row) -> Option<&Goals> {
    match row {
        Row::Priority(priority) => policy.goals.get(&priority),
        Row::Intent(intent) => policy.by_intent.get(&intent),
    }
}

/// A goal.
pub fn goal(policy: &Policy, row: Row, column: Column) -> Option<&Goal> {
    goals(policy, row).and_then(|goals| cell(goals, column).as_ref())
}

/// Sets a goal or takes it away. It is paused by what pauses the others of its column.
pub fn set_target(policy: &mut Policy, row: Row, column: Column, target: Option<Target>) {
    let paused_by = pauses(policy, column);
    let goals = match row {
        Row::Priority(priority) => policy.goals.entry(priority).or_default(),
        Row::Intent(intent) => policy.by_intent.entry(intent).or_default(),
    };
    *cell_mut(goals, column) = target.map(|target| Goal { target, paused_by });
}

/// What pauses the goals of a column.
pub fn pauses(policy: &Policy, column: Column) -> Vec<PauseReason> {
    let rows = policy.goals.values().chain(policy.by_intent.values());
    let goal = rows.filter_map(|goals| cell(goals, column).as_ref()).next();
    goal.map_or_else(|| usual_pauses(column), |goal| goal.paused_by.clone())
}

/// Lets the goals of a column be paused by a reason, or no longer.
pub fn set_pause(policy: &mut Policy, column: Column, reason: PauseReason, is_on: bool) {
    let rows = policy.goals.values_mut().chain(policy.by_intent.values_mut());
    for goal in rows.filter_map(|goals| cell_mut(goals, column).as_mut()) {
        goal.paused_by.retain(|other| *other != reason);
        if is_on {
            goal.paused_by.push(reason);
        }
    }
}

fn usual_pauses(column: Column) -> Vec<PauseReason> {
    match column {
        Column::FirstReply | Column::NextReply => vec![PauseReason::ByHand],
        Column::Resolution => vec![PauseReason::Snoozed, PauseReason::WaitsForBuyer, PauseReason::ByHand],
    }
}

fn cell(goals: &Goals, column: Column) -> &Option<Goal> {
    match column {
        Column::FirstReply => &goals.first_reply,
        Column::NextReply => &goals.next_reply,
        Column::Resolution => &goals.resolution,
    }
}

fn cell_mut(goals: &mut Goals, column: Column) -> &mut Option<Goal> {
    match column {
        Column::FirstReply => &mut goals.first_reply,
        Column::NextReply => &mut goals.next_reply,
        Column::Resolution => &mut goals.resolution,
    }
}

/// Moves a thing of a list to another place; what is beyond the end stays at the end.
pub fn moved<T>(list: &mut Vec<T>, from: usize, to: usize) {
    if from < list.len() {
        let it = list.remove(from);
        list.insert(to.min(list.len()), it);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sla::defaults::first_policy;
    use crate::shared::ids::PolicyId;

    #[test]
    fn a_goal_is_paused_as_its_column_is() {
        let mut policy = first_policy(PolicyId::new(), "x").expect("data");
        set_pause(&mut policy, Column::FirstReply, PauseReason::Snoozed, true);
        let row = Row::Intent(Intent::Thanks);
        set_target(&mut policy, row, Column::FirstReply, Some(Target::working(30)));
        let set = goal(&policy, row, Column::FirstReply).expect("a goal");
        assert_eq!(set.paused_by, [PauseReason::ByHand, PauseReason::Snoozed]);
        set_pause(&mut policy, Column::FirstReply, PauseReason::ByHand, false);
        assert_eq!(pauses(&policy, Column::FirstReply), [PauseReason::Snoozed]);
        assert!(pauses(&policy, Column::NextReply).contains(&PauseReason::ByHand), "another column");
        set_target(&mut policy, row, Column::FirstReply, None);
        assert_eq!(goal(&policy, row, Column::FirstReply), None);
    }

    #[test]
    fn every_topic_begins_with_its_own_condition() {
        for topic in Topic::ALL {
            assert_eq!(Topic::of(&topic.blank()), Some(*topic));
        }
    }

    #[test]
    fn what_is_moved_beyond_the_end_stays_at_the_end() {
        let mut list = vec![1, 2, 3];
        moved(&mut list, 0, 9);
        assert_eq!(list, [2, 3, 1]);
        moved(&mut list, 2, 0);
        assert_eq!(list, [1, 2, 3]);
        moved(&mut list, 3, 0);
        assert_eq!(list, [1, 2, 3]);
    }
}
