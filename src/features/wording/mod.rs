//! Rules of risky words: what marketplaces fine for, and what promises too much. Both sides ask the same rules; a text is
//! never rewritten.

pub mod api;
pub mod check;
pub mod normal;
pub mod pattern;
pub mod phrases;
#[cfg(feature = "ssr")]
pub mod server;
pub mod signs;
#[cfg(test)]
mod tests;
pub mod types;
pub mod ui;
