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

text_enum!(
    /// Who has said what a turn is about.
    By {
        /// The lexicon and its rules.
        Rules = "rules",
        /// A model, at least a part of it.
        Model = "model",
        /// A person, at least a part of it.
        Person = "person",
    }
);

/// What a person says of a message; a part that is not there stays with the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    pub category: Option<Category>,
    pub urgency: Option<Urgency>,
    pub sentiment: Option<Sentiment>,
}

impl Given {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Given::default()
    }
}

/// What a model says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub category: Category,
    pub urgency: Urgency,
    pub sentiment: Sentiment,
    pub language: Language,
}

impl Judged {
    /// Reads the answer of a model: one JSON object with our words and no others. Anything else is no answer.
    pub fn parse(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text.trim()).ok()?;
        // A list of the right length would pass for the fields in their order.
        if value.is_object() { serde_json::from_value(value).ok() } else { None }
    }
}

/// What is known of one message of a buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub category: Category,
    pub urgency: Urgency,
    pub sentiment: Sentiment,
    /// Who has told it: the rules, or a model in their place.
    pub by: By,
    /// What a person has said instead.
    pub given: Given,
}

/// What holds for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    pub category: Category,
    pub urgency: Urgency,
    pub sentiment: Sentiment,
    pub by: By,
}

impl Understood {
    /// With what a person says.
    pub fn with(self, given: Given) -> Self {
        Understood {
            category: given.category.unwrap_or(self.category),
            urgency: given.urgency.unwrap_or(self.urgency),
            sentiment: given.sentiment.unwrap_or(self.sentiment),
            by: if given.is_empty() { self.by } else { By::Person },
        }
    }
}
