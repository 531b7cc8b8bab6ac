//! The server's half of `inbox`.

pub mod activities;
pub mod assign;
pub mod beside;
pub mod draft;
pub mod hold;
pub mod list;
pub mod listing;
pub mod moderation;
pub mod notes;
pub mod outbox;
pub mod presence;
pub mod prioritise;
pub mod read_up_to;
pub mod receive;
pub mod recompute;
pub mod reply;
pub mod saved;
pub mod seen;
pub mod send_windows;
pub mod set_aside;
pub mod star;
pub mod start;
pub mod tag_chat;
pub mod tags;
pub mod wake;
pub mod window;
