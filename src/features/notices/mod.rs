//! What a person is told without looking: the centre, sounds, notices of the browser, and how each of them wants it.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
