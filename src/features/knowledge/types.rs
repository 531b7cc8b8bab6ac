//! Articles as screens show them, and how files become some.

use crate::shared::error::Refusal;
use crate::shared::ids::{ArticleId, SellerId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest text, in characters.
pub const MAX_BODY: usize = 20_000;
/// The longest article number of a product, in characters.
pub const MAX_SKU: usize = 60;
/// Tags of one article.
pub const MAX_TAGS: usize = 20;
/// Articles of a workspace that a page lists, and that one import may bring.
pub const MAX_LISTED: usize = 500;

/// An article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleView {
    pub id: ArticleId,
    pub title: String,
    pub body: String,
    pub tags: Vec<String>,
    /// Whose chats it is for; all without one.
    pub seller: Option<SellerId>,
    /// Which product it is about; all without one.
    pub sku: Option<String>,
    pub version: i32,
    /// Answers that it has helped with.
    pub use_count: i64,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
}

/// What a person types to write an article or to change one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleForm {
    pub id: ArticleId,
    pub title: String,
    pub body: String,
    pub tags: Vec<String>,
    pub seller: Option<SellerId>,
    pub sku: Option<String>,
}

impl ArticleForm {
    /// The form without blanks around what was typed.
    ///
    /// # Errors
    /// What is missing or too long.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut tags: Vec<String> = Vec::new();
        for tag in self.tags.iter().map(|tag| tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()) {
            if !tags.contains(&tag) && tags.len() < MAX_TAGS {
                tags.push(tag);
            }
        }
        let form = ArticleForm {
            title: self.title.trim().to_owned(),
            body: self.body.trim().to_owned(),
            sku: self.sku.map(|sku| sku.trim().to_owned()).filter(|sku| !sku.is_empty()),
            tags,
            ..self
        };
        let sku = form.sku.as_deref().unwrap_or_default();
        for (text, max) in [(form.title.as_str(), MAX_TITLE), (&form.body, MAX_BODY), (sku, MAX_SKU)] {
            if text.chars().count() > max {
                return Err(Refusal::FieldTooLong { max: max as u32 });
            }
        }
        if form.title.is_empty() {
            return Err(Refusal::TitleMissing);
        }
        if form.body.is_empty() {
            return Err(Refusal::EmptyText);
        }
        Ok(form)
    }
}

text_enum!(
    /// What an imported file is.
    ImportKind {
        Markdown = "markdown",
        Csv = "csv",
    }
);

/// What an import has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub added: i64,
    /// Had the title of one that was there.
    pub changed: i64,
    /// Had no text, no title, or too much of either.
    pub skipped: i64,
}
