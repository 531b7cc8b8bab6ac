//! Telling a supervisor outside of the product.
//!
//! * `channel` – how it is set up; the token is sealed for its row.
//! * `tell` – what is to be told is stored in the transaction of the step.
//! * `send` – the job that writes it, several steps together, and ends in any case.

pub mod channel;
pub mod send;
pub mod tell;
