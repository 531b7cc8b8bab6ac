//! The server's half of `sellers`.

pub mod accounts;
pub mod connect;
pub mod health;
pub mod lifecycle;
pub mod push;
pub mod read;
pub mod stopped;
