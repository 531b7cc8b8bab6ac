//! Marketplace accounts: connecting, keys, health, leaving and coming back.

use crate::harness::{Person, Setting, TestApp, eventually, shop_form, until};
use agentiq::connectors::sandbox::ozon::{Account, DEMO_API_KEY, DEMO_CLIENT_ID, Faults, NewChat};
use agentiq::features::inbox::types::{ChatListPage, FailureReason, View};
use agentiq::features::sellers::server::connect::{connect_account, start_sync};
use agentiq::features::sellers::types::{Ability, ConnectForm, SellerState, SellerView, SyncProblem};
use agentiq::features::sync::server::poll;
use agentiq::platform::clock::now;
use agentiq::platform::fault::Fault;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::SellerId;
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn form(client_id: &str, api_key: &str) -> Value {
    json!({ "form": { "name": "", "client_id": client_id, "api_key": api_key } })
}

async fn sellers(person: &Person) -> Vec<SellerView> {
    person.want("sellers/list", json!({})).await
}

async fn only_seller(person: &Person) -> SellerView {
    let mut sellers = sellers(person).await;
    assert_eq!(sellers.len(), 1);
    sellers.remove(0)
}

// --- Connecting ----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_good_account_is_connected_and_shown_in_an_owners_words() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let id: SellerId = owner.want("sellers/connect", form(" 100200 ", &format!(" {DEMO_API_KEY}\n"))).await;
    let seller = only_seller(&owner).await;
    assert_eq!((seller.id, seller.account.as_str()), (id, "100200"));
    assert_eq!((seller.name.as_str(), seller.shop_name.as_deref()), ("Север Маркет", Some("Север Маркет")));
    assert_eq!((seller.state, seller.subscription.as_deref()), (SellerState::Active, Some("PREMIUM_PLUS")));
    assert!(seller.key_expires_at.is_some_and(|at| at > now()));
    assert_eq!(seller.abilities.len(), Ability::ALL.len());
    assert!(seller.abilities.iter().all(|(_, may)| *may), "{:?}", seller.abilities);
    assert_eq!((seller.problem, seller.last_sync_at), (None, None));
    let jobs = app.sql().await.column("SELECT kind FROM jobs").await;
    assert_eq!(jobs, ["sync.seller"], "its first synchronisation waits");

    app.buyer_begins("Где заказ?");
    app.poll(id).await;
    let seller = only_seller(&owner).await;
    assert_eq!((seller.chats, seller.waiting), (1, 1));
    assert!(seller.last_sync_at.is_some() && seller.last_sync_took_ms.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_account_is_refused_with_what_to_do() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let cases = [
        (form("", DEMO_API_KEY), Refusal::ClientIdMissing),
        (form("  ", DEMO_API_KEY), Refusal::ClientIdMissing),
        (form("Север", DEMO_API_KEY), Refusal::ClientIdNotANumber),
        (form("100200; DROP", DEMO_API_KEY), Refusal::ClientIdNotANumber),
        (form("100200", " "), Refusal::ApiKeyMissing),
        (form("100200", "ключ"), Refusal::WrongCredentials),
        (form("100200", "a\r\nHost: evil"), Refusal::WrongCredentials),
        (form("100200", "no such key"), Refusal::WrongCredentials),
        (form("100200", "no-such-key"), Refusal::WrongCredentials),
        (form("999999", DEMO_API_KEY), Refusal::WrongCredentials),
        (form("100202", DEMO_API_KEY), Refusal::SubscriptionTooLow { subscription: "PREMIUM".into() }),
        (form("100203", DEMO_API_KEY), Refusal::KeyDeactivated),
        (form("100204", DEMO_API_KEY), Refusal::KeyBoundToOtherAddress),
        (form("100205", DEMO_API_KEY), Refusal::OfferNotSigned),
    ];
    for (form, refusal) in cases {
        let answer = owner.call("sellers/connect", &form).await;
        assert_eq!((answer.status, answer.error()), (422, Some(AppError::Refused(refusal))), "{form}");
    }
    let answer = owner.call("sellers/connect", &form("100201", DEMO_API_KEY)).await;
    let Some(AppError::Refused(Refusal::KeyWithoutChatMethods { missing })) = answer.error() else {
        panic!("{answer:?}")
    };
    assert!(missing.iter().any(|method| method == "/v3/chat/list"), "{missing:?}");

    app.ozon().set_faults(Faults { unavailable: true, ..Faults::default() });
    let answer = owner.call("sellers/connect", &form("100200", DEMO_API_KEY)).await;
    assert_eq!(answer.error(), Some(AppError::Refused(Refusal::MarketplaceUnreachable)));
    let sql = app.sql().await;
    let left = "SELECT (SELECT count(*) FROM sellers) + (SELECT count(*) FROM seller_accounts) + (SELECT count(*) FROM jobs)";
    assert_eq!(sql.number(left).await, 0, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_once_wherever() {
    let app = TestApp::start().await;
    let here = app.person(Role::Owner).await;
    let elsewhere = app.new_workspace("Second").await;
    let there = app.person_of(elsewhere, Role::Owner).await;
    let good = form(DEMO_CLIENT_ID, DEMO_API_KEY);
    let both = [here.call("sellers/connect", &good), there.call("sellers/connect", &good)];
    let answers = futures::future::join_all(both).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "two at the same moment: {answers:?}");
    let (winner, loser) = if answers[0].status == 200 { (&here, &there) } else { (&there, &here) };
    for (person, is_here) in [(winner, true), (loser, false)] {
        let answer = person.call("sellers/connect", &good).await;
        let refusal = Refusal::AccountAlreadyConnected { here: is_here };
        assert_eq!((answer.status, answer.error()), (422, Some(AppError::Refused(refusal))));
    }
    assert_eq!((sellers(winner).await.len(), sellers(loser).await.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_connects_once() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let good = form(DEMO_CLIENT_ID, DEMO_API_KEY);
    let clicks = futures::future::join_all((0..4).map(|_| owner.call("sellers/connect", &good))).await;
    assert!(clicks.iter().all(|answer| [200, 422].contains(&answer.status)), "{clicks:?}");
    assert_eq!(clicks.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(sellers(&owner).await.len(), 1);
}

// --- Keys ----------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_sealed_for_its_seller() {
    let app = TestApp::start().await;
    let second = "7f7f7f7f-0000-4000-8000-123456789abc";
    app.ozon().add_account(Account::good("100300", second, "Second"));
    let first = app.connect_shop().await;
    let form = ConnectForm { name: String::new(), client_id: "100300".into(), api_key: second.into() };
    let other = app.connect(app.workspace, form).await;

    let sql = app.sql().await;
    for table in ["sellers", "seller_accounts", "jobs", "events"] {
        for row in sql.column(&format!("SELECT t::text FROM {table} t")).await {
            for key in [DEMO_API_KEY, second] {
                let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
                assert!(!row.contains(key) && !row.contains(&hex), "{table}");
            }
        }
    }
    let owner = app.person(Role::Owner).await;
    for text in [owner.call("sellers/list", &json!({})).await.text, owner.get("/sellers").await.text] {
        assert!(!text.contains(DEMO_API_KEY) && !text.contains(second));
    }

    assert_eq!(app.poll(other).await, Verdict::Done);
    sql.run(&format!(
        "UPDATE sellers SET credentials = (SELECT credentials FROM sellers WHERE id = '{first}') WHERE id = '{other}'"
    ))
    .await;
    let run = Run {
        app: app.app.clone(),
        workspace: app.workspace,
        payload: json!({ "seller": other }),
        attempt: 1,
    };
    let calls = app.ozon().calls();
    assert!(matches!(poll::run(run).await, Err(Fault::Broke(_))), "somebody else's ciphertext does not open");
    assert_eq!(app.ozon().calls(), calls, "and nobody is called with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_can_be_replaced_by_one_that_works() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    let replace = async |key: &str| {
        owner.call("sellers/replace_key", &json!({ "seller": seller, "api_key": key })).await
    };
    assert_eq!(replace("no-such-key").await.error(), Some(AppError::Refused(Refusal::WrongCredentials)));
    assert_eq!(replace("").await.error(), Some(AppError::Refused(Refusal::ApiKeyMissing)));
    app.poll(seller).await;
    assert_eq!(only_seller(&owner).await.problem, None, "the old key still works");

    app.ozon().add_account(Account::good(DEMO_CLIENT_ID, "a-new-key", "New name"));
    app.poll(seller).await;
    let broken = only_seller(&owner).await;
    assert_eq!((broken.state, broken.problem), (SellerState::Broken, Some(SyncProblem::WrongCredentials)));
    assert_eq!(replace("a-new-key").await.status, 200);
    let mended = only_seller(&owner).await;
    assert_eq!((mended.state, mended.problem), (SellerState::Active, None));
    assert_eq!(mended.shop_name.as_deref(), Some("New name"));
    app.ozon().buyer_writes(&external, "Ау");
    app.poll(seller).await;
    assert_eq!(owner.open(chat).await.messages.items.len(), 2);
}

// --- Health --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_of_the_account_stops_the_seller_and_says_so() {
    let app = TestApp::start().await;
    let (seller, external, _) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    type Change = fn(&TestApp);
    let problems: [(Change, Change, SyncProblem); 3] = [
        (
            |app| app.ozon().revoke_key(DEMO_CLIENT_ID),
            |app| app.ozon().restore_key(DEMO_CLIENT_ID),
            SyncProblem::KeyDeactivated,
        ),
        (
            |app| app.ozon().set_subscription(DEMO_CLIENT_ID, "PREMIUM"),
            |app| app.ozon().set_subscription(DEMO_CLIENT_ID, "PREMIUM_PLUS"),
            SyncProblem::SubscriptionTooLow,
        ),
        (
            |app| app.ozon().set_roles(DEMO_CLIENT_ID, Vec::new()),
            |app| app.ozon().add_account(Account::good(DEMO_CLIENT_ID, DEMO_API_KEY, "Север Маркет")),
            SyncProblem::MethodNotAllowed,
        ),
    ];
    for (breaks, mends, problem) in problems {
        breaks(&app);
        app.ozon().buyer_writes(&external, "Ау");
        assert_eq!(app.poll(seller).await, Verdict::Done, "trying again does not help");
        let view = only_seller(&owner).await;
        assert_eq!((view.state, view.problem), (SellerState::Broken, Some(problem)));
        assert!(view.problem_at.is_some());
        let calls = app.ozon().calls();
        app.poll(seller).await;
        assert_eq!(app.ozon().calls(), calls, "nobody is asked until a person acts");
        mends(&app);
        let () = owner.want("sellers/resume", json!({ "seller": seller })).await;
        app.poll(seller).await;
        let view = only_seller(&owner).await;
        assert_eq!((view.state, view.problem), (SellerState::Active, None), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_that_passes_keeps_the_seller_active() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    app.ozon().buyer_writes(&external, "Ау");
    for faults in [
        Faults { unavailable: true, ..Faults::default() },
        Faults { error_rate: 1.0, ..Faults::default() },
        Faults { truncate_json: 1.0, ..Faults::default() },
        Faults { reset_before: 1.0, ..Faults::default() },
    ] {
        app.ozon().set_faults(faults.clone());
        assert!(matches!(app.poll(seller).await, Verdict::Again(_)), "{faults:?}");
        let view = only_seller(&owner).await;
        assert_eq!(view.state, SellerState::Active, "{faults:?}");
        assert!(view.problem.is_some(), "{faults:?}");
    }
    app.ozon().set_faults(Faults::default());
    assert_eq!(app.poll(seller).await, Verdict::Done);
    assert_eq!(only_seller(&owner).await.problem, None);
    assert_eq!(owner.open(chat).await.messages.items.len(), 2, "nothing was lost");
}

/// Stands before the sandbox and answers nothing to one account while the switch is on.
async fn before_the_sandbox(
    url: String,
    account: &'static str,
    switch: Arc<AtomicBool>,
    hangs: bool,
) -> String {
    let client = reqwest::Client::builder().build().expect("a client");
    let pass = move |request: Request| {
        let (client, url, switch) = (client.clone(), url.clone(), switch.clone());
        async move {
            let is_struck = request.headers().get("client-id").is_some_and(|id| id == account);
            if is_struck && switch.load(Ordering::Relaxed) {
                if hangs {
                    std::future::pending::<()>().await;
                }
                return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            let path = parts.uri.path().to_owned();
            let mut headers = parts.headers;
            headers.remove("host");
            let answer =
                client.request(parts.method, format!("{url}{path}")).headers(headers).body(body).send().await;
            let answer = answer.expect("an answer");
            let status = answer.status();
            let mut response = Response::new(Body::from(answer.bytes().await.expect("a body")));
            *response.status_mut() = status;
            response
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, axum::Router::new().fallback(pass)).into_future());
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_in_trouble_delays_no_other() {
    for hangs in [true, false] {
        let app = TestApp::start().await;
        let _ = app.nobody();
        let switch = Arc::new(AtomicBool::new(false));
        let url = before_the_sandbox(app.sandbox.url(), "100300", switch.clone(), hangs).await;
        let app = app.another(Setting { workers: true, ozon_url: Some(url), ..Setting::default() }).await;
        app.ozon().add_account(Account::good("100300", "a-key", "Second"));
        let good = app.connect_shop().await;
        let bad = ConnectForm { name: "Bad".into(), client_id: "100300".into(), api_key: "a-key".into() };
        let bad = app.connect(app.workspace, bad).await;
        let chats: Vec<String> = (0..6)
            .map(|number| {
                let chat = app.ozon().new_chat(NewChat::of_buyer("100300"));
                app.ozon().buyer_writes(&chat, &format!("number {number}"));
                chat
            })
            .collect();
        let sql = app.sql().await;
        let quiet = async || sql.number("SELECT count(*) FROM jobs").await == 0;
        until("both are quiet", quiet).await;
        start_sync(&mut *app.conn().await, app.workspace, bad).await.expect("a job");
        until("both are quiet", quiet).await;
        let owner = app.person(Role::Owner).await;

        switch.store(true, Ordering::Relaxed);
        start_sync(&mut *app.conn().await, app.workspace, bad).await.expect("a job");
        for chat in &chats {
            owner.reply(app.chat(chat).await, "a reply that hangs").await;
        }
        let external = app.buyer_begins("Где заказ?");
        start_sync(&mut *app.conn().await, app.workspace, good).await.expect("a job");
        let chat = app.chat(&external).await;
        until("the good seller's chat is here", async || !owner.open(chat).await.messages.items.is_empty())
            .await;
        owner.reply(chat, "Завтра").await;
        until("and is answered", async || app.ozon().sends(&external).len() == 1).await;
        let waiting = format!("SELECT count(*) FROM jobs WHERE lane = '{bad}'");
        assert!(sql.number(&waiting).await >= 1, "the bad one still waits");
        let state = sql.value(&format!("SELECT state FROM sellers WHERE id = '{bad}'")).await;
        assert_eq!(state.as_deref(), Some("active"));
    }
}

// --- Stopping and leaving ------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_seller_is_left_alone_until_it_goes_on() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    let sql = app.sql().await;
    sql.run("DELETE FROM jobs").await;
    let () = owner.want("sellers/pause", json!({ "seller": seller })).await;
    assert_eq!(only_seller(&owner).await.state, SellerState::Paused);
    app.ozon().buyer_writes(&external, "Ау");
    let calls = app.ozon().calls();
    app.poll(seller).await;
    assert_eq!(app.ozon().calls(), calls);
    for only_urgent in [true, false] {
        poll::enqueue_due(&mut *app.conn().await, only_urgent, now()).await.expect("an answer");
    }
    assert_eq!(sql.number("SELECT count(*) FROM jobs").await, 0, "the schedule passes it by");
    let () = owner.want("sellers/resume", json!({ "seller": seller })).await;
    assert_eq!(sql.number("SELECT count(*) FROM jobs").await, 1, "asked for news at once");
    app.poll(seller).await;
    assert_eq!(owner.open(chat).await.messages.items.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_ask_active_sellers_and_urgent_ones_more_often() {
    let app = TestApp::start().await;
    let (_, _, _) = app.shop_with_chat("Где заказ?").await;
    let sql = app.sql().await;
    sql.run("DELETE FROM jobs").await;
    let enqueued = async |only_urgent: bool| {
        poll::enqueue_due(&mut *app.conn().await, only_urgent, now()).await.expect("an answer");
        let count = sql.number("SELECT count(*) FROM jobs").await;
        sql.run("DELETE FROM jobs").await;
        count
    };
    sql.run("UPDATE chats SET due_at = now() + interval '23 hours'").await;
    assert_eq!((enqueued(false).await, enqueued(true).await), (1, 0), "due in a day is not urgent");
    sql.run("UPDATE chats SET due_at = now() + interval '3 hours'").await;
    assert_eq!((enqueued(false).await, enqueued(true).await), (1, 1));
    sql.run("UPDATE chats SET unanswered_since = NULL, due_at = NULL").await;
    assert_eq!(enqueued(true).await, 0, "answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_seller_leaves_its_chats_and_may_come_back() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    let wrong = owner.call("sellers/remove", &json!({ "seller": seller, "name": "shop" })).await;
    assert_eq!(wrong.error(), Some(AppError::Refused(Refusal::NameDoesNotMatch)));
    let remove = json!({ "seller": seller, "name": " Shop " });
    let () = owner.want("sellers/remove", remove.clone()).await;

    let sql = app.sql().await;
    assert_eq!(
        sql.number("SELECT count(*) FROM sellers WHERE credentials IS NOT NULL").await,
        0,
        "no key is kept"
    );
    assert_eq!(sql.number("SELECT count(*) FROM seller_accounts").await, 0, "the account is free");
    let view = owner.open(chat).await;
    assert_eq!(view.messages.items[0].body, "Где заказ?", "still readable");
    assert_eq!(view.closed_because, Some(FailureReason::SellerRemoved));
    let list: ChatListPage = owner.list(View::Waiting).await;
    assert_eq!((list.counts.waiting, list.counts.all, list.counts.sellers), (0, 1, 0), "waits for nobody");
    let reply = json!({ "chat": chat, "reply": agentiq::shared::ids::ReplyId::new(), "text": "?" });
    let not_connected = Some(AppError::Refused(Refusal::SellerNotConnected));
    assert_eq!(owner.call("inbox/reply", &reply).await.error(), not_connected);
    assert_eq!(owner.call("sellers/remove", &remove).await.error(), not_connected);
    let key = json!({ "seller": seller, "api_key": DEMO_API_KEY });
    assert_eq!(owner.call("sellers/replace_key", &key).await.error(), not_connected);
    for path in ["sellers/pause", "sellers/resume"] {
        assert_eq!(owner.call(path, &json!({ "seller": seller })).await.status, 404, "{path}");
    }
    let calls = app.ozon().calls();
    app.poll(seller).await;
    assert_eq!(app.ozon().calls(), calls);

    // Free for others, and back again when they have let go.
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    let theirs = connect_account(&app.app, elsewhere, Marketplace::Ozon, shop_form())
        .await
        .expect("the account is free");
    assert_eq!(owner.call("sellers/connect", &form(DEMO_CLIENT_ID, DEMO_API_KEY)).await.status, 422);
    let () = stranger.want("sellers/remove", json!({ "seller": theirs, "name": "Shop" })).await;

    app.ozon().buyer_writes(&external, "Вы где?");
    let quiet = app.buyer_begins("Без ответа");
    assert_eq!(app.connect_shop().await, seller, "the same seller as before");
    app.poll(seller).await;
    let back = eventually("the chats are back", async || {
        let list = owner.list(View::Waiting).await;
        (list.counts.all == 2).then_some(list)
    })
    .await;
    assert_eq!(back.counts.waiting, 2);
    let view = owner.open(chat).await;
    assert_eq!((view.messages.items.len(), view.closed_because), (2, None));
    assert!(view.row.unanswered_since.is_some());
    app.chat(&quiet).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_of_a_seller_that_comes_back_wait_as_before() {
    let app = TestApp::start().await;
    let (seller, _, chat) = app.shop_with_chat("Где заказ?").await;
    let owner = app.person(Role::Owner).await;
    let before = owner.row(chat).await;
    let () = owner.want("sellers/remove", json!({ "seller": seller, "name": "Shop" })).await;
    assert_eq!(owner.row(chat).await.unanswered_since, None);
    app.connect_shop().await;
    app.poll(seller).await;
    let after = owner.row(chat).await;
    assert_eq!(
        (after.unanswered_since, after.due_at),
        (before.unanswered_since, before.due_at),
        "nothing was answered"
    );
}
