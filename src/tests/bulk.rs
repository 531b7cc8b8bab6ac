//! Doing something to many chats: all that a list holds and no other, once each whatever is killed, undone where nobody has
//! changed anything since.

use crate::files::png;
use crate::harness::{Answer, Person, Setting, TestApp, until};
use agentiq::features::files::types::FileView;
use agentiq::features::inbox::bulk::{
    BulkAct, BulkChats, BulkCounts, BulkFile, BulkOutcome, BulkPlan, BulkReason, BulkReport, BulkState,
    BulkView, BulkWork, MOST_REPLIES,
};
use agentiq::features::inbox::server::bulk::prune::prune;
use agentiq::features::inbox::server::bulk::run::{self, Step};
use agentiq::features::inbox::types::{
    Beside, Condition, Deed, Filter, Holder, ListQuery, Priority, TagColor, View, WorkState,
};
use agentiq::features::notices::types::{Centre, NoticeKind};
use agentiq::features::sync::server::deliver;
use agentiq::platform::clock::now;
use agentiq::platform::jobs::Run;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{BulkJobId, ChatId, FileId, QuickReplyId, SellerId, TagId, UserId};
use agentiq::shared::role::Role;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// More than two batches.
const MANY: usize = 230;

impl Person {
    async fn plan_bulk(&self, chats: BulkChats, act: BulkAct) -> BulkPlan {
        let job = BulkJobId::new();
        self.want("inbox/plan_bulk", json!({ "job": job, "chats": chats, "act": act })).await
    }

    /// What keeps something from being planned.
    async fn plan_bulk_error(&self, chats: BulkChats, act: BulkAct) -> Option<AppError> {
        let arguments = json!({ "job": BulkJobId::new(), "chats": chats, "act": act });
        self.call("inbox/plan_bulk", &arguments).await.error()
    }

    async fn start_bulk(&self, job: BulkJobId) -> BulkView {
        self.want("inbox/start_bulk", json!({ "job": job })).await
    }

    async fn undo_bulk(&self, job: BulkJobId) -> BulkView {
        self.want("inbox/undo_bulk", json!({ "job": job })).await
    }

    async fn report_bulk(&self, job: BulkJobId) -> BulkReport {
        self.want("inbox/report_bulk", json!({ "job": job })).await
    }

    async fn bulk_jobs(&self) -> Vec<BulkView> {
        self.want("inbox/bulk_jobs", json!({})).await
    }

    async fn bulk_tag(&self, name: &str) -> TagId {
        let tag = TagId::new();
        let () =
            self.want("inbox/make_tag", json!({ "tag": tag, "name": name, "color": TagColor::Red })).await;
        tag
    }

    /// What was done to a chat, in its order.
    async fn bulk_told(&self, chat: ChatId) -> Vec<Deed> {
        let beside = self.open(chat).await.beside;
        beside
            .into_iter()
            .filter_map(|it| if let Beside::Activity(it) = it { Some(it.deed) } else { None })
            .collect()
    }
}

/// Everything that is to be worked on.
fn open() -> BulkChats {
    BulkChats::Matching(ListQuery::of(View::Open))
}

/// A shop of a workspace with so many chats whose buyers wait; every third has an order.
async fn shop(app: &TestApp, chats: usize) -> SellerId {
    let (workspace, seller) = (app.workspace, SellerId::new());
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO sellers (workspace_id, id, marketplace, external_account_id, name, state, connected_at, clock_from, \
                                  created_at, credentials) \
             VALUES ('{workspace}', '{seller}', 'ozon', '{seller}', 'Shop', 'active', now(), now() - interval '3 days', \
                     now(), '\\x00'); \
             INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                                last_message_preview, last_message_author, unanswered_since, order_number) \
             SELECT '{workspace}', gen_random_uuid(), '{seller}', 'dialog', 'Chat-' || n, 'open', now(), \
                    now() - n * interval '1 minute', 'x', 'buyer', now() - n * interval '1 minute', \
                    CASE WHEN n % 3 = 0 THEN n || '-0063' END \
             FROM generate_series(1, {chats}) n; \
             INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
             SELECT workspace_id, id, '1', '1', 'buyer', 'x', last_message_at, now() FROM chats \
             WHERE seller_id = '{seller}'"
        ))
        .await;
    seller
}

async fn chats(app: &TestApp) -> Vec<ChatId> {
    let ids = app.sql().await.column("SELECT id FROM chats ORDER BY id").await;
    ids.iter().map(|id| id.parse().expect("an id")).collect()
}

/// The buyer writes, behind the product's back.
async fn buyer_writes(app: &TestApp, chat: ChatId) {
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
             SELECT workspace_id, id, '2', '2', 'buyer', 'x', now(), now() FROM chats WHERE id = '{chat}'"
        ))
        .await;
}

/// Goes on with a job until it has come to its end.
async fn finish(app: &TestApp, job: BulkJobId) {
    for _ in 0..50 {
        if step(app, job).await == Step::Over {
            return;
        }
    }
    panic!("the job comes to no end");
}

async fn step(app: &TestApp, job: BulkJobId) -> Step {
    run::step(&app.app.for_work(), app.workspace, job, now()).await.expect("a batch")
}

/// Plans, starts and finishes.
async fn carry_out(app: &TestApp, person: &Person, chats: BulkChats, act: BulkAct) -> BulkReport {
    let job = person.plan_bulk(chats, act).await.job.id;
    person.start_bulk(job).await;
    finish(app, job).await;
    person.report_bulk(job).await
}

fn reasons(report: &BulkReport) -> Vec<(BulkOutcome, Option<BulkReason>, i64)> {
    report.groups.iter().map(|group| (group.outcome, group.reason, group.chats)).collect()
}

// --- What is done ----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_list_holds_is_changed_and_nothing_else() {
    let app = TestApp::start().await;
    shop(&app, MANY).await;
    let (me, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let tag = app.person(Role::Owner).await.bulk_tag("Возврат").await;
    let with_order =
        ListQuery { filter: Some(Filter::Is(Condition::HasOrder(true))), ..ListQuery::of(View::Open) };
    let which = BulkChats::Matching(with_order.clone());
    let size: Option<i64> = me.want("inbox/count_bulk", json!({ "query": with_order })).await;
    assert_eq!(size, Some(76));

    let plan = me.plan_bulk(which.clone(), BulkAct::AddTag(tag)).await;
    assert_eq!((plan.job.state, plan.job.counts.chats), (BulkState::Planned, 76));
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM chat_tags").await, 0, "nobody has confirmed it");
    assert_eq!(step(&app, plan.job.id).await, Step::Over, "a plan does nothing by itself");
    me.start_bulk(plan.job.id).await;
    me.start_bulk(plan.job.id).await;
    finish(&app, plan.job.id).await;
    let report = me.report_bulk(plan.job.id).await;
    assert_eq!((report.job.state, report.job.counts.done), (BulkState::Done, 76));
    assert_eq!(report.groups, []);
    let tagged = "SELECT count(*) FROM chat_tags t JOIN chats c USING (workspace_id) WHERE c.id = t.chat_id";
    assert_eq!(sql.number(&format!("{tagged} AND order_number IS NOT NULL")).await, 76);
    assert_eq!(sql.number(tagged).await, 76, "no other chat");
    let lines = "SELECT count(*) FROM activities WHERE kind = 'tag_added'";
    assert_eq!(sql.number(lines).await, 76, "each says who did it");

    // Once more: it is so already.
    let again = carry_out(&app, &me, which.clone(), BulkAct::AddTag(tag)).await.job.counts;
    assert_eq!(again, BulkCounts { chats: 76, unchanged: 76, ..BulkCounts::default() });
    assert_eq!(sql.number(lines).await, 76);

    carry_out(&app, &me, which.clone(), BulkAct::Assign(Holder::Person(boris.id))).await;
    assert_eq!(boris.list(View::Mine).await.counts.mine, 76);
    carry_out(&app, &me, which.clone(), BulkAct::Prioritise(Priority::High)).await;
    carry_out(&app, &me, which, BulkAct::Close).await;
    let counts = me.list(View::Open).await.counts;
    assert_eq!((counts.open, counts.closed), (MANY as i64 - 76, 76));
    assert_eq!(sql.number("SELECT count(*) FROM chats WHERE priority = 'high'").await, 76);
    assert_eq!(
        sql.number("SELECT count(*) FROM events WHERE change ->> 'kind' = 'bulk'").await,
        10,
        "five jobs, each tells when it begins and after its one batch"
    );

    // Whoever was made responsible for many is told once.
    let centre: Centre = boris.want("notices/list", json!({})).await;
    let told: Vec<(NoticeKind, i32)> = centre.notices.iter().map(|it| (it.kind, it.count)).collect();
    assert_eq!(told, [(NoticeKind::Assigned, 76)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_chats_are_snoozed_reopened_and_marked_as_spam() {
    let app = TestApp::start().await;
    shop(&app, 3).await;
    let me = app.person(Role::Operator).await;
    let all = chats(&app).await;
    let two = || BulkChats::Chosen(all[..2].to_vec());
    let until = now() + TimeDelta::hours(3);
    let snoozed = carry_out(&app, &me, two(), BulkAct::Snooze(until)).await;
    assert_eq!(snoozed.job.counts.done, 2);
    assert_eq!(me.row(all[0]).await.work, WorkState::Snoozed);
    assert_eq!(me.row(all[2]).await.work, WorkState::Open);
    let waking = "SELECT count(*) FROM jobs WHERE kind = 'inbox.wake'";
    assert_eq!(app.sql().await.number(waking).await, 2, "they come back by themselves");
    carry_out(&app, &me, two(), BulkAct::MarkSpam).await;
    assert_eq!(me.list(View::Spam).await.counts.spam, 2);
    let undone = me.bulk_jobs().await.remove(0);
    me.undo_bulk(undone.id).await;
    finish(&app, undone.id).await;
    let row = me.row(all[0]).await;
    assert_eq!(row.work, WorkState::Snoozed, "as it was before the spam");
    assert_eq!(row.snoozed_until.map(|at| at.timestamp_millis()), Some(until.timestamp_millis()));
    carry_out(&app, &me, two(), BulkAct::Reopen).await;
    assert_eq!(me.list(View::Open).await.counts.open, 3);
    let past = me.plan_bulk_error(two(), BulkAct::Snooze(now())).await;
    assert_eq!(past, Some(AppError::Refused(Refusal::MomentPassed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_since_the_person_looked_is_skipped_and_said() {
    let app = TestApp::start().await;
    shop(&app, 4).await;
    let (me, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let all = chats(&app).await;
    let job = me.plan_bulk(open(), BulkAct::Close).await.job.id;
    buyer_writes(&app, all[1]).await;
    me.start_bulk(job).await;
    finish(&app, job).await;
    let report = me.report_bulk(job).await;
    assert_eq!(reasons(&report), [(BulkOutcome::Skipped, Some(BulkReason::BuyerWrote), 1)]);
    assert_eq!(report.groups[0].first.iter().map(|chat| chat.id).collect::<Vec<_>>(), [all[1]]);
    assert_eq!(me.row(all[1]).await.work, WorkState::Open);
    assert_eq!(report.job.counts.done, 3);

    let job = me.plan_bulk(BulkChats::Chosen(all.clone()), BulkAct::Assign(Holder::Me)).await.job.id;
    let taken = json!({ "chat": all[2], "to": Holder::Me, "was": Holder::Nobody });
    let () = boris.want("inbox/assign", taken).await;
    me.start_bulk(job).await;
    finish(&app, job).await;
    let report = me.report_bulk(job).await;
    assert_eq!(reasons(&report), [(BulkOutcome::Skipped, Some(BulkReason::HolderChanged), 1)]);
    assert_eq!(me.row(all[2]).await.assignee.map(|it| it.id), Some(boris.id));
}

// --- Undoing ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn undoing_brings_back_what_was_and_leaves_alone_what_somebody_has_changed_since() {
    let app = TestApp::start().await;
    shop(&app, MANY).await;
    let (me, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let all = chats(&app).await;
    let held =
        |by: UserId, chat: ChatId| format!("UPDATE chats SET assignee_id = '{by}' WHERE id = '{chat}'");
    app.sql().await.run(&held(boris.id, all[0])).await;

    let given = carry_out(&app, &me, open(), BulkAct::Assign(Holder::Me)).await.job;
    assert_eq!(given.counts.done, MANY as i64);
    // Boris takes one, gives it back to me and so has had a say in it; another one has a new holder.
    for (chat, to, was) in [
        (all[5], Holder::Me, Holder::Person(me.id)),
        (all[5], Holder::Person(me.id), Holder::Me),
        (all[6], Holder::Nobody, Holder::Person(me.id)),
    ] {
        let () = boris.want("inbox/assign", json!({ "chat": chat, "to": to, "was": was })).await;
    }
    assert_eq!(me.undo_bulk(given.id).await.state, BulkState::Undoing);
    me.undo_bulk(given.id).await;
    finish(&app, given.id).await;
    let report = me.report_bulk(given.id).await;
    assert_eq!(report.job.state, BulkState::Undone);
    assert_eq!(reasons(&report), [(BulkOutcome::LeftAlone, Some(BulkReason::ChangedSince), 2)]);
    assert_eq!(report.job.counts.undone, MANY as i64 - 2);
    assert_eq!(me.row(all[0]).await.assignee.map(|it| it.id), Some(boris.id), "who held it before");
    assert_eq!(me.row(all[1]).await.assignee, None);
    assert_eq!(me.row(all[5]).await.assignee.map(|it| it.id), Some(me.id));
    assert_eq!(me.bulk_told(all[1]).await.len(), 2, "given and taken back are both told");

    // A chat that was closed and opened again by its buyer is not touched.
    let closed = carry_out(&app, &me, open(), BulkAct::Close).await.job;
    let reopened = json!({ "chat": all[3] });
    let () = boris.want("inbox/reopen", reopened).await;
    me.undo_bulk(closed.id).await;
    finish(&app, closed.id).await;
    let report = me.report_bulk(closed.id).await;
    assert_eq!(reasons(&report), [(BulkOutcome::LeftAlone, Some(BulkReason::ChangedSince), 1)]);
    assert_eq!(me.list(View::Open).await.counts.open, MANY as i64);

    let tag = app.person(Role::Owner).await.bulk_tag("Брак").await;
    let tagged = carry_out(&app, &me, BulkChats::Chosen(all[..2].to_vec()), BulkAct::AddTag(tag)).await.job;
    me.undo_bulk(tagged.id).await;
    finish(&app, tagged.id).await;
    assert_eq!(app.sql().await.number("SELECT count(*) FROM chat_tags").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_stopped_half_way_and_undone_within_a_day() {
    let app = TestApp::start().await;
    shop(&app, MANY).await;
    let me = app.person(Role::Operator).await;
    let job = me.plan_bulk(open(), BulkAct::Close).await.job.id;
    me.start_bulk(job).await;
    assert_eq!(step(&app, job).await, Step::On);
    let stopped: BulkView = me.want("inbox/stop_bulk", json!({ "job": job })).await;
    assert_eq!((stopped.state, stopped.counts.done), (BulkState::Stopped, 100));
    assert_eq!(step(&app, job).await, Step::Over);
    assert_eq!(me.list(View::Closed).await.counts.closed, 100);

    let sql = app.sql().await;
    sql.run("UPDATE bulk_jobs SET started_at = started_at - interval '25 hours'").await;
    let late = me.call("inbox/undo_bulk", &json!({ "job": job })).await.error();
    assert_eq!(late, Some(AppError::Refused(Refusal::BulkUndoOver)));
    sql.run("UPDATE bulk_jobs SET started_at = started_at + interval '2 hours'").await;
    me.undo_bulk(job).await;
    finish(&app, job).await;
    assert_eq!(me.list(View::Closed).await.counts.closed, 0);
    assert_eq!(me.report_bulk(job).await.job.counts.undone, 100);

    // It is shown until its author has seen enough of it.
    assert_eq!(me.bulk_jobs().await.len(), 1);
    let () = me.want("inbox/dismiss_bulk", json!({ "job": job })).await;
    assert_eq!(me.bulk_jobs().await, []);
}

// --- Once each -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_job_goes_on_where_it_was_and_two_workers_do_nothing_twice() {
    let app = TestApp::start().await;
    shop(&app, MANY).await;
    let me = app.person(Role::Operator).await;
    let job = me.plan_bulk(open(), BulkAct::Close).await.job.id;
    me.start_bulk(job).await;
    assert_eq!(step(&app, job).await, Step::On);
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM activities").await, 100, "one batch is done");
    // A batch that breaks off is not there at all.
    sql.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'away'; END $$; \
         CREATE TRIGGER refuse BEFORE UPDATE ON bulk_jobs FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let broken = run::step(&app.app.for_work(), app.workspace, job, now()).await;
    assert!(broken.is_err(), "{broken:?}");
    sql.run("DROP TRIGGER refuse ON bulk_jobs").await;
    assert_eq!(sql.number("SELECT count(*) FROM activities").await, 100);
    assert_eq!(me.list(View::Closed).await.counts.closed, 100);

    // Another process takes the job over while the first one is still at it.
    let other = app.another(Setting::default()).await;
    tokio::join!(finish(&app, job), finish(&other, job));
    let report = me.report_bulk(job).await;
    assert_eq!((report.job.state, report.job.counts.done), (BulkState::Done, MANY as i64));
    assert_eq!(sql.number("SELECT count(*) FROM activities").await, MANY as i64);
    let doubled = "SELECT count(*) FROM (SELECT 1 FROM activities GROUP BY chat_id HAVING count(*) > 1) many";
    assert_eq!(sql.number(doubled).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_carry_a_job_to_its_end_by_themselves() {
    let app = TestApp::working().await;
    shop(&app, MANY).await;
    let me = app.person(Role::Operator).await;
    let job = me.plan_bulk(open(), BulkAct::Close).await.job.id;
    me.start_bulk(job).await;
    until("the job is over", async || me.bulk_jobs().await[0].state == BulkState::Done).await;
    assert_eq!(me.list(View::Closed).await.counts.closed, MANY as i64);
    me.undo_bulk(job).await;
    until("it is undone", async || me.bulk_jobs().await[0].state == BulkState::Undone).await;
    assert_eq!(me.list(View::Open).await.counts.open, MANY as i64);
}

// --- Quick replies ---------------------------------------------------------------------------------------------------

async fn quick_reply(person: &Person, body: &str) -> QuickReplyId {
    let id = QuickReplyId::new();
    let form = json!({ "id": id, "scope": { "kind": "mine" }, "title": "Задержка", "shortcut": "", "folder": "", "body": body });
    let () = person.want("quick_replies/save", json!({ "form": form })).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_reply_goes_out_once_to_each_chat_and_what_has_not_left_is_taken_back() {
    let pause = Some(Duration::from_secs(600));
    let app = TestApp::with(Setting { undo_pause: pause, ..Setting::default() }).await;
    let seller = app.connect_shop().await;
    let external: Vec<String> = (0..3).map(|_| app.buyer_begins("Где мой заказ?")).collect();
    app.poll(seller).await;
    let owner = app.person(Role::Owner).await;
    let reply = quick_reply(&owner, "Здравствуйте! Посылка задержалась. {{магазин}}").await;
    let plan = owner.plan_bulk(open(), BulkAct::Reply(reply)).await;
    let preview = plan.preview.expect("a preview");
    assert_eq!((preview.sends, preview.skips.as_slice()), (3, [].as_slice()));
    let sample = preview.sample.expect("a sample");
    assert!(sample.text.starts_with("Здравствуйте! Посылка задержалась.") && !sample.text.contains("{{"));
    // What is changed about the text now is for the next time.
    let () = owner.want("quick_replies/delete", json!({ "reply": reply })).await;
    // A draft that somebody has begun in one of the chats stays.
    let mine = app.chat(&external[0]).await;
    let draft = json!({ "chat": mine, "text": "Я как раз", "typed_at": now() });
    let () = owner.want("inbox/save_draft", draft).await;

    owner.start_bulk(plan.job.id).await;
    let other = app.another(Setting { undo_pause: pause, ..Setting::default() }).await;
    tokio::join!(finish(&app, plan.job.id), finish(&other, plan.job.id));
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM replies").await, 3);
    assert_eq!(sql.number("SELECT count(DISTINCT chat_id) FROM replies").await, 3);
    assert_eq!(sql.number("SELECT count(*) FROM drafts").await, 1);

    // One leaves; of the others nothing has been sent yet.
    let first =
        sql.value(&format!("SELECT id FROM replies WHERE chat_id = '{mine}'")).await.expect("a reply");
    let () = owner.want("inbox/send_now", json!({ "reply": first })).await;
    for _ in 0..2 {
        let payload = json!({ "chat": mine });
        let run = Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 };
        deliver::run(run).await.expect("a delivery");
    }
    assert_eq!(app.ozon().sends(&external[0]).len(), 1);
    owner.undo_bulk(plan.job.id).await;
    finish(&app, plan.job.id).await;
    let report = owner.report_bulk(plan.job.id).await;
    assert_eq!(reasons(&report), [(BulkOutcome::LeftAlone, Some(BulkReason::AlreadySent), 1)]);
    assert_eq!(sql.number("SELECT count(*) FROM replies WHERE state = 'withdrawn'").await, 2);
    assert_eq!(app.ozon().all_sends().len(), 1, "and nothing else was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_quick_reply_go_to_each_chat_behind_its_text() {
    let app =
        TestApp::with(Setting { undo_pause: Some(Duration::from_secs(600)), ..Setting::default() }).await;
    let seller = app.connect_shop().await;
    let external: Vec<String> = (0..3).map(|_| app.buyer_begins("Как собрать шкаф?")).collect();
    app.poll(seller).await;
    let owner = app.person(Role::Owner).await;
    let (reply, file) = (QuickReplyId::new(), FileId::new());
    let path = format!("/upload/quick-reply/{file}?name=scheme.png");
    let _: FileView = Answer::of(owner.request(Method::POST, &path).body(png(40, 20))).await.value();
    let form = json!({ "id": reply, "scope": { "kind": "mine" }, "title": "Сборка", "shortcut": "", "folder": "",
                       "body": "Схема во вложении.", "files": [file] });
    let () = owner.want("quick_replies/save", json!({ "form": form })).await;
    let plan = owner.plan_bulk(open(), BulkAct::Reply(reply)).await;
    let BulkWork::Reply(text) = &plan.job.work else { panic!("{:?}", plan.job.work) };
    assert_eq!(text.files, [BulkFile { id: file, name: "scheme.png".to_owned() }]);
    // What is let go of now was there when the job was planned.
    let () = owner.want("quick_replies/delete", json!({ "reply": reply })).await;

    owner.start_bulk(plan.job.id).await;
    let other =
        app.another(Setting { undo_pause: Some(Duration::from_secs(600)), ..Setting::default() }).await;
    tokio::join!(finish(&app, plan.job.id), finish(&other, plan.job.id));
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM replies").await, 6);
    assert_eq!(sql.number("SELECT count(DISTINCT chat_id) FROM replies WHERE file_id IS NOT NULL").await, 3);
    let first_is_text = "SELECT count(*) FROM replies t JOIN replies f USING (workspace_id, chat_id) \
                         WHERE t.file_id IS NULL AND f.file_id IS NOT NULL AND t.created_at < f.created_at";
    assert_eq!(sql.number(first_is_text).await, 3);
    let counted = "SELECT coalesce(sum(attempts), 0) FROM files WHERE origin = 'outgoing'";
    assert_eq!(sql.number(counted).await, 0, "nobody has used up their uploads by it");

    // In one chat both leave; in the others both are taken back.
    let mine = app.chat(&external[0]).await;
    for id in sql
        .column(&format!("SELECT id::text FROM replies WHERE chat_id = '{mine}' ORDER BY created_at"))
        .await
    {
        let () = owner.want("inbox/send_now", json!({ "reply": id })).await;
    }
    for _ in 0..3 {
        let payload = json!({ "chat": mine });
        let run = Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 };
        deliver::run(run).await.expect("a delivery");
    }
    assert_eq!(app.ozon().sends(&external[0]).len(), 2);
    owner.undo_bulk(plan.job.id).await;
    finish(&app, plan.job.id).await;
    let report = owner.report_bulk(plan.job.id).await;
    assert_eq!(reasons(&report), [(BulkOutcome::LeftAlone, Some(BulkReason::AlreadySent), 1)]);
    assert_eq!(sql.number("SELECT count(*) FROM replies WHERE state = 'withdrawn'").await, 4);
    assert_eq!(app.ozon().all_sends().len(), 2, "and nothing else was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_who_gets_nothing_and_why_and_the_job_agrees() {
    let app = TestApp::start().await;
    let seller = shop(&app, 5).await;
    let owner = app.person(Role::Owner).await;
    let all = chats(&app).await;
    let sql = app.sql().await;
    // Closed by the marketplace; silent for longer than the window; the others take messages.
    sql.run(&format!("UPDATE chats SET status = 'closed' WHERE id = '{}'", all[0])).await;
    sql.run(&format!("UPDATE messages SET sent_at = now() - interval '5 days' WHERE chat_id = '{}'", all[1]))
        .await;
    let reply = quick_reply(&owner, "Здравствуйте! Посылка задержалась.").await;
    let plan = owner.plan_bulk(open(), BulkAct::Reply(reply)).await;
    let preview = plan.preview.expect("a preview");
    assert_eq!(preview.sends, 3);
    assert_eq!(preview.skips, [(BulkReason::WindowClosed, 1), (BulkReason::WindowUncertain, 1)]);
    // The buyer of one more writes before the job gets to it, and a colleague answers another.
    buyer_writes(&app, all[2]).await;
    let () = app.person(Role::Operator).await.want("inbox/seen", json!({ "chat": all[3] })).await;
    app.person(Role::Operator).await.reply(all[3], "Уже смотрю").await;
    owner.start_bulk(plan.job.id).await;
    finish(&app, plan.job.id).await;
    let mut told = reasons(&owner.report_bulk(plan.job.id).await);
    told.sort_by_key(|(_, reason, _)| *reason);
    let skipped = |reason| (BulkOutcome::Skipped, Some(reason), 1);
    assert_eq!(
        told,
        [
            skipped(BulkReason::BuyerWrote),
            skipped(BulkReason::ColleagueWrote),
            skipped(BulkReason::WindowClosed),
            skipped(BulkReason::WindowUncertain),
        ]
    );
    assert_eq!(sql.number(&format!("SELECT count(*) FROM replies WHERE chat_id = '{}'", all[4])).await, 1);

    for (body, reason) in [
        ("Заказ {{заказ}} задержался", BulkReason::VariableMissing),
        ("Вернём деньги", BulkReason::RiskyWords),
    ] {
        let reply = quick_reply(&owner, body).await;
        let one = BulkChats::Chosen(vec![
            sql.value(
                "SELECT id FROM chats WHERE order_number IS NULL AND status = 'open' AND id <> \
                       (SELECT chat_id FROM messages ORDER BY sent_at LIMIT 1) LIMIT 1",
            )
            .await
            .expect("a chat")
            .parse()
            .expect("an id"),
        ]);
        let preview = owner.plan_bulk(one, BulkAct::Reply(reply)).await.preview.expect("a preview");
        assert_eq!((preview.sends, preview.skips), (0, vec![(reason, 1)]), "{body}");
    }
    let elsewhere = SellerId::new();
    sql.run(&format!(
        "INSERT INTO sellers SELECT workspace_id, '{elsewhere}', marketplace, 'second', name, state, credentials, shop_name, \
             subscription, key_expires_at, methods, connected_at, clock_from, last_sync_at, last_sync_took_ms, \
             last_walk_at, last_error, last_error_detail, last_error_at, failures, created_at FROM sellers \
         WHERE id = '{seller}'"
    ))
    .await;
    let scoped = QuickReplyId::new();
    let form = json!({ "id": scoped, "scope": { "kind": "seller", "seller": elsewhere }, "title": "x", "shortcut": "",
                       "folder": "", "body": "Здравствуйте" });
    let () = owner.want("quick_replies/save", json!({ "form": form })).await;
    let preview = owner.plan_bulk(open(), BulkAct::Reply(scoped)).await.preview.expect("a preview");
    assert_eq!(preview.skips, [(BulkReason::OtherSeller, 5)]);
}

// --- Who may ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn nobody_does_to_many_what_they_may_not_do_to_one() {
    let app = TestApp::start().await;
    shop(&app, MANY).await;
    let (viewer, operator) = (app.person(Role::Viewer).await, app.person(Role::Operator).await);
    assert_eq!(viewer.plan_bulk_error(open(), BulkAct::Close).await, Some(AppError::Forbidden));
    let reply = quick_reply(&operator, "Здравствуйте").await;
    let one = BulkChats::Chosen(chats(&app).await[..1].to_vec());
    assert_eq!(operator.plan_bulk_error(one, BulkAct::Reply(reply)).await, Some(AppError::Forbidden));
    let to_viewer = operator.plan_bulk_error(open(), BulkAct::Assign(Holder::Person(viewer.id))).await;
    assert_eq!(to_viewer, Some(AppError::Refused(Refusal::PersonCannotAnswer)));

    // Who loses the right meanwhile loses it for the rest.
    let job = operator.plan_bulk(open(), BulkAct::Close).await.job.id;
    operator.start_bulk(job).await;
    step(&app, job).await;
    let sql = app.sql().await;
    sql.run(&format!("UPDATE users SET role = 'viewer' WHERE id = '{}'", operator.id)).await;
    finish(&app, job).await;
    assert_eq!(sql.number("SELECT count(*) FROM chats WHERE work_state = 'closed'").await, 100);
    let skipped = "SELECT count(*) FROM bulk_items WHERE outcome = 'skipped' AND reason = 'not_allowed'";
    assert_eq!(sql.number(skipped).await, MANY as i64 - 100);
    assert_eq!(sql.value("SELECT state FROM bulk_jobs").await.as_deref(), Some("done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_reply_goes_to_no_more_chats_than_may_be() {
    let app = TestApp::start().await;
    shop(&app, MOST_REPLIES + 1).await;
    let owner = app.person(Role::Owner).await;
    let reply = quick_reply(&owner, "Здравствуйте").await;
    let refused = owner.plan_bulk_error(open(), BulkAct::Reply(reply)).await;
    assert_eq!(refused, Some(AppError::Refused(Refusal::BulkTooLarge { max: MOST_REPLIES as u32 })));
    let nothing =
        owner.plan_bulk_error(BulkChats::Matching(ListQuery::of(View::Closed)), BulkAct::Reopen).await;
    assert_eq!(nothing, Some(AppError::Refused(Refusal::BulkEmpty)));
    assert_eq!(app.sql().await.number("SELECT count(*) FROM bulk_items").await, 0, "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_their_authors_and_stay_within_their_workspace() {
    let app = TestApp::start().await;
    shop(&app, 3).await;
    let (me, colleague) = (app.person(Role::Operator).await, app.person(Role::Owner).await);
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    let all = chats(&app).await;
    for chats in [open(), BulkChats::Chosen(all.clone())] {
        let refused = stranger.plan_bulk_error(chats, BulkAct::Close).await;
        assert_eq!(refused, Some(AppError::Refused(Refusal::BulkEmpty)), "no chat of theirs");
    }
    let to_us = stranger.plan_bulk_error(open(), BulkAct::Assign(Holder::Person(me.id))).await;
    assert_eq!(to_us, Some(AppError::NotFound));

    let job = me.plan_bulk(open(), BulkAct::Close).await.job.id;
    for person in [&colleague, &stranger] {
        for path in ["start_bulk", "stop_bulk", "undo_bulk", "dismiss_bulk", "report_bulk"] {
            let answer = person.call(&format!("inbox/{path}"), &json!({ "job": job })).await;
            assert_eq!(answer.error(), Some(AppError::NotFound), "{path}");
        }
        assert_eq!(person.bulk_jobs().await, []);
        // The same id is nobody else's to take.
        let taken = json!({ "job": job, "chats": open(), "act": BulkAct::Close });
        let answer = colleague.call("inbox/plan_bulk", &taken).await;
        assert_eq!(answer.error(), Some(AppError::NotFound));
    }
    assert_eq!(me.bulk_jobs().await, [], "a plan is no job yet");
    me.start_bulk(job).await;
    assert_eq!(me.bulk_jobs().await.len(), 1);

    // What nobody confirms is forgotten, and so are old jobs.
    let forgotten = me.plan_bulk(open(), BulkAct::Reopen).await.job.id;
    let mut conn = app.conn().await;
    assert_eq!(prune(&mut conn, now() + TimeDelta::hours(2)).await.expect("pruned"), 1);
    let gone = me.call("inbox/start_bulk", &json!({ "job": forgotten })).await.error();
    assert_eq!(gone, Some(AppError::NotFound));
    assert_eq!(prune(&mut conn, now() + TimeDelta::days(31)).await.expect("pruned"), 1);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM bulk_items").await, 0);
}
