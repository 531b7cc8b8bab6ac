//! What a message asks, without how politely it asks: the same question said in other words has the same gist.
//!
//! In doubt two messages have different gists: asking a model once more costs a little, the answer to another question costs a
//! buyer. So the order of words stays, and so do numbers, negations, every word that is not known to say nothing, and whatever stands
//! for something hidden. Which words say nothing is data (`gist.json`).

use crate::features::wording::normal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// So many same letters in a row are one that somebody has leant on.
const LEANT_ON: usize = 3;
/// Signs that say nothing wherever they stand.
const EMPTY_SIGNS: &str = "()\u{ab}\u{bb}\"'\u{201c}\u{201d}\u{201e}*_`~|<>\u{2039}\u{203a}[]{}-\u{fe0f}";
/// What may stand around a number and is none of it.
const AROUND_NUMBERS: &str = "(\u{ab}\"\u{201c})\u{bb}\u{201d}.,!?;:\u{2026}";

/// The words, as they are written down.
#[derive(Debug, Default, Deserialize)]
struct Written {
    version: i32,
    /// Says that something is asked, and nothing else.
    asking: Vec<String>,
    /// Says nothing: greetings, politeness, names for the shop.
    empty: Vec<String>,
    /// A sentence that begins with one of these asks.
    questions: Vec<String>,
    /// Beside these a comma turns the sense.
    negations: Vec<String>,
    /// Cases of nouns of the trade, in one number.
    forms: BTreeMap<String, Vec<String>>,
    signs: Vec<String>,
}

/// The same, ready to be asked.
struct Lists {
    version: i32,
    /// Words in a row that may be left out, the longest first, and whether they ask.
    phrases: Vec<(Vec<String>, bool)>,
    questions: Vec<String>,
    negations: Vec<String>,
    /// The first case of a form.
    nouns: BTreeMap<String, String>,
    signs: Vec<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let written: Written = serde_json::from_str(include_str!("gist.json")).unwrap_or_default();
    let split = |text: &String| text.split_whitespace().map(normal::plain_text).collect::<Vec<_>>();
    let asking = written.asking.iter().map(|text| (split(text), true));
    let mut phrases: Vec<_> = asking.chain(written.empty.iter().map(|text| (split(text), false))).collect();
    phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    let nouns = written.forms.iter().flat_map(|(noun, forms)| {
        forms.iter().map(|form| (normal::plain_text(form), normal::plain_text(noun)))
    });
    Lists {
        version: written.version,
        phrases,
        questions: written.questions,
        negations: written.negations,
        nouns: nouns.collect(),
        signs: written.signs,
    }
});

/// The version of the words: gists of different ones are not to be compared.
pub fn version() -> i32 {
    LISTS.version
}

/// What messages that follow one another ask, with everything hidden already; nothing when they say nothing.
pub fn gist(messages: &[&str]) -> Option<String> {
    let sentences: Vec<Sentence> = messages.iter().flat_map(|text| sentences(text)).collect();
    let mut kept: Vec<Sentence> = Vec::new();
    // Who says «подскажите» in a sentence of its own asks with the next one.
    let mut is_asking = false;
    for sentence in sentences {
        let (bare, has_asked) = sentence.bare();
        is_asking |= has_asked;
        if !bare.parts.is_empty() {
            kept.push(Sentence { asks: bare.asks | std::mem::take(&mut is_asking), ..bare });
        }
    }
    if let Some(last) = kept.last_mut() {
        last.asks |= is_asking;
    }
    let turns_on_commas = kept.iter().any(Sentence::has_negation);
    let said: Vec<String> = kept.iter().map(|sentence| sentence.said(turns_on_commas)).collect();
    (!said.is_empty()).then(|| said.join(" | "))
}

/// What a sentence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    /// Has a number in it, or stands for something hidden: as it is.
    Exact(String),
    /// A sign that says something.
    Sign(char),
    Comma,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sentence {
    parts: Vec<Part>,
    asks: bool,
}

impl Sentence {
    /// Without what says nothing; and whether that has asked.
    fn bare(self) -> (Sentence, bool) {
        let (mut parts, mut has_asked, mut at) = (Vec::new(), false, 0);
        while at < self.parts.len() {
            match LISTS.phrases.iter().find(|(words, _)| begins_with(&self.parts[at..], words)) {
                Some((words, asks)) => {
                    has_asked |= asks;
                    at += words.len();
                }
                None => {
                    let is_second_comma = parts.last().is_none_or(|last| *last == Part::Comma);
                    if self.parts[at] != Part::Comma || !is_second_comma {
                        parts.push(self.parts[at].clone());
                    }
                    at += 1;
                }
            }
        }
        while parts.last() == Some(&Part::Comma) {
            parts.pop();
        }
        let begins_asking = matches!(parts.first(), Some(Part::Word(word)) if LISTS.questions.contains(word));
        let asks = !parts.is_empty() && (self.asks || begins_asking);
        (Sentence { parts, asks }, has_asked)
    }

    fn has_negation(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Word(word) if LISTS.negations.contains(word)))
    }

    fn said(&self, with_commas: bool) -> String {
        let mut said: Vec<String> = Vec::new();
        for part in &self.parts {
            match part {
                Part::Word(word) => said.push(LISTS.nouns.get(word).unwrap_or(word).clone()),
                Part::Exact(text) => said.push(text.clone()),
                Part::Sign(sign) => said.push(sign.to_string()),
                Part::Comma if with_commas => said.push(",".into()),
                Part::Comma => {}
            }
        }
        if self.asks {
            said.push("?".into());
        }
        said.join(" ")
    }
}

fn begins_with(parts: &[Part], words: &[String]) -> bool {
    parts.len() >= words.len()
        && parts.iter().zip(words).all(|(part, word)| matches!(part, Part::Word(said) if said == word))
}

/// The sentences of a text, as they are.
fn sentences(text: &str) -> Vec<Sentence> {
    let mut cutting = Cutting::default();
    for chunk in text.split_whitespace() {
        if chunk.chars().any(char::is_numeric) {
            cutting.number(chunk);
        } else {
            cutting.chunk(chunk);
        }
    }
    cutting.end(false);
    cutting.done
}

#[derive(Default)]
struct Cutting {
    done: Vec<Sentence>,
    current: Sentence,
}

impl Cutting {
    /// Whatever holds a number is kept as it is, but for the signs around it.
    fn number(&mut self, chunk: &str) {
        let is_around = |c: char| AROUND_NUMBERS.contains(c);
        let core = chunk.trim_matches(is_around);
        let tail = &chunk[chunk.find(core).unwrap_or_default() + core.len()..];
        self.current.parts.push(Part::Exact(normal::plain_text(core)));
        tail.chars().for_each(|c| self.sign(c));
    }

    fn chunk(&mut self, chunk: &str) {
        let mut word = String::new();
        for c in chunk.chars().filter_map(normal::plain) {
            if c.is_alphanumeric() {
                word.push(c);
            } else {
                self.word(&mut word);
                self.sign(c);
            }
        }
        self.word(&mut word);
    }

    fn word(&mut self, word: &mut String) {
        if !word.is_empty() {
            self.current.parts.push(Part::Word(canonical(&std::mem::take(word))));
        }
    }

    fn sign(&mut self, c: char) {
        match c {
            '.' | '!' | '\u{2026}' => self.end(false),
            '?' => self.end(true),
            ',' | ';' | ':' | '\u{2013}' | '\u{2014}' => self.current.parts.push(Part::Comma),
            c if EMPTY_SIGNS.contains(c) || LISTS.signs.iter().any(|sign| sign.starts_with(c)) => {}
            c => self.current.parts.push(Part::Sign(c)),
        }
    }

    /// Ends a sentence; a second sign belongs to the one before.
    fn end(&mut self, asks: bool) {
        if self.current.parts.is_empty() {
            if let Some(last) = self.done.last_mut() {
                last.asks |= asks;
            }
            return;
        }
        self.done.push(Sentence { asks, ..std::mem::take(&mut self.current) });
    }
}

/// A word in one spelling: leant on or not, in whichever alphabet its letters were typed.
fn canonical(word: &str) -> String {
    let mut letters: Vec<char> = Vec::new();
    let all: Vec<char> = word.chars().collect();
    for run in all.chunk_by(|one, next| one == next) {
        let kept = if run.len() >= LEANT_ON { 1 } else { run.len() };
        letters.extend(&run[..kept]);
    }
    let word: String = letters.into_iter().collect();
    let is_cyrillic = |form: &String| form.chars().all(|c| ('\u{430}'..='\u{44f}').contains(&c));
    let forms = normal::words(&word).into_iter().next().map(|word| word.forms).unwrap_or_default();
    forms.into_iter().find(is_cyrillic).unwrap_or(word)
}
