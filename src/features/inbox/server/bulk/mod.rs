//! What is done to many chats. A person plans it (`plan`): the chats are fixed then, each with what the person may have
//! taken into account. Confirmed (`control`), a job goes through them in batches (`run`), by the same functions that
//! change one chat (`change`); a batch, its results and the cursor behind it commit together, so that a killed job goes
//! on where it was and nothing is done twice. What was done can be undone in the same way for a day.

mod author;
mod change;
pub mod control;
pub mod items;
mod job;
pub mod plan;
mod preview;
pub mod prune;
pub mod read;
pub mod run;
