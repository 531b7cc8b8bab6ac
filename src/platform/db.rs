//! The database: pools, connections with our limits, migrations, and the check that Russian search can work.

mod bulk;

pub use bulk::Bulk;

use crate::platform::fault::Outcome;
use crate::platform::secret::Secret;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures::FutureExt;
use std::time::Duration;
use tokio_postgres::config::SslMode;

/// A pooled connection. Never held across a call to the outside.
pub type Conn = Object<AsyncPgConnection>;

/// The migrations of this binary.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The words of a text in their stems, as Postgres keeps them; nothing here reads them.
#[derive(Clone, Copy, Debug, Default, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "tsvector"))]
pub struct TsVector;

/// One migration at a time, whoever runs it. Any number would do; it is the same in every version.
const MIGRATION_LOCK: i64 = 0x0061_6765_6e74_6971;

/// What the planner is told about how we ask: briefly and often. Compiling a plan takes longer than any statement of ours, and
/// starting more processes for one longer than most.
pub const PLANNING: [(&str, &str); 2] = [("jit", "off"), ("max_parallel_workers_per_gather", "0")];

/// Connections to one Postgres: some for people, some for background work, so that neither starves the other.
#[derive(Clone)]
pub struct Db {
    url: Secret<String>,
    people: Pool<AsyncPgConnection>,
    work: Pool<AsyncPgConnection>,
}

impl Db {
    /// Prepares the pools; connects when the first connection is asked for.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub fn new(url: Secret<String>) -> Result<Self, DbError> {
        settings(url.reveal())?;
        Ok(Self { people: pool(&url, 16)?, work: pool(&url, 8)?, url })
    }

    /// A connection for somebody who waits.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn get(&self) -> Outcome<Conn> {
        Ok(self.people.get().await?)
    }

    /// The same database, drawing on the connections for background work.
    pub fn for_work(&self) -> Self {
        Self { url: self.url.clone(), people: self.work.clone(), work: self.work.clone() }
    }

    /// A connection of one's own, outside the pools: for LISTEN.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn dedicated(&self) -> ConnectionResult<AsyncPgConnection> {
        connect(self.url.reveal()).await
    }

    /// A connection of one's own for loading very much at once.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn bulk(&self) -> Outcome<Bulk> {
        Ok(Bulk::open(self.url.reveal()).await?)
    }

    /// Brings the schema to this binary's version. Several instances may start at once: one migrates, the others wait.
    ///
    /// # Errors
    /// When the database cannot be reached, its locale cannot serve Russian search, or a migration fails.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let mut conn = self.dedicated().await?;
        conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0").await?;
        conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
        check_locale(&mut conn).await?;
        let mut harness = AsyncMigrationHarness::new(conn);
        let applied = harness.run_pending_migrations(MIGRATIONS).map_err(DbError::Migration)?;
        for version in applied {
            tracing::info!(migration = %version, "migrated");
        }
        // The lock ends with the connection.
        Ok(())
    }

    /// Looks whether the database can be used at all, and tells its version.
    ///
    /// # Errors
    /// When it cannot be reached or cannot serve Russian search.
    pub async fn check(&self) -> Result<String, DbError> {
        #[derive(diesel::QueryableByName)]
        struct Version {
            #[diesel(sql_type = diesel::sql_types::Text)]
            version: String,
        }
        let mut conn = self.dedicated().await?;
        check_locale(&mut conn).await?;
        let row: Version =
            diesel::sql_query("SELECT 'PostgreSQL ' || current_setting('server_version') AS version")
                .get_result(&mut conn)
                .await?;
        Ok(row.version)
    }

    /// How many migrations of this binary the database has not seen.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn pending_migrations(&self) -> Result<usize, DbError> {
        let mut harness = AsyncMigrationHarness::new(self.dedicated().await?);
        Ok(harness.pending_migrations(MIGRATIONS).map_err(DbError::Migration)?.len())
    }

    /// Takes all migrations back; for the test that every `down.sql` works.
    ///
    /// # Errors
    /// When a migration cannot be reverted.
    pub async fn revert_all(&self) -> Result<(), DbError> {
        let conn = self.dedicated().await?;
        let mut harness = AsyncMigrationHarness::new(conn);
        harness.revert_all_migrations(MIGRATIONS).map_err(DbError::Migration)?;
        Ok(())
    }

    /// How many connections the two pools hold and how many of them are free: `(people, people free, work, work free)`.
    pub fn pool_status(&self) -> (usize, usize, usize, usize) {
        let (people, work) = (self.people.status(), self.work.status());
        (people.size, people.available, work.size, work.available)
    }
}

/// What keeps the database from being used at all.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("DATABASE_URL cannot be understood: {0}")]
    Url(String),
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] ConnectionError),
    #[error("the database refused a statement: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    #[error("the pool cannot be built: {0}")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::BuildError),
    #[error(
        "this database cannot search Russian texts: {problem}. Create it with ENCODING 'UTF8' and LOCALE 'C.UTF-8' \
         (or ru_RU.UTF-8): CREATE DATABASE agentiq TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    )]
    Locale { problem: String },
}

fn pool(url: &Secret<String>, size: usize) -> Result<Pool<AsyncPgConnection>, DbError> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|url| connect_owned(url.to_owned()).boxed());
    let manager = AsyncDieselConnectionManager::new_with_config(url.reveal().as_str(), config);
    Ok(Pool::builder(manager)
        .runtime(deadpool::Runtime::Tokio1)
        .max_size(size)
        .wait_timeout(Some(Duration::from_secs(5)))
        .create_timeout(Some(Duration::from_secs(5)))
        .recycle_timeout(Some(Duration::from_secs(5)))
        .build()?)
}

fn settings(url: &str) -> Result<tokio_postgres::Config, DbError> {
    let mut config: tokio_postgres::Config = url.parse().map_err(|error| DbError::Url(format!("{error}")))?;
    config.application_name("agentiq");
    config.connect_timeout(Duration::from_secs(5));
    // A database that vanishes without a word (a cut cable) is noticed in seconds, not in hours.
    config.keepalives_idle(Duration::from_secs(20));
    config.tcp_user_timeout(Duration::from_secs(20));
    // A forgotten transaction must not hold its locks: a browser that goes away can leave one behind.
    let planning = PLANNING.map(|(name, value)| format!("-c {name}={value}")).join(" ");
    let limits = format!(
        "-c TimeZone=UTC -c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 \
         {planning}"
    );
    let options = match config.get_options() {
        Some(given) => format!("{limits} {given}"),
        None => limits,
    };
    config.options(options);
    Ok(config)
}

async fn connect_owned(url: String) -> ConnectionResult<AsyncPgConnection> {
    connect(&url).await
}

async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let config = readable(url)?;
    if matches!(config.get_ssl_mode(), SslMode::Require) {
        let (client, connection) = config.connect(tls().map_err(bad)?).await.map_err(unreachable_by)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    } else {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(unreachable_by)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }
}

fn readable(url: &str) -> ConnectionResult<tokio_postgres::Config> {
    settings(url).map_err(bad)
}

fn bad(error: impl std::fmt::Display) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}

fn unreachable_by(error: tokio_postgres::Error) -> ConnectionError {
    bad(describe(&error))
}

/// The error with its causes: tokio-postgres keeps the interesting half in `source`.
fn describe(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect, rustls::Error> {
    use rustls_platform_verifier::ConfigVerifierExt;
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(rustls::ClientConfig::with_platform_verifier()?))
}

#[derive(diesel::QueryableByName)]
struct EncodingRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    encoding: String,
}

#[derive(diesel::QueryableByName)]
struct LocaleRow {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    lower_works: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    stems: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    alphabetic: bool,
}

/// Refuses a database in which Cyrillic is not letters: `lower`, `ILIKE`, stemming and trigrams all fail silently there.
async fn check_locale(conn: &mut AsyncPgConnection) -> Result<(), DbError> {
    // First, and alone: in another encoding the Russian words below may not even be understood.
    let EncodingRow { encoding } =
        diesel::sql_query("SELECT current_setting('server_encoding') AS encoding").get_result(conn).await?;
    if encoding != "UTF8" {
        return Err(DbError::Locale { problem: format!("its encoding is {encoding}") });
    }
    let row: LocaleRow = diesel::sql_query(
        "SELECT lower('ЗАКАЗ Ё') = 'заказ ё' AS lower_works, \
                to_tsvector('russian', 'ЗАКАЗЫ') @@ to_tsquery('russian', 'заказ') AS stems, \
                'ж' ~ '[[:alpha:]]' AS alphabetic",
    )
    .get_result(conn)
    .await?;
    let problem = if !row.lower_works || !row.alphabetic {
        "its locale does not know Cyrillic letters".to_owned()
    } else if !row.stems {
        "its text search does not know Russian word forms".to_owned()
    } else {
        return Ok(());
    };
    Err(DbError::Locale { problem })
}
