//! The server's half of `sla`.

pub mod apply;
pub mod explain;
pub mod export;
pub mod known;
pub mod preview;
pub mod promises;
pub mod recompute;
pub mod report;
pub mod rules;
pub mod save;
pub mod settings;
mod stored;
pub mod supervisor;
pub mod trial;
pub mod turns;
pub mod wakes;
