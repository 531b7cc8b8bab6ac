//! The tags of a workspace.

use crate::context::Ask;
use crate::features::inbox::types::{TagColor, TagView};
use crate::platform::fault::Outcome;
use crate::platform::schema::tags;
use crate::shared::ids::TagId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

/// All tags, in the order of their names.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<TagView>> {
    let rows: Vec<(TagId, String, TagColor)> = tags::table
        .filter(tags::workspace_id.eq(ask.workspace()))
        .select((tags::id, tags::name, tags::color))
        .order((diesel::dsl::sql::<diesel::sql_types::Text>("lower(name)"), tags::id))
        .load(&mut *ask.conn().await?)
        .await?;
    Ok(rows.into_iter().map(|(id, name, color)| TagView { id, name, color }).collect())
}
