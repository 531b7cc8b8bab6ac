//! Texts with something in them that several pages use.

use super::Locale;
use crate::shared::role::Role;

impl Locale {
    /// `5 чатов`.
    pub fn chats(self, n: i64) -> String {
        self.count(n, ["чат", "чата", "чатов"], ["chat", "chats"])
    }

    /// `5 сообщений`.
    pub fn messages(self, n: i64) -> String {
        self.count(n, ["сообщение", "сообщения", "сообщений"], ["message", "messages"])
    }

    /// `5 кабинетов`.
    pub fn seller_count(self, n: i64) -> String {
        self.count(n, ["кабинет", "кабинета", "кабинетов"], ["seller account", "seller accounts"])
    }

    /// `5 символов`.
    pub fn characters(self, n: i64) -> String {
        self.count(n, ["символ", "символа", "символов"], ["character", "characters"])
    }

    /// What a person is here.
    pub fn role(self, role: Role) -> &'static str {
        match role {
            Role::Owner => self.pick("владелец", "owner"),
            Role::Admin => self.pick("администратор", "admin"),
            Role::Operator => self.pick("оператор", "operator"),
            Role::Viewer => self.pick("наблюдатель", "viewer"),
        }
    }

    /// The title of the browser's tab.
    pub fn tab_title(self, page: &str) -> String {
        format!("{page} · {}", self.product())
    }

    /// A text in quotes of the language. Quotes within it become inner ones.
    pub fn quoted(self, text: &str) -> String {
        match self {
            Locale::Ru => format!("«{}»", text.replace('«', "„").replace('»', "“")),
            Locale::En => format!("“{}”", text.replace('“', "‘").replace('”', "’")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn quotes_within_quotes_are_inner_ones() {
        assert_eq!(Locale::Ru.quoted("Магазин «Север»"), "«Магазин „Север“»");
        assert_eq!(Locale::En.quoted("The “North”"), "“The ‘North’”");
    }
}
