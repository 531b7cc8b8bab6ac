//! Words that both sides of the wire use: ids, closed sets, errors, time, texts. Nothing here does I/O.

#[macro_use]
mod macros;

pub mod address;
pub mod change;
pub mod chat;
pub mod commands;
pub mod error;
pub mod i18n;
pub mod ids;
pub mod marketplace;
pub mod media_type;
pub mod models;
pub mod page;
pub mod paging;
pub mod role;
pub mod sla;
pub mod telegram;
pub mod time;
pub mod trouble;
pub mod wording;
