//! The server's half of `orders`. The job that asks the marketplace belongs to `sync`.

pub mod attach;
pub mod photos;
pub mod read;
pub mod refresh;
pub mod store;
