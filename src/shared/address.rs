//! Addresses of our own pages.

use crate::shared::ids::ChatId;
use std::fmt::Write;

/// A text as a value in the query of an address.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Where a chat opens at one of its messages, named as its marketplace does.
pub fn of_message(chat: ChatId, external_id: &str) -> String {
    format!("/inbox/{chat}?view=all&message={}", encode(external_id))
}

#[cfg(test)]
mod tests {
    use super::{encode, of_message};
    use crate::shared::ids::ChatId;

    #[test]
    fn a_value_of_a_query_holds_nothing_that_ends_it() {
        assert_eq!(encode("a-b_1.~"), "a-b_1.~");
        assert_eq!(encode("я &=#?+/\u{0}"), "%D1%8F%20%26%3D%23%3F%2B%2F%00");
    }

    #[test]
    fn a_link_to_a_message_names_chat_and_message() {
        let chat = ChatId(uuid::Uuid::nil());
        assert_eq!(of_message(chat, "7&8"), format!("/inbox/{chat}?view=all&message=7%268"));
    }
}
