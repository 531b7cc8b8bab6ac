//! On whose behalf a job works.

use crate::context::session::SessionUser;
use crate::context::{App, Ask};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{users, workspaces};
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::Role;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The author's request as they would make it now, with the role they have now.
///
/// # Errors
/// `NotFound` when the person is gone.
pub async fn ask(
    conn: &mut AsyncPgConnection,
    app: &App,
    workspace: WorkspaceId,
    author: UserId,
    now: DateTime<Utc>,
) -> Outcome<Ask> {
    let row: Option<(String, Role, String, String)> = users::table
        .inner_join(workspaces::table.on(workspaces::id.eq(users::workspace_id)))
        .filter(users::workspace_id.eq(workspace))
        .filter(users::id.eq(author))
        .filter(users::left_at.is_null())
        .select((users::name, users::role, workspaces::name, workspaces::time_zone))
        .first(conn)
        .await
        .optional()?;
    let (name, role, workspace_name, time_zone) = row.ok_or_else(Fault::not_found)?;
    // Nobody follows the news on behalf of a job.
    let user = SessionUser { workspace, workspace_name, time_zone, id: author, name, role, live_after: 0 };
    Ok(Ask { app: app.clone(), user, now })
}
