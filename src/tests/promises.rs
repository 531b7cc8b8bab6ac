//! Promises to buyers: clocks that people set, kept by the next message and by no earlier one, warned about and broken as others are.

use crate::harness::{Person, TestApp};
use agentiq::features::inbox::server::deadlines;
use agentiq::features::inbox::types::{Beside, Deed, View};
use agentiq::features::sla::explanation::ClockView;
use agentiq::features::sla::server::recompute::recompute;
use agentiq::features::sla::types::{PromiseFigures, Report};
use agentiq::platform::clock::now;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::ChatId;
use agentiq::shared::role::Role;
use agentiq::shared::sla::clocks::{ClockKind, EndKind, Standing};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::json;

impl Person {
    async fn promises(&self, chat: ChatId, until: DateTime<Utc>) {
        self.want::<()>("inbox/promise_answer", json!({ "chat": chat, "until": until })).await;
    }

    async fn promise_clocks(&self, chat: ChatId) -> Vec<ClockView> {
        let clocks: Vec<ClockView> = self.want("inbox/explain", json!({ "chat": chat })).await;
        clocks.into_iter().filter(|clock| clock.kind == ClockKind::Promise).collect()
    }

    async fn promises_told(&self) -> PromiseFigures {
        let query = json!({ "query": { "days": 7, "seller": null, "person": null, "policy": null, "hour": null, "day": null } });
        self.want::<Report>("sla/report", query).await.promises
    }

    async fn kinds_of_deeds(&self, chat: ChatId) -> Vec<&'static str> {
        let beside = self.open(chat).await.beside;
        let deeds = beside.into_iter().filter_map(|it| match it {
            Beside::Activity(activity) => Some(activity.deed),
            Beside::Note(_) => None,
        });
        let kind = |deed: Deed| match deed {
            Deed::Promised { .. } => Some("promised"),
            Deed::PromiseMoved { .. } => Some("moved"),
            Deed::PromiseDropped => Some("dropped"),
            _ => None,
        };
        deeds.filter_map(kind).collect()
    }
}

fn in_minutes(minutes: i64) -> DateTime<Utc> {
    (now() + TimeDelta::minutes(minutes)).trunc_subsecs(3)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_a_clock_until_the_next_message() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    app.ozon().cabinet_replies(&external, "Узнаем и напишем до вечера").expect("a chat");
    app.poll(seller).await;
    assert_eq!(anna.row(chat).await.waits_since, None);
    let waiting = async || anna.list(View::Waiting).await.counts.waiting;
    assert_eq!(waiting().await, 0);

    let until = in_minutes(120);
    anna.promises(chat, until).await;
    let row = anna.row(chat).await;
    assert_eq!(
        (row.due_at, row.due_kind, row.promised_until),
        (Some(until), Some(ClockKind::Promise), Some(until))
    );
    assert!(row.waits_since.is_some() && row.unanswered_since.is_none());
    let list = anna.list(View::Waiting).await;
    assert_eq!(
        list.page.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [chat],
        "who was promised waits"
    );
    assert_eq!(waiting().await, 1);
    let clock = anna.promise_clocks(chat).await.remove(0);
    assert!(matches!(clock.standing, Standing::Left(_)));
    assert_eq!((clock.due_at, clock.target, clock.policy), (Some(until), None, None));
    assert!(clock.promised_by.is_some());

    // What was said before keeps nothing, however often it is read.
    app.poll(seller).await;
    assert_eq!(anna.row(chat).await.promised_until, Some(until));
    assert_eq!(anna.promises_told().await, PromiseFigures { made: 1, open: 1, ..PromiseFigures::default() });

    app.ozon().cabinet_replies(&external, "Посылка в пункте выдачи").expect("a chat");
    app.poll(seller).await;
    let row = anna.row(chat).await;
    assert_eq!((row.due_at, row.promised_until, row.waits_since), (None, None, None));
    assert_eq!(anna.promise_clocks(chat).await[0].standing, Standing::Met);
    assert_eq!(waiting().await, 0);
    assert_eq!(anna.promises_told().await, PromiseFigures { made: 1, kept: 1, ..PromiseFigures::default() });
    assert_eq!(anna.kinds_of_deeds(chat).await, ["promised"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_on_its_way_says_the_promise_and_does_not_keep_it() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    let until = in_minutes(60);
    anna.reply(chat, "Ответим в течение часа").await;
    anna.promises(chat, until).await;
    crate::harness::until("the reply is shown", async || {
        app.ozon().messages(&external).len() == 2 && anna.row(chat).await.unanswered_since.is_none()
    })
    .await;
    assert_eq!(anna.row(chat).await.promised_until, Some(until));
    anna.reply(chat, "Заказ уже в пункте выдачи").await;
    crate::harness::until("the promise is kept", async || anna.row(chat).await.promised_until.is_none())
        .await;
    let clock = anna.promise_clocks(chat).await.remove(0);
    assert_eq!((clock.standing, clock.end.map(|end| end.kind)), (Standing::Met, Some(EndKind::Answered)));
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_a_promise_hides_nothing_that_was_broken() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    anna.promises(chat, in_minutes(10)).await;
    // The same once more is nothing new.
    let until = anna.row(chat).await.promised_until.expect("a promise");
    anna.promises(chat, until).await;
    anna.promises(chat, in_minutes(20)).await;
    assert_eq!(
        anna.promises_told().await,
        PromiseFigures { made: 2, open: 1, dropped: 1, ..PromiseFigures::default() }
    );

    let sql = app.sql().await;
    sql.run(
        "UPDATE promises SET made_at = now() - interval '2 hours', until = now() - interval '1 hour' WHERE withdrawn_at IS NULL",
    )
    .await;
    recompute(&mut *app.conn().await, app.workspace, &[chat], now()).await.expect("recomputed");
    deadlines::round(&mut *app.conn().await, now(), 500).await.expect("a round");
    let noted = "SELECT count(*) FROM clocks WHERE kind = 'promise' AND breached_at = due_at";
    assert_eq!(sql.number(noted).await, 1);
    anna.promises(chat, in_minutes(30)).await;
    assert_eq!(sql.number(noted).await, 1, "the breach stays");
    let told = PromiseFigures { made: 3, open: 1, broken: 1, dropped: 1, ..PromiseFigures::default() };
    assert_eq!(anna.promises_told().await, told);

    anna.want::<()>("inbox/drop_promise", json!({ "chat": chat })).await;
    anna.want::<()>("inbox/drop_promise", json!({ "chat": chat })).await;
    assert_eq!(anna.row(chat).await.promised_until, None);
    assert_eq!(anna.kinds_of_deeds(chat).await, ["promised", "moved", "moved", "dropped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_warned_about_also_where_nothing_else_counts() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, owner) = (app.person(Role::Operator).await, app.person(Role::Owner).await);
    let sql = app.sql().await;
    // History from before the seller was connected: no other clock runs.
    sql.run(&format!(
        "UPDATE sellers SET clock_from = now() + interval '1 day'; UPDATE chats SET assignee_id = '{}'",
        anna.id
    ))
    .await;
    recompute(&mut *app.conn().await, app.workspace, &[chat], now()).await.expect("recomputed");
    let until = in_minutes(100);
    anna.promises(chat, until).await;
    assert_eq!(anna.row(chat).await.due_at, Some(until));
    let notices = async |person: &Person| {
        let of =
            format!("SELECT count(*) FROM notices WHERE kind = 'deadline' AND user_id = '{}'", person.id);
        sql.number(&of).await
    };
    let at = |minutes| until - TimeDelta::minutes(minutes);
    deadlines::round(&mut *app.conn().await, at(45), 500).await.expect("a round");
    assert!(anna.row(chat).await.is_highlighted, "half of the time is used up");
    deadlines::round(&mut *app.conn().await, at(15), 500).await.expect("a round");
    assert_eq!((notices(&anna).await, notices(&owner).await), (1, 0));
    deadlines::round(&mut *app.conn().await, at(0), 500).await.expect("a round");
    assert_eq!((notices(&anna).await, notices(&owner).await), (1, 1));
    assert_eq!(
        sql.number("SELECT count(*) FROM clocks WHERE kind = 'promise' AND breached_at = due_at").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_promise_and_for_when() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, viewer) = (app.person(Role::Operator).await, app.person(Role::Viewer).await);
    let asked = |minutes| json!({ "chat": chat, "until": in_minutes(minutes) });
    assert_eq!(viewer.call("inbox/promise_answer", &asked(60)).await.error(), Some(AppError::Forbidden));
    let past = anna.call("inbox/promise_answer", &asked(-1)).await.error();
    assert_eq!(past, Some(AppError::Refused(Refusal::MomentPassed)));
    let far = anna.call("inbox/promise_answer", &asked(60 * 24 * 32)).await.error();
    assert_eq!(far, Some(AppError::Refused(Refusal::PromiseTooFar { days: 31 })));
    let stranger = app.person_of(app.new_workspace("Чужие").await, Role::Owner).await;
    assert_eq!(stranger.call("inbox/promise_answer", &asked(60)).await.error(), Some(AppError::NotFound));
    assert_eq!(anna.row(chat).await.promised_until, None);
}
