//! What Postgres knows of its tables. It looks by itself once a minute at best; an import writes a hundred thousand chats in
//! that time, and a statement planned while a table was empty goes on reading all of it to find one row.

use super::fault::Outcome;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// Tables that hold more than twice as many rows as when they were last looked at, the most changed one first. What is
/// small is read as a whole by any plan.
const OUTGROWN_SQL: &str = "SELECT format('%I.%I', s.schemaname, s.relname) AS name \
     FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid \
     WHERE s.n_live_tup > 200 AND s.n_live_tup > 2 * greatest(c.reltuples, 0) \
     ORDER BY s.n_live_tup DESC";

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Lets Postgres look again at the tables that have outgrown what it knows of them; statements are planned anew then.
/// A table that is just being looked at is passed over. Tells how many were to be looked at.
///
/// # Errors
/// When the database refuses.
pub async fn keep_up(conn: &mut AsyncPgConnection) -> Outcome<usize> {
    let outgrown: Vec<Table> = diesel::sql_query(OUTGROWN_SQL).load(conn).await?;
    for Table { name } in &outgrown {
        conn.batch_execute(&format!("ANALYZE (SKIP_LOCKED) {name}")).await?;
    }
    Ok(outgrown.len())
}
