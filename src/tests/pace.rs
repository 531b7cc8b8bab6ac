//! How fast accounts are called when several processes share a database, what happens when nobody answers, and what
//! people are told.

use crate::harness::{Live, Person, TestApp, TestDatabase, until};
use agentiq::connectors::ozon::Ozon;
use agentiq::connectors::sandbox::ozon::{
    DEMO_API_KEY, DEMO_CLIENT_ID, Faults, NewChat, OzonSandbox, SandboxOptions,
};
use agentiq::connectors::{AccountProblem, ChatScope, Connector, ConnectorError};
use agentiq::features::sellers::server::{accounts, health};
use agentiq::features::sellers::types::{SellerState, SellerView, SyncProblem};
use agentiq::platform::clock::now;
use agentiq::platform::db::Db;
use agentiq::platform::http::Outbound;
use agentiq::platform::jobs::Verdict;
use agentiq::platform::pace::Pace;
use agentiq::platform::secret::Secret;
use agentiq::shared::change::Change;
use agentiq::shared::ids::SellerId;
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use agentiq::shared::trouble::StoppedSellers;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The demo account, called by a process of its own.
fn process(database: &TestDatabase, sandbox: &OzonSandbox) -> Arc<Ozon> {
    on(&database.db(), sandbox)
}

fn on(db: &Db, sandbox: &OzonSandbox) -> Arc<Ozon> {
    let http = Outbound::new(Duration::from_secs(5)).expect("TLS is usable").at_pace(Pace::shared(db));
    Arc::new(Ozon::new(&sandbox.url(), DEMO_CLIENT_ID, Secret::new(DEMO_API_KEY.into()), http))
}

fn sandbox() -> OzonSandbox {
    OzonSandbox::start(SandboxOptions::default()).expect("a free port on loopback")
}

/// The account as the server calls it.
fn account(app: &TestApp) -> Arc<dyn Connector> {
    app.app.connector(Marketplace::Ozon, DEMO_CLIENT_ID, &Secret::new(DEMO_API_KEY.into()))
}

// --- How fast ------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_together_stay_below_fifty_calls_a_second_and_sends_do_not_wait() {
    let (database, sandbox) = (TestDatabase::migrated().await, sandbox());
    let chat = sandbox.state().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    sandbox.state().buyer_writes(&chat, "Где заказ?");
    let processes = [process(&database, &sandbox), process(&database, &sandbox)];
    let end = Instant::now() + Duration::from_secs(4);
    // Far more than the account may take: 24 callers who never pause.
    let mut readers = JoinSet::new();
    for number in 0..24 {
        let ozon = processes[number % 2].clone();
        readers.spawn(async move {
            while Instant::now() < end {
                // The sandbox counts in sliding seconds and refuses the call that is too much.
                ozon.chats(ChatScope::Unread, None).await.expect("not one call too many");
            }
        });
    }
    let mut slowest = Duration::ZERO;
    for number in 0..6 {
        sleep(Duration::from_millis(450)).await;
        let asked = Instant::now();
        processes[number % 2].send_text(&chat, &format!("number {number}")).await.expect("sent");
        slowest = slowest.max(asked.elapsed());
    }
    while let Some(read) = readers.join_next().await {
        read.expect("no refusal");
    }
    assert_eq!(sandbox.state().sends(&chat).len(), 6);
    assert!(slowest < Duration::from_secs(2), "sends wait for sends only: {slowest:?}");
    let reads = sandbox.state().calls()["/v3/chat/list"];
    assert!(reads > 40, "and the rate is used: {reads} in four seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_for_all_processes_and_outlives_an_emptied_table() {
    let (database, sandbox) = (TestDatabase::migrated().await, sandbox());
    let (one, other) = (process(&database, &sandbox), process(&database, &sandbox));
    assert!(other.chats(ChatScope::All, None).await.is_ok());
    let circle = Faults { circle_open: 1.0, only: Some("/v3/chat/list".into()), ..Faults::default() };
    sandbox.state().set_faults(circle);
    let refused = one.chats(ChatScope::All, None).await;
    assert!(matches!(refused, Err(ConnectorError::RateLimited { .. })), "{refused:?}");
    sandbox.state().set_faults(Faults::default());
    // Whoever has an answer waits for our book-keeping only for a moment, which a busy machine may need longer for.
    let sql = database.sql().await;
    until("the pause is written down", async || {
        sql.number("SELECT count(*) FROM pace_lines WHERE ledger -> 'pauses' ? '/v3/chat/list'").await == 1
    })
    .await;
    let calls = sandbox.state().calls();
    for ozon in [&one, &other] {
        let refused = ozon.chats(ChatScope::All, None).await;
        assert!(matches!(
            refused,
            Err(ConnectorError::RateLimited { retry_after: Some(rest) }) if rest > Duration::from_secs(120)
        ));
    }
    assert_eq!(sandbox.state().calls(), calls, "nothing left the house");
    assert!(other.account().await.is_ok(), "another method");

    // As after a crash of Postgres.
    sql.run("TRUNCATE pace_lines").await;
    assert!(one.chats(ChatScope::All, None).await.is_err(), "its process remembers");
    assert!(process(&database, &sandbox).chats(ChatScope::All, None).await.is_err(), "and tells the others");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_no_call_leaves_the_house() {
    let sandbox = sandbox();
    let nowhere = Db::new(Secret::new("postgres://nobody@127.0.0.1:1/none".into())).expect("an address");
    let ozon = on(&nowhere, &sandbox);
    let sent = ozon.send_text("chat", "text").await;
    assert!(matches!(sent, Err(ConnectorError::Unreachable(_))), "certainly not carried out: {sent:?}");
    assert!(matches!(ozon.chats(ChatScope::All, None).await, Err(ConnectorError::Unreachable(_))));
    assert_eq!(sandbox.state().calls().values().sum::<u64>(), 0);
}

// --- When nobody answers -------------------------------------------------------------------------------------------

async fn only_seller(app: &TestApp) -> SellerView {
    let mut sellers: Vec<SellerView> = app.person(Role::Operator).await.want("sellers/list", json!({})).await;
    sellers.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_does_not_answer_has_a_rest_and_the_seller_page_says_so() {
    let app = TestApp::start().await;
    let (seller, external, _) = app.shop_with_chat("Где заказ?").await;
    let neighbour = process(&app.database, &app.sandbox);
    let ozon = account(&app);
    app.ozon().set_faults(Faults { unavailable: true, ..Faults::default() });
    until("the breaker opens", async || {
        sleep(Duration::from_millis(200)).await;
        matches!(ozon.chats(ChatScope::All, None).await, Err(ConnectorError::Resting { .. }))
    })
    .await;
    let calls = app.ozon().calls();
    for account in [&ozon, &(neighbour as Arc<dyn Connector>)] {
        let refused = account.send_text(&external, "Завтра").await;
        assert!(matches!(refused, Err(ConnectorError::Resting { .. })), "{refused:?}");
    }
    assert!(matches!(app.poll(seller).await, Verdict::Again(_)));
    assert_eq!(app.ozon().calls(), calls, "nothing leaves the house");
    let view = only_seller(&app).await;
    assert_eq!((view.state, view.problem), (SellerState::Active, Some(SyncProblem::Resting)));
    let breaker = view.breaker.expect("an open breaker");
    assert!(breaker.failures >= 10 && breaker.since < breaker.until, "{breaker:?}");

    app.ozon().set_faults(Faults::default());
    app.ozon().buyer_writes(&external, "Ау");
    until("a probe finds the marketplace", async || app.poll(seller).await == Verdict::Done).await;
    let view = only_seller(&app).await;
    assert_eq!((view.problem, view.breaker), (None, None));
    assert!(ozon.send_text(&external, "Завтра").await.is_ok());
}

// --- When the account needs a person -------------------------------------------------------------------------------

async fn stopped(app: &TestApp, role: Role) -> StoppedSellers {
    app.person(role).await.want("sellers/stopped", json!({})).await
}

/// A browser that has seen everything so far.
async fn browser(app: &TestApp, person: &Person) -> Live {
    let seen = app.sql().await.number("SELECT last_seq FROM event_counters").await;
    Live::open(person, seen).await
}

/// Waits for the next change of a seller.
async fn hears_of(mut live: Live, seller: SellerId) {
    while live.next_change().await.change != (Change::Seller { seller }) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_told_on_every_page_until_a_new_one_catches_up() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    assert_eq!(stopped(&app, Role::Owner).await, StoppedSellers::default());
    let quiet = owner.get("/inbox").await.text;
    assert!(quiet.contains("account-banner") && !quiet.contains("note-error"), "there, and empty");

    let live = browser(&app, &owner).await;
    app.ozon().revoke_key(DEMO_CLIENT_ID);
    app.ozon().buyer_writes(&external, "Ау");
    app.poll(seller).await;
    hears_of(live, seller).await;
    let told = stopped(&app, Role::Admin).await;
    assert_eq!((told.sellers.len(), told.keepers.len()), (1, 0), "admins mend it themselves");
    assert_eq!((told.sellers[0].id, told.sellers[0].problem), (seller, SyncProblem::KeyDeactivated));
    let told = stopped(&app, Role::Operator).await;
    assert_eq!(told.keepers.first().map(String::as_str), Some("Some owner"), "the owner first");
    for page in ["/inbox", "/sellers"] {
        let html = owner.get(page).await.text;
        assert!(html.contains("role=\"alert\"") && html.contains("остановлен"), "{page}");
    }
    let html = app.person(Role::Viewer).await.get("/inbox").await.text;
    assert!(html.contains("Исправить это могут") && html.contains("Some owner"));

    let key = json!({ "seller": seller, "api_key": DEMO_API_KEY });
    assert_eq!(owner.call("sellers/replace_key", &key).await.status, 422, "still revoked");
    app.ozon().restore_key(DEMO_CLIENT_ID);
    let live = browser(&app, &owner).await;
    let () = owner.want("sellers/replace_key", key).await;
    hears_of(live, seller).await;
    assert_eq!(stopped(&app, Role::Owner).await, StoppedSellers::default());
    app.poll(seller).await;
    assert_eq!(owner.open(chat).await.messages.items.len(), 2, "caught up");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_call_that_meets_a_dead_key_stops_the_seller_but_not_with_the_new_key() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let mut conn = app.conn().await;
    let account = accounts::find(&mut conn, app.workspace, seller).await.expect("read").expect("a seller");
    let state = async || app.sql().await.value("SELECT state FROM sellers").await;
    let dead = ConnectorError::Account(AccountProblem::KeyDeactivated);

    let role = ConnectorError::Account(AccountProblem::MethodNotAllowed);
    health::note(&app.app, &account, &role).await;
    assert_eq!(state().await.as_deref(), Some("active"), "not every method is needed");

    let owner = app.person(Role::Owner).await;
    let () = owner.want("sellers/replace_key", json!({ "seller": seller, "api_key": DEMO_API_KEY })).await;
    health::note(&app.app, &account, &dead).await;
    assert_eq!(state().await.as_deref(), Some("active"), "a late word about the old key");

    let account = accounts::find(&mut conn, app.workspace, seller).await.expect("read").expect("a seller");
    health::note(&app.app, &account, &dead).await;
    assert_eq!(state().await.as_deref(), Some("broken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_badly_after_its_key_was_replaced_says_nothing_about_the_new_key() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let mut conn = app.conn().await;
    let before = accounts::find(&mut conn, app.workspace, seller).await.expect("read").expect("a seller");
    let owner = app.person(Role::Owner).await;
    let () = owner.want("sellers/replace_key", json!({ "seller": seller, "api_key": DEMO_API_KEY })).await;
    let after = accounts::find(&mut conn, app.workspace, seller).await.expect("read").expect("a seller");

    let dead = ConnectorError::Account(AccountProblem::WrongCredentials);
    health::note_failure(&mut conn, &before, &dead, now()).await.expect("noted");
    let view = only_seller(&app).await;
    assert_eq!((view.state, view.problem), (SellerState::Active, None));

    health::note_failure(&mut conn, &after, &dead, now()).await.expect("noted");
    let view = only_seller(&app).await;
    assert_eq!((view.state, view.problem), (SellerState::Broken, Some(SyncProblem::WrongCredentials)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_that_breaks_again_is_told_again() {
    let app = TestApp::start().await;
    let (seller, external, _) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    app.ozon().revoke_key(DEMO_CLIENT_ID);
    app.ozon().buyer_writes(&external, "Ау");
    app.poll(seller).await;
    let () = owner.want("sellers/resume", json!({ "seller": seller })).await;
    let live = browser(&app, &owner).await;
    app.poll(seller).await;
    hears_of(live, seller).await;
    assert_eq!(stopped(&app, Role::Owner).await.sellers.len(), 1);
}
