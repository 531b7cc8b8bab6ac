//! Lists that people keep under a name: for themselves, or for everybody of the workspace.

use super::query::ListQuery;
use crate::shared::ids::{SavedFilterId, TagId, UserId};
use crate::shared::role::{Permission, Role};
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// So many lists one person keeps, and so many all together.
pub const MAX_SAVED: usize = 100;
/// Chats of a saved list are counted no further than this.
pub const COUNT_CAP: u16 = 1000;
/// So many saved lists are counted with one question.
pub const MOST_COUNTED: usize = 30;

text_enum!(
    /// For whom a list is kept.
    KeptFor {
        Me = "me",
        All = "all",
    }
);

text_enum!(
    /// Where a saved list is found.
    SavedPlace {
        /// Over the chats, with its counter.
        Pinned = "pinned",
        /// Behind a button.
        Menu = "menu",
    }
);

/// A saved list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: SavedFilterId,
    pub name: String,
    pub query: ListQuery,
    /// Whose it is; `None` when it is everybody's.
    pub owner: Option<UserId>,
    pub place: SavedPlace,
}

impl SavedView {
    /// For whom it is kept.
    pub fn kept_for(&self) -> KeptFor {
        if self.owner.is_some() { KeptFor::Me } else { KeptFor::All }
    }

    /// Whether somebody who sees it may change it: what is theirs, and what is everybody's if they run the workspace.
    pub fn may_change(&self, role: Role) -> bool {
        self.owner.is_some() || role.may(Permission::ManageShared)
    }
}

/// How many chats a saved list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedCount {
    pub saved: SavedFilterId,
    /// One more than `COUNT_CAP` when there are more; `None` when counting would have taken too long.
    pub chats: Option<i64>,
}

/// What a filter may ask for and somebody may delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterPart {
    Tag(TagId),
    Person(UserId),
}

/// The saved lists that ask for something: they change their meaning when it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenFilters {
    /// Those that the person sees, by name.
    pub names: Vec<String>,
    /// How many there are that colleagues keep for themselves.
    pub of_others: i64,
}

/// What changes when a person goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Chats that become nobody's.
    pub chats: i64,
    pub filters: BrokenFilters,
}
