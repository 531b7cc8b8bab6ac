//! The server's half of `wording`.

pub mod check;
pub mod read;
pub mod save;
