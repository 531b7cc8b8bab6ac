//! People by name, and the words of the set-up and log-in forms.

use crate::shared::ids::UserId;
use serde::{Deserialize, Serialize};

/// A person of ours by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub id: UserId,
    pub name: String,
}

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
