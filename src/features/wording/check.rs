//! Looking through a text with all rules in force.

use super::normal;
use super::pattern::{Pattern, Text};
use super::signs;
use super::types::{Hit, Rule, RuleSet, Severity};

/// The rules in force, ready to be asked. Make it once: a text is asked at every key.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    pub version: i32,
    rules: Vec<(Rule, Vec<Pattern>)>,
}

impl Checker {
    /// Makes rules ready. A pattern that cannot be read finds nothing; nobody can save one.
    pub fn new(set: RuleSet) -> Self {
        let ready = |rule: Rule| {
            let patterns = rule.patterns.iter().filter_map(|pattern| Pattern::parse(pattern)).collect();
            (rule, patterns)
        };
        let in_force = set.rules.into_iter().filter(|rule| rule.severity != Severity::Off);
        Checker { version: set.version, rules: in_force.map(ready).collect() }
    }

    /// What the rules find in a text, the gravest first; each rule once.
    pub fn check(&self, text: &str) -> Vec<Hit> {
        let words = normal::words(text);
        let signs = signs::find(text);
        let read = Text { words: &words, signs: &signs };
        let mut hits: Vec<Hit> = self
            .rules
            .iter()
            .filter_map(|(rule, patterns)| {
                let place = patterns.iter().find_map(|pattern| pattern.find(&read))?;
                Some(Hit {
                    rule: rule.id.clone(),
                    kind: rule.kind,
                    severity: rule.severity,
                    title: rule.title.clone(),
                    advice: rule.advice.clone(),
                    words: text[place.clone()].to_owned(),
                    place,
                })
            })
            .collect();
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.severity));
        hits
    }
}
