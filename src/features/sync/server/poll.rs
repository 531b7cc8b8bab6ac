//! Asking a seller's marketplace for news, at every interval.
//!
//! A run lists the chats with unread messages and queues those that moved. Chats that wait here but are not unread there
//! may have been answered in the marketplace's own cabinet: they are looked at as well, so that nobody is told to answer
//! what is answered. Now and then it begins a walk through the whole list.

use super::progress::{self, Walk, WalkKind};
use super::read::{self, Reader};
use super::{SyncError, walk};
use crate::connectors::{ChatScope, ConnectorError, RemoteChat};
use crate::context::App;
use crate::features::inbox::server::listing;
use crate::features::inbox::server::receive::ChatCursor;
use crate::features::inbox::server::recompute;
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::connect::SYNC_JOB;
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict, backoff};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// Waiting chats looked at beside the list, per run.
const RECHECK: i64 = 50;
/// A chat that is due within this time makes its seller urgent.
const URGENT_WITHIN: TimeDelta = TimeDelta::hours(4);

/// Runs the job of one seller.
///
/// # Errors
/// What our side could not do; the marketplace's failures are written to the seller's health instead.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: SellerId = serde_json::from_value(run.payload["seller"].clone())?;
    let mut conn = run.app.db.get().await?;
    let seller = accounts::find(&mut conn, run.workspace, id).await?.ok_or_else(Fault::not_found)?;
    if seller.state != SellerState::Active {
        return Ok(Verdict::Done);
    }
    begin_walk(&mut conn, &seller).await?;
    drop(conn);
    let started = now();
    let synced = sync(&run.app, &seller, started).await;
    let mut conn = run.app.db.get().await?;
    match synced {
        Ok(()) => {
            health::note_success(&mut conn, run.workspace, id, started, now(), false).await?;
            go_on(&mut conn, &seller).await?;
            Ok(Verdict::Done)
        }
        Err(SyncError::Marketplace(error)) => {
            metrics::counter!("agentiq_sync_failures_total").increment(1);
            tracing::warn!(seller = %id, %error, "a seller could not be synchronised");
            health::note_failure(&mut conn, &seller, &error, now()).await?;
            Ok(match error {
                ConnectorError::Account(_) => Verdict::Done,
                ConnectorError::RateLimited { retry_after: Some(pause) }
                | ConnectorError::Resting { retry_after: pause } => Verdict::Again(pause),
                _ => Verdict::Again(backoff(seller.failures)),
            })
        }
        Err(SyncError::Fault(fault)) => Err(fault),
    }
}

/// Begins a walk through the whole list when it is time for one.
async fn begin_walk(conn: &mut AsyncPgConnection, seller: &SellerAccount) -> Outcome<()> {
    let Some(kind) = progress::due(conn, seller, now()).await? else { return Ok(()) };
    if kind == WalkKind::Import {
        // Connected a moment ago, perhaps not for the first time.
        recompute::recompute_all_of(conn, seller.workspace_id, seller.id).await?;
    }
    let walk = Walk::new(seller.workspace_id, seller.id, kind, now());
    conn.transaction(async |conn| {
        progress::begin(conn, &walk).await?;
        live::append(conn, seller.workspace_id, &[walk.change()]).await
    })
    .await
}

/// Wakes what has work left: also after a stop, when nothing of it waits in the queue of jobs.
async fn go_on(conn: &mut AsyncPgConnection, seller: &SellerAccount) -> Outcome<()> {
    let (workspace, id) = (seller.workspace_id, seller.id);
    if progress::current(conn, workspace, id).await?.is_some() {
        walk::enqueue(conn, workspace, id).await?;
    }
    let is_importing = progress::import(conn, workspace, id).await?.is_some();
    if is_importing || !listing::behind(conn, workspace, id, false, now(), 1).await?.is_empty() {
        read::enqueue(conn, workspace, id, now()).await?;
    }
    Ok(())
}

/// Scans the unread chats, then looks at those that wait without being unread.
async fn sync(app: &App, seller: &SellerAccount, started: DateTime<Utc>) -> Result<(), SyncError> {
    let connector = seller.open(app)?;
    // Only for its notice of circles: a scan is short and begins anew every time.
    let mut scan = Walk::new(seller.workspace_id, seller.id, WalkKind::Reconcile, started);
    while scan.listed_at.is_none() && scan.restarts == 0 {
        let page = connector.chats(ChatScope::Unread, scan.cursor.as_deref()).await?;
        store(app, seller, &page.chats).await?;
        scan.pass(page.next.as_deref(), started);
    }
    let waiting = {
        let mut conn = app.db.get().await?;
        to_recheck(&mut conn, seller.workspace_id, seller.id, started).await?
    };
    Reader::new(app, seller, connector.as_ref()).read(waiting).await?;
    Ok(())
}

/// Stores a page of unread chats and asks for those that moved to be read.
async fn store(app: &App, seller: &SellerAccount, page: &[RemoteChat]) -> Outcome<()> {
    let (workspace, id) = (seller.workspace_id, seller.id);
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        if !progress::hold(conn, workspace, id).await? {
            return Ok(());
        }
        let listed = listing::store(conn, workspace, id, page, false, now()).await?;
        let mut changes = listed.changes;
        changes.extend(progress::count(conn, workspace, id, listed.fell_behind, 0).await?);
        if listed.created > 0 {
            changes.push(Change::Import { seller: id });
        }
        if listed.fell_behind > 0 {
            read::enqueue(conn, workspace, id, now()).await?;
        }
        live::append(conn, workspace, &changes).await
    })
    .await
}

#[derive(diesel::QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
}

/// Chats that this scan did not show: those that wait here, the one looked at longest ago first, and those whose last word
/// is ours and not yet read.
async fn to_recheck(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    started: DateTime<Utc>,
) -> Outcome<Vec<ChatCursor>> {
    let rows: Vec<IdRow> = diesel::sql_query(
        "(SELECT id FROM chats WHERE workspace_id = $1 AND seller_id = $2 AND unanswered_since IS NOT NULL \
            AND coalesce(checked_at, '-infinity') < $6 \
          ORDER BY checked_at NULLS FIRST LIMIT $3) \
         UNION \
         (SELECT id FROM chats WHERE workspace_id = $1 AND seller_id = $2 AND promised_at IS NOT NULL \
            AND coalesce(checked_at, '-infinity') < $6 \
          ORDER BY checked_at NULLS FIRST LIMIT $3) \
         UNION \
         (SELECT c.id FROM chats c WHERE c.workspace_id = $1 AND c.seller_id = $2 AND c.last_message_author = $4 \
            AND c.last_message_at > $5 AND EXISTS ( \
                SELECT 1 FROM messages m WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id \
                  AND m.sent_at = c.last_message_at AND m.author = $4 AND NOT m.is_read) \
          ORDER BY c.last_message_at DESC LIMIT $3)",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(seller)
    .bind::<BigInt, _>(RECHECK)
    .bind::<Text, _>("operator")
    .bind::<Timestamptz, _>(started - TimeDelta::hours(24))
    .bind::<Timestamptz, _>(started)
    .load(conn)
    .await?;
    Ok(ChatCursor::query()
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq_any(rows.into_iter().map(|row| row.id).collect::<Vec<_>>()))
        .load(conn)
        .await?)
}

/// Puts the jobs of a schedule's slot into the queue: all active sellers, or only those with urgent chats. A seller that
/// waits out a pause after a failure keeps its time.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_due(
    conn: &mut AsyncPgConnection,
    only_urgent: bool,
    now: DateTime<Utc>,
) -> Outcome<usize> {
    let urgent = if only_urgent {
        "AND EXISTS (SELECT 1 FROM chats c WHERE c.workspace_id = s.workspace_id AND c.seller_id = s.id \
                       AND c.unanswered_since IS NOT NULL AND coalesce(c.due_at, 'infinity') < $3)"
    } else {
        "AND $3::timestamptz IS NOT NULL"
    };
    Ok(diesel::sql_query(format!(
        "WITH queued AS ( \
             INSERT INTO jobs (workspace_id, id, kind, key, lane, payload, run_at, created_at) \
             SELECT s.workspace_id, gen_random_uuid(), $1, s.id::text, s.id::text, \
                    jsonb_build_object('seller', s.id), $2, $2 \
             FROM sellers s WHERE s.state = 'active' {urgent} \
             ON CONFLICT (workspace_id, kind, key) DO NOTHING RETURNING 1) \
         SELECT pg_notify('agentiq_jobs', '') FROM queued"
    ))
    .bind::<Text, _>(SYNC_JOB)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + URGENT_WITHIN)
    .execute(conn)
    .await?)
}

/// How long the oldest active seller has gone without a good synchronisation, for the metrics.
///
/// # Errors
/// When the database refuses.
pub async fn worst_lag(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<Option<Duration>> {
    use crate::platform::schema::sellers;
    let oldest: Option<Option<DateTime<Utc>>> = sellers::table
        .filter(sellers::state.eq(SellerState::Active))
        .select(diesel::dsl::min(sellers::last_sync_at))
        .get_results(conn)
        .await?
        .into_iter()
        .next();
    Ok(oldest.flatten().and_then(|at| (now - at).to_std().ok()))
}
