//! Orders beside chats, and until when a chat takes messages: what is stored, who may see it, what moves it.

use crate::harness::{Answer, Live, Person, TestApp, eventually, shop_form, until};
use agentiq::connectors::sandbox::ozon::{self as sandbox, DEMO_CLIENT_ID, NewChat, NewOrder};
use agentiq::features::inbox::send_window::{
    Possible, RefusalKind, SendWindow, WindowReason, WindowState, send_window,
};
use agentiq::features::inbox::server::send_windows;
use agentiq::features::inbox::types::{FailureReason, ReplyState};
use agentiq::features::orders::server::store::{self, Told};
use agentiq::features::orders::types::{
    Item, OrderPanel, OrderProblem, Posting, PostingStatus, Price, Product, Return, Scheme,
};
use agentiq::features::sellers::types::{ConnectForm, SellerState, SyncProblem};
use agentiq::platform::clock::now;
use agentiq::shared::change::Change;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, SellerId};
use agentiq::shared::role::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::time::Duration;

const ORDER: &str = "12345678-0001";

impl Person {
    async fn order(&self, chat: ChatId) -> OrderPanel {
        self.want("orders/of_chat", json!({ "chat": chat })).await
    }

    async fn window(&self, chat: ChatId) -> SendWindow {
        send_window(&self.open(chat).await.window, now())
    }
}

fn posting(scheme: Scheme, status: PostingStatus, delivered_at: Option<DateTime<Utc>>) -> Posting {
    Posting {
        number: format!("{ORDER}-1"),
        order_number: ORDER.into(),
        scheme,
        status,
        status_word: "delivering".into(),
        created_at: Some(now() - TimeDelta::days(3)),
        ship_by: None,
        deliver_from: None,
        deliver_until: None,
        delivered_at,
        tracking_number: Some("TRACK-1".into()),
        carrier: None,
        city: Some("Тверь".into()),
        cancel_reason: None,
        items: vec![Item {
            sku: "1001".into(),
            offer_id: "BOX-1".into(),
            name: "Коробка".into(),
            quantity: 2,
            price: Some(Price { amount: "1990.00".into(), currency: "RUB".into() }),
        }],
        may_start_chat: false,
    }
}

fn facts(posting: Posting) -> Told {
    Told::Facts { postings: vec![posting], returns: Some(Vec::new()), problem: None }
}

/// Keeps what a marketplace has told, as the job does.
async fn told(app: &TestApp, seller: SellerId, told: &Told, at: DateTime<Utc>) {
    let mut conn = app.conn().await;
    let about = store::save_order(&mut conn, app.workspace, seller, ORDER, told, at).await.expect("kept");
    send_windows::recompute(&mut conn, app.workspace, &about).await.expect("recomputed");
}

/// A chat whose order Ozon has told, and in which the buyer has written.
async fn chat_about_order(app: &TestApp) -> (SellerId, String, ChatId) {
    let seller = app.connect_shop().await;
    let new = NewChat { order_number: Some(ORDER.into()), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
    let external = app.ozon().new_chat(new);
    app.ozon().buyer_writes(&external, "Где заказ?").expect("a chat");
    app.poll(seller).await;
    let chat = app.chat(&external).await;
    (seller, external, chat)
}

async fn stored(app: &TestApp, chat: ChatId) -> (Option<String>, Option<String>) {
    let query = format!(
        "SELECT floor(extract(epoch FROM window_until))::bigint, window_reason FROM chats WHERE id = '{chat}'"
    );
    let row = app.sql().await.rows(&query).await.remove(0);
    (row[0].clone(), row[1].clone())
}

async fn waiting_fetches(app: &TestApp) -> i64 {
    app.sql().await.number("SELECT count(*) FROM jobs WHERE kind = 'orders.fetch'").await
}

// --- Until when --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_buyers_message_opens_the_window_for_48_hours() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let end = |at: DateTime<Utc>| Some((at + TimeDelta::hours(48)).timestamp().to_string());
    let first = app.ozon().messages(&external)[0].at;
    assert_eq!(stored(&app, chat).await, (end(first), Some("buyer_wrote".into())));
    app.ozon().buyer_writes(&external, "Ау?");
    app.poll(seller).await;
    let second = app.ozon().messages(&external)[1].at;
    assert_eq!(stored(&app, chat).await.0, end(second), "moved with the message that moves it");
    let window = app.person(Role::Viewer).await.window(chat).await;
    assert_eq!((window.state, window.is_certain), (WindowState::Open, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_chat_of_an_unknown_scheme_is_closed_but_may_be_tried() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let sql = app.sql().await;
    sql.run("UPDATE messages SET sent_at = sent_at - interval '3 days'").await;
    let window = app.person(Role::Operator).await.window(chat).await;
    assert_eq!((window.state, window.is_certain), (WindowState::Closed, false));
    assert_eq!(window.possible, [Possible::TryAnyway, Possible::WaitForBuyer]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_closes_the_window_until_the_buyer_writes() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let mut live = Live::open(&person, app.sql().await.number("SELECT max(seq) FROM events").await).await;
    send_windows::learn_refusal(&mut *app.conn().await, app.workspace, chat, RefusalKind::WindowClosed)
        .await
        .expect("learned");
    assert_eq!(live.next_change().await.change, Change::Order { chat });
    assert_eq!(stored(&app, chat).await, (None, Some("refused_over".into())));
    let window = person.window(chat).await;
    assert_eq!((window.state, window.is_certain), (WindowState::Closed, true));

    app.ozon().buyer_writes(&external, "Ещё вопрос");
    app.poll(seller).await;
    assert_eq!(person.window(chat).await.reason, WindowReason::BuyerWrote);
    assert_eq!(stored(&app, chat).await.1.as_deref(), Some("buyer_wrote"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_decides_how_long_one_may_write() {
    let app = TestApp::start().await;
    let (seller, _, chat) = chat_about_order(&app).await;
    app.sql().await.run("UPDATE messages SET sent_at = sent_at - interval '3 days'").await;
    let person = app.person(Role::Operator).await;
    let hours = |n| now() - TimeDelta::hours(n);
    let cases = [
        (Scheme::Fbo, PostingStatus::Delivering, None, WindowState::Closed, WindowReason::BuyerWrote, true),
        (Scheme::Fbs, PostingStatus::Delivering, None, WindowState::Open, WindowReason::UntilDelivery, true),
        (
            Scheme::Rfbs,
            PostingStatus::Delivered,
            Some(hours(71)),
            WindowState::Open,
            WindowReason::AfterDelivery,
            true,
        ),
        (
            Scheme::Fbs,
            PostingStatus::Delivered,
            Some(hours(73)),
            WindowState::Closed,
            WindowReason::AfterDelivery,
            true,
        ),
        (Scheme::Fbs, PostingStatus::Cancelled, None, WindowState::Closed, WindowReason::BuyerWrote, false),
    ];
    for (scheme, status, delivered_at, state, reason, is_certain) in cases {
        told(&app, seller, &facts(posting(scheme, status, delivered_at)), now()).await;
        let window = person.window(chat).await;
        // The buyer's own 48 hours ended 24 hours ago, a delivery of 73 hours ago one hour ago.
        assert_eq!(
            (window.state, window.reason, window.is_certain),
            (state, reason, is_certain),
            "{scheme} {status}"
        );
        assert_eq!(stored(&app, chat).await.1.as_deref(), Some(reason.as_str()), "{scheme} {status}");
    }
}

// --- What is shown -----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_shown_with_its_age_and_asked_for_again_when_old() {
    let app = TestApp::start().await;
    let (seller, _, chat) = chat_about_order(&app).await;
    let person = app.person(Role::Viewer).await;
    let unknown = person.order(chat).await;
    assert_eq!(
        (unknown.number.as_deref(), unknown.fetched_at, unknown.is_fetching),
        (Some(ORDER), None, true)
    );
    assert_eq!(waiting_fetches(&app).await, 1);
    let sql = app.sql().await;
    sql.run("DELETE FROM jobs WHERE kind = 'orders.fetch'").await;

    let at = now() - TimeDelta::minutes(14);
    let went_back = Return {
        posting_number: format!("{ORDER}-1"),
        sku: "1001".into(),
        name: "Коробка".into(),
        quantity: 1,
        is_cancellation: false,
        status: "Едет к вам".into(),
        reason: None,
        changed_at: None,
    };
    let delivering = posting(Scheme::Fbs, PostingStatus::Delivering, None);
    let answer = Told::Facts {
        postings: vec![delivering.clone()],
        returns: Some(vec![went_back.clone()]),
        problem: None,
    };
    told(&app, seller, &answer, at).await;
    let box_ = Product {
        sku: "1001".into(),
        offer_id: "BOX-1".into(),
        name: "Коробка".into(),
        price: None,
        photo_url: Some("https://cdn1.ozone.ru/1.jpg".into()),
        is_archived: false,
    };
    let mut conn = app.conn().await;
    store::save_products(&mut conn, app.workspace, seller, &[box_.clone(), box_], at).await.expect("kept");
    let panel = person.order(chat).await;
    assert_eq!((&panel.postings, &panel.returns), (&vec![delivering], &vec![went_back]));
    assert_eq!((panel.fetched_at, panel.is_fetching, panel.problem), (Some(at), false, None));
    assert!(panel.product("1001").is_some_and(|product| product.has_photo));
    let answer = person.call("orders/of_chat", &json!({ "chat": chat })).await;
    assert!(!answer.text.contains("cdn1"), "browsers are told no address of the marketplace");
    assert_eq!(waiting_fetches(&app).await, 0, "fresh enough");

    sql.run("UPDATE orders SET tried_at = tried_at - interval '1 minute'").await;
    let panel = person.order(chat).await;
    assert!(panel.is_fetching && !panel.postings.is_empty(), "old facts stay while new ones are asked for");
    assert_eq!(waiting_fetches(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_said_and_takes_nothing_away() {
    let app = TestApp::start().await;
    let (seller, _, chat) = chat_about_order(&app).await;
    let person = app.person(Role::Operator).await;
    let at = now() - TimeDelta::hours(1);
    told(&app, seller, &facts(posting(Scheme::Fbs, PostingStatus::Delivering, None)), at).await;
    told(&app, seller, &Told::Nothing(OrderProblem::NoRights), now()).await;
    let panel = person.order(chat).await;
    assert_eq!((panel.problem, panel.fetched_at), (Some(OrderProblem::NoRights), Some(at)));
    assert_eq!((panel.postings.len(), panel.is_fetching), (1, false));
    let state = app.sql().await.value("SELECT state FROM sellers").await;
    assert_eq!(state.as_deref(), Some("active"), "the seller works without orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_is_carried_out_now_and_then() {
    let app = TestApp::start().await;
    let (seller, _, chat) = chat_about_order(&app).await;
    let person = app.person(Role::Viewer).await;
    let refresh = json!({ "chat": chat });
    told(&app, seller, &Told::Nothing(OrderProblem::Unreachable), now()).await;
    let again = person.call("orders/refresh", &refresh).await;
    assert!(matches!(again.error(), Some(AppError::RateLimited { retry_after_s: 1..=20 })), "{again:?}");
    assert_eq!(waiting_fetches(&app).await, 0);
    app.sql().await.run("UPDATE orders SET tried_at = tried_at - interval '21 seconds'").await;
    let () = person.want("orders/refresh", refresh).await;
    assert_eq!(waiting_fetches(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_typed_by_hand_is_kept_with_who_typed_it() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ 12345678-0001?").await;
    let person = app.person(Role::Operator).await;
    let none = person.order(chat).await;
    assert_eq!((none.number, none.is_fetching), (None, false), "most chats have no order");
    let refused = person.call("orders/refresh", &json!({ "chat": chat })).await.error();
    assert_eq!(refused, Some(AppError::Refused(Refusal::NoOrderKnown)));
    let attach = |number: &str| json!({ "chat": chat, "number": number });
    let refused = person.call("orders/attach", &attach("мой заказ")).await.error();
    assert_eq!(refused, Some(AppError::Refused(Refusal::OrderNumberMalformed)));

    let () = person.want("orders/attach", attach(" 12345678-0001-1 ")).await;
    let panel = person.order(chat).await;
    assert_eq!(panel.number.as_deref(), Some("12345678-0001-1"));
    assert_eq!(panel.attached_by.as_deref(), Some("Some operator"));
    assert_eq!(person.row(chat).await.order_number.as_deref(), Some("12345678-0001-1"));
    assert_eq!(waiting_fetches(&app).await, 1);
    let () = person.want("orders/attach", attach("")).await;
    let panel = person.order(chat).await;
    assert_eq!((panel.number, panel.attached_by), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_marketplace_told_is_not_replaced_by_hand() {
    let app = TestApp::start().await;
    let (_, _, chat) = chat_about_order(&app).await;
    let person = app.person(Role::Owner).await;
    for number in ["1-2", ""] {
        let refused = person.call("orders/attach", &json!({ "chat": chat, "number": number })).await.error();
        assert_eq!(refused, Some(AppError::Refused(Refusal::OrderToldByMarketplace)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_not_started_about_a_posting_that_does_not_allow_it() {
    let app = TestApp::start().await;
    let (seller, _, chat) = chat_about_order(&app).await;
    told(&app, seller, &facts(posting(Scheme::Fbs, PostingStatus::Delivering, None)), now()).await;
    let person = app.person(Role::Operator).await;
    let start = json!({ "chat": chat, "posting": format!("{ORDER}-1") });
    let refused = person.call("inbox/start_chat", &start).await.error();
    assert_eq!(refused, Some(AppError::Refused(Refusal::ChatCannotBeStarted)));
}

// --- Through the marketplace -------------------------------------------------------------------------------------------

/// A chat about a new order of a shop that is connected, in which the buyer has written.
async fn chat_about(app: &TestApp, seller: SellerId, order: NewOrder) -> (String, ChatId) {
    let (external, _) = app.ozon().new_chat_about(order);
    app.ozon().buyer_writes(&external, "Когда приедет?").expect("a chat");
    app.poll(seller).await;
    let chat = app.chat(&external).await;
    (external, chat)
}

/// The order of a chat once the marketplace has answered.
async fn answered(person: &Person, chat: ChatId) -> OrderPanel {
    eventually("the order is told", async || {
        let panel = person.order(chat).await;
        (panel.fetched_at.is_some() || panel.problem.is_some()).then_some(panel)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_any_scheme_is_told_with_its_products_and_returns() {
    let app = TestApp::working().await;
    let seller = app.connect_shop().await;
    let person = app.person(Role::Operator).await;
    let schemes = [
        (sandbox::Scheme::Fbo, Scheme::Fbo, WindowReason::BuyerWrote),
        (sandbox::Scheme::Fbs, Scheme::Fbs, WindowReason::UntilDelivery),
        (sandbox::Scheme::Rfbs, Scheme::Rfbs, WindowReason::UntilDelivery),
    ];
    for (there, here, reason) in schemes {
        let order = NewOrder { scheme: there, postings: 2, is_returned: true, ..NewOrder::default() };
        let (_, chat) = chat_about(&app, seller, order).await;
        let panel = answered(&person, chat).await;
        assert_eq!((panel.problem, panel.postings.len()), (None, 2), "{here}: {panel:?}");
        assert!(panel.postings.iter().all(|posting| posting.scheme == here), "{here}: {panel:?}");
        assert_eq!(panel.returns.len(), 1, "{here}");
        let items: Vec<&Item> = panel.postings.iter().flat_map(|posting| &posting.items).collect();
        assert!(
            !items.is_empty() && items.iter().all(|item| panel.product(&item.sku).is_some()),
            "{panel:?}"
        );
        let (stored_reason, window) = (stored(&app, chat).await.1, person.window(chat).await);
        assert_eq!(stored_reason.as_deref(), Some(reason.as_str()), "{here}");
        assert_eq!((window.state, window.reason), (WindowState::Open, reason), "{here}");

        let product = panel.products.iter().find(|product| product.has_photo).expect("a photo");
        let address = format!("/photos/{}/{}", panel.seller, product.sku);
        let photo = Answer::of(person.request(reqwest::Method::GET, &address)).await;
        assert_eq!((photo.status, photo.header("x-content-type-options")), (200, "nosniff"), "{address}");
        assert!(photo.header("content-type").starts_with("image/"), "{photo:?}");
        assert!(photo.header("cache-control").starts_with("private"), "{photo:?}");
        assert_eq!(app.nobody().get(&address).await.status, 401);
        let elsewhere = app.new_workspace("Second").await;
        assert_eq!(app.person_of(elsewhere, Role::Owner).await.get(&address).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_meets_a_dead_key_stops_the_seller() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    // Where a marketplace keeps its photos is its own matter: here, where the key is looked at.
    let product = Product {
        sku: "1001".into(),
        offer_id: "BOX-1".into(),
        name: "Коробка".into(),
        price: None,
        photo_url: Some(format!("{}/v2/chat/file/box.png", app.sandbox.url())),
        is_archived: false,
    };
    let mut conn = app.conn().await;
    store::save_products(&mut conn, app.workspace, seller, &[product], now()).await.expect("saved");
    app.ozon().revoke_key(DEMO_CLIENT_ID);
    let photo = app.person(Role::Operator).await.get(&format!("/photos/{seller}/1001")).await;
    assert_eq!(photo.status, 503);
    let told = app.sql().await.value("SELECT state || ' ' || last_error FROM sellers").await;
    assert_eq!(told, Some(format!("{} {}", SellerState::Broken, SyncProblem::KeyDeactivated)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_orders_is_said_and_its_chats_work() {
    let app = TestApp::working().await;
    let form = ConnectForm { client_id: "100206".into(), ..shop_form() };
    let seller = app.connect(app.workspace, form).await;
    let order = NewOrder { client_id: "100206".into(), ..NewOrder::default() };
    let (_, chat) = chat_about(&app, seller, order).await;
    let panel = answered(&app.person(Role::Operator).await, chat).await;
    assert_eq!((panel.problem, panel.fetched_at), (Some(OrderProblem::NoRights), None));
    let state = app.sql().await.value("SELECT state FROM sellers").await;
    assert_eq!(state.as_deref(), Some("active"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reply_teaches_the_window_and_keeps_its_text() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    assert_eq!(person.window(chat).await.state, WindowState::Open);
    app.ozon().close_window_in(&external, Duration::ZERO);
    let key = person.reply(chat, "Завтра").await.key;
    until("the reply is refused", async || {
        let messages = person.open(chat).await.messages.items;
        let reply = messages.iter().find(|message| message.key == key).expect("the reply");
        let delivery = reply.delivery.as_ref().expect("our own");
        let is_refused =
            (delivery.state, delivery.reason) == (ReplyState::Failed, Some(FailureReason::WindowClosed));
        is_refused && reply.body == "Завтра"
    })
    .await;
    let window = person.window(chat).await;
    assert_eq!((window.reason, window.is_certain), (WindowReason::RefusedOver, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_about_a_posting_is_begun_once() {
    let app = TestApp::working().await;
    let seller = app.connect_shop().await;
    let order = NewOrder { status: "delivered".into(), ..NewOrder::default() };
    let (_, chat) = chat_about(&app, seller, order).await;
    let person = app.person(Role::Operator).await;
    let panel = answered(&person, chat).await;
    let posting = panel.postings.iter().find(|posting| posting.may_start_chat).expect("it may be started");
    let start = json!({ "chat": chat, "posting": posting.number });
    let begun: ChatId = person.want("inbox/start_chat", start.clone()).await;
    let again: ChatId = person.want("inbox/start_chat", start).await;
    assert_eq!(begun, again, "asking twice is asking once");
    assert_eq!(person.row(begun).await.order_number, panel.number);
}
