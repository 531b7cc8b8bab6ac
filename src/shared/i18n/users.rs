//! Texts of set-up and log-in.
