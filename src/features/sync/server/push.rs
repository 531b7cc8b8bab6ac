//! What a marketplace pushes: kept as it came, then looked into.
//!
//! A push is a hint that something has happened, never the thing itself. The job of a chat takes all hints that wait
//! for it, asks the marketplace what is there, and stores that as the poll would. So a push that comes twice, late, in
//! the wrong order or with lies in it changes nothing; what cannot be confirmed is left to the poll.

use super::{SyncError, history};
use crate::connectors::push::{self as pushes, Push, PushEvent, PushKind};
use crate::connectors::{
    Audience, ChatProblem, ChatScope, Connector, ConnectorError, HistoryFrom, RemoteChat, RemoteMessage,
};
use crate::context::App;
use crate::features::inbox::server::receive::{self, ChatCursor, CursorMove};
use crate::features::inbox::types::Author;
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::health;
use crate::features::sellers::server::push::{Hook, note_pushes};
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::schema::{chats, messages, pushes as table};
use crate::shared::ids::{ChatId, PushId, SellerId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Kind of the job.
pub const JOB: &str = "sync.push";

/// Pushes looked into together; what a storm leaves over has its turn at once after them.
const AT_ONCE: i64 = 500;
/// The history may lag behind a push; after this long a message that it does not show is taken for none.
const BELIEVE_FOR: TimeDelta = TimeDelta::seconds(30);
/// After this long a push is left to the poll, whatever keeps us from looking into it.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Pages of the list of closed chats in which a closing is looked for.
const CLOSED_PAGES: usize = 3;
/// How long pushes are kept.
const KEEP: TimeDelta = TimeDelta::days(7);

text_enum!(
    /// What a push turned out to be worth.
    PushOutcome {
        /// The marketplace says the same, and it is stored.
        Done = "done",
        /// The marketplace knows nothing of it.
        NotTrue = "not_true",
        /// About a chat in which no buyer waits.
        NotForUs = "not_for_us",
        /// The marketplace does not show it yet; the poll will see.
        Unconfirmed = "unconfirmed",
        /// Not about chats, or of a kind that is not known; only kept.
        Unknown = "unknown",
        Unreadable = "unreadable",
        /// Nobody works with the account now.
        SellerStopped = "seller_stopped",
        /// The account did not let us ask.
        AccountProblem = "account_problem",
        /// The marketplace could not be asked for too long.
        GaveUp = "gave_up",
    }
);

// --- Keeping -------------------------------------------------------------------------------------------------------

/// Keeps a push as it came and, when it is about a chat, has it looked into.
///
/// # Errors
/// When the database refuses; then nothing is kept.
pub async fn record(
    conn: &mut AsyncPgConnection,
    hook: &Hook,
    push: &Push,
    body: &[u8],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (kind, chat) = match push {
        Push::Event(event) => (word(&event.kind), chat_of(&event.kind)),
        Push::Ping | Push::Unreadable => ("unreadable", None),
    };
    let outcome = match push {
        Push::Event(_) if chat.is_some() => None,
        Push::Event(_) => Some(PushOutcome::Unknown),
        Push::Ping | Push::Unreadable => Some(PushOutcome::Unreadable),
    };
    // Postgres keeps no NUL in a text.
    let body = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
    conn.transaction(async |conn| {
        diesel::insert_into(table::table)
            .values((
                table::workspace_id.eq(hook.workspace_id),
                table::id.eq(PushId::new()),
                table::seller_id.eq(hook.seller_id),
                table::received_at.eq(now),
                table::kind.eq(kind),
                table::chat_external_id.eq(chat),
                table::body.eq(body),
                table::processed_at.eq(outcome.map(|_| now)),
                table::outcome.eq(outcome),
            ))
            .execute(conn)
            .await?;
        match (push, chat) {
            (_, Some(chat)) => enqueue(conn, hook, chat, now).await,
            (Push::Event(_), None) => note_pushes(conn, hook.workspace_id, hook.seller_id, 1, now).await,
            (Push::Ping | Push::Unreadable, None) => Ok(()),
        }
    })
    .await
}

/// Pushes about one chat share a job: a storm of them is a few questions.
async fn enqueue(conn: &mut AsyncPgConnection, hook: &Hook, chat: &str, now: DateTime<Utc>) -> Outcome<()> {
    let seller = hook.seller_id;
    let job = NewJob {
        key: format!("{seller} {chat}"),
        payload: serde_json::json!({ "seller": seller, "chat": chat }),
        ..NewJob::of_seller(hook.workspace_id, seller, JOB, now)
    };
    jobs::enqueue(conn, job).await
}

fn chat_of(kind: &PushKind) -> Option<&str> {
    match kind {
        PushKind::Message { chat, .. }
        | PushKind::Edited { chat, .. }
        | PushKind::Read { chat, .. }
        | PushKind::Closed { chat } => Some(chat),
        PushKind::Other(_) => None,
    }
}

fn word(kind: &PushKind) -> &str {
    match kind {
        PushKind::Message { .. } => "message",
        PushKind::Edited { .. } => "edited",
        PushKind::Read { .. } => "read",
        PushKind::Closed { .. } => "closed",
        PushKind::Other(word) => word,
    }
}

/// Deletes pushes that nobody will look up any more.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(table::table).filter(table::received_at.lt(now - KEEP)).execute(conn).await?)
}

// --- Looking into --------------------------------------------------------------------------------------------------

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = table)]
struct PushRow {
    id: PushId,
    received_at: DateTime<Utc>,
    body: String,
}

/// A push that waits to be looked into.
struct Hint {
    id: PushId,
    received_at: DateTime<Utc>,
    event: PushEvent,
}

/// What has come of the hints so far, and whether some have to be looked into again.
#[derive(Default)]
struct Findings {
    settled: Vec<(PushId, PushOutcome)>,
    again: bool,
}

impl Findings {
    fn settle<'a>(&mut self, hints: impl IntoIterator<Item = &'a Hint>, outcome: PushOutcome) {
        self.settled.extend(hints.into_iter().map(|hint| (hint.id, outcome)));
    }
}

/// Runs the job of one chat.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: SellerId = serde_json::from_value(run.payload["seller"].clone())?;
    let external: String = serde_json::from_value(run.payload["chat"].clone())?;
    let mut conn = run.app.db.get().await?;
    let seller = accounts::find(&mut conn, run.workspace, id).await?.ok_or_else(Fault::not_found)?;
    let hints = waiting(&mut conn, &seller, &external).await?;
    drop(conn);
    let Some(oldest) = hints.iter().map(|hint| hint.received_at).min() else { return Ok(Verdict::Done) };
    let mut findings = Findings::default();
    let looked = if seller.state == SellerState::Active {
        let desk = Desk { app: &run.app, seller: &seller, external: &external };
        desk.look_into(&hints, &mut findings).await
    } else {
        findings.settle(&hints, PushOutcome::SellerStopped);
        Ok(())
    };
    let age = now() - oldest;
    let looked = match looked {
        Err(SyncError::Marketplace(error @ ConnectorError::Account(_))) => {
            tracing::warn!(seller = %id, %error, "an account does not let us look into a push");
            let mut conn = run.app.db.get().await?;
            health::note_failure(&mut conn, &seller, &error, now()).await?;
            settle_rest(&hints, &mut findings, PushOutcome::AccountProblem);
            Ok(())
        }
        Err(SyncError::Marketplace(ConnectorError::Denied(denial))) => {
            tracing::warn!(seller = %id, ?denial, "an account may not look into a push");
            settle_rest(&hints, &mut findings, PushOutcome::AccountProblem);
            Ok(())
        }
        Err(error) if age > GIVE_UP_AFTER => {
            tracing::warn!(seller = %id, %error, "a push is left to the poll");
            settle_rest(&hints, &mut findings, PushOutcome::GaveUp);
            Ok(())
        }
        looked => looked,
    };
    let left_over = hints.len() as i64 == AT_ONCE;
    write_down(&run.app, &seller, &hints, &findings).await?;
    match looked {
        Ok(()) if findings.again => Ok(Verdict::Again(pause(age))),
        Ok(()) if left_over => Ok(Verdict::Again(Duration::ZERO)),
        Ok(()) => Ok(Verdict::Done),
        Err(SyncError::Marketplace(error)) => {
            tracing::debug!(seller = %id, %error, "a push has to wait for the marketplace");
            Ok(Verdict::Again(match error {
                ConnectorError::RateLimited { retry_after: Some(pause) }
                | ConnectorError::Resting { retry_after: pause } => pause,
                _ => pause(age),
            }))
        }
        Err(SyncError::Fault(fault)) => Err(fault),
    }
}

/// The longer something is not there, the less often it is looked for.
fn pause(age: TimeDelta) -> Duration {
    (age.to_std().unwrap_or_default() / 2).clamp(Duration::from_millis(250), Duration::from_secs(30))
}

fn settle_rest(hints: &[Hint], findings: &mut Findings, outcome: PushOutcome) {
    let settled: HashSet<PushId> = findings.settled.iter().map(|(id, _)| *id).collect();
    findings.settle(hints.iter().filter(|hint| !settled.contains(&hint.id)), outcome);
}

async fn waiting(conn: &mut AsyncPgConnection, seller: &SellerAccount, external: &str) -> Outcome<Vec<Hint>> {
    let rows: Vec<PushRow> = PushRow::query()
        .filter(table::workspace_id.eq(seller.workspace_id))
        .filter(table::seller_id.eq(seller.id))
        .filter(table::chat_external_id.eq(external))
        .filter(table::processed_at.is_null())
        .order(table::id)
        .limit(AT_ONCE)
        .load(conn)
        .await?;
    let hints = rows.into_iter().map(|row| {
        let event = match pushes::parse(seller.marketplace, row.body.as_bytes()) {
            Push::Event(event) => event,
            // Was understood when it was kept, by another version. The poll finds what it was about.
            Push::Ping | Push::Unreadable => {
                PushEvent { account: None, audience: None, kind: PushKind::Other(String::new()) }
            }
        };
        Hint { id: row.id, received_at: row.received_at, event }
    });
    Ok(hints.collect())
}

async fn write_down(app: &App, seller: &SellerAccount, hints: &[Hint], findings: &Findings) -> Outcome<()> {
    let settled: HashSet<PushId> = findings.settled.iter().map(|(id, _)| *id).collect();
    let last = hints.iter().filter(|hint| settled.contains(&hint.id)).map(|hint| hint.received_at).max();
    let Some(last) = last else { return Ok(()) };
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        let mut count = 0;
        for outcome in PushOutcome::ALL {
            let of_outcome = findings.settled.iter().filter(|(_, settled)| settled == outcome);
            let ids: Vec<PushId> = of_outcome.map(|(id, _)| *id).collect();
            if ids.is_empty() {
                continue;
            }
            let of_seller = table::table.filter(table::workspace_id.eq(seller.workspace_id));
            count += diesel::update(of_seller.filter(table::id.eq_any(ids)))
                .filter(table::processed_at.is_null())
                .set((table::processed_at.eq(Some(now())), table::outcome.eq(Some(*outcome))))
                .execute(conn)
                .await?;
        }
        note_pushes(conn, seller.workspace_id, seller.id, count, last).await
    })
    .await
}

/// One chat of one account, while its hints are looked into.
struct Desk<'a> {
    app: &'a App,
    seller: &'a SellerAccount,
    /// The marketplace's id of the chat.
    external: &'a str,
}

impl Desk<'_> {
    /// Looks into hints, each kind by itself: one that cannot be confirmed keeps no other from it.
    async fn look_into(&self, hints: &[Hint], findings: &mut Findings) -> Result<(), SyncError> {
        let (foreign, ours): (Vec<&Hint>, Vec<&Hint>) =
            hints.iter().partition(|hint| hint.event.audience == Some(Audience::Marketplace));
        let (unknown, ours): (Vec<&Hint>, Vec<&Hint>) =
            ours.into_iter().partition(|hint| chat_of(&hint.event.kind).is_none());
        findings.settle(foreign, PushOutcome::NotForUs);
        findings.settle(unknown, PushOutcome::Unknown);
        if ours.is_empty() {
            return Ok(());
        }
        let connector = self.seller.open(self.app)?;
        let chat = match self.known().await? {
            Some(chat) => chat,
            None => match self.introduce(&connector).await? {
                Ok(chat) => chat,
                Err(outcome) => {
                    findings.settle(ours, outcome);
                    return Ok(());
                }
            },
        };
        let news = self.look_for_news(&connector, &chat, &ours, findings).await;
        let edits = self.look_for_edits(&connector, &chat, &ours, findings).await;
        let closing = self.look_for_closing(&connector, &ours, findings).await;
        news.and(edits).and(closing)
    }

    async fn known(&self) -> Outcome<Option<ChatCursor>> {
        let mut conn = self.app.db.get().await?;
        Ok(ChatCursor::query()
            .filter(chats::workspace_id.eq(self.seller.workspace_id))
            .filter(chats::seller_id.eq(self.seller.id))
            .filter(chats::external_id.eq(self.external))
            .first(&mut conn)
            .await
            .optional()?)
    }

    /// Makes a chat that we do not know, when the marketplace's history shows that a buyer speaks in it.
    async fn introduce(
        &self,
        connector: &Arc<dyn Connector>,
    ) -> Result<Result<ChatCursor, PushOutcome>, SyncError> {
        let page = match connector.history(self.external, HistoryFrom::Newest).await {
            Ok(page) => page,
            Err(ConnectorError::Chat(ChatProblem::NotFound)) => return Ok(Err(PushOutcome::NotTrue)),
            Err(ConnectorError::Chat(problem)) => {
                tracing::warn!(?problem, "a pushed chat cannot be read");
                return Ok(Err(PushOutcome::Unconfirmed));
            }
            Err(error) => return Err(error.into()),
        };
        // The history does not say with whom the chat is. Only a buyer's chat has a buyer's messages in it; one that
        // has none yet keeps nobody waiting and comes with the list.
        if !page.messages.iter().any(|message| message.author == Author::Buyer) {
            return Ok(Err(PushOutcome::NotForUs));
        }
        let oldest = page.messages.iter().filter_map(|message| message.sent_at).min();
        let remote = RemoteChat {
            external_id: self.external.to_owned(),
            audience: Audience::Buyer,
            is_closed: false,
            created_at: oldest,
            last_message_id: None,
            last_message_key: None,
            is_unread: true,
        };
        let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
        let mut conn = self.app.db.get().await?;
        Ok(Ok(receive::find_or_create(&mut conn, workspace, seller, &remote, now()).await?))
    }

    /// New messages and read marks: both come with the newest page of the history.
    async fn look_for_news(
        &self,
        connector: &Arc<dyn Connector>,
        chat: &ChatCursor,
        hints: &[&Hint],
        findings: &mut Findings,
    ) -> Result<(), SyncError> {
        let is_read = |hint: &&&Hint| matches!(hint.event.kind, PushKind::Read { .. });
        let read: Vec<&Hint> = hints.iter().filter(is_read).copied().collect();
        let written: Vec<(&Hint, &str)> = hints
            .iter()
            .filter_map(|hint| match &hint.event.kind {
                PushKind::Message { message, .. } => Some((*hint, message.as_str())),
                _ => None,
            })
            .collect();
        let mut stored = self.stored(chat.id, &written).await?;
        if read.is_empty() && written.iter().all(|(_, message)| stored.contains(*message)) {
            // Pushed before, or polled meanwhile.
            findings.settle(written.iter().map(|(hint, _)| *hint), PushOutcome::Done);
            return Ok(());
        }
        match history::read_new(self.app, self.seller, connector.as_ref(), chat).await {
            Ok(_) => {}
            Err(SyncError::Marketplace(ConnectorError::Chat(problem))) => {
                tracing::warn!(chat = %chat.id, ?problem, "a pushed chat cannot be read");
                findings.settle(written.iter().map(|(hint, _)| *hint).chain(read), PushOutcome::Unconfirmed);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        findings.settle(read, PushOutcome::Done);
        stored.extend(self.stored(chat.id, &written).await?);
        for (hint, message) in written {
            if stored.contains(message) {
                findings.settle([hint], PushOutcome::Done);
            } else if now() - hint.received_at > BELIEVE_FOR {
                findings.settle([hint], PushOutcome::NotTrue);
            } else {
                findings.again = true;
            }
        }
        Ok(())
    }

    /// Which of the messages are stored here.
    async fn stored(&self, chat: ChatId, hints: &[(&Hint, &str)]) -> Outcome<HashSet<String>> {
        if hints.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<&str> = hints.iter().map(|(_, message)| *message).collect();
        let mut conn = self.app.db.get().await?;
        let stored: Vec<String> = messages::table
            .filter(messages::workspace_id.eq(self.seller.workspace_id))
            .filter(messages::chat_id.eq(chat))
            .filter(messages::external_id.eq_any(ids))
            .select(messages::external_id)
            .load(&mut conn)
            .await?;
        Ok(stored.into_iter().collect())
    }

    /// Messages that read differently now; they may be old, so they are asked for by their ids.
    async fn look_for_edits(
        &self,
        connector: &Arc<dyn Connector>,
        chat: &ChatCursor,
        hints: &[&Hint],
        findings: &mut Findings,
    ) -> Result<(), SyncError> {
        let edited: Vec<(&Hint, &str)> = hints
            .iter()
            .filter_map(|hint| match &hint.event.kind {
                PushKind::Edited { message, .. } => Some((*hint, message.as_str())),
                _ => None,
            })
            .collect();
        let ids: HashSet<&str> = edited.iter().map(|(_, message)| *message).collect();
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let found: Vec<RemoteMessage> = match connector.messages(self.external, &ids).await {
            Ok(found) => found,
            Err(ConnectorError::Chat(problem)) => {
                tracing::warn!(chat = %chat.id, ?problem, "an edited message cannot be read");
                findings.settle(edited.into_iter().map(|(hint, _)| hint), PushOutcome::Unconfirmed);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        history::store(self.app, self.seller, chat, &found, &CursorMove::default()).await?;
        let is_there = |id: &str| found.iter().any(|message| message.external_id == id);
        for (hint, message) in edited {
            let outcome = if is_there(message) { PushOutcome::Done } else { PushOutcome::NotTrue };
            findings.settle([hint], outcome);
        }
        Ok(())
    }

    /// A closing is true when the chat stands among the closed ones; further down than we look, the walk finds it.
    async fn look_for_closing(
        &self,
        connector: &Arc<dyn Connector>,
        hints: &[&Hint],
        findings: &mut Findings,
    ) -> Result<(), SyncError> {
        let is_closing = |hint: &&&Hint| matches!(hint.event.kind, PushKind::Closed { .. });
        let closings: Vec<&Hint> = hints.iter().filter(is_closing).copied().collect();
        if closings.is_empty() {
            return Ok(());
        }
        let outcome = match self.among_closed(connector).await? {
            Some(remote) => {
                let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
                let mut conn = self.app.db.get().await?;
                receive::find_or_create(&mut conn, workspace, seller, &remote, now()).await?;
                PushOutcome::Done
            }
            None => PushOutcome::Unconfirmed,
        };
        findings.settle(closings, outcome);
        Ok(())
    }

    async fn among_closed(&self, connector: &Arc<dyn Connector>) -> Result<Option<RemoteChat>, SyncError> {
        let mut cursor: Option<String> = None;
        for _ in 0..CLOSED_PAGES {
            let page = connector.chats(ChatScope::Closed, cursor.as_deref()).await?;
            let found = page.chats.into_iter().find(|remote| remote.external_id == self.external);
            if let Some(found) = found {
                return Ok(Some(found).filter(|remote| remote.is_closed));
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_looked_for_less_and_less_often() {
        assert_eq!(pause(TimeDelta::zero()), Duration::from_millis(250));
        assert_eq!(pause(TimeDelta::seconds(-3)), Duration::from_millis(250));
        assert_eq!(pause(TimeDelta::seconds(10)), Duration::from_secs(5));
        assert_eq!(pause(TimeDelta::hours(1)), Duration::from_secs(30));
    }
}
