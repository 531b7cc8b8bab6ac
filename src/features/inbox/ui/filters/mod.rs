//! Filters of the list: quick ones, the builder, what is applied in words, and those that are kept under a name.

mod bar;
mod builder;
mod condition;
mod draft;
mod save;
mod settings;
mod state;
mod words;

pub use bar::FilterBar;
pub use builder::BuilderDialog;
pub use save::SaveDialog;
pub use settings::FiltersPage;
pub use state::{Filters, Names};
