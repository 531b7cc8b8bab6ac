//! Texts with something in them.
