//! Files as the window shows them.

use crate::features::files::types::{FileProblem, FileState, FileView};
use crate::platform::fault::Outcome;
use crate::platform::schema::files;
use crate::shared::ids::{ChatId, FileId, WorkspaceId};
use crate::shared::media_type::MediaType;
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = files)]
struct Row {
    id: FileId,
    message_id: Option<String>,
    position: Option<i32>,
    name: String,
    state: FileState,
    media_type: Option<MediaType>,
    size: Option<i64>,
    width: Option<i32>,
    height: Option<i32>,
    problem: Option<FileProblem>,
}

impl Row {
    fn view(&self) -> FileView {
        FileView {
            id: self.id,
            state: self.state,
            media_type: self.media_type,
            size: self.size,
            width: self.width,
            height: self.height,
            problem: self.problem,
        }
    }
}

/// Files of messages, by the message and the place among its attachments.
///
/// # Errors
/// When the database refuses.
pub async fn of_messages(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    messages: &[String],
) -> Outcome<HashMap<(String, usize), FileView>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = Row::query()
        .filter(files::workspace_id.eq(workspace))
        .filter(files::chat_id.eq(chat))
        .filter(files::message_id.eq_any(messages))
        .load(conn)
        .await?;
    let place = |row: &Row| Some((row.message_id.clone()?, usize::try_from(row.position?).ok()?));
    Ok(rows.iter().filter_map(|row| Some((place(row)?, row.view()))).collect())
}

/// Files by their ids, with their names.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    ids: &[FileId],
) -> Outcome<HashMap<FileId, (String, FileView)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = Row::query()
        .filter(files::workspace_id.eq(workspace))
        .filter(files::id.eq_any(ids))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.name.clone(), row.view()))).collect())
}
