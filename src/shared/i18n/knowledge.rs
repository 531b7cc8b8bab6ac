//! Texts of the knowledge base.

use super::Locale;

texts! {
    knowledge: "База знаний", "Knowledge base";
    knowledge_text: "Статьи о товарах и правилах магазина: на них опираются подсказки.",
        "Articles about products and the shop's rules: suggestions lean on them.";
    article_new: "Новая статья", "New article";
    article_change: "Статья", "Article";
    article_title: "О чём статья", "What it is about";
    article_body: "Текст статьи", "Text of the article";
    article_tags: "Метки", "Tags";
    article_tags_hint: "Через запятую", "With commas between";
    article_seller: "Для какого магазина", "For which shop";
    article_all_sellers: "Для всех", "For all";
    article_sku: "SKU товара", "SKU of the product";
    article_sku_hint: "Пусто: для всех товаров", "Empty: for all products";
    article_save: "Сохранить статью", "Save the article";
    article_delete: "Удалить статью", "Delete the article";
    article_delete_sure: "Точно удалить?", "Really delete?";
    articles_find: "Найти статью", "Find an article";
    articles_import: "Загрузить из файла", "Bring from a file";
    articles_import_hint:
        "Markdown: каждый заголовок «#» или «##» — статья. CSV: столбцы «название», «текст», «метки», «sku».",
        "Markdown: each heading # or ## is an article. CSV: columns title, body, tags, sku.";
    articles_none: "Статей здесь нет. Напишите первую или загрузите файл.", "No articles here. Write the first one or bring a file.";
}

impl Locale {
    /// What the columns of a CSV file are called, in either language: title, body, tags, SKU.
    pub fn article_columns() -> [[&'static str; 3]; 4] {
        [
            ["название", "вопрос", "title"],
            ["текст", "ответ", "body"],
            ["метки", "теги", "tags"],
            ["sku", "артикул", "ску"],
        ]
    }

    /// What an import has brought.
    pub fn articles_imported(self, added: i64, changed: i64, skipped: i64) -> String {
        let articles = |n| self.count(n, ["статья", "статьи", "статей"], ["article", "articles"]);
        match self {
            Locale::Ru => {
                format!("Добавлено: {}, обновлено: {changed}, пропущено: {skipped}.", articles(added))
            }
            Locale::En => format!("Added: {}, changed: {changed}, left out: {skipped}.", articles(added)),
        }
    }

    /// Version, author and use of an article.
    pub fn article_standing(self, version: i64, author: &str, at: &str, uses: i64) -> String {
        let uses = self.count(uses, ["ответ", "ответа", "ответов"], ["answer", "answers"]);
        match self {
            Locale::Ru => format!("Версия {version}, {author}, {at} · помогла: {uses}"),
            Locale::En => format!("Version {version}, {author}, {at} · helped with {uses}"),
        }
    }
}
