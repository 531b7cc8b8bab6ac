//! An account with hundreds of thousands of chats that take no memory: each is computed from its index when somebody
//! asks, the same every time. Once somebody writes in one, it is stored like any other.
//!
//! Index 0 is the newest; a larger account has more old chats. Ids grow with time over all chats, as on Ozon, and end
//! below those that the world gives out.

use super::world::{Chat, MessageRecord, Part, Place, Row, Sender};
use crate::connectors::sandbox::buyers;
use crate::platform::clock;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The account.
pub const GIANT_CLIENT_ID: &str = "100299";
/// As many chats as the largest installation known to us had.
pub const GIANT_CHATS: u64 = 317_000;
/// No account is larger.
const MOST_CHATS: u64 = 3_000_000;
/// Ids of messages begin here: above 2^53 and below those of all other accounts.
const FIRST_ID: u64 = 2_999_000_000_000_000_000;
/// A new chat every so many milliseconds.
const BETWEEN_CHATS: u64 = 200_000;
/// Ids within one millisecond. Chats that share a place there begin more than a day apart, and none lasts so long.
const IDS_PER_MS: u64 = 512;
/// Of the newest chats every fifth is unread, of the others every 400th.
const NEWEST: u64 = 400;

/// The account's size, with what is too slow to find out at every call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Frame", into = "Frame")]
pub(in crate::connectors::sandbox) struct Giant {
    frame: Frame,
    /// Indexes of unread chats, ascending.
    unread: Vec<u64>,
    unread_messages: u64,
}

/// Everything that computing a chat takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::connectors::sandbox) struct Frame {
    pub chats: u64,
    /// When the newest chat could have had its last message.
    end: DateTime<Utc>,
}

impl From<Frame> for Giant {
    fn from(frame: Frame) -> Self {
        let unread: Vec<u64> = (0..frame.chats).filter(|index| frame.unread(*index) > 0).collect();
        let unread_messages = unread.iter().map(|index| frame.unread(*index)).sum();
        Self { frame, unread, unread_messages }
    }
}

impl From<Giant> for Frame {
    fn from(giant: Giant) -> Self {
        giant.frame
    }
}

impl Default for Giant {
    fn default() -> Self {
        let now = clock::now();
        let end = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now);
        Frame { chats: 0, end }.into()
    }
}

impl Giant {
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Makes the account larger or smaller at its old end.
    pub fn resize(&mut self, chats: u64) {
        let chats = chats.min(MOST_CHATS);
        if chats != self.frame.chats {
            *self = Frame { chats, ..self.frame }.into();
        }
    }

    /// Indexes of the chats that were unread from the beginning, from one on.
    pub fn unread_from(&self, first: u64) -> &[u64] {
        &self.unread[self.unread.partition_point(|index| *index < first)..]
    }

    pub fn unread_messages(&self) -> u64 {
        self.unread_messages
    }
}

/// A number that looks drawn, and is the same every time.
fn dice(index: u64, of_what: u64) -> u64 {
    let mut z = (index << 8 | of_what).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

impl Frame {
    /// Messages of a chat: 1 to 60, about 20 in the middle.
    pub fn length(&self, index: u64) -> u64 {
        let tail = if dice(index, 3).is_multiple_of(10) { dice(index, 4) % 23 } else { 0 };
        1 + dice(index, 1) % 20 + dice(index, 2) % 19 + tail
    }

    /// How many of the last messages nobody of the shop has read.
    pub fn unread(&self, index: u64) -> u64 {
        let one_in = if index < NEWEST { 5 } else { 400 };
        let is_unread = dice(index, 5).is_multiple_of(one_in);
        if is_unread { (1 + dice(index, 6) % 3).min(self.length(index)) } else { 0 }
    }

    fn is_closed(&self, index: u64) -> bool {
        index > 2_000 && dice(index, 7).is_multiple_of(6) && self.unread(index) == 0
    }

    /// Milliseconds between the account's oldest possible moment and a message.
    fn moment(&self, index: u64, at: u64) -> u64 {
        let step = 20_000 + dice(index, 8) % 1_000_000;
        let later = self.length(index) - 1 - at.min(self.length(index) - 1);
        // Twelve hours of one chat are the most: 60 steps and a little.
        let back = if later == 0 { 0 } else { later * step + dice(index << 6 | at, 9) % (step / 2) };
        (MOST_CHATS + 1_000) * BETWEEN_CHATS - BETWEEN_CHATS * (index + 1) - back
    }

    fn message_id(&self, index: u64, at: u64) -> u64 {
        FIRST_ID + self.moment(index, at) * IDS_PER_MS + index % IDS_PER_MS
    }

    fn sent_at(&self, index: u64, at: u64) -> DateTime<Utc> {
        let before_end = (MOST_CHATS + 1_000) * BETWEEN_CHATS - self.moment(index, at);
        self.end - TimeDelta::milliseconds(before_end as i64)
    }

    fn id(&self, index: u64) -> String {
        let (a, b) = (dice(index, 10), dice(index, 11));
        format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{index:012x}", a as u32, a >> 48, b & 0xfff, b >> 52)
    }

    /// The index behind a chat's id.
    pub fn index_of(&self, id: &str) -> Option<u64> {
        let index = u64::from_str_radix(id.rsplit_once('-')?.1, 16).ok()?;
        (index < self.chats && self.id(index) == id).then_some(index)
    }

    /// What the list tells of a chat.
    pub fn row(&self, index: u64) -> Row {
        let (length, unread) = (self.length(index), self.unread(index));
        Row {
            place: Place::Computed(index),
            chat_id: self.id(index),
            chat_type: "BUYER_SELLER".into(),
            is_with_buyer: true,
            is_closed: self.is_closed(index),
            created_at: self.sent_at(index, 0),
            first_unread: if unread == 0 { 0 } else { self.message_id(index, length - unread) },
            last_message: self.message_id(index, length - 1),
            unread,
        }
    }

    /// A whole chat.
    pub fn chat(&self, index: u64) -> Chat {
        let (length, unread) = (self.length(index), self.unread(index));
        let lines = buyers::talk(dice(index, 12), length as usize, unread as usize, self.sent_at(index, 0));
        let messages: Vec<MessageRecord> = lines
            .into_iter()
            .zip(0..)
            .map(|((is_from_buyer, text), at)| MessageRecord {
                id: self.message_id(index, at),
                sender: if is_from_buyer { Sender::Buyer } else { Sender::Seller },
                part: Part::Text(text),
                at: self.sent_at(index, at),
                by_api: false,
                edited_at: None,
                file: None,
                moderation: None,
            })
            .collect();
        // On Ozon hardly any chat knows its product: 481 of 317 379.
        let ware = buyers::ware(dice(index, 13) as usize);
        Chat {
            id: self.id(index),
            number: 0,
            client_id: GIANT_CLIENT_ID.into(),
            chat_type: "BUYER_SELLER".into(),
            is_closed: self.is_closed(index),
            created_at: self.sent_at(index, 0),
            buyer_id: (100_000 + dice(index, 14) % 99_000_000).to_string(),
            order_number: None,
            sku: dice(index, 15).is_multiple_of(660).then(|| ware.sku.to_string()),
            closes_at: None,
            computed: Some(index),
            read_by_seller: if unread == length { 0 } else { self.message_id(index, length - unread - 1) },
            read_by_buyer: self.message_id(index, length - 1),
            messages,
            story: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn giant(chats: u64) -> Giant {
        let mut giant = Giant::default();
        giant.resize(chats);
        giant
    }

    #[test]
    fn a_chat_is_the_same_every_time_and_its_row_tells_of_it() {
        let giant = giant(5_000);
        let frame = giant.frame();
        for index in (0..5_000).step_by(37) {
            let chat = frame.chat(index);
            assert_eq!(chat.messages, frame.chat(index).messages);
            assert_eq!(chat.row(), frame.row(index), "{index}");
            assert_eq!(frame.index_of(&chat.id), Some(index));
            assert!(chat.messages.is_sorted_by_key(|message| message.id));
            assert!(chat.messages.is_sorted_by_key(|message| message.at));
            assert!(chat.messages.last().is_some_and(|message| message.at <= clock::now()));
        }
        assert_eq!(frame.index_of(&frame.id(5_000)), None);
        assert_eq!(frame.index_of("7d0c0e52-0a01-4c11-8f00-000000000001"), None);
    }

    #[test]
    fn it_is_as_large_and_as_unread_as_a_real_shop() {
        let giant = giant(GIANT_CHATS);
        let frame = giant.frame();
        let messages: u64 = (0..frame.chats).map(|index| frame.length(index)).sum();
        assert!((18..=22).contains(&(messages / frame.chats)), "{messages}");
        assert!((0..frame.chats).all(|index| (1..=60).contains(&frame.length(index))));
        assert!((500..2_000).contains(&giant.unread.len()), "{}", giant.unread.len());
        let newest: HashSet<u64> =
            (0..frame.chats).map(|index| frame.message_id(index, frame.length(index) - 1)).collect();
        assert_eq!(newest.len() as u64, frame.chats);
    }

    #[test]
    fn no_two_messages_share_an_id() {
        let frame = giant(3_000).frame();
        let ids = (0..3_000).flat_map(|index| (0..frame.length(index)).map(move |at| (index, at)));
        let ids: Vec<u64> = ids.map(|(index, at)| frame.message_id(index, at)).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }

    #[test]
    fn growing_leaves_the_newer_chats_as_they_are() {
        let mut giant = giant(100);
        let before = giant.frame().chat(99).messages;
        giant.resize(1_000);
        assert_eq!(giant.frame().chat(99).messages, before);
    }
}
