//! People: the first set-up, log-in and log-out, sessions, roles. Its forms are plain HTTP, so that they work without
//! JavaScript; therefore there is no `api.rs` here.

#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
