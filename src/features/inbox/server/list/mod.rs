//! Lists of chats: pages, rows that changed, the numbers over them and the most urgent chat, all by the same conditions.

mod bucket;
mod conditions;
pub mod counts;
mod next;
mod page;
mod rows;
mod statement;
mod way;

pub use conditions::Looker;
pub use next::next;
pub use page::page_statement;
pub use rows::Row;
pub use way::{Way, find_statement};

use crate::context::Ask;
use crate::features::inbox::bulk::BulkChats;
use crate::features::inbox::types::{
    CHATS_PER_PAGE, ChangedRow, ChangedRows, ChatListPage, ChatRow, ListCursor, ListQuery, Sort,
};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{BulkJobId, ChatId, UserId, WorkspaceId};
use crate::shared::paging::Page;
use conditions::Conditions;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use statement::{Statement, Values};
use std::collections::HashSet;
use way::{Decision, way};

/// A question names no more chats than this.
const MOST_NAMED: usize = 200;

/// A page of a list with its counters.
///
/// # Errors
/// When the filter is too large, the cursor is of another order, or the database refuses.
pub async fn page(ask: &Ask, query: &ListQuery, after: Option<ListCursor>) -> Outcome<ChatListPage> {
    conditions::check(query)?;
    if after.is_some_and(|after| after.sort != query.sort) {
        return Err(Fault::not_found());
    }
    let looker = Looker::of(ask);
    let mut conn = ask.conn().await?;
    let Decision { way, .. } = way(&mut conn, &looker, query, after).await?;
    let rows = match page_statement(&looker, query, after, &way) {
        Some(statement) => statement.load::<Row>(&mut conn).await?,
        None => Vec::new(),
    };
    let mut page = cut(rows, query.sort);
    if let Some(next) = &mut page.next {
        next.is_walked = way == Way::Walk;
    }
    let counts = counts::read(&mut conn, looker.workspace, looker.person, query.seller).await?;
    Ok(ChatListPage { page, counts })
}

/// A page ends where it is full, or where looking ended. Behind that may be chats that nobody has looked at.
fn cut(rows: Vec<Row>, sort: Sort) -> Page<ChatRow, ListCursor> {
    let end = rows.iter().position(|row| row.is_end);
    let mut items: Vec<ChatRow> = rows.into_iter().map(ChatRow::from).collect();
    let looked_to = end.map(|end| ListCursor::of(&items[end], sort));
    items.truncate(end.unwrap_or(items.len()));
    if items.len() <= CHATS_PER_PAGE {
        return Page { items, next: looked_to };
    }
    items.truncate(CHATS_PER_PAGE);
    let next = items.last().map(|row| ListCursor::of(row, sort));
    Page { items, next }
}

/// All that the database is asked for a page, so that it can be measured without us.
///
/// # Errors
/// When the database refuses.
pub async fn page_statements(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    after: Option<ListCursor>,
) -> Outcome<Vec<Statement>> {
    let Decision { way, mut asked } = way(conn, looker, query, after).await?;
    asked.extend(page_statement(looker, query, after, &way));
    asked.push(counts::statement(looker.workspace, looker.person, query.seller));
    Ok(asked)
}

/// The present state of the given chats, whether they are in the list, and the counters.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn changed(ask: &Ask, query: &ListQuery, chats: &[ChatId]) -> Outcome<ChangedRows> {
    conditions::check(query)?;
    let looker = Looker::of(ask);
    let mut conn = ask.conn().await?;
    let rows = by_ids(&mut conn, looker.workspace, looker.person, chats).await?;
    let members = members(&mut conn, &looker, query, chats).await?;
    let rows = rows.into_iter().map(|row| ChangedRow { belongs: members.contains(&row.id), row }).collect();
    let counts = counts::read(&mut conn, looker.workspace, looker.person, query.seller).await?;
    Ok(ChangedRows { rows, counts })
}

#[derive(diesel::QueryableByName)]
struct Member {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
}

/// Those of the given chats that are in a list.
async fn members(
    conn: &mut AsyncPgConnection,
    looker: &Looker,
    query: &ListQuery,
    chats: &[ChatId],
) -> Outcome<HashSet<ChatId>> {
    let mut conditions = Conditions::of(looker, query);
    let chats = conditions.values.ids(named(chats));
    let text = format!("SELECT c.id FROM chats c WHERE {} AND c.id = ANY({chats})", conditions.whole());
    let rows: Vec<Member> = conditions.ask(text).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    chats: i64,
}

/// How many chats a list holds, counted no further than `most`.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn count_up_to(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    query: &ListQuery,
    most: u32,
) -> Outcome<i64> {
    conditions::check(query)?;
    let looker = Looker::of(ask);
    let mut conditions = Conditions::of(&looker, query);
    let which = match way(conn, &looker, query, None).await?.way {
        Way::Walk => conditions.whole(),
        Way::Gather(chats) => conditions.found(&chats),
    };
    let text =
        format!("SELECT count(*) AS chats FROM (SELECT 1 FROM chats c WHERE {which} LIMIT {most}) few");
    let rows: Vec<Counted> = conditions.ask(text).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.chats).sum())
}

/// The same, unless it takes longer than a number is worth: a third of a second.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn count_soon(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    query: &ListQuery,
    most: u32,
) -> Outcome<Option<i64>> {
    let counted = conn
        .transaction(async |conn| {
            conn.batch_execute("SET LOCAL statement_timeout = '300ms'").await?;
            count_up_to(conn, ask, query, most).await
        })
        .await;
    match counted {
        Ok(chats) => Ok(Some(chats)),
        Err(Fault::Broke(cause)) if is_timeout(cause.as_ref()) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn is_timeout(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    match cause.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(_, info)) => info.message().contains("statement timeout"),
        _ => false,
    }
}

/// Notes chats down for a job that does something to them, no more than `most`, each as it is now. Returns how many.
///
/// # Errors
/// When the filter is too large, or the database refuses.
pub async fn note_for_job(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chats: &BulkChats,
    job: BulkJobId,
    most: usize,
) -> Outcome<i64> {
    let looker = Looker::of(ask);
    let statement = match chats {
        BulkChats::Matching(query) => {
            conditions::check(query)?;
            let conditions = Conditions::of(&looker, query);
            let which = conditions.whole();
            note_statement(conditions.values, &which, job, most)
        }
        BulkChats::Chosen(chats) => {
            let mut values = Values::default();
            let workspace = values.id(looker.workspace.0);
            let chosen = values.ids(chats.iter().map(|chat| chat.0).collect());
            let which = format!("c.workspace_id = {workspace} AND c.id = ANY({chosen})");
            note_statement(values, &which, job, most)
        }
    };
    let rows: Vec<Counted> = statement.load(conn).await?;
    Ok(rows.into_iter().map(|row| row.chats).sum())
}

fn note_statement(mut values: Values, which: &str, job: BulkJobId, most: usize) -> Statement {
    let job = values.id(job.0);
    let text = format!(
        "WITH noted AS ( \
             INSERT INTO bulk_items (workspace_id, job_id, chat_id, seen_up_to, holder_id) \
             SELECT c.workspace_id, {job}, c.id, c.last_message_at, c.assignee_id FROM chats c \
             WHERE {which} LIMIT {most} RETURNING 1) \
         SELECT count(*) AS chats FROM noted"
    );
    Statement { text, values, is_lasting: false }
}

fn named(chats: &[ChatId]) -> Vec<uuid::Uuid> {
    chats.iter().take(MOST_NAMED).map(|chat| chat.0).collect()
}

/// One row; `None` when the workspace has no such chat.
///
/// # Errors
/// When the database refuses.
pub async fn one(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    chat: ChatId,
) -> Outcome<Option<ChatRow>> {
    Ok(by_ids(conn, workspace, user, &[chat]).await?.into_iter().next())
}

async fn by_ids(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    chats: &[ChatId],
) -> Outcome<Vec<ChatRow>> {
    let mut values = Values::default();
    let workspace = values.id(workspace.0);
    values.id(user.0);
    let chats = values.ids(named(chats));
    let inner = format!(
        "SELECT c.*, FALSE AS is_end FROM chats c WHERE c.workspace_id = {workspace} AND c.id = ANY({chats})"
    );
    let rows: Vec<Row> =
        Statement { text: rows::rows_sql(&inner, "c.id"), values, is_lasting: true }.load(conn).await?;
    Ok(rows.into_iter().map(ChatRow::from).collect())
}
