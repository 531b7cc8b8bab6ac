//! The sandbox's state as handlers, simulated buyers and tests share it.

use super::faults::{Faults, Mishap};
use super::world::{Account, MessageRecord, NewChat, Part, Role, SendRecord, Sender, World};
use super::{IdStyle, SandboxOptions};
use crate::platform::clock;
use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Uploaded files are kept up to this many bytes in all; older ones turn into painted pictures again.
const MOST_UPLOADED: usize = 32 * 1024 * 1024;

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
    ids: IdStyle,
    requests_per_second: usize,
}

#[derive(Debug)]
struct Inner {
    world: World,
    faults: Faults,
    rng: StdRng,
    recent_calls: HashMap<String, VecDeque<Instant>>,
    calls: BTreeMap<String, u64>,
    uploads: VecDeque<(String, Vec<u8>)>,
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
    pub(super) fn new(world: World, options: &SandboxOptions) -> (Self, mpsc::UnboundedReceiver<String>) {
        let (heard, ears) = mpsc::unbounded_channel();
        let inner = Inner {
            world,
            faults: Faults::default(),
            rng: StdRng::seed_from_u64(options.seed),
            recent_calls: HashMap::new(),
            calls: BTreeMap::new(),
            uploads: VecDeque::new(),
        };
        let shared = Shared {
            inner: Mutex::new(inner),
            changes: watch::Sender::new(0),
            heard,
            ids: options.ids,
            requests_per_second: options.requests_per_second,
        };
        (Self(Arc::new(shared)), ears)
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
        let done = work(&mut self.lock().world);
        self.0.changes.send_modify(|count| *count += 1);
        done
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
        let mut inner = self.lock();
        let mut bytes = [0; 16];
        inner.rng.fill_bytes(&mut bytes);
        drop(inner);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        self.change(|world| world.open_chat(id.clone(), new, clock::now()).id.clone())
    }

    /// A buyer writes. Gives the message's id; `None` when there is no such chat, as with its neighbours.
    pub fn buyer_writes(&self, chat: &str, text: &str) -> Option<String> {
        self.say(chat, Sender::Buyer, Part::Text(text.into()))
    }

    /// A buyer writes at an instant of the caller's choice: messages of one burst may share it.
    pub fn buyer_writes_at(&self, chat: &str, text: &str, at: DateTime<Utc>) -> Option<String> {
        let part = Part::Text(text.into());
        self.change(|world| world.say(chat, Sender::Buyer, part, at, false)).map(|id| id.to_string())
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
        self.change(|world| world.say(chat, sender, part, clock::now(), false)).map(|id| id.to_string())
    }

    /// A message of the shop came in through the API. Logs it: this is test data, so the text may be seen.
    pub(super) fn accept(&self, client_id: &str, chat: &str, part: Part, log: &str) -> Option<u64> {
        let at = clock::now();
        let id = self.change(|world| {
            let id = world.say(chat, Sender::Seller, part, at, true)?;
            world.sends.push(SendRecord {
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
        self.change(|world| {
            if let Some(chat) = world.chats.get_mut(chat) {
                chat.read_by_buyer = chat.messages.last().map_or(0, |message| message.id);
            }
        });
    }

    /// Somebody of the shop reads everything in Ozon's cabinet.
    pub fn cabinet_reads(&self, chat: &str) {
        self.change(|world| {
            if let Some(chat) = world.chats.get_mut(chat) {
                chat.read_by_seller = chat.messages.last().map_or(0, |message| message.id);
            }
        });
    }

    /// Closes a chat for good.
    pub fn close_chat(&self, chat: &str) {
        self.change(|world| world.chats.get_mut(chat).map(|chat| chat.is_closed = true));
    }

    /// All messages of a chat, oldest first.
    pub fn messages(&self, chat: &str) -> Vec<MessageRecord> {
        self.read(|world| world.chats.get(chat).map(|chat| chat.messages.clone()).unwrap_or_default())
    }

    /// Chats of all accounts, in the order in which Ozon lists them.
    pub fn chats(&self) -> Vec<ChatSummary> {
        self.read(|world| {
            let chats = world.accounts.keys().flat_map(|client_id| world.listed(client_id));
            chats
                .map(|chat| ChatSummary {
                    id: chat.id.clone(),
                    client_id: chat.client_id.clone(),
                    chat_type: chat.chat_type.clone(),
                    messages: chat.messages.len(),
                    unread: chat.unread().count(),
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
        self.lock().calls.clone()
    }

    pub(super) fn ids(&self) -> IdStyle {
        self.0.ids
    }

    /// Counts a call and decides what becomes of it.
    pub(super) fn begin_call(&self, path: &str, is_send: bool) -> (Duration, Option<Mishap>) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        *inner.calls.entry(path.to_owned()).or_default() += 1;
        (inner.faults.latency(&mut inner.rng), inner.faults.strike(path, is_send, &mut inner.rng))
    }

    /// Whether an account is within its calls per second.
    pub(super) fn is_within_rate(&self, client_id: &str) -> bool {
        let now = Instant::now();
        let mut inner = self.lock();
        let recent = inner.recent_calls.entry(client_id.to_owned()).or_default();
        while recent.front().is_some_and(|at| now - *at >= Duration::from_secs(1)) {
            recent.pop_front();
        }
        if recent.len() >= self.0.requests_per_second {
            return false;
        }
        recent.push_back(now);
        true
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
