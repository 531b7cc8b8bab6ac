//! The server's half of `sync`. Per seller, one job scans the unread chats at every interval, one walks the whole list now
//! and then, one reads the histories of the chats that moved, and one their older pages; per chat, one reads it at once and
//! one delivers.

pub mod deliver;
pub mod history;
pub mod older;
pub mod orders;
pub mod poll;
pub mod progress;
pub mod push;
pub mod read;
pub mod walk;

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
