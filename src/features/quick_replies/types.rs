//! Quick replies as screens show them.

use super::variables::Facts;
use crate::features::files::types::{FileView, MAX_AT_ONCE};
use crate::shared::error::Refusal;
use crate::shared::ids::{FileId, QuickReplyId, SellerId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const MAX_TITLE: usize = 80;
pub const MAX_SHORTCUT: usize = 30;
pub const MAX_FOLDER: usize = 60;
pub const MAX_BODY: usize = 4000;
/// How many of them a person is shown.
pub const MAX_LISTED: usize = 1000;

text_enum!(
    /// The word for a scope in the database and in forms.
    ScopeKind {
        Mine = "mine",
        All = "all",
        Seller = "seller",
        Marketplace = "marketplace",
    }
);

/// Who is offered a quick reply, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Scope {
    /// Its owner.
    Mine,
    /// Everybody.
    All,
    /// Everybody, in chats of one seller.
    Seller { seller: SellerId },
    /// Everybody, in chats of one marketplace.
    Marketplace { marketplace: Marketplace },
}

impl Scope {
    /// Which of the four it is.
    pub fn kind(self) -> ScopeKind {
        match self {
            Scope::Mine => ScopeKind::Mine,
            Scope::All => ScopeKind::All,
            Scope::Seller { .. } => ScopeKind::Seller,
            Scope::Marketplace { .. } => ScopeKind::Marketplace,
        }
    }

    /// Whether it belongs to the workspace, not to one person.
    pub fn is_shared(self) -> bool {
        self != Scope::Mine
    }
}

/// A text kept ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReply {
    pub id: QuickReplyId,
    pub scope: Scope,
    pub title: String,
    /// What is typed behind «/» to find it first.
    pub shortcut: Option<String>,
    /// Empty when it lies in none.
    pub folder: String,
    pub body: String,
    /// Names and files that go with it, in their order.
    pub files: Vec<(String, FileView)>,
    pub use_count: i64,
    pub last_used_at: Option<DateTime<Utc>>,
    /// This person may change and delete it.
    pub may_edit: bool,
}

/// What a person has typed to make or change one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReplyForm {
    /// Made by the browser: saving twice is one.
    pub id: QuickReplyId,
    pub scope: Scope,
    pub title: String,
    pub shortcut: String,
    pub folder: String,
    pub body: String,
    /// Uploaded files that go with it, in their order; no more than an answer takes.
    #[serde(default)]
    pub files: Vec<FileId>,
}

impl QuickReplyForm {
    /// The form without spaces around and with what can be stored.
    ///
    /// # Errors
    /// What has to be put right first.
    pub fn checked(&self) -> Result<Self, Refusal> {
        let clean = |text: &str| text.trim().replace('\0', "");
        let form = QuickReplyForm {
            id: self.id,
            scope: self.scope,
            title: clean(&self.title),
            shortcut: clean(&self.shortcut).trim_start_matches('/').split_whitespace().collect(),
            folder: clean(&self.folder),
            body: clean(&self.body),
            files: self.files.iter().copied().take(MAX_AT_ONCE).collect(),
        };
        if form.title.is_empty() {
            return Err(Refusal::TitleMissing);
        }
        if form.body.is_empty() {
            return Err(Refusal::EmptyText);
        }
        let fields = [
            (&form.title, MAX_TITLE),
            (&form.shortcut, MAX_SHORTCUT),
            (&form.folder, MAX_FOLDER),
            (&form.body, MAX_BODY),
        ];
        for (text, max) in fields {
            if text.chars().count() > max {
                return Err(Refusal::FieldTooLong { max: max as u32 });
            }
        }
        Ok(form)
    }
}

/// What is offered in a chat, and what is known to fill it in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub replies: Vec<QuickReply>,
    pub facts: Facts,
}
