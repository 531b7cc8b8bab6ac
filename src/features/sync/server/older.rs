//! The rest of the histories, page by page towards their beginnings: in the background once nothing newer is left to read,
//! the newest chats first, and at once in a chat where somebody reads that far.

use super::{SyncError, history, read};
use crate::connectors::{Connector, ConnectorError, HistoryFrom};
use crate::context::App;
use crate::features::inbox::server::listing;
use crate::features::inbox::server::receive::{self, ChatCursor, CursorMove};
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use diesel_async::AsyncPgConnection;
use futures::{TryStreamExt, stream};
use std::time::Duration;

/// Kind of the job that reads all older history of a seller.
pub const JOB: &str = "sync.tails";

/// Pages of a chat in one run; then others have their turn.
const PAGES_PER_RUN: usize = 10;
/// Chats of one batch.
const BATCH: i64 = 16;
/// Histories asked for at the same time: fewer than of the newest.
const AT_ONCE: usize = 4;

/// Asks for the older history of all chats of a seller.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_all(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_seller(workspace, seller, JOB, now()).in_background()).await
}

/// Runs the job of a seller: one page of each chat, the newest chats first, until all are at their beginning.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run_all(run: Run<App>) -> Outcome<Verdict> {
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
        if !listing::behind(&mut conn, run.workspace, id, false, now(), 1).await?.is_empty() {
            // What is newer goes before; it asks for the rest again when it is through.
            read::enqueue(&mut conn, run.workspace, id, now()).await?;
            return Ok(Verdict::Done);
        }
        let chats = listing::tails(&mut conn, run.workspace, id, BATCH).await?;
        drop(conn);
        if chats.is_empty() {
            return Ok(Verdict::Done);
        }
        let connector = seller.open(&run.app)?;
        let read = stream::iter(chats.into_iter().map(Ok::<_, SyncError>))
            .try_for_each_concurrent(AT_ONCE, |chat| {
                let (app, seller, connector) = (&run.app, &seller, connector.as_ref());
                async move { page_of(app, seller, connector, &chat).await }
            })
            .await;
        if let Err(error) = read {
            return read::stopped_by(&run.app, &seller, error).await;
        }
    }
}

/// Runs the job of one chat.
///
/// # Errors
/// What keeps it from going on; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    for _ in 0..PAGES_PER_RUN {
        let mut conn = run.app.db.get().await?;
        let chat = receive::cursor(&mut conn, run.workspace, id).await?;
        let Some(chat) = chat.filter(ChatCursor::has_tail) else { return Ok(Verdict::Done) };
        let seller =
            accounts::find(&mut conn, run.workspace, chat.seller_id).await?.ok_or_else(Fault::not_found)?;
        drop(conn);
        if seller.state != SellerState::Active {
            return Ok(Verdict::Done);
        }
        let connector = seller.open(&run.app)?;
        if let Err(error) = page_of(&run.app, &seller, connector.as_ref(), &chat).await {
            return read::stopped_by(&run.app, &seller, error).await;
        }
    }
    Ok(Verdict::Again(Duration::from_millis(200)))
}

/// Reads one page before the oldest message of a chat. A problem of the chat stays with it.
async fn page_of(
    app: &App,
    seller: &SellerAccount,
    connector: &dyn Connector,
    chat: &ChatCursor,
) -> Result<(), SyncError> {
    let Some(tail) = chat.tail_id.as_deref() else { return Ok(()) };
    let page = match connector.history(&chat.external_id, HistoryFrom::Before(tail)).await {
        Ok(page) => page,
        Err(ConnectorError::Chat(problem)) => {
            tracing::warn!(chat = %chat.id, ?problem, "a chat's older history cannot be read");
            let mut conn = app.db.get().await?;
            listing::refuse(&mut conn, chat, &format!("{problem:?}")).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let oldest = page.messages.iter().rev().find(|message| history::has_real_id(message));
    let oldest = oldest.map(|message| message.external_id.clone()).filter(|oldest| oldest != tail);
    let moved = CursorMove {
        tail_done: !page.has_more || oldest.is_none(),
        tail_id: oldest,
        ..CursorMove::default()
    };
    history::store(app, seller, chat, &page.messages, &moved).await?;
    Ok(())
}
