//! A filter as text, for the address: short enough to read, the same for the same filter, safe in an address without
//! any encoding.
//!
//! ```text
//! unanswered:yes;any(tag:0193…,0194…;priority:high,urgent);!text:спасибо
//! ```
//!
//! Parts stand between semicolons and all of them hold; `any(…)` holds when one part does, `all(…)` when all do; `!` turns
//! a part around. A condition is a word and its values. A text keeps its letters and digits, a space is `_`, anything
//! else is `~` with its code point between.

use super::query::{Condition, Days, Filter, Holder};
use chrono::{Datelike, NaiveDate};
use std::fmt::{Display, Formatter, Result as Written, Write};
use std::str::FromStr;

/// Groups within groups deeper than this are not read, so that no text can exhaust the stack.
const DEEPEST: usize = 16;

/// The text is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a filter")]
pub struct NotAFilter;

// --- Printing --------------------------------------------------------------------------------------------------------

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Filter::All(parts) if parts.len() > 1 => print_list(f, parts, ";"),
            other => print_part(f, other),
        }
    }
}

fn print_part(f: &mut Formatter<'_>, part: &Filter) -> Written {
    match part {
        Filter::All(parts) => print_group(f, "all", parts),
        Filter::Any(parts) => print_group(f, "any", parts),
        Filter::Not(inner) => {
            f.write_char('!')?;
            print_part(f, inner)
        }
        Filter::Is(condition) => print_condition(f, condition),
    }
}

fn print_group(f: &mut Formatter<'_>, word: &str, parts: &[Filter]) -> Written {
    write!(f, "{word}(")?;
    print_list(f, parts, ";")?;
    f.write_char(')')
}

fn print_list(f: &mut Formatter<'_>, parts: &[Filter], between: &str) -> Written {
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        print_part(f, part)?;
    }
    Ok(())
}

fn print_condition(f: &mut Formatter<'_>, condition: &Condition) -> Written {
    match condition {
        Condition::Seller(ids) => print_values(f, "seller", ids),
        Condition::Marketplace(words) => print_values(f, "marketplace", words),
        Condition::Kind(words) => print_values(f, "kind", words),
        Condition::Work(words) => print_values(f, "work", words),
        Condition::Unanswered(is) => print_yes(f, "unanswered", *is),
        Condition::Unseen(is) => print_yes(f, "unseen", *is),
        Condition::Assignee(holders) => {
            let words: Vec<String> = holders.iter().map(holder_word).collect();
            print_values(f, "assignee", &words)
        }
        Condition::Tag(ids) => print_values(f, "tag", ids),
        Condition::Priority(words) => print_values(f, "priority", words),
        Condition::Category(words) => print_values(f, "category", words),
        Condition::Urgency(words) => print_values(f, "urgency", words),
        Condition::Sentiment(words) => print_values(f, "sentiment", words),
        Condition::Deadline(state) => write!(f, "deadline:{state}"),
        Condition::Window(state) => write!(f, "window:{state}"),
        Condition::LastMessage(days) => print_days(f, "last_message", *days),
        Condition::Began(days) => print_days(f, "began", *days),
        Condition::HasOrder(is) => print_yes(f, "order", *is),
        Condition::Text(text) => {
            f.write_str("text:")?;
            print_text(f, text)
        }
    }
}

fn print_values<T: Display>(f: &mut Formatter<'_>, word: &str, values: &[T]) -> Written {
    write!(f, "{word}:")?;
    for (number, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if number > 0 { "," } else { "" })?;
    }
    Ok(())
}

fn print_yes(f: &mut Formatter<'_>, word: &str, is: bool) -> Written {
    write!(f, "{word}:{}", if is { "yes" } else { "no" })
}

fn print_days(f: &mut Formatter<'_>, word: &str, days: Days) -> Written {
    match days {
        Days::Last(days) => write!(f, "{word}:last-{days}"),
        Days::Before(days) => write!(f, "{word}:before-{days}"),
        Days::Between(from, to) => write!(f, "{word}:{from}..{to}"),
    }
}

fn print_text(f: &mut Formatter<'_>, text: &str) -> Written {
    for c in text.chars() {
        match c {
            ' ' => f.write_char('_')?,
            '-' | '.' => f.write_char(c)?,
            c if c.is_alphanumeric() => f.write_char(c)?,
            c => write!(f, "~{:x}~", u32::from(c))?,
        }
    }
    Ok(())
}

fn holder_word(holder: &Holder) -> String {
    match holder {
        Holder::Me => "me".to_owned(),
        Holder::Nobody => "nobody".to_owned(),
        Holder::Person(id) => id.to_string(),
    }
}

// --- Reading ---------------------------------------------------------------------------------------------------------

impl FromStr for Filter {
    type Err = NotAFilter;

    fn from_str(text: &str) -> Result<Self, NotAFilter> {
        let mut reader = Reader { rest: text };
        let mut parts = reader.list(0)?;
        if !reader.rest.is_empty() {
            return Err(NotAFilter);
        }
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => Ok(only),
            (_, Some(last)) => {
                parts.push(last);
                Ok(Filter::All(parts))
            }
            (_, None) => Err(NotAFilter),
        }
    }
}

/// What has not been read yet.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Whether this comes next; if so, it is read.
    fn takes(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Everything before the first of these, or before the end.
    fn until(&mut self, ends: &[char]) -> &'a str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Filter>, NotAFilter> {
        let mut parts = vec![self.part(depth)?];
        while self.takes(";") {
            parts.push(self.part(depth)?);
        }
        Ok(parts)
    }

    fn part(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        if depth > DEEPEST {
            return Err(NotAFilter);
        }
        if self.takes("!") {
            return Ok(Filter::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.takes("all(") {
            return self.group(depth).map(Filter::All);
        }
        if self.takes("any(") {
            return self.group(depth).map(Filter::Any);
        }
        let word = self.until(&[':', ';', ')']);
        if !self.takes(":") {
            return Err(NotAFilter);
        }
        read_condition(word, self.until(&[';', ')'])).map(Filter::Is)
    }

    fn group(&mut self, depth: usize) -> Result<Vec<Filter>, NotAFilter> {
        if self.takes(")") {
            return Ok(Vec::new());
        }
        let parts = self.list(depth + 1)?;
        if self.takes(")") { Ok(parts) } else { Err(NotAFilter) }
    }
}

fn read_condition(word: &str, value: &str) -> Result<Condition, NotAFilter> {
    Ok(match word {
        "seller" => Condition::Seller(read_values(value)?),
        "marketplace" => Condition::Marketplace(read_values(value)?),
        "kind" => Condition::Kind(read_values(value)?),
        "work" => Condition::Work(read_values(value)?),
        "unanswered" => Condition::Unanswered(read_yes(value)?),
        "unseen" => Condition::Unseen(read_yes(value)?),
        "assignee" => Condition::Assignee(values(value).map(read_holder).collect::<Result<_, _>>()?),
        "tag" => Condition::Tag(read_values(value)?),
        "priority" => Condition::Priority(read_values(value)?),
        "category" => Condition::Category(read_values(value)?),
        "urgency" => Condition::Urgency(read_values(value)?),
        "sentiment" => Condition::Sentiment(read_values(value)?),
        "deadline" => Condition::Deadline(read_word(value)?),
        "window" => Condition::Window(read_word(value)?),
        "last_message" => Condition::LastMessage(read_days(value)?),
        "began" => Condition::Began(read_days(value)?),
        "order" => Condition::HasOrder(read_yes(value)?),
        "text" => Condition::Text(read_text(value)?),
        _ => return Err(NotAFilter),
    })
}

fn read_word<T: FromStr>(word: &str) -> Result<T, NotAFilter> {
    word.parse().map_err(|_| NotAFilter)
}

fn values(text: &str) -> impl Iterator<Item = &str> {
    let is_empty = text.is_empty();
    text.split(',').filter(move |_| !is_empty)
}

fn read_values<T: FromStr>(text: &str) -> Result<Vec<T>, NotAFilter> {
    values(text).map(read_word).collect()
}

fn read_yes(word: &str) -> Result<bool, NotAFilter> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(NotAFilter),
    }
}

fn read_holder(word: &str) -> Result<Holder, NotAFilter> {
    match word {
        "me" => Ok(Holder::Me),
        "nobody" => Ok(Holder::Nobody),
        id => read_word(id).map(Holder::Person),
    }
}

fn read_days(text: &str) -> Result<Days, NotAFilter> {
    if let Some(days) = text.strip_prefix("last-") {
        return read_word(days).map(Days::Last);
    }
    if let Some(days) = text.strip_prefix("before-") {
        return read_word(days).map(Days::Before);
    }
    let (from, to) = text.split_once("..").ok_or(NotAFilter)?;
    Ok(Days::Between(read_day(from)?, read_day(to)?))
}

/// A day that a calendar of a database holds as well.
fn read_day(text: &str) -> Result<NaiveDate, NotAFilter> {
    let day: NaiveDate = read_word(text)?;
    if (1..=9999).contains(&day.year()) { Ok(day) } else { Err(NotAFilter) }
}

fn read_text(text: &str) -> Result<String, NotAFilter> {
    let mut read = String::with_capacity(text.len());
    let mut pieces = text.split('~');
    // Outside of the pairs of `~` letters stand for themselves; between them stands a code point.
    while let Some(plain) = pieces.next() {
        read.extend(plain.chars().map(|c| if c == '_' { ' ' } else { c }));
        let Some(code) = pieces.next() else { return Ok(read) };
        let code = u32::from_str_radix(code, 16).map_err(|_| NotAFilter)?;
        read.push(char::from_u32(code).ok_or(NotAFilter)?);
    }
    // A `~` without its other half.
    Err(NotAFilter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::{ChatKind, DeadlineState, Priority, WindowState, WorkState};
    use crate::features::understanding::types::{Category, Sentiment, Urgency};
    use crate::shared::ids::{SellerId, TagId, UserId};
    use crate::shared::marketplace::Marketplace;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use uuid::Uuid;

    fn read(text: &str) -> Result<Filter, NotAFilter> {
        text.parse()
    }

    fn id() -> impl Strategy<Value = Uuid> {
        any::<u128>().prop_map(Uuid::from_u128)
    }

    fn day() -> impl Strategy<Value = NaiveDate> {
        (1_i32..=9999, 1_u32..=366).prop_filter_map("a day", |(year, day)| NaiveDate::from_yo_opt(year, day))
    }

    fn days() -> impl Strategy<Value = Days> {
        prop_oneof![
            any::<u16>().prop_map(Days::Last),
            any::<u16>().prop_map(Days::Before),
            (day(), day()).prop_map(|(from, to)| Days::Between(from, to)),
        ]
    }

    fn condition() -> impl Strategy<Value = Condition> {
        let holder = prop_oneof![
            Just(Holder::Me),
            Just(Holder::Nobody),
            id().prop_map(|id| Holder::Person(UserId(id)))
        ];
        prop_oneof![
            vec(id().prop_map(SellerId), 0..4).prop_map(Condition::Seller),
            vec(select(Marketplace::ALL), 0..3).prop_map(Condition::Marketplace),
            vec(select(ChatKind::ALL), 0..3).prop_map(Condition::Kind),
            vec(select(WorkState::ALL), 0..4).prop_map(Condition::Work),
            any::<bool>().prop_map(Condition::Unanswered),
            any::<bool>().prop_map(Condition::Unseen),
            vec(holder, 0..4).prop_map(Condition::Assignee),
            vec(id().prop_map(TagId), 0..4).prop_map(Condition::Tag),
            vec(select(Priority::ALL), 0..4).prop_map(Condition::Priority),
            vec(select(Category::ALL), 0..4).prop_map(Condition::Category),
            vec(select(Urgency::ALL), 0..4).prop_map(Condition::Urgency),
            vec(select(Sentiment::ALL), 0..3).prop_map(Condition::Sentiment),
            select(DeadlineState::ALL).prop_map(Condition::Deadline),
            select(WindowState::ALL).prop_map(Condition::Window),
            days().prop_map(Condition::LastMessage),
            days().prop_map(Condition::Began),
            any::<bool>().prop_map(Condition::HasOrder),
            any::<String>().prop_map(Condition::Text),
        ]
    }

    fn filter() -> impl Strategy<Value = Filter> {
        condition().prop_map(Filter::Is).prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Filter::All),
                vec(inner.clone(), 0..5).prop_map(Filter::Any),
                inner.prop_map(|inner| Filter::Not(Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(filter in filter()) {
            prop_assert_eq!(read(&filter.to_string()), Ok(filter));
        }

        #[test]
        fn what_is_printed_needs_no_encoding(filter in filter()) {
            let text = filter.to_string();
            let is_safe = |c: char| c.is_alphanumeric() || ":;,!()_-.~".contains(c);
            prop_assert!(text.chars().all(is_safe), "{}", text);
        }

        #[test]
        fn any_text_is_a_filter_or_is_not(text in any::<String>()) {
            if let Ok(filter) = read(&text) {
                prop_assert_eq!(read(&filter.to_string()), Ok(filter));
            }
        }

        #[test]
        fn so_is_any_text_made_of_its_signs(text in "(any\\(|all\\(|[!;:,()~_.-]|text|tag|seller|last|yes|7|я){0,40}") {
            if let Ok(filter) = read(&text) {
                prop_assert_eq!(read(&filter.to_string()), Ok(filter));
            }
        }
    }

    #[test]
    fn the_text_can_be_read_by_people() {
        let text = "unanswered:yes;any(assignee:me,nobody;priority:high,urgent);!text:Возврат_50~25~;last_message:last-7";
        let filter = read(text).expect("a filter");
        assert_eq!(filter.to_string(), text);
        assert!(filter.conditions().contains(&&Condition::Text("Возврат 50%".into())));
        let text = "began:2026-11-01..2026-11-20";
        assert_eq!(read(text).map(|filter| filter.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn an_old_address_still_means_the_same() {
        // Addresses are kept in bookmarks and letters: what was printed once has to be read for ever.
        let id = "01938c5f-0000-7000-8000-000000000001";
        for (text, condition) in [
            (format!("seller:{id}"), Condition::Seller(vec![id.parse().expect("an id")])),
            ("work:snoozed,closed".into(), Condition::Work(vec![WorkState::Snoozed, WorkState::Closed])),
            ("deadline:overdue".into(), Condition::Deadline(DeadlineState::Overdue)),
            ("window:ending".into(), Condition::Window(WindowState::Ending)),
            ("order:no".into(), Condition::HasOrder(false)),
            ("last_message:before-30".into(), Condition::LastMessage(Days::Before(30))),
            ("marketplace:ozon".into(), Condition::Marketplace(vec![Marketplace::Ozon])),
            ("kind:dialog".into(), Condition::Kind(vec![ChatKind::Dialog])),
            ("unseen:no".into(), Condition::Unseen(false)),
            ("category:defect,return".into(), Condition::Category(vec![Category::Defect, Category::Return])),
            ("urgency:urgent".into(), Condition::Urgency(vec![Urgency::Urgent])),
            ("sentiment:negative".into(), Condition::Sentiment(vec![Sentiment::Negative])),
            (format!("tag:{id}"), Condition::Tag(vec![id.parse().expect("an id")])),
        ] {
            assert_eq!(read(&text), Ok(Filter::Is(condition)), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_said_to_be_none() {
        for text in [
            "",
            ";",
            "unanswered",
            "unanswered:maybe",
            "any(unanswered:yes",
            "any(unanswered:yes))",
            "tag:7",
            "text:~",
            "text:~d800~",
            "last_message:last-99999999",
            "last_message:2026-02-30..2026-03-01",
            "last_message:+12026-01-01..2026-03-01",
            "colour:red",
        ] {
            assert_eq!(read(text), Err(NotAFilter), "{text}");
        }
        assert_eq!(read(&"!".repeat(100_000)), Err(NotAFilter));
        assert_eq!(read(&"any(".repeat(100_000)), Err(NotAFilter));
    }
}
