//! What became of drafts, as a report shows it.

use super::types::Fate;
use crate::features::understanding::types::Category;
use crate::features::users::types::PersonView;
use crate::shared::ids::{ArticleId, ChatId, SuggestionId};
use crate::shared::models::ProviderKind;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How far back a report looks, in days.
pub const DAYS: i64 = 30;
/// Characters that a person types in a minute, of a text that has to be thought of.
pub const TYPED_A_MINUTE: i32 = 200;
/// Characters that a person reads in a minute, of a text that has to be checked.
pub const READ_A_MINUTE: i32 = 1000;
/// An edit of so many percent of a draft's characters was much.
pub const MUCH_EDITED: i32 = 30;
/// Questions that are shown.
pub const MOST_WORST: i64 = 20;

/// What became of drafts that are counted together. Drafts that nobody sent an answer beside are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub accepted: i64,
    pub edited: i64,
    pub rejected: i64,
    /// Typing that was not needed, less the reading that was.
    pub saved_seconds: i64,
}

impl Figures {
    /// How many drafts there were.
    pub fn all(&self) -> i64 {
        self.accepted + self.edited + self.rejected
    }
}

/// Drafts that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group<K> {
    pub key: K,
    pub figures: Figures,
}

/// Who has made a draft: a model, or, without a provider, the templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    pub provider: Option<ProviderKind>,
    pub model: Option<String>,
}

/// An article that drafts leant on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leant {
    pub article: ArticleId,
    pub title: String,
}

/// What the questions to a model have cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub provider: ProviderKind,
    pub model: String,
    pub calls: i64,
    pub tokens: i64,
    /// In millionths, and of what; nothing where nobody knows the price.
    pub cost: Option<(i64, String)>,
}

/// A day: what became of its drafts, and what its questions to models have cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub day: NaiveDate,
    pub figures: Figures,
    pub calls: i64,
    /// In millionths, and of what. Questions whose price nobody knows are not in it.
    pub costs: Vec<(i64, String)>,
}

/// A question for which no draft was good enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worst {
    pub suggestion: SuggestionId,
    pub chat: ChatId,
    /// Without what says who somebody is.
    pub question: String,
    pub category: Option<Category>,
    pub fate: Fate,
    /// How much of the draft was changed, in percent.
    pub changed: i64,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionReport {
    pub all: Figures,
    /// Who sent the answers.
    pub people: Vec<Group<PersonView>>,
    pub categories: Vec<Group<Category>>,
    pub makers: Vec<Group<Maker>>,
    pub articles: Vec<Group<Leant>>,
    /// The newest first.
    pub days: Vec<Day>,
    pub spent: Vec<Spent>,
    pub worst: Vec<Worst>,
}
