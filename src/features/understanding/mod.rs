//! What a buyer's message is about, how urgent it is, in which mood and language: told by a lexicon and rules, on this
//! machine, without a model. A model may know better; this is what there is always.
//!
//! Pure: the text of one turn goes in, an `Understanding` comes out, with what spoke for it.

pub mod classify;
mod language;
mod lexicon;
pub mod score;
#[cfg(test)]
mod tests;
pub mod types;
