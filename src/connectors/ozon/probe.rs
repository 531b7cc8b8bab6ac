//! Everything that reads what comes from Ozon, in one call: for fuzzing and for property tests.

use super::client::{self, Method};
use super::convert::{self, chats, goods, orders, pushes};
use super::{push, wire};
use crate::connectors::push::Push;
use crate::connectors::{ConnectorError, PushEndpoint, RemoteChat, RemoteMessage};
use crate::features::orders::types::{Posting, Product, Return};
use reqwest::StatusCode;

/// What all readers made of the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub push: Push,
    pub chats: Vec<RemoteChat>,
    /// As many as the answer had elements, whatever those were.
    pub messages: Vec<RemoteMessage>,
    pub message_elements: usize,
    pub postings: Vec<Posting>,
    pub products: Vec<Product>,
    pub returns: Vec<Return>,
    pub endpoints: Vec<PushEndpoint>,
    pub complaints: Vec<String>,
    /// Chat methods of a key.
    pub methods: Vec<String>,
    /// What the bytes would mean as the body of a refusal.
    pub refusal: ConnectorError,
}

/// Reads bytes as every kind of answer and as a push. Never panics, whatever they are.
pub fn read(data: &[u8]) -> Reading {
    let text = String::from_utf8_lossy(data);
    let elements = client::parse::<wire::chats::History>(&text).map(|page| page.messages).unwrap_or_default();
    Reading {
        push: push::parse(data),
        chats: chats_of(&text),
        message_elements: elements.len(),
        messages: elements.into_iter().map(chats::message).collect(),
        postings: postings_of(&text),
        products: products_of(&text),
        returns: client::parse::<wire::goods::Returns>(&text)
            .map(|page| convert::each("returns", page.returns, goods::returned))
            .unwrap_or_default(),
        endpoints: client::parse::<wire::pushes::PushEndpoints>(&text)
            .map(|answer| convert::each("push endpoints", answer.urls, pushes::endpoint))
            .unwrap_or_default(),
        complaints: client::parse(&text).map(pushes::complaints).unwrap_or_default(),
        methods: client::parse(&text).map(|roles| super::account::chat_methods(&roles)).unwrap_or_default(),
        refusal: client::refusal(Method::SendMessage, StatusCode::FORBIDDEN, &text, None),
    }
}

fn chats_of(text: &str) -> Vec<RemoteChat> {
    client::parse::<wire::chats::ChatList>(text)
        .map(|page| convert::each("chats", page.chats, chats::chat))
        .unwrap_or_default()
}

fn postings_of(text: &str) -> Vec<Posting> {
    let listed = client::parse::<wire::orders::PostingList>(text).map(|page| page.postings);
    let got = client::parse::<wire::orders::PostingAnswer>(text).map(|answer| answer.result);
    let mut values = listed.unwrap_or_default();
    values.extend(got.filter(serde_json::Value::is_object));
    [orders::Family::Fbs, orders::Family::Fbo]
        .into_iter()
        .flat_map(|family| convert::each("postings", values.clone(), |value| orders::posting(family, value)))
        .map(|told| told.posting)
        .collect()
}

/// Products are found by the numbers that were asked for: here by all that the answer has.
fn products_of(text: &str) -> Vec<Product> {
    let Some(answer) = client::parse::<wire::goods::Products>(text) else { return Vec::new() };
    let skus: Vec<String> = answer.items.iter().filter_map(|item| wire::id_of(item.get("sku")?)).collect();
    goods::products(answer.items, &skus.iter().map(String::as_str).collect::<Vec<_>>())
}
