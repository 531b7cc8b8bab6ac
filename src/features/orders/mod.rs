//! Orders that chats are about: postings, products and returns, as the marketplace tells them.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
