//! The list as lines: chats, and headings over those of one urgency. All chats are equally high and so are all headings,
//! so that the place of any line is known without drawing it.

use crate::features::inbox::types::ListCursor;
use crate::shared::ids::ChatId;
use crate::shared::time::Zone;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// How urgent a chat is, as the headings say it; in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    /// Due within fifteen minutes.
    Quarter,
    /// Due within an hour.
    Hour,
    Today,
    Later,
    /// The buyer waits, and no rule says how long it may.
    NoDeadline,
    /// It is for the buyer to write.
    Quiet,
}

impl Urgency {
    /// The urgency of a place in the list.
    pub fn of(place: &ListCursor, now: DateTime<Utc>, zone: Zone) -> Self {
        if place.waits_since.is_none() {
            return Urgency::Quiet;
        }
        let Some(due) = place.due_at else { return Urgency::NoDeadline };
        match due - now {
            left if left <= TimeDelta::zero() => Urgency::Overdue,
            left if left <= TimeDelta::minutes(15) => Urgency::Quarter,
            left if left <= TimeDelta::hours(1) => Urgency::Hour,
            _ if zone.day(due) == zone.day(now) => Urgency::Today,
            _ => Urgency::Later,
        }
    }
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    Heading(Urgency),
    Chat(ChatId),
}

/// How high lines are on this screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heights {
    pub chat: i32,
    pub heading: i32,
}

/// What stands above a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Above {
    pub chats: usize,
    pub headings: usize,
}

impl Above {
    /// The same as a length for a style sheet, which knows how high lines are.
    pub fn css(self) -> String {
        format!("calc({} * var(--row-height) + {} * var(--heading-height))", self.chats, self.headings)
    }

    fn pixels(self, heights: Heights) -> i32 {
        self.chats as i32 * heights.chat + self.headings as i32 * heights.heading
    }
}

/// The lines from top to bottom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    all: Vec<Line>,
    /// Which of them are headings.
    headings: Vec<usize>,
    places: HashMap<Line, usize>,
}

impl Lines {
    /// The given chats, with a heading wherever another urgency begins.
    pub fn new(chats: &[ChatId], urgency: impl Fn(ChatId) -> Option<Urgency>) -> Self {
        let mut lines = Lines::default();
        let mut current = None;
        for chat in chats {
            let urgency = urgency(*chat);
            if urgency > current {
                current = urgency;
                lines.headings.push(lines.all.len());
                lines.all.extend(urgency.map(Line::Heading));
            }
            lines.all.push(Line::Chat(*chat));
        }
        lines.places = lines.all.iter().enumerate().map(|(place, line)| (*line, place)).collect();
        lines
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Where a line stands, counted from 0.
    pub fn place(&self, line: Line) -> Option<usize> {
        self.places.get(&line).copied()
    }

    /// What stands above the line at a place; at the end, how much there is in all.
    pub fn above(&self, place: usize) -> Above {
        let headings = self.headings.partition_point(|heading| *heading < place);
        Above { chats: place - headings, headings }
    }

    /// How many chats stand below a heading, up to the next one.
    pub fn below(&self, heading: Urgency) -> usize {
        let Some(place) = self.place(Line::Heading(heading)) else { return 0 };
        let next = self.headings.partition_point(|other| *other <= place);
        self.headings.get(next).copied().unwrap_or(self.all.len()) - place - 1
    }

    /// Whether no other heading follows.
    pub fn is_last(&self, heading: Urgency) -> bool {
        self.headings.last().copied() == self.place(Line::Heading(heading))
    }

    /// The place of the line at a height.
    pub fn at(&self, pixel: i32, heights: Heights) -> usize {
        let (mut low, mut high) = (0, self.all.len());
        while low + 1 < high {
            let middle = low.midpoint(high);
            if self.above(middle).pixels(heights) <= pixel { low = middle } else { high = middle }
        }
        low
    }

    /// From where to where a line reaches.
    pub fn reach(&self, place: usize, heights: Heights) -> (i32, i32) {
        (self.above(place).pixels(heights), self.above(place + 1).pixels(heights))
    }

    /// The height at which the same part of the same line stands when lines are as high as `now`.
    pub fn moved(&self, pixel: i32, before: Heights, now: Heights) -> i32 {
        let place = self.at(pixel, before);
        let ((from, to), (start, end)) = (self.reach(place, before), self.reach(place, now));
        let part = f64::from(pixel - from) / f64::from((to - from).max(1));
        start + (f64::from(end - start) * part) as i32
    }

    /// The lines between two places, and those of the given chats wherever they stand.
    pub fn between(&self, first: usize, last: usize, kept: &[ChatId]) -> Vec<Line> {
        let last = last.min(self.all.len());
        let first = first.min(last);
        let mut places: Vec<usize> =
            (first..last).chain(kept.iter().filter_map(|chat| self.place(Line::Chat(*chat)))).collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|place| self.all.get(place).copied()).collect()
    }

    /// The chats from top to bottom.
    pub fn chats(&self) -> impl DoubleEndedIterator<Item = ChatId> {
        self.all.iter().filter_map(|line| match line {
            Line::Chat(chat) => Some(*chat),
            Line::Heading(_) => None,
        })
    }

    /// The chat that follows another one.
    pub fn next(&self, chat: ChatId) -> Option<ChatId> {
        let place = self.place(Line::Chat(chat))?;
        self.all[place + 1..].iter().find_map(|line| match line {
            Line::Chat(chat) => Some(*chat),
            Line::Heading(_) => None,
        })
    }

    /// The chat before another one.
    pub fn previous(&self, chat: ChatId) -> Option<ChatId> {
        let place = self.place(Line::Chat(chat))?;
        self.all[..place].iter().rev().find_map(|line| match line {
            Line::Chat(chat) => Some(*chat),
            Line::Heading(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::Sort;

    fn chat(n: u128) -> ChatId {
        ChatId(uuid::Uuid::from_u128(n))
    }

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn urgency(due: Option<i64>, since: Option<i64>, now: i64) -> Urgency {
        let place = ListCursor {
            sort: Sort::Deadline,
            due_at: due.map(at),
            waits_since: since.map(at),
            last_message_at: at(0),
            id: chat(1),
            is_walked: false,
        };
        Urgency::of(&place, at(now), Zone::fixed(180))
    }

    #[test]
    fn urgency_is_told_by_the_deadline_and_the_day_of_the_workspace() {
        let due = |minute| urgency(Some(minute), Some(0), 600);
        assert_eq!(due(600), Urgency::Overdue);
        assert_eq!(due(615), Urgency::Quarter);
        assert_eq!(due(616), Urgency::Hour);
        assert_eq!(due(661), Urgency::Today);
        assert_eq!(due(21 * 60 - 1), Urgency::Today, "23:59 in Moscow");
        assert_eq!(due(21 * 60), Urgency::Later);
        assert_eq!(urgency(None, Some(0), 600), Urgency::NoDeadline);
        assert_eq!(urgency(None, None, 600), Urgency::Quiet);
    }

    fn lines() -> Lines {
        let chats: Vec<ChatId> = (0..6).map(chat).collect();
        Lines::new(&chats, |it| Some(if it.0.as_u128() < 2 { Urgency::Overdue } else { Urgency::Later }))
    }

    #[test]
    fn a_heading_stands_where_another_urgency_begins() {
        let lines = lines();
        assert_eq!(lines.place(Line::Heading(Urgency::Later)), Some(3));
        assert_eq!((lines.below(Urgency::Overdue), lines.below(Urgency::Later)), (2, 4));
        assert_eq!((lines.is_last(Urgency::Overdue), lines.is_last(Urgency::Later)), (false, true));
        assert_eq!(lines.next(chat(1)), Some(chat(2)), "headings are passed over");
        assert_eq!(lines.previous(chat(2)), Some(chat(1)));
        assert_eq!((lines.previous(chat(0)), lines.next(chat(5))), (None, None));
        assert_eq!(Lines::new(&[chat(1)], |_| None).len(), 1, "without headings");
    }

    #[test]
    fn the_place_of_a_line_is_known_without_drawing_it() {
        let (lines, heights) = (lines(), Heights { chat: 80, heading: 30 });
        assert_eq!(lines.above(0), Above::default());
        assert_eq!(lines.above(4), Above { chats: 2, headings: 2 });
        assert_eq!(lines.above(lines.len()), Above { chats: 6, headings: 2 });
        for place in 0..lines.len() {
            let (top, bottom) = lines.reach(place, heights);
            assert_eq!((lines.at(top, heights), lines.at(bottom - 1, heights)), (place, place));
        }
        assert_eq!(lines.at(10_000, heights), lines.len() - 1);
        assert_eq!(Lines::default().at(10, heights), 0);
    }

    #[test]
    fn what_stands_at_the_edge_stays_there_when_lines_become_lower() {
        let (lines, usual, compact) =
            (lines(), Heights { chat: 80, heading: 30 }, Heights { chat: 60, heading: 22 });
        assert_eq!(lines.moved(0, usual, compact), 0);
        for place in 0..lines.len() {
            let ((before, _), (now, _)) = (lines.reach(place, usual), lines.reach(place, compact));
            assert_eq!(lines.moved(before, usual, compact), now);
            assert_eq!(lines.moved(now, compact, usual), before, "and back");
        }
        assert_eq!(lines.moved(30 + 40, usual, compact), 22 + 30, "half a line is half a line");
    }

    #[test]
    fn lines_out_of_sight_are_drawn_when_they_are_wanted() {
        let drawn = lines().between(3, 5, &[chat(5), chat(2), chat(77)]);
        assert_eq!(drawn, [Line::Heading(Urgency::Later), Line::Chat(chat(2)), Line::Chat(chat(5))]);
        assert_eq!(lines().between(90, 99, &[]), []);
    }
}
