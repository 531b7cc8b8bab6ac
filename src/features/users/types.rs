//! People by name, the workspace they work in, and the words of the set-up and log-in forms.

use crate::shared::ids::UserId;
use crate::shared::role::Role;
use crate::shared::time::Zone;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A person of ours by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub id: UserId,
    pub name: String,
}

/// A person of ours as the page of people shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffView {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// When they last used the product, as far as sessions that are still kept tell.
    pub seen_at: Option<DateTime<Utc>>,
}

/// What somebody new needs to get in. It is shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub email: String,
    pub password: String,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("email", &self.email).finish_non_exhaustive()
    }
}

/// A workspace as its people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    pub zone: Zone,
}

/// A time zone to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneView {
    /// IANA name.
    pub name: String,
    /// East is positive; as it is now.
    pub offset_minutes: i32,
}

/// The longest name of a workspace or a person, in characters.
pub const MAX_NAME_CHARS: usize = 120;

/// The shortest password we take, in characters.
pub const MIN_PASSWORD_CHARS: usize = 10;

text_enum!(
    /// Why a form came back; travels in the address (`?problem=…`), so that it works without JavaScript.
    FormProblem {
        BadCredentials = "bad_credentials",
        TooManyTries = "too_many_tries",
        EmailInvalid = "email_invalid",
        NameMissing = "name_missing",
        WorkspaceMissing = "workspace_missing",
        PasswordTooShort = "password_too_short",
        PasswordsDiffer = "passwords_differ",
        AlreadySetUp = "already_set_up",
        SessionEnded = "session_ended",
        DatabaseUnavailable = "database_unavailable",
    }
);
