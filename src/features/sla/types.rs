//! What the pages about deadlines show and send.

use super::book::RuleBook;
use super::intent::Intent;
use super::policy::MarketplaceTerms;
use super::priority::PriorityReason;
use crate::shared::chat::Priority;
use crate::shared::ids::{ChatId, PolicyId, SellerId, TagId, UserId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::sla::count::{Span, Target};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The longest message that can be tried out, in characters.
pub const MAX_TRIAL: usize = 4_000;
/// The longest period of a report, in days.
pub const MAX_REPORT_DAYS: u16 = 92;

/// Rules as their pages show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineSettings {
    /// The version in force, on which the next one is based.
    pub version: i32,
    /// Who made it, and when; `None` for what comes with the program.
    pub changed: Option<(String, DateTime<Utc>)>,
    pub book: RuleBook,
    /// What marketplaces count by themselves; nobody changes it.
    pub marketplaces: Vec<MarketplaceTerms>,
    pub sellers: Vec<(SellerId, String)>,
    pub tags: Vec<(TagId, String)>,
}

/// A version of the rules in the list of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLine {
    pub version: i32,
    pub author: String,
    pub at: DateTime<Utc>,
}

/// What a policy does now and would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyCount {
    /// Open chats that wait for an answer and that it holds for.
    pub open: i64,
    /// Of these, those whose answer is overdue.
    pub overdue: i64,
    /// Times that a buyer waited in the week before.
    pub week: i64,
    /// Of these, those that were answered too late or still are not.
    pub late: i64,
}

/// The policies of a book and what they do; `None` stands for chats that no policy holds for.
pub type PolicyCounts = Vec<(Option<PolicyId>, PolicyCount)>;

/// What would change if a book were saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub counts: PolicyCounts,
    /// The same by the rules in force.
    pub now: PolicyCounts,
    /// There were more chats than are looked at: these are the ones that have waited longest.
    pub is_cut: bool,
}

/// A message that somebody tries rules out with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub text: String,
    pub seller: Option<SellerId>,
    pub tags: Vec<TagId>,
    /// What a person has chosen.
    pub priority: Option<Priority>,
    pub at: DateTime<Utc>,
}

/// What rules make of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialOutcome {
    /// `None` when no policy holds.
    pub policy: Option<TrialMatch>,
    /// The nearest first.
    pub deadlines: Vec<TrialDeadline>,
}

/// The policy that holds for a message, and why it is as urgent as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialMatch {
    pub name: String,
    pub intent: Intent,
    pub priority: Priority,
    pub reasons: Vec<PriorityReason>,
    pub calendar: String,
}

/// A deadline of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialDeadline {
    pub kind: ClockKind,
    pub target: Option<Target>,
    /// `None` when the calendar leaves too little time ever.
    pub due_at: Option<DateTime<Utc>>,
    /// What the time until then is spent on.
    pub course: Vec<Span>,
}

/// Which answers a report is about: a period, and what it is narrowed down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    /// So many days up to and with today.
    pub days: u16,
    pub seller: Option<SellerId>,
    pub person: Option<Answerer>,
    pub policy: Option<PolicyId>,
    /// Of the workspace's day in which the buyer began to wait.
    pub hour: Option<u8>,
    pub day: Option<NaiveDate>,
}

/// Who has given an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerer {
    Person(UserId),
    /// Somebody of ours in the marketplace's own cabinet.
    Cabinet,
}

/// How soon a group of waiting buyers was answered. Times are in minutes by the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Times that a buyer waited.
    pub turns: i64,
    pub answered: i64,
    /// Those that have a verdict: answered, or overdue without an answer.
    pub judged: i64,
    /// Of these, those that were answered in time.
    pub met: i64,
    pub median: Option<i64>,
    pub p90: Option<i64>,
    pub p95: Option<i64>,
}

/// A group of a report with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group<K> {
    pub key: K,
    pub name: String,
    pub figures: Figures,
}

/// How a marketplace sees a seller: the share of the last thirty days that was answered in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub seller: SellerId,
    pub name: String,
    pub marketplace: Marketplace,
    pub within_hours: i64,
    pub judged: i64,
    pub met: i64,
    /// Those that wait and may still be answered in time.
    pub waiting: i64,
    /// So many more may be missed before the share falls below the goal; less than nothing when it has.
    pub may_miss: i64,
}

/// How promises to buyers were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseFigures {
    pub made: i64,
    pub kept: i64,
    /// Their time is over, whether somebody has written since or not.
    pub broken: i64,
    /// Their time is not over.
    pub open: i64,
    /// Taken back in time, or moved.
    pub dropped: i64,
}

/// A buyer who waited too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateTurn {
    pub chat: ChatId,
    pub name: String,
    pub seller: String,
    pub since: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// `None` while nobody has answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// How soon buyers were answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub all: Figures,
    pub sellers: Vec<Group<SellerId>>,
    pub people: Vec<Group<Answerer>>,
    pub policies: Vec<Group<PolicyId>>,
    pub hours: Vec<Group<u8>>,
    pub days: Vec<Group<NaiveDate>>,
    pub shares: Vec<Share>,
    pub promises: PromiseFigures,
    /// The newest first.
    pub late: Vec<LateTurn>,
    /// There were more answers than are counted: these are the oldest of the period.
    pub is_cut: bool,
}
