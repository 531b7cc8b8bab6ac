//! How long somebody may wait: the rules of deadlines, pure and the same on both sides of the wire.
//!
//! * `zone` – what a wall clock shows, as data: no table of all the world's zones in the browser.
//! * `calendar` – when people work: hours of each weekday, days that differ.
//! * `production` – the official calendar of a country, from data files.
//! * `count` – `deadline`, its inverse `elapsed`, and `course`, which says what the time between was spent on.
//! * `story` – what happened in a chat, as far as clocks depend on it.
//! * `clocks` – the clocks that follow from a story (`turns` and `windows` read it).
//! * `ladder` – what is done as a deadline comes near and passes.
//!
//! Nothing here reads a clock: `now` is an argument. Instants are counted in microseconds, as the database keeps them.

pub mod calendar;
pub mod clocks;
pub mod count;
pub mod ladder;
pub mod production;
pub mod story;
#[cfg(test)]
mod tests;
mod turns;
mod windows;
pub mod zone;
