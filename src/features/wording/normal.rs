//! A text as rules see it: small letters, no ё, no invisible characters, look-alike letters of the other alphabet told
//! for what they are, and where each word stands.

use std::ops::Range;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// How it may be read: as it is written, and in the other alphabet when it mixes letters.
    pub forms: Vec<String>,
    /// Where it stands, in bytes of the text.
    pub place: Range<usize>,
    /// Its number; a new sentence begins some numbers further on.
    pub position: usize,
}

/// How much further apart words of different sentences are.
const SENTENCE: usize = 2;
/// So many single letters in a row are a word that somebody has spread out.
const SPREAD: usize = 4;

/// Cyrillic letters and what they are mixed up with, all small.
const LOOK_ALIKES: [(char, char); 14] = [
    ('\u{430}', 'a'),
    ('\u{432}', 'b'),
    ('\u{435}', 'e'),
    ('\u{43a}', 'k'),
    ('\u{43c}', 'm'),
    ('\u{43d}', 'h'),
    ('\u{43e}', 'o'),
    ('\u{440}', 'p'),
    ('\u{441}', 'c'),
    ('\u{442}', 't'),
    ('\u{443}', 'y'),
    ('\u{445}', 'x'),
    ('\u{437}', '3'),
    ('\u{43e}', '0'),
];

/// Small, without ё and without an accent; nothing for characters that cannot be seen.
pub fn plain(c: char) -> Option<char> {
    match c {
        // Soft hyphen, joiners and spaces without width, accents over letters.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{300}'..='\u{305}'
        | '\u{307}'..='\u{36f}' => None,
        '\u{451}' | '\u{401}' => Some('\u{435}'),
        c => c.to_lowercase().next(),
    }
}

/// A word of a pattern, written as the words of texts are.
pub fn plain_text(text: &str) -> String {
    text.chars().filter_map(plain).collect()
}

/// The words of a text, in their order. Words that were spread out letter by letter stand at the end once more, whole.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut begun: Option<(String, usize)> = None;
    let mut position = 0;
    let mut ends_sentence = false;
    let all = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in all {
        match plain(c) {
            None => {}
            Some(small) if small.is_alphanumeric() => {
                if ends_sentence && begun.is_none() {
                    position += SENTENCE;
                }
                ends_sentence = false;
                begun.get_or_insert_with(|| (String::new(), at)).0.push(small);
            }
            Some(small) => {
                if let Some((word, from)) = begun.take() {
                    words.push(Word { forms: forms(&word), place: from..at, position });
                    position += 1;
                }
                ends_sentence |= matches!(small, '.' | '!' | '?' | '\u{2026}' | '\n');
            }
        }
    }
    let spread = joined(text, &words);
    words.extend(spread);
    words
}

/// How a word may be read.
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    let cyrillic: String = word.chars().map(|c| other(c, |(cyrillic, latin)| (latin, cyrillic))).collect();
    let latin: String = word.chars().map(|c| other(c, |pair| pair)).collect();
    if cyrillic != word && cyrillic.chars().all(is_cyrillic) {
        forms.push(cyrillic);
    }
    if latin != word && latin.is_ascii() {
        forms.push(latin);
    }
    forms
}

fn other(c: char, turned: fn((char, char)) -> (char, char)) -> char {
    LOOK_ALIKES.iter().copied().map(turned).find(|(from, _)| *from == c).map_or(c, |(_, to)| to)
}

fn is_cyrillic(c: char) -> bool {
    ('\u{430}'..='\u{451}').contains(&c)
}

/// Words whose letters stand apart.
fn joined(text: &str, words: &[Word]) -> Vec<Word> {
    let is_letter =
        |word: &Word| word.forms[0].chars().count() == 1 && !word.forms[0].chars().all(char::is_numeric);
    let is_near = |pair: &[Word]| {
        let between = &text[pair[0].place.end..pair[1].place.start];
        between.chars().filter_map(plain).count() == 1 && !between.contains('\n')
    };
    let mut found = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let mut to = from;
        while to < words.len() && is_letter(&words[to]) && (to == from || is_near(&words[to - 1..=to])) {
            to += 1;
        }
        if to - from >= SPREAD {
            let word: String = words[from..to].iter().map(|word| word.forms[0].as_str()).collect();
            let place = words[from].place.start..words[to - 1].place.end;
            found.push(Word { forms: forms(&word), place, position: words[to - 1].position });
        }
        from = to.max(from + 1);
    }
    found
}
