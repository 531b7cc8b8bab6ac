//! The statement behind a page. A list is some buckets; each is read in its order from where the page begins, by an index
//! of its own, and of what they give the first rows are the page. So a page costs the same at any depth and in a shop of
//! any size, and no guess of the planner decides over it. Where a filter lets few chats through, these are gathered
//! instead (`way.rs`).

use super::bucket::Bucket;
use super::conditions::{Conditions, Looker};
use super::rows::rows_sql;
use super::statement::{Statement, Values};
use super::way::{Way, ids};
use crate::features::inbox::types::{CHATS_PER_PAGE, ListCursor, ListQuery, Sort, View};

/// The order within chats that all wait, or all do not; with it an index leads from one to the next.
fn order(sort: Sort, waits: bool) -> &'static str {
    match (sort, waits) {
        (Sort::Newest, _) | (_, false) => "c.last_message_at DESC, c.id DESC",
        (Sort::Deadline, true) => "coalesce(c.due_at, 'infinity'), c.waits_since, c.id",
        (Sort::Waiting, true) => "c.waits_since, c.id",
    }
}

/// The order of a whole list: those who wait, then the others.
fn whole_order(sort: Sort) -> String {
    let waiting = match sort {
        Sort::Newest => return order(sort, true).to_owned(),
        Sort::Deadline => {
            "CASE WHEN c.waits_since IS NOT NULL THEN coalesce(c.due_at, 'infinity') END, c.waits_since"
        }
        Sort::Waiting => "c.waits_since",
    };
    format!(
        "c.waits_since IS NULL, {waiting}, \
         CASE WHEN c.waits_since IS NULL THEN c.last_message_at END DESC, \
         CASE WHEN c.waits_since IS NULL THEN c.id END DESC, c.id"
    )
}

/// What follows a place among chats that all wait, or all do not; `None` when nothing can.
fn following(after: &ListCursor, waits: bool, values: &mut Values) -> Option<String> {
    let mut newest = || {
        let (at, id) = (values.moment(after.last_message_at), values.id(after.id.0));
        format!("AND (c.last_message_at, c.id) < ({at}, {id})")
    };
    match (after.sort, waits, after.waits_since) {
        (Sort::Newest, _, _) | (_, false, None) => Some(newest()),
        (_, false, Some(_)) => Some(String::new()),
        (_, true, None) => None,
        (Sort::Deadline, true, Some(since)) => {
            let due =
                after.due_at.map_or_else(|| "timestamptz 'infinity'".to_owned(), |due| values.moment(due));
            let (since, id) = (values.moment(since), values.id(after.id.0));
            Some(format!(
                "AND (coalesce(c.due_at, 'infinity'), c.waits_since, c.id) > ({due}, {since}, {id})"
            ))
        }
        (Sort::Waiting, true, Some(since)) => {
            let (since, id) = (values.moment(since), values.id(after.id.0));
            Some(format!("AND (c.waits_since, c.id) > ({since}, {id})"))
        }
    }
}

/// The statement behind a page; `None` when the list can hold nothing more. One row too many tells that there are more.
/// Public so that a test can look at its plan.
pub fn page_statement(
    looker: &Looker,
    query: &ListQuery,
    after: Option<ListCursor>,
    way: &Way,
) -> Option<Statement> {
    let mut conditions = Conditions::of(looker, query);
    let limit = CHATS_PER_PAGE + 1;
    let after = |waits: bool, values: &mut Values| match &after {
        Some(after) => following(after, waits, values),
        None => Some(String::new()),
    };
    let [waiting, quiet] = [true, false].map(|waits| after(waits, &mut conditions.values));
    let part = |conditions: &Conditions, bucket: &Bucket| {
        let following = if bucket.waits { waiting.as_ref() } else { quiet.as_ref() }?;
        Some(format!(
            "(SELECT c.* FROM chats c WHERE {} AND {} {following} ORDER BY {} LIMIT {limit})",
            conditions.walked,
            bucket.condition(),
            order(query.sort, bucket.waits)
        ))
    };
    let parts: Vec<String> = match way {
        _ if conditions.buckets.is_empty() => Vec::new(),
        Way::Gather(lead) => {
            let ids = ids(&mut conditions, looker, lead, None);
            let found = format!("c.id = ANY(ARRAY({ids})) AND {}", conditions.of_found());
            vec![at_once(&found, waiting.as_deref(), quiet.as_deref())]
        }
        Way::Walk if query.view == View::Starred => {
            vec![at_once(&conditions.whole(), waiting.as_deref(), quiet.as_deref())]
        }
        Way::Walk => conditions.buckets.iter().filter_map(|bucket| part(&conditions, bucket)).collect(),
    };
    if parts.is_empty() {
        return None;
    }
    let whole = whole_order(query.sort);
    let inner = format!("SELECT c.* FROM ({}) c ORDER BY {whole} LIMIT {limit}", parts.join(" UNION ALL "));
    Some(conditions.ask(rows_sql(&inner, &whole)))
}

/// Chats that are few enough to be sorted, whatever buckets they are in: those with a star, and those that a filter finds.
fn at_once(found: &str, waiting: Option<&str>, quiet: Option<&str>) -> String {
    let follows = |following: Option<&str>| match following {
        Some(following) => format!("TRUE {following}"),
        None => "FALSE".to_owned(),
    };
    format!(
        "(SELECT c.* FROM chats c WHERE {found} AND CASE WHEN c.waits_since IS NULL THEN {} ELSE {} END)",
        follows(quiet),
        follows(waiting)
    )
}
