//! Two ways to a page of a filtered list. *Walking* reads the chats in the order of the list and keeps those that pass: good
//! when many do. *Gathering* takes the few chats that one condition finds by its own index and puts them in order: good
//! when few do. Which one, is looked up in the data; the planner, who would have to guess, is left no choice in either.

use super::conditions::{Conditions, Looker, leads_along};
use super::statement::Statement;
use crate::features::inbox::types::{
    Condition, DeadlineState, Filter, ListQuery, Priority, Sort, View, WindowState,
};
use crate::platform::fault::Outcome;
use diesel::sql_types::BigInt;
use diesel_async::AsyncPgConnection;

/// So many chats are gathered at most.
const FEW: i64 = 2_500;
/// With no more than that, it is not worth looking whether another condition finds still fewer.
const VERY_FEW: i64 = 400;
/// A text is rare when it is in fewer than one in so many chats. To look at a text costs several times as much as to look
/// at anything else, and how many chats have it the index tells only when it has found all of them.
const RARE: i64 = 150;
/// The newest chats of each part of a list that are looked at to see whether a text is rare.
const SAMPLE: usize = 150;
/// Shorter texts have no index.
const SHORTEST_TEXT: usize = 3;

/// How a page is come by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Walk,
    /// By this part of the filter, which everything on the page passes.
    Gather(Filter),
}

/// The better way for a list, as the data are now.
///
/// # Errors
/// When the database refuses.
pub async fn way(conn: &mut AsyncPgConnection, looker: &Looker, query: &ListQuery) -> Outcome<Way> {
    // The chats with a star are few enough to be sorted.
    if query.view == View::Starred {
        return Ok(Way::Walk);
    }
    let parts = Filter::parts(query.filter.as_ref());
    // Through these few an index leads in the order of the list; there must be very few others to be gathered instead.
    let (narrow, others): (Vec<&Filter>, Vec<&Filter>) =
        parts.iter().partition(|part| is_narrow(part, query.sort));
    let mut best: Option<(i64, &Filter)> = None;
    for lead in others.into_iter().filter(|part| may_lead(part)) {
        let Some(found) = how_many(conn, looker, query, lead).await? else { continue };
        if best.is_none_or(|(fewest, _)| found < fewest) {
            best = Some((found, lead));
        }
        if found <= VERY_FEW {
            break;
        }
    }
    let best = best.filter(|(found, _)| narrow.is_empty() || *found <= VERY_FEW);
    Ok(best.map_or(Way::Walk, |(_, lead)| Way::Gather(lead.clone())))
}

/// Whether a walk meets only chats that pass this part, and these are few in any shop.
fn is_narrow(part: &Filter, sort: Sort) -> bool {
    let is_of_few = match part {
        Filter::Is(Condition::Deadline(state)) => *state != DeadlineState::None,
        Filter::Is(Condition::Priority(_)) => true,
        _ => false,
    };
    is_of_few && leads_along(part, sort)
}

/// Whether an index finds the chats that pass, each arm of it by its own.
fn may_lead(filter: &Filter) -> bool {
    match filter {
        Filter::Any(parts) => !parts.is_empty() && parts.iter().all(may_lead),
        Filter::All(_) | Filter::Not(_) => false,
        Filter::Is(condition) => match condition {
            Condition::Tag(tags) => !tags.is_empty(),
            Condition::Priority(given) => !given.is_empty() && !given.contains(&Priority::Normal),
            Condition::Category(given) => !given.is_empty(),
            Condition::Urgency(given) => !given.is_empty(),
            Condition::Sentiment(given) => !given.is_empty(),
            Condition::Deadline(state) => *state != DeadlineState::None,
            Condition::Window(state) => *state == WindowState::Ending,
            Condition::HasOrder(has) => *has,
            Condition::Text(text) => text.trim().chars().count() >= SHORTEST_TEXT,
            Condition::Seller(_)
            | Condition::Marketplace(_)
            | Condition::Kind(_)
            | Condition::Work(_)
            | Condition::Unanswered(_)
            | Condition::Unseen(_)
            | Condition::Assignee(_)
            | Condition::LastMessage(_)
            | Condition::Began(_) => false,
        },
    }
}

fn texts(filter: &Filter) -> impl Iterator<Item = &Condition> {
    filter.conditions().into_iter().filter(|condition| matches!(condition, Condition::Text(_)))
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = BigInt)]
    of: i64,
}

async fn count(conn: &mut AsyncPgConnection, statement: Statement) -> Outcome<(i64, i64)> {
    let rows: Vec<Counted> = statement.load(conn).await?;
    Ok(rows.first().map_or((0, 0), |row| (row.found, row.of)))
}

/// How many chats a part of the filter finds; `None` when there are too many to be gathered.
async fn how_many(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    lead: &Filter,
) -> Outcome<Option<i64>> {
    for text in texts(lead) {
        let (found, of) = count(conn, sample_statement(looker, query, text)).await?;
        if found * RARE > of {
            return Ok(None);
        }
    }
    let (found, _) = count(conn, count_statement(looker, lead)).await?;
    Ok((found <= FEW).then_some(found))
}

/// How many of the newest chats of a list a text is in, and how many these are.
fn sample_statement(looker: &Looker, query: &ListQuery, text: &Condition) -> Statement {
    let mut conditions = Conditions::of(looker, &ListQuery { filter: None, ..query.clone() });
    let text = conditions.opaque(looker, &Filter::Is(text.clone()));
    let rest = &conditions.rest;
    let parts: Vec<String> = conditions
        .buckets
        .iter()
        .map(|bucket| {
            format!(
                "(SELECT c.last_message_preview, c.order_number, c.external_id FROM chats c WHERE {rest} AND {} \
                  ORDER BY c.last_message_at DESC, c.id DESC LIMIT {SAMPLE})",
                bucket.condition()
            )
        })
        .collect();
    let sql = format!(
        "SELECT count(*) FILTER (WHERE {text}) AS found, count(*) AS of FROM ({}) c",
        parts.join(" UNION ALL ")
    );
    Statement { text: sql, values: conditions.values, is_lasting: true }
}

fn count_statement(looker: &Looker, lead: &Filter) -> Statement {
    let mut conditions = Conditions::of(looker, &ListQuery::of(View::All));
    let ids = ids(&mut conditions, looker, lead, Some(FEW + 1));
    let text = format!("SELECT count(*) AS found, 0::bigint AS of FROM ({ids}) few");
    Statement { text, values: conditions.values, is_lasting: false }
}

/// A question for the ids of the chats that a part of a filter finds, or the first of them.
pub fn ids(conditions: &mut Conditions, looker: &Looker, lead: &Filter, most: Option<i64>) -> String {
    if let Filter::Any(parts) = lead {
        let arms: Vec<String> = parts.iter().map(|part| ids(conditions, looker, part, most)).collect();
        return arms.join(" UNION ALL ");
    }
    let found = match lead {
        Filter::Is(Condition::Tag(tags)) => conditions.tagged(tags.iter().map(|tag| tag.0).collect()),
        other => {
            let condition = conditions.plain(looker, other);
            // Only these stand in the index of deadlines.
            let waits = match other {
                Filter::Is(Condition::Deadline(_)) => "AND c.bucket IN (2, 3, 6, 10, 14)",
                _ => "",
            };
            format!("SELECT c.id FROM chats c WHERE c.workspace_id = $1 {waits} AND {condition}")
        }
    };
    let limit = most.map_or_else(String::new, |most| format!(" LIMIT {most}"));
    format!("({found}{limit})")
}
