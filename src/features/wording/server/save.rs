//! The next version of a workspace's rules.

use super::read;
use crate::context::Ask;
use crate::features::wording::types::{Changes, WordingSettings};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::wording_versions;
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use diesel::ExpressionMethods;
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Makes the next version. Two who begin with the same one do not overwrite each other.
///
/// # Errors
/// A refusal that says what to put right, or that somebody else was faster.
pub async fn save(ask: &Ask, version: i32, changes: Changes) -> Outcome<WordingSettings> {
    changes.check()?;
    let known = read::built_in()?;
    let mut changes = changes;
    // What says the same as the program need not be kept: a better rule of a later program then holds here too.
    changes
        .severities
        .retain(|id, severity| known.iter().any(|rule| rule.id == *id && rule.severity != *severity));
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let (newest, _) = read::newest(conn, workspace).await?;
        if newest != version {
            return Err(Refusal::RulesChangedMeanwhile.into());
        }
        let saved = diesel::insert_into(wording_versions::table)
            .values((
                wording_versions::workspace_id.eq(workspace),
                wording_versions::version.eq(version + 1),
                wording_versions::changes.eq(serde_json::to_value(&changes)?),
                wording_versions::author_id.eq(ask.user.id),
                wording_versions::created_at.eq(ask.now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if saved == 0 {
            return Err(Refusal::RulesChangedMeanwhile.into());
        }
        live::append(conn, workspace, &[Change::Wording]).await
    })
    .await?;
    drop(conn);
    read::settings(ask).await
}
