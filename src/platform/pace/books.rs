//! Where ledgers are kept: in Postgres for all processes, or in memory for one.
//!
//! A ledger is read together with the database's clock, changed by a pure rule, and written back if nobody else was
//! faster; otherwise all of it is done again. Nothing is locked in between, so a process that stops half-way stops nobody.

use super::ledger::Ledger;
use super::{Line, LineId};
use crate::platform::clock;
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::pace_lines;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Binary, Jsonb, Nullable, Timestamptz};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// More than this many others were faster: something is wrong.
const TRIES: usize = 50;
/// For how long a reading of the database's clock is worth something.
const CLOCK_KEPT: Duration = Duration::from_secs(30);
/// A reading that is so much later than expected comes from a clock that was set anew.
const CLOCK_SET: Duration = Duration::from_secs(2);

/// An instant of the books' clock and the moment it was known here. Instants read from it are never too early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tie {
    here: Instant,
    there: DateTime<Utc>,
}

impl Tie {
    /// When an instant of the books' clock is, by ours.
    pub fn here(&self, there: DateTime<Utc>) -> Instant {
        match (there - self.there).to_std() {
            Ok(later) => self.here + later,
            Err(_) => {
                self.here.checked_sub((self.there - there).to_std().unwrap_or_default()).unwrap_or(self.here)
            }
        }
    }

    /// What the books' clock says now.
    fn now_there(&self) -> DateTime<Utc> {
        self.there + TimeDelta::from_std(self.here.elapsed()).unwrap_or_default()
    }

    /// The reading that travelled faster.
    fn tighter(self, other: Tie) -> Tie {
        if self.here(other.there) > other.here { other } else { self }
    }
}

/// The database's clock, as the fastest of the last answers told it.
#[derive(Debug)]
struct RemoteClock {
    best: Tie,
    /// The fastest since `begun`; takes the place of `best`, which grows old.
    fresh: Tie,
    begun: Instant,
}

impl RemoteClock {
    fn note(kept: &mut Option<Self>, tie: Tie) -> Tie {
        let kept = kept.get_or_insert(Self { best: tie, fresh: tie, begun: tie.here });
        if tie.here > kept.best.here(tie.there) + CLOCK_SET {
            *kept = Self { best: tie, fresh: tie, begun: tie.here };
        }
        if tie.here > kept.begun + CLOCK_KEPT {
            *kept = Self { best: kept.fresh, fresh: tie, begun: tie.here };
        }
        kept.fresh = kept.fresh.tighter(tie);
        kept.best = kept.best.tighter(tie);
        kept.best
    }
}

/// The ledgers of all lines.
pub(super) struct Books {
    place: Place,
    /// Ledgers as this process saw them last. In memory they are the truth; beside Postgres they outlive a crash that
    /// empties the table there.
    known: Mutex<HashMap<LineId, Ledger>>,
    /// Lines with failures that may not be in `known` yet.
    failing: Mutex<HashSet<LineId>>,
}

enum Place {
    /// The one moment at which both clocks were read.
    Memory(Mutex<Tie>),
    Postgres {
        db: Db,
        clock: Mutex<Option<RemoteClock>>,
    },
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    ledger: Option<serde_json::Value>,
}

impl Books {
    pub fn own() -> Self {
        Self::at(Place::Memory(Mutex::new(Tie { here: Instant::now(), there: clock::now() })))
    }

    pub fn shared(db: Db) -> Self {
        Self::at(Place::Postgres { db, clock: Mutex::default() })
    }

    fn at(place: Place) -> Self {
        Self { place, known: Mutex::default(), failing: Mutex::default() }
    }

    /// Changes a ledger, as if nobody else did at the same time. The rule may be applied more than once.
    pub async fn edit<T>(
        &self,
        line: Line,
        rule: impl Fn(&mut Ledger, DateTime<Utc>) -> T,
    ) -> Outcome<(T, Tie)> {
        match &self.place {
            Place::Memory(tie) => {
                let tie = *locked(tie);
                let told = rule(locked(&self.known).entry(line.id).or_default(), tie.now_there());
                self.remember_failing(line.id);
                Ok((told, tie))
            }
            Place::Postgres { db, clock } => {
                let mut conn = db.get().await?;
                for _ in 0..TRIES {
                    let (row, tie) = look(&mut conn, line.id, clock).await?;
                    let mut ledger = self.ledger(line.id, row.ledger);
                    let before = ledger.clone();
                    let told = rule(&mut ledger, row.now);
                    // What only this process remembers is news to the others.
                    let is_stored = row.version.is_some() || ledger == Ledger::default();
                    if (is_stored && ledger == before)
                        || write(&mut conn, line.id, row.version, &ledger).await?
                    {
                        locked(&self.known).insert(line.id, ledger);
                        self.remember_failing(line.id);
                        return Ok((told, tie));
                    }
                }
                Err(Fault::Unavailable("others were always faster".into()))
            }
        }
    }

    /// What the database says, or what this process remembers when the database does not.
    fn ledger(&self, line: LineId, stored: Option<serde_json::Value>) -> Ledger {
        match stored {
            Some(stored) => serde_json::from_value(stored).unwrap_or_default(),
            None => locked(&self.known).get(&line).cloned().unwrap_or_default(),
        }
    }

    /// Reads ledgers, in the order of the lines.
    pub async fn read(&self, lines: &[Line]) -> Outcome<Vec<Option<Ledger>>> {
        let Place::Postgres { db, .. } = &self.place else {
            let known = locked(&self.known);
            return Ok(lines.iter().map(|line| known.get(&line.id).cloned()).collect());
        };
        let ids: Vec<&[u8]> = lines.iter().map(|line| line.id.0.as_slice()).collect();
        let mut conn = db.get().await?;
        let rows: Vec<(Vec<u8>, serde_json::Value)> = pace_lines::table
            .filter(pace_lines::line.eq_any(ids))
            .select((pace_lines::line, pace_lines::ledger))
            .load(&mut conn)
            .await?;
        let find = |line: &Line| {
            let (_, ledger) = rows.iter().find(|(id, _)| id.as_slice() == line.id.0)?;
            serde_json::from_value(ledger.clone()).ok()
        };
        Ok(lines.iter().map(find).collect())
    }

    /// How many lines rest.
    pub async fn resting(&self) -> Outcome<usize> {
        let Place::Postgres { db, .. } = &self.place else {
            return Ok(locked(&self.known).values().filter(|ledger| ledger.rest.is_some()).count());
        };
        let mut conn = db.get().await?;
        let ledgers: Vec<serde_json::Value> =
            pace_lines::table.select(pace_lines::ledger).load(&mut conn).await?;
        Ok(ledgers.iter().filter(|ledger| !ledger["rest"].is_null()).count())
    }

    /// From now on a call that is answered is news.
    pub fn expect_failures(&self, line: Line) {
        locked(&self.failing).insert(line.id);
    }

    /// Whether calls have failed since the last one that was answered, as far as this process knows.
    pub fn is_failing(&self, line: Line) -> bool {
        locked(&self.failing).contains(&line.id)
    }

    /// Lets time pass for the rules.
    #[cfg(test)]
    pub fn advance(&self, by: TimeDelta) {
        if let Place::Memory(tie) = &self.place {
            locked(tie).there += by;
        }
    }

    fn remember_failing(&self, line: LineId) {
        let is_failing = locked(&self.known).get(&line).is_some_and(Ledger::is_failing);
        let mut failing = locked(&self.failing);
        if is_failing {
            failing.insert(line);
        } else {
            failing.remove(&line);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a line and the database's clock.
async fn look(
    conn: &mut AsyncPgConnection,
    line: LineId,
    clock: &Mutex<Option<RemoteClock>>,
) -> Outcome<(Row, Tie)> {
    let row: Row = diesel::sql_query(
        "SELECT clock_timestamp() AS now, l.version, l.ledger \
         FROM (SELECT 1) one LEFT JOIN pace_lines l ON l.line = $1",
    )
    .bind::<Binary, _>(line.0.as_slice())
    .get_result(conn)
    .await?;
    let tie = Tie { here: Instant::now(), there: row.now };
    Ok((row, RemoteClock::note(&mut locked(clock), tie)))
}

/// Writes a line, unless somebody was faster.
async fn write(
    conn: &mut AsyncPgConnection,
    line: LineId,
    version: Option<i64>,
    ledger: &Ledger,
) -> Outcome<bool> {
    let ledger = serde_json::to_value(ledger)?;
    let written = match version {
        None => {
            diesel::insert_into(pace_lines::table)
                .values((
                    pace_lines::line.eq(line.0.as_slice()),
                    pace_lines::version.eq(1_i64),
                    pace_lines::ledger.eq(ledger),
                    pace_lines::changed_at.eq(clock::now()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?
        }
        Some(version) => {
            diesel::update(pace_lines::table.find(line.0.as_slice()))
                .filter(pace_lines::version.eq(version))
                .set((
                    pace_lines::version.eq(version + 1),
                    pace_lines::ledger.eq(ledger),
                    pace_lines::changed_at.eq(clock::now()),
                ))
                .execute(conn)
                .await?
        }
    };
    Ok(written == 1)
}

/// Deletes lines that nobody has used since.
pub(super) async fn prune(conn: &mut AsyncPgConnection, since: DateTime<Utc>) -> Outcome<usize> {
    Ok(diesel::delete(pace_lines::table.filter(pace_lines::changed_at.lt(since))).execute(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_answer_tells_the_clock_until_it_is_set_anew() {
        let (begun, there) = (Instant::now(), clock::now());
        let mut kept = None;
        let mut hear = |after_ms: u64, clock_ms: i64| {
            let here = begun + Duration::from_millis(after_ms);
            let tie = Tie { here, there: there + TimeDelta::milliseconds(clock_ms) };
            RemoteClock::note(&mut kept, tie).here(there) - begun
        };
        assert_eq!(hear(30, 0), Duration::from_millis(30));
        assert_eq!(hear(105, 100), Duration::from_millis(5), "a faster answer");
        assert_eq!(hear(290, 200), Duration::from_millis(5), "a slower one");
        assert_eq!(hear(40_000, 39_980), Duration::from_millis(5));
        assert_eq!(hear(80_000, 79_980), Duration::from_millis(20), "the first is too old now");
        assert_eq!(hear(90_000, 79_990), Duration::from_millis(10_010), "put back by ten seconds");
    }
}
