//! Files of chats: pictures and documents that came in messages, those that wait to be sent, and those that are kept with
//! quick replies.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
