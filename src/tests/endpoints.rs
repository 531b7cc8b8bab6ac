//! Every address the server answers: who may, from where, with what body, and what the answer carries.

use crate::harness::{Answer, Live, Person, Setting, TestApp};
use agentiq::connectors::sandbox::ozon::DEMO_API_KEY;
use agentiq::features::files::server::fetch;
use agentiq::features::sla::defaults::first_book;
use agentiq::platform::clock::now;
use agentiq::platform::jobs::Run;
use agentiq::shared::change::Change;
use agentiq::shared::error::AppError;
use agentiq::shared::i18n::Locale;
use agentiq::shared::ids::{
    ArticleId, BulkJobId, ChatId, FileId, NoteId, ProviderId, QuickReplyId, ReplyId, SavedFilterId, SellerId,
    SuggestionId, TabId, TagId, UserId,
};
use agentiq::shared::role::{Permission, Role};
use chrono::TimeDelta;
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Things that exist, to be asked for.
#[derive(Clone, Copy)]
struct Things {
    chat: ChatId,
    seller: SellerId,
    reply: ReplyId,
    /// Of a message that came in.
    file: FileId,
    /// Uploaded, not sent.
    upload: FileId,
    /// A list that somebody keeps for themselves.
    saved: SavedFilterId,
    /// Somebody's own quick reply.
    quick: QuickReplyId,
    tag: TagId,
    note: NoteId,
    /// Something that somebody has had done to many chats.
    bulk: BulkJobId,
    /// Somebody who works here.
    person: UserId,
}

/// A well-formed body for every server function. A new function needs a line here.
fn bodies(things: Things) -> BTreeMap<&'static str, Value> {
    let Things { chat, seller, reply, file, upload, saved, quick, tag, note, bulk, person } = things;
    let later = now() + TimeDelta::hours(1);
    let book = first_book(Locale::Ru).expect("data");
    let name = format!("Tag {}", TagId::new());
    let query = json!({ "view": "all", "seller": null });
    BTreeMap::from([
        ("files/fetch_again", json!({ "file": file })),
        ("inbox/chats", json!({ "query": query, "after": null })),
        ("inbox/rows", json!({ "query": query, "chats": [chat] })),
        ("inbox/next", json!({ "query": query, "passed": [] })),
        ("inbox/open", json!({ "chat": chat })),
        ("inbox/messages", json!({ "chat": chat, "before": null })),
        ("inbox/count_bulk", json!({ "query": query })),
        (
            "inbox/plan_bulk",
            json!({ "job": BulkJobId::new(), "chats": { "chosen": [chat] }, "act": "close" }),
        ),
        ("inbox/start_bulk", json!({ "job": bulk })),
        ("inbox/stop_bulk", json!({ "job": bulk })),
        ("inbox/undo_bulk", json!({ "job": bulk })),
        ("inbox/dismiss_bulk", json!({ "job": bulk })),
        ("inbox/report_bulk", json!({ "job": bulk })),
        ("inbox/bulk_jobs", json!({})),
        ("sla/apply", json!({})),
        ("sla/supervisor", json!({})),
        ("sla/save_supervisor", json!({ "form": { "token": "", "chat": "", "is_enabled": false } })),
        ("sla/try_supervisor", json!({})),
        ("sla/remove_supervisor", json!({})),
        ("sla/applied", json!({})),
        ("inbox/explain", json!({ "chat": chat })),
        ("inbox/seen", json!({ "chat": chat })),
        ("inbox/reply", json!({ "chat": chat, "reply": ReplyId::new(), "text": "an answer" })),
        ("inbox/send_file", json!({ "chat": chat, "reply": ReplyId::new(), "file": upload })),
        ("inbox/retry", json!({ "reply": reply })),
        ("inbox/take_back", json!({ "reply": reply })),
        ("inbox/send_now", json!({ "reply": reply })),
        ("inbox/save_draft", json!({ "chat": chat, "text": "a draft", "typed_at": now() })),
        ("inbox/tags", json!({})),
        ("inbox/saved", json!({})),
        ("inbox/saved_counts", json!({ "saved": [saved] })),
        (
            "inbox/save_filter",
            json!({ "saved": SavedFilterId::new(), "name": "a list", "query": query, "kept": "me" }),
        ),
        ("inbox/rename_filter", json!({ "saved": saved, "name": "a name" })),
        ("inbox/pin_filter", json!({ "saved": saved, "place": "menu" })),
        ("inbox/arrange_filters", json!({ "order": [saved] })),
        ("inbox/share_filter", json!({ "saved": saved, "kept": "all" })),
        ("inbox/delete_filter", json!({ "saved": saved })),
        ("inbox/look", json!({ "tab": TabId::new(), "chat": chat, "doing": "typing" })),
        ("inbox/presence", json!({})),
        ("inbox/start_chat", json!({ "chat": chat, "posting": "12345678-0001-1" })),
        ("notices/list", json!({})),
        ("notices/mark_seen", json!({ "notices": "all" })),
        ("notices/save_settings", json!({ "settings": { "channels": {} } })),
        ("inbox/assign", json!({ "chat": chat, "to": "nobody", "was": "me" })),
        ("inbox/correct_understanding", json!({ "chat": chat, "said": { "category": "return" } })),
        ("inbox/prioritise", json!({ "chat": chat, "priority": "high" })),
        ("inbox/add_tag", json!({ "chat": chat, "tag": tag })),
        ("inbox/remove_tag", json!({ "chat": chat, "tag": tag })),
        ("inbox/close", json!({ "chat": chat, "seen": null })),
        ("inbox/snooze", json!({ "chat": chat, "seen": null, "until": later })),
        ("inbox/promise_answer", json!({ "chat": chat, "until": later })),
        ("inbox/drop_promise", json!({ "chat": chat })),
        ("inbox/mark_spam", json!({ "chat": chat, "seen": null })),
        ("inbox/reopen", json!({ "chat": chat })),
        ("inbox/star", json!({ "chat": chat })),
        ("inbox/unstar", json!({ "chat": chat })),
        (
            "inbox/write_note",
            json!({ "chat": chat, "note": NoteId::new(), "text": "a note", "mentions": [] }),
        ),
        ("inbox/edit_note", json!({ "chat": chat, "note": note, "text": "another note", "mentions": [] })),
        ("inbox/delete_note", json!({ "chat": chat, "note": NoteId::new() })),
        ("inbox/tags", json!({})),
        ("inbox/tags_in_use", json!({})),
        ("inbox/make_tag", json!({ "tag": TagId::new(), "name": name, "color": "red" })),
        ("inbox/change_tag", json!({ "tag": tag, "name": "Changed", "color": "red" })),
        ("inbox/delete_tag", json!({ "tag": TagId::new() })),
        ("inbox/notes", json!({ "chat": chat, "notes": [note] })),
        ("inbox/filter_uses", json!({ "of": { "tag": tag } })),
        ("users/workspace", json!({})),
        ("users/zones", json!({})),
        ("users/change_workspace", json!({ "name": "North", "time_zone": "Asia/Omsk" })),
        ("users/people", json!({})),
        ("inbox/around", json!({ "chat": chat, "spot": { "time": { "at": now() } } })),
        ("inbox/find", json!({ "chat": chat, "text": "заказ" })),
        ("search/find", json!({ "query": { "text": "заказ", "seller": null }, "after": null })),
        ("orders/of_chat", json!({ "chat": chat })),
        ("orders/refresh", json!({ "chat": chat })),
        ("orders/attach", json!({ "chat": chat, "number": "12345678-0001" })),
        ("quick_replies/list", json!({})),
        ("quick_replies/of_chat", json!({ "chat": chat })),
        (
            "quick_replies/save",
            json!({ "form": { "id": quick, "scope": { "kind": "mine" }, "title": "a", "shortcut": "", "folder": "", "body": "a" } }),
        ),
        ("quick_replies/attach", json!({ "reply": quick, "chat": chat, "files": [] })),
        ("quick_replies/delete", json!({ "reply": quick })),
        ("quick_replies/used", json!({ "reply": quick })),
        ("wording/rules", json!({})),
        ("wording/settings", json!({})),
        ("wording/save", json!({ "version": 77, "changes": { "severities": {}, "own": [] } })),
        ("sla/settings", json!({})),
        ("sla/save", json!({ "version": 77, "book": book })),
        ("sla/versions", json!({})),
        ("sla/version", json!({ "version": 77 })),
        ("sla/preview", json!({ "book": book })),
        (
            "sla/try_out",
            json!({ "book": book, "trial": { "text": "x", "seller": seller, "tags": [], "priority": null, "at": now() } }),
        ),
        (
            "sla/report",
            json!({ "query": { "days": 7, "seller": seller, "person": null, "policy": null, "hour": null, "day": null } }),
        ),
        ("knowledge/list", json!({ "words": "" })),
        (
            "knowledge/save",
            json!({ "form": { "id": ArticleId::new(), "title": "a", "body": "a", "tags": [], "seller": null, "sku": null } }),
        ),
        ("knowledge/delete", json!({ "article": ArticleId::new() })),
        ("knowledge/import", json!({ "kind": "csv", "text": "a,b" })),
        ("suggestions/of_chat", json!({ "chat": chat })),
        ("suggestions/ask", json!({ "chat": chat, "task": "suggest", "draft": null })),
        ("suggestions/summarise", json!({ "chat": chat })),
        ("suggestions/models", json!({})),
        ("suggestions/report", json!({})),
        (
            "suggestions/save_settings",
            json!({ "settings": { "is_automatic": true, "is_abroad_allowed": false, "daily_calls": 7, "tone": "formal",
                                  "is_understood_by_model": true } }),
        ),
        (
            "suggestions/save_provider",
            json!({ "form": { "id": ProviderId::new(), "kind": "compatible", "model": "m", "place": "http://192.0.2.1/v1",
                              "key": "", "is_enabled": false, "daily_tokens": null, "daily_money": null } }),
        ),
        ("suggestions/arrange", json!({ "order": [] })),
        ("suggestions/remove_provider", json!({ "provider": ProviderId::new() })),
        ("suggestions/test_provider", json!({ "provider": ProviderId::new() })),
        ("sellers/list", json!({})),
        ("sellers/stopped", json!({})),
        (
            "sellers/connect",
            json!({ "form": { "name": "", "client_id": "100201", "api_key": DEMO_API_KEY } }),
        ),
        ("sellers/pause", json!({ "seller": seller })),
        ("sellers/resume", json!({ "seller": seller })),
        ("sellers/replace_key", json!({ "seller": seller, "api_key": DEMO_API_KEY })),
        ("sellers/push_on", json!({ "seller": seller, "if_taken": "ask" })),
        ("sellers/push_check", json!({ "seller": seller })),
        ("sellers/push_off", json!({ "seller": seller })),
        ("sellers/remove", json!({ "seller": seller, "name": "not its name" })),
        ("users/people", json!({})),
        ("users/staff", json!({})),
        (
            "users/add",
            json!({ "email": format!("{}@agentiq.example", UserId::new()), "name": "New", "role": "viewer" }),
        ),
        ("users/rename", json!({ "person": person, "name": "Another name" })),
        ("users/set_role", json!({ "person": person, "role": "viewer" })),
        ("users/reset_password", json!({ "person": person })),
        ("users/let_go", json!({ "person": person })),
        ("users/change_password", json!({ "current": "", "new": "short" })),
        ("inbox/before_leaving", json!({ "person": person })),
    ])
}

/// Paths below `/api/` that the program has registered.
fn registered() -> BTreeSet<String> {
    server_fn::axum::server_fn_paths().map(|(path, _)| path.trim_start_matches("/api/").to_owned()).collect()
}

/// What each function demands, as docs/endpoints.txt says.
fn demanded() -> BTreeMap<String, Permission> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/endpoints.txt");
    let text = std::fs::read_to_string(file).expect("docs/endpoints.txt");
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(path, permission)| {
            let all = Permission::ALL.iter();
            let known = all.copied().find(|known| format!("{known:?}") == permission.trim());
            (path.to_owned(), known.unwrap_or_else(|| panic!("{permission} is no permission")))
        })
        .collect()
}

async fn things(app: &TestApp) -> (Things, String) {
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().buyer_shows(&external, "box.png");
    app.poll(seller).await;
    let payload = json!({ "chat": chat });
    let run = Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 };
    fetch::run(run).await.expect("the picture is fetched");
    let person = app.person(Role::Operator).await;
    let reply = person.reply(chat, "Завтра").await.key.parse().expect("a reply's id");
    let file = app.sql().await.value("SELECT id FROM files").await.expect("a picture");
    let file = file.parse().expect("a file's id");
    let upload = FileId::new();
    let path = format!("/upload/{chat}/{upload}?name=a.txt");
    assert_eq!(person.post_raw(&path, "text/plain", "a text").await.status, 200);
    let saved = SavedFilterId::new();
    let query = json!({ "view": "all", "seller": null });
    let save = json!({ "saved": saved, "name": "Возвраты", "query": query, "kept": "me" });
    let _: () = person.want("inbox/save_filter", save).await;
    let quick = QuickReplyId::new();
    let form = json!({ "id": quick, "scope": { "kind": "mine" }, "title": "Own", "shortcut": "", "folder": "", "body": "x" });
    let _: () = person.want("quick_replies/save", json!({ "form": form })).await;
    let (tag, note) = (TagId::new(), NoteId::new());
    let made = json!({ "tag": tag, "name": "Made", "color": "red" });
    let () = app.person(Role::Owner).await.want("inbox/make_tag", made).await;
    let written = json!({ "chat": chat, "note": note, "text": "Завтра позвонить", "mentions": [] });
    let _: Value = person.want("inbox/write_note", written).await;
    let bulk = BulkJobId::new();
    let planned = json!({ "job": bulk, "chats": { "chosen": [chat] }, "act": { "prioritise": "high" } });
    let _: Value = person.want("inbox/plan_bulk", planned).await;
    let _: Value = person.want("inbox/start_bulk", json!({ "job": bulk })).await;
    let person = app.person(Role::Operator).await.id;
    (Things { chat, seller, reply, file, upload, saved, quick, tag, note, bulk, person }, external)
}

// --- Who may -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn every_function_is_known_here_and_in_the_docs() {
    let (file, upload) = (FileId::new(), FileId::new());
    let (saved, quick) = (SavedFilterId::new(), QuickReplyId::new());
    let (chat, seller, reply) = (ChatId::new(), SellerId::new(), ReplyId::new());
    let (tag, note) = (TagId::new(), NoteId::new());
    let bulk = BulkJobId::new();
    let person = UserId::new();
    let names = Things { chat, seller, reply, file, upload, saved, quick, tag, note, bulk, person };
    let here: BTreeSet<String> = bodies(names).into_keys().map(str::to_owned).collect();
    let registered = registered();
    assert!(!registered.is_empty());
    assert_eq!(registered, here, "the table in this file lacks a function or has one too many");
    assert_eq!(registered, demanded().into_keys().collect(), "docs/endpoints.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_may_call_anything() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let nobody = app.nobody();
    for (path, body) in bodies(things) {
        let answer = nobody.call(path, &body).await;
        assert_eq!((answer.status, answer.error()), (401, Some(AppError::Unauthorized)), "{path}");
    }
    let draft = format!("/suggestions/{}", SuggestionId::new());
    for path in ["/live", "/live?after=0", &draft] {
        assert_eq!(nobody.get(path).await.status, 401, "{path}");
    }
    for file in [format!("/files/{}", things.file), format!("/files/{}/thumb", things.file)] {
        assert_eq!(nobody.get(&file).await.status, 401, "{file}");
    }
    let upload = format!("/upload/{}/{}?name=a.txt", things.chat, FileId::new());
    assert_eq!(nobody.post_raw(&upload, "text/plain", "a text").await.status, 401);
    assert_eq!(nobody.get(&format!("/photos/{}/1", things.seller)).await.status, 401);
    for page in ["/", "/inbox", "/inbox?view=all", "/sellers", "/reports/deadlines", "/reports/deadlines.csv"]
    {
        let answer = nobody.get(page).await;
        assert_eq!(answer.status, 303, "{page}");
        assert!(answer.location().starts_with("/login"), "{page}: {}", answer.location());
    }
    let state = app.sql().await.value("SELECT state FROM sellers").await;
    assert_eq!(state.as_deref(), Some("active"), "nothing was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_may_what_the_table_says_and_nothing_else() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let demanded = demanded();
    for role in Role::ALL {
        let person = app.person(*role).await;
        for (path, body) in bodies(things) {
            let answer = person.call(path, &body).await;
            let may = role.may(demanded[path]);
            assert_eq!(answer.status != 403, may, "{role} {path}: {} {}", answer.status, answer.text);
            assert!(
                answer.status < 500 && answer.status != 401,
                "{role} {path}: {} {}",
                answer.status,
                answer.text
            );
            if !may {
                assert_eq!(answer.error(), Some(AppError::Forbidden), "{role} {path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn things_of_another_workspace_are_not_there() {
    let app = TestApp::start().await;
    let (theirs, external) = things(&app).await;
    let file = format!("/files/{}", theirs.file);
    let own = app.person(Role::Viewer).await.get(&file).await;
    assert_eq!((own.status, own.header("content-type")), (200, "image/png"), "its own workspace sees it");

    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    let before = fingerprint(&app).await;
    for (path, body) in bodies(theirs) {
        let answer = stranger.call(path, &body).await;
        match path {
            "inbox/chats"
            | "inbox/next"
            | "inbox/rows"
            | "inbox/tags"
            | "inbox/tags_in_use"
            | "inbox/make_tag"
            | "inbox/saved"
            | "inbox/saved_counts"
            | "inbox/save_filter"
            | "inbox/presence"
            | "inbox/count_bulk"
            | "inbox/bulk_jobs"
            | "notices/list"
            | "notices/mark_seen"
            | "notices/save_settings"
            | "search/find"
            | "sellers/list"
            | "sellers/stopped"
            | "users/people"
            | "users/staff"
            | "users/add"
            | "users/workspace"
            | "users/zones"
            | "users/change_workspace"
            // Of what is not there nothing is told.
            | "inbox/notes"
            | "inbox/filter_uses"
            | "inbox/before_leaving"
            | "quick_replies/list"
            | "knowledge/list"
            | "knowledge/save"
            | "knowledge/import"
            | "suggestions/models"
            | "suggestions/report"
            | "suggestions/save_settings"
            | "suggestions/save_provider"
            | "suggestions/arrange"
            | "wording/rules"
            | "wording/settings"
            | "sla/settings"
            | "sla/apply"
            | "sla/applied"
            | "sla/supervisor"
            | "sla/remove_supervisor"
            | "sla/versions"
            | "sla/preview"
            | "sla/report" => {
                assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            }
            // The id of a quick reply is made by the browser: in another workspace it is another one.
            "quick_replies/save" => assert_eq!(answer.status, 200, "{path}: {}", answer.text),
            "quick_replies/attach" | "quick_replies/delete" | "quick_replies/used" => {
                assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.text);
            }
            // None of the chats is theirs.
            "inbox/plan_bulk" => assert_eq!(answer.status, 422, "{path}: {}", answer.text),
            "users/change_password" => assert_eq!(answer.status, 422, "{path}: {}", answer.text),
            "wording/save" | "sla/save" | "sla/save_supervisor" => assert_eq!(answer.status, 422, "{path}: {}", answer.text),
            "sellers/connect" => assert_eq!(answer.status, 422, "{path}: {}", answer.text),
            _ => assert_eq!((answer.status, answer.error()), (404, Some(AppError::NotFound)), "{path}"),
        }
        let secrets =
            [external.as_str(), "Где заказ", "Завтра", "Shop", "100200", "Возвраты", "Some operator"];
        assert!(secrets.iter().all(|secret| !answer.text.contains(secret)), "{path}: {}", answer.text);
    }
    let of_seller = json!({ "query": { "view": "all", "seller": theirs.seller }, "after": null });
    let list: Value = stranger.want("inbox/chats", of_seller).await;
    assert_eq!((&list["page"]["items"], &list["counts"]["all"]), (&json!([]), &json!(0)));
    // The right name does not help either, nor does a reply of one's own under their id.
    let remove = json!({ "seller": theirs.seller, "name": "Shop" });
    assert_eq!(stranger.call("sellers/remove", &remove).await.status, 404);
    let reply = json!({ "chat": theirs.chat, "reply": theirs.reply, "text": "mine" });
    assert_eq!(stranger.call("inbox/reply", &reply).await.status, 404);
    assert_eq!(stranger.get(&file).await.status, 404);
    assert_eq!(stranger.get(&format!("{file}/thumb")).await.status, 404);
    let upload = format!("/upload/{}/{}?name=a.txt", theirs.chat, FileId::new());
    assert_eq!(stranger.post_raw(&upload, "text/plain", "a text").await.status, 404);
    let page = stranger.get(&format!("/inbox/{}", theirs.chat)).await;
    assert!(!page.text.contains("Где заказ"));
    assert_eq!(fingerprint(&app).await, before, "nothing of theirs has changed");
}

/// Everything of the first workspace that a stranger could have changed.
async fn fingerprint(app: &TestApp) -> Vec<String> {
    let sql = app.sql().await;
    let mut rows = Vec::new();
    for table in [
        "sellers",
        "chats",
        "orders",
        "products",
        "messages",
        "replies",
        "drafts",
        "chat_seen",
        "events",
        "users",
        "files",
        "saved_filters",
        "quick_replies",
        "articles",
        "article_embeddings",
        "suggestions",
        "suggestion_settings",
        "model_providers",
        "model_calls",
        "wording_versions",
        "policy_versions",
        "presences",
        "notices",
        "notice_settings",
        "tags",
        "chat_tags",
        "chat_stars",
        "activities",
        "notes",
        "note_mentions",
        "bulk_jobs",
        "bulk_items",
    ] {
        let query =
            format!("SELECT t::text FROM {table} t WHERE workspace_id = '{}' ORDER BY 1", app.workspace);
        rows.extend(sql.column(&query).await);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_a_workspace_tells_nothing_of_another() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    let mut live = Live::open(&stranger, 0).await;
    let person = app.person(Role::Operator).await;
    person.reply(chat, "Завтра").await;
    let seller = SellerId::new();
    agentiq::platform::live::append(&mut *app.conn().await, elsewhere, &[Change::Seller { seller }])
        .await
        .expect("an event");
    let first = live.next_change().await;
    assert_eq!(
        (first.seq, first.change),
        (1, Change::Seller { seller }),
        "the first thing it hears is its own"
    );
}

// --- From where ----------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_make_a_browser_do_anything() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let owner = app.person(Role::Owner).await;
    let before = fingerprint(&app).await;
    let evil = "https://evil.example";
    let origins: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site"), ("origin", evil)],
        &[("sec-fetch-site", "same-site"), ("origin", evil)],
        &[("origin", evil)],
        &[("origin", "null")],
    ];
    let mut targets: Vec<(String, String, &str)> = bodies(things)
        .into_iter()
        .map(|(path, body)| (format!("/api/{path}"), body.to_string(), "application/json"))
        .collect();
    // What a foreign form can send without asking.
    targets.push(("/api/inbox/reply".into(), bodies(things)["inbox/reply"].to_string(), "text/plain"));
    targets.push((
        format!("/upload/{}/{}?name=a.txt", things.chat, FileId::new()),
        "text".into(),
        "text/plain",
    ));
    for path in ["/login", "/logout", "/setup", "/preferences"] {
        targets.push((path.into(), "theme=dark".into(), "application/x-www-form-urlencoded"));
    }
    for (path, body, kind) in &targets {
        for headers in origins {
            let mut request =
                owner.request(Method::POST, path).header("content-type", *kind).body(body.clone());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}: {}", answer.text);
            assert!(answer.set_cookies().is_empty(), "{path}");
        }
    }
    assert_eq!(fingerprint(&app).await, before, "nothing was done");

    let own = owner
        .request(Method::POST, "/api/sellers/list")
        .header("content-type", "application/json")
        .body("{}");
    let own = own.header("sec-fetch-site", "same-origin").header("origin", app.url.clone());
    assert_eq!(Answer::of(own).await.status, 200, "our own pages may");
}

// --- With what body ------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_make_no_sense_are_refused_in_words() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let owner = app.person(Role::Owner).await;
    let before = fingerprint(&app).await;
    for (path, good) in bodies(things) {
        let fields: Vec<&String> = good.as_object().expect("an object").keys().collect();
        let takes_nothing = fields.is_empty();
        let mut bad = vec!["{".into(), "nonsense".into(), String::new(), "\u{0}".into()];
        bad.push("[".repeat(10_000));
        if !takes_nothing {
            bad.extend(["{}", "[]", "null", "\"text\"", "17"].map(str::to_owned));
            for field in &fields {
                let mut missing = good.clone();
                missing.as_object_mut().expect("an object").remove(*field);
                let is_nowhere = path == "inbox/look" && *field == "chat"
                    || path == "suggestions/ask" && *field == "draft";
                let may_be_absent = is_nowhere || ["after", "before", "seen"].contains(&field.as_str());
                if !may_be_absent {
                    bad.push(missing.to_string());
                }
                for wrong in [json!([[]]), json!({ "a": 1 }), json!(1.5e300), json!(true)] {
                    let mut body = good.clone();
                    body[field.as_str()] = wrong;
                    bad.push(body.to_string());
                }
            }
        }
        for body in bad {
            for kind in ["application/json", "text/plain"] {
                let answer = owner.post_raw(&format!("/api/{path}"), kind, body.clone()).await;
                let shown: String = body.chars().take(80).collect();
                assert!(
                    (400..500).contains(&answer.status),
                    "{path} {shown}: {} {}",
                    answer.status,
                    answer.text
                );
                assert_eq!(answer.error(), Some(AppError::BadRequest), "{path} {shown}: {}", answer.text);
            }
        }
        let not_utf8 =
            owner.post_raw(&format!("/api/{path}"), "application/json", vec![0xff, 0xfe, b'{']).await;
        assert_eq!(not_utf8.error(), Some(AppError::BadRequest), "{path}: {}", not_utf8.text);
    }
    assert_eq!(fingerprint(&app).await, before, "nothing was done");
    let unknown = owner.call("inbox/no_such_function", &json!({})).await;
    assert!((400..500).contains(&unknown.status), "{} {}", unknown.status, unknown.text);
    assert!((400..500).contains(&owner.get("/api/inbox/chats").await.status), "functions are posted");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_five_megabytes_are_refused_in_words() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let owner = app.person(Role::Owner).await;
    let text = "x".repeat(5 * 1024 * 1024);
    let too_large = AppError::TooLarge { max_bytes: 256 * 1024 };
    for (path, _) in bodies(things) {
        for has_length in [true, false] {
            let body = json!({ "chat": things.chat, "reply": ReplyId::new(), "text": text }).to_string();
            let (status, answer) =
                post_slowly(&app, &owner, &format!("/api/{path}"), &body, has_length).await;
            assert_eq!(status, 413, "{path}, length told: {has_length}: {answer}");
            assert_eq!(serde_json::from_str(&answer).ok(), Some(too_large.clone()), "{path}: {answer}");
        }
    }
    for path in ["/login", "/setup", "/preferences", "/logout"] {
        for has_length in [true, false] {
            let body = format!("email={text}");
            let person = app.person(Role::Viewer).await;
            let (status, answer) = post_slowly(&app, &person, path, &body, has_length).await;
            assert!(status < 500, "{path}, length told: {has_length}: {status} {answer}");
        }
    }
    let list = owner.call("sellers/list", &json!({})).await;
    assert_eq!(list.status, 200, "and the server goes on");
}

/// Posts by hand and reads the answer while writing: a server may answer before it has read everything.
async fn post_slowly(
    app: &TestApp,
    person: &Person,
    path: &str,
    body: &str,
    has_length: bool,
) -> (u16, String) {
    let host = app.url.trim_start_matches("http://");
    let (mut reader, mut writer) = TcpStream::connect(host).await.expect("a connection").into_split();
    let cookies: Vec<String> = person.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let kind =
        if path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
    let length = if has_length {
        format!("content-length: {}", body.len())
    } else {
        "transfer-encoding: chunked".into()
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\ncontent-type: {kind}\r\nconnection: close\r\n{length}\r\n\r\n",
        cookies.join("; ")
    );
    let body = body.to_owned();
    let writing = tokio::spawn(async move {
        writer.write_all(head.as_bytes()).await?;
        for piece in body.as_bytes().chunks(64 * 1024) {
            if !has_length {
                writer.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
            }
            writer.write_all(piece).await?;
            if !has_length {
                writer.write_all(b"\r\n").await?;
            }
        }
        if !has_length {
            writer.write_all(b"0\r\n\r\n").await?;
        }
        Ok::<_, std::io::Error>(writer)
    });
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match tokio::time::timeout(Duration::from_secs(20), reader.read(&mut buffer))
            .await
            .expect("an answer")
        {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            // The server has closed with some of the body unread; what it said came before.
            Err(_) => break,
        }
    }
    writing.abort();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let (_, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    // A chunked answer has the length before and after.
    let text = if text.starts_with('{') { text } else { text.split("\r\n").nth(1).unwrap_or(text) };
    (status.unwrap_or_else(|| panic!("no answer: {answer}")), text.to_owned())
}

// --- What answers carry --------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    for public_url in [None, Some("https://chat.example")] {
        let app = TestApp::with(Setting { public_url, ..Setting::default() }).await;
        let owner = app.person(Role::Owner).await;
        let mut answers =
            vec![owner.call("sellers/list", &json!({})).await, owner.call("sellers/list", &"no").await];
        answers.push(app.nobody().call("sellers/list", &json!({})).await);
        answers.push(app.nobody().get("/login").await);
        for path in [
            "/",
            "/inbox",
            "/sellers",
            "/no-such-page",
            "/no/such/page.js",
            "/pkg/no-such-file.js",
            "/pkg/../Cargo.toml",
            "/favicon.svg",
            "/robots.txt",
            "/healthz",
            "/readyz",
            "/live?after=nonsense",
            "/files/a",
            "/files/a/thumb",
            "/photos/a/b",
        ] {
            answers.push(owner.get(path).await);
        }
        let cross_site = owner.request(Method::POST, "/logout").header("sec-fetch-site", "cross-site");
        answers.push(Answer::of(cross_site).await);
        for answer in answers {
            assert!(answer.status < 500, "{answer:?}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{answer:?}");
            assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{answer:?}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{answer:?}");
            assert!(
                answer.header("content-security-policy").contains("frame-ancestors 'none'"),
                "{answer:?}"
            );
            assert!(!answer.header("x-request-id").is_empty(), "{answer:?}");
            let is_https = public_url.is_some();
            assert_eq!(answer.headers.contains_key("strict-transport-security"), is_https, "{answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pages_policy_has_a_nonce_of_its_own() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    let mut nonces = BTreeSet::new();
    for path in ["/inbox", "/inbox", "/sellers", "/no-such-page"] {
        let page = person.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        let nonce = policy.split("script-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        let nonce = nonce.unwrap_or_else(|| panic!("{path}: {policy}")).to_owned();
        assert!(
            !policy.contains("script-src 'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        for tag in page.text.split("<script").skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            assert!(tag.contains(&nonce), "{path}: <script{tag}>");
        }
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 4, "a new one for each page");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pages_stay_out_of_caches() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    for path in ["/inbox", "/sellers"] {
        assert_eq!(person.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

// As many threads as the program itself has at least: with fewer, drawing can stall.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_answers_whole_under_load() {
    let app = TestApp::start().await;
    let (things, _) = things(&app).await;
    let empty = TestApp::with(Setting { empty: true, ..Setting::default() }).await;
    let person = app.person(Role::Owner).await;
    let pages: Vec<(&str, Person, String, u16)> = vec![
        ("/login", app.nobody(), "/login".into(), 200),
        ("/setup", empty.nobody(), "/setup".into(), 200),
        ("/inbox", person.clone(), "/inbox?view=all".into(), 200),
        ("/inbox/{chat}", person.clone(), format!("/inbox/{}", things.chat), 200),
        ("/inbox/{chat}", person.clone(), format!("/inbox/{}", ChatId::new()), 200),
        ("/inbox", person.clone(), format!("/inbox?saved={}", SavedFilterId::new()), 200),
        ("/sellers", person.clone(), "/sellers".into(), 200),
        ("/search", person.clone(), "/search?q=order".into(), 200),
        ("/settings", person.clone(), "/settings".into(), 200),
        ("/settings/filters", person.clone(), "/settings/filters".into(), 200),
        ("/settings/keys", person.clone(), "/settings/keys".into(), 200),
        ("/settings/knowledge", person.clone(), "/settings/knowledge".into(), 200),
        ("/settings/models", person.clone(), "/settings/models".into(), 200),
        ("/settings/notices", person.clone(), "/settings/notices".into(), 200),
        ("/settings/quick-replies", person.clone(), "/settings/quick-replies".into(), 200),
        ("/settings/wording", person.clone(), "/settings/wording".into(), 200),
        ("/settings/deadlines", person.clone(), "/settings/deadlines".into(), 200),
        ("/settings/calendars", person.clone(), "/settings/calendars".into(), 200),
        ("/reports/deadlines", person.clone(), "/reports/deadlines?days=7".into(), 200),
        ("/reports/suggestions", person.clone(), "/reports/suggestions".into(), 200),
        ("/settings/tags", person.clone(), "/settings/tags".into(), 200),
        ("/settings/people", person.clone(), "/settings/people".into(), 200),
        ("/settings/workspace", person.clone(), "/settings/workspace".into(), 200),
        ("", person, "/no-such-page".into(), 404),
    ];
    let listed: BTreeSet<String> = agentiq::server::router::page_routes()
        .iter()
        .map(|route| route.path().to_owned())
        .filter(|path| path != "/")
        .collect();
    let tried: BTreeSet<String> =
        pages.iter().map(|page| page.0.to_owned()).filter(|path| !path.is_empty()).collect();
    assert_eq!(listed, tried, "every page has to be tried here");
    for (_, person, path, status) in pages {
        let mut answers = futures::stream::iter((0..100).map(|_| person.get(&path))).buffer_unordered(20);
        while let Some(answer) = answers.next().await {
            // What comes after the document are scripts that the stream appends.
            let (_, after) = answer.text.rsplit_once("</html>").unwrap_or(("", "nothing"));
            let is_whole = after.is_empty() || after.ends_with("</script>");
            assert_eq!((answer.status, is_whole), (status, true), "{path}: {}", answer.text);
        }
    }
}
