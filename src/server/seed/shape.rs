//! What is in a seeded shop: every chat is a function of its number, the newest is 0. Most are old and answered, a few in
//! a hundred wait; most are short, and some go on for hundreds of messages.

use super::SeedArgs;
use crate::connectors::sandbox::archive;
use crate::features::inbox::send_window::{Promise, WindowFacts};
use crate::features::inbox::types::{Author, ChatStatus, Priority, WorkState};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

/// How far back the oldest chats go.
const PAST: TimeDelta = TimeDelta::days(730);
/// How long ago the sellers were connected: what is older is imported history.
const CONNECTED: TimeDelta = TimeDelta::days(60);
/// Chats of every workspace that are longer than any other: which ones, and how long.
const LONG: [(u64, usize); 2] = [(11, 500), (12, 5_000)];
/// Chats in which somebody's talk of this length is the longest of the usual ones.
const LONGEST: usize = 400;
/// People of a workspace.
pub const PEOPLE: usize = archive::PEOPLE.len();
/// Tags of a workspace.
pub const TAGS: usize = archive::TAGS.len();

/// The size of everything.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub args: SeedArgs,
    pub now: DateTime<Utc>,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub id: u64,
    pub author: Author,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// A chat with everything about it. Sellers, people and tags are told by their number within the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    pub workspace: usize,
    pub id: Uuid,
    pub seller: usize,
    pub external_id: String,
    pub order_number: Option<String>,
    pub sku: Option<u64>,
    pub status: ChatStatus,
    pub unanswered_since: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub window: Promise,
    pub work: WorkState,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub assignee: Option<usize>,
    pub priority: Priority,
    pub tags: Vec<usize>,
    pub starred_by: Option<usize>,
    pub seen_by: Option<usize>,
    /// Never empty, oldest first.
    pub messages: Vec<Said>,
}

/// A chat's own source of numbers.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Once in so many thousand.
    fn thousandths(&mut self, many: u64) -> bool {
        self.below(1000) < many
    }

    /// Low numbers often, high ones hardly ever.
    fn rank(&mut self, end: u64) -> u64 {
        (((end + 1) as f64).powf(self.part()) as u64 - 1).min(end - 1)
    }

    fn between(&mut self, shortest: TimeDelta, longest: TimeDelta) -> TimeDelta {
        let span = (longest - shortest).num_milliseconds().max(1);
        shortest + TimeDelta::milliseconds((span as f64 * self.part()) as i64)
    }
}

impl Shape {
    /// Of a database filled at a moment.
    pub fn new(args: SeedArgs, now: DateTime<Utc>) -> Self {
        Self { args, now: now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now) }
    }

    /// Since when the sellers count what buyers wait.
    pub fn clock_from(&self) -> DateTime<Utc> {
        self.now - CONNECTED
    }

    fn dice(&self, what: u64, number: u64) -> Dice {
        Dice(self.args.seed.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ (what << 56) ^ number)
    }

    fn id(&self, what: u64, number: u64) -> Uuid {
        let mut dice = self.dice(what, number);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&dice.next().to_be_bytes());
        random[8..].copy_from_slice(&dice.next().to_be_bytes()[..2]);
        // Ids made later sort later; an import makes them a few hundred a second.
        uuid::Builder::from_unix_timestamp_millis(1_760_000_000_000 + number * 3, &random).into_uuid()
    }

    /// The id of a seller of a workspace.
    pub fn seller_id(&self, workspace: usize, seller: usize) -> Uuid {
        self.id(2, (workspace * self.args.sellers as usize + seller) as u64)
    }

    /// The id of a tag of a workspace.
    pub fn tag_id(&self, workspace: usize, tag: usize) -> Uuid {
        self.id(3, (workspace * TAGS + tag) as u64)
    }

    /// Messages of a chat: few have many.
    fn length(&self, dice: &mut Dice, number: u64) -> usize {
        let within = number / u64::from(self.args.workspaces);
        if let Some((_, length)) = LONG.iter().find(|(long, _)| *long == within)
            && self.args.messages / self.args.chats >= 2
        {
            return *length;
        }
        let mean = (self.args.messages as f64 / self.args.chats as f64).max(1.0);
        // One in fifty goes on four times as long as it would; together they are as many as asked for.
        let stretch = if dice.thousandths(20) { 4.0 } else { 1.0 };
        let more = -(1.0 - dice.part()).ln() * (mean - 1.0) / 1.06 * stretch;
        (1 + more.round() as usize).min(LONGEST)
    }

    /// A chat.
    pub fn chat(&self, number: u64) -> Chat {
        let dice = &mut self.dice(1, number);
        let length = self.length(dice, number);
        // The shop grows: of two days the later one has more chats.
        let place = (number as f64 + dice.part()) / self.args.chats as f64;
        let age = PAST.as_seconds_f64() * place.powf(1.2);
        let last_at = self.now - TimeDelta::milliseconds((age * 1000.0) as i64);
        let days = age / 86_400.0;
        let waits = dice.thousandths(match days {
            ..1.0 => 250,
            ..3.0 => 100,
            ..30.0 => 35,
            _ => 20,
        });
        let unread = if waits { 1 + dice.rank(5) as usize } else { 0 };
        let messages = self.messages(dice, number, length, unread, last_at);
        let last_at = messages.last().map_or(last_at, |said| said.at);
        let newest =
            |ours: bool| messages.iter().rev().find(|said| said.author.is_ours() == ours).map(|said| said.at);
        let (buyer_wrote_at, we_wrote_at) = (newest(false), newest(true));
        let unanswered_since =
            messages.iter().rev().take_while(|said| !said.author.is_ours()).last().map(|said| said.at);
        let waits = unanswered_since.is_some();
        let due_at = unanswered_since
            .filter(|since| *since >= self.clock_from())
            .map(|since| since + TimeDelta::hours(Marketplace::Ozon.answer_within_hours()));
        let is_closed_there = days > 10.0 && !waits && dice.thousandths(160);
        let facts =
            WindowFacts { is_closed: is_closed_there, buyer_wrote_at, we_wrote_at, ..WindowFacts::default() };
        let work = self.work(dice, days, waits);
        let person = dice.rank(PEOPLE as u64 - 1) as usize;
        let is_held = dice.thousandths(match work {
            WorkState::Open if days < 30.0 => 300,
            WorkState::Open => 40,
            WorkState::Snoozed => 900,
            WorkState::Closed => 600,
            WorkState::Spam => 200,
        });
        Chat {
            workspace: (number % u64::from(self.args.workspaces)) as usize,
            id: self.id(4, number),
            // The first seller is the largest by far.
            seller: dice.rank(u64::from(self.args.sellers)) as usize,
            external_id: format!("{}", Uuid::from_u64_pair(dice.next(), number)),
            order_number: dice
                .thousandths(450)
                .then(|| format!("{:08}-{:04}", dice.below(100_000_000), dice.below(10_000))),
            sku: dice.thousandths(2).then(|| 100_000_000 + dice.rank(2_000_000_000)),
            status: if is_closed_there { ChatStatus::Closed } else { ChatStatus::Open },
            unanswered_since,
            due_at,
            window: facts.promise(),
            work,
            snoozed_until: (work == WorkState::Snoozed)
                .then(|| self.now + dice.between(TimeDelta::hours(2), TimeDelta::days(10))),
            assignee: is_held.then_some(person),
            priority: match dice.below(1000) {
                0..2 => Priority::Urgent,
                2..10 => Priority::High,
                10..15 => Priority::Low,
                _ => Priority::Normal,
            },
            tags: (0..TAGS).filter(|tag| dice.below(100_000) < 6_000 >> tag).collect(),
            starred_by: dice.below(5_000).lt(&1).then_some(person),
            seen_by: (last_at >= self.clock_from() && dice.thousandths(600)).then_some(person),
            messages,
        }
    }

    fn work(&self, dice: &mut Dice, days: f64, waits: bool) -> WorkState {
        let [closed, snoozed, spam] = match (waits, days) {
            (true, _) => [10, 15, 15],
            (false, ..7.0) => [200, 20, 3],
            (false, ..30.0) => [450, 8, 3],
            (false, _) => [700, 0, 3],
        };
        match dice.below(1000) {
            drawn if drawn < closed => WorkState::Closed,
            drawn if drawn < closed + snoozed => WorkState::Snoozed,
            drawn if drawn < closed + snoozed + spam => WorkState::Spam,
            _ => WorkState::Open,
        }
    }

    /// What was said. The last `unread` things are the buyer's; with none of them, the shop has answered.
    fn messages(
        &self,
        dice: &mut Dice,
        number: u64,
        length: usize,
        unread: usize,
        last_at: DateTime<Utc>,
    ) -> Vec<Said> {
        let more = usize::from(unread == 0);
        let mut lines = archive::talk(dice.next(), length + more, unread.min(length), self.now);
        if unread == 0 {
            // The last word is ours.
            let answers = lines.iter().rposition(|(is_from_buyer, _)| !is_from_buyer);
            lines.truncate(answers.map_or(length, |place| place + 1));
            if let Some((is_from_buyer, _)) = lines.last_mut() {
                *is_from_buyer = false;
            }
        }
        let pause = dice.between(TimeDelta::minutes(1), TimeDelta::hours(8));
        let mut at = last_at;
        let mut said: Vec<Said> = Vec::with_capacity(lines.len());
        for (place, (is_from_buyer, mut body)) in lines.into_iter().enumerate().rev() {
            if dice.thousandths(150) {
                archive::with_model(&mut body, dice.rank(60_000));
            }
            let author = if is_from_buyer { Author::Buyer } else { Author::SellerElsewhere };
            // Fifty thousand messages of one chat would not meet those of the next.
            said.push(Said { id: 3_000_000_000_000_000 + number * 50_000 + place as u64, author, body, at });
            at -= dice.between(TimeDelta::seconds(5), pause);
            // Some buyers come back after months.
            if dice.thousandths(5) {
                at -= dice.between(TimeDelta::days(10), TimeDelta::days(90));
            }
        }
        said.reverse();
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::state::{Utterance, unanswered_since};

    fn shape(chats: u64, messages: u64) -> Shape {
        let args = SeedArgs { chats, messages, seed: 7, sellers: 4, workspaces: 2 };
        Shape::new(args, DateTime::UNIX_EPOCH + TimeDelta::days(20_000))
    }

    #[test]
    fn a_chat_is_the_same_every_time_and_another_with_another_seed() {
        let one = shape(2_000, 12_000);
        let mut other = one;
        other.args.seed = 8;
        for number in (0..2_000).step_by(61) {
            assert_eq!(one.chat(number), one.chat(number));
            assert_ne!(one.chat(number).id, other.chat(number).id);
        }
    }

    #[test]
    fn what_is_told_of_a_chat_is_what_its_messages_say() {
        let shape = shape(1_000, 6_000);
        for number in 0..1_000 {
            let chat = shape.chat(number);
            let utterances: Vec<Utterance> = chat
                .messages
                .iter()
                .map(|said| Utterance {
                    author: said.author,
                    sent_at: said.at,
                    sort_key: format!("{:020}", said.id),
                    is_withdrawn: false,
                })
                .collect();
            assert_eq!(chat.unanswered_since, unanswered_since(&utterances), "{number}");
            assert!(chat.messages.is_sorted_by_key(|said| said.at), "{number}");
            assert!(chat.due_at.is_none() || chat.unanswered_since.is_some());
            assert_eq!(chat.work == WorkState::Snoozed, chat.snoozed_until.is_some());
        }
    }

    #[test]
    fn there_is_about_as_much_as_asked_for_and_little_of_it_waits() {
        let shape = shape(20_000, 80_000);
        let chats: Vec<Chat> = (0..20_000).map(|number| shape.chat(number)).collect();
        let messages: usize = chats.iter().map(|chat| chat.messages.len()).sum();
        // Two workspaces have two long chats each.
        assert!((75_000..105_000).contains(&messages), "{messages}");
        let share =
            |is: &dyn Fn(&Chat) -> bool| chats.iter().filter(|chat| is(chat)).count() as f64 / 20_000.0;
        let waiting = share(&|chat| chat.unanswered_since.is_some() && chat.work == WorkState::Open);
        assert!((0.01..0.06).contains(&waiting), "{waiting}");
        assert!(share(&|chat| chat.work == WorkState::Closed) > 0.4);
        let lengths: Vec<usize> = chats.iter().take(40).map(|chat| chat.messages.len()).collect();
        // An answer may stand at their ends.
        let has = |length: usize| lengths.iter().any(|is| (length..length + 5).contains(is));
        assert!(has(500) && has(5_000), "{lengths:?}");
    }
}
