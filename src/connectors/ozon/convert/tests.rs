//! Orders, goods, pushes and their set-up, from documents as Ozon sends them.

use super::{goods, orders, pushes};
use crate::connectors::ozon::push::{self, RefusalCode};
use crate::connectors::ozon::wire;
use crate::connectors::push::{Push, PushEvent, PushKind};
use crate::connectors::{Audience, PushEndpoint};
use crate::features::orders::types::{Posting, PostingStatus, Price, Product, Return, Scheme};
use chrono::{DateTime, Utc};
use orders::Family::{Fbo, Fbs};
use serde_json::{Value, json};

const FBS_GET: &str = include_str!("../fixtures/fbs_get.json");
const FBS_LIST: &str = include_str!("../fixtures/fbs_list.json");
const FBO_LIST: &str = include_str!("../fixtures/fbo_list.json");
const PRODUCTS: &str = include_str!("../fixtures/products.json");
const RETURNS: &str = include_str!("../fixtures/returns.json");
const PUSH_ENDPOINTS: &str = include_str!("../fixtures/push_endpoints.json");
const PUSH_CHECK: &str = include_str!("../fixtures/push_check.json");
const PUSH_MESSAGE: &str = include_str!("../fixtures/push_message.json");

fn at(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().expect("a time"))
}

fn roubles(amount: &str) -> Option<Price> {
    Some(Price { amount: amount.into(), currency: "RUB".into() })
}

fn listed(family: orders::Family, document: &str) -> Vec<orders::Told> {
    let page: wire::orders::PostingList = serde_json::from_str(document).expect("a page");
    super::each("postings", page.postings, |value| orders::posting(family, value))
}

fn posting(value: Value) -> Posting {
    orders::posting(Fbs, value).expect("it has a number").posting
}

#[test]
fn a_posting_is_told_in_our_words() {
    let answer: wire::orders::PostingAnswer = serde_json::from_str(FBS_GET).expect("an answer");
    let told = orders::posting(Fbs, answer.result).expect("it has a number");
    assert!(told.is_complete);
    let posting = told.posting;
    assert_eq!(
        (posting.number.as_str(), posting.order_number.as_str()),
        ("12345678-0001-1", "12345678-0001")
    );
    assert_eq!((posting.scheme, posting.status), (Scheme::Fbs, PostingStatus::Delivered));
    assert_eq!(posting.status_word, "delivered");
    assert_eq!(posting.created_at, at("2026-11-10T09:12:00Z"));
    assert_eq!(posting.ship_by, at("2026-11-12T10:00:00Z"));
    assert_eq!(posting.deliver_from, at("2026-11-16T06:00:00Z"), "what the buyer was told comes first");
    assert_eq!(posting.deliver_until, at("2026-11-16T18:00:00Z"));
    assert_eq!(posting.delivered_at, at("2026-11-16T14:05:00Z"));
    assert_eq!((posting.tracking_number, posting.cancel_reason), (None, None));
    assert_eq!(posting.carrier.as_deref(), Some("Ozon Логистика"));
    assert_eq!(posting.city.as_deref(), Some("Тверь"));
    assert!(posting.may_start_chat);
    let item = &posting.items[0];
    assert_eq!((item.sku.as_str(), item.offer_id.as_str(), item.quantity), ("1100526203", "VS-81451", 2));
    assert_eq!(item.price, roubles("1990.0000"));
}

#[test]
fn a_list_of_postings_survives_its_broken_elements() {
    let told = listed(Fbs, FBS_LIST);
    assert_eq!(told.len(), 3, "what has no number is left out");
    let [waiting, cancelled, strange] = &told[..] else { panic!("{told:?}") };
    let first = &waiting.posting;
    assert_eq!((first.status, first.may_start_chat), (PostingStatus::AtPickup, false));
    assert_eq!(first.deliver_from, at("2026-11-17T06:00:00Z"));
    assert_eq!(first.items.len(), 2);
    assert_eq!((first.items[0].quantity, &first.items[0].price), (2, &roubles("1990")));
    assert_eq!((first.items[1].sku.as_str(), first.items[1].quantity), ("", 1));
    let second = &cancelled.posting;
    assert_eq!((second.scheme, second.status), (Scheme::Rfbs, PostingStatus::Cancelled));
    assert_eq!(second.cancel_reason.as_deref(), Some("Товар закончился"));
    assert_eq!((second.carrier.as_deref(), second.city.as_deref()), (Some("СДЭК"), Some("Клин")));
    assert_eq!((second.tracking_number.as_deref(), second.may_start_chat), (Some("RB0001CN"), true));
    let third = &strange.posting;
    assert_eq!((third.scheme, third.status), (Scheme::Rfbs, PostingStatus::Other));
    assert_eq!(third.status_word, "posting_of_tomorrow");
    assert_eq!(third.order_number, "12345678-0001", "a posting's number begins with its order's");
    let complete: Vec<bool> = told.iter().map(|told| told.is_complete).collect();
    assert_eq!(complete, [true, true, false], "the last does not say what may be done");
}

#[test]
fn a_posting_from_ozons_stores_knows_no_actions() {
    let told = listed(Fbo, FBO_LIST);
    assert!(!told[0].is_complete, "when it was delivered is told by its own method");
    let posting = &told[0].posting;
    assert_eq!((posting.scheme, posting.status), (Scheme::Fbo, PostingStatus::Delivered));
    assert_eq!(posting.created_at, at("2026-11-09T23:59:51.653736Z"));
    assert_eq!((posting.city.as_deref(), posting.may_start_chat, posting.delivered_at), (None, false, None));
    assert_eq!(posting.items[0].price, roubles("2890"));
}

#[test]
fn every_status_has_a_meaning() {
    let cases = [
        ("awaiting_registration", "", PostingStatus::Packing),
        ("awaiting_verification", "", PostingStatus::Packing),
        ("awaiting_approve", "", PostingStatus::Packing),
        ("awaiting_packaging", "posting_created", PostingStatus::Packing),
        ("acceptance_in_progress", "", PostingStatus::AwaitingShipment),
        ("awaiting_deliver", "posting_in_carriage", PostingStatus::AwaitingShipment),
        ("delivering", "posting_on_way_to_city", PostingStatus::Delivering),
        ("delivering", "posting_in_pickup_point", PostingStatus::AtPickup),
        ("delivering", "posting_in_courier_service", PostingStatus::AtPickup),
        ("driver_pickup", "", PostingStatus::Delivering),
        ("Delivered", "posting_received", PostingStatus::Delivered),
        ("cancelled", "posting_canceled", PostingStatus::Cancelled),
        ("cancelled_from_split_pending", "", PostingStatus::Cancelled),
        ("arbitration", "", PostingStatus::Arbitration),
        ("client_arbitration", "", PostingStatus::Arbitration),
        ("not_accepted", "", PostingStatus::NotAccepted),
        ("", "", PostingStatus::Other),
    ];
    for (word, substatus, status) in cases {
        let told = posting(json!({ "posting_number": "1-2-3", "status": word, "substatus": substatus }));
        assert_eq!(told.status, status, "{word} {substatus}");
    }
}

#[test]
fn who_carries_tells_fbs_from_rfbs() {
    let scheme = |facts: Value| {
        let mut told = json!({ "posting_number": "1-2-3" });
        told.as_object_mut().expect("an object").extend(facts.as_object().cloned().unwrap_or_default());
        posting(told).scheme
    };
    assert_eq!(scheme(json!({ "tpl_integration_type": "ozon" })), Scheme::Fbs);
    assert_eq!(scheme(json!({ "tpl_integration_type": "3pl_tracking" })), Scheme::Rfbs);
    assert_eq!(scheme(json!({ "tpl_integration_type": "Aggregator" })), Scheme::Rfbs);
    assert_eq!(scheme(json!({ "integration_type_flow": "non_integrated" })), Scheme::Rfbs);
    assert_eq!(scheme(json!({ "integration_type_flow": "a_word_of_tomorrow" })), Scheme::Fbs);
    assert_eq!(scheme(json!({ "delivery_method": { "tpl_provider": "СДЭК" } })), Scheme::Rfbs);
    assert_eq!(scheme(json!({ "delivery_method": { "tpl_provider": "Ozon Логистика" } })), Scheme::Fbs);
    assert_eq!(scheme(json!({})), Scheme::Fbs);
}

#[test]
fn a_hand_over_to_the_carrier_is_no_delivery() {
    let delivered_at = |status: &str, handed_over: &str, fact: &str| {
        posting(json!({
            "posting_number": "1-2-3", "status": status, "delivering_date": handed_over, "fact_delivery_date": fact,
        }))
        .delivered_at
    };
    let (early, late) = ("2026-11-12T08:40:00Z", "2026-11-16T14:05:00Z");
    assert_eq!(delivered_at("delivered", early, late), at(late));
    assert_eq!(delivered_at("delivered", early, early), None);
    assert_eq!(delivered_at("delivering", early, late), None);
    assert_eq!(delivered_at("delivered", early, "string"), None);
}

#[test]
fn a_price_without_a_currency_says_nothing() {
    let price = |price: Value, currency: Value| {
        let item = json!({ "price": price, "currency_code": currency });
        posting(json!({ "posting_number": "1-2-3", "products": [item] })).items[0].price.clone()
    };
    assert_eq!(price(json!("137.00"), json!("RUB")), roubles("137.00"));
    assert_eq!(price(json!(137), json!("RUB")), roubles("137"));
    assert_eq!(price(json!({ "currency_code": "RUB", "price": "3318" }), Value::Null), roubles("3318"));
    assert_eq!(price(json!("137.00"), Value::Null), None);
    assert_eq!(price(json!(""), json!("RUB")), None);
    assert_eq!(price(json!("дорого"), json!("RUB")), None);
    assert_eq!(price(json!({ "price": { "price": 1 } }), json!("RUB")), None);
}

#[test]
fn products_come_under_the_numbers_that_were_asked_for() {
    let products = |asked: &[&str]| -> Vec<Product> {
        let answer: wire::goods::Products = serde_json::from_str(PRODUCTS).expect("an answer");
        goods::products(answer.items, asked)
    };
    let found = products(&["1100526203", "9880276314", "5"]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].photo_url.as_deref(), Some("https://cdn1.ozone.ru/s3/multimedia-1/vase.jpg"));
    assert_eq!((&found[0].price, found[0].is_archived), (&roubles("1990.00"), false));
    assert_eq!(found[1].photo_url.as_deref(), Some("https://ir.ozone.ru/lamp.jpg"));
    assert_eq!((found[1].price.is_none(), found[1].is_archived), (true, true));
    let second_store = products(&["1100526299"]);
    assert_eq!((second_store[0].sku.as_str(), second_store[0].offer_id.as_str()), ("1100526299", "VS-81451"));
}

#[test]
fn returns_keep_ozons_words() {
    let answer: wire::goods::Returns = serde_json::from_str(RETURNS).expect("an answer");
    let returns = super::each("returns", answer.returns, goods::returned);
    let expected = [
        Return {
            posting_number: "12345678-0001-1".into(),
            sku: "1100526203".into(),
            name: "Ваза стеклянная, 25 см".into(),
            quantity: 1,
            is_cancellation: false,
            status: "В пункте выдачи".into(),
            reason: Some("Не подошёл размер".into()),
            changed_at: at("2026-11-18T06:15:48.998146Z"),
        },
        Return {
            posting_number: "12345678-0001-2".into(),
            sku: String::new(),
            name: String::new(),
            quantity: 1,
            is_cancellation: true,
            status: "CancelledByBuyer".into(),
            reason: None,
            changed_at: at("2026-11-19T10:00:00Z"),
        },
    ];
    assert_eq!(returns, expected);
}

#[test]
fn endpoints_say_whether_chat_events_go_there() {
    let answer: wire::pushes::PushEndpoints = serde_json::from_str(PUSH_ENDPOINTS).expect("an answer");
    let endpoints = super::each("endpoints", answer.urls, pushes::endpoint);
    let expected = [
        PushEndpoint {
            id: 41,
            url: "https://shop.example/hooks/ozon/abc".into(),
            is_on: true,
            has_all_chat_events: true,
            has_chat_events: true,
        },
        PushEndpoint {
            id: 42,
            url: "https://other.example/".into(),
            is_on: false,
            has_all_chat_events: false,
            has_chat_events: true,
        },
    ];
    assert_eq!(endpoints, expected);
}

#[test]
fn a_check_that_failed_always_says_something() {
    let complaints = |document: &str| pushes::complaints(serde_json::from_str(document).expect("an answer"));
    assert_eq!(
        complaints(PUSH_CHECK),
        ["REQUEST_TIMEOUT: Ответ не получен", "EMPTY_BODY", "что-то ещё", "{\"code\":7}"]
    );
    assert_eq!(complaints(r#"{"is_active":"true","errors":[]}"#), Vec::<String>::new());
    assert_eq!(complaints(r#"{"is_active":false}"#), ["is_active: false"]);
    assert_eq!(complaints("{}").len(), 1);
}

fn event(body: Value) -> PushEvent {
    match push::parse(body.to_string().as_bytes()) {
        Push::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn pushes_about_chats_are_understood() {
    let Push::Event(message) = push::parse(PUSH_MESSAGE.as_bytes()) else { panic!("an event") };
    let chat = String::from("5969c331-2e64-44b7-8a0e-ff9526762c62");
    assert_eq!((message.account.as_deref(), message.audience), (Some("7"), Some(Audience::Buyer)));
    assert_eq!(message.kind, PushKind::Message { chat: chat.clone(), message: "3000000000817031942".into() });
    let edited = event(json!({
        "message_type": "type_update_message", "chat_id": chat, "message_id": 3_000_000_000_817_031_942u64,
        "chat_type": "Seller_Notification", "seller_id": 7,
    }));
    assert_eq!((edited.account.as_deref(), edited.audience), (Some("7"), Some(Audience::Marketplace)));
    assert_eq!(edited.kind, PushKind::Edited { chat: chat.clone(), message: "3000000000817031942".into() });
    let read = |user: &str, up_to: Value| {
        let user = json!({ "type": user });
        let body = json!({
            "message_type": "TYPE_MESSAGE_READ", "chat_id": chat, "user": user, "last_read_message_id": up_to,
        });
        event(body).kind
    };
    for (user, by_buyer) in [("Сustomer", true), ("Customer", true), ("Support", false), ("", false)] {
        let expected = PushKind::Read { chat: chat.clone(), up_to: Some("8".into()), by_buyer };
        assert_eq!(read(user, json!("8")), expected, "{user}");
    }
    let without_mark = PushKind::Read { chat: chat.clone(), up_to: None, by_buyer: true };
    assert_eq!(read("customer", Value::Null), without_mark);
    let closed = event(json!({ "message_type": "TYPE_CHAT_CLOSED", "chat_id": chat, "seller_id": null }));
    assert_eq!((closed.account, closed.kind), (None, PushKind::Closed { chat: chat.clone() }));
}

#[test]
fn other_pushes_keep_their_word_and_no_push_is_a_stumbling_block() {
    for word in ["TYPE_NEW_POSTING", "TYPE_OF_TOMORROW"] {
        let kind = event(json!({ "message_type": word, "seller_id": 7 })).kind;
        assert_eq!(kind, PushKind::Other(word.into()));
    }
    let homeless = event(json!({ "message_type": "TYPE_NEW_MESSAGE", "message_id": "1" })).kind;
    assert_eq!(homeless, PushKind::Other("TYPE_NEW_MESSAGE".into()));
    let long = event(json!({ "message_type": "Ж".repeat(5000) })).kind;
    assert_eq!(long, PushKind::Other("Ж".repeat(100)));
    let ping = r#" {"message_type":"TYPE_PING","time":"2026-11-20T10:00:00Z"}"#;
    assert_eq!(push::parse(ping.as_bytes()), Push::Ping);
    assert_eq!(push::parse(format!("\u{feff}{ping}").as_bytes()), Push::Ping);
    for nonsense in
        ["", "null", "[]", "{}", "{\"message_type\":7}", "{\"message_type\":\"TYPE_PING\"", "\u{0}"]
    {
        assert_eq!(push::parse(nonsense.as_bytes()), Push::Unreadable, "{nonsense:?}");
    }
    assert_eq!(push::parse(b"\xff\xfe"), Push::Unreadable);
    assert_eq!(push::parse("[".repeat(100_000).as_bytes()), Push::Unreadable);
}

#[test]
fn answers_to_pushes_have_the_shape_that_ozon_demands() {
    let now = "2026-11-20T10:00:00.5Z".parse().expect("a time");
    let pong = push::pong(now);
    assert_eq!(pong["time"], "2026-11-20T10:00:00Z");
    assert!(pong["version"].is_string() && pong["name"].is_string());
    assert_eq!(push::accepted(), json!({ "result": true }));
    assert_eq!(
        push::refused(RefusalCode::ParameterValueMissed, "seller_id"),
        json!({ "error": { "code": "ERROR_PARAMETER_VALUE_MISSED", "message": "seller_id", "details": null } })
    );
}
