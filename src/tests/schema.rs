//! The tables: as the program believes them to be, apart from each other by workspace, and found by index.

use crate::harness::{Sql, TestApp, TestDatabase, server};
use agentiq::features::inbox::server::{around, beside, bulk, find, list, listing, send_windows, window};
use agentiq::features::inbox::types::{
    Condition, DeadlineState, Filter, ListCursor, ListQuery, Priority, Sort, View, WindowState,
};
use agentiq::features::knowledge::server::vectors;
use agentiq::features::notices::server::centre;
use agentiq::features::search::server as search;
use agentiq::features::sla::server::supervisor::send;
use agentiq::features::sla::server::turns::Which;
use agentiq::features::sla::server::{known, promises, wakes};
use agentiq::features::suggestions::server::{ahead, calls, report, standing};
use agentiq::features::understanding::server::by_model;
use agentiq::features::understanding::types::{Category, Sentiment, Urgency};
use agentiq::platform::clock::now;
use agentiq::platform::db::{DbError, PLANNING};
use agentiq::platform::{jobs, live, statistics};
use agentiq::shared::ids::{ChatId, SellerId, TagId};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::path::Path;

// --- As the program believes -----------------------------------------------------------------------------------------

/// Name of a column, its type, whether it may be null.
type Columns = Vec<(String, String, bool)>;

/// Tables of src/platform/schema.rs: primary key and columns.
fn believed() -> BTreeMap<String, (Vec<String>, Columns)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/schema.rs");
    let text = std::fs::read_to_string(file).expect("the schema");
    text.split("diesel::table!")
        .skip(1)
        .map(|block| {
            let block = &block[block.find('{').expect("a block") + 1..];
            let (name, rest) = block.split_once('(').expect("a key");
            let (key, rest) = rest.split_once(')').expect("the end of the key");
            let rest = &rest[rest.find('{').expect("columns") + 1..];
            let columns = rest[..rest.find('}').expect("the end of the columns")]
                .split(',')
                .filter_map(|column| column.split_once("->"))
                .map(|(name, kind)| {
                    let kind = kind.trim();
                    let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
                    (name.trim().to_owned(), postgres_name(inner.unwrap_or(kind)).to_owned(), inner.is_some())
                })
                .collect();
            let key = key.split(',').map(|column| column.trim().to_owned()).collect();
            (name.trim().to_owned(), (key, columns))
        })
        .collect()
}

fn postgres_name(kind: &str) -> &str {
    match kind {
        "Uuid" => "uuid",
        "Text" => "text",
        "Timestamptz" => "timestamptz",
        "BigInt" => "int8",
        "Integer" => "int4",
        "SmallInt" => "int2",
        "Bool" => "bool",
        "Binary" => "bytea",
        "Jsonb" => "jsonb",
        "Array<Text>" => "_text",
        "crate::platform::db::TsVector" => "tsvector",
        other => panic!("say here how Postgres calls {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_what_the_program_believes() {
    let database = TestDatabase::migrated().await;
    let sql = database.sql().await;
    let mut actual: BTreeMap<String, (Vec<String>, Columns)> = BTreeMap::new();
    let columns = "SELECT table_name, column_name, udt_name, is_nullable FROM information_schema.columns \
                   WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' \
                   ORDER BY table_name, ordinal_position";
    for row in sql.rows(columns).await {
        let [table, column, kind, nullable] = texts(row);
        actual.entry(table).or_default().1.push((column, kind, nullable == "YES"));
    }
    for (table, key) in primary_keys(&sql).await {
        actual.entry(table).or_default().0 = key;
    }
    let believed = believed();
    assert_eq!(believed.keys().collect::<Vec<_>>(), actual.keys().collect::<Vec<_>>(), "the same tables");
    for (table, is) in actual {
        assert_eq!(believed[&table], is, "{table}");
    }
}

fn texts<const N: usize>(row: Vec<Option<String>>) -> [String; N] {
    let texts: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
    texts.try_into().unwrap_or_else(|texts| panic!("{texts:?}"))
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

async fn primary_keys(sql: &Sql) -> Vec<(String, Vec<String>)> {
    let rows = sql.rows(&constraints("p")).await;
    rows.into_iter().map(texts).map(|[table, _, columns, _, _]| (table, words(&columns))).collect()
}

/// Table, name, columns, table referred to, columns referred to, of all constraints of a kind.
fn constraints(kind: &str) -> String {
    let names = |numbers: &str, table: &str| {
        format!(
            "(SELECT string_agg(a.attname, ',' ORDER BY n.place) FROM unnest({numbers}) WITH ORDINALITY n (number, place) \
              JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = n.number)"
        )
    };
    format!(
        "SELECT k.conrelid::regclass, k.conname, {}, k.confrelid::regclass, {} FROM pg_constraint k \
         WHERE k.contype = '{kind}' AND k.connamespace = 'public'::regnamespace \
           AND k.conrelid::regclass::text <> '__diesel_schema_migrations'",
        names("k.conkey", "k.conrelid"),
        names("k.confkey", "k.confrelid")
    )
}

// --- Apart by workspace ----------------------------------------------------------------------------------------------

/// Keys and indexes that do not begin with the workspace, and why they need not.
const WITHOUT_WORKSPACE: [(&str, &str); 14] = [
    ("workspaces_pkey", "the workspace itself"),
    ("sign_in_names_pkey", "a log-in comes before a workspace is known"),
    ("login_attempts_pkey", "nobody is known yet"),
    ("login_attempts_key_at", "nobody is known yet"),
    ("seller_accounts_pkey", "an account is connected once in the whole installation"),
    ("schedule_slots_pkey", "schedules belong to the installation"),
    ("schedule_slots_slot", "schedules belong to the installation"),
    ("pace_lines_pkey", "an account has one pace in the whole installation"),
    ("events_at", "old entries of all workspaces are deleted together"),
    ("push_endpoints_token", "a marketplace comes with a token only"),
    ("pushes_received", "old pushes of all workspaces are deleted together"),
    ("jobs_due", "workers serve all workspaces"),
    ("jobs_lane", "a lane is one seller, whose id is unique by itself"),
    ("clock_wakes_at", "whoever is awake serves all workspaces"),
];

/// Tables of the installation as a whole.
const WITHOUT_COLUMN: [&str; 4] = ["workspaces", "login_attempts", "schedule_slots", "pace_lines"];

#[tokio::test(flavor = "multi_thread")]
async fn every_key_and_index_begins_with_the_workspace() {
    let database = TestDatabase::migrated().await;
    let sql = database.sql().await;
    let indexes = "SELECT i.indexrelid::regclass, coalesce(a.attname, '') FROM pg_index i \
                   LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
                   JOIN pg_class c ON c.oid = i.indrelid \
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '__diesel_schema_migrations'";
    let mut excepted = Vec::new();
    for row in sql.rows(indexes).await {
        let [index, first] = texts(row);
        if first != "workspace_id" {
            assert!(
                WITHOUT_WORKSPACE.iter().any(|(name, _)| *name == index),
                "{index} begins with {first:?}"
            );
            excepted.push(index);
        }
    }
    assert_eq!(excepted.len(), WITHOUT_WORKSPACE.len(), "an exception that is not needed: {excepted:?}");

    let tables = "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \
                  AND c.relname <> '__diesel_schema_migrations' AND NOT EXISTS ( \
                      SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.attnotnull) \
                  ORDER BY 1";
    let mut without = WITHOUT_COLUMN;
    without.sort_unstable();
    assert_eq!(sql.column(tables).await, without);

    let mut bound: Vec<String> = Vec::new();
    for row in sql.rows(&constraints("f")).await {
        let [table, name, columns, target, target_columns] = texts(row);
        let (columns, targets) = (words(&columns), words(&target_columns));
        let expected = if target == "workspaces" { "id" } else { "workspace_id" };
        assert_eq!((columns[0].as_str(), targets[0].as_str()), ("workspace_id", expected), "{name}");
        bound.push(table);
    }
    let all = sql
        .column("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        .await;
    for table in
        all.iter().filter(|table| !WITHOUT_COLUMN.contains(&table.as_str()) && !table.starts_with("__"))
    {
        assert!(bound.contains(table), "{table} belongs to no workspace by constraint");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_cannot_refer_to_another_workspace() {
    let app = TestApp::start().await;
    let (seller, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(agentiq::shared::role::Role::Operator).await;
    let reply = person.reply(chat, "Завтра").await.key;
    let user = person.id;
    let other = app.new_workspace("Second").await;
    let stranger = app.person_of(other, agentiq::shared::role::Role::Operator).await.id;
    let sql = app.sql().await;
    let note = agentiq::shared::ids::NoteId::new();
    sql.run(&format!(
        "INSERT INTO notes (workspace_id, chat_id, id, author_id, body, created_at) \
         VALUES ('{}', '{chat}', '{note}', '{user}', 'x', now())",
        app.workspace
    ))
    .await;
    let article = agentiq::shared::ids::ArticleId::new();
    let (draft, model) = (agentiq::shared::ids::SuggestionId::new(), agentiq::shared::ids::ProviderId::new());
    sql.run(&format!(
        "INSERT INTO articles (workspace_id, id, title, body, tags, version, updated_by, created_at, updated_at) \
         VALUES ('{0}', '{article}', 'x', 'x', '{{}}', 1, '{user}', now(), now()), \
                ('{other}', '{other}', 'x', 'x', '{{}}', 1, '{stranger}', now(), now()); \
         INSERT INTO suggestions (workspace_id, id, chat_id, message_id, task, asked_by, state, created_at) \
         VALUES ('{0}', '{draft}', '{chat}', 'x', 'suggest', '{user}', 'ready', now()); \
         INSERT INTO model_providers (workspace_id, id, kind, model, place, position, is_enabled, created_at) \
         VALUES ('{0}', '{model}', 'compatible', 'x', 'x', 0, true, now())",
        app.workspace
    ))
    .await;
    let job = agentiq::shared::ids::BulkJobId::new();
    sql.run(&format!(
        "INSERT INTO bulk_jobs (workspace_id, id, author_id, state, work, created_at) \
         VALUES ('{}', '{job}', '{user}', 'planned', '{{}}', now()), ('{other}', '{other}', '{stranger}', 'planned', '{{}}', now())",
        app.workspace
    ))
    .await;
    // Their own seller, chat, note and job, so that every other part of a row is right.
    sql.run(&format!(
        "INSERT INTO sellers SELECT '{other}', '{other}', marketplace, 'theirs', name, state, credentials, shop_name, \
                                    subscription, key_expires_at, methods, connected_at, clock_from, last_sync_at, \
                                    last_sync_took_ms, last_walk_at, last_error, last_error_detail, last_error_at, \
                                    failures, created_at FROM sellers; \
         INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at) \
         VALUES ('{other}', '{other}', '{other}', 'dialog', 'theirs', 'open', now(), now()); \
         INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         VALUES ('{other}', '{other}', 'theirs', 'x', 'buyer', 'x', now(), now()); \
         INSERT INTO notes (workspace_id, chat_id, id, author_id, body, created_at) \
         VALUES ('{other}', '{other}', '{other}', '{stranger}', 'x', now())"
    ))
    .await;
    let rows = [
        format!(
            "chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at) \
             VALUES ('{other}', gen_random_uuid(), '{seller}', 'dialog', 'x', 'open', now(), now())"
        ),
        format!(
            "messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
             VALUES ('{other}', '{chat}', 'x', 'x', 'buyer', 'x', now(), now())"
        ),
        format!(
            "messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at, reply_id) \
             VALUES ('{other}', '{other}', 'x', 'x', 'operator', 'x', now(), now(), '{reply}')"
        ),
        format!("understandings VALUES ('{other}', '{chat}', 'x', 'other', 'low', 'neutral', 'ru', 1, 1)"),
        format!(
            "understandings VALUES ('{other}', '{other}', 'theirs', 'other', 'low', 'neutral', 'ru', 1, 1, 'size', NULL, \
                                    NULL, '{user}', now())"
        ),
        format!(
            "replies (workspace_id, id, chat_id, author_id, body, state, created_at) \
             VALUES ('{other}', gen_random_uuid(), '{chat}', '{stranger}', 'x', 'queued', now())"
        ),
        format!(
            "replies (workspace_id, id, chat_id, author_id, body, state, created_at) \
             VALUES ('{other}', gen_random_uuid(), '{other}', '{user}', 'x', 'queued', now())"
        ),
        format!("drafts VALUES ('{other}', '{stranger}', '{chat}', 'x', now())"),
        format!("drafts VALUES ('{other}', '{user}', '{other}', 'x', now())"),
        format!("chat_seen VALUES ('{other}', '{user}', '{other}', now())"),
        format!("chat_seen VALUES ('{other}', '{stranger}', '{chat}', now())"),
        format!("saved_filters VALUES ('{other}', gen_random_uuid(), '{user}', 'x', '{{}}', true, 1, now())"),
        format!("presences VALUES ('{other}', '{chat}', '{stranger}', '{other}', now(), now())"),
        format!("presences VALUES ('{other}', '{other}', '{user}', '{other}', now(), now())"),
        format!("notice_settings VALUES ('{other}', '{user}', '{{}}', now())"),
        format!(
            "notices (workspace_id, user_id, id, kind, subject, chat_id, at, rang_at) \
             VALUES ('{other}', '{stranger}', gen_random_uuid(), 'message', '{chat}', '{chat}', now(), now())"
        ),
        format!(
            "notices (workspace_id, user_id, id, kind, subject, at, rang_at) \
             VALUES ('{other}', '{user}', gen_random_uuid(), 'message', '{other}', now(), now())"
        ),
        format!(
            "notices (workspace_id, user_id, id, kind, subject, actor_id, at, rang_at) \
             VALUES ('{other}', '{stranger}', gen_random_uuid(), 'message', '{other}', '{user}', now(), now())"
        ),
        format!(
            "notices (workspace_id, user_id, id, kind, subject, seller_id, at, rang_at) \
             VALUES ('{other}', '{stranger}', gen_random_uuid(), 'message', '{other}', '{seller}', now(), now())"
        ),
        format!("sessions VALUES ('{other}', '\\x00', '{user}', now(), now(), now())"),
        format!("sign_in_names VALUES ('x@x.example', '{other}', '{user}')"),
        format!("seller_accounts VALUES ('\\x00', '{other}', '{seller}')"),
        format!(
            "push_endpoints (workspace_id, seller_id, token_hash, address, state, registered_at) \
             VALUES ('{other}', '{seller}', '\\x00', 'x', 'on', now())"
        ),
        format!(
            "pushes (workspace_id, id, seller_id, received_at, kind, body) \
             VALUES ('{other}', gen_random_uuid(), '{seller}', now(), 'message', '{{}}')"
        ),
        format!(
            "orders (workspace_id, seller_id, order_number, tried_at) VALUES ('{other}', '{seller}', '1-1', now())"
        ),
        format!(
            "quick_replies (workspace_id, id, scope, seller_id, title, folder, body, updated_by, created_at, updated_at) \
             VALUES ('{other}', gen_random_uuid(), 'seller', '{seller}', 'x', '', 'x', '{stranger}', now(), now())"
        ),
        format!(
            "quick_replies (workspace_id, id, scope, owner_id, title, folder, body, updated_by, created_at, updated_at) \
             VALUES ('{other}', gen_random_uuid(), 'mine', '{user}', 'x', '', 'x', '{stranger}', now(), now())"
        ),
        format!("wording_versions VALUES ('{other}', 1, '{{}}', '{user}', now())"),
        format!("policy_versions VALUES ('{other}', 1, '{{}}', '{user}', now())"),
        format!(
            "products (workspace_id, seller_id, sku, name, offer_id, is_archived, fetched_at) \
             VALUES ('{other}', '{seller}', '1', 'x', 'x', false, now())"
        ),
        format!(
            "activities (workspace_id, chat_id, id, at, kind) \
             VALUES ('{other}', '{chat}', gen_random_uuid(), now(), 'woke')"
        ),
        format!(
            "activities (workspace_id, chat_id, id, at, kind, actor_id) \
             VALUES ('{other}', '{other}', gen_random_uuid(), now(), 'woke', '{user}')"
        ),
        format!(
            "notes (workspace_id, chat_id, id, author_id, body, created_at) \
             VALUES ('{other}', '{chat}', gen_random_uuid(), '{stranger}', 'x', now())"
        ),
        format!(
            "notes (workspace_id, chat_id, id, author_id, body, created_at) \
             VALUES ('{other}', '{other}', gen_random_uuid(), '{user}', 'x', now())"
        ),
        format!(
            "bulk_jobs (workspace_id, id, author_id, state, work, created_at) \
             VALUES ('{other}', gen_random_uuid(), '{user}', 'planned', '{{}}', now())"
        ),
        format!(
            "bulk_items (workspace_id, job_id, chat_id, seen_up_to) VALUES ('{other}', '{job}', '{other}', now())"
        ),
        format!(
            "bulk_items (workspace_id, job_id, chat_id, seen_up_to) VALUES ('{other}', '{other}', '{chat}', now())"
        ),
        format!("note_mentions VALUES ('{other}', '{chat}', '{note}', '{stranger}')"),
        format!(
            "articles (workspace_id, id, title, body, tags, seller_id, version, updated_by, created_at, updated_at) \
             VALUES ('{other}', gen_random_uuid(), 'x', 'x', '{{}}', '{seller}', 1, '{stranger}', now(), now())"
        ),
        format!(
            "articles (workspace_id, id, title, body, tags, version, updated_by, created_at, updated_at) \
             VALUES ('{other}', gen_random_uuid(), 'x', 'x', '{{}}', 1, '{user}', now(), now())"
        ),
        format!("article_versions VALUES ('{other}', '{article}', 1, 'x', 'x', '{stranger}', now())"),
        format!("article_versions VALUES ('{other}', '{other}', 1, 'x', 'x', '{user}', now())"),
        format!("article_embeddings VALUES ('{other}', '{article}', 'm', 1, 1, '\\x01')"),
        "cached_answers VALUES (gen_random_uuid(), '\\x00', 'x', 'yandex', 'x', now())".to_owned(),
        format!("suggestion_settings VALUES ('{other}', true, false, 1, 'neutral', '{user}', now())"),
        format!(
            "suggestions (workspace_id, id, chat_id, message_id, task, asked_by, state, created_at) \
             VALUES ('{other}', gen_random_uuid(), '{chat}', 'x', 'suggest', '{stranger}', 'ready', now())"
        ),
        format!(
            "suggestions (workspace_id, id, chat_id, message_id, task, asked_by, state, created_at) \
             VALUES ('{other}', gen_random_uuid(), '{other}', 'x', 'suggest', '{user}', 'ready', now())"
        ),
        format!(
            "suggestions (workspace_id, id, chat_id, message_id, task, asked_by, state, created_at, reply_id) \
             VALUES ('{other}', gen_random_uuid(), '{other}', 'x', 'suggest', '{stranger}', 'ready', now(), '{reply}')"
        ),
        format!(
            "model_calls (workspace_id, id, at, provider, model, outcome, total_ms, suggestion_id) \
             VALUES ('{other}', gen_random_uuid(), now(), 'yandex', 'x', 'answered', 1, '{draft}')"
        ),
        format!(
            "model_calls (workspace_id, id, at, provider, model, outcome, total_ms, provider_id) \
             VALUES ('{other}', gen_random_uuid(), now(), 'yandex', 'x', 'answered', 1, '{model}')"
        ),
        format!("note_mentions VALUES ('{other}', '{other}', '{other}', '{user}')"),
        format!(
            "chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, order_attached_by) \
             VALUES ('{other}', gen_random_uuid(), '{other}', 'dialog', 'y', 'open', now(), now(), '{user}')"
        ),
    ];
    for row in rows {
        let refused = sql.attempt(&format!("INSERT INTO {row}")).await.expect_err(&row);
        assert!(refused.contains("foreign key constraint"), "{row}: {refused}");
    }
    for table in ["users", "sellers", "chats", "messages", "replies"] {
        let refused = sql.attempt(&format!("UPDATE {table} SET workspace_id = '{other}'")).await;
        assert!(refused.is_err(), "{table}: a row cannot move");
    }
}

// --- Coming and going ------------------------------------------------------------------------------------------------

/// Everything that makes a schema, as texts.
async fn shape(sql: &Sql) -> Vec<String> {
    let mut shape = Vec::new();
    for query in [
        "SELECT format('%s.%s %s %s %s %s', table_name, column_name, ordinal_position, udt_name, is_nullable, column_default) \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
        "SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT format('%s %s %s', c.relname, d.objsubid, d.description) FROM pg_description d \
         JOIN pg_class c ON c.oid = d.objoid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace ORDER BY 1",
    ] {
        shape.extend(sql.column(query).await);
    }
    shape
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_be_taken_back_and_made_again() {
    let database = TestDatabase::bare().await;
    let sql = database.sql().await;
    let db = database.db();
    db.migrate().await.expect("up");
    let first = shape(&sql).await;
    assert!(first.len() > 100);
    db.revert_all().await.expect("down");
    let left = sql
        .column("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        .await;
    assert_eq!(left, ["__diesel_schema_migrations"], "nothing is left behind");
    db.migrate().await.expect("up again");
    assert_eq!(shape(&sql).await, first);
    assert_eq!(db.pending_migrations().await.expect("an answer"), 0);
    db.migrate().await.expect("nothing to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_migrate_at_once() {
    let database = TestDatabase::bare().await;
    let mut migrating = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let db = database.db();
        migrating.spawn(async move { db.migrate().await });
    }
    while let Some(migrated) = migrating.join_next().await {
        migrated.expect("no panic").expect("all of them");
    }
    assert_eq!(database.db().pending_migrations().await.expect("an answer"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_read_russian_is_refused_in_words() {
    let cases = [
        ("ENCODING 'UTF8' LOCALE 'C'", "locale"),
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "SQL_ASCII"),
        ("ENCODING 'LATIN1' LOCALE 'C'", "LATIN1"),
        ("ENCODING 'KOI8R' LOCALE 'C'", "KOI8R"),
    ];
    for (how, reason) in cases {
        let database = server().create(&format!("TEMPLATE template0 {how}")).await;
        for refused in [database.db().migrate().await.err(), database.db().check().await.err()] {
            let refused = refused.unwrap_or_else(|| panic!("{how} is taken"));
            assert!(matches!(refused, DbError::Locale { .. }), "{how}: {refused}");
            let sentence = refused.to_string();
            assert!(sentence.contains(reason) && sentence.contains("LOCALE 'C.UTF-8'"), "{how}: {sentence}");
        }
        let tables =
            database.sql().await.number("SELECT count(*) FROM pg_class WHERE relname = 'chats'").await;
        assert_eq!(tables, 0, "{how}: nothing was made");
    }
}

// --- Found by index --------------------------------------------------------------------------------------------------

/// Two workspaces, thousands of chats, tens of thousands of messages, events and jobs.
async fn seed(sql: &Sql, workspace: &str, other: &str, seller: &str) {
    sql.run(&format!(
        "INSERT INTO sellers (workspace_id, id, marketplace, external_account_id, name, state, connected_at, clock_from, \
                              created_at, credentials) \
         SELECT w.id::uuid, CASE n WHEN 0 THEN '{seller}'::uuid ELSE gen_random_uuid() END, 'ozon', w.id || n, 'Shop ' || n, \
                'active', now(), now() - interval '10 days', now(), '\\x00' \
         FROM unnest(ARRAY['{workspace}', '{other}']) w (id), generate_series(0, 4) n; \
         INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                            unanswered_since, due_at) \
         SELECT s.workspace_id, gen_random_uuid(), s.id, 'dialog', 'c' || n, 'open', t.at, t.at, \
                CASE WHEN n % 2 = 0 THEN t.at END, CASE WHEN n % 2 = 0 THEN t.at + interval '24 hours' END \
         FROM sellers s, generate_series(1, 1500) n, \
              LATERAL (SELECT now() - n * interval '3 minutes' AS at) t; \
         UPDATE chats SET work_state = 'closed', set_aside_at = last_message_at WHERE right(external_id, 1) IN ('2', '3'); \
         UPDATE chats SET work_state = 'spam', set_aside_at = last_message_at WHERE right(external_id, 1) IN ('8', '9'); \
         UPDATE chats SET work_state = 'snoozed', set_aside_at = last_message_at, snoozed_until = now() \
         WHERE right(external_id, 1) IN ('4', '5'); \
         UPDATE chats SET listed_last_id = right(id::text, 12), listed_last_key = right(id::text, 12), \
                          is_unread_there = external_id LIKE '%9', is_behind = external_id LIKE '%5' OR external_id LIKE '%9'; \
         UPDATE chats SET category = CASE WHEN right(external_id, 2) = '40' THEN 'defect' ELSE 'question' END, \
                          urgency = CASE WHEN right(external_id, 2) = '40' THEN 'urgent' ELSE 'normal' END, \
                          sentiment = CASE WHEN right(external_id, 2) = '40' THEN 'negative' ELSE 'neutral' END, \
                          understood_by = 'rules' WHERE external_id LIKE '%0'; \
         INSERT INTO clock_wakes SELECT workspace_id, id, last_message_at + interval '1 day' FROM chats; \
         INSERT INTO orders (workspace_id, seller_id, order_number, tried_at) \
         SELECT s.workspace_id, s.id, n::text, now() FROM sellers s, generate_series(1, 1000) n; \
         INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         SELECT c.workspace_id, c.id, lpad(n::text, 20, '0'), lpad(n::text, 20, '0'), \
                CASE WHEN n % 2 = 0 THEN 'buyer' ELSE 'seller_elsewhere' END, 'text', \
                c.last_message_at - n * interval '1 minute', now() \
         FROM chats c, generate_series(1, 4) n; \
         INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
         SELECT c.workspace_id, c.id, lpad(n::text, 20, '0'), lpad(n::text, 20, '0'), 'buyer', 'text', \
                c.last_message_at - n * interval '1 minute', now() \
         FROM (SELECT * FROM chats WHERE workspace_id = '{workspace}' ORDER BY id LIMIT 1) c, generate_series(9, 2000) n; \
         INSERT INTO understandings (workspace_id, chat_id, message_id, category, urgency, sentiment, language, version, text_hash) \
         SELECT workspace_id, chat_id, external_id, 'other', 'low', 'neutral', 'ru', 1, 1 FROM messages WHERE author = 'buyer'; \
         INSERT INTO users (workspace_id, id, email, name, role, password_hash, created_at) \
         SELECT w.id::uuid, gen_random_uuid(), n || '@x.example', 'Some ' || n, 'operator', '', now() \
         FROM unnest(ARRAY['{workspace}', '{other}']) w (id), generate_series(1, 5) n; \
         UPDATE chats c SET assignee_id = u.id FROM users u \
         WHERE u.workspace_id = c.workspace_id AND u.email LIKE '1@%' AND right(c.external_id, 1) IN ('1', '6'); \
         INSERT INTO chat_stars SELECT workspace_id, u.id, c.id, now() FROM users u JOIN chats c USING (workspace_id) \
         WHERE c.external_id LIKE '%777'; \
         INSERT INTO chat_seen SELECT workspace_id, u.id, c.id, now() FROM users u JOIN chats c USING (workspace_id); \
         INSERT INTO drafts SELECT workspace_id, u.id, c.id, 'text', now() FROM users u JOIN chats c USING (workspace_id) \
         WHERE c.external_id LIKE '%7'; \
         INSERT INTO replies (workspace_id, id, chat_id, author_id, body, state, created_at) \
         SELECT workspace_id, gen_random_uuid(), c.id, u.id, 'text', 'visible', c.last_message_at \
         FROM chats c JOIN (SELECT DISTINCT ON (workspace_id) * FROM users ORDER BY workspace_id, id) u USING (workspace_id) \
         WHERE c.external_id LIKE '%3'; \
         INSERT INTO activities (workspace_id, chat_id, id, at, kind) \
         SELECT workspace_id, id, gen_random_uuid(), last_message_at, 'woke' FROM chats; \
         INSERT INTO notes (workspace_id, chat_id, id, author_id, body, created_at) \
         SELECT workspace_id, c.id, gen_random_uuid(), u.id, 'text', c.last_message_at \
         FROM chats c JOIN (SELECT DISTINCT ON (workspace_id) * FROM users ORDER BY workspace_id, id) u USING (workspace_id); \
         INSERT INTO promises (workspace_id, chat_id, id, author_id, made_at, until) \
         SELECT workspace_id, c.id, gen_random_uuid(), u.id, c.last_message_at, c.last_message_at + interval '1 hour' \
         FROM chats c JOIN (SELECT DISTINCT ON (workspace_id) * FROM users ORDER BY workspace_id, id) u USING (workspace_id); \
         INSERT INTO clocks (workspace_id, chat_id, kind, start_id, seller_id, started_at, pauses, due_at) \
         SELECT p.workspace_id, p.chat_id, 'promise', p.id::text, c.seller_id, p.made_at, '[]', p.until \
         FROM promises p JOIN chats c ON c.workspace_id = p.workspace_id AND c.id = p.chat_id; \
         INSERT INTO supervisor_news (workspace_id, id, chat_id, clock, at, state) \
         SELECT workspace_id, gen_random_uuid(), id, 'rating', last_message_at, 'sent' FROM chats; \
         INSERT INTO events (workspace_id, seq, change, at) \
         SELECT w.id::uuid, n, '{{}}', now() - n * interval '1 second' \
         FROM unnest(ARRAY['{workspace}', '{other}']) w (id), generate_series(1, 8000) n; \
         INSERT INTO jobs (workspace_id, id, kind, key, lane, payload, run_at, created_at, leased_until) \
         SELECT '{other}', gen_random_uuid(), 'k', n::text, 'lane ' || n % 500, '{{}}', now() + n * interval '1 second', \
                now(), CASE WHEN n % 100 = 0 THEN now() + interval '1 minute' END \
         FROM generate_series(-50, 5000) n",
    ))
    .await;
    sql.run(&format!(
        "INSERT INTO search_words SELECT '{workspace}', md5(n::text), n FROM generate_series(1, 20000) n"
    ))
    .await;
    sql.run("VACUUM ANALYZE").await;
}

/// The nodes of a plan, one per line, without what differs from run to run.
async fn plan(sql: &Sql, types: &str, statement: &str, arguments: &str) -> String {
    sql.run(&format!("PREPARE asked ({types}) AS {statement}")).await;
    let lines = sql.column(&format!("EXPLAIN (COSTS OFF) EXECUTE asked ({arguments})")).await;
    sql.run("DEALLOCATE asked").await;
    let mut nodes = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let node = line.trim_start();
        // Postgres indents by six; notes on a node stand between.
        let depth = (line.len() - node.len()).div_ceil(6);
        let is_node =
            number == 0 || node.starts_with("->") || node.starts_with("SubPlan") || node.starts_with("CTE");
        if is_node {
            nodes.push(format!("{}{}", "  ".repeat(depth), node.trim_start_matches("->").trim_start()));
        }
    }
    nodes.join("\n")
}

/// A plan as a tree.
struct Node {
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// Reads nodes of one depth; names given to tables of the same name are told without their numbers.
    fn read(lines: &mut std::iter::Peekable<std::str::Lines>, depth: usize) -> Vec<Node> {
        let indent = |line: &str| (line.len() - line.trim_start().len()) / 2;
        let mut nodes = Vec::new();
        while lines.peek().is_some_and(|line| indent(line) >= depth) {
            let line = lines.next().unwrap_or_default().trim();
            let text = line.trim_end_matches(|c: char| c.is_ascii_digit());
            let text = text.strip_suffix('_').filter(|_| text != line).unwrap_or(line);
            let text = text.split_once(" on \"*SELECT*").map_or(text, |(node, _)| node).to_owned();
            nodes.push(Node { text, children: Node::read(lines, depth + 1) });
        }
        nodes
    }

    /// One line per node; equal ones beside each other are told once.
    fn write(nodes: &[Node], depth: usize) -> String {
        let texts: Vec<String> = nodes
            .iter()
            .map(|node| {
                format!("{}{}\n{}", "  ".repeat(depth), node.text, Node::write(&node.children, depth + 1))
            })
            .collect();
        let mut written = String::new();
        for group in texts.chunk_by(|a, b| a == b) {
            match group {
                [one] => written.push_str(one),
                [one, ..] => {
                    let place = "  ".repeat(depth);
                    written.push_str(&format!("{place}{} × {}", group.len(), one.trim_start()));
                }
                [] => {}
            }
        }
        written
    }

    /// The first node of a plan that is so.
    fn find<'a>(nodes: &'a [Node], is: &impl Fn(&Node) -> bool) -> Option<&'a Node> {
        nodes.iter().find_map(|node| if is(node) { Some(node) } else { Node::find(&node.children, is) })
    }

    /// Whether what it does begins with parts that have names.
    fn has_parts(&self) -> bool {
        self.children.iter().any(|child| child.text.starts_with("CTE "))
    }
}

/// How the chats of a page are chosen, without what is then looked up of each.
fn choice(plan: &str) -> String {
    let nodes = Node::read(&mut plan.lines().peekable(), 0);
    let chosen = Node::find(&nodes, &Node::has_parts)
        .or_else(|| Node::find(&nodes, &|node| node.text.starts_with("Limit")))
        .expect("a page has an end");
    Node::write(std::slice::from_ref(chosen), 0).trim_end().to_owned()
}

/// What a job has vectors made of.
const STALE_ARTICLES: &str = "articles that a model has to look at";

/// What is looked up of each chat of a page.
const ROWS: &str = "rows of a list";

/// Whether a plan orders more rows than some pages have: only what an index has led to in order is put side by side, and
/// what one person is responsible for, or has marked, is few.
fn sorts_much(title: &str, plan: &str) -> bool {
    let is_of_person = ["list: mine", "list: starred"].iter().any(|list| title.starts_with(list));
    let lines: Vec<&str> = plan.lines().filter(|line| line.trim() != "Result").collect();
    let is_much = |pair: &[&str]| pair[0].contains("Sort") && !pair[1].trim().starts_with("Append");
    match title {
        PAGE_OF_LIST | CLOCK_FACTS => false,
        // Of one shop and of no more than are ever looked at, while nobody waits.
        STALE_ARTICLES => false,
        _ if is_of_person => false,
        // What holds a rare word or a number is little, which is known before; what is common is walked to.
        _ if title.starts_with("search: ") && title != "search: common words" => false,
        // Few, by what was counted before or by what Postgres knows; among many it walks.
        // What a report or a preview looks at, and no more: it begins with their period.
        _ if title.starts_with("turns ") || title.starts_with("report of suggestions") => false,
        _ if title.starts_with("gathered for a") || title.starts_with("walked for a") => false,
        ROWS => lines[1..].windows(2).any(is_much),
        _ if title.starts_with("list: ") => lines.windows(2).any(is_much),
        // Only the rows of a page, after everything else.
        _ => lines[1..].windows(2).any(|pair| {
            // An incremental sort orders what an index has led to, a few equal rows at a time; a function tells the words
            // of a question.
            let is_small = pair[0].contains("Incremental") || pair[1].contains("Function Scan");
            pair[0].contains("Sort") && !is_small
        }),
    }
}

/// Sorts its hundred chats, so that all lock them in the same order.
const PAGE_OF_LIST: &str = "a page of the marketplace's list";

/// Sorts the chats that it is asked about, for the same reason.
const CLOCK_FACTS: &str = "what clocks depend on";

#[tokio::test(flavor = "multi_thread")]
async fn hot_statements_find_their_rows_by_index() {
    let app = TestApp::start().await;
    let other = app.new_workspace("Second").await;
    let seller = SellerId::new();
    let workspace = app.workspace.to_string();
    let sql = app.sql().await;
    for (name, value) in PLANNING {
        sql.run(&format!("SET {name} = {value}")).await;
    }
    // Statistics come from us alone: what Postgres gathers by itself in the middle of this would change the plans.
    sql.run(
        "DO $$ DECLARE t regclass; BEGIN \
             FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP \
                 EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t); \
             END LOOP; \
         END $$",
    )
    .await;
    seed(&sql, &workspace, &other.to_string(), &seller.to_string()).await;
    let person =
        sql.value(&format!("SELECT user_id FROM chat_seen WHERE workspace_id = '{workspace}'")).await;
    let person = person.expect("somebody");
    let chat =
        "SELECT id FROM chats WHERE workspace_id = '{w}' ORDER BY id LIMIT 1".replace("{w}", &workspace);
    let chat = sql.value(&chat).await.expect("a chat");

    let mut plans = Vec::new();
    let looker = list::Looker {
        workspace: app.workspace,
        person: person.parse().expect("an id"),
        now: now(),
        zone: chrono_tz::Europe::Moscow,
    };
    let place = |sort| ListCursor {
        sort,
        due_at: Some(now()),
        waits_since: Some(now() - TimeDelta::days(1)),
        last_message_at: now() - TimeDelta::days(1),
        id: chat.parse().expect("an id"),
        is_walked: false,
    };
    for view in View::ALL {
        for sort in Sort::ALL {
            for of in [None, Some(seller)] {
                for after in [None, Some(place(*sort))] {
                    let title = format!(
                        "list: {view}, {sort}{}{}",
                        if of.is_some() { ", of a seller" } else { "" },
                        if after.is_some() { ", continued" } else { "" }
                    );
                    let query = ListQuery { view: *view, sort: *sort, seller: of, filter: None };
                    let statement =
                        list::page_statement(&looker, &query, after, &list::Way::Walk).expect("a statement");
                    let (types, arguments) = statement.prepared();
                    let whole = plan(&sql, &types, &statement.text, &arguments).await;
                    if plans.is_empty() {
                        plans.push((ROWS.into(), whole.clone()));
                    }
                    plans.push((title, choice(&whole)));
                }
            }
        }
    }
    for (name, condition) in [
        ("tag", Condition::Tag(vec![TagId::new()])),
        ("priority", Condition::Priority(vec![Priority::Urgent])),
        ("subject", Condition::Category(vec![Category::Defect])),
        ("urgency", Condition::Urgency(vec![Urgency::Urgent])),
        ("mood", Condition::Sentiment(vec![Sentiment::Negative, Sentiment::Positive])),
        ("deadline", Condition::Deadline(DeadlineState::Overdue)),
        ("end of the window", Condition::Window(WindowState::Ending)),
        ("order", Condition::HasOrder(true)),
        ("text", Condition::Text("rare 4711".into())),
    ] {
        let filter = Filter::Is(condition);
        let query = ListQuery { filter: Some(filter.clone()), ..ListQuery::of(View::Open) };
        let page = |way| list::page_statement(&looker, &query, None, &way).expect("a statement");
        let gathered = list::Way::Gather(vec![ChatId::new(), ChatId::new()]);
        for (title, statement) in [
            ("walked", page(list::Way::Walk)),
            ("found", list::find_statement(&looker, &filter)),
            ("gathered", page(gathered)),
        ] {
            let (types, arguments) = statement.prepared();
            let whole = plan(&sql, &types, &statement.text, &arguments).await;
            plans.push((format!("{title} for a {name}"), choice(&whole)));
        }
    }
    for (title, of) in [("numbers over the lists", None), ("numbers over a seller's lists", Some(seller))] {
        let statement = list::counts::statement(looker.workspace, looker.person, of);
        let (types, arguments) = statement.prepared();
        plans.push((title.into(), plan(&sql, &types, &statement.text, &arguments).await));
    }
    let types = "uuid, uuid, timestamptz, text, bigint";
    for (title, cursor) in
        [("messages", "NULL, NULL"), ("messages, continued", "now() - interval '1 hour', '5'")]
    {
        let arguments = format!("'{workspace}', '{chat}', {cursor}, 51");
        plans.push((title.into(), plan(&sql, types, window::PAGE_SQL, &arguments).await));
    }
    let between = format!("'{workspace}', '{chat}', now() - interval '1 hour', NULL");
    let types = "uuid, uuid, timestamptz, timestamptz";
    plans.push((
        "what was done between messages".into(),
        plan(&sql, types, beside::ACTIVITIES_SQL, &between).await,
    ));
    plans.push(("notes between messages".into(), plan(&sql, types, &beside::notes_sql(), &between).await));
    let of_chat = format!("'{workspace}', ARRAY['{chat}']::uuid[]");
    plans.push((
        "facts of a send window".into(),
        plan(&sql, "uuid, uuid[]", send_windows::FACTS_SQL, &of_chat).await,
    ));
    let since = format!("'{workspace}', ARRAY['{chat}']::uuid[], ARRAY[now() - interval '1 hour']");
    plans
        .push(("what clocks depend on".into(), plan(&sql, "uuid, uuid[]", known::FACTS_SQL, &of_chat).await));
    plans.push(("what moved clocks".into(), plan(&sql, "uuid, uuid[]", known::DEEDS_SQL, &of_chat).await));
    plans.push(("what was promised".into(), plan(&sql, "uuid, uuid[]", known::PROMISES_SQL, &of_chat).await));
    let minutes = format!("'{workspace}', now() - interval '10 minutes', now()");
    plans.push((
        "promises of a period".into(),
        plan(&sql, "uuid, timestamptz, timestamptz", promises::PROMISES_SQL, &minutes).await,
    ));
    plans.push((
        "what a supervisor is to be told".into(),
        plan(&sql, "uuid", send::TAKE_SQL, &format!("'{workspace}'")).await,
    ));
    plans.push((
        "what was said since clocks run".into(),
        plan(&sql, "uuid, uuid[], timestamptz[]", known::SAID_SQL, &since).await,
    ));
    plans.push((
        "chats whose time has come".into(),
        plan(&sql, "timestamptz, bigint", wakes::CLAIM_SQL, "now(), 500").await,
    ));
    let claim = format!("now(), 4, now() + interval '20 seconds', '{person}'");
    plans.push((
        "claim of a job".into(),
        plan(&sql, "timestamptz, bigint, timestamptz, uuid", jobs::CLAIM_SQL, &claim).await,
    ));
    let after = format!("'{workspace}', 7990, 1001");
    plans.push((
        "events after a number".into(),
        plan(&sql, "uuid, bigint, bigint", live::READ_SQL, &after).await,
    ));

    for (title, only_unread, limit) in
        [("chats to read", false, 48), ("chat to read while a list is walked", true, 1)]
    {
        let arguments = format!("'{workspace}', '{seller}', now(), {only_unread}, {limit}");
        let types = "uuid, uuid, timestamptz, boolean, bigint";
        plans.push((title.into(), plan(&sql, types, listing::BEHIND_SQL, &arguments).await));
    }
    let names: Vec<String> = (1..=100).map(|n| format!("c{n}")).collect();
    let page = format!(
        "'{workspace}', '{seller}', now(), false, array_fill('{person}'::uuid, '{{100}}'), '{{{}}}', array_fill('open'::text, '{{100}}'), \
         array_fill(now(), '{{100}}'), array_fill('1'::text, '{{100}}'), array_fill('1'::text, '{{100}}'), \
         array_fill(true, '{{100}}')",
        names.join(",")
    );
    let types =
        "uuid, uuid, timestamptz, boolean, uuid[], text[], text[], timestamptz[], text[], text[], boolean[]";
    plans.push((PAGE_OF_LIST.into(), plan(&sql, types, listing::PAGE_SQL, &page).await));

    let around = format!("'{workspace}', '{chat}', now() - interval '1 hour', '5', true, 51");
    plans.push((
        "newer messages".into(),
        plan(&sql, "uuid, uuid, timestamptz, text, boolean, bigint", around::NEWER_SQL, &around).await,
    ));
    let types = "uuid, text, timestamptz, uuid, text, uuid, bigint, bigint, text[]";
    for (title, by_walk, word) in
        [("search: common words", true, "text"), ("search: rare words", false, "редк")]
    {
        let arguments =
            format!("'{workspace}', $${word}$$, now(), '{person}', 'x', NULL, 41, 20000, ARRAY['{word}']");
        plans.push((title.into(), plan(&sql, types, &search::find::sql(by_walk), &arguments).await));
    }
    let numbers = format!(
        "'{workspace}', ARRAY['12345678'], ARRAY['12345678'], ARRAY['12345678'], '12345678', NULL, 20"
    );
    let types = "uuid, text[], text[], text[], text, uuid, bigint";
    plans.push(("search: numbers".into(), plan(&sql, types, search::numbers::CHATS_SQL, &numbers).await));
    let noted = format!("'{workspace}', 'редк', ARRAY['редк'], NULL, 10");
    let types = "uuid, text, text[], uuid, bigint";
    plans.push(("search: notes".into(), plan(&sql, types, search::notes::NOTES_SQL, &noted).await));
    let alike = format!("'{workspace}', ARRAY['доствк']");
    plans.push((
        "search: words alike".into(),
        plan(&sql, "uuid, text[]", search::meant::ALIKE_SQL, &alike).await,
    ));
    let inside = format!("'{workspace}', '{chat}', 'text', 501");
    plans.push((
        "find in a chat".into(),
        plan(&sql, "uuid, uuid, text, bigint", find::FIND_SQL, &inside).await,
    ));

    // Last, so that the other plans do not depend on them.
    sql.run(
        "INSERT INTO notices (workspace_id, user_id, id, kind, subject, chat_id, at, rang_at, seen_at) \
         SELECT workspace_id, u.id, gen_random_uuid(), 'message', c.id, c.id, c.last_message_at, c.last_message_at, now() \
         FROM users u JOIN chats c USING (workspace_id)",
    )
    .await;
    sql.run("ANALYZE notices").await;
    let of_person = format!("'{workspace}', '{person}', 50");
    plans.push((
        "notices of a person".into(),
        plan(&sql, "uuid, uuid, bigint", centre::PAGE_SQL, &of_person).await,
    ));

    let job = agentiq::shared::ids::BulkJobId::new();
    sql.run(&format!(
        "INSERT INTO bulk_jobs (workspace_id, id, author_id, state, work, created_at) \
         SELECT '{workspace}', n, '{person}', 'running', '{{}}', now() FROM (SELECT '{job}'::uuid AS n UNION ALL \
         SELECT gen_random_uuid() FROM generate_series(1, 20)) jobs; \
         INSERT INTO bulk_items (workspace_id, job_id, chat_id, seen_up_to) \
         SELECT j.workspace_id, j.id, c.id, now() FROM bulk_jobs j JOIN ( \
             SELECT id FROM chats WHERE workspace_id = '{workspace}' ORDER BY id LIMIT 2000) c ON TRUE; \
         ANALYZE bulk_jobs, bulk_items"
    ))
    .await;
    let of_job = format!("'{workspace}', '{job}', '{chat}', 100");
    plans.push((
        "chats of a bulk job".into(),
        plan(&sql, "uuid, uuid, uuid, bigint", bulk::items::NEXT_SQL, &of_job).await,
    ));

    for (title, which) in [("turns that began", Which::Begun), ("turns of those who wait", Which::Waiting)] {
        let period = format!("'{workspace}', now() - interval '1 hour', now(), 100");
        plans.push((
            title.into(),
            plan(&sql, "uuid, timestamptz, timestamptz, bigint", &which.sql(), &period).await,
        ));
    }

    sql.run(&format!(
        "INSERT INTO suggestions (workspace_id, id, chat_id, message_id, task, state, outcome, body, distance, created_at) \
         SELECT c.workspace_id, gen_random_uuid(), c.id, lpad('2', 20, '0'), 'suggest', 'ready', 'rejected', 'text', 4, \
                now() - row_number() OVER () * interval '1 hour' FROM chats c; \
         INSERT INTO model_calls (workspace_id, id, at, provider, model, outcome, total_ms) \
         SELECT '{workspace}', gen_random_uuid(), now() - n * interval '1 hour', 'yandex', 'm', 'answered', 1 \
         FROM generate_series(1, 8000) n; \
         ANALYZE suggestions, model_calls"
    ))
    .await;
    let of_one = format!("'{workspace}', '{chat}'");
    plans.push(("where a chat stands".into(), plan(&sql, "uuid, uuid", standing::SQL, &of_one).await));
    plans.push((
        "whether drafts begin by themselves".into(),
        plan(&sql, "uuid", ahead::WANTED_SQL, &format!("'{workspace}'")).await,
    ));
    plans.push((
        "what no model was asked about".into(),
        plan(&sql, "uuid, uuid, timestamptz, bigint", by_model::UNASKED_SQL, &format!("{of_one}, now(), 10"))
            .await,
    ));
    let of_a_day = format!("'{workspace}', now() - interval '1 day'");
    let types = "uuid, timestamptz";
    plans.push(("what models have used".into(), plan(&sql, types, calls::USED_SQL, &of_a_day).await));
    let of_a_month = format!("'{workspace}', now() - interval '30 days'");
    plans.push((
        "report of suggestions: spent".into(),
        plan(&sql, types, report::SPENT_SQL, &of_a_month).await,
    ));
    let by_day = format!("{of_a_month}, 'Europe/Moscow'");
    plans.push((
        "report of suggestions: spent by day".into(),
        plan(&sql, "uuid, timestamptz, text", report::SPENT_BY_DAY_SQL, &by_day).await,
    ));
    let types = "uuid, timestamptz, integer, bigint";
    let worst = format!("{of_a_month}, 30, 20");
    plans.push(("report of suggestions: worst".into(), plan(&sql, types, report::WORST_SQL, &worst).await));
    let types = "uuid, timestamptz, double precision, double precision, text";
    let by = format!("{of_a_month}, 0.3, 0.06, 'Europe/Moscow'");
    for of in report::By::ALL {
        plans.push((format!("report of suggestions: by {of:?}"), plan(&sql, types, &of.sql(), &by).await));
    }

    sql.run(
        "INSERT INTO workspaces (id, name, created_at) \
         SELECT gen_random_uuid(), 'workspace ' || n, now() FROM generate_series(1, 40) n; \
         INSERT INTO users (workspace_id, id, email, name, role, password_hash, created_at) \
         SELECT id, gen_random_uuid(), id || '@agentiq.example', 'Owner', 'owner', 'none', now() FROM workspaces; \
         INSERT INTO articles (workspace_id, id, title, body, tags, version, updated_by, created_at, updated_at) \
         SELECT u.workspace_id, gen_random_uuid(), 'title ' || n, 'text ' || n, '{}', 1, u.id, now(), now() \
         FROM (SELECT DISTINCT ON (workspace_id) workspace_id, id FROM users) u, generate_series(1, 300) n; \
         INSERT INTO article_embeddings (workspace_id, article_id, model, version, dimension, vector) \
         SELECT workspace_id, id, 'm', 1, 256, decode(repeat('01', 256), 'hex') FROM articles; \
         ANALYZE articles, article_embeddings",
    )
    .await;
    let of_seller = format!("'{workspace}', '{seller}', ARRAY['1'], 'm', 256");
    let types = "uuid, uuid, text[], text, integer";
    plans.push(("what articles mean".into(), plan(&sql, types, vectors::NEAR_SQL, &of_seller).await));
    let of_model = format!("'{workspace}', 'm', 16, 5000");
    let types = "uuid, text, bigint, bigint";
    plans.push((STALE_ARTICLES.into(), plan(&sql, types, vectors::STALE_SQL, &of_model).await));

    for (title, plan) in &plans {
        for table in [
            "chats",
            "messages",
            "events",
            "jobs",
            "notices",
            "search_words",
            "bulk_items",
            "clock_wakes",
            "understandings",
            "suggestions",
            "model_calls",
            "article_embeddings",
        ] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{title} reads all of {table}:\n{plan}");
        }
        assert!(!sorts_much(title, plan), "{title} sorts more than a page:\n{plan}");
    }
    let version =
        sql.value("SELECT split_part(current_setting('server_version'), '.', 1)").await.unwrap_or_default();
    let mut text = format!("PostgreSQL {version}\n");
    for (title, plan) in plans {
        text.push_str(&format!("\n# {title}\n{plan}\n"));
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots/plans.txt");
    if std::env::var_os("AGENTIQ_BLESS").is_some() {
        std::fs::write(&file, &text).expect("the plans are written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    // Another version may go about it in another way; what it must not do is tested above.
    let same_version = kept.lines().next() == text.lines().next() || kept.is_empty();
    assert!(
        !same_version || kept == text,
        "plans have changed; if for the better, AGENTIQ_BLESS=1 puts this into {}:\n{text}",
        file.display()
    );
}

/// A fresh house knows nothing of its tables while it imports its first shop.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_list_finds_its_chats_by_their_keys_before_anything_is_known_of_the_table() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let id = SellerId::new();
    let arguments = format!(
        "'{}', '{id}', now(), false, ARRAY['{id}'::uuid], ARRAY['c'], ARRAY['open'], ARRAY[now()], ARRAY['1'], \
         ARRAY['1'], ARRAY[true]",
        app.workspace
    );
    let types =
        "uuid, uuid, timestamptz, boolean, uuid[], text[], text[], timestamptz[], text[], text[], boolean[]";
    sql.run("SET plan_cache_mode = force_generic_plan").await;
    sql.run(&format!("PREPARE page ({types}) AS {}", listing::PAGE_SQL)).await;
    let plan = sql.column(&format!("EXPLAIN (COSTS OFF) EXECUTE page ({arguments})")).await.join("\n");
    assert!(plan.contains("(external_id >= "), "all chats of the seller are read:\n{plan}");
    assert!(plan.contains("(id >= "), "all chats of the workspace are read:\n{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_have_outgrown_their_statistics_are_looked_at_again() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    sql.run("ALTER TABLE events SET (autovacuum_enabled = off)").await;
    let mut conn = app.app.db.get().await.expect("a connection");
    let fill = |from: u32, to: u32| {
        format!(
            "INSERT INTO events (workspace_id, seq, at, change) \
             SELECT '{}', n, now(), '{{}}' FROM generate_series({from}, {to}) n",
            app.workspace
        )
    };
    let known = "SELECT reltuples::bigint::text FROM pg_class WHERE oid = 'events'::regclass";
    for (from, to) in [(1001, 2000), (2001, 5000)] {
        sql.run("SELECT pg_stat_force_next_flush()").await;
        sql.run(&fill(from, to)).await;
        sql.run("SELECT pg_stat_force_next_flush()").await;
        assert!(statistics::keep_up(&mut conn).await.expect("it looks") >= 1);
        assert_eq!(sql.value(known).await, Some((to - 1000).to_string()));
    }
    sql.run(&fill(5001, 6000)).await;
    sql.run("SELECT pg_stat_force_next_flush()").await;
    statistics::keep_up(&mut conn).await.expect("it looks");
    assert_eq!(sql.value(known).await, Some("4000".to_owned()), "it has not doubled");
}
