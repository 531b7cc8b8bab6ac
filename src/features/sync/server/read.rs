//! Reading the histories of chats that moved. One job per seller takes the queue batch after batch, so that a chat which
//! somebody has just written in comes within the next batch even while an import goes on; another reads one chat at once.

use super::history::{self, News};
use super::{SyncError, older, progress};
use crate::connectors::{Connector, ConnectorError};
use crate::context::App;
use crate::features::inbox::server::listing;
use crate::features::inbox::server::receive::{self, ChatCursor, Page};
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict, backoff};
use crate::platform::live;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use futures::{StreamExt, stream};
use std::sync::OnceLock;
use std::time::Duration;

/// Kind of the job that reads a seller's queue.
pub const JOB: &str = "sync.read";

/// Histories asked for at the same time.
const AT_ONCE: usize = 8;
/// Chats taken from the queue together: about a second at the marketplace's limit.
const BATCH: i64 = 48;
/// Pages stored together, when so many are there.
const TOGETHER: usize = 16;
/// Transactions at the same time.
const STORES_AT_ONCE: usize = 2;
/// While the list of a new shop is walked, only unread chats are read, and no more than this leaves to the list.
const WHILE_LISTING: Duration = Duration::from_millis(200);

/// Asks for a seller's queue to be read.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    run_at: DateTime<Utc>,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_seller(workspace, seller, JOB, run_at).in_background()).await
}

/// Runs the job of one seller, until nothing is left to read.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: SellerId = serde_json::from_value(run.payload["seller"].clone())?;
    loop {
        if run.app.cancel.is_cancelled() {
            return Ok(Verdict::Again(Duration::ZERO));
        }
        let mut conn = run.app.db.get().await?;
        let seller = accounts::find(&mut conn, run.workspace, id).await?.ok_or_else(Fault::not_found)?;
        if seller.state != SellerState::Active {
            return Ok(Verdict::Done);
        }
        let import = progress::import(&mut conn, run.workspace, id).await?;
        let is_listing = import.as_ref().is_some_and(|import| import.listed_at.is_none());
        let limit = if is_listing { 1 } else { BATCH };
        let chats = listing::behind(&mut conn, run.workspace, id, is_listing, now(), limit).await?;
        if chats.is_empty() {
            return at_rest(&mut conn, &seller, is_listing).await;
        }
        drop(conn);
        let connector = seller.open(&run.app)?;
        let reader =
            Reader { is_importing: import.is_some(), ..Reader::new(&run.app, &seller, connector.as_ref()) };
        if let Err(error) = reader.read(chats).await {
            return stopped_by(&run.app, &seller, error).await;
        }
        if is_listing {
            tokio::time::sleep(WHILE_LISTING).await;
        }
    }
}

/// Nothing can be read at the moment.
async fn at_rest(conn: &mut AsyncPgConnection, seller: &SellerAccount, is_listing: bool) -> Outcome<Verdict> {
    let (workspace, id) = (seller.workspace_id, seller.id);
    if is_listing {
        // The end of the list asks again.
        return Ok(Verdict::Done);
    }
    progress::finish(conn, workspace, id).await?;
    if let Some(at) = listing::behind_from(conn, workspace, id).await? {
        let pause = (at - now()).to_std().unwrap_or_default();
        return Ok(Verdict::Again(pause.max(Duration::from_millis(100))));
    }
    if !listing::tails(conn, workspace, id, 1).await?.is_empty() {
        older::enqueue_all(conn, workspace, id).await?;
    }
    Ok(Verdict::Done)
}

/// Reads one chat at once: somebody has opened it, or the marketplace has told that it moved.
///
/// # Errors
/// What keeps it from being read; it is tried again.
pub async fn run_chat(run: Run<App>) -> Outcome<Verdict> {
    let id: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    let mut conn = run.app.db.get().await?;
    let Some(chat) = receive::cursor(&mut conn, run.workspace, id).await? else { return Ok(Verdict::Done) };
    let seller =
        accounts::find(&mut conn, run.workspace, chat.seller_id).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    if seller.state != SellerState::Active {
        return Ok(Verdict::Done);
    }
    let connector = seller.open(&run.app)?;
    let reader = Reader::new(&run.app, &seller, connector.as_ref());
    let was_behind = chat.is_behind;
    match reader.read(vec![chat]).await {
        Ok(changed) => {
            let mut conn = run.app.db.get().await?;
            let left = receive::cursor(&mut conn, run.workspace, id).await?.filter(|chat| chat.is_behind);
            if let Some(left) = left {
                enqueue(&mut conn, run.workspace, seller.id, left.read_after.unwrap_or_else(now)).await?;
            } else if changed == 0 && !was_behind {
                // Read in the background a moment ago, as one of many that are told together.
                conn.transaction(async |conn| {
                    live::append(conn, run.workspace, &[Change::Chat { chat: id }]).await
                })
                .await?;
            }
            Ok(Verdict::Done)
        }
        Err(error) => stopped_by(&run.app, &seller, error).await,
    }
}

/// What an error that concerns all chats means for a job.
///
/// # Errors
/// What our side could not do.
pub async fn stopped_by(app: &App, seller: &SellerAccount, error: SyncError) -> Outcome<Verdict> {
    let error = match error {
        SyncError::Fault(fault) => return Err(fault),
        SyncError::Marketplace(error) => error,
    };
    tracing::warn!(seller = %seller.id, %error, "reading histories pauses");
    Ok(match error {
        ConnectorError::RateLimited { retry_after } => {
            Verdict::Again(retry_after.unwrap_or(Duration::from_secs(2)))
        }
        ConnectorError::Resting { retry_after } => Verdict::Again(retry_after),
        error @ ConnectorError::Account(_) => {
            let mut conn = app.db.get().await?;
            health::note_failure(&mut conn, seller, &error, now()).await?;
            Verdict::Done
        }
        ConnectorError::Chat(_)
        | ConnectorError::Denied(_)
        | ConnectorError::Unreachable(_)
        | ConnectorError::Interrupted(_) => Verdict::Again(backoff(seller.failures.max(1))),
    })
}

/// Reads chats of one seller.
pub struct Reader<'a> {
    app: &'a App,
    seller: &'a SellerAccount,
    connector: &'a dyn Connector,
    /// Thousands of chats are on their way: screens are told of many together.
    is_importing: bool,
    /// Why nothing more is asked for.
    stop: OnceLock<ConnectorError>,
}

/// A chat that was asked about, with what came back.
struct Answered {
    chat: ChatCursor,
    news: Result<News, SyncError>,
}

impl<'a> Reader<'a> {
    /// A reader of a seller's chats.
    pub fn new(app: &'a App, seller: &'a SellerAccount, connector: &'a dyn Connector) -> Self {
        Self { app, seller, connector, is_importing: false, stop: OnceLock::new() }
    }

    /// Reads chats, some at a time. What is wrong with one chat stays with it: the others go on. Returns how many
    /// messages were new or changed.
    ///
    /// # Errors
    /// What concerns all of them, and what our side could not do.
    pub async fn read(&self, chats: Vec<ChatCursor>) -> Result<usize, SyncError> {
        let asked = chats.len();
        let answered = stream::iter(chats).map(|chat| self.ask(chat)).buffer_unordered(AT_ONCE);
        let stored = answered
            .filter_map(std::future::ready)
            .ready_chunks(TOGETHER)
            .map(|chunk| self.settle(chunk))
            .buffer_unordered(STORES_AT_ONCE);
        let mut stored = std::pin::pin!(stored);
        let (mut changed, mut broken) = (0, 0);
        while let Some(settled) = stored.next().await {
            let settled = settled?;
            changed += settled.changed;
            broken += settled.broken;
        }
        match self.stop.get() {
            Some(error) => Err(error.clone().into()),
            // Not one came through: it is not the chats.
            None if broken == asked && asked > 0 => {
                Err(ConnectorError::Interrupted("no history could be read".into()).into())
            }
            None => Ok(changed),
        }
    }

    async fn ask(&self, chat: ChatCursor) -> Option<Answered> {
        if self.stop.get().is_some() || self.app.cancel.is_cancelled() {
            return None;
        }
        let news = history::fetch_new(self.app, self.seller, self.connector, &chat).await;
        Some(Answered { chat, news })
    }

    /// Stores what came back, and notes what did not.
    async fn settle(&self, answered: Vec<Answered>) -> Outcome<Settled> {
        let mut settled = Settled::default();
        let mut told: Vec<(ChatCursor, News)> = Vec::with_capacity(answered.len());
        for Answered { chat, news } in answered {
            match news {
                Ok(news) => told.push((chat, news)),
                Err(SyncError::Fault(fault)) => return Err(fault),
                Err(SyncError::Marketplace(ConnectorError::Chat(problem))) => {
                    tracing::warn!(chat = %chat.id, ?problem, "a chat's history cannot be read");
                    let mut conn = self.app.db.get().await?;
                    listing::refuse(&mut conn, &chat, &format!("{problem:?}")).await?;
                }
                Err(SyncError::Marketplace(ConnectorError::Interrupted(error))) => {
                    tracing::warn!(chat = %chat.id, error, "a chat's history could not be read to its end");
                    let mut conn = self.app.db.get().await?;
                    listing::put_off(&mut conn, &chat, false, now()).await?;
                    settled.broken += 1;
                }
                Err(SyncError::Marketplace(error)) => _ = self.stop.set(error),
            }
        }
        self.store(&told, &mut settled).await?;
        Ok(settled)
    }

    async fn store(&self, told: &[(ChatCursor, News)], settled: &mut Settled) -> Outcome<()> {
        let pages: Vec<Page<'_>> = told
            .iter()
            .map(|(chat, news)| Page {
                chat,
                messages: &news.messages,
                moved: &news.moved,
                is_bulk: self.is_importing && chat.head_id.is_none() && !chat.is_unread_there,
            })
            .collect();
        match self.store_pages(&pages).await {
            Ok(changed) => settled.changed += changed,
            // Perhaps one of them cannot be stored at all; it must not keep the others out.
            Err(fault) if pages.len() > 1 => {
                tracing::warn!(error = %fault, "pages could not be stored together");
                for page in &pages {
                    match self.store_pages(std::slice::from_ref(page)).await {
                        Ok(changed) => settled.changed += changed,
                        Err(fault) => {
                            tracing::error!(chat = %page.chat.id, error = %fault, "a page could not be stored");
                            let mut conn = self.app.db.get().await?;
                            listing::put_off(&mut conn, page.chat, false, now()).await?;
                        }
                    }
                }
            }
            Err(fault) => return Err(fault),
        }
        for (chat, news) in told {
            if chat.is_behind && news.moved.remote_last_id.is_none() {
                let mut conn = self.app.db.get().await?;
                listing::put_off(&mut conn, chat, true, now()).await?;
            }
        }
        Ok(())
    }

    /// Stores pages and counts what the import has come on by.
    async fn store_pages(&self, pages: &[Page<'_>]) -> Outcome<usize> {
        let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
        let caught_up = |page: &&Page<'_>| page.chat.is_behind && page.moved.remote_last_id.is_some();
        let read = pages.iter().filter(caught_up).count();
        let mut conn = self.app.db.get().await?;
        let changed = receive::store_all(&mut conn, workspace, self.seller.marketplace, pages, now()).await?;
        metrics::counter!("agentiq_messages_stored_total").increment(changed as u64);
        if pages.iter().any(|page| page.is_bulk) || read > 0 {
            conn.transaction(async |conn| {
                let change = progress::count(conn, workspace, seller, 0, read).await?;
                live::append(conn, workspace, change.as_slice()).await
            })
            .await?;
        }
        Ok(changed)
    }
}

/// What became of some chats.
#[derive(Default)]
struct Settled {
    /// Messages that were new or changed.
    changed: usize,
    /// Chats whose history broke off.
    broken: usize,
}
