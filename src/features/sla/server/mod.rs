//! The server's half of `sla`.

pub mod rules;
