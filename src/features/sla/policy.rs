//! Policies: an ordered list, the first whose conditions hold is the one. A policy has goals by priority, finer ones by intent,
//! and conditions that raise the priority. Matching is pure: the same facts give the same policy on both sides.

use super::intent::{Intent, Intents};
use super::priority::{Judged, Judging, PriorityReason, judge};
use crate::features::orders::types::Scheme;
use crate::features::understanding::types::{Category, Sentiment};
use crate::features::wording::phrases::{Phrases, ReadText};
use crate::shared::chat::{ChatKind, Priority};
use crate::shared::ids::{CalendarId, PolicyId, SellerId, TagId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::calendar::DAY_MINUTES;
use crate::shared::sla::clocks::{Goal, Terms};
use crate::shared::sla::ladder::{Step, StepTime};
use crate::shared::sla::story::{Rating, WindowRule};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Policies of a workspace: more nobody puts in order.
pub const MAX_POLICIES: usize = 50;
/// Conditions of a policy.
pub const MAX_CONDITIONS: usize = 20;
/// Patterns of a condition.
pub const MAX_PATTERNS: usize = 50;
/// Steps of a ladder.
pub const MAX_STEPS: usize = 12;
/// The longest name, in characters.
pub const MAX_NAME: usize = 80;
/// The shortest and the longest target, in minutes: a week.
pub const TARGET_MINUTES: std::ops::RangeInclusive<u32> = 1..=10_080;

/// Something that has to hold. Lists are alternatives. What is not known does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Seller(Vec<SellerId>),
    Marketplace(Vec<Marketplace>),
    Kind(Vec<ChatKind>),
    Scheme(Vec<Scheme>),
    /// The chat wears one of them.
    Tag(Vec<TagId>),
    /// At least so urgent, before policies raise anything.
    Priority(Priority),
    Intent(Vec<Intent>),
    /// What the turn is about, by the rules or by a person.
    Category(Vec<Category>),
    /// In which mood it is written.
    Sentiment(Vec<Sentiment>),
    /// One of these patterns stands in what the buyer has written in this turn.
    Words(Vec<String>),
    /// The turn began in these minutes of the workspace's day; past midnight when they end before they begin.
    TimeOfDay {
        from: u16,
        to: u16,
    },
    /// What the order is worth, in hundredths of its currency; both ends count.
    OrderValue {
        from: Option<i64>,
        to: Option<i64>,
    },
    /// The product's rating, in tenths of a star; both ends count.
    ProductRating {
        from: Option<u8>,
        to: Option<u8>,
    },
    /// The stars of the buyer's review; both ends count.
    ReviewStars {
        from: Option<u8>,
        to: Option<u8>,
    },
}

/// What makes a chat more urgent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// All have to hold.
    pub when: Vec<Condition>,
    /// At least so urgent then.
    pub to: Priority,
}

/// How soon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Goals {
    pub first_reply: Option<Goal>,
    pub next_reply: Option<Goal>,
    pub resolution: Option<Goal>,
}

/// A policy as an administrator writes it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub id: PolicyId,
    pub name: String,
    /// All have to hold; without any it holds for every chat.
    pub when: Vec<Condition>,
    pub raises: Vec<Raise>,
    pub goals: BTreeMap<Priority, Goals>,
    /// Finer ones; of two the shorter holds.
    pub by_intent: BTreeMap<Intent, Goals>,
    /// Whose hours count; the workspace's own when there is none.
    pub calendar: Option<CalendarId>,
    /// What is done as its deadlines come near.
    #[serde(default)]
    pub ladder: Vec<Step>,
}

/// All policies of a workspace, in order. An edit makes a new version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySet {
    pub version: i32,
    pub policies: Vec<Policy>,
}

/// Why a policy cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyFault {
    TooMany {
        max: usize,
    },
    NameMissing,
    NameTooLong {
        max: usize,
    },
    PatternUnreadable {
        pattern: String,
    },
    /// A list of alternatives or a range that nothing can satisfy.
    NothingSatisfies,
    TargetOutOfRange,
    /// Nothing in it asks for anything.
    NoGoal,
    /// A step at a time that no deadline has, or two steps under one name.
    StepImpossible,
}

impl Policy {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// What has to be put right first.
    pub fn check(&self) -> Result<(), PolicyFault> {
        if self.name.trim().is_empty() {
            return Err(PolicyFault::NameMissing);
        }
        if self.name.chars().count() > MAX_NAME {
            return Err(PolicyFault::NameTooLong { max: MAX_NAME });
        }
        let conditions = || self.when.iter().chain(self.raises.iter().flat_map(|raise| &raise.when));
        if conditions().count() > MAX_CONDITIONS {
            return Err(PolicyFault::TooMany { max: MAX_CONDITIONS });
        }
        conditions().try_for_each(Condition::check)?;
        let goals: Vec<&Goal> =
            self.goals.values().chain(self.by_intent.values()).flat_map(Goals::all).collect();
        if goals.is_empty() {
            return Err(PolicyFault::NoGoal);
        }
        self.check_ladder()?;
        let is_within = |goal: &&Goal| TARGET_MINUTES.contains(&goal.target.minutes.get());
        if goals.iter().all(is_within) { Ok(()) } else { Err(PolicyFault::TargetOutOfRange) }
    }
}

impl Policy {
    fn check_ladder(&self) -> Result<(), PolicyFault> {
        if self.ladder.len() > MAX_STEPS {
            return Err(PolicyFault::TooMany { max: MAX_STEPS });
        }
        let is_possible = |step: &Step| match step.time {
            StepTime::Used { percent } => (1..=100).contains(&percent),
            StepTime::Before { minutes } => TARGET_MINUTES.contains(&minutes),
            StepTime::After { minutes } => minutes <= *TARGET_MINUTES.end(),
        };
        let ids: BTreeSet<u16> = self.ladder.iter().map(|step| step.id).collect();
        let is_kept = ids.len() == self.ladder.len() && self.ladder.iter().all(is_possible);
        if is_kept { Ok(()) } else { Err(PolicyFault::StepImpossible) }
    }
}

impl Condition {
    fn check(&self) -> Result<(), PolicyFault> {
        let is_possible = match self {
            Condition::Seller(list) => !list.is_empty(),
            Condition::Marketplace(list) => !list.is_empty(),
            Condition::Kind(list) => !list.is_empty(),
            Condition::Scheme(list) => !list.is_empty(),
            Condition::Tag(list) => !list.is_empty(),
            Condition::Priority(_) => true,
            Condition::Intent(list) => !list.is_empty(),
            Condition::Category(list) => !list.is_empty(),
            Condition::Sentiment(list) => !list.is_empty(),
            Condition::Words(patterns) if patterns.len() > MAX_PATTERNS => {
                return Err(PolicyFault::TooMany { max: MAX_PATTERNS });
            }
            Condition::Words(patterns) => {
                Phrases::parse(patterns).map_err(|pattern| PolicyFault::PatternUnreadable { pattern })?;
                !patterns.is_empty()
            }
            Condition::TimeOfDay { from, to } => *from < DAY_MINUTES && *to <= DAY_MINUTES && from != to,
            Condition::OrderValue { from, to } => is_range(*from, *to),
            Condition::ProductRating { from, to } | Condition::ReviewStars { from, to } => {
                is_range(*from, *to)
            }
        };
        if is_possible { Ok(()) } else { Err(PolicyFault::NothingSatisfies) }
    }
}

fn is_range<T: PartialOrd>(from: Option<T>, to: Option<T>) -> bool {
    match (from, to) {
        (None, None) => false,
        (Some(from), Some(to)) => from <= to,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

impl Goals {
    fn all(&self) -> impl Iterator<Item = &Goal> {
        [&self.first_reply, &self.next_reply, &self.resolution].into_iter().flatten()
    }

    /// Of each two goals the shorter one.
    fn stricter(&self, other: Option<&Goals>) -> Goals {
        let none = Goals::default();
        let other = other.unwrap_or(&none);
        let shorter = |one: &Option<Goal>, other: &Option<Goal>| {
            [one, other].into_iter().flatten().min_by_key(|goal| goal.target.minutes).cloned()
        };
        Goals {
            first_reply: shorter(&self.first_reply, &other.first_reply),
            next_reply: shorter(&self.next_reply, &other.next_reply),
            resolution: shorter(&self.resolution, &other.resolution),
        }
    }
}

/// What is known of a chat and of the turn that a policy is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub seller: SellerId,
    pub marketplace: Marketplace,
    pub kind: ChatKind,
    pub scheme: Option<Scheme>,
    pub tags: Vec<TagId>,
    /// What a person has chosen, or has said of the turn.
    pub priority: Option<Priority>,
    /// What the turn is about.
    pub category: Option<Category>,
    pub sentiment: Option<Sentiment>,
    /// The buyer's messages of the turn, oldest first.
    pub turn: Vec<String>,
    /// When the turn began, in minutes of the workspace's day.
    pub minute_of_day: u16,
    pub order_value: Option<i64>,
    pub product_rating: Option<u8>,
    pub review_stars: Option<u8>,
    /// How urgent a model holds it to be.
    pub model: Option<Priority>,
}

/// The policy that holds for a chat, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    pub policy: PolicyId,
    pub version: i32,
    pub intent: Intent,
    pub judged: Judged,
    pub goals: Goals,
    pub calendar: Option<CalendarId>,
}

/// What a marketplace counts by itself: read-only, with the day on which it was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketplaceTerms {
    pub marketplace: Marketplace,
    pub rating: Option<Rating>,
    pub window: Option<WindowRule>,
    pub as_of: chrono::NaiveDate,
    pub source: String,
}

impl MarketplaceTerms {
    /// Together with what the house asks of itself.
    pub fn with(&self, goals: &Goals) -> Terms {
        Terms {
            first_reply: goals.first_reply.clone(),
            next_reply: goals.next_reply.clone(),
            resolution: goals.resolution.clone(),
            rating: self.rating,
            window: self.window,
        }
    }
}

/// Policies ready to be asked. Make it once: every message asks.
#[derive(Clone, Debug)]
pub struct Matcher {
    version: i32,
    intents: Intents,
    policies: Vec<ReadyPolicy>,
}

#[derive(Clone, Debug)]
struct ReadyPolicy {
    policy: Policy,
    when: Ready,
    raises: Vec<(Ready, Priority)>,
}

/// Conditions with their words read; all have to hold.
#[derive(Clone, Debug)]
struct Ready(Vec<(Condition, Phrases)>);

impl Ready {
    /// A pattern that cannot be read finds nothing; nobody can save one.
    fn new(conditions: &[Condition]) -> Self {
        let phrases = |condition: &Condition| match condition {
            Condition::Words(patterns) => Phrases::parse(patterns).unwrap_or_default(),
            _ => Phrases::default(),
        };
        Ready(conditions.iter().map(|condition| (condition.clone(), phrases(condition))).collect())
    }

    fn hold(&self, asked: &Asked<'_>) -> bool {
        self.0.iter().all(|(condition, phrases)| asked.satisfies(condition, phrases))
    }
}

/// Facts, and what was read out of them.
struct Asked<'a> {
    facts: &'a Facts,
    texts: Vec<ReadText>,
    intent: Intent,
    judged: Judged,
}

impl Asked<'_> {
    fn satisfies(&self, condition: &Condition, phrases: &Phrases) -> bool {
        let facts = self.facts;
        match condition {
            Condition::Seller(list) => list.contains(&facts.seller),
            Condition::Marketplace(list) => list.contains(&facts.marketplace),
            Condition::Kind(list) => list.contains(&facts.kind),
            Condition::Scheme(list) => facts.scheme.is_some_and(|scheme| list.contains(&scheme)),
            Condition::Tag(list) => facts.tags.iter().any(|tag| list.contains(tag)),
            Condition::Priority(least) => self.judged.priority >= *least,
            Condition::Intent(list) => list.contains(&self.intent),
            Condition::Category(list) => facts.category.is_some_and(|category| list.contains(&category)),
            Condition::Sentiment(list) => facts.sentiment.is_some_and(|mood| list.contains(&mood)),
            Condition::Words(_) => self.texts.iter().any(|text| phrases.find(text).is_some()),
            Condition::TimeOfDay { from, to } if from < to => (*from..*to).contains(&facts.minute_of_day),
            Condition::TimeOfDay { from, to } => facts.minute_of_day >= *from || facts.minute_of_day < *to,
            Condition::OrderValue { from, to } => is_between(facts.order_value, *from, *to),
            Condition::ProductRating { from, to } => is_between(facts.product_rating, *from, *to),
            Condition::ReviewStars { from, to } => is_between(facts.review_stars, *from, *to),
        }
    }
}

fn is_between<T: PartialOrd>(value: Option<T>, from: Option<T>, to: Option<T>) -> bool {
    value.is_some_and(|value| from.is_none_or(|from| value >= from) && to.is_none_or(|to| value <= to))
}

impl Matcher {
    /// Makes policies ready.
    pub fn new(set: PolicySet, intents: Intents) -> Self {
        let ready = |policy: Policy| {
            let when = Ready::new(&policy.when);
            let raises = policy.raises.iter().map(|raise| (Ready::new(&raise.when), raise.to)).collect();
            ReadyPolicy { policy, when, raises }
        };
        Matcher { version: set.version, intents, policies: set.policies.into_iter().map(ready).collect() }
    }

    /// The first policy that holds; nothing when none does.
    pub fn find(&self, facts: &Facts) -> Option<Match> {
        let texts: Vec<ReadText> = facts.turn.iter().map(|text| ReadText::of(text)).collect();
        // The gravest thing that was said in the turn.
        let intents = texts.iter().map(|text| self.intents.of(text));
        let intent =
            intents.min_by_key(|intent| Intent::ALL.iter().position(|it| it == intent)).unwrap_or_default();
        let judged = judge(&Judging {
            intent,
            base: self.intents.priority(intent),
            by_hand: facts.priority,
            turn: &facts.turn,
            model: facts.model,
        });
        let asked = Asked { facts, texts, intent, judged };
        let ReadyPolicy { policy, raises, .. } =
            self.policies.iter().find(|ready| ready.when.hold(&asked))?;
        let mut judged = asked.judged.clone();
        for (when, to) in raises {
            if when.hold(&asked) {
                judged.raise_to(*to, PriorityReason::Policy);
            }
        }
        let goals = policy.goals.get(&judged.priority).cloned().unwrap_or_default();
        Some(Match {
            policy: policy.id,
            version: self.version,
            intent,
            goals: goals.stricter(policy.by_intent.get(&intent)),
            judged,
            calendar: policy.calendar,
        })
    }
}
