//! The rules in force: those of the program with the newest changes of the workspace.

use crate::context::Ask;
use crate::features::wording::types::{Changes, Rule, RuleSet, WordingSettings};
use crate::platform::fault::Outcome;
use crate::platform::schema::{users, wording_versions};
use crate::shared::ids::WorkspaceId;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The rules that come with the program.
pub fn built_in() -> Outcome<Vec<Rule>> {
    Ok(serde_json::from_str(include_str!("../rules.json"))?)
}

/// The version in force and its changes; version 0 has none.
///
/// # Errors
/// When the database refuses.
pub async fn newest(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<(i32, Changes)> {
    let row: Option<(i32, serde_json::Value)> = wording_versions::table
        .filter(wording_versions::workspace_id.eq(workspace))
        .select((wording_versions::version, wording_versions::changes))
        .order(wording_versions::version.desc())
        .first(conn)
        .await
        .optional()?;
    match row {
        Some((version, changes)) => Ok((version, serde_json::from_value(changes)?)),
        None => Ok((0, Changes::default())),
    }
}

/// The rules in force.
///
/// # Errors
/// When the database refuses.
pub async fn in_force(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<RuleSet> {
    let (version, changes) = newest(conn, workspace).await?;
    Ok(changes.applied_to(built_in()?, version))
}

/// The rules in force, for a person's browser.
///
/// # Errors
/// When the database refuses.
pub async fn rules(ask: &Ask) -> Outcome<RuleSet> {
    in_force(&mut *ask.conn().await?, ask.workspace()).await
}

/// The rules as their page shows them.
///
/// # Errors
/// When the database refuses.
pub async fn settings(ask: &Ask) -> Outcome<WordingSettings> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let (version, changes) = newest(&mut conn, workspace).await?;
    let changed: Option<(String, DateTime<Utc>)> = wording_versions::table
        .inner_join(
            users::table.on(users::workspace_id
                .eq(wording_versions::workspace_id)
                .and(users::id.eq(wording_versions::author_id))),
        )
        .filter(wording_versions::workspace_id.eq(workspace))
        .filter(wording_versions::version.eq(version))
        .select((users::name, wording_versions::created_at))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(WordingSettings { version, changed, built_in: built_in()?, changes })
}
