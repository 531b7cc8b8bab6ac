//! The rest of a chat's history, page by page towards its beginning, in the background.

use super::history;
use crate::connectors::HistoryFrom;
use crate::context::App;
use crate::features::inbox::server::receive::{ChatCursor, CursorMove};
use crate::features::sellers::server::{accounts, health};
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict};
use crate::platform::schema::chats;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// Kind of the job.
pub const JOB: &str = "sync.older";

/// Pages of one run; then others have their turn.
const PAGES_PER_RUN: usize = 10;

/// Asks for the rest of a chat's history.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    chat: ChatId,
) -> Outcome<()> {
    jobs::enqueue(
        conn,
        NewJob {
            workspace,
            kind: JOB,
            key: &chat.to_string(),
            lane: &seller.to_string(),
            payload: serde_json::json!({ "chat": chat }),
            run_at: now(),
        },
    )
    .await
}

/// Runs the job.
///
/// # Errors
/// What keeps it from going on; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let chat: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    for _ in 0..PAGES_PER_RUN {
        let mut conn = run.app.db.get().await?;
        let cursor: Option<ChatCursor> = {
            use diesel::HasQuery;
            ChatCursor::query()
                .filter(chats::workspace_id.eq(run.workspace))
                .filter(chats::id.eq(chat))
                .first(&mut conn)
                .await
                .optional()?
        };
        let Some(cursor) = cursor.filter(|cursor| !cursor.tail_done) else { return Ok(Verdict::Done) };
        let Some(tail) = cursor.tail_id.clone() else { return Ok(Verdict::Done) };
        let seller =
            accounts::find(&mut conn, run.workspace, cursor.seller_id).await?.ok_or_else(Fault::not_found)?;
        drop(conn);
        if seller.state != SellerState::Active {
            return Ok(Verdict::Done);
        }
        let connector = seller.open(&run.app)?;
        let page = match connector.history(&cursor.external_id, HistoryFrom::Before(&tail)).await {
            Ok(page) => page,
            Err(error) => {
                health::note(&run.app, &seller, &error).await;
                return Err(Fault::Unavailable(error.into()));
            }
        };
        let oldest = page.messages.iter().rev().find(|message| history::has_real_id(message));
        let oldest = oldest.map(|message| message.external_id.clone()).filter(|oldest| *oldest != tail);
        let moved = CursorMove {
            tail_done: !page.has_more || oldest.is_none(),
            tail_id: oldest,
            ..CursorMove::default()
        };
        history::store(&run.app, &seller, &cursor, &page.messages, &moved)
            .await
            .map_err(|error| Fault::Unavailable(error.into()))?;
    }
    Ok(Verdict::Again(Duration::from_millis(200)))
}
