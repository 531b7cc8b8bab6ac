//! The lexicon: what words speak for what, in the notation of the rules of risky words.

use super::types::Category;
use crate::features::wording::pattern::Pattern;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The lexicon that comes with the program.
const BUILT_IN: &str = include_str!("lexicon.json");

/// The lexicon as it is written.
#[derive(Debug, Default, Deserialize)]
struct Written {
    version: i32,
    /// How much each pattern weighs, and the pattern.
    categories: BTreeMap<Category, Vec<(f32, String)>>,
    positive: Vec<String>,
    negative: Vec<String>,
    /// Danger, law, health: nothing is more urgent.
    urgent: Vec<String>,
    /// Makes one step more urgent.
    pressing: Vec<String>,
}

/// The lexicon, ready to be asked.
#[derive(Debug)]
pub(super) struct Lexicon {
    pub version: i32,
    pub categories: Vec<(Category, Vec<(f32, Pattern)>)>,
    pub positive: Vec<Pattern>,
    pub negative: Vec<Pattern>,
    pub urgent: Vec<Pattern>,
    pub pressing: Vec<Pattern>,
}

/// The lexicon that comes with the program; read once.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(BUILT_IN));

impl Lexicon {
    /// A pattern that cannot be read finds nothing; a test sees to it that there is none.
    fn read(text: &str) -> Self {
        let written: Written = serde_json::from_str(text).unwrap_or_default();
        let all = |patterns: Vec<String>| patterns.iter().filter_map(|text| Pattern::parse(text)).collect();
        let weighed = |patterns: Vec<(f32, String)>| {
            patterns.into_iter().filter_map(|(weight, text)| Some((weight, Pattern::parse(&text)?))).collect()
        };
        Lexicon {
            version: written.version,
            categories: written
                .categories
                .into_iter()
                .map(|(category, patterns)| (category, weighed(patterns)))
                .collect(),
            positive: all(written.positive),
            negative: all(written.negative),
            urgent: all(written.urgent),
            pressing: all(written.pressing),
        }
    }
}

#[cfg(test)]
pub(super) fn unreadable() -> Vec<String> {
    let written: Written = serde_json::from_str(BUILT_IN).expect("a lexicon of our own");
    let weighed = written.categories.into_values().flatten().map(|(_, text)| text);
    let others = [written.positive, written.negative, written.urgent, written.pressing].into_iter().flatten();
    weighed.chain(others).filter(|text| Pattern::parse(text).is_none()).collect()
}
