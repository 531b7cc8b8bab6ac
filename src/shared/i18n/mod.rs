//! Every text a person reads, Russian first, English complete. No other module holds a sentence; a test looks for
//! Cyrillic letters elsewhere. A text is a method of `Locale`, so a missing translation does not compile.

mod errors;
mod phrases;
mod texts;

use serde::{Deserialize, Serialize};

/// The language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locale {
    #[default]
    Ru,
    En,
}

impl Locale {
    /// The tag for `<html lang>` and the cookie.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Ru => "ru",
            Locale::En => "en",
        }
    }

    /// Reads a tag; anything unknown is Russian.
    pub fn from_tag(tag: &str) -> Self {
        if tag == "en" { Locale::En } else { Locale::Ru }
    }

    /// One of two.
    fn pick(self, ru: &'static str, en: &'static str) -> &'static str {
        match self {
            Locale::Ru => ru,
            Locale::En => en,
        }
    }
}

/// The Russian form for a number: 1 чат, 2 чата, 5 чатов.
pub fn plural_ru<'a>(n: i64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    let n = n.unsigned_abs();
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}
