//! How fast a marketplace account is called, counted for all processes of the installation together.
//!
//! Before a call one asks for a `Permit`: it comes at the instant of a slot, or says why there is none (a pause that the
//! marketplace asked for, a breaker that is open after many failures, a database that is away). After the call one tells
//! the permit whether anybody answered. The rules stand in `ledger`, where they are kept in `books`, who waits in `desk`.

mod books;
mod desk;
mod ledger;

use crate::platform::db::Db;
use crate::platform::fault::Outcome;
use books::Books;
use chrono::{DateTime, TimeDelta, Utc};
use desk::Desks;
use ledger::{Turn, Want};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::time::Instant;

/// A slot that would be used later than this is void, so that late calls do not meet the next ones.
const LATEST: Duration = Duration::from_millis(25);
/// How much earlier than its slot a caller asks for it at most, when being told takes long.
const LONGEST_LEAD: Duration = Duration::from_secs(1);
/// Nobody who has an answer waits longer than this for our book-keeping.
const NOTE_AT_MOST: Duration = Duration::from_millis(100);

/// What counts as a call of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Any call.
    Read,
    /// A call to a buyer: has slots of its own, so that it never waits behind reads.
    Send,
}

impl Class {
    /// The word for metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Read => "read",
            Class::Send => "send",
        }
    }
}

/// Calls a second: of any kind, and of sends on top of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub reads: u32,
    pub sends: u32,
}

/// One account of one marketplace, as far as its pace is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    id: LineId,
    rates: Rates,
}

/// The account behind a hash: neither its address nor its id can be read from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LineId([u8; 32]);

impl fmt::Debug for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Line {
    /// The line of an account behind an address.
    pub fn of(base_url: &str, account: &str, rates: Rates) -> Self {
        let name = format!("{}|{}", base_url.trim_end_matches('/'), account.trim());
        Self { id: LineId(Sha256::digest(name).into()), rates }
    }
}

/// Why a call may not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The marketplace has asked for a pause.
    Paused(Duration),
    /// The breaker is open.
    Resting(Duration),
    /// Nobody can tell how fast the other processes call.
    Away,
}

impl Refused {
    fn as_str(self) -> &'static str {
        match self {
            Refused::Paused(_) => "paused",
            Refused::Resting(_) => "resting",
            Refused::Away => "away",
        }
    }
}

/// Whether anybody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// In words, whatever they said.
    Life,
    /// Not at all, or with nonsense.
    Silence,
}

/// An open breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Calls in a row that failed.
    pub failures: u32,
    pub since: DateTime<Utc>,
    /// When the next call tries.
    pub until: DateTime<Utc>,
}

/// The pace of all accounts. Cheap to clone.
#[derive(Clone)]
pub struct Pace {
    books: Arc<Books>,
    desks: Arc<Desks>,
    /// Nobody waits for a slot.
    is_unlimited: bool,
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

impl Pace {
    /// Counted for all processes on a database. Draws on its connections for background work.
    pub fn shared(db: &Db) -> Self {
        Self::keeping(Books::shared(db.for_work()))
    }

    /// Counted for this process alone: for commands and tests that have no database.
    pub fn alone() -> Self {
        static ALONE: LazyLock<Pace> = LazyLock::new(|| Pace::keeping(Books::own()));
        ALONE.clone()
    }

    fn keeping(books: Books) -> Self {
        Self { books: Arc::new(books), desks: Arc::default(), is_unlimited: false }
    }

    /// Without slots: for measuring how fast we are against a marketplace on this machine.
    pub fn unlimited(self) -> Self {
        Self { is_unlimited: true, ..self }
    }

    /// Waits for a slot.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn permit(&self, line: Line, class: Class, method: &'static str) -> Result<Permit, Refused> {
        let asked = Instant::now();
        let permit = self.in_time(line, Want { class, method, lead: TimeDelta::zero() }).await;
        match &permit {
            Ok(_) => {
                metrics::counter!("agentiq_marketplace_calls_total", "class" => class.as_str()).increment(1);
                metrics::histogram!("agentiq_pace_wait_seconds", "class" => class.as_str())
                    .record(asked.elapsed().as_secs_f64());
            }
            Err(refused) => metrics::counter!(
                "agentiq_pace_refusals_total", "class" => class.as_str(), "reason" => refused.as_str()
            )
            .increment(1),
        }
        permit
    }

    async fn in_time(&self, line: Line, mut want: Want) -> Result<Permit, Refused> {
        if self.is_unlimited {
            return Ok(Permit { pace: self.clone(), line, is_probe: false, is_reported: false });
        }
        let mut latest = LATEST;
        loop {
            let turn = self.desks.turn(&self.books, line, want).await?;
            let permit = Permit { pace: self.clone(), line, is_probe: turn.is_probe, is_reported: false };
            tokio::time::sleep_until(turn.at).await;
            // A probe is alone on its line: nobody is met, however late it is.
            let late = turn.at.elapsed();
            if turn.is_probe || late <= latest {
                return Ok(permit);
            }
            // On a machine that is too busy to wake anybody in time, calls are few and may be later.
            latest *= 2;
            want.lead = TimeDelta::from_std((late * 2).min(LONGEST_LEAD)).unwrap_or_default();
            metrics::counter!("agentiq_pace_slots_void_total").increment(1);
        }
    }

    /// Keeps an account, or one method of it, quiet for a while, in all processes.
    pub async fn pause(&self, line: Line, method: Option<&'static str>, pause: Duration) {
        let books = self.books.clone();
        noted(
            async move { books.edit(line, |ledger, now| ledger.pause(now, method, pause)).await.map(drop) },
        )
        .await;
    }

    /// The breakers of some lines, in their order; `None` where it is closed.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn breakers(&self, lines: &[Line]) -> Outcome<Vec<Option<Breaker>>> {
        let ledgers = self.books.read(lines).await?;
        Ok(ledgers.into_iter().map(|ledger| ledger.and_then(|ledger| breaker(&ledger))).collect())
    }

    /// How many breakers are open.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open_breakers(&self) -> Outcome<usize> {
        self.books.resting().await
    }

    /// Forgets lines that nobody has used for a day.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune(conn: &mut diesel_async::AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
        books::prune(conn, now - TimeDelta::days(1)).await
    }
}

fn breaker(ledger: &ledger::Ledger) -> Option<Breaker> {
    let rest = ledger.rest.as_ref()?;
    Some(Breaker {
        failures: ledger.failures,
        since: ledger.failing_since.unwrap_or(rest.until),
        until: rest.until,
    })
}

/// Writes a note on a task of its own, so that a caller who goes away does not take it along, and waits for it for a
/// moment, so that the next call finds it.
async fn noted(note: impl Future<Output = Outcome<()>> + Send + 'static) {
    let written = tokio::spawn(async move {
        if let Err(error) = note.await {
            tracing::debug!(%error, "a note about a marketplace's pace is lost");
        }
    });
    let _ = tokio::time::timeout(NOTE_AT_MOST, written).await;
}

/// One call may leave, now.
#[must_use]
#[derive(Debug)]
pub struct Permit {
    pace: Pace,
    line: Line,
    is_probe: bool,
    is_reported: bool,
}

impl Permit {
    /// Tells what became of the call. While all is well nothing is written down.
    pub async fn report(mut self, sign: Sign) {
        self.is_reported = true;
        let (books, line, is_probe) = (self.pace.books.clone(), self.line, self.is_probe);
        if sign == Sign::Silence {
            books.expect_failures(line);
        }
        if is_probe || books.is_failing(line) {
            noted(async move {
                let (turn, _) = books.edit(line, |ledger, now| note(ledger, now, sign, is_probe)).await?;
                tell(turn, line);
                Ok(())
            })
            .await;
        }
    }
}

fn note(ledger: &mut ledger::Ledger, now: DateTime<Utc>, sign: Sign, is_probe: bool) -> Turn {
    match sign {
        Sign::Life => ledger.succeed(),
        Sign::Silence => ledger.fail(now, is_probe),
    }
}

fn tell(turn: Turn, line: Line) {
    match turn {
        Turn::None => {}
        Turn::Opened => {
            metrics::counter!("agentiq_breaker_opened_total").increment(1);
            tracing::warn!(line = ?line.id, "so many calls in a row failed that the account has a rest");
        }
        Turn::Closed => tracing::info!(line = ?line.id, "the account answers again"),
    }
}

impl Drop for Permit {
    /// Whoever asked has gone away. That says nothing, unless others wait for this call's end.
    fn drop(&mut self) {
        if !self.is_probe || self.is_reported {
            return;
        }
        let (books, line) = (self.pace.books.clone(), self.line);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                books.edit(line, |ledger, now| ledger.abandon_probe(now)).await.map(drop)
            });
        }
    }
}

#[cfg(test)]
mod tests;
