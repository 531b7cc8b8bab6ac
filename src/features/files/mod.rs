//! Files of chats: pictures and documents that came in messages, and those that wait to be sent.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
