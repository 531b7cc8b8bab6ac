//! Lines about what was done to a chat, and the chat as it stands while something is done to it.

use crate::context::Ask;
use crate::features::inbox::types::{Deed, Priority, WorkState};
use crate::features::sla::server::recompute as clocks;
use crate::features::understanding::types::{Category, Sentiment, Urgency};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{activities, chats};
use crate::shared::change::Change;
use crate::shared::ids::{ActivityId, ChatId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// A chat while somebody does something to it: nobody else can until the transaction ends.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = chats)]
pub struct Held {
    pub work_state: WorkState,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub assignee_id: Option<UserId>,
    pub priority: Priority,
    pub category: Option<Category>,
    pub urgency: Option<Urgency>,
    pub sentiment: Option<Sentiment>,
    pub last_message_at: DateTime<Utc>,
}

/// Holds a chat.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn hold(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<Held> {
    Held::query()
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// Writes down what the person has done, and tells every screen. Call it last in the transaction that did it.
///
/// # Errors
/// When the database refuses.
pub async fn tell(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId, deed: Deed) -> Outcome<()> {
    let changes = done(conn, ask, chat, deed).await?;
    live::append(conn, ask.workspace(), &changes).await
}

/// Writes down what the person has done. Returns what every screen has to be told; whoever calls it appends that last
/// in the transaction, once for all chats that it is about.
///
/// # Errors
/// When the database refuses.
pub async fn done(conn: &mut AsyncPgConnection, ask: &Ask, chat: ChatId, deed: Deed) -> Outcome<Vec<Change>> {
    record(conn, ask.workspace(), chat, Some(ask.user.id), &deed, ask.now).await?;
    Ok(vec![Change::Chat { chat }])
}

/// Puts the clocks of the chats right to which something was done, and tells every screen. Call it last in the transaction, once for
/// all chats.
///
/// # Errors
/// When the database refuses.
pub async fn finish(conn: &mut AsyncPgConnection, ask: &Ask, changes: &[Change]) -> Outcome<()> {
    let chat = |change: &Change| if let Change::Chat { chat } = change { Some(*chat) } else { None };
    let chats: Vec<ChatId> = changes.iter().filter_map(chat).collect();
    clocks::recompute(conn, ask.workspace(), &chats, ask.now).await?;
    live::append(conn, ask.workspace(), changes).await
}

/// Writes down what was done; nobody did what the time or a buyer did.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    actor: Option<UserId>,
    deed: &Deed,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let mut kept = serde_json::to_value(deed)?;
    let kind = kept["kind"].as_str().unwrap_or_default().to_owned();
    let details = kept.as_object_mut().and_then(|parts| parts.remove("details"));
    let newest = chats::table.find((workspace, chat)).select(chats::last_message_at);
    diesel::insert_into(activities::table)
        .values((
            activities::workspace_id.eq(workspace),
            activities::chat_id.eq(chat),
            activities::id.eq(ActivityId::new()),
            activities::at.eq(now),
            activities::actor_id.eq(actor),
            activities::kind.eq(kind),
            activities::details.eq(details),
            activities::seen_up_to.eq(newest.single_value()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
