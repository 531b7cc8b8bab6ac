//! The server's half of `knowledge`.

pub mod find;
pub mod list;
pub mod save;
pub mod take_over;
pub mod vectors;
