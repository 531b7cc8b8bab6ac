//! `agentiq bench`: how long the server takes over what people wait for, beside the same SQL alone, in a database that
//! `agentiq seed` has filled, or an empty one for deadlines. Prints tables for docs/BENCHMARKS.md.

mod breaches;
mod filters;
mod lists;
mod script;
mod windows;

use super::{Database, StartError, build_app};
use crate::context::Ask;
use crate::context::session::SessionUser;
use crate::platform::clock;
use crate::platform::config::Config;
use crate::platform::db::Bulk;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::role::Role;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum BenchArgs {
    /// Pages of every list in every order, and of many filters
    Lists {
        /// How often each is asked for
        #[arg(long, default_value_t = 40)]
        runs: usize,
        /// Only lines in whose name this stands
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Deadlines that pass together, and what an event costs, in an empty database
    Breaches(breaches::BreachArgs),
    /// Prints the SQL behind a page of a list as a script for pgbench
    Script(script::ScriptArgs),
    /// Opening long chats
    Windows {
        /// How often each is opened
        #[arg(long, default_value_t = 40)]
        runs: usize,
    },
}

/// Measures.
///
/// # Errors
/// A sentence for the terminal: the database is not a seeded one, or refuses.
pub async fn run(config: Config, args: BenchArgs) -> Result<(), StartError> {
    let database = Database::open_beside(&config).await?;
    let measured = async {
        let app = build_app(config, database.db.clone(), false)?;
        let bench = async {
            let mut bulk = app.db.bulk().await?;
            match args {
                BenchArgs::Lists { runs, only } => {
                    let ask = somebody(app, &mut bulk).await?;
                    lists::measure(&ask, &mut bulk, runs, &only).await
                }
                BenchArgs::Windows { runs } => {
                    let ask = somebody(app, &mut bulk).await?;
                    windows::measure(&ask, &mut bulk, runs).await
                }
                BenchArgs::Script(args) => {
                    let ask = somebody(app, &mut bulk).await?;
                    script::print(&ask, &args).await
                }
                BenchArgs::Breaches(args) => breaches::measure(&app, &mut bulk, args).await,
            }
        };
        bench.await.map_err(|fault: Fault| StartError::Other(fault.to_string()))
    };
    let measured = measured.await;
    database.close().await;
    measured
}

/// Whoever is responsible for the most chats, in the workspace where that is.
async fn somebody(app: crate::context::App, bulk: &mut Bulk) -> Outcome<Ask> {
    let sql = "SELECT u.workspace_id, w.name, w.time_zone, u.id, u.name FROM users u JOIN workspaces w ON w.id = u.workspace_id \
               ORDER BY (SELECT sum(n.amount) FROM chat_counts n WHERE n.workspace_id = u.workspace_id AND n.assignee_id = u.id) \
                   DESC NULLS LAST LIMIT 1";
    let row = bulk.rows(sql).await?.into_iter().next().ok_or_else(Fault::not_found)?;
    let [workspace, workspace_name, time_zone, id, name] =
        <[String; 5]>::try_from(row).map_err(|_| Fault::not_found())?;
    let user = SessionUser {
        workspace: workspace.parse().map_err(|_| Fault::not_found())?,
        workspace_name,
        time_zone,
        id: id.parse().map_err(|_| Fault::not_found())?,
        name,
        role: Role::Operator,
        live_after: 0,
    };
    Ok(Ask { app, user, now: clock::now() })
}

/// How long something took, each time.
#[derive(Debug, Default)]
struct Times(Vec<Duration>);

impl Times {
    /// Does something again and again; the first time, which warms caches, is not counted.
    async fn of<T>(runs: usize, mut what: impl AsyncFnMut() -> Outcome<T>) -> Outcome<Self> {
        what().await?;
        let mut times = Vec::with_capacity(runs);
        for _ in 0..runs.max(1) {
            let began = Instant::now();
            what().await?;
            times.push(began.elapsed());
        }
        times.sort();
        Ok(Self(times))
    }

    /// So many in a hundred were at most so many milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let place = self.0.len() * percent / 100;
        self.0.get(place.min(self.0.len().saturating_sub(1))).map_or(0.0, |it| it.as_secs_f64() * 1000.0)
    }
}
