//! Rules as data: those that come with the program, what a workspace has changed about them, and what they find.

use super::pattern::Pattern;
use crate::shared::error::{Refusal, WordingMatch};
pub use crate::shared::wording::WordingKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// The longest title of a rule, in characters.
pub const MAX_TITLE: usize = 80;
/// The longest advice of a rule, in characters.
pub const MAX_ADVICE: usize = 300;
/// The longest pattern, in characters.
pub const MAX_PATTERN: usize = 300;
/// Own rules of a workspace.
pub const MAX_OWN: usize = 100;
/// Patterns of a rule.
pub const MAX_PATTERNS: usize = 30;

/// The name of a rule within its rule set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub String);

text_enum!(
    /// What happens to a text that a rule finds something in.
    Severity {
        /// Nothing: the rule is switched off.
        Off = "off",
        /// It is said, and the text may be sent.
        Hint = "hint",
        /// The author has to say that it is meant.
        Warn = "warn",
        /// The text cannot be sent.
        Block = "block",
    }
);

/// A rule as it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: RuleId,
    pub kind: WordingKind,
    pub severity: Severity,
    /// Only of a workspace's own rule; the others are called by their kind.
    #[serde(default)]
    pub title: Option<String>,
    /// What to write instead; only of a workspace's own rule.
    #[serde(default)]
    pub advice: Option<String>,
    /// Sets of stems, in the notation of `pattern`.
    pub patterns: Vec<String>,
}

/// All rules in force. Version 0 is what comes with the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    pub version: i32,
    pub rules: Vec<Rule>,
}

/// A rule that a workspace has made itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRule {
    pub id: RuleId,
    pub title: String,
    pub advice: String,
    pub severity: Severity,
    pub patterns: Vec<String>,
}

/// What a workspace has changed about the rules that come with the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub severities: BTreeMap<RuleId, Severity>,
    pub own: Vec<OwnRule>,
}

impl Changes {
    /// Whether they can be kept: every own rule has a title and patterns that can be read.
    ///
    /// # Errors
    /// What has to be put right first.
    pub fn check(&self) -> Result<(), Refusal> {
        let too_long = |max: usize| Refusal::FieldTooLong { max: max as u32 };
        if self.own.len() > MAX_OWN {
            return Err(Refusal::TooManyRules { max: MAX_OWN as u32 });
        }
        if self.own.iter().any(|rule| rule.patterns.len() > MAX_PATTERNS) {
            return Err(Refusal::TooManyRules { max: MAX_PATTERNS as u32 });
        }
        for rule in &self.own {
            if rule.title.trim().is_empty() {
                return Err(Refusal::RuleTitleMissing);
            }
            for (text, max) in [(&rule.title, MAX_TITLE), (&rule.advice, MAX_ADVICE)] {
                if text.chars().count() > max {
                    return Err(too_long(max));
                }
            }
            if rule.patterns.is_empty() {
                return Err(Refusal::RulePatternUnreadable { pattern: String::new() });
            }
            for pattern in &rule.patterns {
                if pattern.chars().count() > MAX_PATTERN {
                    return Err(too_long(MAX_PATTERN));
                }
                if Pattern::parse(pattern).is_none() {
                    return Err(Refusal::RulePatternUnreadable { pattern: pattern.clone() });
                }
            }
        }
        Ok(())
    }

    /// The rules in force: `built_in` with these changes.
    pub fn applied_to(&self, built_in: Vec<Rule>, version: i32) -> RuleSet {
        let mut rules = built_in;
        for rule in &mut rules {
            if let Some(severity) = self.severities.get(&rule.id) {
                rule.severity = *severity;
            }
        }
        rules.extend(self.own.iter().map(|own| Rule {
            id: own.id.clone(),
            kind: WordingKind::Own,
            severity: own.severity,
            title: Some(own.title.clone()),
            advice: Some(own.advice.clone()).filter(|advice| !advice.is_empty()),
            patterns: own.patterns.clone(),
        }));
        RuleSet { version, rules }
    }
}

/// The rules as their page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordingSettings {
    /// The version that the next one is based on.
    pub version: i32,
    /// Who made it, and when; `None` while nothing has been changed.
    pub changed: Option<(String, DateTime<Utc>)>,
    pub built_in: Vec<Rule>,
    pub changes: Changes,
}

/// What a rule has found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub rule: RuleId,
    pub kind: WordingKind,
    pub severity: Severity,
    pub title: Option<String>,
    pub advice: Option<String>,
    /// The words as they stand in the text.
    pub words: String,
    /// Where they stand, in bytes.
    pub place: Range<usize>,
}

impl Hit {
    /// As a refusal tells it.
    pub fn told(&self) -> WordingMatch {
        WordingMatch { kind: self.kind, title: self.title.clone(), words: self.words.clone() }
    }
}

/// A warning that an author has sent a text over; kept with the reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentOver {
    pub rule: RuleId,
    pub words: String,
    /// The version of the rules.
    pub version: i32,
}

/// Why a text cannot be sent as it is.
///
/// # Errors
/// The first thing that blocks it, or the first warning that is not among `accepted`.
pub fn verdict(hits: &[Hit], accepted: &[RuleId]) -> Result<(), Refusal> {
    if let Some(hit) = hits.iter().find(|hit| hit.severity == Severity::Block) {
        return Err(Refusal::WordingBlocked(hit.told()));
    }
    let open = hits.iter().find(|hit| hit.severity == Severity::Warn && !accepted.contains(&hit.rule));
    open.map_or(Ok(()), |hit| Err(Refusal::WordingUnaccepted(hit.told())))
}
