//! What happens by the clock. The scheduler ticks in every process; a slot is claimed by one of them.

use crate::context::App;
use crate::context::session;
use crate::features::files::server::prune;
use crate::features::inbox::server::bulk::prune as bulk;
use crate::features::inbox::server::list::counts;
use crate::features::inbox::server::presence;
use crate::features::notices::server::notify;
use crate::features::search::server::count;
use crate::features::sellers::server::push as push_address;
use crate::features::sla::server::supervisor::send as supervisor;
use crate::features::suggestions::server::cache;
use crate::features::sync::server::{poll, push};
use crate::features::users::server::sign_in;
use crate::platform::clock::now;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::pace::Pace;
use crate::platform::schema::schedule_slots::dsl;
use crate::platform::statistics;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::ExpressionMethods;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// When something happens.
enum When {
    /// Aligned to the epoch, so that all processes agree on the slots.
    Every(Duration),
    /// A cron expression with seconds, in UTC. Days of the week by name only: libraries number them differently.
    Cron(Box<cron::Schedule>),
}

/// How often the marketplaces are asked whether they still push. A suspended address is tried again as often.
const WATCH_PUSHES: Duration = Duration::from_secs(30 * 60);

/// How often it is looked whether tables have outgrown their statistics.
const KEEP_STATISTICS: Duration = Duration::from_secs(5);

/// How often the ledger behind the numbers over the lists is kept short.
const MELT_COUNTS: Duration = Duration::from_secs(5);

type Work = fn(&mut AsyncPgConnection, DateTime<Utc>) -> BoxFuture<'_, Outcome<()>>;

struct Entry {
    name: &'static str,
    when: When,
    work: Work,
}

/// Everything that happens by the clock.
fn entries(app: &App) -> Vec<Entry> {
    let mut entries = vec![
        Entry {
            name: "sync.all",
            when: When::Every(app.config.poll_interval),
            work: |conn, now| poll::enqueue_due(conn, false, now).map(|done| done.map(drop)).boxed(),
        },
        Entry {
            name: "sync.urgent",
            when: When::Every(app.config.urgent_poll_interval),
            work: |conn, now| poll::enqueue_due(conn, true, now).map(|done| done.map(drop)).boxed(),
        },
        Entry {
            name: "inbox.counts",
            when: When::Every(MELT_COUNTS),
            work: |conn, _| counts::melt(conn).map(|done| done.map(drop)).boxed(),
        },
        Entry {
            name: "database.statistics",
            when: When::Every(KEEP_STATISTICS),
            work: |conn, _| statistics::keep_up(conn).map(|done| done.map(drop)).boxed(),
        },
        Entry {
            name: "sellers.push",
            when: When::Every(WATCH_PUSHES),
            work: |conn, now| push_address::enqueue_due(conn, now).boxed(),
        },
        Entry {
            name: "search.words",
            when: When::Every(count::EVERY),
            work: |conn, now| count::count(conn, now).map(|done| done.map(drop)).boxed(),
        },
    ];
    if let Some(entry) =
        cron_entry("housekeeping", "0 17 * * * *", |conn, now| housekeeping(conn, now).boxed())
    {
        entries.push(entry);
    }
    entries
}

fn cron_entry(name: &'static str, expression: &str, work: Work) -> Option<Entry> {
    match cron::Schedule::from_str(expression) {
        Ok(schedule) => Some(Entry { name, when: When::Cron(Box::new(schedule)), work }),
        Err(error) => {
            tracing::error!(name, expression, %error, "not a cron expression");
            None
        }
    }
}

/// Deletes what has outlived its use.
async fn housekeeping(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<()> {
    let events = live::prune(conn, now).await?;
    let sessions = session::prune(conn, now).await?;
    let attempts = sign_in::prune(conn, now).await?;
    let pushes = push::prune(conn, now).await?;
    let uploads = prune::enqueue_due(conn, now).await?;
    let slots = diesel::delete(dsl::schedule_slots)
        .filter(dsl::slot.lt(now - TimeDelta::days(1)))
        .execute(conn)
        .await?;
    let presences = presence::prune(conn, now).await?;
    let notices = notify::prune(conn, now).await?;
    let bulk_jobs = bulk::prune(conn, now).await?;
    let cached_answers = cache::prune(conn, now).await?;
    let supervisor_news = supervisor::prune(conn, now).await?;
    let lines = Pace::prune(conn, now).await?;
    tracing::info!(
        events,
        sessions,
        attempts,
        pushes,
        uploads,
        slots,
        lines,
        presences,
        notices,
        bulk_jobs,
        cached_answers,
        supervisor_news,
        "housekeeping"
    );
    Ok(())
}

/// Starts ticking, once a second.
///
/// # Errors
/// When the scheduler refuses the tick.
pub async fn start(app: &App) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let app = app.for_work();
    let entries = Arc::new(entries(&app));
    let claimed: Arc<Mutex<HashMap<&'static str, DateTime<Utc>>>> = Arc::default();
    let tick = Job::new_async("* * * * * *", move |_, _| {
        let (app, entries, claimed) = (app.clone(), entries.clone(), claimed.clone());
        Box::pin(async move {
            for entry in entries.iter() {
                if let Err(error) = turn(&app, entry, &claimed).await {
                    tracing::warn!(name = entry.name, %error, "a scheduled turn did not work");
                }
            }
        })
    })?;
    scheduler.add(tick).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

async fn turn(
    app: &App,
    entry: &Entry,
    claimed: &Mutex<HashMap<&'static str, DateTime<Utc>>>,
) -> Outcome<()> {
    let now = now();
    let Some(slot) = last_slot(&entry.when, now) else { return Ok(()) };
    let known = claimed.lock().unwrap_or_else(PoisonError::into_inner).get(entry.name).copied();
    if known == Some(slot) {
        return Ok(());
    }
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        if claim(conn, entry.name, slot, now).await? { (entry.work)(conn, now).await } else { Ok(()) }
    })
    .await?;
    claimed.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.name, slot);
    Ok(())
}

/// The slot that `now` lies in. After downtime only the last one is caught up with.
fn last_slot(when: &When, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match when {
        When::Every(interval) => {
            let interval = i64::try_from(interval.as_millis()).ok().filter(|millis| *millis > 0)?;
            let millis = now.timestamp_millis();
            DateTime::from_timestamp_millis(millis - millis.rem_euclid(interval))
        }
        When::Cron(schedule) => {
            schedule.after(&(now - TimeDelta::hours(2))).take_while(|slot| *slot <= now).last()
        }
    }
}

/// Claims a slot; `false` when another process was first.
///
/// # Errors
/// When the database refuses.
pub async fn claim(
    conn: &mut AsyncPgConnection,
    name: &str,
    slot: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    let claimed = diesel::insert_into(dsl::schedule_slots)
        .values((dsl::name.eq(name), dsl::slot.eq(slot), dsl::claimed_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(claimed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a good instant")
    }

    #[test]
    fn all_processes_agree_on_the_slot() {
        let every = When::Every(Duration::from_secs(30));
        assert_eq!(last_slot(&every, at("2026-11-20T12:00:59Z")), Some(at("2026-11-20T12:00:30Z")));
        assert_eq!(last_slot(&every, at("2026-11-20T12:00:30Z")), Some(at("2026-11-20T12:00:30Z")));
    }

    #[test]
    fn cron_slots_are_the_last_ones_passed() {
        let hourly =
            When::Cron(Box::new(cron::Schedule::from_str("0 17 * * * *").expect("a good expression")));
        assert_eq!(last_slot(&hourly, at("2026-11-20T12:16:59Z")), Some(at("2026-11-20T11:17:00Z")));
        assert_eq!(last_slot(&hourly, at("2026-11-20T12:17:00Z")), Some(at("2026-11-20T12:17:00Z")));
    }
}
