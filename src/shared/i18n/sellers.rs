//! Texts of the sellers page.
