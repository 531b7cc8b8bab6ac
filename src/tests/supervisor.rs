//! Telling a supervisor outside of the product: several deadlines as one message, each once, with the pauses that Telegram asks for, and an
//! end in any case.

use crate::harness::{Person, TestApp, until};
use agentiq::connectors::sandbox::telegram::{
    DEMO_BOT_TOKEN, DEMO_CHAT, TelegramFaults, TelegramMishap, TelegramState,
};
use agentiq::features::inbox::server::deadlines;
use agentiq::features::sla::defaults::first_book;
use agentiq::features::sla::server::supervisor::send;
use agentiq::features::sla::supervisor::{SupervisorTry, SupervisorView};
use agentiq::platform::clock::now;
use agentiq::platform::jobs::Verdict;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::i18n::Locale;
use agentiq::shared::role::Role;
use agentiq::shared::sla::clocks::ClockKind;
use agentiq::shared::sla::ladder::{Step, StepAction, StepTime};
use agentiq::shared::telegram::TelegramProblem;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::time::Duration;

/// A shop whose chats are overdue, with a ladder that writes to the supervisor about first answers.
struct World {
    app: TestApp,
    owner: Person,
    /// Some time after all deadlines.
    late: DateTime<Utc>,
}

impl World {
    async fn with_chats(chats: usize) -> Self {
        let app = TestApp::start().await;
        let owner = app.person(Role::Owner).await;
        let mut book = first_book(Locale::Ru).expect("a book");
        book.policies[0].ladder = vec![Step {
            id: 1,
            time: StepTime::After { minutes: 0 },
            action: StepAction::MessageSupervisor,
            clocks: vec![ClockKind::FirstReply],
        }];
        owner.want::<serde_json::Value>("sla/save", json!({ "version": 0, "book": book })).await;
        let seller = app.connect_shop().await;
        for number in 0..chats {
            app.buyer_begins(&format!("Где заказ {number}?"));
        }
        let sql = app.sql().await;
        until("all chats are here", async || {
            app.poll(seller).await;
            sql.number("SELECT count(*) FROM clocks WHERE kind = 'first_reply'").await == chats as i64
        })
        .await;
        World { app, owner, late: now() + TimeDelta::days(3) }
    }

    fn telegram(&self) -> &TelegramState {
        self.app.telegram()
    }

    async fn connect(&self) {
        let form = json!({ "form": { "token": DEMO_BOT_TOKEN, "chat": DEMO_CHAT, "is_enabled": true } });
        self.owner.want::<()>("sla/save_supervisor", form).await;
    }

    /// Lets all deadlines pass.
    async fn pass(&self) {
        deadlines::round(&mut *self.app.conn().await, self.late, 500).await.expect("a round");
    }

    async fn send(&self, later: TimeDelta) -> Verdict {
        send::step(&self.app.app, self.app.workspace, self.late + later).await.expect("a step")
    }

    async fn states(&self) -> Vec<String> {
        self.app.sql().await.column("SELECT DISTINCT state FROM supervisor_news ORDER BY 1").await
    }

    async fn problem(&self) -> Option<TelegramProblem> {
        let view: Option<SupervisorView> = self.owner.want("sla/supervisor", json!({})).await;
        view.expect("a channel").problem
    }
}

const AT_ONCE: TimeDelta = TimeDelta::zero();

#[tokio::test(flavor = "multi_thread")]
async fn several_deadlines_are_one_message_and_each_is_told_once() {
    let world = World::with_chats(12).await;
    world.connect().await;
    world.pass().await;
    let sql = world.app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM supervisor_news WHERE state = 'waiting'").await, 12);
    assert_eq!(sql.number("SELECT count(*) FROM jobs WHERE kind = 'sla.supervisor'").await, 1);
    let notices = "SELECT count(*) FROM notices WHERE kind = 'deadline'";
    assert_eq!(sql.number(notices).await, 1, "and in the product as well");

    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    let messages = world.telegram().messages();
    assert_eq!(messages.len(), 1);
    let text = messages[0].text.replace('\u{a0}', " ");
    assert!(text.starts_with("AgentIQ: 12 сроков\n") && text.ends_with("и ещё 2 срока"), "{text}");
    assert!(!text.contains("Где заказ"), "no buyer's word leaves: {text}");
    assert_eq!(world.states().await, ["sent"]);
    world.pass().await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!(world.telegram().calls(), 1, "a step is taken once");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_way_to_a_supervisor_nothing_is_kept_for_them() {
    let world = World::with_chats(1).await;
    world.pass().await;
    assert_eq!(world.app.sql().await.number("SELECT count(*) FROM supervisor_news").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pause_that_telegram_asks_for_is_kept_whatever_comes_meanwhile() {
    let world = World::with_chats(2).await;
    world.connect().await;
    let faults = TelegramFaults { mishap: Some(TelegramMishap::TooMany), retry_after_s: 40, times: Some(1) };
    world.telegram().set_faults(faults);
    world.pass().await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Again(Duration::from_secs(40)));
    assert_eq!(
        (world.states().await, world.problem().await),
        (vec!["waiting".to_owned()], Some(TelegramProblem::TooMany))
    );
    // Something else brings the job back before its time.
    assert_eq!(world.send(TimeDelta::seconds(10)).await, Verdict::Again(Duration::from_secs(30)));
    assert_eq!(world.telegram().calls(), 1);
    assert_eq!(world.send(TimeDelta::seconds(41)).await, Verdict::Done);
    assert_eq!((world.telegram().messages().len(), world.problem().await), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_not_sent_again_and_what_did_not_is_until_it_is_stale() {
    let world = World::with_chats(1).await;
    world.connect().await;
    let mishap = |mishap| {
        world.telegram().set_faults(TelegramFaults { mishap: Some(mishap), ..TelegramFaults::default() })
    };
    mishap(TelegramMishap::WriteAndLoseAnswer);
    world.pass().await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!(world.send(TimeDelta::minutes(5)).await, Verdict::Done);
    assert_eq!((world.telegram().messages().len(), world.states().await), (1, vec!["unsure".to_owned()]));

    // A process that died in the middle leaves the same.
    let sql = world.app.sql().await;
    sql.run("UPDATE supervisor_news SET state = 'sending'").await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!((world.telegram().calls(), world.states().await), (1, vec!["unsure".to_owned()]));

    mishap(TelegramMishap::Fail);
    sql.run("UPDATE supervisor_news SET state = 'waiting'; UPDATE supervisor_channels SET problem = NULL")
        .await;
    let mut waited = AT_ONCE;
    let mut tries = 0;
    while let Verdict::Again(pause) = world.send(waited).await {
        waited += TimeDelta::from_std(pause).expect("a pause");
        tries += 1;
        assert!(tries < 40, "it ends");
    }
    assert_eq!(world.states().await, ["failed"]);
    assert!(waited <= TimeDelta::hours(1) && tries > 5, "{tries} tries in {waited}");
    assert_eq!(world.problem().await, Some(TelegramProblem::Unreachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_person_can_put_right_stops_it_until_somebody_has() {
    let world = World::with_chats(1).await;
    world.connect().await;
    world
        .telegram()
        .set_faults(TelegramFaults { mishap: Some(TelegramMishap::Blocked), ..TelegramFaults::default() });
    world.pass().await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!(
        (world.states().await, world.problem().await),
        (vec!["failed".to_owned()], Some(TelegramProblem::Blocked))
    );
    let sql = world.app.sql().await;
    sql.run("UPDATE supervisor_news SET state = 'waiting'").await;
    assert_eq!(world.send(AT_ONCE).await, Verdict::Done);
    assert_eq!((world.states().await, world.telegram().calls()), (vec!["failed".to_owned()], 1));

    world.telegram().set_faults(TelegramFaults::default());
    let tried: SupervisorTry = world.owner.want("sla/try_supervisor", json!({})).await;
    assert_eq!((tried.problem, world.problem().await), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_set_up_tried_and_forgotten_and_its_token_never_comes_back() {
    let app = TestApp::start().await;
    let (admin, operator) = (app.person(Role::Admin).await, app.person(Role::Operator).await);
    let form =
        |token: &str, chat: &str| json!({ "form": { "token": token, "chat": chat, "is_enabled": true } });
    let refused = async |form| match admin.call("sla/save_supervisor", &form).await.error() {
        Some(AppError::Refused(refusal)) => Some(refusal),
        _ => None,
    };
    assert_eq!(refused(form("", DEMO_CHAT)).await, Some(Refusal::BotTokenMalformed));
    assert_eq!(refused(form("1:../getMe", DEMO_CHAT)).await, Some(Refusal::BotTokenMalformed));
    assert_eq!(refused(form(DEMO_BOT_TOKEN, "шеф")).await, Some(Refusal::TelegramChatMalformed));
    assert_eq!(
        operator.call("sla/save_supervisor", &form(DEMO_BOT_TOKEN, DEMO_CHAT)).await.error(),
        Some(AppError::Forbidden)
    );
    assert_eq!(operator.call("sla/supervisor", &json!({})).await.error(), Some(AppError::Forbidden));
    assert_eq!(admin.call("sla/try_supervisor", &json!({})).await.error(), Some(AppError::NotFound));

    let tried = async || admin.want::<SupervisorTry>("sla/try_supervisor", json!({})).await.problem;
    admin.want::<()>("sla/save_supervisor", form("1:AAAAAAAAAAAAAAAAAAAAAAAAAAA", DEMO_CHAT)).await;
    assert_eq!(tried().await, Some(TelegramProblem::WrongToken));
    admin.want::<()>("sla/save_supervisor", form(DEMO_BOT_TOKEN, "12345")).await;
    assert_eq!(tried().await, Some(TelegramProblem::ChatNotFound));
    app.telegram().set_faults(TelegramFaults {
        mishap: Some(TelegramMishap::Moved),
        times: Some(1),
        ..TelegramFaults::default()
    });
    assert_eq!(tried().await, Some(TelegramProblem::ChatMoved));
    // The token stays when none is typed.
    admin.want::<()>("sla/save_supervisor", form("", DEMO_CHAT)).await;
    assert_eq!(tried().await, None);
    let told = admin.call("sla/supervisor", &json!({})).await;
    assert!(!told.text.contains("AAHdq"), "{}", told.text);
    let sealed =
        app.sql().await.value("SELECT encode(sealed_token, 'escape') FROM supervisor_channels").await;
    assert!(!sealed.expect("a channel").contains("AAHdq"));
    admin.want::<()>("sla/remove_supervisor", json!({})).await;
    assert_eq!(admin.want::<Option<SupervisorView>>("sla/supervisor", json!({})).await, None);
}
