//! Lists that people keep under a name.

pub mod change;
pub mod counts;
pub mod read;
pub mod uses;
