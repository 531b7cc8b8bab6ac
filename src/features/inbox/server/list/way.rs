//! Two ways to a page of a filtered list. *Walking* reads the chats in the order of the list and keeps those that pass: good
//! when many do. *Gathering* takes the few chats that one condition finds by its own index and puts them in order: good
//! when few do. Which one, is looked up in the data; the planner, who would have to guess, is left no choice in either.
//! What was found by looking is what is gathered; a page that follows a walked one is walked without looking again.

use super::conditions::{Conditions, Looker, leads_along};
use super::statement::Statement;
use crate::features::inbox::types::{
    Condition, DeadlineState, Filter, ListCursor, ListQuery, Priority, Sort, View, WindowState,
};
use crate::platform::fault::Outcome;
use crate::shared::ids::ChatId;
use diesel::sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;

/// So many chats are gathered at most.
const FEW: usize = 2_500;
/// With no more than that, it is not worth looking whether another condition finds still fewer.
const VERY_FEW: usize = 400;
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
    /// From these: nothing else can be on the page.
    Gather(Vec<ChatId>),
}

/// A way, and what was asked to decide on it.
pub struct Decision {
    pub way: Way,
    /// Kept so that it can be measured without us.
    pub asked: Vec<Statement>,
}

/// The better way to a page of a list, as the data are now. The first page decides on a walk for those that follow.
///
/// # Errors
/// When the database refuses.
pub async fn way(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    after: Option<ListCursor>,
) -> Outcome<Decision> {
    let mut decision = Decision { way: Way::Walk, asked: Vec::new() };
    // The chats with a star are few enough to be sorted.
    if query.view == View::Starred || after.is_some_and(|after| after.is_walked) {
        return Ok(decision);
    }
    let parts = Filter::parts(query.filter.as_ref());
    // Through these few an index leads in the order of the list; there must be very few others to be gathered instead.
    let (narrow, others): (Vec<&Filter>, Vec<&Filter>) =
        parts.iter().partition(|part| is_narrow(part, query.sort));
    let most = if narrow.is_empty() { FEW } else { VERY_FEW };
    for lead in others.into_iter().filter(|part| may_lead(part)) {
        let Some(found) = find(conn, looker, query, lead, &mut decision.asked).await? else { continue };
        let are_enough = found.len() <= VERY_FEW;
        let are_fewer = match &decision.way {
            Way::Walk => found.len() <= most,
            Way::Gather(fewest) => found.len() < fewest.len(),
        };
        if are_fewer {
            decision.way = Way::Gather(found);
        }
        if are_enough {
            break;
        }
    }
    Ok(decision)
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
struct Sampled {
    #[diesel(sql_type = BigInt)]
    having: i64,
    #[diesel(sql_type = BigInt)]
    of: i64,
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    chats: Option<Vec<ChatId>>,
}

/// The chats that a part of the filter finds; `None` when there are too many to be gathered.
async fn find(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    lead: &Filter,
    asked: &mut Vec<Statement>,
) -> Outcome<Option<Vec<ChatId>>> {
    for text in texts(lead) {
        let sample = sample_statement(looker, query, text);
        asked.push(sample.clone());
        let rows: Vec<Sampled> = sample.load(conn).await?;
        if rows.iter().any(|sampled| sampled.having * RARE > sampled.of) {
            return Ok(None);
        }
    }
    let find = find_statement(looker, lead);
    asked.push(find.clone());
    let rows: Vec<Found> = find.load(conn).await?;
    Ok(rows.into_iter().find_map(|row| row.chats))
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
        "SELECT count(*) FILTER (WHERE {text}) AS having, count(*) AS of FROM ({}) c",
        parts.join(" UNION ALL ")
    );
    Statement { text: sql, values: conditions.values, is_lasting: true }
}

/// The statement behind what a part of the filter finds, no more than can be gathered. Public so that a test can look at
/// its plan.
pub fn find_statement(looker: &Looker, lead: &Filter) -> Statement {
    let mut conditions = Conditions::of(looker, &ListQuery::of(View::All));
    let ids = ids(&mut conditions, looker, lead);
    let text = format!(
        "SELECT CASE WHEN count(*) <= {FEW} THEN coalesce(array_agg(few.id), '{{}}') END AS chats \
         FROM (SELECT found.id FROM ({ids}) found (id) LIMIT {}) few",
        FEW + 1
    );
    Statement { text, values: conditions.values, is_lasting: false }
}

/// A question for the ids of the chats that a part of a filter finds, one more of each arm than can be gathered.
fn ids(conditions: &mut Conditions, looker: &Looker, lead: &Filter) -> String {
    if let Filter::Any(parts) = lead {
        let arms: Vec<String> = parts.iter().map(|part| ids(conditions, looker, part)).collect();
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
    format!("({found} LIMIT {})", FEW + 1)
}
