//! What a saved list is made of, seen from its parts: which lists change their meaning when a tag or a person goes.
//!
//! Nothing has to be done when one goes all the same: the list keeps the id, matches nothing by it, and its words say
//! that the thing was deleted.

use super::read::read_query;
use crate::features::inbox::types::{Condition, Filter, Holder};
use crate::platform::fault::Outcome;
use crate::shared::ids::{SavedFilterId, TagId, UserId, WorkspaceId};
use diesel::sql_types::{Jsonb, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: SavedFilterId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    query: serde_json::Value,
}

/// Names of the saved lists that ask for a tag.
///
/// # Errors
/// When the database refuses.
pub async fn uses_of_tag(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    tag: TagId,
) -> Outcome<Vec<String>> {
    uses(
        conn,
        workspace,
        &tag.to_string(),
        |condition| matches!(condition, Condition::Tag(tags) if tags.contains(&tag)),
    )
    .await
}

/// Names of the saved lists that ask for what a person is responsible for.
///
/// # Errors
/// When the database refuses.
pub async fn uses_of_person(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
) -> Outcome<Vec<String>> {
    let holder = Holder::Person(person);
    uses(
        conn,
        workspace,
        &person.to_string(),
        |condition| matches!(condition, Condition::Assignee(holders) if holders.contains(&holder)),
    )
    .await
}

/// Names of the lists with such a condition, whoever keeps them. `mention` is what stands in their JSON in any case.
async fn uses(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    mention: &str,
    is_use: impl Fn(&Condition) -> bool,
) -> Outcome<Vec<String>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT id, name, query FROM saved_filters \
         WHERE workspace_id = $1 AND strpos(query::text, $2) > 0 ORDER BY lower(name), id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Text, _>(mention)
    .load(conn)
    .await?;
    let uses = rows.into_iter().filter(|row| {
        let filter = read_query(row.id, row.query.clone()).and_then(|query| query.filter);
        filter.as_ref().map(Filter::conditions).unwrap_or_default().into_iter().any(&is_use)
    });
    Ok(uses.map(|row| row.name).collect())
}
