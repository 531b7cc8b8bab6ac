//! What the product can do, one folder a feature, in this order of leaning: users, sellers, inbox, sync.

pub mod inbox;
pub mod sellers;
pub mod sync;
pub mod users;
