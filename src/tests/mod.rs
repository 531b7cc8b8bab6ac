//! Everything that needs more than one room at a time, in one program.

mod cluster;
mod endpoints;
mod harness;
mod inbox;
mod tidy;
