//! The state of a chat as a function of all its messages, whoever wrote them, wherever, in whatever order they arrived.
//! The database computes the same with an index (`server/recompute.rs`); a property test compares the two.

use super::types::Author;
use chrono::{DateTime, Utc};

/// What the state depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    pub author: Author,
    pub sent_at: DateTime<Utc>,
    /// Orders messages of equal time as the marketplace does.
    pub sort_key: String,
    /// Moderation withdrew it: the other side does not see it.
    pub is_withdrawn: bool,
}

impl Utterance {
    /// Whether it answers the buyer.
    fn is_answer(&self) -> bool {
        self.author.is_ours() && !self.is_withdrawn
    }
}

/// Since when the buyer waits for us: the oldest message that nobody of ours has answered. Automatic answers and the
/// marketplace's own messages answer nobody, and neither does what moderation has withdrawn.
pub fn unanswered_since(messages: &[Utterance]) -> Option<DateTime<Utc>> {
    let place = |message: &&Utterance| (message.sent_at, message.sort_key.clone());
    let answered = messages.iter().filter(|message| message.is_answer()).map(|message| place(&message)).max();
    messages
        .iter()
        .filter(|message| message.author == Author::Buyer)
        .filter(|message| answered.as_ref().is_none_or(|answered| place(message) > *answered))
        .min_by_key(place)
        .map(|message| message.sent_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Author::*;

    fn chat(authors: &[Author]) -> Vec<Utterance> {
        authors
            .iter()
            .enumerate()
            .map(|(second, author)| Utterance {
                author: *author,
                sent_at: DateTime::from_timestamp(second as i64, 0).expect("a small timestamp"),
                sort_key: second.to_string(),
                is_withdrawn: false,
            })
            .collect()
    }

    fn since(authors: &[Author]) -> Option<i64> {
        unanswered_since(&chat(authors)).map(|at| at.timestamp())
    }

    #[test]
    fn the_buyer_waits_from_the_oldest_unanswered_message() {
        assert_eq!(since(&[]), None);
        assert_eq!(since(&[Buyer, Buyer]), Some(0));
        assert_eq!(since(&[Buyer, Operator, Buyer, Buyer]), Some(2));
    }

    #[test]
    fn an_answer_in_the_marketplaces_own_cabinet_is_an_answer() {
        assert_eq!(since(&[Buyer, SellerElsewhere]), None);
    }

    #[test]
    fn automatic_answers_and_the_marketplace_answer_nobody() {
        assert_eq!(since(&[Buyer, Bot, Marketplace]), Some(0));
    }

    #[test]
    fn what_moderation_withdraws_answers_nobody() {
        let mut messages = chat(&[Buyer, Operator]);
        messages[1].is_withdrawn = true;
        assert_eq!(unanswered_since(&messages).map(|at| at.timestamp()), Some(0));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let mut messages = chat(&[Buyer, Operator, Buyer, Bot, Buyer]);
        let expected = unanswered_since(&messages);
        messages.reverse();
        assert_eq!(unanswered_since(&messages), expected);
    }
}
