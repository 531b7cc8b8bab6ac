//! What became of drafts, counted when an answer is written: in its transaction, and taken back with it.

use crate::features::suggestions::measure::fate;
use crate::features::suggestions::types::{Fate, SourceView, SuggestionState};
use crate::platform::fault::Outcome;
use crate::platform::schema::{articles, suggestions};
use crate::shared::ids::{ArticleId, ChatId, ReplyId, SuggestionId, WorkspaceId};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Drafts for one message that are looked at; nobody has asked for more.
const MOST: i64 = 20;

/// Holds the drafts of a chat against what is sent: the nearest was accepted or edited, the others were not wanted.
///
/// # Errors
/// When the database refuses.
pub async fn note_sent(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    reply: ReplyId,
    text: &str,
) -> Outcome<()> {
    let drafts: Vec<(SuggestionId, String, serde_json::Value)> = suggestions::table
        .filter(suggestions::workspace_id.eq(workspace))
        .filter(suggestions::chat_id.eq(chat))
        .filter(suggestions::state.eq(SuggestionState::Ready))
        .filter(suggestions::outcome.is_null())
        .order((suggestions::created_at.desc(), suggestions::id.desc()))
        .limit(MOST)
        .select((suggestions::id, suggestions::body, suggestions::sources))
        .load(conn)
        .await?;
    let fates: Vec<(SuggestionId, (Fate, usize), serde_json::Value)> =
        drafts.into_iter().map(|(id, draft, sources)| (id, fate(&draft, text), sources)).collect();
    let nearest = fates.iter().min_by_key(|(_, (_, distance), _)| *distance).map(|(id, ..)| *id);
    for (id, (fate, distance), sources) in fates {
        let fate = if Some(id) == nearest { fate } else { Fate::Rejected };
        if fate != Fate::Rejected {
            count_uses(conn, workspace, sources).await?;
        }
        diesel::update(suggestions::table.find((workspace, id)))
            .set((
                suggestions::outcome.eq(Some(fate)),
                suggestions::distance.eq(i32::try_from(distance).ok()),
                suggestions::reply_id.eq(Some(reply)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Articles that a draft leant on have helped.
async fn count_uses(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    sources: serde_json::Value,
) -> Outcome<()> {
    // What an older version has written differently counts for nothing.
    let sources: Vec<SourceView> = serde_json::from_value(sources).unwrap_or_default();
    let used: Vec<ArticleId> = sources.into_iter().filter_map(|source| source.article).collect();
    if !used.is_empty() {
        diesel::update(articles::table)
            .filter(articles::workspace_id.eq(workspace))
            .filter(articles::id.eq_any(used))
            .set(articles::use_count.eq(articles::use_count + 1))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The answer was taken back before it left: its drafts are there again.
///
/// # Errors
/// When the database refuses.
pub async fn forget(conn: &mut AsyncPgConnection, workspace: WorkspaceId, reply: ReplyId) -> Outcome<()> {
    diesel::update(suggestions::table)
        .filter(suggestions::workspace_id.eq(workspace))
        .filter(suggestions::reply_id.eq(reply))
        .set((
            suggestions::outcome.eq(None::<Fate>),
            suggestions::distance.eq(None::<i32>),
            suggestions::reply_id.eq(None::<ReplyId>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
