//! Drafts without a model: warm, true of any order, and never the same twice in a row.
//!
//! A draft is an opening, a middle and an end (`templates.json`). Which ones is chosen from the chat, so that the same
//! chat gets the same draft, and in such a way that what was said lately is not said again.

use crate::features::understanding::types::{Category, Language};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// So often an end may have been used lately.
const OFTEN: usize = 4;

/// Openings, middles and ends.
type Parts = Vec<Vec<String>>;

#[derive(Debug, Default, Deserialize)]
struct Templates {
    version: i32,
    ru: BTreeMap<Category, Parts>,
    en: BTreeMap<Category, Parts>,
}

static TEMPLATES: LazyLock<Templates> =
    LazyLock::new(|| serde_json::from_str(include_str!("templates.json")).unwrap_or_default());

/// A draft that was made from a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateDraft {
    pub text: String,
    /// The version of the templates.
    pub version: i32,
}

/// A draft about a subject in the buyer's language. `seed` is the chat's; `recent` are drafts and answers of the last
/// time, which are not repeated, nor their ends too often.
pub fn draft(category: Category, language: Language, seed: u64, recent: &[String]) -> Option<TemplateDraft> {
    let parts = parts(category, language)?;
    let count = combinations(parts);
    let start = usize::try_from(seed % count as u64).unwrap_or_default();
    let texts = (0..count).map(|step| (start + step) % count).map(|number| combination(parts, number));
    let new: Vec<(String, usize)> = texts
        .filter(|(text, _)| !recent.contains(text))
        .map(|(text, end)| (text, recent.iter().filter(|text| text.ends_with(end)).count()))
        .collect();
    let chosen = new
        .iter()
        .find(|(_, uses)| *uses <= OFTEN.min(recent.len() / ends(parts)))
        .or_else(|| new.iter().min_by_key(|(_, uses)| *uses));
    let text = chosen.map_or_else(|| combination(parts, start).0, |(text, _)| text.clone());
    Some(TemplateDraft { text, version: TEMPLATES.version })
}

/// Another draft than the one at hand; for «one more».
pub fn another(category: Category, language: Language, seed: u64, shown: &[String]) -> Option<TemplateDraft> {
    draft(category, language, seed.wrapping_add(shown.len() as u64 + 1), shown)
}

/// Every text that can come of the templates; what is shipped is checked by a test.
pub fn all(category: Category, language: Language) -> Vec<String> {
    let Some(parts) = parts(category, language) else { return Vec::new() };
    (0..combinations(parts)).map(|number| combination(parts, number).0).collect()
}

fn parts(category: Category, language: Language) -> Option<&'static Parts> {
    let by_category = if language == Language::English { &TEMPLATES.en } else { &TEMPLATES.ru };
    by_category.get(&category).filter(|parts| !parts.is_empty() && parts.iter().all(|part| !part.is_empty()))
}

fn ends(parts: &Parts) -> usize {
    parts.last().map_or(1, Vec::len).max(1)
}

fn combinations(parts: &Parts) -> usize {
    parts.iter().map(Vec::len).product::<usize>().max(1)
}

/// The text of a number, and its end. Numbers that follow each other differ in their ends first, so that neighbours do
/// not sound alike.
fn combination(parts: &Parts, number: usize) -> (String, &str) {
    let mut rest = number;
    let mut chosen: Vec<&str> = Vec::with_capacity(parts.len());
    for part in parts.iter().rev() {
        chosen.push(&part[rest % part.len()]);
        rest /= part.len();
    }
    let end = chosen[0];
    chosen.reverse();
    (chosen.join(" "), end)
}
