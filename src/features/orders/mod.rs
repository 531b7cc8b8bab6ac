//! Orders that chats are about: postings, products and returns, as the marketplace tells them.

pub mod types;
