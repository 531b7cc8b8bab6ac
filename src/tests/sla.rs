//! Clocks as they are stored: the same as the rules say of the whole history, in whatever order it became known; breaches noted once, and
//! what the ladder does about them.

use crate::harness::{Person, TestApp, eventually};
use agentiq::connectors::{Audience, RemoteChat, RemoteMessage};
use agentiq::features::inbox::server::deadlines;
use agentiq::features::inbox::server::receive::{self, ChatCursor, CursorMove};
use agentiq::features::inbox::types::{Author, Moderation, Priority};
use agentiq::features::sla::book::RuleBook;
use agentiq::features::sla::defaults::first_book;
use agentiq::features::sla::explanation::{Application, ClockView};
use agentiq::features::sla::policy::Facts;
use agentiq::features::sla::server::apply;
use agentiq::features::sla::server::recompute::recompute;
use agentiq::features::sla::server::rules::{self, Rules};
use agentiq::features::sla::turn::{Ready, Turn, clocks_of, turns};
use agentiq::platform::clock::now;
use agentiq::platform::jobs::Run;
use agentiq::shared::chat::ChatKind;
use agentiq::shared::i18n::Locale;
use agentiq::shared::ids::{ActivityId, ChatId, SellerId, UserId};
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use agentiq::shared::sla::calendar::Calendar;
use agentiq::shared::sla::clocks::{ClockKind, EndKind, Standing, Terms};
use agentiq::shared::sla::count::{Target, deadline};
use agentiq::shared::sla::ladder::{Step, StepAction, StepTime};
use agentiq::shared::sla::story::{Deed, DeedAt, Known, Story, Utterance, Voice};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use std::collections::BTreeMap;

// --- The same as the rules say ---------------------------------------------------------------------------------------

/// What buyers write: of different gravity, so that turns have different policies.
const WORDS: [&str; 4] = ["Где посылка?", "Пришёл брак", "Спасибо", "Добрый день"];

/// Something that becomes known.
#[derive(Clone, Debug)]
enum Told {
    Said { author: Author, at: i64, words: usize },
    Did { deed: u8, at: i64 },
}

fn told() -> impl Strategy<Value = Vec<Told>> {
    let author = prop::sample::select(Author::ALL.to_vec());
    // Minutes: before the seller's clocks run, and few afterwards, so that many share one.
    let at = || prop_oneof![-3_000..-2_990_i64, 0..12_i64];
    let said =
        (author, at(), 0..WORDS.len()).prop_map(|(author, at, words)| Told::Said { author, at, words });
    let did = (0..5_u8, 0..12_i64).prop_map(|(deed, at)| Told::Did { deed, at });
    // In the order of arrival, which has nothing to do with the order of time.
    prop::collection::vec(prop_oneof![4 => said, 1 => did], 1..14)
}

fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(now().timestamp() - 3600, 0).expect("an instant")
}

fn message(id: usize, author: Author, sent_at: DateTime<Utc>, words: usize) -> RemoteMessage {
    RemoteMessage {
        external_id: format!("m{id}"),
        sort_key: format!("{:03}", (id * 37 + 11) % 101),
        author,
        body: WORDS[words].to_owned(),
        attachments: Vec::new(),
        sent_at: Some(sent_at),
        is_read: false,
        order_number: None,
        sku: None,
        moderation: if id % 5 == 4 { Moderation::Rejected } else { Moderation::Passed },
        raw: None,
    }
}

fn deed(kind: u8, at: DateTime<Utc>) -> (Deed, &'static str, String) {
    let until = at + TimeDelta::minutes(3);
    match kind {
        0 => (Deed::Closed, "closed", "null".to_owned()),
        1 => (Deed::MarkedSpam, "marked_spam", "null".to_owned()),
        2 => (Deed::Snoozed { until }, "snoozed", json!({ "until": until }).to_string()),
        _ => (Deed::Opened, "reopened", "null".to_owned()),
    }
}

fn utterance(message: &RemoteMessage) -> Known {
    let voice = match message.author {
        Author::Buyer => Voice::Buyer,
        Author::Operator | Author::SellerElsewhere => Voice::Person,
        Author::Bot => Voice::Automatic,
        Author::Marketplace => Voice::Marketplace,
    };
    let utterance = Utterance {
        at: message.sent_at.expect("all have one here"),
        sort_key: message.sort_key.clone(),
        voice,
        is_withdrawn: message.moderation == Moderation::Rejected,
    };
    Known::Said { id: message.external_id.clone(), utterance }
}

/// A clock in a few words.
type Line = (String, String, Option<DateTime<Utc>>, Option<(DateTime<Utc>, String)>, usize);

/// The clocks of a whole history.
fn expected(story: &Story, texts: &BTreeMap<String, String>, rules: &Rules, seller: SellerId) -> Vec<Line> {
    let turns: Vec<Turn> = turns(story);
    let mut counted: Vec<(Terms, &Calendar)> = Vec::new();
    for turn in &turns {
        let facts = Facts {
            seller,
            marketplace: Marketplace::Ozon,
            kind: ChatKind::Dialog,
            scheme: None,
            tags: Vec::new(),
            priority: None,
            turn: turn.heard.iter().map(|id| texts[id].clone()).collect(),
            minute_of_day: rules.minute_of_day(turn.start.at),
            order_value: None,
            product_rating: None,
            review_stars: None,
            model: None,
            category: None,
            sentiment: None,
        };
        let found = rules.matcher.find(&facts).expect("the first policy holds for all");
        let terms = rules.terms(Marketplace::Ozon, &found.goals).expect("terms");
        counted.push((terms, rules.calendar(found.calendar)));
    }
    let own = rules.terms(Marketplace::Ozon, &Default::default()).expect("terms");
    let ready: Vec<(&Turn, Ready<'_>)> = turns
        .iter()
        .zip(&counted)
        .map(|(turn, (terms, calendar))| (turn, Ready { version: rules.version, terms, calendar }))
        .collect();
    let otherwise = Ready { version: rules.version, terms: &own, calendar: rules.calendar(None) };
    let clocks = clocks_of(story, &ready, otherwise);
    let mut lines: Vec<Line> = clocks
        .into_iter()
        .map(|clock| {
            let end = clock.end.map(|end| (end.at, end.kind.to_string()));
            (clock.kind.to_string(), clock.start.id, clock.due_at, end, clock.pauses.len())
        })
        .collect();
    lines.sort();
    lines
}

/// The clocks of a chat as they are stored.
async fn stored(app: &TestApp, chat: ChatId) -> Vec<Line> {
    let query = format!(
        "SELECT kind, start_id, to_char(due_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
                to_char(ended_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), end_kind, jsonb_array_length(pauses) \
         FROM clocks WHERE chat_id = '{chat}'"
    );
    let instant = |text: &Option<String>| text.as_ref().map(|text| text.parse().expect("an instant"));
    let mut lines: Vec<Line> = app
        .sql()
        .await
        .rows(&query)
        .await
        .into_iter()
        .map(|row| {
            let text = |place: usize| row[place].clone().unwrap_or_default();
            let end = instant(&row[3]).map(|at| (at, text(4)));
            (text(0), text(1), instant(&row[2]), end, text(5).parse().expect("a number"))
        })
        .collect();
    lines.sort();
    lines
}

async fn new_chat(app: &TestApp, seller: SellerId, external: &str) -> ChatCursor {
    let remote = RemoteChat {
        external_id: external.to_owned(),
        audience: Audience::Buyer,
        is_closed: false,
        created_at: Some(begin() - TimeDelta::days(3)),
        last_message_id: None,
        last_message_key: None,
        is_unread: true,
    };
    let mut conn = app.conn().await;
    receive::find_or_create(&mut conn, app.workspace, seller, &remote, now()).await.expect("a chat")
}

async fn tell(app: &TestApp, seller: SellerId, rules: &Rules, number: u32, all: &[Told]) {
    let sql = app.sql().await;
    let chat = new_chat(app, seller, &format!("chat {number}")).await;
    let clock_from =
        sql.value("SELECT to_char(clock_from, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM sellers").await;
    let mut story = Story::new(clock_from.expect("a seller").parse().expect("an instant"));
    let mut texts = BTreeMap::new();
    for (id, told) in all.iter().enumerate() {
        let mut conn = app.conn().await;
        match told {
            Told::Said { author, at, words } => {
                let message = message(id, *author, begin() + TimeDelta::minutes(*at), *words);
                story.learn(utterance(&message));
                texts.insert(message.external_id.clone(), message.body.clone());
                receive::store(
                    &mut conn,
                    Marketplace::Ozon,
                    &chat,
                    &[message],
                    &CursorMove::default(),
                    now(),
                )
                .await
                .expect("stored");
            }
            Told::Did { deed: kind, at } => {
                let id = ActivityId::new();
                let at = begin() + TimeDelta::minutes(*at) + TimeDelta::seconds(30);
                let (deed, kind, details) = deed(*kind, at);
                let seen = format!(
                    "INSERT INTO activities (workspace_id, chat_id, id, at, kind, details, seen_up_to) \
                     SELECT workspace_id, id, '{id}', '{at}', '{kind}', '{details}', last_message_at FROM chats \
                     WHERE id = '{}'",
                    chat.id
                );
                sql.run(&seen).await;
                let seen = format!(
                    "SELECT to_char(seen_up_to, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM activities WHERE id = '{id}'"
                );
                let seen_up_to = sql.value(&seen).await.map(|at| at.parse().expect("an instant"));
                story.learn(Known::Did { id: id.to_string(), deed: DeedAt { at, deed, seen_up_to } });
                recompute(&mut conn, app.workspace, &[chat.id], now()).await.expect("recomputed");
            }
        }
        assert_eq!(
            stored(app, chat.id).await,
            expected(&story, &texts, rules, seller),
            "after {:?}",
            &all[..=id]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_clocks_are_those_of_the_whole_history() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let rules = rules::in_force(&mut *app.conn().await, app.workspace).await.expect("rules");
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let number = std::sync::atomic::AtomicU32::new(0);
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&told(), |told| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::runtime::Handle::current().block_on(tell(&app, seller, &rules, number, &told));
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

// --- On the screen ---------------------------------------------------------------------------------------------------

impl Person {
    async fn clocks(&self, chat: ChatId) -> Vec<ClockView> {
        self.want("inbox/explain", json!({ "chat": chat })).await
    }

    async fn clock(&self, chat: ChatId, kind: ClockKind) -> ClockView {
        self.clocks(chat).await.into_iter().find(|clock| clock.kind == kind).expect("the clock")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_shows_its_nearest_deadline_and_why() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Товар пришёл сломанный").await;
    let wrote_at = app.ozon().messages(&external)[0].at;
    let person = app.person(Role::Viewer).await;
    let rules = rules::in_force(&mut *app.conn().await, app.workspace).await.expect("rules");

    let due = deadline(wrote_at, Target::working(30), rules.calendar(None), &[]);
    let row = person.row(chat).await;
    let window = wrote_at + TimeDelta::hours(24);
    let nearest = due.min(Some(window));
    assert_eq!((row.due_at, row.due_since), (nearest, Some(wrote_at)));
    let clock = person.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((clock.due_at, clock.started_at, clock.target), (due, wrote_at, Some(Target::working(30))));
    assert_eq!(clock.started_with.as_deref(), Some("Товар пришёл сломанный"));
    assert_eq!(clock.calendar.as_deref(), Some(Locale::Ru.first_calendar_name()));
    let policy = clock.policy.expect("a policy");
    assert_eq!((policy.version, policy.priority), (0, Priority::Urgent));
    assert!(matches!(clock.standing, Standing::Left(_)));
    assert_eq!(person.clock(chat, ClockKind::Rating).await.due_at, Some(window));

    // Answered in the marketplace's own cabinet.
    app.ozon().cabinet_replies(&external, "Заменим").expect("a chat");
    app.poll(seller).await;
    let row = person.row(chat).await;
    assert_eq!((row.due_at, row.due_kind, row.due_since), (None, None, None));
    let clock = person.clock(chat, ClockKind::FirstReply).await;
    assert_eq!(clock.end.map(|end| end.kind), Some(EndKind::Answered));
    assert_eq!(clock.standing, Standing::Met);

    app.ozon().buyer_writes(&external, "Когда?");
    app.poll(seller).await;
    assert!(person.clock(chat, ClockKind::NextReply).await.end.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_do_moves_the_clocks_at_once() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Добрый день").await;
    let person = app.person(Role::Operator).await;
    let usual = person.clock(chat, ClockKind::FirstReply).await;
    person.want::<()>("inbox/prioritise", json!({ "chat": chat, "priority": "urgent" })).await;
    let urgent = person.clock(chat, ClockKind::FirstReply).await;
    assert_eq!(urgent.target, Some(Target::working(60)));
    assert!(urgent.due_at < usual.due_at);

    let newest = person.open(chat).await.messages.items.pop().expect("a message");
    let seen = json!({ "sent_at": newest.sent_at, "sort_key": newest.sort_key });
    person.want::<()>("inbox/close", json!({ "chat": chat, "seen": seen })).await;
    let closed = person.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((closed.end.map(|end| end.kind), closed.standing), (Some(EndKind::Closed), Standing::Dropped));
    assert_eq!(person.row(chat).await.due_kind, Some(ClockKind::Rating), "the marketplace goes on counting");

    person.want::<()>("inbox/reopen", json!({ "chat": chat })).await;
    let going_on = person.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((going_on.end, going_on.pauses.len()), (None, 1));
}

// --- What becomes due ------------------------------------------------------------------------------------------------

/// Saves rules with a ladder of these steps; they are in force since yesterday.
async fn with_ladder(app: &TestApp, author: UserId, steps: Vec<Step>) {
    let mut book: RuleBook = first_book(Locale::Ru).expect("a book");
    book.policies[0].ladder = steps;
    let book = serde_json::to_string(&book).expect("JSON").replace('\'', "''");
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO policy_versions (workspace_id, version, book, author_id, created_at) \
             VALUES ('{}', 1, '{book}', '{author}', now() - interval '1 day')",
            app.workspace
        ))
        .await;
}

fn after(id: u16, minutes: u32, action: StepAction) -> Step {
    Step { id, time: StepTime::After { minutes }, action, clocks: vec![ClockKind::FirstReply] }
}

/// Notes what is due at an instant, as one of those who are awake does.
async fn wake_at(app: &TestApp, at: DateTime<Utc>) -> usize {
    deadlines::round(&mut *app.conn().await, at, 500).await.expect("a round")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_are_awake_each_breach_is_noted_once() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    for number in 0..40 {
        app.buyer_begins(&format!("Где заказ {number}?"));
    }
    let sql = app.sql().await;
    eventually("all chats are here", async || {
        app.poll(seller).await;
        (sql.number("SELECT count(*) FROM clock_wakes").await == 40).then_some(())
    })
    .await;
    assert_eq!(wake_at(&app, now() - TimeDelta::days(1)).await, 0, "nothing is due yet");
    let before = sql.number("SELECT max(seq) FROM events").await;

    let much_later = now() + TimeDelta::days(10);
    let drain = async || {
        let mut done = 0;
        loop {
            match deadlines::round(&mut *app.conn().await, much_later, 7).await.expect("a round") {
                0 => return done,
                count => done += count,
            }
        }
    };
    let (one, other) = tokio::join!(drain(), drain());
    // A chat that was skipped by both is left for the next look.
    assert_eq!(one + other + wake_at(&app, much_later).await, 40);
    let missed = "SELECT count(*) FROM clocks WHERE breached_at = due_at AND is_late AND noticed_at > due_at AND kind = 'rating'";
    assert_eq!(sql.number(missed).await, 40);
    assert_eq!(sql.number("SELECT count(*) FROM clocks WHERE breached_at IS NULL AND ended_at IS NULL AND due_at IS NOT NULL").await, 0);
    let told = format!("SELECT count(*) FROM events WHERE seq > {before} AND change->>'kind' = 'chat'");
    assert_eq!(sql.number(&told).await, 40, "each chat is told of once");
    assert_eq!(sql.number("SELECT count(*) FROM clock_wakes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_time_that_becomes_known_late_takes_the_breach_back() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    wake_at(&app, now() + TimeDelta::days(10)).await;
    let sql = app.sql().await;
    let breached = "SELECT count(*) FROM clocks WHERE kind = 'first_reply' AND breached_at IS NOT NULL";
    assert_eq!(sql.number(breached).await, 1);
    app.ozon().cabinet_replies(&external, "Уже едет").expect("a chat");
    app.poll(seller).await;
    let clock = app.person(Role::Viewer).await.clock(chat, ClockKind::FirstReply).await;
    assert_eq!(clock.standing, Standing::Met);
    assert_eq!(sql.number(breached).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ladder_is_climbed_step_by_step_and_each_step_once() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let steps = vec![
        Step {
            id: 1,
            time: StepTime::Used { percent: 50 },
            action: StepAction::Highlight,
            clocks: vec![ClockKind::FirstReply],
        },
        after(2, 0, StepAction::NotifyOperator),
        after(3, 0, StepAction::NotifyLead),
        after(4, 10, StepAction::Reassign),
        after(5, 10, StepAction::RaisePriority),
    ];
    with_ladder(&app, owner.id, steps).await;
    let (_, _, chat) = app.shop_with_chat("Добрый день").await;
    let sql = app.sql().await;
    sql.run(&format!("UPDATE chats SET assignee_id = '{}'", anna.id)).await;
    let clock = anna.clock(chat, ClockKind::FirstReply).await;
    let due = clock.due_at.expect("a deadline");
    let notices = async |person: &Person| {
        let of = format!(
            "SELECT coalesce(sum(count), 0) FROM notices WHERE kind = 'deadline' AND user_id = '{}'",
            person.id
        );
        sql.number(&of).await
    };

    wake_at(&app, due - TimeDelta::seconds(1)).await;
    assert!(anna.row(chat).await.is_highlighted);
    assert_eq!((notices(&anna).await, notices(&owner).await), (0, 0));

    wake_at(&app, due).await;
    wake_at(&app, due + TimeDelta::seconds(1)).await;
    assert_eq!((notices(&anna).await, notices(&boris).await, notices(&owner).await), (1, 0, 1));
    let late = "SELECT is_late::text FROM clocks WHERE kind = 'first_reply'";
    assert_eq!(sql.value(late).await.as_deref(), Some("false"));

    // Who is on shift is told by who has been here.
    sql.run(&format!(
        "UPDATE sessions SET last_seen_at = '{}' WHERE user_id IN ('{}', '{}')",
        due.trunc_subsecs(0),
        boris.id,
        anna.id
    ))
    .await;
    wake_at(&app, due + TimeDelta::minutes(10)).await;
    let row = boris.row(chat).await;
    assert_eq!(row.assignee.map(|it| it.id), Some(boris.id));
    assert_eq!(row.priority, Priority::High);
    let after = anna.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((after.due_at, after.target), (clock.due_at, clock.target), "no clock runs after itself");
    wake_at(&app, due + TimeDelta::days(20)).await;
    assert_eq!(notices(&anna).await, 1);
    assert_eq!(boris.row(chat).await.assignee.map(|it| it.id), Some(boris.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_keeps_the_rules_of_its_beginning() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let (seller, external, chat) = app.shop_with_chat("Добрый день").await;
    let before = owner.clock(chat, ClockKind::FirstReply).await;
    let mut book = first_book(Locale::Ru).expect("a book");
    for goals in book.policies[0].by_intent.values_mut() {
        goals.first_reply.as_mut().expect("a goal").target = Target::working(7);
        goals.next_reply.as_mut().expect("a goal").target = Target::working(7);
    }
    let book = serde_json::to_string(&book).expect("JSON");
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO policy_versions (workspace_id, version, book, author_id, created_at) \
             VALUES ('{}', 1, '{book}', '{}', now())",
            app.workspace, owner.id
        ))
        .await;
    app.ozon().buyer_writes(&external, "Вы тут?");
    app.poll(seller).await;
    let kept = owner.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((kept.target, kept.due_at), (before.target, before.due_at));
    app.ozon().cabinet_replies(&external, "Да").expect("a chat");
    app.ozon().buyer_writes(&external, "Добрый день");
    app.poll(seller).await;
    let next = owner.clock(chat, ClockKind::NextReply).await;
    assert_eq!((next.target, next.policy.map(|it| it.version)), (Some(Target::working(7)), Some(1)));
    let ended = owner.clock(chat, ClockKind::FirstReply).await;
    assert_eq!((ended.target, ended.due_at), (before.target, before.due_at), "nothing past has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_rules_reach_chats_that_wait_when_somebody_asks_for_it() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let (seller, _, chat) = app.shop_with_chat("Добрый день").await;
    for number in 0..150 {
        app.buyer_begins(&format!("Добрый день, {number}"));
    }
    eventually("all chats are here", async || {
        app.poll(seller).await;
        let counted = app.sql().await.number("SELECT count(DISTINCT chat_id) FROM clocks").await;
        (counted == 151).then_some(())
    })
    .await;
    let mut book = first_book(Locale::Ru).expect("a book");
    for goals in book.policies[0].by_intent.values_mut() {
        goals.first_reply.as_mut().expect("a goal").target = Target::working(7);
    }
    owner.want::<serde_json::Value>("sla/save", json!({ "version": 0, "book": book })).await;
    assert_ne!(owner.clock(chat, ClockKind::FirstReply).await.target, Some(Target::working(7)));
    assert_eq!(owner.want::<Option<Application>>("sla/applied", json!({})).await, None);

    owner.want::<()>("sla/apply", json!({})).await;
    let run = || Run { app: app.app.for_work(), workspace: app.workspace, payload: json!(null), attempt: 1 };
    apply::run(run()).await.expect("applied");
    let reached =
        "SELECT count(*) FROM clocks WHERE kind = 'first_reply' AND target_minutes = 7 AND version = 1";
    assert_eq!(app.sql().await.number(reached).await, 151);
    assert_eq!(owner.clock(chat, ClockKind::FirstReply).await.target, Some(Target::working(7)));
    let done = owner.want::<Option<Application>>("sla/applied", json!({})).await.expect("somebody asked");
    assert_eq!(done, Application { version: 1, chats: 151, done: 151, is_finished: true });
    let events = app.sql().await.number("SELECT max(seq) FROM events").await;
    apply::run(run()).await.expect("nothing is left");
    assert_eq!(app.sql().await.number("SELECT max(seq) FROM events").await, events, "twice is once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_wakes_by_itself() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let sql = app.sql().await;
    sql.run("UPDATE messages SET sent_at = sent_at - interval '20 hours 1 minute'; UPDATE sellers SET clock_from = clock_from - interval '5 days'").await;
    recompute(&mut *app.conn().await, app.workspace, &[chat], now()).await.expect("recomputed");
    sql.run("UPDATE clock_wakes SET at = now() - interval '1 second'").await;
    let sleeper = tokio::spawn(deadlines::run(app.app.for_work()));
    eventually("a step is taken", async || {
        let taken = sql.number("SELECT count(*) FROM clocks WHERE steps <> '[]'").await;
        (taken > 0).then_some(())
    })
    .await;
    app.app.cancel.cancel();
    sleeper.await.expect("it ends when it is asked to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_breaches_among_many_open_chats_are_noted_together() {
    const DUE: usize = 1_000;
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let sql = app.sql().await;
    sql.run(&format!(
        "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, unanswered_since, \
                            last_message_author) \
         SELECT '{w}', gen_random_uuid(), '{seller}', 'dialog', 'c' || n, 'open', t.at, t.at, t.at, 'buyer' \
         FROM generate_series(1, 20000) n, LATERAL (SELECT now() - interval '1 hour' AS at) t; \
         INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         SELECT workspace_id, id, 'm', '1', 'buyer', 'Где заказ?', last_message_at, now() FROM chats; \
         INSERT INTO clock_wakes SELECT workspace_id, id, now() + interval '10 days' FROM chats; \
         ANALYZE chats, messages, clock_wakes",
        w = app.workspace
    ))
    .await;
    let due: Vec<ChatId> = sql
        .column(&format!("SELECT id FROM chats ORDER BY id LIMIT {DUE}"))
        .await
        .iter()
        .map(|id| id.parse().expect("an id"))
        .collect();
    for some in due.chunks(500) {
        recompute(&mut *app.conn().await, app.workspace, some, now()).await.expect("recomputed");
    }
    let at = sql.value("SELECT to_char(max(due_at), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM clocks WHERE kind = 'rating'").await;
    let at: DateTime<Utc> = at.expect("deadlines").parse().expect("an instant");
    let began = std::time::Instant::now();
    let mut rounds = 0;
    while wake_at(&app, at).await > 0 {
        rounds += 1;
    }
    println!("{DUE} breaches among 20,000 open chats: {} ms", began.elapsed().as_millis());
    let noted = "SELECT count(*) FROM clocks WHERE kind = 'rating' AND breached_at = due_at";
    assert_eq!(sql.number(noted).await, i64::try_from(DUE).expect("few"));
    assert_eq!(rounds, 2, "as many rounds as there are chats due, whatever else is open");
}
