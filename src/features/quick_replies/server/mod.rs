//! The server's half of `quick_replies`.

pub mod attach;
pub mod delete;
pub mod list;
pub mod offer;
pub mod save;
pub mod used;
