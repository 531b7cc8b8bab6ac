//! Databases inside a running cluster.

use super::{ClusterError, PAUSE};
use std::path::Path;
use std::time::Duration;
use tokio_postgres::config::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

/// How long a Postgres that recovers from a crash may keep us waiting.
const RECOVERY: Duration = Duration::from_secs(60);

/// Makes a database on the server that `url` names and returns its address. For tests and tools.
///
/// # Errors
/// When the server cannot be reached or the name is taken.
pub async fn create_database(url: &str, name: &str) -> Result<String, ClusterError> {
    connect(url).await?.batch_execute(&format!("CREATE DATABASE {}", quoted(name))).await.map_err(refused)?;
    Ok(with_database(url, name))
}

/// Drops a database with everything in it, also under open connections. For tests and tools.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn drop_database(url: &str, name: &str) -> Result<(), ClusterError> {
    let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name));
    connect(url).await?.batch_execute(&statement).await.map_err(refused)
}

/// Makes the database unless it is there.
pub(super) async fn ensure(url: &str, name: &str) -> Result<(), ClusterError> {
    let client = connect(url).await?;
    let found =
        client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await.map_err(refused)?;
    if found.is_none() {
        client.batch_execute(&format!("CREATE DATABASE {}", quoted(name))).await.map_err(refused)?;
    }
    Ok(())
}

/// Whether a server answers there and works on this very directory. Waits while it recovers from a crash.
pub(super) async fn serves(url: &str, pgdata: &Path) -> bool {
    let Ok(client) = connect(url).await else { return false };
    let Ok(row) = client.query_one("SHOW data_directory", &[]).await else { return false };
    let served: String = row.get(0);
    match (std::fs::canonicalize(served), std::fs::canonicalize(pgdata)) {
        (Ok(served), Ok(ours)) => served == ours,
        _ => false,
    }
}

async fn connect(url: &str) -> Result<Client, ClusterError> {
    let config: Config = url.parse().map_err(refused)?;
    let deadline = tokio::time::Instant::now() + RECOVERY;
    loop {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                // Ends by itself when the client is dropped.
                tokio::spawn(connection);
                return Ok(client);
            }
            Err(cause) if is_starting(&cause) && tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(cause) => return Err(refused(cause)),
        }
    }
}

fn is_starting(cause: &tokio_postgres::Error) -> bool {
    cause.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn refused(cause: tokio_postgres::Error) -> ClusterError {
    let cause = match cause.as_db_error() {
        Some(told) => told.message().to_owned(),
        None => cause.to_string(),
    };
    ClusterError::NoConnection { cause }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = match url.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (url, String::new()),
    };
    let server =
        match address.find("://").and_then(|start| address[start + 3..].find('/').map(|at| start + 3 + at)) {
            Some(slash) => &address[..slash],
            None => address,
        };
    format!("{server}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_an_address_changes() {
        assert_eq!(with_database("postgres://a@%2Ftmp%2Fx/agentiq", "t1"), "postgres://a@%2Ftmp%2Fx/t1");
        assert_eq!(
            with_database("postgres://a:b@db:5432/x?sslmode=require", "t1"),
            "postgres://a:b@db:5432/t1?sslmode=require"
        );
        assert_eq!(with_database("postgres://db", "t1"), "postgres://db/t1");
        assert_eq!(with_database("postgres:///x?host=/tmp&user=a", "t1"), "postgres:///t1?host=/tmp&user=a");
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
