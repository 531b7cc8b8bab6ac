//! Synchronisation: asks the marketplaces for news and delivers what is in the outbox to them.

#[cfg(feature = "ssr")]
pub mod server;
