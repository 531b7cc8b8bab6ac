//! The statement behind a page. A list is some buckets; each is read in its order from where the page begins, by an index
//! of its own, and of what they give the first rows are the page. So a page costs the same at any depth and in a shop of
//! any size, and no guess of the planner decides over it. Where a filter lets few chats through, these are gathered
//! instead (`way.rs`); where it does and nothing leads to them, a page ends after so many chats that were looked at, however
//! few it holds, and the next one goes on from there.

use super::bucket::Bucket;
use super::conditions::{Along, Conditions, Looker};
use super::rows::rows_sql;
use super::statement::{Statement, Values};
use super::way::Way;
use crate::features::inbox::types::{CHATS_PER_PAGE, ListCursor, ListQuery, Sort, View, WorkState};
use uuid::Uuid;

/// One row too many tells that there are more.
const ENOUGH: usize = CHATS_PER_PAGE + 1;

/// With a filter, so many chats of a bucket are looked at for a page, at 2 to 5 µs each, and counted once more when too few of
/// them pass; who looks on asks for the next page. It ends with the first bucket that comes to the end of its share, so the
/// shares are about as large as the buckets are: few chats wait, and nearly all are closed.
fn share(bucket: &Bucket) -> usize {
    match (bucket.waits, bucket.work) {
        (true, _) => 200,
        (false, WorkState::Open | WorkState::Snoozed | WorkState::Spam) => 300,
        (false, WorkState::Closed) => 1_000,
    }
}

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

/// The statement behind a page; `None` when the list can hold nothing more. A row that is an end tells that up to
/// there was looked. Public so that a test can look at its plan.
pub fn page_statement(
    looker: &Looker,
    query: &ListQuery,
    after: Option<ListCursor>,
    way: &Way,
) -> Option<Statement> {
    let mut conditions = Conditions::of(looker, query);
    let after = |waits: bool, values: &mut Values| match &after {
        Some(after) => following(after, waits, values),
        None => Some(String::new()),
    };
    let [waiting, quiet] = [true, false].map(|waits| after(waits, &mut conditions.values));
    let part = |conditions: &Conditions, bucket: &Bucket| {
        let following = if bucket.waits { waiting.as_ref() } else { quiet.as_ref() }?;
        Some(format!(
            "(SELECT c.* FROM chats c WHERE {} AND {} {following} ORDER BY {} LIMIT {ENOUGH})",
            conditions.rest,
            bucket.condition(),
            order(query.sort, bucket.waits)
        ))
    };
    let parts: Vec<String> = match way {
        _ if conditions.buckets.is_empty() => Vec::new(),
        Way::Gather(chats) => {
            let found = conditions.found(chats);
            vec![at_once(&found, waiting.as_deref(), quiet.as_deref())]
        }
        Way::Walk if query.view == View::Starred => {
            vec![at_once(&conditions.whole(), waiting.as_deref(), quiet.as_deref())]
        }
        Way::Walk if conditions.has_filter() => {
            return walk(conditions, query.sort, [waiting.as_deref(), quiet.as_deref()]);
        }
        Way::Walk => conditions.buckets.iter().filter_map(|bucket| part(&conditions, bucket)).collect(),
    };
    if parts.is_empty() {
        return None;
    }
    let whole = whole_order(query.sort);
    let inner = format!(
        "SELECT c.*, FALSE AS is_end FROM ({}) c ORDER BY {whole} LIMIT {ENOUGH}",
        parts.join(" UNION ALL ")
    );
    Some(conditions.ask(rows_sql(&inner, &whole)))
}

/// A walk that ends after so many chats. Those that wait come before the others where they have an order of their own, and
/// the others are looked at only when these are done.
fn walk(conditions: Conditions, sort: Sort, following: [Option<&str>; 2]) -> Option<Statement> {
    let [waiting, quiet] = following;
    let (first, second): (Vec<&Bucket>, Vec<&Bucket>) =
        conditions.buckets.iter().partition(|bucket| sort == Sort::Newest || bucket.waits);
    let walks = |buckets: Vec<&Bucket>, following: Option<&str>, gate: &str| -> Vec<BucketWalk> {
        let Some(following) = following else { return Vec::new() };
        let mut walks: Vec<BucketWalk> = Vec::new();
        for bucket in buckets {
            let before = walks.last().map(|walk| walk.code);
            walks.push(BucketWalk::new(&conditions, bucket, sort, &format!("{following} {gate}"), before));
        }
        walks
    };
    let first = walks(first, waiting, "");
    let second =
        walks(second, quiet, if first.is_empty() { "" } else { "AND (SELECT is_done FROM first_done)" });
    let all: Vec<&BucketWalk> = first.iter().chain(&second).collect();
    if all.is_empty() {
        return None;
    }
    let mut ctes: Vec<String> = all.iter().map(|walk| walk.ctes.clone()).collect();
    if !first.is_empty() && !second.is_empty() {
        let done: Vec<String> = first.iter().map(BucketWalk::is_done).collect();
        ctes.insert(
            first.len(),
            format!("first_done AS MATERIALIZED (SELECT {} AS is_done)", done.join(" AND ")),
        );
    }
    let rows: Vec<String> = all
        .iter()
        .map(|BucketWalk { code, .. }| format!("SELECT * FROM found{code} UNION ALL SELECT * FROM end{code}"))
        .collect();
    // The end of what was looked at may be one of the chats that pass: it comes first as itself.
    let whole = format!("{}, c.is_end", whole_order(sort));
    let inner = format!(
        "WITH {} SELECT c.*, k.is_end \
         FROM (SELECT c.* FROM ({}) c ORDER BY {whole} LIMIT {ENOUGH}) k \
         JOIN chats c ON c.workspace_id = $1 AND c.id = k.id",
        ctes.join(", "),
        rows.join(" UNION ALL ")
    );
    Some(conditions.ask(rows_sql(&inner, &whole)))
}

/// What tells the place of a chat in any order. To name every column in every part takes the database longer than reading.
const PLACE: &str = "c.id, c.due_at, c.waits_since, c.last_message_at";

/// A walk through one bucket: the chats that it finds, and the one at which it ends with too few. In the order of newest
/// messages it goes no further back than the page can reach: the buckets `before` it have filled it, or have ended it.
struct BucketWalk {
    code: i16,
    ctes: String,
}

impl BucketWalk {
    fn new(
        conditions: &Conditions,
        bucket: &Bucket,
        sort: Sort,
        following: &str,
        before: Option<i16>,
    ) -> Self {
        let (code, share) = (bucket.code(), share(bucket));
        let is_newest = sort == Sort::Newest || !bucket.waits;
        let reach = |bucket: i16| format!("(SELECT r.at FROM reach{bucket} r)");
        let Along { met, kept } = conditions.along(sort, bucket.waits);
        // A comparison of rows: beside another bound of the same column alone, the planner would take it for a narrow span.
        let no_further = match before {
            Some(before) if is_newest => {
                format!("AND (c.last_message_at, c.id) >= ({}, uuid '{}')", reach(before), Uuid::nil())
            }
            _ => String::new(),
        };
        let met = format!("{met} AND {} {following} {no_further}", bucket.condition());
        let order = order(sort, bucket.waits);
        let mut ctes = format!(
            "found{code} AS MATERIALIZED ( \
                 SELECT {PLACE}, FALSE AS is_end \
                 FROM (SELECT c.* FROM chats c WHERE {met} ORDER BY {order} LIMIT {share}) c \
                 WHERE {kept} ORDER BY {order} LIMIT {ENOUGH}), \
             end{code} AS MATERIALIZED ( \
                 SELECT {PLACE}, TRUE AS is_end FROM chats c \
                 WHERE {met} AND (SELECT count(*) FROM found{code}) < {ENOUGH} \
                 ORDER BY {order} LIMIT 1 OFFSET {})",
            share - 1
        );
        if is_newest {
            let so_far = before.map_or_else(|| "timestamptz '-infinity'".to_owned(), reach);
            // Where no bucket follows, nobody asks for it, and it costs nothing.
            ctes += &format!(
                ", reach{code} AS MATERIALIZED ( \
                     SELECT greatest( \
                         {so_far}, \
                         (SELECT min(f.last_message_at) FROM found{code} f HAVING count(*) >= {ENOUGH}), \
                         (SELECT e.last_message_at FROM end{code} e)) AS at)"
            );
        }
        BucketWalk { code, ctes }
    }

    /// That it has come to the end of its bucket.
    fn is_done(&self) -> String {
        let code = self.code;
        format!("(SELECT count(*) FROM found{code}) < {ENOUGH} AND NOT EXISTS (SELECT 1 FROM end{code})")
    }
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
