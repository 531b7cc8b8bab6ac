//! People: the first set-up, log-in and log-out, sessions, roles. Its forms are plain HTTP, so that they work without
//! JavaScript; what pages ask about people is in `api.rs`.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
