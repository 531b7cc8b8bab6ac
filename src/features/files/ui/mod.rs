//! The browser's half of files.

pub mod tray;
pub mod upload;
