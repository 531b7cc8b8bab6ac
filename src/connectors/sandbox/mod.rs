//! Servers that speak a marketplace's API, or a model provider's, on this machine, for a first look without an account and for tests.
//!
//! A sandbox stands at the other end of the wire, not inside our code: addresses, headers, parsing and the reading of
//! refusals are exercised as they are in earnest.

pub mod archive;
pub mod buyers;
pub mod models;
pub mod ozon;
pub mod telegram;

use buyers::{BuyerPace, Tempo};
use clap::ValueEnum;
use ozon::{GIANT_CHATS, OzonSandbox, SandboxOptions};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// Options of `agentiq sandbox`.
#[derive(Clone, Debug, clap::Args)]
pub struct SandboxArgs {
    /// Loopback address to listen on
    #[arg(long, default_value = "127.0.0.1:3100")]
    pub addr: SocketAddr,
    /// File that keeps the chats between starts
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Makes buyers and faults repeatable
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Whether simulated buyers write and answer
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub buyers: Switch,
    /// How busy the simulated buyers are
    #[arg(long, value_enum, default_value_t = Tempo::Normal)]
    pub pace: Tempo,
    /// Chats of the account that has very many
    #[arg(long, value_name = "N", env = "AGENTIQ_SANDBOX_GIANT_CHATS", default_value_t = GIANT_CHATS)]
    pub giant_chats: u64,
    /// Calls per second that an account may make; 0 for any number
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub requests_per_second: usize,
}

/// On or off, as a word on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// Runs a sandbox until cancelled.
///
/// # Errors
/// The address is taken or not a loopback address, or the state file is unusable.
pub async fn run(args: SandboxArgs, cancel: CancellationToken) -> io::Result<()> {
    let buyers = (args.buyers == Switch::On).then(|| BuyerPace::new(args.pace, args.seed));
    let options = SandboxOptions {
        addr: args.addr,
        state_file: args.state,
        seed: args.seed,
        buyers,
        giant_chats: args.giant_chats,
        requests_per_second: args.requests_per_second,
        ..Default::default()
    };
    let sandbox = OzonSandbox::start(options)?;
    println!("sandbox listening on {}", sandbox.url());
    println!("Client-Id {}   Api-Key {}", ozon::DEMO_CLIENT_ID, ozon::DEMO_API_KEY);
    println!(
        "Telegram below {}/telegram   bot {}   chat {}",
        sandbox.url(),
        telegram::DEMO_BOT_TOKEN,
        telegram::DEMO_CHAT
    );
    println!("models below {}/models   key {}", sandbox.url(), models::DEMO_MODEL_KEY);
    cancel.cancelled().await;
    sandbox.shutdown().await;
    Ok(())
}
