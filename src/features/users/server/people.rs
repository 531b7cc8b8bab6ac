//! The people of a workspace, for those who work with them.

use crate::context::Ask;
use crate::features::users::types::{PersonView, StaffView};
use crate::platform::fault::Outcome;
use crate::platform::schema::users;
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::Role;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl, QueryableByName};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Everybody who works here, in the order of their names.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<PersonView>> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::workspace_id.eq(ask.workspace()))
        .filter(users::left_at.is_null())
        .select((users::id, users::name))
        .order((diesel::dsl::sql::<Text>("lower(name)"), users::id))
        .load(&mut *ask.conn().await?)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| PersonView { id, name }).collect())
}

/// Those who run the workspace stand first.
const STAFF_SQL: &str = "SELECT u.id, u.name, u.email, u.role, \
         (SELECT max(s.last_seen_at) FROM sessions s WHERE s.workspace_id = u.workspace_id AND s.user_id = u.id) AS seen_at \
     FROM users u WHERE u.workspace_id = $1 AND u.left_at IS NULL \
     ORDER BY array_position('{owner,admin,operator,viewer}', u.role), lower(u.name), u.id";

#[derive(QueryableByName)]
struct StaffRow {
    #[diesel(sql_type = SqlUuid)]
    id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    role: Role,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    seen_at: Option<DateTime<Utc>>,
}

/// The same with what each may do.
///
/// # Errors
/// When the database refuses.
pub async fn staff(ask: &Ask) -> Outcome<Vec<StaffView>> {
    let rows: Vec<StaffRow> = diesel::sql_query(STAFF_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .load(&mut *ask.conn().await?)
        .await?;
    let view = |StaffRow { id, name, email, role, seen_at }| StaffView { id, name, email, role, seen_at };
    Ok(rows.into_iter().map(view).collect())
}

/// What somebody who works here may do, held until the transaction ends: nobody lets them go meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn hold(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    people: &[UserId],
) -> Outcome<Vec<(UserId, Role, String)>> {
    Ok(users::table
        .filter(users::workspace_id.eq(workspace))
        .filter(users::id.eq_any(people))
        .filter(users::left_at.is_null())
        .select((users::id, users::role, users::email))
        // Always in one order, so that two who change each other do not wait for each other.
        .order(users::id)
        .for_no_key_update()
        .load(conn)
        .await?)
}
