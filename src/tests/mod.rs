//! Everything that needs more than one room at a time, in one program.

#![expect(clippy::disallowed_methods, reason = "tests are told by the environment where their Postgres is")]

mod bulk;
mod chaos;
mod cluster;
mod composer;
mod crash;
mod deadlines;
mod door;
mod endpoints;
mod events;
mod files;
mod filters;
mod harness;
mod identity;
mod import;
mod inbox;
mod jobs;
mod knowledge;
mod lists;
mod meaning;
mod models;
mod notices;
mod orders;
mod ozon;
mod pace;
mod people;
mod processes;
mod promises;
mod pushes;
mod sandbox;
mod schema;
mod search;
mod sellers;
mod sends;
mod sla;
mod state;
mod suggestions;
mod supervisor;
mod tidy;
mod together;
mod understanding;
mod work;
mod workspace;
