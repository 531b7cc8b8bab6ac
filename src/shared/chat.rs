//! What a chat is, in words that rules and lists share.

text_enum!(
    /// What sort of thread a chat is.
    ChatKind {
        /// A marketplace's chat with a buyer.
        Dialog = "dialog",
    }
);

text_enum!(
    /// How urgent people hold a chat to be.
    #[derive(Default)]
    Priority {
        Low = "low",
        #[default]
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
);

impl Priority {
    /// One more urgent; the most urgent stays so.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Priority::Low => Priority::Normal,
            Priority::Normal => Priority::High,
            Priority::High | Priority::Urgent => Priority::Urgent,
        }
    }
}
