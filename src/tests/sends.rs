//! Many sends whose answers never come back.

use crate::harness::{TestApp, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, Faults};
use agentiq::shared::ids::{ChatId, ReplyId};
use agentiq::shared::role::Role;
use serde_json::json;
use std::collections::HashMap;

const SEND: &str = "/v1/chat/send/message";

/// A shop whose buyers wait in so many chats: the chats on the marketplace and here.
async fn shop(app: &TestApp, chats: usize) -> Vec<(String, ChatId)> {
    let external: Vec<String> = (0..chats).map(|_| app.buyer_begins("Где мой заказ?")).collect();
    app.connect_shop().await;
    let mut shop = Vec::new();
    for external in external {
        let chat = app.chat(&external).await;
        shop.push((external, chat));
    }
    shop
}

/// How many replies are in each state.
async fn states(app: &TestApp) -> HashMap<String, i64> {
    let sql = app.sql().await;
    let mut states = HashMap::new();
    for state in ["queued", "sending", "sent", "visible", "rejected", "unsure", "failed"] {
        let count = sql.number(&format!("SELECT count(*) FROM replies WHERE state = '{state}'")).await;
        if count > 0 {
            states.insert(state.to_owned(), count);
        }
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_sends_without_an_answer_arrive_once_each() {
    const CHATS: usize = 25;
    const REPLIES: usize = 500;
    let app = TestApp::working().await;
    let shop = shop(&app, CHATS).await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults {
        accept_then_reset: 1.0,
        only: Some(SEND.into()),
        times: Some(REPLIES as u32),
        ..Faults::default()
    });
    for number in 0..REPLIES {
        person.reply(shop[number % CHATS].1, &format!("Ответ номер {number}")).await;
    }
    // Longer than one look of the harness: the marketplace takes so many calls a second and no more.
    for share in 1..=20 {
        let wanted = (REPLIES * share / 20) as i64;
        until("the next replies are settled", async || {
            states(&app).await.get("visible").is_some_and(|visible| *visible >= wanted)
        })
        .await;
    }
    assert_eq!(app.ozon().faults().times, Some(0), "every answer was cut off");
    let mut counts: HashMap<String, usize> = HashMap::new();
    for send in app.ozon().all_sends() {
        *counts.entry(send.text).or_default() += 1;
    }
    assert_eq!(counts.len(), REPLIES, "none is lost");
    assert!(counts.values().all(|count| *count == 1), "none is doubled: {counts:?}");
    let sql = app.sql().await;
    let shown = "SELECT count(DISTINCT reply_id) FROM messages WHERE author = 'operator'";
    assert_eq!(sql.number(shown).await, REPLIES as i64, "each is recognised");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_known_is_marked_unsure_and_never_sent_again_blindly() {
    const CHATS: usize = 10;
    let app = TestApp::working().await;
    let shop = shop(&app, CHATS).await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults { accept_then_reset: 1.0, only: Some(SEND.into()), ..Faults::default() });
    let mut replies: Vec<(ReplyId, String)> = Vec::new();
    for (number, (_, chat)) in shop.iter().enumerate() {
        let (reply, text) = (ReplyId::new(), format!("Ответ номер {number}"));
        let arguments = json!({ "chat": chat, "reply": reply, "text": text });
        let _: serde_json::Value = person.want("inbox/reply", arguments).await;
        replies.push((reply, text));
    }
    // The key is revoked while answers are being cut off: the history can settle nothing any more.
    app.ozon().until(|ozon| !ozon.all_sends().is_empty()).await;
    app.ozon().revoke_key(DEMO_CLIENT_ID);
    let settled = async || {
        let states = states(&app).await;
        let count = |state: &str| states.get(state).copied().unwrap_or_default();
        count("unsure") + count("failed") + count("visible") == CHATS as i64
    };
    until("every reply has come to an end that a person can read", settled).await;
    let sql = app.sql().await;
    assert!(states(&app).await.contains_key("unsure"), "somebody has to look");
    let sends = app.ozon().all_sends();
    for (reply, text) in &replies {
        let state = sql.value(&format!("SELECT state FROM replies WHERE id = '{reply}'")).await;
        let times = sends.iter().filter(|send| send.text == *text).count();
        match state.as_deref() {
            Some("unsure" | "visible") => assert!(times <= 1, "{text}: sent {times} times"),
            Some("failed") => assert_eq!(times, 0, "{text}: certainly not sent"),
            other => panic!("{text}: {other:?}"),
        }
    }

    // A new key; the operator asks for all of them again: what is there is recognised, the rest is sent.
    app.ozon().set_faults(Faults::default());
    app.ozon().restore_key(DEMO_CLIENT_ID);
    let seller = sql.value("SELECT id FROM sellers").await.expect("a seller");
    let owner = app.person(Role::Owner).await;
    let _: () = owner.want("sellers/resume", json!({ "seller": seller })).await;
    for (reply, _) in &replies {
        person.ask("inbox/retry", json!({ "reply": reply })).await;
    }
    until("all are visible", async || states(&app).await.get("visible") == Some(&(CHATS as i64))).await;
    for (_, text) in &replies {
        let times = app.ozon().all_sends().iter().filter(|send| send.text == *text).count();
        assert_eq!(times, 1, "{text}");
    }
}
