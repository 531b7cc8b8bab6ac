//! Variables of quick replies: what they are called, what stands in their place, and what when nobody knows it.
//!
//! `{{name}}` is the fact. `{{name|words}}` says what stands there instead when it is missing, so that the sentence stays
//! a sentence. `{{name: words with * |words}}` puts the fact into words of its own. What cannot be filled in stays as it
//! is and keeps the text from being sent.

use crate::shared::i18n::Locale;
use std::collections::BTreeMap;
use std::ops::Range;

text_enum!(
    /// What can be filled in.
    Variable {
        /// The number of the order.
        Order = "order",
        /// The number of the parcel.
        Posting = "posting",
        Product = "product",
        Shop = "shop",
        /// The first name of who answers.
        Operator = "operator",
        /// The day until which the buyer was told to expect the parcel.
        DeliverBy = "deliver_by",
        Tracking = "tracking",
        Carrier = "carrier",
    }
);

impl Variable {
    /// What it is called in texts.
    pub fn name(self, locale: Locale) -> &'static str {
        match self {
            Variable::Order => locale.variable_order_name(),
            Variable::Posting => locale.variable_posting_name(),
            Variable::Product => locale.variable_product_name(),
            Variable::Shop => locale.variable_shop_name(),
            Variable::Operator => locale.variable_operator_name(),
            Variable::DeliverBy => locale.variable_deliver_by_name(),
            Variable::Tracking => locale.variable_tracking_name(),
            Variable::Carrier => locale.variable_carrier_name(),
        }
    }

    /// A fact that could stand in its place, for showing what a text looks like.
    fn sample(self, locale: Locale) -> &'static str {
        match self {
            Variable::Order => locale.variable_order_sample(),
            Variable::Posting => locale.variable_posting_sample(),
            Variable::Product => locale.variable_product_sample(),
            Variable::Shop => locale.variable_shop_sample(),
            Variable::Operator => locale.variable_operator_sample(),
            Variable::DeliverBy => locale.variable_deliver_by_sample(),
            Variable::Tracking => locale.variable_tracking_sample(),
            Variable::Carrier => locale.variable_carrier_sample(),
        }
    }

    /// The variable of this name, in either language.
    fn named(name: &str) -> Option<Self> {
        let name = super::ranking::fold(name.trim());
        let is_called = |variable: &Variable| {
            [Locale::Ru, Locale::En].iter().any(|locale| variable.name(*locale) == name)
        };
        Variable::ALL.iter().copied().find(is_called)
    }
}

/// What is known.
pub type Facts = BTreeMap<Variable, String>;

/// Facts that show what a text looks like when everything is known.
pub fn sample_facts(locale: Locale) -> Facts {
    Variable::ALL.iter().map(|variable| (*variable, variable.sample(locale).to_owned())).collect()
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// A text with its variables filled in as far as that is possible.
pub fn fill(text: &str, facts: &Facts) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner, after)) = next(rest) {
        filled.push_str(before);
        match value(inner, facts) {
            Some(words) => put(&mut filled, &words, after),
            None => filled.extend([OPEN, inner, CLOSE]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The places of variables that are not filled in.
pub fn unfilled(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some((before, inner, _)) = next(&text[from..]) {
        let begin = from + before.len();
        from = begin + OPEN.len() + inner.len() + CLOSE.len();
        places.push(begin..from);
    }
    places
}

/// What stands before the next variable, in it and behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(OPEN)?;
    let (inner, after) = rest.split_once(CLOSE)?;
    Some((before, inner, after))
}

/// What stands in the place of a variable.
fn value(inner: &str, facts: &Facts) -> Option<String> {
    let (head, fallback) = match inner.split_once('|') {
        Some((head, fallback)) => (head, Some(fallback)),
        None => (inner, None),
    };
    let (name, template) = match head.split_once(':') {
        Some((name, template)) => (name, template.trim_start()),
        None => (head, "*"),
    };
    match Variable::named(name).and_then(|variable| facts.get(&variable)) {
        Some(fact) => Some(template.replace('*', fact)),
        None => fallback.map(str::to_owned),
    }
}

/// Appends words so that the sentence stays one: with a capital letter where it begins, without a gap where they are
/// empty.
fn put(text: &mut String, words: &str, after: &str) {
    if words.trim().is_empty() {
        let is_gap = after.chars().next().is_none_or(|next| next.is_whitespace() || ",.!?;:".contains(next));
        if is_gap && text.ends_with(' ') {
            text.pop();
        }
        return;
    }
    let begins = text.trim_end().chars().next_back().is_none_or(|last| ".!?\n".contains(last))
        || text.trim_end_matches(' ').ends_with('\n');
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if begins => {
            text.extend(first.to_uppercase());
            text.push_str(letters.as_str());
        }
        _ => text.push_str(words),
    }
}

#[cfg(test)]
mod tests;
