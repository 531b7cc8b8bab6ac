//! The most urgent chat that nobody works on or is answering. Whoever asks for it becomes responsible in the same transaction, so two people
//! never get the same one.

use super::MOST_NAMED;
use super::conditions::{self, Along, Conditions, Looker};
use crate::context::Ask;
use crate::features::inbox::server::activities::tell;
use crate::features::inbox::server::presence;
use crate::features::inbox::types::{Condition, Deed, Filter, ListQuery, PersonView, Served, Sort, View};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::chats;
use crate::shared::ids::ChatId;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// So often, and so long apart, is looked again while all chats that nobody works on are being written.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The chat with the nearest deadline whose buyer waits and that nobody else is responsible for, of the seller and the
/// filter of a list. Those that the person has been given and has left come again when their buyers write again after an
/// answer. The person is responsible from now on.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn next(ask: &Ask, query: &ListQuery, passed: &[Served]) -> Outcome<Option<Served>> {
    conditions::check(query)?;
    let looker = Looker::of(ask);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mine = nearest(conn, &looker, query, passed, Whose::Mine, None).await?;
        let mut free = nearest(conn, &looker, query, passed, Whose::Free, mine).await?;
        for _ in 0..LOOKS {
            // An import may just be writing all of them, which is no reason to say that none is left.
            let is_settled = free.is_some() || mine.is_some();
            if is_settled || nearest(conn, &looker, query, passed, Whose::Nobodys, mine).await?.is_none() {
                break;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
            free = nearest(conn, &looker, query, passed, Whose::Free, mine).await?;
        }
        let Some(served) = free else { return Ok(mine) };
        let chat = served.chat;
        diesel::update(chats::table.find((looker.workspace, chat)))
            .set(chats::assignee_id.eq(looker.person))
            .execute(conn)
            .await?;
        let me = PersonView { id: ask.user.id, name: ask.user.name.clone() };
        tell(conn, ask, chat, Deed::Assigned { to: Some(me) }).await?;
        Ok::<_, Fault>(Some(served))
    })
    .await
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Timestamptz)]
    waits_since: DateTime<Utc>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Mine,
    Nobodys,
    /// Nobody's, and locked from now on. What somebody else is taking or writing is passed over: to wait for one lock after
    /// the other, in another order than everybody else, would be a way to a deadlock.
    Free,
}

/// The first waiting chat of a list in the order of deadlines, before another one when that is given.
async fn nearest(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    passed: &[Served],
    whose: Whose,
    before: Option<Served>,
) -> Outcome<Option<Served>> {
    let view = match whose {
        Whose::Mine => View::Mine,
        Whose::Nobodys | Whose::Free => View::Unassigned,
    };
    let waits = Filter::Is(Condition::Unanswered(true));
    let filter = query.filter.clone().into_iter().chain([waits]).collect();
    let query = ListQuery { view, sort: Sort::Deadline, filter: Some(Filter::All(filter)), ..query.clone() };
    let mut conditions = Conditions::of(looker, &query);
    let [bucket, ..] = conditions.buckets[..] else { return Ok(None) };
    let passed = &passed[..passed.len().min(MOST_NAMED)];
    let passed_chats = conditions.values.ids(passed.iter().map(|it| it.chat.0).collect());
    let passed_since = conditions.values.moments(passed.iter().map(|it| it.waits_since).collect());
    let before = before.map(|served| {
        let chat = conditions.values.id(served.chat.0);
        format!(
            "AND (coalesce(c.due_at, 'infinity'), c.waits_since, c.id) < ( \
                 SELECT coalesce(m.due_at, 'infinity'), m.waits_since, m.id FROM chats m \
                 WHERE m.workspace_id = $1 AND m.id = {chat})"
        )
    });
    let (person, now) = (conditions.values.id(looker.person.0), conditions.values.moment(looker.now));
    let answered = presence::held_by_others(&person, &now);
    let Along { met, kept } = conditions.along(query.sort, bucket.waits);
    let lock = if whose == Whose::Free { "FOR NO KEY UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "SELECT c.id, c.waits_since FROM chats c WHERE {met} AND {kept} AND {} AND NOT {answered} \
           AND NOT EXISTS (SELECT 1 FROM unnest({passed_chats}, {passed_since}) p (id, since) \
                           WHERE p.id = c.id AND p.since = c.waits_since) {} \
         ORDER BY coalesce(c.due_at, 'infinity'), c.waits_since, c.id LIMIT 1 {lock}",
        bucket.condition(),
        before.unwrap_or_default()
    );
    let rows: Vec<Row> = conditions.ask(text).load(conn).await?;
    Ok(rows.into_iter().next().map(|row| Served { chat: row.id, waits_since: row.waits_since }))
}
