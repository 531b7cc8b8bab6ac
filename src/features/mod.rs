//! What the product can do, one folder a feature, in this order of leaning: users, sellers, orders, files, inbox,
//! search, sync.

pub mod files;
pub mod inbox;
pub mod orders;
pub mod search;
pub mod sellers;
pub mod sync;
pub mod users;
