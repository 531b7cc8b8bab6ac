//! People: the first set-up, log-in and log-out, sessions, roles.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
