//! People and the workspace they work in: the first set-up, log-in and log-out, sessions, roles, the workspace's name and
//! clock. The forms of people who are not logged in are plain HTTP, so that they work without JavaScript; the rest is asked
//! through `api.rs`.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
