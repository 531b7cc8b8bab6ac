//! What the product can do, one folder a feature, in this order of leaning: users, notices, sellers, orders, files,
//! quick_replies, wording, understanding, sla, knowledge, suggestions, inbox, search, sync.

pub mod files;
pub mod inbox;
pub mod knowledge;
pub mod notices;
pub mod orders;
pub mod quick_replies;
pub mod search;
pub mod sellers;
pub mod sla;
pub mod suggestions;
pub mod sync;
pub mod understanding;
pub mod users;
pub mod wording;
