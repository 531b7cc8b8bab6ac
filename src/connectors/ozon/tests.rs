//! Parsing, conversion and the meaning of refusals, without a network. The rest is tested against the sandbox.

use super::chats::{end_with_own_id, without_border};
use super::client::{self, Method};
use super::convert::chats as convert;
use super::files::{Access, access};
use super::probe;
use super::wire;
use super::wire::account::{Roles, SellerInfo};
use super::wire::chats::{ChatList, History};
use crate::connectors::push::{Push, PushKind};
use crate::connectors::{
    AccountProblem, Audience, ChatProblem, ConnectorError, Denial, Moderation, RemoteMessage,
};
use crate::features::inbox::types::{AttachmentKind, Author};
use proptest::prelude::*;
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use std::time::Duration;

const HISTORY: &str = include_str!("fixtures/history.json");
const LIST: &str = include_str!("fixtures/list.json");

fn history() -> Vec<RemoteMessage> {
    let page: History = serde_json::from_str(HISTORY).expect("the fixture is a page");
    page.messages.into_iter().map(convert::message).collect()
}

fn text(data: Value) -> RemoteMessage {
    convert::message(json!({ "message_id": "1", "user": { "type": "Seller" }, "data": data }))
}

#[test]
fn authors_are_known_by_their_type_however_it_is_spelt() {
    let authors: Vec<Author> = history().iter().map(|message| message.author).collect();
    let expected = [
        Author::Buyer,
        Author::Buyer,
        Author::SellerElsewhere,
        Author::Bot,
        Author::Marketplace,
        Author::Marketplace,
        Author::Marketplace,
    ];
    assert_eq!(authors, expected);
}

#[test]
fn ids_keep_every_digit_and_sort_as_numbers() {
    let messages = history();
    assert_eq!(messages[0].external_id, "3000000000817031942");
    assert_eq!(messages[1].external_id, "18446744073709551615");
    assert_eq!(messages[0].sort_key.len(), 20);
    assert!(messages[0].sort_key < messages[1].sort_key);
}

#[test]
fn times_orders_and_reading_are_taken_over() {
    let messages = history();
    let first = &messages[0];
    assert_eq!(first.sent_at.map(|at| at.to_rfc3339()), Some("2026-11-19T14:15:22.120+00:00".into()));
    assert!(first.is_read);
    assert_eq!(first.order_number.as_deref(), Some("12345678-0001"));
    assert_eq!(messages[1].order_number, None);
    assert_eq!(messages[2].sent_at, None, "the zero time says nothing");
}

#[test]
fn what_a_message_is_about_and_how_its_picture_fares_is_taken_over() {
    let messages = history();
    assert_eq!((messages[0].sku.as_deref(), messages[0].moderation), (Some("987654321"), Moderation::Passed));
    assert_eq!((messages[1].sku.as_deref(), messages[1].moderation), (None, Moderation::Pending));
    let picture = |status: Value, data: &str| {
        let user = json!({ "type": "Seller" });
        let body = json!({ "message_id": 1, "user": user, "moderate_image_status": status, "data": [data] });
        convert::message(body).moderation
    };
    let markdown = "![](https://api-seller.ozon.ru/v2/chat/file/a.png)";
    assert_eq!(picture(json!("Failed"), markdown), Moderation::Rejected);
    assert_eq!(picture(json!("SOMETHING_NEW"), markdown), Moderation::Passed);
    assert_eq!(picture(json!(7), markdown), Moderation::Passed);
    assert_eq!(picture(json!("MODERATION"), "без картинки"), Moderation::Passed, "texts are not moderated");
    let about_nothing = convert::message(json!({ "message_id": 1, "context": { "sku": 0 } }));
    assert_eq!(about_nothing.sku, None);
    let number = convert::message(json!({ "message_id": 1, "context": { "sku": 1100526203 } }));
    assert_eq!(number.sku.as_deref(), Some("1100526203"));
}

#[test]
fn what_cannot_be_understood_is_kept_and_does_not_stop_the_rest() {
    let messages = history();
    let odd = &messages[6];
    assert!(odd.external_id.starts_with("raw:"));
    assert_eq!(odd.raw, Some(json!({ "who": "knows", "text": "нет номера" })));
    assert_eq!(odd.body, "");
    assert_eq!(convert::message(odd.raw.clone().expect("kept")).external_id, odd.external_id);
    assert!(messages[..6].iter().all(|message| message.raw.is_none()));
}

#[test]
fn markdown_becomes_text_and_attachments() {
    type Named = (AttachmentKind, &'static str);
    let cases: [(&str, &str, &[Named]); 12] = [
        ("просто текст", "просто текст", &[]),
        ("![](https://api-seller.ozon.ru/v2/chat/file/a/b.png)", "", &[(AttachmentKind::Image, "b.png")]),
        ("![кот](https://x.ru/1)", "", &[(AttachmentKind::Image, "кот")]),
        (
            "[чек (1).pdf (24 KB)](https://api-seller.ozon.ru/v2/chat/file/z.pdf)",
            "",
            &[(AttachmentKind::File, "чек (1).pdf (24 KB)")],
        ),
        (
            "подойдёт [ модель ](https://www.ozon.ru/product/a) или нет?",
            "подойдёт  модель  или нет?",
            &[(AttachmentKind::Link, "модель")],
        ),
        ("[](https://www.ozon.ru/p)", "https://www.ozon.ru/p", &[(AttachmentKind::Link, "p")]),
        ("[нажми](javascript:alert(1))", "[нажми](javascript:alert(1))", &[]),
        ("![x](data:image/png;base64,AA)", "![x](data:image/png;base64,AA)", &[]),
        ("размер [42] (или 44)", "размер [42] (или 44)", &[]),
        ("[[x](https://a.ru/1_(2))]", "[x]", &[(AttachmentKind::Link, "x")]),
        ("не закрыто [x](https://a.ru", "не закрыто [x](https://a.ru", &[]),
        ("[x](https://a.ru \"тема\")", "[x](https://a.ru \"тема\")", &[]),
    ];
    for (data, body, attachments) in cases {
        let message = text(json!([data]));
        assert_eq!(message.body, body, "{data}");
        let found: Vec<_> = message.attachments.iter().map(|file| (file.kind, file.name.as_str())).collect();
        assert_eq!(found, attachments, "{data}");
        assert_eq!(message.raw, None, "{data}");
    }
}

#[test]
fn parts_are_lines_and_odd_parts_stay_readable() {
    assert_eq!(text(json!(["раз", "", "два"])).body, "раз\nдва");
    assert_eq!(text(json!("один")).body, "один");
    let odd = text(json!(["раз", { "kind": "sticker" }, 7]));
    assert_eq!(odd.body, "раз\n{\"kind\":\"sticker\"}\n7");
    assert!(odd.raw.is_some());
    assert!(text(Value::Null).raw.is_some());
}

#[test]
fn nothing_that_postgres_refuses_gets_through() {
    let message = convert::message(json!({
        "message_id": "5", "user": {}, "data": ["a\0b ![n\0m](https://x.ru/\0a)", { "k\0": "\0" }],
        "context": { "order_number": "1\0-2" },
    }));
    let everything = format!("{message:?}{}", message.raw.clone().unwrap_or_default());
    assert!(!everything.contains('\0') && !everything.contains("\\0") && !everything.contains("\\u0000"));
    assert!(convert::message(json!({ "message_id": "\0" })).external_id.starts_with("raw:"));
    assert!(convert::message(json!({ "message_id": "9".repeat(5000) })).external_id.starts_with("raw:"));
}

#[test]
fn the_list_is_read_whatever_its_spelling() {
    let page: ChatList = serde_json::from_str(LIST).expect("the fixture is a page");
    assert_eq!((page.has_next, page.cursor.as_deref()), (Some(true), Some("30000002342123123")));
    let chats: Vec<_> = page.chats.into_iter().filter_map(convert::chat).collect();
    assert_eq!(chats.len(), 3, "the one without an id is left out");
    assert_eq!(chats[0].audience, Audience::Marketplace);
    assert_eq!(chats[0].last_message_id.as_deref(), Some("30000000001280042740"));
    assert_eq!(chats[1].audience, Audience::Buyer);
    assert_eq!(chats[1].last_message_id.as_deref(), Some("3000000000817031943"));
    assert!(chats[1].is_unread && !chats[1].is_closed);
    assert_eq!((chats[2].audience, chats[2].is_closed), (Audience::Buyer, true));
    assert_eq!((chats[2].is_unread, &chats[2].last_message_id), (false, &None));
}

#[test]
fn system_chats_are_told_from_buyers() {
    let audience = |kind: &str| {
        convert::chat(json!({ "chat": { "chat_id": "a", "chat_type": kind } }))
            .expect("it has an id")
            .audience
    };
    for own in ["SELLER_SUPPORT", "Seller_Notification", "SELLER_NOTIFICATIONS", "SELLER_API_UPDATES"] {
        assert_eq!(audience(own), Audience::Marketplace, "{own}");
    }
    for buyer in ["BUYER_SELLER", "BUYER_SELLER_SELECT", "UNSPECIFIED", "SOMETHING_NEW", ""] {
        assert_eq!(audience(buyer), Audience::Buyer, "{buyer}");
    }
}

#[test]
fn the_border_is_dropped_and_a_page_ends_where_one_can_go_on() {
    let message = |id: &str| convert::message(json!({ "message_id": id }));
    let raw = || convert::message(json!("?"));
    let ids = |messages: Vec<RemoteMessage>| messages.into_iter().map(|m| m.external_id).collect::<Vec<_>>();
    assert_eq!(ids(without_border(vec![message("7"), message("8")], Some("7"))), ["8"]);
    assert_eq!(ids(without_border(vec![message("7"), message("8")], Some("6"))), ["7", "8"]);
    assert_eq!(ids(without_border(vec![message("7")], None)), ["7"]);
    let mended = ids(end_with_own_id(vec![message("7"), message("8"), raw(), raw()]));
    assert_eq!((mended[0].as_str(), mended[3].as_str()), ("7", "8"));
}

#[test]
fn refusals_mean_what_their_words_say() {
    use ConnectorError::{Account, Chat, Interrupted, RateLimited};
    let said = |method, status: u16, message: &str| {
        let body = json!({ "code": 7, "message": message, "details": [] }).to_string();
        client::refusal(method, StatusCode::from_u16(status).expect("a status"), &body, None)
    };
    let send = Method::SendMessage;
    let account = [
        (
            Method::Roles,
            403,
            "Invalid Api-Key, please check the key and try again",
            AccountProblem::WrongCredentials,
        ),
        (send, 404, "Invalid Api-Key, please check the key and try again", AccountProblem::WrongCredentials),
        (Method::Roles, 401, "", AccountProblem::WrongCredentials),
        (Method::Roles, 403, "Client-Id and Api-Key headers are required", AccountProblem::WrongCredentials),
        (
            send,
            403,
            "Api-key is deactivated, use another one or generate a new one",
            AccountProblem::KeyDeactivated,
        ),
        (send, 403, "Api-Key is missing a required role for a method", AccountProblem::MethodNotAllowed),
        (send, 403, "method is not allowed", AccountProblem::MethodNotAllowed),
        (send, 403, "Api-Key is restricted to specific IP addresses", AccountProblem::AddressNotAllowed),
        (send, 403, "Offer not signed", AccountProblem::OfferNotSigned),
        (
            Method::ChatHistory,
            403,
            "Information is available starting from the premium plus subscription",
            AccountProblem::SubscriptionTooLow,
        ),
        (send, 403, "not available with existing subscription", AccountProblem::SubscriptionTooLow),
        (Method::ChatList, 400, "limit is too large", AccountProblem::Other("limit is too large".into())),
    ];
    for (method, status, words, problem) in account {
        assert_eq!(said(method, status, words), Account(problem), "{words}");
    }
    let chat = [
        (
            403,
            "rpc error: code = PermissionDenied desc = access period has expired",
            ChatProblem::WindowClosed,
        ),
        (403, "actions with this chat not permitted", ChatProblem::WindowClosed),
        (400, "chat not started by buyer", ChatProblem::WaitForBuyer),
        (404, "chat not found", ChatProblem::NotFound),
        (403, "rpc error: code = X desc = text has links", ChatProblem::Refused("text has links".into())),
    ];
    for (status, words, problem) in chat {
        assert_eq!(said(send, status, words), Chat(problem), "{words}");
    }
    let limited = RateLimited { retry_after: None };
    assert_eq!(said(send, 429, "You have reached request rate limit per second"), limited);
    assert_eq!(said(send, 403, "You have reached request rate limit per second"), limited);
    let circle = RateLimited { retry_after: Some(Duration::from_secs(180)) };
    assert_eq!(said(send, 403, "Circle is open"), circle);
    assert!(matches!(said(send, 500, "Internal error"), Interrupted(_)));
    assert!(matches!(said(Method::Roles, 502, "chat not found"), Interrupted(_)));
}

#[test]
fn pages_and_retired_paths_are_not_taken_for_ozons_word_on_a_chat() {
    let plain = |status, body| client::refusal(Method::SendMessage, status, body, None);
    let retired = plain(StatusCode::NOT_FOUND, "404 page not found\n");
    let words = AccountProblem::Other("404 page not found".into());
    assert_eq!(retired, ConnectorError::Account(words));
    let firewall = plain(StatusCode::FORBIDDEN, "<html>Access denied</html>");
    assert!(matches!(firewall, ConnectorError::Interrupted(_)));
}

#[test]
fn a_missing_right_to_a_side_method_stops_nothing_else() {
    let said = |method, status: u16, message: &str| {
        let body = json!({ "code": 7, "message": message, "details": [] }).to_string();
        client::refusal(method, StatusCode::from_u16(status).expect("a status"), &body, None)
    };
    let role = "Api-Key is missing a required role for a method";
    let side = [
        Method::SendFile,
        Method::ChatStart,
        Method::ChatRead,
        Method::SellerInfo,
        Method::FbsGet,
        Method::FbsList,
        Method::FboGet,
        Method::FboList,
        Method::Products,
        Method::Returns,
        Method::PushSet,
        Method::PushUpdate,
        Method::PushEnable,
        Method::PushDelete,
        Method::PushCheck,
        Method::PushList,
    ];
    for method in side {
        assert_eq!(said(method, 403, role), ConnectorError::Denied(Denial::Role), "{method:?}");
        let deactivated = said(method, 403, "Api-key is deactivated, use another one or generate a new one");
        assert_eq!(deactivated, ConnectorError::Account(AccountProblem::KeyDeactivated), "{method:?}");
        let address = said(method, 403, "Api-Key is restricted to specific IP addresses");
        assert_eq!(address, ConnectorError::Account(AccountProblem::AddressNotAllowed), "{method:?}");
    }
    for method in [Method::ChatList, Method::ChatHistory, Method::SendMessage, Method::Roles] {
        let refused = ConnectorError::Account(AccountProblem::MethodNotAllowed);
        assert_eq!(said(method, 403, role), refused, "{method:?}");
    }
    let poor = "not available with existing subscription";
    assert_eq!(said(Method::Returns, 403, poor), ConnectorError::Denied(Denial::Subscription));
    let too_low = ConnectorError::Account(AccountProblem::SubscriptionTooLow);
    assert_eq!(said(Method::SendFile, 403, poor), too_low, "all chat methods need the same one");
}

#[test]
fn a_refused_question_about_an_order_is_no_problem_of_the_account() {
    let said = |method, status: u16, body: &str| {
        client::refusal(method, StatusCode::from_u16(status).expect("a status"), body, None)
    };
    let missing = r#"{"code":5,"message":"POSTING_NOT_FOUND","details":[]}"#;
    for status in [400, 404] {
        let answer = said(Method::FbsGet, status, missing);
        assert_eq!(answer, ConnectorError::Chat(ChatProblem::NotFound));
    }
    let words = ConnectorError::Chat(ChatProblem::Refused("PERIOD_IS_TOO_LONG".into()));
    assert_eq!(said(Method::FboList, 400, r#"{"code":3,"message":"PERIOD_IS_TOO_LONG"}"#), words);
    let start = ConnectorError::Chat(ChatProblem::Refused("chat cannot be created".into()));
    assert_eq!(said(Method::ChatStart, 403, r#"{"code":7,"message":"chat cannot be created"}"#), start);
    let retired = said(Method::FbsList, 404, "404 page not found");
    assert_eq!(retired, ConnectorError::Chat(ChatProblem::Refused("404 page not found".into())));
    assert!(matches!(said(Method::Products, 500, missing), ConnectorError::Interrupted(_)));
}

#[test]
fn a_long_refusal_is_shortened() {
    let body = json!({ "code": 3, "message": "ж".repeat(5000) }).to_string();
    let refusal = client::refusal(Method::SendMessage, StatusCode::BAD_REQUEST, &body, None);
    let ConnectorError::Chat(ChatProblem::Refused(words)) = refusal else { panic!("{refusal:?}") };
    assert_eq!(words.chars().count(), 300);
}

#[test]
fn files_are_fetched_from_ozon_only_and_keys_go_to_its_api_only() {
    let sandbox = |url: &str| access(&Url::parse(url).expect("an address"), "http://127.0.0.1:3100");
    let cases = [
        ("http://127.0.0.1:3100/v2/chat/file/a.png", Access::WithKey),
        ("http://127.0.0.1:3101/v2/chat/file/a.png", Access::Refused),
        ("https://127.0.0.1:3100/v2/chat/file/a.png", Access::Refused),
        ("http://localhost:3100/v2/chat/file/a.png", Access::Refused),
        ("https://api-seller.ozon.ru/v2/chat/file/a.png", Access::WithKey),
        ("http://api-seller.ozon.ru/v2/chat/file/a.png", Access::Refused),
        ("https://api-seller.ozon.ru:444/a.png", Access::Refused),
        ("https://cdn1.ozon.ru/a.png", Access::WithoutKey),
        ("https://ir.ozonusercontent.com/a.png", Access::WithoutKey),
        ("https://cdn1.ozone.ru/s3/multimedia-1/wc1000/1.jpg", Access::WithoutKey),
        ("https://ir.ozone.ru/1.jpg", Access::WithoutKey),
        ("http://ir.ozone.ru/1.jpg", Access::Refused),
        ("https://api-seller.ozone.ru/1.jpg", Access::WithoutKey),
        ("https://ozone.ru.evil.com/1.jpg", Access::Refused),
        ("https://evilozon.ru/a.png", Access::Refused),
        ("https://ozon.ru.evil.com/a.png", Access::Refused),
        ("https://api-seller.ozon.ru@evil.com/a.png", Access::Refused),
        ("https://key@api-seller.ozon.ru/a.png", Access::Refused),
        ("file:///etc/passwd", Access::Refused),
        ("http://169.254.169.254/latest", Access::Refused),
    ];
    for (url, expected) in cases {
        assert_eq!(sandbox(url), expected, "{url}");
    }
}

/// Names of fields that some reader looks at.
const NAMES: [&str; 60] = [
    "message_id",
    "user",
    "type",
    "data",
    "chat",
    "chat_id",
    "chat_type",
    "chat_status",
    "context",
    "order_number",
    "created_at",
    "is_image",
    "is_read",
    "sku",
    "moderate_image_status",
    "last_message_id",
    "unread_count",
    "chats",
    "messages",
    "cursor",
    "has_next",
    "postings",
    "result",
    "posting_number",
    "status",
    "substatus",
    "tpl_integration_type",
    "delivery_method",
    "tpl_provider",
    "analytics_data",
    "city",
    "fact_delivery_date",
    "cancellation",
    "available_actions",
    "products",
    "offer_id",
    "name",
    "quantity",
    "price",
    "currency_code",
    "amount",
    "currency",
    "items",
    "sources",
    "primary_image",
    "images",
    "is_archived",
    "returns",
    "product",
    "visual",
    "urls",
    "types",
    "id",
    "enable",
    "url",
    "errors",
    "is_active",
    "description",
    "message_type",
    "seller_id",
];

/// Any JSON, with the field names that matter more often than chance would have it.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![9 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => ".{0,6}"];
    let text = prop_oneof![
        ".{0,40}",
        "[\\[\\]()!a:/.\u{0}]{0,40}",
        Just("[a](https://x.ru/chat/file/b)".to_owned()),
        Just("9999-99-99T99:99:99Z".to_owned()),
        Just("Customer".to_owned()),
        prop::sample::select(vec![
            "TYPE_NEW_MESSAGE",
            "TYPE_MESSAGE_READ",
            "delivered",
            "1990.00",
            "3000000000817031942"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_a_message_that_can_be_stored(value in any_json()) {
        let message = convert::message(value.clone());
        prop_assert!(!message.external_id.is_empty() && message.external_id.len() <= 200);
        prop_assert!(!message.sort_key.contains('\0') && !message.body.contains('\0'));
        for file in &message.attachments {
            prop_assert!(file.url.starts_with("http"));
            prop_assert!(!file.url.contains('\0') && !file.name.contains('\0'));
        }
        prop_assert_eq!(convert::message(value).external_id, message.external_id);
    }

    #[test]
    fn any_json_is_a_chat_or_left_out(value in any_json()) {
        if let Some(chat) = convert::chat(value) {
            prop_assert!(!chat.external_id.is_empty() && !chat.external_id.contains('\0'));
        }
    }

    #[test]
    fn any_object_is_a_page(value in any_json()) {
        if value.is_object() {
            prop_assert!(serde_json::from_value::<History>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<ChatList>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<Roles>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<SellerInfo>(value).is_ok());
        }
    }

    /// Whatever a buyer writes, every letter of it is on the screen, in the text or as the name of an attachment.
    #[test]
    fn no_letter_is_lost(words in prop::collection::vec("[a-zа-я]{1,8}", 1..6), shape in 0..6usize) {
        let joined = words.join(" ");
        let data = match shape {
            0 => joined.clone(),
            1 => format!("[{joined}](https://www.ozon.ru/x)"),
            2 => format!("![{joined}](https://www.ozon.ru/x)"),
            3 => format!("[{joined}](ftp://x)"),
            4 => format!("[[{joined}"),
            _ => format!("{joined}]("),
        };
        let message = text(json!([data]));
        let seen = message.attachments.iter().fold(message.body, |all, file| all + &file.name);
        for word in words {
            prop_assert!(seen.contains(&word));
        }
    }

    #[test]
    fn no_refusal_makes_the_reader_stumble(status in 300u16..600, body in ".{0,200}") {
        let status = StatusCode::from_u16(status).expect("within range");
        let error = client::refusal(Method::SendMessage, status, &body, None);
        prop_assert!(error.to_string().chars().count() < 2000);
    }

    #[test]
    fn half_characters_do_not_make_a_page_unreadable(before in "[a-z\\\\\"]{0,6}", unit in 0xD800u16..0xDFFF) {
        let escaped = serde_json::to_string(&before).expect("text is JSON");
        let json = format!("{{\"message\":{}\\u{unit:04x} x\"}}", &escaped[..escaped.len() - 1]);
        let status: Option<wire::RpcStatus> = client::parse(&json);
        let message = status.and_then(|status| status.message).unwrap_or_default();
        prop_assert!(message.contains('\u{FFFD}'), "{}", message);
    }
}

/// Valid documents of every kind, to be broken in one place.
const DOCUMENTS: [&str; 10] = [
    HISTORY,
    LIST,
    include_str!("fixtures/fbs_get.json"),
    include_str!("fixtures/fbs_list.json"),
    include_str!("fixtures/fbo_list.json"),
    include_str!("fixtures/products.json"),
    include_str!("fixtures/returns.json"),
    include_str!("fixtures/push_endpoints.json"),
    include_str!("fixtures/push_check.json"),
    include_str!("fixtures/push_message.json"),
];

/// Every place in a document, outermost first.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                places(item, format!("{at}/{n}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// A document with something else in one of its places.
fn with_other(document: &str, place: prop::sample::Index, other: Value) -> (Value, String) {
    let mut document: Value = serde_json::from_str(document).expect("a fixture is JSON");
    let mut all = Vec::new();
    places(&document, String::new(), &mut all);
    let place = place.get(&all).clone();
    *document.pointer_mut(&place).expect("the place was found in it") = other;
    (document, place)
}

/// What must hold of any reading whatever: every message is there under an id, and Postgres takes all of it.
fn is_sound(reading: &probe::Reading) -> bool {
    let orders = json!([reading.postings, reading.products, reading.returns, reading.complaints]);
    reading.messages.len() == reading.message_elements
        && reading.messages.iter().all(|message| !message.external_id.is_empty() && is_storable(message))
        && !has_nul(&orders)
}

fn is_storable(message: &RemoteMessage) -> bool {
    let files: Vec<_> = message.attachments.iter().map(|file| json!([file.url, file.name])).collect();
    let known = json!([message.external_id, message.body, message.order_number, message.sku, files]);
    !has_nul(&known) && !message.raw.as_ref().is_some_and(has_nul)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn all_readers_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(is_sound(&probe::read(&bytes)));
    }

    #[test]
    fn all_readers_take_any_json(value in any_json()) {
        prop_assert!(is_sound(&probe::read(value.to_string().as_bytes())));
    }

    #[test]
    fn all_readers_take_documents_with_one_odd_place(
        document in prop::sample::select(&DOCUMENTS[..]),
        place in any::<prop::sample::Index>(),
        other in any_json(),
    ) {
        let (document, place) = with_other(document, place, other);
        prop_assert!(is_sound(&probe::read(document.to_string().as_bytes())), "{}", place);
    }

    #[test]
    fn all_readers_take_documents_that_break_off(
        document in prop::sample::select(&DOCUMENTS[..]),
        end in any::<prop::sample::Index>(),
    ) {
        prop_assert!(is_sound(&probe::read(&document.as_bytes()[..end.index(document.len())])));
    }

    /// A message stays where it was, whatever becomes of its neighbour or of one of its own fields.
    #[test]
    fn one_odd_message_takes_no_other_with_it(
        element in 0..7usize,
        place in any::<prop::sample::Index>(),
        other in any_json(),
    ) {
        let whole = history();
        let mut page: Value = serde_json::from_str(HISTORY).expect("the fixture is a page");
        let broken = with_other(&page["messages"][element].to_string(), place, other).0;
        page["messages"][element] = broken.clone();
        let read = probe::read(page.to_string().as_bytes()).messages;
        prop_assert_eq!(read.len(), whole.len());
        for (n, message) in read.iter().enumerate() {
            prop_assert!(n == element || *message == whole[n], "message {}", n);
        }
        let odd = &read[element];
        let is_visible = !odd.body.is_empty() || !odd.attachments.is_empty() || odd.raw.is_some();
        let has_nothing_to_show = broken["data"] == json!([]) || broken["data"] == json!("")
            || broken["data"].as_array().is_some_and(|parts| parts.iter().all(is_blank));
        prop_assert!(is_visible || has_nothing_to_show, "{:?} of {}", odd, broken);
    }

    /// The same for every list of which elements are left out when they say nothing of use.
    #[test]
    fn one_odd_element_takes_no_other_with_it(which in 0..5usize, other in any_json()) {
        let (document, list) = [
            (DOCUMENTS[1], "chats"),
            (DOCUMENTS[3], "postings"),
            (DOCUMENTS[5], "items"),
            (DOCUMENTS[6], "returns"),
            (DOCUMENTS[7], "urls"),
        ][which];
        let count = |document: &Value| {
            let reading = probe::read(document.to_string().as_bytes());
            let counts = [
                reading.chats.len(),
                reading.postings.len(),
                reading.products.len(),
                reading.returns.len(),
                reading.endpoints.len(),
            ];
            counts[which]
        };
        let whole: Value = serde_json::from_str(document).expect("a fixture is JSON");
        let mut more = whole.clone();
        more[list].as_array_mut().expect("a list").insert(0, other);
        prop_assert!(count(&whole) > 0 && count(&more) >= count(&whole));
    }

    #[test]
    fn a_push_keeps_its_word_whatever_else_it_says(word in "[A-Z_]{1,40}", mut value in any_json()) {
        if let Some(fields) = value.as_object_mut() {
            fields.insert("message_type".into(), json!(format!("TYPE_X{word}")));
            let push = super::push::parse(value.to_string().as_bytes());
            let Push::Event(event) = push else { panic!("{push:?}") };
            prop_assert_eq!(event.kind, PushKind::Other(format!("TYPE_X{word}")));
        }
    }
}

fn is_blank(part: &Value) -> bool {
    part.as_str().is_some_and(|text| text.replace('\0', "").trim().is_empty())
}

#[test]
fn whole_pairs_survive_the_repair() {
    let json = r#"{"message":"\ud83d\ude00 \ud83d \\ud83d \u0041"}"#;
    let status: wire::RpcStatus = client::parse(json).expect("mended");
    assert_eq!(status.message.as_deref(), Some("😀 \u{FFFD} \\ud83d A"));
}
