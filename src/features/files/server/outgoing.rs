//! Uploaded files on their way to a marketplace.

use crate::context::App;
use crate::features::files::types::{FileState, Origin};
use crate::platform::fault::Outcome;
use crate::platform::schema::files;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, FileId, UserId, WorkspaceId};
use axum::body::Bytes;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Checks that a person may send this file into this chat: it is theirs, was uploaded for this chat and is here.
///
/// # Errors
/// `FileNotThere` otherwise.
pub async fn check(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    author: UserId,
    file: FileId,
) -> Outcome<()> {
    let found: Option<FileId> = files::table
        .find((workspace, file))
        .filter(files::chat_id.eq(chat))
        .filter(files::author_id.eq(author))
        .filter(files::origin.eq(Origin::Outgoing))
        .filter(files::state.eq(FileState::Stored))
        .select(files::id)
        .first(conn)
        .await
        .optional()?;
    found.map(drop).ok_or_else(|| Refusal::FileNotThere.into())
}

/// Name and bytes of an uploaded file; `None` when the store has lost them.
///
/// # Errors
/// When the database or the store cannot be reached.
pub async fn load(app: &App, workspace: WorkspaceId, file: FileId) -> Outcome<Option<(String, Bytes)>> {
    let mut conn = app.db.get().await?;
    let found: Option<(String, Option<String>)> = files::table
        .find((workspace, file))
        .select((files::name, files::key))
        .first(&mut conn)
        .await
        .optional()?;
    drop(conn);
    let Some((name, Some(key))) = found else { return Ok(None) };
    Ok(app.files.get(&key).await?.map(|bytes| (name, bytes)))
}
