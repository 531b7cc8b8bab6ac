//! What a saved list is made of, seen from its parts: which lists change their meaning when a tag or a person goes.
//!
//! Nothing has to be done when one goes all the same: the list keeps the id, matches nothing by it, and its words say
//! that the thing was deleted.

use super::read::read_query;
use crate::context::Ask;
use crate::features::inbox::saved_filter::{BrokenFilters, FilterPart};
use crate::features::inbox::types::{Condition, Filter, Holder};
use crate::platform::fault::Outcome;
use crate::shared::ids::{SavedFilterId, UserId};
use diesel::sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: SavedFilterId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    query: serde_json::Value,
}

/// The lists that ask for a tag, or for what a person is responsible for, whoever keeps them; what colleagues keep for
/// themselves is counted, not named.
///
/// # Errors
/// When the database refuses.
pub async fn uses(ask: &Ask, of: FilterPart) -> Outcome<BrokenFilters> {
    // What stands in their JSON in any case.
    let mention = match of {
        FilterPart::Tag(tag) => tag.to_string(),
        FilterPart::Person(person) => person.to_string(),
    };
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT id, owner_id, name, query FROM saved_filters \
         WHERE workspace_id = $1 AND strpos(query::text, $2) > 0 ORDER BY lower(name), id",
    )
    .bind::<SqlUuid, _>(ask.workspace())
    .bind::<Text, _>(mention)
    .load(&mut *ask.conn().await?)
    .await?;
    let mut uses = BrokenFilters::default();
    for row in rows {
        let filter = read_query(row.id, row.query).and_then(|query| query.filter);
        let is_meant =
            filter.as_ref().map(Filter::conditions).unwrap_or_default().into_iter().any(|it| names(it, of));
        match row.owner_id {
            _ if !is_meant => {}
            Some(owner) if owner != ask.user.id => uses.of_others += 1,
            _ => uses.names.push(row.name),
        }
    }
    Ok(uses)
}

fn names(condition: &Condition, part: FilterPart) -> bool {
    match (condition, part) {
        (Condition::Tag(tags), FilterPart::Tag(tag)) => tags.contains(&tag),
        (Condition::Assignee(holders), FilterPart::Person(person)) => {
            holders.contains(&Holder::Person(person))
        }
        _ => false,
    }
}
