//! Who has which chat on the screen right now, who writes there, and who answers it. Kept for seconds, told at once:
//! nothing of it goes through the event log.

use crate::context::Ask;
use crate::features::inbox::types::{Companion, Doing};
use crate::features::notices::server::centre;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::{chats, presences};
use crate::shared::change::PresenceMoved;
use crate::shared::ids::{ChatId, TabId, UserId, WorkspaceId};
use crate::shared::role::Permission;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// A chat counts as on the screen for so long after the browser has said so; browsers say so every 15 seconds.
const EXPIRES: TimeDelta = TimeDelta::seconds(40);
/// A person counts as typing for so long after the last word of it.
const TYPES: TimeDelta = TimeDelta::seconds(8);
/// Whoever types answers the chat for so long.
const HOLDS: TimeDelta = TimeDelta::minutes(2);
/// More people at once than a screen could show.
const MOST: i64 = 500;

/// What is kept of one page of a person.
#[derive(HasQuery, Clone, Copy, Debug, PartialEq, Eq)]
#[diesel(table_name = presences)]
struct Presence {
    since: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    typing_until: Option<DateTime<Utc>>,
    held_since: Option<DateTime<Utc>>,
    held_until: Option<DateTime<Utc>>,
}

/// What others see of it: on the screen, typing, answering.
type Seen = (bool, bool, bool);

impl Presence {
    fn seen(self, now: DateTime<Utc>) -> Seen {
        let after = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until > now);
        (self.expires_at > now, after(self.typing_until), after(self.held_until))
    }

    /// How it goes on after the browser has told what the person does.
    fn next(before: Option<Self>, doing: Doing, now: DateTime<Utc>) -> Self {
        let present = before.filter(|it| it.expires_at > now);
        let held = before.filter(|it| it.held_until.is_some_and(|until| until > now));
        let mut next = Presence {
            since: present.map_or(now, |it| it.since),
            expires_at: now + EXPIRES,
            typing_until: before.and_then(|it| it.typing_until),
            held_since: held.and_then(|it| it.held_since),
            held_until: held.and_then(|it| it.held_until),
        };
        match doing {
            Doing::Looking => {}
            Doing::Typing => {
                next.typing_until = Some(now + TYPES);
                next.held_since = next.held_since.or(Some(now));
                next.held_until = Some(now + HOLDS);
            }
            Doing::Done => (next.typing_until, next.held_since, next.held_until) = (None, None, None),
        }
        next
    }
}

/// Notes what a page of the person has on the screen, and what they do there.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn look(ask: &Ask, tab: TabId, chat: Option<ChatId>, doing: Doing) -> Outcome<()> {
    let (workspace, user, now) = (ask.workspace(), ask.user.id, ask.now);
    // Whoever may not answer does not type either.
    let doing = if ask.user.role.may(Permission::ReplyToChats) { doing } else { Doing::Looking };
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut moved = leave(conn, workspace, user, tab, chat, now).await?;
        if let Some(chat) = chat
            && come(conn, workspace, user, tab, chat, doing, now).await?
        {
            moved.push(chat);
        }
        for chat in &moved {
            live::tell_presence(conn, workspace, PresenceMoved { chat: *chat, user }).await?;
        }
        if let Some(chat) = chat.filter(|chat| moved.contains(chat)) {
            // Whoever looks at a chat need not be told about it any more.
            let seen = centre::seen_in_chat(conn, workspace, user, chat, now).await?;
            live::append(conn, workspace, &seen.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(())
    })
    .await
}

/// The page has other chats on the screen no more. An answer that was begun there stays the person's for a while.
async fn leave(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    tab: TabId,
    chat: Option<ChatId>,
    now: DateTime<Utc>,
) -> Outcome<Vec<ChatId>> {
    let nowhere = ChatId(uuid::Uuid::nil());
    Ok(diesel::update(presences::table)
        .filter(presences::workspace_id.eq(workspace))
        .filter(presences::user_id.eq(user))
        .filter(presences::tab_id.eq(tab))
        .filter(presences::chat_id.ne(chat.unwrap_or(nowhere)))
        .filter(presences::expires_at.gt(now))
        .set((presences::expires_at.eq(now), presences::typing_until.eq(None::<DateTime<Utc>>)))
        .returning(presences::chat_id)
        .get_results(conn)
        .await?)
}

/// Says whether others see a change.
async fn come(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    tab: TabId,
    chat: ChatId,
    doing: Doing,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    let before: Option<Presence> = Presence::query()
        .filter(presences::workspace_id.eq(workspace))
        .filter(presences::chat_id.eq(chat))
        .filter(presences::user_id.eq(user))
        .filter(presences::tab_id.eq(tab))
        .first(conn)
        .await
        .optional()?;
    if before.is_none() {
        let known: Option<ChatId> =
            chats::table.find((workspace, chat)).select(chats::id).first(conn).await.optional()?;
        known.ok_or_else(Fault::not_found)?;
    }
    let next = Presence::next(before, doing, now);
    let moving = (
        presences::since.eq(next.since),
        presences::expires_at.eq(next.expires_at),
        presences::typing_until.eq(next.typing_until),
        presences::held_since.eq(next.held_since),
        presences::held_until.eq(next.held_until),
    );
    diesel::insert_into(presences::table)
        .values((
            presences::workspace_id.eq(workspace),
            presences::chat_id.eq(chat),
            presences::user_id.eq(user),
            presences::tab_id.eq(tab),
            moving,
        ))
        .on_conflict((presences::workspace_id, presences::chat_id, presences::user_id, presences::tab_id))
        .do_update()
        .set(moving)
        .execute(conn)
        .await?;
    let nobody: Seen = (false, false, false);
    Ok(before.map_or(nobody, |before| before.seen(now)) != next.seen(now))
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    here_until: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    typing_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    held_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_ahead: bool,
}

/// Everybody else of the workspace (`$1`; `$2` is the person, `$3` now) who is at a chat, those who came first first.
/// Public so that a test can look at its plan.
pub const OTHERS_SQL: &str = "SELECT p.chat_id, p.user_id, u.name, max(p.expires_at) AS here_until, max(p.typing_until) AS typing_until, \
            max(p.held_until) AS held_until, \
            coalesce(min(p.held_since) FILTER (WHERE p.held_until > $3) \
                     < coalesce((SELECT min(o.held_since) FROM presences o \
                                 WHERE o.workspace_id = $1 AND o.chat_id = p.chat_id AND o.user_id = $2 \
                                   AND o.held_until > $3), 'infinity'), FALSE) AS is_ahead \
     FROM presences p JOIN users u ON u.workspace_id = p.workspace_id AND u.id = p.user_id \
     WHERE p.workspace_id = $1 AND p.user_id <> $2 AND (p.expires_at > $3 OR p.held_until > $3) \
     GROUP BY p.chat_id, p.user_id, u.name ORDER BY min(p.since), p.user_id LIMIT $4";

/// Everybody else who is at a chat of the workspace now, or answers one.
///
/// # Errors
/// When the database refuses.
pub async fn others(ask: &Ask) -> Outcome<Vec<Companion>> {
    let rows: Vec<Row> = diesel::sql_query(OTHERS_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<SqlUuid, _>(ask.user.id)
        .bind::<Timestamptz, _>(ask.now)
        .bind::<BigInt, _>(MOST)
        .load(&mut ask.conn().await?)
        .await?;
    let companion = |row: Row| Companion {
        chat: row.chat_id,
        user: row.user_id,
        name: row.name,
        here_until: row.here_until,
        typing_until: row.typing_until,
        held_until: row.held_until,
        is_ahead: row.is_ahead,
    };
    Ok(rows.into_iter().map(companion).collect())
}

/// The SQL condition that somebody else than `person` answers chat `c` at the moment `now`; both are placeholders such
/// as `$2`. Whoever hands out chats leaves these out.
pub fn held_by_others(person: &str, now: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM presences p WHERE p.workspace_id = c.workspace_id AND p.chat_id = c.id \
                   AND p.user_id <> {person} AND p.held_until > {now})"
    )
}

/// Deletes what has expired.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    use diesel::BoolExpressionMethods;
    Ok(diesel::delete(presences::table)
        .filter(presences::expires_at.lt(now))
        .filter(presences::held_until.is_null().or(presences::held_until.lt(now)))
        .execute(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn who_types_answers_for_two_minutes_after_the_last_key() {
        let first = Presence::next(None, Doing::Looking, at(0));
        assert_eq!(first.seen(at(39)), (true, false, false));
        assert_eq!(first.seen(at(40)), (false, false, false));
        let typing = Presence::next(Some(first), Doing::Typing, at(10));
        assert_eq!((typing.since, typing.held_since), (at(0), Some(at(10))));
        let looking = Presence::next(Some(typing), Doing::Looking, at(15));
        assert_eq!(looking.seen(at(17)), (true, true, true));
        assert_eq!(looking.seen(at(19)), (true, false, true));
        let typing = Presence::next(Some(looking), Doing::Typing, at(100));
        assert_eq!((typing.held_since, typing.held_until), (Some(at(10)), Some(at(220))));
        assert_eq!(typing.seen(at(219)), (false, false, true));
        let late = Presence::next(Some(typing), Doing::Typing, at(230));
        assert_eq!((late.since, late.held_since), (at(230), Some(at(230))), "the hold had ended");
        assert_eq!(Presence::next(Some(late), Doing::Done, at(231)).seen(at(231)), (true, false, false));
    }
}
