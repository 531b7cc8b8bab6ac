//! What is done as deadlines come near and pass: the sleeper, and the steps of the ladder. Each breach and each step is noted in the
//! transaction that acts on it, so that it happens once, whoever is awake.

use super::activities::record;
use crate::context::App;
use crate::features::inbox::types::{Deed, PersonView, Priority};
use crate::features::notices::server::notify::{self, DeadlineNews, ON_SHIFT};
use crate::features::sla::server::recompute::{Fallen, FallenDue};
use crate::features::sla::server::supervisor::tell::{self as supervisor, DeadlineTold};
use crate::features::sla::server::wakes;
use crate::platform::clock;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::chats;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use crate::shared::sla::ladder::StepAction;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeSet;
use std::time::Duration;

/// Chats that are dealt with in one transaction.
const TOGETHER: i64 = 500;
/// The longest sleep: an instant nearer than the next one may be committed meanwhile.
const LONGEST: Duration = Duration::from_secs(1);
/// A chat that cannot be dealt with is tried again after this long.
const PUT_OFF: TimeDelta = TimeDelta::minutes(1);

/// Sleeps until the next deadline or step, and deals with it, until it is asked to stop.
pub async fn run(app: App) {
    while !app.cancel.is_cancelled() {
        let pause = match turn(&app, clock::now()).await {
            Ok(0) => sleep(&app).await,
            Ok(_) => Duration::ZERO,
            Err(fault) => {
                tracing::warn!(error = %fault, "cannot look what is due");
                LONGEST
            }
        };
        tokio::select! {
            () = app.cancel.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// How long there is nothing to do.
async fn sleep(app: &App) -> Duration {
    let next = async { wakes::next(&mut *app.db.get().await?).await };
    match next.await {
        Ok(Some(next)) => {
            (next - clock::now()).to_std().unwrap_or_default().clamp(Duration::from_millis(20), LONGEST)
        }
        Ok(None) | Err(_) => LONGEST,
    }
}

/// Deals with what is due. One chat that cannot be dealt with does not hold up the others. Returns how many there were.
async fn turn(app: &App, now: DateTime<Utc>) -> Outcome<usize> {
    let mut conn = app.db.get().await?;
    match round(&mut conn, now, TOGETHER).await {
        Err(Fault::Broke(cause)) => {
            tracing::error!(error = %cause, "deadlines could not be dealt with together");
            if let Err(fault) = round(&mut conn, now, 1).await {
                tracing::error!(error = %fault, "a deadline could not be dealt with");
                put_off(&mut conn, now).await?;
            }
            Ok(1)
        }
        outcome => outcome,
    }
}

/// Leaves the chat that has been due longest for later.
async fn put_off(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE clock_wakes w SET at = $2 FROM ( \
             SELECT workspace_id, chat_id FROM clock_wakes WHERE at <= $1 ORDER BY at LIMIT 1) first \
         WHERE w.workspace_id = first.workspace_id AND w.chat_id = first.chat_id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + PUT_OFF)
    .execute(conn)
    .await?;
    Ok(())
}

/// Deals with what is due at `now`, at most so many chats. Returns how many there were.
///
/// # Errors
/// When the database refuses; then nothing has been done.
pub async fn round(conn: &mut AsyncPgConnection, now: DateTime<Utc>, at_most: i64) -> Outcome<usize> {
    conn.transaction(async |conn| {
        let claimed = wakes::claim(conn, now, at_most).await?;
        let mut count = 0;
        for (workspace, chats) in claimed {
            let fallen = wakes::fall_due(conn, workspace, &chats, now).await?;
            act(conn, workspace, &fallen, now).await?;
            count += chats.len();
        }
        Ok(count)
    })
    .await
}

/// Carries out what has become due in a workspace.
async fn act(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    fallen: &[Fallen],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let those = |action| -> Vec<ChatId> {
        let of_step = fallen.iter().filter(|it| it.what == FallenDue::Step(action)).map(|it| it.chat);
        of_step.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let breaches = fallen.iter().filter(|it| it.what == FallenDue::Breach).count();
    metrics::counter!("agentiq_deadlines_missed_total").increment(breaches as u64);
    let to_supervisor: BTreeSet<DeadlineTold> = fallen
        .iter()
        .filter(|it| it.what == FallenDue::Step(StepAction::MessageSupervisor))
        .map(|it| DeadlineTold { chat: it.chat, clock: it.clock, due_at: it.due_at })
        .collect();
    supervisor::tell(conn, workspace, &Vec::from_iter(to_supervisor), now).await?;
    // A supervisor is one of those who lead, and has the notice as well.
    let to_leads = [those(StepAction::NotifyLead), those(StepAction::MessageSupervisor)].concat();
    let news = DeadlineNews { to_operators: those(StepAction::NotifyOperator), to_leads };
    let mut changes = notify::deadlines(conn, workspace, &news, now).await?;
    for chat in those(StepAction::RaisePriority) {
        raise(conn, workspace, chat, now).await?;
    }
    for chat in those(StepAction::Reassign) {
        changes.extend(reassign(conn, workspace, chat, now).await?);
    }
    let touched: BTreeSet<ChatId> = fallen.iter().map(|it| it.chat).collect();
    changes.extend(touched.into_iter().map(|chat| Change::Chat { chat }));
    live::append(conn, workspace, &changes).await
}

/// Makes a chat more urgent. Nobody has chosen it, so no clock goes by it.
async fn raise(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let of_chat = chats::table.find((workspace, chat));
    let before: Priority = of_chat.select(chats::priority).first(conn).await?;
    let priority = before.raised();
    if priority == before {
        return Ok(());
    }
    diesel::update(of_chat).set(chats::priority.eq(priority)).execute(conn).await?;
    record(conn, workspace, chat, None, &Deed::PrioritySet { priority }, now).await
}

#[derive(diesel::QueryableByName)]
struct FreeRow {
    #[diesel(sql_type = SqlUuid)]
    id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Gives a chat to whoever on shift has the fewest that wait; to nobody else when nobody is there.
async fn reassign(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Change>> {
    let of_chat = chats::table.find((workspace, chat));
    let holder: Option<UserId> = of_chat.select(chats::assignee_id).first(conn).await?;
    let may_answer: Vec<Role> =
        Role::ALL.iter().copied().filter(|role| role.may(Permission::ReplyToChats)).collect();
    let free: Vec<FreeRow> = diesel::sql_query(
        "SELECT u.id, u.name FROM users u \
         WHERE u.workspace_id = $1 AND u.role = ANY($2) AND u.id IS DISTINCT FROM $3 AND EXISTS ( \
             SELECT 1 FROM sessions s WHERE s.workspace_id = $1 AND s.user_id = u.id AND s.last_seen_at > $4) \
         ORDER BY u.role <> 'operator', ( \
             SELECT count(*) FROM chats c WHERE c.workspace_id = $1 AND c.assignee_id = u.id \
               AND c.unanswered_since IS NOT NULL AND c.work_state = 'open'), u.id LIMIT 1",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<Text>, _>(may_answer)
    .bind::<Nullable<SqlUuid>, _>(holder)
    .bind::<Timestamptz, _>(now - ON_SHIFT)
    .load(conn)
    .await?;
    let Some(FreeRow { id, name }) = free.into_iter().next() else { return Ok(Vec::new()) };
    diesel::update(of_chat).set(chats::assignee_id.eq(Some(id))).execute(conn).await?;
    let deed = Deed::Assigned { to: Some(PersonView { id, name }) };
    record(conn, workspace, chat, None, &deed, now).await?;
    notify::assigned(conn, workspace, chat, id, None, now).await
}
