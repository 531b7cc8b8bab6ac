//! What the sandbox knows: accounts, chats, messages. Plain data with plain rules; nothing here waits or listens.

use crate::connectors::sandbox::buyers::Story;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Ids begin where Ozon's examples stand: far above 2^53, below 2^64.
const FIRST_MESSAGE_ID: u64 = 3_000_000_000_817_031_942;
/// Loaded worlds leave this many ids out: what was said between the last snapshot and a crash keeps its ids for itself.
const IDS_LEFT_OUT: u64 = 1_000_000;
/// A seller may write for so long after the buyer's last message.
const WINDOW: TimeDelta = TimeDelta::hours(48);

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connectors::sandbox) struct World {
    next_message_id: u64,
    next_chat_number: u64,
    pub accounts: BTreeMap<String, Account>,
    pub chats: BTreeMap<String, Chat>,
    pub sends: Vec<SendRecord>,
}

/// A seller's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub client_id: String,
    pub api_key: String,
    pub shop_name: String,
    /// Ozon's word, e.g. `PREMIUM_PLUS`.
    pub subscription: String,
    pub roles: Vec<Role>,
    pub key_expires_at: DateTime<Utc>,
    pub key_is_active: bool,
    /// The key works only from networks that nobody here is in.
    pub key_is_bound_elsewhere: bool,
    pub offer_is_signed: bool,
}

/// A role of a key: the methods it may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub name: String,
    pub methods: Vec<String>,
}

/// Methods that the sandbox speaks.
pub const ALL_METHODS: [&str; 8] = [
    "/v1/roles",
    "/v1/seller/info",
    "/v3/chat/list",
    "/v3/chat/history",
    "/v1/chat/send/message",
    "/v1/chat/send/file",
    "/v1/chat/start",
    "/v2/chat/read",
];

impl Account {
    /// An account with which everything works.
    pub fn good(client_id: &str, api_key: &str, shop_name: &str) -> Self {
        let methods = ALL_METHODS.map(str::to_owned).to_vec();
        Self {
            client_id: client_id.into(),
            api_key: api_key.into(),
            shop_name: shop_name.into(),
            subscription: "PREMIUM_PLUS".into(),
            roles: vec![Role { name: "Chats".into(), methods }],
            key_expires_at: crate::platform::clock::now() + TimeDelta::days(150),
            key_is_active: true,
            key_is_bound_elsewhere: false,
            offer_is_signed: true,
        }
    }

    pub(super) fn may_call(&self, path: &str) -> bool {
        // Every key may ask what it may do.
        path == "/v1/roles" || self.roles.iter().any(|role| role.methods.iter().any(|method| method == path))
    }

    pub(super) fn has_chats(&self) -> bool {
        matches!(self.subscription.as_str(), "PREMIUM_PLUS" | "PREMIUM_PRO")
    }
}

/// A thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connectors::sandbox) struct Chat {
    pub id: String,
    /// Order of creation; the list pages by it.
    pub number: u64,
    pub client_id: String,
    /// Ozon's word, e.g. `BUYER_SELLER`.
    pub chat_type: String,
    pub is_closed: bool,
    pub created_at: DateTime<Utc>,
    pub buyer_id: String,
    pub order_number: Option<String>,
    pub messages: Vec<MessageRecord>,
    /// Newest message that somebody of the shop has read on Ozon.
    pub read_by_seller: u64,
    pub read_by_buyer: u64,
    /// What the simulated buyer is about, where there is one.
    pub story: Option<Story>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRecord {
    pub id: u64,
    pub sender: Sender,
    pub part: Part,
    pub at: DateTime<Utc>,
    /// Accepted by the API rather than written in Ozon's cabinet.
    pub by_api: bool,
}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    Buyer,
    Seller,
    Bot,
    Support,
    Notification,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Text(String),
    /// Name of a picture.
    Picture(String),
    /// Name of another file.
    File(String),
    /// Goes out as it is, for messages that nobody could foresee.
    Raw(Value),
}

/// A send that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendRecord {
    pub client_id: String,
    pub chat_id: String,
    pub message_id: String,
    /// The text, or the name of the file.
    pub text: String,
    pub at: DateTime<Utc>,
}

/// What a new chat is like.
#[derive(Clone, Debug)]
pub struct NewChat {
    pub client_id: String,
    /// `BUYER_SELLER` unless it is a chat of the marketplace's own.
    pub chat_type: String,
    pub buyer_id: String,
    pub order_number: Option<String>,
}

impl NewChat {
    /// A chat that a buyer begins.
    pub fn of_buyer(client_id: &str) -> Self {
        Self {
            client_id: client_id.into(),
            chat_type: "BUYER_SELLER".into(),
            buyer_id: "115568".into(),
            order_number: None,
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            next_message_id: FIRST_MESSAGE_ID,
            next_chat_number: 1,
            accounts: BTreeMap::new(),
            chats: BTreeMap::new(),
            sends: Vec::new(),
        }
    }
}

impl World {
    /// To be called after loading.
    pub fn leave_ids_out(&mut self) {
        self.next_message_id += IDS_LEFT_OUT;
    }

    /// Adds a chat under an id made by the caller.
    pub fn open_chat(&mut self, id: String, new: NewChat, at: DateTime<Utc>) -> &mut Chat {
        let number = self.next_chat_number;
        self.next_chat_number += 1;
        let chat = Chat {
            id: id.clone(),
            number,
            client_id: new.client_id,
            chat_type: new.chat_type,
            is_closed: false,
            created_at: at,
            buyer_id: new.buyer_id,
            order_number: new.order_number,
            messages: Vec::new(),
            read_by_seller: 0,
            read_by_buyer: 0,
            story: None,
        };
        self.chats.entry(id).or_insert(chat)
    }

    /// Adds a message and gives its id; `None` when there is no such chat.
    pub fn say(
        &mut self,
        chat: &str,
        sender: Sender,
        part: Part,
        at: DateTime<Utc>,
        by_api: bool,
    ) -> Option<u64> {
        let chat = self.chats.get_mut(chat)?;
        let id = self.next_message_id;
        // Ids of a chat are not neighbours: all of Ozon writes at the same time.
        self.next_message_id += 11 + id % 83;
        match sender {
            Sender::Buyer => chat.read_by_buyer = id,
            // Who answers in the cabinet has the chat open before him; a program that sends has read nothing.
            Sender::Seller if !by_api => chat.read_by_seller = id,
            _ => {}
        }
        chat.messages.push(MessageRecord { id, sender, part, at, by_api });
        Some(id)
    }

    /// Chats of an account in the order of the list: those of the marketplace first, then the newest.
    pub fn listed(&self, client_id: &str) -> Vec<&Chat> {
        let mut chats: Vec<&Chat> = self.chats.values().filter(|chat| chat.client_id == client_id).collect();
        chats.sort_by_key(|chat| chat.list_key());
        chats
    }
}

impl Chat {
    pub fn is_with_buyer(&self) -> bool {
        self.chat_type.starts_with("BUYER") || self.chat_type == "UNSPECIFIED"
    }

    /// Place in the list.
    pub fn list_key(&self) -> (bool, std::cmp::Reverse<u64>) {
        (self.is_with_buyer(), std::cmp::Reverse(self.number))
    }

    /// Messages to the shop that nobody there has read.
    pub fn unread(&self) -> impl Iterator<Item = &MessageRecord> {
        self.messages
            .iter()
            .filter(|message| message.sender != Sender::Seller && message.id > self.read_by_seller)
    }

    /// Whether the other side has read a message.
    pub fn is_read(&self, message: &MessageRecord) -> bool {
        let read = if message.sender == Sender::Seller { self.read_by_buyer } else { self.read_by_seller };
        message.id <= read
    }

    pub fn last_from_buyer(&self) -> Option<&MessageRecord> {
        self.messages.iter().rfind(|message| message.sender == Sender::Buyer)
    }

    /// Whether the buyer waits: nobody of the shop wrote after him.
    pub fn waits(&self) -> bool {
        let mut people = self.messages.iter().filter(|message| message.sender != Sender::Bot);
        people.next_back().is_some_and(|message| message.sender == Sender::Buyer)
    }

    /// Why Ozon takes no message for this chat.
    pub fn why_closed(&self, enforce_window: bool, now: DateTime<Utc>) -> Option<&'static str> {
        if self.is_closed || !(self.is_with_buyer() || self.chat_type == "SELLER_SUPPORT") {
            return Some("actions with this chat not permitted");
        }
        match self.last_from_buyer() {
            Some(last) if enforce_window && self.is_with_buyer() && now - last.at > WINDOW => {
                Some("access period has expired")
            }
            None if self.is_with_buyer()
                && self.messages.iter().any(|message| message.sender == Sender::Seller) =>
            {
                Some("chat not started by buyer")
            }
            _ => None,
        }
    }
}
