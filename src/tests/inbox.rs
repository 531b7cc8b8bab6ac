//! The inbox from the marketplace to the screen and back: what arrives is listed, what is written is delivered once.

use crate::harness::{Person, TestApp, eventually, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, Faults, NewChat, Sender};
use agentiq::features::inbox::send_window::{WindowReason, send_window};
use agentiq::features::inbox::types::{
    Author, ChatListPage, ChatRow, FailureReason, ListCursor, ListQuery, MessageCursor, MessageView,
    ReplyState, View,
};
use agentiq::features::sellers::types::SellerState;
use agentiq::platform::clock::now;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, ReplyId, SellerId};
use agentiq::shared::paging::Page;
use agentiq::shared::role::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Strings that would do harm where a page does not escape them.
const HOSTILE: [&str; 4] = [
    "</textarea><script>window.__xss=1</script>",
    "<img src=x onerror=\"window.__xss=2\">",
    "\"><svg onload=window.__xss=3>",
    "</script><script>window.__xss=4</script>",
];

// --- What arrives --------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_buyers_message_arrives_by_poll_and_is_listed() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let order = NewChat { order_number: Some("23281294-0063".into()), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
    let external = app.ozon().new_chat(order);
    let message = app.ozon().buyer_writes(&external, "Где мой\nзаказ?").expect("a chat");
    let wrote_at = app.ozon().messages(&external)[0].at;
    app.poll(seller).await;

    let person = app.person(Role::Operator).await;
    for view in [View::Waiting, View::All] {
        let list = person.list(view).await;
        assert_eq!((list.counts.waiting, list.counts.all, list.counts.sellers), (1, 1, 1));
        let row = &list.page.items[0];
        assert_eq!(row.external_id, external);
        assert_eq!(row.preview, "Где мой заказ?");
        assert_eq!(row.last_author, Some(Author::Buyer));
        assert_eq!(row.order_number.as_deref(), Some("23281294-0063"));
        assert_eq!(row.unanswered_since, Some(wrote_at));
        assert_eq!(row.due_since, Some(wrote_at), "counted from the marketplace's time");
        assert!(row.due_at.is_some_and(|due| due > wrote_at && due <= wrote_at + TimeDelta::hours(24)));
        assert_eq!((row.unseen, row.has_draft), (1, false));
    }
    let chat = person.open(app.chat(&external).await).await;
    let shown = &chat.messages.items[0];
    assert!(message.parse::<u64>().expect("a number") > 1 << 53);
    assert_eq!(shown.external_id.as_deref(), Some(message.as_str()), "ids beyond 2^53 are exact");
    assert_eq!((shown.body.as_str(), shown.author), ("Где мой\nзаказ?", Author::Buyer));
    assert_eq!((chat.draft, chat.closed_because), (None, None));

    // Asking again brings nothing twice.
    app.poll(seller).await;
    assert_eq!(person.open(app.chat(&external).await).await.messages.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_beyond_two_to_the_53_reach_the_browser_as_text() {
    let app = TestApp::start().await;
    let (_, external, chat) = app.shop_with_chat("one").await;
    let id = app.ozon().messages(&external)[0].id;
    let (_, answer) = app.person(Role::Viewer).await.ask("inbox/open", json!({ "chat": chat })).await;
    assert_eq!(answer["messages"]["items"][0]["external_id"], Value::String(id.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_of_the_marketplace_itself_are_not_listed() {
    let app = TestApp::start().await;
    let (_, external, _) = app.shop_with_chat("Здравствуйте").await;
    assert!(app.ozon().chats().len() > 1, "the sandbox has chats of its own");
    let list = app.person(Role::Viewer).await.list(View::All).await;
    let listed: Vec<&str> = list.page.items.iter().map(|row| row.external_id.as_str()).collect();
    assert_eq!(listed, [external.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_understood_is_kept_and_holds_nobody_up() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("before").await;
    app.ozon()
        .plant(&external, json!({ "message_id": { "new": "form" }, "surprise": [1, 2, { "nul": "\0" }] }));
    app.ozon().plant(&external, json!("not even an object"));
    app.ozon().buyer_writes(&external, "after");
    app.poll(seller).await;

    let messages = app.person(Role::Viewer).await.open(chat).await.messages.items;
    let unparsed: Vec<&MessageView> = messages.iter().filter(|message| message.is_unparsed).collect();
    assert_eq!((messages.len(), unparsed.len()), (4, 2));
    assert!(["before", "after"].iter().all(|text| messages.iter().any(|message| message.body == *text)));
    let raw = app.sql().await.column("SELECT raw::text FROM messages WHERE raw IS NOT NULL").await;
    assert!(raw.iter().any(|raw| raw.contains("surprise")), "{raw:?}");

    app.ozon().buyer_writes(&external, "and later ones");
    app.poll(seller).await;
    app.poll(seller).await;
    let messages = app.person(Role::Viewer).await.open(chat).await.messages.items;
    assert_eq!(messages.len(), 5, "each is stored once, the odd ones too");
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_history_opens_no_clock_and_rings_no_bell() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let external = app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    let long_ago = now() - TimeDelta::days(30);
    let old = json!({
        "message_id": "3000000000000000007", "user": { "id": "1", "type": "Customer" },
        "created_at": long_ago.to_rfc3339(), "is_read": false, "data": ["Есть в наличии?"],
    });
    app.ozon().plant(&external, old);
    app.poll(seller).await;

    let person = app.person(Role::Operator).await;
    let row = person.row(app.chat(&external).await).await;
    assert_eq!((row.due_at, row.unseen), (None, 0));
    assert_eq!(row.unanswered_since, Some(long_ago), "nobody answered it, all the same");

    app.ozon().buyer_writes(&external, "Вы тут?");
    app.poll(seller).await;
    let row = person.row(app.chat(&external).await).await;
    let wrote_at = app.ozon().messages(&external).last().expect("a message").at;
    assert_eq!(
        row.due_since,
        Some(wrote_at),
        "what is written now is to be answered, whatever waits from before"
    );
    assert_eq!((row.unanswered_since, row.unseen), (Some(long_ago), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_read_to_its_beginning_without_holes() {
    let app = TestApp::working().await;
    let external = app.buyer_begins("number 0");
    for number in 1..250 {
        app.ozon().buyer_writes(&external, &format!("number {number}"));
    }
    let seller = app.connect_shop().await;
    let sql = app.sql().await;
    until("all 250 messages are here", async || sql.number("SELECT count(*) FROM messages").await == 250)
        .await;
    until("the beginning is known", async || {
        sql.value("SELECT tail_done FROM chats").await.as_deref() == Some("t")
    })
    .await;

    // More news at once than a page holds: the gap is filled.
    for number in 250..480 {
        app.ozon().buyer_writes(&external, &format!("number {number}"));
    }
    app.poll(seller).await;
    let person = app.person(Role::Viewer).await;
    let bodies: Vec<String> = all_messages(&person, app.chat(&external).await).await;
    let expected: Vec<String> = (0..480).map(|number| format!("number {number}")).collect();
    assert_eq!(bodies, expected, "in order, each once");
}

async fn all_messages(person: &Person, chat: ChatId) -> Vec<String> {
    let mut pages = Vec::new();
    let mut before: Option<MessageCursor> = None;
    loop {
        let page: Page<MessageView, MessageCursor> =
            person.want("inbox/messages", json!({ "chat": chat, "before": before })).await;
        pages.push(page.items.into_iter().map(|message| message.body).collect::<Vec<_>>());
        before = page.next;
        if before.is_none() {
            return pages.into_iter().rev().flatten().collect();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_behind_its_list_is_read_again() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("first").await;
    app.ozon().set_faults(Faults { list_lag_ms: 60_000, ..Faults::default() });
    app.ozon().buyer_writes(&external, "hidden for a minute");
    app.poll(seller).await;
    let person = app.person(Role::Viewer).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 1);
    app.ozon().set_faults(Faults::default());
    app.read(seller).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 1, "it is left alone for a little while");
    app.sql().await.run("UPDATE chats SET read_after = now() WHERE is_behind").await;
    app.read(seller).await;
    assert_eq!(person.open(chat).await.messages.items.len(), 2);
}

// --- Waiting -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_marketplaces_cabinet_ends_the_wait() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    assert_eq!(person.list(View::Waiting).await.counts.waiting, 1);

    app.ozon().cabinet_replies(&external, "Завтра привезут");
    app.poll(seller).await;
    let list = person.list(View::Waiting).await;
    assert_eq!((list.counts.waiting, list.page.items.len(), list.counts.all), (0, 0, 1));
    let view = person.open(chat).await;
    assert_eq!((view.row.unanswered_since, view.row.due_at), (None, None));
    assert_eq!(view.messages.items.last().map(|message| message.author), Some(Author::SellerElsewhere));

    app.ozon().buyer_writes(&external, "Не привезли");
    app.poll(seller).await;
    assert_eq!(person.list(View::Waiting).await.counts.waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_marketplaces_automat_answers_nobody() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().bot_replies(&external, "Мы скоро ответим");
    app.poll(seller).await;
    let row = app.person(Role::Operator).await.row(chat).await;
    assert!(row.unanswered_since.is_some());
    assert_eq!(row.last_author, Some(Author::Bot));
}

#[tokio::test(flavor = "multi_thread")]
async fn unseen_is_one_persons_fact_and_stops_no_clock() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("один").await;
    app.ozon().buyer_writes(&external, "два");
    app.poll(seller).await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    assert_eq!((anna.row(chat).await.unseen, boris.row(chat).await.unseen), (2, 2));

    let () = anna.want("inbox/seen", json!({ "chat": chat })).await;
    assert_eq!((anna.row(chat).await.unseen, boris.row(chat).await.unseen), (0, 2));
    assert!(anna.row(chat).await.unanswered_since.is_some(), "looking is not answering");

    app.ozon().buyer_writes(&external, "три");
    app.poll(seller).await;
    assert_eq!((anna.row(chat).await.unseen, boris.row(chat).await.unseen), (1, 3));
    let () = anna.want("inbox/seen", json!({ "chat": chat })).await;
    let () = anna.want("inbox/seen", json!({ "chat": chat })).await;
    let marks = app.sql().await.number("SELECT count(*) FROM events WHERE change->>'kind' = 'seen'").await;
    assert_eq!(marks, 2, "looking again is no event");
}

// --- Lists ---------------------------------------------------------------------------------------------------------

/// Chats without a marketplace: `0..count`, of which every third waits and every sixth has no deadline; groups of five
/// share an instant, so that ids decide.
async fn seed(app: &TestApp, seller: SellerId, count: usize) {
    let sql = format!(
        "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                            last_message_author, unanswered_since, due_at) \
         SELECT '{}', gen_random_uuid(), '{seller}', 'dialog', 'seed-{seller}-' || n, 'open', t.at, t.at, 'buyer', \
                CASE WHEN n % 3 = 0 THEN t.at END, CASE WHEN n % 3 = 0 AND n % 6 <> 0 THEN t.at + interval '24 hours' END \
         FROM generate_series(0, {count} - 1) n, \
              LATERAL (SELECT timestamptz '2026-11-01T00:00:00Z' + (n / 5) * interval '1 minute' AS at) t",
        app.workspace
    );
    app.sql().await.run(&sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_give_every_chat_once_while_rows_change() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    seed(&app, seller, 300).await;
    let person = app.person(Role::Viewer).await;
    let sql = app.sql().await;
    for (view, expected) in [(View::All, 300), (View::Waiting, 100)] {
        let mut rows: Vec<ChatRow> = Vec::new();
        let mut after: Option<ListCursor> = None;
        loop {
            let arguments = json!({ "query": ListQuery::of(view), "after": after });
            let list: ChatListPage = person.want("inbox/chats", arguments).await;
            rows.extend(list.page.items);
            after = list.page.next;
            if after.is_none() {
                break;
            }
            // What has been shown moves, and new chats come in where one has been already.
            let shown = rows[rows.len() - 7].id;
            let moved = "last_message_at = now(), due_at = '2026-10-01', unanswered_since = '2026-10-01'";
            let moved = if view == View::All { "last_message_at = now()" } else { moved };
            sql.run(&format!("UPDATE chats SET {moved} WHERE id = '{shown}'")).await;
            sql.run(&format!(
                "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at) \
                 VALUES ('{}', gen_random_uuid(), '{seller}', 'dialog', gen_random_uuid(), 'open', now(), now())",
                app.workspace
            ))
            .await;
        }
        let seeded: Vec<ChatId> =
            rows.iter().filter(|row| row.external_id.starts_with("seed")).map(|row| row.id).collect();
        let once: HashSet<ChatId> = seeded.iter().copied().collect();
        assert_eq!((seeded.len(), once.len()), (expected, expected), "{view}");
        let places: Vec<ListCursor> = rows.iter().map(|row| ListCursor::of(row, view.usual_sort())).collect();
        assert!(
            places.is_sorted_by(|one, next| one.compare(next).is_lt()),
            "{view}: in the order of the list"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_urgent_comes_first_and_badges_equal_lists() {
    let app = TestApp::start().await;
    let first = app.connect_shop().await;
    let sql = app.sql().await;
    let second = SellerId::new();
    sql.run(&format!(
        "INSERT INTO sellers (workspace_id, id, marketplace, external_account_id, name, state, connected_at, clock_from, \
                              created_at) \
         VALUES ('{}', '{second}', 'ozon', 'gone', 'Gone', 'removed', now(), now(), now())",
        app.workspace
    ))
    .await;
    seed(&app, first, 30).await;
    seed(&app, second, 17).await;
    let person = app.person(Role::Viewer).await;
    for seller in [None, Some(first), Some(second)] {
        for view in [View::Waiting, View::All] {
            let arguments = json!({ "query": ListQuery { seller, ..ListQuery::of(view) }, "after": null });
            let list: ChatListPage = person.want("inbox/chats", arguments.clone()).await;
            let mut rows = list.page.items.clone();
            if let Some(next) = list.page.next {
                let mut arguments = arguments;
                arguments["after"] = json!(next);
                rows.extend(person.want::<ChatListPage>("inbox/chats", arguments).await.page.items);
            }
            let badge = if view == View::Waiting { list.counts.waiting } else { list.counts.all };
            assert_eq!(badge as usize, rows.len(), "{view} of {seller:?}");
            assert!(rows.iter().all(|row| {
                (view == View::All || row.unanswered_since.is_some())
                    && seller.is_none_or(|seller| seller == row.seller)
            }));
            assert_eq!(list.counts.sellers, 1, "a removed seller is not connected");
            if view == View::Waiting {
                let due: Vec<Option<DateTime<Utc>>> = rows.iter().map(|row| row.due_at).collect();
                let (timed, rest) = due.split_at(due.iter().filter(|due| due.is_some()).count());
                assert!(
                    timed.is_sorted()
                        && timed.iter().all(Option::is_some)
                        && rest.iter().all(Option::is_none)
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_rows_are_told_with_the_counters() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Viewer).await;
    let arguments = json!({ "query": { "view": "waiting", "seller": null }, "chats": [chat, ChatId::new()] });
    let (status, changed) = person.ask("inbox/rows", arguments).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(changed["rows"].as_array().map(Vec::len), Some(1), "a chat that is not there is left out");
    assert_eq!(changed["counts"]["waiting"], 1);
}

// --- Writing -------------------------------------------------------------------------------------------------------

/// The reply as the window shows it, once it has a state.
async fn settled(person: &Person, chat: ChatId, reply: &str, state: ReplyState) -> MessageView {
    eventually(&format!("the reply is {state}"), async || {
        let messages = person.open(chat).await.messages.items;
        let shown: Vec<MessageView> = messages.into_iter().filter(|message| message.key == reply).collect();
        assert!(shown.len() <= 1, "shown twice: {shown:?}");
        shown.into_iter().find(|message| message.delivery.as_ref().is_some_and(|is| is.state == state))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_delivered_once_and_recognised_in_the_history() {
    let app = TestApp::working().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let written = person.reply(chat, "  Завтра привезут \n ").await;
    assert_eq!(written.body, "Завтра привезут");

    let shown = settled(&person, chat, &written.key, ReplyState::Visible).await;
    assert_eq!((shown.author, shown.author_name.as_deref()), (Author::Operator, Some("Some operator")));
    let sends = app.ozon().sends(&external);
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].text, "Завтра привезут");
    assert_eq!(shown.external_id.as_deref(), Some(sends[0].message_id.as_str()), "our own message, adopted");
    assert_eq!(shown.delivery.map(|delivery| delivery.is_read), Some(false));
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM messages WHERE author <> 'buyer'").await, 1, "one row");
    assert_eq!(person.row(chat).await.unanswered_since, None);

    app.ozon().buyer_reads(&external);
    app.poll(seller).await;
    let messages = person.open(chat).await.messages.items;
    assert_eq!(messages.len(), 2);
    assert!(messages[1].delivery.as_ref().is_some_and(|delivery| delivery.is_read), "{messages:?}");
    until("nothing is left to do", async || {
        sql.number("SELECT count(*) FROM jobs WHERE kind = 'sync.deliver'").await == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_is_one_reply() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let arguments = json!({ "chat": chat, "reply": ReplyId::new(), "text": "Завтра" });
    let clicks = (0..6).map(|_| person.want::<MessageView>("inbox/reply", arguments.clone()));
    let keys: HashSet<String> =
        futures::future::join_all(clicks).await.into_iter().map(|view| view.key).collect();
    assert_eq!(keys.len(), 1);
    let key = keys.into_iter().next().unwrap_or_default();
    settled(&person, chat, &key, ReplyState::Visible).await;
    let again: MessageView = person.want("inbox/reply", arguments.clone()).await;
    assert_eq!(again.key, key, "also when it has long been delivered");
    assert_eq!(app.ozon().sends(&external).len(), 1);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 1);

    let other = app.person(Role::Operator).await;
    assert_eq!(other.ask("inbox/reply", arguments).await.0, 404, "somebody else's reply is not mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_of_a_chat_leave_in_the_order_they_were_written() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let mut last = String::new();
    for number in 0..5 {
        last = person.reply(chat, &format!("answer {number}")).await.key;
    }
    // The same words again are another message.
    let same = person.reply(chat, "answer 4").await.key;
    settled(&person, chat, &last, ReplyState::Visible).await;
    settled(&person, chat, &same, ReplyState::Visible).await;
    let sent: Vec<String> = app.ozon().sends(&external).into_iter().map(|send| send.text).collect();
    assert_eq!(sent, ["answer 0", "answer 1", "answer 2", "answer 3", "answer 4", "answer 4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_cannot_be_sent_are_refused_with_the_reason() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let too_long = "я".repeat(1001);
    let cases = [
        ("", Refusal::EmptyText),
        (" \n\t ", Refusal::EmptyText),
        (too_long.as_str(), Refusal::TextTooLong { max: 1000, actual: 1001 }),
        ("a\u{0}b", Refusal::ControlCharacters),
        ("a\u{1b}[31mb", Refusal::ControlCharacters),
        ("a\rb", Refusal::ControlCharacters),
    ];
    for (text, refusal) in cases {
        let arguments = json!({ "chat": chat, "reply": ReplyId::new(), "text": text });
        let answer = person.call("inbox/reply", &arguments).await;
        assert_eq!((answer.status, answer.error()), (422, Some(AppError::Refused(refusal))), "{text:?}");
    }
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 0);
    person.reply(chat, &"ё".repeat(1000)).await;
    person.reply(chat, "two\nlines\tand 👍🏽").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reply_says_why_and_can_be_tried_again() {
    let app = TestApp::working().await;
    let seller = app.connect_shop().await;
    // Only the shop has written: Ozon lets the buyer speak first.
    let external = app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    app.ozon().cabinet_replies(&external, "Здравствуйте!");
    app.poll(seller).await;
    let chat = app.chat(&external).await;
    let person = app.person(Role::Operator).await;
    let key = person.reply(chat, "Вы ещё ждёте?").await.key;
    let failed = settled(&person, chat, &key, ReplyState::Failed).await.delivery.expect("our own");
    assert_eq!(failed.reason, Some(FailureReason::WaitForBuyer), "{failed:?}");
    assert_eq!(app.ozon().sends(&external).len(), 0);

    app.ozon().buyer_writes(&external, "Да");
    let retry = json!({ "reply": failed.reply });
    let () = person.want("inbox/retry", retry.clone()).await;
    settled(&person, chat, &key, ReplyState::Visible).await;
    assert_eq!(app.ozon().sends(&external).len(), 1);
    let again = person.call("inbox/retry", &retry).await;
    assert_eq!(again.error(), Some(AppError::Refused(Refusal::ReplyNotRetryable)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_chat_takes_nothing() {
    let app = TestApp::working().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    app.ozon().close_chat(&external);
    let key = person.reply(chat, "Уже не дойдёт").await.key;
    let failed = settled(&person, chat, &key, ReplyState::Failed).await.delivery.expect("our own");
    assert!(failed.reason.is_some(), "{failed:?}");
    assert_eq!(app.ozon().sends(&external).len(), 0);
    app.ozon().buyer_writes(&external, "?");
    app.poll(seller).await;
    let window = send_window(&person.open(chat).await.window, now());
    assert_eq!((window.is_closed(), window.reason), (true, WindowReason::ChatClosed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_seller_sends_nothing() {
    let app = TestApp::working().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Admin).await;
    let () = person.want("sellers/pause", json!({ "seller": seller })).await;
    assert_eq!(person.open(chat).await.closed_because, Some(FailureReason::SellerPaused));
    let key = person.reply(chat, "Завтра").await.key;
    let failed = settled(&person, chat, &key, ReplyState::Failed).await.delivery.expect("our own");
    assert_eq!(failed.reason, Some(FailureReason::SellerPaused));
    assert_eq!(app.ozon().sends(&external).len(), 0);
    let () = person.want("sellers/resume", json!({ "seller": seller })).await;
    let () = person.want("inbox/retry", json!({ "reply": failed.reply })).await;
    settled(&person, chat, &key, ReplyState::Visible).await;
    assert_eq!(app.ozon().sends(&external).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_dies_during_a_send_stops_the_seller() {
    let app = TestApp::working().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    app.ozon().revoke_key(DEMO_CLIENT_ID);
    let key = person.reply(chat, "Завтра").await.key;
    let failed = settled(&person, chat, &key, ReplyState::Failed).await.delivery.expect("our own");
    assert_eq!(failed.reason, Some(FailureReason::AccountProblem));
    assert_eq!(app.ozon().sends(&external).len(), 0);
    let state = app.sql().await.value(&format!("SELECT state FROM sellers WHERE id = '{seller}'")).await;
    assert_eq!(state.as_deref(), Some(SellerState::Broken.as_str()));
}

// --- When the line is bad ------------------------------------------------------------------------------------------

/// Sends under a fault that strikes once, and looks that the reply is there once in the end.
async fn once_in_spite_of(faults: Faults) -> TestApp {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let sql = app.sql().await;
    // The other jobs of the seller shall not meet the fault in the send's place.
    until("the seller is quiet", async || sql.number("SELECT count(*) FROM jobs").await == 0).await;
    let person = app.person(Role::Operator).await;
    let only = Some("/v1/chat/send/message".to_owned());
    app.ozon().set_faults(Faults { only, times: Some(1), ..faults });
    let key = person.reply(chat, "Завтра привезут").await.key;
    let shown = settled(&person, chat, &key, ReplyState::Visible).await;
    assert_eq!(app.ozon().faults().times, Some(0), "the fault has struck");
    assert_eq!(app.ozon().sends(&external).len(), 1, "delivered once");
    let ours = app.ozon().messages(&external).into_iter().filter(|message| message.sender == Sender::Seller);
    assert_eq!(ours.count(), 1);
    assert_eq!(shown.author, Author::Operator, "and recognised");
    assert_eq!(sql.number("SELECT count(*) FROM messages WHERE author <> 'buyer'").await, 1);
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_answer_was_cut_off_is_not_sent_again() {
    once_in_spite_of(Faults { accept_then_reset: 1.0, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_is_never_answered_is_not_sent_again() {
    once_in_spite_of(Faults { accept_then_hang: 1.0, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_with_half_an_answer_is_not_sent_again() {
    once_in_spite_of(Faults { truncate_json: 1.0, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_never_arrived_is_sent_again() {
    once_in_spite_of(Faults { reset_before: 1.0, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_into_a_failing_marketplace_arrives_later() {
    once_in_spite_of(Faults { error_rate: 1.0, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_comes_too_fast_waits_as_told() {
    once_in_spite_of(Faults { http_429_rate: 1.0, retry_after_s: Some(1), ..Faults::default() }).await;
}

// --- Drafts --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_kept_for_their_writer() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let draft = async |person: &Person| person.open(chat).await.draft.map(|draft| draft.body);
    let save = async |person: &Person, text: &str| {
        person
            .call("inbox/save_draft", &json!({ "chat": chat, "text": text, "typed_at": now() }))
            .await
            .status
    };
    assert_eq!(save(&anna, " почти ").await, 200);
    assert_eq!(save(&anna, " почти готово\0 ").await, 200);
    assert_eq!(
        draft(&anna).await.as_deref(),
        Some(" почти готово "),
        "as typed, but for what nobody can type"
    );
    assert!(anna.list(View::All).await.page.items[0].has_draft);
    assert_eq!(draft(&boris).await, None);
    assert!(!boris.list(View::All).await.page.items[0].has_draft);

    // Another server, as after a restart.
    let again = app.another(crate::harness::Setting::default()).await;
    let anna_again = Person { url: again.url.clone(), ..anna.clone() };
    assert_eq!(draft(&anna_again).await.as_deref(), Some(" почти готово "));

    assert_eq!(save(&anna, "").await, 200);
    assert_eq!(draft(&anna).await, None);
    save(&anna, "to be sent").await;
    anna.reply(chat, "to be sent").await;
    assert_eq!(draft(&anna).await, None, "a draft that was sent is none any more");
    assert_eq!(save(&anna, &"ж".repeat(2000)).await, 200, "longer than a message may be");
    assert_eq!(save(&anna, &"x".repeat(64 * 1024 + 1)).await, 422);
    assert_eq!(
        draft(&anna).await.map(|draft| draft.chars().count()),
        Some(2000),
        "a refused one loses nothing"
    );
}

// --- Pages ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_texts_in_the_source_of_the_page() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Admin).await;
    let sql = app.sql().await;
    for text in HOSTILE {
        app.ozon().buyer_writes(&external, text);
        app.poll(seller).await;
        person.reply(chat, text).await;
        let quoted = text.replace('\'', "''");
        sql.run(&format!("UPDATE sellers SET name = '{quoted}'; UPDATE users SET name = '{quoted}'")).await;
        let () =
            person.want("inbox/save_draft", json!({ "chat": chat, "text": text, "typed_at": now() })).await;
        for page in [format!("/inbox/{chat}"), "/inbox?view=all".into(), "/sellers".into()] {
            let html = person.get(&page).await.text;
            assert!(html.contains("__xss"), "{page} shows it");
            for live in ["<script>window.__xss", "<img src=x", "<svg onload", "</textarea><script"] {
                assert!(!html.contains(live), "{page}: {live}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_typed_earlier_never_replaces_a_later_one() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let later = now() - TimeDelta::seconds(10);
    let save = async |text: &str, typed_at: DateTime<Utc>| {
        let arguments = json!({ "chat": chat, "text": text, "typed_at": typed_at });
        let () = person.want("inbox/save_draft", arguments).await;
        let view: Value = person.want("inbox/open", json!({ "chat": chat })).await;
        view["draft"]["body"].as_str().map(str::to_owned)
    };
    assert_eq!(save("второй", later).await.as_deref(), Some("второй"));
    let earlier = later - TimeDelta::milliseconds(1);
    assert_eq!(save("первый", earlier).await.as_deref(), Some("второй"), "it comes late");
    assert_eq!(save("", earlier).await.as_deref(), Some("второй"), "and so does its end");
    // A browser that is ahead of the server cannot lock its owner out of their own draft.
    assert_eq!(save("из будущего", now() + TimeDelta::hours(1)).await.as_deref(), Some("из будущего"));
    assert_eq!(save("третий", now() + TimeDelta::seconds(1)).await.as_deref(), Some("третий"));
}
