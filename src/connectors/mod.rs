//! Doors to marketplaces, and to language models (`models`). A connector turns a marketplace's words into ours and back; it knows neither database nor
//! features. Errors list only the cases a caller treats differently.

pub mod models;
pub mod ozon;
pub mod push;
pub mod sandbox;
pub mod telegram;

use crate::features::files::types::Attachment;
use crate::features::inbox::types::Author;
pub use crate::features::inbox::types::Moderation;
use crate::features::orders::types::{Posting, Product, Return};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use std::time::Duration;

/// One marketplace account, opened with its credentials.
///
/// Without the right to list chats, to read them or to write, an account is of no use: lacking it is an
/// `AccountProblem`. Any other method may be missing from a key or a subscription; it then answers `Denied`, which is
/// to be shown where its answer would have stood and stops nothing else.
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

    /// Messages of a chat by their ids, as they read now; those that are gone are left out.
    fn messages<'a>(
        &'a self,
        chat: &'a str,
        ids: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<RemoteMessage>, ConnectorError>>;

    /// Sends a text. Ozon returns no id: the message is recognised later in the history.
    fn send_text<'a>(&'a self, chat: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Sends a file, without a text beside it. Like a text it is recognised later in the history.
    fn send_file<'a>(
        &'a self,
        chat: &'a str,
        file: &'a OutgoingFile,
    ) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Opens the chat with the buyer of a posting, or finds the one that is open; gives its id. A `Chat` problem is
    /// one of this posting.
    fn start_chat<'a>(&'a self, posting: &'a str) -> BoxFuture<'a, Result<String, ConnectorError>>;

    /// Marks the chat read up to and including a message.
    fn mark_read<'a>(&'a self, chat: &'a str, up_to: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Fetches a file that a message or a product points to; only from the marketplace's own hosts.
    fn file<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, ConnectorError>>;

    /// The postings of an order, whatever the scheme; empty when the marketplace knows none. Orders may be too old
    /// to be found by their number, postings are not.
    fn postings<'a>(&'a self, of: &'a OrderRef) -> BoxFuture<'a, Result<Vec<Posting>, ConnectorError>>;

    /// Products by SKU; unknown ones are left out.
    fn products<'a>(&'a self, skus: &'a [String]) -> BoxFuture<'a, Result<Vec<Product>, ConnectorError>>;

    /// Returns and cancellations of postings.
    fn returns<'a>(&'a self, postings: &'a [String]) -> BoxFuture<'a, Result<Vec<Return>, ConnectorError>>;

    /// The marketplace's set-up of pushes for this account.
    fn push_endpoints(&self) -> BoxFuture<'_, Result<Vec<PushEndpoint>, ConnectorError>>;

    /// Has the marketplace try an address with a ping; the answer lists what was wrong, nothing when all is well.
    fn check_push<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<String>, ConnectorError>>;

    /// Has chat events, and nothing else, pushed to an address: a new endpoint, or `endpoint` moved there and
    /// switched on. Whatever had chat events before may lose them.
    fn set_push<'a>(
        &'a self,
        url: &'a str,
        endpoint: Option<i64>,
    ) -> BoxFuture<'a, Result<(), ConnectorError>>;

    /// Takes an endpoint away.
    fn delete_push(&self, endpoint: i64) -> BoxFuture<'_, Result<(), ConnectorError>>;
}

/// Which chats a list asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatScope {
    /// Those with messages that nobody read on the marketplace.
    Unread,
    /// All of them.
    All,
    /// Those that take no more messages.
    Closed,
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
    /// Compared as bytes, orders chats by their newest message.
    pub last_message_key: Option<String>,
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
    /// The product that the message is about, where the marketplace says so.
    pub sku: Option<String>,
    pub moderation: Moderation,
    /// The whole message as it came, when it could not be understood.
    pub raw: Option<serde_json::Value>,
}

/// A file to send.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingFile {
    /// With its extension.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for OutgoingFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutgoingFile({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// What is known of an order from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderRef {
    /// The number of the order; for Ozon two parts, `12345678-0001`.
    Order(String),
    /// The number of one posting; for Ozon the order's with a third part.
    Posting(String),
}

/// An address to which a marketplace pushes events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushEndpoint {
    pub id: i64,
    pub url: String,
    pub is_on: bool,
    /// Whether all kinds of chat events go there.
    pub has_all_chat_events: bool,
    /// Whether at least one of them does.
    pub has_chat_events: bool,
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
    /// Not carried out: so many calls in a row failed that the account has a rest; ask again after it.
    #[error("resting after too many failures")]
    Resting { retry_after: Duration },
    /// The account cannot work until a person changes something.
    #[error("account: {0:?}")]
    Account(AccountProblem),
    /// Not carried out: the account lacks the right to this one method and works without it.
    #[error("denied: {0:?}")]
    Denied(Denial),
    /// What the call was about, a chat for the most part, is refused; the account is fine.
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

/// What is missing for a method without which an account still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The key's roles do not have it.
    Role,
    /// The shop's subscription does not have it.
    Subscription,
}

/// Why a chat, or whatever else was asked for, is refused.
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

/// The line of an account: how fast it may be called, and whether it answers.
pub fn line(marketplace: Marketplace, base_url: &str, client_id: &str) -> crate::platform::pace::Line {
    match marketplace {
        Marketplace::Ozon => ozon::line(base_url, client_id),
    }
}

/// How a text that we send reads when the marketplace's history shows it again.
pub fn shown_text(marketplace: Marketplace, text: &str) -> String {
    match marketplace {
        Marketplace::Ozon => ozon::shown_text(text),
    }
}
