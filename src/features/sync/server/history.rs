//! Reading a chat's history: new messages without a gap, each page stored with the cursor that follows it.

use super::SyncError;
use crate::connectors::{Connector, HistoryFrom, RemoteMessage};
use crate::context::App;
use crate::features::inbox::server::receive::{self, ChatCursor, CursorMove};
use crate::features::sellers::server::accounts::SellerAccount;
use crate::platform::clock::now;

/// More pages than this in one run mean that the marketplace's paging does not move.
const MAX_PAGES: usize = 1000;

/// The newest page of a chat. Everything between it and what was known is stored already, so it may be stored now,
/// alone or together with others'.
#[derive(Clone, Debug, Default)]
pub struct News {
    pub messages: Vec<RemoteMessage>,
    pub moved: CursorMove,
}

/// Reads everything newer than what is stored. Returns the number of messages that were new or changed.
///
/// # Errors
/// The marketplace's or the database's; what was stored until then stays.
pub async fn read_new(
    app: &App,
    seller: &SellerAccount,
    connector: &dyn Connector,
    chat: &ChatCursor,
) -> Result<usize, SyncError> {
    let news = fetch_new(app, seller, connector, chat).await?;
    store(app, seller, chat, &news.messages, &news.moved).await
}

/// Reads everything newer than what is stored and stores all but the newest page, which is returned: read marks and
/// edits come with it even when nothing is new.
///
/// # Errors
/// The marketplace's or the database's; what was stored until then stays.
pub async fn fetch_new(
    app: &App,
    seller: &SellerAccount,
    connector: &dyn Connector,
    chat: &ChatCursor,
) -> Result<News, SyncError> {
    let newest = connector.history(&chat.external_id, HistoryFrom::Newest).await?;
    let mut moved = CursorMove {
        head_id: newest_id(&newest.messages),
        remote_last_id: caught_up(chat.listed_last_id.as_deref(), &newest.messages),
        ..CursorMove::default()
    };
    match chat.head_id.as_deref() {
        None => {
            let oldest = newest.messages.iter().rev().find(|message| has_real_id(message));
            moved.tail_id = oldest.map(|message| message.external_id.clone());
            moved.tail_done = !newest.has_more;
        }
        Some(head) => {
            let joins = !newest.has_more || newest.messages.iter().any(|message| message.external_id == head);
            if !joins {
                fill_gap(app, seller, connector, chat, head).await?;
            }
        }
    }
    Ok(News { messages: newest.messages, moved })
}

/// Reads forward from the newest stored message until the end: every page leaves no gap behind it.
async fn fill_gap(
    app: &App,
    seller: &SellerAccount,
    connector: &dyn Connector,
    chat: &ChatCursor,
    head: &str,
) -> Result<(), SyncError> {
    let mut head = head.to_owned();
    for _ in 0..MAX_PAGES {
        let page = connector.history(&chat.external_id, HistoryFrom::After(&head)).await?;
        let last =
            page.messages.iter().rev().find(|message| has_real_id(message)).map(|m| m.external_id.clone());
        let Some(last) = last.filter(|last| *last != head) else { break };
        let moved = CursorMove { head_id: Some(last.clone()), ..CursorMove::default() };
        store(app, seller, chat, &page.messages, &moved).await?;
        head = last;
        if !page.has_more {
            break;
        }
    }
    Ok(())
}

/// Stores a page; the connection is held for no longer than that.
pub(super) async fn store(
    app: &App,
    seller: &SellerAccount,
    chat: &ChatCursor,
    messages: &[RemoteMessage],
    moved: &CursorMove,
) -> Result<usize, SyncError> {
    let mut conn = app.db.get().await?;
    let changed = receive::store(&mut conn, seller.marketplace, chat, messages, moved, now()).await?;
    metrics::counter!("agentiq_messages_stored_total").increment(changed as u64);
    Ok(changed)
}

/// A message that could not be parsed has an id of our making, which the marketplace would not understand.
pub(super) fn has_real_id(message: &RemoteMessage) -> bool {
    message.raw.is_none()
}

fn newest_id(newest_first: &[RemoteMessage]) -> Option<String> {
    newest_first.iter().find(|message| has_real_id(message)).map(|message| message.external_id.clone())
}

/// The list may be ahead of the history; then its mark is not reached yet and the chat is read again a little later.
fn caught_up(listed_last: Option<&str>, messages: &[RemoteMessage]) -> Option<String> {
    let listed = listed_last?;
    messages.iter().any(|message| message.external_id == listed).then(|| listed.to_owned())
}
