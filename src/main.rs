//! The commands of the one binary.

use agentiq::connectors::sandbox::{self, SandboxArgs};
use agentiq::platform::cluster::{ClusterOptions, create_database, drop_database, run_with_throwaway};
use agentiq::platform::config::Config;
use agentiq::platform::telemetry;
use agentiq::server::bench::{self, BenchArgs};
use agentiq::server::seed::{self, SeedArgs};
use agentiq::server::{self, ServeOptions, StartError, commands, doctor};
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// One inbox for the buyer chats of every marketplace account a seller runs.
#[derive(Parser)]
#[command(name = "agentiq", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server
    Serve {
        /// A sandbox shop with living buyers and a ready log-in
        #[arg(long)]
        demo: bool,
        /// Only answers requests; another process runs the jobs
        #[arg(long)]
        no_jobs: bool,
    },
    /// Brings the database to this version
    Migrate,
    /// Says what is wrong with the set-up and how to mend it
    Doctor,
    /// Asks the running server whether it is ready
    Healthcheck,
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Marketplace accounts
    #[command(subcommand)]
    Seller(SellerCommand),
    /// Fills an empty database with a large shop, to measure with
    Seed(SeedArgs),
    /// Measures a seeded database
    #[command(subcommand)]
    Bench(BenchArgs),
    /// A server that speaks Ozon's chat API, for demo and tests
    Sandbox(SandboxArgs),
    /// The key ring that seals credentials
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Private Postgres clusters
    #[command(subcommand)]
    Postgres(PostgresCommand),
    /// How well messages are understood
    #[command(subcommand)]
    Ai(AiCommand),
}

#[derive(Subcommand)]
enum AiCommand {
    /// Scores the built-in classifier on a file: category, tab, message on each line
    Eval { file: PathBuf },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds a person; the password is read from standard input
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: Role,
    },
}

#[derive(Subcommand)]
enum SellerCommand {
    /// Connects an account; the API key is read from standard input
    Add {
        #[arg(long)]
        marketplace: Marketplace,
        /// Empty: the shop's own name
        #[arg(long, default_value = "")]
        name: String,
        #[arg(long)]
        client_id: String,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Seals all credentials anew with the first key of the ring
    Rotate,
}

#[derive(Subcommand)]
enum PostgresCommand {
    /// Runs a command with a throw-away cluster in DATABASE_URL
    Run {
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Makes a database on the server that DATABASE_URL names and prints its address
    Create { name: String },
    /// Drops a database on the server that DATABASE_URL names, with everything in it
    Drop { name: String },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init_logs();
    // Leptos can stall with a single worker, so a small machine gets four as well.
    let workers = std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("agentiq: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("agentiq: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, StartError> {
    match command {
        Command::Serve { demo, no_jobs } => {
            server::serve(Config::from_env()?, ServeOptions { demo, no_jobs }).await?;
        }
        Command::Migrate => commands::migrate(Config::from_env()?).await?,
        Command::Doctor => doctor::run(Config::from_env()).await?,
        Command::Healthcheck => commands::healthcheck(Config::from_env()?).await?,
        Command::User(UserCommand::Add { email, name, role }) => {
            commands::add_user(Config::from_env()?, email, name, role).await?;
        }
        Command::Seller(SellerCommand::Add { marketplace, name, client_id }) => {
            commands::add_seller(Config::from_env()?, marketplace, name, client_id).await?;
        }
        Command::Keys(KeysCommand::Rotate) => commands::rotate_keys(Config::from_env()?).await?,
        Command::Seed(args) => seed::run(Config::from_env()?, args).await?,
        Command::Bench(args) => bench::run(Config::from_env()?, args).await?,
        Command::Sandbox(args) => {
            let cancel = CancellationToken::new();
            tokio::spawn(server::wait_for_signal(cancel.clone()));
            sandbox::run(args, cancel).await.map_err(|error| StartError::Other(error.to_string()))?;
        }
        Command::Ai(AiCommand::Eval { file }) => commands::evaluate(&file)?,
        Command::Postgres(PostgresCommand::Run { command }) => {
            let options = ClusterOptions::from_variables(|name| std::env::var_os(name));
            let code = run_with_throwaway(options, command).await;
            return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
        }
        Command::Postgres(PostgresCommand::Create { name }) => {
            println!("{}", create_database(&named_server()?, &name).await?);
        }
        Command::Postgres(PostgresCommand::Drop { name }) => drop_database(&named_server()?, &name).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The server that `DATABASE_URL` names: databases are made and dropped only where somebody has said so.
fn named_server() -> Result<String, StartError> {
    let url = Config::from_env()?.database_url;
    url.map(|url| url.reveal().clone())
        .ok_or_else(|| StartError::Other("say which server: set DATABASE_URL".into()))
}
