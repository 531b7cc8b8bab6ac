//! Saved lists for the screen.

use crate::context::Ask;
use crate::features::inbox::saved_filter::{SavedPlace, SavedView};
use crate::features::inbox::types::ListQuery;
use crate::platform::fault::Outcome;
use crate::platform::schema::saved_filters;
use crate::shared::ids::{SavedFilterId, UserId};
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(HasQuery)]
#[diesel(table_name = saved_filters)]
struct Row {
    id: SavedFilterId,
    name: String,
    query: serde_json::Value,
    owner_id: Option<UserId>,
    is_pinned: bool,
}

impl Row {
    /// `None` when a later version has written what this one cannot read.
    fn view(self) -> Option<SavedView> {
        let query = read_query(self.id, self.query)?;
        let place = if self.is_pinned { SavedPlace::Pinned } else { SavedPlace::Menu };
        Some(SavedView { id: self.id, name: self.name, query, owner: self.owner_id, place })
    }
}

/// The list that is meant.
pub(super) fn read_query(saved: SavedFilterId, query: serde_json::Value) -> Option<ListQuery> {
    serde_json::from_value(query)
        .inspect_err(|error| tracing::warn!(%saved, %error, "a saved filter cannot be read"))
        .ok()
}

/// Everybody's lists and then the person's own, each in its order.
///
/// # Errors
/// When the database refuses.
pub async fn list(ask: &Ask) -> Outcome<Vec<SavedView>> {
    visible(&mut *ask.conn().await?, ask).await
}

pub(super) async fn visible(conn: &mut AsyncPgConnection, ask: &Ask) -> Outcome<Vec<SavedView>> {
    let rows: Vec<Row> = Row::query()
        .filter(saved_filters::workspace_id.eq(ask.workspace()))
        .filter(saved_filters::owner_id.is_null().or(saved_filters::owner_id.eq(ask.user.id)))
        .order((
            saved_filters::owner_id.is_not_null(),
            saved_filters::position,
            saved_filters::created_at,
            saved_filters::id,
        ))
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(Row::view).collect())
}
