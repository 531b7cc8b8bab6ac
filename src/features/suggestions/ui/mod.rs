//! The panel with the draft above the answer, and the page on which models are connected.

mod board;
mod follow;
mod page;
mod panel;
mod provider;
mod words;

pub use page::ModelsPage;
pub use panel::SuggestionPanel;
