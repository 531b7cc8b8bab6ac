//! Texts of the inbox.
