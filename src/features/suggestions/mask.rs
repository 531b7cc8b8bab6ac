//! What says who somebody is does not leave the house: phones, addresses, names and numbers become placeholders before a
//! text goes to a model, and come back into what the model has written.
//!
//! In doubt something is hidden: a model answers about `[NUMBER_1]` as well as about a number. Words that give numbers
//! and addresses away are data (`mask.json`).

use crate::features::wording::normal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

text_enum!(
    /// What is hidden.
    Hidden {
        Phone = "PHONE",
        Email = "EMAIL",
        Link = "LINK",
        /// A name in a messenger.
        Contact = "CONTACT",
        Card = "CARD",
        Passport = "PASSPORT",
        Snils = "SNILS",
        Inn = "INN",
        Order = "ORDER",
        Address = "ADDRESS",
        Name = "NAME",
        /// A long number of which nobody knows what it is.
        Number = "NUMBER",
        /// Something that looks like one of our placeholders.
        Text = "TEXT",
    }
);

/// Longest number that is taken for a count, a price or a size, in digits.
const LONGEST_PLAIN: usize = 8;
/// So many words for numbers in a row are a number that somebody has spelt out.
const SPELT_OUT: usize = 4;

/// Words that give things away.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Lists {
    streets: Vec<String>,
    houses: Vec<String>,
    anchors: Vec<String>,
    places: Vec<String>,
    phones: Vec<String>,
    orders: Vec<String>,
    fillers: Vec<String>,
    passports: Vec<String>,
    snils: Vec<String>,
    inn: Vec<String>,
    cards: Vec<String>,
    numbers: Vec<String>,
    introductions: Vec<Vec<String>>,
    patronymics: Vec<String>,
    endings: Vec<String>,
    at: Vec<String>,
    dot: Vec<String>,
}

static LISTS: LazyLock<Lists> =
    LazyLock::new(|| serde_json::from_str(include_str!("mask.json")).unwrap_or_default());

/// What has been hidden of a chat. One for all texts of a question, so that the same phone has the same placeholder.
#[derive(Clone, Default)]
pub struct Mask {
    /// What stands behind a placeholder.
    hidden: BTreeMap<(Hidden, usize), String>,
    /// First names and surnames that are known of the people in the chat.
    names: Vec<String>,
}

impl std::fmt::Debug for Mask {
    /// What is hidden stays so.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.hidden.keys()).finish()
    }
}

/// A text with everything back in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub text: String,
    /// Placeholders that nobody has made: the model has invented them.
    pub unknown: Vec<String>,
}

/// A word of a text as this room needs it.
struct Token {
    small: String,
    place: Range<usize>,
    is_capital: bool,
    digits: usize,
}

impl Token {
    fn is_number(&self) -> bool {
        self.digits > 0 && self.digits == self.small.chars().count()
    }

    fn is_in(&self, list: &[String]) -> bool {
        list.contains(&self.small)
    }
}

type Found = (Hidden, Range<usize>);

impl Mask {
    /// `names` are what is known of the people in the chat; each word of them is hidden wherever it stands.
    pub fn knowing(names: &[&str]) -> Self {
        let words = names.iter().flat_map(|name| name.split_whitespace());
        let names = words.map(normal::plain_text).filter(|name| name.chars().count() >= 3).collect();
        Mask { hidden: BTreeMap::new(), names }
    }

    /// How much is hidden.
    pub fn len(&self) -> usize {
        self.hidden.len()
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// What is hidden, by kind.
    pub fn kinds(&self) -> impl Iterator<Item = Hidden> + '_ {
        self.hidden.keys().map(|(kind, _)| *kind)
    }

    /// The text as it may leave the house.
    pub fn hide(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for (kind, place) in self.find(text) {
            masked.push_str(&text[from..place.start]);
            let placeholder = self.placeholder(kind, &text[place.clone()]);
            masked.push_str(&placeholder);
            from = place.end;
        }
        masked.push_str(&text[from..]);
        masked
    }

    /// The text with what was hidden. Models are careless with brackets' insides: case and spaces do not matter.
    pub fn restore(&self, text: &str) -> Restored {
        let mut restored = String::with_capacity(text.len());
        let mut unknown = Vec::new();
        let mut from = 0;
        for (key, place) in placeholders(text) {
            restored.push_str(&text[from..place.start]);
            match self.hidden.get(&key) {
                Some(original) => restored.push_str(original),
                None => {
                    unknown.push(text[place.clone()].to_owned());
                    restored.push_str(&text[place.clone()]);
                }
            }
            from = place.end;
        }
        restored.push_str(&text[from..]);
        Restored { text: restored, unknown }
    }

    fn placeholder(&mut self, kind: Hidden, original: &str) -> String {
        let known = self.hidden.iter().find(|((known, _), text)| *known == kind && text.as_str() == original);
        let number = known.map(|((_, number), _)| *number).unwrap_or_else(|| {
            let number = self.hidden.keys().filter(|(known, _)| *known == kind).count() + 1;
            self.hidden.insert((kind, number), original.to_owned());
            number
        });
        format!("[{kind}_{number}]")
    }

    /// Everything that has to be hidden, in the order of the text, without overlaps.
    fn find(&self, text: &str) -> Vec<Found> {
        let tokens = tokens(text);
        let mut all: Vec<Found> =
            placeholders(text).into_iter().map(|(_, place)| (Hidden::Text, place)).collect();
        all.extend(addresses_of_the_web(text));
        all.extend(spoken_mail(&tokens));
        all.extend(numbers(text, &tokens));
        all.extend(spelt_out(text, &tokens));
        all.extend(self.names(text, &tokens));
        all.extend(addresses(text, &tokens));
        without_overlaps(all)
    }

    fn names(&self, text: &str, tokens: &[Token]) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let is_known = self.names.iter().any(|name| is_form_of(&token.small, name))
                && (token.is_capital || self.names.contains(&token.small));
            if is_known {
                found.push((Hidden::Name, token.place.clone()));
            }
            if LISTS.introductions.iter().any(|words| ends_with(&tokens[..at], words)) && is_name(token) {
                let end = name_end(text, tokens, at);
                found.push((Hidden::Name, token.place.start..tokens[end].place.end));
            }
            let is_patronymic = token.is_capital
                && token.small.chars().count() >= 6
                && LISTS.patronymics.iter().any(|ending| token.small.ends_with(ending.as_str()));
            if is_patronymic {
                let first = name_begin(text, tokens, at);
                let last = name_end(text, tokens, at);
                found.push((Hidden::Name, tokens[first].place.start..tokens[last].place.end));
            }
        }
        found
    }
}

/// A word that can be a name: it begins with a capital and is no number.
fn is_name(token: &Token) -> bool {
    token.is_capital && token.digits == 0 && token.small.chars().count() >= 2
}

/// The last word of a name that goes on: «Иванова Анна Петровна».
fn name_end(text: &str, tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while at + 1 < tokens.len() && at - from < 2 && is_name(&tokens[at + 1]) && gap(text, tokens, at) == " " {
        at += 1;
    }
    at
}

fn name_begin(text: &str, tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while at > 0 && from - at < 2 && is_name(&tokens[at - 1]) && gap(text, tokens, at - 1) == " " {
        at -= 1;
    }
    at
}

/// Whether a word is a name in one of its cases.
fn is_form_of(word: &str, name: &str) -> bool {
    let stem = name.trim_end_matches(['\u{430}', '\u{44f}', '\u{439}', '\u{44c}']);
    let stem = if stem.chars().count() >= 2 { stem } else { name };
    word == name
        || word.strip_prefix(stem).is_some_and(|ending| LISTS.endings.iter().any(|known| known == ending))
}

/// Whether the words before end with these.
fn ends_with(before: &[Token], words: &[String]) -> bool {
    before.len() >= words.len()
        && before[before.len() - words.len()..].iter().zip(words).all(|(token, word)| token.small == *word)
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for word in normal::words(text) {
        // Words that were spread out letter by letter come once more at the end.
        if tokens.last().is_some_and(|last| word.place.start < last.place.end) {
            break;
        }
        let small = word.forms.into_iter().next().unwrap_or_default();
        let is_capital = text[word.place.clone()].chars().next().is_some_and(char::is_uppercase);
        let digits = small.chars().filter(char::is_ascii_digit).count();
        tokens.push(Token { small, place: word.place, is_capital, digits });
    }
    tokens
}

/// What stands between a word and the next one.
fn gap<'a>(text: &'a str, tokens: &[Token], at: usize) -> &'a str {
    &text[tokens[at].place.end..tokens[at + 1].place.start]
}

/// Placeholders, ours or what looks like them.
fn placeholders(text: &str) -> Vec<((Hidden, usize), Range<usize>)> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices('[') {
        let Some(length) = text[open..].find(']') else { break };
        let inner = text[open + 1..open + length].trim();
        let Some((kind, number)) = inner.rsplit_once('_') else { continue };
        let kind = kind.trim().to_ascii_uppercase().parse::<Hidden>();
        let is_plain =
            !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        if let (Ok(kind), true, Ok(number)) = (kind, is_plain, number.parse()) {
            found.push(((kind, number), open..open + length + 1));
        }
    }
    found
}

/// Whether something in a text stands for what is hidden.
pub fn has_placeholder(text: &str) -> bool {
    !placeholders(text).is_empty()
}

/// E-mail addresses, links, names in messengers.
fn addresses_of_the_web(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '<' | '>' | '"' | '[' | ']' | '«' | '»')
    };
    let mut from = 0;
    for piece in text.split_inclusive(is_end) {
        let bare = piece.trim_end_matches(is_end);
        let place = from..from + bare.trim_end_matches(['.', '!', '?', ':']).len();
        from += piece.len();
        let small = text[place.clone()].to_lowercase();
        let is_link = small.contains("://")
            || small.starts_with("www.")
            || small.contains("t.me/")
            || small.contains("wa.me/");
        if is_link {
            found.push((Hidden::Link, place));
        } else if let Some((name, host)) = small.split_once('@') {
            let has_name = name.chars().next_back().is_some_and(char::is_alphanumeric);
            if has_name && host.contains('.') {
                found.push((Hidden::Email, place));
            } else if host.chars().take_while(|c| c.is_alphanumeric() || *c == '_').count() >= 3 {
                found.push((Hidden::Contact, place));
            }
        }
    }
    found
}

/// «ivanov собака mail точка ru».
fn spoken_mail(tokens: &[Token]) -> Vec<Found> {
    let is_latin = |token: &Token| token.small.is_ascii();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (Some(name), Some(host)) = (at.checked_sub(1).and_then(|at| tokens.get(at)), tokens.get(at + 1))
        else {
            continue;
        };
        if token.is_in(&LISTS.at) && is_latin(name) {
            let dotted = tokens.get(at + 2).is_some_and(|dot| dot.is_in(&LISTS.dot));
            let end = if dotted { tokens.get(at + 3).unwrap_or(host) } else { host };
            found.push((Hidden::Email, name.place.start..end.place.end));
        }
    }
    found
}

/// Numbers that belong to somebody. Groups of digits that stand together are read from the longest to the shortest.
fn numbers(text: &str, tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at].is_number() {
            // Digits among letters: the numbers of parcels and the like.
            if tokens[at].digits > LONGEST_PLAIN {
                found.push((Hidden::Number, tokens[at].place.clone()));
            }
            at += 1;
            continue;
        }
        let mut last = at;
        while last + 1 < tokens.len()
            && tokens[last + 1].is_number()
            && last - at < 6
            && is_joint(gap(text, tokens, last))
        {
            last += 1;
        }
        let hit = (at..=last).rev().find_map(|end| Some((end, kind(text, tokens, at, end)?)));
        match hit {
            Some((end, kind)) => {
                let has_plus = text[..tokens[at].place.start].ends_with('+');
                let start = tokens[at].place.start - usize::from(has_plus);
                found.push((kind, start..tokens[end].place.end));
                at = end + 1;
            }
            None => at += 1,
        }
    }
    found
}

fn is_joint(gap: &str) -> bool {
    !gap.is_empty()
        && gap.chars().count() <= 3
        && gap.chars().all(|c| {
            matches!(c, ' ' | '\u{a0}' | '-' | '(' | ')' | '.' | '\u{2010}'..='\u{2015}' | '\u{2116}' | '/')
        })
}

/// What the groups of digits from `from` to `to` are together.
fn kind(text: &str, tokens: &[Token], from: usize, to: usize) -> Option<Hidden> {
    let groups = &tokens[from..=to];
    let lengths: Vec<usize> = groups.iter().map(|group| group.digits).collect();
    let digits: Vec<u32> =
        groups.iter().flat_map(|group| group.small.chars()).filter_map(|c| c.to_digit(10)).collect();
    let has_plus = text[..groups[0].place.start].ends_with('+');
    let gaps: Vec<&str> = (from..to).map(|at| gap(text, tokens, at)).collect();
    let is_dashed = !gaps.is_empty() && gaps.iter().all(|gap| *gap == "-");
    let said_before = |list: &[String]| is_said_before(tokens, from, list);
    let (count, first, second) = (digits.len(), digits.first().copied(), digits.get(1).copied());

    if is_dashed && matches!(lengths[..], [6..=10, 4] | [6..=10, 4, 1..=2]) {
        return Some(Hidden::Order);
    }
    let is_card = matches!(lengths[..], [4, 4, 4, 4])
        || matches!(count, 16 | 18 | 19)
            && (lengths.len() <= 2 && has_check_digit(&digits) || said_before(&LISTS.cards));
    if is_card {
        return Some(Hidden::Card);
    }
    if lengths[..] == [3, 3, 3, 2] || count == 11 && said_before(&LISTS.snils) {
        return Some(Hidden::Snils);
    }
    if matches!(count, 10 | 12) && said_before(&LISTS.inn) {
        return Some(Hidden::Inn);
    }
    let is_passport_form = matches!(lengths[..], [2, 2, 6] | [4, 6]);
    if count == 10 && (is_passport_form || said_before(&LISTS.passports)) {
        return Some(Hidden::Passport);
    }
    let is_coded = matches!(second, Some(3..=9));
    let is_phone = match count {
        11 => matches!(first, Some(7 | 8)) && is_coded,
        10 => first == Some(9) || lengths.len() >= 3 || said_before(&LISTS.phones),
        12..=14 => has_plus,
        7 => lengths[..] == [3, 2, 2] || said_before(&LISTS.phones),
        6 => said_before(&LISTS.phones) && !said_before(&LISTS.orders),
        _ => false,
    } || has_plus && (9..=15).contains(&count);
    if is_phone {
        return Some(Hidden::Phone);
    }
    if lengths.len() == 1 && count >= 5 && said_before(&LISTS.orders) {
        return Some(Hidden::Order);
    }
    (lengths.len() == 1 && count > LONGEST_PLAIN).then_some(Hidden::Number)
}

/// Whether one of these words stands before, with nothing but fillers between.
fn is_said_before(tokens: &[Token], at: usize, list: &[String]) -> bool {
    tokens[..at]
        .iter()
        .rev()
        .take(4)
        .scan(true, |goes_on, token| {
            let was_on = *goes_on;
            *goes_on = was_on && (token.is_in(&LISTS.fillers) || token.is_number());
            was_on.then(|| token.is_in(list))
        })
        .any(|is_said| is_said)
}

/// The rule of Luhn.
fn has_check_digit(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

/// Numbers in words, perhaps with digits between.
fn spelt_out(text: &str, tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < tokens.len() {
        let mut to = from;
        let is_part =
            |at: usize| tokens[at].is_in(&LISTS.numbers) || tokens[at].is_number() && tokens[at].digits <= 4;
        while to < tokens.len()
            && is_part(to)
            && (to == from || gap(text, tokens, to - 1).chars().count() <= 2)
        {
            to += 1;
        }
        let words = tokens[from..to].iter().filter(|token| !token.is_number()).count();
        if words >= SPELT_OUT {
            found.push((Hidden::Phone, tokens[from].place.start..tokens[to - 1].place.end));
        }
        from = to.max(from + 1);
    }
    found
}

/// Places where somebody lives: a street with a house, or a flat.
fn addresses(text: &str, tokens: &[Token]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let end = if tokens[at].is_in(&LISTS.streets) {
            street(text, tokens, at)
        } else if tokens[at].is_in(&LISTS.anchors)
            && is_house_number(tokens.get(at + 1))
            && is_near(text, tokens, at)
        {
            Some((at, at + 1))
        } else {
            None
        };
        let Some((begin, end)) = end else {
            at += 1;
            continue;
        };
        let (begin, end) = (before_street(text, tokens, begin), after_street(text, tokens, end));
        found.push((Hidden::Address, tokens[begin].place.start..tokens[end].place.end));
        at = end + 1;
    }
    found
}

/// A street around its word: from where to where. «ул. 50 лет Октября, 7», «Ленинский проспект 12».
fn street(text: &str, tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let is_named_before = at > 0 && is_name(&tokens[at - 1]) && is_near(text, tokens, at - 1);
    let house = (at + 1..tokens.len().min(at + 6))
        .take_while(|next| is_near(text, tokens, next - 1))
        .find(|next| is_house(tokens, *next));
    // A number at once may be part of the name: «ул. 8 Марта 5».
    let house = match house {
        Some(first)
            if first == at + 1
                && tokens
                    .get(first + 1)
                    .is_some_and(|next| next.digits == 0 && !next.is_in(&LISTS.houses)) =>
        {
            (first + 2..tokens.len().min(first + 5)).find(|next| is_house(tokens, *next)).or(Some(first))
        }
        other => other,
    };
    let begin = if is_named_before { at - 1 } else { at };
    match house {
        Some(house) => Some((begin, house)),
        None if tokens.get(at + 1).is_some_and(is_name) => Some((begin, at + 1)),
        None if is_named_before => Some((begin, at)),
        None => None,
    }
}

fn is_house(tokens: &[Token], at: usize) -> bool {
    is_house_number(tokens.get(at)) || tokens[at].is_in(&LISTS.houses) && is_house_number(tokens.get(at + 1))
}

/// «5», «12а», «102».
fn is_house_number(token: Option<&Token>) -> bool {
    token.is_some_and(|token| {
        token.small.chars().next().is_some_and(|c| c.is_ascii_digit()) && token.small.chars().count() <= 5
    })
}

fn is_near(text: &str, tokens: &[Token], at: usize) -> bool {
    let gap = gap(text, tokens, at);
    gap.chars().count() <= 3 && !gap.contains(['!', '?', ';', '\n'])
}

/// City and index before a street.
fn before_street(text: &str, tokens: &[Token], at: usize) -> usize {
    let mut begin = at;
    while begin > 0 && is_near(text, tokens, begin - 1) {
        let before = &tokens[begin - 1];
        let is_place = before.is_in(&LISTS.places)
            || before.is_number() && before.digits == 6
            || is_name(before)
                && (has_place_word(tokens, begin - 1) || gap(text, tokens, begin - 1).contains(','));
        if !is_place || at - begin >= 6 {
            break;
        }
        begin -= 1;
    }
    begin
}

fn has_place_word(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| tokens[before].is_in(&LISTS.places))
}

/// House, building and flat after a street.
fn after_street(text: &str, tokens: &[Token], at: usize) -> usize {
    let mut end = at;
    while end + 1 < tokens.len() && is_near(text, tokens, end) {
        let next = &tokens[end + 1];
        let is_part = next.is_in(&LISTS.houses) && is_house_number(tokens.get(end + 2))
            || is_house_number(Some(next))
                && (tokens[end].is_in(&LISTS.houses) || tokens[end].digits > 0 || end == at)
            || next.small.chars().count() == 1
                && tokens[end].digits > 0
                && gap(text, tokens, end).trim().is_empty()
                && is_house_number(tokens.get(end + 2));
        if !is_part {
            break;
        }
        end += 1;
    }
    end
}

/// Longer finds before shorter ones, earlier kinds before later ones; in the order of the text.
fn without_overlaps(all: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for (kind, place) in all {
        if place.is_empty() {
            continue;
        }
        let overlaps = |other: &Range<usize>| other.start < place.end && place.start < other.end;
        let is_literal = |kind: Hidden| kind == Hidden::Text;
        let clash: Vec<usize> =
            kept.iter().enumerate().filter(|(_, (_, other))| overlaps(other)).map(|(at, _)| at).collect();
        let contains_all = clash.iter().all(|at| {
            let (other_kind, other) = &kept[*at];
            !is_literal(*other_kind)
                && place.start <= other.start
                && other.end <= place.end
                && place != *other
        });
        if clash.is_empty() || contains_all {
            for at in clash.into_iter().rev() {
                kept.remove(at);
            }
            kept.push((kind, place));
        }
    }
    kept.sort_by_key(|(_, place)| place.start);
    kept
}
