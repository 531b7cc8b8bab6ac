//! Everything at once: buyers write in bursts, a fifth of all calls to the marketplace fail, the server is killed every
//! few seconds and the database restarts, while operators answer and a browser listens. At the end nothing is lost,
//! doubled or out of order.
//!
//! Short in the normal run; `make chaos` runs it at full size (`AGENTIQ_CHAOS=full`).

use crate::processes::{Installation, Server, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, Faults, NewChat, SandboxState, Sender};
use agentiq::platform::clock::now;
use agentiq::platform::cluster::{Cluster, ClusterOptions};
use agentiq::shared::change::Event;
use agentiq::shared::ids::ReplyId;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
struct Scale {
    chats: usize,
    messages: usize,
    replies: usize,
    lasts: Duration,
    database_restarts: u32,
    /// How long the end may take to be reached once the faults are gone.
    patience: Duration,
}

const SHORT: Scale = Scale {
    chats: 50,
    messages: 1000,
    replies: 60,
    lasts: Duration::from_secs(30),
    database_restarts: 2,
    patience: Duration::from_secs(120),
};

const FULL: Scale = Scale {
    chats: 500,
    messages: 10_000,
    replies: 500,
    lasts: Duration::from_secs(600),
    database_restarts: 2,
    patience: Duration::from_secs(600),
};

/// Together a fifth of all calls; sends are hit by all of them.
fn a_fifth_fails() -> Faults {
    Faults {
        error_rate: 0.07,
        reset_before: 0.05,
        truncate_json: 0.05,
        http_429_rate: 0.01,
        retry_after_s: Some(0),
        accept_then_reset: 0.05,
        accept_then_hang: 0.02,
        latency_ms: Some((0, 60)),
        ..Faults::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_out_of_order_whatever_fails() {
    let scale = match std::env::var("AGENTIQ_CHAOS").as_deref() {
        Ok("full") => FULL,
        _ => SHORT,
    };
    let seed = rand::random::<u64>();
    println!("seed {seed}, {scale:?}");
    let mut rng = StdRng::seed_from_u64(seed);

    let home = Home::new();
    let mut cluster = home.start().await;
    let installation = Installation::on(cluster.url()).await;
    let sandbox = installation.sandbox.state().clone();
    let chats: Vec<String> =
        (0..scale.chats).map(|_| sandbox.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID))).collect();
    installation.connect_seller().await;
    let mut server = installation.serve().await;
    let session = server.log_in().await;

    let over = CancellationToken::new();
    let address = watch::Sender::new(server.url.clone());
    let heard = Arc::new(AtomicI64::new(0));
    let browser = tokio::spawn(listen(address.subscribe(), session.clone(), heard.clone(), over.clone()));
    let operators = tokio::spawn(answer(
        sandbox.clone(),
        cluster.url(),
        address.subscribe(),
        session.clone(),
        scale,
        rng.random(),
    ));
    sandbox.set_faults(a_fifth_fails());
    let buyers = tokio::spawn(write(sandbox.clone(), chats.clone(), scale, rng.random()));

    let began = Instant::now();
    let (mut kills, mut restarts) = (0, 0);
    while began.elapsed() < scale.lasts || !buyers.is_finished() {
        sleep_until(Instant::now() + Duration::from_millis(rng.random_range(1500..4000))).await;
        server.kill().await;
        kills += 1;
        let is_time = began.elapsed() >= scale.lasts * (restarts + 1) / (scale.database_restarts + 1);
        if restarts < scale.database_restarts && is_time {
            cluster.stop().await.expect("the database stops");
            cluster = home.start().await;
            restarts += 1;
        }
        server = installation.serve().await.with_session(&session);
        address.send_replace(server.url.clone());
    }
    buyers.await.expect("buyers");
    println!("{kills} kills, {restarts} restarts of the database in {:?}", began.elapsed());
    assert_eq!(restarts, scale.database_restarts);

    sandbox.set_faults(Faults::default());
    let replies = operators.await.expect("operators");
    settle(&server, &sandbox, &cluster.url(), &chats, &replies, scale).await;
    let last = last_event(&cluster.url()).await;
    until("the browser has heard of everything", scale.patience, async || {
        heard.load(Ordering::SeqCst) >= last
    })
    .await;
    over.cancel();
    let gaps = browser.await.expect("the browser");
    assert!(gaps.is_empty(), "event numbers are missing: {gaps:?} (seed {seed})");

    let stored = stored(&cluster.url()).await;
    for chat in &chats {
        let told: Vec<String> =
            sandbox.messages(chat).into_iter().map(|message| message.id.to_string()).collect();
        // In some chats nobody happened to write.
        assert_eq!(stored.get(chat).cloned().unwrap_or_default(), told, "chat {chat} (seed {seed})");
    }
    let counts = accepted(&sandbox);
    for reply in replies.values() {
        assert_eq!(counts.get(reply), Some(&1), "{reply} (seed {seed})");
    }
    assert_eq!(counts.len(), replies.len(), "nothing else was sent (seed {seed})");

    server.terminate().await;
    installation.close().await;
    home.close(cluster).await;
}

/// Where a Postgres of the test's own lives.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("agentiq-chaos-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&dir).expect("a directory");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(&dir, open).expect("permissions of our own directory");
        Self(dir)
    }

    async fn start(&self) -> Cluster {
        let options =
            ClusterOptions { fast: true, ..ClusterOptions::from_variables(|name| std::env::var_os(name)) };
        Cluster::start(&self.0, options).await.expect("a cluster")
    }

    async fn close(self, cluster: Cluster) {
        let data = cluster.pgdata().to_owned();
        cluster.stop().await.expect("the database stops");
        let _ = std::fs::remove_dir_all(data);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Buyers write in bursts; half of the bursts have one and the same time on all their messages.
async fn write(sandbox: SandboxState, chats: Vec<String>, scale: Scale, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut left = scale.messages;
    let mut number = 0;
    let bursts = scale.messages / 4;
    let pause = scale.lasts.mul_f64(0.9) / bursts as u32;
    while left > 0 {
        let chat = &chats[rng.random_range(0..chats.len())];
        let at = rng.random_bool(0.5).then(now);
        for _ in 0..rng.random_range(1..=7).min(left) {
            number += 1;
            left -= 1;
            sandbox.buyer_writes_at(chat, &format!("Вопрос номер {number}"), at.unwrap_or_else(now));
        }
        sleep(pause).await;
    }
}

/// Operators answer chats that wait, each text once; a browser asks again with the same id until the server has taken
/// it. Gives the texts by reply.
async fn answer(
    sandbox: SandboxState,
    database: String,
    address: watch::Receiver<String>,
    session: String,
    scale: Scale,
    seed: u64,
) -> BTreeMap<ReplyId, String> {
    let mut rng = StdRng::seed_from_u64(seed);
    let pause = scale.lasts.mul_f64(0.85) / scale.replies as u32;
    let mut replies = BTreeMap::new();
    while replies.len() < scale.replies {
        sleep(pause).await;
        let waiting = ours_by_external(&database).await;
        let written: Vec<&String> = sandbox_written(&sandbox, &waiting);
        if written.is_empty() {
            continue;
        }
        let chat = &waiting[written[rng.random_range(0..written.len())]];
        let (reply, text) = (ReplyId::new(), format!("Ответ номер {}", replies.len()));
        let arguments = json!({"chat": chat, "reply": reply, "text": text});
        loop {
            let server = Server::at(&address.borrow().clone(), &session);
            let answer = server.ask("inbox/reply", arguments.clone()).await;
            if answer.is_some_and(|answer| answer.status == 200) {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        replies.insert(reply, text);
    }
    replies
}

fn sandbox_written<'a>(sandbox: &SandboxState, ours: &'a BTreeMap<String, String>) -> Vec<&'a String> {
    let is_written =
        |chat: &&String| sandbox.messages(chat).iter().any(|message| message.sender == Sender::Buyer);
    ours.keys().filter(is_written).collect()
}

/// Waits until every message is here and every reply is there. Where the product says that it cannot tell, the test does
/// what the product asks the operator to do: looks, and sends again when it is not there.
async fn settle(
    server: &Server,
    sandbox: &SandboxState,
    database: &str,
    chats: &[String],
    replies: &BTreeMap<ReplyId, String>,
    scale: Scale,
) {
    until("everything has arrived on both sides", scale.patience, async || {
        let counts = accepted(sandbox);
        for (reply, state) in states(database).await {
            let was_sent = replies.get(&reply).is_some_and(|text| counts.contains_key(text));
            if state == "unsure" && !was_sent {
                server.ask("inbox/retry", json!({ "reply": reply })).await;
            }
        }
        let stored = stored(database).await;
        let all_messages =
            chats.iter().all(|chat| stored.get(chat).map_or(0, Vec::len) == sandbox.messages(chat).len());
        let states = states(database).await;
        let all_replies =
            replies.keys().all(|reply| states.get(reply).is_some_and(|state| state == "visible"));
        all_messages && all_replies
    })
    .await;
}

/// A browser's live stream: comes back with the last number it knows after every end. Gives the places where numbers
/// did not follow one another, or where the server gave up telling.
async fn listen(
    address: watch::Receiver<String>,
    session: String,
    heard: Arc<AtomicI64>,
    over: CancellationToken,
) -> Vec<String> {
    let mut gaps = Vec::new();
    while !over.is_cancelled() {
        let server = Server::at(&address.borrow().clone(), &session);
        let Some(mut stream) = server.try_live(heard.load(Ordering::SeqCst)).await else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let mut text = String::new();
        loop {
            let chunk = tokio::select! {
                chunk = stream.chunk() => chunk,
                () = over.cancelled() => break,
            };
            let Ok(Some(chunk)) = chunk else { break };
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((event, rest)) = text.split_once("\n\n") {
                note(event, &heard, &mut gaps);
                text = rest.to_owned();
            }
        }
    }
    gaps
}

fn note(event: &str, heard: &AtomicI64, gaps: &mut Vec<String>) {
    if event.contains("event: resync") {
        gaps.push(format!("resync after {}", heard.load(Ordering::SeqCst)));
    }
    if !event.contains("event: change") {
        return;
    }
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).expect("a change has data");
    let event: Event = serde_json::from_str(data).expect("an event");
    let before = heard.swap(event.seq, Ordering::SeqCst);
    if event.seq != before + 1 {
        gaps.push(format!("{before} -> {}", event.seq));
    }
}

/// How often each text was accepted by the marketplace.
fn accepted(sandbox: &SandboxState) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for send in sandbox.all_sends() {
        *counts.entry(send.text).or_default() += 1;
    }
    counts
}

// --- Behind the product's back --------------------------------------------------------------------------------------

/// Rows of a query; none while the database is away.
async fn rows(database: &str, query: &str) -> Vec<tokio_postgres::Row> {
    let Ok((client, connection)) = tokio_postgres::connect(database, tokio_postgres::NoTls).await else {
        return Vec::new();
    };
    tokio::spawn(connection);
    client.query(query, &[]).await.unwrap_or_default()
}

/// Our chats by the marketplace's id.
async fn ours_by_external(database: &str) -> BTreeMap<String, String> {
    let rows = rows(database, "SELECT external_id, id::text FROM chats").await;
    rows.into_iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Ids of the messages of each chat, in the order in which they are shown.
async fn stored(database: &str) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT c.external_id, m.external_id FROM messages m \
                 JOIN chats c ON c.workspace_id = m.workspace_id AND c.id = m.chat_id \
                 ORDER BY m.sent_at, m.sort_key";
    let mut chats: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(database, query).await {
        chats.entry(row.get(0)).or_default().push(row.get(1));
    }
    chats
}

async fn states(database: &str) -> BTreeMap<ReplyId, String> {
    let rows = rows(database, "SELECT id::text, state FROM replies").await;
    let id = |row: &tokio_postgres::Row| row.get::<_, String>(0).parse().expect("an id");
    rows.iter().map(|row| (id(row), row.get(1))).collect()
}

async fn last_event(database: &str) -> i64 {
    let rows = rows(database, "SELECT max(last_seq) FROM event_counters").await;
    rows.first().and_then(|row| row.get::<_, Option<i64>>(0)).expect("events")
}
