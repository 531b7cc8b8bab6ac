//! Who works here.

use crate::context::Ask;
use crate::features::users::types::PersonView;
use crate::platform::fault::Outcome;
use crate::platform::schema::users;
use crate::shared::ids::UserId;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

/// Everybody of the workspace, by name.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<PersonView>> {
    let mut conn = ask.conn().await?;
    let people: Vec<(UserId, String)> = users::table
        .filter(users::workspace_id.eq(ask.workspace()))
        .order((users::name, users::id))
        .select((users::id, users::name))
        .load(&mut conn)
        .await?;
    Ok(people.into_iter().map(|(id, name)| PersonView { id, name }).collect())
}
