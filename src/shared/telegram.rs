//! Why a message to Telegram was not delivered: words of both sides.

text_enum!(
    /// What stands between us and a chat of Telegram.
    TelegramProblem {
        /// Telegram does not know the bot: its token is wrong or was replaced.
        WrongToken = "wrong_token",
        /// There is no such chat, or nobody has ever written to the bot there.
        ChatNotFound = "chat_not_found",
        /// The bot was blocked, or thrown out of the group, or may not write there.
        Blocked = "blocked",
        /// The group has become a supergroup and has another id now.
        ChatMoved = "chat_moved",
        /// Telegram does not take the message for another reason; its words say which.
        Refused = "refused",
        /// So many messages that Telegram wants a pause.
        TooMany = "too_many",
        /// Telegram has trouble of its own, or cannot be reached.
        Unreachable = "unreachable",
        /// The line broke off after the message had left: nobody can tell whether it arrived.
        CannotTell = "cannot_tell",
    }
);

impl TelegramProblem {
    /// Whether only a person can put it right; nothing is sent until somebody has.
    pub fn needs_a_person(self) -> bool {
        use TelegramProblem::*;
        match self {
            WrongToken | ChatNotFound | Blocked | ChatMoved | Refused => true,
            TooMany | Unreachable | CannotTell => false,
        }
    }
}
