//! Making and changing a quick reply.

use super::list;
use crate::context::Ask;
use crate::features::files::server::kept;
use crate::features::quick_replies::types::{QuickReplyForm, Scope};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{quick_replies, sellers};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{QuickReplyId, SellerId};
use crate::shared::role::Permission;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Makes or changes a quick reply. The same form twice is one.
///
/// # Errors
/// `Forbidden` for a shared one without the right to manage what is shared; `NotFound` when its seller, or the one to
/// change, is not there; a refusal that says what to put right.
pub async fn save(ask: &Ask, form: QuickReplyForm) -> Outcome<()> {
    let form = form.checked()?;
    if form.scope.is_shared() && !ask.user.role.may(Permission::ManageShared) {
        return Err(AppError::Forbidden.into());
    }
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let (seller, marketplace) = match form.scope {
        Scope::Seller { seller } => (Some(seller), None),
        Scope::Marketplace { marketplace } => (None, Some(marketplace)),
        Scope::Mine | Scope::All => (None, None),
    };
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        if let Some(seller) = seller {
            let found: Option<SellerId> =
                sellers::table.find((workspace, seller)).select(sellers::id).first(conn).await.optional()?;
            found.ok_or_else(Fault::not_found)?;
        }
        let exists: Option<QuickReplyId> = quick_replies::table
            .find((workspace, form.id))
            .select(quick_replies::id)
            .first(conn)
            .await
            .optional()?;
        if exists.is_some() {
            let row = list::locked(conn, workspace, user, form.id).await?;
            if !row.may_edit(&ask.user) {
                return Err(AppError::Forbidden.into());
            }
        }
        let content = (
            quick_replies::scope.eq(form.scope.kind()),
            quick_replies::owner_id.eq((form.scope == Scope::Mine).then_some(user)),
            quick_replies::seller_id.eq(seller),
            quick_replies::marketplace.eq(marketplace),
            quick_replies::title.eq(&form.title),
            quick_replies::shortcut.eq(Some(&form.shortcut).filter(|shortcut| !shortcut.is_empty())),
            quick_replies::folder.eq(&form.folder),
            quick_replies::body.eq(&form.body),
            quick_replies::updated_by.eq(user),
            quick_replies::updated_at.eq(ask.now),
        );
        diesel::insert_into(quick_replies::table)
            .values((
                quick_replies::workspace_id.eq(workspace),
                quick_replies::id.eq(form.id),
                quick_replies::created_at.eq(ask.now),
                content,
            ))
            .on_conflict((quick_replies::workspace_id, quick_replies::id))
            .do_update()
            .set(content)
            .execute(conn)
            .await?;
        kept::give(conn, workspace, user, form.id, &form.files).await?;
        live::append(conn, workspace, &[Change::QuickReplies]).await
    })
    .await
}
