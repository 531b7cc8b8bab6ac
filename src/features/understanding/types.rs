//! What can be said of a message.

use serde::{Deserialize, Serialize};

text_enum!(
    /// What a message is about.
    Category {
        /// Wants to know something: of a product, before or after buying it.
        Question = "question",
        /// Is not content: with quality, service, what was promised.
        Complaint = "complaint",
        /// Where the order is and when it comes.
        Delivery = "delivery",
        /// Wants to undo the purchase: return, exchange, cancellation.
        Return = "return",
        /// Which size, or that it does not fit.
        Size = "size",
        /// Broken, faulty, incomplete, or not what was ordered.
        Defect = "defect",
        Thanks = "thanks",
        Other = "other",
    }
);

text_enum!(
    /// How soon an answer is needed.
    Urgency {
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
);

impl Urgency {
    /// The next higher one.
    pub fn raised(self) -> Self {
        match self {
            Urgency::Low => Urgency::Normal,
            Urgency::Normal => Urgency::High,
            Urgency::High | Urgency::Urgent => Urgency::Urgent,
        }
    }
}

text_enum!(
    /// The mood of a message.
    Sentiment {
        Negative = "negative",
        Neutral = "neutral",
        Positive = "positive",
    }
);

text_enum!(
    /// The language of a text.
    Language {
        Russian = "ru",
        English = "en",
        /// Another one, or too few letters to say.
        Unknown = "unknown",
    }
);

/// What is understood of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understanding {
    pub category: Category,
    pub urgency: Urgency,
    pub sentiment: Sentiment,
    pub language: Language,
    /// The words that spoke for the category, as they stand in the text.
    pub because: Vec<String>,
    /// The version of the lexicon.
    pub version: i32,
}
