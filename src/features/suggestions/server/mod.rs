//! The server's half of drafts: who is asked what, how the answer grows, and what is kept of it.

pub mod begin;
mod calls;
mod make;
mod material;
mod measured;
pub mod outcome;
pub mod panel;
pub mod providers;
pub mod settings;
mod standing;
pub mod stream;
pub mod trial;
