//! The server's half of `inbox`.

pub mod around;
pub mod draft;
pub mod find;
pub mod list;
pub mod listing;
pub mod moderation;
pub mod outbox;
pub mod receive;
pub mod recompute;
pub mod reply;
pub mod seen;
pub mod send_windows;
pub mod start;
pub mod window;
