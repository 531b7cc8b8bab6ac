//! What is understood, as it is kept.

pub mod by_model;
pub mod give;
pub mod keep;
