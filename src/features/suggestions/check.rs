//! Looking through a draft before a person sees it. What is found is shown beside it; the text stays as it is.

use super::mask::Restored;
use crate::features::understanding::classify::language;
use crate::features::understanding::types::Language;
use crate::features::wording::check::Checker;
use crate::features::wording::normal;
use crate::features::wording::pattern::{Pattern, Text};
use crate::features::wording::signs::{self, Sign};
use crate::features::wording::types::Severity;
use crate::shared::wording::WordingKind;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::LazyLock;

text_enum!(
    /// What may be wrong with a draft.
    Concern {
        Empty = "empty",
        TooLong = "too_long",
        /// Not the buyer's language.
        Language = "language",
        /// A phone, an e-mail address, a name in a messenger.
        Contact = "contact",
        /// A link that stands in no source.
        Link = "link",
        /// The rules of risky words have found something.
        Wording = "wording",
        /// Says that somebody has done what nobody has checked.
        UncheckedAct = "unchecked_act",
        /// Says of the order or the stock what no source says.
        UncheckedFact = "unchecked_fact",
        /// A placeholder that stands for nothing.
        Placeholder = "placeholder",
        /// Says the rules to the buyer, or speaks as a machine.
        OutOfRole = "out_of_role",
        /// Broke off at the length that was allowed.
        Cut = "cut",
    }
);

/// Something found in a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    pub concern: Concern,
    /// The kind of the rule, where a rule has found it.
    pub kind: Option<WordingKind>,
    /// How grave it is to send it like this; a block keeps it from being sent.
    pub severity: Severity,
    /// The words as they stand.
    pub words: String,
    /// Where they stand, in bytes.
    pub place: Range<usize>,
}

/// What a draft is held against.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What the marketplace takes, in characters.
    pub max_chars: usize,
    /// The buyer's language.
    pub language: Language,
    /// Texts that links and facts may be taken from.
    pub sources: &'a [&'a str],
}

/// Claims as they are written.
#[derive(Debug, Default, Deserialize)]
struct Claims {
    done: Vec<String>,
    facts: Vec<String>,
}

static CLAIMS: LazyLock<(Vec<Pattern>, Vec<Pattern>)> = LazyLock::new(|| {
    let claims: Claims = serde_json::from_str(include_str!("acts.json")).unwrap_or_default();
    let read = |texts: Vec<String>| texts.iter().filter_map(|text| Pattern::parse(text)).collect();
    (read(claims.done), read(claims.facts))
});

/// Words that a model says when it forgets what it is for.
const OUT_OF_ROLE: [&str; 5] = ["<<<", ">>>", "system prompt", "as an ai", "<think>"];

/// What is found in a draft, the gravest first.
pub fn check(draft: &Restored, frame: &Frame<'_>, rules: &Checker) -> Vec<Flag> {
    let text = draft.text.as_str();
    let whole = || 0..text.len();
    let flag = |concern, severity, place: Range<usize>| Flag {
        concern,
        kind: None,
        severity,
        words: text[place.clone()].to_owned(),
        place,
    };
    if text.trim().is_empty() {
        return vec![flag(Concern::Empty, Severity::Block, whole())];
    }
    let mut flags = Vec::new();
    if let Some((end, _)) = text.char_indices().nth(frame.max_chars) {
        flags.push(flag(Concern::TooLong, Severity::Block, end..text.len()));
    }
    let spoken = language(text);
    if spoken != Language::Unknown && frame.language != Language::Unknown && spoken != frame.language {
        flags.push(flag(Concern::Language, Severity::Warn, whole()));
    }
    let (words, signs) = (normal::words(text), signs::find(text));
    for found in &signs {
        let concern = if found.sign == Sign::Link { Concern::Link } else { Concern::Contact };
        let place =
            if found.sign == Sign::Link { whole_link(text, &found.place) } else { found.place.clone() };
        let is_known = found.sign == Sign::Link && is_in_sources(&text[place.clone()], frame.sources);
        let found = flag(concern, Severity::Block, place);
        if !is_known && !flags.contains(&found) {
            flags.push(found);
        }
    }
    let read = Text { words: &words, signs: &signs };
    let (done, facts) = &*CLAIMS;
    flags.extend(
        done.iter()
            .filter_map(|act| act.find(&read))
            .map(|at| flag(Concern::UncheckedAct, Severity::Warn, at)),
    );
    for fact in facts {
        let is_told = || frame.sources.iter().any(|source| says(source, fact));
        if let Some(place) = fact.find(&read).filter(|_| !is_told()) {
            flags.push(flag(Concern::UncheckedFact, Severity::Warn, place));
        }
    }
    for name in &draft.unknown {
        let at = text.find(name.as_str()).unwrap_or_default();
        flags.push(flag(Concern::Placeholder, Severity::Block, at..at + name.len()));
    }
    for words in OUT_OF_ROLE {
        if let Some(at) = text.to_ascii_lowercase().find(words) {
            flags.push(flag(Concern::OutOfRole, Severity::Warn, at..at + words.len()));
        }
    }
    flags.extend(rules.check(text).into_iter().map(|hit| Flag {
        concern: Concern::Wording,
        kind: Some(hit.kind),
        severity: hit.severity,
        words: hit.words,
        place: hit.place,
    }));
    flags.sort_by_key(|flag| std::cmp::Reverse(flag.severity));
    flags
}

fn says(source: &str, fact: &Pattern) -> bool {
    let (words, signs) = (normal::words(source), signs::find(source));
    fact.find(&Text { words: &words, signs: &signs }).is_some()
}

/// A link from its beginning to its end, of which a sign marks only the name.
fn whole_link(text: &str, place: &Range<usize>) -> Range<usize> {
    let before = &text[..place.start];
    let start =
        before.char_indices().rev().find(|(_, c)| is_link_end(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let rest = &text[place.end..];
    let end = place.end + rest.find(is_link_end).unwrap_or(rest.len());
    let link = text[start..end].trim_end_matches(['.', ',', '!', '?', ':', ';']);
    start..(start + link.len()).max(place.end)
}

fn is_link_end(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | ';' | '(' | ')' | '<' | '>' | '"' | '[' | ']' | '\u{ab}' | '\u{bb}')
}

/// Whether a source has this very link; a longer or a shorter one is another one.
fn is_in_sources(link: &str, sources: &[&str]) -> bool {
    sources.iter().any(|source| {
        source.match_indices(link).any(|(at, _)| {
            let before = source[..at].chars().next_back();
            let after = source[at + link.len()..].trim_start_matches(['.', '!', '?', ':']).chars().next();
            before.is_none_or(is_link_end) && after.is_none_or(is_link_end)
        })
    })
}

#[cfg(test)]
pub(super) fn unreadable() -> Vec<String> {
    let claims: Claims = serde_json::from_str(include_str!("acts.json")).expect("claims of our own");
    claims.done.into_iter().chain(claims.facts).filter(|text| Pattern::parse(text).is_none()).collect()
}
