//! The server's half of files: what attachments there are, fetching them, taking uploads, showing them.

pub mod content;
pub mod fetch;
pub mod incoming;
pub mod kept;
pub mod outgoing;
pub mod picture;
pub mod prune;
pub mod read;
pub mod serve;
pub mod upload;
