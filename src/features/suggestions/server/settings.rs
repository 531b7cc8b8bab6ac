//! How a workspace wants drafts to be made.

use super::{calls, providers};
use crate::context::Ask;
use crate::features::knowledge::server::vectors;
use crate::features::suggestions::prompt::Tone;
use crate::features::suggestions::types::{ModelsPage, SuggestionSettings};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::suggestion_settings;
use crate::shared::change::Change;
use crate::shared::ids::WorkspaceId;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// The settings of a workspace; the usual ones where nobody has changed any.
///
/// # Errors
/// When the database refuses.
pub async fn read(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<SuggestionSettings> {
    let row: Option<(bool, bool, i32, Tone, bool)> = suggestion_settings::table
        .find(workspace)
        .select((
            suggestion_settings::is_automatic,
            suggestion_settings::is_abroad_allowed,
            suggestion_settings::daily_calls,
            suggestion_settings::tone,
            suggestion_settings::is_understood_by_model,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or_else(
        SuggestionSettings::default,
        |(is_automatic, is_abroad_allowed, daily_calls, tone, is_understood_by_model)| SuggestionSettings {
            is_automatic,
            is_abroad_allowed,
            daily_calls,
            tone,
            is_understood_by_model,
        },
    ))
}

/// Settings, models and what was used.
///
/// # Errors
/// When the database refuses.
pub async fn page(ask: &Ask) -> Outcome<ModelsPage> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let settings = read(&mut conn, workspace).await?;
    let used = calls::used(&mut conn, workspace, ask.now).await?;
    let rows = providers::all(&mut conn, workspace).await?;
    let providers = rows.into_iter().map(|row| row.view(&used, ask.now)).collect();
    Ok(ModelsPage { settings, providers, used_calls: used.calls })
}

/// Changes the settings.
///
/// # Errors
/// When the database refuses.
pub async fn save(ask: &Ask, settings: SuggestionSettings) -> Outcome<()> {
    let workspace = ask.workspace();
    let settings = settings.bounded();
    let values = (
        suggestion_settings::is_automatic.eq(settings.is_automatic),
        suggestion_settings::is_abroad_allowed.eq(settings.is_abroad_allowed),
        suggestion_settings::daily_calls.eq(settings.daily_calls),
        suggestion_settings::tone.eq(settings.tone),
        suggestion_settings::is_understood_by_model.eq(settings.is_understood_by_model),
        suggestion_settings::changed_by.eq(ask.user.id),
        suggestion_settings::changed_at.eq(ask.now),
    );
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        diesel::insert_into(suggestion_settings::table)
            .values((suggestion_settings::workspace_id.eq(workspace), values))
            .on_conflict(suggestion_settings::workspace_id)
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
        // Another model may say what articles mean when models abroad may.
        vectors::want(conn, workspace, ask.now).await?;
        live::append(conn, workspace, &[Change::SuggestionSettings]).await
    })
    .await
}
