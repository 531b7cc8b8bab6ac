//! Loading very much at once, and measuring: what Diesel has no words for.

use super::{bad, describe, readable, tls, unreachable_by};
use crate::platform::fault::{Fault, Outcome};
use diesel::ConnectionResult;
use futures::SinkExt;
use std::io::Cursor;
use std::pin::pin;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, SimpleQueryMessage};

/// A connection without limits of time.
pub struct Bulk {
    client: Client,
}

impl Bulk {
    pub(super) async fn open(url: &str) -> ConnectionResult<Self> {
        let config = readable(url)?;
        let client = if matches!(config.get_ssl_mode(), SslMode::Require) {
            let (client, connection) = config.connect(tls().map_err(bad)?).await.map_err(unreachable_by)?;
            tokio::spawn(connection);
            client
        } else {
            let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(unreachable_by)?;
            tokio::spawn(connection);
            client
        };
        client
            .batch_execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0",
            )
            .await
            .map_err(unreachable_by)?;
        Ok(Self { client })
    }

    /// Carries out statements.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run(&mut self, sql: &str) -> Outcome<()> {
        self.client.batch_execute(sql).await.map_err(|error| broke(sql, &error))
    }

    /// The rows of a statement, as texts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rows(&mut self, sql: &str) -> Outcome<Vec<Vec<String>>> {
        let said = self.client.simple_query(sql).await.map_err(|error| broke(sql, &error))?;
        let texts = |row: &tokio_postgres::SimpleQueryRow| {
            (0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect()
        };
        Ok(said
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(texts(row)),
                _ => None,
            })
            .collect())
    }

    /// The first two columns of a statement's rows.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pairs(&mut self, sql: &str) -> Outcome<Vec<(String, String)>> {
        let pair = |row: Vec<String>| {
            let mut texts = row.into_iter();
            (texts.next().unwrap_or_default(), texts.next().unwrap_or_default())
        };
        Ok(self.rows(sql).await?.into_iter().map(pair).collect())
    }

    /// Sends rows to a `COPY … FROM STDIN`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn copy(&mut self, sql: &str, rows: Vec<u8>) -> Outcome<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let sent = async {
            let mut sink = pin!(self.client.copy_in::<_, Cursor<Vec<u8>>>(sql).await?);
            sink.send(Cursor::new(rows)).await?;
            sink.finish().await
        };
        sent.await.map(drop).map_err(|error| broke(sql, &error))
    }
}

fn broke(sql: &str, error: &tokio_postgres::Error) -> Fault {
    let sql: String = sql.chars().take(200).collect();
    Fault::broke(format!("{sql}: {}", describe(error)))
}
