//! The language of a text, as far as letters and the most common words tell.

use super::types::Language;

/// Fewer letters than this say nothing.
const FEWEST: usize = 2;
/// Letters that Russian does not have: Ukrainian, Belarusian, Kazakh, Tatar.
const FOREIGN: [char; 12] = [
    '\u{456}', '\u{457}', '\u{454}', '\u{491}', '\u{45e}', '\u{49b}', '\u{493}', '\u{4a3}', '\u{4e9}',
    '\u{4b1}', '\u{4af}', '\u{4d9}',
];
/// Words without which hardly anybody writes English. Other languages in Latin letters, and Russian in them, have others.
const ENGLISH: [&str; 40] = [
    "the", "is", "are", "my", "i", "you", "it", "in", "of", "to", "and", "not", "where", "what", "when",
    "how", "why", "hello", "hi", "please", "thank", "thanks", "order", "size", "this", "that", "have", "can",
    "could", "for", "with", "good", "your", "we", "do", "does", "was", "will", "no", "yes",
];

/// The language of a text.
pub fn language(text: &str) -> Language {
    let lower = text.to_lowercase();
    let cyrillic = lower.chars().filter(|c| ('\u{400}'..='\u{52f}').contains(c)).count();
    let latin = lower.chars().filter(char::is_ascii_alphabetic).count();
    let others = lower.chars().filter(|c| c.is_alphabetic()).count() - cyrillic - latin;
    if cyrillic + latin + others < FEWEST || others > cyrillic.max(latin) {
        return Language::Unknown;
    }
    if cyrillic * 2 >= latin {
        // A single letter may be a slip of the layout.
        let foreign = lower.chars().filter(|c| FOREIGN.contains(c)).count();
        return if foreign >= 2 { Language::Unknown } else { Language::Russian };
    }
    let is_english = lower.split(|c: char| !c.is_ascii_alphabetic()).any(|word| ENGLISH.contains(&word));
    if is_english { Language::English } else { Language::Unknown }
}
