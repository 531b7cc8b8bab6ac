//! The numbered log of changes and the streams that follow it.

use crate::harness::{Live, Person, Setting, TestApp, until};
use agentiq::platform::clock::now;
use agentiq::platform::live::{self, Backlog};
use agentiq::shared::change::{Change, Event};
use agentiq::shared::ids::{ChatId, SellerId, UserId};
use agentiq::shared::role::Role;
use chrono::TimeDelta;
use diesel_async::AsyncConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

fn change() -> Change {
    Change::Seller { seller: SellerId::new() }
}

async fn append(app: &TestApp, changes: &[Change]) {
    live::append(&mut *app.conn().await, app.workspace, changes).await.expect("an entry");
}

async fn last(app: &TestApp) -> i64 {
    live::last_seq(&mut *app.conn().await, app.workspace).await.expect("a number")
}

async fn read_after(app: &TestApp, after: i64) -> Backlog {
    live::read_after(&mut *app.conn().await, app.workspace, after).await.expect("the log")
}

fn numbers(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.seq).collect()
}

/// Twenty writers with fifteen transactions each; every fifth is taken back.
fn write(app: &Arc<TestApp>) -> JoinSet<()> {
    let mut writers = JoinSet::new();
    for writer in 0..20 {
        let app = app.clone();
        writers.spawn(async move {
            for turn in 0..15 {
                let mut conn = app.conn().await;
                let changes: Vec<Change> = (0..1 + (writer + turn) % 3).map(|_| change()).collect();
                let written = conn
                    .transaction(async |conn| {
                        live::append(conn, app.workspace, &changes).await.expect("an entry");
                        if (writer + turn) % 5 == 0 {
                            return Err(diesel::result::Error::RollbackTransaction);
                        }
                        Ok(())
                    })
                    .await;
                assert_eq!(written.is_err(), (writer + turn) % 5 == 0);
            }
        });
    }
    writers
}

/// What the writers leave in all.
fn written() -> i64 {
    let kept =
        (0..20_i64).flat_map(|writer| (0..15).map(move |turn| writer + turn)).filter(|both| both % 5 != 0);
    kept.map(|both| 1 + both % 3).sum()
}

async fn finish(mut writers: JoinSet<()>) {
    while let Some(written) = writers.join_next().await {
        written.expect("a writer");
    }
}

// --- The log ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_and_appear_in_their_order() {
    let app = Arc::new(TestApp::start().await);
    let over = Arc::new(AtomicBool::new(false));
    // Looks all the time: whoever has seen a number must have seen all below it.
    let reader = {
        let (app, over) = (app.clone(), over.clone());
        tokio::spawn(async move {
            let mut seen: Vec<i64> = Vec::new();
            loop {
                let is_over = over.load(Ordering::Acquire);
                let Backlog::Events(events) = read_after(&app, seen.last().copied().unwrap_or(0)).await
                else {
                    panic!("a hole in the log")
                };
                seen.extend(numbers(&events));
                if is_over {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        })
    };
    finish(write(&app)).await;
    over.store(true, Ordering::Release);
    let all: Vec<i64> = (1..=written()).collect();
    assert_eq!(reader.await.expect("the reader"), all);
    assert_eq!(last(&app).await, written());

    for after in [0, 1, 17, written() / 2, written() - 1, written()] {
        let Backlog::Events(events) = read_after(&app, after).await else { panic!("after {after}") };
        assert_eq!(numbers(&events), all[usize::try_from(after).expect("small")..], "after {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_change_twice_in_a_transaction_is_one_entry() {
    let app = TestApp::start().await;
    let (one, other) = (change(), change());
    append(&app, &[one.clone(), other.clone(), one.clone()]).await;
    append(&app, &[]).await;
    let Backlog::Events(events) = read_after(&app, 0).await else { panic!("a hole") };
    assert_eq!(events, [Event { seq: 1, change: one }, Event { seq: 2, change: other }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_far_behind_or_ahead_starts_anew() {
    let app = TestApp::start().await;
    for _ in 0..11 {
        let changes: Vec<Change> = (0..100).map(|_| change()).collect();
        append(&app, &changes).await;
    }
    assert_eq!(read_after(&app, 99).await, Backlog::Resync(1100), "more than anybody reads");
    assert!(matches!(read_after(&app, 100).await, Backlog::Events(events) if events.len() == 1000));
    assert_eq!(read_after(&app, 1101).await, Backlog::Resync(1100), "the database was put back");

    let sql = app.sql().await;
    sql.run("UPDATE events SET at = now() - interval '8 days' WHERE seq <= 1050").await;
    assert_eq!(live::prune(&mut *app.conn().await, now()).await.expect("pruned"), 1050);
    assert_eq!(read_after(&app, 1049).await, Backlog::Resync(1100), "no longer kept");
    assert!(matches!(read_after(&app, 1050).await, Backlog::Events(events) if events.len() == 50));
    live::prune(&mut *app.conn().await, now() + TimeDelta::days(8)).await.expect("pruned");
    assert_eq!(read_after(&app, 1100).await, Backlog::Events(Vec::new()), "nothing kept, nothing missed");
    append(&app, &[change()]).await;
    assert_eq!(last(&app).await, 1101, "numbers go on");

    let person = app.person(Role::Viewer).await;
    let mut stream = Live::open(&person, 7).await;
    assert_eq!(stream.next_named("resync").await.data, "{\"seq\":1101}");
    append(&app, &[change()]).await;
    assert_eq!(stream.next_change().await.seq, 1102);
}

// --- Streams ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn streams_on_two_servers_get_every_number_once_whenever_they_begin() {
    let first = Arc::new(TestApp::start().await);
    let second = first.another(Setting::default()).await;
    append(&first, &[change(), change(), change()]).await;
    let person = first.person(Role::Viewer).await;
    let total = 3 + written();
    let writers = write(&first);
    let readers = (0..10_i64).map(|number| {
        let url = if number % 2 == 0 { first.url.clone() } else { second.url.clone() };
        let person = Person { url, ..person.clone() };
        let first = &first;
        async move {
            // Each begins when the log has grown some more, behind a number that others have passed.
            until("the log has grown", async || last(first).await >= 3 + number * 20).await;
            let after = number * 15;
            let mut stream = Live::open(&person, after).await;
            let mut seen = Vec::new();
            while seen.last() != Some(&total) {
                seen.push(stream.next_change().await.seq);
            }
            assert_eq!(seen, (after + 1..=total).collect::<Vec<_>>(), "after {after}");
        }
    });
    futures::future::join_all(readers).await;
    finish(writers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_the_database_is_ended_and_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    append(&app, &[change()]).await;
    let mut stream = Live::open(&person, 0).await;
    assert_eq!(stream.next_change().await.seq, 1);
    let sql = app.sql().await;
    let listeners = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(sql.number(listeners).await, 1);
    // Written while nobody listens.
    append(&app, &[change()]).await;
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        seen.extend(event.change().map(|event| event.seq));
    }
    let mut stream = Live::open(&person, seen.last().copied().unwrap_or(1)).await;
    append(&app, &[change()]).await;
    while seen.last() != Some(&3) {
        seen.push(stream.next_change().await.seq);
    }
    assert_eq!(seen, [2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_looked_at_is_their_own() {
    let app = TestApp::start().await;
    let person = app.person(Role::Operator).await;
    let mut stream = Live::open(&person, 0).await;
    let chat = ChatId::new();
    append(&app, &[Change::Seen { chat, user: UserId::new() }]).await;
    append(&app, &[Change::Seen { chat, user: person.id }]).await;
    assert_eq!(stream.next_change().await, Event { seq: 2, change: Change::Seen { chat, user: person.id } });
    append(&app, &[Change::Starred { chat, user: UserId::new() }]).await;
    append(&app, &[Change::Starred { chat, user: person.id }]).await;
    assert_eq!(stream.next_change().await.seq, 4);
    // Also when it is read back later; the number that was left out is no hole.
    let mut again = Live::open(&person, 0).await;
    assert_eq!(again.next_change().await.seq, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_a_chat_is_told_to_everybody_who_has_it_open() {
    let app = TestApp::working().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let beside = app.another(Setting::default()).await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let boris = Person { url: beside.url.clone(), ..boris };
    let mut stream = Live::open(&boris, last(&app).await).await;
    let reply = anna.reply(chat, "Завтра").await.key.parse().expect("an id");
    let told = stream.next_change().await.change;
    assert_eq!(told, Change::Reply { chat, reply }, "a reply on one server is heard on the other");
    until("the reply is delivered", async || {
        let messages = boris.open(chat).await.messages.items;
        messages.iter().any(|message| message.external_id.is_some() && message.body == "Завтра")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_good_bye_to_its_streams() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    let mut stream = Live::open(&person, 0).await;
    app.app.cancel.cancel();
    stream.next_named("bye").await;
    assert_eq!(stream.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_make_no_sense_are_refused_or_start_anew() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    for after in ["x", "1.5", "99999999999999999999", ""] {
        assert_eq!(person.get(&format!("/live?after={after}")).await.status, 400, "{after}");
    }
    append(&app, &[change()]).await;
    for after in [-1, i64::MIN, i64::MAX, 2] {
        let mut stream = Live::open(&person, after).await;
        assert_eq!(stream.next_named("resync").await.data, "{\"seq\":1}", "{after}");
    }
}
