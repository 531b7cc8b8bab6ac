//! Puts the house together: configuration, database, background tasks, listener, and an orderly end.

pub mod bench;
pub mod commands;
pub mod demo;
pub mod doctor;
pub mod headers;
pub mod hooks;
pub mod jobs;
pub mod live_stream;
pub mod metrics;
pub mod pages;
pub mod router;
pub mod schedule;
pub mod seed;

use crate::connectors::models::Models;
use crate::context::App;
use crate::features::inbox::server::deadlines;
use crate::platform::clock;
use crate::platform::cluster::{Cluster, ClusterError, ClusterOptions};
use crate::platform::config::{Config, ConfigError};
use crate::platform::db::{Db, DbError};
use crate::platform::files::{Store, StoreError};
use crate::platform::http::Outbound;
use crate::platform::live::Hub;
use crate::platform::pace::Pace;
use crate::platform::relay::Relay;
use crate::platform::secret::{KeyRing, Secret, SecretError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Requests and jobs that have not ended this long after the server was asked to stop are cut off.
const DRAIN: Duration = Duration::from_secs(7);

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Files(#[from] StoreError),
    #[error("outbound HTTP cannot be set up: {0}")]
    Outbound(#[from] reqwest::Error),
    #[error(
        "cannot listen on {addr}: {error}. Is another program using it? AGENTIQ_ADDR chooses another address"
    )]
    Listen { addr: SocketAddr, error: std::io::Error },
    #[error("the schedule cannot be set up: {0}")]
    Schedule(#[from] tokio_cron_scheduler::JobSchedulerError),
    #[error("{0}")]
    Other(String),
}

/// The database of this process, private or given.
pub struct Database {
    pub db: Db,
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens `DATABASE_URL`, or starts the private cluster of the data dir.
    ///
    /// # Errors
    /// A sentence for the person who installs the product.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        if let Some(url) = &config.database_url {
            return Ok(Self { db: Db::new(url.clone())?, cluster: None });
        }
        let cluster = Cluster::start(&config.data_dir, cluster_options(config)).await?;
        Ok(Self { db: Db::new(Secret::new(cluster.url()))?, cluster: Some(cluster) })
    }

    /// The same for a command beside a running server: uses its cluster, or starts one for the time of the command.
    ///
    /// # Errors
    /// A sentence for the person at the terminal.
    pub async fn open_beside(config: &Config) -> Result<Self, StartError> {
        if config.database_url.is_none()
            && let Some(url) = Cluster::running(&config.data_dir).await
        {
            return Ok(Self { db: Db::new(Secret::new(url))?, cluster: None });
        }
        Self::open(config).await
    }

    /// Stops the private cluster, if there is one.
    pub async fn close(self) {
        if let Some(cluster) = self.cluster
            && let Err(error) = cluster.stop().await
        {
            tracing::warn!(%error, "the private Postgres did not stop");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "PATH and the cache directories are the machine's, not settings of ours"
)]
fn cluster_options(config: &Config) -> ClusterOptions {
    let mut options = ClusterOptions::from_variables(|name| std::env::var(name).ok().map(Into::into));
    options.postgres_bin = config.postgres_bin.clone();
    options
}

/// The handles that everything needs.
///
/// # Errors
/// A sentence for the person who installs the product.
pub fn build_app(config: Config, db: Db, demo: bool) -> Result<App, StartError> {
    let keys = match &config.keys {
        Some(text) => KeyRing::parse(text.reveal())?,
        None => KeyRing::of_data_dir(&config.data_dir)?,
    };
    let pace = Pace::shared(&db);
    let models = Models::new(config.models.clone(), pace.clone())?;
    let pace = if config.is_unlimited() { pace.unlimited() } else { pace };
    Ok(App {
        outbound: Outbound::new(config.send_timeout)?.at_pace(pace),
        files: Store::open(&config.files)?,
        config: Arc::new(config),
        db,
        keys,
        hub: Hub::default(),
        models,
        drafts: Relay::default(),
        cancel: CancellationToken::new(),
        demo,
    })
}

/// What a server is started with.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServeOptions {
    pub demo: bool,
    /// Only answers requests; another process runs the jobs.
    pub no_jobs: bool,
}

/// Runs the server until it is asked to stop.
///
/// # Errors
/// A sentence for the person who installs the product.
pub async fn serve(mut config: Config, options: ServeOptions) -> Result<(), StartError> {
    let sandbox = if options.demo { Some(demo::start_sandbox(&mut config)?) } else { None };
    let database = Database::open(&config).await?;
    let served = run(config, &database, options).await;
    if let Some(sandbox) = sandbox {
        sandbox.shutdown().await;
    }
    database.close().await;
    served
}

async fn run(mut config: Config, database: &Database, options: ServeOptions) -> Result<(), StartError> {
    database.db.migrate().await?;
    let listener = listen(config.addr).await?;
    let addr = listener.local_addr().map_err(|error| StartError::Other(error.to_string()))?;
    // Port 0 has become a real one by now; a sandbox is told where to push.
    config.addr = addr;
    let app = build_app(config, database.db.clone(), options.demo)?;
    let welcome = if options.demo { Some(demo::prepare(&app).await?) } else { None };

    let tracker = TaskTracker::new();
    if let Some(file) = &app.config.clock_file {
        tracker.spawn(clock::follow(file.clone(), app.cancel.clone()));
    }
    start_background(&app, options, &tracker).await?;
    println!("listening on http://{addr}");
    if let Some(welcome) = welcome {
        println!("{}", welcome.text(&format!("http://{addr}")));
    }
    tracker.spawn(wait_for_signal(app.cancel.clone()));

    let service = router::build(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(app.cancel.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served.map_err(|error| StartError::Other(error.to_string()))?,
        () = overdue(app.cancel.clone()) => tracing::warn!("requests were still open; cut off"),
    }
    tracker.close();
    if tokio::time::timeout(DRAIN, tracker.wait()).await.is_err() {
        tracing::warn!("jobs were still running; their leases will pass on");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn listen(addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr).await.map_err(|error| StartError::Listen { addr, error })
}

/// Starts what runs beside the requests.
async fn start_background(app: &App, options: ServeOptions, tracker: &TaskTracker) -> Result<(), StartError> {
    tracker.spawn(app.hub.clone().listen(app.db.clone(), app.cancel.clone()));
    if let Some(addr) = app.config.metrics_addr {
        tracker.spawn(metrics::serve(app.clone(), listen(addr).await?));
    }
    if !options.no_jobs {
        tracker.spawn(jobs::workers(app).run());
        tracker.spawn(deadlines::run(app.for_work()));
        let scheduler = schedule::start(app).await?;
        let cancel = app.cancel.clone();
        tracker.spawn(async move {
            cancel.cancelled().await;
            let mut scheduler = scheduler;
            if let Err(error) = scheduler.shutdown().await {
                tracing::warn!(%error, "the schedule did not stop");
            }
        });
    }
    Ok(())
}

/// Asks everything to stop on SIGTERM or Ctrl+C.
pub async fn wait_for_signal(cancel: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be heard");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = cancel.cancelled() => return,
    }
    tracing::info!("asked to stop; finishing what has begun");
    cancel.cancel();
}

async fn overdue(cancel: CancellationToken) {
    cancel.cancelled().await;
    tokio::time::sleep(DRAIN).await;
}
