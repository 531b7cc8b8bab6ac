//! What marketplaces push to us, in our words. A push is a hint: whoever gets one asks the marketplace itself before
//! believing it.

use super::{Audience, ozon};
use crate::shared::marketplace::Marketplace;

/// The body of a push. Reading one never fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// The marketplace tries whether we are there.
    Ping,
    Event(PushEvent),
    /// Not the promised JSON, or without the marketplace's word for what it is.
    Unreadable,
}

/// Something happened in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushEvent {
    /// The marketplace's own identity of the account, as in `Account::external_id`; `None` when the push names none.
    pub account: Option<String>,
    /// Whom the chat is with; `None` when the push does not say or is not about a chat.
    pub audience: Option<Audience>,
    pub kind: PushKind,
}

/// What happened. Chats and messages are named by the marketplace's ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushKind {
    /// Somebody wrote.
    Message { chat: String, message: String },
    /// A message reads differently now.
    Edited { chat: String, message: String },
    /// A chat was read.
    Read {
        chat: String,
        /// The last message that was read, where the push tells it.
        up_to: Option<String>,
        /// Whether the buyer read; otherwise somebody on our side or the marketplace did.
        by_buyer: bool,
    },
    /// A chat takes no more messages.
    Closed { chat: String },
    /// Anything else, and chat events that do not say which chat or message they are about: the marketplace's word.
    Other(String),
}

/// Reads the body of a push.
pub fn parse(marketplace: Marketplace, body: &[u8]) -> Push {
    match marketplace {
        Marketplace::Ozon => ozon::push::parse(body),
    }
}
