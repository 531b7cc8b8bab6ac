//! What stands between a chat's messages: notes, and lines about what was done. They travel with the page of messages
//! in whose time they lie, so that every one of them comes with exactly one page.

use crate::features::inbox::types::{ActivityView, Beside, NoteView, OtherChat, PersonView, WorkState};
use crate::platform::fault::Outcome;
use crate::shared::ids::{ActivityId, ChatId, NoteId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

/// The stretch of time of a page: from its oldest message on (from the beginning when nothing is older) to before the
/// oldest message of the page below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub from: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

/// The lines of a stretch; `$3`, `$4` are its ends. Public so that a test can look at its plan.
pub const ACTIVITIES_SQL: &str = "SELECT a.id, a.at, a.actor_id, u.name AS actor_name, a.kind, a.details \
     FROM activities a LEFT JOIN users u ON u.workspace_id = a.workspace_id AND u.id = a.actor_id \
     WHERE a.workspace_id = $1 AND a.chat_id = $2 \
       AND a.at >= coalesce($3, '-infinity') AND a.at < coalesce($4, 'infinity') ORDER BY a.at, a.id";

/// The notes of a chat with their people; what follows says which.
const NOTES: &str = "SELECT n.id, n.author_id, u.name AS author_name, n.body, n.created_at, n.edited_at, m.mentions \
     FROM notes n JOIN users u ON u.workspace_id = n.workspace_id AND u.id = n.author_id \
     CROSS JOIN LATERAL ( \
         SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name, p.id), '[]') AS mentions \
         FROM note_mentions x JOIN users p ON p.workspace_id = x.workspace_id AND p.id = x.user_id \
         WHERE x.workspace_id = n.workspace_id AND x.chat_id = n.chat_id AND x.note_id = n.id) m \
     WHERE n.workspace_id = $1 AND n.chat_id = $2 AND n.deleted_at IS NULL";

/// The notes of a stretch; `$3`, `$4` are its ends. Public so that a test can look at its plan.
pub fn notes_sql() -> String {
    format!(
        "{NOTES} AND n.created_at >= coalesce($3, '-infinity') AND n.created_at < coalesce($4, 'infinity') \
         ORDER BY n.created_at, n.id"
    )
}

#[derive(diesel::QueryableByName)]
struct ActivityRow {
    #[diesel(sql_type = SqlUuid)]
    id: ActivityId,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    actor_name: Option<String>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    details: Option<Value>,
}

impl ActivityRow {
    /// `None` for a kind that only a newer version knows.
    fn view(self) -> Option<ActivityView> {
        let deed = match self.details {
            Some(details) => json!({ "kind": self.kind, "details": details }),
            None => json!({ "kind": self.kind }),
        };
        let actor = self.actor_id.zip(self.actor_name).map(|(id, name)| PersonView { id, name });
        Some(ActivityView { id: self.id, at: self.at, actor, deed: serde_json::from_value(deed).ok()? })
    }
}

#[derive(diesel::QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = SqlUuid)]
    id: NoteId,
    #[diesel(sql_type = SqlUuid)]
    author_id: UserId,
    #[diesel(sql_type = Text)]
    author_name: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Jsonb)]
    mentions: Value,
}

impl From<NoteRow> for NoteView {
    fn from(row: NoteRow) -> Self {
        NoteView {
            id: row.id,
            author: PersonView { id: row.author_id, name: row.author_name },
            body: row.body,
            mentions: serde_json::from_value(row.mentions).unwrap_or_default(),
            created_at: row.created_at,
            edited_at: row.edited_at,
        }
    }
}

/// What stands in a stretch of a chat, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn within(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    times: Times,
) -> Outcome<Vec<Beside>> {
    let activities: Vec<ActivityRow> = diesel::sql_query(ACTIVITIES_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Nullable<Timestamptz>, _>(times.from)
        .bind::<Nullable<Timestamptz>, _>(times.before)
        .load(conn)
        .await?;
    let notes: Vec<NoteRow> = diesel::sql_query(notes_sql())
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Nullable<Timestamptz>, _>(times.from)
        .bind::<Nullable<Timestamptz>, _>(times.before)
        .load(conn)
        .await?;
    let activities = activities.into_iter().filter_map(ActivityRow::view).map(Beside::Activity);
    let notes = notes.into_iter().map(|row| Beside::Note(row.into()));
    let mut all: Vec<Beside> = activities.chain(notes).collect();
    all.sort_by_key(Beside::place);
    Ok(all)
}

/// One note; `None` when it was deleted.
///
/// # Errors
/// When the database refuses.
pub async fn note(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    note: NoteId,
) -> Outcome<Option<NoteView>> {
    Ok(notes(conn, workspace, chat, &[note]).await?.pop())
}

/// Those of the given notes that were not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn notes(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    notes: &[NoteId],
) -> Outcome<Vec<NoteView>> {
    let rows: Vec<NoteRow> = diesel::sql_query(format!("{NOTES} AND n.id = ANY($3)"))
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .bind::<Array<SqlUuid>, _>(notes)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(NoteView::from).collect())
}

/// Other chats about the order of a chat. Public so that a test can look at its plan.
pub const SAME_ORDER_SQL: &str = "SELECT o.id, o.external_id, o.last_message_preview, o.last_message_at, o.work_state \
     FROM chats c JOIN chats o ON o.workspace_id = c.workspace_id AND o.seller_id = c.seller_id \
      AND o.order_number = c.order_number AND o.id <> c.id \
     WHERE c.workspace_id = $1 AND c.id = $2 AND c.order_number IS NOT NULL \
     ORDER BY o.last_message_at DESC, o.id LIMIT 10";

#[derive(diesel::QueryableByName)]
struct OtherRow {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    last_message_preview: String,
    #[diesel(sql_type = Timestamptz)]
    last_message_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    work_state: WorkState,
}

/// Other chats about the order of a chat, newest first: several buyers' chats are never one, but an order has one buyer.
///
/// # Errors
/// When the database refuses.
pub async fn same_order(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Vec<OtherChat>> {
    let rows: Vec<OtherRow> = diesel::sql_query(SAME_ORDER_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .load(conn)
        .await?;
    let view = |row: OtherRow| OtherChat {
        id: row.id,
        external_id: row.external_id,
        preview: row.last_message_preview,
        last_message_at: row.last_message_at,
        work: row.work_state,
    };
    Ok(rows.into_iter().map(view).collect())
}
