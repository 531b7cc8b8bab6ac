//! Adding people, changing what they may do, letting them go.

use super::accounts::{self, AccountError, NewUser, clean_name};
use super::{password, people};
use crate::context::Ask;
use crate::features::users::types::{Access, FormProblem, MIN_PASSWORD_CHARS};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::{sessions, sign_in_names, users};
use crate::platform::secret;
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

/// The job that takes from a person the chats that they can no longer answer.
pub const HAND_OVER_JOB: &str = "inbox.hand_over";

/// What that job is told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct HandOver {
    pub person: UserId,
    /// Who made it necessary.
    pub by: UserId,
}

/// Letters of passwords that are read aloud and typed by hand: none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789w";
/// How long such a password is: 32 letters to choose from, so 80 bits.
const LENGTH: usize = 16;

/// Adds a person.
///
/// # Errors
/// A refusal when the form is not right, the address is taken or only an owner may do it.
pub async fn add(ask: &Ask, email: String, name: String, role: Role) -> Outcome<Access> {
    if !ask.user.role.may_turn(None, Some(role)) {
        return Err(Refusal::OnlyForOwners.into());
    }
    let password = new_password()?;
    let user = NewUser { email, name, role, password: password.clone() };
    let user = user.check().map_err(|problem| Fault::from(refusal(problem)))?;
    let hash = password::hash(password.clone()).await?;
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        accounts::insert_user(conn, workspace, &user, &hash).await?;
        live::append(conn, workspace, &[Change::People]).await?;
        Ok(())
    })
    .await
    .map_err(|error: AccountError| match error {
        AccountError::EmailTaken => Refusal::EmailTaken.into(),
        AccountError::Form(problem) => refusal(problem).into(),
        AccountError::Fault(fault) => fault,
    })?;
    Ok(Access { email: user.email, password })
}

fn refusal(problem: FormProblem) -> Refusal {
    match problem {
        FormProblem::EmailInvalid => Refusal::EmailInvalid,
        FormProblem::PasswordTooShort => Refusal::PasswordTooShort { min: MIN_PASSWORD_CHARS as u32 },
        _ => Refusal::PersonNameMissing,
    }
}

/// A password that nobody has thought of.
fn new_password() -> Outcome<String> {
    let bytes = secret::random::<LENGTH>().map_err(|error| Fault::Broke(error.into()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// Gives a person another name.
///
/// # Errors
/// A refusal without a name; `NotFound` when nobody of that id works here.
pub async fn rename(ask: &Ask, person: UserId, name: &str) -> Outcome<()> {
    let name = clean_name(name).ok_or(Refusal::PersonNameMissing)?;
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        turn(conn, ask, person, Turn::Same).await?;
        diesel::update(users::table.find((workspace, person)))
            .set(users::name.eq(name))
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::People]).await
    })
    .await
}

/// Gives a person another role. Who may no longer answer buyers hands over their chats.
///
/// # Errors
/// A refusal when it is oneself or only an owner may do it; `NotFound` when nobody of that id works here.
pub async fn set_role(ask: &Ask, person: UserId, role: Role) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        turn(conn, ask, person, Turn::Into(Some(role))).await?;
        diesel::update(users::table.find((workspace, person)))
            .set(users::role.eq(role))
            .execute(conn)
            .await?;
        if !role.may(Permission::ReplyToChats) {
            hand_over(conn, ask, person).await?;
        }
        live::append(conn, workspace, &[Change::People]).await
    })
    .await
}

/// Gives a person another password and ends their sessions.
///
/// # Errors
/// A refusal when it is oneself or only an owner may do it; `NotFound` when nobody of that id works here.
pub async fn reset_password(ask: &Ask, person: UserId) -> Outcome<Access> {
    let password = new_password()?;
    let hash = password::hash(password.clone()).await?;
    let mut conn = ask.conn().await?;
    let email = conn
        .transaction(async |conn| {
            let email = turn(conn, ask, person, Turn::Into(None)).await?;
            set_password(conn, ask.workspace(), person, &hash).await?;
            Ok::<_, Fault>(email)
        })
        .await?;
    Ok(Access { email, password })
}

/// Stores a password and ends all sessions that began with the old one. Within a transaction.
///
/// # Errors
/// When the database refuses.
pub(super) async fn set_password(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
    hash: &str,
) -> Outcome<()> {
    diesel::update(users::table.find((workspace, person)))
        .set(users::password_hash.eq(hash))
        .execute(conn)
        .await?;
    end_sessions(conn, workspace, person).await
}

/// Lets a person go: they cannot come in any more and hold no chats; what they wrote stays theirs.
///
/// # Errors
/// A refusal when it is oneself or only an owner may do it; `NotFound` when nobody of that id works here.
pub async fn let_go(ask: &Ask, person: UserId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        turn(conn, ask, person, Turn::Into(None)).await?;
        diesel::update(users::table.find((workspace, person)))
            .set(users::left_at.eq(ask.now))
            .execute(conn)
            .await?;
        diesel::delete(sign_in_names::table)
            .filter(sign_in_names::workspace_id.eq(workspace))
            .filter(sign_in_names::user_id.eq(person))
            .execute(conn)
            .await?;
        end_sessions(conn, workspace, person).await?;
        hand_over(conn, ask, person).await?;
        live::append(conn, workspace, &[Change::People]).await
    })
    .await
}

async fn end_sessions(conn: &mut AsyncPgConnection, workspace: WorkspaceId, person: UserId) -> Outcome<()> {
    diesel::delete(sessions::table)
        .filter(sessions::workspace_id.eq(workspace.0))
        .filter(sessions::user_id.eq(person.0))
        .execute(conn)
        .await?;
    Ok(())
}

async fn hand_over(conn: &mut AsyncPgConnection, ask: &Ask, person: UserId) -> Outcome<()> {
    let job = NewJob {
        workspace: ask.workspace(),
        kind: HAND_OVER_JOB,
        key: person.to_string(),
        lane: HAND_OVER_JOB.to_owned(),
        payload: serde_json::to_value(HandOver { person, by: ask.user.id })?,
        run_at: ask.now,
    };
    jobs::enqueue(conn, job).await
}

/// What is made of somebody.
#[derive(Clone, Copy)]
enum Turn {
    /// What they may do stays.
    Same,
    /// Something else, or nobody.
    Into(Option<Role>),
}

/// Checks whether the person who asks may do that, and holds both, so that nothing changes meanwhile. The e-mail of the other.
async fn turn(conn: &mut AsyncPgConnection, ask: &Ask, person: UserId, into: Turn) -> Outcome<String> {
    let held = people::hold(conn, ask.workspace(), &[ask.user.id, person]).await?;
    let of = |id: UserId| held.iter().find(|(it, _, _)| *it == id);
    let (_, now, email) = of(person).ok_or_else(Fault::not_found)?;
    // What was true when the request came in may be so no longer.
    let (_, own, _) = of(ask.user.id).ok_or(AppError::Unauthorized)?;
    let then = match into {
        Turn::Same => Some(*now),
        Turn::Into(_) if person == ask.user.id => return Err(Refusal::NotOneself.into()),
        Turn::Into(then) => then,
    };
    if !own.may_turn(Some(*now), then) {
        return Err(Refusal::OnlyForOwners.into());
    }
    Ok(email.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_of_letters_that_nobody_mistakes() {
        let (one, other) = (new_password().expect("random"), new_password().expect("random"));
        assert_ne!(one, other);
        assert!(accounts::is_good_password(&one) && one.chars().count() == LENGTH);
        assert!(one.chars().all(|it| !"0o1il".contains(it)), "{one}");
    }

    #[test]
    fn owners_are_made_by_owners() {
        let (owner, admin) = (Role::Owner, Role::Admin);
        assert!(owner.may_turn(Some(owner), None) && owner.may_turn(None, Some(owner)));
        assert!(admin.may_turn(Some(Role::Operator), Some(admin)));
        assert!(!admin.may_turn(Some(owner), Some(admin)) && !admin.may_turn(Some(admin), Some(owner)));
        assert!(!Role::Operator.may_turn(Some(Role::Viewer), None));
    }
}
