//! What a shop knows, written down in articles: edited by those who may, imported from files, and told to models when a
//! buyer asks about it.

pub mod api;
pub mod import;
pub mod meaning;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
