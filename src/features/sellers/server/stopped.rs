//! Sellers that wait for a person, for the banner of every page.

use crate::features::sellers::types::SellerState;
use crate::platform::fault::Outcome;
use crate::platform::schema::{sellers, users};
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::role::{Permission, Role};
use crate::shared::trouble::{StoppedSeller, StoppedSellers, SyncProblem};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// People named to those who cannot mend a seller themselves.
const KEEPERS: i64 = 3;

/// The sellers of a workspace that we have stopped, as a person of that role is told.
///
/// # Errors
/// When the database refuses.
pub async fn stopped(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    role: Role,
) -> Outcome<StoppedSellers> {
    let rows: Vec<(SellerId, Marketplace, String, Option<String>)> = sellers::table
        .filter(sellers::workspace_id.eq(workspace))
        .filter(sellers::state.eq(SellerState::Broken))
        .select((sellers::id, sellers::marketplace, sellers::name, sellers::last_error))
        .order((sellers::created_at, sellers::id))
        .load(conn)
        .await?;
    let keepers = if rows.is_empty() || role.may(Permission::ManageSellers) {
        Vec::new()
    } else {
        keepers(conn, workspace).await?
    };
    let told = |(id, marketplace, name, problem): (SellerId, Marketplace, String, Option<String>)| {
        let problem = problem.and_then(|word| word.parse().ok()).unwrap_or(SyncProblem::AccountRefused);
        StoppedSeller { id, marketplace, name, problem }
    };
    Ok(StoppedSellers { sellers: rows.into_iter().map(told).collect(), keepers })
}

/// Those who may manage sellers, the owner first.
async fn keepers(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Vec<String>> {
    Ok(users::table
        .filter(users::workspace_id.eq(workspace))
        .filter(users::role.eq_any([Role::Owner, Role::Admin]))
        .filter(users::left_at.is_null())
        .select(users::name)
        .order((users::role.desc(), users::created_at))
        .limit(KEEPERS)
        .load(conn)
        .await?)
}
