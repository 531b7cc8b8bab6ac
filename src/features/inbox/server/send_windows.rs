//! Until when chats take messages, stored with them: recomputed in the transaction of what moves it – a message, the
//! facts of an order, a refusal of the marketplace.

use crate::features::inbox::send_window::{
    LearnedRefusal, OrderRight, Promise, RefusalKind, WindowFacts, WindowReason,
};
use crate::features::inbox::types::ChatStatus;
use crate::features::orders::types::Posting;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct FactsRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Text)]
    status: ChatStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    window_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    window_reason: Option<WindowReason>,
    #[diesel(sql_type = Nullable<Text>)]
    window_refusal: Option<RefusalKind>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    window_refused_after: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    buyer_wrote_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    we_wrote_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    fetched_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    postings: Option<serde_json::Value>,
}

/// What the rule looks at, for the chats `$2` of workspace `$1`. Public so that a test can look at its plan.
pub const FACTS_SQL: &str = "SELECT c.id, c.status, c.window_until, c.window_reason, c.window_refusal, c.window_refused_after, \
            buyer.sent_at AS buyer_wrote_at, ours.sent_at AS we_wrote_at, o.fetched_at, o.postings \
     FROM chats c \
     LEFT JOIN orders o ON o.workspace_id = c.workspace_id AND o.seller_id = c.seller_id AND o.order_number = c.order_number \
     LEFT JOIN LATERAL ( \
         SELECT m.sent_at FROM messages m \
         WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author = 'buyer' \
         ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) buyer ON TRUE \
     LEFT JOIN LATERAL ( \
         SELECT m.sent_at FROM messages m \
         WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author IN ('operator', 'seller_elsewhere') \
         ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) ours ON TRUE \
     WHERE c.workspace_id = $1 AND c.id = ANY($2)";

impl FactsRow {
    fn facts(&self) -> WindowFacts {
        let postings: Vec<Posting> = self
            .postings
            .as_ref()
            .and_then(|postings| serde_json::from_value(postings.clone()).ok())
            .unwrap_or_default();
        WindowFacts {
            is_closed: self.status == ChatStatus::Closed,
            buyer_wrote_at: self.buyer_wrote_at,
            we_wrote_at: self.we_wrote_at,
            refusal: self
                .window_refusal
                .zip(self.window_refused_after)
                .map(|(kind, after)| LearnedRefusal { kind, after }),
            order: self.fetched_at.and_then(|fetched_at| OrderRight::of(&postings, fetched_at)),
        }
    }
}

async fn rows(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
) -> Outcome<Vec<FactsRow>> {
    let chats: Vec<uuid::Uuid> = chats.iter().map(|chat| chat.0).collect();
    Ok(diesel::sql_query(FACTS_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<SqlUuid>, _>(chats)
        .load(conn)
        .await?)
}

/// What the rule looks at for one chat.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn facts(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<WindowFacts> {
    let found = rows(conn, workspace, &[chat]).await?;
    found.as_slice().first().map(FactsRow::facts).ok_or_else(Fault::not_found)
}

/// Recomputes what is stored of the given chats. Whoever calls it appends the event.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
) -> Outcome<()> {
    let moved: Vec<(ChatId, Promise)> = rows(conn, workspace, chats)
        .await?
        .iter()
        .map(|row| (row, row.facts().promise()))
        .filter(|(row, promise)| {
            (row.window_until, row.window_reason) != (promise.until, Some(promise.reason))
        })
        .map(|(row, promise)| (row.id, promise))
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE chats c SET window_until = n.until, window_reason = n.reason \
         FROM unnest($2, $3, $4) AS n (id, until, reason) WHERE c.workspace_id = $1 AND c.id = n.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<SqlUuid>, _>(moved.iter().map(|(chat, _)| chat.0).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(moved.iter().map(|(_, it)| it.until).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(moved.iter().map(|(_, it)| it.reason).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Learns from a refusal of the marketplace that a chat takes no messages, until somebody has written in it.
///
/// # Errors
/// When the database refuses.
pub async fn learn_refusal(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    kind: RefusalKind,
) -> Outcome<()> {
    conn.transaction(async |conn| {
        diesel::update(chats::table.find((workspace, chat)))
            .set((
                chats::window_refusal.eq(Some(kind)),
                chats::window_refused_after.eq(chats::last_message_at.nullable()),
            ))
            .execute(conn)
            .await?;
        recompute(conn, workspace, &[chat]).await?;
        live::append(conn, workspace, &[Change::Order { chat }]).await
    })
    .await
}
