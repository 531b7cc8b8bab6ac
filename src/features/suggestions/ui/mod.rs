//! The panel with the draft above the answer, the page on which models are connected, and the report of what became of drafts.

mod board;
mod follow;
mod page;
mod panel;
mod provider;
mod report;
mod words;

pub use page::ModelsPage;
pub use panel::SuggestionPanel;
pub use report::SuggestionReportPage;
