//! The door to Ozon's Seller API. Facts about it and their sources: the official interface description of August
//! 2026 and what public clients met in practice.
//!
//! Every method is a POST, also the pure reads. A send returns no id and cannot be repeated safely; the history is
//! where one finds out. A message that came without an id gets one that begins with `raw:` and never stands at the
//! end of a page, so that the last message of a page can always be asked beyond.
//!
//! `client` calls and reads refusals, `wire` has Ozon's words, `convert` turns them into ours; beside them stands a
//! file for each subject, with the order of the calls that answer one question.

mod account;
mod chats;
mod client;
mod convert;
mod files;
mod goods;
mod limits;
mod orders;
pub mod probe;
pub mod push;
mod push_setup;
mod wire;

#[cfg(test)]
mod tests;

pub use client::Method;
pub use convert::markdown::shown_text;

use super::{
    Account, ChatPage, ChatScope, Connector, ConnectorError, HistoryFrom, HistoryPage, OrderRef,
    OutgoingFile, PushEndpoint, RemoteMessage,
};
use crate::features::orders::types::{Posting, Product, Return};
use crate::platform::clock::now;
use crate::platform::http::Outbound;
use crate::platform::pace::Line;
use crate::platform::secret::Secret;
use client::Client;
use futures::future::{BoxFuture, FutureExt};
use limits::Key;

/// The line of an account: how fast it may be called, and whether it answers.
pub fn line(base_url: &str, client_id: &str) -> Line {
    Key { base_url: base_url.to_owned(), client_id: client_id.to_owned() }.line()
}

/// One Ozon account.
#[derive(Debug)]
pub struct Ozon {
    client: Client,
}

impl Ozon {
    /// An account behind `base_url` (`https://api-seller.ozon.ru`, or a sandbox). Calls nobody.
    pub fn new(base_url: &str, client_id: &str, api_key: Secret<String>, http: Outbound) -> Self {
        Self { client: Client::new(base_url, client_id, api_key, http) }
    }
}

impl Connector for Ozon {
    fn account(&self) -> BoxFuture<'_, Result<Account, ConnectorError>> {
        self.read_account().boxed()
    }

    fn chats<'a>(
        &'a self,
        scope: ChatScope,
        cursor: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ChatPage, ConnectorError>> {
        self.list(scope, cursor).boxed()
    }

    fn history<'a>(
        &'a self,
        chat: &'a str,
        from: HistoryFrom<'a>,
    ) -> BoxFuture<'a, Result<HistoryPage, ConnectorError>> {
        self.read_history(chat, from).boxed()
    }

    fn messages<'a>(
        &'a self,
        chat: &'a str,
        ids: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<RemoteMessage>, ConnectorError>> {
        self.read_messages(chat, ids).boxed()
    }

    fn send_text<'a>(&'a self, chat: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.send(chat, text).boxed()
    }

    fn send_file<'a>(
        &'a self,
        chat: &'a str,
        file: &'a OutgoingFile,
    ) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.send_attached(chat, file).boxed()
    }

    fn start_chat<'a>(&'a self, posting: &'a str) -> BoxFuture<'a, Result<String, ConnectorError>> {
        self.start(posting).boxed()
    }

    fn mark_read<'a>(&'a self, chat: &'a str, up_to: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.read_up_to(chat, up_to).boxed()
    }

    fn file<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, ConnectorError>> {
        self.fetch(url).boxed()
    }

    fn postings<'a>(&'a self, of: &'a OrderRef) -> BoxFuture<'a, Result<Vec<Posting>, ConnectorError>> {
        self.read_postings(of, now()).boxed()
    }

    fn products<'a>(&'a self, skus: &'a [String]) -> BoxFuture<'a, Result<Vec<Product>, ConnectorError>> {
        self.read_products(skus).boxed()
    }

    fn returns<'a>(&'a self, postings: &'a [String]) -> BoxFuture<'a, Result<Vec<Return>, ConnectorError>> {
        self.read_returns(postings).boxed()
    }

    fn push_endpoints(&self) -> BoxFuture<'_, Result<Vec<PushEndpoint>, ConnectorError>> {
        self.read_endpoints().boxed()
    }

    fn check_push<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<String>, ConnectorError>> {
        self.try_endpoint(url).boxed()
    }

    fn set_push<'a>(
        &'a self,
        url: &'a str,
        endpoint: Option<i64>,
    ) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.point_pushes(url, endpoint).boxed()
    }

    fn delete_push(&self, endpoint: i64) -> BoxFuture<'_, Result<(), ConnectorError>> {
        self.remove_endpoint(endpoint).boxed()
    }
}
