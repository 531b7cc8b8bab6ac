//! Drafts of answers that a model or a template makes and a person sends.
//!
//! What leaves the house is masked (`mask`) and put between signs that say "data" (`prompt`); what comes back is checked
//! (`check`) and shown with what was found, never changed behind anybody's back. Without a model there are templates
//! (`templates`), and what became of a draft is measured when the answer is sent (`measure`). All of that is pure;
//! `server` asks models and keeps what came of it.

pub mod api;
pub mod check;
pub mod gist;
pub mod mask;
pub mod measure;
pub mod prompt;
pub mod report;
#[cfg(feature = "ssr")]
pub mod server;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod types;
pub mod ui;
