//! The inbox: chats, their messages, replies and drafts.

pub mod api;
pub mod query;
pub mod send_window;
#[cfg(feature = "ssr")]
pub mod server;
pub mod state;
pub mod types;
pub mod ui;
pub mod work;
