//! From the words of a turn to what it is about.

pub use super::language::language;
use super::lexicon::{LEXICON, Lexicon};
use super::types::{Category, Sentiment, Understanding, Urgency};
use crate::features::wording::normal;
use crate::features::wording::pattern::{Pattern, Text};
use crate::features::wording::signs;

/// Of subjects that are equally likely the first one is taken: what costs most when it is overlooked.
const FIRST: [Category; 7] = [
    Category::Defect,
    Category::Return,
    Category::Size,
    Category::Delivery,
    Category::Complaint,
    Category::Thanks,
    Category::Question,
];
/// What a question mark says. A word about a subject says more.
const QUESTION_MARK: f32 = 1.0;
/// A question says no more than this: whatever else is spoken of is what it is about.
const MOST_OF_QUESTION: f32 = 2.4;
/// From this on something speaks for a subject.
const ENOUGH: f32 = 1.0;
/// Letters below which capitals say nothing: sizes and «OK» are no shouting.
const SHOUTED: usize = 10;
/// So many exclamation marks are one too many.
const EXCLAIMED: usize = 3;

/// What is understood of a turn: all that a buyer has written since the last answer.
pub fn understand(turn: &str) -> Understanding {
    let lexicon = &*LEXICON;
    let (words, signs) = (normal::words(turn), signs::find(turn));
    let text = Text { words: &words, signs: &signs };
    let (category, because) = category(lexicon, turn, &text);
    let has = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.find(&text).is_some());
    let sentiment = sentiment(category, has(&lexicon.positive), has(&lexicon.negative));
    let is_pressing = has(&lexicon.pressing) || is_shouted(turn);
    let urgency = urgency(category, has(&lexicon.urgent), is_pressing);
    Understanding {
        category,
        urgency,
        sentiment,
        language: language(turn),
        because,
        version: lexicon.version,
    }
}

fn category(lexicon: &Lexicon, turn: &str, text: &Text<'_>) -> (Category, Vec<String>) {
    let mut best: (f32, Category, Vec<String>) = (0.0, Category::Other, Vec::new());
    for category in FIRST {
        let patterns = lexicon.categories.iter().find(|(known, _)| *known == category);
        let mut score = 0.0;
        let mut because = Vec::new();
        for (weight, pattern) in patterns.into_iter().flat_map(|(_, patterns)| patterns) {
            if let Some(place) = pattern.find(text) {
                score += weight;
                because.push(turn[place].to_owned());
            }
        }
        if category == Category::Question {
            let marked = score + if turn.contains('?') { QUESTION_MARK } else { 0.0 };
            score = marked.min(MOST_OF_QUESTION);
        }
        if score >= ENOUGH && score > best.0 {
            best = (score, category, because);
        }
    }
    (best.1, best.2)
}

fn sentiment(category: Category, is_positive: bool, is_negative: bool) -> Sentiment {
    match (category, is_positive, is_negative) {
        (Category::Complaint | Category::Defect, _, _) | (_, false, true) => Sentiment::Negative,
        (Category::Thanks, _, false) | (_, true, false) => Sentiment::Positive,
        _ => Sentiment::Neutral,
    }
}

fn urgency(category: Category, is_urgent: bool, is_pressing: bool) -> Urgency {
    let usual = match category {
        Category::Defect => Urgency::Urgent,
        Category::Complaint | Category::Size => Urgency::High,
        Category::Question | Category::Delivery | Category::Return | Category::Other => Urgency::Normal,
        Category::Thanks => Urgency::Low,
    };
    if is_urgent {
        Urgency::Urgent
    } else if is_pressing {
        usual.raised()
    } else {
        usual
    }
}

fn is_shouted(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    // Sizes and models are written in capitals by everybody.
    let spoken = words.filter(|word| !word.chars().all(|c| c.is_ascii_alphanumeric()) || word.len() > 4);
    let (letters, capitals) = spoken
        .flat_map(str::chars)
        .filter(|c| c.is_alphabetic())
        .fold((0, 0), |(all, big), c| (all + 1, big + usize::from(c.is_uppercase())));
    letters >= SHOUTED && capitals * 2 > letters || text.matches('!').count() >= EXCLAIMED
}
