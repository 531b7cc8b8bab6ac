//! Looking for a text inside one chat: its letters as they stand, or its words in another form.

use super::receive;
use crate::context::Ask;
use crate::features::inbox::types::{Finds, MAX_FINDS};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::i18n::letters::folded;
use crate::shared::ids::ChatId;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

/// No longer text is looked for, in characters.
const MAX_TEXT: usize = 200;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    external_id: String,
}

/// The statement behind it. A chat is read whole: its letters are in no index, and it has thousands of messages at most.
/// Public so that a test can look at its plan.
pub const FIND_SQL: &str = "SELECT m.external_id FROM messages m \
     WHERE m.workspace_id = $1 AND m.chat_id = $2 \
       AND (strpos(translate(lower(m.body), U&'\\0451', U&'\\0435'), $3) > 0 OR m.words @@ plainto_tsquery('russian', $3)) \
     ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT $4";

/// The messages of a chat that hold a text, newest first.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn find(ask: &Ask, chat: ChatId, text: &str) -> Outcome<Finds> {
    let mut conn = ask.conn().await?;
    receive::cursor(&mut conn, ask.workspace(), chat).await?.ok_or_else(Fault::not_found)?;
    let text = folded(&text.trim().chars().take(MAX_TEXT).collect::<String>());
    if text.is_empty() || text.contains('\0') {
        return Ok(Finds { messages: Vec::new(), is_cut: false });
    }
    let rows: Vec<Row> = diesel::sql_query(FIND_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<SqlUuid, _>(chat)
        .bind::<Text, _>(&text)
        .bind::<BigInt, _>(MAX_FINDS as i64 + 1)
        .load(&mut conn)
        .await?;
    let is_cut = rows.len() > MAX_FINDS;
    Ok(Finds { messages: rows.into_iter().take(MAX_FINDS).map(|row| row.external_id).collect(), is_cut })
}
