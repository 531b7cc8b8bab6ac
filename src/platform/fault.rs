//! What can go wrong on the server: told to the person, or only logged.

use crate::shared::error::{AppError, Refusal};

/// Outcome of server work.
pub type Outcome<T> = Result<T, Fault>;

/// Why server work did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A person may know; nothing is broken.
    #[error("{0}")]
    Told(AppError),
    /// Something we need cannot be reached; trying later helps.
    #[error("unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our mistake.
    #[error("broke: {0}")]
    Broke(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Fault {
    /// A mistake of ours, described for the log.
    pub fn broke(what: impl Into<String>) -> Self {
        Fault::Broke(what.into().into())
    }

    /// Nothing of that name in this workspace.
    pub fn not_found() -> Self {
        Fault::Told(AppError::NotFound)
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Fault::Told(error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Fault::Told(AppError::Refused(refusal))
    }
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Fault::not_found(),
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | Error::BrokenTransactionManager => Fault::Unavailable(error.into()),
            Error::DatabaseError(_, ref info) if is_shutdown(info.message()) => {
                Fault::Unavailable(error.into())
            }
            other => Fault::Broke(other.into()),
        }
    }
}

/// Whether Postgres says that it is going away or coming back.
fn is_shutdown(message: &str) -> bool {
    ["terminating connection", "shutting down", "starting up", "connection closed", "in recovery mode"]
        .iter()
        .any(|part| message.contains(part))
}

impl From<diesel_async::pooled_connection::deadpool::PoolError> for Fault {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
        Fault::Unavailable(error.into())
    }
}

impl From<diesel::ConnectionError> for Fault {
    fn from(error: diesel::ConnectionError) -> Self {
        Fault::Unavailable(error.into())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault::Broke(error.into())
    }
}

impl From<tokio::task::JoinError> for Fault {
    fn from(error: tokio::task::JoinError) -> Self {
        Fault::Broke(error.into())
    }
}
