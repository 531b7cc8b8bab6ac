//! What a rule looks for: sets of stems that stand near each other, in any order.
//!
//! `a|b* c` finds a word that is `a` or begins with `b`, and `c`, within four words. `-d` says: not where `d` is near.
//! `<e` says: not where `e` stands directly before one of the words. `/2` sets another distance. `@link`, `@mail`,
//! `@phone`, `@handle`, `@card` are signs that are no words.

use super::normal::{Word, plain_text};
use super::signs::{Found, Sign};
use std::ops::Range;

/// How far the words may be apart when a pattern says nothing.
const DISTANCE: usize = 4;
/// Sets of stems in one pattern.
const MAX_SETS: usize = 5;

/// A word, the beginning of one, or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stem {
    Whole(String),
    Beginning(String),
    Sign(Sign),
}

/// A pattern, ready to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    sets: Vec<Vec<Stem>>,
    unless_near: Vec<Stem>,
    unless_before: Vec<Stem>,
    distance: usize,
}

/// A word or a sign that a stem fits.
#[derive(Clone, Debug)]
struct Fit {
    /// Its number among the words; nothing for a sign.
    word: Option<usize>,
    place: Range<usize>,
    position: usize,
}

/// A text, ready to be looked through.
pub struct Text<'a> {
    pub words: &'a [Word],
    pub signs: &'a [Found],
}

impl Stem {
    fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('@') {
            return Sign::named(name).map(Stem::Sign);
        }
        let is_word = |word: &str| !word.is_empty() && word.chars().all(char::is_alphanumeric);
        let plain = plain_text(text);
        match plain.strip_suffix('*') {
            Some(beginning) if beginning.chars().count() >= 2 && is_word(beginning) => {
                Some(Stem::Beginning(beginning.to_owned()))
            }
            None if is_word(&plain) => Some(Stem::Whole(plain)),
            _ => None,
        }
    }

    fn fits(&self, word: &Word) -> bool {
        match self {
            Stem::Whole(whole) => word.forms.iter().any(|form| form == whole),
            Stem::Beginning(beginning) => word.forms.iter().any(|form| form.starts_with(beginning.as_str())),
            Stem::Sign(_) => false,
        }
    }
}

impl Pattern {
    /// Reads a pattern; `None` when it says nothing that could be found.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pattern = Pattern {
            sets: Vec::new(),
            unless_near: Vec::new(),
            unless_before: Vec::new(),
            distance: DISTANCE,
        };
        for part in text.split_whitespace() {
            if let Some(stem) = part.strip_prefix('-') {
                pattern.unless_near.push(Stem::parse(stem)?);
            } else if let Some(stem) = part.strip_prefix('<') {
                pattern.unless_before.push(Stem::parse(stem)?);
            } else if let Some(distance) = part.strip_prefix('/') {
                pattern.distance = distance.parse().ok().filter(|distance| (1..=20).contains(distance))?;
            } else {
                pattern.sets.push(part.split('|').map(Stem::parse).collect::<Option<_>>()?);
            }
        }
        (1..=MAX_SETS).contains(&pattern.sets.len()).then_some(pattern)
    }

    /// Where it is found first, from the first of its words to the last.
    pub fn find(&self, text: &Text<'_>) -> Option<Range<usize>> {
        // Most patterns are not there, and one set without a word says so.
        let one_of_each = |set| Some(fits(set, text)).filter(|fits| !fits.is_empty());
        let fits: Vec<Vec<Fit>> = self.sets.iter().map(|set| one_of_each(set)).collect::<Option<_>>()?;
        let mut chosen = Vec::with_capacity(fits.len());
        self.choose(text, &fits, &mut chosen)
    }

    /// Chooses one fit of each set, near each other.
    fn choose(&self, text: &Text<'_>, rest: &[Vec<Fit>], chosen: &mut Vec<Fit>) -> Option<Range<usize>> {
        let Some((next, rest)) = rest.split_first() else {
            let is_meant = !self.is_excepted(text, chosen);
            let from = chosen.iter().map(|fit| fit.place.start).min()?;
            let to = chosen.iter().map(|fit| fit.place.end).max()?;
            return is_meant.then_some(from..to);
        };
        for fit in next {
            let is_other = chosen.iter().all(|other| other.place != fit.place);
            let is_near = chosen.iter().all(|other| other.position.abs_diff(fit.position) <= self.distance);
            if is_other && is_near {
                chosen.push(fit.clone());
                if let Some(found) = self.choose(text, rest, chosen) {
                    return Some(found);
                }
                chosen.pop();
            }
        }
        None
    }

    fn is_excepted(&self, text: &Text<'_>, chosen: &[Fit]) -> bool {
        let is_near = |word: &Word| {
            chosen.iter().any(|fit| word.position.abs_diff(fit.position) <= self.distance)
                && self.unless_near.iter().any(|stem| stem.fits(word))
        };
        let is_before = |fit: &Fit| {
            let before =
                fit.word.and_then(|index| index.checked_sub(1)).and_then(|index| text.words.get(index));
            before.is_some_and(|word| self.unless_before.iter().any(|stem| stem.fits(word)))
        };
        text.words.iter().any(is_near) || chosen.iter().any(is_before)
    }
}

/// Everything in a text that one of the stems fits.
fn fits(set: &[Stem], text: &Text<'_>) -> Vec<Fit> {
    let words = text.words.iter().enumerate().filter(|(_, word)| set.iter().any(|stem| stem.fits(word)));
    let words = words.map(|(index, word)| Fit {
        word: Some(index),
        place: word.place.clone(),
        position: word.position,
    });
    let signs = text.signs.iter().filter(|found| set.contains(&Stem::Sign(found.sign)));
    let position = |place: &Range<usize>| {
        text.words.iter().find(|word| word.place.end > place.start).map_or(0, |word| word.position)
    };
    let signs =
        signs.map(|found| Fit { word: None, position: position(&found.place), place: found.place.clone() });
    words.chain(signs).collect()
}
