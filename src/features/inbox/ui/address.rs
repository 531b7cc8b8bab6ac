//! The address of the inbox is its state: which list, whose chats, which filter, which chat is open.

use crate::features::inbox::saved_filter::SavedView;
use crate::features::inbox::types::{Filter, ListQuery, View};
use crate::shared::ids::{ChatId, SavedFilterId, SellerId};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Everything the address of the inbox says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub open: Open,
    pub query: ListQuery,
    /// The saved list that is shown, or that the present one was made from.
    pub saved: Option<SavedFilterId>,
    pub source: Source,
    pub trouble: Option<Trouble>,
}

/// What stands in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Nothing,
    Chat(ChatId),
    /// The address names something that cannot be a chat.
    Unknown,
}

/// Where the address has its list from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is spelled out.
    Spelled,
    /// The address names a saved list, and follows it when that is changed.
    Saved,
}

/// What of the address does not lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    FilterUnreadable,
    /// Deleted, or somebody else's.
    SavedUnknown,
}

impl Address {
    /// Reads an address; `None` for pages outside the inbox. `saved` are the lists that are kept for the person, when
    /// they are known already.
    fn parse(path: &str, word: impl Fn(&str) -> Option<String>, saved: Option<&[SavedView]>) -> Option<Self> {
        let rest = if path == "/" { "" } else { path.strip_prefix("/inbox")? };
        let open = match rest.trim_matches('/') {
            "" => Open::Nothing,
            id => id.parse().map_or(Open::Unknown, Open::Chat),
        };
        let id = word("saved").and_then(|id| id.parse::<SavedFilterId>().ok());
        let kept = id.and_then(|id| saved?.iter().find(|view| view.id == id));
        if word("view").is_none() && id.is_some() {
            let trouble = (saved.is_some() && kept.is_none()).then_some(Trouble::SavedUnknown);
            let query = kept.map_or(ListQuery::of(View::Waiting), |view| view.query.clone());
            return Some(Address { open, query, saved: id, source: Source::Saved, trouble });
        }
        let view = word("view").and_then(|word| word.parse().ok()).unwrap_or(View::Waiting);
        let text = word("filter").filter(|text| !text.is_empty());
        let filter = text.as_ref().and_then(|text| text.parse::<Filter>().ok()).filter(Filter::is_reasonable);
        let trouble = (text.is_some() && filter.is_none()).then_some(Trouble::FilterUnreadable);
        let query = ListQuery {
            view,
            sort: word("sort").and_then(|word| word.parse().ok()).unwrap_or(view.usual_sort()),
            seller: word("seller").and_then(|id| id.parse::<SellerId>().ok()),
            filter,
        };
        let is_as_kept = kept.is_some_and(|kept| kept.query == query);
        let source = if is_as_kept { Source::Saved } else { Source::Spelled };
        Some(Address { open, query, saved: kept.map(|kept| kept.id), source, trouble })
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
        Address { open: self.open, query, saved: None, source: Source::Spelled, trouble: None }
    }

    /// The same list with another filter. It is still known from which saved list it was made.
    pub fn with_filter(&self, filter: Option<Filter>) -> Self {
        let query = ListQuery { filter, ..self.query.clone() };
        Address { saved: self.saved, ..self.with_query(query) }
    }

    /// The same page with a saved list.
    pub fn with_saved(&self, view: &SavedView) -> Self {
        let query = view.query.clone();
        Address { saved: Some(view.id), source: Source::Saved, ..self.with_query(query) }
    }

    /// The same list with another chat, or none.
    pub fn with_chat(&self, chat: Option<ChatId>) -> Self {
        Address { open: chat.map_or(Open::Nothing, Open::Chat), ..self.clone() }
    }

    /// The list that is meant, once the saved ones are known.
    pub fn query_among(&self, saved: &[SavedView]) -> ListQuery {
        let kept = saved.iter().find(|view| self.source == Source::Saved && Some(view.id) == self.saved);
        kept.map_or_else(|| self.query.clone(), |view| view.query.clone())
    }

    /// The address as a link.
    pub fn href(&self) -> String {
        let path = match self.open {
            Open::Chat(chat) => format!("/inbox/{chat}"),
            Open::Nothing | Open::Unknown => "/inbox".to_owned(),
        };
        match (self.source, self.saved) {
            (Source::Saved, Some(saved)) => format!("{path}?saved={saved}"),
            _ => format!("{path}?{}", self.spelled()),
        }
    }

    /// Everything after the question mark.
    fn spelled(&self) -> String {
        let mut words = format!("view={}", self.query.view);
        if self.query.sort != self.query.view.usual_sort() {
            words.push_str(&format!("&sort={}", self.query.sort));
        }
        if let Some(seller) = self.query.seller {
            words.push_str(&format!("&seller={seller}"));
        }
        if let Some(filter) = &self.query.filter {
            words.push_str(&format!("&filter={filter}"));
        }
        if let Some(saved) = self.saved {
            words.push_str(&format!("&saved={saved}"));
        }
        words
    }
}

/// The address the page stands at. Read from the whole location and not from the route's parameters, because a router
/// tells a page that stays about its new path but not about its new query.
pub fn use_address(saved: ArcRwSignal<Option<Vec<SavedView>>>) -> Memo<Address> {
    let location = use_location();
    Memo::new(move |before: Option<&Address>| {
        let query = location.query.read();
        let word = |name: &str| query.get_str(name).map(str::to_owned);
        let here =
            location.pathname.with(|path| saved.with(|saved| Address::parse(path, word, saved.as_deref())));
        // On the way to another page the old one is still there for a moment; it stays as it was.
        here.or_else(|| before.cloned()).unwrap_or_else(|| Address {
            open: Open::Nothing,
            query: ListQuery::of(View::Waiting),
            saved: None,
            source: Source::Spelled,
            trouble: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Address, Open, Source, Trouble};
    use crate::features::inbox::saved_filter::{SavedPlace, SavedView};
    use crate::features::inbox::types::{Condition, Filter, ListQuery, Sort, View};

    const ID: &str = "01938c5f-0000-7000-8000-000000000001";
    const OTHER: &str = "01938c5f-0000-7000-8000-000000000002";

    fn parse(path: &str, words: &[(&str, &str)]) -> Option<Address> {
        parse_among(path, words, None)
    }

    fn parse_among(path: &str, words: &[(&str, &str)], saved: Option<&[SavedView]>) -> Option<Address> {
        let word =
            |name: &str| words.iter().find(|(key, _)| *key == name).map(|(_, word)| (*word).to_owned());
        Address::parse(path, word, saved)
    }

    fn kept(query: ListQuery) -> SavedView {
        let id = ID.parse().expect("an id");
        SavedView { id, name: "Returns".into(), query, owner: None, place: SavedPlace::Pinned }
    }

    #[test]
    fn an_address_survives_its_link() {
        let words = [
            ("view", "all"),
            ("sort", "waiting"),
            ("seller", ID),
            ("filter", "unseen:yes;any(order:no;text:я)"),
        ];
        let address = parse(&format!("/inbox/{ID}"), &words).expect("an inbox address");
        let rest = format!("?view=all&sort=waiting&seller={ID}&filter=unseen:yes;any(order:no;text:я)");
        assert_eq!(address.href(), format!("/inbox/{ID}{rest}"));
        assert_eq!((address.query.view, address.query.sort), (View::All, Sort::Waiting));
        assert_eq!(address.with_chat(None).href(), format!("/inbox{rest}"));
        assert_eq!(address.trouble, None);
    }

    #[test]
    fn what_cannot_be_read_becomes_the_first_list() {
        let words = [("view", "urgent"), ("sort", "up"), ("seller", "ozon")];
        let address = parse("/inbox/", &words).expect("an inbox address");
        assert_eq!(address.href(), "/inbox?view=waiting");
        assert_eq!(address.open, Open::Nothing);
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_none_and_is_said() {
        let too_deep = "!".repeat(6) + "unseen:yes";
        for text in ["unseen", "colour:red", too_deep.as_str()] {
            let address = parse("/inbox", &[("view", "open"), ("filter", text)]).expect("an inbox address");
            assert_eq!((address.trouble, &address.query.filter), (Some(Trouble::FilterUnreadable), &None));
            assert_eq!(address.href(), "/inbox?view=open");
        }
        let empty = parse("/inbox", &[("filter", "")]).expect("an inbox address");
        assert_eq!(empty.trouble, None);
    }

    #[test]
    fn a_saved_list_is_followed_until_it_is_changed_here() {
        let unseen = Filter::Is(Condition::Unseen(true));
        let view = kept(ListQuery { filter: Some(unseen.clone()), ..ListQuery::of(View::Open) });
        let saved = [view.clone()];
        let here = parse_among("/inbox", &[("saved", ID)], Some(&saved)).expect("an inbox address");
        assert_eq!((here.query.clone(), here.source), (view.query.clone(), Source::Saved));
        assert_eq!(here.href(), format!("/inbox?saved={ID}"));

        let changed = here.with_filter(None);
        assert_eq!(changed.href(), format!("/inbox?view=open&saved={ID}"));
        let words = [("view", "open"), ("saved", ID)];
        let read = parse_among("/inbox", &words, Some(&saved)).expect("an inbox address");
        assert_eq!((read.saved, read.source), (Some(view.id), Source::Spelled));
        // Changed back, it is the saved one again.
        let words = [("view", "open"), ("filter", "unseen:yes"), ("saved", ID)];
        let read = parse_among("/inbox", &words, Some(&saved)).expect("an inbox address");
        assert_eq!(read.href(), format!("/inbox?saved={ID}"));
        assert_eq!(here.with_query(ListQuery::of(View::All)).href(), "/inbox?view=all");
    }

    #[test]
    fn a_saved_list_that_is_gone_is_said_once_that_is_known() {
        let words = [("saved", OTHER)];
        let early = parse_among("/inbox", &words, None).expect("an inbox address");
        assert_eq!((early.trouble, early.href()), (None, format!("/inbox?saved={OTHER}")));
        let saved = [kept(ListQuery::of(View::Closed))];
        assert_eq!(early.query_among(&saved), ListQuery::of(View::Waiting));
        let late = parse_among("/inbox", &words, Some(&saved)).expect("an inbox address");
        assert_eq!(late.trouble, Some(Trouble::SavedUnknown));
        let early = parse_among("/inbox", &[("saved", ID)], None).expect("an inbox address");
        assert_eq!(early.query_among(&saved), ListQuery::of(View::Closed));
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
