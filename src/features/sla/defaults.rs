//! What a workspace begins with, and what the marketplaces count by themselves. All of it is data with a source and a date.
//!
//! A marketplace may rate only the first answer of a dialogue, and does not tell when a later message begins a new one. Every
//! turn is therefore rated: the stricter reading costs no rating.

use super::intent::Intent;
use super::intent::{IntentRule, Intents};
use super::policy::{Goals, MarketplaceTerms, Policy};
use crate::shared::chat::Priority;
use crate::shared::ids::PolicyId;
use crate::shared::marketplace::Marketplace;
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
    goals: BTreeMap<Priority, Goals>,
    by_intent: BTreeMap<Intent, Goals>,
}

/// The policy that holds for every chat until somebody writes another one.
///
/// # Errors
/// When the data file cannot be read.
pub fn first_policy(id: PolicyId, name: &str) -> Result<Policy, BadData> {
    let First { goals, by_intent } = serde_json::from_str(include_str!("defaults.json"))?;
    Ok(Policy {
        id,
        name: name.to_owned(),
        when: Vec::new(),
        raises: Vec::new(),
        goals,
        by_intent,
        calendar: None,
    })
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
