//! `agentiq doctor`: looks at a set-up, says what is wrong and how to mend it. Changes nothing.

use super::{Database, StartError};
use crate::features::sellers::types::SellerState;
use crate::platform::config::Config;
use crate::platform::db::DbError;
use crate::platform::fault::Outcome;
use crate::platform::http::Outbound;
use crate::platform::schema::sellers;
use crate::platform::secret::KeyRing;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use std::path::Path;
use std::time::Duration;

/// What a look came to.
struct Finding {
    what: &'static str,
    is_well: bool,
    text: String,
}

impl Finding {
    fn well(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, is_well: true, text: text.into() }
    }

    fn ill(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, is_well: false, text: text.into() }
    }
}

/// Looks at everything and prints a line each.
///
/// # Errors
/// When something needs a person.
pub async fn run(config: Result<Config, crate::platform::config::ConfigError>) -> Result<(), StartError> {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            print(&Finding::ill("settings", error.to_string()));
            return Err(StartError::Other("settings need a correction".into()));
        }
    };
    let mut findings = vec![
        Finding::well("settings", "understood"),
        data_dir(&config.data_dir),
        keys(&config),
        cookies(&config),
        browser_files(),
        marketplace(&config).await,
    ];
    findings.extend(database(&config).await);
    findings.iter().for_each(print);
    let ill = findings.iter().filter(|finding| !finding.is_well).count();
    if ill == 0 {
        Ok(())
    } else {
        Err(StartError::Other(format!("{ill} of {} need a person", findings.len())))
    }
}

fn print(finding: &Finding) {
    let mark = if finding.is_well { "ok  " } else { "FIX " };
    println!("{mark} {:<14} {}", finding.what, finding.text);
}

fn data_dir(dir: &Path) -> Finding {
    let probe = dir.join(".doctor");
    match std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&probe, b"")) {
        Ok(()) => {
            let _ = std::fs::remove_file(&probe);
            Finding::well("data dir", dir.display().to_string())
        }
        Err(error) => Finding::ill(
            "data dir",
            format!(
                "{} cannot be written: {error}. Give it to the user that runs agentiq, or set AGENTIQ_DATA_DIR",
                dir.display()
            ),
        ),
    }
}

fn keys(config: &Config) -> Finding {
    let read = match &config.keys {
        Some(text) => KeyRing::parse(text.reveal()),
        None if !config.data_dir.join("keyring").exists() => {
            return Finding::well("keys", "none yet; made at the first start, keep a copy then");
        }
        None => KeyRing::of_data_dir(&config.data_dir),
    };
    match read {
        Ok(_) if config.keys.is_some() => Finding::well("keys", "from AGENTIQ_KEYS"),
        Ok(_) => Finding::well("keys", "from the data dir; keep a copy of the file `keyring`"),
        Err(error) => Finding::ill("keys", error.to_string()),
    }
}

fn cookies(config: &Config) -> Finding {
    match &config.public_url {
        Some(url) if config.is_https() => Finding::well("address", format!("{url}, secure cookies")),
        Some(url) => Finding::ill(
            "address",
            format!("{url} is plain HTTP: passwords travel in the clear. Put TLS before it"),
        ),
        None if config.addr.ip().is_loopback() => {
            Finding::well("address", format!("{}, this machine only", config.addr))
        }
        None => Finding::ill(
            "address",
            format!(
                "{} is reachable from elsewhere without TLS: set AGENTIQ_PUBLIC_URL=https://… behind a proxy",
                config.addr
            ),
        ),
    }
}

fn browser_files() -> Finding {
    #[expect(clippy::disallowed_methods, reason = "a setting of Leptos, which reads it itself")]
    let root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
    let packages = Path::new(&root).join("pkg");
    let has_files = std::fs::read_dir(&packages).is_ok_and(|mut entries| entries.next().is_some());
    if has_files {
        Finding::well("browser files", packages.display().to_string())
    } else {
        Finding::ill(
            "browser files",
            format!("none in {}: run `make run`, or set LEPTOS_SITE_ROOT", packages.display()),
        )
    }
}

async fn marketplace(config: &Config) -> Finding {
    let outbound = match Outbound::new(Duration::from_secs(5)) {
        Ok(outbound) => outbound,
        Err(error) => return Finding::ill("TLS", format!("{error}. Install the package ca-certificates")),
    };
    match outbound.client.get(&config.ozon_url).timeout(Duration::from_secs(5)).send().await {
        Ok(_) => Finding::well("Ozon", format!("{} answers", config.ozon_url)),
        Err(error) if error.is_timeout() => {
            Finding::ill("Ozon", format!("{} does not answer in 5 s: check the firewall", config.ozon_url))
        }
        Err(error) => Finding::ill("Ozon", format!("{} cannot be reached: {error}", config.ozon_url)),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    let database = match Database::open_beside(config).await {
        Ok(database) => database,
        Err(error) => return vec![Finding::ill("database", error.to_string())],
    };
    let findings = look_inside(&database).await;
    database.close().await;
    findings
}

async fn look_inside(database: &Database) -> Vec<Finding> {
    match database.db.check().await {
        Ok(version) => {
            let mut findings = vec![Finding::well("database", version)];
            match database.db.pending_migrations().await {
                Ok(0) => findings.extend(tell_sellers(database).await),
                Ok(pending) => findings.push(Finding::ill(
                    "schema",
                    format!("{pending} migrations are pending: `agentiq migrate`, or start the server"),
                )),
                Err(error) => findings.push(Finding::ill("schema", error.to_string())),
            }
            findings
        }
        Err(error @ DbError::Locale { .. }) => vec![Finding::ill("database", error.to_string())],
        Err(error) => {
            vec![Finding::ill("database", format!("{error}. Check DATABASE_URL and that Postgres runs"))]
        }
    }
}

async fn tell_sellers(database: &Database) -> Vec<Finding> {
    match sellers(database).await {
        Ok(rows) if rows.is_empty() => vec![Finding::well("sellers", "none connected yet")],
        Ok(rows) => rows.into_iter().map(seller).collect(),
        Err(fault) => vec![Finding::ill("sellers", fault.to_string())],
    }
}

type SellerLine = (String, SellerState, Option<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

async fn sellers(database: &Database) -> Outcome<Vec<SellerLine>> {
    let mut conn = database.db.get().await?;
    Ok(sellers::table
        .filter(sellers::state.ne(SellerState::Removed))
        .select((
            sellers::name,
            sellers::state,
            sellers::last_error,
            sellers::last_sync_at,
            sellers::key_expires_at,
        ))
        .order(sellers::created_at)
        .load(&mut conn)
        .await?)
}

fn seller((name, state, error, synced, expires): SellerLine) -> Finding {
    let synced = synced.map_or("never".to_owned(), |at| at.to_rfc3339());
    let expires = expires.map_or(String::new(), |at| format!(", key until {}", at.format("%Y-%m-%d")));
    let text = format!("{name}: {state}, last synchronised {synced}{expires}");
    match error {
        Some(error) => Finding::ill("seller", format!("{text}, last problem {error}: see the sellers page")),
        None if state == SellerState::Broken => Finding::ill("seller", text),
        None => Finding::well("seller", text),
    }
}
