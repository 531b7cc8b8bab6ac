//! Writing to a supervisor: all that waits is one message. That a message is under way is committed before the call, so what was broken
//! off is never sent again; what was certainly not written is, for an hour, with the pauses that Telegram asks for.

use super::channel::{self, ChannelRow};
use crate::connectors::telegram::TelegramError;
use crate::context::App;
use crate::platform::clock;
use crate::platform::fault::Outcome;
use crate::platform::jobs::{Run, Verdict};
use crate::platform::schema::supervisor_news;
use crate::shared::i18n::Locale;
use crate::shared::ids::{ChatId, NewsId, WorkspaceId};
use crate::shared::sla::clocks::ClockKind;
use crate::shared::telegram::TelegramProblem;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::time::Duration;

/// The job of a workspace.
pub const JOB: &str = "sla.supervisor";
/// What could not be written for so long is news to nobody.
const STALE: TimeDelta = TimeDelta::hours(1);
/// The pauses between tries, where Telegram asks for none.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// So many deadlines are named in a message.
const NAMED: usize = 10;
/// How long what was told is kept.
const KEEP: TimeDelta = TimeDelta::days(30);

text_enum!(
    /// What has become of something that is to be told.
    NewsState {
        Waiting = "waiting",
        /// A call may be under way, or was broken off.
        Sending = "sending",
        Sent = "sent",
        Failed = "failed",
        /// Nobody can tell whether it arrived.
        Unsure = "unsure",
    }
);

#[derive(diesel::QueryableByName, Clone, Debug)]
struct NewsRow {
    #[diesel(sql_type = SqlUuid)]
    id: NewsId,
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    seller: String,
    #[diesel(sql_type = Text)]
    clock: ClockKind,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// What waits to be told, locked and marked as under way; the most pressing first. Public so that a test can look at its plan.
pub const TAKE_SQL: &str = "WITH taken AS ( \
         UPDATE supervisor_news n SET state = 'sending' WHERE n.workspace_id = $1 AND n.state = 'waiting' \
         RETURNING n.id, n.chat_id, n.clock, n.due_at, n.at) \
     SELECT n.id, n.chat_id, c.external_id, s.name AS seller, n.clock, n.due_at, n.at FROM taken n \
     JOIN chats c ON c.workspace_id = $1 AND c.id = n.chat_id \
     JOIN sellers s ON s.workspace_id = $1 AND s.id = c.seller_id \
     ORDER BY n.due_at NULLS LAST, n.id";

/// Writes what waits.
///
/// # Errors
/// When the database refuses; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    step(&run.app, run.workspace, clock::now()).await
}

/// The same at a given time.
///
/// # Errors
/// When the database refuses, or the token does not open.
pub async fn step(app: &App, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<Verdict> {
    let mut conn = app.db.get().await?;
    let (channel, news) = match take(&mut conn, workspace, now).await? {
        Taken::Nothing => return Ok(Verdict::Done),
        Taken::Later(pause) => return Ok(Verdict::Again(pause)),
        Taken::News(channel, news) => (channel, news),
    };
    drop(conn);
    let bot = match channel.bot(app, workspace) {
        Ok(bot) => bot,
        Err(fault) => {
            end(&mut *app.db.get().await?, workspace, &news, NewsState::Failed).await?;
            return Err(fault);
        }
    };
    let ended = bot.write(&channel.chat, &text(app, &news, now)).await;
    let waited = news.iter().map(|it| now - it.at).max().unwrap_or_default();
    let fate = Fate::of(&ended, waited);
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        end(conn, workspace, &news, fate.state).await?;
        channel::note(conn, workspace, &ended, fate.again.map(|pause| now + pause), now).await
    })
    .await?;
    Ok(fate.again.and_then(|pause| pause.to_std().ok()).map_or(Verdict::Done, Verdict::Again))
}

/// What becomes of news after a call.
struct Fate {
    state: NewsState,
    /// After which pause to come again.
    again: Option<TimeDelta>,
}

impl Fate {
    /// The pauses grow with the time that has been waited already, so there are few tries until the news are stale.
    fn of(ended: &Result<(), TelegramError>, waited: TimeDelta) -> Self {
        let over = |state| Fate { state, again: None };
        let error = match ended {
            Ok(()) => return over(NewsState::Sent),
            Err(error) => error,
        };
        let asked = error.retry_after.and_then(|pause| TimeDelta::from_std(pause).ok());
        let pause = asked.unwrap_or((waited / 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        match error.problem {
            TelegramProblem::CannotTell => over(NewsState::Unsure),
            problem if problem.needs_a_person() || waited + pause > STALE => over(NewsState::Failed),
            _ => Fate { state: NewsState::Waiting, again: Some(pause) },
        }
    }
}

/// What there is to do.
enum Taken {
    Nothing,
    /// Telegram wants to be left alone for so long.
    Later(Duration),
    News(ChannelRow, Vec<NewsRow>),
}

/// Takes what waits. What an earlier run left under way may have arrived. Nothing, where there is nothing to be told or nobody is to be
/// told any more.
async fn take(conn: &mut AsyncPgConnection, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<Taken> {
    conn.transaction(async |conn| {
        let of_workspace = || supervisor_news::table.filter(supervisor_news::workspace_id.eq(workspace));
        diesel::update(of_workspace().filter(supervisor_news::state.eq(NewsState::Sending)))
            .set(supervisor_news::state.eq(NewsState::Unsure))
            .execute(conn)
            .await?;
        let stale = supervisor_news::at.lt(now - STALE);
        let waits = supervisor_news::state.eq(NewsState::Waiting);
        let channel = channel::find(conn, workspace).await?;
        let Some(channel) = channel.filter(|channel| channel.is_enabled && !channel.is_stopped()) else {
            diesel::update(of_workspace().filter(waits))
                .set(supervisor_news::state.eq(NewsState::Failed))
                .execute(conn)
                .await?;
            return Ok(Taken::Nothing);
        };
        diesel::update(of_workspace().filter(waits).filter(stale))
            .set(supervisor_news::state.eq(NewsState::Failed))
            .execute(conn)
            .await?;
        if let Some(pause) =
            channel.paused_until.filter(|until| *until > now).and_then(|until| (until - now).to_std().ok())
        {
            let is_waiting = diesel::select(exists(of_workspace().filter(waits))).get_result(conn).await?;
            return Ok(if is_waiting { Taken::Later(pause) } else { Taken::Nothing });
        }
        let news: Vec<NewsRow> = diesel::sql_query(TAKE_SQL).bind::<SqlUuid, _>(workspace).load(conn).await?;
        Ok(if news.is_empty() { Taken::Nothing } else { Taken::News(channel, news) })
    })
    .await
}

async fn end(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    news: &[NewsRow],
    state: NewsState,
) -> Outcome<()> {
    let ids: Vec<NewsId> = news.iter().map(|it| it.id).collect();
    diesel::update(supervisor_news::table)
        .filter(supervisor_news::workspace_id.eq(workspace))
        .filter(supervisor_news::id.eq_any(ids))
        .set(supervisor_news::state.eq(state))
        .execute(conn)
        .await?;
    Ok(())
}

/// What is written. No buyer's word leaves the house: chats, shops and deadlines are named.
fn text(app: &App, news: &[NewsRow], now: DateTime<Utc>) -> String {
    let locale = Locale::default();
    let mut lines = vec![locale.supervisor_head(news.len() as i64)];
    for it in news.iter().take(NAMED) {
        let name = it.external_id.get(..8).unwrap_or(&it.external_id);
        lines.push(locale.supervisor_line(name, &it.seller, it.clock, it.due_at, now));
        if let Some(url) = &app.config.public_url {
            lines.push(format!("{url}/inbox/{}", it.chat_id));
        }
    }
    if news.len() > NAMED {
        lines.push(locale.supervisor_more((news.len() - NAMED) as i64));
    }
    lines.join("\n")
}

/// Deletes what nobody asks for any more.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(supervisor_news::table)
        .filter(supervisor_news::at.lt(now - KEEP))
        .execute(conn)
        .await?)
}
