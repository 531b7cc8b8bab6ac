//! What stands in a line of a list.

use crate::features::inbox::types::{
    Author, ChatRow, ChatStatus, HistoryState, PersonView, Priority, TagView, UNSEEN_CAP, WorkState,
};
use crate::features::understanding::types::{By, Category, Sentiment, Understood, Urgency};
use crate::shared::ids::{ChatId, SellerId, UserId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::ClockKind;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};

/// A line as the database tells it.
#[derive(diesel::QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = SqlUuid)]
    seller_id: SellerId,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_number: Option<String>,
    #[diesel(sql_type = Text)]
    status: ChatStatus,
    #[diesel(sql_type = Timestamptz)]
    last_message_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    last_message_preview: String,
    #[diesel(sql_type = Nullable<Text>)]
    last_message_author: Option<Author>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    unanswered_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    waits_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    promised_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    due_kind: Option<ClockKind>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_highlighted: bool,
    #[diesel(sql_type = Integer)]
    unseen: i32,
    #[diesel(sql_type = Bool)]
    has_draft: bool,
    #[diesel(sql_type = Text)]
    history: HistoryState,
    #[diesel(sql_type = Text)]
    work_state: WorkState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    snoozed_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    assignee_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    assignee_name: Option<String>,
    #[diesel(sql_type = Text)]
    priority: Priority,
    #[diesel(sql_type = Jsonb)]
    tags: serde_json::Value,
    #[diesel(sql_type = Bool)]
    is_starred: bool,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<Category>,
    #[diesel(sql_type = Nullable<Text>)]
    urgency: Option<Urgency>,
    #[diesel(sql_type = Nullable<Text>)]
    sentiment: Option<Sentiment>,
    #[diesel(sql_type = Nullable<Text>)]
    understood_by: Option<By>,
    /// No line, but the place up to which was looked for lines.
    #[diesel(sql_type = Bool)]
    pub is_end: bool,
}

impl Row {
    fn understood(&self) -> Option<Understood> {
        let (category, urgency, sentiment) = (self.category?, self.urgency?, self.sentiment?);
        Some(Understood { category, urgency, sentiment, by: self.understood_by? })
    }
}

impl From<Row> for ChatRow {
    fn from(row: Row) -> Self {
        ChatRow {
            understood: row.understood(),
            id: row.id,
            external_id: row.external_id,
            marketplace: row.marketplace,
            seller: row.seller_id,
            seller_name: row.seller_name,
            order_number: row.order_number,
            status: row.status,
            last_message_at: row.last_message_at,
            preview: row.last_message_preview,
            last_author: row.last_message_author,
            unanswered_since: row.unanswered_since,
            waits_since: row.waits_since,
            promised_until: row.promised_until,
            due_at: row.due_at,
            due_kind: row.due_kind,
            due_since: row.due_since,
            is_highlighted: row.is_highlighted,
            unseen: row.unseen,
            has_draft: row.has_draft,
            history: row.history,
            work: row.work_state,
            snoozed_until: row.snoozed_until,
            assignee: row.assignee_id.zip(row.assignee_name).map(|(id, name)| PersonView { id, name }),
            priority: row.priority,
            tags: serde_json::from_value::<Vec<TagView>>(row.tags).unwrap_or_default(),
            is_starred: row.is_starred,
        }
    }
}

/// What a row needs beside the chat itself, each looked up by its key: the planner has nothing to choose. `inner` chooses
/// the chats and says of each whether it `is_end`; `$1` is the workspace, `$2` the person.
pub fn rows_sql(inner: &str, order: &str) -> String {
    format!(
        "SELECT c.id, c.external_id, s.marketplace, c.seller_id, s.name AS seller_name, c.order_number, c.status, \
                c.last_message_at, c.last_message_preview, c.last_message_author, c.unanswered_since, c.waits_since, \
                c.promised_until, c.due_at, \
                c.due_kind, c.due_since, c.is_highlighted, \
                CASE WHEN c.last_message_author IS NOT NULL THEN 'known' WHEN c.history_problem IS NOT NULL THEN 'refused' \
                     WHEN c.is_behind THEN 'coming' ELSE 'known' END AS history, \
                c.work_state, c.snoozed_until, c.assignee_id, c.priority, c.category, c.urgency, c.sentiment, \
                c.understood_by, c.is_end, \
                (SELECT a.name FROM users a WHERE a.workspace_id = $1 AND a.id = c.assignee_id) AS assignee_name, \
                EXISTS (SELECT 1 FROM drafts d WHERE d.workspace_id = $1 AND d.user_id = $2 AND d.chat_id = c.id) \
                    AS has_draft, \
                EXISTS (SELECT 1 FROM chat_stars k WHERE k.workspace_id = $1 AND k.user_id = $2 AND k.chat_id = c.id) \
                    AS is_starred, \
                (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'color', g.color) \
                                           ORDER BY lower(g.name)), '[]') \
                 FROM chat_tags p JOIN tags g ON g.workspace_id = p.workspace_id AND g.id = p.tag_id \
                 WHERE p.workspace_id = $1 AND p.chat_id = c.id) AS tags, \
                (SELECT count(*)::int FROM ( \
                     SELECT 1 FROM messages m \
                     WHERE m.workspace_id = $1 AND m.chat_id = c.id AND m.author = 'buyer' \
                       AND m.sent_at > greatest(s.clock_from, ( \
                           SELECT v.up_to FROM chat_seen v \
                           WHERE v.workspace_id = $1 AND v.user_id = $2 AND v.chat_id = c.id)) \
                     LIMIT {UNSEEN_CAP}) few) AS unseen \
         FROM ({inner}) c JOIN sellers s ON s.workspace_id = $1 AND s.id = c.seller_id \
         ORDER BY {order}"
    )
}
