//! Which files of messages we want. A file is wanted as soon as its message is stored, when the message is newer than
//! the shop's connection; older ones when somebody opens the chat.

use super::fetch;
use crate::context::Ask;
use crate::features::files::types::{FileProblem, FileState, Origin};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::live;
use crate::platform::schema::{chats, files};
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, FileId, SellerId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Messages of one chat whose files are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub workspace: WorkspaceId,
    pub seller: SellerId,
    pub chat: ChatId,
    /// The marketplace's ids of messages that have files.
    pub messages: &'a [String],
    /// Somebody looks at them; otherwise imported history stays where it is.
    pub whatever_age: bool,
}

/// Notes the files of messages and has them fetched. An edited message may point to another file: that one is fetched
/// under a new id. Pictures that we sent ourselves are here already. Says whether there is anything to fetch.
///
/// # Errors
/// When the database refuses.
pub async fn want(conn: &mut AsyncPgConnection, wanted: Wanted<'_>, now: DateTime<Utc>) -> Outcome<bool> {
    if wanted.messages.is_empty() {
        return Ok(false);
    }
    let noted = diesel::sql_query(
        "INSERT INTO files AS f (workspace_id, id, chat_id, message_id, position, origin, state, name, url, created_at) \
         SELECT m.workspace_id, gen_random_uuid(), m.chat_id, m.external_id, a.place::int - 1, 'incoming', 'waiting', \
                left(a.item ->> 'name', 200), a.item ->> 'url', $4 \
         FROM messages m \
         JOIN sellers s ON s.workspace_id = m.workspace_id AND s.id = $5 \
         LEFT JOIN replies r ON r.workspace_id = m.workspace_id AND r.id = m.reply_id \
         CROSS JOIN LATERAL jsonb_array_elements(m.attachments) WITH ORDINALITY AS a (item, place) \
         WHERE m.workspace_id = $1 AND m.chat_id = $2 AND m.external_id = ANY($3) AND a.item ->> 'kind' <> 'link' \
           AND r.file_id IS NULL AND ($6 OR m.sent_at >= s.clock_from) \
         ON CONFLICT (workspace_id, chat_id, message_id, position) DO UPDATE SET \
             id = excluded.id, name = excluded.name, url = excluded.url, state = 'waiting', attempts = 0, problem = NULL, \
             tried_at = NULL, created_at = excluded.created_at \
         WHERE split_part(f.url, '?', 1) <> split_part(excluded.url, '?', 1)",
    )
    .bind::<SqlUuid, _>(wanted.workspace)
    .bind::<SqlUuid, _>(wanted.chat)
    .bind::<Array<Text>, _>(wanted.messages)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(wanted.seller)
    .bind::<Bool, _>(wanted.whatever_age)
    .execute(conn)
    .await?;
    if noted > 0 {
        enqueue(conn, wanted.workspace, wanted.seller, wanted.chat, now).await?;
    }
    Ok(noted > 0)
}

/// Fetches a file once more, because a person asks for it.
///
/// # Errors
/// `NotFound` when the workspace has no such file of a message.
pub async fn ask_again(ask: &Ask, file: FileId) -> Outcome<()> {
    let (workspace, now) = (ask.workspace(), ask.now);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let found: Option<(ChatId, SellerId, FileState)> =
            files::table
                .inner_join(chats::table.on(
                    chats::workspace_id.eq(files::workspace_id).and(chats::id.nullable().eq(files::chat_id)),
                ))
                .filter(files::workspace_id.eq(workspace))
                .filter(files::id.eq(file))
                .filter(files::origin.eq(Origin::Incoming))
                .select((chats::id, chats::seller_id, files::state))
                .first(conn)
                .await
                .optional()?;
        let (chat, seller, state) = found.ok_or_else(Fault::not_found)?;
        if state != FileState::Failed {
            return Ok(());
        }
        diesel::update(files::table.find((workspace, file)))
            .set((
                files::state.eq(FileState::Waiting),
                files::attempts.eq(0),
                files::tried_at.eq(None::<DateTime<Utc>>),
                files::problem.eq(None::<FileProblem>),
            ))
            .execute(conn)
            .await?;
        enqueue(conn, workspace, seller, chat, now).await?;
        live::append(conn, workspace, &[Change::Chat { chat }]).await
    })
    .await
}

async fn enqueue(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    // Replies and new messages go first.
    jobs::enqueue(conn, NewJob::of_chat(workspace, seller, chat, fetch::JOB, now).in_background()).await
}
