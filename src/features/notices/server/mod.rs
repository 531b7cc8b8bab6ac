//! The server's half of `notices`. Features above call `notify` in the transaction of what they tell about.

pub mod centre;
pub mod notify;
