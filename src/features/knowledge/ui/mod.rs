//! The page of articles.

mod file;
mod form;
mod page;

pub use page::KnowledgePage;
