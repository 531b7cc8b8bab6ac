//! Files of chats: those that come in messages, and those that are sent.

use crate::harness::{Answer, Person, Setting, TestApp, eventually, until};
use agentiq::connectors::sandbox::ozon::{DEMO_CLIENT_ID, Faults, NewChat, Part};
use agentiq::features::files::server::{fetch, prune};
use agentiq::features::files::types::{AttachmentKind, FileProblem, FileState, FileView, MAX_UPLOAD};
use agentiq::features::inbox::types::{Author, ChatView, FailureReason, MessageView, ReplyState, View};
use agentiq::features::quick_replies::types::Offer;
use agentiq::platform::http::percent_encode;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ChatId, FileId, QuickReplyId, ReplyId, WorkspaceId};
use agentiq::shared::media_type::MediaType;
use agentiq::shared::role::Role;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::json;
use std::io::Cursor;
use std::time::Duration;

/// A picture that no other test has.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let seed = uuid::Uuid::new_v4().as_bytes()[0];
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, seed]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

/// Uploads a file for a chat.
async fn upload(person: &Person, chat: ChatId, id: FileId, name: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("/upload/{chat}/{id}?name={}", percent_encode(name, b""));
    Answer::of(person.request(Method::POST, &path).body(bytes)).await
}

/// The bytes behind an address.
async fn bytes(person: &Person, path: &str) -> Vec<u8> {
    let answer = person.request(Method::GET, path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.expect("whole").to_vec()
}

/// The one file of a message that came in.
fn incoming(view: &ChatView) -> Option<FileView> {
    let message = view
        .messages
        .items
        .iter()
        .find(|message| message.author == Author::Buyer && !message.attachments.is_empty())?;
    message.attachments[0].file.clone()
}

/// The file once it has a state.
async fn file_is(person: &Person, chat: ChatId, state: FileState) -> FileView {
    eventually(&format!("the file is {state}"), async || {
        incoming(&person.open(chat).await).filter(|file| file.state == state)
    })
    .await
}

/// A reply once it has a state.
async fn reply_is(person: &Person, chat: ChatId, reply: ReplyId, state: ReplyState) -> MessageView {
    let key = reply.to_string();
    eventually(&format!("the reply is {state}"), async || {
        let messages = person.open(chat).await.messages.items;
        let shown: Vec<MessageView> = messages.into_iter().filter(|message| message.key == key).collect();
        assert!(shown.len() <= 1, "shown twice: {shown:?}");
        shown.into_iter().find(|message| message.delivery.as_ref().is_some_and(|is| is.state == state))
    })
    .await
}

/// Runs the job that fetches a chat's files once.
async fn fetch_once(app: &TestApp, chat: ChatId) -> Verdict {
    let payload = json!({ "chat": chat });
    let run = Run { app: app.app.for_work(), workspace: app.workspace, payload, attempt: 1 };
    fetch::run(run).await.expect("a run")
}

/// Lets the pauses of files that were tried in vain be over.
async fn pauses_pass(app: &TestApp) {
    app.sql().await.run("UPDATE files SET tried_at = tried_at - interval '1 hour'").await;
}

/// Runs the job that fetches a chat's files until it is done.
async fn fetch_all(app: &TestApp, chat: ChatId) {
    until("the files are settled", async || {
        let is_done = fetch_once(app, chat).await == Verdict::Done;
        pauses_pass(app).await;
        is_done
    })
    .await;
}

// --- In ------------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_buyers_picture_is_fetched_once_and_served_safely() {
    let app = TestApp::working().await;
    let (seller, external, chat) = app.shop_with_chat("Пришла разбитая").await;
    app.ozon().buyer_shows(&external, "box.png");
    app.poll(seller).await;
    let person = app.person(Role::Viewer).await;
    let file = file_is(&person, chat, FileState::Stored).await;
    assert_eq!((file.media_type, file.width, file.height), (Some(MediaType::Png), Some(160), Some(120)));

    let whole = person.get(&file.address()).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/png"));
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("content-security-policy").contains("sandbox"));
    assert!(whole.header("content-disposition").starts_with("inline; filename*=UTF-8''"));
    assert!(whole.header("cache-control").starts_with("private"));
    assert_eq!(whole.header("content-length"), file.size.unwrap_or_default().to_string());
    let known = person.request(Method::GET, &file.address()).header("if-none-match", whole.header("etag"));
    assert_eq!(Answer::of(known).await.status, 304);
    let thumb = bytes(&person, &file.thumb_address()).await;
    let thumb = image::load_from_memory(&thumb).expect("a picture");
    assert_eq!((thumb.width(), thumb.height()), (160, 120));

    let sql = app.sql().await;
    let fetched = || {
        app.ozon()
            .calls()
            .into_iter()
            .filter(|(path, _)| path.contains("/file/"))
            .map(|(_, n)| n)
            .sum::<u64>()
    };
    let before = fetched();
    app.poll(seller).await;
    person.open(chat).await;
    until("nothing is left to do", async || {
        sql.number("SELECT count(*) FROM jobs WHERE kind = 'files.fetch'").await == 0
    })
    .await;
    assert_eq!(fetched(), before, "what is here is not fetched again");
    assert_eq!(sql.number("SELECT count(*) FROM files").await, 1);

    let page = person.get(&format!("/inbox/{chat}")).await.text;
    assert!(page.contains(&file.thumb_address()), "the page is drawn with it");
    assert!(!page.contains("/v2/chat/file/"), "where the marketplace keeps it is nothing for browsers");

    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    for path in [file.address(), file.thumb_address()] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        assert_eq!(app.nobody().get(&path).await.status, 401, "{path}");
    }
    assert_eq!(stranger.ask("files/fetch_again", json!({ "file": file.id })).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_imported_history_are_fetched_when_the_chat_is_opened() {
    let app = TestApp::start().await;
    let external = app.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
    app.ozon().buyer_shows(&external, "old.png");
    let seller = app.connect_shop().await;
    app.poll(seller).await;
    let chat = app.chat(&external).await;
    let sql = app.sql().await;
    sql.run(
        "UPDATE sellers SET clock_from = now() + interval '1 minute'; DELETE FROM files; DELETE FROM jobs",
    )
    .await;
    app.poll(seller).await;
    assert_eq!(sql.number("SELECT count(*) FROM files").await, 0, "nobody has asked for it");

    let person = app.person(Role::Operator).await;
    let file = incoming(&person.open(chat).await).expect("it is asked for now");
    assert_eq!(file.state, FileState::Waiting);
    assert_eq!(sql.number("SELECT count(*) FROM jobs WHERE kind = 'files.fetch'").await, 1);
    let lane = sql.value("SELECT lane FROM jobs WHERE kind = 'files.fetch'").await;
    assert_eq!(lane, Some(format!("{seller} background")), "it takes no worker from replies");
    person.open(chat).await;
    assert_eq!(sql.number("SELECT count(*) FROM files").await, 1, "once");
    fetch_all(&app, chat).await;
    assert_eq!(incoming(&person.open(chat).await).map(|file| file.state), Some(FileState::Stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_elsewhere_is_refused_in_words_and_asked_for_only_by_hand() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().buyer_shows(&external, "a.png");
    app.poll(seller).await;
    let sql = app.sql().await;
    // A host that is none of Ozon's: nothing may be sent there, least of all the key.
    let thief = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = thief.local_addr().expect("an address");
    sql.run(&format!("UPDATE files SET url = 'http://{address}/v2/chat/file/a.png'")).await;
    fetch_all(&app, chat).await;
    let person = app.person(Role::Operator).await;
    let file = incoming(&person.open(chat).await).expect("the file");
    assert_eq!((file.state, file.problem), (FileState::Failed, Some(FileProblem::Refused)));
    let visit = tokio::time::timeout(Duration::from_millis(50), thief.accept()).await;
    assert!(visit.is_err(), "nobody has been there");
    assert_eq!(person.get(&file.address()).await.status, 404);

    sql.run("UPDATE files f SET url = m.attachments -> 0 ->> 'url' FROM messages m WHERE m.external_id = f.message_id").await;
    assert_eq!(person.ask("files/fetch_again", json!({ "file": file.id })).await.0, 200);
    fetch_all(&app, chat).await;
    assert_eq!(incoming(&person.open(chat).await).map(|file| file.state), Some(FileState::Stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_nobody_hands_out_is_tried_again_with_growing_pauses_and_then_left() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().buyer_shows(&external, "a.png");
    app.poll(seller).await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults { unavailable: true, ..Faults::default() });
    let mut pauses = Vec::new();
    for tried in 1..5 {
        let verdict = fetch_once(&app, chat).await;
        let Verdict::Again(pause) = verdict else { panic!("after try {tried}: {verdict:?}") };
        pauses.push(pause);
        let file = incoming(&person.open(chat).await).expect("the file");
        assert_eq!(file.state, FileState::Waiting, "after try {tried}");
        pauses_pass(&app).await;
    }
    let (first, last) = (pauses[0], pauses[3]);
    assert!(first <= Duration::from_secs(2) && last > Duration::from_secs(8), "{pauses:?}");
    assert_eq!(fetch_once(&app, chat).await, Verdict::Done);
    let file = incoming(&person.open(chat).await).expect("the file");
    assert_eq!((file.state, file.problem), (FileState::Failed, Some(FileProblem::Unreachable)));

    app.ozon().set_faults(Faults::default());
    assert_eq!(person.ask("files/fetch_again", json!({ "file": file.id })).await.0, 200);
    fetch_all(&app, chat).await;
    assert_eq!(incoming(&person.open(chat).await).map(|file| file.state), Some(FileState::Stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_pretends_to_be_a_picture_is_a_download() {
    let app = TestApp::start().await;
    let (seller, external, chat) = app.shop_with_chat("Где заказ?").await;
    app.ozon().buyer_shows(&external, "a.png");
    app.poll(seller).await;
    fetch_all(&app, chat).await;
    let sql = app.sql().await;
    let key = sql.value("SELECT key FROM files").await.expect("a key");
    let (year, rest) = (chrono::Utc::now().format("/%Y/").to_string(), app.workspace.to_string());
    assert!(key.starts_with(&rest) && key.contains(&year) && !key.contains("a.png"), "{key}");
    // As if the marketplace had given a page for a picture.
    sql.run("UPDATE files SET media_type = 'text/plain', width = NULL").await;
    let person = app.person(Role::Viewer).await;
    let file = incoming(&person.open(chat).await).expect("the file");
    let answer = person.get(&file.address()).await;
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert!(answer.header("content-disposition").starts_with("attachment;"));
}

// --- Uploads -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_tried_twice_is_one_file() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let (id, picture) = (FileId::new(), png(640, 320));
    let first: FileView = upload(&person, chat, id, "фото 1.png", picture.clone()).await.value();
    assert_eq!((first.state, first.width, first.height), (FileState::Stored, Some(640), Some(320)));
    let again: FileView = upload(&person, chat, id, "другое.png", png(10, 10)).await.value();
    assert_eq!(again, first, "the id is the file");
    assert_eq!(bytes(&person, &first.address()).await, picture);
    let thumb = image::load_from_memory(&bytes(&person, &first.thumb_address()).await).expect("a picture");
    assert_eq!((thumb.width(), thumb.height()), (480, 240));

    let other = app.person(Role::Operator).await;
    assert_eq!(upload(&other, chat, id, "a.png", png(10, 10)).await.status, 404, "it is somebody else's");
    let viewer = app.person(Role::Viewer).await;
    assert_eq!(upload(&viewer, chat, FileId::new(), "a.png", png(10, 10)).await.status, 403);
    assert_eq!(upload(&app.nobody(), chat, FileId::new(), "a.png", png(10, 10)).await.status, 401);
    assert_eq!(upload(&person, ChatId::new(), FileId::new(), "a.png", png(10, 10)).await.status, 404);
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    assert_eq!(upload(&stranger, chat, FileId::new(), "a.png", png(10, 10)).await.status, 404);
    let foreign = person
        .request(Method::POST, &format!("/upload/{chat}/{}?name=a.png", FileId::new()))
        .header("sec-fetch-site", "cross-site")
        .body(png(10, 10));
    assert_eq!(Answer::of(foreign).await.status, 403);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM files").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused_in_words() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let truncated = png(200, 200)[..100].to_vec();
    let cases = [
        ("a.exe", b"MZ".to_vec(), Refusal::FileKindNotTaken),
        ("a.svg", b"<svg/>".to_vec(), Refusal::FileKindNotTaken),
        ("", png(10, 10), Refusal::FileKindNotTaken),
        ("a.png", b"<svg onload='alert(1)'/>".to_vec(), Refusal::FileContentDiffers),
        ("a.pdf", png(10, 10), Refusal::FileContentDiffers),
        ("a.png", truncated, Refusal::PictureUnreadable),
        ("a.pdf", Vec::new(), Refusal::FileEmpty),
        (
            "a.txt",
            vec![b'a'; MAX_UPLOAD as usize + 1],
            Refusal::FileTooLarge { max_bytes: MAX_UPLOAD as u32 },
        ),
    ];
    for (name, content, refusal) in cases {
        let answer = upload(&person, chat, FileId::new(), name, content).await;
        assert_eq!((answer.status, answer.error()), (422, Some(AppError::Refused(refusal))), "{name}");
    }
    assert_eq!(app.sql().await.number("SELECT count(*) FROM files WHERE state = 'stored'").await, 0);
    let text: FileView =
        upload(&person, chat, FileId::new(), "a.txt", vec![b'a'; MAX_UPLOAD as usize]).await.value();
    assert_eq!((text.media_type, text.size), (Some(MediaType::Text), Some(MAX_UPLOAD as i64)));
    let document = person.get(&text.address()).await;
    assert!(document.header("content-disposition").starts_with("attachment;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uploads_without_end() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    for _ in 0..30 {
        assert_eq!(upload(&person, chat, FileId::new(), "a.txt", b"a".to_vec()).await.status, 200);
    }
    let refused = upload(&person, chat, FileId::new(), "a.txt", b"a".to_vec()).await;
    assert!(matches!(refused.error(), Some(AppError::RateLimited { .. })), "{}", refused.text);
    assert!(!refused.header("retry-after").is_empty());
    let other = app.person(Role::Operator).await;
    assert_eq!(upload(&other, chat, FileId::new(), "a.txt", b"a".to_vec()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_nobody_sends_are_deleted_after_a_day() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let (sent, unsent, fresh) = (FileId::new(), FileId::new(), FileId::new());
    for id in [sent, unsent, fresh] {
        assert_eq!(upload(&person, chat, id, "a.png", png(20, 20)).await.status, 200);
    }
    let _: MessageView =
        person.want("inbox/send_file", json!({ "chat": chat, "reply": ReplyId::new(), "file": sent })).await;
    let sql = app.sql().await;
    sql.run(&format!("UPDATE files SET created_at = now() - interval '25 hours' WHERE id <> '{fresh}'"))
        .await;
    let key = sql.value(&format!("SELECT key FROM files WHERE id = '{unsent}'")).await.expect("a key");
    let due = prune::enqueue_due(&mut *app.conn().await, chrono::Utc::now()).await.expect("asked");
    assert_eq!(due, 1);
    let run = Run { app: app.app.for_work(), workspace: app.workspace, payload: json!({}), attempt: 1 };
    assert_eq!(prune::run(run).await.expect("a run"), Verdict::Done);
    let left = sql.column("SELECT id::text FROM files ORDER BY id").await;
    let mut expected = [sent.to_string(), fresh.to_string()];
    expected.sort();
    assert_eq!(left, expected);
    assert_eq!(app.app.files.get(&key).await.expect("an answer"), None);
    let thumb = format!("{key}-thumb");
    assert_eq!(app.app.files.get(&thumb).await.expect("an answer"), None);
}

// --- Out -----------------------------------------------------------------------------------------------------------

/// Uploads a file and sends it.
async fn send(person: &Person, chat: ChatId, name: &str, content: Vec<u8>) -> (ReplyId, FileView) {
    let (id, reply) = (FileId::new(), ReplyId::new());
    let file: FileView = upload(person, chat, id, name, content).await.value();
    let shown: MessageView =
        person.want("inbox/send_file", json!({ "chat": chat, "reply": reply, "file": id })).await;
    assert_eq!(shown.attachments[0].file.as_ref().map(|file| file.id), Some(id), "shown at once");
    (reply, file)
}

/// Bytes of a file as the sandbox has them.
async fn arrived(app: &TestApp, external: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for message in app.ozon().messages(external).into_iter().filter(|message| message.by_api) {
        let (Part::Picture(name) | Part::File(name)) = message.part else { continue };
        let request = app.nobody().client.get(format!("{}/v2/chat/file/{name}", app.sandbox.url()));
        let request = request.header("client-id", DEMO_CLIENT_ID);
        let request = request.header("api-key", agentiq::connectors::sandbox::ozon::DEMO_API_KEY);
        all.push(request.send().await.expect("an answer").bytes().await.expect("whole").to_vec());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_document_arrive_once_as_they_were_uploaded() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Пришлите фото и счёт").await;
    let person = app.person(Role::Operator).await;
    let (picture, document) = (png(300, 200), b"%PDF-1.7 invoice".to_vec());
    let (first, file) = send(&person, chat, "фото.png", picture.clone()).await;
    let (second, _) = send(&person, chat, "invoice 1.pdf", document.clone()).await;
    let text = person.reply(chat, "Вот они").await.key.parse().expect("an id");

    let shown = reply_is(&person, chat, first, ReplyState::Visible).await;
    assert_eq!((shown.body.as_str(), shown.attachments[0].kind), ("", AttachmentKind::Image));
    assert_eq!(
        shown.attachments[0].file.as_ref().map(|shown| shown.id),
        Some(file.id),
        "ours, not fetched anew"
    );
    let shown = reply_is(&person, chat, second, ReplyState::Visible).await;
    assert_eq!(
        (shown.attachments[0].kind, shown.attachments[0].name.as_str()),
        (AttachmentKind::File, "invoice 1.pdf")
    );
    reply_is(&person, chat, text, ReplyState::Visible).await;
    let sent: Vec<String> = app.ozon().sends(&external).into_iter().map(|send| send.text).collect();
    assert_eq!(sent, ["фото.png", "invoice 1.pdf", "Вот они"], "in the order of writing");
    assert_eq!(arrived(&app, &external).await, [picture, document]);
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM files WHERE origin = 'incoming'").await, 0);
    assert_eq!(person.row(chat).await.unanswered_since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_is_sent_by_one_reply_and_only_by_its_owner() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let (reply, file) = send(&person, chat, "a.png", png(20, 20)).await;
    let arguments = json!({ "chat": chat, "reply": reply, "file": file.id });
    assert_eq!(
        person.ask("inbox/send_file", arguments).await.0,
        200,
        "the same reply again is the same reply"
    );
    let twice = json!({ "chat": chat, "reply": ReplyId::new(), "file": file.id });
    assert_eq!(person.ask("inbox/send_file", twice.clone()).await.0, 404);
    let other = app.person(Role::Operator).await;
    let stolen = other.call("inbox/send_file", &twice).await;
    assert_eq!(stolen.error(), Some(AppError::Refused(Refusal::FileNotThere)));
    let absent = json!({ "chat": chat, "reply": ReplyId::new(), "file": FileId::new() });
    assert_eq!(
        person.call("inbox/send_file", &absent).await.error(),
        Some(AppError::Refused(Refusal::FileNotThere))
    );
    assert_eq!(app.sql().await.number("SELECT count(*) FROM replies").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_answer_is_lost_is_one_picture() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Пришлите фото").await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults {
        accept_then_reset: 1.0,
        only: Some("/v1/chat/send/file".into()),
        times: Some(1),
        ..Faults::default()
    });
    let (picture, _) = send(&person, chat, "a.png", png(50, 50)).await;
    reply_is(&person, chat, picture, ReplyState::Visible).await;
    assert_eq!(app.ozon().sends(&external).len(), 1);

    app.ozon().set_faults(Faults {
        reset_before: 1.0,
        only: Some("/v1/chat/send/file".into()),
        times: Some(1),
        ..Faults::default()
    });
    let (document, _) = send(&person, chat, "a.pdf", b"%PDF-1.7".to_vec()).await;
    reply_is(&person, chat, document, ReplyState::Visible).await;
    assert_eq!(app.ozon().sends(&external).len(), 2, "what never arrived is sent again, once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_might_be_ours_is_never_sent_again() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Пришлите счёт").await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults {
        reset_before: 1.0,
        only: Some("/v1/chat/send/file".into()),
        ..Faults::default()
    });
    let (reply, _) = send(&person, chat, "invoice.pdf", b"%PDF-1.7".to_vec()).await;
    reply_is(&person, chat, reply, ReplyState::Sending).await;
    // Meanwhile somebody sends another document in the cabinet: from here nobody can tell them apart for sure.
    app.ozon().cabinet_sends(&external, Part::File("8f3c12ab.pdf".into()));
    app.ozon().set_faults(Faults::default());
    let shown = reply_is(&person, chat, reply, ReplyState::Unsure).await;
    assert_eq!(shown.delivery.and_then(|delivery| delivery.reason), Some(FailureReason::CannotTell));
    assert_eq!(app.ozon().sends(&external).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_moderation_withdraws_reopens_the_chat() {
    let app = TestApp::working().await;
    let (_, external, chat) = app.shop_with_chat("Пришлите фото").await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults { moderate_ms: Some(1500), moderation_fails: 1.0, ..Faults::default() });
    let waits_since = person.row(chat).await.unanswered_since;
    let (reply, file) = send(&person, chat, "a.png", png(50, 50)).await;
    let shown = eventually("the picture is in moderation", async || {
        let messages = person.open(chat).await.messages.items;
        messages.into_iter().find(|it| it.delivery.as_ref().is_some_and(|delivery| delivery.is_in_moderation))
    })
    .await;
    assert_eq!(shown.delivery.map(|delivery| delivery.state), Some(ReplyState::Sent));
    assert_eq!(person.row(chat).await.unanswered_since, None, "until it is decided, the buyer is answered");

    let shown = reply_is(&person, chat, reply, ReplyState::Rejected).await;
    assert_eq!(
        shown.delivery.and_then(|delivery| delivery.reason),
        Some(FailureReason::RejectedByModeration)
    );
    assert_eq!(shown.attachments[0].file.as_ref().map(|shown| shown.id), Some(file.id));
    assert_eq!(person.row(chat).await.unanswered_since, waits_since, "the buyer waits as before");
    assert_eq!(person.list(View::Waiting).await.counts.waiting, 1);
    assert_eq!(
        person.ask("inbox/retry", json!({ "reply": reply })).await.0,
        422,
        "it would be withdrawn again"
    );
    assert_eq!(app.ozon().sends(&external).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_moderation_passes_becomes_visible() {
    let app = TestApp::working().await;
    let (_, _, chat) = app.shop_with_chat("Пришлите фото").await;
    let person = app.person(Role::Operator).await;
    app.ozon().set_faults(Faults { moderate_ms: Some(300), ..Faults::default() });
    let (reply, _) = send(&person, chat, "a.png", png(50, 50)).await;
    let shown = reply_is(&person, chat, reply, ReplyState::Visible).await;
    assert_eq!(shown.delivery.map(|delivery| delivery.is_in_moderation), Some(false));
    assert_eq!(person.row(chat).await.unanswered_since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_store_has_lost_is_told_and_not_sent() {
    let app = TestApp::with(Setting { workers: false, ..Setting::default() }).await;
    let (_, external, chat) = app.shop_with_chat("Пришлите фото").await;
    let person = app.person(Role::Operator).await;
    let (reply, _) = send(&person, chat, "a.png", png(50, 50)).await;
    let key = app.sql().await.value("SELECT key FROM files").await.expect("a key");
    app.app.files.delete(&key).await.expect("deleted");
    tokio::spawn(agentiq::server::jobs::workers(&app.app).run());
    let shown = reply_is(&person, chat, reply, ReplyState::Failed).await;
    assert_eq!(shown.delivery.and_then(|delivery| delivery.reason), Some(FailureReason::FileLost));
    assert_eq!(app.ozon().sends(&external).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_workspace_cannot_be_rows_of_another() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let other: WorkspaceId = app.new_workspace("Second").await;
    let stranger = app.person_of(other, Role::Operator).await;
    let sql = app.sql().await;
    let row = |workspace: WorkspaceId, author| {
        format!(
            "INSERT INTO files (workspace_id, id, chat_id, author_id, origin, state, name, created_at) \
             VALUES ('{workspace}', gen_random_uuid(), '{chat}', '{author}', 'outgoing', 'waiting', 'x', now())"
        )
    };
    for (workspace, author) in [(other, stranger.id), (app.workspace, stranger.id)] {
        let refused = sql.attempt(&row(workspace, author)).await.expect_err("another workspace's");
        assert!(refused.contains("foreign key constraint"), "{refused}");
    }
    sql.run(&row(app.workspace, person.id)).await;
}

// --- Kept with quick replies -----------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_reply_brings_its_files_into_every_chat() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Как собрать шкаф?").await;
    let person = app.person(Role::Admin).await;
    let scheme = png(40, 20);
    let keep = async |person: &Person, file: FileId, name: &str| {
        let path = format!("/upload/quick-reply/{file}?name={}", percent_encode(name, b""));
        Answer::of(person.request(Method::POST, &path).body(scheme.clone())).await
    };
    let (first, second) = (FileId::new(), FileId::new());
    for (file, name) in [(first, "схема 1.png"), (second, "схема 2.png")] {
        let kept: FileView = keep(&person, file, name).await.value();
        assert_eq!((kept.id, kept.width), (file, Some(40)));
    }
    assert_eq!(keep(&app.person(Role::Viewer).await, FileId::new(), "a.png").await.status, 403);
    assert_eq!(keep(&app.nobody(), FileId::new(), "a.png").await.status, 401);

    let id = QuickReplyId::new();
    let form = |files: &[FileId]| {
        json!({ "form": { "id": id, "scope": { "kind": "all" }, "title": "Сборка", "shortcut": "", "folder": "",
                          "body": "Схема во вложении.", "files": files } })
    };
    let other = app.person(Role::Admin).await;
    let stolen = other.call("quick_replies/save", &form(&[first])).await;
    assert_eq!(stolen.error(), Some(AppError::Refused(Refusal::FileNotThere)), "somebody else's upload");
    let _: () = person.want("quick_replies/save", form(&[second, first])).await;
    let offer: Offer = other.want("quick_replies/of_chat", json!({ "chat": chat })).await;
    let names: Vec<&str> = offer.replies[0].files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["схема 2.png", "схема 1.png"], "in the order of the form");

    let (one, two) = (FileId::new(), FileId::new());
    let wanted = json!({ "reply": id, "chat": chat, "files": [[second, one], [first, two]] });
    for _ in 0..2 {
        let attached: Vec<(String, FileView)> = other.want("quick_replies/attach", wanted.clone()).await;
        let ids: Vec<FileId> = attached.iter().map(|(_, file)| file.id).collect();
        assert_eq!(ids, [one, two], "twice is once");
        assert_eq!(bytes(&other, &attached[0].1.address()).await, scheme);
    }
    let sent: MessageView =
        other.want("inbox/send_file", json!({ "chat": chat, "reply": ReplyId::new(), "file": one })).await;
    assert_eq!(sent.attachments[0].name, "схема 2.png");
    let theirs = person.call("quick_replies/attach", &wanted).await;
    assert_eq!(theirs.error(), Some(AppError::NotFound), "those ids are the other's files");

    // Nobody's file is replaced by the bytes of another one.
    let victim = FileId::new();
    let path = format!("/upload/{chat}/{victim}?name=a.png");
    let own = png(7, 5);
    let uploaded: FileView = Answer::of(person.request(Method::POST, &path).body(own.clone())).await.value();
    for taken in [victim, second] {
        let onto = json!({ "reply": id, "chat": chat, "files": [[first, taken]] });
        assert_eq!(other.call("quick_replies/attach", &onto).await.error(), Some(AppError::NotFound));
    }
    assert_eq!(bytes(&person, &uploaded.address()).await, own);
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    assert_eq!(stranger.call("quick_replies/attach", &wanted).await.status, 404);

    // One is taken away; a day later it is gone, and the one that is kept is not.
    let _: () = person.want("quick_replies/save", form(&[first])).await;
    let sql = app.sql().await;
    sql.run("UPDATE files SET created_at = now() - interval '25 hours'").await;
    let run = Run { app: app.app.for_work(), workspace: app.workspace, payload: json!({}), attempt: 1 };
    assert_eq!(prune::run(run).await.expect("a run"), Verdict::Done);
    let left = sql.column("SELECT id::text FROM files WHERE origin = 'kept'").await;
    assert_eq!(left, [first.to_string()]);
    let _: () = person.want("quick_replies/delete", json!({ "reply": id })).await;
    assert_eq!(sql.number("SELECT count(*) FROM files WHERE quick_reply_id IS NOT NULL").await, 0);
}
