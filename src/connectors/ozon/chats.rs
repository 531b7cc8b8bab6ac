//! Chats: the list, histories, sending.

use super::client::Method;
use super::convert::chats::{has_own_id, message};
use super::wire::chats::{
    ChatFilter, ChatList, ChatListRequest, History, HistoryRequest, MessageFilter, ReadRequest, SendAnswer,
    SendFileRequest, SendRequest, StartAnswer, StartRequest,
};
use super::{Ozon, convert, wire};
use crate::connectors::{
    ChatPage, ChatProblem, ChatScope, ConnectorError, HistoryFrom, HistoryPage, OutgoingFile, RemoteMessage,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Chats in a page of the list; Ozon's maximum.
const CHATS_PER_PAGE: usize = 100;
/// Messages in a page of history. Ozon allows 1000; a hundred come quickly and cover nearly every chat.
const MESSAGES_PER_PAGE: usize = 100;

impl Ozon {
    pub(super) async fn list(
        &self,
        scope: ChatScope,
        cursor: Option<&str>,
    ) -> Result<ChatPage, ConnectorError> {
        let chat_status = if scope == ChatScope::Closed { "CLOSED" } else { "ALL" };
        let filter = ChatFilter { chat_status, unread_only: scope == ChatScope::Unread };
        let request = ChatListRequest { filter, limit: CHATS_PER_PAGE, cursor };
        let page: ChatList = self.client.call(Method::ChatList, &request).await?;
        let has_next = page.has_next.unwrap_or(page.chats.len() >= CHATS_PER_PAGE);
        // A cursor that stays where it is, or comes back, is for whoever walks the list to notice: taken for the end here,
        // it would hide the rest.
        let next = page.cursor.filter(|_| has_next);
        Ok(ChatPage { chats: convert::each("chats", page.chats, convert::chats::chat), next })
    }

    pub(super) async fn read_history(
        &self,
        chat: &str,
        from: HistoryFrom<'_>,
    ) -> Result<HistoryPage, ConnectorError> {
        let (direction, border) = match from {
            HistoryFrom::Newest => ("Backward", None),
            HistoryFrom::Before(id) => ("Backward", Some(id)),
            HistoryFrom::After(id) => ("Forward", Some(id)),
        };
        if border.is_some_and(|id| !has_own_id(id)) {
            return Err(ConnectorError::Chat(ChatProblem::Refused("no such message".into())));
        }
        let request = HistoryRequest {
            chat_id: chat,
            direction,
            from_message_id: border.map(Into::into),
            filter: None,
            limit: MESSAGES_PER_PAGE,
        };
        let page: History = self.client.call(Method::ChatHistory, &request).await?;
        let has_next = page.has_next.unwrap_or(page.messages.len() >= MESSAGES_PER_PAGE);
        let messages = page.messages.into_iter().map(message).collect();
        let messages = end_with_own_id(without_border(messages, border));
        // Without an id to go on from, asking for more would bring the same page again.
        let can_go_on = messages.last().is_some_and(|message| has_own_id(&message.external_id));
        Ok(HistoryPage { messages, has_more: has_next && can_go_on })
    }

    pub(super) async fn read_messages(
        &self,
        chat: &str,
        ids: &[String],
    ) -> Result<Vec<RemoteMessage>, ConnectorError> {
        let ids: Vec<&str> = ids.iter().map(String::as_str).filter(|id| has_own_id(id)).collect();
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MESSAGES_PER_PAGE) {
            let request = HistoryRequest {
                chat_id: chat,
                direction: "Backward",
                from_message_id: None,
                filter: Some(MessageFilter { message_ids: ids }),
                limit: MESSAGES_PER_PAGE,
            };
            let page: History = self.client.call(Method::ChatHistory, &request).await?;
            let messages = page.messages.into_iter().map(message);
            // Filters have been ignored before.
            found.extend(messages.filter(|message| ids.contains(&message.external_id.as_str())));
        }
        Ok(found)
    }

    pub(super) async fn send(&self, chat: &str, text: &str) -> Result<(), ConnectorError> {
        let request = SendRequest { chat_id: chat, text };
        taken(self.client.call(Method::SendMessage, &request).await?)
    }

    pub(super) async fn send_attached(&self, chat: &str, file: &OutgoingFile) -> Result<(), ConnectorError> {
        let base64_content = BASE64_STANDARD.encode(&file.bytes);
        let request = SendFileRequest { chat_id: chat, name: &file.name, base64_content };
        taken(self.client.call(Method::SendFile, &request).await?)
    }

    pub(super) async fn start(&self, posting: &str) -> Result<String, ConnectorError> {
        let request = StartRequest { posting_number: posting };
        let answer: StartAnswer = self.client.call(Method::ChatStart, &request).await?;
        let chat = answer.result.chat_id.and_then(convert::usable_id);
        chat.ok_or_else(|| {
            ConnectorError::Interrupted("the answer does not say which chat was opened".into())
        })
    }

    pub(super) async fn read_up_to(&self, chat: &str, up_to: &str) -> Result<(), ConnectorError> {
        if !has_own_id(up_to) {
            return Ok(());
        }
        let request = ReadRequest { chat_id: chat, from_message_id: up_to.into() };
        let _: wire::Anything = self.client.call(Method::ChatRead, &request).await?;
        Ok(())
    }
}

/// Ozon answers a send with a word. Any other answer tells nothing.
fn taken(answer: SendAnswer) -> Result<(), ConnectorError> {
    match answer.result {
        Some(word) if word.eq_ignore_ascii_case("success") => Ok(()),
        _ => Err(ConnectorError::Interrupted("the answer does not say whether the message was taken".into())),
    }
}

/// Ozon's history begins with the message that was asked from.
pub(super) fn without_border(mut messages: Vec<RemoteMessage>, border: Option<&str>) -> Vec<RemoteMessage> {
    if let (Some(first), Some(border)) = (messages.first(), border)
        && first.external_id == border
    {
        messages.remove(0);
    }
    messages
}

/// Moves messages without an id of their own, which have no place in an order either, away from the end.
pub(super) fn end_with_own_id(mut messages: Vec<RemoteMessage>) -> Vec<RemoteMessage> {
    if let Some(last) = messages.iter().rposition(|message| has_own_id(&message.external_id)) {
        messages[last..].rotate_left(1);
    }
    messages
}
