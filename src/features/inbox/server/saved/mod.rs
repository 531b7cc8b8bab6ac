//! Lists that people keep under a name.

pub mod change;
pub mod counts;
pub mod read;
mod uses;

pub use uses::{uses_of_person, uses_of_tag};
