//! What a page knows about the person who looks at it.

use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use crate::shared::time::Zone;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who is logged in and how the page is set for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub user: UserId,
    pub user_name: String,
    pub role: Role,
    pub zone: Zone,
    /// Number of the last event the page was drawn after; the live stream starts behind it.
    pub live_after: i64,
    /// Server time, so that countdowns do not depend on the browser's clock.
    pub now: DateTime<Utc>,
    /// Demo mode: sandbox shop, living buyers.
    pub demo: bool,
}

impl Frame {
    /// Whether to offer an action; the server decides again.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}

/// The shortest password we take, in characters.
pub const MIN_PASSWORD_CHARS: usize = 10;

text_enum!(
    /// Why a form of this feature came back; travels in the address, so that it works without JavaScript.
    FormProblem {
        BadCredentials = "bad_credentials",
        TooManyTries = "too_many_tries",
        EmailInvalid = "email_invalid",
        NameMissing = "name_missing",
        WorkspaceMissing = "workspace_missing",
        PasswordTooShort = "password_too_short",
        AlreadySetUp = "already_set_up",
        SessionEnded = "session_ended",
    }
);
