use super::{Answer, Bot, is_chat, is_token};
use crate::platform::http::Outbound;
use crate::platform::secret::Secret;
use crate::shared::telegram::TelegramProblem::{self, *};
use reqwest::StatusCode;
use std::time::Duration;

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

#[test]
fn what_becomes_part_of_an_address_is_looked_at_first() {
    assert!(is_token(TOKEN));
    for wrong in [
        "",
        "110201543",
        "x:AAHdqTcvCH1vGWJxfSeofSAs0K5",
        "1:short",
        "1:../../etc/passwd/../../../x",
        "1:AAHdqTcv/H1vGWJxfSeofSAs0K5",
    ] {
        assert!(!is_token(wrong), "{wrong}");
    }
    for chat in ["12345", "-1001234567890", "@shop_leads"] {
        assert!(is_chat(chat), "{chat}");
    }
    for wrong in ["", "-", "@x", "@имя", "1 2", "--1", "t.me/x"] {
        assert!(!is_chat(wrong), "{wrong}");
    }
}

#[test]
fn refusals_are_told_apart_and_repeat_no_token() {
    let http = Outbound::new(Duration::from_secs(1)).expect("TLS is usable").client;
    let bot = Bot::new(&http, "http://127.0.0.1:1", Secret::new(TOKEN.to_owned()));
    let problem = |status: u16, body: &str| -> TelegramProblem {
        let answer: Answer = serde_json::from_str(body).expect("an answer");
        bot.refusal(StatusCode::from_u16(status).expect("a status"), &answer).problem
    };
    let table = [
        (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#, WrongToken),
        (404, r#"{"ok":false,"error_code":404,"description":"Not Found"}"#, WrongToken),
        (400, r#"{"ok":false,"description":"Bad Request: chat not found"}"#, ChatNotFound),
        (403, r#"{"ok":false,"description":"Forbidden: bot was blocked by the user"}"#, Blocked),
        (
            400,
            r#"{"ok":false,"description":"Bad Request: not enough rights to send text messages to the chat"}"#,
            Blocked,
        ),
        (
            400,
            r#"{"ok":false,"description":"Bad Request: group chat was upgraded","parameters":{"migrate_to_chat_id":-1001}}"#,
            ChatMoved,
        ),
        (400, r#"{"ok":false,"description":"Bad Request: message text is empty"}"#, Refused),
        (
            429,
            r#"{"ok":false,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#,
            TooMany,
        ),
        (502, r#"{"ok":false,"description":"Bad Gateway"}"#, Unreachable),
    ];
    for (status, body, expected) in table {
        assert_eq!(problem(status, body), expected, "{body}");
    }
    let answer: Answer = serde_json::from_str(&format!(r#"{{"ok":false,"description":"no bot {TOKEN}"}}"#))
        .expect("an answer");
    let said = bot.refusal(StatusCode::BAD_REQUEST, &answer).said.expect("words");
    assert!(!said.contains("AAHdq"), "{said}");
}
