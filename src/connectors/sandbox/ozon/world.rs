//! What the sandbox knows: accounts, chats, messages, orders, push endpoints. Plain data with plain rules; nothing here
//! waits or listens.

use super::giant::{GIANT_CLIENT_ID, Giant};
use super::orders::{Delivery, Order};
use crate::connectors::sandbox::buyers::Story;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Ids begin where Ozon's examples stand: far above 2^53, below 2^64.
const FIRST_MESSAGE_ID: u64 = 3_000_000_000_817_031_942;
/// Loaded worlds leave this many ids out: what was said between the last snapshot and a crash keeps its ids for itself.
const IDS_LEFT_OUT: u64 = 1_000_000;
/// A seller may write for so long after the buyer's last message.
const WINDOW: TimeDelta = TimeDelta::hours(48);
/// Where the seller keeps the goods, the seller may write for so long after the delivery, whoever wrote last.
const WINDOW_AFTER_DELIVERY: TimeDelta = TimeDelta::hours(72);

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connectors::sandbox) struct World {
    next_message_id: u64,
    next_chat_number: u64,
    pub accounts: BTreeMap<String, Account>,
    pub chats: BTreeMap<String, Chat>,
    pub sends: Vec<SendRecord>,
    /// By number.
    #[serde(default)]
    pub orders: BTreeMap<String, Order>,
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    #[serde(default)]
    next_endpoint_id: i64,
    #[serde(default)]
    pub giant: Giant,
    /// The stored chats of each account in the order of the list.
    #[serde(skip)]
    lists: BTreeMap<String, BTreeMap<Place, String>>,
}

/// A place in an account's list: the marketplace's own chats first, then those that were made newest first, then
/// those that are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::connectors::sandbox) enum Place {
    Own(Reverse<u64>),
    Buyer(Reverse<u64>),
    /// Index of a chat of the giant account.
    Computed(u64),
}

/// What the list tells of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::connectors::sandbox) struct Row {
    pub place: Place,
    pub chat_id: String,
    pub chat_type: String,
    pub is_with_buyer: bool,
    pub is_closed: bool,
    pub created_at: DateTime<Utc>,
    /// 0 when there is none, as on Ozon.
    pub first_unread: u64,
    pub last_message: u64,
    pub unread: u64,
}

/// An address to which an account has events pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: i64,
    pub client_id: String,
    pub url: String,
    pub is_enabled: bool,
    /// Switched off by the marketplace after failures; only a check that works switches it on again.
    pub is_suspended: bool,
    pub types: BTreeSet<String>,
    pub created_at: DateTime<Utc>,
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
pub const ALL_METHODS: [&str; 21] = [
    "/v1/roles",
    "/v1/seller/info",
    "/v3/chat/list",
    "/v3/chat/history",
    "/v1/chat/send/message",
    "/v1/chat/send/file",
    "/v1/chat/start",
    "/v2/chat/read",
    "/v1/notification/set",
    "/v1/notification/update",
    "/v1/notification/delete",
    "/v1/notification/enable",
    "/v1/notification/check",
    "/v1/notification/list",
    "/v1/notification/push-type/list",
    "/v3/posting/fbs/get",
    "/v4/posting/fbs/list",
    "/v2/posting/fbo/get",
    "/v3/posting/fbo/list",
    "/v3/product/info/list",
    "/v1/returns/list",
];
/// How many of them, from the first on, are about the account and its chats.
pub(super) const CHAT_METHODS: usize = 8;

impl Account {
    /// An account with which everything works.
    pub fn good(client_id: &str, api_key: &str, shop_name: &str) -> Self {
        let methods = ALL_METHODS.map(str::to_owned).to_vec();
        Self {
            client_id: client_id.into(),
            api_key: api_key.into(),
            shop_name: shop_name.into(),
            subscription: "PREMIUM_PLUS".into(),
            roles: vec![Role { name: "Admin".into(), methods }],
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
    /// The product that the chat is about.
    #[serde(default)]
    pub sku: Option<String>,
    /// When the shop may write no more, whatever the rules say.
    #[serde(default)]
    pub closes_at: Option<DateTime<Utc>>,
    /// Index in the giant account, for a chat that was computed until somebody wrote in it.
    #[serde(default)]
    pub computed: Option<u64>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    /// Of a file that came through the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileFacts>,
    /// Of a picture that does not pass at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderated>,
}

/// What a file is called and how long it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    pub name: String,
    pub bytes: usize,
}

/// A picture under moderation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderated {
    /// Until then it is being looked at.
    pub until: DateTime<Utc>,
    /// How that ends.
    pub fails: bool,
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
    /// The product that it is about.
    pub sku: Option<String>,
}

impl NewChat {
    /// A chat that a buyer begins.
    pub fn of_buyer(client_id: &str) -> Self {
        Self {
            client_id: client_id.into(),
            chat_type: "BUYER_SELLER".into(),
            buyer_id: "115568".into(),
            order_number: None,
            sku: None,
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
            orders: BTreeMap::new(),
            endpoints: Vec::new(),
            next_endpoint_id: 0,
            giant: Giant::default(),
            lists: BTreeMap::new(),
        }
    }
}

impl World {
    /// To be called after loading.
    pub fn wake(&mut self) {
        self.next_message_id += IDS_LEFT_OUT;
        for chat in self.chats.values() {
            let list = self.lists.entry(chat.client_id.clone()).or_default();
            list.insert(chat.place(), chat.id.clone());
        }
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
            sku: new.sku,
            closes_at: None,
            computed: None,
            messages: Vec::new(),
            read_by_seller: 0,
            read_by_buyer: 0,
            story: None,
        };
        self.lists.entry(chat.client_id.clone()).or_default().insert(chat.place(), id.clone());
        self.chats.entry(id).or_insert(chat)
    }

    /// A chat, stored or computed.
    pub fn chat(&self, id: &str) -> Option<Cow<'_, Chat>> {
        let stored = self.chats.get(id).map(Cow::Borrowed);
        stored.or_else(|| Some(Cow::Owned(self.giant.frame().chat(self.giant.frame().index_of(id)?))))
    }

    /// A chat to be changed; one that was computed is stored from now on.
    pub fn chat_mut(&mut self, id: &str) -> Option<&mut Chat> {
        if !self.chats.contains_key(id) {
            let frame = self.giant.frame();
            let chat = frame.chat(frame.index_of(id)?);
            self.lists.entry(chat.client_id.clone()).or_default().insert(chat.place(), id.to_owned());
            self.chats.insert(id.to_owned(), chat);
        }
        self.chats.get_mut(id)
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
        let id = self.next_message_id;
        let chat = self.chat_mut(chat)?;
        match sender {
            Sender::Buyer => {
                chat.read_by_buyer = id;
                chat.closes_at = None;
            }
            // Who answers in the cabinet has the chat open before him; a program that sends has read nothing.
            Sender::Seller if !by_api => chat.read_by_seller = id,
            _ => {}
        }
        chat.messages.push(MessageRecord {
            id,
            sender,
            part,
            at,
            by_api,
            edited_at: None,
            file: None,
            moderation: None,
        });
        // Ids of a chat are not neighbours: all of Ozon writes at the same time.
        self.next_message_id += 11 + id % 83;
        Some(id)
    }

    /// Stored chats of an account in the order of the list: those of the marketplace first, then the newest.
    pub fn listed(&self, client_id: &str) -> impl DoubleEndedIterator<Item = &Chat> {
        self.listed_within(client_id, Bound::Unbounded, Bound::Unbounded)
    }

    fn listed_within(
        &self,
        client_id: &str,
        from: Bound<Place>,
        to: Bound<Place>,
    ) -> impl DoubleEndedIterator<Item = &Chat> {
        let list = self.lists.get(client_id);
        let places = list.into_iter().flat_map(move |list| list.range((from, to)));
        places.filter_map(|(_, id)| self.chats.get(id))
    }

    /// At most `limit` rows of the list after a place, and whether there are more.
    pub fn rows_after(
        &self,
        client_id: &str,
        after: Option<Place>,
        unread_only: bool,
        chosen: impl Fn(&Row) -> bool,
        limit: usize,
    ) -> (Vec<Row>, bool) {
        // Whoever is among the computed ones is past the others.
        let first_computed = Place::Computed(0);
        let from = match after {
            None => Bound::Unbounded,
            Some(place) if place < first_computed => Bound::Excluded(place),
            Some(_) => Bound::Included(first_computed),
        };
        let stored = self.listed_within(client_id, from, Bound::Excluded(first_computed));
        let stored = stored.filter(|chat| !unread_only || chat.unread_count() > 0).map(Chat::row);
        let computed = self.computed_rows(client_id, after, unread_only);
        let mut rows: Vec<Row> = stored.chain(computed).filter(chosen).take(limit + 1).collect();
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        (rows, has_more)
    }

    /// At most `limit` rows of the list up to and including a place.
    pub fn rows_up_to(&self, client_id: &str, last: Place, limit: usize) -> Vec<Row> {
        if let Place::Computed(last) = last
            && client_id == GIANT_CLIENT_ID
        {
            let last = last.min(self.giant.frame().chats.saturating_sub(1));
            let first = (last + 1).saturating_sub(limit as u64);
            return (first..=last).map(|index| self.computed_row(index)).collect();
        }
        let before = self.listed_within(client_id, Bound::Unbounded, Bound::Included(last));
        let mut rows: Vec<Row> = before.rev().take(limit).map(Chat::row).collect();
        rows.reverse();
        rows
    }

    fn computed_rows(
        &self,
        client_id: &str,
        after: Option<Place>,
        unread_only: bool,
    ) -> Box<dyn Iterator<Item = Row> + '_> {
        let frame = self.giant.frame();
        if client_id != GIANT_CLIENT_ID {
            return Box::new(std::iter::empty());
        }
        let first = match after {
            Some(Place::Computed(index)) => index + 1,
            _ => 0,
        };
        if !unread_only {
            return Box::new((first..frame.chats).map(|index| self.computed_row(index)));
        }
        // Few are unread: those that were so from the beginning, and some in which somebody has written since.
        let mut indexes: BTreeSet<u64> = self.giant.unread_from(first).iter().copied().collect();
        indexes.extend(self.written_in().filter_map(|chat| chat.computed).filter(|index| *index >= first));
        Box::new(indexes.into_iter().map(|index| self.computed_row(index)).filter(|row| row.unread > 0))
    }

    fn computed_row(&self, index: u64) -> Row {
        let list = self.lists.get(GIANT_CLIENT_ID);
        let stored = list.and_then(|list| self.chats.get(list.get(&Place::Computed(index))?));
        stored.map_or_else(|| self.giant.frame().row(index), Chat::row)
    }

    /// Chats of the giant account that were computed until somebody wrote in them.
    fn written_in(&self) -> impl Iterator<Item = &Chat> {
        self.listed_within(GIANT_CLIENT_ID, Bound::Included(Place::Computed(0)), Bound::Unbounded)
    }

    /// Messages to an account that nobody there has read.
    pub fn total_unread(&self, client_id: &str) -> u64 {
        let stored: u64 = self.listed(client_id).map(Chat::unread_count).sum();
        if client_id != GIANT_CLIENT_ID {
            return stored;
        }
        let frame = self.giant.frame();
        let replaced: u64 =
            self.written_in().filter_map(|chat| chat.computed).map(|index| frame.unread(index)).sum();
        stored + self.giant.unread_messages() - replaced
    }

    /// Why Ozon takes no message of the shop for a chat.
    pub fn why_closed(&self, chat: &Chat, enforce_window: bool, now: DateTime<Utc>) -> Option<&'static str> {
        if chat.is_closed || !(chat.is_with_buyer() || chat.chat_type == "SELLER_SUPPORT") {
            return Some("actions with this chat not permitted");
        }
        if !chat.is_with_buyer() {
            return None;
        }
        let shop_has_written = chat.messages.iter().any(|message| message.sender == Sender::Seller);
        if chat.last_from_buyer().is_none() && shop_has_written {
            return Some("chat not started by buyer");
        }
        let order = chat.order_number.as_ref().and_then(|number| self.orders.get(number));
        let is_enforced = enforce_window || order.is_some() || chat.closes_at.is_some();
        (is_enforced && chat.window(order).is_over(now)).then_some("access period has expired")
    }

    /// The endpoint that gets an account's events of a type.
    pub fn endpoint(&self, client_id: &str, message_type: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| {
            endpoint.client_id == client_id && endpoint.is_enabled && endpoint.types.contains(message_type)
        })
    }

    /// Adds an endpoint; types that others had are its own now.
    pub fn add_endpoint(
        &mut self,
        client_id: &str,
        url: &str,
        types: BTreeSet<String>,
        at: DateTime<Utc>,
    ) -> i64 {
        self.next_endpoint_id += 1;
        let id = self.next_endpoint_id;
        self.take_types(client_id, &types);
        self.endpoints.push(Endpoint {
            id,
            client_id: client_id.into(),
            url: url.into(),
            is_enabled: true,
            is_suspended: false,
            types,
            created_at: at.trunc_subsecs(3),
        });
        id
    }

    /// A type goes to one endpoint.
    pub fn take_types(&mut self, client_id: &str, types: &BTreeSet<String>) {
        for endpoint in self.endpoints.iter_mut().filter(|endpoint| endpoint.client_id == client_id) {
            endpoint.types.retain(|kind| !types.contains(kind));
        }
    }

    /// An endpoint of an account.
    pub fn endpoint_mut(&mut self, client_id: &str, id: i64) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.client_id == client_id && endpoint.id == id)
    }
}

/// Until when a shop may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connectors::sandbox) enum Window {
    /// The order is on its way, or nobody has written yet.
    Open,
    Until(DateTime<Utc>),
}

impl Window {
    fn is_over(self, now: DateTime<Utc>) -> bool {
        matches!(self, Window::Until(end) if now > end)
    }
}

impl Chat {
    pub fn is_with_buyer(&self) -> bool {
        self.chat_type.starts_with("BUYER") || self.chat_type == "UNSPECIFIED"
    }

    /// Place in the list.
    pub fn place(&self) -> Place {
        match self.computed {
            Some(index) => Place::Computed(index),
            None if self.is_with_buyer() => Place::Buyer(Reverse(self.number)),
            None => Place::Own(Reverse(self.number)),
        }
    }

    /// What the list tells.
    pub fn row(&self) -> Row {
        Row {
            place: self.place(),
            chat_id: self.id.clone(),
            chat_type: self.chat_type.clone(),
            is_with_buyer: self.is_with_buyer(),
            is_closed: self.is_closed,
            created_at: self.created_at,
            first_unread: self.unread().last().map_or(0, |message| message.id),
            last_message: self.messages.last().map_or(0, |message| message.id),
            unread: self.unread_count(),
        }
    }

    /// Messages to the shop that nobody there has read, newest first.
    fn unread(&self) -> impl Iterator<Item = &MessageRecord> {
        let unread = self.messages.iter().rev().take_while(|message| message.id > self.read_by_seller);
        unread.filter(|message| message.sender != Sender::Seller)
    }

    pub fn unread_count(&self) -> u64 {
        self.unread().count() as u64
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

    /// Until when the shop may write, given the order that the chat is about.
    pub fn window(&self, order: Option<&Order>) -> Window {
        if let Some(end) = self.closes_at {
            return Window::Until(end);
        }
        let after_buyer = self.last_from_buyer().map(|message| message.at + WINDOW);
        let after_delivery = match order.map(Order::delivery) {
            Some(Delivery::OnItsWay) => return Window::Open,
            Some(Delivery::Done(at)) => Some(at + WINDOW_AFTER_DELIVERY),
            Some(Delivery::ByMarketplace) | None => None,
        };
        after_buyer.max(after_delivery).map_or(Window::Open, Window::Until)
    }
}
