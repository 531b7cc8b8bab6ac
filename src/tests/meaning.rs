//! Articles found by what they mean: who is asked, what is told them, and that nothing depends on them.

use crate::harness::{Person, Setting, TestApp, eventually, shop_form, until};
use agentiq::connectors::sandbox::models::{
    CallKind, DEMO_FOLDER, DEMO_MODEL_KEY, ModelCall, ModelFaults, ModelMishap,
};
use agentiq::context::App;
use agentiq::features::sellers::types::ConnectForm;
use agentiq::features::suggestions::server::meaning;
use agentiq::features::suggestions::types::{
    ModelsPage, Panel, ProviderTest, SourceKind, SuggestionState, SuggestionView, VectorsTest,
};
use agentiq::platform::fault::Outcome;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::shared::ids::{ArticleId, ChatId, ProviderId, SellerId, WorkspaceId};
use agentiq::shared::models::{ModelProblem, ProviderKind};
use agentiq::shared::role::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Shares no word with the article that answers it.
const QUESTION: &str = "Как отстирать воротник? Мой телефон +7 912 345-67-89";
const ANSWER: (&str, &str) = ("Химчистка", "Деликатная чистка: пятна убирает мастер.");
const OTHER: (&str, &str) = ("Самовывоз", "Посылка ждёт пять дней.");

/// A shop with people who write articles and answer.
struct Shop {
    app: TestApp,
    owner: Person,
    operator: Person,
    seller: SellerId,
}

impl Shop {
    async fn with(setting: Setting) -> Self {
        let app = TestApp::with(setting).await;
        let seller = app.connect_shop().await;
        let (owner, operator) = (app.person(Role::Owner).await, app.person(Role::Operator).await);
        Shop { app, owner, operator, seller }
    }

    async fn open() -> Self {
        Self::with(Setting::default()).await
    }

    /// Saves a model that makes vectors, or does not.
    async fn save(&self, id: ProviderId, kind: ProviderKind, vectors: Option<&str>) {
        save(&self.app, &self.owner, id, kind, vectors).await;
    }

    async fn connect(&self, kind: ProviderKind) -> ProviderId {
        let id = ProviderId::new();
        self.save(id, kind, Some("bge-m3")).await;
        id
    }

    async fn write(&self, (title, body): (&str, &str)) -> ArticleId {
        write(&self.owner, ArticleId::new(), title, body, json!({})).await
    }

    /// Runs the job once.
    async fn look_once(&self) -> Outcome<Verdict> {
        meaning::run(run_of(&self.app, self.app.workspace)).await
    }

    /// Has all articles looked at.
    async fn look(&self) {
        look_all(&self.app, self.app.workspace).await;
    }

    fn faults(&self, mishap: ModelMishap, times: Option<u32>) {
        let on = Some(CallKind::Embeddings);
        let faults = ModelFaults { mishap: Some(mishap), on, times, ..Default::default() };
        self.app.sandbox.models().set_faults(faults);
    }

    fn calls(&self, kind: CallKind) -> Vec<ModelCall> {
        self.app.sandbox.models().calls().into_iter().filter(|call| call.kind == kind).collect()
    }

    /// A buyer asks, and a draft is made.
    async fn draft_for(&self, question: &str) -> SuggestionView {
        let external = self.app.buyer_begins(question);
        self.app.poll(self.seller).await;
        made(&self.operator, self.app.chat(&external).await).await
    }

    async fn page(&self) -> ModelsPage {
        self.owner.want("suggestions/models", json!({})).await
    }

    /// What is kept of articles: title, model, version and length.
    async fn kept(&self) -> Vec<String> {
        let query = "SELECT a.title || ' ' || e.model || ' ' || e.version || ' ' || e.dimension \
                     FROM article_embeddings e JOIN articles a ON a.id = e.article_id ORDER BY 1";
        self.app.sql().await.column(query).await
    }
}

fn run_of(app: &TestApp, workspace: WorkspaceId) -> Run<App> {
    Run { app: app.app.for_work(), workspace, payload: Value::Null, attempt: 1 }
}

async fn look_all(app: &TestApp, workspace: WorkspaceId) {
    until("all articles are looked at", async || {
        meaning::run(run_of(app, workspace)).await.expect("it runs") == Verdict::Done
    })
    .await;
}

async fn save(app: &TestApp, owner: &Person, id: ProviderId, kind: ProviderKind, vectors: Option<&str>) {
    let (model, place, key) = match kind {
        ProviderKind::Compatible => ("qwen3:8b", format!("{}/models/local/v1", app.sandbox.url()), ""),
        ProviderKind::Openai => ("gpt-sandbox", String::new(), DEMO_MODEL_KEY),
        _ => ("yandexgpt/latest", DEMO_FOLDER.into(), DEMO_MODEL_KEY),
    };
    let form = json!({ "id": id, "kind": kind, "model": model, "place": place, "key": key, "is_enabled": true,
                       "daily_tokens": null, "daily_money": null, "vectors_model": vectors });
    let () = owner.want("suggestions/save_provider", json!({ "form": form })).await;
}

async fn write(owner: &Person, id: ArticleId, title: &str, body: &str, scope: Value) -> ArticleId {
    let mut form = json!({ "id": id, "title": title, "body": body, "tags": [], "seller": null, "sku": null });
    for (name, value) in scope.as_object().expect("an object") {
        form[name] = value.clone();
    }
    let () = owner.want("knowledge/save", json!({ "form": form })).await;
    id
}

async fn made(person: &Person, chat: ChatId) -> SuggestionView {
    eventually("the draft is made", async || {
        let panel: Panel = person.want("suggestions/of_chat", json!({ "chat": chat })).await;
        panel.current.filter(|current| current.state != SuggestionState::Thinking)
    })
    .await
}

/// Articles that a draft leans on.
fn leans_on(draft: &SuggestionView) -> Vec<&str> {
    let articles = draft.sources.iter().filter(|source| source.kind == SourceKind::Article);
    articles.map(|source| source.title.as_str()).collect()
}

// --- Finding -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_article_is_found_though_it_shares_no_word_with_the_question() {
    let shop = Shop::open().await;
    shop.write(ANSWER).await;
    shop.write(OTHER).await;
    let id = ProviderId::new();
    shop.save(id, ProviderKind::Yandex, None).await;
    shop.look().await;
    assert_eq!(leans_on(&shop.draft_for(QUESTION).await), Vec::<&str>::new(), "by words it is not found");
    assert!(shop.calls(CallKind::Embeddings).is_empty(), "and nobody is asked before somebody wants it");
    let questions = shop.page().await.used_calls;

    shop.save(id, ProviderKind::Yandex, Some("on")).await;
    shop.look().await;
    assert_eq!(
        shop.kept().await,
        ["Самовывоз yandex text-search 1 256", "Химчистка yandex text-search 1 256"]
    );
    let draft = shop.draft_for(QUESTION).await;
    assert_eq!((draft.provider, leans_on(&draft)), (Some(ProviderKind::Yandex), vec!["Химчистка"]));
    assert!(shop.calls(CallKind::Chat).pop().expect("asked").prompt.contains("пятна убирает мастер"));

    // What went out is masked, and what is kept of it has no text.
    let asked = shop.calls(CallKind::Embeddings).pop().expect("asked");
    assert!(asked.model.ends_with("/text-search-query/latest") && asked.keeps_no_log, "{}", asked.model);
    assert!(asked.prompt.contains("воротник") && asked.prompt.contains("[PHONE_1]"), "{}", asked.prompt);
    assert!(!asked.body.to_string().contains("345"), "{}", asked.body);
    let sql = shop.app.sql().await;
    let calls =
        "SELECT count(*) FROM model_calls WHERE task = 'vectors' AND outcome = 'answered' AND tokens_in > 0";
    assert_eq!(sql.number(calls).await, 2, "the articles together and the question");
    let of_draft = "SELECT count(*) FROM model_calls WHERE task = 'vectors' AND suggestion_id IS NOT NULL";
    assert_eq!(sql.number(of_draft).await, 1);
    assert_eq!(shop.page().await.used_calls, questions + 1, "no question of the day is used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_searches_find_comes_first() {
    let shop = Shop::open().await;
    shop.write(("Воротник", "Бывает отложной.")).await;
    shop.write(("Стирка воротника", "Как стирать воротник: чистка щёткой.")).await;
    shop.write(ANSWER).await;
    shop.connect(ProviderKind::Compatible).await;
    shop.look().await;
    let draft = shop.draft_for("Чем почистить воротник?").await;
    let found = leans_on(&draft);
    assert_eq!((found.len(), found[0]), (3, "Стирка воротника"), "{found:?}");
    assert!(found.contains(&"Химчистка"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_nobody_says_what_texts_mean() {
    let shop = Shop::open().await;
    shop.write(ANSWER).await;
    shop.write(("Воротник", "Бывает отложной.")).await;
    shop.connect(ProviderKind::Compatible).await;
    shop.look().await;
    assert!(leans_on(&shop.draft_for("Как отстирать рукав?").await).contains(&"Химчистка"));
    use ModelMishap as M;
    for (number, mishap) in
        [M::Fail, M::WrongCount, M::Empty, M::BrokenJson, M::Hang, M::TooMany].into_iter().enumerate()
    {
        shop.faults(mishap, None);
        let began = Instant::now();
        let draft = shop.draft_for(&format!("Как отстирать воротник {number}?")).await;
        assert_eq!((draft.state, draft.provider), (SuggestionState::Ready, Some(ProviderKind::Compatible)));
        assert_eq!(leans_on(&draft), ["Воротник"], "{mishap:?}: by its words");
        assert!(began.elapsed() < Duration::from_secs(10), "{mishap:?} is not waited for");
        let last = "SELECT outcome FROM model_calls WHERE task = 'vectors' ORDER BY at DESC LIMIT 1";
        assert_ne!(shop.app.sql().await.value(last).await.as_deref(), Some("answered"), "{mishap:?}");
    }
    let page = shop.page().await;
    assert_eq!(
        (page.providers[0].problem, page.providers[0].vectors_problem),
        (None, None),
        "all of it passes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_of_another_workspace_seller_or_product_are_never_found() {
    let shop = Shop::open().await;
    let elsewhere = shop.app.new_workspace("Second").await;
    let stranger = shop.app.person_of(elsewhere, Role::Owner).await;
    write(&stranger, ArticleId::new(), "Чужая химчистка", ANSWER.1, json!({})).await;
    save(&shop.app, &stranger, ProviderId::new(), ProviderKind::Compatible, Some("bge-m3")).await;
    look_all(&shop.app, elsewhere).await;
    let form = ConnectForm { client_id: "100206".into(), ..shop_form() };
    let other = shop.app.connect(shop.app.workspace, form).await;
    let scoped = async |title: &str, scope: Value| {
        write(&shop.owner, ArticleId::new(), title, ANSWER.1, scope).await;
    };
    scoped("Другой магазин", json!({ "seller": other })).await;
    scoped("Другой товар", json!({ "sku": "424242" })).await;
    shop.connect(ProviderKind::Compatible).await;
    shop.look().await;
    assert_eq!(shop.kept().await.len(), 3);
    assert_eq!(leans_on(&shop.draft_for("Как отстирать воротник?").await), Vec::<&str>::new());
    assert_eq!(shop.calls(CallKind::Embeddings).len(), 3, "it was asked");
    scoped("Наш магазин", json!({ "seller": shop.seller })).await;
    shop.look().await;
    assert_eq!(leans_on(&shop.draft_for("Как отстирать подол?").await), ["Наш магазин"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_go_abroad_only_when_they_may() {
    let shop = Shop::open().await;
    shop.write(ANSWER).await;
    shop.connect(ProviderKind::Openai).await;
    shop.look().await;
    shop.draft_for(QUESTION).await;
    assert!(shop.app.sandbox.models().calls().is_empty());
    let settings = json!({ "is_automatic": true, "is_abroad_allowed": true, "daily_calls": 100, "tone": "neutral",
                           "is_understood_by_model": false });
    let () = shop.owner.want("suggestions/save_settings", json!({ "settings": settings })).await;
    shop.look().await;
    assert_eq!(shop.kept().await, ["Химчистка openai text-embedding-3-small 1 256"]);
    assert_eq!(leans_on(&shop.draft_for("Как отстирать подол?").await), ["Химчистка"]);
}

// --- Looking at articles ---------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn articles_are_looked_at_once_and_anew_when_they_change() {
    let shop = Shop::open().await;
    let article = shop.write(ANSWER).await;
    shop.write(OTHER).await;
    shop.connect(ProviderKind::Compatible).await;
    let texts = || -> usize {
        shop.calls(CallKind::Embeddings)
            .iter()
            .map(|call| call.body["input"].as_array().map_or(1, Vec::len))
            .sum()
    };
    shop.look().await;
    assert_eq!(texts(), 2);
    shop.look().await;
    write(&shop.owner, article, ANSWER.0, ANSWER.1, json!({ "tags": ["уход"] })).await;
    shop.look().await;
    assert_eq!(texts(), 2, "nothing that counts has changed");

    let before = shop.app.sql().await.column("SELECT vector::text FROM article_embeddings ORDER BY 1").await;
    write(&shop.owner, article, "Гарантия", "Ремонт: звоните +7 999 111-22-33.", json!({})).await;
    shop.look().await;
    assert_eq!(texts(), 3);
    let model = format!("compatible bge-m3 {}/models/local/v1", shop.app.sandbox.url());
    assert_eq!(shop.kept().await, [format!("Гарантия {model} 2 256"), format!("Самовывоз {model} 1 256")]);
    let after = shop.app.sql().await.column("SELECT vector::text FROM article_embeddings ORDER BY 1").await;
    assert_ne!(before, after);
    assert!(!shop.calls(CallKind::Embeddings).pop().expect("asked").prompt.contains("111"), "masked as well");

    let () = shop.owner.want("knowledge/delete", json!({ "article": article })).await;
    assert_eq!(shop.kept().await.len(), 1, "its vector goes with it");
    // Another model looks at all of them; the one before is not asked any more.
    let yandex = shop.connect(ProviderKind::Yandex).await;
    shop.look().await;
    assert_eq!(texts(), 3, "it comes second");
    let () = shop.owner.want("suggestions/arrange", json!({ "order": [yandex] })).await;
    shop.look().await;
    assert_eq!((texts(), shop.kept().await), (4, vec!["Самовывоз yandex text-search 1 256".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_articles_are_looked_at_bit_by_bit_and_go_on_where_it_broke() {
    let shop = Shop::open().await;
    let lines: String = (1..=20).map(|number| format!("# Статья {number}\nТекст {number}\n")).collect();
    let _: Value = shop.owner.want("knowledge/import", json!({ "kind": "markdown", "text": lines })).await;
    shop.connect(ProviderKind::Compatible).await;
    let again = Verdict::Again(Duration::ZERO);
    assert_eq!(shop.look_once().await.expect("some"), again);
    assert_eq!(shop.kept().await.len(), 16);
    shop.faults(ModelMishap::Fail, Some(1));
    assert!(shop.look_once().await.is_err(), "the queue tries again, later and later");
    assert_eq!((shop.kept().await.len(), shop.look_once().await.expect("the rest")), (16, again));
    assert_eq!((shop.kept().await.len(), shop.look_once().await.expect("nothing")), (20, Verdict::Done));

    // One that is too much for the model keeps nobody waiting, and is left alone until it changes.
    let articles = [shop.write(ANSWER).await, shop.write(OTHER).await];
    shop.faults(ModelMishap::TooLong, Some(2));
    shop.look().await;
    let empty = "SELECT count(*) FROM article_embeddings WHERE dimension = 0";
    let sql = shop.app.sql().await;
    assert_eq!((shop.kept().await.len(), sql.number(empty).await), (22, 1));
    for article in articles {
        write(&shop.owner, article, ANSWER.0, "Чистка.", json!({})).await;
    }
    shop.look().await;
    assert_eq!(sql.number(empty).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_person_can_put_right_is_said_and_a_test_puts_it_right() {
    let shop = Shop::open().await;
    shop.write(ANSWER).await;
    let id = shop.connect(ProviderKind::Compatible).await;
    let test = async || -> ProviderTest {
        shop.owner.want("suggestions/test_provider", json!({ "provider": id })).await
    };
    shop.save(id, ProviderKind::Compatible, Some("bge-m4")).await;
    assert_eq!(shop.look_once().await.expect("it ends"), Verdict::Done);
    let page = shop.page().await;
    let told = &page.providers[0];
    assert_eq!(
        (told.problem, told.vectors_problem),
        (None, Some(ModelProblem::UnknownModel)),
        "it still answers"
    );
    assert_eq!(shop.look_once().await.expect("it ends"), Verdict::Done);
    let sql = shop.app.sql().await;
    let asked = "SELECT count(*) FROM model_calls WHERE task = 'vectors'";
    assert_eq!(sql.number(asked).await, 1, "it is left alone");
    assert_eq!(shop.draft_for(QUESTION).await.provider, Some(ProviderKind::Compatible));
    let tried = test().await;
    assert_eq!(
        (tried.problem, tried.vectors),
        (None, Some(VectorsTest { problem: Some(ModelProblem::UnknownModel) }))
    );

    shop.save(id, ProviderKind::Compatible, Some("bge-m3")).await;
    assert_eq!(test().await.vectors, Some(VectorsTest { problem: None }));
    // A key that was refused and is taken again, without anybody having changed a setting.
    shop.faults(ModelMishap::WrongKey, Some(1));
    assert_eq!(shop.look_once().await.expect("it ends"), Verdict::Done);
    assert_eq!(shop.page().await.providers[0].vectors_problem, Some(ModelProblem::WrongKey));
    sql.run("DELETE FROM jobs").await;
    assert_eq!(test().await.vectors, Some(VectorsTest { problem: None }));
    assert_eq!(shop.page().await.providers[0].vectors_problem, None);
    assert_eq!(sql.number("SELECT count(*) FROM jobs WHERE kind = 'knowledge.vectors'").await, 1);
    shop.save(id, ProviderKind::Compatible, None).await;
    assert_eq!(test().await.vectors, None, "nobody wants to know");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_had_all_that_a_day_may_have_is_waited_for() {
    let shop = Shop::open().await;
    shop.write(ANSWER).await;
    let id = shop.connect(ProviderKind::Compatible).await;
    shop.look().await;
    shop.app.sql().await.run("UPDATE model_providers SET daily_tokens = 1").await;
    shop.connect(ProviderKind::Yandex).await;
    shop.write(OTHER).await;
    let verdict = shop.look_once().await.expect("it waits");
    assert!(matches!(verdict, Verdict::Again(pause) if pause > Duration::from_secs(60)), "{verdict:?}");
    assert_eq!(shop.kept().await.len(), 1, "and no other one looks at everything meanwhile");
    let () = shop.owner.want("suggestions/remove_provider", json!({ "provider": id })).await;
    shop.look().await;
    assert_eq!(shop.kept().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_an_article_has_to_do_no_more() {
    let shop = Shop::with(Setting { workers: true, ..Setting::default() }).await;
    shop.connect(ProviderKind::Yandex).await;
    shop.write(ANSWER).await;
    until("it is looked at", async || shop.kept().await.len() == 1).await;
}
