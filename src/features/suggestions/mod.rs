//! Drafts of answers that a model or a template makes and a person sends.
//!
//! What leaves the house is masked (`mask`) and put between signs that say "data" (`prompt`); what comes back is checked
//! (`check`) and shown with what was found, never changed behind anybody's back. Without a model there are templates
//! (`templates`). All of it is pure; who calls a model, and when, is somebody else's business.

pub mod check;
pub mod mask;
pub mod prompt;
pub mod templates;
#[cfg(test)]
mod tests;
