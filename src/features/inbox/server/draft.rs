//! Drafts: kept on the server, so that they survive the browser and the machine.

use crate::context::Ask;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chats, drafts};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::ChatId;
use chrono::{DateTime, Utc};
use diesel::query_dsl::methods::FilterDsl;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, RunQueryDsl};

/// A draft may be longer than a message, so that a person can cut it down later; in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Keeps what the person has typed; an empty text deletes the draft. A text typed before the one that is kept changes
/// nothing: it comes late, or from another page.
///
/// # Errors
/// `NotFound` when the workspace has no such chat; a refusal when the text is absurdly long.
pub async fn save(ask: &Ask, chat: ChatId, text: &str, typed_at: DateTime<Utc>) -> Outcome<()> {
    if text.len() > MAX_BYTES {
        let (max, actual) = (MAX_BYTES as u32, u32::try_from(text.len()).unwrap_or(u32::MAX));
        return Err(Refusal::TextTooLong { max, actual }.into());
    }
    // Postgres holds no NUL; nobody can type one, but anybody can post one.
    let text = text.replace('\0', "");
    let (workspace, user) = (ask.workspace(), ask.user.id);
    // A browser may be ahead of us; nothing is typed in the future.
    let typed_at = typed_at.min(ask.now);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let exists: Option<ChatId> =
            chats::table.find((workspace, chat)).select(chats::id).first(conn).await.optional()?;
        exists.ok_or_else(Fault::not_found)?;
        let toggled = if text.trim().is_empty() {
            diesel::delete(drafts::table.find((workspace, user, chat)))
                .filter(drafts::updated_at.le(typed_at))
                .execute(conn)
                .await?
                > 0
        } else {
            let had: Option<ChatId> = drafts::table
                .find((workspace, user, chat))
                .select(drafts::chat_id)
                .first(conn)
                .await
                .optional()?;
            diesel::insert_into(drafts::table)
                .values((
                    drafts::workspace_id.eq(workspace),
                    drafts::user_id.eq(user),
                    drafts::chat_id.eq(chat),
                    drafts::body.eq(&text),
                    drafts::updated_at.eq(typed_at),
                ))
                .on_conflict((drafts::workspace_id, drafts::user_id, drafts::chat_id))
                .do_update()
                .set((drafts::body.eq(&text), drafts::updated_at.eq(typed_at)))
                .filter(drafts::updated_at.le(typed_at))
                .execute(conn)
                .await?;
            had.is_none()
        };
        // The list shows that there is a draft, not what is in it.
        if toggled {
            live::append(conn, workspace, &[Change::Seen { chat, user }]).await?;
        }
        Ok(())
    })
    .await
}
