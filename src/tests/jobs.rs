//! Background jobs on Postgres: one worker at a time, once more after a nudge, again after a fault or a crash.

use crate::harness::{TestApp, until};
use agentiq::platform::clock::now;
use agentiq::platform::fault::{Fault, Outcome};
use agentiq::platform::jobs::{self, NewJob, Registry, Run, Verdict, Workers};
use agentiq::server::schedule;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What the jobs of a test report and wait for.
#[derive(Clone)]
struct Probe(Arc<Inner>);

struct Inner {
    /// Runs now, runs ever, the most at a time; by key.
    runs: Mutex<HashMap<String, (usize, usize, usize)>>,
    /// When each run began.
    began: Mutex<Vec<(String, DateTime<Utc>)>>,
    /// Jobs that hold take one of these to end.
    releases: Semaphore,
}

impl Probe {
    fn new() -> Self {
        let inner = Inner { runs: Mutex::default(), began: Mutex::default(), releases: Semaphore::new(0) };
        Self(Arc::new(inner))
    }

    fn enter(&self, key: &str) {
        self.0.began.lock().expect("a lock").push((key.to_owned(), now()));
        let mut runs = self.0.runs.lock().expect("a lock");
        let (current, ever, most) = runs.entry(key.to_owned()).or_default();
        (*current, *ever) = (*current + 1, *ever + 1);
        *most = (*most).max(*current);
    }

    fn leave(&self, key: &str) {
        if let Some(runs) = self.0.runs.lock().expect("a lock").get_mut(key) {
            runs.0 -= 1;
        }
    }

    /// Runs now, runs ever, the most at a time.
    fn runs(&self, key: &str) -> (usize, usize, usize) {
        self.0.runs.lock().expect("a lock").get(key).copied().unwrap_or_default()
    }

    fn release(&self, count: usize) {
        self.0.releases.add_permits(count);
    }

    async fn hold(&self) {
        self.0.releases.acquire().await.expect("open").forget();
    }
}

fn key_of(run: &Run<Probe>) -> String {
    run.payload["key"].as_str().unwrap_or_default().to_owned()
}

/// The kinds of these tests.
fn registry() -> Registry<Probe> {
    async fn noted(run: Run<Probe>, holds: bool) -> Outcome<Verdict> {
        let key = key_of(&run);
        run.app.enter(&key);
        if holds {
            run.app.hold().await;
        } else {
            // Long enough for another worker to look.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        run.app.leave(&key);
        Ok(Verdict::Done)
    }
    Registry::default()
        .on("quick", |run| noted(run, false))
        .on("holds", |run| noted(run, true))
        .on("panics", |run: Run<Probe>| async move {
            run.app.enter(&key_of(&run));
            panic!("as planned")
        })
        .on("fails", |run: Run<Probe>| async move {
            run.app.enter(&key_of(&run));
            Err(Fault::broke("as planned"))
        })
        .on("gone", |run: Run<Probe>| async move {
            run.app.enter(&key_of(&run));
            Err(Fault::not_found())
        })
        .on("thrice", |run: Run<Probe>| async move {
            let key = key_of(&run);
            run.app.enter(&key);
            run.app.leave(&key);
            Ok(if run.app.runs(&key).1 < 3 {
                Verdict::Again(Duration::from_millis(10))
            } else {
                Verdict::Done
            })
        })
}

/// Workers as one process has them; they stop with the test.
fn start(app: &TestApp, probe: &Probe, lease: Duration) -> JoinHandle<()> {
    let workers = Workers {
        app: probe.clone(),
        db: app.app.db.for_work(),
        registry: registry(),
        slots: 16,
        lease,
        wake: Arc::new(Notify::new()),
        cancel: app.app.cancel.clone(),
    };
    tokio::spawn(workers.run())
}

async fn enqueue(app: &TestApp, kind: &'static str, key: &str, lane: &str) {
    let payload = json!({ "key": key });
    let (key, lane) = (key.to_owned(), lane.to_owned());
    let job = NewJob { workspace: app.workspace, kind, key, lane, payload, run_at: now() };
    jobs::enqueue(&mut *app.conn().await, job).await.expect("a job");
}

async fn waiting(app: &TestApp) -> i64 {
    app.sql().await.number("SELECT count(*) FROM jobs").await
}

const LEASE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_never_run_one_job_at_once() {
    let app = TestApp::start().await;
    let other = app.another(crate::harness::Setting::default()).await;
    let probe = Probe::new();
    start(&app, &probe, LEASE);
    start(&other, &probe, LEASE);
    for turn in 0..15 {
        for key in 0..8 {
            enqueue(&app, "quick", &format!("{key}"), &format!("lane {}", (key + turn) % 5)).await;
        }
    }
    until("all is done", async || waiting(&app).await == 0).await;
    for key in 0..8 {
        let (current, ever, most) = probe.runs(&key.to_string());
        assert_eq!((current, most), (0, 1), "{key}: never beside itself");
        assert!((1..=15).contains(&ever), "{key}: {ever} runs for 15 nudges");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nudges_during_a_run_cause_one_more() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    for _ in 0..3 {
        enqueue(&app, "holds", "job", "lane").await;
    }
    assert_eq!(waiting(&app).await, 1, "nudges before a run are one run");
    start(&app, &probe, LEASE);
    until("it runs", async || probe.runs("job").0 == 1).await;
    for _ in 0..3 {
        enqueue(&app, "holds", "job", "lane").await;
    }
    probe.release(1);
    until("it runs once more", async || probe.runs("job").1 == 2).await;
    probe.release(1);
    until("all is done", async || waiting(&app).await == 0).await;
    assert_eq!(probe.runs("job"), (0, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nudged_job_runs_again_as_soon_as_it_has_ended() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    enqueue(&app, "holds", "job", "lane").await;
    start(&app, &probe, LEASE);
    let began = std::time::Instant::now();
    for turn in 1..=8 {
        until("it runs", async || probe.runs("job") == (1, turn, 1)).await;
        enqueue(&app, "holds", "job", "lane").await;
        probe.release(1);
    }
    until("the last nudge is heard", async || probe.runs("job").1 == 9).await;
    // Found only by the next look at the queue, each turn would take half a second.
    assert!(began.elapsed() < Duration::from_millis(2500), "{:?}", began.elapsed());
    probe.release(1);
    until("all is done", async || waiting(&app).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_breaks_steps_back_and_stops_no_other() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    for key in 0..6 {
        let kind = if key % 2 == 0 { "panics" } else { "fails" };
        enqueue(&app, kind, &format!("bad {key}"), "lane").await;
    }
    enqueue(&app, "quick", "good", "lane").await;
    start(&app, &probe, LEASE);
    until("the good one has run", async || probe.runs("good").1 == 1).await;
    let sql = app.sql().await;
    until("the bad ones wait", async || {
        sql.number("SELECT count(*) FROM jobs WHERE last_error IS NOT NULL AND leased_until IS NULL").await
            == 6
    })
    .await;
    let errors = sql.column("SELECT DISTINCT last_error FROM jobs ORDER BY 1").await;
    assert_eq!(errors, ["broke: as planned", "panicked"]);
    let pauses =
        "SELECT count(*) FROM jobs WHERE attempts >= 1 AND run_at > created_at + interval '400 milliseconds'";
    assert_eq!(sql.number(pauses).await, 6, "each waits a while before the next try");
    sql.run("UPDATE jobs SET run_at = now()").await;
    until("they are tried again", async || (0..6).all(|key| probe.runs(&format!("bad {key}")).1 >= 2)).await;
    until("and wait longer", async || sql.number("SELECT min(attempts) FROM jobs").await >= 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_never_takes_all_workers() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    for key in 0..10 {
        enqueue(&app, "holds", &format!("slow {key}"), "slow lane").await;
    }
    for key in 0..3 {
        enqueue(&app, "quick", &format!("other {key}"), "other lane").await;
    }
    start(&app, &probe, LEASE);
    let running = || (0..10).map(|key| probe.runs(&format!("slow {key}")).0).sum::<usize>();
    until("four run", async || running() == 4).await;
    until("the other lane is done", async || (0..3).all(|key| probe.runs(&format!("other {key}")).1 == 1))
        .await;
    for left in (0..10).rev() {
        assert!(running() <= 4);
        probe.release(1);
        until("one ends", async || waiting(&app).await == left).await;
    }
    let began = probe.0.began.lock().expect("a lock").len();
    assert_eq!(began, 13, "each ran once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_has_run_out_is_taken_over_and_one_that_has_not_is_not() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    enqueue(&app, "quick", "dead", "lane").await;
    enqueue(&app, "quick", "alive", "lane").await;
    let sql = app.sql().await;
    // Left by processes that are gone: one long ago, one a moment ago.
    sql.run(
        "UPDATE jobs SET lease_id = gen_random_uuid(), attempts = 1, leased_until = now() + \
         CASE key WHEN 'dead' THEN interval '-1 second' ELSE interval '1500 milliseconds' END",
    )
    .await;
    let until_when = sql.value("SELECT extract(epoch FROM leased_until) FROM jobs WHERE key = 'alive'").await;
    let until_when: f64 = until_when.and_then(|at| at.parse().ok()).expect("an instant");
    start(&app, &probe, LEASE);
    until("both have run", async || waiting(&app).await == 0).await;
    let began = probe.0.began.lock().expect("a lock").clone();
    assert_eq!(began.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["dead", "alive"]);
    assert!(began[1].1.timestamp_micros() as f64 / 1e6 >= until_when, "not before its time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_keeps_its_lease() {
    let app = TestApp::start().await;
    let other = app.another(crate::harness::Setting::default()).await;
    let probe = Probe::new();
    let lease = Duration::from_millis(600);
    enqueue(&app, "holds", "long", "lane").await;
    start(&app, &probe, lease);
    until("it runs", async || probe.runs("long").0 == 1).await;
    start(&other, &probe, lease);
    let sql = app.sql().await;
    let first = sql.value("SELECT leased_until FROM jobs").await.expect("a lease");
    let later =
        format!("SELECT leased_until > timestamptz '{first}' + interval '1500 milliseconds' FROM jobs");
    until("the lease is renewed again and again", async || sql.value(&later).await.as_deref() == Some("t"))
        .await;
    probe.release(1);
    until("it is done", async || waiting(&app).await == 0).await;
    assert_eq!(probe.runs("long"), (0, 1, 1), "nobody else took it");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_say_how_they_ended() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    enqueue(&app, "thrice", "three times", "a").await;
    enqueue(&app, "gone", "about nothing", "b").await;
    enqueue(&app, "of a newer version", "unknown", "c").await;
    start(&app, &probe, LEASE);
    until("two are done", async || waiting(&app).await == 1).await;
    assert_eq!((probe.runs("three times").1, probe.runs("about nothing").1), (3, 1));
    let sql = app.sql().await;
    let left =
        "SELECT last_error FROM jobs WHERE key = 'unknown' AND run_at > now() AND leased_until IS NULL";
    until("what nobody here knows is left to others", async || {
        sql.value(left).await.as_deref() == Some("no handler")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_for_its_time_and_a_nudge_can_only_bring_it_forward() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let at = async |hours: i64| {
        let run_at = now() + chrono::TimeDelta::hours(hours);
        let job = NewJob {
            workspace: app.workspace,
            kind: "quick",
            key: "job".into(),
            lane: "lane".into(),
            payload: json!({}),
            run_at,
        };
        jobs::enqueue(&mut *app.conn().await, job).await.expect("a job");
        sql.number("SELECT round(extract(epoch FROM run_at - now()) / 3600)::int FROM jobs").await
    };
    assert_eq!((at(3).await, at(5).await, at(1).await), (3, 3, 1));
    let probe = Probe::new();
    start(&app, &probe, LEASE);
    enqueue(&app, "quick", "now", "lane").await;
    until("what is due has run", async || probe.runs("now").1 == 1).await;
    until("and is gone", async || waiting(&app).await == 1).await;
    assert_eq!(probe.runs("").1, 0, "the other one waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_told_to_stop_finish_what_they_have_begun() {
    let app = TestApp::start().await;
    let probe = Probe::new();
    enqueue(&app, "holds", "begun", "lane").await;
    let cancel = CancellationToken::new();
    let workers = Workers {
        app: probe.clone(),
        db: app.app.db.for_work(),
        registry: registry(),
        slots: 4,
        lease: LEASE,
        wake: Arc::new(Notify::new()),
        cancel: cancel.clone(),
    };
    let workers = tokio::spawn(workers.run());
    until("it runs", async || probe.runs("begun").0 == 1).await;
    cancel.cancel();
    enqueue(&app, "quick", "too late", "lane").await;
    probe.release(1);
    workers.await.expect("the workers");
    assert_eq!((probe.runs("begun"), probe.runs("too late").1), ((0, 1, 1), 0));
    assert_eq!(app.sql().await.column("SELECT key FROM jobs").await, ["too late"], "for another process");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_of_the_schedule_is_claimed_once() {
    let app = TestApp::start().await;
    let slot = now();
    let claims = (0..10).map(|_| async {
        schedule::claim(&mut *app.conn().await, "sync.all", slot, now()).await.expect("an answer")
    });
    let claimed = futures::future::join_all(claims).await;
    assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
    let other = schedule::claim(&mut *app.conn().await, "sync.urgent", slot, now()).await;
    assert!(other.expect("an answer"), "another schedule has slots of its own");
    let next = slot + chrono::TimeDelta::seconds(60);
    assert!(schedule::claim(&mut *app.conn().await, "sync.all", next, now()).await.expect("an answer"));
}
