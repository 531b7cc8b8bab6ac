//! Who waits for a slot. One task per line reserves slots for all its callers, a few at a time, so that one look into the
//! books serves several calls and no process reserves far ahead of the others.

use super::books::Books;
use super::ledger::Want;
use super::{Class, Line, LineId, Refused};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Slots reserved at a time.
const AT_ONCE: usize = 8;
/// How long before the last reserved slot the next ones are asked for.
const AHEAD: Duration = Duration::from_millis(15);

/// When a caller may leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub at: Instant,
    pub is_probe: bool,
}

struct Caller {
    want: Want,
    answer: oneshot::Sender<Result<Turn, Refused>>,
}

#[derive(Default)]
struct Waiting {
    sends: VecDeque<Caller>,
    reads: VecDeque<Caller>,
    /// Whether a task serves them.
    is_served: bool,
}

#[derive(Default)]
struct Desk {
    waiting: Mutex<Waiting>,
    /// Rings when somebody comes.
    bell: Notify,
}

/// The desks of all lines.
#[derive(Default)]
pub(super) struct Desks {
    all: Mutex<HashMap<LineId, Arc<Desk>>>,
}

impl Desks {
    /// Waits until it is known when the caller may leave.
    pub async fn turn(&self, books: &Arc<Books>, line: Line, want: Want) -> Result<Turn, Refused> {
        let desk = locked(&self.all).entry(line.id).or_default().clone();
        let (answer, told) = oneshot::channel();
        if desk.queue(Caller { want, answer }) {
            tokio::spawn(serve(desk.clone(), books.clone(), line));
        }
        desk.bell.notify_one();
        told.await.unwrap_or(Err(Refused::Away))
    }
}

impl Desk {
    /// Puts a caller into the queue; whether somebody has to come and serve.
    fn queue(&self, caller: Caller) -> bool {
        let mut waiting = locked(&self.waiting);
        match caller.want.class {
            Class::Send => waiting.sends.push_back(caller),
            Class::Read => waiting.reads.push_back(caller),
        }
        !std::mem::replace(&mut waiting.is_served, true)
    }

    /// The next callers, sends first; `None` when nobody waits and the task may end.
    fn next(&self, with_reads: bool) -> Option<Vec<Caller>> {
        let mut waiting = locked(&self.waiting);
        // Some have gone away while they waited.
        waiting.sends.retain(|caller| !caller.answer.is_closed());
        waiting.reads.retain(|caller| !caller.answer.is_closed());
        if waiting.sends.is_empty() && waiting.reads.is_empty() {
            waiting.is_served = false;
            return None;
        }
        let sends = waiting.sends.len().min(AT_ONCE);
        let mut next: Vec<Caller> = waiting.sends.drain(..sends).collect();
        if with_reads {
            let reads = waiting.reads.len().min(AT_ONCE - sends);
            next.extend(waiting.reads.drain(..reads));
        }
        Some(next)
    }
}

/// The task at a desk. When it ends before its time (its runtime stops), the next caller calls another one.
struct Clerk {
    desk: Arc<Desk>,
    is_done: bool,
}

impl Drop for Clerk {
    fn drop(&mut self) {
        if !self.is_done {
            *locked(&self.desk.waiting) = Waiting::default();
        }
    }
}

async fn serve(desk: Arc<Desk>, books: Arc<Books>, line: Line) {
    let mut clerk = Clerk { desk, is_done: false };
    let mut reads_from = Instant::now();
    while let Some(callers) = clerk.desk.next(Instant::now() >= reads_from) {
        if callers.is_empty() {
            tokio::select! {
                () = tokio::time::sleep_until(reads_from) => {}
                () = clerk.desk.bell.notified() => {}
            }
        } else if let Some(last) = answer(callers, &books, line).await {
            reads_from = last.checked_sub(AHEAD).unwrap_or(last);
        }
    }
    clerk.is_done = true;
}

/// Reserves slots for some callers and tells them; gives the instant of the last read.
async fn answer(callers: Vec<Caller>, books: &Books, line: Line) -> Option<Instant> {
    let wants: Vec<Want> = callers.iter().map(|caller| caller.want).collect();
    let served = books.edit(line, |ledger, now| ledger.serve(now, line.rates, &wants)).await;
    let (slots, tie) = match served {
        Ok(served) => served,
        Err(error) => {
            tracing::warn!(line = ?line.id, %error, "nobody can tell how fast an account is called; it waits");
            tell(callers, std::iter::repeat(Err(Refused::Away)));
            return None;
        }
    };
    let turns: Vec<Result<Turn, Refused>> = slots
        .into_iter()
        .map(|slot| slot.map(|slot| Turn { at: tie.here(slot.at), is_probe: slot.is_probe }))
        .collect();
    let of_reads = wants.iter().zip(&turns).filter(|(want, _)| want.class == Class::Read);
    let last = of_reads.filter_map(|(_, turn)| turn.ok()).map(|turn| turn.at).max();
    if tell(callers, turns) {
        let _ = books.edit(line, |ledger, now| ledger.abandon_probe(now)).await;
    }
    last
}

/// Tells callers their turns. Who has gone away meanwhile leaves a slot unused; whether it was that of a probe.
fn tell(callers: Vec<Caller>, turns: impl IntoIterator<Item = Result<Turn, Refused>>) -> bool {
    let told = callers.into_iter().zip(turns).map(|(caller, turn)| caller.answer.send(turn));
    told.fold(false, |is_lost, told| is_lost | matches!(told, Err(Ok(Turn { is_probe: true, .. }))))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
