//! The numbered event log of a workspace and the stream that tells browsers of it.
//!
//! A change appends to the log in its own transaction; NOTIFY only wakes the readers. Each process reads new entries
//! once per workspace and hands them to all its streams. Whoever says "after N" is first served from the log, so that
//! nothing is missed between two connections, on whichever process the second one lands.

use crate::platform::clock::now;
use crate::platform::db::Db;
use crate::platform::fault::Outcome;
use crate::platform::jobs;
use crate::shared::change::{Change, Event, PresenceMoved};
use crate::shared::ids::WorkspaceId;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Channel on which Postgres tells that a workspace's log has grown; the payload is the workspace.
pub const CHANNEL: &str = "agentiq_live";

/// Channel on which Postgres tells that somebody came to a chat or left it; the payload is workspace, chat and person.
pub const PRESENCE_CHANNEL: &str = "agentiq_presence";

/// A reader further behind than this asks for everything anew instead.
const MAX_BACKLOG: i64 = 1000;

/// How long the log is kept, in days.
const KEEP_DAYS: i64 = 7;

/// Appends changes to the workspace's log. Call it last in a transaction: from here to the commit nobody else of the
/// workspace can append, which is what keeps the numbers in order and without gaps.
///
/// # Errors
/// When the database refuses.
pub async fn append(conn: &mut AsyncPgConnection, workspace: WorkspaceId, changes: &[Change]) -> Outcome<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    let values = changes
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter(|value| seen.insert(value.to_string()))
        .collect::<Vec<_>>();
    diesel::sql_query(
        "WITH counter AS ( \
             INSERT INTO event_counters AS c (workspace_id, last_seq) VALUES ($1, cardinality($2)) \
             ON CONFLICT (workspace_id) DO UPDATE SET last_seq = c.last_seq + cardinality($2) \
             RETURNING last_seq), \
         appended AS ( \
             INSERT INTO events (workspace_id, seq, change, at) \
             SELECT $1, counter.last_seq - cardinality($2) + entry.position, entry.change, $3 \
             FROM counter, unnest($2) WITH ORDINALITY AS entry (change, position) \
             RETURNING 1) \
         SELECT pg_notify('agentiq_live', $1::text) FROM counter",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<Jsonb>, _>(values)
    .bind::<Timestamptz, _>(now())
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells all open streams of the workspace that somebody came to a chat or left it, once the transaction commits.
///
/// # Errors
/// When the database refuses.
pub async fn tell_presence(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    moved: PresenceMoved,
) -> Outcome<()> {
    diesel::sql_query("SELECT pg_notify('agentiq_presence', $1)")
        .bind::<Text, _>(format!("{workspace} {} {}", moved.chat, moved.user))
        .execute(conn)
        .await?;
    Ok(())
}

/// Reads what `tell_presence` wrote.
fn presence_of(payload: &str) -> Option<(WorkspaceId, PresenceMoved)> {
    let mut words = payload.split(' ');
    let workspace = words.next()?.parse().ok()?;
    let (chat, user) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((workspace, PresenceMoved { chat, user }))
}

/// Entries of workspace `$1` after `$2`, at most `$3`, and the last number; of one moment, or a commit between two looks
/// would seem a hole. Public so that a test can look at its plan.
pub const READ_SQL: &str = "SELECT c.last_seq, e.seq, e.change FROM event_counters c \
     LEFT JOIN LATERAL ( \
         SELECT seq, change FROM events WHERE workspace_id = c.workspace_id AND seq > $2 ORDER BY seq LIMIT $3) e ON TRUE \
     WHERE c.workspace_id = $1 ORDER BY e.seq";

#[derive(diesel::QueryableByName)]
struct EventRow {
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    change: Option<serde_json::Value>,
}

/// What a reader of the log gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// Everything after the number asked for.
    Events(Vec<Event>),
    /// Too much, or no longer kept: everything on the screen must be asked for anew; go on after this number.
    Resync(i64),
}

/// Number of the last entry.
///
/// # Errors
/// When the database refuses.
pub async fn last_seq(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<i64> {
    use crate::platform::schema::event_counters::dsl;
    use diesel::{OptionalExtension, QueryDsl};
    let seq: Option<i64> =
        dsl::event_counters.find(workspace.0).select(dsl::last_seq).first(conn).await.optional()?;
    Ok(seq.unwrap_or(0))
}

/// Everything after `after`.
///
/// # Errors
/// When the database refuses.
pub async fn read_after(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    after: i64,
) -> Outcome<Backlog> {
    let rows: Vec<EventRow> = diesel::sql_query(READ_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(MAX_BACKLOG + 1)
        .load(conn)
        .await?;
    let first = rows.as_slice().first();
    let last = first.map_or(0, |row| row.last_seq);
    // The log may have been pruned, or the database put back to an older state: then the numbers do not join up.
    let joins = match first.and_then(|row| row.seq) {
        Some(seq) => seq == after + 1,
        None => last == after,
    };
    if !joins || rows.len() as i64 > MAX_BACKLOG {
        return Ok(Backlog::Resync(last));
    }
    let entries = rows.into_iter().filter_map(|row| Some((row.seq?, row.change?)));
    let events = entries
        .filter_map(|(seq, change)| match serde_json::from_value(change) {
            Ok(change) => Some(Event { seq, change }),
            Err(error) => {
                // Written by a newer version; this one's screens show nothing of it.
                tracing::debug!(seq, %error, "event of an unknown kind");
                None
            }
        })
        .collect();
    Ok(Backlog::Events(events))
}

/// Deletes entries nobody needs any more.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    use crate::platform::schema::events::dsl;
    use diesel::ExpressionMethods;
    Ok(diesel::delete(dsl::events)
        .filter(dsl::at.lt(now - chrono::TimeDelta::days(KEEP_DAYS)))
        .execute(conn)
        .await?)
}

/// Hands new entries of the log to the streams of this process.
#[derive(Clone)]
pub struct Hub {
    topics: Arc<Mutex<HashMap<WorkspaceId, Topic>>>,
    healthy: watch::Sender<bool>,
    /// Raised when a job was committed somewhere.
    pub jobs: Arc<Notify>,
}

struct Topic {
    sender: broadcast::Sender<Event>,
    presence: broadcast::Sender<PresenceMoved>,
    /// Number of the last entry handed on; `None` until the log has been read once.
    last: Option<i64>,
}

impl Topic {
    fn new() -> Self {
        Topic { sender: broadcast::channel(1024).0, presence: broadcast::channel(256).0, last: None }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self { topics: Arc::default(), healthy: watch::channel(true).0, jobs: Arc::default() }
    }
}

impl Hub {
    /// New entries of a workspace from now on. Subscribe first, then read the log: what lies between comes twice, never
    /// not at all.
    pub fn subscribe(&self, workspace: WorkspaceId) -> broadcast::Receiver<Event> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.entry(workspace).or_insert_with(Topic::new).sender.subscribe()
    }

    /// Comings and goings in a workspace from now on.
    pub fn subscribe_presence(&self, workspace: WorkspaceId) -> broadcast::Receiver<PresenceMoved> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.entry(workspace).or_insert_with(Topic::new).presence.subscribe()
    }

    /// Follows whether the database can be heard.
    pub fn health(&self) -> watch::Receiver<bool> {
        self.healthy.subscribe()
    }

    /// Streams that are open now.
    pub fn streams(&self) -> usize {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.values().map(|topic| topic.sender.receiver_count()).sum()
    }

    /// Sets the reading mark of a topic that was just made.
    pub fn start_at(&self, workspace: WorkspaceId, seq: i64) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = topics.get_mut(&workspace) {
            topic.last.get_or_insert(seq);
        }
    }

    /// Listens to Postgres until cancelled; after a break it reads what it has missed.
    pub async fn listen(self, db: Db, cancel: CancellationToken) {
        let mut pause = Duration::from_millis(200);
        while !cancel.is_cancelled() {
            let ended = tokio::select! {
                ended = self.listen_once(&db) => ended,
                () = cancel.cancelled() => return,
            };
            if let Err(error) = ended {
                self.healthy.send_replace(false);
                tracing::warn!(%error, "cannot hear the database; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = cancel.cancelled() => return,
            }
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn listen_once(&self, db: &Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut conn = db.dedicated().await?;
        conn.batch_execute(&format!("LISTEN {CHANNEL}; LISTEN {PRESENCE_CHANNEL}; LISTEN {}", jobs::CHANNEL))
            .await?;
        self.healthy.send_replace(true);
        self.jobs.notify_one();
        self.catch_up(db, None).await?;
        let mut stream = std::pin::pin!(conn.notifications_stream());
        while let Some(first) = stream.next().await {
            // Take everything that has already arrived, so that a burst is one read.
            let mut grown = HashSet::new();
            self.sort(first?, &mut grown);
            while let Some(Some(more)) = futures::FutureExt::now_or_never(stream.next()) {
                self.sort(more?, &mut grown);
            }
            if !grown.is_empty() {
                self.catch_up(db, Some(&grown)).await?;
            }
        }
        Err("the connection has ended".into())
    }

    fn sort(&self, note: diesel::pg::PgNotification, grown: &mut HashSet<WorkspaceId>) {
        if note.channel == jobs::CHANNEL {
            self.jobs.notify_one();
        } else if note.channel == PRESENCE_CHANNEL {
            self.pass_on(&note.payload);
        } else if let Ok(workspace) = note.payload.parse() {
            grown.insert(workspace);
        }
    }

    fn pass_on(&self, payload: &str) {
        let Some((workspace, moved)) = presence_of(payload) else { return };
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = topics.get(&workspace) {
            // Nobody listening any more is no mistake.
            let _ = topic.presence.send(moved);
        }
    }

    /// Reads new entries of the given workspaces, or of all that have streams, and hands them on.
    async fn catch_up(&self, db: &Db, only: Option<&HashSet<WorkspaceId>>) -> Outcome<()> {
        let marks: Vec<(WorkspaceId, i64)> = {
            let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
            topics.retain(|_, topic| topic.sender.receiver_count() > 0);
            topics
                .iter()
                .filter(|(workspace, _)| only.is_none_or(|only| only.contains(workspace)))
                .filter_map(|(workspace, topic)| topic.last.map(|last| (*workspace, last)))
                .collect()
        };
        for (workspace, last) in marks {
            let mut conn = db.get().await?;
            let backlog = read_after(&mut conn, workspace, last).await?;
            drop(conn);
            let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(topic) = topics.get_mut(&workspace) else { continue };
            match backlog {
                Backlog::Events(events) => {
                    for event in events {
                        topic.last = Some(event.seq);
                        // Nobody listening any more is no mistake.
                        let _ = topic.sender.send(event);
                    }
                }
                Backlog::Resync(_) => {
                    // Dropping the sender ends the streams; they come back and are told to ask for everything anew.
                    topics.remove(&workspace);
                }
            }
        }
        Ok(())
    }
}
