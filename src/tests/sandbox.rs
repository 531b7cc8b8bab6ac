//! The sandbox as a marketplace: what it answers over HTTP, whoever asks. The connector against it: [`super::ozon`].

use agentiq::connectors::sandbox::ozon::{
    DEMO_API_KEY, DEMO_CLIENT_ID, Faults, GIANT_CLIENT_ID, NewChat, NewOrder, OddPush, OzonSandbox, PushPace,
    SandboxOptions, SandboxState, Scheme,
};
use agentiq::platform::clock;
use agentiq::platform::http::Outbound;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// A sandbox and a client that speaks Ozon's words to it.
struct Shop {
    sandbox: OzonSandbox,
    http: reqwest::Client,
}

impl Shop {
    fn open() -> Self {
        Self::with(SandboxOptions::default())
    }

    fn with(options: SandboxOptions) -> Self {
        let options = SandboxOptions { requests_per_second: 0, ..options };
        let sandbox = OzonSandbox::start(options).expect("a free port on loopback");
        let http = Outbound::new(Duration::from_secs(5)).expect("TLS is usable").client;
        Self { sandbox, http }
    }

    fn state(&self) -> &SandboxState {
        self.sandbox.state()
    }

    /// A call of an account: status and answer.
    async fn call_as(&self, client_id: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.sandbox.url())).json(&body);
        let request = request.header("Client-Id", client_id).header("Api-Key", DEMO_API_KEY);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn call(&self, path: &str, body: Value) -> (u16, Value) {
        self.call_as(DEMO_CLIENT_ID, path, body).await
    }

    /// The answer to a call that works.
    async fn ask(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn send(&self, chat: &str, text: &str) -> (u16, String) {
        let (status, answer) =
            self.call("/v1/chat/send/message", json!({ "chat_id": chat, "text": text })).await;
        (status, answer["message"].as_str().unwrap_or_default().to_owned())
    }

    async fn fetch(&self, url: &str) -> Vec<u8> {
        let request = self.http.get(url).header("Client-Id", DEMO_CLIENT_ID).header("Api-Key", DEMO_API_KEY);
        request.send().await.expect("an answer").bytes().await.expect("a body").to_vec()
    }

    /// Chats of the whole list, in its order, and in how many pages they came.
    async fn walk(&self, client_id: &str, filter: Value) -> (Vec<Value>, usize) {
        let (mut chats, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let body = json!({ "limit": 100, "cursor": cursor, "filter": filter });
            let (status, page) = self.call_as(client_id, "/v3/chat/list", body).await;
            assert_eq!(status, 200, "{page}");
            chats.extend(page["chats"].as_array().cloned().expect("a list"));
            pages += 1;
            if page["has_next"] != "true" {
                return (chats, pages);
            }
            cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        }
    }
}

/// What a receiver of pushes answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Good,
    Broken,
    Rude,
}

/// A receiver of pushes.
#[derive(Clone)]
struct Receiver {
    url: String,
    manner: Arc<Mutex<Manner>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn open() -> Self {
        let manner = Arc::new(Mutex::new(Manner::Good));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let receiver = Self { url, manner, heard };
        let told = receiver.clone();
        let router = Router::new().route(
            "/hook",
            post(move |body: String| {
                let answer = told.answer(body);
                async { answer }
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn answer(&self, body: String) -> Response {
        let is_ping = body.contains("TYPE_PING");
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        match *self.manner.lock().unwrap_or_else(PoisonError::into_inner) {
            Manner::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Manner::Rude => Json(json!({ "ok": 1 })).into_response(),
            Manner::Good if is_ping => {
                Json(json!({ "version": "1", "name": "test", "time": clock::now() })).into_response()
            }
            Manner::Good => Json(json!({ "result": true })).into_response(),
        }
    }

    fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Everything but pings.
    fn heard(&self) -> Vec<Value> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let events = heard.iter().filter(|body| !body.contains("TYPE_PING"));
        events.map(|body| serde_json::from_str(body).unwrap_or(Value::Null)).collect()
    }
}

const CHAT_TYPES: [&str; 4] =
    ["TYPE_NEW_MESSAGE", "TYPE_UPDATE_MESSAGE", "TYPE_MESSAGE_READ", "TYPE_CHAT_CLOSED"];

/// A shop whose chat events go to a receiver; repetitions come at once.
async fn shop_with_receiver(pace: PushPace) -> (Shop, Receiver) {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.state().set_push_pace(PushPace { first_retry_ms: 5, longest_retry_ms: 20, ..pace });
    let answer = shop.ask("/v1/notification/set", json!({ "url": receiver.url, "types": CHAT_TYPES })).await;
    assert_eq!(answer, "", "there is no body");
    (shop, receiver)
}

async fn until(shop: &Shop, is_true: impl Fn(&SandboxState) -> bool) {
    let wait = shop.state().until(is_true);
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it becomes true");
}

fn hours_ago(hours: i64) -> DateTime<Utc> {
    clock::now() - TimeDelta::hours(hours)
}

#[tokio::test]
async fn a_key_for_chats_may_ask_for_nothing_else() {
    let shop = Shop::open();
    let (status, _) = shop.call_as("100206", "/v3/chat/list", json!({ "limit": 1 })).await;
    assert_eq!(status, 200);
    for path in ["/v3/posting/fbs/get", "/v1/returns/list", "/v1/notification/list", "/v3/product/info/list"]
    {
        let (status, answer) = shop.call_as("100206", path, json!({})).await;
        let message = "Api-Key is missing a required role for a method";
        assert_eq!((status, answer["message"].as_str()), (403, Some(message)), "{path}");
    }
}

#[tokio::test]
async fn a_chat_about_an_order_leads_to_postings_products_photos_and_returns() {
    let shop = Shop::open();
    let new = NewOrder {
        scheme: Scheme::Fbs,
        status: "delivered".into(),
        postings: 2,
        is_returned: true,
        ..NewOrder::default()
    };
    let (chat, number) = shop.state().new_chat_about(new);
    shop.state().buyer_writes(&chat, "Не подошло");
    let history = shop.ask("/v3/chat/history", json!({ "chat_id": chat })).await;
    let context = &history["messages"][0]["context"];
    assert_eq!(context["order_number"], number.as_str());

    let period = json!({ "since": hours_ago(2_000), "to": clock::now(), "order_numbers": [number] });
    let list = shop.ask("/v4/posting/fbs/list", json!({ "filter": period, "limit": 1 })).await;
    assert_eq!((list["postings"].as_array().map(Vec::len), &list["has_next"]), (Some(1), &json!(true)));
    let next = json!({ "filter": period, "limit": 1, "cursor": list["cursor"] });
    let rest = shop.ask("/v4/posting/fbs/list", next).await;
    assert_eq!(rest["has_next"], false);
    let posting_number = format!("{number}-1");
    let with = json!({ "analytics_data": true });
    let posting =
        shop.ask("/v3/posting/fbs/get", json!({ "posting_number": posting_number, "with": with })).await;
    let posting = &posting["result"];
    assert_eq!(
        (posting["status"].as_str(), posting["order_number"].as_str()),
        (Some("delivered"), Some(&*number))
    );
    assert!(posting["fact_delivery_date"].is_string() && posting["analytics_data"]["city"].is_string());
    assert!(posting["available_actions"].as_array().expect("a list").contains(&json!("can_create_chat")));
    let (status, _) = shop.call("/v2/posting/fbo/get", json!({ "posting_number": posting_number })).await;
    assert_eq!(status, 404, "it is not a posting of Ozon's own warehouse");

    let sku = context["sku"].as_str().expect("the chat knows its product");
    assert_eq!(posting["products"][0]["sku"].to_string(), sku);
    let products = shop.ask("/v3/product/info/list", json!({ "sku": [sku, "1"] })).await;
    assert_eq!(products["items"].as_array().map(Vec::len), Some(1), "unknown ones are left out");
    let photo = products["items"][0]["primary_image"][0].as_str().expect("a photo");
    assert!(photo.starts_with(&shop.sandbox.url()) && shop.fetch(photo).await.starts_with(b"\x89PNG"));
    let returns = json!({ "filter": { "posting_numbers": [posting_number] }, "limit": 500 });
    let returns = shop.ask("/v1/returns/list", returns).await;
    assert_eq!(returns["returns"].as_array().map(Vec::len), Some(1));
    assert_eq!(returns["returns"][0]["type"], "ClientReturn");
}

#[tokio::test]
async fn every_account_sees_its_own_orders_only() {
    let shop = Shop::open();
    let order = NewOrder { client_id: "100202".into(), scheme: Scheme::Fbo, ..NewOrder::default() };
    let number = shop.state().new_order(order);
    let filter = json!({ "filter": { "order_numbers": [number] }, "limit": 10 });
    let (_, own) = shop.call_as("100202", "/v3/posting/fbo/list", filter.clone()).await;
    assert_eq!(own["postings"].as_array().map(Vec::len), Some(1));
    let foreign = shop.ask("/v3/posting/fbo/list", filter).await;
    assert_eq!(foreign["postings"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_seller_starts_a_chat_while_the_order_allows_it() {
    let shop = Shop::open();
    let state = shop.state();
    let order = |scheme, status: &str, delivered_at| {
        let new = NewOrder { scheme, status: status.into(), delivered_at, ..NewOrder::default() };
        format!("{}-1", state.new_order(new))
    };
    let start =
        async |posting: String| shop.call("/v1/chat/start", json!({ "posting_number": posting })).await;
    let fbs = order(Scheme::Fbs, "awaiting_deliver", None);
    let (_, first) = start(fbs.clone()).await;
    let chat = first["result"]["chat_id"].as_str().expect("a chat").to_owned();
    assert_eq!(start(fbs).await.1, first, "there is one chat about an order");
    assert_eq!(start(order(Scheme::Fbo, "delivering", None)).await.0, 403);
    assert_eq!(start(order(Scheme::Rfbs, "delivered", Some(hours_ago(80)))).await.0, 403);
    assert_eq!(start(order(Scheme::Rfbs, "delivered", Some(hours_ago(60)))).await.0, 200);
    assert_eq!(start("1-2-3".into()).await.0, 404);

    assert_eq!(shop.send(&chat, "Здравствуйте").await.0, 200);
    let (status, message) = shop.send(&chat, "Вы тут?").await;
    assert!(status == 403 && message.contains("chat not started by buyer"), "{message}");
}

#[tokio::test]
async fn the_time_for_answers_follows_scheme_delivery_and_the_buyer() {
    let shop = Shop::open();
    let state = shop.state();
    let chat = |scheme, status: &str, delivered_at| {
        let new = NewOrder { scheme, status: status.into(), delivered_at, ..NewOrder::default() };
        let (chat, _) = state.new_chat_about(new);
        state.buyer_writes(&chat, "Добрый день");
        chat
    };
    let expired =
        |(status, message): (u16, String)| status == 403 && message.contains("access period has expired");
    for (scheme, status) in
        [(Scheme::Fbo, "delivered"), (Scheme::Fbs, "delivering"), (Scheme::Rfbs, "cancelled")]
    {
        let chat = chat(scheme, status, None);
        assert_eq!(shop.send(&chat, "Да").await.0, 200, "{scheme:?} {status}");
        state.close_window_in(&chat, Duration::ZERO);
        assert!(expired(shop.send(&chat, "Да").await), "{scheme:?} {status}");
        state.buyer_writes(&chat, "Ау");
        assert_eq!(shop.send(&chat, "Да").await.0, 200, "the buyer opens it again");
    }
    let open = chat(Scheme::Fbs, "delivering", None);
    state.close_window_in(&open, Duration::from_secs(3_600));
    assert_eq!(shop.send(&open, "Да").await.0, 200, "not yet");

    // Three days of silence: only an order that is on its way keeps the chat open.
    let cases = [
        (Scheme::Fbo, "delivering", None, false),
        (Scheme::Fbs, "delivering", None, true),
        (Scheme::Fbs, "delivered", Some(hours_ago(70)), true),
        (Scheme::Fbs, "delivered", Some(hours_ago(100)), false),
    ];
    for (scheme, status, delivered_at, is_open) in cases {
        let chat = chat(scheme, status, delivered_at);
        state.backdate(&chat, Duration::from_secs(72 * 3_600));
        let sent = shop.send(&chat, "Да").await;
        assert_eq!(sent.0 == 200, is_open, "{scheme:?} {status} {delivered_at:?}: {sent:?}");
        assert!(is_open || expired(sent));
    }
}

#[tokio::test]
async fn files_keep_their_names_and_bytes_and_pictures_are_moderated() {
    let shop = Shop::open();
    let state = shop.state();
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    state.buyer_writes(&chat, "Пришлите счёт");
    let upload = async |name: &str, bytes: &[u8]| {
        let content = base64::engine::general_purpose::STANDARD.encode(bytes);
        let body = json!({ "chat_id": chat, "name": name, "base64_content": content });
        assert_eq!(shop.ask("/v1/chat/send/file", body).await["result"], "success");
        shop.ask("/v3/chat/history", json!({ "chat_id": chat, "limit": 1 })).await["messages"][0].clone()
    };
    let sent = upload("счёт № 7.pdf", &[7; 2048]).await;
    let markdown = sent["data"][0].as_str().expect("Markdown");
    let (name, url) = markdown.split_once("](").expect("a link");
    assert_eq!(name, "[счёт № 7.pdf (2.0 KB)");
    assert_eq!(shop.fetch(url.trim_end_matches(')')).await, vec![7; 2048]);
    let sent = upload("фото.png", b"png").await;
    assert_eq!((&sent["is_image"], &sent["moderate_image_status"]), (&json!(true), &json!("SUCCESS")));
    assert!(sent["data"][0].as_str().is_some_and(|data| data.starts_with("![](http")));

    state.set_faults(Faults { moderate_ms: Some(3_600_000), ..Faults::default() });
    assert_eq!(upload("a.png", b"png").await["moderate_image_status"], "MODERATION");
    state.set_faults(Faults { moderate_ms: Some(0), moderation_fails: 1.0, ..Faults::default() });
    assert_eq!(upload("b.png", b"png").await["moderate_image_status"], "FAILED");
}

#[tokio::test]
async fn messages_are_found_by_their_ids() {
    let shop = Shop::open();
    let chat = shop.state().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    let ids: Vec<String> =
        (0..5).filter_map(|n| shop.state().buyer_writes(&chat, &format!("Сообщение {n}"))).collect();
    let filter = json!({ "message_ids": [ids[1], ids[3], "17"] });
    let found = shop.ask("/v3/chat/history", json!({ "chat_id": chat, "filter": filter })).await;
    let found: Vec<&str> = found["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|message| message["message_id"].as_str())
        .collect();
    assert_eq!(found, [&ids[3], &ids[1]]);
}

#[tokio::test]
async fn an_endpoint_is_set_listed_moved_switched_and_deleted() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let list = shop.ask("/v1/notification/list", json!({})).await;
    let (endpoint, id) = (&list["urls"][0], &list["urls"][0]["id"]);
    assert_eq!((&endpoint["url"], &endpoint["enable"]), (&json!(receiver.url), &json!(true)));
    assert_eq!(endpoint["types"].as_array().map(Vec::len), Some(4));
    let again = json!({ "url": receiver.url, "types": ["TYPE_NEW_MESSAGE"] });
    assert_eq!(shop.call("/v1/notification/set", again).await.0, 409);
    let insecure = json!({ "url": "http://example.com/", "types": ["TYPE_NEW_MESSAGE"] });
    assert_eq!(shop.call("/v1/notification/set", insecure).await.0, 400);

    let other = Receiver::open().await;
    let second = json!({ "url": other.url, "types": ["TYPE_NEW_MESSAGE"] });
    shop.ask("/v1/notification/set", second).await;
    let types = shop.ask("/v1/notification/push-type/list", json!({})).await;
    let of = |kind: &str| {
        let types = types["types"].as_array().into_iter().flatten();
        types.filter(|one| one["type"] == kind).map(|one| one["seller_endpoint"]["url"].clone()).next()
    };
    assert_eq!(of("TYPE_NEW_MESSAGE"), Some(json!(other.url)), "a type goes to one address");
    assert_eq!(of("TYPE_CHAT_CLOSED"), Some(json!(receiver.url)));
    assert_eq!(of("TYPE_ORDER_NEW"), Some(Value::Null));

    other.behave(Manner::Rude);
    let moved = json!({ "id": id, "url": other.url });
    let (status, answer) = shop.call("/v1/notification/update", moved).await;
    assert_eq!((status, answer["message"].as_str()), (400, Some("url check failed: WRONG_RESULT_FIELD")));
    let check = shop.ask("/v1/notification/check", json!({ "url": other.url })).await;
    assert_eq!(
        (&check["is_active"], &check["errors"][0]["type"]),
        (&json!(false), &json!("WRONG_RESULT_FIELD"))
    );
    let check = shop.ask("/v1/notification/check", json!({ "url": receiver.url })).await;
    assert_eq!(check, json!({ "is_active": true, "errors": [] }));

    shop.ask("/v1/notification/enable", json!({ "id": id, "enabled": false })).await;
    assert!(!shop.state().endpoints()[0].is_enabled);
    shop.ask("/v1/notification/delete", json!({ "id": id })).await;
    assert_eq!(shop.call("/v1/notification/delete", json!({ "id": id })).await.0, 404);
}

#[tokio::test]
async fn events_are_pushed_as_the_document_shows_them() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let state = shop.state();
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    let id = state.buyer_writes(&chat, "Здравствуйте").expect("a message");
    assert!(state.edit_message(&chat, &id, "Добрый день"));
    shop.send(&chat, "Слушаем").await;
    state.buyer_reads(&chat);
    state.buyer_reads(&chat);
    state.close_chat(&chat);
    until(&shop, |state| state.pushes().len() == 4).await;
    let heard = receiver.heard();
    let kinds: Vec<&str> = heard.iter().filter_map(|push| push["message_type"].as_str()).collect();
    assert_eq!(kinds, CHAT_TYPES, "in order, once each");
    for push in &heard {
        assert_eq!((&push["chat_id"], &push["chat_type"]), (&json!(chat), &json!("Buyer_Seller")));
        assert_eq!(push["seller_id"], DEMO_CLIENT_ID);
    }
    assert_eq!((&heard[0]["message_id"], &heard[0]["data"]), (&json!(id), &json!(["Здравствуйте"])));
    assert_eq!(heard[0]["user"]["type"], "\u{0421}ustomer");
    assert!(heard[1]["updated_at"].is_string() && heard[1]["data"] == json!(["Добрый день"]));
    assert_eq!(heard[2]["last_read_message_id"], state.sends(&chat)[0].message_id.as_str());
    let records = state.pushes();
    assert!(records.iter().all(|record| record.status == Some(200) && record.problem.is_none()));
    assert_eq!(records[0].answer, r#"{"result":true}"#);
}

#[tokio::test]
async fn nothing_is_pushed_that_nobody_asked_for() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let state = shop.state();
    let list = shop.ask("/v1/notification/list", json!({})).await;
    let only = json!({ "id": list["urls"][0]["id"], "types": ["TYPE_CHAT_CLOSED"] });
    shop.ask("/v1/notification/update", only).await;
    let foreign = state.new_chat(NewChat::of_buyer("100202"));
    state.close_chat(&foreign);
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    state.buyer_writes(&chat, "Здравствуйте");
    state.close_chat(&chat);
    until(&shop, |state| state.pushes().len() == 1).await;
    let heard = receiver.heard();
    assert_eq!((heard.len(), &heard[0]["message_type"]), (1, &json!("TYPE_CHAT_CLOSED")));
}

#[tokio::test]
async fn a_push_is_repeated_until_it_is_taken() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let state = shop.state();
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    receiver.behave(Manner::Broken);
    state.buyer_writes(&chat, "Здравствуйте");
    until(&shop, |state| state.pushes().len() == 2).await;
    receiver.behave(Manner::Good);
    until(&shop, |state| state.pushes().last().is_some_and(|last| last.problem.is_none())).await;
    let records = state.pushes();
    assert!(records.iter().all(|record| record.push == records[0].push));
    let attempts: Vec<u32> = records.iter().map(|record| record.attempt).collect();
    assert!(attempts.is_sorted() && attempts[0] == 1);
    assert_eq!((records[0].status, records[0].problem.as_deref()), (Some(500), Some("SERVER_FAULT")));
}

#[tokio::test]
async fn too_many_failures_suspend_pushes_until_the_address_is_checked() {
    let pace = PushPace { failures_until_suspended: 3, ..PushPace::default() };
    let (shop, receiver) = shop_with_receiver(pace).await;
    let state = shop.state();
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    receiver.behave(Manner::Rude);
    state.buyer_writes(&chat, "Здравствуйте");
    until(&shop, |state| state.endpoints()[0].is_suspended).await;
    let list = shop.ask("/v1/notification/list", json!({})).await;
    assert_eq!(list["urls"][0]["enable"], false);
    let id = &list["urls"][0]["id"];
    let (status, _) = shop.call("/v1/notification/enable", json!({ "id": id, "enabled": true })).await;
    assert_eq!(status, 400, "switching on alone does not help");
    let before = state.pushes().len();
    receiver.behave(Manner::Good);
    state.buyer_writes(&chat, "Это никто не услышит");
    assert_eq!(shop.ask("/v1/notification/check", json!({ "url": receiver.url })).await["is_active"], true);
    state.buyer_writes(&chat, "А это услышат");
    until(&shop, |state| state.pushes().iter().any(|push| push.problem.is_none())).await;
    let texts: Vec<Value> = receiver.heard().iter().map(|push| push["data"][0].clone()).collect();
    assert!(!texts.contains(&json!("Это никто не услышит")) && texts.contains(&json!("А это услышат")));
    assert!(state.pushes().len() > before);
}

#[tokio::test]
async fn odd_doubled_and_lost_pushes_are_switches() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let state = shop.state();
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    for kind in [OddPush::WrongSeller, OddPush::UnknownType, OddPush::BrokenJson, OddPush::WithoutTruth] {
        state.push_odd(DEMO_CLIENT_ID, &chat, kind);
    }
    until(&shop, |state| state.pushes().len() == 4).await;
    let heard = receiver.heard();
    assert_eq!(heard[0]["seller_id"], "7");
    assert_eq!(heard[1]["message_type"], "TYPE_SOMETHING_NEW");
    assert_eq!(heard[2], Value::Null, "that was not JSON");
    assert!(state.messages(&chat).is_empty());

    state.set_faults(Faults { push_duplicate: 1.0, push_reorder_ms: 20, ..Faults::default() });
    state.buyer_writes(&chat, "Дважды");
    until(&shop, |state| state.pushes().len() == 6).await;
    let twice = state.pushes();
    assert_eq!(twice[4].push, twice[5].push);
    state.set_faults(Faults { push_drop: 1.0, ..Faults::default() });
    state.buyer_writes(&chat, "Никому");
    state.set_faults(Faults { push_odd: 1.0, ..Faults::default() });
    state.buyer_writes(&chat, "И ещё что-то");
    until(&shop, |state| state.pushes().len() == 8).await;
    assert!(!receiver.heard().iter().any(|push| push["data"] == json!(["Никому"])));
}

#[tokio::test]
async fn a_burst_is_pushed_whole_and_may_have_one_time() {
    let (shop, receiver) = shop_with_receiver(PushPace::default()).await;
    let chats = shop.state().burst(20, 10, true);
    until(&shop, |state| state.pushes().len() == 200).await;
    let heard = receiver.heard();
    let times: BTreeSet<String> = heard.iter().map(|push| push["created_at"].to_string()).collect();
    assert_eq!(times.len(), 1);
    for chat in &chats {
        let stored = shop.state().messages(chat);
        assert_eq!(stored.len(), 10);
        let stored: Vec<Value> = stored.iter().map(|message| json!(message.id.to_string())).collect();
        let pushed = heard.iter().filter(|push| push["chat_id"] == chat.as_str());
        let pushed: Vec<Value> = pushed.map(|push| push["message_id"].clone()).collect();
        assert_eq!(pushed, stored, "pushes of one chat come in order");
    }
}

#[tokio::test]
async fn repeated_pages_lose_nothing_and_a_cursor_may_stand_still() {
    let shop = Shop::open();
    let state = shop.state();
    let chats: BTreeSet<String> = state.burst(430, 1, false).into_iter().collect();
    state.set_faults(Faults { duplicate_pages: 0.5, ..Faults::default() });
    let (listed, pages) = shop.walk(DEMO_CLIENT_ID, json!({})).await;
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in listed.iter().filter_map(|chat| chat["chat"]["chat_id"].as_str()) {
        *times.entry(id).or_default() += 1;
    }
    assert!(chats.iter().all(|chat| times.contains_key(chat.as_str())));
    assert!(pages > 5 && times.values().any(|times| *times > 1), "{pages} pages");

    state.set_faults(Faults::default());
    let first = shop.ask("/v3/chat/list", json!({ "limit": 100 })).await;
    state.set_faults(Faults { repeat_cursor: 1.0, ..Faults::default() });
    let second = shop.ask("/v3/chat/list", json!({ "limit": 100, "cursor": first["cursor"] })).await;
    assert_eq!((&second["cursor"], &second["has_next"]), (&first["cursor"], &json!("true")));
    assert_ne!(second["chats"], first["chats"]);
}

#[tokio::test]
async fn a_key_is_revoked_in_flight_and_other_refusals_have_their_words() {
    let shop = Shop::open();
    let state = shop.state();
    let list = async || shop.call("/v3/chat/list", json!({ "limit": 1 })).await;
    let words = "You have reached request rate limit per second";
    state.set_faults(Faults { rate_limit_words: 1.0, ..Faults::default() });
    let mut statuses = BTreeSet::new();
    for _ in 0..30 {
        let (status, answer) = list().await;
        assert_eq!(answer["message"], words);
        statuses.insert(status);
    }
    assert_eq!(statuses, BTreeSet::from([400, 403]));
    state.set_faults(Faults { html_5xx: 1.0, ..Faults::default() });
    let (status, page) = list().await;
    assert!(matches!(status, 502 | 503) && page.as_str().is_some_and(|page| page.starts_with("<html>")));

    state.set_faults(Faults {
        revoke_after_calls: Some(2),
        only: Some("/v3/chat/list".into()),
        ..Faults::default()
    });
    assert_eq!(shop.call("/v1/roles", json!({})).await.0, 200, "another method does not count");
    assert_eq!((list().await.0, list().await.0), (200, 200));
    let (status, answer) = list().await;
    assert_eq!(status, 403);
    assert!(answer["message"].as_str().is_some_and(|message| message.contains("deactivated")));
    state.restore_key(DEMO_CLIENT_ID);
    assert_eq!(list().await.0, 200, "it happens once");
}

#[tokio::test]
async fn the_giant_account_is_listed_whole_and_takes_messages() {
    let shop = Shop::with(SandboxOptions { giant_chats: 1_234, ..SandboxOptions::default() });
    let state = shop.state();
    let (chats, pages) = shop.walk(GIANT_CLIENT_ID, json!({})).await;
    assert_eq!((chats.len(), pages), (1_234, 13));
    let ids: BTreeSet<&str> = chats.iter().filter_map(|chat| chat["chat"]["chat_id"].as_str()).collect();
    assert_eq!(ids.len(), 1_234);
    let newest: Vec<u64> = chats.iter().filter_map(|chat| chat["last_message_id"].as_u64()).collect();
    assert!(newest.is_sorted_by(|a, b| a > b), "the newest first");
    let unread = |chats: &[Value]| chats.iter().filter(|chat| chat["unread_count"] != 0).count();
    let (listed, _) = shop.walk(GIANT_CLIENT_ID, json!({ "unread_only": true })).await;
    assert_eq!((listed.len(), unread(&listed)), (unread(&chats), unread(&chats)));

    let quiet =
        chats.iter().rfind(|chat| chat["unread_count"] == 0 && chat["chat"]["chat_status"] == "OPENED");
    let quiet = quiet.expect("most are read");
    let id = quiet["chat"]["chat_id"].as_str().expect("an id");
    let history = json!({ "chat_id": id, "limit": 1000 });
    let (status, before) = shop.call_as(GIANT_CLIENT_ID, "/v3/chat/history", history.clone()).await;
    assert_eq!(status, 200);
    let last = before["messages"][0]["message_id"].as_str().map(str::to_owned);
    assert_eq!(last, Some(quiet["last_message_id"].to_string()));
    assert!(state.chats().iter().all(|chat| chat.client_id != GIANT_CLIENT_ID), "reading stores nothing");
    assert_eq!(shop.call("/v3/chat/history", history.clone()).await.0, 404, "of another account");

    state.buyer_writes(id, "Я вернулся").expect("a message");
    let (_, after) = shop.call_as(GIANT_CLIENT_ID, "/v3/chat/history", history).await;
    let count = |answer: &Value| answer["messages"].as_array().map_or(0, Vec::len);
    assert_eq!(count(&after), count(&before) + 1);
    let (again, _) = shop.walk(GIANT_CLIENT_ID, json!({ "unread_only": true })).await;
    assert_eq!(again.len(), listed.len() + 1);
    assert!(again.iter().any(|chat| chat["chat"]["chat_id"] == id && chat["unread_count"] == 1));
    let (all, _) = shop.walk(GIANT_CLIENT_ID, json!({})).await;
    assert_eq!(all.len(), 1_234, "it is still one chat");
    let (_, page) = shop.call_as(GIANT_CLIENT_ID, "/v3/chat/list", json!({ "limit": 1 })).await;
    let total: u64 = again.iter().filter_map(|chat| chat["unread_count"].as_u64()).sum();
    assert_eq!(page["total_unread_count"], total);
}

#[tokio::test]
async fn calls_are_counted_by_account_and_limits_change_while_it_runs() {
    let shop = Shop::open();
    let state = shop.state();
    for _ in 0..7 {
        shop.ask("/v3/chat/list", json!({ "limit": 1 })).await;
    }
    shop.call_as("100206", "/v1/roles", json!({})).await;
    let calls = state.calls_by_account();
    assert_eq!((calls[DEMO_CLIENT_ID].total, calls["100206"].total), (7, 1));
    assert!((1..=7).contains(&calls[DEMO_CLIENT_ID].busiest_second));
    let told: Value =
        serde_json::from_slice(&shop.fetch(&format!("{}/_sandbox/calls", shop.sandbox.url())).await)
            .expect("JSON");
    assert_eq!(told["accounts"][DEMO_CLIENT_ID]["methods"]["/v3/chat/list"], 7);
    assert_eq!(told["/v3/chat/list"], 7);
    state.reset_calls();
    assert!(state.calls().is_empty() && state.calls_by_account().is_empty());

    state.set_limit(Some(DEMO_CLIENT_ID), 1);
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(shop.call("/v1/roles", json!({})).await.0);
    }
    assert_eq!(statuses, [200, 429]);
    assert_eq!(shop.call_as("100206", "/v1/roles", json!({})).await.0, 200, "others have their own");
    state.set_limit(Some(DEMO_CLIENT_ID), 0);
    assert_eq!(shop.call("/v1/roles", json!({})).await.0, 200);
}

#[tokio::test]
async fn orders_and_endpoints_are_found_again() {
    let file = std::env::temp_dir().join(format!("agentiq-sandbox-orders-{}.json", uuid::Uuid::now_v7()));
    let options =
        || SandboxOptions { state_file: Some(file.clone()), giant_chats: 500, ..Default::default() };
    let (shop, receiver) = (Shop::with(options()), Receiver::open().await);
    shop.ask("/v1/notification/set", json!({ "url": receiver.url, "types": CHAT_TYPES })).await;
    let (chat, number) = shop.state().new_chat_about(NewOrder::default());
    let (order, endpoints) = (shop.state().order(&number), shop.state().endpoints());
    let (giants, _) = shop.walk(GIANT_CLIENT_ID, json!({})).await;
    shop.sandbox.shutdown().await;

    let shop = Shop::with(options());
    assert_eq!((shop.state().order(&number), shop.state().endpoints()), (order, endpoints));
    assert_eq!(shop.walk(GIANT_CLIENT_ID, json!({})).await.0, giants);
    let (listed, _) = shop.walk(DEMO_CLIENT_ID, json!({})).await;
    assert!(listed.iter().any(|one| one["chat"]["chat_id"] == chat.as_str()));
    shop.sandbox.shutdown().await;
    std::fs::remove_file(file).expect("it was ours");
}
