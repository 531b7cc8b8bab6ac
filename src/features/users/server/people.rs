//! The people of a workspace, for those who work with them.

use crate::context::Ask;
use crate::features::users::types::PersonView;
use crate::platform::fault::Outcome;
use crate::platform::schema::users;
use crate::shared::ids::UserId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

/// Everybody, in the order of their names.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<PersonView>> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::workspace_id.eq(ask.workspace()))
        .select((users::id, users::name))
        .order((diesel::dsl::sql::<diesel::sql_types::Text>("lower(name)"), users::id))
        .load(&mut *ask.conn().await?)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| PersonView { id, name }).collect())
}
