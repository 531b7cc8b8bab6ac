//! The list as it is shown: rows that change in place, an order that waits for the pointer, pages and news.

use super::address::Address;
use super::lines::{Lines, Urgency};
use super::order::{self, Offer, Order, Plan};
use super::refresh::{Outcome, Refresher};
use crate::features::inbox::api;
use crate::features::inbox::types::{
    CHATS_PER_PAGE, ChatListPage, ChatRow, Counts, ListCursor, ListQuery, Sort,
};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, UserId};
use crate::shared::time::Zone;
use crate::ui::live::{Live, LiveNews};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many moved chats are asked for by name; when more have moved, the list is asked for.
const MOST_NAMED: usize = 100;
/// So many chats are asked again after news were lost.
const MOST_AGAIN: usize = 5 * CHATS_PER_PAGE;
/// A page of a filter that few chats pass may hold few of them, or none. Then the following ones are asked for by
/// themselves; after so many a person says whether to look on.
const MOST_LOOKS: usize = 200;
/// When the whole list has been asked again, it rests so long for each page that this took: a list whose chats lie far apart
/// must not keep a server busy while much is moving.
const REST_A_PAGE: Duration = Duration::from_millis(100);

/// The list of chats on the screen. Cheap to clone; its signals outlive the parts of the page that show them.
#[derive(Clone)]
pub struct ListState {
    /// The chats from top to bottom.
    pub shown: ArcRwSignal<Vec<ChatId>>,
    /// The same with the headings between them.
    pub lines: ArcRwSignal<Lines>,
    /// The numbers on the tabs.
    pub counts: ArcRwSignal<Counts>,
    /// A new order that waits until nobody is in its way.
    pub offer: ArcRwSignal<Option<Offer>>,
    /// Whether the list goes on below.
    pub has_more: ArcRwSignal<bool>,
    /// Chats whose newest message is older have not been looked at yet, where the list goes by that.
    pub looked_to: ArcRwSignal<Option<DateTime<Utc>>>,
    /// A following page is on its way.
    pub is_loading_more: ArcRwSignal<bool>,
    /// Another list is on its way; the old one is still shown.
    pub is_switching: ArcRwSignal<bool>,
    /// Why the list may not be up to date.
    pub problem: ArcRwSignal<Option<AppError>>,
    inner: Arc<Inner>,
}

struct Inner {
    address: Memo<Address>,
    live: Live,
    person: Option<UserId>,
    now: Signal<DateTime<Utc>>,
    zone: Zone,
    content: Mutex<Content>,
    in_the_way: Mutex<InTheWay>,
    /// Asks again what may have moved.
    refresher: Mutex<Option<Refresher>>,
}

struct Content {
    order: Order,
    rows: HashMap<ChatId, ArcRwSignal<ChatRow>>,
    /// Chats that moved since the last question, or the whole list.
    moved: HashSet<ChatId>,
    is_all_moved: bool,
    /// Counts the lists that were asked for: an answer for another list than the present one is late.
    turn: u64,
    /// The whole list was asked for just now.
    is_resting: bool,
    /// It was looked far enough without a person wanting it.
    is_tired: bool,
    /// Nobody shows the list any more.
    is_gone: bool,
}

/// Who would be disturbed if rows moved.
#[derive(Clone, Copy, Debug, Default)]
struct InTheWay {
    pointer: bool,
    /// Focus that was brought by keyboard.
    focus: bool,
    scrolled: bool,
}

impl ListState {
    /// An empty list that follows the address and the news.
    pub fn new(
        address: Memo<Address>,
        live: Live,
        person: Option<UserId>,
        now: Signal<DateTime<Utc>>,
        zone: Zone,
    ) -> Self {
        let query = address.with_untracked(|address| address.query.clone());
        let content = Content {
            order: Order::empty(query),
            rows: HashMap::new(),
            moved: HashSet::new(),
            is_all_moved: false,
            turn: 0,
            is_resting: false,
            is_tired: false,
            is_gone: false,
        };
        let inner = Inner {
            address,
            live: live.clone(),
            person,
            now,
            zone,
            content: Mutex::new(content),
            in_the_way: Mutex::default(),
            refresher: Mutex::default(),
        };
        let state = ListState {
            shown: ArcRwSignal::new(Vec::new()),
            lines: ArcRwSignal::new(Lines::default()),
            counts: ArcRwSignal::new(Counts::default()),
            offer: ArcRwSignal::new(None),
            has_more: ArcRwSignal::new(false),
            looked_to: ArcRwSignal::new(None),
            is_loading_more: ArcRwSignal::new(false),
            is_switching: ArcRwSignal::new(false),
            problem: ArcRwSignal::new(None),
            inner: Arc::new(inner),
        };
        state.follow_news(&live);
        state.follow_address();
        state.follow_clock();
        state
    }

    /// Begins with a first page.
    pub fn begin(&self, query: ListQuery, page: &ChatListPage) {
        {
            let mut content = self.content();
            content.order = Order::new(query, page);
            content.is_tired = false;
        }
        self.counts.set(page.counts);
        self.problem.set(None);
        self.offer.set(None);
        self.follow_rows();
        self.show(self.wanted());
        self.fill();
    }

    /// The row of a chat; changes in place.
    pub fn row(&self, chat: ChatId) -> Option<ArcRwSignal<ChatRow>> {
        self.content().rows.get(&chat).cloned()
    }

    /// Changes a row before the server tells.
    pub fn patch(&self, chat: ChatId, change: impl FnOnce(&mut ChatRow)) {
        self.content().order.patch(chat, change);
        self.follow_rows();
    }

    /// Shows the order that was waiting.
    pub fn accept_offer(&self) {
        self.show(self.wanted());
    }

    /// The pointer came or left.
    pub fn set_pointer(&self, is_here: bool) {
        self.in_the_way().pointer = is_here;
        self.rearrange();
    }

    /// The focus came by keyboard, or left.
    pub fn set_focus(&self, is_here: bool) {
        self.in_the_way().focus = is_here;
        self.rearrange();
    }

    /// The list was scrolled away from its top, or back.
    pub fn set_scrolled(&self, is_scrolled: bool) {
        let was_scrolled = std::mem::replace(&mut self.in_the_way().scrolled, is_scrolled);
        if was_scrolled && !is_scrolled {
            self.rearrange();
        }
    }

    /// Asks for what follows, because a person wants it.
    pub fn go_on(&self) {
        self.content().is_tired = false;
        self.load_more();
    }

    /// Asks for what follows, unless that was long enough in vain.
    pub fn load_more(&self) {
        if self.is_loading_more.get_untracked() || self.is_switching.get_untracked() || !self.goes_on() {
            return;
        }
        self.is_loading_more.set(true);
        let this = self.clone();
        let turn = self.content().turn;
        spawn_local(async move {
            let (mut found, mut looks) = (0, 0);
            while found < CHATS_PER_PAGE && looks < MOST_LOOKS {
                let Some(more) = this.look_on(turn).await else { break };
                (found, looks) = (found + more, looks + 1);
            }
            this.is_loading_more.set(false);
            if this.content().turn != turn {
                // Another list has come in the meantime, and could not look on.
                this.fill();
            } else if looks == MOST_LOOKS {
                this.content().is_tired = true;
            }
        });
    }

    /// Looks on when so few are here that nobody could scroll to ask for more.
    fn fill(&self) {
        let is_short = self.shown.with_untracked(Vec::len) < CHATS_PER_PAGE;
        if is_short && self.goes_on() && cfg!(feature = "hydrate") {
            let this = self.clone();
            // Not while the page is being taken over.
            spawn_local(async move { this.load_more() });
        }
    }

    fn goes_on(&self) -> bool {
        let content = self.content();
        content.order.next.is_some() && !content.is_tired && !content.is_gone
    }

    /// Asks for the following page. Says how many chats it holds; `None` when there is nothing more to ask.
    async fn look_on(&self, turn: u64) -> Option<usize> {
        let (query, after) = {
            let content = self.content();
            (content.order.query().clone(), content.order.next.filter(|_| content.turn == turn)?)
        };
        let answer = api::chats(query, Some(after)).await;
        if self.content().turn != turn {
            return None;
        }
        match answer {
            // The list was asked for anew in the meantime, down to another place: there would be a gap.
            Ok(_) if self.content().order.next != Some(after) => Some(0),
            Ok(page) => {
                self.append(&page);
                Some(page.page.items.len())
            }
            Err(error) => {
                self.note(error);
                None
            }
        }
    }

    /// Asks for another list, while the old one stays.
    fn switch(&self, query: ListQuery) {
        self.is_switching.set(true);
        let this = self.clone();
        spawn_local(async move {
            if this.ask_for(query).await == Outcome::TryLater {
                this.ask_again();
            }
        });
    }

    /// Asks for another list and shows it, unless yet another one has been asked for in the meantime.
    async fn ask_for(&self, query: ListQuery) -> Outcome {
        let turn = {
            let mut content = self.content();
            content.turn += 1;
            content.turn
        };
        let answer = api::chats(query.clone(), None).await;
        if self.content().turn != turn {
            return Outcome::Settled;
        }
        self.is_switching.set(false);
        match answer {
            Ok(page) => {
                self.begin(query, &page);
                Outcome::Settled
            }
            Err(error) => self.note(error),
        }
    }

    /// Asks for the list of the address again.
    pub fn reload(&self) {
        if let Some(query) = self.wanted_query() {
            self.switch(query);
        }
    }

    fn wanted_query(&self) -> Option<ListQuery> {
        self.inner.address.try_with_untracked(|address| address.query.clone())
    }

    fn follow_news(&self, live: &Live) {
        let this = self.clone();
        let refresher = Refresher::new(move || this.clone().refresh());
        *self.refresher() = Some(refresher.clone());
        let this = self.clone();
        // It holds the list and the list holds it: without this, neither would ever go.
        on_cleanup(move || {
            *this.refresher() = None;
            let mut content = this.content();
            content.turn += 1;
            content.is_gone = true;
        });
        let this = self.clone();
        live.on_change(move |news| {
            if this.note_moved(news) {
                refresher.soon();
            }
        });
    }

    fn ask_again(&self) {
        let refresher = self.refresher().clone();
        if let Some(refresher) = refresher {
            refresher.soon();
        }
    }

    fn follow_address(&self) {
        let this = self.clone();
        let query = Memo::new(move |_| this.inner.address.with(|address| address.query.clone()));
        let this = self.clone();
        let follow = move |query: &ListQuery, _: Option<&ListQuery>, _| {
            // The first page may have been asked for by the name of a saved list, before anybody knew what that means.
            let is_here = *this.content().order.query() == *query && !this.is_switching.get_untracked();
            if !is_here {
                this.switch(query.clone());
            }
        };
        Effect::watch(move || query.get(), follow, false);
        let this = self.clone();
        let open = Memo::new(move |_| this.inner.address.with(Address::chat));
        let this = self.clone();
        // The chat that was open may have left the list in the meantime.
        Effect::watch(move || open.get(), move |_, _, _| this.rearrange(), false);
    }

    /// Chats become more urgent by themselves.
    fn follow_clock(&self) {
        let (this, now) = (self.clone(), self.inner.now);
        let minute = Memo::new(move |_| now.get().timestamp() / 60);
        Effect::watch(move || minute.get(), move |_, _, _| this.regroup(), false);
    }

    /// Remembers what moved. Says whether there is anything to ask.
    fn note_moved(&self, news: LiveNews) -> bool {
        let mut content = self.content();
        let LiveNews::Changes(events) = news else {
            content.is_all_moved = true;
            return true;
        };
        let mut any = false;
        for event in events {
            match event.change {
                Change::Chat { chat } | Change::Reply { chat, .. } => _ = content.moved.insert(chat),
                Change::Seen { chat, user } | Change::Starred { chat, user }
                    if Some(user) == self.inner.person =>
                {
                    _ = content.moved.insert(chat)
                }
                // A seller that came or went changes the numbers and maybe every row.
                Change::Seller { .. } | Change::Import { .. } | Change::Tags => content.is_all_moved = true,
                Change::Order { chat } => _ = content.moved.insert(chat),
                Change::Seen { .. }
                | Change::Starred { .. }
                | Change::Note { .. }
                | Change::SavedFilters { .. }
                | Change::QuickReplies
                | Change::Wording
                | Change::Deadlines
                | Change::Suggestion { .. }
                | Change::SuggestionSettings
                | Change::Articles
                | Change::Workspace
                | Change::People
                | Change::Bulk { .. }
                | Change::Notice { .. } => {
                    continue;
                }
            }
            any = true;
        }
        any
    }

    async fn refresh(self) -> Outcome {
        let present = self.content().order.query().clone();
        if let Some(query) = self.wanted_query().filter(|query| *query != present) {
            // The list of the address could not be had so far.
            return self.ask_for(query).await;
        }
        let (query, turn, moved, is_all) = {
            let mut content = self.content();
            let is_all = !content.is_resting && (content.is_all_moved || content.moved.len() > MOST_NAMED);
            content.is_all_moved &= !is_all;
            let moved = if is_all || content.moved.len() <= MOST_NAMED {
                std::mem::take(&mut content.moved)
            } else {
                let some = content.moved.iter().take(MOST_NAMED).copied().collect();
                content.moved.retain(|chat| !HashSet::contains(&some, chat));
                some
            };
            (content.order.query().clone(), content.turn, moved, is_all)
        };
        let answer = if is_all {
            self.refresh_all(query, turn).await
        } else {
            self.refresh_some(query, turn, &moved).await
        };
        match answer {
            Ok(()) => {
                self.problem.set(None);
                Outcome::Settled
            }
            Err(error) => {
                {
                    let mut content = self.content();
                    content.moved.extend(moved);
                    content.is_all_moved |= is_all;
                }
                self.note(error)
            }
        }
    }

    async fn refresh_some(
        &self,
        query: ListQuery,
        turn: u64,
        moved: &HashSet<ChatId>,
    ) -> Result<(), AppError> {
        let asked: Vec<ChatId> = moved.iter().copied().collect();
        let answer = api::rows(query, asked.clone()).await?;
        if self.content().turn == turn {
            self.content().order.update(&asked, &answer.rows);
            self.counts.set(answer.counts);
            self.follow_rows();
            self.rearrange();
        }
        Ok(())
    }

    /// Asks for as much of the list as was asked for before.
    async fn refresh_all(&self, query: ListQuery, turn: u64) -> Result<(), AppError> {
        let mut found = 0;
        let mut pages: Vec<ChatListPage> = Vec::new();
        loop {
            let after = pages.last().and_then(|page| page.page.next);
            let page = api::chats(query.clone(), after).await?;
            found += page.page.items.len();
            let next = page.page.next;
            pages.push(page);
            let content = self.content();
            if content.turn != turn {
                return Ok(());
            }
            // Read anew each time: more of it may have come in the meantime.
            let was_looked_to = content.order.next;
            let is_there = match (next, was_looked_to) {
                (None, _) => true,
                (Some(next), Some(before)) => next.compare(&before).is_ge(),
                (Some(_), None) => false,
            };
            if is_there || found >= MOST_AGAIN || pages.len() == MOST_LOOKS {
                break;
            }
        }
        self.rest_after(pages.len());
        self.content().order.refresh(&pages);
        if let Some(page) = pages.last() {
            self.counts.set(page.counts);
        }
        self.follow_rows();
        self.rearrange();
        self.fill();
        Ok(())
    }

    fn rest_after(&self, pages: usize) {
        self.content().is_resting = true;
        let this = self.clone();
        let wake = move || {
            let is_wanted = {
                let mut content = this.content();
                content.is_resting = false;
                content.is_all_moved || !content.moved.is_empty()
            };
            if is_wanted {
                this.ask_again();
            }
        };
        set_timeout(wake, REST_A_PAGE * pages as u32);
    }

    fn append(&self, page: &ChatListPage) {
        self.content().order.extend(page);
        self.counts.set(page.counts);
        self.problem.set(None);
        self.follow_rows();
        let wanted = self.wanted();
        let shown = self.shown.with_untracked(|shown| order::appended(shown, &wanted, page));
        self.show_without_settling(shown);
    }

    /// Shows why the list may not be up to date. Says whether asking again may help.
    fn note(&self, error: AppError) -> Outcome {
        if error == AppError::Unauthorized {
            self.inner.live.note_session_ended();
        }
        let outcome = if error.is_temporary() { Outcome::TryLater } else { Outcome::Settled };
        self.problem.set(Some(error));
        outcome
    }

    /// Lets the rows on the screen follow what is known.
    fn follow_rows(&self) {
        let mut changed = Vec::new();
        {
            let content = &mut *self.content();
            for row in content.order.rows() {
                match content.rows.get(&row.id) {
                    Some(signal) => changed.push((signal.clone(), row.clone())),
                    None => _ = content.rows.insert(row.id, ArcRwSignal::new(row.clone())),
                }
            }
        }
        // Outside of the lock: whoever listens may look into the list.
        for (signal, row) in changed {
            if signal.with_untracked(|shown| *shown != row) {
                signal.set(row);
            }
        }
    }

    /// Brings the order up to date, or offers to.
    fn rearrange(&self) {
        let wanted = self.wanted();
        let is_free = self.is_free();
        match self.shown.with_untracked(|shown| order::plan(shown, wanted, is_free)) {
            Plan::Leave => self.set_offer(None),
            Plan::Show(order) => self.show(order),
            Plan::Offer(offer) => self.set_offer(Some(offer)),
        }
        self.regroup();
        self.follow_end();
    }

    /// Whether nobody would be disturbed if rows moved.
    fn is_free(&self) -> bool {
        let in_the_way = self.in_the_way();
        !in_the_way.pointer && !in_the_way.focus && !in_the_way.scrolled
    }

    /// Lets the headings follow the time, unless they would move what somebody points at.
    fn regroup(&self) {
        if self.is_free() {
            self.draw_lines();
        }
    }

    fn draw_lines(&self) {
        let Some(now) = self.inner.now.try_get_untracked() else { return };
        let lines = self.shown.with_untracked(|shown| {
            let content = self.content();
            let has_headings = content.order.query().sort == Sort::Deadline;
            Lines::new(shown, |chat| {
                let place = content.order.place(chat).filter(|_| has_headings)?;
                Some(Urgency::of(&place, now, self.inner.zone))
            })
        });
        if self.lines.with_untracked(|drawn| *drawn != lines) {
            self.lines.set(lines);
        }
    }

    fn show(&self, order: Vec<ChatId>) {
        self.set_offer(None);
        self.show_without_settling(order);
    }

    fn show_without_settling(&self, order: Vec<ChatId>) {
        if self.shown.with_untracked(|shown| *shown != order) {
            self.shown.set(order);
        }
        self.draw_lines();
        self.follow_end();
    }

    fn set_offer(&self, offer: Option<Offer>) {
        if self.offer.get_untracked() != offer {
            self.offer.set(offer);
        }
    }

    fn follow_end(&self) {
        let next = self.content().order.next;
        if self.has_more.get_untracked() != next.is_some() {
            self.has_more.set(next.is_some());
        }
        let by_newest = |next: &ListCursor| next.sort == Sort::Newest || next.waits_since.is_none();
        let looked_to = next.filter(by_newest).map(|next| next.last_message_at);
        if self.looked_to.get_untracked() != looked_to {
            self.looked_to.set(looked_to);
        }
    }

    fn wanted(&self) -> Vec<ChatId> {
        let open = self.inner.address.try_with_untracked(Address::chat).flatten();
        self.content().order.wanted(open)
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.inner.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refresher(&self) -> MutexGuard<'_, Option<Refresher>> {
        self.inner.refresher.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_the_way(&self) -> MutexGuard<'_, InTheWay> {
        self.inner.in_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
