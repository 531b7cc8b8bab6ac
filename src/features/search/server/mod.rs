//! The server's half of `search`.

pub mod count;
pub mod find;
pub mod meant;
pub mod notes;
pub mod numbers;
mod snippet;
