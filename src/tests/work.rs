//! Acting on chats: who does what is shown to everybody once, nothing is hidden that nobody has seen, what was set
//! aside comes back.

use crate::harness::{Answer, Live, Person, TestApp, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, NewChat};
use agentiq::features::inbox::server::wake;
use agentiq::features::inbox::types::{
    Beside, ChatListPage, ChatRow, Deed, Holder, ListQuery, MessageCursor, NoteView, PersonView, Priority,
    Stretch, TagColor, TagUse, TagView, View, WorkState,
};
use agentiq::platform::clock::now;
use agentiq::shared::change::Change;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, NoteId, TagId, UserId};
use agentiq::shared::role::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Person {
    async fn deeds(&self, chat: ChatId) -> Vec<Deed> {
        let beside = self.open(chat).await.beside;
        beside
            .into_iter()
            .filter_map(|it| if let Beside::Activity(it) = it { Some(it.deed) } else { None })
            .collect()
    }

    async fn notes(&self, chat: ChatId) -> Vec<NoteView> {
        let beside = self.open(chat).await.beside;
        beside.into_iter().filter_map(|it| if let Beside::Note(it) = it { Some(it) } else { None }).collect()
    }

    /// The newest message, as this person's window has it.
    async fn seen(&self, chat: ChatId) -> Option<MessageCursor> {
        let newest = self.open(chat).await.messages.items.pop()?;
        Some(MessageCursor { sent_at: newest.sent_at, sort_key: newest.sort_key })
    }

    async fn close(&self, chat: ChatId) {
        let seen = self.seen(chat).await;
        self.want::<()>("inbox/close", json!({ "chat": chat, "seen": seen })).await;
    }

    async fn snooze(&self, chat: ChatId, until: DateTime<Utc>) {
        let seen = self.seen(chat).await;
        self.want::<()>("inbox/snooze", json!({ "chat": chat, "seen": seen, "until": until })).await;
    }

    async fn reopen(&self, chat: ChatId) {
        self.want::<()>("inbox/reopen", json!({ "chat": chat })).await;
    }

    async fn assign(&self, chat: ChatId, to: Holder, was: Holder) -> Answer {
        self.call("inbox/assign", &json!({ "chat": chat, "to": to, "was": was })).await
    }

    async fn make_tag(&self, name: &str) -> TagView {
        let tag = TagView { id: TagId::new(), name: name.to_owned(), color: TagColor::Red };
        self.want::<()>("inbox/make_tag", json!({ "tag": tag.id, "name": name, "color": tag.color })).await;
        tag
    }

    async fn note(&self, chat: ChatId, text: &str, mentions: &[UserId]) -> NoteView {
        let note = json!({ "chat": chat, "note": NoteId::new(), "text": text, "mentions": mentions });
        self.want("inbox/write_note", note).await
    }
}

fn refusal(answer: &Answer) -> Option<Refusal> {
    match answer.error() {
        Some(AppError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// How many events the workspace's log has.
async fn events(app: &TestApp) -> i64 {
    app.sql().await.number("SELECT count(*) FROM events").await
}

fn ids(list: &ChatListPage) -> Vec<ChatId> {
    list.page.items.iter().map(|row: &ChatRow| row.id).collect()
}

// --- Who is responsible ----------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_given_to_somebody_and_back_and_everybody_reads_who_did_it() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);

    assert_eq!(anna.assign(chat, Holder::Person(boris.id), Holder::Nobody).await.status, 200);
    let row = anna.row(chat).await;
    assert_eq!(row.assignee.map(|it| it.id), Some(boris.id));
    assert_eq!(ids(&boris.list(View::Mine).await), [chat]);
    assert_eq!(anna.list(View::Unassigned).await.counts.unassigned, 0);
    // Told twice is done once.
    let told = events(&app).await;
    assert_eq!(anna.assign(chat, Holder::Person(boris.id), Holder::Nobody).await.status, 200);
    assert_eq!(events(&app).await, told);

    assert_eq!(boris.assign(chat, Holder::Nobody, Holder::Me).await.status, 200);
    let boris_then = PersonView { id: boris.id, name: "Some operator".to_owned() };
    assert_eq!(
        anna.deeds(chat).await,
        [Deed::Assigned { to: Some(boris_then) }, Deed::Assigned { to: None }],
        "each is told once, in its order"
    );
    let beside = anna.open(chat).await.beside;
    let actors: Vec<Option<UserId>> = beside
        .iter()
        .map(|it| match it {
            Beside::Activity(it) => it.actor.as_ref().map(|actor| actor.id),
            Beside::Note(_) => None,
        })
        .collect();
    assert_eq!(actors, [Some(anna.id), Some(boris.id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_a_chat_the_second_learns_who_was_first() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let (first, second) = tokio::join!(
        anna.assign(chat, Holder::Me, Holder::Nobody),
        boris.assign(chat, Holder::Me, Holder::Nobody)
    );
    let refused: Vec<Refusal> = [&first, &second].into_iter().filter_map(refusal).collect();
    assert_eq!(refused, [Refusal::HolderHasChanged { holder: Some("Some operator".to_owned()) }]);
    assert_eq!(anna.deeds(chat).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_people_of_the_workspace_who_may_answer_are_responsible() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    let viewer = app.person(Role::Viewer).await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Operator).await;
    let answer = anna.assign(chat, Holder::Person(viewer.id), Holder::Nobody).await;
    assert_eq!(refusal(&answer), Some(Refusal::PersonCannotAnswer));
    assert_eq!(anna.assign(chat, Holder::Person(stranger.id), Holder::Nobody).await.status, 404);
    assert_eq!(anna.row(chat).await.assignee, None);

    let people: Vec<PersonView> = anna.want("users/people", json!({})).await;
    let known: BTreeSet<UserId> = people.into_iter().map(|it| it.id).collect();
    assert_eq!(known, BTreeSet::from([anna.id, viewer.id]), "people of this workspace, and no others");
}

// --- Tags, priority, star --------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_put_on_and_taken_off_once_and_their_lines_outlive_them() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Пришёл сломанный").await;
    let (owner, anna) = (app.person(Role::Owner).await, app.person(Role::Operator).await);
    let tag = owner.make_tag("Брак").await;
    for _ in 0..2 {
        anna.want::<()>("inbox/add_tag", json!({ "chat": chat, "tag": tag.id })).await;
    }
    assert_eq!(anna.row(chat).await.tags, std::slice::from_ref(&tag));
    let used: Vec<TagUse> = anna.want("inbox/tags_in_use", json!({})).await;
    assert_eq!(used, [TagUse { tag: tag.clone(), chats: 1 }]);

    let mut live = Live::open(&anna, events(&app).await).await;
    owner.want::<()>("inbox/delete_tag", json!({ "tag": tag.id })).await;
    assert_eq!(live.next_change().await.change, Change::Tags);
    assert_eq!(anna.row(chat).await.tags, []);
    assert_eq!(anna.want::<Vec<TagView>>("inbox/tags", json!({})).await, []);
    assert_eq!(anna.deeds(chat).await, [Deed::TagAdded(tag.clone())], "what was done stays readable");
    assert_eq!(anna.call("inbox/remove_tag", &json!({ "chat": chat, "tag": tag.id })).await.status, 404);

    let other = owner.make_tag("Возврат").await;
    for function in ["inbox/add_tag", "inbox/remove_tag", "inbox/remove_tag"] {
        anna.want::<()>(function, json!({ "chat": chat, "tag": other.id })).await;
    }
    assert_eq!(
        anna.deeds(chat).await,
        [Deed::TagAdded(tag), Deed::TagAdded(other.clone()), Deed::TagRemoved(other)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_tags_are_told_apart_whatever_their_case() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Admin).await;
    let tag = owner.make_tag("Брак").await;
    let made = json!({ "tag": TagId::new(), "name": "  БРАК ", "color": "blue" });
    assert_eq!(refusal(&owner.call("inbox/make_tag", &made).await), Some(Refusal::TagNameTaken));
    let again = json!({ "tag": tag.id, "name": "Брак", "color": "red" });
    assert_eq!(owner.call("inbox/make_tag", &again).await.status, 200, "the same tag twice is one");
    let empty = json!({ "tag": TagId::new(), "name": " ", "color": "blue" });
    assert_eq!(refusal(&owner.call("inbox/make_tag", &empty).await), Some(Refusal::TagNameMissing));

    let other = owner.make_tag("Возврат").await;
    let taken = json!({ "tag": other.id, "name": "брак", "color": "blue" });
    assert_eq!(refusal(&owner.call("inbox/change_tag", &taken).await), Some(Refusal::TagNameTaken));
    owner.want::<()>("inbox/change_tag", json!({ "tag": tag.id, "name": "БРАК", "color": "teal" })).await;
    let tags: Vec<TagView> = owner.want("inbox/tags", json!({})).await;
    assert_eq!(tags[0], TagView { id: tag.id, name: "БРАК".to_owned(), color: TagColor::Teal });
    let told = events(&app).await;
    owner.want::<()>("inbox/change_tag", json!({ "tag": tag.id, "name": "БРАК", "color": "teal" })).await;
    assert_eq!(events(&app).await, told, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_another_workspace_is_not_there() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Owner).await;
    let elsewhere = app.new_workspace("Second").await;
    let theirs = app.person_of(elsewhere, Role::Owner).await.make_tag("Чужая").await;
    for function in ["inbox/add_tag", "inbox/remove_tag"] {
        assert_eq!(anna.call(function, &json!({ "chat": chat, "tag": theirs.id })).await.status, 404);
    }
    assert_eq!(anna.want::<Vec<TagView>>("inbox/tags", json!({})).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn priority_is_told_when_it_changes() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    for priority in [Priority::Normal, Priority::Urgent, Priority::Urgent] {
        anna.want::<()>("inbox/prioritise", json!({ "chat": chat, "priority": priority })).await;
    }
    assert_eq!(anna.row(chat).await.priority, Priority::Urgent);
    assert_eq!(anna.deeds(chat).await, [Deed::PrioritySet { priority: Priority::Urgent }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_is_one_persons_and_leaves_no_line() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Viewer).await, app.person(Role::Operator).await);
    let before = events(&app).await;
    for _ in 0..2 {
        anna.want::<()>("inbox/star", json!({ "chat": chat })).await;
    }
    assert_eq!(events(&app).await, before + 1);
    assert!(anna.row(chat).await.is_starred && !boris.row(chat).await.is_starred);
    assert_eq!(ids(&anna.list(View::Starred).await), [chat]);
    assert_eq!(ids(&boris.list(View::Starred).await), []);
    for _ in 0..2 {
        anna.want::<()>("inbox/unstar", json!({ "chat": chat })).await;
    }
    assert!(!anna.row(chat).await.is_starred);
    assert_eq!((events(&app).await, anna.deeds(chat).await.len()), (before + 2, 0));
}

// --- Setting aside ---------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_chat_comes_back_when_the_buyer_writes_and_says_so() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Спасибо").await;
    let anna = app.person(Role::Operator).await;
    anna.close(chat).await;
    anna.close(chat).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Closed);
    assert_eq!(ids(&anna.list(View::Closed).await), [chat]);
    assert_eq!(ids(&anna.list(View::Waiting).await), []);

    // What ours write does not bring it back.
    app.ozon().cabinet_replies(&external, "Пожалуйста");
    app.poll(seller).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Closed);
    app.ozon().buyer_writes(&external, "И ещё вопрос");
    app.poll(seller).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Open);
    assert_eq!(anna.deeds(chat).await, [Deed::Closed, Deed::BuyerReturned]);
    app.poll(seller).await;
    assert_eq!(anna.deeds(chat).await.len(), 2, "it is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_set_aside_over_a_message_that_nobody_has_seen() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Спасибо").await;
    let anna = app.person(Role::Operator).await;
    let seen = anna.seen(chat).await;
    app.ozon().buyer_writes(&external, "Нет, постойте!");
    app.poll(seller).await;
    let until = now() + TimeDelta::hours(1);
    for (function, body) in [
        ("inbox/close", json!({ "chat": chat, "seen": seen })),
        ("inbox/close", json!({ "chat": chat, "seen": null })),
        ("inbox/mark_spam", json!({ "chat": chat, "seen": seen })),
        ("inbox/snooze", json!({ "chat": chat, "seen": seen, "until": until })),
    ] {
        assert_eq!(refusal(&anna.call(function, &body).await), Some(Refusal::ChatHasMoved), "{function}");
    }
    assert_eq!((anna.row(chat).await.work, anna.deeds(chat).await.len()), (WorkState::Open, 0));

    // A colleague's answer is no reason to keep it.
    let seen = anna.seen(chat).await;
    app.ozon().cabinet_replies(&external, "Ждём");
    app.poll(seller).await;
    anna.want::<()>("inbox/close", json!({ "chat": chat, "seen": seen })).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn spam_stays_aside_whatever_the_buyer_writes_until_a_person_says_otherwise() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Заработок от 5000 в день").await;
    let anna = app.person(Role::Operator).await;
    let seen = anna.seen(chat).await;
    for _ in 0..2 {
        anna.want::<()>("inbox/mark_spam", json!({ "chat": chat, "seen": seen })).await;
    }
    app.ozon().buyer_writes(&external, "Напишите в телеграм");
    app.poll(seller).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Spam);
    assert_eq!(ids(&anna.list(View::Spam).await), [chat]);
    assert_eq!(ids(&anna.list(View::All).await), []);
    for _ in 0..2 {
        anna.reopen(chat).await;
    }
    assert_eq!(anna.row(chat).await.work, WorkState::Open);
    assert_eq!(anna.deeds(chat).await, [Deed::MarkedSpam, Deed::UnmarkedSpam]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snoozed_chat_comes_back_to_its_holder_by_itself() {
    let app = TestApp::working().await;
    let external = app.buyer_begins("Напишите завтра");
    app.connect_shop().await;
    let chat = app.chat(&external).await;
    let anna = app.person(Role::Operator).await;
    until("its message is here", async || !anna.open(chat).await.messages.items.is_empty()).await;
    assert_eq!(anna.assign(chat, Holder::Me, Holder::Nobody).await.status, 200);
    anna.snooze(chat, now() + TimeDelta::milliseconds(1_500)).await;
    let row = anna.row(chat).await;
    assert_eq!((row.work, row.snoozed_until.is_some()), (WorkState::Snoozed, true));
    assert_eq!(ids(&anna.list(View::Mine).await), []);
    until("it comes back", async || anna.row(chat).await.work == WorkState::Open).await;
    assert_eq!(ids(&anna.list(View::Mine).await), [chat]);
    let deeds = anna.deeds(chat).await;
    assert_eq!(deeds.last(), Some(&Deed::Woke));
    let beside = anna.open(chat).await.beside;
    assert!(matches!(beside.last(), Some(Beside::Activity(it)) if it.actor.is_none()), "nobody did it");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_moment_that_holds_wakes_a_chat() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Напишите завтра").await;
    let anna = app.person(Role::Operator).await;
    let start = now();
    let hours = |hours| start + TimeDelta::hours(hours);
    let wake_at =
        async |at| wake::wake(&mut *app.conn().await, app.workspace, chat, at).await.expect("a look");
    let jobs = "SELECT count(*) FROM jobs WHERE kind = 'inbox.wake'";

    let past = json!({ "chat": chat, "seen": anna.seen(chat).await, "until": start - TimeDelta::minutes(1) });
    assert_eq!(refusal(&anna.call("inbox/snooze", &past).await), Some(Refusal::MomentPassed));

    anna.snooze(chat, hours(1)).await;
    anna.snooze(chat, hours(1)).await;
    assert_eq!(app.sql().await.number(jobs).await, 1, "the same moment twice is one job");
    anna.snooze(chat, hours(3)).await;
    assert_eq!(app.sql().await.number(jobs).await, 2);
    wake_at(hours(2)).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Snoozed, "the first moment holds no longer");

    anna.reopen(chat).await;
    wake_at(hours(4)).await;
    assert_eq!(anna.deeds(chat).await.last(), Some(&Deed::Reopened), "who is awake is not woken");

    anna.snooze(chat, hours(5)).await;
    anna.close(chat).await;
    wake_at(hours(6)).await;
    assert_eq!(anna.row(chat).await.work, WorkState::Closed);

    anna.snooze(chat, hours(7)).await;
    for _ in 0..2 {
        wake_at(hours(7)).await;
    }
    let row = anna.row(chat).await;
    assert_eq!((row.work, row.snoozed_until), (WorkState::Open, None));
    let woken = anna.deeds(chat).await.into_iter().filter(|deed| *deed == Deed::Woke).count();
    assert_eq!(woken, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_writes_ends_a_snooze() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Напишите завтра").await;
    let anna = app.person(Role::Operator).await;
    anna.snooze(chat, now() + TimeDelta::hours(1)).await;
    app.ozon().buyer_writes(&external, "Уже сегодня");
    app.poll(seller).await;
    let row = anna.row(chat).await;
    assert_eq!((row.work, row.snoozed_until), (WorkState::Open, None));
    assert_eq!(anna.deeds(chat).await.last(), Some(&Deed::BuyerReturned));
}

// --- Notes -----------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_once_and_reaches_no_buyer() {
    let app = TestApp::start().await;
    let (_, external, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let note = NoteId::new();
    let body = json!({ "chat": chat, "note": note, "text": " @Some operator, глянь ", "mentions": [boris.id, boris.id] });
    let first: NoteView = anna.want("inbox/write_note", body.clone()).await;
    assert_eq!(
        anna.want::<NoteView>("inbox/write_note", body.clone()).await,
        first,
        "told twice, written once"
    );
    assert_eq!(first.body, "@Some operator, глянь");
    assert_eq!(first.mentions.iter().map(|it| it.id).collect::<Vec<_>>(), [boris.id]);
    assert_eq!(boris.notes(chat).await, [first]);
    assert_eq!(boris.call("inbox/write_note", &body).await.status, 404, "the id is somebody's");

    let row = anna.row(chat).await;
    assert!(row.unanswered_since.is_some() && row.preview == "Где заказ?", "a note answers nobody");
    assert_eq!(app.ozon().messages(&external).len(), 1);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 0);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM note_mentions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_its_authors_and_administrators_may_delete_it() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let admin = app.person(Role::Admin).await;
    let note = anna.note(chat, "первая", &[boris.id]).await;
    let edit = |text: &str, mentions: &[UserId]| json!({ "chat": chat, "note": note.id, "text": text, "mentions": mentions });
    let delete = json!({ "chat": chat, "note": note.id });

    let theirs = Some(Refusal::NoteOfAnother);
    for person in [&boris, &admin] {
        assert_eq!(refusal(&person.call("inbox/edit_note", &edit("чужая", &[])).await), theirs);
    }
    assert_eq!(refusal(&boris.call("inbox/delete_note", &delete).await), theirs);

    let told = events(&app).await;
    let same: NoteView = anna.want("inbox/edit_note", edit("первая", &[boris.id])).await;
    assert_eq!((same.edited_at, events(&app).await), (None, told), "nothing has changed");
    let changed: NoteView = anna.want("inbox/edit_note", edit("вторая", &[admin.id])).await;
    assert!(changed.edited_at.is_some());
    assert_eq!(changed.mentions.iter().map(|it| it.id).collect::<Vec<_>>(), [admin.id]);

    for _ in 0..2 {
        admin.want::<()>("inbox/delete_note", delete.clone()).await;
    }
    assert_eq!(anna.notes(chat).await, []);
    let kept = "SELECT count(*) FROM notes WHERE body <> ''";
    assert_eq!(app.sql().await.number(kept).await, 0, "its text is gone");
    assert_eq!(app.sql().await.number("SELECT count(*) FROM note_mentions").await, 0);
    assert_eq!(refusal(&anna.call("inbox/edit_note", &edit("снова", &[])).await), Some(Refusal::NoteDeleted));
    assert_eq!(
        refusal(&anna.call("inbox/write_note", &edit("снова", &[])).await),
        Some(Refusal::NoteDeleted)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_speaks_to_people_of_the_workspace_only_and_says_something() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let anna = app.person(Role::Operator).await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Operator).await;
    let write = |text: &str, mentions: Value| json!({ "chat": chat, "note": NoteId::new(), "text": text, "mentions": mentions });
    let answer = anna.call("inbox/write_note", &write("глянь", json!([stranger.id]))).await;
    assert_eq!(answer.status, 404);
    for (text, why) in [
        (" \n ".to_owned(), Refusal::EmptyText),
        ("а\0б".to_owned(), Refusal::ControlCharacters),
        ("ы".repeat(10_001), Refusal::TextTooLong { max: 10_000, actual: 10_001 }),
    ] {
        assert_eq!(refusal(&anna.call("inbox/write_note", &write(&text, json!([]))).await), Some(why));
    }
    assert_eq!(anna.notes(chat).await, []);
}

// --- Between messages ------------------------------------------------------------------------------------------------

/// Everything of a chat, page by page from its end: messages and what stands between, as names.
async fn all_pages(person: &Person, chat: ChatId) -> Vec<(Vec<String>, Vec<String>)> {
    let mut pages = Vec::new();
    let mut before: Option<MessageCursor> = None;
    loop {
        let page: Stretch = person.want("inbox/messages", json!({ "chat": chat, "before": before })).await;
        let messages = page.messages.items.into_iter().map(|it| it.body).collect();
        let beside = page.beside.into_iter().map(|it| match it {
            Beside::Note(note) => note.body,
            Beside::Activity(activity) => activity.id.to_string(),
        });
        pages.push((messages, beside.collect()));
        before = page.messages.next;
        if before.is_none() {
            return pages;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_lines_travel_with_their_page_none_lost_none_doubled() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("номер 0").await;
    let anna = app.person(Role::Operator).await;
    let sql = app.sql().await;
    // 160 messages, several of one instant at the edges of pages, a note and a line at every instant and between.
    let workspace = app.workspace;
    sql.run(&format!(
        "DELETE FROM messages; \
         UPDATE chats SET tail_done = true; \
         INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         SELECT '{workspace}', '{chat}', lpad(n::text, 20, '0'), lpad(n::text, 20, '0'), 'buyer', n::text, \
                timestamptz '2026-01-01 12:00Z' + (n / 60) * interval '1 hour', now() \
         FROM generate_series(1, 160) n; \
         INSERT INTO notes (workspace_id, chat_id, id, author_id, body, created_at) \
         SELECT '{workspace}', '{chat}', gen_random_uuid(), '{}', 'note ' || n, \
                timestamptz '2026-01-01 11:00Z' + n * interval '30 minutes' \
         FROM generate_series(0, 12) n; \
         INSERT INTO activities (workspace_id, chat_id, id, at, kind) \
         SELECT '{workspace}', '{chat}', gen_random_uuid(), timestamptz '2026-01-01 11:00Z' + n * interval '30 minutes', \
                'woke' \
         FROM generate_series(0, 12) n",
        anna.id
    ))
    .await;
    let pages = all_pages(&anna, chat).await;
    assert_eq!(pages.len(), 4);
    let beside: Vec<&String> = pages.iter().flat_map(|(_, beside)| beside).collect();
    let told_apart: BTreeSet<&String> = beside.iter().copied().collect();
    assert_eq!((beside.len(), told_apart.len()), (26, 26), "each came with exactly one page");
    let last = &pages[3].1;
    assert!(last.contains(&"note 0".to_owned()), "what is older than every message comes with the last page");
    assert_eq!(anna.open(chat).await.beside.len(), pages[0].1.len(), "the window opens with the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_without_messages_has_its_notes_and_lines() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("исчезнет").await;
    let anna = app.person(Role::Operator).await;
    app.sql().await.run("DELETE FROM messages; UPDATE chats SET tail_done = true").await;
    anna.note(chat, "заметка", &[]).await;
    anna.want::<()>("inbox/prioritise", json!({ "chat": chat, "priority": "low" })).await;
    anna.want::<()>("inbox/close", json!({ "chat": chat, "seen": null })).await;
    let view = anna.open(chat).await;
    assert_eq!((view.messages.items.len(), view.beside.len()), (0, 3));
    let pages = all_pages(&anna, chat).await;
    assert_eq!((pages.len(), pages[0].1.len()), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_chats_of_the_same_order_are_shown_and_no_others() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let about = |number: &str| {
        let order = NewChat { order_number: Some(number.into()), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
        let chat = app.ozon().new_chat(order);
        app.ozon().buyer_writes(&chat, "вопрос").expect("a chat");
        chat
    };
    let (one, two, other) = (about("23281294-0063"), about("23281294-0063"), about("77281294-0001"));
    let without = app.buyer_begins("без заказа");
    app.poll(seller).await;
    let anna = app.person(Role::Viewer).await;
    let chat = app.chat(&one).await;
    let found: Vec<String> = anna.open(chat).await.same_order.into_iter().map(|it| it.external_id).collect();
    assert_eq!(found, [two]);
    for alone in [other, without] {
        assert_eq!(anna.open(app.chat(&alone).await).await.same_order, []);
    }
}

// --- Together --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_tells_every_screen_and_changes_the_counters() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let (anna, boris) = (app.person(Role::Operator).await, app.person(Role::Operator).await);
    let mut live = Live::open(&boris, events(&app).await).await;
    anna.assign(chat, Holder::Me, Holder::Nobody).await;
    anna.want::<()>("inbox/prioritise", json!({ "chat": chat, "priority": "high" })).await;
    anna.close(chat).await;
    anna.reopen(chat).await;
    anna.note(chat, "заметка", &[]).await;
    for _ in 0..5 {
        assert_eq!(live.next_change().await.change, Change::Chat { chat });
    }
    let query = json!({ "query": ListQuery::of(View::Mine), "chats": [chat] });
    let rows: Value = anna.want("inbox/rows", query).await;
    assert_eq!((&rows["rows"][0]["belongs"], &rows["counts"]["mine"]), (&json!(true), &json!(1)));
}
