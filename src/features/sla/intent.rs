//! What a buyer wants, by the stems of the words of the current turn. Data: `intents.json`, in order; the first that is found is it, so
//! a defect goes before a size that is mentioned beside it.

use crate::features::wording::phrases::{Phrases, ReadText};
use crate::shared::chat::Priority;
use serde::{Deserialize, Serialize};

text_enum!(
    /// What a buyer wants.
    #[derive(Default)]
    Intent {
        /// Health, safety, law.
        ComplianceSafety = "compliance_safety",
        DefectNotWorking = "defect_not_working",
        WrongItem = "wrong_item",
        MissingParts = "missing_parts",
        DeliveryDelay = "delivery_delay",
        CancelRequest = "cancel_request",
        RefundExchange = "refund_exchange",
        QualityComplaint = "quality_complaint",
        Compatibility = "compatibility",
        SizingFit = "sizing_fit",
        Availability = "availability",
        PrePurchase = "pre_purchase",
        DeliveryStatus = "delivery_status",
        UsageHowto = "usage_howto",
        ProductSpec = "product_spec",
        Thanks = "thanks",
        #[default]
        Other = "other",
    }
);

/// An intent as the data file describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentRule {
    pub intent: Intent,
    /// How urgent it is by itself.
    pub priority: Priority,
    /// In the notation of the rules of risky words.
    pub patterns: Vec<String>,
}

/// All intents, ready to be asked.
#[derive(Clone, Debug)]
pub struct Intents(Vec<(Intent, Priority, Phrases)>);

impl Intents {
    /// Makes rules ready.
    ///
    /// # Errors
    /// A pattern that cannot be read.
    pub fn new(rules: &[IntentRule]) -> Result<Self, String> {
        let ready = |rule: &IntentRule| Ok((rule.intent, rule.priority, Phrases::parse(&rule.patterns)?));
        rules.iter().map(ready).collect::<Result<_, _>>().map(Intents)
    }

    /// What somebody wants who writes this.
    pub fn of(&self, text: &ReadText) -> Intent {
        let found = self.0.iter().find(|(_, _, phrases)| phrases.find(text).is_some());
        found.map_or(Intent::Other, |(intent, ..)| *intent)
    }

    /// How urgent an intent is by itself.
    pub fn priority(&self, intent: Intent) -> Priority {
        self.0
            .iter()
            .find(|(other, ..)| *other == intent)
            .map_or(Priority::Normal, |(_, priority, _)| *priority)
    }
}
