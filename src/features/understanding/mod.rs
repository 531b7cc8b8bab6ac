//! What a buyer's message is about, how urgent it is, in which mood and language: told by a lexicon and rules, on this
//! machine, without a model. A model may know better; this is what there is always.
//!
//! Pure: a text goes in, an `Understanding` comes out, with what spoke for it. `turn` says what holds for all that a buyer has
//! written since the last answer; `server` keeps it, and what people say instead.

pub mod classify;
mod language;
mod lexicon;
pub mod score;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(test)]
mod tests;
pub mod turn;
pub mod types;
pub mod words;
