//! What the tests of flows stand on: a database of their own, a server in this process, people who use it, and a
//! marketplace at the other end.
//!
//! Needs a Postgres: `cargo run --features ssr -- postgres run -- cargo test --features ssr --test house`.

mod app;
mod database;
mod person;
mod stream;
mod wait;

pub use app::{Setting, TestApp, shop_form};
pub use database::{TestDatabase, server};
pub use person::{Answer, Person};
pub use stream::Live;
pub use wait::{eventually, until};
