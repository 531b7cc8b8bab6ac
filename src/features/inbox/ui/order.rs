//! The order of the list: which rows it holds, where they stand, and when they may move. Rules without a screen.

use crate::features::inbox::types::{ChangedRow, ChatListPage, ChatRow, ListCursor, ListQuery};
use crate::shared::ids::ChatId;
use std::collections::{HashMap, HashSet};

/// The rows we know of one list, down to where it was loaded.
#[derive(Clone, Debug)]
pub struct Order {
    query: ListQuery,
    entries: HashMap<ChatId, Entry>,
    /// Where the next page begins; `None` when everything is here.
    pub next: Option<ListCursor>,
}

#[derive(Clone, Debug)]
struct Entry {
    row: ChatRow,
    /// The last place it had as a member of the list, so that an answered chat stays where it was.
    place: ListCursor,
    belongs: bool,
}

impl Order {
    /// The list as its first page tells.
    pub fn new(query: ListQuery, page: &ChatListPage) -> Self {
        let mut order = Order { query, entries: HashMap::new(), next: None };
        order.extend(page);
        order
    }

    /// A list that nobody has asked for yet.
    pub fn empty(query: ListQuery) -> Self {
        Order { query, entries: HashMap::new(), next: None }
    }

    /// Which list this is.
    pub fn query(&self) -> &ListQuery {
        &self.query
    }

    /// Adds the following page.
    pub fn extend(&mut self, page: &ChatListPage) {
        for row in &page.page.items {
            self.put(row.clone(), true);
        }
        self.next = page.page.next;
    }

    /// Takes over the whole list, asked again from its beginning; what it does not hold has left it.
    pub fn refresh(&mut self, pages: &[ChatListPage]) {
        for entry in self.entries.values_mut() {
            entry.belongs = false;
        }
        for page in pages {
            self.extend(page);
        }
    }

    /// Takes over what was asked for: rows that did not come back have left the list.
    pub fn update(&mut self, asked: &[ChatId], rows: &[ChangedRow]) {
        for chat in asked {
            if let Some(entry) = self.entries.get_mut(chat) {
                entry.belongs = false;
            }
        }
        for changed in rows {
            self.put(changed.row.clone(), changed.belongs);
        }
    }

    /// Changes a row in place.
    pub fn patch(&mut self, chat: ChatId, change: impl FnOnce(&mut ChatRow)) {
        if let Some(entry) = self.entries.get_mut(&chat) {
            change(&mut entry.row);
        }
    }

    /// Where a chat stands: the last place it had as a member of the list.
    pub fn place(&self, chat: ChatId) -> Option<ListCursor> {
        self.entries.get(&chat).map(|entry| entry.place)
    }

    /// Every row we know.
    pub fn rows(&self) -> impl Iterator<Item = &ChatRow> {
        self.entries.values().map(|entry| &entry.row)
    }

    /// The chats as the list should show them now. The one that is open stays even when it has left the list.
    pub fn wanted(&self, open: Option<ChatId>) -> Vec<ChatId> {
        let is_loaded = |entry: &Entry| self.next.is_none_or(|end| entry.place.compare(&end).is_le());
        let mut shown: Vec<&Entry> = self
            .entries
            .values()
            .filter(|it| (it.belongs && is_loaded(it)) || open == Some(it.row.id))
            .collect();
        shown.sort_by(|a, b| a.place.compare(&b.place));
        shown.into_iter().map(|it| it.row.id).collect()
    }

    fn put(&mut self, row: ChatRow, belongs: bool) {
        let place = ListCursor::of(&row, self.query.sort);
        match self.entries.get_mut(&row.id) {
            Some(entry) => {
                if belongs {
                    entry.place = place;
                }
                entry.belongs = belongs;
                entry.row = row;
            }
            None if belongs => _ = self.entries.insert(row.id, Entry { row, place, belongs }),
            None => {}
        }
    }
}

/// What to do with a list that should look different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It looks as it should, or only rows would go: that can wait.
    Leave,
    /// Show it so.
    Show(Vec<ChatId>),
    /// Somebody points at it: offer the new order.
    Offer(Offer),
}

/// What waits behind the button over the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Chats that are not shown yet; none when rows only change places.
    pub new: usize,
}

/// Nothing moves under the pointer: a new order is shown at once only where nobody is in its way.
pub fn plan(shown: &[ChatId], wanted: Vec<ChatId>, is_free: bool) -> Plan {
    if shown == wanted {
        return Plan::Leave;
    }
    if is_free || shown.is_empty() {
        return Plan::Show(wanted);
    }
    let known: HashSet<&ChatId> = shown.iter().collect();
    let new = wanted.iter().filter(|chat| !known.contains(chat)).count();
    let stays: HashSet<&ChatId> = wanted.iter().collect();
    let before = shown.iter().filter(|chat| stays.contains(chat));
    let after = wanted.iter().filter(|chat| known.contains(chat));
    if new == 0 && before.eq(after) { Plan::Leave } else { Plan::Offer(Offer { new }) }
}

/// The list with a following page at its end: nothing that is shown moves.
pub fn appended(shown: &[ChatId], wanted: &[ChatId], page: &ChatListPage) -> Vec<ChatId> {
    let known: HashSet<&ChatId> = shown.iter().collect();
    let page: HashSet<ChatId> = page.page.items.iter().map(|row| row.id).collect();
    let following = wanted.iter().filter(|chat| page.contains(chat) && !known.contains(chat));
    shown.iter().chain(following).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::{
        Author, ChatStatus, Counts, HistoryState, Priority, View, WorkState,
    };
    use crate::shared::ids::SellerId;
    use crate::shared::marketplace::Marketplace;
    use crate::shared::paging::Page;
    use chrono::{DateTime, Duration, Utc};

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minute)
    }

    fn chat(n: u128) -> ChatId {
        ChatId(uuid::Uuid::from_u128(n))
    }

    fn seller() -> SellerId {
        SellerId(uuid::Uuid::from_u128(1))
    }

    fn row(n: u128, minute: i64) -> ChatRow {
        ChatRow {
            id: chat(n),
            external_id: format!("chat-{n}"),
            marketplace: Marketplace::Ozon,
            seller: seller(),
            seller_name: String::new(),
            order_number: None,
            status: ChatStatus::Open,
            last_message_at: at(minute),
            preview: String::new(),
            last_author: Some(Author::Buyer),
            unanswered_since: Some(at(minute)),
            waits_since: Some(at(minute)),
            promised_until: None,
            due_at: Some(at(minute + 60)),
            due_kind: None,
            due_since: None,
            is_highlighted: false,
            unseen: 0,
            has_draft: false,
            history: HistoryState::Known,
            work: WorkState::Open,
            snoozed_until: None,
            assignee: None,
            priority: Priority::Normal,
            tags: Vec::new(),
            is_starred: false,
            understood: None,
        }
    }

    fn inside(row: ChatRow) -> ChangedRow {
        ChangedRow { row, belongs: true }
    }

    fn outside(row: ChatRow) -> ChangedRow {
        ChangedRow { row, belongs: false }
    }

    fn answered(n: u128, minute: i64) -> ChatRow {
        ChatRow { unanswered_since: None, waits_since: None, due_at: None, ..row(n, minute) }
    }

    fn page(rows: Vec<ChatRow>, next: Option<ListCursor>) -> ChatListPage {
        ChatListPage { page: Page { items: rows, next }, counts: Counts::default() }
    }

    fn waiting() -> ListQuery {
        ListQuery::of(View::Waiting)
    }

    #[test]
    fn the_nearest_deadline_stands_first_wherever_it_came_from() {
        let mut order = Order::new(waiting(), &page(vec![row(2, 20), row(3, 30)], None));
        order.update(&[chat(1)], &[inside(row(1, 10))]);
        assert_eq!(order.wanted(None), [chat(1), chat(2), chat(3)]);
    }

    #[test]
    fn an_answered_chat_stays_in_its_place_while_it_is_open() {
        let mut order = Order::new(waiting(), &page(vec![row(1, 10), row(2, 20), row(3, 30)], None));
        order.update(&[chat(2)], &[outside(answered(2, 40))]);
        assert_eq!(order.wanted(Some(chat(2))), [chat(1), chat(2), chat(3)]);
        assert_eq!(order.wanted(None), [chat(1), chat(3)]);
    }

    #[test]
    fn a_row_that_did_not_come_back_has_left_the_list() {
        let mut order = Order::new(waiting(), &page(vec![row(1, 10), row(2, 20)], None));
        order.update(&[chat(1)], &[]);
        assert_eq!(order.wanted(None), [chat(2)]);
    }

    #[test]
    fn a_chat_behind_the_loaded_part_waits_for_its_page() {
        let end = ListCursor::of(&row(2, 20), View::Waiting.usual_sort());
        let mut order = Order::new(waiting(), &page(vec![row(1, 10), row(2, 20)], Some(end)));
        order.update(&[chat(9)], &[inside(row(9, 90))]);
        assert_eq!(order.wanted(None), [chat(1), chat(2)]);
        order.extend(&page(vec![row(3, 30), row(9, 90)], None));
        assert_eq!(order.wanted(None), [chat(1), chat(2), chat(3), chat(9)]);
    }

    #[test]
    fn a_chat_that_the_server_does_not_count_in_is_not_of_this_list() {
        let mut order = Order::new(waiting(), &page(vec![row(1, 10)], None));
        order.update(&[chat(2)], &[outside(row(2, 20))]);
        assert_eq!(order.wanted(None), [chat(1)]);
    }

    #[test]
    fn after_lost_news_the_list_is_what_was_asked_again() {
        let mut order = Order::new(waiting(), &page(vec![row(1, 10), row(2, 20), row(5, 50)], None));
        let end = ListCursor::of(&row(3, 30), View::Waiting.usual_sort());
        order.refresh(&[page(vec![row(1, 10), row(3, 30)], Some(end))]);
        assert_eq!(order.wanted(None), [chat(1), chat(3)]);
        assert_eq!(order.wanted(Some(chat(2))), [chat(1), chat(2), chat(3)]);
        assert_eq!(order.next, Some(end));
    }

    #[test]
    fn nothing_moves_where_somebody_points() {
        let shown = [chat(1), chat(2), chat(3)];
        let moved = vec![chat(3), chat(1), chat(2)];
        assert_eq!(plan(&shown, moved.clone(), false), Plan::Offer(Offer { new: 0 }));
        assert_eq!(plan(&shown, moved.clone(), true), Plan::Show(moved));
        assert_eq!(plan(&shown, vec![chat(4), chat(1), chat(2)], false), Plan::Offer(Offer { new: 1 }));
        assert_eq!(plan(&shown, vec![chat(1), chat(3)], false), Plan::Leave);
        assert_eq!(plan(&shown, shown.to_vec(), true), Plan::Leave);
        assert_eq!(plan(&[], vec![chat(1)], false), Plan::Show(vec![chat(1)]));
    }

    #[test]
    fn a_following_page_goes_to_the_end() {
        let shown = [chat(2), chat(1)];
        let wanted = [chat(9), chat(1), chat(2), chat(3)];
        let next = page(vec![row(3, 30)], None);
        assert_eq!(appended(&shown, &wanted, &next), [chat(2), chat(1), chat(3)]);
    }
}
