//! Search over everything ever written, and moving through a chat.

use crate::harness::{Person, TestApp};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, NewChat};
use agentiq::features::inbox::types::{Finds, MESSAGES_PER_PAGE, MessageCursor, MessageView, Slice, Spot};
use agentiq::features::search::server::count;
use agentiq::features::search::types::{HITS_PER_PAGE, SearchCursor, SearchPage, SearchQuery, Why};
use agentiq::platform::clock::now;
use agentiq::shared::error::AppError;
use agentiq::shared::ids::{ChatId, NoteId, SellerId, WorkspaceId};
use agentiq::shared::paging::Page;
use agentiq::shared::role::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Counts the words of all messages, as if some time had passed.
async fn count_words(app: &TestApp) {
    count::count(&mut *app.conn().await, now() + TimeDelta::minutes(5)).await.expect("counted words");
}

async fn search(person: &Person, text: &str) -> SearchPage {
    page(person, text, None).await
}

async fn page(person: &Person, text: &str, after: Option<&SearchCursor>) -> SearchPage {
    person.want("search/find", json!({ "query": { "text": text, "seller": null }, "after": after })).await
}

/// The texts of what was found, newest first.
fn texts(page: &SearchPage) -> Vec<String> {
    page.messages.iter().map(|hit| hit.snippet.iter().map(|piece| piece.text.as_str()).collect()).collect()
}

/// The words that are marked in what was found.
fn marked(page: &SearchPage) -> Vec<&str> {
    let pieces = page.messages.iter().flat_map(|hit| &hit.snippet);
    pieces.filter(|piece| piece.is_hit).map(|piece| piece.text.as_str()).collect()
}

/// A shop with one chat in which these messages were written, and their words counted.
async fn shop_with(messages: &[&str]) -> (TestApp, SellerId, String, ChatId) {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Начало").await;
    for message in messages {
        app.ozon().buyer_writes(&external, message).expect("a message");
    }
    app.poll(seller).await;
    count_words(&app).await;
    (app, seller, external, chat)
}

/// Writes messages behind the product's back: `count` of them a minute apart, the last one at `until`.
async fn fill(
    app: &TestApp,
    workspace: WorkspaceId,
    chat: ChatId,
    count: usize,
    text: &str,
    until: DateTime<Utc>,
) {
    let sql = app.sql().await;
    sql.run(&format!(
        "INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         SELECT '{workspace}', '{chat}', left(md5('{text}'), 4) || lpad(n::text, 12, '0'), lpad(n::text, 20, '0'), \
                'buyer', '{text} ' || n, timestamptz '{}' - ({count} - n) * interval '1 minute', now() \
         FROM generate_series(1, {count}) n",
        until.to_rfc3339()
    ))
    .await;
}

// --- Words ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_found_in_any_form_with_e_and_yo_in_russian_and_english() {
    let (app, ..) = shop_with(&[
        "Курьер не привёз мои заказы",
        "Когда подойдет посылка?",
        "The parcels were delivered yesterday",
        "Ёлка пришла сломанной",
    ])
    .await;
    let person = app.person(Role::Viewer).await;
    for (asked, text, mark) in [
        ("заказов", "Курьер не привёз мои заказы", "заказы"),
        ("ЗАКАЗ", "Курьер не привёз мои заказы", "заказы"),
        ("привез", "Курьер не привёз мои заказы", "привёз"),
        ("подойдёт", "Когда подойдет посылка?", "подойдет"),
        ("елки", "Ёлка пришла сломанной", "Ёлка"),
        ("parcel", "The parcels were delivered yesterday", "parcels"),
    ] {
        let found = search(&person, asked).await;
        assert_eq!(texts(&found), [text], "{asked}");
        assert_eq!(marked(&found), [mark], "{asked}");
        assert!(found.corrections.is_empty() && found.next.is_none(), "{asked}");
    }
    // Every word has to be there.
    assert_eq!(texts(&search(&person, "курьер заказ").await).len(), 1);
    assert!(search(&person, "курьер посылка").await.messages.is_empty());
    let common = search(&person, "и не").await;
    assert!(common.messages.is_empty() && common.only_common_words);
    let nothing = search(&person, "  ").await;
    assert!(nothing.messages.is_empty() && !nothing.only_common_words);
    // What means something to a query language is nothing but text here.
    for odd in ["заказ' | 'x", "заказ & !", "\\", "(((", "заказ:*", "%_", "\u{0}заказ"] {
        search(&person, odd).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_a_beginning_and_the_other_layout_find_what_was_meant() {
    let (app, ..) = shop_with(&["Доставка задерживается", "Оформите возврат денег", "Размер подошёл"]).await;
    let person = app.person(Role::Operator).await;
    for (asked, text) in [
        ("доствка", "Доставка задерживается"),
        ("возрват", "Оформите возврат денег"),
        ("доста", "Доставка задерживается"),
        ("ljcnfdrf", "Доставка задерживается"),
        ("возврта денег", "Оформите возврат денег"),
    ] {
        let found = search(&person, asked).await;
        assert_eq!(texts(&found), [text], "{asked}");
        assert_eq!(found.corrections.len(), 1, "{asked}: it is said what was looked for");
    }
    let absent = search(&person, "крокодил").await;
    assert!(absent.messages.is_empty() && absent.corrections.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_counted_once() {
    let (app, seller, external, _) = shop_with(&["Доставка доставки", "Доставка"]).await;
    let sql = app.sql().await;
    let number = "SELECT messages FROM search_words WHERE word = 'доставк'";
    assert_eq!(sql.number(number).await, 2, "messages, not words");
    count_words(&app).await;
    assert_eq!(sql.number(number).await, 2);
    app.ozon().buyer_writes(&external, "Ещё о доставке");
    app.poll(seller).await;
    let too_soon = now();
    count::count(&mut *app.conn().await, too_soon).await.expect("counted");
    assert_eq!(sql.number(number).await, 2, "others of its time may still be on their way");
    count_words(&app).await;
    assert_eq!(sql.number(number).await, 3);
    assert_eq!(sql.number("SELECT messages FROM search_marks").await, 4);
}

// --- Numbers -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_found_by_its_numbers_and_its_tag() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let order = NewChat { order_number: Some("23281294-0063".into()), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
    let external = app.ozon().new_chat(order);
    app.ozon().buyer_writes(&external, "Где заказ?");
    app.buyer_begins("Другой чат");
    app.poll(seller).await;
    let (chat, workspace) = (app.chat(&external).await, app.workspace);
    app.sql()
        .await
        .run(&format!(
            "UPDATE chats SET sku = '1712345678' WHERE id = '{chat}'; \
             INSERT INTO products (workspace_id, seller_id, sku, name, offer_id, is_archived, fetched_at) \
             VALUES ('{workspace}', '{seller}', '1712345678', 'Куртка', 'KURT-44', false, now()); \
             INSERT INTO tags (workspace_id, id, name, color, created_at) \
             VALUES ('{workspace}', '{seller}', 'Ждём склад', 'red', now()); \
             INSERT INTO chat_tags VALUES ('{workspace}', '{chat}', '{seller}', now())"
        ))
        .await;
    let person = app.person(Role::Viewer).await;
    let bare = external.replace('-', "");
    for (asked, why) in [
        ("23281294-0063", Why::Order),
        ("232812940063", Why::Order),
        ("23281294", Why::Order),
        ("№23281294-0063-1", Why::Order),
        ("2328129400631", Why::Order),
        (external.as_str(), Why::Chat),
        (bare.as_str(), Why::Chat),
        (&external[..13], Why::Chat),
        ("1712345678", Why::Product),
        ("kurt-44", Why::Product),
        ("ждем склад", Why::Tag),
    ] {
        let found = search(&person, asked).await;
        let hits: Vec<_> = found.chats.iter().map(|hit| (hit.chat.id, hit.why)).collect();
        assert_eq!(hits, [(chat, why)], "{asked}");
    }
    assert!(search(&person, "99999999-9999").await.chats.is_empty());
    assert!(search(&person, "куртка%").await.chats.is_empty());
}

// --- Whose ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_others_wrote() {
    let (app, _, external, chat) = shop_with(&["Секретная доставка 23281294"]).await;
    let other = app.new_workspace("Second").await;
    let stranger = app.person_of(other, Role::Owner).await;
    for asked in ["доставка", "доствка", &external, "секретная"] {
        let found = search(&stranger, asked).await;
        assert!(
            found.messages.is_empty() && found.chats.is_empty() && found.corrections.is_empty(),
            "{asked}"
        );
    }
    let person = app.person(Role::Viewer).await;
    let query = SearchQuery { text: "доставка".into(), seller: Some(SellerId::new()) };
    let elsewhere: SearchPage = person.want("search/find", json!({ "query": query, "after": null })).await;
    assert!(elsewhere.messages.is_empty(), "another seller's chats only");
    for (function, arguments) in [
        ("inbox/around", json!({ "chat": chat, "spot": { "time": { "at": now() } } })),
        ("inbox/find", json!({ "chat": chat, "text": "доставка" })),
    ] {
        let answer = stranger.call(function, &arguments).await;
        assert_eq!(answer.error(), Some(AppError::NotFound), "{function}");
    }
}

// --- Pages ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_whole_and_hold_nothing_twice_while_messages_come() {
    let (app, _, _, chat) = shop_with(&[]).await;
    let (workspace, until) = (app.workspace, now());
    fill(&app, workspace, chat, 150, "чемодан", until - TimeDelta::hours(1)).await;
    // Messages of one moment.
    app.sql()
        .await
        .run(&format!("UPDATE messages SET sent_at = '{}' WHERE body LIKE 'чемодан 1%'", until.to_rfc3339()))
        .await;
    let person = app.person(Role::Operator).await;
    let sql = app.sql().await;
    for is_common in [false, true] {
        // Common words are found in another way.
        let messages = if is_common { 1_000_000 } else { 150 };
        sql.run(&format!(
            "INSERT INTO search_words VALUES ('{workspace}', 'чемода', {messages}), ('{workspace}', 'чемодан', {messages}) \
             ON CONFLICT (workspace_id, word) DO UPDATE SET messages = excluded.messages; \
             UPDATE search_marks SET messages = 1000000"
        ))
        .await;
        let (mut ids, mut next, mut pages) = (Vec::new(), None, 0);
        loop {
            let found = page(&person, "чемоданы", next.as_ref()).await;
            assert!(found.messages.len() <= HITS_PER_PAGE);
            assert!(found.messages.is_sorted_by(|a, b| a.sent_at >= b.sent_at), "newest first");
            ids.extend(found.messages.into_iter().map(|hit| hit.message));
            pages += 1;
            // Something newer comes between the pages.
            fill(&app, workspace, chat, 1, &format!("чемодан новый {is_common} {pages}"), now()).await;
            next = found.next;
            if next.is_none() {
                break;
            }
        }
        let known: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(known.len(), ids.len(), "nothing twice");
        let before = if is_common { 150 + 4 } else { 150 };
        assert_eq!((ids.len(), pages), (before, 4), "everything that was there");
    }
}

// --- Through a chat ------------------------------------------------------------------------------------------------

/// A chat of 300 messages a minute apart, oldest first.
async fn long_chat() -> (TestApp, ChatId, Person, DateTime<Utc>) {
    let (app, _, _, chat) = shop_with(&[]).await;
    let until = now() - TimeDelta::days(3);
    fill(&app, app.workspace, chat, 300, "письмо", until).await;
    let person = app.person(Role::Operator).await;
    (app, chat, person, until)
}

async fn around(person: &Person, chat: ChatId, spot: Spot) -> Slice {
    person.want("inbox/around", json!({ "chat": chat, "spot": spot })).await
}

fn bodies(items: &[MessageView]) -> Vec<&str> {
    items.iter().map(|view| view.body.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_at_a_message_reads_on_both_ways_to_the_ends() {
    let (app, chat, person, _) = long_chat().await;
    let id = app
        .sql()
        .await
        .value("SELECT external_id FROM messages WHERE body = 'письмо 120'")
        .await
        .expect("an id");
    let slice = around(&person, chat, Spot::Message { external_id: id.clone() }).await;
    assert_eq!(slice.found.as_deref(), Some(id.as_str()));
    let mut all = slice.items;
    assert!(bodies(&all).contains(&"письмо 119") && bodies(&all).contains(&"письмо 121"));
    let mut newer = slice.newer;
    while let Some(message) = newer {
        let more = around(&person, chat, Spot::After { message }).await;
        assert!(!more.items.is_empty() && more.items.len() <= MESSAGES_PER_PAGE);
        all.extend(more.items);
        newer = more.newer;
    }
    let mut older = slice.older;
    while let Some(before) = older {
        let page: Page<MessageView, MessageCursor> =
            person.want("inbox/messages", json!({ "chat": chat, "before": before })).await;
        all.splice(0..0, page.items);
        older = page.next;
    }
    assert_eq!(all.len(), 301, "every message once");
    assert!(all.is_sorted_by(|a, b| a.place() < b.place()));
    let missing = person
        .call("inbox/around", &json!({ "chat": chat, "spot": { "message": { "external_id": "x" } } }))
        .await;
    assert_eq!(missing.error(), Some(AppError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_and_the_first_unseen_message_are_found() {
    let (app, chat, person, until) = long_chat().await;
    let found = async |spot: Spot| {
        let slice = around(&person, chat, spot).await;
        let view = slice.items.iter().find(|view| view.external_id == slice.found && slice.found.is_some());
        view.map(|view| view.body.clone())
    };
    let at = until - TimeDelta::seconds(10 * 60 + 30);
    assert_eq!(found(Spot::Time { at }).await.as_deref(), Some("письмо 290"));
    assert_eq!(found(Spot::Time { at: until - TimeDelta::days(9) }).await.as_deref(), Some("письмо 1"));
    assert_eq!(found(Spot::Time { at: now() + TimeDelta::days(1) }).await, None, "the newest comes closest");
    let after = until - TimeDelta::minutes(1);
    assert_eq!(found(Spot::Unseen { after }).await.as_deref(), Some("письмо 300"));

    // What was imported counts as seen; what the person has looked at does too.
    let sql = app.sql().await;
    let opened = person.open(chat).await;
    let clock_from = sql.value("SELECT count(*) FROM sellers WHERE clock_from IS NOT NULL").await;
    assert_eq!(clock_from.as_deref(), Some("1"));
    assert!(opened.seen_up_to < now() - TimeDelta::hours(12), "a day before the shop was connected");
    person.want::<()>("inbox/seen", json!({ "chat": chat })).await;
    assert!(person.open(chat).await.seen_up_to > opened.seen_up_to);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_inside_a_chat_sees_all_of_it() {
    let (_app, chat, person, _) = long_chat().await;
    let find = async |text: &str| -> Finds {
        person.want("inbox/find", json!({ "chat": chat, "text": text })).await
    };
    let all = find("ПИСЬМА").await;
    assert_eq!((all.messages.len(), all.is_cut), (300, false), "in another form");
    assert_eq!(find("ьмо 29").await.messages.len(), 11, "a part of a word, as a browser finds it");
    assert_eq!(find("нет такого").await.messages.len(), 0);
    assert_eq!(find("  ").await.messages.len(), 0);
    assert_eq!(find("%").await.messages.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_found_by_their_words_within_the_house() {
    let (app, seller, external, chat) = shop_with(&["Где посылка?"]).await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Viewer).await);
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    let note = NoteId::new();
    let text = "Курьер звонил, перенесли доставку";
    let _: Value = anna
        .want("inbox/write_note", json!({ "chat": chat, "note": note, "text": text, "mentions": [] }))
        .await;
    app.ozon().buyer_writes(&external, "Жду").expect("a message");
    app.poll(seller).await;

    let found = search(&boris, "доставка").await;
    let [hit] = found.notes.as_slice() else { panic!("{found:?}") };
    let marked: Vec<&str> =
        hit.snippet.iter().filter(|piece| piece.is_hit).map(|piece| piece.text.as_str()).collect();
    assert_eq!((hit.note, hit.chat.id, marked), (note, chat, vec!["доставку"]));
    let above = app.sql().await.value("SELECT external_id FROM messages WHERE body = 'Где посылка?'").await;
    assert_eq!(hit.above, above, "the chat opens where the note was written");
    assert_eq!(found.messages, [], "a note is no message");
    assert_eq!(search(&stranger, "доставка").await.notes, []);
    let elsewhere = json!({ "query": { "text": "доставка", "seller": SellerId::new() }, "after": null });
    assert_eq!(boris.want::<SearchPage>("search/find", elsewhere).await.notes, []);

    let _: Value = anna.want("inbox/delete_note", json!({ "chat": chat, "note": note })).await;
    assert_eq!(search(&boris, "доставка").await.notes, []);
}
