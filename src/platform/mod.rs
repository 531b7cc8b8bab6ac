//! The ground floor of the server: database, jobs, live stream, secrets, HTTP. Knows no feature and no marketplace.

pub mod clock;
pub mod cluster;
pub mod config;
pub mod db;
pub mod fault;
pub mod files;
pub mod http;
pub mod jobs;
pub mod live;
pub mod network;
pub mod pace;
pub mod relay;
pub mod schema;
pub mod secret;
pub mod sniff;
pub mod statistics;
pub mod telemetry;
pub mod time_zone;
