//! The connector against answers that are written down here: which calls it makes, in which order, with what in them.

use agentiq::connectors::ozon::Ozon;
use agentiq::connectors::{
    AccountProblem, ChatProblem, Connector, ConnectorError, Denial, OrderRef, OutgoingFile,
};
use agentiq::features::orders::types::{PostingStatus, Scheme};
use agentiq::platform::http::Outbound;
use agentiq::platform::secret::Secret;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

const NO_ROLE: &str = "Api-Key is missing a required role for a method";

/// A server that answers as it is told and remembers what it was asked.
struct Scripted {
    ozon: Ozon,
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

/// What a script says: a status and a body.
type Answer = (u16, Value);

impl Scripted {
    async fn new(script: impl Fn(&str, &Value) -> Answer + Clone + Send + Sync + 'static) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let log = calls.clone();
        let answer = move |uri: Uri, Json(body): Json<Value>| {
            let (script, log) = (script.clone(), log.clone());
            async move {
                let (status, answer) = script(uri.path(), &body);
                log.lock().expect("nobody panicked").push((uri.path().to_owned(), body));
                let status = StatusCode::from_u16(status).expect("a status");
                // An answer of nothing is an empty body, as some methods have it.
                if answer.is_null() { status.into_response() } else { (status, Json(answer)).into_response() }
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let router = Router::new().fallback(answer).layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = Outbound::new(Duration::from_secs(5)).expect("TLS is usable");
        Self { ozon: Ozon::new(&url, "1", Secret::new("key".to_owned()), http), calls }
    }

    fn calls(&self) -> Vec<(String, Value)> {
        self.calls.lock().expect("nobody panicked").clone()
    }

    fn paths(&self) -> Vec<String> {
        self.calls().into_iter().map(|(path, _)| path).collect()
    }
}

fn refused(status: u16, words: &str) -> Answer {
    (status, json!({ "code": 7, "message": words, "details": [] }))
}

fn posting(number: &str, status: &str) -> Value {
    let order = number.rsplit_once('-').map_or(number, |(order, _)| order);
    json!({ "posting_number": number, "order_number": order, "status": status, "available_actions": [] })
}

fn order() -> OrderRef {
    OrderRef::Order("12345678-0001".into())
}

#[tokio::test]
async fn an_order_is_looked_for_in_both_families_and_completed() {
    let server = Scripted::new(|path, _| match path {
        "/v4/posting/fbs/list" => {
            let sent = posting("12345678-0001-1", "delivering");
            let arrived = posting("12345678-0001-2", "delivered");
            let foreign = posting("99999999-0001-1", "delivered");
            (200, json!({ "postings": [sent, arrived, foreign], "has_next": false, "cursor": "" }))
        }
        "/v3/posting/fbs/get" => {
            let mut arrived = posting("12345678-0001-2", "delivered");
            arrived["fact_delivery_date"] = json!("2026-11-16T14:05:00Z");
            (200, json!({ "result": arrived }))
        }
        "/v3/posting/fbo/list" => (
            200,
            json!({ "postings": [posting("12345678-0001-3", "awaiting_packaging")], "has_next": "false" }),
        ),
        other => refused(404, other),
    })
    .await;
    let found = server.ozon.postings(&order()).await.expect("postings");
    let told: Vec<_> = found.iter().map(|one| (one.number.as_str(), one.scheme, one.status)).collect();
    let expected = [
        ("12345678-0001-1", Scheme::Fbs, PostingStatus::Delivering),
        ("12345678-0001-2", Scheme::Fbs, PostingStatus::Delivered),
        ("12345678-0001-3", Scheme::Fbo, PostingStatus::Packing),
    ];
    assert_eq!(told, expected);
    assert!(found[1].delivered_at.is_some(), "its own method tells more than the list");
    assert_eq!(server.paths(), ["/v4/posting/fbs/list", "/v3/posting/fbs/get", "/v3/posting/fbo/list"]);
    for (path, asked) in server.calls().into_iter().filter(|(path, _)| path.ends_with("list")) {
        assert_eq!(asked["filter"]["order_numbers"], json!(["12345678-0001"]), "{path}");
        assert_eq!(asked["with"]["analytics_data"], true);
        let time = |field: &str| -> DateTime<Utc> {
            asked["filter"][field].as_str().and_then(|text| text.parse().ok()).expect("a time")
        };
        assert!(time("to") - time("since") < TimeDelta::days(365), "{path}");
    }
}

#[tokio::test]
async fn a_key_for_one_family_shows_what_it_may_and_says_when_that_is_nothing() {
    let only_fbo = |fbo: Value| {
        Scripted::new(move |path, _| match path {
            "/v3/posting/fbo/list" => (200, json!({ "postings": fbo, "has_next": false })),
            _ => refused(403, NO_ROLE),
        })
    };
    let found =
        only_fbo(json!([posting("12345678-0001-1", "delivering")])).await.ozon.postings(&order()).await;
    assert_eq!(found.expect("what the key may see").len(), 1);
    let denied = Err(ConnectorError::Denied(Denial::Role));
    assert_eq!(only_fbo(json!([])).await.ozon.postings(&order()).await, denied);
    let roleless = Scripted::new(|_, _| refused(403, NO_ROLE)).await;
    assert_eq!(roleless.ozon.postings(&order()).await, denied);
    assert_eq!(roleless.ozon.postings(&OrderRef::Posting("1-2-3".into())).await, denied);
    assert_eq!(roleless.ozon.products(&["1".into()]).await, Err(ConnectorError::Denied(Denial::Role)));
    assert_eq!(roleless.ozon.returns(&["1-2-3".into()]).await, Err(ConnectorError::Denied(Denial::Role)));
    assert_eq!(roleless.ozon.push_endpoints().await, Err(ConnectorError::Denied(Denial::Role)));

    let dead = Scripted::new(|_, _| refused(403, "Api-key is deactivated, use another one")).await;
    let stopped = ConnectorError::Account(AccountProblem::KeyDeactivated);
    assert_eq!(dead.ozon.postings(&order()).await, Err(stopped));
    assert_eq!(dead.paths().len(), 1, "a dead key is not tried twice");
}

#[tokio::test]
async fn a_posting_is_asked_for_in_one_family_and_then_in_the_other() {
    let server = Scripted::new(|path, asked| match (path, asked["posting_number"].as_str()) {
        ("/v3/posting/fbs/get", Some("1-1-1")) => (200, json!({ "result": posting("1-1-1", "delivering") })),
        ("/v2/posting/fbo/get", Some("1-1-2")) => (200, json!({ "result": posting("1-1-2", "delivering") })),
        ("/v3/posting/fbs/get", Some("1-1-4")) => refused(400, "invalid posting number"),
        _ => refused(404, "POSTING_NOT_FOUND"),
    })
    .await;
    let ask = async |number: &str| server.ozon.postings(&OrderRef::Posting(number.into())).await;
    assert_eq!(ask("1-1-1").await.expect("a posting")[0].scheme, Scheme::Fbs);
    assert_eq!(ask("1-1-2").await.expect("a posting")[0].scheme, Scheme::Fbo);
    assert_eq!(ask("1-1-3").await, Ok(Vec::new()));
    let words = ChatProblem::Refused("invalid posting number".into());
    assert_eq!(ask("1-1-4").await, Err(ConnectorError::Chat(words)));
}

#[tokio::test]
async fn files_go_out_as_text_and_only_a_clear_word_counts() {
    let server = Scripted::new(|_, asked| match asked["name"].as_str() {
        Some("a.png") => (200, json!({ "result": "success" })),
        Some("b.png") => (200, json!({ "message_id": 7 })),
        Some("c.png") => refused(403, "access period has expired"),
        Some("d.png") => refused(500, "Internal error"),
        _ => refused(403, NO_ROLE),
    })
    .await;
    let send = async |name: &str| {
        let file = OutgoingFile { name: name.into(), bytes: b"\x89PNG\0\xff".to_vec() };
        server.ozon.send_file("chat", &file).await
    };
    assert_eq!(send("a.png").await, Ok(()));
    let asked = json!({ "chat_id": "chat", "name": "a.png", "base64_content": "iVBORwD/" });
    assert_eq!(server.calls(), [("/v1/chat/send/file".to_owned(), asked)]);
    assert!(
        matches!(send("b.png").await, Err(ConnectorError::Interrupted(_))),
        "nobody knows what became of it"
    );
    assert_eq!(send("c.png").await, Err(ConnectorError::Chat(ChatProblem::WindowClosed)));
    assert!(matches!(send("d.png").await, Err(ConnectorError::Interrupted(_))));
    assert_eq!(send("e.png").await, Err(ConnectorError::Denied(Denial::Role)));
}

#[tokio::test]
async fn a_chat_is_opened_for_a_posting() {
    let server = Scripted::new(|_, asked| match asked["posting_number"].as_str() {
        Some("1-1-1") => (200, json!({ "result": { "chat_id": "5969c331" } })),
        Some("1-1-2") => (200, json!({ "result": null })),
        _ => refused(403, "chat for this posting cannot be created"),
    })
    .await;
    assert_eq!(server.ozon.start_chat("1-1-1").await.as_deref(), Ok("5969c331"));
    assert!(matches!(server.ozon.start_chat("1-1-2").await, Err(ConnectorError::Interrupted(_))));
    let words = ChatProblem::Refused("chat for this posting cannot be created".into());
    assert_eq!(server.ozon.start_chat("1-1-3").await, Err(ConnectorError::Chat(words)));
}

#[tokio::test]
async fn messages_are_asked_for_by_their_ids() {
    let server = Scripted::new(|_, _| {
        let message = |id: u64| json!({ "message_id": id, "user": { "type": "Customer" }, "data": ["x"] });
        (200, json!({ "messages": [message(9), message(8), message(7)], "has_next": false }))
    })
    .await;
    let ids = ["7".to_owned(), "raw:1".to_owned(), "9".to_owned(), "5".to_owned()];
    let found = server.ozon.messages("chat", &ids).await.expect("messages");
    let found: Vec<&str> = found.iter().map(|message| message.external_id.as_str()).collect();
    assert_eq!(found, ["9", "7"], "a filter that was ignored brings nothing that was not asked for");
    let [(path, asked)] = &server.calls()[..] else { panic!("one call") };
    assert_eq!(path, "/v3/chat/history");
    assert_eq!(asked["filter"]["message_ids"], json!(["7", "9", "5"]));
    assert_eq!(server.ozon.messages("chat", &[]).await, Ok(Vec::new()));
    assert_eq!(server.calls().len(), 1, "nothing is asked for nothing");
}

#[tokio::test]
async fn products_and_returns_are_asked_for_in_portions() {
    let server = Scripted::new(|path, asked| match path {
        "/v3/product/info/list" => {
            let skus = asked["sku"].as_array().expect("a list of numbers").iter();
            let items: Vec<Value> = skus.map(|sku| json!({ "sku": sku, "name": "Vase" })).collect();
            (200, json!({ "items": items }))
        }
        _ => {
            let of = &asked["filter"]["posting_numbers"][0];
            let second = asked["last_id"] == json!(21);
            let id = if second { json!("22") } else { json!(21) };
            (200, json!({ "returns": [{ "id": id, "posting_number": of }], "has_next": !second }))
        }
    })
    .await;
    let mut skus: Vec<String> = (1..=1500).map(|sku: u32| sku.to_string()).collect();
    skus.extend(["7".to_owned(), "no number".to_owned()]);
    assert_eq!(server.ozon.products(&skus).await.expect("products").len(), 1500);
    let sizes: Vec<usize> =
        server.calls().iter().filter_map(|(_, asked)| Some(asked["sku"].as_array()?.len())).collect();
    assert_eq!(sizes, [1000, 500]);

    let postings: Vec<String> = (1..=60).map(|n| format!("1-1-{n}")).collect();
    let returns = server.ozon.returns(&postings).await.expect("returns");
    assert_eq!(returns.len(), 4, "two portions of two pages");
    let asked: Vec<usize> = server.calls()[2..]
        .iter()
        .filter_map(|(_, asked)| Some(asked["filter"]["posting_numbers"].as_array()?.len()))
        .collect();
    assert_eq!(asked, [50, 50, 10, 10]);
}

#[tokio::test]
async fn pushes_are_set_up_although_ozon_says_nothing_to_it() {
    let server = Scripted::new(|path, _| match path {
        "/v1/notification/check" => {
            let error = json!({ "type": "EMPTY_BODY", "description": "No body" });
            (200, json!({ "is_active": false, "errors": [error] }))
        }
        "/v1/notification/list" => {
            let types = json!([{ "type": "TYPE_NEW_MESSAGE", "description": "" }]);
            let url = json!({ "id": 41, "url": "https://a.example/", "enable": true, "types": types });
            (200, json!({ "urls": [url] }))
        }
        _ => (200, Value::Null),
    })
    .await;
    let url = "https://shop.example/hooks/ozon/x";
    assert_eq!(server.ozon.set_push(url, None).await, Ok(()));
    assert_eq!(server.ozon.set_push(url, Some(41)).await, Ok(()));
    assert_eq!(server.ozon.delete_push(41).await, Ok(()));
    let types = json!(["TYPE_NEW_MESSAGE", "TYPE_UPDATE_MESSAGE", "TYPE_MESSAGE_READ", "TYPE_CHAT_CLOSED"]);
    let expected = [
        ("/v1/notification/set".to_owned(), json!({ "url": url, "types": types })),
        ("/v1/notification/update".to_owned(), json!({ "id": 41, "url": url, "types": types })),
        ("/v1/notification/enable".to_owned(), json!({ "id": 41, "enabled": true })),
        ("/v1/notification/delete".to_owned(), json!({ "id": 41 })),
    ];
    assert_eq!(server.calls(), expected);
    assert_eq!(server.ozon.check_push(url).await.expect("a verdict"), ["EMPTY_BODY: No body"]);
    let endpoints = server.ozon.push_endpoints().await.expect("endpoints");
    assert!(endpoints[0].has_chat_events && !endpoints[0].has_all_chat_events && endpoints[0].is_on);
    let mute = Scripted::new(|_, _| (200, Value::Null)).await;
    assert!(matches!(mute.ozon.push_endpoints().await, Err(ConnectorError::Interrupted(_))));
}
