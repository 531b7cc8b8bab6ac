//! Patterns of words for other rules than those about risky words: the same notation, the same word forms.

use super::normal::{Word, words};
use super::pattern::{Pattern, Text};
use super::signs::{Found, find};
use std::ops::Range;

/// A text that several patterns are looked for in.
pub struct ReadText {
    words: Vec<Word>,
    signs: Vec<Found>,
}

impl ReadText {
    /// Takes a text apart, once.
    pub fn of(text: &str) -> Self {
        ReadText { words: words(text), signs: find(text) }
    }
}

/// Patterns of which one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases(Vec<Pattern>);

impl Phrases {
    /// Reads patterns in the notation of rules, e.g. two stems near each other.
    ///
    /// # Errors
    /// The first one that says nothing that could be found.
    pub fn parse<T: AsRef<str>>(patterns: &[T]) -> Result<Self, String> {
        let parse = |text: &T| Pattern::parse(text.as_ref()).ok_or_else(|| text.as_ref().to_owned());
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Phrases)
    }

    /// Where the first of them is found, in bytes of the text.
    pub fn find(&self, text: &ReadText) -> Option<Range<usize>> {
        let text = Text { words: &text.words, signs: &text.signs };
        self.0.iter().find_map(|pattern| pattern.find(&text))
    }
}
