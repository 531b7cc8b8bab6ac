//! `agentiq seed`: an empty database becomes a large shop's, the same for the same numbers, so that what is slow at that
//! size can be measured again. Nothing of it can be reached at a marketplace: the sellers are paused.

mod columns;
mod fill;
mod shape;

use super::{Database, StartError, build_app};
use crate::platform::clock;
use crate::platform::config::Config;
use fill::Filled;
use shape::Shape;

/// Options of `agentiq seed`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct SeedArgs {
    /// Chats, in all workspaces together
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    pub chats: u64,
    /// Messages, in all chats together; about so many
    #[arg(long, default_value_t = 200_000)]
    pub messages: u64,
    /// Another number makes another shop of the same size
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Marketplace accounts of each workspace
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub sellers: u32,
    /// Workspaces, which share the chats evenly
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub workspaces: u32,
}

/// Fills an empty database.
///
/// # Errors
/// A sentence for the terminal: something is in the database already, or it refuses.
pub async fn run(config: Config, args: SeedArgs) -> Result<(), StartError> {
    let database = Database::open_beside(&config).await?;
    let seeded = async {
        database.db.migrate().await?;
        let app = build_app(config, database.db.clone(), false)?;
        fill::fill(&app, Shape::new(args, clock::now())).await
    };
    let seeded = seeded.await;
    database.close().await;
    let Filled { chats, messages, took, email, password } = seeded?;
    println!("{chats} chats, {messages} messages in {:.0} s", took.as_secs_f64());
    println!("log in as {email} with {password}");
    Ok(())
}
