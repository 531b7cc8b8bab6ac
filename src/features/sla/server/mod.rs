//! The server's half of `sla`.

pub mod explain;
pub mod known;
pub mod recompute;
pub mod rules;
mod stored;
pub mod wakes;
