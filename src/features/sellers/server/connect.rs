//! Connecting an account and replacing its key: the marketplace is asked first, then everything is stored at once.

use super::accounts::{self, seal_key};
use crate::connectors::{Account, AccountProblem, ChatProblem, ConnectorError};
use crate::context::{App, Ask};
use crate::features::sellers::types::{ConnectForm, SellerState, check_api_key};
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::{seller_accounts, sellers};
use crate::platform::secret::Secret;
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};

/// The job that asks a seller's marketplace for news; run by the `sync` feature.
pub const SYNC_JOB: &str = "sync.seller";

/// Checks the credentials and connects the account.
///
/// # Errors
/// A refusal that says what to change.
pub async fn connect(ask: &Ask, form: ConnectForm) -> Outcome<SellerId> {
    connect_account(&ask.app, ask.workspace(), Marketplace::Ozon, form).await
}

/// The same for the command line, where no person is logged in.
///
/// # Errors
/// A refusal that says what to change.
pub async fn connect_account(
    app: &App,
    workspace: WorkspaceId,
    marketplace: Marketplace,
    form: ConnectForm,
) -> Outcome<SellerId> {
    form.check()?;
    let key = Secret::new(form.api_key.trim().to_owned());
    let account = check(app, marketplace, form.client_id.trim(), &key).await?;
    let name = match form.name.trim() {
        "" => account.shop_name.clone(),
        name => name.to_owned(),
    };
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| store(conn, app, workspace, marketplace, &name, &account, &key).await).await
}

/// Checks a new key and puts it in the place of the old one.
///
/// # Errors
/// A refusal that says what to change.
pub async fn replace_key(ask: &Ask, seller: SellerId, api_key: String) -> Outcome<()> {
    check_api_key(&api_key)?;
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let old = accounts::find(&mut conn, workspace, seller).await?.ok_or_else(Fault::not_found)?;
    if old.state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    drop(conn);
    let key = Secret::new(api_key.trim().to_owned());
    let account = check(&ask.app, old.marketplace, &old.external_account_id, &key).await?;
    let sealed = seal_key(&ask.app.keys, &key, workspace, seller)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let state = if old.state == SellerState::Paused { SellerState::Paused } else { SellerState::Active };
        diesel::update(sellers::table.find((workspace, seller)))
            .set((
                sellers::credentials.eq(Some(sealed)),
                sellers::state.eq(state),
                sellers::shop_name.eq(Some(&account.shop_name)),
                sellers::subscription.eq(Some(&account.subscription)),
                sellers::key_expires_at.eq(account.key_expires_at),
                sellers::methods.eq(&account.methods),
                sellers::last_error.eq(None::<String>),
                sellers::last_error_detail.eq(None::<String>),
                sellers::failures.eq(0),
            ))
            .execute(conn)
            .await?;
        start_sync(conn, workspace, seller).await?;
        live::append(conn, workspace, &[Change::Seller { seller }]).await
    })
    .await
}

/// Asks the marketplace whose account the credentials open and whether it is enough to answer buyers.
async fn check(
    app: &App,
    marketplace: Marketplace,
    client_id: &str,
    key: &Secret<String>,
) -> Outcome<Account> {
    let account = app.connector(marketplace, client_id, key).account().await.map_err(refusal)?;
    if !account.missing_methods.is_empty() {
        return Err(Refusal::KeyWithoutChatMethods { missing: account.missing_methods }.into());
    }
    if !account.subscription_allows_chats {
        return Err(Refusal::SubscriptionTooLow { subscription: account.subscription }.into());
    }
    Ok(account)
}

/// What a person is told when the marketplace does not do as it is asked.
pub(super) fn refusal(error: ConnectorError) -> Fault {
    match error {
        ConnectorError::Account(problem) => match problem {
            AccountProblem::WrongCredentials => Refusal::WrongCredentials,
            AccountProblem::KeyDeactivated => Refusal::KeyDeactivated,
            AccountProblem::MethodNotAllowed => Refusal::KeyWithoutChatMethods { missing: Vec::new() },
            AccountProblem::AddressNotAllowed => Refusal::KeyBoundToOtherAddress,
            AccountProblem::SubscriptionTooLow => Refusal::SubscriptionTooLow { subscription: String::new() },
            AccountProblem::OfferNotSigned => Refusal::OfferNotSigned,
            AccountProblem::Other(text) => Refusal::MarketplaceSaid { text },
        }
        .into(),
        ConnectorError::Denied(_) => Refusal::KeyWithoutChatMethods { missing: Vec::new() }.into(),
        ConnectorError::Chat(ChatProblem::Refused(text)) => Refusal::MarketplaceSaid { text }.into(),
        ConnectorError::Chat(_) => Refusal::MarketplaceSaid { text: String::new() }.into(),
        error @ (ConnectorError::RateLimited { .. }
        | ConnectorError::Resting { .. }
        | ConnectorError::Unreachable(_)
        | ConnectorError::Interrupted(_)) => {
            tracing::warn!(%error, "a marketplace could not be asked about an account");
            Refusal::MarketplaceUnreachable.into()
        }
    }
}

async fn store(
    conn: &mut AsyncPgConnection,
    app: &App,
    workspace: WorkspaceId,
    marketplace: Marketplace,
    name: &str,
    account: &Account,
    key: &Secret<String>,
) -> Outcome<SellerId> {
    // One at a time for an account: a second click finds what the first has made.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(directory_name(marketplace, &account.external_id))
        .execute(conn)
        .await?;
    let earlier: Option<(SellerId, SellerState)> = sellers::table
        .filter(sellers::workspace_id.eq(workspace))
        .filter(sellers::marketplace.eq(marketplace))
        .filter(sellers::external_account_id.eq(&account.external_id))
        .select((sellers::id, sellers::state))
        .first(conn)
        .await
        .optional()?;
    let seller = match earlier {
        Some((_, state)) if state != SellerState::Removed => {
            return Err(Refusal::AccountAlreadyConnected { here: true }.into());
        }
        // The account was here before: its chats come back to it.
        Some((seller, _)) => seller,
        None => SellerId::new(),
    };
    let sealed = seal_key(&app.keys, key, workspace, seller)?;
    let now = now();
    let values = (
        sellers::name.eq(name),
        sellers::state.eq(SellerState::Active),
        sellers::credentials.eq(Some(sealed)),
        sellers::shop_name.eq(Some(&account.shop_name)),
        sellers::subscription.eq(Some(&account.subscription)),
        sellers::key_expires_at.eq(account.key_expires_at),
        sellers::methods.eq(&account.methods),
        sellers::connected_at.eq(now),
        // Also for an account that comes back: what it has missed meanwhile is history.
        sellers::clock_from.eq(clock_from(marketplace, now)),
        // The first run walks everything: who comes back has missed things.
        sellers::last_walk_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        sellers::last_error.eq(None::<String>),
        sellers::last_error_detail.eq(None::<String>),
        sellers::failures.eq(0),
    );
    diesel::insert_into(sellers::table)
        .values((
            sellers::workspace_id.eq(workspace),
            sellers::id.eq(seller),
            sellers::marketplace.eq(marketplace),
            sellers::external_account_id.eq(&account.external_id),
            sellers::created_at.eq(now),
            values.clone(),
        ))
        .on_conflict((sellers::workspace_id, sellers::id))
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    let claimed = diesel::insert_into(seller_accounts::table)
        .values((
            seller_accounts::account_hash.eq(account_hash(marketplace, &account.external_id)),
            seller_accounts::workspace_id.eq(workspace),
            seller_accounts::seller_id.eq(seller),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if claimed == 0 {
        return Err(Refusal::AccountAlreadyConnected { here: false }.into());
    }
    start_sync(conn, workspace, seller).await?;
    live::append(conn, workspace, &[Change::Seller { seller }]).await?;
    Ok(seller)
}

/// From when on messages count: what the marketplace itself would still count as in time. Older history is imported
/// without clocks.
fn clock_from(marketplace: Marketplace, now: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    now - chrono::TimeDelta::hours(marketplace.answer_within_hours())
}

/// The directory key of an account.
fn account_hash(marketplace: Marketplace, account: &str) -> Vec<u8> {
    Sha256::digest(directory_name(marketplace, account)).to_vec()
}

fn directory_name(marketplace: Marketplace, account: &str) -> String {
    format!("{marketplace}|{account}")
}

/// Asks for a synchronisation now.
///
/// # Errors
/// When the database refuses.
pub async fn start_sync(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_seller(workspace, seller, SYNC_JOB, now())).await
}
