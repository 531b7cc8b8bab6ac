//! The messages of a chat as the window knows them: pages from the server, replies of this browser that the server
//! does not know yet, what stands between them, and how all of it stands together. Rules without a screen.

use crate::features::inbox::types::{
    ActivityView, Author, Beside, Direction, MessageCursor, MessageView, NoteView, ReplyState, Slice, Stretch,
};
use crate::shared::error::AppError;
use crate::shared::ids::{ActivityId, NoteId, ReplyId};
use crate::shared::paging::Page;
use crate::shared::time::Zone;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::collections::HashSet;

/// Messages of one author that follow each other within this time stand together.
const GROUP_MINUTES: i64 = 5;

/// A message in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Bubble {
    /// Its name in this window; stays when a reply of this browser becomes the server's.
    pub id: String,
    pub view: MessageView,
    /// What the server knows of it.
    pub origin: Origin,
}

/// Who knows of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The server told us, at this moment of the window's own count.
    Server { told: u64 },
    /// It waits in this browser; `refused` says why the server did not take it.
    Browser { refused: Option<AppError> },
}

/// All messages the window has.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    bubbles: Vec<Bubble>,
    /// Notes and what was done, in their order.
    beside: Vec<Placed>,
    /// Before which message older ones can be asked for; `None` at the beginning of the chat.
    pub older: Option<MessageCursor>,
    /// After which message newer ones can be asked for; `None` when the window reaches to the newest.
    pub newer: Option<MessageCursor>,
    /// Messages of the buyer after this were not looked at when the chat was opened; the line above them stays.
    seen_up_to: Option<DateTime<Utc>>,
    /// The newest message that the server has told of, also while it is not in the window.
    newest: Option<DateTime<Utc>>,
    /// Grows with everything the server tells, so that an answer can be told from an older one.
    moment: u64,
}

/// What stands between messages, and when the server told of it.
#[derive(Clone, Debug)]
struct Placed {
    item: Beside,
    told: u64,
}

/// A line of the window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// A day begins above this message.
    Day {
        day: NaiveDate,
        above: String,
    },
    Message {
        id: String,
    },
    Note {
        id: NoteId,
    },
    /// What was done with nothing between.
    Deeds {
        ids: Vec<ActivityId>,
    },
    /// What was not looked at when the chat was opened begins above this message.
    Unseen {
        above: String,
    },
}

impl Thread {
    /// A chat as it was opened.
    pub fn new(page: Page<MessageView, MessageCursor>) -> Self {
        let mut thread = Thread { older: page.next, ..Thread::default() };
        thread.note_newest(page.items.clone());
        for view in page.items {
            thread.put(view);
        }
        thread.sort();
        thread
    }

    /// Leaves what is in the window for the newest page, whatever lies between.
    pub fn go_to_newest(&mut self, stretch: Stretch) {
        let Stretch { messages, beside } = stretch;
        let slice = Slice { items: messages.items, older: messages.next, newer: None, found: None, beside };
        self.note_newest(slice.items.clone());
        self.go_to(slice);
    }

    /// Returns the buyer's messages that are newer than all that was told of before.
    fn note_newest(&mut self, page: Vec<MessageView>) -> Vec<MessageView> {
        let before = self.newest;
        let told = page.iter().filter(|view| view.external_id.is_some());
        self.newest = told.map(|view| view.sent_at).chain(before).max();
        let is_new = |view: &MessageView| {
            view.author.direction() == Direction::In && before.is_some_and(|before| view.sent_at > before)
        };
        page.into_iter().filter(is_new).collect()
    }

    /// The same, with a line above what the person has not looked at.
    pub fn seen_up_to(mut self, at: DateTime<Utc>) -> Self {
        self.seen_up_to = Some(at);
        self
    }

    /// Goes to another part of the chat: what the window had of the server's makes room.
    pub fn go_to(&mut self, slice: Slice) {
        self.bubbles.retain(|bubble| !matches!(bubble.origin, Origin::Server { .. }));
        self.beside.clear();
        self.moment += 1;
        self.older = slice.older.clone();
        self.merge_newer(slice);
    }

    /// Puts a newer page below.
    pub fn merge_newer(&mut self, slice: Slice) {
        self.newer = slice.newer;
        for view in slice.items {
            self.put(view);
        }
        self.merge_beside(slice.beside);
        self.sort();
    }

    /// Whether the window reaches to the newest message.
    pub fn is_at_newest(&self) -> bool {
        self.newer.is_none()
    }

    /// Remember this before asking for the newest page.
    pub fn moment(&self) -> u64 {
        self.moment
    }

    /// Takes over the newest page, asked for at `asked`. Returns the buyer's messages that are new to the window.
    pub fn merge_newest(&mut self, page: Page<MessageView, MessageCursor>, asked: u64) -> Vec<MessageView> {
        let known: HashSet<String> = self.told().map(|bubble| bubble.view.key.clone()).collect();
        if self.newer.is_some() && !page.items.iter().any(|view| known.contains(&view.key)) {
            // The person reads elsewhere: the newest page is only told of.
            return self.note_newest(page.items);
        }
        self.newer = None;
        let is_gap = page.next.is_some() && !page.items.iter().any(|view| known.contains(&view.key));
        if known.is_empty() || is_gap {
            // More has come than one page holds: what we had does not join it.
            self.bubbles.retain(|bubble| !matches!(bubble.origin, Origin::Server { .. }));
            self.beside.clear();
            self.older = page.next.clone();
        } else {
            self.drop_missing(&page, asked);
        }
        self.moment += 1;
        self.note_newest(page.items.clone());
        let mut arrived = Vec::new();
        for view in page.items {
            let is_new = !known.contains(&view.key) && view.author.direction() == Direction::In;
            if is_new {
                arrived.push(view.clone());
            }
            self.put(view);
        }
        self.sort();
        arrived
    }

    /// Puts an older page above.
    pub fn merge_older(&mut self, page: Page<MessageView, MessageCursor>) {
        self.older = page.next;
        for view in page.items {
            self.put(view);
        }
        self.sort();
    }

    /// Takes over what stands in the time of the newest page, which begins at `from`, asked for at `asked`.
    pub fn merge_newest_beside(&mut self, beside: Vec<Beside>, from: Option<DateTime<Utc>>, asked: u64) {
        if !self.is_at_newest() {
            return;
        }
        self.beside.retain(|known| {
            let is_older = from.is_some_and(|from| known.item.at() < from);
            let is_newer = known.told > asked;
            is_older || is_newer || beside.iter().any(|item| item.place() == known.item.place())
        });
        self.merge_beside(beside);
    }

    /// Takes over what stands in the time of a page.
    pub fn merge_beside(&mut self, beside: Vec<Beside>) {
        let told = self.moment;
        for item in beside {
            match self.beside.iter_mut().find(|known| known.item.place() == item.place()) {
                Some(known) => *known = Placed { item, told },
                None => self.beside.push(Placed { item, told }),
            }
        }
        self.beside.sort_by_key(|known| known.item.place());
    }

    /// The server has taken a note, or a change of it.
    pub fn confirm_note(&mut self, note: NoteView) {
        self.moment += 1;
        self.merge_beside(vec![Beside::Note(note)]);
    }

    /// Takes over what notes say now; one that has left the window since it was asked about stays away.
    pub fn renew_notes(&mut self, notes: Vec<NoteView>) {
        let is_shown =
            |note: &NoteView| self.beside().any(|item| matches!(item, Beside::Note(it) if it.id == note.id));
        let shown: Vec<Beside> = notes.into_iter().filter(is_shown).map(Beside::Note).collect();
        self.moment += 1;
        self.merge_beside(shown);
    }

    /// The server has deleted a note.
    pub fn drop_note(&mut self, note: NoteId) {
        self.beside.retain(|known| !matches!(&known.item, Beside::Note(it) if it.id == note));
    }

    /// What stands between the messages.
    pub fn beside(&self) -> impl Iterator<Item = &Beside> {
        self.beside.iter().map(|known| &known.item)
    }

    /// The newest message that the marketplace has shown.
    pub fn newest(&self) -> Option<MessageCursor> {
        self.bubbles
            .iter()
            .filter(|bubble| bubble.view.external_id.is_some())
            .map(|bubble| (bubble.view.sent_at, &bubble.view.sort_key))
            .max()
            .map(|(sent_at, sort_key)| MessageCursor { sent_at, sort_key: sort_key.clone() })
    }

    /// The server has taken a reply.
    pub fn confirm(&mut self, view: MessageView) {
        self.moment += 1;
        match view.delivery.as_ref().filter(|delivery| delivery.state == ReplyState::Withdrawn) {
            // The answer to a second try; the first one was taken back meanwhile.
            Some(delivery) => delivery.reply.into_iter().for_each(|reply| self.remove(reply)),
            None => self.put(view),
        }
        self.sort();
    }

    /// A reply was taken back.
    pub fn remove(&mut self, reply: ReplyId) {
        self.moment += 1;
        self.bubbles.retain(|bubble| reply_of(&bubble.view) != Some(reply));
    }

    /// Changes what is shown of a reply until the server tells more.
    pub fn patch(&mut self, reply: ReplyId, change: impl FnOnce(&mut MessageView)) {
        if let Some(bubble) = self.bubbles.iter_mut().find(|bubble| reply_of(&bubble.view) == Some(reply)) {
            change(&mut bubble.view);
        }
    }

    /// Sets the replies that wait in this browser; those the server knows of are the server's.
    pub fn set_waiting(&mut self, waiting: Vec<(MessageView, Option<AppError>)>) {
        self.bubbles.retain(|bubble| matches!(bubble.origin, Origin::Server { .. }));
        for (view, refused) in waiting {
            if self.find(&view).is_none() {
                self.bubbles.push(Bubble { id: view.key.clone(), view, origin: Origin::Browser { refused } });
            }
        }
        self.sort();
    }

    /// Everything in the order of the window.
    pub fn bubbles(&self) -> &[Bubble] {
        &self.bubbles
    }

    /// The lines of the window, and which messages begin a group.
    pub fn lines(&self, zone: Zone) -> (Vec<Line>, HashSet<String>) {
        let mut lines = Vec::with_capacity(self.bubbles.len() + 8);
        let mut leading = HashSet::new();
        let mut before: Option<&Bubble> = None;
        let unseen = self.first_unseen();
        let mut last_day: Option<NaiveDate> = None;
        let mut beside = self.beside().peekable();
        for bubble in &self.bubbles {
            let (is_last, sent_at, _) = bubble.view.place();
            while let Some(item) = beside.next_if(|item| is_last || item.at() < sent_at) {
                stand_between(item, zone, &mut lines, &mut last_day);
                before = None;
            }
            let day = zone.day(bubble.view.sent_at);
            // Replies that wait stand last even when they were written days ago.
            let opens_day = last_day.is_none_or(|last| day > last);
            if opens_day {
                lines.push(Line::Day { day, above: bubble.id.clone() });
                last_day = Some(day);
            }
            let opens_unseen = unseen == Some(bubble.id.as_str());
            if opens_unseen {
                lines.push(Line::Unseen { above: bubble.id.clone() });
            }
            if opens_day
                || opens_unseen
                || before.is_none_or(|before| !stand_together(&before.view, &bubble.view))
            {
                leading.insert(bubble.id.clone());
            }
            lines.push(Line::Message { id: bubble.id.clone() });
            before = Some(bubble);
        }
        for item in beside {
            stand_between(item, zone, &mut lines, &mut last_day);
        }
        (lines, leading)
    }

    /// The buyer's first message that was not looked at; none when all of the chat is new, or when it stands above what
    /// the window has.
    pub fn first_unseen(&self) -> Option<&str> {
        let seen_up_to = self.seen_up_to?;
        let is_unseen = |bubble: &Bubble| {
            bubble.view.author.direction() == Direction::In && bubble.view.sent_at > seen_up_to
        };
        let place = self.bubbles.iter().position(is_unseen)?;
        (place > 0).then(|| self.bubbles[place].id.as_str())
    }

    fn told(&self) -> impl Iterator<Item = &Bubble> {
        self.bubbles.iter().filter(|bubble| matches!(bubble.origin, Origin::Server { .. }))
    }

    /// Drops what a page should hold but does not, e.g. a reply that was found to be a message we also have.
    fn drop_missing(&mut self, page: &Page<MessageView, MessageCursor>, asked: u64) {
        let held: HashSet<&str> = page.items.iter().map(|view| view.key.as_str()).collect();
        let begins = page.items.first().filter(|_| page.next.is_some()).map(MessageView::place);
        self.bubbles.retain(|bubble| match bubble.origin {
            Origin::Browser { .. } => true,
            Origin::Server { told } => {
                let is_older = begins.is_some_and(|begins| bubble.view.place() < begins);
                is_older || told > asked || held.contains(bubble.view.key.as_str())
            }
        });
    }

    fn find(&self, view: &MessageView) -> Option<usize> {
        let reply = reply_of(view);
        self.bubbles
            .iter()
            .position(|it| it.view.key == view.key || (reply.is_some() && reply_of(&it.view) == reply))
    }

    fn put(&mut self, view: MessageView) {
        let origin = Origin::Server { told: self.moment };
        match self.find(&view) {
            Some(at) => {
                let bubble = &mut self.bubbles[at];
                bubble.view = view;
                bubble.origin = origin;
            }
            None => self.bubbles.push(Bubble { id: view.key.clone(), view, origin }),
        }
    }

    fn sort(&mut self) {
        self.bubbles.sort_by(|a, b| a.view.place().cmp(&b.view.place()));
    }
}

/// The reply a message began as.
pub fn reply_of(view: &MessageView) -> Option<ReplyId> {
    view.delivery.as_ref().and_then(|delivery| delivery.reply)
}

/// Adds what stands between messages. What was done with nothing between is one line.
fn stand_between(item: &Beside, zone: Zone, lines: &mut Vec<Line>, last_day: &mut Option<NaiveDate>) {
    let day = zone.day(item.at());
    if last_day.is_none_or(|last| day > last) {
        lines.push(Line::Day { day, above: item.place().1.to_string() });
        *last_day = Some(day);
    }
    match (item, lines.last_mut()) {
        (Beside::Note(note), _) => lines.push(Line::Note { id: note.id }),
        (Beside::Activity(ActivityView { id, .. }), Some(Line::Deeds { ids })) => ids.push(*id),
        (Beside::Activity(ActivityView { id, .. }), _) => lines.push(Line::Deeds { ids: vec![*id] }),
    }
}

fn stand_together(above: &MessageView, below: &MessageView) -> bool {
    let same_author = above.author == below.author && above.author_name == below.author_name;
    let apart = below.sent_at - above.sent_at;
    same_author
        && above.author != Author::Marketplace
        && apart < Duration::minutes(GROUP_MINUTES)
        && apart > -Duration::minutes(GROUP_MINUTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::{Deed, Delivery, PersonView};
    use crate::shared::ids::UserId;

    const UTC: Zone = Zone::UTC;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minute)
    }

    fn message(key: &str, minute: i64, author: Author) -> MessageView {
        MessageView {
            key: key.to_owned(),
            external_id: Some(key.to_owned()),
            author,
            author_name: None,
            body: key.to_owned(),
            attachments: Vec::new(),
            sent_at: at(minute),
            sort_key: key.to_owned(),
            delivery: None,
            edited_at: None,
            is_unparsed: false,
        }
    }

    fn buyer(key: &str, minute: i64) -> MessageView {
        message(key, minute, Author::Buyer)
    }

    fn reply(n: u128, minute: i64, state: ReplyState) -> MessageView {
        let delivery = Delivery {
            reply: Some(ReplyId(uuid::Uuid::from_u128(n))),
            state,
            is_in_moderation: false,
            is_read: false,
            reason: None,
            reason_detail: None,
            leaves_at: None,
            author: None,
        };
        let key = format!("reply-{n}");
        MessageView { external_id: None, delivery: Some(delivery), ..message(&key, minute, Author::Operator) }
    }

    fn page(items: Vec<MessageView>, has_older: bool) -> Page<MessageView, MessageCursor> {
        let next = items
            .first()
            .filter(|_| has_older)
            .map(|first| MessageCursor { sent_at: first.sent_at, sort_key: first.sort_key.clone() });
        Page { items, next }
    }

    fn keys(thread: &Thread) -> Vec<&str> {
        thread.bubbles().iter().map(|bubble| bubble.view.key.as_str()).collect()
    }

    #[test]
    fn pages_join_wherever_they_overlap() {
        let mut thread = Thread::new(page(vec![buyer("c", 3), buyer("d", 4)], true));
        thread.merge_older(page(vec![buyer("a", 1), buyer("b", 2)], false));
        let asked = thread.moment();
        let arrived = thread.merge_newest(page(vec![buyer("d", 4), buyer("e", 5)], true), asked);
        assert_eq!(keys(&thread), ["a", "b", "c", "d", "e"]);
        assert_eq!(arrived.len(), 1);
        assert_eq!(thread.older, None);
    }

    #[test]
    fn a_page_that_does_not_join_takes_the_place_of_what_was() {
        let mut thread = Thread::new(page(vec![buyer("a", 1)], false));
        thread.set_waiting(vec![(reply(1, 2, ReplyState::Queued), None)]);
        let asked = thread.moment();
        thread.merge_newest(page(vec![buyer("x", 90), buyer("y", 91)], true), asked);
        assert_eq!(keys(&thread), ["x", "y", "reply-1"]);
        assert!(thread.older.is_some());
    }

    #[test]
    fn a_reply_of_this_browser_becomes_the_servers_without_a_second_bubble() {
        let mut thread = Thread::new(page(vec![buyer("a", 1)], false));
        let mine = MessageView { key: "here".to_owned(), ..reply(1, 2, ReplyState::Queued) };
        thread.set_waiting(vec![(mine, None)]);
        thread.confirm(reply(1, 2, ReplyState::Queued));
        thread.set_waiting(Vec::new());
        assert_eq!(thread.bubbles().len(), 2);
        assert_eq!(thread.bubbles()[1].id, "here");
        let delivered =
            MessageView { external_id: Some("77".to_owned()), ..reply(1, 3, ReplyState::Visible) };
        let asked = thread.moment();
        thread.merge_newest(page(vec![buyer("a", 1), delivered], false), asked);
        assert_eq!(thread.bubbles()[1].id, "here");
        assert_eq!(thread.bubbles()[1].view.external_id.as_deref(), Some("77"));
    }

    #[test]
    fn an_answer_older_than_a_reply_does_not_take_it_away() {
        let mut thread = Thread::new(page(vec![buyer("a", 1)], false));
        let asked = thread.moment();
        thread.confirm(reply(1, 2, ReplyState::Queued));
        thread.merge_newest(page(vec![buyer("a", 1)], false), asked);
        assert_eq!(keys(&thread), ["a", "reply-1"]);
    }

    #[test]
    fn what_the_server_no_longer_has_goes() {
        let unsure = reply(1, 2, ReplyState::Unsure);
        let mut thread = Thread::new(page(vec![buyer("a", 1), unsure], false));
        let asked = thread.moment();
        thread.merge_newest(page(vec![buyer("a", 1), message("77", 2, Author::Operator)], false), asked);
        assert_eq!(keys(&thread), ["a", "77"]);
    }

    #[test]
    fn messages_are_grouped_by_author_time_and_day() {
        let thread = Thread::new(page(
            vec![
                buyer("a", 0),
                buyer("b", 4),
                buyer("c", 30),
                message("d", 31, Author::Operator),
                buyer("e", 24 * 60),
            ],
            false,
        ));
        let (lines, leading) = thread.lines(UTC);
        assert_eq!(lines.iter().filter(|line| matches!(line, Line::Day { .. })).count(), 2);
        let mut leading: Vec<_> = leading.into_iter().collect();
        leading.sort();
        assert_eq!(leading, ["a", "c", "d", "e"]);
    }

    fn note(n: u128, minute: i64, body: &str) -> Beside {
        Beside::Note(NoteView {
            id: NoteId(uuid::Uuid::from_u128(n)),
            author: PersonView { id: UserId(uuid::Uuid::nil()), name: "Anna".to_owned() },
            body: body.to_owned(),
            mentions: Vec::new(),
            created_at: at(minute),
            edited_at: None,
        })
    }

    fn deed(n: u128, minute: i64) -> Beside {
        let id = ActivityId(uuid::Uuid::from_u128(n));
        Beside::Activity(ActivityView { id, at: at(minute), actor: None, deed: Deed::Woke })
    }

    /// The window from top to bottom: messages by name, notes as `note`, what was done by its number of lines.
    fn shown(thread: &Thread) -> Vec<String> {
        let word = |line: Line| match line {
            Line::Day { .. } => "day".to_owned(),
            Line::Message { id } => id,
            Line::Note { .. } => "note".to_owned(),
            Line::Deeds { ids } => format!("deeds {}", ids.len()),
            Line::Unseen { .. } => "unseen".to_owned(),
        };
        thread.lines(UTC).0.into_iter().map(word).collect()
    }

    #[test]
    fn notes_and_deeds_stand_between_messages_by_time() {
        let mut thread = Thread::new(page(vec![buyer("a", 1), buyer("b", 5)], false));
        thread.set_waiting(vec![(reply(1, 2, ReplyState::Queued), None)]);
        thread.merge_beside(vec![deed(1, 0), note(2, 2, "x"), deed(3, 5), deed(4, 6), note(5, 7, "y")]);
        assert_eq!(shown(&thread), ["day", "deeds 1", "a", "note", "b", "deeds 2", "note", "reply-1"]);
        let (_, leading) = thread.lines(UTC);
        assert!(leading.contains("b"), "a note parts what one author wrote");
    }

    #[test]
    fn a_chat_without_messages_shows_what_was_done() {
        let mut thread = Thread::new(page(Vec::new(), false));
        thread.merge_beside(vec![deed(1, 0), note(2, 24 * 60, "x")]);
        assert_eq!(shown(&thread), ["day", "deeds 1", "day", "note"]);
    }

    #[test]
    fn a_newer_page_tells_what_has_gone_in_its_time_only() {
        let mut thread = Thread::new(page(vec![buyer("a", 1), buyer("b", 5)], true));
        thread.merge_beside(vec![note(1, 2, "old"), note(2, 6, "gone"), note(3, 7, "before")]);
        let asked = thread.moment();
        let Beside::Note(written) = note(4, 8, "written meanwhile") else { unreachable!() };
        thread.confirm_note(written);
        thread.merge_newest_beside(vec![note(3, 7, "after")], Some(at(5)), asked);
        let bodies: Vec<&str> = thread
            .beside()
            .map(|item| match item {
                Beside::Note(note) => note.body.as_str(),
                Beside::Activity(_) => "",
            })
            .collect();
        assert_eq!(bodies, ["old", "after", "written meanwhile"]);
    }

    #[test]
    fn the_newest_message_is_one_that_the_marketplace_shows() {
        let mut thread = Thread::new(page(vec![buyer("a", 1), buyer("b", 5)], false));
        thread.set_waiting(vec![(reply(1, 9, ReplyState::Queued), None)]);
        assert_eq!(thread.newest(), Some(MessageCursor { sent_at: at(5), sort_key: "b".to_owned() }));
        assert_eq!(Thread::default().newest(), None);
    }

    fn slice(items: Vec<MessageView>, newer: Option<i64>) -> Slice {
        let newer = newer.map(|minute| MessageCursor { sent_at: at(minute), sort_key: String::new() });
        Slice { items, older: None, newer, found: None, beside: Vec::new() }
    }

    #[test]
    fn a_window_that_stands_elsewhere_is_not_torn_away_by_news() {
        let mut thread = Thread::new(page(vec![buyer("x", 90), buyer("y", 91)], true));
        thread.go_to(slice(vec![buyer("a", 1), buyer("b", 2)], Some(2)));
        let asked = thread.moment();
        let arrived = thread.merge_newest(page(vec![buyer("y", 91), buyer("z", 92)], true), asked);
        assert_eq!(keys(&thread), ["a", "b"]);
        assert_eq!(arrived.iter().map(|view| view.key.as_str()).collect::<Vec<_>>(), ["z"]);
        thread.merge_newer(slice(vec![buyer("c", 3), buyer("x", 90)], Some(90)));
        assert!(!thread.is_at_newest());
        let asked = thread.moment();
        thread.merge_newest(page(vec![buyer("x", 90), buyer("y", 91), buyer("z", 92)], true), asked);
        assert_eq!(keys(&thread), ["a", "b", "c", "x", "y", "z"], "it joins");
        assert!(thread.is_at_newest() && thread.older.is_none());
    }

    #[test]
    fn the_line_above_what_is_new_stays_where_it_was() {
        let items = vec![buyer("a", 1), message("b", 2, Author::Operator), buyer("c", 3)];
        let mut thread = Thread::new(page(items, false)).seen_up_to(at(1));
        let lines = |thread: &Thread| {
            let (lines, leading) = thread.lines(UTC);
            assert!(leading.contains("c"), "what is new begins a group");
            lines.into_iter().filter(|line| matches!(line, Line::Unseen { .. })).collect::<Vec<_>>()
        };
        assert_eq!(lines(&thread), [Line::Unseen { above: "c".to_owned() }]);
        let asked = thread.moment();
        thread.merge_newest(page(vec![buyer("c", 3), buyer("d", 4)], true), asked);
        assert_eq!(lines(&thread), [Line::Unseen { above: "c".to_owned() }]);
        let all_new = Thread::new(page(vec![buyer("a", 2)], false)).seen_up_to(at(1));
        assert_eq!(all_new.first_unseen(), None);
    }

    #[test]
    fn a_reply_that_waits_for_days_opens_no_day_of_the_past() {
        let old = reply(1, 0, ReplyState::Unsure);
        let thread = Thread::new(page(vec![buyer("a", 3 * 24 * 60), old], false));
        let (lines, _) = thread.lines(UTC);
        assert_eq!(lines.iter().filter(|line| matches!(line, Line::Day { .. })).count(), 1);
    }
}
