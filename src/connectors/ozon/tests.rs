//! Parsing, conversion and the meaning of refusals, without a network. The rest is tested against the sandbox.

use super::client::{self, Method};
use super::{Access, access, convert, end_with_own_id, wire, without_border};
use crate::connectors::{AccountProblem, Audience, ChatProblem, ConnectorError, RemoteMessage};
use crate::features::inbox::types::{AttachmentKind, Author};
use proptest::prelude::*;
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use std::time::Duration;

const HISTORY: &str = include_str!("fixtures/history.json");
const LIST: &str = include_str!("fixtures/list.json");

fn history() -> Vec<RemoteMessage> {
    let page: wire::History = serde_json::from_str(HISTORY).expect("the fixture is a page");
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
    let page: wire::ChatList = serde_json::from_str(LIST).expect("the fixture is a page");
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

/// Any JSON, with the field names that matter more often than chance would have it.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("message_id".to_owned()),
        Just("user".to_owned()),
        Just("type".to_owned()),
        Just("data".to_owned()),
        Just("chat".to_owned()),
        Just("chat_id".to_owned()),
        Just("context".to_owned()),
        Just("order_number".to_owned()),
        Just("created_at".to_owned()),
        Just("is_image".to_owned()),
        ".{0,6}",
    ];
    let text = prop_oneof![
        ".{0,40}",
        "[\\[\\]()!a:/.\u{0}]{0,40}",
        Just("[a](https://x.ru/chat/file/b)".to_owned()),
        Just("9999-99-99T99:99:99Z".to_owned()),
        Just("Customer".to_owned()),
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
            prop_assert!(serde_json::from_value::<wire::History>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<wire::ChatList>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<wire::Roles>(value.clone()).is_ok());
            prop_assert!(serde_json::from_value::<wire::SellerInfo>(value).is_ok());
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

#[test]
fn whole_pairs_survive_the_repair() {
    let json = r#"{"message":"\ud83d\ude00 \ud83d \\ud83d \u0041"}"#;
    let status: wire::RpcStatus = client::parse(json).expect("mended");
    assert_eq!(status.message.as_deref(), Some("😀 \u{FFFD} \\ud83d A"));
}
