//! Making workspaces and people.

use super::password;
use crate::features::users::types::{FormProblem, MAX_NAME_CHARS, MIN_PASSWORD_CHARS};
use crate::platform::clock::now;
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{event_counters, sign_in_names, workspaces};
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::Role;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// A person to be made.
#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("{0}")]
    Form(FormProblem),
    #[error("this e-mail is taken")]
    EmailTaken,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DieselError> for AccountError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AccountError::EmailTaken,
            other => AccountError::Fault(other.into()),
        }
    }
}

/// An e-mail address in the form we compare: trimmed, lower case. `None` when it cannot be one.
pub fn normal_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (local, host) = email.split_once('@')?;
    let plausible = !local.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && email.len() <= 254
        && !email.contains(char::is_whitespace)
        && !email.contains(char::is_control)
        && !host.contains('@');
    plausible.then_some(email)
}

impl NewUser {
    pub(super) fn check(mut self) -> Result<Self, FormProblem> {
        self.email = normal_email(&self.email).ok_or(FormProblem::EmailInvalid)?;
        self.name = clean_name(&self.name).ok_or(FormProblem::NameMissing)?;
        if !is_good_password(&self.password) {
            return Err(FormProblem::PasswordTooShort);
        }
        Ok(self)
    }
}

/// Whether a password is long enough to be one, and short enough to be hashed.
pub(super) fn is_good_password(password: &str) -> bool {
    password.chars().count() >= MIN_PASSWORD_CHARS && password.len() <= 1000
}

/// A name without control characters and surrounding space; `None` when nothing is left or it is absurdly long.
pub(super) fn clean_name(text: &str) -> Option<String> {
    let name: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    (!name.is_empty() && name.chars().count() <= MAX_NAME_CHARS).then_some(name)
}

/// Whether there is a workspace yet; without one the set-up page is open.
///
/// # Errors
/// When the database refuses.
pub async fn is_set_up(conn: &mut AsyncPgConnection) -> Outcome<bool> {
    let first: Option<WorkspaceId> =
        workspaces::table.select(workspaces::id).limit(1).first(conn).await.optional()?;
    Ok(first.is_some())
}

/// Makes the installation's first workspace and its owner.
///
/// # Errors
/// `AlreadySetUp` when there is a workspace, the form's problem, or the database's.
pub async fn set_up(
    db: &Db,
    workspace_name: &str,
    owner: NewUser,
) -> Result<(WorkspaceId, UserId), AccountError> {
    let name = clean_name(workspace_name).ok_or(AccountError::Form(FormProblem::WorkspaceMissing))?;
    let owner = NewUser { role: Role::Owner, ..owner }.check().map_err(AccountError::Form)?;
    let hash = password::hash(owner.password.clone()).await?;
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        // Two people may send the set-up form at the same moment; one of them is first.
        conn.batch_execute("LOCK TABLE workspaces IN SHARE ROW EXCLUSIVE MODE").await?;
        if is_set_up(conn).await? {
            return Err(AccountError::Form(FormProblem::AlreadySetUp));
        }
        let workspace = insert_workspace(conn, &name).await?;
        let user = insert_user(conn, workspace, &owner, &hash).await?;
        Ok((workspace, user))
    })
    .await
}

/// Adds a person to the only workspace, or makes the workspace when there is none and the person is its owner.
///
/// # Errors
/// The form's problem or the database's.
pub async fn add_user(db: &Db, user: NewUser) -> Result<UserId, AccountError> {
    let user = user.check().map_err(AccountError::Form)?;
    let mut conn = db.get().await?;
    let workspace: Option<WorkspaceId> = workspaces::table
        .select(workspaces::id)
        .order(workspaces::created_at)
        .first(&mut conn)
        .await
        .optional()?;
    drop(conn);
    let Some(workspace) = workspace else {
        if user.role != Role::Owner {
            return Err(AccountError::Form(FormProblem::WorkspaceMissing));
        }
        let name = user.name.clone();
        return Ok(set_up(db, &name, user).await?.1);
    };
    insert_checked(db, workspace, &user).await
}

/// Adds a person to a workspace.
///
/// # Errors
/// The form's problem or the database's.
pub async fn add_user_to(db: &Db, workspace: WorkspaceId, user: NewUser) -> Result<UserId, AccountError> {
    let user = user.check().map_err(AccountError::Form)?;
    insert_checked(db, workspace, &user).await
}

async fn insert_checked(db: &Db, workspace: WorkspaceId, user: &NewUser) -> Result<UserId, AccountError> {
    let hash = password::hash(user.password.clone()).await?;
    let mut conn = db.get().await?;
    conn.transaction(async |conn| insert_user(conn, workspace, user, &hash).await).await
}

/// Makes a further workspace with its owner; for installations that serve several customers, and for tests.
///
/// # Errors
/// The form's problem or the database's.
pub async fn add_workspace(
    db: &Db,
    workspace_name: &str,
    owner: NewUser,
) -> Result<(WorkspaceId, UserId), AccountError> {
    let name = clean_name(workspace_name).ok_or(AccountError::Form(FormProblem::WorkspaceMissing))?;
    let owner = owner.check().map_err(AccountError::Form)?;
    let hash = password::hash(owner.password.clone()).await?;
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let workspace = insert_workspace(conn, &name).await?;
        let user = insert_user(conn, workspace, &owner, &hash).await?;
        Ok((workspace, user))
    })
    .await
}

async fn insert_workspace(conn: &mut AsyncPgConnection, name: &str) -> Result<WorkspaceId, DieselError> {
    let id = WorkspaceId::new();
    diesel::insert_into(workspaces::table)
        .values((workspaces::id.eq(id), workspaces::name.eq(name), workspaces::created_at.eq(now())))
        .execute(conn)
        .await?;
    diesel::insert_into(event_counters::table)
        .values(event_counters::workspace_id.eq(id))
        .execute(conn)
        .await?;
    Ok(id)
}

/// Whoever left and comes back is the same person, with everything they wrote.
const INSERT_SQL: &str = "INSERT INTO users AS u (workspace_id, id, email, name, role, password_hash, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT (workspace_id, email) DO UPDATE SET \
         name = excluded.name, role = excluded.role, password_hash = excluded.password_hash, left_at = NULL \
     WHERE u.left_at IS NOT NULL \
     RETURNING id";

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = SqlUuid)]
    id: UserId,
}

/// Adds a person within a transaction.
pub(super) async fn insert_user(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: &NewUser,
    password_hash: &str,
) -> Result<UserId, AccountError> {
    let inserted: Option<Inserted> = diesel::sql_query(INSERT_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(UserId::new())
        .bind::<Text, _>(&user.email)
        .bind::<Text, _>(&user.name)
        .bind::<Text, _>(user.role)
        .bind::<Text, _>(password_hash)
        .bind::<Timestamptz, _>(now())
        .get_result(conn)
        .await
        .optional()?;
    let id = inserted.ok_or(AccountError::EmailTaken)?.id;
    diesel::insert_into(sign_in_names::table)
        .values((
            sign_in_names::email.eq(&user.email),
            sign_in_names::workspace_id.eq(workspace),
            sign_in_names::user_id.eq(id),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_compared_in_one_form() {
        assert_eq!(normal_email("  Anna@Shop.RU "), Some("anna@shop.ru".into()));
        for wrong in ["", "anna", "@shop.ru", "anna@", "anna@shop", "an na@shop.ru", "a@b@c.ru", "a@.ru"] {
            assert_eq!(normal_email(wrong), None, "{wrong}");
        }
    }
}
