//! Where a supervisor is written to outside of the product: what its form shows and sends.

use crate::shared::error::{AppError, Refusal};
use crate::shared::telegram::TelegramProblem;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest token, in characters.
pub const MAX_TOKEN: usize = 130;
/// The longest name of a chat, in characters.
pub const MAX_CHAT: usize = 40;

/// How it is set up. A token never comes back from the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorView {
    pub chat: String,
    pub is_enabled: bool,
    /// Why the last message was not delivered.
    pub problem: Option<TelegramProblem>,
    /// What Telegram said then.
    pub said: Option<String>,
    /// When a message was delivered last.
    pub sent_at: Option<DateTime<Utc>>,
}

/// What somebody sets up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorForm {
    /// The bot's token; empty keeps the one that is known.
    pub token: String,
    pub chat: String,
    pub is_enabled: bool,
}

/// How a try has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorTry {
    /// `None` when the message has arrived.
    pub problem: Option<TelegramProblem>,
    pub said: Option<String>,
}

impl SupervisorForm {
    /// What somebody has typed, put right.
    ///
    /// # Errors
    /// What has to be put right first.
    pub fn checked(
        self,
        has_token: bool,
        is_token: fn(&str) -> bool,
        is_chat: fn(&str) -> bool,
    ) -> Result<Self, AppError> {
        let form = SupervisorForm {
            token: self.token.trim().to_owned(),
            chat: self.chat.trim().to_owned(),
            is_enabled: self.is_enabled,
        };
        let has_new = !form.token.is_empty();
        if has_new && !is_token(&form.token) || !has_new && !has_token {
            return Err(Refusal::BotTokenMalformed.into());
        }
        if !is_chat(&form.chat) {
            return Err(Refusal::TelegramChatMalformed.into());
        }
        Ok(form)
    }
}
