//! People come and go: who may add and let go whom, what becomes of what they held, and that nobody gets in any more.

use crate::harness::{Person, TestApp};
use agentiq::features::inbox::saved_filter::Leaving;
use agentiq::features::inbox::server::hand_over;
use agentiq::features::inbox::types::{Beside, Deed, Holder, PersonView};
use agentiq::features::users::types::{Access, StaffView};
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{SavedFilterId, UserId};
use agentiq::shared::role::Role;
use serde_json::{Value, json};

async fn staff(person: &Person) -> Vec<StaffView> {
    person.want("users/staff", json!({})).await
}

async fn refused(person: &Person, function: &str, arguments: Value) -> Option<Refusal> {
    match person.call(function, &arguments).await.error() {
        Some(AppError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

async fn log_in(app: &TestApp, access: &Access) -> Person {
    let mut person = app.nobody();
    let fields = [("email", access.email.as_str()), ("password", access.password.as_str())];
    person.submit("/login", &fields).await;
    person
}

/// Does what the job of handing over does.
async fn hand_over(app: &TestApp) {
    let sql = app.sql().await;
    for payload in sql.column("SELECT payload::text FROM jobs WHERE kind = 'inbox.hand_over'").await {
        let payload = serde_json::from_str(&payload).expect("a payload");
        let run = Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 };
        assert_eq!(hand_over::run(run).await.expect("a run"), Verdict::Done);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_gets_in_with_what_is_shown_once() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let form = json!({ "email": " Anna@Shop.example ", "name": "Анна", "role": "operator" });
    let access: Access = admin.want("users/add", form.clone()).await;
    assert_eq!(access.email, "anna@shop.example");
    assert!(!format!("{access:?}").contains(&access.password), "no log tells it");
    let anna = log_in(&app, &access).await;
    assert_eq!(anna.get("/inbox").await.status, 200);

    let shown = staff(&anna).await;
    let names: Vec<(&str, Role)> = shown.iter().map(|it| (it.name.as_str(), it.role)).collect();
    assert_eq!(
        names,
        [("Some admin", Role::Admin), ("Анна", Role::Operator)],
        "those who run it stand first"
    );
    assert!(shown.iter().all(|it| it.seen_at.is_some()));
    assert_eq!(refused(&admin, "users/add", form).await, Some(Refusal::EmailTaken));
    for (email, name, why) in
        [("anna", "Анна", Refusal::EmailInvalid), ("b@shop.example", " \u{7} ", Refusal::PersonNameMissing)]
    {
        let form = json!({ "email": email, "name": name, "role": "viewer" });
        assert_eq!(refused(&admin, "users/add", form).await, Some(why), "{email}");
    }

    let again: Access = admin.want("users/reset_password", json!({ "person": shown[1].id })).await;
    assert_eq!(anna.get("/inbox").await.status, 303, "the session of the old password is over");
    assert_eq!(log_in(&app, &access).await.get("/inbox").await.status, 303);
    assert_eq!(log_in(&app, &again).await.get("/inbox").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_touched_by_owners_and_nobody_touches_themselves() {
    let app = TestApp::start().await;
    let (owner, admin) = (app.person(Role::Owner).await, app.person(Role::Admin).await);
    let to = |person: &Person, role: Role| json!({ "person": person.id, "role": role });
    assert_eq!(
        refused(&admin, "users/set_role", to(&owner, Role::Viewer)).await,
        Some(Refusal::OnlyForOwners)
    );
    assert_eq!(
        refused(&admin, "users/let_go", json!({ "person": owner.id })).await,
        Some(Refusal::OnlyForOwners)
    );
    assert_eq!(
        refused(&admin, "users/reset_password", json!({ "person": owner.id })).await,
        Some(Refusal::OnlyForOwners)
    );
    let form = json!({ "email": "o@shop.example", "name": "Олег", "role": "owner" });
    assert_eq!(refused(&admin, "users/add", form).await, Some(Refusal::OnlyForOwners));
    assert_eq!(refused(&owner, "users/set_role", to(&owner, Role::Admin)).await, Some(Refusal::NotOneself));
    assert_eq!(
        refused(&owner, "users/let_go", json!({ "person": owner.id })).await,
        Some(Refusal::NotOneself)
    );

    // Two owners who take each other's role away: one of them stays.
    let second = app.person(Role::Owner).await;
    let (one, other) = (to(&second, Role::Operator), to(&owner, Role::Operator));
    tokio::join!(owner.call("users/set_role", &one), second.call("users/set_role", &other));
    let owners = staff(&admin).await.into_iter().filter(|it| it.role == Role::Owner).count();
    assert_eq!(owners, 1);

    let strange = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    for (function, arguments) in [
        ("users/let_go", json!({ "person": admin.id })),
        ("users/rename", json!({ "person": admin.id, "name": "x" })),
    ] {
        assert_eq!(strange.call(function, &arguments).await.error(), Some(AppError::NotFound), "{function}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_loses_the_way_in_and_leaves_no_chat_behind() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let admin = app.person(Role::Admin).await;
    let form = json!({ "email": "anna@shop.example", "name": "Анна", "role": "operator" });
    let access: Access = admin.want("users/add", form.clone()).await;
    let anna = log_in(&app, &access).await;
    let id: UserId = staff(&admin).await.into_iter().find(|it| it.name == "Анна").expect("Anna").id;
    let assign = json!({ "chat": chat, "to": { "person": id }, "was": "nobody" });
    let _: () = admin.want("inbox/assign", assign.clone()).await;
    let query =
        json!({ "view": "all", "seller": null, "filter": { "is": { "assignee": [{ "person": id }] } } });
    let save = json!({ "saved": SavedFilterId::new(), "name": "Чаты Анны", "query": query, "kept": "all" });
    let _: () = admin.want("inbox/save_filter", save).await;

    let leaving: Leaving = admin.want("inbox/before_leaving", json!({ "person": id })).await;
    assert_eq!((leaving.chats, leaving.filters.names), (1, vec!["Чаты Анны".to_owned()]));
    let _: () = admin.want("users/let_go", json!({ "person": id })).await;
    assert_eq!(anna.call("users/people", &json!({})).await.status, 401, "at once");
    assert_eq!(log_in(&app, &access).await.get("/inbox").await.status, 303);
    hand_over(&app).await;
    let row = admin.row(chat).await;
    assert_eq!(row.assignee, None);
    let beside = admin.open(chat).await.beside;
    let last =
        beside.into_iter().rev().find_map(|it| if let Beside::Activity(it) = it { Some(it) } else { None });
    let last = last.expect("a line about it");
    assert_eq!((last.deed, last.actor.map(|it| it.id)), (Deed::Assigned { to: None }, Some(admin.id)));

    let people: Vec<PersonView> = admin.want("users/people", json!({})).await;
    assert!(people.iter().all(|it| it.id != id), "nobody to choose any more");
    assert_eq!(refused(&admin, "inbox/assign", assign).await, Some(Refusal::PersonCannotAnswer));
    let note = json!({ "chat": chat, "note": agentiq::shared::ids::NoteId::new(), "text": "@Анна", "mentions": [id] });
    assert_eq!(admin.call("inbox/write_note", &note).await.status, 404);
    assert_eq!(admin.call("users/let_go", &json!({ "person": id })).await.status, 404, "twice");

    // Who comes back is the same person.
    let again: Access = admin.want("users/add", form).await;
    let anna = log_in(&app, &again).await;
    assert_eq!(staff(&anna).await.into_iter().find(|it| it.name == "Анна").map(|it| it.id), Some(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_from_now_on_hands_over_and_who_may_again_keeps() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (admin, anna) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let holder = Holder::Person(anna.id);
    let _: () = admin.want("inbox/assign", json!({ "chat": chat, "to": holder, "was": "nobody" })).await;
    for role in [Role::Viewer, Role::Operator] {
        let _: () = admin.want("users/set_role", json!({ "person": anna.id, "role": role })).await;
    }
    hand_over(&app).await;
    assert_eq!(admin.row(chat).await.assignee.map(|it| it.id), Some(anna.id), "thought better of it");
    let _: () = admin.want("users/set_role", json!({ "person": anna.id, "role": "viewer" })).await;
    hand_over(&app).await;
    assert_eq!(admin.row(chat).await.assignee, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password_is_changed_by_who_knows_it() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let form = json!({ "email": "anna@shop.example", "name": "Анна", "role": "viewer" });
    let access: Access = admin.want("users/add", form).await;
    let anna = log_in(&app, &access).await;
    let new = "несколько обычных слов";
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let short = refused(&anna, "users/change_password", change(&access.password, "short")).await;
    assert_eq!(short, Some(Refusal::PasswordTooShort { min: 10 }));
    let wrong = refused(&anna, "users/change_password", change("not it at all", new)).await;
    assert_eq!(wrong, Some(Refusal::PasswordWrong));
    let _: () = anna.want("users/change_password", change(&access.password, new)).await;
    assert_eq!(anna.get("/inbox").await.status, 303, "everywhere anew");
    let access = Access { password: new.to_owned(), ..access };
    let anna = log_in(&app, &access).await;
    for _ in 0..4 {
        assert_eq!(
            refused(&anna, "users/change_password", change("guess", new)).await,
            Some(Refusal::PasswordWrong)
        );
    }
    let fifth = anna.call("users/change_password", &change("guess", new)).await;
    assert!(matches!(fifth.error(), Some(AppError::RateLimited { .. })), "{}", fifth.text);
}
