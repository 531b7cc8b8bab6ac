//! How a seller's synchronisation is doing: written after every run, read by the sellers page.

use super::accounts::SellerAccount;
use crate::connectors::{AccountProblem, ConnectorError, Denial};
use crate::context::App;
use crate::features::notices::server::notify;
use crate::features::sellers::types::{SellerState, SyncProblem};
use crate::platform::clock;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::sellers;
use crate::shared::change::Change;
use crate::shared::ids::{SellerId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// What kept a run from working, and the marketplace's own words.
pub fn problem(error: &ConnectorError) -> (SyncProblem, Option<String>) {
    match error {
        ConnectorError::RateLimited { .. } => (SyncProblem::RateLimited, None),
        ConnectorError::Resting { .. } => (SyncProblem::Resting, None),
        ConnectorError::Unreachable(_) => (SyncProblem::Unreachable, None),
        ConnectorError::Interrupted(_) => (SyncProblem::Interrupted, None),
        ConnectorError::Chat(problem) => (SyncProblem::AccountRefused, Some(format!("{problem:?}"))),
        ConnectorError::Denied(Denial::Role) => (SyncProblem::MethodNotAllowed, None),
        ConnectorError::Denied(Denial::Subscription) => (SyncProblem::SubscriptionTooLow, None),
        ConnectorError::Account(problem) => match problem {
            AccountProblem::WrongCredentials => (SyncProblem::WrongCredentials, None),
            AccountProblem::KeyDeactivated => (SyncProblem::KeyDeactivated, None),
            AccountProblem::MethodNotAllowed => (SyncProblem::MethodNotAllowed, None),
            AccountProblem::AddressNotAllowed => (SyncProblem::AddressNotAllowed, None),
            AccountProblem::SubscriptionTooLow => (SyncProblem::SubscriptionTooLow, None),
            AccountProblem::OfferNotSigned => (SyncProblem::OfferNotSigned, None),
            AccountProblem::Other(text) => (SyncProblem::AccountRefused, Some(text.clone())),
        },
    }
}

/// Writes down a run that worked.
///
/// # Errors
/// When the database refuses.
pub async fn note_success(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    started: DateTime<Utc>,
    ended: DateTime<Utc>,
    walked_all: bool,
) -> Outcome<()> {
    conn.transaction(async |conn| {
        let had_problem: Vec<Option<String>> = sellers::table
            .find((workspace, seller))
            .select(sellers::last_error)
            .for_update()
            .load(conn)
            .await?;
        diesel::update(sellers::table.find((workspace, seller)))
            .set((
                sellers::last_sync_at.eq(Some(ended)),
                sellers::last_sync_took_ms.eq(Some((ended - started).num_milliseconds())),
                sellers::last_error.eq(None::<String>),
                sellers::last_error_detail.eq(None::<String>),
                sellers::failures.eq(0),
            ))
            .execute(conn)
            .await?;
        if walked_all {
            diesel::update(sellers::table.find((workspace, seller)))
                .set(sellers::last_walk_at.eq(Some(started)))
                .execute(conn)
                .await?;
        }
        // Screens follow the time of the last run by asking now and then; only a change of health is an event.
        if had_problem.into_iter().flatten().next().is_some() || walked_all {
            live::append(conn, workspace, &[Change::Seller { seller }]).await?;
        }
        Ok(())
    })
    .await
}

/// Writes down a run that did not work. A problem of the account stops the seller until a person acts. What was met with
/// a key that has been replaced or taken away meanwhile says nothing about the seller as it is now.
///
/// # Errors
/// When the database refuses.
pub async fn note_failure(
    conn: &mut AsyncPgConnection,
    account: &SellerAccount,
    error: &ConnectorError,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (workspace, seller) = (account.workspace_id, account.id);
    let (problem, detail) = problem(error);
    let stops = matches!(error, ConnectorError::Account(_));
    conn.transaction(async |conn| {
        let found: Option<(Option<Vec<u8>>, Option<String>)> = sellers::table
            .find((workspace, seller))
            .select((sellers::credentials, sellers::last_error))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        let Some((_, before)) = found.filter(|(credentials, _)| *credentials == account.credentials) else {
            return Ok(());
        };
        diesel::update(sellers::table.find((workspace, seller)))
            .set((
                sellers::last_error.eq(Some(problem.as_str())),
                sellers::last_error_detail.eq(detail),
                sellers::last_error_at.eq(Some(now)),
                sellers::failures.eq(sellers::failures + 1),
            ))
            .execute(conn)
            .await?;
        let mut has_stopped = false;
        if stops {
            let stopped = diesel::update(sellers::table.find((workspace, seller)))
                .filter(sellers::state.eq(SellerState::Active))
                .set(sellers::state.eq(SellerState::Broken))
                .execute(conn)
                .await?;
            has_stopped = stopped > 0;
        }
        if has_stopped || before.as_deref() != Some(problem.as_str()) {
            let mut changes = vec![Change::Seller { seller }];
            if has_stopped {
                changes.extend(notify::seller_stopped(conn, workspace, seller, now).await?);
            }
            live::append(conn, workspace, &changes).await?;
        }
        Ok(())
    })
    .await
}

/// Writes down what a call beside the synchronisation (a send, a file, an order) has told about its seller: a problem of
/// the account stops the seller, a rest is shown. Anything else is the call's own trouble; so is a method that the key
/// may not use, for not every method is needed, and the synchronisation finds out about those that are.
pub async fn note(app: &App, seller: &SellerAccount, error: &ConnectorError) {
    let noted = match error {
        ConnectorError::Account(AccountProblem::MethodNotAllowed | AccountProblem::Other(_)) => return,
        ConnectorError::Account(_) => note_account_problem(app, seller, error).await,
        ConnectorError::Resting { .. } => note_rest(app, seller).await,
        _ => return,
    };
    if let Err(fault) = noted {
        tracing::warn!(seller = %seller.id, error = %fault, "a seller's trouble could not be written down");
    }
}

async fn note_account_problem(app: &App, seller: &SellerAccount, error: &ConnectorError) -> Outcome<()> {
    let mut conn = app.db.get().await?;
    note_failure(&mut conn, seller, error, clock::now()).await
}

async fn note_rest(app: &App, seller: &SellerAccount) -> Outcome<()> {
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        let word = SyncProblem::Resting.as_str();
        let changed = diesel::update(sellers::table.find((seller.workspace_id, seller.id)))
            .filter(sellers::state.eq(SellerState::Active))
            .filter(sellers::last_error.is_distinct_from(word))
            .set((
                sellers::last_error.eq(Some(word)),
                sellers::last_error_detail.eq(None::<String>),
                sellers::last_error_at.eq(Some(clock::now())),
            ))
            .execute(conn)
            .await?;
        if changed > 0 {
            live::append(conn, seller.workspace_id, &[Change::Seller { seller: seller.id }]).await?;
        }
        Ok(())
    })
    .await
}
