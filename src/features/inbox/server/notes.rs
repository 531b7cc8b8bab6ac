//! What people write to each other beside a chat.

use super::activities::hold;
use super::beside;
use crate::context::Ask;
use crate::features::inbox::types::NoteView;
use crate::features::inbox::work::check_note;
use crate::features::notices::server::notify;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{note_mentions, notes, users};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, NoteId, UserId, WorkspaceId};
use crate::shared::role::Permission;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeSet;

/// A note as those who change it need it.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = notes)]
struct Kept {
    author_id: UserId,
    body: String,
    deleted_at: Option<DateTime<Utc>>,
}

/// Writes a note. The same id twice is the same note.
///
/// # Errors
/// `NotFound` when the workspace has no such chat or nobody of that name; a refusal that says what to change.
pub async fn write(
    ask: &Ask,
    chat: ChatId,
    note: NoteId,
    body: &str,
    mentions: Vec<UserId>,
) -> Outcome<NoteView> {
    let (workspace, author) = (ask.workspace(), ask.user.id);
    let body = check_note(body)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        hold(conn, workspace, chat).await?;
        let people = known(conn, workspace, mentions).await?;
        let written = diesel::insert_into(notes::table)
            .values((
                notes::workspace_id.eq(workspace),
                notes::chat_id.eq(chat),
                notes::id.eq(note),
                notes::author_id.eq(author),
                notes::body.eq(&body),
                notes::created_at.eq(ask.now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if written > 0 {
            let mut changes = mentioned(conn, ask, chat, note, &people).await?;
            changes.push(Change::Chat { chat });
            live::append(conn, workspace, &changes).await?;
        } else if find(conn, workspace, chat, note).await?.author_id != author {
            return Err(Fault::not_found());
        }
        beside::note(conn, workspace, chat, note).await?.ok_or_else(|| Refusal::NoteDeleted.into())
    })
    .await
}

/// Changes a note of one's own.
///
/// # Errors
/// A refusal for another person's note, or one that says what to change.
pub async fn edit(
    ask: &Ask,
    chat: ChatId,
    note: NoteId,
    body: &str,
    mentions: Vec<UserId>,
) -> Outcome<NoteView> {
    let workspace = ask.workspace();
    let body = check_note(body)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let kept = find(conn, workspace, chat, note).await?;
        if kept.author_id != ask.user.id {
            return Err(Refusal::NoteOfAnother.into());
        }
        if kept.deleted_at.is_some() {
            return Err(Refusal::NoteDeleted.into());
        }
        let people = known(conn, workspace, mentions).await?;
        let before = people_of(conn, workspace, chat, note).await?;
        if kept.body != body || before != people {
            diesel::update(notes::table.find((workspace, chat, note)))
                .set((notes::body.eq(&body), notes::edited_at.eq(Some(ask.now))))
                .execute(conn)
                .await?;
            let gone: Vec<UserId> = before.difference(&people).copied().collect();
            forget(conn, workspace, chat, note, &gone).await?;
            let new: BTreeSet<UserId> = people.difference(&before).copied().collect();
            let mut changes = mentioned(conn, ask, chat, note, &new).await?;
            changes.push(Change::Note { chat, note });
            live::append(conn, workspace, &changes).await?;
        }
        beside::note(conn, workspace, chat, note).await?.ok_or_else(Fault::not_found)
    })
    .await
}

/// Deletes a note: one's own, or anybody's for those who manage what is shared. Its text is gone for good.
///
/// # Errors
/// A refusal for another person's note.
pub async fn delete(ask: &Ask, chat: ChatId, note: NoteId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let kept = find(conn, workspace, chat, note).await?;
        if kept.author_id != ask.user.id && !ask.user.role.may(Permission::ManageShared) {
            return Err(Refusal::NoteOfAnother.into());
        }
        if kept.deleted_at.is_some() {
            return Ok(());
        }
        diesel::update(notes::table.find((workspace, chat, note)))
            .set((notes::body.eq(""), notes::deleted_at.eq(Some(ask.now))))
            .execute(conn)
            .await?;
        let people: Vec<UserId> = people_of(conn, workspace, chat, note).await?.into_iter().collect();
        forget(conn, workspace, chat, note, &people).await?;
        live::append(conn, workspace, &[Change::Note { chat, note }]).await
    })
    .await
}

/// Those of the given notes that are still there, as they are now.
///
/// # Errors
/// When the database refuses.
pub async fn still_there(ask: &Ask, chat: ChatId, notes: &[NoteId]) -> Outcome<Vec<NoteView>> {
    beside::notes(&mut *ask.conn().await?, ask.workspace(), chat, notes).await
}

/// A note has begun to speak to these people, and they are told. The one place that knows of it.
///
/// # Errors
/// When the database refuses.
async fn mentioned(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    note: NoteId,
    people: &BTreeSet<UserId>,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    let rows: Vec<_> = people
        .iter()
        .map(|person| {
            (
                note_mentions::workspace_id.eq(workspace),
                note_mentions::chat_id.eq(chat),
                note_mentions::note_id.eq(note),
                note_mentions::user_id.eq(*person),
            )
        })
        .collect();
    diesel::insert_into(note_mentions::table).values(rows).on_conflict_do_nothing().execute(conn).await?;
    let people: Vec<UserId> = people.iter().copied().collect();
    notify::mentioned(conn, workspace, chat, &people, ask.user.id, ask.now).await
}

/// A note does not speak to these people any more.
async fn forget(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    note: NoteId,
    people: &[UserId],
) -> Outcome<()> {
    diesel::delete(note_mentions::table)
        .filter(note_mentions::workspace_id.eq(workspace))
        .filter(note_mentions::chat_id.eq(chat))
        .filter(note_mentions::note_id.eq(note))
        .filter(note_mentions::user_id.eq_any(people))
        .execute(conn)
        .await?;
    Ok(())
}

/// Holds a note.
async fn find(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    note: NoteId,
) -> Outcome<Kept> {
    Kept::query()
        .filter(notes::workspace_id.eq(workspace))
        .filter(notes::chat_id.eq(chat))
        .filter(notes::id.eq(note))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

async fn people_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    note: NoteId,
) -> Outcome<BTreeSet<UserId>> {
    let people: Vec<UserId> = note_mentions::table
        .filter(note_mentions::workspace_id.eq(workspace))
        .filter(note_mentions::chat_id.eq(chat))
        .filter(note_mentions::note_id.eq(note))
        .select(note_mentions::user_id)
        .load(conn)
        .await?;
    Ok(people.into_iter().collect())
}

/// People of the workspace; who is none of them is not found.
async fn known(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    people: Vec<UserId>,
) -> Outcome<BTreeSet<UserId>> {
    let asked: BTreeSet<UserId> = people.into_iter().collect();
    let known: i64 = users::table
        .filter(users::workspace_id.eq(workspace))
        .filter(users::id.eq_any(asked.iter().copied()))
        .filter(users::left_at.is_null())
        .count()
        .get_result(conn)
        .await?;
    if known < asked.len() as i64 {
        return Err(Fault::not_found());
    }
    Ok(asked)
}
