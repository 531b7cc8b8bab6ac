//! The kinds of risky words: what a rule of `features::wording` guards against.

text_enum!(
    /// What is wrong with a text.
    WordingKind {
        /// Promises what the marketplace decides: money, delivery, cancellation.
        Promise = "promise",
        /// Admits a fault in a way that counts against the shop.
        Legal = "legal",
        /// Blames the buyer.
        Blame = "blame",
        /// Sends the buyer away.
        BrushOff = "brush_off",
        /// Leads the buyer away from the marketplace.
        OffPlatform = "off_platform",
        /// Asks for, or repeats, personal data.
        PersonalData = "personal_data",
        /// Offers something for a review, or presses for a change of it.
        ReviewReward = "review_reward",
        Advertising = "advertising",
        /// Says that a machine writes.
        AiMention = "ai_mention",
        /// Words of the trade or of a form letter.
        Jargon = "jargon",
        /// Touches health, law, forgery: better left to a senior.
        Escalation = "escalation",
        /// A rule of the workspace's own.
        Own = "own",
    }
);
