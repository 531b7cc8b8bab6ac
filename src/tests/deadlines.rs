//! Rules about deadlines: versions of them, what they would change, a message tried out, and how soon buyers were answered.

use crate::harness::{Live, Person, TestApp};
use agentiq::features::sla::book::RuleBook;
use agentiq::features::sla::defaults::first_book;
use agentiq::features::sla::policy::{Condition, Goals, Policy};
use agentiq::features::sla::server::rules;
use agentiq::features::sla::types::{
    Answerer, DeadlineSettings, PolicyCount, Preview, Report, TrialOutcome, VersionLine,
};
use agentiq::platform::clock::now;
use agentiq::shared::change::Change;
use agentiq::shared::chat::Priority;
use agentiq::shared::error::{AppError, DeadlineFlaw, Refusal};
use agentiq::shared::i18n::Locale;
use agentiq::shared::ids::{ChatId, PolicyId, SellerId, WorkspaceId};
use agentiq::shared::role::Role;
use agentiq::shared::sla::clocks::{ClockKind, Goal};
use agentiq::shared::sla::count::{Target, TimeKind};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn book() -> RuleBook {
    first_book(Locale::Ru).expect("data")
}

/// Answers within so many minutes, day and night, whatever the priority.
fn policy(name: &str, when: Vec<Condition>, minutes: u32) -> Policy {
    let goal = Goal { target: Target::wall(minutes), paused_by: Vec::new() };
    let goals = Goals { first_reply: Some(goal.clone()), next_reply: Some(goal), resolution: None };
    Policy {
        id: PolicyId::new(),
        name: name.to_owned(),
        when,
        raises: Vec::new(),
        goals: Priority::ALL.iter().map(|priority| (*priority, goals.clone())).collect(),
        by_intent: BTreeMap::new(),
        calendar: None,
        ladder: Vec::new(),
    }
}

fn words(word: &str) -> Condition {
    Condition::Words(vec![word.to_owned()])
}

async fn settings(person: &Person) -> DeadlineSettings {
    person.want("sla/settings", json!({})).await
}

async fn save(person: &Person, version: i32, book: &RuleBook) -> DeadlineSettings {
    person.want("sla/save", json!({ "version": version, "book": book })).await
}

// --- Versions ------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_version_that_holds_at_once_and_the_old_one_can_still_be_read() {
    let app = TestApp::start().await;
    let (admin, operator) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let built_in = settings(&operator).await;
    assert_eq!((built_in.version, built_in.changed.as_ref(), &built_in.book), (0, None, &book()));
    assert!(built_in.marketplaces[0].rating.is_some() && built_in.marketplaces[0].window.is_some());

    let mut stream = Live::open(&operator, 0).await;
    let mut first = book();
    first.policies.insert(0, policy("Срочное", vec![words("срочно*")], 30));
    let saved = save(&admin, 0, &first).await;
    assert_eq!((saved.version, &saved.book), (1, &first));
    assert_eq!(saved.changed.map(|(who, _)| who).as_deref(), Some("Some admin"));
    assert_eq!(stream.next_change().await.change, Change::Deadlines);
    let mut second = first.clone();
    second.policies.reverse();
    save(&admin, 1, &second).await;

    let lines: Vec<VersionLine> = operator.want("sla/versions", json!({})).await;
    assert_eq!(lines.iter().map(|line| line.version).collect::<Vec<_>>(), [2, 1]);
    for (version, expected) in [(0, &book()), (1, &first), (2, &second)] {
        let read: RuleBook = operator.want("sla/version", json!({ "version": version })).await;
        assert_eq!(&read, expected, "version {version}");
        let mut conn = app.conn().await;
        let ready = rules::of_version(&mut conn, app.workspace, version).await.expect("rules");
        assert_eq!((ready.version, &ready.book), (version, expected), "version {version}, ready to be asked");
    }
    let in_force = rules::in_force(&mut *app.conn().await, app.workspace).await.expect("rules");
    assert_eq!(in_force.version, 2);
    let unknown = operator.call("sla/version", &json!({ "version": 3 })).await.error();
    assert_eq!(unknown, Some(AppError::NotFound));
    assert!(rules::of_version(&mut *app.conn().await, app.workspace, 3).await.is_err());

    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    assert_eq!(settings(&stranger).await.version, 0, "another workspace has its own");
    let theirs = stranger.call("sla/version", &json!({ "version": 1 })).await.error();
    assert_eq!(theirs, Some(AppError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_begin_with_the_same_version_the_second_is_told() {
    let app = TestApp::start().await;
    let (one, other) = (app.person(Role::Admin).await, app.person(Role::Owner).await);
    let begun = json!({ "version": 0, "book": book() });
    let (first, second) = tokio::join!(one.call("sla/save", &begun), other.call("sla/save", &begun));
    let mut errors = [first.error(), second.error()];
    errors.sort_by_key(Option::is_some);
    assert_eq!(errors, [None, Some(AppError::Refused(Refusal::RulesChangedMeanwhile))]);
    let late = one.call("sla/save", &begun).await.error();
    assert_eq!(late, Some(AppError::Refused(Refusal::RulesChangedMeanwhile)));
    assert_eq!(app.sql().await.number("SELECT count(*) FROM policy_versions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_taken_back_is_not_remembered() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let mut never = book();
    never.policies.insert(0, policy("Никогда", vec![], 1));
    let insert = |book: &RuleBook| {
        format!(
            "INSERT INTO policy_versions VALUES ('{}', 1, '{}', '{}', clock_timestamp())",
            app.workspace,
            serde_json::to_string(book).expect("JSON"),
            admin.id
        )
    };
    let mut conn = app.conn().await;
    {
        use diesel_async::SimpleAsyncConnection;
        conn.batch_execute("BEGIN").await.expect("a transaction");
        conn.batch_execute(&insert(&never)).await.expect("a version");
        let seen = rules::in_force(&mut conn, app.workspace).await.expect("rules");
        assert_eq!(seen.book, never, "in its own transaction it holds");
        conn.batch_execute("ROLLBACK").await.expect("taken back");
    }
    let mut kept = book();
    kept.policies.insert(0, policy("Навсегда", vec![], 2));
    app.sql().await.run(&insert(&kept)).await;
    let seen = rules::in_force(&mut conn, app.workspace).await.expect("rules");
    assert_eq!((seen.version, &seen.book), (1, &kept));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_save_and_only_what_can_be_meant() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    for role in [Role::Operator, Role::Viewer] {
        let person = app.person(role).await;
        let body = json!({ "version": 0, "book": book() });
        assert_eq!(person.call("sla/save", &body).await.error(), Some(AppError::Forbidden), "{role}");
        let preview = person.call("sla/preview", &json!({ "book": book() })).await.error();
        assert_eq!(preview, Some(AppError::Forbidden), "{role}");
        assert_eq!(settings(&person).await.version, 0, "{role} may look");
    }
    let refused = async |change: &dyn Fn(&mut RuleBook)| {
        let mut book = book();
        change(&mut book);
        admin.call("sla/save", &json!({ "version": 0, "book": book })).await.error()
    };
    let flaw =
        |name: &str, flaw| Some(AppError::Refused(Refusal::DeadlineRule { name: name.to_owned(), flaw }));
    assert_eq!(refused(&|book| book.policies[0].goals.clear()).await, None, "goals by intent are goals, too");
    assert_eq!(
        refused(&|book| {
            book.policies[0].goals.clear();
            book.policies[0].by_intent.clear();
        })
        .await,
        flaw("Все чаты", DeadlineFlaw::NoGoal)
    );
    assert_eq!(refused(&|book| book.policies[0].name.clear()).await, flaw("", DeadlineFlaw::NameMissing));
    assert_eq!(
        refused(&|book| book.policies[0].when.push(Condition::Tag(Vec::new()))).await,
        flaw("Все чаты", DeadlineFlaw::NothingSatisfies)
    );
    assert_eq!(
        refused(&|book| book.calendars[0].plan.week = Default::default()).await,
        flaw("Рабочие часы", DeadlineFlaw::NeverOpen)
    );
    assert_eq!(refused(&|book| book.calendars.clear()).await, Some(AppError::BadRequest));
}

// --- Before saving -------------------------------------------------------------------------------------------------

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    Buyer { is_urgent: bool },
    Us,
}

/// A chat as it is written into the database behind the product's back.
struct Written {
    seller: SellerId,
    said: Vec<(DateTime<Utc>, Author)>,
}

impl Written {
    /// Times that the buyer waited: since when, whether urgently, until when.
    fn waits(&self) -> Vec<(DateTime<Utc>, bool, Option<DateTime<Utc>>)> {
        let mut waits: Vec<(DateTime<Utc>, bool, Option<DateTime<Utc>>)> = Vec::new();
        for (at, author) in &self.said {
            let open = waits.last_mut().filter(|(_, _, answered)| answered.is_none());
            match (author, open) {
                (Author::Buyer { is_urgent }, Some(wait)) => wait.1 |= is_urgent,
                (Author::Buyer { is_urgent }, None) => waits.push((*at, *is_urgent, None)),
                (Author::Us, Some(wait)) => wait.2 = Some(*at),
                (Author::Us, None) => {}
            }
        }
        waits
    }

    fn sql(&self, workspace: WorkspaceId, number: usize) -> String {
        let (chat, seller) = (ChatId::new(), self.seller);
        let last = self.said.last().expect("something was said").0;
        let since = self.waits().last().and_then(|(since, _, answered)| answered.is_none().then_some(*since));
        let since = since.map_or("NULL".to_owned(), |since| format!("'{since}'"));
        let mut sql = format!(
            "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                                unanswered_since) \
             VALUES ('{workspace}', '{chat}', '{seller}', 'dialog', 'written-{number}', 'open', '{last}', '{last}', {since}); "
        );
        for (place, (at, author)) in self.said.iter().enumerate() {
            let (author, text) = match author {
                Author::Buyer { is_urgent: true } => ("buyer", "Срочно ответьте"),
                Author::Buyer { is_urgent: false } => ("buyer", "Где заказ"),
                Author::Us => ("seller_elsewhere", "Скоро"),
            };
            sql.push_str(&format!(
                "INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
                 VALUES ('{workspace}', '{chat}', '{place}', '{place}', '{author}', '{text}', '{at}', '{at}'); "
            ));
        }
        sql
    }
}

/// Two shops and chats of both, as the dice have it.
async fn written(app: &TestApp, chats: usize) -> Vec<Written> {
    let sql = app.sql().await;
    let sellers = [SellerId::new(), SellerId::new()];
    for seller in sellers {
        sql.run(&format!(
            "INSERT INTO sellers (workspace_id, id, marketplace, external_account_id, name, state, connected_at, clock_from, \
                                  created_at, credentials) \
             VALUES ('{}', '{seller}', 'ozon', '{seller}', 'Shop', 'active', now(), now() - interval '20 days', now(), '\\x00')",
            app.workspace
        ))
        .await;
    }
    let mut dice = Dice(7);
    let mut all = Vec::new();
    for number in 0..chats {
        let mut at = now() - TimeDelta::minutes(dice.roll(12 * 1_440) as i64 + 600);
        let said = (0..=dice.roll(7)).map(|_| {
            at += TimeDelta::minutes(1 + dice.roll(95) as i64);
            let author = match dice.roll(5) {
                0 | 1 => Author::Us,
                urgent => Author::Buyer { is_urgent: urgent == 2 },
            };
            (at, author)
        });
        let chat = Written { seller: sellers[number % 2], said: said.collect() };
        sql.run(&chat.sql(app.workspace, number)).await;
        all.push(chat);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_counts_what_counting_by_hand_counts() {
    let app = TestApp::start().await;
    let chats = written(&app, 60).await;
    let admin = app.person(Role::Admin).await;
    let second = chats[1].seller;
    let rules = [
        (policy("Срочно", vec![words("срочно*")], 30), 30),
        (policy("Второй", vec![Condition::Seller(vec![second])], 60), 60),
    ];
    let mut meant = book();
    meant.policies = rules.iter().map(|(policy, _)| policy.clone()).collect();
    let now = now();
    let mut expected = [PolicyCount::default(), PolicyCount::default(), PolicyCount::default()];
    for chat in &chats {
        for (since, is_urgent, answered) in chat.waits() {
            let place = if is_urgent {
                0
            } else if chat.seller == second {
                1
            } else {
                2
            };
            let minutes = rules.get(place).map(|(_, minutes)| TimeDelta::minutes(*minutes));
            let is_late = minutes.is_some_and(|minutes| answered.unwrap_or(now) > since + minutes);
            let count = &mut expected[place];
            count.open += i64::from(answered.is_none());
            count.overdue += i64::from(answered.is_none() && is_late);
            if since >= now - TimeDelta::days(7) {
                count.week += 1;
                count.late += i64::from(is_late);
            }
        }
    }
    assert!(expected.iter().all(|count| count.open > 0 && count.week > count.open), "{expected:?}");
    let preview: Preview = admin.want("sla/preview", json!({ "book": meant })).await;
    let keys: Vec<Option<PolicyId>> = preview.counts.iter().map(|(policy, _)| *policy).collect();
    assert_eq!(keys, [Some(rules[0].0.id), Some(rules[1].0.id), None]);
    let counts: Vec<PolicyCount> = preview.counts.into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, expected);
    let waiting: i64 = expected.iter().map(|count| count.open).sum();
    assert_eq!(
        preview.now.iter().map(|(_, count)| count.open).sum::<i64>(),
        waiting,
        "by the rules in force"
    );
    assert_eq!(app.sql().await.number("SELECT count(*) FROM policy_versions").await, 0, "nothing was saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_tried_out_on_rules_that_are_not_saved() {
    let app = TestApp::start().await;
    let operator = app.person(Role::Operator).await;
    let (seller, _, _) = app.shop_with_chat("Где заказ?").await;
    let mut meant = book();
    meant.policies.insert(0, policy("Наш", vec![Condition::Seller(vec![seller]), words("чайник*")], 10));
    // A Saturday evening in Moscow, after the hours of the first calendar.
    let at: DateTime<Utc> = "2026-11-21T19:00:00Z".parse().expect("an instant");
    let ask = async |text: &str, seller: Option<SellerId>| -> TrialOutcome {
        let trial = json!({ "text": text, "seller": seller, "tags": [], "priority": null, "at": at });
        operator.want("sla/try_out", json!({ "book": meant, "trial": trial })).await
    };
    let due = |outcome: &TrialOutcome, kind| {
        outcome.deadlines.iter().find(|it| it.kind == kind).and_then(|it| it.due_at)
    };
    let ours = ask("Чайник сломан!!!", Some(seller)).await;
    let found = ours.policy.as_ref().expect("a policy");
    assert_eq!((found.name.as_str(), found.priority), ("Наш", Priority::Urgent));
    assert_eq!(due(&ours, ClockKind::FirstReply), Some(at + TimeDelta::minutes(10)));
    assert_eq!(due(&ours, ClockKind::Rating), Some(at + TimeDelta::hours(24)));
    assert_eq!(due(&ours, ClockKind::Window), Some(at + TimeDelta::hours(48)));

    let usual = ask("Чайник сломан!!!", None).await;
    assert_eq!(usual.policy.as_ref().map(|it| it.name.as_str()), Some("Все чаты"));
    let first = usual.deadlines.iter().find(|it| it.kind == ClockKind::FirstReply).expect("a deadline");
    assert_eq!(first.target.map(|target| target.time), Some(TimeKind::Working));
    // Half an hour of work from nine in the morning on.
    assert_eq!(first.due_at, "2026-11-22T06:30:00Z".parse().ok());
    assert!(first.course.len() > 1, "the night is told of");

    let trial = json!({ "text": "", "seller": SellerId::new(), "tags": [], "priority": null, "at": at });
    let unknown = operator.call("sla/try_out", &json!({ "book": meant, "trial": trial })).await.error();
    assert_eq!(unknown, Some(AppError::NotFound));
}

// --- Reports -------------------------------------------------------------------------------------------------------

fn query(more: Value) -> Value {
    let mut query =
        json!({ "days": 30, "seller": null, "person": null, "policy": null, "hour": null, "day": null });
    for (key, value) in more.as_object().expect("an object") {
        query[key] = value.clone();
    }
    json!({ "query": query })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_what_counting_by_hand_counts() {
    let app = TestApp::start().await;
    let chats = written(&app, 60).await;
    let (admin, operator) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let second = chats[1].seller;
    let mut meant = book();
    meant.policies = vec![policy("Все", vec![], 60)];
    save(&admin, 0, &meant).await;
    // As if it had been in force all the time.
    app.sql().await.run("UPDATE policy_versions SET created_at = now() - interval '40 days'").await;
    let waits: Vec<_> =
        chats.iter().flat_map(|chat| chat.waits().into_iter().map(|wait| (chat.seller, wait))).collect();
    let minutes = |seller: Option<SellerId>| {
        let of = waits.iter().filter(move |(of, _)| seller.is_none_or(|seller| seller == *of));
        let mut took: Vec<i64> = of
            .filter_map(|(_, (since, _, answered))| answered.map(|at| (at - *since).num_minutes()))
            .collect();
        took.sort_unstable();
        took
    };
    for seller in [None, Some(second)] {
        let report: Report = operator.want("sla/report", query(json!({ "seller": seller }))).await;
        let took = minutes(seller);
        let turns = waits.iter().filter(|(of, _)| seller.is_none_or(|seller| seller == *of)).count();
        assert_eq!((report.all.turns, report.all.answered), (turns as i64, took.len() as i64), "{seller:?}");
        assert_eq!(report.all.met, took.iter().filter(|minutes| **minutes <= 60).count() as i64);
        assert_eq!(report.all.judged, turns as i64, "whoever still waits has waited too long");
        assert_eq!(report.all.median, Some(took[took.len().div_ceil(2) - 1]));
        assert_eq!(report.all.p90, Some(took[(took.len() * 90).div_ceil(100) - 1]));
        let sum = |turns: Vec<i64>| turns.iter().sum::<i64>();
        assert_eq!(sum(report.hours.iter().map(|group| group.figures.turns).collect()), turns as i64);
        assert_eq!(sum(report.days.iter().map(|group| group.figures.turns).collect()), turns as i64);
        assert_eq!(report.late.len() as i64, report.all.judged - report.all.met);
        assert_eq!(report.people.len(), 1, "all of them in the cabinet");
        assert_eq!(report.people[0].key, Answerer::Cabinet);
        let share = report.shares.iter().find(|share| share.seller == second).expect("a share");
        let of_second: Vec<_> = waits.iter().filter(|(of, _)| *of == second).collect();
        let late = of_second
            .iter()
            .filter(|(_, (since, _, answered))| answered.unwrap_or_else(now) > *since + TimeDelta::hours(24));
        let late = late.count() as i64;
        assert_eq!(share.judged - share.met, late, "answers after a day");
        assert_eq!(
            share.met,
            of_second.iter().filter(|(_, (_, _, answered))| answered.is_some()).count() as i64
        );
    }
    let hour = operator.want::<Report>("sla/report", query(json!({}))).await.hours.remove(0);
    let narrowed: Report = operator.want("sla/report", query(json!({ "hour": hour.key }))).await;
    assert_eq!(narrowed.all, hour.figures, "a group of a report is a report");
    let long = operator.call("sla/report", &query(json!({ "days": 93 }))).await.error();
    assert_eq!(long, Some(AppError::BadRequest));

    let table = operator.get("/reports/deadlines.csv?days=30").await;
    assert_eq!((table.status, table.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(table.text.lines().count(), waits.len() + 1, "a line for each wait");
    assert_eq!(app.nobody().get("/reports/deadlines.csv").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_does_not_rewrite_the_past() {
    let app = TestApp::start().await;
    written(&app, 30).await;
    let admin = app.person(Role::Admin).await;
    let mut lax = book();
    lax.policies = vec![policy("Нестрого", vec![], 10_000)];
    save(&admin, 0, &lax).await;
    app.sql().await.run("UPDATE policy_versions SET created_at = now() - interval '40 days'").await;
    let before: Report = admin.want("sla/report", query(json!({}))).await;
    assert!(before.all.met > 0);
    let mut strict = book();
    strict.policies = vec![policy("Строго", vec![], 1)];
    save(&admin, 1, &strict).await;
    let after: Report = admin.want("sla/report", query(json!({}))).await;
    assert_eq!(after.all.met, before.all.met, "what was promised then is what is judged by");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answered_here_is_named() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    person.reply(chat, "Завтра").await;
    crate::harness::until("the answer is seen on the marketplace", async || {
        app.ozon().sends(&external).len() == 1
    })
    .await;
    let found = crate::harness::eventually("the answer is counted", async || {
        let report: Report = person.want("sla/report", query(json!({ "days": 1 }))).await;
        report.people.first().map(|group| (group.key, group.name.clone(), group.figures.met))
    })
    .await;
    assert_eq!(found, (Answerer::Person(person.id), "Some operator".to_owned(), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_takes_clocks_as_they_are_stored() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Добрый день").await;
    let operator = app.person(Role::Operator).await;
    let report = async || operator.want::<Report>("sla/report", query(json!({}))).await;
    let before = report().await;
    assert_eq!((before.all.turns, before.all.judged), (1, 0), "there is time left");
    // As after a pause that ended early, which rules alone cannot know.
    app.sql()
        .await
        .run("UPDATE clocks SET due_at = now() - interval '1 minute' WHERE kind = 'first_reply'")
        .await;
    let after = report().await;
    assert_eq!((after.all.judged, after.all.met), (1, 0));
    assert_eq!(after.late.iter().map(|late| late.chat).collect::<Vec<_>>(), [chat]);
}
