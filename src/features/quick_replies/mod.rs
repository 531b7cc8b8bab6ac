//! Texts that people keep ready for answers: their own, and those of the workspace, with variables.

pub mod api;
pub mod ranking;
#[cfg(feature = "ssr")]
pub mod server;
pub mod types;
pub mod ui;
pub mod variables;
