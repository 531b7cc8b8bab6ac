//! Articles: written, kept in versions, brought from files, found, and told to models.

use crate::harness::{Person, TestApp, eventually};
use agentiq::connectors::sandbox::models::{DEMO_FOLDER, DEMO_MODEL_KEY};
use agentiq::features::knowledge::types::{ArticleView, Imported};
use agentiq::features::suggestions::types::{Panel, SourceKind, SuggestionState};
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{ArticleId, ProviderId, ReplyId, SellerId};
use agentiq::shared::role::Role;
use serde_json::{Value, json};

fn form(id: ArticleId, title: &str, body: &str) -> Value {
    json!({ "form": { "id": id, "title": title, "body": body, "tags": ["Уход", " уход "], "seller": null, "sku": " " } })
}

async fn all(person: &Person, words: &str) -> Vec<ArticleView> {
    person.want("knowledge/list", json!({ "words": words })).await
}

async fn titles(person: &Person, words: &str) -> Vec<String> {
    all(person, words).await.into_iter().map(|article| article.title).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_is_written_changed_found_and_deleted() {
    let app = TestApp::start().await;
    let (owner, operator) = (app.person(Role::Owner).await, app.person(Role::Operator).await);
    let id = ArticleId::new();
    let () = owner.want("knowledge/save", form(id, " Стирка курток ", "Стираем при 30 градусах.")).await;
    let () = owner.want("knowledge/save", form(id, "Стирка курток", "Стираем при 40 градусах.")).await;
    let article = all(&operator, "").await.pop().expect("one");
    assert_eq!((article.version, article.title.as_str(), article.sku), (2, "Стирка курток", None));
    assert_eq!(article.tags, ["уход"]);
    let said = app.sql().await.column("SELECT body FROM article_versions ORDER BY version").await;
    assert_eq!(said, ["Стираем при 30 градусах.", "Стираем при 40 градусах."]);
    for (words, expected) in [("стирать, градус", 1), ("уход", 1), ("стирк", 1), ("доставка", 0)]
    {
        assert_eq!(titles(&operator, words).await.len(), expected, "{words}");
    }
    let refused = owner.call("knowledge/save", &form(id, " ", "x")).await.error();
    assert_eq!(refused, Some(AppError::Refused(Refusal::TitleMissing)));
    let mut foreign = form(id, "x", "x");
    foreign["form"]["seller"] = json!(SellerId::new());
    assert_eq!(owner.call("knowledge/save", &foreign).await.status, 404);
    assert_eq!(operator.call("knowledge/save", &form(id, "x", "x")).await.status, 403);
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    assert!(all(&stranger, "").await.is_empty());
    assert_eq!(stranger.call("knowledge/delete", &json!({ "article": id })).await.status, 404);
    let () = owner.want("knowledge/delete", json!({ "article": id })).await;
    assert!(all(&operator, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_bring_articles_and_mend_them_when_they_come_again() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Owner).await;
    let bring = async |kind: &str, text: &str| -> Imported {
        owner.want("knowledge/import", json!({ "kind": kind, "text": text })).await
    };
    let first =
        bring("markdown", "# Уход\n## Стирка\nПри 30.\n## Сушка\nНа воздухе.\n##  \nбез названия").await;
    assert_eq!(first, Imported { added: 2, changed: 0, skipped: 1 });
    let second = bring(
        "csv",
        "Название;Текст;Метки\nСтирка;\"При 40; не выше\";уход, вода\nРазмеры;Смотрите таблицу;",
    )
    .await;
    assert_eq!(second, Imported { added: 1, changed: 1, skipped: 0 });
    assert_eq!(titles(&owner, "").await, ["Размеры", "Стирка", "Сушка"]);
    let washing = all(&owner, "выше").await.pop().expect("the mended one");
    assert_eq!((washing.version, washing.tags.len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_fits_is_told_to_the_model_named_and_counted() {
    let app = TestApp::start().await;
    let (_, _, chat) = app.shop_with_chat("Подскажите, как стирать куртку?").await;
    let (owner, operator) = (app.person(Role::Owner).await, app.person(Role::Operator).await);
    let () = owner
        .want("knowledge/save", form(ArticleId::new(), "Стирка курток", "Стираем при 30 градусах."))
        .await;
    let () = owner.want("knowledge/save", form(ArticleId::new(), "Оплата", "Платят на сайте.")).await;
    let mut other = form(ArticleId::new(), "Стирка шапок", "Шапку стирать нельзя.");
    other["form"]["sku"] = json!("424242");
    let () = owner.want("knowledge/save", other).await;
    let model = json!({ "form": { "id": ProviderId::new(), "kind": "yandex", "model": "yandexgpt/latest",
        "place": DEMO_FOLDER, "key": DEMO_MODEL_KEY, "is_enabled": true, "daily_tokens": null, "daily_money": null } });
    let () = owner.want("suggestions/save_provider", model).await;
    let made = eventually("the draft is made", async || {
        let panel: Panel = operator.want("suggestions/of_chat", json!({ "chat": chat })).await;
        panel.current.filter(|current| current.state == SuggestionState::Ready)
    })
    .await;
    let articles: Vec<&str> = made
        .sources
        .iter()
        .filter(|source| source.kind == SourceKind::Article)
        .map(|source| source.title.as_str())
        .collect();
    assert_eq!(articles, ["Стирка курток"], "neither what does not fit nor what is about another product");
    let asked = app.sandbox.models().calls().pop().expect("a question").prompt;
    assert!(asked.contains("при 30 градусах") && !asked.contains("на сайте"), "{asked}");
    let reply = json!({ "chat": chat, "reply": ReplyId::new(), "text": made.text });
    let _: Value = operator.want("inbox/reply", reply).await;
    let uses: Vec<i64> = all(&owner, "").await.into_iter().map(|article| article.use_count).collect();
    assert_eq!(uses, [0, 1, 0]);
}
