//! Changing one's own password.

use super::accounts::is_good_password;
use super::{password, sign_in, staff};
use crate::context::Ask;
use crate::features::users::types::MIN_PASSWORD_CHARS;
use crate::platform::fault::Outcome;
use crate::platform::schema::users;
use crate::shared::error::{AppError, Refusal};
use diesel::QueryDsl;
use diesel_async::{AsyncConnection, RunQueryDsl};

/// Gives the person who asks another password. All their sessions end: whoever sits in one of them is not trusted any more.
///
/// # Errors
/// A refusal when the present password is wrong or the new one too short; `RateLimited` after too many tries.
pub async fn change(ask: &Ask, current: String, new: String) -> Outcome<()> {
    if !is_good_password(&new) {
        return Err(Refusal::PasswordTooShort { min: MIN_PASSWORD_CHARS as u32 }.into());
    }
    let (workspace, person) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    let Some(tried) = sign_in::note_person(&mut conn, person, ask.now).await? else {
        return Err(AppError::RateLimited { retry_after_s: 15 * 60 }.into());
    };
    let hash: String =
        users::table.find((workspace, person)).select(users::password_hash).first(&mut conn).await?;
    drop(conn);
    if !password::verify(current, Some(hash)).await? {
        return Err(Refusal::PasswordWrong.into());
    }
    let hash = password::hash(new).await?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        sign_in::forget(conn, &tried).await?;
        staff::set_password(conn, workspace, person, &hash).await
    })
    .await
}
