//! The server's half of `sync`: one job per seller asks for news, one per chat delivers, one per chat reads old history.

pub mod deliver;
pub mod history;
pub mod older;
pub mod orders;
pub mod poll;
pub mod push;

use crate::connectors::ConnectorError;
use crate::platform::fault::Fault;

/// What keeps a piece of synchronisation from its end.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The marketplace.
    #[error("marketplace: {0}")]
    Marketplace(#[from] ConnectorError),
    /// Our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
