//! The commands beside `serve`.

use super::{Database, StartError, build_app};
use crate::features::sellers::server::connect::connect_account;
use crate::features::sellers::types::ConnectForm;
use crate::features::understanding::score::{Score, labelled};
use crate::features::users::server::accounts::{self, AccountError, NewUser};
use crate::features::users::types::FormProblem;
use crate::platform::config::Config;
use crate::platform::fault::Fault;
use crate::platform::schema::workspaces;
use crate::shared::i18n::Locale;
use crate::shared::ids::WorkspaceId;
use crate::shared::marketplace::Marketplace;
use crate::shared::role::Role;
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use std::io::BufRead;

/// Brings the schema to this version.
///
/// # Errors
/// A sentence for the terminal.
pub async fn migrate(config: Config) -> Result<(), StartError> {
    let database = Database::open_beside(&config).await?;
    let migrated = database.db.migrate().await;
    database.close().await;
    migrated?;
    println!("the database is up to date");
    Ok(())
}

/// Adds a person; the password comes from standard input.
///
/// # Errors
/// A sentence for the terminal.
pub async fn add_user(config: Config, email: String, name: String, role: Role) -> Result<(), StartError> {
    let password = read_secret("password")?;
    let database = Database::open_beside(&config).await?;
    let added = async {
        database.db.migrate().await?;
        accounts::add_user(&database.db, NewUser { email, name, role, password }).await.map_err(account_error)
    };
    let added = added.await;
    database.close().await;
    println!("added {}", added?);
    Ok(())
}

fn account_error(error: AccountError) -> StartError {
    StartError::Other(match error {
        AccountError::Form(FormProblem::WorkspaceMissing) => {
            "there is no workspace yet: add its owner first, with --role owner".into()
        }
        AccountError::Form(FormProblem::PasswordTooShort) => {
            "the password needs at least 10 characters".into()
        }
        AccountError::Form(FormProblem::EmailInvalid) => "this is not an e-mail address".into(),
        AccountError::Form(FormProblem::NameMissing) => "the name is empty or too long".into(),
        other => other.to_string(),
    })
}

/// Connects a marketplace account; the API key comes from standard input.
///
/// # Errors
/// A sentence for the terminal.
pub async fn add_seller(
    config: Config,
    marketplace: Marketplace,
    name: String,
    client_id: String,
) -> Result<(), StartError> {
    let api_key = read_secret("API key")?;
    let database = Database::open_beside(&config).await?;
    let added = async {
        database.db.migrate().await?;
        let app = build_app(config, database.db.clone(), false)?;
        let workspace = only_workspace(&database).await?;
        let form = ConnectForm { name, client_id, api_key };
        connect_account(&app, workspace, marketplace, form).await.map_err(|fault| match fault {
            Fault::Told(error) => StartError::Other(error.sentence(Locale::En)),
            other => StartError::Other(other.to_string()),
        })
    };
    let added = added.await;
    database.close().await;
    println!("connected {}", added?);
    Ok(())
}

async fn only_workspace(database: &Database) -> Result<WorkspaceId, StartError> {
    let found = async {
        let mut conn = database.db.get().await?;
        let first: Option<WorkspaceId> = workspaces::table
            .select(workspaces::id)
            .order(workspaces::created_at)
            .first(&mut conn)
            .await
            .optional()?;
        Ok::<_, Fault>(first)
    };
    found
        .await
        .map_err(|fault| StartError::Other(fault.to_string()))?
        .ok_or_else(|| StartError::Other("there is no workspace yet: agentiq user add --role owner …".into()))
}

fn read_secret(what: &str) -> Result<String, StartError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        StartError::Other(format!("the {what} cannot be read from standard input: {error}"))
    })?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    if line.is_empty() {
        Err(StartError::Other(format!("type the {what} on standard input")))
    } else {
        Ok(line)
    }
}

/// Seals all credentials anew with the first key of the ring.
///
/// # Errors
/// A sentence for the terminal.
pub async fn rotate_keys(config: Config) -> Result<(), StartError> {
    let database = Database::open_beside(&config).await?;
    let resealed = async {
        let app = build_app(config, database.db.clone(), false)?;
        let resealed = async {
            let sellers = crate::features::sellers::server::accounts::reseal_all(&app.db, &app.keys).await?;
            let models =
                crate::features::suggestions::server::providers::reseal_all(&app.db, &app.keys).await?;
            let bots =
                crate::features::sla::server::supervisor::channel::reseal_all(&app.db, &app.keys).await?;
            Ok::<usize, Fault>(sellers + models + bots)
        };
        resealed.await.map_err(|fault| StartError::Other(fault.to_string()))
    };
    let resealed = resealed.await;
    database.close().await;
    println!("sealed {} keys anew; older keys of the ring are no longer needed", resealed?);
    Ok(())
}

/// Asks a running server whether it is alive; for container health checks.
///
/// # Errors
/// A sentence for the terminal.
pub async fn healthcheck(config: Config) -> Result<(), StartError> {
    let outbound = crate::platform::http::Outbound::new(std::time::Duration::from_secs(3))?;
    let mut addr = config.addr;
    if addr.ip().is_unspecified() {
        addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let response = outbound.client.get(format!("http://{addr}/readyz")).send().await;
    match response {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(StartError::Other(format!("not ready: {}", response.status()))),
        Err(error) => Err(StartError::Other(format!("no answer: {error}"))),
    }
}

/// Scores the built-in classifier on a file of labelled messages.
///
/// # Errors
/// A sentence for the terminal.
pub fn evaluate(file: &std::path::Path) -> Result<(), StartError> {
    let cannot = |why: String| StartError::Other(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| cannot(error.to_string()))?;
    let messages = labelled(&text).map_err(|error| cannot(error.to_string()))?;
    let score = Score::of(messages.iter().map(|(label, text)| (*label, text.as_str())));
    for (label, found, text) in &score.wrong {
        println!("{label} taken for {found}: {text}");
    }
    println!("{score}");
    Ok(())
}
