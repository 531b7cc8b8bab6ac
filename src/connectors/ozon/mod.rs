//! The door to Ozon's Seller API. Facts about it and their sources: the official interface description of August
//! 2026 and what public clients met in practice.
//!
//! Every method is a POST, also the pure reads. A send returns no id and cannot be repeated safely; the history is
//! where one finds out. A message that came without an id gets one that begins with `raw:` and never stands at the
//! end of a page, so that the last message of a page can always be asked beyond.

mod client;
mod convert;
mod limits;
mod wire;

#[cfg(test)]
mod tests;

pub use client::Method;
pub use convert::shown_text;

use super::{
    Account, AccountProblem, ChatPage, ChatProblem, ChatScope, Connector, ConnectorError, HistoryFrom,
    HistoryPage, OrderRef, OutgoingFile, PushEndpoint, RemoteMessage,
};
use crate::features::orders::types::{Posting, Product, Return};
use crate::platform::http::Outbound;
use crate::platform::pace::Line;
use crate::platform::secret::Secret;
use client::Client;
use futures::future::{BoxFuture, FutureExt};
use limits::Key;
use reqwest::{StatusCode, Url};
use serde_json::json;

/// Chats in a page of the list; Ozon's maximum.
const CHATS_PER_PAGE: usize = 100;
/// Messages in a page of history. Ozon allows 1000; a hundred come quickly and cover nearly every chat.
const MESSAGES_PER_PAGE: usize = 100;
/// Where real files lie; the only host besides the base URL that may see the key.
const OZON_API_HOST: &str = "api-seller.ozon.ru";
/// Hosts that Ozon moves files to.
const OZON_FILE_DOMAINS: [&str; 2] = [".ozon.ru", ".ozonusercontent.com"];
const MOST_REDIRECTS: usize = 3;
/// Largest file that is fetched, in bytes.
const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// Subscriptions with which a seller may write to buyers by API.
const CHAT_SUBSCRIPTIONS: [&str; 2] = ["PREMIUM_PLUS", "PREMIUM_PRO"];

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

    async fn read_account(&self) -> Result<Account, ConnectorError> {
        let roles: wire::Roles = self.client.call(Method::Roles, &json!({})).await?;
        let methods = chat_methods(&roles);
        let is_missing = |method: &Method| !methods.iter().any(|path| path == method.path());
        let mut missing: Vec<String> =
            Method::REQUIRED.into_iter().filter(is_missing).map(|method| method.path().to_owned()).collect();
        let info = match self.client.call(Method::SellerInfo, &json!({})).await {
            Ok(info) => info,
            // The key is good and lacks the one role that tells whose it is: say so, as of any other method.
            Err(ConnectorError::Account(AccountProblem::MethodNotAllowed)) => {
                missing.push(Method::SellerInfo.path().to_owned());
                wire::SellerInfo {
                    company: wire::Company::default(),
                    subscription: wire::Subscription::default(),
                }
            }
            Err(error) => return Err(error),
        };
        let subscription = info.subscription.kind.unwrap_or_else(|| "UNKNOWN".into()).to_ascii_uppercase();
        Ok(Account {
            external_id: self.client.key.client_id.clone(),
            shop_name: info.company.name.or(info.company.legal_name).unwrap_or_default(),
            subscription_allows_chats: CHAT_SUBSCRIPTIONS.contains(&subscription.as_str()),
            subscription,
            key_expires_at: roles.expires_at.as_deref().and_then(convert::instant),
            methods,
            missing_methods: missing,
        })
    }

    async fn list(&self, scope: ChatScope, cursor: Option<&str>) -> Result<ChatPage, ConnectorError> {
        let chat_status = if scope == ChatScope::Closed { "CLOSED" } else { "ALL" };
        let filter = wire::ChatFilter { chat_status, unread_only: scope == ChatScope::Unread };
        let request = wire::ChatListRequest { filter, limit: CHATS_PER_PAGE, cursor };
        let page: wire::ChatList = self.client.call(Method::ChatList, &request).await?;
        let has_next = page.has_next.unwrap_or(page.chats.len() >= CHATS_PER_PAGE);
        // A cursor that stays where it is would be walked for ever.
        let next = page.cursor.filter(|next| has_next && Some(next.as_str()) != cursor);
        let all = page.chats.len();
        let chats: Vec<_> = page.chats.into_iter().filter_map(convert::chat).collect();
        if chats.len() < all {
            tracing::warn!(left_out = all - chats.len(), "Ozon listed chats without an id");
        }
        Ok(ChatPage { chats, next })
    }

    async fn read_history(&self, chat: &str, from: HistoryFrom<'_>) -> Result<HistoryPage, ConnectorError> {
        let (direction, border) = match from {
            HistoryFrom::Newest => ("Backward", None),
            HistoryFrom::Before(id) => ("Backward", Some(id)),
            HistoryFrom::After(id) => ("Forward", Some(id)),
        };
        if border.is_some_and(|id| !convert::has_own_id(id)) {
            return Err(ConnectorError::Chat(ChatProblem::Refused("no such message".into())));
        }
        let request = wire::HistoryRequest {
            chat_id: chat,
            direction,
            from_message_id: border.map(Into::into),
            limit: MESSAGES_PER_PAGE,
        };
        let page: wire::History = self.client.call(Method::ChatHistory, &request).await?;
        let has_next = page.has_next.unwrap_or(page.messages.len() >= MESSAGES_PER_PAGE);
        let messages = page.messages.into_iter().map(convert::message).collect();
        let messages = end_with_own_id(without_border(messages, border));
        // Without an id to go on from, asking for more would bring the same page again.
        let can_go_on = messages.last().is_some_and(|message| convert::has_own_id(&message.external_id));
        Ok(HistoryPage { messages, has_more: has_next && can_go_on })
    }

    async fn send(&self, chat: &str, text: &str) -> Result<(), ConnectorError> {
        let request = wire::SendRequest { chat_id: chat, text };
        let answer: wire::SendAnswer = self.client.call(Method::SendMessage, &request).await?;
        match answer.result {
            Some(word) if word.eq_ignore_ascii_case("success") => Ok(()),
            _ => Err(ConnectorError::Interrupted(
                "the answer does not say whether the message was taken".into(),
            )),
        }
    }

    async fn read_up_to(&self, chat: &str, up_to: &str) -> Result<(), ConnectorError> {
        if !convert::has_own_id(up_to) {
            return Ok(());
        }
        let request = wire::ReadRequest { chat_id: chat, from_message_id: up_to.into() };
        let _: wire::Anything = self.client.call(Method::ChatRead, &request).await?;
        Ok(())
    }

    async fn fetch(&self, address: &str) -> Result<Vec<u8>, ConnectorError> {
        let mut url = Url::parse(address).map_err(|_| not_a_file())?;
        for _ in 0..=MOST_REDIRECTS {
            let with_key = match access(&url, &self.client.key.base_url) {
                Access::WithKey => true,
                Access::WithoutKey => false,
                Access::Refused => return Err(not_a_file()),
            };
            let response = self.client.fetch(url.clone(), with_key).await?;
            let status = response.status();
            if status.is_success() {
                return client::body_of(response, LARGEST_FILE).await;
            }
            if !status.is_redirection() {
                return Err(if with_key {
                    self.client.refusal(Method::ChatHistory, response).await
                } else {
                    foreign_refusal(status)
                });
            }
            let target = response.headers().get("Location").and_then(|value| value.to_str().ok());
            url = target.and_then(|target| url.join(target).ok()).ok_or_else(not_a_file)?;
        }
        Err(ConnectorError::Interrupted("too many redirects".into()))
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

    fn send_text<'a>(&'a self, chat: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.send(chat, text).boxed()
    }

    fn mark_read<'a>(&'a self, chat: &'a str, up_to: &'a str) -> BoxFuture<'a, Result<(), ConnectorError>> {
        self.read_up_to(chat, up_to).boxed()
    }

    fn file<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, ConnectorError>> {
        self.fetch(url).boxed()
    }

    fn messages<'a>(
        &'a self,
        _chat: &'a str,
        _ids: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<RemoteMessage>, ConnectorError>> {
        not_yet()
    }

    fn send_file<'a>(
        &'a self,
        _chat: &'a str,
        _file: &'a OutgoingFile,
    ) -> BoxFuture<'a, Result<(), ConnectorError>> {
        not_yet()
    }

    fn start_chat<'a>(&'a self, _posting: &'a str) -> BoxFuture<'a, Result<String, ConnectorError>> {
        not_yet()
    }

    fn postings<'a>(&'a self, _of: &'a OrderRef) -> BoxFuture<'a, Result<Vec<Posting>, ConnectorError>> {
        not_yet()
    }

    fn products<'a>(&'a self, _skus: &'a [String]) -> BoxFuture<'a, Result<Vec<Product>, ConnectorError>> {
        not_yet()
    }

    fn returns<'a>(&'a self, _postings: &'a [String]) -> BoxFuture<'a, Result<Vec<Return>, ConnectorError>> {
        not_yet()
    }

    fn push_endpoints(&self) -> BoxFuture<'_, Result<Vec<PushEndpoint>, ConnectorError>> {
        not_yet()
    }

    fn check_push<'a>(&'a self, _url: &'a str) -> BoxFuture<'a, Result<Vec<String>, ConnectorError>> {
        not_yet()
    }

    fn set_push<'a>(
        &'a self,
        _url: &'a str,
        _endpoint: Option<i64>,
    ) -> BoxFuture<'a, Result<(), ConnectorError>> {
        not_yet()
    }

    fn delete_push(&self, _endpoint: i64) -> BoxFuture<'_, Result<(), ConnectorError>> {
        not_yet()
    }
}

fn not_yet<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, ConnectorError>> {
    futures::future::ready(Err(ConnectorError::Unreachable("not built yet".into()))).boxed()
}

/// Chat methods among those of a key's roles. A role without methods allows nothing, whatever it is called.
fn chat_methods(roles: &wire::Roles) -> Vec<String> {
    let roles = roles.roles.iter().filter_map(|role| wire::object::<wire::Role>(role.clone()));
    let paths: Vec<String> = roles
        .flat_map(|role| role.methods)
        .filter_map(|path| Some(path.as_str()?.trim().to_owned()))
        .collect();
    let known = Method::CHAT.into_iter().map(Method::path);
    known.filter(|known| paths.iter().any(|path| path == known)).map(str::to_owned).collect()
}

/// Ozon's history begins with the message that was asked from.
fn without_border(mut messages: Vec<RemoteMessage>, border: Option<&str>) -> Vec<RemoteMessage> {
    if let (Some(first), Some(border)) = (messages.first(), border)
        && first.external_id == border
    {
        messages.remove(0);
    }
    messages
}

/// Moves messages without an id of their own, which have no place in an order either, away from the end.
fn end_with_own_id(mut messages: Vec<RemoteMessage>) -> Vec<RemoteMessage> {
    if let Some(last) = messages.iter().rposition(|message| convert::has_own_id(&message.external_id)) {
        messages[last..].rotate_left(1);
    }
    messages
}

/// Whether a file may be fetched from an address, and whether the key goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    WithKey,
    WithoutKey,
    Refused,
}

fn access(url: &Url, base_url: &str) -> Access {
    if !url.username().is_empty() || url.password().is_some() {
        return Access::Refused;
    }
    if Url::parse(base_url).is_ok_and(|base| base.origin() == url.origin() && base.origin().is_tuple()) {
        return Access::WithKey;
    }
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "https" || url.port().is_some() {
        return Access::Refused;
    }
    if host == OZON_API_HOST {
        Access::WithKey
    } else if OZON_FILE_DOMAINS.iter().any(|domain| host.ends_with(domain)) {
        Access::WithoutKey
    } else {
        Access::Refused
    }
}

fn not_a_file() -> ConnectorError {
    ConnectorError::Chat(ChatProblem::Refused("not a file of this marketplace".into()))
}

/// A host without our key knows nothing about the account.
fn foreign_refusal(status: StatusCode) -> ConnectorError {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => ConnectorError::Chat(ChatProblem::NotFound),
        StatusCode::TOO_MANY_REQUESTS => ConnectorError::RateLimited { retry_after: None },
        status if status.is_client_error() => {
            ConnectorError::Chat(ChatProblem::Refused(format!("HTTP {status}")))
        }
        status => ConnectorError::Interrupted(format!("HTTP {status}")),
    }
}
