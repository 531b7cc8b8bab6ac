//! The server's half of drafts: who is asked what, how the answer grows, and what is kept of it.

pub mod ahead;
pub mod begin;
pub mod cache;
pub mod calls;
mod make;
mod material;
pub mod meaning;
pub mod outcome;
pub mod panel;
pub mod providers;
pub mod report;
pub mod settings;
pub mod standing;
pub mod stream;
pub mod summary;
pub mod trial;
pub mod understand;
