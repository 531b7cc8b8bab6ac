//! Search over all history: messages by their words, chats by their numbers and tags.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
