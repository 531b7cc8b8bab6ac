//! What buyers' messages are about, as it is kept: told when they are stored, corrected by people, in filters and deadlines.

use crate::harness::{Person, TestApp};
use agentiq::features::inbox::types::{ActivityView, Beside, ChatListPage, Deed, View};
use agentiq::features::sla::book::RuleBook;
use agentiq::features::sla::defaults::first_book;
use agentiq::features::sla::explanation::ClockView;
use agentiq::features::sla::policy::Condition;
use agentiq::features::sla::server::recompute::recompute;
use agentiq::features::understanding::types::{By, Category, Given, Sentiment, Understood, Urgency};
use agentiq::platform::clock::now;
use agentiq::shared::error::AppError;
use agentiq::shared::i18n::Locale;
use agentiq::shared::ids::{ChatId, PolicyId};
use agentiq::shared::role::Role;
use agentiq::shared::sla::clocks::ClockKind;
use agentiq::shared::sla::count::Target;
use serde_json::json;

impl Person {
    async fn understood(&self, chat: ChatId) -> Option<Understood> {
        self.row(chat).await.understood
    }

    async fn correct(&self, chat: ChatId, said: Given) {
        self.want("inbox/correct_understanding", json!({ "chat": chat, "said": said })).await
    }

    async fn filtered(&self, filter: &str) -> Vec<ChatId> {
        let filter: agentiq::features::inbox::types::Filter = filter.parse().expect("a filter");
        let query = json!({ "view": View::All, "seller": null, "sort": "newest", "filter": filter });
        let list: ChatListPage = self.want("inbox/chats", json!({ "query": query, "after": null })).await;
        list.page.items.into_iter().map(|row| row.id).collect()
    }

    async fn said(&self, chat: ChatId) -> Vec<Given> {
        let said = |beside: Beside| match beside {
            Beside::Activity(ActivityView { deed: Deed::Understood(given), .. }) => Some(given),
            _ => None,
        };
        self.open(chat).await.beside.into_iter().filter_map(said).collect()
    }
}

fn category(category: Category) -> Given {
    Given { category: Some(category), ..Given::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_understood_when_it_is_stored_and_its_chat_carries_what_holds() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Добрый день").await;
    let person = app.person(Role::Viewer).await;
    let held = person.understood(chat).await.expect("understood");
    assert_eq!((held.category, held.by), (Category::Other, By::Rules));

    app.ozon().buyer_writes(&external, "Чайник пришёл сломанный").expect("a chat");
    app.poll(seller).await;
    let held = person.understood(chat).await.expect("understood");
    let grave = (Category::Defect, Urgency::Urgent, Sentiment::Negative);
    assert_eq!((held.category, held.urgency, held.sentiment), grave, "of the whole turn");
    let sql = app.sql().await;
    let rows = "SELECT category || ' ' || language FROM understandings u JOIN messages m ON m.external_id = u.message_id \
                ORDER BY m.sent_at, m.sort_key";
    assert_eq!(sql.column(rows).await, ["other ru", "defect ru"]);
    assert_eq!(person.filtered("category:defect").await, [chat]);
    assert_eq!(person.filtered("sentiment:negative;urgency:urgent").await, [chat]);
    assert_eq!(person.filtered("category:thanks,other").await, []);

    // What has been answered keeps what it was about; the next turn is another one.
    app.ozon().cabinet_replies(&external, "Заменим").expect("a chat");
    app.poll(seller).await;
    assert_eq!(person.understood(chat).await.map(|it| it.category), Some(Category::Defect));
    app.ozon().buyer_writes(&external, "Спасибо большое!").expect("a chat");
    app.poll(seller).await;
    assert_eq!(person.understood(chat).await.map(|it| it.category), Some(Category::Thanks));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_text_is_understood_anew_and_imported_history_not_at_all() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где мой заказ?").await;
    let person = app.person(Role::Operator).await;
    let sql = app.sql().await;
    // As an edit leaves it: the next look understands the new text.
    sql.run("UPDATE messages SET body = 'Хочу вернуть товар' WHERE author = 'buyer'").await;
    recompute(&mut *app.conn().await, app.workspace, &[chat], now()).await.expect("recomputed");
    assert_eq!(person.understood(chat).await.map(|it| it.category), Some(Category::Return));

    sql.run("DELETE FROM understandings; UPDATE sellers SET clock_from = now() + interval '1 day'").await;
    app.ozon().buyer_writes(&external, "Пришёл брак").expect("a chat");
    app.poll(seller).await;
    assert_eq!(sql.number("SELECT count(*) FROM understandings").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_says_stays_whatever_the_rules_say_after_it() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где мой заказ?").await;
    let person = app.person(Role::Operator).await;
    let sql = app.sql().await;
    let before = sql.number("SELECT max(seq) FROM events").await;
    person.correct(chat, category(Category::Return)).await;
    let held = person.understood(chat).await.expect("understood");
    assert_eq!((held.category, held.by), (Category::Return, By::Person));
    assert_eq!(person.said(chat).await, [category(Category::Return)]);
    let told = format!("SELECT count(*) FROM events WHERE seq > {before} AND change->>'kind' = 'chat'");
    assert_eq!(sql.number(&told).await, 1);
    assert_eq!(
        (person.filtered("category:return").await, person.filtered("category:delivery").await),
        (vec![chat], vec![])
    );

    // The same once more changes nothing.
    person.correct(chat, category(Category::Return)).await;
    assert_eq!((person.said(chat).await.len(), sql.number(&told).await), (1, 1));

    app.ozon().buyer_writes(&external, "И чайник сломан!!!").expect("a chat");
    app.poll(seller).await;
    let held = person.understood(chat).await.expect("understood");
    assert_eq!((held.category, held.urgency), (Category::Return, Urgency::Urgent), "the rules tell the rest");
    sql.run("UPDATE understandings SET text_hash = 0").await;
    app.ozon().buyer_writes(&external, "Жду").expect("a chat");
    app.poll(seller).await;
    assert_eq!(person.understood(chat).await.map(|it| it.category), Some(Category::Return));

    let viewer = app.person(Role::Viewer).await;
    let body = json!({ "chat": chat, "said": category(Category::Size) });
    let refused = viewer.call("inbox/correct_understanding", &body).await;
    assert_eq!(refused.error(), Some(AppError::Forbidden));
    sql.run("UPDATE chats SET category = NULL, urgency = NULL, sentiment = NULL, understood_by = NULL").await;
    let nothing = person.call("inbox/correct_understanding", &body).await;
    assert_eq!(nothing.error(), Some(AppError::NotFound), "of imported history nothing can be said");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_go_by_what_is_understood_and_a_correction_moves_the_deadline() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let mut book: RuleBook = first_book(Locale::Ru).expect("a book");
    let mut hasty = book.policies[0].clone();
    hasty.id = PolicyId::new();
    hasty.when =
        vec![Condition::Category(vec![Category::Return]), Condition::Sentiment(vec![Sentiment::Neutral])];
    for goals in hasty.goals.values_mut().chain(hasty.by_intent.values_mut()) {
        for goal in [&mut goals.first_reply, &mut goals.next_reply].into_iter().flatten() {
            goal.target = Target::wall(7);
        }
    }
    book.policies.insert(0, hasty);
    let saved = json!({ "version": 0, "book": book });
    let _: serde_json::Value = owner.want("sla/save", saved).await;
    let (_, _, chat) = app.shop_with_chat("Где мой заказ?").await;
    let target = async || {
        let clocks: Vec<ClockView> = owner.want("inbox/explain", json!({ "chat": chat })).await;
        clocks.into_iter().find(|it| it.kind == ClockKind::FirstReply).expect("a clock").target
    };
    let usual = target().await;
    assert_ne!(usual, Some(Target::wall(7)));
    let due = owner.row(chat).await.due_at;
    owner.correct(chat, category(Category::Return)).await;
    assert_eq!(target().await, Some(Target::wall(7)));
    assert!(owner.row(chat).await.due_at < due, "the list shows it at once");
    owner.correct(chat, Given { sentiment: Some(Sentiment::Negative), ..Given::default() }).await;
    assert_eq!(target().await, usual);
    // How urgent somebody says it is, is their choice.
    owner.correct(chat, Given { urgency: Some(Urgency::Urgent), ..Given::default() }).await;
    let urgent = target().await;
    assert!(urgent.map(|it| it.minutes) < usual.map(|it| it.minutes), "{urgent:?} {usual:?}");
}
