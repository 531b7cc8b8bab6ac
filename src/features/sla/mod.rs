//! Deadlines that a house sets itself: which chats matter how much, and how soon they are answered. The counting is
//! `shared::sla`; here is what is counted for.
//!
//! * `intent` – what a buyer wants, by the stems of their words.
//! * `priority` – how urgent a chat is, and why.
//! * `policy` – what a policy is, and which one holds for a chat.
//! * `book` – everything that a version says: policies in order, and the calendars they count by.
//! * `turn` – the turns of a chat, and its clocks when each turn goes by terms of its own.
//! * `supervisor` – where somebody is written to outside of the product.
//! * `explanation` – a clock as it is told to whoever asks why.
//! * `types`, `api` – what its pages show and ask; `written` – hours and stretches of time as people type them.
//! * `figures` – shares and percentiles of a report; `address` – which report.
//! * `defaults` – what a workspace begins with, and the marketplaces' own terms. Data, not code.

pub mod address;
pub mod api;
pub mod book;
pub mod defaults;
pub mod explanation;
pub mod figures;
pub mod intent;
pub mod policy;
pub mod priority;
#[cfg(feature = "ssr")]
pub mod server;
pub mod supervisor;
#[cfg(test)]
mod tests;
pub mod turn;
pub mod types;
pub mod ui;
pub mod written;
