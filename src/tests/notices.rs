//! What people are told: who, about what, once for a burst, and never about history.

use crate::harness::{Live, Person, TestApp};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, NewChat};
use agentiq::connectors::{AccountProblem, ConnectorError};
use agentiq::features::inbox::server::outbox::{self, Ending};
use agentiq::features::inbox::types::{Doing, FailureReason};
use agentiq::features::notices::server::notify;
use agentiq::features::notices::types::{Centre, Channels, NoticeKind, NoticeSettings, NoticeView};
use agentiq::features::sellers::server::{accounts, health};
use agentiq::platform::clock::now;
use agentiq::shared::change::Change;
use agentiq::shared::ids::{ChatId, SellerId, TabId};
use agentiq::shared::role::Role;
use chrono::TimeDelta;
use serde_json::json;

async fn centre(person: &Person) -> Centre {
    person.want("notices/list", json!({})).await
}

/// Kind, count and whether it was seen, newest first.
async fn told(person: &Person) -> Vec<(NoticeKind, i32, bool)> {
    let all = centre(person).await.notices;
    all.iter().map(|notice: &NoticeView| (notice.kind, notice.count, notice.is_seen)).collect()
}

async fn assign(app: &TestApp, chat: ChatId, person: &Person) {
    app.sql().await.run(&format!("UPDATE chats SET assignee_id = '{}' WHERE id = '{chat}'", person.id)).await;
}

/// A shop whose one chat is somebody's, who has been told nothing yet.
async fn shop_of(app: &TestApp) -> (SellerId, String, ChatId, Person) {
    let (seller, external, chat) = app.shop_with_chat("Здравствуйте").await;
    let boris = app.person(Role::Operator).await;
    assign(app, chat, &boris).await;
    (seller, external, chat, boris)
}

async fn writes(app: &TestApp, seller: SellerId, external: &str, text: &str) {
    app.ozon().buyer_writes(external, text);
    app.poll(seller).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_in_my_chat_is_one_notice_that_rings_once_and_only_for_me() {
    let app = TestApp::start().await;
    let (seller, external, chat, boris) = shop_of(&app).await;
    let anna = app.person(Role::Owner).await;
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    for text in ["Раз", "Два", "Три"] {
        writes(&app, seller, &external, text).await;
    }
    let told_him = centre(&boris).await;
    assert_eq!((told_him.unseen, told_him.notices.len()), (1, 1));
    let notice = &told_him.notices[0];
    assert_eq!((notice.kind, notice.count, notice.chat), (NoticeKind::Message, 3, Some(chat)));
    assert!(notice.rang_at < notice.at, "the first of them rang");
    assert_eq!(
        (notice.chat_name.as_deref(), notice.preview.as_deref()),
        (Some(external.as_str()), Some("Три"))
    );
    let first = app
        .sql()
        .await
        .value("SELECT external_id FROM messages WHERE body = 'Раз'")
        .await
        .expect("a message");
    assert_eq!(notice.href(), format!("/inbox/{chat}?message={first}"), "it leads to where the burst began");
    for other in [&anna, &stranger] {
        assert_eq!(centre(other).await, Centre::default());
    }

    // A minute later it rings again.
    app.sql().await.run("UPDATE notices SET rang_at = rang_at - interval '61 seconds'").await;
    writes(&app, seller, &external, "Вы тут?").await;
    let notice = &centre(&boris).await.notices[0];
    assert_eq!((notice.count, notice.rang_at), (4, notice.at));

    // Looking at the chat is enough; what comes after it is a new notice.
    let (tab, doing) = (TabId::new(), Doing::Looking);
    for chat in [Some(chat), None] {
        boris.want::<()>("inbox/look", json!({ "tab": tab, "chat": chat, "doing": doing })).await;
    }
    assert_eq!(told(&boris).await, [(NoticeKind::Message, 4, true)]);
    writes(&app, seller, &external, "Спасибо").await;
    assert_eq!(told(&boris).await, [(NoticeKind::Message, 1, false), (NoticeKind::Message, 4, true)]);
    boris.want::<()>("notices/mark_seen", json!({ "notices": "all" })).await;
    assert_eq!(centre(&boris).await.unseen, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_what_they_look_at() {
    let app = TestApp::start().await;
    let (seller, external, chat, boris) = shop_of(&app).await;
    let tab = TabId::new();
    let look = |chat: Option<ChatId>| json!({ "tab": tab, "chat": chat, "doing": Doing::Looking });
    boris.want::<()>("inbox/look", look(Some(chat))).await;
    writes(&app, seller, &external, "Раз").await;
    assert_eq!(told(&boris).await, []);
    boris.want::<()>("inbox/look", look(None)).await;
    writes(&app, seller, &external, "Два").await;
    assert_eq!(told(&boris).await, [(NoticeKind::Message, 1, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_of_nobody_are_one_notice_for_those_who_answer() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let (boris, owner) = (app.person(Role::Operator).await, app.person(Role::Owner).await);
    let viewer = app.person(Role::Viewer).await;
    let first = app.buyer_begins("Первый");
    app.buyer_begins("Второй");
    app.poll(seller).await;
    // It waits already: another message of the same buyer changes nothing.
    writes(&app, seller, &first, "И ещё").await;
    for person in [&boris, &owner] {
        assert_eq!(told(person).await, [(NoticeKind::Waiting, 2, false)]);
    }
    assert_eq!(told(&viewer).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_history_rings_no_bell() {
    let app = TestApp::start().await;
    let boris = app.person(Role::Operator).await;
    // Unread there and still within the marketplace's clock, but from before the shop was connected.
    let recent = app.buyer_begins("Час назад");
    let old = app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    let plant = |id: &str, at: chrono::DateTime<chrono::Utc>| {
        json!({
            "message_id": id, "user": { "id": "1", "type": "Customer" },
            "created_at": at.to_rfc3339(), "is_read": false, "data": ["Есть в наличии?"],
        })
    };
    app.ozon().plant(&old, plant("3000000000000000007", now() - TimeDelta::days(30)));
    let seller = app.connect_shop().await;
    app.poll(seller).await;
    app.chat(&recent).await;
    let chat = app.chat(&old).await;
    assert_eq!(told(&boris).await, []);

    // Neither does old history that turns up later in somebody's chat.
    assign(&app, chat, &boris).await;
    app.ozon().plant(&old, plant("3000000000000000008", now() - TimeDelta::days(20)));
    app.poll(seller).await;
    assert_eq!(told(&boris).await, []);
    writes(&app, seller, &old, "Ау").await;
    assert_eq!(told(&boris).await, [(NoticeKind::Message, 1, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_seller_is_told_to_those_who_can_mend_it() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let (admin, boris) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let error = ConnectorError::Account(AccountProblem::KeyDeactivated);
    let mut conn = app.conn().await;
    let account = accounts::find(&mut conn, app.workspace, seller).await.expect("a look").expect("a seller");
    for _ in 0..2 {
        health::note_failure(&mut conn, &account, &error, now()).await.expect("noted");
    }
    let told_admin = centre(&admin).await.notices;
    assert_eq!((told_admin.len(), told_admin[0].count), (1, 1), "it stops once");
    assert_eq!((told_admin[0].seller, told_admin[0].seller_name.as_deref()), (Some(seller), Some("Shop")));
    assert_eq!(told(&boris).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_with_a_reply_is_told_to_its_author() {
    let app = TestApp::start().await;
    let (_, _, chat, boris) = shop_of(&app).await;
    let anna = app.person(Role::Operator).await;
    anna.reply(chat, "Завтра").await;
    let mut conn = app.conn().await;
    let reply = outbox::next(&mut conn, app.workspace, chat, now()).await.expect("a look").expect("a reply");
    outbox::begin_attempt(&mut conn, &reply, now()).await.expect("an attempt");
    let ending = Ending::Failed(FailureReason::WindowClosed, None);
    outbox::end_attempt(&mut conn, &reply, ending.clone(), now()).await.expect("its end");
    outbox::end_attempt(&mut conn, &reply, ending, now()).await.expect("said twice");
    assert_eq!(told(&anna).await, [(NoticeKind::ReplyTrouble, 1, false)]);
    assert_eq!(told(&boris).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn mentions_and_assignments_name_who_did_it_and_are_not_told_to_them() {
    let app = TestApp::start().await;
    let (_, _, chat, boris) = shop_of(&app).await;
    let anna = app.person(Role::Operator).await;
    let mut conn = app.conn().await;
    let (workspace, both) = (app.workspace, [boris.id, anna.id]);
    let mentioned = notify::mentioned(&mut conn, workspace, chat, &both, anna.id, now()).await.expect("told");
    assert_eq!(mentioned, [Change::Notice { user: boris.id }]);
    notify::assigned(&mut conn, workspace, chat, boris.id, Some(anna.id), now()).await.expect("told");
    notify::assigned(&mut conn, workspace, chat, anna.id, Some(anna.id), now()).await.expect("nothing");
    let mut kinds: Vec<_> = told(&boris).await.into_iter().map(|(kind, ..)| kind).collect();
    kinds.sort();
    assert_eq!(kinds, [NoticeKind::Mention, NoticeKind::Assigned]);
    assert!(centre(&boris).await.notices.iter().all(|it| it.actor_name.as_deref() == Some("Some operator")));
    assert_eq!(told(&anna).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_hear_nothing_is_told_nothing() {
    let app = TestApp::start().await;
    let (seller, external, _, boris) = shop_of(&app).await;
    let mut settings = NoticeSettings::default();
    let none = Channels { centre: false, sound: false, browser: false };
    settings.set(NoticeKind::Message, none);
    boris.want::<()>("notices/save_settings", json!({ "settings": settings })).await;
    assert_eq!(centre(&boris).await.settings, settings);
    writes(&app, seller, &external, "Раз").await;
    assert_eq!(told(&boris).await, []);

    // Heard, but not listed: it is there for the sound and counts for nothing.
    settings.set(NoticeKind::Message, Channels { sound: true, ..none });
    boris.want::<()>("notices/save_settings", json!({ "settings": settings })).await;
    writes(&app, seller, &external, "Два").await;
    let told = centre(&boris).await;
    assert_eq!((told.notices.len(), told.unseen), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_ones_own_screens_hear_of_a_notice() {
    let app = TestApp::start().await;
    let (seller, external, _, boris) = shop_of(&app).await;
    let anna = app.person(Role::Operator).await;
    let mut hers = Live::open(&anna, 0).await;
    let mut his = Live::open(&boris, 0).await;
    writes(&app, seller, &external, "Раз").await;
    let notice = Change::Notice { user: boris.id };
    loop {
        if his.next_change().await.change == notice {
            break;
        }
    }
    // She hears what came before and after it.
    writes(&app, seller, &external, "Два").await;
    let last =
        agentiq::platform::live::last_seq(&mut *app.conn().await, app.workspace).await.expect("a number");
    let all = app.sql().await.column("SELECT change->>'kind' FROM events ORDER BY seq").await;
    let heard_last = all.iter().rposition(|kind| kind != "notice").expect("an event") as i64 + 1;
    assert!(heard_last <= last);
    loop {
        let event = hers.next_change().await;
        assert_ne!(event.change, notice);
        if event.seq == heard_last {
            break;
        }
    }
}
