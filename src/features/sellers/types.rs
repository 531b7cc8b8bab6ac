//! A seller as the sellers page shows it.

use crate::shared::error::Refusal;
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
pub use crate::shared::trouble::SyncProblem;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum!(
    /// Whether we work with an account.
    SellerState {
        Active = "active",
        /// Stopped by a person.
        Paused = "paused",
        /// Stopped by us: the account needs a person (key, role, subscription, network).
        Broken = "broken",
        /// Disconnected; chats stay readable, credentials are gone.
        Removed = "removed",
    }
);

text_enum!(
    /// What the chat methods let us do, in an owner's terms.
    Ability {
        ListChats = "list_chats",
        ReadHistory = "read_history",
        SendText = "send_text",
        SendFile = "send_file",
        MarkRead = "mark_read",
        StartChat = "start_chat",
    }
);

text_enum!(
    /// Whether the marketplace pushes a seller's events to us.
    PushState {
        Off = "off",
        /// The marketplace is being asked.
        Starting = "starting",
        On = "on",
        /// It should, but messages have come that nobody pushed.
        Silent = "silent",
        /// The marketplace has stopped; we try to have it begin again.
        Suspended = "suspended",
        /// It pushes to another program instead.
        Taken = "taken",
    }
);

text_enum!(
    /// What to do when the marketplace pushes to another program already.
    IfTaken {
        Ask = "ask",
        Replace = "replace",
    }
);

/// How the pushes of a seller are doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushView {
    pub state: PushState,
    /// Whether the marketplace could reach us at all.
    pub can_turn_on: bool,
    /// Where they go to, without the secret at its end.
    pub address: Option<String>,
    pub on_since: Option<DateTime<Utc>>,
    /// The last push or ping.
    pub last_heard_at: Option<DateTime<Utc>>,
    pub received: i64,
    /// The marketplace's own words, or whose address has taken our place.
    pub problem: Option<String>,
}

impl Default for PushView {
    fn default() -> Self {
        Self {
            state: PushState::Off,
            can_turn_on: false,
            address: None,
            on_since: None,
            last_heard_at: None,
            received: 0,
            problem: None,
        }
    }
}

/// A seller and the health of its synchronisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SellerView {
    pub id: SellerId,
    pub marketplace: Marketplace,
    pub name: String,
    /// The marketplace's identity of the account; for Ozon the Client-Id. Not a secret.
    pub account: String,
    pub shop_name: Option<String>,
    pub subscription: Option<String>,
    pub key_expires_at: Option<DateTime<Utc>>,
    pub state: SellerState,
    /// Every ability, and whether the key has it.
    pub abilities: Vec<(Ability, bool)>,
    pub connected_at: DateTime<Utc>,
    pub last_sync_at: Option<DateTime<Utc>>,
    /// How long the last synchronisation took, in milliseconds.
    pub last_sync_took_ms: Option<i64>,
    pub problem: Option<SyncProblem>,
    /// The marketplace's own words, where there are any.
    pub problem_detail: Option<String>,
    pub problem_at: Option<DateTime<Utc>>,
    /// There while the account has a rest from calls that fail.
    pub breaker: Option<BreakerView>,
    pub chats: i64,
    pub waiting: i64,
    /// The import that followed the last connecting.
    pub import: Option<ImportView>,
    pub pushes: PushView,
}

/// How far an import has come: first the whole list of chats, then their newest messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    /// Chats that the list has shown so far.
    pub chats: i64,
    /// Whether that was all of it.
    pub is_list_done: bool,
    pub histories_done: i64,
    pub histories_total: i64,
    /// Chats a second while the list is read, histories a second after that; over the last half minute or less.
    pub per_second: f64,
    /// Until the end; `None` while nobody can tell.
    pub remaining_seconds: Option<i64>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl SellerView {
    /// Whether we hold a key for the account.
    pub fn is_connected(&self) -> bool {
        self.state != SellerState::Removed
    }
}

/// So many calls in a row failed that only one now and then tries whether the marketplace is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerView {
    /// Calls in a row that failed.
    pub failures: u32,
    /// When the first of them did.
    pub since: DateTime<Utc>,
    /// When the next call tries.
    pub until: DateTime<Utc>,
}

/// What an admin types to connect an account.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectForm {
    /// May be empty: the shop's own name is taken then.
    pub name: String,
    pub client_id: String,
    pub api_key: String,
}

impl std::fmt::Debug for ConnectForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectForm")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The longest name of a seller, in characters.
pub const MAX_NAME_CHARS: usize = 120;

impl ConnectForm {
    /// What can be said without asking the marketplace.
    ///
    /// # Errors
    /// The first thing that is missing or malformed.
    pub fn check(&self) -> Result<(), Refusal> {
        let client_id = self.client_id.trim();
        if client_id.is_empty() {
            return Err(Refusal::ClientIdMissing);
        }
        if client_id.len() > 20 || !client_id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::ClientIdNotANumber);
        }
        check_api_key(&self.api_key)?;
        if self.name.chars().count() > MAX_NAME_CHARS {
            return Err(Refusal::TextTooLong {
                max: MAX_NAME_CHARS as u32,
                actual: self.name.chars().count() as u32,
            });
        }
        if self.name.chars().any(char::is_control) {
            return Err(Refusal::ControlCharacters);
        }
        Ok(())
    }
}

/// An API key goes into an HTTP header: visible ASCII only.
///
/// # Errors
/// When the key is empty or could never be a key.
pub fn check_api_key(key: &str) -> Result<(), Refusal> {
    let key = key.trim();
    if key.is_empty() {
        return Err(Refusal::ApiKeyMissing);
    }
    if key.len() > 200 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Refusal::WrongCredentials);
    }
    Ok(())
}
