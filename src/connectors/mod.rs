//! Doors to marketplaces. A connector turns a marketplace's words into ours and back; it knows neither database nor
//! features. Errors list only the cases a caller treats differently.

pub mod ozon;
pub mod sandbox;

use crate::features::inbox::types::{Attachment, Author};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use std::time::Duration;

/// One marketplace account, opened with its credentials.
pub trait Connector: Send + Sync {
    /// Checks the credentials and tells whose account they open. Cheap; changes nothing.
    fn account(&self) -> BoxFuture<'_, Result<Account, ConnectorError>>;

    /// One page of the chat list. `cursor` is what the page before returned.
    fn chats<'a>(
        &'a self,
        scope: ChatScope,
        cursor: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ChatPage, ConnectorError>>;

    /// One page of a chat's messages.
    fn history<'a>(
        &'a self,
        chat: &'a str,
        from: HistoryFrom<'a>,
    ) -> BoxFuture<'a, Result<HistoryPage, ConnectorError>>;

    /// Sends a text. Ozon returns no id: the message is recognised later in the history.
    fn send_text<'a>(&'a self, chat: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Marks the chat read up to and including a message.
    fn mark_read<'a>(&'a self, chat: &'a str, up_to: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Fetches a file that a message points to; only from the marketplace's own hosts.
    fn file<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, ConnectorError>>;
}

/// Which chats a list asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatScope {
    /// Those with messages that nobody read on the marketplace.
    Unread,
    /// All of them.
    All,
}

/// Where a page of history begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryFrom<'a> {
    /// The newest messages, newest first.
    Newest,
    /// Messages before the given one, newest first; the given one itself is left out.
    Before(&'a str),
    /// Messages after the given one, oldest first; the given one itself is left out.
    After(&'a str),
}

/// Whose account the credentials open and what they allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The marketplace's own identity of the account; for Ozon the Client-Id.
    pub external_id: String,
    pub shop_name: String,
    /// The marketplace's word for the subscription, e.g. `PREMIUM_PLUS`.
    pub subscription: String,
    /// Whether that subscription lets us write to buyers.
    pub subscription_allows_chats: bool,
    pub key_expires_at: Option<DateTime<Utc>>,
    /// Chat methods the key may call.
    pub methods: Vec<String>,
    /// Chat methods the product needs and the key may not call.
    pub missing_methods: Vec<String>,
}

/// A chat as the marketplace lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteChat {
    pub external_id: String,
    pub audience: Audience,
    pub is_closed: bool,
    pub created_at: Option<DateTime<Utc>>,
    /// Newest message; the mark that the chat moved.
    pub last_message_id: Option<String>,
    pub is_unread: bool,
}

/// Whom a chat is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Buyer,
    /// Support, notifications and the like: no buyer waits there.
    Marketplace,
}

/// A page of the chat list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatPage {
    pub chats: Vec<RemoteChat>,
    /// `None` on the last page.
    pub next: Option<String>,
}

/// A message as the marketplace tells it, in our words.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteMessage {
    pub external_id: String,
    /// Compared as bytes, orders messages of one chat as the marketplace does.
    pub sort_key: String,
    pub author: Author,
    pub body: String,
    pub attachments: Vec<Attachment>,
    /// `None` when the marketplace sent no usable time; the time of arrival stands in.
    pub sent_at: Option<DateTime<Utc>>,
    pub is_read: bool,
    pub order_number: Option<String>,
    /// The whole message as it came, when it could not be understood.
    pub raw: Option<serde_json::Value>,
}

/// A page of history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// In the order asked for.
    pub messages: Vec<RemoteMessage>,
    /// Whether there is more in the direction asked for.
    pub has_more: bool,
}

/// What a caller can do about a call that did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// Certainly not carried out; ask again after the pause.
    #[error("the marketplace asks to slow down")]
    RateLimited { retry_after: Option<Duration> },
    /// The account cannot work until a person changes something.
    #[error("account: {0:?}")]
    Account(AccountProblem),
    /// This chat cannot be written to or read; the account is fine.
    #[error("chat: {0:?}")]
    Chat(ChatProblem),
    /// The connection was never made: certainly not carried out.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// Broken off half-way, or answered with nonsense: may have been carried out.
    #[error("interrupted: {0}")]
    Interrupted(String),
}

/// Why an account cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountProblem {
    WrongCredentials,
    KeyDeactivated,
    /// The key's roles lack this method.
    MethodNotAllowed,
    AddressNotAllowed,
    SubscriptionTooLow,
    OfferNotSigned,
    /// Something else, in the marketplace's words.
    Other(String),
}

/// Why a chat refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatProblem {
    /// The time for an answer is over until the buyer writes again.
    WindowClosed,
    /// One message is already there; the buyer has to answer first.
    WaitForBuyer,
    NotFound,
    /// The marketplace refused the text or the chat, in its words.
    Refused(String),
}

/// Opens connectors. The one `match` from the enum to the code.
pub fn open(
    marketplace: Marketplace,
    base_url: &str,
    client_id: &str,
    api_key: &crate::platform::secret::Secret<String>,
    http: &crate::platform::http::Outbound,
) -> std::sync::Arc<dyn Connector> {
    match marketplace {
        Marketplace::Ozon => {
            std::sync::Arc::new(ozon::Ozon::new(base_url, client_id, api_key.clone(), http.clone()))
        }
    }
}

/// How a text that we send reads when the marketplace's history shows it again.
pub fn shown_text(marketplace: Marketplace, text: &str) -> String {
    match marketplace {
        Marketplace::Ozon => ozon::shown_text(text),
    }
}
