//! Several people at one chat: they see each other, and nobody answers over what they have not read.

use crate::harness::{Live, Person, Setting, TestApp, until};
use agentiq::features::inbox::server::presence;
use agentiq::features::inbox::types::{
    ChatView, Companion, Doing, MessageView, ReadUpTo, ReplyState, SendHow,
};
use agentiq::platform::clock::now;
use agentiq::shared::error::{AppError, MovedBy, Refusal};
use agentiq::shared::ids::{ChatId, ReplyId, TabId};
use agentiq::shared::role::Role;
use serde_json::json;
use tokio::task::JoinSet;

async fn look(person: &Person, tab: TabId, chat: Option<ChatId>, doing: Doing) {
    person.want::<()>("inbox/look", json!({ "tab": tab, "chat": chat, "doing": doing })).await;
}

async fn others(person: &Person) -> Vec<Companion> {
    person.want("inbox/presence", json!({})).await
}

/// What one person sees of the other at a chat: on the screen, typing, answering first.
async fn seen(person: &Person, chat: ChatId) -> Vec<(bool, bool, bool)> {
    let now = now();
    let at_chat = others(person).await.into_iter().filter(|one| one.chat == chat);
    at_chat.map(|one| (one.is_here(now), one.is_typing(now), one.holds(now))).collect()
}

/// Whether a chat is to be left out when chats are handed out to this person.
async fn is_held(app: &TestApp, person: &Person, chat: ChatId) -> bool {
    let condition = presence::held_by_others(&format!("'{}'", person.id), "now()");
    let query = format!("SELECT {condition} FROM chats c WHERE c.id = '{chat}'");
    app.sql().await.value(&query).await.as_deref() == Some("t")
}

// --- Who is here -----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn people_at_a_chat_see_each_other_and_nobody_else_does() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (boris, anna) = (app.person(Role::Operator).await, app.person(Role::Viewer).await);
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    let tab = TabId::new();
    look(&boris, tab, Some(chat), Doing::Looking).await;
    assert_eq!(seen(&anna, chat).await, [(true, false, false)]);
    assert_eq!(others(&boris).await, [], "nobody is their own company");
    assert_eq!(others(&stranger).await, []);

    // Looking counts for those who may only look; they answer nothing.
    look(&anna, TabId::new(), Some(chat), Doing::Typing).await;
    assert_eq!(seen(&boris, chat).await, [(true, false, false)]);
    assert!(!is_held(&app, &boris, chat).await);

    look(&boris, tab, None, Doing::Looking).await;
    assert_eq!(others(&anna).await, []);
    let nowhere = stranger.call("inbox/look", &json!({ "tab": tab, "chat": chat, "doing": "looking" })).await;
    assert_eq!((nowhere.status, nowhere.error()), (404, Some(AppError::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_answers_the_chat_until_they_are_done_or_silent_for_long() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (boris, anna) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let tab = TabId::new();
    look(&boris, tab, Some(chat), Doing::Typing).await;
    assert_eq!(seen(&anna, chat).await, [(true, true, true)]);
    assert_eq!((is_held(&app, &anna, chat).await, is_held(&app, &boris, chat).await), (true, false));

    // Whoever begins later comes second, for both.
    look(&anna, TabId::new(), Some(chat), Doing::Typing).await;
    assert_eq!(seen(&anna, chat).await, [(true, true, true)]);
    assert_eq!(seen(&boris, chat).await, [(true, true, false)]);

    // Leaving the page leaves the answer begun.
    look(&boris, tab, None, Doing::Looking).await;
    assert_eq!(seen(&anna, chat).await, [(false, false, true)]);
    app.sql().await.run("UPDATE presences SET held_until = now()").await;
    assert_eq!(seen(&anna, chat).await, []);
    assert!(!is_held(&app, &anna, chat).await);

    look(&boris, tab, Some(chat), Doing::Typing).await;
    look(&boris, tab, Some(chat), Doing::Done).await;
    assert_eq!(seen(&anna, chat).await, [(true, false, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_vanished_is_forgotten() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (boris, anna) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    look(&boris, TabId::new(), Some(chat), Doing::Looking).await;
    let known = others(&anna).await;
    let left = known[0].here_until - now();
    assert!((30..=40).contains(&left.num_seconds()), "{left}");
    app.sql().await.run("UPDATE presences SET expires_at = now()").await;
    assert_eq!(others(&anna).await, []);
    let gone = presence::prune(&mut *app.conn().await, now()).await.expect("pruned");
    assert_eq!(gone, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn comings_are_heard_on_every_process_and_only_changes_are() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let second = app.another(Setting::default()).await;
    let boris = app.person(Role::Operator).await;
    let anna = Person { url: second.url.clone(), ..app.person(Role::Operator).await };
    let mut heard = Live::open(&anna, 0).await;
    until("both processes listen", async || {
        app.sql()
            .await
            .value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
            .await
            .as_deref()
            == Some("2")
    })
    .await;
    let before = app.sql().await.value("SELECT count(*) FROM events").await;
    let tab = TabId::new();
    look(&boris, tab, Some(chat), Doing::Looking).await;
    assert_eq!(heard.next_named("presence").await.data, json!({ "chat": chat }).to_string());
    // A sign of life is no news; the next thing heard is the other chat.
    let external = app.buyer_begins("И мой?");
    let seller = app.sql().await.value("SELECT id FROM sellers").await.expect("a seller");
    app.poll(seller.parse().expect("an id")).await;
    let other = app.chat(&external).await;
    look(&boris, tab, Some(chat), Doing::Looking).await;
    look(&anna, TabId::new(), Some(other), Doing::Looking).await;
    look(&boris, tab, Some(other), Doing::Looking).await;
    let mut said = vec![heard.next_named("presence").await.data, heard.next_named("presence").await.data];
    let mut expected = vec![json!({ "chat": chat }).to_string(), json!({ "chat": other }).to_string()];
    said.sort();
    expected.sort();
    assert_eq!(said, expected, "left the one, came to the other; her own coming is no news for her");
    let query = "SELECT count(*) FROM events WHERE change->>'kind' NOT IN ('chat', 'import', 'notice', 'order', 'seller')";
    assert_eq!(
        app.sql().await.value(query).await.as_deref(),
        Some("0"),
        "{before:?}: the log knows nothing of it"
    );
}

// --- Answering what one has read ---------------------------------------------------------------------------------------

fn body(chat: ChatId, reply: ReplyId, text: &str, read_up_to: Option<ReadUpTo>) -> serde_json::Value {
    json!({ "chat": chat, "reply": reply, "text": text, "how": SendHow { read_up_to, ..SendHow::default() } })
}

async fn read(person: &Person, chat: ChatId) -> Option<ReadUpTo> {
    Some(person.open(chat).await.read_up_to)
}

fn moved(by: MovedBy) -> Option<AppError> {
    Some(AppError::Refused(Refusal::ChatMoved { by }))
}

async fn replies(app: &TestApp) -> Vec<String> {
    app.sql().await.column("SELECT body FROM replies ORDER BY created_at").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_does_not_go_over_a_message_that_was_not_read() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Есть 44-й?").await;
    let (boris, anna) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let before = read(&boris, chat).await;
    let first = ReplyId::new();
    boris.want::<MessageView>("inbox/reply", body(chat, first, "Есть", before.clone())).await;
    // One's own answers are no news.
    boris.want::<MessageView>("inbox/reply", body(chat, ReplyId::new(), "И 46-й", before.clone())).await;

    app.ozon().buyer_writes(&external, "Уже не нужно");
    app.poll(seller).await;
    let refused =
        boris.call("inbox/reply", &body(chat, ReplyId::new(), "Отправим завтра", before.clone())).await;
    assert_eq!((refused.status, refused.error()), (422, moved(MovedBy::Buyer)));
    // A reply that was taken and whose answer was lost is asked for again: it is no new one.
    let again: MessageView = boris.want("inbox/reply", body(chat, first, "Есть", before)).await;
    assert_eq!(again.key, first.to_string());
    assert_eq!(replies(&app).await, ["Есть", "И 46-й"], "a refused answer leaves nothing behind");

    // Read, then answered.
    let after = read(&boris, chat).await;
    let anna_read = read(&anna, chat).await;
    boris.want::<MessageView>("inbox/reply", body(chat, ReplyId::new(), "Хорошо", after)).await;
    let name = app.sql().await.value(&format!("SELECT name FROM users WHERE id = '{}'", boris.id)).await;
    let refused = anna.call("inbox/reply", &body(chat, ReplyId::new(), "Хорошо!", anna_read)).await;
    assert_eq!(refused.error(), moved(MovedBy::Colleague { name: name.expect("a name") }));
    let seen: ChatView = anna.open(chat).await;
    anna.want::<MessageView>("inbox/reply", body(chat, ReplyId::new(), "До свидания", Some(seen.read_up_to)))
        .await;
    assert_eq!(replies(&app).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_in_the_cabinet_is_news_and_what_failed_is_not() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Есть 44-й?").await;
    let (boris, anna) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let before = read(&boris, chat).await;
    anna.reply(chat, "Не дошло").await;
    app.sql()
        .await
        .run(&format!("UPDATE replies SET state = '{}', reason = 'window_closed'", ReplyState::Failed))
        .await;
    boris.want::<MessageView>("inbox/reply", body(chat, ReplyId::new(), "Есть", before.clone())).await;

    app.ozon().cabinet_replies(&external, "Ответили отсюда");
    app.poll(seller).await;
    let refused = boris.call("inbox/reply", &body(chat, ReplyId::new(), "Да", before)).await;
    assert_eq!(refused.error(), moved(MovedBy::Cabinet));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_answer_at_once_one_does() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let mut people = Vec::new();
    for _ in 0..8 {
        let person = app.person(Role::Operator).await;
        let read = read(&person, chat).await;
        people.push((person, read));
    }
    let mut all = JoinSet::new();
    for (number, (person, read)) in people.into_iter().enumerate() {
        all.spawn(async move {
            let answer = person
                .call("inbox/reply", &body(chat, ReplyId::new(), &format!("Ответ {number}"), read))
                .await;
            answer.status
        });
    }
    let mut statuses = all.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422, 422, 422]);
    assert_eq!(replies(&app).await.len(), 1);
}
