//! Planning a job: what is done is put into words, the chats are fixed, and nothing happens yet.

use super::job::{self, may};
use super::preview;
use crate::context::Ask;
use crate::features::files::server::kept;
use crate::features::inbox::bulk::{
    BulkAct, BulkChats, BulkFile, BulkPlan, BulkState, BulkText, BulkWork, MOST_CHATS, MOST_CHOSEN,
    MOST_REPLIES,
};
use crate::features::inbox::server::{assign, list, tags};
use crate::features::quick_replies::server::list as quick_replies;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::bulk_jobs;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{BulkJobId, QuickReplyId};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Plans a job: from now on it is certain which chats it is about. What the person has planned before and not confirmed
/// is forgotten.
///
/// # Errors
/// A refusal that says what keeps it from being done.
pub async fn plan(ask: &Ask, id: BulkJobId, chats: &BulkChats, act: &BulkAct) -> Outcome<BulkPlan> {
    if !may(ask.user.role, act.is_reply()) {
        return Err(AppError::Forbidden.into());
    }
    let most = if act.is_reply() { MOST_REPLIES } else { MOST_CHATS };
    if let BulkChats::Chosen(chosen) = chats
        && chosen.len() > MOST_CHOSEN
    {
        return Err(too_large(MOST_CHOSEN));
    }
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let planned = conn
        .transaction(async |conn| {
            let work = put_into_words(conn, ask, act).await?;
            forget_planned(conn, ask).await?;
            let inserted = diesel::insert_into(bulk_jobs::table)
                .values((
                    bulk_jobs::workspace_id.eq(workspace),
                    bulk_jobs::id.eq(id),
                    bulk_jobs::author_id.eq(ask.user.id),
                    bulk_jobs::state.eq(BulkState::Planned),
                    bulk_jobs::work.eq(serde_json::to_value(&work)?),
                    bulk_jobs::created_at.eq(ask.now),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?;
            if inserted == 0 {
                // It has been started, or it is somebody else's.
                return Err(Fault::not_found());
            }
            let noted = list::note_for_job(conn, ask, chats, id, most + 1).await?;
            if noted == 0 {
                return Err(Refusal::BulkEmpty.into());
            }
            if noted > most as i64 {
                return Err(too_large(most));
            }
            diesel::update(bulk_jobs::table.find((workspace, id)))
                .set(bulk_jobs::chats.eq(noted))
                .execute(conn)
                .await?;
            job::find(conn, workspace, id).await
        })
        .await?;
    drop(conn);
    let view = planned.view()?;
    let preview = match &view.work {
        BulkWork::Reply(text) => Some(preview::of_job(ask, id, text).await?),
        _ => None,
    };
    Ok(BulkPlan { job: view, preview })
}

fn too_large(max: usize) -> Fault {
    Refusal::BulkTooLarge { max: u32::try_from(max).unwrap_or(u32::MAX) }.into()
}

async fn forget_planned(conn: &mut AsyncPgConnection, ask: &Ask) -> Outcome<()> {
    diesel::delete(bulk_jobs::table)
        .filter(bulk_jobs::workspace_id.eq(ask.workspace()))
        .filter(bulk_jobs::author_id.eq(ask.user.id))
        .filter(bulk_jobs::state.eq(BulkState::Planned))
        .execute(conn)
        .await?;
    Ok(())
}

async fn put_into_words(conn: &mut AsyncPgConnection, ask: &Ask, act: &BulkAct) -> Outcome<BulkWork> {
    let workspace = ask.workspace();
    Ok(match act {
        BulkAct::Assign(holder) => BulkWork::Assign(match assign::person_of(ask, *holder) {
            Some(person) => Some(assign::who_may_answer(conn, workspace, person).await?),
            None => None,
        }),
        BulkAct::AddTag(tag) => BulkWork::AddTag(tags::find(conn, workspace, *tag).await?),
        BulkAct::RemoveTag(tag) => BulkWork::RemoveTag(tags::find(conn, workspace, *tag).await?),
        BulkAct::Prioritise(priority) => BulkWork::Prioritise(*priority),
        BulkAct::Close => BulkWork::Close,
        BulkAct::Snooze(until) if *until <= ask.now => return Err(Refusal::MomentPassed.into()),
        BulkAct::Snooze(until) => BulkWork::Snooze(*until),
        BulkAct::MarkSpam => BulkWork::MarkSpam,
        BulkAct::Reopen => BulkWork::Reopen,
        BulkAct::Reply(reply) => BulkWork::Reply(text_of(conn, ask, *reply).await?),
    })
}

async fn text_of(conn: &mut AsyncPgConnection, ask: &Ask, reply: QuickReplyId) -> Outcome<BulkText> {
    let visible = quick_replies::visible(conn, ask.workspace(), ask.user.id).await?;
    let row = visible.into_iter().find(|row| row.id == reply).ok_or_else(Fault::not_found)?;
    let scope = row.scope();
    let files = kept::of(conn, ask.workspace(), &[reply]).await?.remove(&reply).unwrap_or_default();
    let files = files.into_iter().map(|(name, file)| BulkFile { id: file.id, name }).collect();
    Ok(BulkText { id: row.id, title: row.title, body: row.body, scope, files })
}
