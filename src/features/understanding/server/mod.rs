//! What is understood, as it is kept.

pub mod give;
pub mod keep;
