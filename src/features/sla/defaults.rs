//! What a workspace begins with, and what the marketplaces count by themselves. All of it is data with a source and a date.
//!
//! A marketplace may rate only the first answer of a dialogue, and does not tell when a later message begins a new one. Every
//! turn is therefore rated: the stricter reading costs no rating.

use super::book::{NamedCalendar, RuleBook};
use super::intent::{Intent, IntentRule, Intents};
use super::policy::{Goals, MarketplaceTerms, Policy};
use crate::shared::chat::Priority;
use crate::shared::i18n::Locale;
use crate::shared::ids::{CalendarId, PolicyId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::ladder::Step;
use crate::shared::sla::production::CalendarPlan;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A data file of ours cannot be used; a test rules that out.
#[derive(Debug, thiserror::Error)]
pub enum BadData {
    #[error("a data file cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("a pattern cannot be read: {0}")]
    Pattern(String),
    #[error("nothing is known of {0}")]
    Missing(Marketplace),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    ladder: Vec<Step>,
    calendar: CalendarPlan,
    goals: BTreeMap<Priority, Goals>,
    by_intent: BTreeMap<Intent, Goals>,
}

/// The policy that holds for every chat until somebody writes another one.
///
/// # Errors
/// When the data file cannot be read.
pub fn first_policy(id: PolicyId, name: &str) -> Result<Policy, BadData> {
    let First { goals, by_intent, ladder, .. } = first()?;
    Ok(Policy {
        id,
        name: name.to_owned(),
        when: Vec::new(),
        raises: Vec::new(),
        goals,
        by_intent,
        calendar: None,
        ladder,
    })
}

/// What holds in a workspace until somebody saves something else: the first policy, by the hours of the first calendar. Both have
/// the same names and ids in every workspace, as what has been stored under them has to be found again.
///
/// # Errors
/// When the data file cannot be read.
pub fn first_book(locale: Locale) -> Result<RuleBook, BadData> {
    let calendar = CalendarId(uuid::Uuid::from_u128(1));
    let name = locale.first_calendar_name().to_owned();
    Ok(RuleBook {
        policies: vec![first_policy(PolicyId(uuid::Uuid::from_u128(1)), locale.first_policy_name())?],
        calendars: vec![NamedCalendar { id: calendar, name, plan: first()?.calendar, zone: None }],
        usual: calendar,
        loud: None,
    })
}

fn first() -> Result<First, BadData> {
    Ok(serde_json::from_str(include_str!("defaults.json"))?)
}

/// What buyers want, by their words.
///
/// # Errors
/// When the data file cannot be read.
pub fn intents() -> Result<Intents, BadData> {
    Intents::new(&intent_rules()?).map_err(BadData::Pattern)
}

/// The same as they are written down.
///
/// # Errors
/// When the data file cannot be read.
pub fn intent_rules() -> Result<Vec<IntentRule>, BadData> {
    Ok(serde_json::from_str(include_str!("intents.json"))?)
}

/// What a marketplace counts.
///
/// # Errors
/// When the data file cannot be read or does not know it.
pub fn marketplace_terms(marketplace: Marketplace) -> Result<MarketplaceTerms, BadData> {
    let all: Vec<MarketplaceTerms> = serde_json::from_str(include_str!("marketplaces.json"))?;
    all.into_iter().find(|terms| terms.marketplace == marketplace).ok_or(BadData::Missing(marketplace))
}
