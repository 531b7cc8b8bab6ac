//! Reading quick replies. A person sees their own and the shared ones; of others' own ones nothing is told.

use crate::context::Ask;
use crate::context::session::SessionUser;
use crate::features::files::server::kept::{self, Kept};
use crate::features::quick_replies::types::{MAX_LISTED, QuickReply, Scope, ScopeKind};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::quick_replies;
use crate::shared::ids::{QuickReplyId, SellerId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::role::Permission;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = quick_replies)]
pub struct Row {
    pub id: QuickReplyId,
    pub scope: ScopeKind,
    pub owner_id: Option<UserId>,
    pub seller_id: Option<SellerId>,
    pub marketplace: Option<Marketplace>,
    pub title: String,
    pub shortcut: Option<String>,
    pub folder: String,
    pub body: String,
    pub use_count: i64,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Who is offered it, and where.
    pub fn scope(&self) -> Scope {
        match (self.scope, self.seller_id, self.marketplace) {
            (ScopeKind::Seller, Some(seller), _) => Scope::Seller { seller },
            (ScopeKind::Marketplace, _, Some(marketplace)) => Scope::Marketplace { marketplace },
            (ScopeKind::Mine, _, _) => Scope::Mine,
            _ => Scope::All,
        }
    }

    /// Whether a person may change it.
    pub fn may_edit(&self, user: &SessionUser) -> bool {
        match self.owner_id {
            Some(owner) => owner == user.id,
            None => user.role.may(Permission::ManageShared),
        }
    }

    /// As a person sees it.
    fn view(self, user: &SessionUser, kept: &mut Kept) -> QuickReply {
        QuickReply {
            files: kept.remove(&self.id).unwrap_or_default(),
            id: self.id,
            scope: self.scope(),
            may_edit: self.may_edit(user),
            title: self.title,
            shortcut: self.shortcut,
            folder: self.folder,
            body: self.body,
            use_count: self.use_count,
            last_used_at: self.last_used_at,
        }
    }
}

/// The person's own and the shared ones, by folder and title.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<QuickReply>> {
    let rows = visible(&mut *ask.conn().await?, ask.workspace(), ask.user.id).await?;
    with_files(ask, rows).await
}

/// Rows as a person sees them, with their files.
///
/// # Errors
/// When the database refuses.
pub async fn with_files(ask: &Ask, rows: Vec<Row>) -> Outcome<Vec<QuickReply>> {
    let ids: Vec<QuickReplyId> = rows.iter().map(|row| row.id).collect();
    let mut kept = kept::of(&mut *ask.conn().await?, ask.workspace(), &ids).await?;
    Ok(rows.into_iter().map(|row| row.view(&ask.user, &mut kept)).collect())
}

/// Rows that a person may see.
///
/// # Errors
/// When the database refuses.
pub async fn visible(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
) -> Outcome<Vec<Row>> {
    Ok(Row::query()
        .filter(quick_replies::workspace_id.eq(workspace))
        .filter(quick_replies::owner_id.is_null().or(quick_replies::owner_id.eq(user)))
        .order((quick_replies::folder, quick_replies::title, quick_replies::id))
        .limit(MAX_LISTED as i64)
        .load(conn)
        .await?)
}

/// Checks that a person may see one.
///
/// # Errors
/// `NotFound` when there is none, or it is somebody else's own.
pub async fn check_seen(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    reply: QuickReplyId,
) -> Outcome<()> {
    let found: Option<QuickReplyId> = quick_replies::table
        .filter(quick_replies::workspace_id.eq(workspace))
        .filter(quick_replies::id.eq(reply))
        .filter(quick_replies::owner_id.is_null().or(quick_replies::owner_id.eq(user)))
        .select(quick_replies::id)
        .first(conn)
        .await
        .optional()?;
    found.map(drop).ok_or_else(Fault::not_found)
}

/// One that a person may see, locked for a change.
///
/// # Errors
/// `NotFound` when there is none, or it is somebody else's own.
pub async fn locked(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    reply: QuickReplyId,
) -> Outcome<Row> {
    Row::query()
        .filter(quick_replies::workspace_id.eq(workspace))
        .filter(quick_replies::id.eq(reply))
        .filter(quick_replies::owner_id.is_null().or(quick_replies::owner_id.eq(user)))
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}
