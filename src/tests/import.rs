//! Importing a shop and keeping up with it: the list as a queue, the walk that goes on after a stop, histories in the order
//! in which they are needed.

use crate::harness::{TestApp, until};
use agentiq::connectors::sandbox::ozon::{DEMO_API_KEY, DEMO_CLIENT_ID, Faults, GIANT_CLIENT_ID, NewChat};
use agentiq::context::App;
use agentiq::features::inbox::server::listing;
use agentiq::features::inbox::types::{HistoryState, View};
use agentiq::features::sellers::types::{ConnectForm, ImportView, SellerView};
use agentiq::features::sync::server::{read, walk};
use agentiq::platform::clock::now;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::ids::{ChatId, SellerId};
use agentiq::shared::role::Role;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const LIST: &str = "/v3/chat/list";
const HISTORY: &str = "/v3/chat/history";

/// Connects the account that has as many chats as one wants.
async fn giant(app: &TestApp, chats: u64) -> SellerId {
    app.ozon().set_giant_chats(chats);
    let form =
        ConnectForm { name: "Giant".into(), client_id: GIANT_CLIENT_ID.into(), api_key: DEMO_API_KEY.into() };
    app.connect(app.workspace, form).await
}

/// A run of a job of one chat.
fn run_of_chat(app: &TestApp, chat: ChatId) -> Run<App> {
    Run { app: app.app.for_work(), workspace: app.workspace, payload: json!({ "chat": chat }), attempt: 1 }
}

async fn import(app: &TestApp) -> ImportView {
    let owner = app.person(Role::Owner).await;
    let sellers: Vec<SellerView> = owner.want("sellers/list", json!({})).await;
    sellers.into_iter().next().and_then(|seller| seller.import).expect("an import")
}

/// Lets the next scan begin a walk through the whole list.
async fn make_walk_due(app: &TestApp) {
    app.sql()
        .await
        .run(
            "UPDATE walks SET started_at = started_at - interval '1 day', listed_at = listed_at - interval '1 day'; \
             UPDATE sellers SET connected_at = connected_at - interval '2 days'",
        )
        .await;
}

// --- The walk ------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_stopped_goes_on_from_its_cursor_and_the_shop_is_workable_meanwhile() {
    let app = TestApp::start().await;
    let seller = giant(&app, 1_000).await;
    let sql = app.sql().await;
    app.scan(seller).await;
    app.ozon().reset_calls();
    app.ozon().set_faults(Faults { latency_ms: Some((40, 60)), ..Faults::default() });
    let stop = CancellationToken::new();
    let stopped = Run { app: App { cancel: stop.clone(), ..app.app.for_work() }, ..app.run_of(seller) };
    let walking = tokio::spawn(walk::run(stopped));
    let pages = async || sql.number("SELECT pages FROM walks").await;
    until("some pages are stored", async || pages().await >= 3).await;

    let person = app.person(Role::Operator).await;
    let list = person.list(View::All).await;
    assert!(list.counts.all >= 300, "{:?}", list.counts);
    assert!(list.page.items.iter().any(|row| row.history == HistoryState::Coming && row.preview.is_empty()));
    stop.cancel();
    let verdict = walking.await.expect("no panic").expect("a verdict");
    assert!(matches!(verdict, Verdict::Again(_)));
    let stored = pages().await;
    assert!((3..10).contains(&stored), "stopped half-way: {stored}");
    let progress = import(&app).await;
    assert_eq!((progress.is_list_done, progress.chats), (false, stored * 100));

    app.ozon().set_faults(Faults::default());
    app.ozon().reset_calls();
    assert_eq!(app.walk(seller).await, Verdict::Done);
    let asked = app.ozon().calls()[LIST];
    assert_eq!(asked as i64, 10 - stored, "what was stored is not asked for again");
    assert_eq!(sql.number("SELECT count(*) FROM chats").await, 1_000, "no page is lost, none doubled");
    let progress = import(&app).await;
    assert_eq!((progress.is_list_done, progress.chats, progress.finished_at), (true, 1_000, None));
    assert_eq!(progress.histories_total, sql.number("SELECT count(*) FROM chats WHERE is_behind").await);
    assert_eq!(app.walk(seller).await, Verdict::Done, "there is nothing to go on with");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_walk_the_same_list_count_every_page_once() {
    let app = TestApp::start().await;
    let seller = giant(&app, 600).await;
    app.scan(seller).await;
    let (one, other) = tokio::join!(app.walk(seller), app.walk(seller));
    assert_eq!((one, other), (Verdict::Done, Verdict::Done));
    let sql = app.sql().await;
    assert_eq!(sql.value("SELECT listed_at FROM walks WHERE listed_at IS NULL").await, None);
    assert_eq!(sql.column("SELECT chats || ' ' || pages FROM walks").await, ["600 6"]);
    assert_eq!(sql.number("SELECT count(*) FROM chats").await, 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_cursors_that_come_twice_lose_no_chat() {
    let app = TestApp::start().await;
    let seller = giant(&app, 700).await;
    app.scan(seller).await;
    let faults = Faults {
        repeat_cursor: 0.4,
        duplicate_pages: 0.4,
        only: Some(LIST.into()),
        times: Some(4),
        ..Faults::default()
    };
    app.ozon().set_faults(faults);
    for _ in 0..10 {
        app.walk(seller).await;
    }
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM chats").await, 700);
    assert_eq!(sql.number("SELECT count(*) FROM walks WHERE listed_at IS NOT NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_leads_nowhere_comes_to_an_end() {
    let app = TestApp::start().await;
    let seller = giant(&app, 700).await;
    app.scan(seller).await;
    app.ozon().reset_calls();
    app.ozon().set_faults(Faults { repeat_cursor: 1.0, only: Some(LIST.into()), ..Faults::default() });
    assert_eq!(app.walk(seller).await, Verdict::Done);
    let asked = app.ozon().calls()[LIST];
    assert!(asked < 40, "asked {asked} times");
    app.ozon().set_faults(Faults::default());
    make_walk_due(&app).await;
    app.scan(seller).await;
    app.walk(seller).await;
    assert_eq!(
        app.sql().await.number("SELECT count(*) FROM chats").await,
        700,
        "the next walk finds the rest"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_in_the_cabinet_before_we_saw_it_is_found_by_the_next_walk() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().cabinet_replies(&external, "Завтра");
    app.poll(seller).await;
    app.ozon().buyer_writes(&external, "Спасибо!");
    app.ozon().cabinet_reads(&external);
    app.poll(seller).await;
    let person = app.person(Role::Operator).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 2, "neither unread nor waiting");
    make_walk_due(&app).await;
    app.poll(seller).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 3);
    let kinds = app.sql().await.column("SELECT kind FROM walks ORDER BY kind").await;
    assert_eq!(kinds, ["import", "reconcile"]);
    let calls = app.ozon().calls()[LIST];
    app.poll(seller).await;
    assert_eq!(app.ozon().calls()[LIST], calls + 1, "and then it rests again");
}

// --- The queue -----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn unread_chats_come_first_and_then_the_newest() {
    let app = TestApp::start().await;
    let seller = giant(&app, 300).await;
    app.scan(seller).await;
    app.walk(seller).await;
    let mut conn = app.conn().await;
    let queue =
        listing::behind(&mut conn, app.workspace, seller, false, now(), 1_000).await.expect("a queue");
    assert_eq!(queue.len(), 300);
    let unread = queue.iter().take_while(|chat| chat.is_unread_there).count();
    assert!(unread > 10 && queue[unread..].iter().all(|chat| !chat.is_unread_there));
    for part in [&queue[..unread], &queue[unread..]] {
        let ids: Vec<u64> =
            part.iter().filter_map(|chat| chat.listed_last_id.as_deref()?.parse().ok()).collect();
        assert!(ids.len() == part.len() && ids.is_sorted_by(|one, next| one > next));
    }
    let only = listing::behind(&mut conn, app.workspace, seller, true, now(), 1_000).await.expect("a queue");
    assert_eq!(only.len(), unread);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_opened_jumps_the_queue_and_the_import_comes_to_its_end() {
    let app = TestApp::working().await;
    let seller = giant(&app, 100).await;
    let sql = app.sql().await;
    until("the list is here", async || sql.number("SELECT count(*) FROM chats").await == 100).await;
    let last = "SELECT id FROM chats WHERE is_behind ORDER BY is_unread_there, listed_last_key LIMIT 1";
    let last: ChatId = sql.value(last).await.expect("a chat").parse().expect("an id");
    let person = app.person(Role::Operator).await;
    assert_eq!(person.row(last).await.history, HistoryState::Coming);
    until("its messages are here", async || !person.open(last).await.messages.items.is_empty()).await;
    let left = sql.number("SELECT count(*) FROM chats WHERE is_behind").await;
    assert!(left > 20, "long before its turn: {left}");
    assert_eq!(person.row(last).await.history, HistoryState::Known);

    until("everything is read", async || import(&app).await.finished_at.is_some()).await;
    let progress = import(&app).await;
    assert_eq!((progress.histories_done, progress.histories_total), (100, 100));
    assert_eq!(sql.number("SELECT count(*) FROM chats WHERE head_id IS NULL").await, 0);
    let told = sql.number("SELECT count(*) FROM events WHERE change->>'kind' = 'import'").await;
    assert!((2..40).contains(&told), "screens are told now and then: {told}");
    let last = sql.number("SELECT max(seq) FROM events WHERE change->>'kind' IN ('import', 'seller')").await;
    assert!(last > 0 && app.ozon().calls()[HISTORY] >= 100, "{seller}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_keeps_lagging_is_given_up_until_the_chat_moves() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("first").await;
    let sql = app.sql().await;
    app.ozon().set_faults(Faults { list_lag_ms: 600_000, ..Faults::default() });
    app.ozon().buyer_writes(&external, "hidden");
    app.scan(seller).await;
    let mut tries = 0;
    while sql.number("SELECT count(*) FROM chats WHERE is_behind").await > 0 {
        assert!(tries < 30, "it is asked for ever");
        sql.run("UPDATE chats SET read_after = now() WHERE is_behind").await;
        app.read(seller).await;
        tries += 1;
    }
    assert!((5..=10).contains(&tries), "{tries}");
    let calls = app.ozon().calls()[HISTORY];
    app.scan(seller).await;
    app.read(seller).await;
    assert_eq!(app.ozon().calls()[HISTORY], calls, "it is left alone");
    app.ozon().set_faults(Faults::default());
    app.ozon().buyer_writes(&external, "shown");
    app.poll(seller).await;
    let person = app.person(Role::Viewer).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_whose_history_is_refused_holds_nobody_up_and_says_so() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    app.poll(seller).await;
    let sql = app.sql().await;
    // The marketplace knows no such chat; it would be the first of the queue.
    sql.run(&format!(
        "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, is_behind, \
                            is_unread_there, listed_last_id, listed_last_key) \
         VALUES ('{}', gen_random_uuid(), '{seller}', 'dialog', 'gone', 'open', now(), now(), true, true, '9', 'z')",
        app.workspace
    ))
    .await;
    let externals: Vec<String> = (0..3).map(|n| app.buyer_begins(&format!("Вопрос {n}"))).collect();
    app.poll(seller).await;
    let person = app.person(Role::Operator).await;
    for external in &externals {
        assert_eq!(person.row(app.chat(external).await).await.history, HistoryState::Known);
    }
    let gone = app.chat("gone").await;
    assert_eq!(person.row(gone).await.history, HistoryState::Refused);
    let calls = app.ozon().calls()[HISTORY];
    person.open(gone).await;
    assert_eq!(read::run_chat(run_of_chat(&app, gone)).await.expect("a verdict"), Verdict::Done);
    app.read(seller).await;
    assert_eq!(app.ozon().calls()[HISTORY], calls + 1, "only who asked for it has asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_comes_to_the_end_of_ours_gets_the_rest_at_once() {
    let app = TestApp::start().await;
    let external = app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    for number in 0..180 {
        app.ozon().buyer_writes(&external, &format!("number {number}"));
    }
    let seller = app.connect_shop().await;
    app.poll(seller).await;
    let chat = app.chat(&external).await;
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM messages").await, 100, "the newest page");
    // Workers for the two sides of the request.
    let _beside = app.another(crate::harness::Setting { workers: true, ..Default::default() }).await;
    let person = app.person(Role::Viewer).await;
    let (mut before, mut seen) = (serde_json::Value::Null, 0);
    loop {
        let page: serde_json::Value =
            person.want("inbox/messages", json!({ "chat": chat, "before": before })).await;
        seen += page["items"].as_array().map_or(0, Vec::len);
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(seen, 180);
}

// --- Any order of events -------------------------------------------------------------------------------------------

/// What may happen, to one of three chats where it is about a chat.
#[derive(Clone, Copy, Debug)]
enum Happening {
    BuyerWrites(usize),
    CabinetReplies(usize),
    CabinetReads(usize),
    Scan,
    Walk,
    Read,
    /// As a push or a person asks for it.
    ReadOne(usize),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    use Happening::{BuyerWrites, CabinetReads, CabinetReplies, Read, ReadOne, Scan, Walk};
    let one = prop_oneof![
        4 => (0..3_usize).prop_map(BuyerWrites),
        2 => (0..3_usize).prop_map(CabinetReplies),
        1 => (0..3_usize).prop_map(CabinetReads),
        2 => Just(Scan),
        1 => Just(Walk),
        2 => Just(Read),
        2 => (0..3_usize).prop_map(ReadOne),
    ];
    prop::collection::vec(one, 1..16)
}

async fn play(app: &TestApp, seller: SellerId, happenings: &[Happening]) {
    let sql = app.sql().await;
    let chats: Vec<String> = (0..3).map(|_| app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID))).collect();
    for (number, happening) in happenings.iter().enumerate() {
        match *happening {
            Happening::BuyerWrites(chat) => {
                app.ozon().buyer_writes(&chats[chat], &format!("Вопрос {number}"));
            }
            Happening::CabinetReplies(chat) => {
                app.ozon().cabinet_replies(&chats[chat], &format!("Ответ {number}"));
            }
            Happening::CabinetReads(chat) => app.ozon().cabinet_reads(&chats[chat]),
            Happening::Scan => _ = app.scan(seller).await,
            Happening::Walk => {
                make_walk_due(app).await;
                app.scan(seller).await;
                app.walk(seller).await;
            }
            Happening::Read => _ = app.read(seller).await,
            Happening::ReadOne(chat) => {
                let query = format!("SELECT id FROM chats WHERE external_id = '{}'", chats[chat]);
                if let Some(id) = sql.value(&query).await {
                    let id = id.parse().expect("an id");
                    read::run_chat(run_of_chat(app, id)).await.expect("a verdict");
                }
            }
        }
    }
    make_walk_due(app).await;
    app.poll(seller).await;
    for external in &chats {
        let there: Vec<String> =
            app.ozon().messages(external).iter().map(|message| message.id.to_string()).collect();
        let here = format!(
            "SELECT m.external_id FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.external_id = '{external}' \
             ORDER BY m.sent_at, m.sort_key"
        );
        assert_eq!(sql.column(&here).await, there, "{happenings:?}");
        let state = format!(
            "SELECT is_behind || ' ' || (listed_last_id IS NOT DISTINCT FROM remote_last_id) || ' ' || \
                    (unanswered_since IS NOT NULL) FROM chats WHERE external_id = '{external}'"
        );
        let waits = app.ozon().chats().into_iter().any(|chat| chat.id == *external && chat.waits);
        assert_eq!(sql.column(&state).await, [format!("false true {waits}")], "{happenings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_order_lists_and_histories_are_read_in_ends_in_the_same_rows() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    app.poll(seller).await;
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&happenings(), |happenings| {
            tokio::runtime::Handle::current().block_on(play(&app, seller, &happenings));
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
