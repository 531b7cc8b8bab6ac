//! The connector against the sandbox over real HTTP: everything between our words and Ozon's bytes.

use agentiq::connectors::ozon::Ozon;
use agentiq::connectors::sandbox::buyers::{BuyerPace, Tempo};
use agentiq::connectors::sandbox::ozon::{
    Account, ChatSummary, DEMO_API_KEY, DEMO_CLIENT_ID, DEMO_SHOP, Faults, IdStyle, MessageRecord, NewChat,
    OzonSandbox, Part, SandboxOptions, SandboxState, Sender,
};
use agentiq::connectors::{
    AccountProblem, Audience, ChatProblem, ChatScope, Connector, ConnectorError, HistoryFrom, RemoteChat,
    RemoteMessage,
};
use agentiq::features::inbox::types::{AttachmentKind, Author};
use agentiq::platform::http::Outbound;
use agentiq::platform::secret::Secret;
use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::json;
use std::collections::{BTreeSet, HashSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// Long enough for a busy machine, short enough to wait for in the tests that run into it.
const SEND_TIMEOUT: Duration = Duration::from_millis(700);

fn sandbox() -> OzonSandbox {
    sandbox_with(SandboxOptions::default())
}

fn sandbox_with(options: SandboxOptions) -> OzonSandbox {
    OzonSandbox::start(options).expect("a free port on loopback")
}

fn connect(url: &str, client_id: &str, key: &str) -> Ozon {
    let http = Outbound::new(SEND_TIMEOUT).expect("TLS is usable");
    Ozon::new(url, client_id, Secret::new(key.to_owned()), http)
}

fn demo(sandbox: &OzonSandbox) -> Ozon {
    connect(&sandbox.url(), DEMO_CLIENT_ID, DEMO_API_KEY)
}

fn chat_with(state: &SandboxState, texts: &[&str]) -> String {
    let chat = state.new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    for text in texts {
        state.buyer_writes(&chat, text);
    }
    chat
}

async fn all_chats(ozon: &Ozon, scope: ChatScope) -> Vec<RemoteChat> {
    let (mut chats, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = ozon.chats(scope, cursor.as_deref()).await.expect("a page of the list");
        chats.extend(page.chats);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return chats,
        }
    }
}

async fn newest(ozon: &Ozon, chat: &str) -> Vec<RemoteMessage> {
    ozon.history(chat, HistoryFrom::Newest).await.expect("a page of history").messages
}

#[tokio::test]
async fn a_good_account_tells_who_it_is_and_what_it_may_do() {
    let sandbox = sandbox();
    let account = demo(&sandbox).account().await.expect("the demo account is good");
    assert_eq!((account.external_id.as_str(), account.shop_name.as_str()), (DEMO_CLIENT_ID, DEMO_SHOP));
    assert_eq!(account.subscription, "PREMIUM_PLUS");
    assert!(account.subscription_allows_chats && account.key_expires_at.is_some());
    assert_eq!(account.missing_methods, Vec::<String>::new());
    assert!(account.methods.contains(&"/v3/chat/history".to_owned()));
    assert!(!account.methods.contains(&"/v1/roles".to_owned()), "only chat methods are told");
}

#[tokio::test]
async fn each_bad_account_says_what_is_the_matter() {
    let sandbox = sandbox();
    let account = |client_id: &'static str, key: &'static str| {
        let ozon = connect(&sandbox.url(), client_id, key);
        async move { ozon.account().await }
    };
    let problems = [
        (DEMO_CLIENT_ID, "wrong", AccountProblem::WrongCredentials),
        ("999", DEMO_API_KEY, AccountProblem::WrongCredentials),
        (DEMO_CLIENT_ID, "", AccountProblem::WrongCredentials),
        (DEMO_CLIENT_ID, "ключ\n", AccountProblem::WrongCredentials),
        ("100203", DEMO_API_KEY, AccountProblem::KeyDeactivated),
        ("100204", DEMO_API_KEY, AccountProblem::AddressNotAllowed),
        ("100205", DEMO_API_KEY, AccountProblem::OfferNotSigned),
    ];
    for (client_id, key, problem) in problems {
        assert_eq!(account(client_id, key).await, Err(ConnectorError::Account(problem)), "{client_id} {key}");
    }
    let roleless = account("100201", DEMO_API_KEY).await.expect("the key works");
    assert_eq!(roleless.missing_methods, ["/v3/chat/list", "/v3/chat/history", "/v1/chat/send/message"]);
    let poor = account("100202", DEMO_API_KEY).await.expect("the key works");
    assert_eq!((poor.subscription.as_str(), poor.subscription_allows_chats), ("PREMIUM", false));
}

#[tokio::test]
async fn a_key_that_may_not_ask_for_the_shop_says_so_and_an_empty_role_allows_nothing() {
    let sandbox = sandbox();
    let admin = agentiq::connectors::sandbox::ozon::Role { name: "Admin".into(), methods: Vec::new() };
    sandbox.state().set_roles(DEMO_CLIENT_ID, vec![admin]);
    let account = demo(&sandbox).account().await.expect("the key works");
    assert_eq!(account.methods, Vec::<String>::new());
    assert_eq!(account.missing_methods.len(), 4);
    assert!(account.missing_methods.contains(&"/v1/seller/info".to_owned()));
}

#[tokio::test]
async fn gates_of_roles_and_subscription_are_told_apart() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let roleless = connect(&sandbox.url(), "100201", DEMO_API_KEY);
    let refused = roleless.chats(ChatScope::All, None).await;
    assert_eq!(refused, Err(ConnectorError::Account(AccountProblem::MethodNotAllowed)));

    let poor = connect(&sandbox.url(), "100202", DEMO_API_KEY);
    let chat = state.new_chat(NewChat::of_buyer("100202"));
    state.buyer_writes(&chat, "Здравствуйте");
    assert_eq!(poor.chats(ChatScope::All, None).await.expect("the list has no gate").chats.len(), 1);
    let too_low = ConnectorError::Account(AccountProblem::SubscriptionTooLow);
    assert_eq!(poor.history(&chat, HistoryFrom::Newest).await, Err(too_low.clone()));
    assert_eq!(poor.send_text(&chat, "Добрый день").await, Err(too_low));
    let invalid = poor.send_text(&chat, "").await;
    assert!(matches!(invalid, Err(ConnectorError::Chat(ChatProblem::Refused(_)))), "validation comes first");

    state.set_subscription("100202", "PREMIUM_PRO");
    assert_eq!(poor.send_text(&chat, "Добрый день").await, Ok(()));
    state.revoke_key("100202");
    let revoked = poor.send_text(&chat, "Ещё").await;
    assert_eq!(revoked, Err(ConnectorError::Account(AccountProblem::KeyDeactivated)));
}

#[tokio::test]
async fn the_list_is_walked_to_its_end_with_the_marketplaces_own_chats_first() {
    for ids in [IdStyle::Mixed, IdStyle::Text, IdStyle::Numbers] {
        let sandbox = sandbox_with(SandboxOptions { ids, ..Default::default() });
        let state = sandbox.state();
        let buyers: HashSet<String> = (0..230).map(|n| chat_with(state, &[&format!("Вопрос {n}")])).collect();
        let ozon = demo(&sandbox);
        let chats = all_chats(&ozon, ChatScope::All).await;
        assert_eq!(chats.len(), 233);
        assert!(chats[..3].iter().all(|chat| chat.audience == Audience::Marketplace));
        let found: HashSet<String> = chats[3..].iter().map(|chat| chat.external_id.clone()).collect();
        assert_eq!(found, buyers);
        for chat in &chats {
            let last = state.messages(&chat.external_id).last().map(|message| message.id.to_string());
            assert_eq!(chat.last_message_id, last, "every digit of an id above 2^53 is kept");
            assert!(chat.is_unread && chat.created_at.is_some());
        }
    }
}

#[tokio::test]
async fn unread_and_closed_chats_are_told() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let (read, unread) = (chat_with(state, &["раз"]), chat_with(state, &["два"]));
    state.cabinet_reads(&read);
    state.close_chat(&unread);
    let ozon = demo(&sandbox);
    let listed = all_chats(&ozon, ChatScope::Unread).await;
    let buyers: Vec<_> = listed.iter().filter(|chat| chat.audience == Audience::Buyer).collect();
    assert_eq!(buyers.len(), 1);
    assert_eq!((buyers[0].external_id.as_str(), buyers[0].is_closed), (unread.as_str(), true));
    let all = all_chats(&ozon, ChatScope::All).await;
    assert!(all.iter().any(|chat| chat.external_id == read && !chat.is_unread));
}

#[tokio::test]
async fn history_is_walked_both_ways_without_gaps_or_doubles() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &[]);
    for n in 0..250 {
        state.buyer_writes(&chat, &format!("Сообщение {n}"));
    }
    let expected: Vec<String> = state.messages(&chat).iter().map(|message| message.id.to_string()).collect();
    let ozon = demo(&sandbox);

    let first = ozon.history(&chat, HistoryFrom::Newest).await.expect("a page");
    let mut ids: Vec<String> = first.messages.iter().map(|message| message.external_id.clone()).collect();
    let mut has_more = first.has_more;
    while has_more {
        let border = ids.last().cloned().expect("the page before had messages");
        let page = ozon.history(&chat, HistoryFrom::Before(&border)).await.expect("a page");
        ids.extend(page.messages.into_iter().map(|message| message.external_id));
        has_more = page.has_more;
    }
    ids.reverse();
    assert_eq!(ids, expected);

    let mut forward = vec![expected[0].clone()];
    loop {
        let border = forward.last().cloned().expect("it begins with one");
        let page = ozon.history(&chat, HistoryFrom::After(&border)).await.expect("a page");
        forward.extend(page.messages.into_iter().map(|message| message.external_id));
        if !page.has_more {
            break;
        }
    }
    assert_eq!(forward, expected);
    let end = expected.last().expect("there are messages");
    let nothing = ozon.history(&chat, HistoryFrom::After(end)).await.expect("a page");
    assert_eq!((nothing.messages.len(), nothing.has_more), (0, false));
}

#[tokio::test]
async fn messages_of_all_kinds_arrive_in_our_words() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let order = Some("12345678-0001".to_owned());
    let chat = state.new_chat(NewChat { order_number: order.clone(), ..NewChat::of_buyer(DEMO_CLIENT_ID) });
    state.buyer_writes(&chat, "Подойдёт к [модели](https://www.ozon.ru/product/1)? <b>x</b>");
    state.buyer_shows(&chat, "messenger-rotated-1/photo.png");
    state.bot_replies(&chat, "Мы ответим");
    state.cabinet_replies(&chat, "Подойдёт");
    state.plant(&chat, json!({ "message_id": null, "text": "?" }));
    state.buyer_writes(&chat, "Спасибо");
    let mut messages = newest(&demo(&sandbox), &chat).await;
    messages.reverse();
    let authors: Vec<Author> = messages.iter().map(|message| message.author).collect();
    use Author::{Bot, Buyer, Marketplace, SellerElsewhere};
    assert_eq!(authors, [Buyer, Buyer, Bot, SellerElsewhere, Marketplace, Buyer]);
    assert_eq!(messages[0].body, "Подойдёт к модели? <b>x</b>");
    assert_eq!(messages[0].attachments[0].kind, AttachmentKind::Link);
    assert_eq!(messages[0].order_number, order);
    assert!(messages[0].is_read, "the colleague in the cabinet has seen it");
    assert_eq!((messages[1].body.as_str(), messages[1].attachments[0].kind), ("", AttachmentKind::Image));
    assert!(messages[4].raw.is_some() && messages[3].raw.is_none());
    let own = newest(&demo(&sandbox), "7d0c0e52-0a01-4c11-8f00-000000000002").await;
    assert!(own.iter().all(|message| message.author == Author::Marketplace && message.raw.is_none()));
}

#[tokio::test]
async fn a_sent_text_is_in_the_history_once_and_reading_lowers_the_count() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Когда доставка?", "Жду"]);
    let ozon = demo(&sandbox);
    let text = "Добрый день!\nПривезём завтра 🙂";
    assert_eq!(ozon.send_text(&chat, text).await, Ok(()));
    let messages = newest(&ozon, &chat).await;
    assert_eq!((messages[0].author, messages[0].body.as_str()), (Author::SellerElsewhere, text));
    assert!(!messages[0].is_read);
    assert_eq!(state.sends(&chat).len(), 1);
    assert_eq!(state.sends(&chat)[0].message_id, messages[0].external_id);

    state.buyer_reads(&chat);
    assert!(newest(&ozon, &chat).await[0].is_read);
    let summary = |state: &SandboxState| -> ChatSummary {
        state.chats().into_iter().find(|one| one.id == chat).expect("the chat is listed")
    };
    assert_eq!(summary(state).unread, 2);
    ozon.mark_read(&chat, &messages[1].external_id).await.expect("marked");
    assert_eq!(summary(state).unread, 0);
}

#[tokio::test]
async fn chats_refuse_for_reasons_of_their_own() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let ozon = demo(&sandbox);
    let refused = |problem| Err(ConnectorError::Chat(problem));

    let closed = chat_with(state, &["Привет"]);
    state.close_chat(&closed);
    assert_eq!(ozon.send_text(&closed, "Да").await, refused(ChatProblem::WindowClosed));
    assert_eq!(ozon.send_text("no-such-chat", "Да").await, refused(ChatProblem::NotFound));
    let missing = ozon.history("no-such-chat", HistoryFrom::Newest).await;
    assert_eq!(missing, Err(ConnectorError::Chat(ChatProblem::NotFound)));

    let ours = chat_with(state, &[]);
    assert_eq!(ozon.send_text(&ours, "Здравствуйте").await, Ok(()));
    assert_eq!(ozon.send_text(&ours, "Вы тут?").await, refused(ChatProblem::WaitForBuyer));
    state.buyer_writes(&ours, "Да");
    assert_eq!(ozon.send_text(&ours, "Отлично").await, Ok(()));

    let long = ozon.send_text(&ours, &"ж".repeat(1001)).await;
    assert!(matches!(long, Err(ConnectorError::Chat(ChatProblem::Refused(_)))));
    assert_eq!(ozon.send_text(&ours, &"ж".repeat(1000)).await, Ok(()));
    let foreign = state.new_chat(NewChat::of_buyer("100202"));
    assert_eq!(ozon.send_text(&foreign, "Да").await, refused(ChatProblem::NotFound));
}

#[tokio::test]
async fn every_fault_is_reported_as_what_it_is() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Привет"]);
    let ozon = demo(&sandbox);
    let interrupting = [
        Faults { error_rate: 1.0, ..Default::default() },
        Faults { unavailable: true, ..Default::default() },
        Faults { reset_before: 1.0, ..Default::default() },
        Faults { truncate_json: 1.0, ..Default::default() },
    ];
    for faults in interrupting {
        state.set_faults(faults.clone());
        let listed = ozon.chats(ChatScope::All, None).await;
        assert!(matches!(listed, Err(ConnectorError::Interrupted(_))), "{faults:?}: {listed:?}");
        let history = ozon.history(&chat, HistoryFrom::Newest).await;
        assert!(matches!(history, Err(ConnectorError::Interrupted(_))), "{faults:?}: {history:?}");
    }
    assert!(state.sends(&chat).is_empty());
    state.set_faults(Faults { latency_ms: Some((1, 3)), ..Default::default() });
    assert!(ozon.chats(ChatScope::All, None).await.is_ok());
}

#[tokio::test]
async fn a_send_whose_answer_is_lost_is_interrupted_and_happened_once() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let ozon = demo(&sandbox);
    let faults = [
        Faults { accept_then_reset: 1.0, ..Default::default() },
        Faults { accept_then_hang: 1.0, ..Default::default() },
        Faults { truncate_json: 1.0, only: Some("/v1/chat/send/message".into()), ..Default::default() },
    ];
    for faults in faults {
        let chat = chat_with(state, &["Привет"]);
        state.set_faults(faults.clone());
        let sent = ozon.send_text(&chat, "Добрый день").await;
        assert!(matches!(sent, Err(ConnectorError::Interrupted(_))), "{faults:?}: {sent:?}");
        assert_eq!(state.sends(&chat).len(), 1, "{faults:?}");
        state.set_faults(Faults::default());
        let ours = newest(&ozon, &chat).await.into_iter().filter(|message| message.author.is_ours());
        assert_eq!(ours.count(), 1, "the history tells that it arrived");
    }
}

#[tokio::test]
async fn a_send_that_was_cut_before_it_arrived_is_interrupted_too_and_never_happened() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Привет"]);
    state.set_faults(Faults { reset_before: 1.0, times: Some(1), ..Default::default() });
    let ozon = demo(&sandbox);
    let sent = ozon.send_text(&chat, "Добрый день").await;
    assert!(matches!(sent, Err(ConnectorError::Interrupted(_))), "{sent:?}");
    assert!(state.sends(&chat).is_empty());
    assert_eq!(ozon.send_text(&chat, "Добрый день").await, Ok(()), "the fault was for one call");
}

#[tokio::test]
async fn a_marketplace_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let sent = connect(&url, "1", "k").send_text("chat", "text").await;
    assert!(matches!(sent, Err(ConnectorError::Unreachable(_))), "{sent:?}");
    let nonsense = connect("not a url", "1", "k").account().await;
    assert!(matches!(nonsense, Err(ConnectorError::Unreachable(_))), "{nonsense:?}");
}

#[tokio::test]
async fn a_busy_marketplace_is_left_alone_for_as_long_as_it_says() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let ozon = demo(&sandbox);
    let busy = Faults { http_429_rate: 1.0, retry_after_s: Some(30), times: Some(1), ..Default::default() };
    state.set_faults(busy);
    let limited = ozon.chats(ChatScope::All, None).await;
    assert_eq!(limited, Err(ConnectorError::RateLimited { retry_after: Some(Duration::from_secs(30)) }));
    let again = connect(&sandbox.url(), DEMO_CLIENT_ID, DEMO_API_KEY).chats(ChatScope::All, None).await;
    assert!(matches!(again, Err(ConnectorError::RateLimited { retry_after: Some(_) })), "{again:?}");
    assert_eq!(state.calls().get("/v3/chat/list"), Some(&1), "the second call did not leave the house");
    assert!(connect(&sandbox.url(), "100202", DEMO_API_KEY).chats(ChatScope::All, None).await.is_ok());
}

#[tokio::test]
async fn a_blocked_method_does_not_block_the_others() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Привет"]);
    let ozon = demo(&sandbox);
    let circle = Faults { circle_open: 1.0, only: Some("/v3/chat/history".into()), ..Default::default() };
    state.set_faults(circle);
    let limited = ozon.history(&chat, HistoryFrom::Newest).await;
    assert_eq!(limited, Err(ConnectorError::RateLimited { retry_after: Some(Duration::from_secs(180)) }));
    assert!(ozon.history(&chat, HistoryFrom::Newest).await.is_err());
    assert_eq!(state.calls().get("/v3/chat/history"), Some(&1));
    assert!(ozon.chats(ChatScope::All, None).await.is_ok());
}

#[tokio::test]
async fn calls_of_one_account_are_spread_over_time_whoever_makes_them() {
    // No limit there, so that only ours is seen.
    let sandbox = sandbox_with(SandboxOptions { requests_per_second: 1000, ..Default::default() });
    let (one, other) = (Arc::new(demo(&sandbox)), Arc::new(demo(&sandbox)));
    let begun = std::time::Instant::now();
    let calls = (0..60).map(|n| {
        let ozon = if n % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move { ozon.chats(ChatScope::All, None).await.is_ok() })
    });
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.expect("no panic")));
    // Five at once, then forty a second.
    assert!(begun.elapsed() > Duration::from_millis(1_300), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_sandbox_refuses_more_than_fifty_calls_a_second() {
    let sandbox = sandbox_with(SandboxOptions { requests_per_second: 2, ..Default::default() });
    let ozon = demo(&sandbox);
    let mut limited = 0;
    for _ in 0..3 {
        limited += usize::from(matches!(
            ozon.chats(ChatScope::All, None).await,
            Err(ConnectorError::RateLimited { .. })
        ));
    }
    assert_eq!(limited, 1);
}

#[tokio::test]
async fn the_list_may_be_ahead_of_the_history() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Привет"]);
    state.set_faults(Faults { list_lag_ms: 3_600_000, ..Default::default() });
    let ozon = demo(&sandbox);
    let listed = all_chats(&ozon, ChatScope::All).await;
    assert!(listed.iter().any(|one| one.external_id == chat && one.last_message_id.is_some()));
    assert!(newest(&ozon, &chat).await.is_empty());
}

#[tokio::test]
async fn the_window_closes_when_it_is_switched_on() {
    let file = scratch("window");
    let two_days_ago = agentiq::platform::clock::now() - chrono::TimeDelta::hours(49);
    let sandbox = sandbox_with(SandboxOptions { state_file: Some(file.clone()), ..Default::default() });
    let chat = chat_with(sandbox.state(), &["Привет"]);
    sandbox.shutdown().await;
    let stored = std::fs::read_to_string(&file).expect("the snapshot is there");
    let mut stored: serde_json::Value = serde_json::from_str(&stored).expect("it is JSON");
    stored["world"]["chats"][&chat]["messages"][0]["at"] = json!(two_days_ago);
    std::fs::write(&file, stored.to_string()).expect("the folder is writable");

    let sandbox = sandbox_with(SandboxOptions { state_file: Some(file.clone()), ..Default::default() });
    sandbox.state().set_faults(Faults { enforce_window: true, ..Default::default() });
    let sent = demo(&sandbox).send_text(&chat, "Извините за ожидание").await;
    assert_eq!(sent, Err(ConnectorError::Chat(ChatProblem::WindowClosed)));
    sandbox.shutdown().await;
    std::fs::remove_file(file).expect("it was ours");
}

#[tokio::test]
async fn files_come_with_the_key_and_only_from_home() {
    let sandbox = sandbox();
    let ozon = demo(&sandbox);
    let state = sandbox.state();
    let chat = chat_with(state, &[]);
    state.buyer_shows(&chat, "a/photo.png");
    let url = newest(&ozon, &chat).await[0].attachments[0].url.clone();
    let picture = ozon.file(&url).await.expect("the buyer's picture");
    assert!(picture.starts_with(b"\x89PNG"));
    let moved = format!("{}/v2/chat/file/moved/moved/a/photo.png", sandbox.url());
    assert_eq!(ozon.file(&moved).await.expect("redirects at home are followed"), picture);
    let round = format!("{}/v2/chat/file/moved/moved/moved/moved/a/photo.png", sandbox.url());
    assert!(matches!(ozon.file(&round).await, Err(ConnectorError::Interrupted(_))));

    let keyless = connect(&sandbox.url(), DEMO_CLIENT_ID, "wrong").file(&url).await;
    assert_eq!(keyless, Err(ConnectorError::Account(AccountProblem::WrongCredentials)));
    let elsewhere = sandbox_with(SandboxOptions::default());
    let foreign = format!("{}/v2/chat/file/a/photo.png", elsewhere.url());
    assert!(matches!(ozon.file(&foreign).await, Err(ConnectorError::Chat(ChatProblem::Refused(_)))));
}

/// A host that redirects to another, which counts who comes.
#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let visits = Arc::new(AtomicUsize::new(0));
    let counter = visits.clone();
    let thief = Router::new().fallback(get(move |_: HeaderMap| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { "loot" }
    }));
    let thief = serve(thief).await;
    let target = format!("{thief}/v2/chat/file/x.png");
    let home = Router::new().fallback(get(move || {
        let target = target.clone();
        async move { (StatusCode::FOUND, [(LOCATION, target)]) }
    }));
    let home = serve(home).await;
    let fetched = connect(&home, "1", "key").file(&format!("{home}/v2/chat/file/x.png")).await;
    assert!(matches!(fetched, Err(ConnectorError::Chat(ChatProblem::Refused(_)))), "{fetched:?}");
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

/// Answers that no sandbox would give.
#[tokio::test]
async fn a_file_that_does_not_end_is_given_up_and_a_cursor_that_does_not_move_is_told() {
    let huge = || async {
        axum::body::Body::from_stream(futures::stream::repeat(Ok::<_, std::convert::Infallible>(vec![
            0u8;
            1 << 20
        ])))
    };
    let page = || async { axum::Json(json!({ "chats": [], "cursor": "same", "has_next": "true" })) };
    let router = Router::new()
        .route("/v2/chat/file/huge", get(huge))
        .route("/v3/chat/list", axum::routing::post(page));
    let home = serve(router).await;
    let ozon = connect(&home, "1", "key");
    let fetched = ozon.file(&format!("{home}/v2/chat/file/huge")).await;
    assert!(matches!(fetched, Err(ConnectorError::Interrupted(_))));
    let first = ozon.chats(ChatScope::All, None).await.expect("a page");
    assert_eq!(first.next.as_deref(), Some("same"));
    let second = ozon.chats(ChatScope::All, Some("same")).await.expect("a page");
    assert_eq!(second.next.as_deref(), Some("same"), "whoever walks the list has to notice");
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn errors_never_contain_the_key_or_the_text() {
    let sandbox = sandbox();
    let state = sandbox.state();
    let chat = chat_with(state, &["Привет"]);
    let ozon = demo(&sandbox);
    let secret_text = "очень личный текст";
    let faults = [
        Faults { error_rate: 1.0, ..Default::default() },
        Faults { accept_then_reset: 1.0, ..Default::default() },
        Faults { truncate_json: 1.0, ..Default::default() },
        Faults { accept_then_hang: 1.0, ..Default::default() },
    ];
    for faults in faults {
        state.set_faults(faults);
        let error = ozon.send_text(&chat, secret_text).await.expect_err("a fault is on");
        let told = format!("{error} {error:?} {ozon:?}");
        assert!(!told.contains(DEMO_API_KEY) && !told.contains(secret_text), "{told}");
    }
}

#[tokio::test]
async fn the_control_plane_does_over_http_what_tests_do_in_process() {
    let sandbox = sandbox();
    let http = Outbound::new(SEND_TIMEOUT).expect("TLS is usable").client;
    let url = |path: &str| format!("{}/_sandbox/{path}", sandbox.url());
    let post = async |path: &str, body: serde_json::Value| -> serde_json::Value {
        http.post(url(path)).json(&body).send().await.expect("an answer").json().await.expect("JSON")
    };
    let read = async |path: &str| -> serde_json::Value {
        http.get(url(path)).send().await.expect("an answer").json().await.expect("JSON")
    };
    let made = post("buyer", json!({ "text": "Здравствуйте" })).await;
    let chat = made["chat_id"].as_str().expect("a new chat").to_owned();
    let more = post("buyer", json!({ "chat_id": chat, "text": "Ау", "picture": "x.png" })).await;
    assert_ne!(more["message_id"], made["message_id"]);
    post("cabinet", json!({ "chat_id": chat, "text": "Добрый день" })).await;
    demo(&sandbox).send_text(&chat, "Чем помочь?").await.expect("sent");
    post("read", json!({ "chat_id": chat })).await;

    let messages = read(&format!("chats/{chat}/messages")).await;
    let senders: Vec<&str> = messages
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|message| message["sender"].as_str())
        .collect();
    assert_eq!(senders, ["buyer", "buyer", "buyer", "seller", "seller"]);
    assert_eq!(read("sends").await[0]["text"], "Чем помочь?");
    let listed = read("chats").await;
    assert!(listed.as_array().expect("a list").iter().any(|one| one["id"] == chat.as_str()));
    let faults = post("faults", json!({ "accept_then_reset": 0.5, "only": "/v1/chat/send/message" })).await;
    assert_eq!(faults["accept_then_reset"], 0.5);
    assert_eq!(post("faults", json!({})).await["accept_then_reset"], 0.0);
    post("account", json!({ "client_id": DEMO_CLIENT_ID, "key_active": false })).await;
    let revoked = demo(&sandbox).account().await;
    assert_eq!(revoked, Err(ConnectorError::Account(AccountProblem::KeyDeactivated)));
    assert_eq!(post("cabinet", json!({ "chat_id": "?", "text": "x" })).await["error"], "no such chat");
}

#[tokio::test]
async fn unknown_paths_answer_in_plain_text_as_ozon_does() {
    let sandbox = sandbox();
    let http = Outbound::new(SEND_TIMEOUT).expect("TLS is usable").client;
    let response =
        http.post(format!("{}/v2/chat/list", sandbox.url())).body("{}").send().await.expect("an answer");
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.expect("a body"), "404 page not found\n");
}

#[tokio::test]
async fn a_sandbox_finds_its_chats_again_and_never_gives_an_id_twice() {
    let file = scratch("state");
    let options = || SandboxOptions { state_file: Some(file.clone()), ..Default::default() };
    let sandbox = sandbox_with(options());
    let chat = chat_with(sandbox.state(), &["Привет"]);
    demo(&sandbox).send_text(&chat, "Добрый день").await.expect("sent");
    let before: Vec<MessageRecord> = sandbox.state().messages(&chat);
    sandbox.shutdown().await;

    let sandbox = sandbox_with(options());
    assert_eq!(sandbox.state().messages(&chat), before);
    assert_eq!(sandbox.state().sends(&chat).len(), 1);
    sandbox.state().buyer_writes(&chat, "Спасибо");
    let last = sandbox.state().messages(&chat).last().expect("three messages").id;
    assert!(last > before[1].id + 900_000, "ids that a crash may have eaten are not given again");
    sandbox.shutdown().await;

    std::fs::write(&file, "not a snapshot").expect("the folder is writable");
    let error = OzonSandbox::start(options()).expect_err("a broken file is not overwritten");
    assert!(error.to_string().contains("move it away"));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "not a snapshot");
    std::fs::remove_file(file).expect("it was ours");
}

#[tokio::test]
async fn the_sandbox_stays_on_this_machine() {
    let options = SandboxOptions { addr: "0.0.0.0:0".parse().expect("an address"), ..Default::default() };
    assert!(OzonSandbox::start(options).is_err());
}

#[tokio::test]
async fn buyers_fill_the_first_day_write_on_and_answer_what_operators_write() {
    let brief = (Duration::from_millis(5), Duration::from_millis(20));
    let pace = BuyerPace { pause: brief, answer_after: brief, ..BuyerPace::new(Tempo::Busy, 7) };
    let sandbox = sandbox_with(SandboxOptions { buyers: Some(pace), ..Default::default() });
    let state = sandbox.state();
    let ozon = demo(&sandbox);
    let buyers = |state: &SandboxState| {
        state.chats().into_iter().filter(|chat| chat.chat_type == "BUYER_SELLER").count()
    };
    let first = buyers(state);
    assert!(first >= 14, "{first}");

    let chats = all_chats(&ozon, ChatScope::All).await;
    let waiting = chats.iter().find(|chat| {
        state
            .chats()
            .iter()
            .any(|one| one.id == chat.external_id && one.waits && one.chat_type == "BUYER_SELLER")
    });
    let chat = waiting.expect("somebody waits").external_id.clone();
    ozon.send_text(&chat, "Здравствуйте! Подскажите, пожалуйста, номер заказа?").await.expect("sent");
    let ours = state.sends(&chat)[0].message_id.parse::<u64>().expect("a number");
    let answered = |state: &SandboxState| {
        state.messages(&chat).iter().any(|message| message.id > ours && message.sender == Sender::Buyer)
    };
    tokio::time::timeout(Duration::from_secs(20), state.until(answered)).await.expect("the buyer answers");
    let reply = newest(&ozon, &chat).await.into_iter().find(|message| message.author.is_ours());
    assert!(reply.expect("ours is there").is_read, "who answers has read");
    let grown = |state: &SandboxState| buyers(state) > first + 3;
    tokio::time::timeout(Duration::from_secs(20), state.until(grown)).await.expect("new buyers come");

    let texts: Vec<String> = state
        .chats()
        .iter()
        .filter_map(|chat| match &state.messages(&chat.id).first()?.part {
            Part::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "no two buyers begin alike");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn another_shop_can_be_added() {
    let sandbox = sandbox();
    sandbox.state().add_account(Account::good("777", "k-777", "Юг"));
    let account = connect(&sandbox.url(), "777", "k-777").account().await.expect("it is good");
    assert_eq!(account.shop_name, "Юг");
    assert_eq!(all_chats(&connect(&sandbox.url(), "777", "k-777"), ChatScope::All).await.len(), 0);
}

/// A file of this test run in the system's folder for such things.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("agentiq-sandbox-{name}-{}.json", uuid::Uuid::now_v7()))
}
