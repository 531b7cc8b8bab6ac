//! Lists of chats: a filter means the same in SQL as in words, numbers are exact whatever happens at once, and nobody is
//! given a chat that somebody else was given.

use crate::harness::{Person, Sql, TestApp, until};
use agentiq::features::inbox::server::list::counts;
use agentiq::features::inbox::server::wake;
use agentiq::features::inbox::types::{
    CHATS_PER_PAGE, ChangedRows, ChatKind, ChatListPage, ChatRow, Condition, Counts, Days, DeadlineState,
    Filter, Holder, ListCursor, ListQuery, Priority, Served, Sort, View, WindowState, WorkState,
};
use agentiq::features::understanding::types::{Category, Sentiment, Urgency};
use agentiq::platform::clock::now;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, SellerId, TagId, UserId};
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

// --- What a filter means -------------------------------------------------------------------------------------------

const WORDS: [&str; 5] = ["Где мой заказ", "скидка 50%_", r"брак\лом", "Добрый день", ""];
const ENDS: [&str; 4] = ["buyer_wrote", "first_message", "refused_over", "chat_closed"];

/// Everything that a filter may ask of a chat.
#[derive(Clone, Debug)]
struct Facts {
    id: ChatId,
    seller: SellerId,
    work: WorkState,
    unanswered_since: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    assignee: Option<UserId>,
    tags: Vec<TagId>,
    priority: Priority,
    understood: Option<(Category, Urgency, Sentiment)>,
    window_reason: Option<&'static str>,
    window_until: Option<DateTime<Utc>>,
    last_message_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    order_number: Option<String>,
    external_id: String,
    preview: String,
    is_unseen: bool,
    is_starred: bool,
}

/// What the chats of a test are made of.
struct World {
    app: TestApp,
    me: Person,
    people: Vec<UserId>,
    sellers: Vec<SellerId>,
    tags: Vec<TagId>,
    now: DateTime<Utc>,
}

fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).expect("an instant")
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let me = app.person(Role::Operator).await;
        let other = app.person(Role::Operator).await.id;
        let sellers: Vec<SellerId> = (0..3).map(|_| SellerId::new()).collect();
        let tags: Vec<TagId> = (0..3).map(|_| TagId::new()).collect();
        let now = whole_seconds(now());
        let workspace = app.workspace;
        let sql = app.sql().await;
        for (number, seller) in sellers.iter().enumerate() {
            sql.run(&format!(
                "INSERT INTO sellers (workspace_id, id, marketplace, external_account_id, name, state, connected_at, \
                                      clock_from, created_at, credentials) \
                 VALUES ('{workspace}', '{seller}', 'ozon', 'a{number}', 'Shop {number}', 'active', now(), \
                         now() - interval '3 days', now(), '\\x00')"
            ))
            .await;
        }
        for (number, tag) in tags.iter().enumerate() {
            sql.run(&format!(
                "INSERT INTO tags VALUES ('{workspace}', '{tag}', 'tag {number}', 'gray', now())"
            ))
            .await;
        }
        World { people: vec![me.id, other], app, me, sellers, tags, now }
    }

    /// A chat with anything about it.
    fn chat(&self, random: &mut StdRng, number: usize) -> Facts {
        // Few moments, so that many chats share one; on both sides of every boundary.
        let moment = |random: &mut StdRng, minutes: i64| {
            self.now - TimeDelta::minutes(random.random_range(0..=minutes) / 45 * 45)
        };
        let work = *pick(random, WorkState::ALL);
        let unanswered_since = random.random_bool(0.5).then(|| moment(random, 3000));
        let last_message_at = moment(random, 60 * 24 * 6);
        let ahead = |random: &mut StdRng| self.now + TimeDelta::minutes(random.random_range(-3..9) * 47);
        Facts {
            id: ChatId::new(),
            seller: *pick(random, &self.sellers),
            work,
            unanswered_since,
            due_at: unanswered_since.filter(|_| random.random_bool(0.7)).map(|_| ahead(random)),
            assignee: random.random_bool(0.5).then(|| *pick(random, &self.people)),
            tags: self.tags.iter().copied().filter(|_| random.random_bool(0.3)).collect(),
            priority: *pick(random, Priority::ALL),
            understood: Self::understood(number),
            window_reason: random.random_bool(0.8).then(|| *pick(random, &ENDS)),
            window_until: random.random_bool(0.7).then(|| ahead(random)),
            last_message_at,
            created_at: last_message_at - TimeDelta::hours(random.random_range(0..100)),
            order_number: random.random_bool(0.5).then(|| format!("{number}-0063")),
            external_id: format!("Chat-{number}"),
            preview: format!("{} {}", pick(random, &WORDS), pick(random, &WORDS)),
            is_unseen: last_message_at > self.now - TimeDelta::days(2) && random.random_bool(0.5),
            is_starred: random.random_bool(0.3),
        }
    }

    /// What the rules have understood of a chat, if anything.
    fn understood(number: usize) -> Option<(Category, Urgency, Sentiment)> {
        let random = &mut StdRng::seed_from_u64(number as u64);
        random.random_bool(0.7).then(|| {
            (*pick(random, Category::ALL), *pick(random, Urgency::ALL), *pick(random, Sentiment::ALL))
        })
    }

    async fn store(&self, sql: &Sql, chat: &Facts) {
        let workspace = self.app.workspace;
        let me = self.me.id;
        let moment =
            |at: Option<DateTime<Utc>>| at.map_or("NULL".into(), |at| format!("'{}'", at.to_rfc3339()));
        let text = |text: Option<&str>| text.map_or("NULL".into(), |text| format!("'{text}'"));
        let assignee = chat.assignee.map(|id| id.to_string());
        let understood =
            chat.understood.map_or("NULL, NULL, NULL, NULL".into(), |(category, urgency, mood)| {
                format!("'{category}', '{urgency}', '{mood}', 'rules'")
            });
        let is_set_aside = chat.work != WorkState::Open;
        let seen =
            if chat.is_unseen { chat.last_message_at - TimeDelta::minutes(1) } else { chat.last_message_at };
        sql.run(&format!(
            "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                                last_message_preview, unanswered_since, due_at, work_state, set_aside_at, snoozed_until, \
                                assignee_id, priority, window_reason, window_until, order_number, category, urgency, \
                                sentiment, understood_by) \
             VALUES ('{workspace}', '{}', '{}', 'dialog', '{}', 'open', {}, {}, '{}', {}, {}, '{}', {}, {}, {}, '{}', {}, {}, {}, {understood}); \
             INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
             VALUES ('{workspace}', '{}', '1', '1', 'buyer', 'x', {}, now()); \
             INSERT INTO chat_seen VALUES ('{workspace}', '{me}', '{}', {})",
            chat.id,
            chat.seller,
            chat.external_id,
            moment(Some(chat.created_at)),
            moment(Some(chat.last_message_at)),
            chat.preview,
            moment(chat.unanswered_since),
            moment(chat.due_at),
            chat.work,
            moment(Some(chat.last_message_at).filter(|_| is_set_aside)),
            moment(Some(self.now).filter(|_| chat.work == WorkState::Snoozed)),
            text(assignee.as_deref()),
            chat.priority,
            text(chat.window_reason),
            moment(chat.window_until),
            text(chat.order_number.as_deref()),
            chat.id,
            moment(Some(chat.last_message_at)),
            chat.id,
            moment(Some(seen)),
        ))
        .await;
        for tag in &chat.tags {
            sql.run(&format!("INSERT INTO chat_tags VALUES ('{workspace}', '{}', '{tag}', now())", chat.id))
                .await;
        }
        if chat.is_starred {
            sql.run(&format!("INSERT INTO chat_stars VALUES ('{workspace}', '{me}', '{}', now())", chat.id))
                .await;
        }
    }

    fn is_in(&self, view: View, chat: &Facts) -> bool {
        let is_open = chat.work == WorkState::Open;
        match view {
            View::Waiting => is_open && chat.unanswered_since.is_some(),
            View::Mine => is_open && chat.assignee == Some(self.me.id),
            View::Unassigned => is_open && chat.assignee.is_none(),
            View::Open => is_open,
            View::Starred => chat.is_starred,
            View::Snoozed => chat.work == WorkState::Snoozed,
            View::Closed => chat.work == WorkState::Closed,
            View::Spam => chat.work == WorkState::Spam,
            View::All => chat.work != WorkState::Spam,
        }
    }

    fn passes(&self, filter: &Filter, chat: &Facts) -> bool {
        match filter {
            Filter::All(parts) => parts.iter().all(|part| self.passes(part, chat)),
            Filter::Any(parts) => parts.iter().any(|part| self.passes(part, chat)),
            Filter::Not(part) => !self.passes(part, chat),
            Filter::Is(condition) => self.is(condition, chat),
        }
    }

    fn is(&self, condition: &Condition, chat: &Facts) -> bool {
        let moscow = |at: DateTime<Utc>| at.with_timezone(&chrono_tz::Europe::Moscow).date_naive();
        let on = |days: Days, at: DateTime<Utc>| {
            let (day, today) = (moscow(at), moscow(self.now));
            match days {
                Days::Last(n) => day >= today - TimeDelta::days(n.into()) && day <= today,
                Days::Before(n) => day < today - TimeDelta::days(n.into()),
                Days::Between(first, last) => day >= first && day <= last,
            }
        };
        let due_within = |minutes: i64| {
            chat.due_at.is_some_and(|due| due > self.now && due <= self.now + TimeDelta::minutes(minutes))
        };
        let takes_messages = matches!(chat.window_reason, Some("buyer_wrote" | "first_message"))
            && chat.window_until.is_none_or(|until| until > self.now);
        match condition {
            Condition::Seller(sellers) => sellers.contains(&chat.seller),
            Condition::Marketplace(marketplaces) => marketplaces.contains(&Marketplace::Ozon),
            Condition::Kind(kinds) => kinds.contains(&ChatKind::Dialog),
            Condition::Work(states) => states.contains(&chat.work),
            Condition::Unanswered(waits) => chat.unanswered_since.is_some() == *waits,
            Condition::Unseen(unseen) => chat.is_unseen == *unseen,
            Condition::Assignee(holders) => holders.iter().any(|holder| match holder {
                Holder::Me => chat.assignee == Some(self.me.id),
                Holder::Nobody => chat.assignee.is_none(),
                Holder::Person(person) => chat.assignee == Some(*person),
            }),
            Condition::Tag(tags) => tags.iter().any(|tag| chat.tags.contains(tag)),
            Condition::Priority(priorities) => priorities.contains(&chat.priority),
            Condition::Category(all) => chat.understood.is_some_and(|(it, ..)| all.contains(&it)),
            Condition::Urgency(all) => chat.understood.is_some_and(|(_, it, _)| all.contains(&it)),
            Condition::Sentiment(all) => chat.understood.is_some_and(|(.., it)| all.contains(&it)),
            Condition::Deadline(state) => match state {
                DeadlineState::Overdue => chat.due_at.is_some_and(|due| due <= self.now),
                DeadlineState::Soon => due_within(15),
                DeadlineState::Hour => due_within(60),
                DeadlineState::Set => chat.due_at.is_some(),
                DeadlineState::None => chat.due_at.is_none(),
            },
            Condition::Window(state) => match state {
                WindowState::Open => takes_messages,
                WindowState::Ending => {
                    takes_messages
                        && chat.window_until.is_some_and(|until| until <= self.now + TimeDelta::hours(6))
                }
                WindowState::Closed => !takes_messages,
            },
            Condition::LastMessage(days) => on(*days, chat.last_message_at),
            Condition::Began(days) => on(*days, chat.created_at),
            Condition::HasOrder(has) => chat.order_number.is_some() == *has,
            Condition::Text(text) => {
                let wanted = text.trim().to_lowercase();
                let number = wanted.replace('-', "");
                let begins = |text: &str| text.replace('-', "").to_lowercase().starts_with(&number);
                wanted.is_empty()
                    || chat.preview.to_lowercase().contains(&wanted)
                    || !number.is_empty()
                        && (chat.order_number.as_deref().is_some_and(begins) || begins(&chat.external_id))
            }
        }
    }

    /// Any filter that is small enough.
    fn filters(&self) -> BoxedStrategy<Filter> {
        let some_of = |ids: Vec<uuid::Uuid>| prop::sample::subsequence(ids.clone(), 0..=ids.len());
        let sellers = some_of(self.sellers.iter().map(|id| id.0).collect());
        let tags = some_of(self.tags.iter().map(|id| id.0).collect());
        let people: Vec<Holder> = [Holder::Me, Holder::Nobody]
            .into_iter()
            .chain(self.people.iter().map(|id| Holder::Person(*id)))
            .collect();
        let day = prop::sample::select(vec![
            NaiveDate::MIN,
            self.now.date_naive() - TimeDelta::days(4),
            self.now.date_naive(),
            NaiveDate::MAX,
        ]);
        let days = prop_oneof![
            prop::sample::select(vec![0, 1, 3, u16::MAX]).prop_map(Days::Last),
            prop::sample::select(vec![0, 1, 3, u16::MAX]).prop_map(Days::Before),
            (day.clone(), day).prop_map(|(first, last)| Days::Between(first, last)),
        ];
        let texts = [
            "ГДЕ",
            "0%_",
            "_",
            "%",
            r"\",
            "к\\л",
            " chat-1",
            "3-0063",
            "chat1",
            "-",
            "'; DROP",
            "",
            "нет такого",
        ];
        let condition = prop_oneof![
            sellers.prop_map(|ids| Condition::Seller(ids.into_iter().map(SellerId).collect())),
            any::<bool>().prop_map(|with| {
                Condition::Marketplace(if with { vec![Marketplace::Ozon] } else { Vec::new() })
            }),
            Just(Condition::Kind(vec![ChatKind::Dialog])),
            prop::sample::subsequence(WorkState::ALL, 0..=4).prop_map(Condition::Work),
            any::<bool>().prop_map(Condition::Unanswered),
            any::<bool>().prop_map(Condition::Unseen),
            prop::sample::subsequence(people.clone(), 0..=people.len()).prop_map(Condition::Assignee),
            tags.prop_map(|ids| Condition::Tag(ids.into_iter().map(TagId).collect())),
            prop::sample::subsequence(Priority::ALL, 0..=4).prop_map(Condition::Priority),
            prop::sample::subsequence(Category::ALL, 0..=4).prop_map(Condition::Category),
            prop::sample::subsequence(Urgency::ALL, 0..=4).prop_map(Condition::Urgency),
            prop::sample::subsequence(Sentiment::ALL, 0..=3).prop_map(Condition::Sentiment),
            prop::sample::select(DeadlineState::ALL).prop_map(Condition::Deadline),
            prop::sample::select(WindowState::ALL).prop_map(Condition::Window),
            days.clone().prop_map(Condition::LastMessage),
            days.prop_map(Condition::Began),
            any::<bool>().prop_map(Condition::HasOrder),
            prop::sample::select(texts.to_vec()).prop_map(|text| Condition::Text(text.into())),
        ];
        condition
            .prop_map(Filter::Is)
            .prop_recursive(3, 10, 3, |inner| {
                prop_oneof![
                    prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::All),
                    prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Any),
                    inner.prop_map(|part| Filter::Not(Box::new(part))),
                ]
            })
            .boxed()
    }

    /// A whole list, page by page.
    async fn walk(&self, query: &ListQuery) -> (Vec<ChatRow>, Counts) {
        let pages = self.pages(query).await;
        let counts = pages.last().expect("a page").counts;
        (pages.into_iter().flat_map(|page| page.page.items).collect(), counts)
    }

    /// The pages of a list, each not larger than it may be.
    async fn pages(&self, query: &ListQuery) -> Vec<ChatListPage> {
        let mut pages: Vec<ChatListPage> = Vec::new();
        loop {
            let after: Option<ListCursor> = pages.last().and_then(|page| page.page.next);
            let page: ChatListPage =
                self.me.want("inbox/chats", json!({ "query": query, "after": after })).await;
            assert!(page.page.items.len() <= CHATS_PER_PAGE);
            let is_last = page.page.next.is_none();
            pages.push(page);
            if is_last {
                return pages;
            }
        }
    }

    fn expected(&self, query: &ListQuery, chats: &[Facts]) -> HashSet<ChatId> {
        chats
            .iter()
            .filter(|chat| self.is_in(query.view, chat))
            .filter(|chat| query.seller.is_none_or(|seller| seller == chat.seller))
            .filter(|chat| query.filter.as_ref().is_none_or(|filter| self.passes(filter, chat)))
            .map(|chat| chat.id)
            .collect()
    }
}

/// These chats and no others, each once, in the order of the list.
fn check_rows(rows: &[ChatRow], expected: &HashSet<ChatId>, query: &ListQuery) {
    let listed: HashSet<ChatId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(&listed, expected, "{query:?}");
    assert_eq!(rows.len(), expected.len(), "each once: {query:?}");
    let places: Vec<ListCursor> = rows.iter().map(|row| ListCursor::of(row, query.sort)).collect();
    assert!(places.is_sorted_by(|a, b| a.compare(b).is_lt()), "in order: {query:?}");
}

fn pick<'a, T>(random: &mut StdRng, items: &'a [T]) -> &'a T {
    &items[random.random_range(0..items.len())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_means_the_same_in_sql_and_in_words() {
    let world = World::new().await;
    let sql = world.app.sql().await;
    let random = &mut StdRng::seed_from_u64(7);
    let chats: Vec<Facts> = (0..150).map(|number| world.chat(random, number)).collect();
    for chat in &chats {
        world.store(&sql, chat).await;
    }
    let ids: Vec<ChatId> = chats.iter().map(|chat| chat.id).collect();
    let filters = world.filters();
    let mut runner = TestRunner::deterministic();
    let mut found = 0;
    for case in 0..200 {
        let filter = filters.new_tree(&mut runner).expect("a filter").current();
        let query = ListQuery {
            view: View::ALL[case % View::ALL.len()],
            sort: *pick(random, Sort::ALL),
            seller: random.random_bool(0.2).then(|| world.sellers[0]),
            filter: (case >= 30).then_some(filter),
        };
        let expected = world.expected(&query, &chats);
        found += expected.len();
        let (rows, counts) = world.walk(&query).await;
        check_rows(&rows, &expected, &query);
        if query.filter.is_none() {
            assert_eq!(counts.of(query.view), expected.len() as i64, "{query:?}");
        }
        let changed: ChangedRows = world.me.want("inbox/rows", json!({ "query": query, "chats": ids })).await;
        let belong: HashSet<ChatId> =
            changed.rows.iter().filter(|row| row.belongs).map(|row| row.row.id).collect();
        assert_eq!((changed.rows.len(), belong), (ids.len(), expected), "{query:?}");
    }
    assert!(found > 1_500, "filters that find nothing prove nothing: {found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_ends_where_looking_ended_and_the_next_one_goes_on_there() {
    let world = World::new().await;
    let sql = world.app.sql().await;
    let random = &mut StdRng::seed_from_u64(17);
    let chats: Vec<Facts> = (0..4_000).map(|number| world.chat(random, number)).collect();
    sql.run("BEGIN").await;
    for chat in &chats {
        world.store(&sql, chat).await;
    }
    sql.run("COMMIT; ANALYZE").await;
    let filters = world.filters();
    let mut runner = TestRunner::deterministic();
    // Nothing leads to these, and few pass.
    let text = |text: &str| Filter::Is(Condition::Text(text.into()));
    let few = Filter::Not(Box::new(Filter::Not(Box::new(text("Chat-77")))));
    // Of these a page holds more than enough; the planner could find them by their seller.
    let many = Filter::Is(Condition::Marketplace(vec![Marketplace::Ozon]));
    let mut short = 0;
    for case in 0..40 {
        let drawn = filters.new_tree(&mut runner).expect("a filter").current();
        let filter = match case % 5 {
            0 | 1 => few.clone(),
            2 => Filter::All(vec![drawn, few.clone()]),
            3 => Filter::All(vec![drawn, many.clone()]),
            _ => many.clone(),
        };
        let query = ListQuery {
            view: *pick(random, &[View::All, View::All, View::Open, View::Waiting, View::Mine, View::Closed]),
            sort: Sort::ALL[case % Sort::ALL.len()],
            seller: random.random_bool(0.2).then(|| world.sellers[0]),
            filter: Some(filter),
        };
        let pages = world.pages(&query).await;
        short += pages.iter().filter(|page| page.page.items.len() < CHATS_PER_PAGE).count() - 1;
        let rows: Vec<ChatRow> = pages.into_iter().flat_map(|page| page.page.items).collect();
        check_rows(&rows, &world.expected(&query, &chats), &query);
    }
    assert!(short > 20, "pages that are all full prove nothing: {short}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_nobody_builds_by_hand_is_refused() {
    let app = TestApp::start().await;
    let person = app.person(Role::Operator).await;
    let parts = vec![Filter::Is(Condition::Unanswered(true)); Filter::MAX_CONDITIONS + 1];
    let query = ListQuery { filter: Some(Filter::All(parts)), ..ListQuery::of(View::All) };
    for (function, body) in [
        ("inbox/chats", json!({ "query": query, "after": null })),
        ("inbox/rows", json!({ "query": query, "chats": [] })),
        ("inbox/next", json!({ "query": query, "passed": [] })),
    ] {
        let error = person.call(function, &body).await.error();
        assert_eq!(error, Some(AppError::Refused(Refusal::FilterTooLarge)), "{function}");
    }
}

// --- Numbers ---------------------------------------------------------------------------------------------------------

/// Differences between the ledger and the chats, of one moment.
const DIFFERENCES: &str = "SELECT coalesce(string_agg(format('%s %s %s: %s', seller_id, assignee_id, bucket, n), E'\\n'), '') FROM ( \
     SELECT seller_id, assignee_id, bucket, sum(n) AS n FROM ( \
         SELECT workspace_id, seller_id, assignee_id, bucket, amount AS n FROM chat_counts \
         UNION ALL SELECT workspace_id, seller_id, assignee_id, bucket, -1 FROM chats) both_of_them \
     GROUP BY workspace_id, 1, 2, 3 HAVING sum(n) <> 0) wrong";

/// Statements that move chats between lists, one after the other.
async fn meddle(sql: Sql, world: &World, chats: &[ChatId], seed: u64) {
    let random = &mut StdRng::seed_from_u64(seed);
    let workspace = world.app.workspace;
    for number in 0..60 {
        // Locked in one order, as everybody who locks several does.
        let some: Vec<String> =
            (0..random.random_range(1..8)).map(|_| format!("'{}'", pick(random, chats))).collect();
        let chosen = format!(
            "workspace_id = '{workspace}' AND id IN (SELECT id FROM chats WHERE id IN ({}) ORDER BY id FOR UPDATE)",
            some.join(",")
        );
        let person = *pick(random, &world.people);
        let statement = match random.random_range(0..7) {
            0 => format!("UPDATE chats SET assignee_id = '{person}' WHERE {chosen}"),
            1 => format!("UPDATE chats SET assignee_id = NULL WHERE {chosen}"),
            2 => format!(
                "UPDATE chats SET work_state = 'closed', set_aside_at = now(), snoozed_until = NULL WHERE {chosen}"
            ),
            3 => format!(
                "UPDATE chats SET work_state = 'open', set_aside_at = NULL, snoozed_until = NULL WHERE {chosen}"
            ),
            4 => format!(
                "UPDATE chats SET due_at = NULL, unanswered_since = CASE WHEN unanswered_since IS NULL THEN now() END \
                 WHERE {chosen}"
            ),
            // Half of it is taken back.
            5 => format!("BEGIN; UPDATE chats SET assignee_id = '{person}' WHERE {chosen}; ROLLBACK"),
            _ => {
                let seller = pick(random, &world.sellers);
                let begun = format!(
                    "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at) \
                     VALUES ('{workspace}', gen_random_uuid(), '{seller}', 'dialog', 'new-{seed}-{number}', 'open', now(), now())"
                );
                format!("{begun}; DELETE FROM chats WHERE external_id = 'new-{seed}-{}'", number - 3)
            }
        };
        sql.run(&statement).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_exact_whatever_happens_at_once() {
    let world = World::new().await;
    let sql = world.app.sql().await;
    let random = &mut StdRng::seed_from_u64(11);
    let mut chats = Vec::new();
    for number in 0..60 {
        let chat = world.chat(random, number);
        world.store(&sql, &chat).await;
        chats.push(chat.id);
    }
    let is_over = AtomicBool::new(false);
    let meddling = async {
        let sqls = futures::future::join_all((0..4).map(|_| world.app.sql())).await;
        let all = sqls.into_iter().zip(1..).map(|(sql, seed)| meddle(sql, &world, &chats, seed));
        futures::future::join_all(all).await;
        is_over.store(true, Ordering::Relaxed);
    };
    // None of them is broken off: it would go on in the database, and hold what the last one needs.
    let looking = async {
        let mut looks = 0;
        while !is_over.load(Ordering::Relaxed) {
            let (mut one, mut other) = (world.app.conn().await, world.app.conn().await);
            let (first, second) = tokio::join!(counts::melt(&mut one), counts::melt(&mut other));
            first.expect("melted");
            second.expect("melted");
            assert_eq!(sql.value(DIFFERENCES).await.as_deref(), Some(""));
            looks += 1;
        }
        looks
    };
    let ((), looks) = tokio::join!(meddling, looking);
    assert!(looks > 2, "nothing was looked at while it moved");
    assert_eq!(sql.value(DIFFERENCES).await.as_deref(), Some(""));

    counts::melt(&mut *world.app.conn().await).await.expect("melted");
    assert_eq!(sql.value(DIFFERENCES).await.as_deref(), Some(""));
    let entries = sql.number("SELECT count(*) FROM chat_counts").await;
    let kinds = "SELECT count(*) FROM (SELECT DISTINCT workspace_id, seller_id, assignee_id, bucket FROM chats) kinds";
    assert_eq!(entries, sql.number(kinds).await, "the ledger is short again");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_those_of_a_seller_when_one_is_chosen_and_the_sellers_page_tells_the_same() {
    let world = World::new().await;
    let sql = world.app.sql().await;
    let random = &mut StdRng::seed_from_u64(13);
    for number in 0..150 {
        world.store(&sql, &world.chat(random, number)).await;
    }
    let sellers: serde_json::Value = world.me.want("sellers/list", json!({})).await;
    let mut together = Counts::default();
    for seller in &world.sellers {
        let query = ListQuery { seller: Some(*seller), ..ListQuery::of(View::Waiting) };
        let (rows, counts) = world.walk(&query).await;
        assert_eq!(counts.waiting, rows.len() as i64);
        let told =
            sellers.as_array().expect("sellers").iter().find(|it| it["id"] == json!(seller)).expect("it");
        let all = sql.number(&format!("SELECT count(*) FROM chats WHERE seller_id = '{seller}'")).await;
        assert_eq!((&told["waiting"], &told["chats"]), (&json!(counts.waiting), &json!(all)));
        together.mine_waiting += counts.mine_waiting;
        together.unassigned_waiting += counts.unassigned_waiting;
        together.starred += counts.starred;
    }
    let whole = world.me.list(View::Mine).await.counts;
    assert_eq!(whole.mine_waiting, together.mine_waiting);
    assert_eq!(whole.unassigned_waiting, together.unassigned_waiting);
    assert_eq!(whole.starred, together.starred);
    assert!(whole.mine_waiting > 0 && whole.mine_waiting < whole.mine);
}

// --- The next chat ---------------------------------------------------------------------------------------------------

/// Chats whose buyers wait, nearest deadline first; nobody works on them.
async fn waiting(world: &World, count: usize) -> Vec<Facts> {
    let sql = world.app.sql().await;
    let random = &mut StdRng::seed_from_u64(17);
    let mut chats = Vec::new();
    for number in 0..count {
        let minutes = TimeDelta::minutes(number as i64);
        let chat = Facts {
            work: WorkState::Open,
            assignee: None,
            unanswered_since: Some(world.now - TimeDelta::hours(1) + minutes),
            due_at: Some(world.now + TimeDelta::hours(1) + minutes),
            ..world.chat(random, number)
        };
        world.store(&sql, &chat).await;
        chats.push(chat);
    }
    chats
}

async fn ask_next(person: &Person, query: &ListQuery, passed: &[Served]) -> Option<Served> {
    person.want("inbox/next", json!({ "query": query, "passed": passed })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_chat_is_the_most_urgent_one_that_nobody_else_works_on() {
    let world = World::new().await;
    let sql = world.app.sql().await;
    let chats = waiting(&world, 6).await;
    let query = ListQuery::of(View::All);
    sql.run(&format!("UPDATE chats SET assignee_id = '{}' WHERE id = '{}'", world.people[1], chats[0].id))
        .await;
    sql.run(&format!("UPDATE chats SET assignee_id = '{}' WHERE id = '{}'", world.me.id, chats[2].id)).await;
    sql.run(&format!(
        "UPDATE chats SET work_state = 'spam', set_aside_at = now() WHERE id = '{}'",
        chats[3].id
    ))
    .await;

    let mut passed: Vec<Served> = Vec::new();
    while let Some(served) = ask_next(&world.me, &query, &passed).await {
        passed.push(served);
    }
    let given: Vec<ChatId> = passed.iter().map(|it| it.chat).collect();
    assert_eq!(given, [chats[1].id, chats[2].id, chats[4].id, chats[5].id]);
    assert_eq!(world.me.row(given[0]).await.assignee.map(|it| it.id), Some(world.me.id));
    assert_eq!(world.me.list(View::Mine).await.counts.mine_waiting, 4);
    let events = "SELECT count(*) FROM events WHERE change ->> 'kind' = 'chat'";
    assert_eq!(sql.number(events).await, 3, "what was mine already has not changed");

    // The buyer waits since another moment: that is another question.
    sql.run(&format!("UPDATE chats SET unanswered_since = now() WHERE id = '{}'", given[3])).await;
    assert_eq!(ask_next(&world.me, &query, &passed).await.map(|it| it.chat), Some(given[3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_chat_is_one_of_the_list() {
    let world = World::new().await;
    let chats = waiting(&world, 12).await;
    let wanted = |chat: &&Facts| chat.seller == world.sellers[1] && chat.order_number.is_some();
    let filter = Some(Filter::Is(Condition::HasOrder(true)));
    let query = ListQuery { seller: Some(world.sellers[1]), filter, ..ListQuery::of(View::Closed) };
    let first = chats.iter().find(wanted).expect("one of them").id;
    assert_eq!(ask_next(&world.me, &query, &[]).await.map(|it| it.chat), Some(first));
    let none = Some(Filter::Is(Condition::Work(vec![WorkState::Closed])));
    assert_eq!(ask_next(&world.me, &ListQuery { filter: none, ..query }, &[]).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_just_being_written_is_given_all_the_same() {
    let world = World::new().await;
    let chats = waiting(&world, 2).await;
    let (import, sql) = (world.app.sql().await, world.app.sql().await);
    import.run("BEGIN").await;
    import.run("UPDATE chats SET last_message_preview = last_message_preview").await;
    // Between two looks.
    let looks = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND state = 'idle in transaction' AND query LIKE '%ORDER BY coalesce(c.due_at%'";
    let import_ends = async {
        until("whoever wants a chat looks again", async || sql.number(looks).await == 1).await;
        import.run("COMMIT").await;
    };
    let query = ListQuery::of(View::Waiting);
    let (given, ()) = tokio::join!(ask_next(&world.me, &query, &[]), import_ends);
    assert_eq!(given.map(|it| it.chat), Some(chats[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_a_chat_that_somebody_else_was_given() {
    let world = World::new().await;
    let chats = waiting(&world, 40).await;
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let person = world.app.person(Role::Operator).await;
        people.spawn(async move {
            let mut passed = Vec::new();
            while let Some(served) = ask_next(&person, &ListQuery::of(View::Waiting), &passed).await {
                passed.push(served);
            }
            (person.id, passed)
        });
    }
    let mut given: HashMap<ChatId, UserId> = HashMap::new();
    while let Some(done) = people.join_next().await {
        let (person, passed) = done.expect("no panic");
        for served in passed {
            assert_eq!(given.insert(served.chat, person), None, "given twice");
        }
    }
    assert_eq!(given.len(), chats.len(), "all of them were given");
    for (chat, person) in given {
        assert_eq!(world.me.row(chat).await.assignee.map(|it| it.id), Some(person));
    }
}

// --- Chats that come back ---------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_woke_stands_by_its_deadline_among_those_that_wait() {
    let world = World::new().await;
    // Its deadlines are made up: no clock has anything to say about them.
    world.app.sql().await.run("UPDATE sellers SET clock_from = now() + interval '1 day'").await;
    let chats = waiting(&world, 5).await;
    let order =
        async || world.me.list(View::Waiting).await.page.items.iter().map(|row| row.id).collect::<Vec<_>>();
    let all: Vec<ChatId> = chats.iter().map(|chat| chat.id).collect();
    // The most urgent one is set aside, and one in the middle.
    let until = now() + TimeDelta::hours(3);
    for chat in [&chats[0], &chats[2]] {
        let seen = json!({ "sent_at": chat.last_message_at, "sort_key": "1" });
        let asked = json!({ "chat": chat.id, "seen": seen, "until": until });
        assert_eq!(world.me.call("inbox/snooze", &asked).await.status, 200);
    }
    assert_eq!(order().await, [all[1], all[3], all[4]]);
    assert_eq!(world.me.list(View::Snoozed).await.counts.waiting, 3);

    let woken_at = until + TimeDelta::minutes(1);
    for chat in [all[2], all[0]] {
        wake::wake(&mut *world.app.conn().await, world.app.workspace, chat, woken_at).await.expect("woken");
    }
    assert_eq!(order().await, all, "by their deadlines, not by when they woke");
    // Its deadline is over by then: nothing stands before it, and whoever asks for the next chat is given it.
    let longest = ListQuery { sort: Sort::Waiting, ..ListQuery::of(View::Waiting) };
    assert_eq!(world.walk(&longest).await.0.first().map(|row| row.id), Some(all[0]));
    let overdue = Some(Filter::Is(Condition::Deadline(DeadlineState::Set)));
    let due = ListQuery { filter: overdue, ..ListQuery::of(View::Waiting) };
    assert_eq!(world.walk(&due).await.0.iter().map(|row| row.id).collect::<Vec<_>>(), all);
    let next = ask_next(&world.me, &ListQuery::of(View::Waiting), &[]).await;
    assert_eq!(next.map(|it| it.chat), Some(all[0]));
    assert_eq!(world.me.list(View::Waiting).await.counts.waiting, 5);
}
