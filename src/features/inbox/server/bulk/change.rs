//! What a job does to one chat, and how that is undone: by the functions that change a single chat, within the
//! transaction of the batch.

use super::items::{Before, Item};
use super::job::Job;
use crate::context::Ask;
use crate::features::inbox::bulk::BulkWork;
use crate::features::inbox::server::set_aside::Aside;
use crate::features::inbox::server::{assign, hold, prioritise, reply, set_aside, tag_chat};
use crate::features::inbox::types::{Departure, ReadUpTo, SendHow, WorkState};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::change::Change;
use crate::shared::ids::{BulkJobId, ChatId, FileId, ReplyId, WorkspaceId};
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The quick reply as a chat gets it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Filled in.
    pub text: String,
    /// Files of the chat that follow it.
    pub files: Vec<FileId>,
}

/// Does what a job does to a chat; `message` is there where the job is a reply. Returns what has changed: nothing when the chat
/// is so already.
///
/// # Errors
/// A refusal as of a single chat; its savepoint is to be taken back then.
pub async fn carry_out(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    job: &Job,
    work: &BulkWork,
    item: &Item,
    message: Option<&Message>,
) -> Outcome<Vec<Change>> {
    let (chat, seen) = (item.chat_id, Some(item.seen()));
    match work {
        BulkWork::Assign(to) => {
            assign::give(conn, ask, chat, to.as_ref().map(|person| person.id), item.holder_id).await
        }
        BulkWork::AddTag(tag) => tag_chat::put_on(conn, ask, chat, tag.id).await,
        BulkWork::RemoveTag(tag) => tag_chat::take_off(conn, ask, chat, tag.id).await,
        BulkWork::Prioritise(priority) => prioritise::give(conn, ask, chat, *priority).await,
        BulkWork::Close => set_aside::put(conn, ask, chat, seen, Aside::closed()).await,
        BulkWork::Snooze(until) => set_aside::put(conn, ask, chat, seen, Aside::snoozed(*until)).await,
        BulkWork::MarkSpam => set_aside::put(conn, ask, chat, seen, Aside::spam()).await,
        BulkWork::Reopen => set_aside::take_up(conn, ask, chat).await,
        BulkWork::Reply(_) => {
            let how = SendHow {
                departure: Departure::AfterPause,
                read_up_to: Some(ReadUpTo { message: seen, reply: Some(job.created_at) }),
                ..SendHow::default()
            };
            let Message { text, files } = message.ok_or_else(|| Fault::broke("a reply without its text"))?;
            let mut changes = reply::put_text(conn, ask, chat, reply_of(job.id, chat, 0), text, &how).await?;
            for (part, file) in (1..).zip(files) {
                let reply = reply_of(job.id, chat, part);
                changes.extend(reply::put_file(conn, ask, chat, reply, *file, &how).await?);
            }
            Ok(changes)
        }
    }
}

/// Undoes it. Returns what has changed: nothing when somebody has changed the same since.
///
/// # Errors
/// A refusal as of a single chat; its savepoint is to be taken back then.
pub async fn undo(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    job: &Job,
    work: &BulkWork,
    item: &Item,
) -> Outcome<Vec<Change>> {
    let chat = item.chat_id;
    let before = item.before()?.ok_or_else(|| Fault::broke("nobody knows how the chat was before"))?;
    if has_changed_since(conn, ask.workspace(), work, item).await? {
        return Ok(Vec::new());
    }
    match work {
        BulkWork::Assign(to) => {
            assign::give(conn, ask, chat, before.holder, to.as_ref().map(|person| person.id)).await
        }
        BulkWork::AddTag(tag) => tag_chat::take_off(conn, ask, chat, tag.id).await,
        BulkWork::RemoveTag(tag) => tag_chat::put_on(conn, ask, chat, tag.id).await,
        BulkWork::Prioritise(_) => prioritise::give(conn, ask, chat, before.priority).await,
        BulkWork::Close | BulkWork::Snooze(_) | BulkWork::MarkSpam | BulkWork::Reopen => {
            restore(conn, ask, item, &before).await
        }
        BulkWork::Reply(text) => {
            let mut changes = Vec::new();
            for part in 0..=text.files.len() {
                changes.extend(hold::take_back_in(conn, ask, reply_of(job.id, chat, part)).await?);
            }
            Ok(changes)
        }
    }
}

async fn restore(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    item: &Item,
    before: &Before,
) -> Outcome<Vec<Change>> {
    let aside = match (before.work, before.until) {
        (WorkState::Closed, _) => Aside::closed(),
        (WorkState::Spam, _) => Aside::spam(),
        (WorkState::Snoozed, Some(until)) if until > ask.now => Aside::snoozed(until),
        // Its moment has come meanwhile.
        (WorkState::Open | WorkState::Snoozed, _) => {
            return set_aside::take_up(conn, ask, item.chat_id).await;
        }
    };
    set_aside::put(conn, ask, item.chat_id, Some(item.seen()), aside).await
}

/// The kinds of activities that change the same as a job.
fn kinds(work: &BulkWork) -> &'static [&'static str] {
    match work {
        BulkWork::Assign(_) => &["assigned"],
        BulkWork::AddTag(_) | BulkWork::RemoveTag(_) => &["tag_added", "tag_removed"],
        BulkWork::Prioritise(_) => &["priority_set"],
        BulkWork::Close | BulkWork::Snooze(_) | BulkWork::MarkSpam | BulkWork::Reopen => {
            &["closed", "snoozed", "marked_spam", "reopened", "unmarked_spam", "woke", "buyer_returned"]
        }
        BulkWork::Reply(_) => &[],
    }
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// Whether somebody has changed the same of a chat since the job did.
async fn has_changed_since(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    work: &BulkWork,
    item: &Item,
) -> Outcome<bool> {
    let tag = match work {
        BulkWork::AddTag(tag) | BulkWork::RemoveTag(tag) => Some(tag.id.to_string()),
        _ => None,
    };
    let found: Found = diesel::sql_query(
        "SELECT EXISTS ( \
             SELECT 1 FROM activities a \
             WHERE a.workspace_id = $1 AND a.chat_id = $2 AND a.at > $3 AND a.kind = ANY($4) \
               AND ($5 IS NULL OR a.details ->> 'id' = $5)) AS is_there",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(item.chat_id)
    .bind::<Nullable<Timestamptz>, _>(item.acted_at)
    .bind::<Array<Text>, _>(kinds(work))
    .bind::<Nullable<Text>, _>(tag)
    .get_result(conn)
    .await?;
    Ok(found.is_there)
}

/// The reply that a job writes in a chat, the text before its files: whoever writes it again writes the same one.
pub fn reply_of(job: BulkJobId, chat: ChatId, part: usize) -> ReplyId {
    ReplyId(made_of(job, chat, if part == 0 { String::new() } else { format!("part {part}") }))
}

/// The file of a chat that a job makes out of one of the quick reply.
pub fn file_of(job: BulkJobId, chat: ChatId, place: usize) -> FileId {
    FileId(made_of(job, chat, format!("file {place}")))
}

fn made_of(job: BulkJobId, chat: ChatId, what: String) -> Uuid {
    let hash = Sha256::new()
        .chain_update(job.0.as_bytes())
        .chain_update(chat.0.as_bytes())
        .chain_update(what)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_one_reply_for_a_chat() {
        let (job, chat) = (BulkJobId::new(), ChatId::new());
        assert_eq!(reply_of(job, chat, 0), reply_of(job, chat, 0));
        assert_ne!(reply_of(job, chat, 0), reply_of(job, ChatId::new(), 0));
        assert_ne!(reply_of(job, chat, 0), reply_of(BulkJobId::new(), chat, 0));
        assert_ne!(reply_of(job, chat, 0), reply_of(job, chat, 1));
        assert_ne!(reply_of(job, chat, 1).0, file_of(job, chat, 1).0);
    }
}
