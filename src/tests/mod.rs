//! Everything that needs more than one room at a time, in one program.

#![expect(clippy::disallowed_methods, reason = "tests are told by the environment where their Postgres is")]

mod cluster;
mod crash;
mod endpoints;
mod harness;
mod identity;
mod inbox;
mod ozon;
mod processes;
mod sellers;
mod tidy;
