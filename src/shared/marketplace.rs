//! The marketplaces we speak to and what each allows. Capabilities are data, so that the browser knows them too.

text_enum!(
    /// A marketplace whose buyer chats we can read.
    Marketplace {
        Ozon = "ozon",
    }
);

impl Marketplace {
    /// The brand's own spelling, the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Marketplace::Ozon => "Ozon",
        }
    }

    /// The longest message the marketplace accepts, in characters.
    /// Ozon: 1–1000 characters (Seller API, `/v1/chat/send/message`).
    pub fn max_text_chars(self) -> usize {
        match self {
            Marketplace::Ozon => 1000,
        }
    }

    /// How long a buyer may wait before the marketplace counts the answer as late, in hours.
    /// Ozon rates the share of chats first answered within 24 h.
    pub fn answer_within_hours(self) -> i64 {
        match self {
            Marketplace::Ozon => 24,
        }
    }
}
