//! The inbox: chats, their messages, replies and drafts.

pub mod api;
pub mod bulk;
pub mod filter_text;
pub mod query;
pub mod saved_filter;
pub mod send_window;
#[cfg(feature = "ssr")]
pub mod server;
pub mod state;
pub mod types;
pub mod ui;
pub mod work;
