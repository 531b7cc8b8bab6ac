//! Quick replies, rules of risky words, and replies that wait before they leave.

use crate::harness::{Person, Setting, TestApp, until};
use agentiq::connectors::sandbox::ozon::Faults;
use agentiq::features::inbox::types::{
    Beside, ChatStatus, ChatView, Deed, FailureReason, MessageView, ReplyState, TakenBack, WorkState,
};
use agentiq::features::quick_replies::types::{Offer, QuickReply, Scope};
use agentiq::features::quick_replies::variables::Variable;
use agentiq::features::sync::server::deliver;
use agentiq::features::wording::types::{RuleSet, WordingSettings};
use agentiq::platform::clock::now;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, QuickReplyId, ReplyId};
use agentiq::shared::role::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;

/// Long enough that nothing leaves by itself while a test looks.
const LONG: Duration = Duration::from_secs(600);

fn form(id: QuickReplyId, scope: Value, title: &str) -> Value {
    json!({ "form": { "id": id, "scope": scope, "title": title, "shortcut": "/код", "folder": "", "body": "Текст" } })
}

async fn titles(person: &Person) -> Vec<String> {
    let all: Vec<QuickReply> = person.want("quick_replies/list", json!({})).await;
    all.into_iter().map(|reply| reply.title).collect()
}

/// Sends as the browser does.
async fn send(person: &Person, chat: ChatId, text: &str, departure: Value) -> MessageView {
    let how = json!({ "departure": departure });
    person
        .want("inbox/reply", json!({ "chat": chat, "reply": ReplyId::new(), "text": text, "how": how }))
        .await
}

fn id(view: &MessageView) -> ReplyId {
    view.delivery.as_ref().and_then(|delivery| delivery.reply).expect("a reply")
}

async fn state(app: &TestApp, reply: ReplyId) -> String {
    let query = format!("SELECT state FROM replies WHERE id = '{reply}'");
    app.sql().await.value(&query).await.expect("a reply")
}

/// Runs the delivery of a chat once.
async fn deliver(app: &TestApp, chat: ChatId) -> Verdict {
    let payload = json!({ "chat": chat });
    deliver::run(Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 })
        .await
        .expect("a delivery")
}

fn texts(app: &TestApp, external: &str) -> Vec<String> {
    app.ozon().sends(external).into_iter().map(|send| send.text).collect()
}

async fn holding() -> TestApp {
    TestApp::with(Setting { undo_pause: Some(LONG), ..Setting::default() }).await
}

// --- Quick replies -------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn everybody_keeps_own_quick_replies_and_only_some_keep_shared_ones() {
    let app = TestApp::start().await;
    let (operator, other, admin) =
        (app.person(Role::Operator).await, app.person(Role::Operator).await, app.person(Role::Admin).await);
    let (own, shared) = (QuickReplyId::new(), QuickReplyId::new());
    let mine = form(own, json!({ "kind": "mine" }), "Мой");
    let _: () = operator.want("quick_replies/save", mine.clone()).await;
    // The same form twice is one.
    let _: () = operator.want("quick_replies/save", mine).await;
    let for_all = form(shared, json!({ "kind": "all" }), "Общий");
    assert_eq!(operator.call("quick_replies/save", &for_all).await.error(), Some(AppError::Forbidden));
    let _: () = admin.want("quick_replies/save", for_all.clone()).await;

    assert_eq!(titles(&operator).await, ["Мой", "Общий"]);
    assert_eq!(titles(&other).await, ["Общий"], "somebody else's own is not shown");
    assert_eq!(titles(&admin).await, ["Общий"], "to nobody");
    let stolen = form(own, json!({ "kind": "mine" }), "Чужой");
    assert_eq!(other.call("quick_replies/save", &stolen).await.error(), Some(AppError::NotFound));
    for (function, answer) in
        [("quick_replies/delete", AppError::NotFound), ("quick_replies/used", AppError::NotFound)]
    {
        assert_eq!(admin.call(function, &json!({ "reply": own })).await.error(), Some(answer), "{function}");
    }
    let taken = form(shared, json!({ "kind": "mine" }), "Забрал");
    assert_eq!(operator.call("quick_replies/save", &taken).await.error(), Some(AppError::Forbidden));
    let delete = json!({ "reply": shared });
    assert_eq!(operator.call("quick_replies/delete", &delete).await.error(), Some(AppError::Forbidden));
    let _: () = admin.want("quick_replies/delete", delete).await;
    assert_eq!(titles(&operator).await, ["Мой"]);

    let nameless = form(QuickReplyId::new(), json!({ "kind": "mine" }), " ");
    let error = operator.call("quick_replies/save", &nameless).await.error();
    assert_eq!(error, Some(AppError::Refused(Refusal::TitleMissing)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_offered_what_applies_to_it_with_the_facts_that_are_known() {
    let app = TestApp::start().await;
    let (seller, _, chat) = app.shop_with_chat("Где заказ?").await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    let admin = app.person(Role::Admin).await;
    let ids: Vec<QuickReplyId> = (0..4).map(|_| QuickReplyId::new()).collect();
    let scopes = [
        json!({ "kind": "mine" }),
        json!({ "kind": "seller", "seller": seller }),
        json!({ "kind": "marketplace", "marketplace": "ozon" }),
    ];
    for (index, scope) in scopes.into_iter().enumerate() {
        let _: () = admin.want("quick_replies/save", form(ids[index], scope, &index.to_string())).await;
    }
    // A second shop's reply is not offered in a chat of the first.
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO sellers SELECT workspace_id, '{}', marketplace, 'second', name, 'removed', NULL, shop_name, \
                 subscription, key_expires_at, methods, connected_at, clock_from, last_sync_at, last_sync_took_ms, \
                 last_walk_at, last_error, last_error_detail, last_error_at, failures, created_at FROM sellers",
            ids[3].0
        ))
        .await;
    let other = form(ids[3], json!({ "kind": "seller", "seller": ids[3] }), "3");
    let _: () = admin.want("quick_replies/save", other).await;

    let offer: Offer = admin.want("quick_replies/of_chat", json!({ "chat": chat })).await;
    let mut offered: Vec<&str> = offer.replies.iter().map(|reply| reply.title.as_str()).collect();
    offered.sort_unstable();
    assert_eq!(offered, ["0", "1", "2"]);
    assert_eq!(offer.replies.iter().filter(|reply| reply.scope == Scope::Mine).count(), 1);
    assert_eq!(offer.facts.get(&Variable::Operator).map(String::as_str), Some("Some"));
    assert!(offer.facts.contains_key(&Variable::Shop));
    assert_eq!(offer.facts.get(&Variable::Order), None, "nobody has told it");

    let _: () = admin.want("quick_replies/used", json!({ "reply": ids[0] })).await;
    let offer: Offer = admin.want("quick_replies/of_chat", json!({ "chat": chat })).await;
    assert_eq!(offer.replies.iter().map(|reply| reply.use_count).sum::<i64>(), 1);

    for function in ["quick_replies/delete", "quick_replies/used"] {
        let answer = stranger.call(function, &json!({ "reply": ids[2] })).await;
        assert_eq!(answer.error(), Some(AppError::NotFound), "{function}");
    }
    let theirs = form(QuickReplyId::new(), json!({ "kind": "seller", "seller": seller }), "x");
    assert_eq!(stranger.call("quick_replies/save", &theirs).await.error(), Some(AppError::NotFound));
    assert!(titles(&stranger).await.is_empty());
}

// --- Risky words ---------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_has_to_be_accepted_and_a_block_cannot_be() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let reply = ReplyId::new();
    let say = |text: &str, accepted: Value| json!({ "chat": chat, "reply": reply, "text": text, "how": { "accepted": accepted } });
    let refused = person.call("inbox/reply", &say("Вернём деньги", json!([]))).await.error();
    let Some(AppError::Refused(Refusal::WordingUnaccepted(found))) = refused else { panic!("{refused:?}") };
    assert_eq!(found.words, "Вернём деньги");
    // What is not the rule's name accepts nothing; an old browser says nothing at all.
    let old = json!({ "chat": chat, "reply": reply, "text": "Вернём деньги" });
    for body in [say("Вернём деньги", json!(["promise.order"])), old] {
        assert_eq!(person.call("inbox/reply", &body).await.status, 422);
    }
    let all = json!(["off_platform.contact", "promise.money"]);
    let refused =
        person.call("inbox/reply", &say("Вернём деньги, звоните 8 912 345-67-89", all)).await.error();
    assert!(matches!(refused, Some(AppError::Refused(Refusal::WordingBlocked(_)))), "{refused:?}");
    let refused = person.call("inbox/reply", &say("Заказ {{заказ}}", json!([]))).await.error();
    assert!(matches!(refused, Some(AppError::Refused(Refusal::VariableUnfilled { .. }))), "{refused:?}");
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 0, "nothing was stored");

    let _: Value = person.want("inbox/reply", say("Вернём деньги", json!(["promise.money"]))).await;
    let kept = app.sql().await.value("SELECT sent_over::text FROM replies").await.expect("a reply");
    assert!(kept.contains("promise.money") && kept.contains("Вернём деньги"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_versions_of_a_workspace_that_only_admins_make() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (admin, operator) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let own = json!({ "id": "own.1", "title": "Склад", "advice": "", "severity": "block", "patterns": ["склад* нет"] });
    let changes = json!({ "severities": { "promise.money": "off", "unknown.rule": "off" }, "own": [own] });
    let save = json!({ "version": 0, "changes": changes });
    assert_eq!(operator.call("wording/save", &save).await.status, 403);
    assert_eq!(operator.call("wording/settings", &json!({})).await.status, 403);
    let saved: WordingSettings = admin.want("wording/save", save.clone()).await;
    assert_eq!((saved.version, saved.changes.severities.len()), (1, 1), "only rules that exist");
    let late = admin.call("wording/save", &save).await.error();
    assert_eq!(late, Some(AppError::Refused(Refusal::RulesChangedMeanwhile)));

    let rules: RuleSet = operator.want("wording/rules", json!({})).await;
    assert_eq!(rules.version, 1);
    let _ = operator.reply(chat, "Вернём деньги").await;
    let blocked = json!({ "chat": chat, "reply": ReplyId::new(), "text": "На складе нет" });
    let refused = operator.call("inbox/reply", &blocked).await.error();
    let Some(AppError::Refused(Refusal::WordingBlocked(found))) = refused else { panic!("{refused:?}") };
    assert_eq!(found.title.as_deref(), Some("Склад"));

    let elsewhere = app.new_workspace("Second").await;
    let stranger: RuleSet =
        app.person_of(elsewhere, Role::Owner).await.want("wording/rules", json!({})).await;
    assert_eq!(stranger.version, 0, "another workspace has its own");
    assert!(stranger.rules.iter().all(|rule| rule.title.is_none()));
    let bad = json!({ "version": 1, "changes": { "severities": {}, "own": [
        { "id": "own.2", "title": "x", "advice": "", "severity": "warn", "patterns": ["*"] }] } });
    assert_eq!(admin.call("wording/save", &bad).await.status, 422);
}

// --- Taking back ---------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_can_be_taken_back_until_it_leaves() {
    let app = holding().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let (person, other) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let reply = send(&person, chat, "Завтра", json!("after_pause")).await;
    assert!(reply.delivery.as_ref().is_some_and(|delivery| delivery.leaves_at.is_some()));
    let Verdict::Again(pause) = deliver(&app, chat).await else { panic!("it comes back") };
    assert!(pause <= LONG && pause > LONG / 2, "{pause:?}");
    assert_eq!(state(&app, id(&reply)).await, "queued");

    let take = json!({ "reply": id(&reply) });
    assert_eq!(other.call("inbox/take_back", &take).await.error(), Some(AppError::NotFound));
    let taken: TakenBack = person.want("inbox/take_back", take.clone()).await;
    assert_eq!((taken.text.as_str(), taken.chat), ("Завтра", chat));
    assert!(!person.open(chat).await.messages.items.iter().any(|view| view.body == "Завтра"));
    let again = person.call("inbox/take_back", &take).await.error();
    assert_eq!(again, Some(AppError::Refused(Refusal::ReplyHasLeft)));
    // A second try of the request that wrote it does not write it again.
    let arguments = json!({ "chat": chat, "reply": id(&reply), "text": "Завтра" });
    let _: Value = person.want("inbox/reply", arguments).await;
    assert_eq!(deliver(&app, chat).await, Verdict::Done);
    assert_eq!(texts(&app, &external), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_where_the_deadline_is_near() {
    let app = holding().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    app.sql().await.run("UPDATE chats SET due_at = now() + interval '90 seconds'").await;
    let reply = send(&person, chat, "Завтра", json!("after_pause")).await;
    assert_eq!(reply.delivery.and_then(|delivery| delivery.leaves_at), None);
    deliver(&app, chat).await;
    assert_eq!(texts(&app, &external), ["Завтра"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_keep_their_order_and_a_planned_one_holds_nothing_back() {
    let app =
        TestApp::with(Setting { undo_pause: Some(Duration::from_millis(300)), ..Setting::default() }).await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let later = json!({ "at": now() + TimeDelta::hours(2) });
    let planned = send(&person, chat, "через два часа", later).await;
    send(&person, chat, "первый", json!("after_pause")).await;
    send(&person, chat, "второй", json!("now")).await;
    until("both are there", async || {
        deliver(&app, chat).await;
        texts(&app, &external).len() == 2
    })
    .await;
    assert_eq!(texts(&app, &external), ["первый", "второй"]);
    assert_eq!(state(&app, id(&planned)).await, "scheduled");
    let Verdict::Again(pause) = deliver(&app, chat).await else { panic!("it comes back") };
    assert!(pause <= Duration::from_secs(7200), "{pause:?}");

    let _: () = person.want("inbox/send_now", json!({ "reply": id(&planned) })).await;
    deliver(&app, chat).await;
    assert_eq!(texts(&app, &external), ["первый", "второй", "через два часа"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_and_delivering_at_one_moment_is_one_of_both() {
    const ROUNDS: usize = 30;
    let app =
        TestApp::with(Setting { undo_pause: Some(Duration::from_millis(1)), ..Setting::default() }).await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults { latency_ms: Some((0, 5)), ..Faults::default() });
    let (mut taken, mut sent) = (0, 0);
    for round in 0..ROUNDS {
        let text = format!("Ответ {round}");
        let reply = send(&person, chat, &text, json!("after_pause")).await;
        let undo = json!({ "reply": id(&reply) });
        let (answer, _) = tokio::join!(person.call("inbox/take_back", &undo), deliver(&app, chat));
        // Whoever lost may have to come again.
        deliver(&app, chat).await;
        let times = texts(&app, &external).iter().filter(|sent| **sent == text).count();
        match answer.status {
            200 => {
                assert_eq!((times, state(&app, id(&reply)).await.as_str()), (0, "withdrawn"), "{text}");
                taken += 1;
            }
            _ => {
                assert_eq!(answer.error(), Some(AppError::Refused(Refusal::ReplyHasLeft)), "{text}");
                assert_eq!(times, 1, "{text}");
                sent += 1;
            }
        }
    }
    println!("{taken} taken back, {sent} sent");
    assert_eq!(taken + sent, ROUNDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_can_close_the_chat_and_taking_back_opens_it_again() {
    let app = holding().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let how = json!({ "departure": "after_pause", "closes_chat": true });
    let arguments = json!({ "chat": chat, "reply": ReplyId::new(), "text": "Готово", "how": how });
    let reply: MessageView = person.want("inbox/reply", arguments).await;
    assert_eq!(person.row(chat).await.work, WorkState::Closed);
    let _: TakenBack = person.want("inbox/take_back", json!({ "reply": id(&reply) })).await;
    assert_eq!(person.row(chat).await.work, WorkState::Open);
    let view: ChatView = person.want("inbox/open", json!({ "chat": chat })).await;
    let deeds: Vec<Deed> = view
        .beside
        .into_iter()
        .filter_map(|it| match it {
            Beside::Activity(activity) => Some(activity.deed),
            Beside::Note(_) => None,
        })
        .collect();
    assert_eq!(deeds, [Deed::Closed, Deed::Reopened], "both are told");

    let arguments =
        json!({ "chat": chat, "reply": ReplyId::new(), "text": "Готово", "how": { "closes_chat": true } });
    let _: Value = person.want("inbox/reply", arguments).await;
    deliver(&app, chat).await;
    let row = person.row(chat).await;
    assert_eq!(
        (row.work, row.status),
        (WorkState::Closed, ChatStatus::Open),
        "our own message does not open it"
    );
    app.ozon().buyer_writes(&external, "Ещё вопрос").expect("a chat");
    app.poll(seller).await;
    assert_eq!(person.row(chat).await.work, WorkState::Open);
}

// --- Later ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_reply_leaves_at_its_time() {
    let app = TestApp::working().await;
    app.connect_shop().await;
    let external = app.buyer_begins("Где заказ?");
    let chat = app.chat(&external).await;
    let person = app.person(Role::Operator).await;
    until("the message is here", async || person.open(chat).await.window.buyer_wrote_at.is_some()).await;
    let at = now() + TimeDelta::milliseconds(1500);
    let reply = send(&person, chat, "Доброе утро", json!({ "at": at })).await;
    assert_eq!(reply.delivery.as_ref().map(|delivery| delivery.state), Some(ReplyState::Scheduled));
    until("it is sent", async || texts(&app, &external) == ["Доброе утро"]).await;
    assert!(now() >= at, "not before");
    until("it is recognised", async || state(&app, id(&reply)).await == "visible").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buyer_who_writes_first_cancels_what_was_planned() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let plan = |hours| json!({ "at": now() + TimeDelta::hours(hours) });
    let reply = send(&person, chat, "Доброе утро", plan(3)).await;
    app.poll(seller).await;
    assert_eq!(state(&app, id(&reply)).await, "scheduled", "nothing has happened");
    app.ozon().buyer_writes(&external, "Уже не нужно").expect("a chat");
    app.poll(seller).await;
    let shown = person.open(chat).await.messages.items;
    let cancelled = shown.iter().find(|view| view.key == reply.key).and_then(|view| view.delivery.clone());
    let cancelled = cancelled.expect("it is still shown");
    assert_eq!(
        (cancelled.state, cancelled.reason),
        (ReplyState::Failed, Some(FailureReason::BuyerWroteFirst))
    );
    deliver(&app, chat).await;
    assert_eq!(texts(&app, &external), [""; 0]);
    // Its text comes back for another try.
    let taken: TakenBack = person.want("inbox/take_back", json!({ "reply": id(&reply) })).await;
    assert_eq!(taken.text, "Доброе утро");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_has_fetched_yet_cancels_too() {
    let app = TestApp::start().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let reply = send(&person, chat, "Доброе утро", json!({ "at": now() + TimeDelta::hours(3) })).await;
    app.ozon().buyer_writes(&external, "Уже не нужно").expect("a chat");
    // Its time has come before the next poll.
    app.sql().await.run("UPDATE replies SET deliver_at = now() - interval '1 second'").await;
    deliver(&app, chat).await;
    assert_eq!(state(&app, id(&reply)).await, "failed");
    assert_eq!(texts(&app, &external), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_over_or_after_the_window_is_refused() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    for (hours, refusal) in [(-1, Refusal::SendTimePast), (49, Refusal::SendTimeAfterWindow)] {
        let how = json!({ "departure": { "at": now() + TimeDelta::hours(hours) } });
        let arguments = json!({ "chat": chat, "reply": ReplyId::new(), "text": "Завтра", "how": how });
        let error = person.call("inbox/reply", &arguments).await.error();
        assert_eq!(error, Some(AppError::Refused(refusal)));
    }
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 0);
}
