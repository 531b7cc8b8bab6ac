//! The rules as their pages show them, and the versions that there have been.

use super::rules;
use crate::context::Ask;
use crate::features::sellers::types::SellerState;
use crate::features::sla::book::RuleBook;
use crate::features::sla::types::{DeadlineSettings, VersionLine};
use crate::platform::fault::Outcome;
use crate::platform::schema::{policy_versions, sellers, tags, users};
use crate::shared::ids::{SellerId, TagId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// So many versions are told of; older ones can still be asked for by their number.
const TOLD: i64 = 200;

/// The rules in force, and the names that stand in them.
///
/// # Errors
/// When the database refuses.
pub async fn read(ask: &Ask) -> Outcome<DeadlineSettings> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let rules = rules::in_force(&mut conn, workspace).await?;
    let changed = lines(&mut conn, workspace, 1).await?.pop();
    let sellers: Vec<(SellerId, String)> = sellers::table
        .filter(sellers::workspace_id.eq(workspace))
        .filter(sellers::state.ne(SellerState::Removed))
        .order((sellers::name, sellers::id))
        .select((sellers::id, sellers::name))
        .load(&mut conn)
        .await?;
    let tags: Vec<(TagId, String)> = tags::table
        .filter(tags::workspace_id.eq(workspace))
        .order((tags::name, tags::id))
        .select((tags::id, tags::name))
        .load(&mut conn)
        .await?;
    let marketplaces = Marketplace::ALL.iter().filter_map(|it| rules.marketplace(*it).cloned());
    Ok(DeadlineSettings {
        version: rules.version,
        changed: changed.filter(|line| line.version == rules.version).map(|line| (line.author, line.at)),
        book: rules.book.clone(),
        marketplaces: marketplaces.collect(),
        sellers,
        tags,
    })
}

/// All versions, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn versions(ask: &Ask) -> Outcome<Vec<VersionLine>> {
    lines(&mut *ask.conn().await?, ask.workspace(), TOLD).await
}

/// What a version says.
///
/// # Errors
/// `NotFound` when there never was such a version.
pub async fn version(ask: &Ask, version: i32) -> Outcome<RuleBook> {
    rules::book(&mut *ask.conn().await?, ask.workspace(), version).await
}

async fn lines(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    limit: i64,
) -> Outcome<Vec<VersionLine>> {
    let rows: Vec<(i32, String, DateTime<Utc>)> = policy_versions::table
        .inner_join(
            users::table.on(users::workspace_id
                .eq(policy_versions::workspace_id)
                .and(users::id.eq(policy_versions::author_id))),
        )
        .filter(policy_versions::workspace_id.eq(workspace))
        .order(policy_versions::version.desc())
        .limit(limit)
        .select((policy_versions::version, users::name, policy_versions::created_at))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(version, author, at)| VersionLine { version, author, at }).collect())
}
