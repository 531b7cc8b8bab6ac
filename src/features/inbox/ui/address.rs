//! The address of the inbox is its state: which list, whose chats, which chat is open.

use crate::features::inbox::types::{ListQuery, View};
use crate::shared::ids::{ChatId, SellerId};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Everything the address of the inbox says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub open: Open,
    pub query: ListQuery,
}

/// What stands in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Nothing,
    Chat(ChatId),
    /// The address names something that cannot be a chat.
    Unknown,
}

impl Address {
    /// Reads an address; `None` for pages outside the inbox.
    fn parse(path: &str, word: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let rest = if path == "/" { "" } else { path.strip_prefix("/inbox")? };
        let open = match rest.trim_matches('/') {
            "" => Open::Nothing,
            id => id.parse().map_or(Open::Unknown, Open::Chat),
        };
        let view = word("view").and_then(|word| word.parse().ok()).unwrap_or(View::Waiting);
        let query = ListQuery {
            sort: word("sort").and_then(|word| word.parse().ok()).unwrap_or(view.usual_sort()),
            seller: word("seller").and_then(|id| id.parse::<SellerId>().ok()),
            ..ListQuery::of(view)
        };
        Some(Address { open, query })
    }

    /// The chat that is open.
    pub fn chat(&self) -> Option<ChatId> {
        match self.open {
            Open::Chat(chat) => Some(chat),
            Open::Nothing | Open::Unknown => None,
        }
    }

    /// The same page with another list.
    pub fn with_query(&self, query: ListQuery) -> Self {
        Address { open: self.open, query }
    }

    /// The same list with another chat, or none.
    pub fn with_chat(&self, chat: Option<ChatId>) -> Self {
        Address { open: chat.map_or(Open::Nothing, Open::Chat), query: self.query.clone() }
    }

    /// The address as a link.
    pub fn href(&self) -> String {
        let mut href = match self.open {
            Open::Chat(chat) => format!("/inbox/{chat}?view={}", self.query.view),
            Open::Nothing | Open::Unknown => format!("/inbox?view={}", self.query.view),
        };
        if self.query.sort != self.query.view.usual_sort() {
            href.push_str(&format!("&sort={}", self.query.sort));
        }
        if let Some(seller) = self.query.seller {
            href.push_str(&format!("&seller={seller}"));
        }
        href
    }
}

/// The address the page stands at. Read from the whole location and not from the route's parameters, because a router
/// tells a page that stays about its new path but not about its new query.
pub fn use_address() -> Memo<Address> {
    let location = use_location();
    Memo::new(move |before: Option<&Address>| {
        let query = location.query.read();
        let word = |name: &str| query.get_str(name).map(str::to_owned);
        let here = location.pathname.with(|path| Address::parse(path, word));
        // On the way to another page the old one is still there for a moment; it stays as it was.
        here.or_else(|| before.cloned())
            .unwrap_or_else(|| Address { open: Open::Nothing, query: ListQuery::of(View::Waiting) })
    })
}

#[cfg(test)]
mod tests {
    use super::{Address, Open};
    use crate::features::inbox::types::{Sort, View};

    const ID: &str = "01938c5f-0000-7000-8000-000000000001";

    fn parse(path: &str, words: &[(&str, &str)]) -> Option<Address> {
        Address::parse(path, |name| {
            words.iter().find(|(key, _)| *key == name).map(|(_, word)| (*word).to_owned())
        })
    }

    #[test]
    fn an_address_survives_its_link() {
        let words = [("view", "all"), ("sort", "waiting"), ("seller", ID)];
        let address = parse(&format!("/inbox/{ID}"), &words).expect("an inbox address");
        assert_eq!(address.href(), format!("/inbox/{ID}?view=all&sort=waiting&seller={ID}"));
        assert_eq!((address.query.view, address.query.sort), (View::All, Sort::Waiting));
        assert_eq!(address.with_chat(None).href(), format!("/inbox?view=all&sort=waiting&seller={ID}"));
    }

    #[test]
    fn what_cannot_be_read_becomes_the_first_list() {
        let words = [("view", "urgent"), ("sort", "up"), ("seller", "ozon")];
        let address = parse("/inbox/", &words).expect("an inbox address");
        assert_eq!(address.href(), "/inbox?view=waiting");
        assert_eq!(address.open, Open::Nothing);
    }

    #[test]
    fn a_chat_that_cannot_be_is_told_from_none() {
        assert_eq!(parse("/inbox/8f3c", &[]).map(|it| it.open), Some(Open::Unknown));
        assert_eq!(parse("/", &[]).map(|it| it.open), Some(Open::Nothing));
    }

    #[test]
    fn other_pages_are_not_the_inbox() {
        assert_eq!(parse("/sellers", &[]), None);
    }
}
