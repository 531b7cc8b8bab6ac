//! What happens when a process dies, or the database goes away.

use crate::processes::{Installation, Server, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, Faults, NewChat};
use agentiq::platform::cluster::{Cluster, ClusterOptions};
use agentiq::shared::ids::ReplyId;
use futures::StreamExt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The chat of ours that stands for a chat of the marketplace.
async fn our_chat(server: &Server, external: &str) -> String {
    let query = json!({"query": {"view": "all", "seller": null}, "after": null});
    let mut found = None;
    until("the chat is listed", PATIENCE, async || {
        let Some(answer) = server.ask("inbox/chats", query.clone()).await else { return false };
        let page = answer.json();
        let rows = page["page"]["items"].as_array().cloned().unwrap_or_default();
        found = rows.iter().find(|row| row["external_id"] == external).map(|row| row["id"].clone());
        found.is_some()
    })
    .await;
    found.and_then(|id| id.as_str().map(str::to_owned)).expect("an id")
}

async fn messages(server: &Server, chat: &str) -> Vec<Value> {
    match server.ask("inbox/messages", json!({"chat": chat, "before": null})).await {
        Some(answer) if answer.status == 200 => {
            answer.json()["items"].as_array().cloned().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// How often each text was accepted by the marketplace.
fn accepted(installation: &Installation, chat: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for send in installation.sandbox.state().sends(chat) {
        *counts.entry(send.text).or_default() += 1;
    }
    counts
}

/// A reply as a browser keeps it until the server has taken it.
struct Outgoing {
    id: ReplyId,
    text: String,
    taken: bool,
}

impl Outgoing {
    async fn offer(&mut self, server: &Server, chat: &str) {
        let arguments = json!({"chat": chat, "reply": self.id, "text": self.text});
        self.taken = server.ask("inbox/reply", arguments).await.is_some_and(|answer| answer.status == 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_at_any_moment_of_a_send_deliver_every_reply_once() {
    const KILLS: usize = 50;
    let installation = Installation::new().await;
    let sandbox = installation.sandbox.state();
    let external = sandbox.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    sandbox.buyer_writes(&external, "Здравствуйте, где мой заказ?");
    installation.connect_seller().await;
    let mut server = installation.serve().await;
    let session = server.log_in().await;
    let chat = our_chat(&server, &external).await;

    // Slow enough that kills fall before, into and after the call.
    sandbox.set_faults(Faults { latency_ms: Some((0, 120)), ..Faults::default() });
    let seed = rand::random::<u64>();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut outbox: Vec<Outgoing> = Vec::new();
    for round in 0..KILLS {
        outbox.push(Outgoing {
            id: ReplyId::new(), text: format!("Ответ номер {round}"), taken: false
        });
        let moment = Duration::from_millis(rng.random_range(0..500));
        let offers = async {
            for reply in outbox.iter_mut().filter(|reply| !reply.taken) {
                reply.offer(&server, &chat).await;
            }
            std::future::pending::<()>().await;
        };
        // The kill may fall into the request itself: then the browser asks again with the same id.
        let _ = tokio::time::timeout(moment, offers).await;
        server.kill().await;
        server = installation.serve().await.with_session(&session);
    }
    for reply in outbox.iter_mut().filter(|reply| !reply.taken) {
        reply.offer(&server, &chat).await;
        assert!(reply.taken, "a living server takes the reply");
    }

    until("every reply is visible", PATIENCE * 2, async || {
        let shown = messages(&server, &chat).await;
        let visible = |reply: &Outgoing| {
            shown.iter().any(|message| {
                message["key"] == reply.id.to_string() && message["delivery"]["state"] == "visible"
            })
        };
        // A page holds the newest fifty: all replies, without the buyer's question.
        outbox.iter().all(visible)
    })
    .await;
    let counts = accepted(&installation, &external);
    for reply in &outbox {
        assert_eq!(counts.get(&reply.text), Some(&1), "{} (seed {seed})", reply.text);
    }
    assert_eq!(counts.len(), outbox.len(), "nothing else was sent (seed {seed})");
    server.terminate().await;
    installation.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_database_loses_nothing_and_everything_recovers_by_itself() {
    const OUTAGE: Duration = Duration::from_secs(20);
    let home = std::env::temp_dir().join(format!("agentiq-outage-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&home).expect("a directory");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(&home, open).expect("permissions of our own directory");
    let options =
        || ClusterOptions { fast: true, ..ClusterOptions::from_variables(|name| std::env::var_os(name)) };
    let cluster = Cluster::start(&home, options()).await.expect("a cluster of the test's own");

    let installation = Installation::on(cluster.url()).await;
    let sandbox = installation.sandbox.state();
    let external = sandbox.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    sandbox.buyer_writes(&external, "Здравствуйте");
    installation.connect_seller().await;
    let mut server = installation.serve().await;
    server.log_in().await;
    let chat = our_chat(&server, &external).await;
    let live = server.live(0).await;
    assert_eq!(live.status(), 200);

    cluster.stop().await.expect("it stops");
    let began = std::time::Instant::now();
    sandbox.buyer_writes(&external, "Вы тут?");
    let mut reply = Outgoing { id: ReplyId::new(), text: "Да, мы на связи".into(), taken: false };
    let mut refusals = 0;
    while began.elapsed() < OUTAGE {
        let page = server.get("/inbox").await.expect("the server itself answers");
        assert_eq!(page.status, 503, "a page says so");
        assert!(page.text.contains("База данных недоступна"), "in words: {}", page.text);
        reply.offer(&server, &chat).await;
        assert!(!reply.taken, "nothing is promised");
        refusals += 1;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(refusals > 3);
    let told = server.ask("inbox/open", json!({"chat": chat})).await.expect("an answer");
    assert_eq!(told.status, 503);
    assert!(told.json()["Unavailable"]["trace_id"].is_string(), "{}", told.text);
    // The stream has ended, so that the browser knows.
    let ended = tokio::time::timeout(PATIENCE, live.bytes_stream().map(|_| ()).collect::<Vec<()>>()).await;
    assert!(ended.is_ok(), "the stream ends while the database is away");

    let cluster = Cluster::start(&home, options()).await.expect("it starts again");
    until("the server is ready again", PATIENCE, async || {
        server.get("/readyz").await.is_some_and(|answer| answer.status == 200)
    })
    .await;
    reply.offer(&server, &chat).await;
    assert!(reply.taken, "the reply is taken now");
    until("what was missed is there, and the reply has arrived", PATIENCE, async || {
        let shown = messages(&server, &chat).await;
        let missed = shown.iter().any(|message| message["body"] == "Вы тут?");
        let sent = shown.iter().any(|message| {
            message["key"] == reply.id.to_string() && message["delivery"]["state"] == "visible"
        });
        missed && sent
    })
    .await;
    assert_eq!(accepted(&installation, &external), HashMap::from([(reply.text.clone(), 1)]));
    assert_eq!(server.live(0).await.status(), 200, "streams open again");

    server.terminate().await;
    installation.close().await;
    let data = cluster.pgdata().to_owned();
    cluster.stop().await.expect("it stops");
    let _ = std::fs::remove_dir_all(data);
    let _ = std::fs::remove_dir_all(&home);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_open_streams_stops_in_time() {
    let installation = Installation::new().await;
    let mut server = installation.serve().await;
    server.log_in().await;
    let streams = futures::future::join_all((0..3).map(|_| server.live(0))).await;
    assert!(streams.iter().all(|stream| stream.status() == 200));
    let took = server.terminate().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    let last = futures::future::join_all(streams.into_iter().map(reqwest::Response::text)).await;
    for text in last {
        assert!(text.expect("an orderly end").contains("event: bye"), "the browser is told to come back");
    }
    installation.close().await;
}
