//! Where a chat stands: whether its buyer waits, and for what. A draft answers one standing; when that has moved, the
//! draft is about yesterday.

use crate::features::understanding::types::Category;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::OptionalExtension;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Where a chat stands.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    #[diesel(sql_type = SqlUuid)]
    pub seller: SellerId,
    #[diesel(sql_type = Text)]
    pub marketplace: Marketplace,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    unanswered_since: Option<DateTime<Utc>>,
    /// An answer that was written here is on its way.
    #[diesel(sql_type = Bool)]
    is_being_answered: bool,
    #[diesel(sql_type = Timestamptz)]
    last_message_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub is_spam: bool,
    /// What the buyer writes about, by the rules or by a person; nothing of imported history.
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<Category>,
    /// What the buyer has written last.
    #[diesel(sql_type = Nullable<Text>)]
    pub buyer_message: Option<String>,
}

impl Standing {
    /// Whether the buyer waits and nobody has written an answer that is on its way.
    pub fn is_waiting(&self) -> bool {
        self.unanswered_since.is_some() && !self.is_being_answered
    }

    /// Drafts that were begun before this are of no use any more: while the buyer waits, none.
    pub fn useful_from(&self) -> DateTime<Utc> {
        if self.is_waiting() { DateTime::UNIX_EPOCH } else { self.last_message_at }
    }

    /// Whether the buyer has written since, or somebody has answered.
    pub fn has_moved_to(&self, now: &Standing) -> bool {
        self.buyer_message != now.buyer_message || self.is_waiting() && !now.is_waiting()
    }
}

/// `$1` workspace, `$2` chat. Public so that a test can look at its plan.
pub const SQL: &str = "SELECT c.seller_id AS seller, s.marketplace, c.unanswered_since, c.last_message_at, \
         c.work_state = 'spam' AS is_spam, c.category, buyer.external_id AS buyer_message, \
         EXISTS (SELECT 1 FROM replies r \
                 WHERE r.workspace_id = c.workspace_id AND r.chat_id = c.id \
                   AND r.state IN ('queued', 'sending', 'sent', 'unsure')) AS is_being_answered \
     FROM chats c \
     JOIN sellers s ON s.workspace_id = c.workspace_id AND s.id = c.seller_id \
     LEFT JOIN LATERAL ( \
         SELECT m.external_id FROM messages m \
         WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author = 'buyer' \
         ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) buyer ON TRUE \
     WHERE c.workspace_id = $1 AND c.id = $2";

/// Reads where a chat stands.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn read(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<Standing> {
    diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(chat)
        .get_result(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}
