//! Every text a person reads, Russian first, English complete. No other module holds a sentence; a test looks for
//! Cyrillic letters elsewhere. A text is a method of `Locale`, so a missing translation does not compile.

/// Declares fixed texts as methods of `Locale`: `name: "по-русски", "in English";`.
macro_rules! texts {
    ($($name:ident: $ru:literal, $en:literal;)+) => {
        impl $crate::shared::i18n::Locale {
            $(
                #[doc = $en]
                pub fn $name(self) -> &'static str {
                    self.pick($ru, $en)
                }
            )+
        }
    };
}

mod bulk;
mod clocks;
mod commands;
mod deadlines;
mod errors;
mod files;
mod filters;
mod inbox;
mod knowledge;
pub mod letters;
mod list;
mod models;
mod notices;
mod orders;
mod people;
mod phrases;
mod promises;
mod pushes;
mod quick_replies;
mod search;
mod sellers;
mod sending;
mod suggestions;
mod supervisor;
mod texts;
mod times;
mod together;
mod understanding;
mod users;
mod wording;
mod work;
pub mod workspace;

pub use sending::EMOJI;
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

    /// The language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Locale::Ru => "Русский",
            Locale::En => "English",
        }
    }

    /// One of two.
    fn pick(self, ru: &'static str, en: &'static str) -> &'static str {
        match self {
            Locale::Ru => ru,
            Locale::En => en,
        }
    }

    /// A number and the word that goes with it: `5 чатов`, `5 chats`.
    fn count(self, n: i64, ru: [&str; 3], en: [&str; 2]) -> String {
        let [one, few, many] = ru;
        let word = match self {
            Locale::Ru => plural_ru(n, one, few, many),
            Locale::En if n == 1 => en[0],
            Locale::En => en[1],
        };
        format!("{}\u{a0}{word}", self.number(n))
    }

    /// A whole number: `48 629`, `48,629`. Four digits stand together in Russian, as is usual.
    pub fn number(self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let (gap, shortest) = match self {
            Locale::Ru => ('\u{a0}', 5),
            Locale::En => (',', 4),
        };
        let mut text = String::from(if n < 0 { "−" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && digits.len() >= shortest && (digits.len() - place).is_multiple_of(3) {
                text.push(gap);
            }
            text.push(digit);
        }
        text
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

#[cfg(test)]
mod tests {
    use super::{Locale, plural_ru};

    #[test]
    fn russian_numbers_choose_their_word() {
        let chats = |n| plural_ru(n, "чат", "чата", "чатов");
        for n in [1, 21, 101, 1_001, -1] {
            assert_eq!(chats(n), "чат", "{n}");
        }
        for n in [2, 3, 4, 22, 104] {
            assert_eq!(chats(n), "чата", "{n}");
        }
        for n in [0, 5, 10, 11, 12, 13, 14, 19, 20, 111, 112, 114, 1_011] {
            assert_eq!(chats(n), "чатов", "{n}");
        }
    }

    #[test]
    fn long_numbers_are_read_in_threes() {
        let ru = |n| Locale::Ru.number(n).replace('\u{a0}', " ");
        assert_eq!(
            [ru(0), ru(-7), ru(9_999), ru(48_629), ru(1_000_000)],
            ["0", "−7", "9999", "48 629", "1 000 000"]
        );
        assert_eq!([Locale::En.number(999), Locale::En.number(1_234_567)], ["999", "1,234,567"]);
    }

    #[test]
    fn a_number_and_its_word_stay_on_one_line() {
        assert_eq!(Locale::Ru.chats(2), "2\u{a0}чата");
        assert_eq!(Locale::En.chats(1), "1\u{a0}chat");
        assert_eq!(Locale::En.chats(0), "0\u{a0}chats");
    }
}
