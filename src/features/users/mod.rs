//! People: the first set-up, log-in and log-out, sessions, roles. Its forms are plain HTTP, so that they work without
//! JavaScript; only who works here is asked through `api.rs`.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
