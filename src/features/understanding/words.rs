//! Which words belong to what is understood. The words themselves are in `shared::i18n`.

use super::types::{Category, Sentiment, Urgency};
use crate::shared::i18n::Locale;

/// What a message is about.
pub fn category(locale: Locale, category: Category) -> &'static str {
    match category {
        Category::Question => locale.category_question(),
        Category::Complaint => locale.category_complaint(),
        Category::Delivery => locale.category_delivery(),
        Category::Return => locale.category_return(),
        Category::Size => locale.category_size(),
        Category::Defect => locale.category_defect(),
        Category::Thanks => locale.category_thanks(),
        Category::Other => locale.category_other(),
    }
}

/// How soon an answer is needed.
pub fn urgency(locale: Locale, urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => locale.urgency_low(),
        Urgency::Normal => locale.urgency_normal(),
        Urgency::High => locale.urgency_high(),
        Urgency::Urgent => locale.urgency_urgent(),
    }
}

/// The mood of a message.
pub fn sentiment(locale: Locale, sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Negative => locale.sentiment_negative(),
        Sentiment::Neutral => locale.sentiment_neutral(),
        Sentiment::Positive => locale.sentiment_positive(),
    }
}
