//! Asking a seller's marketplace for news.
//!
//! A run lists the chats with unread messages and reads the history of those that moved. Now and then it walks the whole
//! list instead. Chats that wait here but are not unread there may have been answered in the marketplace's own cabinet:
//! they are looked at as well, so that nobody is told to answer what is answered.

use super::{SyncError, history, older};
use crate::connectors::{Audience, ChatScope, Connector, ConnectorError, RemoteChat};
use crate::context::App;
use crate::features::inbox::server::receive::{self, ChatCursor};
use crate::features::inbox::server::recompute;
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::connect::SYNC_JOB;
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict, backoff};
use crate::platform::schema::chats;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::{TryStreamExt, stream};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How often the whole list is walked: finds what was read elsewhere before we saw it unread.
const WALK_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Histories read at the same time.
const AT_ONCE: usize = 4;
/// Waiting chats looked at beside the list, per run.
const RECHECK: i64 = 50;
/// More pages than this mean that the marketplace's paging does not move.
const MAX_PAGES: usize = 10_000;
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
    if seller.last_walk_at.is_none() {
        // Connected a moment ago, perhaps not for the first time.
        recompute::recompute_all_of(&mut conn, seller.marketplace, run.workspace, id).await?;
    }
    drop(conn);
    let started = now();
    let walk = seller.last_walk_at.is_none_or(|at| started - at > WALK_EVERY);
    let synced = sync(&run.app, &seller, if walk { ChatScope::All } else { ChatScope::Unread }).await;
    let mut conn = run.app.db.get().await?;
    match synced {
        Ok(()) => {
            health::note_success(&mut conn, run.workspace, id, started, now(), walk).await?;
            Ok(Verdict::Done)
        }
        Err(SyncError::Marketplace(error)) => {
            metrics::counter!("agentiq_sync_failures_total").increment(1);
            tracing::warn!(seller = %id, %error, "a seller could not be synchronised");
            health::note_failure(&mut conn, run.workspace, id, &error, now()).await?;
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

async fn sync(app: &App, seller: &SellerAccount, scope: ChatScope) -> Result<(), SyncError> {
    let connector = seller.open(app)?;
    let mut cursor: Option<String> = None;
    let mut looked_at = HashSet::new();
    for _ in 0..MAX_PAGES {
        let page = connector.chats(scope, cursor.as_deref()).await?;
        let read = read_moved(app, seller, &connector, page.chats).await?;
        looked_at.extend(read);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    recheck(app, seller, &connector, &looked_at).await
}

/// Reads the chats of a list page that moved since the last time; returns all buyer chats of the page.
async fn read_moved(
    app: &App,
    seller: &SellerAccount,
    connector: &Arc<dyn Connector>,
    listed: Vec<RemoteChat>,
) -> Result<Vec<ChatId>, SyncError> {
    let mut chats = Vec::new();
    {
        let mut conn = app.db.get().await?;
        for remote in listed.into_iter().filter(|remote| remote.audience == Audience::Buyer) {
            let chat =
                receive::find_or_create(&mut conn, seller.workspace_id, seller.id, &remote, now()).await?;
            chats.push((chat, remote));
        }
        note_checked(&mut conn, seller.workspace_id, chats.iter().map(|(chat, _)| chat.id).collect()).await?;
    }
    let all = chats.iter().map(|(chat, _)| chat.id).collect();
    let moved = chats.into_iter().filter(|(chat, remote)| has_moved(chat, remote));
    stream::iter(moved.map(Ok::<_, SyncError>))
        .try_for_each_concurrent(AT_ONCE, |(chat, remote)| async move {
            read_chat(app, seller, connector.as_ref(), &chat, remote.last_message_id.as_deref()).await
        })
        .await?;
    Ok(all)
}

/// `last_message_id` is the mark that a chat moved; a chat never read has moved in any case.
fn has_moved(chat: &ChatCursor, remote: &RemoteChat) -> bool {
    chat.head_id.is_none() && remote.last_message_id.is_some()
        || chat.remote_last_id != remote.last_message_id
}

/// Reads one chat. A problem of this chat stays with it: the others go on.
async fn read_chat(
    app: &App,
    seller: &SellerAccount,
    connector: &dyn Connector,
    chat: &ChatCursor,
    listed_last: Option<&str>,
) -> Result<(), SyncError> {
    match history::read_new(app, seller, connector, chat, listed_last).await {
        Ok(_) => {}
        Err(SyncError::Marketplace(ConnectorError::Chat(problem))) => {
            tracing::warn!(chat = %chat.id, ?problem, "a chat's history cannot be read");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    if chat.head_id.is_none() {
        let mut conn = app.db.get().await?;
        let tail_done: Vec<bool> = chats::table
            .find((seller.workspace_id, chat.id))
            .select(chats::tail_done)
            .load(&mut conn)
            .await
            .map_err(Fault::from)?;
        if tail_done == [false] {
            older::enqueue(&mut conn, seller.workspace_id, seller.id, chat.id).await?;
        }
    }
    Ok(())
}

async fn note_checked(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    checked: Vec<ChatId>,
) -> Outcome<()> {
    if checked.is_empty() {
        return Ok(());
    }
    diesel::update(chats::table.filter(chats::workspace_id.eq(workspace)).filter(chats::id.eq_any(checked)))
        .set(chats::checked_at.eq(Some(now())))
        .execute(conn)
        .await?;
    Ok(())
}

/// Looks at chats that the list did not show: those that wait here, and those whose last word is ours and not yet read.
async fn recheck(
    app: &App,
    seller: &SellerAccount,
    connector: &Arc<dyn Connector>,
    looked_at: &HashSet<ChatId>,
) -> Result<(), SyncError> {
    let mut conn = app.db.get().await?;
    let ids = to_recheck(&mut conn, seller.workspace_id, seller.id, now()).await?;
    let rows: Vec<ChatCursor> = ChatCursor::query()
        .filter(chats::workspace_id.eq(seller.workspace_id))
        .filter(chats::id.eq_any(ids.into_iter().filter(|id| !looked_at.contains(id)).collect::<Vec<_>>()))
        .load(&mut conn)
        .await
        .map_err(Fault::from)?;
    drop(conn);
    stream::iter(rows.into_iter().map(Ok::<_, SyncError>))
        .try_for_each_concurrent(AT_ONCE, |chat| async move {
            read_chat(app, seller, connector.as_ref(), &chat, None).await
        })
        .await
}

#[derive(diesel::QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
}

async fn to_recheck(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    now: DateTime<Utc>,
) -> Outcome<Vec<ChatId>> {
    let rows: Vec<IdRow> = diesel::sql_query(
        "(SELECT id FROM chats WHERE workspace_id = $1 AND seller_id = $2 AND unanswered_since IS NOT NULL \
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
    .bind::<Timestamptz, _>(now - TimeDelta::hours(24))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
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
