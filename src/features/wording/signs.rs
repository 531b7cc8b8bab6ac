//! Signs that are no words: addresses of the web and of mail, phone numbers, names of messengers, numbers of bank cards.

use super::normal::{Word, plain, words};
use std::ops::Range;

/// A sign that leads away or gives somebody away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// An address of the web, other than the marketplace's own.
    Link,
    Mail,
    Phone,
    /// `@name`.
    Handle,
    /// The number of a bank card.
    Card,
}

/// A sign in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub sign: Sign,
    pub place: Range<usize>,
}

/// Endings of addresses; the last three only after the spoken dot.
const DOMAINS: [&str; 24] = [
    "ru",
    "su",
    "com",
    "net",
    "org",
    "me",
    "io",
    "shop",
    "store",
    "online",
    "site",
    "by",
    "kz",
    "info",
    "biz",
    "pro",
    "app",
    "link",
    "cc",
    "ly",
    "\u{440}\u{444}",
    "\u{440}\u{443}",
    "\u{43a}\u{43e}\u{43c}",
    "\u{43d}\u{435}\u{442}",
];
/// Those that are written as well as spoken.
const WRITTEN: usize = 21;
/// The dot as a word: «точка», "dot".
const SPOKEN_DOTS: [&str; 2] = ["\u{442}\u{43e}\u{447}\u{43a}\u{430}", "dot"];
/// The marketplaces' own names before the ending of an address.
const OWN: [&str; 1] = ["ozon"];

impl Sign {
    /// The sign that a pattern names.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "link" => Some(Sign::Link),
            "mail" => Some(Sign::Mail),
            "phone" => Some(Sign::Phone),
            "handle" => Some(Sign::Handle),
            "card" => Some(Sign::Card),
            _ => None,
        }
    }
}

/// All signs of a text.
pub fn find(text: &str) -> Vec<Found> {
    let words = words(text);
    let mut found = links(text, &words);
    found.extend(handles(text, &words));
    found.extend(numbers(text, &words));
    found
}

/// What stands between two words, without what cannot be seen.
fn between(text: &str, left: &Word, right: &Word) -> String {
    text.get(left.place.end..right.place.start).unwrap_or_default().chars().filter_map(plain).collect()
}

fn is_ending(word: &Word, endings: &[&str]) -> bool {
    endings.iter().any(|ending| word.forms[0] == *ending)
}

fn links(text: &str, words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, pair) in words.windows(2).enumerate() {
        let [name, ending] = pair else { continue };
        let gap = between(text, name, ending);
        let is_web = matches!(name.forms[0].as_str(), "http" | "https") && gap == "://"
            || name.forms[0] == "www" && gap == ".";
        let place = name.place.start..ending.place.end;
        // A sentence that ends before a word like an ending has no space before its dot.
        let is_dotted = gap == "." || gap.trim() == "." && gap.starts_with(' ');
        let is_named = is_dotted && is_ending(ending, &DOMAINS[..WRITTEN]) && !is_own(name);
        if is_named || is_web && !leads_to_own(words, index + 1) {
            found.push(Found { sign: Sign::Link, place });
        }
    }
    for three in words.windows(3) {
        let [name, dot, ending] = three else { continue };
        if SPOKEN_DOTS.contains(&dot.forms[0].as_str()) && is_ending(ending, &DOMAINS) && !is_own(name) {
            found.push(Found { sign: Sign::Link, place: name.place.start..ending.place.end });
        }
    }
    found
}

fn is_own(word: &Word) -> bool {
    OWN.contains(&word.forms[0].as_str())
}

/// Whether the address that begins at a word is the marketplace's.
fn leads_to_own(words: &[Word], from: usize) -> bool {
    words[from..].iter().take(2).any(is_own)
}

/// `name@place.ru` and `@name`.
fn handles(text: &str, words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = &text[..word.place.start];
        let Some(before) = before.strip_suffix('@') else { continue };
        let owner = index.checked_sub(1).and_then(|index| words.get(index));
        match owner.filter(|owner| owner.place.end == before.len()) {
            Some(owner) => {
                let place = owner.place.start..word.place.end;
                found.push(Found { sign: Sign::Mail, place });
            }
            None if word.forms[0].chars().count() >= 3 => {
                found.push(Found { sign: Sign::Handle, place: before.len()..word.place.end });
            }
            None => {}
        }
    }
    found
}

/// A group of digits; letters may stand for hidden ones, as in 8 (9xx) xxx-xx-xx.
fn is_digits(word: &Word) -> bool {
    let text = &word.forms[0];
    let is_hidden = |c: char| matches!(c, 'x' | '\u{445}');
    text.chars().all(|c| c.is_ascii_digit() || is_hidden(c))
        && (text.chars().any(|c| c.is_ascii_digit()) || text.chars().count() >= 2)
}

/// Groups of digits that belong together.
fn numbers(text: &str, words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < words.len() {
        if !is_digits(&words[from]) {
            from += 1;
            continue;
        }
        let mut to = from + 1;
        while to < words.len()
            && is_digits(&words[to])
            && is_joint(&between(text, &words[to - 1], &words[to]))
        {
            to += 1;
        }
        let groups = &words[from..to];
        let has_plus = text[..words[from].place.start].ends_with('+');
        let place = words[from].place.start..words[to - 1].place.end;
        if is_card(groups) {
            found.push(Found { sign: Sign::Card, place });
        } else if is_phone(groups, has_plus) {
            found.push(Found { sign: Sign::Phone, place });
        }
        from = to;
    }
    found
}

fn is_joint(gap: &str) -> bool {
    !gap.is_empty()
        && gap.chars().count() <= 3
        && gap.chars().all(|c| matches!(c, ' ' | '\u{a0}' | '-' | '(' | ')' | '.'))
}

/// Eleven digits that begin with 7 or 8 and a code, or ten in groups that begin with 9. The numbers of orders and
/// parcels have other lengths or other groups.
fn is_phone(groups: &[Word], has_plus: bool) -> bool {
    let digits: String = groups.iter().map(|word| word.forms[0].as_str()).collect();
    let mut begin = digits.chars();
    let (first, second) = (begin.next(), begin.next());
    let is_short_begun = groups.len() == 1 || groups[0].forms[0].len() <= 4;
    let is_coded = matches!(second, Some('3' | '4' | '8' | '9'));
    match digits.chars().count() {
        11 => is_short_begun && matches!(first, Some('7' | '8')) && is_coded,
        10 => groups.len() >= 3 && is_short_begun && first == Some('9'),
        12..=13 => has_plus,
        _ => false,
    }
}

/// Sixteen digits in four fours, or in one piece with the right check digit.
fn is_card(groups: &[Word]) -> bool {
    let digits: Vec<u32> =
        groups.iter().flat_map(|word| word.forms[0].chars()).filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 16 {
        return false;
    }
    let in_fours = groups.len() == 4 && groups.iter().all(|word| word.forms[0].len() == 4);
    in_fours || groups.len() == 1 && has_check_digit(&digits)
}

/// The rule of Luhn.
fn has_check_digit(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}
