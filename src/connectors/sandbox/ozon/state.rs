//! The sandbox's state as handlers, simulated buyers and tests share it.

use super::calls::{AccountCalls, Ledger, leave_second};
use super::faults::{Faults, Mishap};
use super::orders::{NewOrder, Order};
use super::pushes::{self, OddPush, Push, PushPace, PushRecord};
use super::world::{
    Account, Endpoint, FileFacts, MessageRecord, Moderated, NewChat, Part, Role, SendRecord, Sender, World,
};
use super::{DEMO_CLIENT_ID, IdStyle, SandboxOptions};
use crate::platform::clock;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Uploaded files are kept up to this many bytes in all; older ones turn into painted pictures again.
const MOST_UPLOADED: usize = 32 * 1024 * 1024;
/// Attempts to push that are kept.
const MOST_PUSHES: usize = 20_000;
/// Answers that decide whether an endpoint fails too often.
const RECENT_ANSWERS: usize = 20;

/// A handle on the state. Cheap to clone; every method locks for a moment and waits for nothing.
#[derive(Clone, Debug)]
pub struct SandboxState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    /// Counts changes, so that others can wait for them.
    changes: watch::Sender<u64>,
    /// Chats in which the shop has written.
    heard: mpsc::UnboundedSender<String>,
    /// Pushes to send, each after a pause.
    pushes: mpsc::UnboundedSender<(Duration, Push)>,
    http: reqwest::Client,
    base_url: String,
    ids: IdStyle,
}

/// What others hold the ends of.
pub(super) struct Ends {
    /// Chats in which the shop has written.
    pub ears: mpsc::UnboundedReceiver<String>,
    pub pushes: mpsc::UnboundedReceiver<(Duration, Push)>,
}

/// How an endpoint has answered lately.
#[derive(Debug, Default)]
struct Health {
    failures_in_a_row: u32,
    recent: VecDeque<bool>,
}

#[derive(Debug)]
struct Inner {
    world: World,
    faults: Faults,
    rng: StdRng,
    recent_calls: HashMap<String, VecDeque<Instant>>,
    /// Calls per second that an account may make, where it is not the usual number; 0 for any.
    limits: HashMap<String, usize>,
    usual_limit: usize,
    calls: Ledger,
    uploads: VecDeque<(String, Vec<u8>)>,
    push_pace: PushPace,
    push_number: u64,
    push_records: VecDeque<PushRecord>,
    health: HashMap<i64, Health>,
}

/// A chat as the control plane shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatSummary {
    pub id: String,
    pub client_id: String,
    pub chat_type: String,
    pub messages: usize,
    pub unread: usize,
    /// The buyer wrote last.
    pub waits: bool,
    pub is_closed: bool,
}

impl SandboxState {
    pub(super) fn new(
        world: World,
        options: &SandboxOptions,
        base_url: String,
        http: reqwest::Client,
    ) -> (Self, Ends) {
        let (heard, ears) = mpsc::unbounded_channel();
        let (pushes, waiting) = mpsc::unbounded_channel();
        let inner = Inner {
            world,
            faults: Faults::default(),
            rng: StdRng::seed_from_u64(options.seed),
            recent_calls: HashMap::new(),
            limits: HashMap::new(),
            usual_limit: options.requests_per_second,
            calls: Ledger::default(),
            uploads: VecDeque::new(),
            push_pace: PushPace::default(),
            push_number: 0,
            push_records: VecDeque::new(),
            health: HashMap::new(),
        };
        let shared = Shared {
            inner: Mutex::new(inner),
            changes: watch::Sender::new(0),
            heard,
            pushes,
            http,
            base_url,
            ids: options.ids,
        };
        (Self(Arc::new(shared)), Ends { ears, pushes: waiting })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the world.
    pub(in crate::connectors::sandbox) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock().world)
    }

    /// Changes the world and tells everybody who waits for changes.
    pub(in crate::connectors::sandbox) fn change<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.change_all(|inner| work(&mut inner.world))
    }

    fn change_all<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        let done = work(&mut self.lock());
        self.0.changes.send_modify(|count| *count += 1);
        done
    }

    /// The time that messages get.
    fn time_of_message(&self) -> DateTime<Utc> {
        let now = clock::now();
        if self.lock().faults.equal_timestamps { now.trunc_subsecs(0) } else { now }
    }

    /// Becomes different with every change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Waits until something is true of the state.
    pub async fn until(&self, is_true: impl Fn(&SandboxState) -> bool) {
        let mut changes = self.changes();
        while !is_true(self) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Adds an account or replaces it.
    pub fn add_account(&self, account: Account) {
        self.change(|world| world.accounts.insert(account.client_id.clone(), account));
    }

    /// Switches a key off, as its owner or Ozon can at any time.
    pub fn revoke_key(&self, client_id: &str) {
        self.with_account(client_id, |account| account.key_is_active = false);
    }

    /// Switches a revoked key on again.
    pub fn restore_key(&self, client_id: &str) {
        self.with_account(client_id, |account| account.key_is_active = true);
    }

    /// Changes what an account has subscribed to.
    pub fn set_subscription(&self, client_id: &str, subscription: &str) {
        self.with_account(client_id, |account| account.subscription = subscription.into());
    }

    /// Changes what an account's key may do.
    pub fn set_roles(&self, client_id: &str, roles: Vec<Role>) {
        self.with_account(client_id, |account| account.roles = roles);
    }

    fn with_account(&self, client_id: &str, work: impl FnOnce(&mut Account)) {
        self.change(|world| world.accounts.get_mut(client_id).map(work));
    }

    /// Begins a chat without a message; gives its id.
    pub fn new_chat(&self, new: NewChat) -> String {
        self.change_all(|inner| inner.open_chat(new))
    }

    /// Makes an order; gives its number.
    pub fn new_order(&self, new: NewOrder) -> String {
        self.change_all(|inner| {
            let order = Order::make(new, clock::now(), &mut inner.rng);
            let number = order.number.clone();
            inner.world.orders.insert(number.clone(), order);
            number
        })
    }

    /// Begins a chat about a new order, without a message; gives the chat's id and the order's number.
    pub fn new_chat_about(&self, new: NewOrder) -> (String, String) {
        let client_id = new.client_id.clone();
        let number = self.new_order(new);
        (self.new_chat(self.chat_about(&client_id, &number)), number)
    }

    /// What a chat about an order is like.
    pub(super) fn chat_about(&self, client_id: &str, order: &str) -> NewChat {
        let sku = self.order(order).and_then(|order| Some(order.postings.first()?.items.first()?.sku));
        NewChat {
            order_number: Some(order.into()),
            sku: sku.map(|sku| sku.to_string()),
            ..NewChat::of_buyer(client_id)
        }
    }

    /// An order by its number.
    pub fn order(&self, number: &str) -> Option<Order> {
        self.read(|world| world.orders.get(number).cloned())
    }

    /// Gives all postings of an order another status.
    pub fn set_order_status(&self, number: &str, status: &str, delivered_at: Option<DateTime<Utc>>) {
        self.change(|world| {
            let postings = world.orders.get_mut(number).into_iter().flat_map(|order| &mut order.postings);
            for posting in postings {
                posting.set_status(status, delivered_at, clock::now());
            }
        });
    }

    /// Lets the time for answers of a chat end, whatever the rules say, until its buyer writes again.
    pub fn close_window_in(&self, chat: &str, after: Duration) {
        let end = clock::now() + TimeDelta::from_std(after).unwrap_or(TimeDelta::zero());
        self.change(|world| world.chat_mut(chat).map(|chat| chat.closes_at = Some(end)));
    }

    /// Makes all messages of a chat older.
    pub fn backdate(&self, chat: &str, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::zero());
        self.change(|world| {
            for message in world.chat_mut(chat).into_iter().flat_map(|chat| &mut chat.messages) {
                message.at -= by;
            }
        });
    }

    /// Many buyers of the demo account write at the same time; gives the new chats.
    pub fn burst(&self, chats: usize, per_chat: usize, equal_timestamps: bool) -> Vec<String> {
        let chats: Vec<String> = self.change_all(|inner| {
            (0..chats).map(|_| inner.open_chat(NewChat::of_buyer(DEMO_CLIENT_ID))).collect()
        });
        self.burst_in(&chats, per_chat, equal_timestamps);
        chats
    }

    /// The buyers of chats write at the same time, in turns. With `equal_timestamps` all messages have one time.
    pub fn burst_in(&self, chats: &[String], per_chat: usize, equal_timestamps: bool) {
        let now = self.time_of_message();
        let at = if equal_timestamps { now.trunc_subsecs(0) } else { now };
        let mut pushed = Vec::new();
        self.change(|world| {
            for turn in 0..per_chat {
                for chat in chats {
                    let said = world.chat(chat).map_or(0, |chat| chat.messages.len());
                    let text = format!("Сообщение {} в этом чате: когда будет ответ? ({turn})", said + 1);
                    if let Some(id) = world.say(chat, Sender::Buyer, Part::Text(text), at, false) {
                        pushed.extend(self.push_of_message(world, chat, id));
                    }
                }
            }
        });
        for push in pushed {
            self.send_push(push);
        }
    }

    /// A buyer changes a message; whether there is such a message.
    pub fn edit_message(&self, chat: &str, message: &str, text: &str) -> bool {
        let Ok(id) = message.parse::<u64>() else { return false };
        let at = self.time_of_message();
        let push = self.change(|world| {
            let stored = world.chat_mut(chat)?.messages.iter_mut().find(|message| message.id == id)?;
            stored.part = Part::Text(text.into());
            stored.edited_at = Some(at);
            Some(self.push_of_message(world, chat, id))
        });
        let found = push.is_some();
        if let Some(push) = push.flatten() {
            self.send_push(push);
        }
        found
    }

    /// A buyer writes. Gives the message's id; `None` when there is no such chat, as with its neighbours.
    pub fn buyer_writes(&self, chat: &str, text: &str) -> Option<String> {
        self.say(chat, Sender::Buyer, Part::Text(text.into()))
    }

    /// A buyer writes at an instant of the caller's choice: messages of one burst may share it.
    pub fn buyer_writes_at(&self, chat: &str, text: &str, at: DateTime<Utc>) -> Option<String> {
        self.say_at(chat, Sender::Buyer, Part::Text(text.into()), at)
    }

    /// A buyer sends a picture.
    pub fn buyer_shows(&self, chat: &str, picture: &str) -> Option<String> {
        self.say(chat, Sender::Buyer, Part::Picture(picture.into()))
    }

    /// Somebody of the shop answers in Ozon's own cabinet.
    pub fn cabinet_replies(&self, chat: &str, text: &str) -> Option<String> {
        let id = self.say(chat, Sender::Seller, Part::Text(text.into()));
        self.shop_wrote(chat);
        id
    }

    /// The marketplace's automat answers in the shop's name.
    pub fn bot_replies(&self, chat: &str, text: &str) -> Option<String> {
        self.say(chat, Sender::Bot, Part::Text(text.into()))
    }

    /// Puts a message into the history that goes out exactly as given, however odd.
    pub fn plant(&self, chat: &str, message: Value) -> Option<String> {
        self.say(chat, Sender::Buyer, Part::Raw(message))
    }

    fn say(&self, chat: &str, sender: Sender, part: Part) -> Option<String> {
        self.say_at(chat, sender, part, self.time_of_message())
    }

    fn say_at(&self, chat: &str, sender: Sender, part: Part, at: DateTime<Utc>) -> Option<String> {
        let (id, push) = self.change(|world| {
            let id = world.say(chat, sender, part, at, false)?;
            // Ozon does not say that it pushes what the shop wrote itself.
            let is_told = matches!(sender, Sender::Buyer | Sender::Support | Sender::Notification);
            Some((id, if is_told { self.push_of_message(world, chat, id) } else { None }))
        })?;
        if let Some(push) = push {
            self.send_push(push);
        }
        Some(id.to_string())
    }

    /// A message of the shop came in through the API. Logs it: this is test data, so the text may be seen.
    pub(super) fn accept(
        &self,
        client_id: &str,
        chat: &str,
        part: Part,
        file: Option<FileFacts>,
        log: &str,
    ) -> Option<u64> {
        let at = self.time_of_message();
        let id = self.change_all(|inner| {
            let moderation = inner.moderation(&part, at);
            let id = inner.world.say(chat, Sender::Seller, part, at, true)?;
            let message = inner.world.chat_mut(chat)?.messages.last_mut()?;
            message.file = file;
            message.moderation = moderation;
            inner.world.sends.push(SendRecord {
                client_id: client_id.into(),
                chat_id: chat.into(),
                message_id: id.to_string(),
                text: log.into(),
                at,
            });
            Some(id)
        })?;
        tracing::info!(
            chat,
            message_id = id,
            length = log.chars().count(),
            text = log,
            "sandbox accepted a send"
        );
        self.shop_wrote(chat);
        Some(id)
    }

    /// Tells the simulated buyers; without them nobody listens.
    fn shop_wrote(&self, chat: &str) {
        let _ = self.0.heard.send(chat.to_owned());
    }

    /// The buyer reads everything there is.
    pub fn buyer_reads(&self, chat: &str) {
        let push = self.change(|world| {
            let stored = world.chat_mut(chat)?;
            let before = stored.read_by_buyer;
            stored.read_by_buyer = stored.messages.last().map_or(0, |message| message.id);
            let ours = stored.messages.iter().rfind(|message| message.sender == Sender::Seller)?;
            let push = (ours.id > before).then(|| pushes::read(stored, ours))?;
            world.endpoint(&push.client_id, push.subscription).map(|_| push)
        });
        if let Some(push) = push {
            self.send_push(push);
        }
    }

    /// Somebody of the shop reads everything in Ozon's cabinet.
    pub fn cabinet_reads(&self, chat: &str) {
        self.change(|world| {
            if let Some(chat) = world.chat_mut(chat) {
                chat.read_by_seller = chat.messages.last().map_or(0, |message| message.id);
            }
        });
    }

    /// Closes a chat for good.
    pub fn close_chat(&self, chat: &str) {
        let push = self.change(|world| {
            let stored = world.chat_mut(chat)?;
            stored.is_closed = true;
            let push = pushes::closed(stored);
            world.endpoint(&push.client_id, push.subscription).map(|_| push)
        });
        if let Some(push) = push {
            self.send_push(push);
        }
    }

    /// All messages of a chat, oldest first.
    pub fn messages(&self, chat: &str) -> Vec<MessageRecord> {
        self.read(|world| world.chat(chat).map(|chat| chat.messages.clone()).unwrap_or_default())
    }

    /// Chats of all accounts, in the order in which Ozon lists them; of the giant account only those in which somebody
    /// has written.
    pub fn chats(&self) -> Vec<ChatSummary> {
        self.read(|world| {
            let chats = world.accounts.keys().flat_map(|client_id| world.listed(client_id));
            chats
                .map(|chat| ChatSummary {
                    id: chat.id.clone(),
                    client_id: chat.client_id.clone(),
                    chat_type: chat.chat_type.clone(),
                    messages: chat.messages.len(),
                    unread: chat.unread_count() as usize,
                    waits: chat.waits(),
                    is_closed: chat.is_closed,
                })
                .collect()
        })
    }

    /// Accepted sends of a chat, oldest first.
    pub fn sends(&self, chat: &str) -> Vec<SendRecord> {
        self.read(|world| world.sends.iter().filter(|send| send.chat_id == chat).cloned().collect())
    }

    /// Every accepted send, oldest first.
    pub fn all_sends(&self) -> Vec<SendRecord> {
        self.read(|world| world.sends.clone())
    }

    /// Switches faults on and off.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// The faults in force.
    pub fn faults(&self) -> Faults {
        self.lock().faults.clone()
    }

    /// How often each method was called, by path.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.methods()
    }

    /// Calls of each account, by Client-Id.
    pub fn calls_by_account(&self) -> BTreeMap<String, AccountCalls> {
        self.lock().calls.accounts()
    }

    /// Counts anew.
    pub fn reset_calls(&self) {
        self.lock().calls = Ledger::default();
    }

    /// Calls per second that an account may make, or every account without a limit of its own; 0 for any number.
    pub fn set_limit(&self, client_id: Option<&str>, per_second: usize) {
        let mut inner = self.lock();
        match client_id {
            Some(client_id) => {
                inner.limits.insert(client_id.into(), per_second);
            }
            None => inner.usual_limit = per_second,
        }
    }

    /// Makes the giant account larger or smaller.
    pub fn set_giant_chats(&self, chats: u64) {
        self.change(|world| world.giant.resize(chats));
    }

    pub(super) fn ids(&self) -> IdStyle {
        self.0.ids
    }

    /// A number that nobody can foresee.
    pub(super) fn salt(&self) -> u32 {
        self.lock().rng.random()
    }

    /// Counts a call and decides what becomes of it.
    pub(super) fn begin_call(
        &self,
        client_id: &str,
        path: &str,
        is_send: bool,
    ) -> (Duration, Option<Mishap>) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        inner.calls.note(client_id, path, Instant::now());
        (inner.faults.latency(&mut inner.rng), inner.faults.strike(path, is_send, &mut inner.rng))
    }

    /// Whether an account is within its calls per second.
    pub(super) fn is_within_rate(&self, client_id: &str) -> bool {
        let now = Instant::now();
        let mut inner = self.lock();
        let limit = inner.limits.get(client_id).copied().unwrap_or(inner.usual_limit);
        if limit == 0 {
            return true;
        }
        let recent = inner.recent_calls.entry(client_id.to_owned()).or_default();
        if leave_second(recent, now) >= limit {
            return false;
        }
        recent.push_back(now);
        true
    }

    /// Attempts to push, oldest first.
    pub fn pushes(&self) -> Vec<PushRecord> {
        self.lock().push_records.iter().cloned().collect()
    }

    /// Forgets them.
    pub fn forget_pushes(&self) {
        self.change_all(|inner| inner.push_records.clear());
    }

    /// Changes how pushes are repeated and given up.
    pub fn set_push_pace(&self, pace: PushPace) {
        self.lock().push_pace = pace;
    }

    /// How pushes are repeated and given up.
    pub fn push_pace(&self) -> PushPace {
        self.lock().push_pace.clone()
    }

    /// Addresses to which accounts have events pushed.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.read(|world| world.endpoints.clone())
    }

    /// Sends a push that a receiver has to cope with, where the account has asked for messages.
    pub fn push_odd(&self, client_id: &str, chat: &str, kind: OddPush) {
        let id = self.change_all(|inner| inner.rng.random_range(1_000_000_000..4_000_000_000_000_000_000));
        self.send_push(pushes::odd(client_id, chat, kind, id));
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// A message's push; `None` when nobody wants it.
    fn push_of_message(&self, world: &World, chat: &str, id: u64) -> Option<Push> {
        let chat = world.chats.get(chat)?;
        let message = chat.messages.iter().rfind(|message| message.id == id)?;
        let wanted = if message.edited_at.is_some() { pushes::UPDATE_MESSAGE } else { pushes::NEW_MESSAGE };
        world.endpoint(&chat.client_id, wanted)?;
        pushes::message(chat, message, &self.0.base_url)
    }

    /// Queues a push, as the faults for pushes want it.
    fn send_push(&self, push: Push) {
        let mut queued = Vec::new();
        {
            let mut inner = self.lock();
            let inner = &mut *inner;
            let mut is_hit = |rate: f64| inner.rng.random::<f64>() < rate;
            let faults = &inner.faults;
            let (is_lost, is_doubled, is_odd) =
                (is_hit(faults.push_drop), is_hit(faults.push_duplicate), is_hit(faults.push_odd));
            let copies = if is_lost { 0 } else { 1 + usize::from(is_doubled) };
            inner.push_number += 1;
            for _ in 0..copies {
                queued.push(Push { number: inner.push_number, ..push.clone() });
            }
            if is_odd {
                let kinds =
                    [OddPush::WrongSeller, OddPush::UnknownType, OddPush::BrokenJson, OddPush::WithoutTruth];
                let kind = kinds[inner.rng.random_range(0..kinds.len())];
                inner.push_number += 1;
                let id = 1_000_000_000_000_000_000 + inner.push_number;
                let odd = pushes::odd(&push.client_id, &push.chat_id, kind, id);
                queued.push(Push { number: inner.push_number, ..odd });
            }
        }
        for push in queued {
            let after = {
                let mut inner = self.lock();
                let most = inner.faults.push_reorder_ms;
                if most == 0 { 0 } else { inner.rng.random_range(0..=most) }
            };
            // Without a sender the sandbox is stopping.
            let _ = self.0.pushes.send((Duration::from_millis(after), push));
        }
    }

    /// Where a push goes, if still anywhere.
    pub(super) fn push_target(&self, push: &Push) -> Option<(i64, String)> {
        self.read(|world| {
            let endpoint = world.endpoint(&push.client_id, push.subscription)?;
            Some((endpoint.id, endpoint.url.clone()))
        })
    }

    /// Addresses that work, with the ids of their endpoints.
    pub(super) fn push_addresses(&self) -> Vec<(i64, String)> {
        let working = self.endpoints().into_iter().filter(|endpoint| endpoint.is_enabled);
        working.map(|endpoint| (endpoint.id, endpoint.url)).collect()
    }

    /// Keeps an attempt and what it says about the endpoint.
    pub(super) fn note_push(&self, record: PushRecord) {
        let (endpoint, works) = (record.endpoint, record.problem.is_none());
        self.change_all(|inner| {
            inner.push_records.push_back(record);
            if inner.push_records.len() > MOST_PUSHES {
                inner.push_records.pop_front();
            }
        });
        self.note_health(endpoint, works);
    }

    /// Suspends an endpoint that fails too often.
    pub(super) fn note_health(&self, endpoint: i64, works: bool) {
        self.change_all(|inner| {
            let most = inner.push_pace.failures_until_suspended;
            let health = inner.health.entry(endpoint).or_default();
            health.failures_in_a_row = if works { 0 } else { health.failures_in_a_row + 1 };
            health.recent.push_back(works);
            if health.recent.len() > RECENT_ANSWERS {
                health.recent.pop_front();
            }
            let good = health.recent.iter().filter(|works| **works).count();
            let mostly_fails = health.recent.len() == RECENT_ANSWERS && 2 * good < RECENT_ANSWERS;
            // Who sets a higher number than that means it.
            let is_over = health.failures_in_a_row >= most || mostly_fails && most as usize <= RECENT_ANSWERS;
            let found = inner.world.endpoints.iter_mut().find(|one| one.id == endpoint && one.is_enabled);
            if let Some(found) = found.filter(|_| is_over) {
                found.is_enabled = false;
                found.is_suspended = true;
                tracing::warn!(
                    endpoint,
                    url = found.url,
                    "sandbox suspends pushes until the address is checked"
                );
            }
        });
    }

    /// An endpoint begins anew.
    pub(super) fn forget_health(&self, endpoint: i64) {
        self.lock().health.remove(&endpoint);
    }

    pub(super) fn keep_upload(&self, name: String, content: Vec<u8>) {
        let mut inner = self.lock();
        inner.uploads.push_back((name, content));
        while inner.uploads.iter().map(|(_, content)| content.len()).sum::<usize>() > MOST_UPLOADED {
            inner.uploads.pop_front();
        }
    }

    pub(super) fn upload(&self, name: &str) -> Option<Vec<u8>> {
        let inner = self.lock();
        inner.uploads.iter().find(|(stored, _)| stored == name).map(|(_, content)| content.clone())
    }
}

impl Inner {
    fn open_chat(&mut self, new: NewChat) -> String {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        self.world.open_chat(id, new, clock::now()).id.clone()
    }

    /// What becomes of a picture, while moderation is switched on.
    fn moderation(&mut self, part: &Part, at: DateTime<Utc>) -> Option<Moderated> {
        let takes = self.faults.moderate_ms.filter(|_| matches!(part, Part::Picture(_)))?;
        let fails = self.rng.random::<f64>() < self.faults.moderation_fails;
        let until = at + TimeDelta::milliseconds(takes.try_into().unwrap_or(i64::MAX / 2));
        Some(Moderated { until, fails })
    }
}
