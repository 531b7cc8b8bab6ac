//! The workspace itself: its name and its clock.

use super::accounts::clean_name;
use crate::context::Ask;
use crate::features::users::types::{MAX_NAME_CHARS, WorkspaceView, ZoneView};
use crate::platform::fault::Outcome;
use crate::platform::schema::workspaces;
use crate::platform::{live, time_zone};
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// The workspace as it is now.
///
/// # Errors
/// When the database refuses.
pub async fn read(ask: &Ask) -> Outcome<WorkspaceView> {
    let (name, time_zone): (String, String) = workspaces::table
        .find(ask.workspace())
        .select((workspaces::name, workspaces::time_zone))
        .first(&mut *ask.conn().await?)
        .await?;
    let zone = time_zone::clock(&time_zone, ask.now);
    Ok(WorkspaceView { name, time_zone, zone })
}

/// The time zones a workspace may have, from west to east.
pub fn zones(ask: &Ask) -> Vec<ZoneView> {
    let view = |(name, offset_minutes): (&str, i32)| ZoneView { name: name.to_owned(), offset_minutes };
    time_zone::all(ask.now).into_iter().map(view).collect()
}

/// Gives the workspace another name or another clock. What is so already changes nothing.
///
/// # Errors
/// A refusal when the name cannot be one; `BadRequest` when there is no such zone.
pub async fn change(ask: &Ask, name: &str, zone: &str) -> Outcome<()> {
    let actual = name.trim().chars().count();
    if actual > MAX_NAME_CHARS {
        return Err(Refusal::TextTooLong { max: MAX_NAME_CHARS as u32, actual: actual as u32 }.into());
    }
    let name = clean_name(name).ok_or(Refusal::WorkspaceNameMissing)?;
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let present: String =
            workspaces::table.find(workspace).select(workspaces::time_zone).for_update().first(conn).await?;
        // A zone that was chosen under an old name may stay.
        if zone != present && !time_zone::is_offered(zone) {
            return Err(AppError::BadRequest.into());
        }
        let changed = diesel::update(workspaces::table.find(workspace))
            .filter(workspaces::name.ne(&name).or(workspaces::time_zone.ne(zone)))
            .set((workspaces::name.eq(&name), workspaces::time_zone.eq(zone)))
            .execute(conn)
            .await?;
        if changed == 0 {
            return Ok(());
        }
        live::append(conn, workspace, &[Change::Workspace]).await
    })
    .await
}
