//! The next version of a workspace's rules about deadlines.

use super::{rules, settings};
use crate::context::Ask;
use crate::features::sla::book::RuleBook;
use crate::features::sla::types::DeadlineSettings;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::policy_versions;
use crate::platform::time_zone;
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use diesel::ExpressionMethods;
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Makes the next version. Two who begin with the same one do not overwrite each other.
///
/// # Errors
/// A refusal that says what to put right, or that somebody else was faster.
pub async fn save(ask: &Ask, version: i32, book: RuleBook) -> Outcome<DeadlineSettings> {
    book.check().map_err(AppError::from)?;
    let mut zones = book.calendars.iter().filter_map(|calendar| calendar.zone.as_deref());
    if !zones.all(time_zone::is_offered) {
        return Err(AppError::BadRequest.into());
    }
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        if rules::in_force(conn, workspace).await?.version != version {
            return Err(Refusal::RulesChangedMeanwhile.into());
        }
        let saved = diesel::insert_into(policy_versions::table)
            .values((
                policy_versions::workspace_id.eq(workspace),
                policy_versions::version.eq(version + 1),
                policy_versions::book.eq(serde_json::to_value(&book)?),
                policy_versions::author_id.eq(ask.user.id),
                policy_versions::created_at.eq(ask.now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if saved == 0 {
            return Err(Refusal::RulesChangedMeanwhile.into());
        }
        live::append(conn, workspace, &[Change::Deadlines]).await
    })
    .await?;
    drop(conn);
    settings::read(ask).await
}
