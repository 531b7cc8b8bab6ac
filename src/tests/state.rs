//! The state of a chat is a function of all its messages, in whatever order and pieces they arrive.

use crate::harness::{Sql, TestApp};
use agentiq::connectors::{Audience, RemoteChat, RemoteMessage};
use agentiq::features::inbox::server::receive::{self, ChatCursor, CursorMove};
use agentiq::features::inbox::state::{Utterance, unanswered_since};
use agentiq::features::inbox::types::{Author, Moderation};
use agentiq::platform::clock::now;
use agentiq::shared::ids::SellerId;
use agentiq::shared::marketplace::Marketplace;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// Long enough ago, so that the marketplace would have it by now; recent enough to count.
fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(now().timestamp() - 3600, 0).expect("an instant") + TimeDelta::seconds(second)
}

/// A message with nothing special about it.
fn message(id: usize, author: Author, sent_at: DateTime<Utc>) -> RemoteMessage {
    RemoteMessage {
        external_id: format!("m{id}"),
        // Not in the order of arrival, and compared as bytes.
        sort_key: format!("{:03}", (id * 37 + 11) % 101),
        author,
        body: format!("text  {id}\nof {author}"),
        attachments: Vec::new(),
        sent_at: Some(sent_at),
        is_read: id.is_multiple_of(3),
        order_number: None,
        sku: None,
        moderation: if id % 5 == 4 { Moderation::Rejected } else { Moderation::Passed },
        raw: None,
    }
}

/// A history and the pages in which it is told.
#[derive(Clone, Debug)]
struct Telling {
    messages: Vec<(Author, i64)>,
    pages: Vec<Vec<usize>>,
}

fn telling() -> impl Strategy<Value = Telling> {
    let author = prop::sample::select(Author::ALL.to_vec());
    // Few seconds: many messages share one.
    let messages = prop::collection::vec((author, 0..6_i64), 1..14);
    messages.prop_flat_map(|messages| {
        let count = messages.len();
        // Everything once in any order, cut anywhere, and between that some of it again.
        let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let cuts = prop::collection::vec(any::<Index>(), 0..4);
        let again = prop::collection::vec(prop::collection::vec(any::<Index>(), 0..5), 0..4);
        (Just(messages), order, cuts, again).prop_map(move |(messages, order, cuts, again)| {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(count)).collect();
            cuts.extend([0, count]);
            cuts.sort_unstable();
            let mut pages: Vec<Vec<usize>> =
                cuts.windows(2).map(|cut| order[cut[0]..cut[1]].to_vec()).collect();
            for (place, page) in again.into_iter().enumerate() {
                let page = page.iter().map(|index| index.index(count)).collect();
                pages.insert((place * 2).min(pages.len()), page);
            }
            Telling { messages, pages }
        })
    })
}

async fn new_chat(app: &TestApp, seller: SellerId, external: &str) -> ChatCursor {
    let remote = RemoteChat {
        external_id: external.to_owned(),
        audience: Audience::Buyer,
        is_closed: false,
        created_at: Some(at(-10)),
        last_message_id: None,
        last_message_key: None,
        is_unread: true,
    };
    let mut conn = app.conn().await;
    receive::find_or_create(&mut conn, app.workspace, seller, &remote, now()).await.expect("a chat")
}

/// What the chat says of itself: last message, its author and beginning, since when it waits.
async fn told(sql: &Sql, chat: &ChatCursor) -> [String; 4] {
    let query = format!(
        "SELECT extract(epoch FROM last_message_at)::bigint, coalesce(last_message_author, ''), last_message_preview, \
                coalesce(extract(epoch FROM unanswered_since)::bigint::text, 'nobody waits') FROM chats WHERE id = '{}'",
        chat.id
    );
    let row = sql.rows(&query).await.remove(0).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
    row.try_into().expect("four columns")
}

/// The same, by sorting.
fn expected(stored: &[RemoteMessage]) -> [String; 4] {
    let utterances: Vec<Utterance> = stored
        .iter()
        .map(|message| Utterance {
            author: message.author,
            sent_at: message.sent_at.expect("all have one here"),
            sort_key: message.sort_key.clone(),
            is_withdrawn: message.moderation == Moderation::Rejected,
        })
        .collect();
    let since = unanswered_since(&utterances).map(|at| at.timestamp().to_string());
    let mut sorted: Vec<&RemoteMessage> = stored.iter().collect();
    sorted.sort_by_key(|message| (message.sent_at, message.sort_key.clone()));
    let last = sorted.last().expect("at least one");
    [
        last.sent_at.expect("all have one here").timestamp().to_string(),
        last.author.to_string(),
        last.body.split_whitespace().collect::<Vec<_>>().join(" "),
        since.unwrap_or_else(|| "nobody waits".into()),
    ]
}

async fn tell(app: &TestApp, sql: &Sql, seller: SellerId, number: u32, telling: &Telling) {
    let chat = new_chat(app, seller, &format!("chat {number}")).await;
    let all: Vec<RemoteMessage> = telling
        .messages
        .iter()
        .enumerate()
        .map(|(id, (author, second))| message(id, *author, at(*second)))
        .collect();
    // One clock for both sides, however long this takes.
    let mut stored: Vec<RemoteMessage> = Vec::new();
    for page in &telling.pages {
        let page: Vec<RemoteMessage> = page.iter().map(|id| all[*id].clone()).collect();
        let mut conn = app.conn().await;
        receive::store(&mut conn, Marketplace::Ozon, &chat, &page, &CursorMove::default(), now())
            .await
            .expect("stored");
        for message in page {
            if !stored.iter().any(|known| known.external_id == message.external_id) {
                stored.push(message);
            }
        }
        if !stored.is_empty() {
            assert_eq!(told(sql, &chat).await, expected(&stored), "at every moment");
        }
    }
    assert_eq!(stored.len(), all.len());
    let rows =
        format!("SELECT external_id FROM messages WHERE chat_id = '{}' ORDER BY sent_at, sort_key", chat.id);
    let mut sorted: Vec<&RemoteMessage> = all.iter().collect();
    sorted.sort_by_key(|message| (message.sent_at, message.sort_key.clone()));
    let ids: Vec<&str> = sorted.iter().map(|message| message.external_id.as_str()).collect();
    assert_eq!(sql.column(&rows).await, ids, "each once, in the marketplace's order");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_arrival_gives_the_same_state() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let sql = app.sql().await;
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let number = std::sync::atomic::AtomicU32::new(0);
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&telling(), |telling| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::runtime::Handle::current().block_on(tell(&app, &sql, seller, number, &telling));
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_and_its_cursor_are_stored_together_or_not_at_all() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let sql = app.sql().await;
    let chat = new_chat(&app, seller, "the chat").await;
    let good = [message(1, Author::Buyer, at(1)), message(2, Author::Buyer, at(2))];
    let moved = CursorMove {
        head_id: Some("m2".into()),
        tail_id: Some("m1".into()),
        tail_done: true,
        remote_last_id: Some("m2".into()),
    };
    let state = async || {
        let chat = "SELECT c::text FROM chats c";
        let rest = "SELECT (SELECT count(*) FROM messages) || ' ' || (SELECT count(*) FROM events)";
        (sql.value(chat).await, sql.value(rest).await)
    };
    let attempt = async |messages: &[RemoteMessage], moved: &CursorMove| {
        let mut conn = app.conn().await;
        receive::store(&mut conn, Marketplace::Ozon, &chat, messages, moved, now()).await
    };
    let before = state().await;
    // Fails while the messages are stored, while the cursors move, and at the very end.
    let bad_message = RemoteMessage { body: "\0".into(), ..message(3, Author::Buyer, at(3)) };
    attempt(&[good[0].clone(), bad_message], &moved).await.expect_err("Postgres takes no NUL");
    assert_eq!(state().await, before);
    let bad_move = CursorMove { tail_id: Some("\0".into()), ..moved.clone() };
    attempt(&good, &bad_move).await.expect_err("Postgres takes no NUL");
    assert_eq!(state().await, before);
    sql.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'; \
         CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    attempt(&good, &moved).await.expect_err("no event can be written");
    assert_eq!(state().await, before);
    sql.run("DROP TRIGGER refuse ON events").await;

    assert_eq!(attempt(&good, &moved).await.expect("nothing is in the way"), 2);
    let cursors = sql.rows("SELECT head_id, tail_id, tail_done::text, remote_last_id FROM chats").await;
    assert_eq!(cursors, [["m2", "m1", "true", "m2"].map(|text| Some(text.to_owned()))]);
    assert_eq!(attempt(&good, &moved).await.expect("again"), 0, "nothing is new any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_arrive_at_the_same_moment_lose_nothing() {
    let app = TestApp::start().await;
    let seller = app.connect_shop().await;
    let chat = new_chat(&app, seller, "the chat").await;
    let start = at(0);
    let all: Vec<RemoteMessage> = (0..60)
        .map(|id| {
            let author = if id % 7 == 3 { Author::SellerElsewhere } else { Author::Buyer };
            message(id, author, start + TimeDelta::seconds(i64::try_from(id).expect("small") / 2))
        })
        .collect();
    let stores = (0..12).map(|part| {
        let page: Vec<RemoteMessage> = all.iter().skip(part * 4).take(16).cloned().collect();
        let (app, chat) = (&app, &chat);
        async move {
            let mut conn = app.conn().await;
            let stored =
                receive::store(&mut conn, Marketplace::Ozon, chat, &page, &CursorMove::default(), now())
                    .await;
            stored.expect("stored")
        }
    });
    let new: usize = futures::future::join_all(stores).await.into_iter().sum();
    assert_eq!(new, 60, "each is new once");
    assert_eq!(told(&app.sql().await, &chat).await, expected(&all));
}
