//! Making somebody responsible for a chat.

use super::activities::{done, hold};
use crate::context::Ask;
use crate::features::inbox::types::{Deed, Holder, PersonView};
use crate::features::notices::server::notify;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chats, users};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Gives a chat to somebody, or to nobody. `was` is who held it on the person's screen.
///
/// # Errors
/// A refusal when somebody else has taken it since, or when the person may not answer buyers.
pub async fn assign(ask: &Ask, chat: ChatId, to: Holder, was: Holder) -> Outcome<()> {
    let workspace = ask.workspace();
    let (wanted, was) = (person_of(ask, to), person_of(ask, was));
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut changes = give(conn, ask, chat, wanted, was).await?;
        if let Some(to) = wanted.filter(|_| !changes.is_empty()) {
            changes.extend(notify::assigned(conn, workspace, chat, to, Some(ask.user.id), ask.now).await?);
        }
        live::append(conn, workspace, &changes).await
    })
    .await
}

/// The same within a transaction, and nobody is notified. Returns what has changed: nothing when it is so already.
///
/// # Errors
/// A refusal when somebody else has taken it since, or when the person may not answer buyers.
pub async fn give(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    chat: ChatId,
    wanted: Option<UserId>,
    was: Option<UserId>,
) -> Outcome<Vec<Change>> {
    let workspace = ask.workspace();
    let held = hold(conn, workspace, chat).await?;
    let to = match wanted {
        Some(id) => Some(who_may_answer(conn, workspace, id).await?),
        None => None,
    };
    if held.assignee_id == wanted {
        return Ok(Vec::new());
    }
    if held.assignee_id != was {
        let holder = match held.assignee_id {
            Some(id) => name_of(conn, workspace, id).await?,
            None => None,
        };
        return Err(Refusal::HolderHasChanged { holder }.into());
    }
    diesel::update(chats::table.find((workspace, chat)))
        .set(chats::assignee_id.eq(wanted))
        .execute(conn)
        .await?;
    done(conn, ask, chat, Deed::Assigned { to }).await
}

/// The person that a word stands for when this one says it.
pub fn person_of(ask: &Ask, holder: Holder) -> Option<UserId> {
    match holder {
        Holder::Me => Some(ask.user.id),
        Holder::Nobody => None,
        Holder::Person(id) => Some(id),
    }
}

/// A person who can be responsible.
///
/// # Errors
/// A refusal when the person may not answer buyers, or not any more; `NotFound` when the workspace has no such person.
pub async fn who_may_answer(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    id: UserId,
) -> Outcome<PersonView> {
    // Held, so that whoever is let go meanwhile hands over this chat as well.
    let found: Option<(String, Role, Option<DateTime<Utc>>)> = users::table
        .find((workspace, id))
        .select((users::name, users::role, users::left_at))
        .for_share()
        .first(conn)
        .await
        .optional()?;
    let (name, role, left_at) = found.ok_or_else(Fault::not_found)?;
    let person = PersonView { id, name };
    if left_at.is_some() || !role.may(Permission::ReplyToChats) {
        return Err(Refusal::PersonCannotAnswer.into());
    }
    Ok(person)
}

/// Whoever it is, or was.
async fn name_of(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    id: UserId,
) -> Outcome<Option<String>> {
    Ok(users::table.find((workspace, id)).select(users::name).first(conn).await.optional()?)
}
