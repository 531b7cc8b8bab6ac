//! Files that are kept with quick replies: which ones belong to one, and what becomes of them in a chat.

use super::content::Looked;
use super::read;
use super::upload::Upload;
use crate::context::Ask;
use crate::features::files::types::{FileState, FileView, Origin};
use crate::platform::fault::Outcome;
use crate::platform::schema::files;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, FileId, QuickReplyId, UserId, WorkspaceId};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// Names and files of quick replies, in their order.
pub type Kept = HashMap<QuickReplyId, Vec<(String, FileView)>>;

/// The files of quick replies.
///
/// # Errors
/// When the database refuses.
pub async fn of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    replies: &[QuickReplyId],
) -> Outcome<Kept> {
    let places: Vec<(Option<QuickReplyId>, FileId)> = files::table
        .filter(files::workspace_id.eq(workspace))
        .filter(files::origin.eq(Origin::Kept))
        .filter(files::quick_reply_id.eq_any(replies))
        .order((files::quick_reply_id, files::position))
        .select((files::quick_reply_id, files::id))
        .load(conn)
        .await?;
    let ids: Vec<FileId> = places.iter().map(|(_, file)| *file).collect();
    let mut views = read::by_ids(conn, workspace, &ids).await?;
    let mut kept = Kept::new();
    for (reply, file) in places {
        if let (Some(reply), Some(view)) = (reply, views.remove(&file)) {
            kept.entry(reply).or_default().push(view);
        }
    }
    Ok(kept)
}

/// Makes these the files of a quick reply, in this order; others that it had are let go. Within the caller's transaction.
///
/// # Errors
/// `FileNotThere` for a file that is neither the quick reply's nor a finished upload of this person.
pub async fn give(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    author: UserId,
    reply: QuickReplyId,
    wanted: &[FileId],
) -> Outcome<()> {
    diesel::update(files::table)
        .filter(files::workspace_id.eq(workspace))
        .filter(files::origin.eq(Origin::Kept))
        .filter(files::quick_reply_id.eq(reply))
        .filter(files::id.ne_all(wanted))
        .set((files::quick_reply_id.eq(None::<QuickReplyId>), files::position.eq(None::<i32>)))
        .execute(conn)
        .await?;
    let known: HashMap<FileId, (Option<QuickReplyId>, Option<UserId>)> = files::table
        .filter(files::workspace_id.eq(workspace))
        .filter(files::id.eq_any(wanted))
        .filter(files::origin.eq(Origin::Kept))
        .filter(files::state.eq(FileState::Stored))
        .select((files::id, (files::quick_reply_id, files::author_id)))
        .for_update()
        .load::<(FileId, (Option<QuickReplyId>, Option<UserId>))>(conn)
        .await?
        .into_iter()
        .collect();
    for (place, file) in (0_i32..).zip(wanted) {
        let may = match known.get(file) {
            Some((Some(of), _)) => *of == reply,
            Some((None, by)) => *by == Some(author),
            None => false,
        };
        if !may {
            return Err(Refusal::FileNotThere.into());
        }
        diesel::update(files::table.find((workspace, *file)))
            .set((files::quick_reply_id.eq(Some(reply)), files::position.eq(Some(place))))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Makes a file of a chat out of a kept one, as if the person had uploaded it there. `to` is made by the browser: the same
/// twice is one file.
///
/// # Errors
/// `NotFound` when the workspace has no such chat, or `to` is another file; `FileNotThere` when the quick reply has no such
/// file, or the store has lost it; `RateLimited` as for uploads.
pub async fn copy(
    ask: &Ask,
    reply: QuickReplyId,
    chat: ChatId,
    from: FileId,
    to: FileId,
) -> Outcome<(String, FileView)> {
    copy_to(ask, Wanted::ByHand(reply), chat, from, to).await?;
    let mut views = read::by_ids(&mut *ask.conn().await?, ask.workspace(), &[to]).await?;
    views.remove(&to).ok_or_else(|| Refusal::FileNotThere.into())
}

/// The same for a job that had the file when it was planned: the quick reply may have let it go since. Counts for nobody's
/// limit of uploads.
///
/// # Errors
/// `NotFound` when the workspace has no such chat; `FileNotThere` when the file is not kept any more.
pub async fn copy_for_job(ask: &Ask, chat: ChatId, from: FileId, to: FileId) -> Outcome<()> {
    copy_to(ask, Wanted::ByJob, chat, from, to).await
}

/// On whose account a file is copied.
#[derive(Clone, Copy)]
enum Wanted {
    /// A person has chosen this quick reply, whose file it has to be.
    ByHand(QuickReplyId),
    ByJob,
}

async fn copy_to(ask: &Ask, wanted: Wanted, chat: ChatId, from: FileId, to: FileId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let found: Option<(String, Option<String>, Option<QuickReplyId>)> = files::table
        .find((workspace, from))
        .filter(files::origin.eq(Origin::Kept))
        .select((files::name, files::key, files::quick_reply_id))
        .first(&mut conn)
        .await
        .optional()?;
    let Some((name, Some(key), of)) = found else { return Err(Refusal::FileNotThere.into()) };
    let is_by_hand = match wanted {
        Wanted::ByHand(reply) if of != Some(reply) => return Err(Refusal::FileNotThere.into()),
        Wanted::ByHand(_) => true,
        Wanted::ByJob => false,
    };
    let upload =
        Upload { workspace, author: ask.user.id, chat: Some(chat), id: to, now: ask.now, is_by_hand };
    let began_at = upload.begin(&mut conn, &name).await?;
    drop(conn);
    if let Some(created_at) = began_at {
        let bytes = ask.app.files.get(&key).await?.ok_or(Refusal::FileNotThere)?;
        let here = Looked::at(bytes).await.keep(&ask.app, workspace, to, created_at).await?;
        here.note(&mut *ask.conn().await?, workspace, to).await?;
    }
    Ok(())
}
