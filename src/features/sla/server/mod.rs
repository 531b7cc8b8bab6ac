//! The server's half of `sla`.

pub mod export;
pub mod preview;
pub mod report;
pub mod rules;
pub mod save;
pub mod settings;
pub mod trial;
pub mod turns;
