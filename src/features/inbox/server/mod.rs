//! The server's half of `inbox`.

pub mod draft;
pub mod hold;
pub mod list;
pub mod listing;
pub mod moderation;
pub mod outbox;
pub mod presence;
pub mod read_up_to;
pub mod receive;
pub mod recompute;
pub mod reply;
pub mod saved;
pub mod seen;
pub mod send_windows;
pub mod start;
pub mod tags;
pub mod window;
