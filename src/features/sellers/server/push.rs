//! Having a marketplace push a seller's events to us: the address with its secret token, putting it down at the
//! marketplace, and looking now and then whether it is still there.
//!
//! A marketplace tries an address while it is asked to take it, so everything is committed before the question and no
//! connection is held while it is open. Of the token only the hash is kept here; the marketplace's own list tells the
//! whole address.

use super::accounts::{self, SellerAccount};
use super::connect;
use crate::connectors::{AccountProblem, ConnectorError, Denial, PushEndpoint};
use crate::context::{App, Ask};
use crate::features::sellers::types::{IfTaken, PushState, PushView, SellerState};
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::live;
use crate::platform::schema::{push_endpoints, sellers};
use crate::platform::secret;
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use reqwest::Url;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::time::Duration;

/// Kind of the job that looks whether the marketplace still pushes.
pub const WATCH_JOB: &str = "sellers.push";

/// A buyer's message that is this old and was not pushed shows that nothing is pushed.
const SILENT_AFTER: TimeDelta = TimeDelta::minutes(10);
/// How long a disconnection waits for the marketplace to take our address away.
const TAKE_AWAY_WITHIN: Duration = Duration::from_secs(5);

// --- Receiving -----------------------------------------------------------------------------------------------------

/// The seller whom a token names.
#[derive(diesel::Queryable, Clone, Debug)]
pub struct Hook {
    pub workspace_id: WorkspaceId,
    pub seller_id: SellerId,
    pub external_account_id: String,
}

/// Finds the seller of a token; `None` for one that is not, or no longer, ours.
///
/// # Errors
/// When the database refuses.
pub async fn find_hook(
    conn: &mut AsyncPgConnection,
    marketplace: Marketplace,
    token: &str,
) -> Outcome<Option<Hook>> {
    let seller =
        sellers::workspace_id.eq(push_endpoints::workspace_id).and(sellers::id.eq(push_endpoints::seller_id));
    Ok(push_endpoints::table
        .inner_join(sellers::table.on(seller))
        .filter(push_endpoints::token_hash.eq(hash(token)))
        .filter(sellers::marketplace.eq(marketplace))
        .filter(sellers::state.ne(SellerState::Removed))
        .select((sellers::workspace_id, sellers::id, sellers::external_account_id))
        .first(conn)
        .await
        .optional()?)
}

/// Notes that the marketplace has tried the address.
///
/// # Errors
/// When the database refuses.
pub async fn note_ping(conn: &mut AsyncPgConnection, hook: &Hook, now: DateTime<Utc>) -> Outcome<()> {
    diesel::update(push_endpoints::table.find((hook.workspace_id, hook.seller_id)))
        .set(push_endpoints::last_ping_at.eq(Some(now)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts pushes that have come in. Nobody waits for it: the receiver itself would queue up for this one row.
///
/// # Errors
/// When the database refuses.
pub async fn note_pushes(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    count: usize,
    last: DateTime<Utc>,
) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE push_endpoints SET received = received + $3, last_push_at = greatest(last_push_at, $4) \
         WHERE workspace_id = $1 AND seller_id = $2",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(seller)
    .bind::<diesel::sql_types::BigInt, _>(count as i64)
    .bind::<Timestamptz, _>(last)
    .execute(conn)
    .await?;
    Ok(())
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

// --- Turning on and off --------------------------------------------------------------------------------------------

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = push_endpoints)]
struct Endpoint {
    token_hash: Vec<u8>,
    remote_id: Option<i64>,
    address: String,
}

async fn endpoint_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<Endpoint>> {
    Ok(Endpoint::query()
        .filter(push_endpoints::workspace_id.eq(workspace))
        .filter(push_endpoints::seller_id.eq(seller))
        .first(conn)
        .await
        .optional()?)
}

/// Has the marketplace push the seller's chat events to us. An address of another program in that place is replaced
/// only when the person has said so.
///
/// # Errors
/// A refusal that says what to change.
pub async fn turn_on(ask: &Ask, seller: SellerId, if_taken: IfTaken) -> Outcome<()> {
    let seller = working_seller(ask, seller).await?;
    let address = address(&ask.app, seller.marketplace).ok_or(Refusal::PushesNeedPublicAddress)?;
    let connector = seller.open(&ask.app)?;
    let endpoints = connector.push_endpoints().await.map_err(refusal)?;
    let replaced = match place(&endpoints, &address, None) {
        Place::Ours(endpoint) | Place::Stale(endpoint) => Some(endpoint.id),
        Place::Foreign(endpoint) if if_taken == IfTaken::Ask => {
            return Err(Refusal::PushesTaken { address: origin(&endpoint.url) }.into());
        }
        // Beside the other one: a kind of event goes to one address, so it loses the chats and keeps the rest.
        Place::Foreign(_) | Place::Nobody => None,
    };
    let mut conn = ask.conn().await?;
    let was_on = endpoint_of(&mut conn, seller.workspace_id, seller.id).await?.is_some();
    drop(conn);
    let registered = register(&ask.app, &seller, &address, replaced).await;
    if registered.is_err() && !was_on {
        forget(&ask.app, &seller).await?;
    }
    registered
}

/// Tries the address and puts right what can be put right.
///
/// # Errors
/// A refusal that says what is the matter.
pub async fn check(ask: &Ask, seller: SellerId) -> Outcome<()> {
    let seller = working_seller(ask, seller).await?;
    watch(&ask.app, &seller, Watch::TryTheAddress).await
}

/// Has the marketplace stop pushing to us, and forgets the address. Works without the marketplace too: an address that
/// is not known here any more turns pushes away.
///
/// # Errors
/// When there is no such seller.
pub async fn turn_off(ask: &Ask, seller: SellerId) -> Outcome<()> {
    let seller = working_seller(ask, seller).await?;
    let mut conn = ask.conn().await?;
    let endpoint = endpoint_of(&mut conn, seller.workspace_id, seller.id).await?;
    drop(conn);
    forget(&ask.app, &seller).await?;
    if let Some(endpoint) = endpoint {
        take_away(&ask.app, &seller, endpoint.remote_id).await;
    }
    Ok(())
}

/// How the marketplace calls the address that pushes go to; for whoever removes the seller.
///
/// # Errors
/// When the database refuses.
pub async fn remote_id(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<i64>> {
    Ok(endpoint_of(conn, workspace, seller).await?.and_then(|endpoint| endpoint.remote_id))
}

/// Forgets a seller's address within a transaction.
///
/// # Errors
/// When the database refuses.
pub async fn delete(conn: &mut AsyncPgConnection, workspace: WorkspaceId, seller: SellerId) -> Outcome<()> {
    diesel::delete(push_endpoints::table.find((workspace, seller))).execute(conn).await?;
    Ok(())
}

/// Takes the address away from the marketplace, as far as it lets us: what it still pushes is turned away.
pub async fn take_away(app: &App, seller: &SellerAccount, remote: Option<i64>) {
    let Some(remote) = remote else { return };
    let taking = async {
        seller.open(app)?.delete_push(remote).await.map_err(|error| Fault::Unavailable(error.into()))
    };
    let taken = tokio::time::timeout(TAKE_AWAY_WITHIN, taking).await;
    if !matches!(taken, Ok(Ok(()))) {
        tracing::warn!(seller = %seller.id, "the marketplace has kept our address; its pushes will be turned away");
    }
}

async fn forget(app: &App, seller: &SellerAccount) -> Outcome<()> {
    let (workspace, id) = (seller.workspace_id, seller.id);
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        delete(conn, workspace, id).await?;
        live::append(conn, workspace, &[Change::Seller { seller: id }]).await
    })
    .await
}

async fn working_seller(ask: &Ask, seller: SellerId) -> Outcome<SellerAccount> {
    let mut conn = ask.conn().await?;
    let seller = accounts::find(&mut conn, ask.workspace(), seller).await?.ok_or_else(Fault::not_found)?;
    if seller.state == SellerState::Removed {
        return Err(Refusal::SellerNotConnected.into());
    }
    Ok(seller)
}

/// Makes an address with a new token and puts it down at the marketplace, in the place of `replaced`.
async fn register(app: &App, seller: &SellerAccount, address: &str, replaced: Option<i64>) -> Outcome<()> {
    let token = URL_SAFE_NO_PAD.encode(secret::random::<32>().map_err(|error| Fault::Broke(error.into()))?);
    // Known before the marketplace tries it.
    store(app, seller, address, &hash(&token)).await?;
    put_down(app, seller, &format!("{address}/{token}"), replaced).await
}

/// Has the marketplace try an address, take it, and tell how it calls it. Writes down how that ended.
async fn put_down(app: &App, seller: &SellerAccount, url: &str, replaced: Option<i64>) -> Outcome<()> {
    let connector = seller.open(app)?;
    let asked = async {
        let wrong = connector.check_push(url).await.map_err(refusal)?;
        if !wrong.is_empty() {
            return Err(Refusal::PushAddressRefused { said: wrong.join(", ") }.into());
        }
        connector.set_push(url, replaced).await.map_err(refusal)?;
        let endpoints = connector.push_endpoints().await.map_err(refusal)?;
        let ours = endpoints.into_iter().find(|endpoint| endpoint.url == url);
        ours.filter(|endpoint| endpoint.is_on && endpoint.has_all_chat_events)
            .ok_or_else(|| Fault::from(Refusal::PushAddressRefused { said: String::new() }))
    };
    match asked.await {
        Ok(endpoint) => note(app, seller, PushState::On, Some(endpoint.id), None).await,
        Err(fault) => {
            let fault = without_token(fault, url);
            // What went wrong outlives a database that cannot take the note.
            if let Err(error) = note(app, seller, PushState::Suspended, None, said(&fault)).await {
                tracing::warn!(seller = %seller.id, %error, "cannot write down how pushes are doing");
            }
            Err(fault)
        }
    }
}

async fn store(app: &App, seller: &SellerAccount, address: &str, token_hash: &[u8]) -> Outcome<()> {
    let values = (
        push_endpoints::token_hash.eq(token_hash),
        push_endpoints::address.eq(address),
        push_endpoints::state.eq(PushState::Starting),
        push_endpoints::last_problem.eq(None::<String>),
        push_endpoints::registered_at.eq(now()),
    );
    let mut conn = app.db.get().await?;
    diesel::insert_into(push_endpoints::table)
        .values((
            push_endpoints::workspace_id.eq(seller.workspace_id),
            push_endpoints::seller_id.eq(seller.id),
            values.clone(),
        ))
        .on_conflict((push_endpoints::workspace_id, push_endpoints::seller_id))
        .do_update()
        .set(values)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Writes down how pushes are doing. A change is an event; that nothing has changed is not.
async fn note(
    app: &App,
    seller: &SellerAccount,
    state: PushState,
    remote_id: Option<i64>,
    problem: Option<String>,
) -> Outcome<()> {
    let (workspace, id) = (seller.workspace_id, seller.id);
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        let before: Option<(PushState, Option<String>)> = push_endpoints::table
            .find((workspace, id))
            .select((push_endpoints::state, push_endpoints::last_problem))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        diesel::update(push_endpoints::table.find((workspace, id)))
            .set((
                push_endpoints::state.eq(state),
                push_endpoints::last_problem.eq(&problem),
                push_endpoints::checked_at.eq(Some(now())),
            ))
            .execute(conn)
            .await?;
        if let Some(remote_id) = remote_id {
            diesel::update(push_endpoints::table.find((workspace, id)))
                .set(push_endpoints::remote_id.eq(Some(remote_id)))
                .execute(conn)
                .await?;
        }
        if before.is_some_and(|before| before != (state, problem)) {
            live::append(conn, workspace, &[Change::Seller { seller: id }]).await?;
        }
        Ok(())
    })
    .await
}

// --- Watching ------------------------------------------------------------------------------------------------------

/// What stands at the marketplace in the place where our address should be.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    Ours(&'a PushEndpoint),
    /// An address of this installation with a token that is not known any more.
    Stale(&'a PushEndpoint),
    /// Another program's, which takes chat events.
    Foreign(&'a PushEndpoint),
    Nobody,
}

/// Finds our place among the marketplace's addresses.
fn place<'a>(endpoints: &'a [PushEndpoint], address: &str, token_hash: Option<&[u8]>) -> Place<'a> {
    let token = |endpoint: &'a PushEndpoint| endpoint.url.rsplit('/').next().unwrap_or_default();
    let with_our_token = |endpoint: &&PushEndpoint| {
        token_hash.is_some_and(|ours| hash(endpoint.url.rsplit('/').next().unwrap_or_default()) == ours)
    };
    let at_our_address = |endpoint: &&'a PushEndpoint| {
        endpoint.url.strip_suffix(token(endpoint)).and_then(|rest| rest.strip_suffix('/')) == Some(address)
    };
    if let Some(ours) = endpoints.iter().find(with_our_token) {
        return Place::Ours(ours);
    }
    if let Some(stale) = endpoints.iter().find(at_our_address) {
        return Place::Stale(stale);
    }
    match endpoints.iter().find(|endpoint| endpoint.has_chat_events) {
        Some(foreign) => Place::Foreign(foreign),
        None => Place::Nobody,
    }
}

/// How thoroughly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// Whether the marketplace's list has our address, switched on.
    ReadTheList,
    /// Also whether the marketplace reaches it.
    TryTheAddress,
}

/// Looks whether the marketplace still pushes to us, and has it begin again where it does not.
async fn watch(app: &App, seller: &SellerAccount, how: Watch) -> Outcome<()> {
    let mut conn = app.db.get().await?;
    let endpoint = endpoint_of(&mut conn, seller.workspace_id, seller.id).await?;
    drop(conn);
    let Some(endpoint) = endpoint else { return Ok(()) };
    let address = address(app, seller.marketplace).ok_or(Refusal::PushesNeedPublicAddress)?;
    let endpoints = match seller.open(app)?.push_endpoints().await {
        Ok(endpoints) => endpoints,
        Err(error) => {
            let fault = refusal(error);
            if matches!(fault, Fault::Told(_)) {
                note(app, seller, PushState::Suspended, None, said(&fault)).await?;
            }
            return Err(fault);
        }
    };
    match place(&endpoints, &address, Some(&endpoint.token_hash)) {
        Place::Ours(ours) if endpoint.address != address => {
            register(app, seller, &address, Some(ours.id)).await
        }
        Place::Ours(ours) => {
            let is_well = ours.is_on && ours.has_all_chat_events;
            if is_well && how == Watch::ReadTheList {
                return note(app, seller, PushState::On, Some(ours.id), None).await;
            }
            put_down(app, seller, &ours.url, Some(ours.id)).await
        }
        Place::Stale(stale) => register(app, seller, &address, Some(stale.id)).await,
        Place::Nobody => register(app, seller, &address, None).await,
        Place::Foreign(foreign) => {
            let owner = origin(&foreign.url);
            note(app, seller, PushState::Taken, None, Some(owner.clone())).await?;
            Err(Refusal::PushesTaken { address: owner }.into())
        }
    }
}

/// Runs the job of one seller.
///
/// # Errors
/// What our side could not do; the marketplace's refusals are written to the address instead.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: SellerId = serde_json::from_value(run.payload["seller"].clone())?;
    let mut conn = run.app.db.get().await?;
    let seller = accounts::find(&mut conn, run.workspace, id).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    if seller.state != SellerState::Active {
        return Ok(Verdict::Done);
    }
    match watch(&run.app, &seller, Watch::ReadTheList).await {
        // The next turn of the schedule tries again.
        Ok(()) | Err(Fault::Told(_) | Fault::Unavailable(_)) => Ok(Verdict::Done),
        Err(fault) => Err(fault),
    }
}

/// Puts the jobs of a schedule's slot into the queue: all sellers with pushes.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_due(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<()> {
    diesel::sql_query(
        "WITH queued AS ( \
             INSERT INTO jobs (workspace_id, id, kind, key, lane, payload, run_at, created_at) \
             SELECT s.workspace_id, gen_random_uuid(), $1, s.id::text, s.id::text || ' background', \
                    jsonb_build_object('seller', s.id), $2, $2 \
             FROM push_endpoints e JOIN sellers s ON s.workspace_id = e.workspace_id AND s.id = e.seller_id \
             WHERE s.state = 'active' \
             ON CONFLICT (workspace_id, kind, key) DO NOTHING RETURNING 1) \
         SELECT pg_notify('agentiq_jobs', '') FROM queued",
    )
    .bind::<Text, _>(WATCH_JOB)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Our address without the token; `None` when the marketplace could not reach it.
fn address(app: &App, marketplace: Marketplace) -> Option<String> {
    app.config.push_base().map(|base| format!("{base}/hooks/{marketplace}"))
}

/// What may be shown of another program's address: it may end with a secret of theirs.
fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// What a person is told when the marketplace cannot be asked about pushes.
fn refusal(error: ConnectorError) -> Fault {
    match error {
        ConnectorError::Account(AccountProblem::MethodNotAllowed) | ConnectorError::Denied(Denial::Role) => {
            Refusal::PushesNotAllowed.into()
        }
        ConnectorError::Denied(Denial::Subscription) => {
            Refusal::SubscriptionTooLow { subscription: String::new() }.into()
        }
        error @ (ConnectorError::Account(_) | ConnectorError::Chat(_)) => connect::refusal(error),
        error @ (ConnectorError::RateLimited { .. }
        | ConnectorError::Resting { .. }
        | ConnectorError::Unreachable(_)
        | ConnectorError::Interrupted(_)) => Fault::Unavailable(error.into()),
    }
}

/// The marketplace's own words in a refusal.
fn said(fault: &Fault) -> Option<String> {
    match fault {
        Fault::Told(AppError::Refused(
            Refusal::PushAddressRefused { said: text } | Refusal::MarketplaceSaid { text },
        )) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// The marketplace's words may quote the address that it has tried.
fn without_token(fault: Fault, url: &str) -> Fault {
    let token = url.rsplit('/').next().unwrap_or(url);
    let hidden = |text: String| text.replace(token, "…");
    match fault {
        Fault::Told(AppError::Refused(Refusal::PushAddressRefused { said })) => {
            Refusal::PushAddressRefused { said: hidden(said) }.into()
        }
        Fault::Told(AppError::Refused(Refusal::MarketplaceSaid { text })) => {
            Refusal::MarketplaceSaid { text: hidden(text) }.into()
        }
        fault => fault,
    }
}

// --- For the screen ------------------------------------------------------------------------------------------------

#[derive(diesel::QueryableByName)]
struct PushRow {
    #[diesel(sql_type = SqlUuid)]
    seller_id: SellerId,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Text)]
    state: PushState,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    last_problem: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    registered_at: DateTime<Utc>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    last_ping_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    last_push_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    received: i64,
    /// When the newest message came that a buyer wrote long enough ago to have been pushed.
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    should_have_heard: Option<DateTime<Utc>>,
}

/// How pushes are doing, by seller; sellers without an entry have them off.
///
/// # Errors
/// When the database refuses.
pub async fn views(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Outcome<HashMap<SellerId, PushView>> {
    let rows: Vec<PushRow> = diesel::sql_query(
        "SELECT e.*, (SELECT c.last_message_at FROM chats c \
                      WHERE c.workspace_id = e.workspace_id AND c.seller_id = e.seller_id \
                        AND c.last_message_at < $2 AND c.last_message_author = 'buyer' \
                        AND c.last_message_at > e.registered_at \
                      ORDER BY c.last_message_at DESC LIMIT 1) AS should_have_heard \
         FROM push_endpoints e WHERE e.workspace_id = $1",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Timestamptz, _>(now - SILENT_AFTER)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.seller_id, view(row))).collect())
}

/// How a seller is shown whose pushes are off.
pub fn off(app: &App) -> PushView {
    PushView { can_turn_on: app.config.push_base().is_some(), ..PushView::default() }
}

fn view(row: PushRow) -> PushView {
    let is_silent = row.should_have_heard.is_some_and(|at| row.last_push_at.is_none_or(|last| last < at));
    PushView {
        state: if row.state == PushState::On && is_silent { PushState::Silent } else { row.state },
        can_turn_on: true,
        address: Some(row.address),
        on_since: Some(row.registered_at),
        last_heard_at: row.last_ping_at.max(row.last_push_at),
        received: row.received,
        problem: row.last_problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(id: i64, url: &str, has_chat_events: bool) -> PushEndpoint {
        let url = url.to_owned();
        PushEndpoint { id, url, is_on: true, has_all_chat_events: has_chat_events, has_chat_events }
    }

    #[test]
    fn our_place_is_told_from_other_programs() {
        let address = "https://chats.example/hooks/ozon";
        let ours = endpoint(1, "https://chats.example/hooks/ozon/token", true);
        let other = endpoint(2, "https://other.example/hooks/ozon/token2", true);
        let orders = endpoint(3, "https://orders.example/in", false);
        let all = [orders.clone(), other.clone(), ours.clone()];
        let known = hash("token");
        assert_eq!(place(&all, address, Some(&known)), Place::Ours(&ours));
        assert_eq!(place(&all, address, Some(&hash("newer"))), Place::Stale(&ours));
        assert_eq!(place(&all[..2], address, Some(&known)), Place::Foreign(&other));
        assert_eq!(place(&all[..1], address, Some(&known)), Place::Nobody);
        // The token decides, also after we have moved to another address.
        assert_eq!(place(&all, "https://new.example/hooks/ozon", Some(&known)), Place::Ours(&ours));
    }

    #[test]
    fn what_a_marketplace_says_of_an_address_does_not_tell_its_secret() {
        let url = "https://chats.example/hooks/ozon/token";
        for refusal in [
            Refusal::PushAddressRefused { said: format!("REQUEST_ERROR: cannot reach {url}") },
            Refusal::MarketplaceSaid { text: format!("invalid url {url}") },
        ] {
            let told = without_token(refusal.into(), url);
            assert!(
                !told.to_string().contains("token") && told.to_string().contains("hooks/ozon/…"),
                "{told}"
            );
            assert!(said(&told).is_some_and(|words| !words.contains("token")));
        }
    }

    #[test]
    fn of_another_programs_address_only_the_origin_is_shown() {
        assert_eq!(origin("https://other.example:8443/in?key=secret#x"), "https://other.example:8443");
        assert_eq!(origin("nonsense"), "");
    }
}
