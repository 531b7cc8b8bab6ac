//! Logging in: checks a password under limits that hold for all instances and survive a restart.

use super::{accounts, password};
use crate::context::session::{self, Token};
use crate::platform::db::Db;
use crate::platform::fault::Outcome;
use crate::platform::schema::{login_attempts, sign_in_names, users};
use crate::shared::ids::{UserId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The window in which failures are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failures for one address of e-mail within the window.
const PER_EMAIL: i64 = 5;
/// Failures from one network address within the window.
const PER_IP: i64 = 30;

/// How a log-in ended.
pub enum SignIn {
    Welcome(Token),
    /// Unknown e-mail or wrong password; which of them is not told.
    Wrong,
    TooManyTries,
}

/// Checks e-mail and password and begins a session.
///
/// # Errors
/// When the database refuses.
pub async fn sign_in(
    db: &Db,
    email: &str,
    password: String,
    ip: IpAddr,
    now: DateTime<Utc>,
) -> Outcome<SignIn> {
    let email = accounts::normal_email(email).unwrap_or_default();
    let keys = [format!("email:{:x}", Sha256::digest(&email)), format!("ip:{ip}")];
    let mut conn = db.get().await?;
    // The try is written down before anything is counted or checked: many at once cannot slip under the limits.
    let tries = note_try(&mut conn, &keys, now).await?;
    let too_many = failures(&mut conn, &keys[0], now).await? > PER_EMAIL
        || failures(&mut conn, &keys[1], now).await? > PER_IP;
    if too_many {
        // What was not checked is no failure: it must not put the end of the wait further off.
        forget(&mut conn, &tries).await?;
        return Ok(SignIn::TooManyTries);
    }
    let found: Option<(WorkspaceId, UserId, String)> = sign_in_names::table
        .inner_join(users::table.on(
            users::workspace_id.eq(sign_in_names::workspace_id).and(users::id.eq(sign_in_names::user_id)),
        ))
        .filter(sign_in_names::email.eq(&email))
        .select((users::workspace_id, users::id, users::password_hash))
        .first(&mut conn)
        .await
        .optional()?;
    drop(conn);
    let hash = found.as_ref().map(|(_, _, hash)| hash.clone());
    let fits = password::verify(password, hash).await?;
    let Some((workspace, user, _)) = found.filter(|_| fits) else { return Ok(SignIn::Wrong) };
    let mut conn = db.get().await?;
    // The person has shown who they are. Their network address keeps the failures of others, not this try: an office
    // stands behind one address.
    diesel::delete(login_attempts::table.filter(login_attempts::key.eq(&keys[0]))).execute(&mut conn).await?;
    forget(&mut conn, &tries).await?;
    Ok(SignIn::Welcome(session::begin(&mut conn, workspace, user, now).await?))
}

async fn failures(conn: &mut AsyncPgConnection, key: &str, now: DateTime<Utc>) -> Outcome<i64> {
    Ok(login_attempts::table
        .filter(login_attempts::key.eq(key).and(login_attempts::at.gt(now - WINDOW)))
        .count()
        .get_result(conn)
        .await?)
}

/// Writes a try down under all its keys and tells the numbers it got.
async fn note_try(conn: &mut AsyncPgConnection, keys: &[String], now: DateTime<Utc>) -> Outcome<Vec<i64>> {
    let rows: Vec<_> =
        keys.iter().map(|key| (login_attempts::key.eq(key), login_attempts::at.eq(now))).collect();
    Ok(diesel::insert_into(login_attempts::table)
        .values(&rows)
        .returning(login_attempts::id)
        .get_results(conn)
        .await?)
}

/// Writes down that somebody who is logged in tries a password; `None` when that was too often.
///
/// # Errors
/// When the database refuses.
pub async fn note_person(
    conn: &mut AsyncPgConnection,
    person: UserId,
    now: DateTime<Utc>,
) -> Outcome<Option<Vec<i64>>> {
    let key = format!("person:{person}");
    let tried = note_try(conn, std::slice::from_ref(&key), now).await?;
    if failures(conn, &key, now).await? > PER_EMAIL {
        forget(conn, &tried).await?;
        return Ok(None);
    }
    Ok(Some(tried))
}

/// Forgets tries: they were no failures.
///
/// # Errors
/// When the database refuses.
pub async fn forget(conn: &mut AsyncPgConnection, tries: &[i64]) -> Outcome<()> {
    diesel::delete(login_attempts::table.filter(login_attempts::id.eq_any(tries))).execute(conn).await?;
    Ok(())
}

/// Forgets failures that no longer count.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(login_attempts::table.filter(login_attempts::at.lt(now - WINDOW)))
        .execute(conn)
        .await?)
}
