//! Sellers: marketplace accounts, their sealed keys, what the keys allow, and how their synchronisation is doing.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
