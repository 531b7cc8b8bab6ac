//! Databases of tests. One is migrated once and copied for each test: a copy takes a fraction of a migration. What a
//! failed test leaves behind stays for a look and is swept by the next program.

use agentiq::platform::db::Db;
use agentiq::platform::secret::Secret;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// Names the server that databases are made on.
const VARIABLE: &str = "AGENTIQ_TEST_DATABASE_URL";
/// Begins the name of every database made here; what else is on the server is left alone.
const PREFIX: &str = "agentiq_test_";
/// Held while the template is made: test programs may run beside each other.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;
/// Space of the locks that show which runs are alive.
const RUN_LOCKS: i32 = 0x7465_7374;

/// The server, for tests that make unusual databases.
///
/// # Panics
/// Without a server.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        // A test stands within a runtime of its own, in which no other can be waited for.
        std::thread::spawn(Server::open).join().unwrap_or_else(|_| Err("the set-up panicked".into()))
    });
    match server {
        Ok(server) => server,
        Err(problem) => panic!("{problem}"),
    }
}

/// The server that `AGENTIQ_TEST_DATABASE_URL` names.
pub struct Server {
    /// Outlives the runtimes of the tests.
    runtime: Runtime,
    client: Client,
    url: String,
    template: String,
    run: i32,
    made: AtomicU32,
}

impl Server {
    fn open() -> Result<Self, String> {
        let url = std::env::var_os(VARIABLE).and_then(|url| url.into_string().ok()).ok_or_else(|| {
            format!(
                "{VARIABLE} is missing: it names the Postgres on which tests make their databases. \
                 cargo run --features ssr -- postgres run -- cargo test --features ssr sets it"
            )
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let told = |error: String| format!("the server that {VARIABLE} names: {error}");
        let (client, template, run) = runtime.block_on(prepare(&url)).map_err(told)?;
        Ok(Self { runtime, client, url, template, run, made: AtomicU32::new(0) })
    }

    /// Makes a database from another one, or with the given rest of `CREATE DATABASE`.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn create(&self, how: &str) -> TestDatabase {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{:08x}_{number}", self.run);
        self.client.batch_execute(&format!("CREATE DATABASE {name} {how}")).await.expect("a database");
        TestDatabase { url: with_database(&self.url, &name), name }
    }
}

/// Connects, sweeps what dead runs have left, and sees to the template.
async fn prepare(url: &str) -> Result<(Client, String, i32), String> {
    let client = connect(url).await?;
    let run = i32::from_be_bytes(uuid::Uuid::new_v4().as_bytes()[..4].try_into().map_err(|_| "no bytes")?);
    let failed = |error: tokio_postgres::Error| error.to_string();
    client.execute("SELECT pg_advisory_lock($1, $2)", &[&RUN_LOCKS, &run]).await.map_err(failed)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).await.map_err(failed)?;
    sweep(&client).await.map_err(failed)?;
    let template = template(&client, url).await?;
    client.execute("SELECT pg_advisory_unlock($1)", &[&TEMPLATE_LOCK]).await.map_err(failed)?;
    Ok((client, template, run))
}

async fn connect(url: &str) -> Result<Client, String> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(|error| format!("cannot be reached: {error}"))?;
    tokio::spawn(connection);
    Ok(client)
}

/// Drops the databases of runs that have ended: nobody holds their lock.
async fn sweep(client: &Client) -> Result<(), tokio_postgres::Error> {
    let rows = client.query("SELECT datname FROM pg_database WHERE NOT datistemplate", &[]).await?;
    for row in rows {
        let name: String = row.get(0);
        let run = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).map(|(run, _)| run);
        let Some(run) = run.and_then(|run| u32::from_str_radix(run, 16).ok()) else { continue };
        let run = run.cast_signed();
        let row = client.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&RUN_LOCKS, &run]).await?;
        if row.get::<_, bool>(0) {
            client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
            client.execute("SELECT pg_advisory_unlock($1, $2)", &[&RUN_LOCKS, &run]).await?;
        }
    }
    Ok(())
}

/// The migrated database of these migrations; made when it is not there.
async fn template(client: &Client, url: &str) -> Result<String, String> {
    let failed = |error: tokio_postgres::Error| error.to_string();
    let name = format!("{PREFIX}template_{}", fingerprint()?);
    let finished = "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate";
    if client.query_opt(finished, &[&name]).await.map_err(failed)?.is_some() {
        return Ok(name);
    }
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.map_err(failed)?;
    client
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
        .await
        .map_err(failed)?;
    let db = Db::new(Secret::new(with_database(url, &name))).map_err(|error| error.to_string())?;
    db.migrate().await.map_err(|error| error.to_string())?;
    // Only a finished one is marked, and then nobody may change it.
    client
        .batch_execute(&format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false"))
        .await
        .map_err(failed)?;
    Ok(name)
}

/// Changes with every migration.
fn fingerprint() -> Result<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut folders: Vec<_> = std::fs::read_dir(&folder)
        .map_err(failed)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    let mut hash = Sha256::new();
    for folder in folders {
        hash.update(folder.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(std::fs::read(folder.join("up.sql")).map_err(failed)?);
    }
    Ok(format!("{:x}", hash.finalize())[..16].to_owned())
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{server}/{name}{query}")
}

/// A database of one test, gone when the test has passed.
pub struct TestDatabase {
    name: String,
    pub url: String,
}

impl TestDatabase {
    /// A migrated database with nothing in it.
    pub async fn migrated() -> Self {
        let server = server();
        server.create(&format!("TEMPLATE {}", server.template)).await
    }

    /// A database with nothing in it at all.
    pub async fn bare() -> Self {
        server().create("TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").await
    }

    /// The pools of a server on this database.
    pub fn db(&self) -> Db {
        Db::new(Secret::new(self.url.clone())).expect("a good address")
    }

    /// Where the files of its servers lie.
    pub fn files(&self) -> PathBuf {
        std::env::temp_dir().join("agentiq-test-files").join(&self.name)
    }

    /// A connection for looking behind the product's back.
    pub async fn sql(&self) -> Sql {
        Sql(connect(&self.url).await.expect("a connection"))
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the database is left for a look: {}", self.url);
            return;
        }
        // A test that keeps no files has no folder.
        let _ = std::fs::remove_dir_all(self.files());
        let server = server();
        let (dropped, wait) = mpsc::channel();
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        server.runtime.spawn(async move {
            if let Err(error) = server.client.batch_execute(&statement).await {
                eprintln!("{statement}: {error}");
            }
            let _ = dropped.send(());
        });
        let _ = wait.recv();
    }
}

/// A connection that speaks in texts.
pub struct Sql(Client);

impl Sql {
    /// Carries out statements; tells how many rows the last one touched.
    ///
    /// # Errors
    /// What Postgres says.
    pub async fn attempt(&self, statements: &str) -> Result<u64, String> {
        let told = |error: tokio_postgres::Error| {
            error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
        };
        let messages = self.0.simple_query(statements).await.map_err(told)?;
        let counts = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        });
        Ok(counts.last().unwrap_or(0))
    }

    /// Carries out statements that have to work; tells how many rows the last one touched.
    pub async fn run(&self, statements: &str) -> u64 {
        self.attempt(statements).await.unwrap_or_else(|error| panic!("{statements}: {error}"))
    }

    /// Rows as texts.
    pub async fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        let messages = self.0.simple_query(query).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
                }
                _ => None,
            })
            .collect()
    }

    /// The first column, as texts.
    pub async fn column(&self, query: &str) -> Vec<String> {
        let rows = self.rows(query).await;
        rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }

    /// One value; `None` when there is no row or nothing in it.
    pub async fn value(&self, query: &str) -> Option<String> {
        self.column(query).await.into_iter().next()
    }

    /// One number.
    pub async fn number(&self, query: &str) -> i64 {
        let value = self.value(query).await.unwrap_or_else(|| panic!("{query}: nothing"));
        value.parse().unwrap_or_else(|_| panic!("{query}: {value} is not a number"))
    }
}
