//! Simulated buyers: they write, wait, get impatient, read what operators answer and answer back.
//!
//! Everything they say is drawn with one seed; only the instants come from the clock.

mod goods;
mod phrases;
mod spin;
mod story;

pub(super) use goods::{Ware, city, ware, wares};
pub(super) use story::{Story, talk};

use super::ozon::{DEMO_CLIENT_ID, NewChat, NewOrder, Order, Part, SandboxState, Scheme, Sender, World};
use crate::platform::clock;
use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::time::Duration;
use story::{Heard, Utterance};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How simulated buyers behave.
#[derive(Clone, Debug)]
pub struct BuyerPace {
    pub seed: u64,
    /// Chats that are there from the start, with two days of history.
    pub first_chats: usize,
    /// Shortest and longest pause between two things that buyers do of their own accord.
    pub pause: (Duration, Duration),
    /// Shortest and longest time until a buyer answers the shop.
    pub answer_after: (Duration, Duration),
    /// With so many chats waiting, colleagues in Ozon's cabinet answer instead of new buyers coming.
    pub most_waiting: usize,
}

/// A pace by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tempo {
    /// A message every minute or two
    Calm,
    /// A message every few seconds to a minute
    Normal,
    /// Several messages within ten seconds
    Busy,
}

impl BuyerPace {
    /// The settings behind a name.
    pub fn new(tempo: Tempo, seed: u64) -> Self {
        let (from, to) = match tempo {
            Tempo::Calm => (30, 150),
            Tempo::Normal => (5, 50),
            Tempo::Busy => (1, 6),
        };
        Self {
            seed,
            first_chats: 18,
            pause: (Duration::from_secs(from), Duration::from_secs(to)),
            answer_after: (Duration::from_secs(3), Duration::from_secs(12)),
            most_waiting: 40,
        }
    }
}

/// Buyers whose chats are kept; after that, old ones come back with new worries.
const MOST_CHATS: usize = 400;

/// How a chat of the first day stands.
#[derive(Clone, Copy)]
enum Standing {
    /// The buyer wrote and waits.
    Waiting,
    /// The same, for more than a day.
    WaitingLong,
    /// Answered in the cabinet; the buyer has not come back.
    Answered,
    /// The shop answered, the buyer explained and waits again.
    WaitingAgain,
    /// Answered and thanked.
    Settled,
    /// Only the automat has answered.
    OnlyBot,
}

const STANDINGS: [Standing; 9] = [
    Standing::Waiting,
    Standing::Settled,
    Standing::WaitingAgain,
    Standing::Answered,
    Standing::Waiting,
    Standing::WaitingLong,
    Standing::OnlyBot,
    Standing::Answered,
    Standing::Waiting,
];

/// A message of the first two days.
struct Line {
    at: DateTime<Utc>,
    chat: String,
    sender: Sender,
    part: Part,
}

/// Fills the world with chats of the last two days.
pub(super) fn populate(world: &mut World, pace: &BuyerPace, now: DateTime<Utc>) {
    let mut troupe = Troupe::new(pace, world);
    let mut lines = Vec::new();
    for at in 0..pace.first_chats {
        let standing = STANDINGS[at % STANDINGS.len()];
        lines.extend(troupe.history(world, standing, now));
    }
    lines.extend(troupe.begun_by_shop(world, now));
    // Ids grow with time over all chats, as on Ozon.
    lines.sort_by_key(|line| line.at);
    for line in lines {
        let id = world.say(&line.chat, line.sender, line.part, line.at, false);
        if let (Some(chat), Some(id)) = (world.chats.get_mut(&line.chat), id) {
            match (&mut chat.story, line.sender) {
                (Some(story), Sender::Buyer) => story.answered_up_to = id,
                // Half of those who were answered have seen it.
                (_, Sender::Seller) if id.is_multiple_of(2) => chat.read_by_buyer = id,
                _ => {}
            }
        }
    }
    // What nobody reacts to any more has been reacted to.
    for chat in world.chats.values_mut() {
        let newest = chat.messages.last().map_or(0, |message| message.id);
        if let Some(story) = &mut chat.story {
            story.answered_up_to = newest;
        }
    }
}

/// Plays the buyers until cancelled.
pub(super) async fn live(
    state: SandboxState,
    pace: BuyerPace,
    mut ears: UnboundedReceiver<String>,
    cancel: CancellationToken,
) {
    let troupe = state.read(|world| Troupe::new(&pace, world));
    let mut play = Play { state, pace, troupe, agenda: BinaryHeap::new(), order: 0 };
    play.plan_arrival();
    play.catch_up();
    loop {
        let next = play.agenda.peek().map(|Reverse(entry)| entry.due);
        let due = async {
            match next {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = cancel.cancelled() => return,
            heard = ears.recv() => match heard {
                Some(chat) => play.plan_answer(chat),
                None => return,
            },
            () = due => if let Some(Reverse(entry)) = play.agenda.pop() {
                play.act(entry.deed);
            },
        }
    }
}

/// Something that is going to happen.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    due: Instant,
    /// Keeps equal instants in order.
    order: u64,
    deed: Deed,
}

/// What can happen.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    /// Somebody does something of his own accord.
    Stir,
    /// A buyer sees what the shop wrote.
    Read(String),
    /// A buyer answers it.
    Answer(String),
    /// A buyer shows what he has just written about.
    Show(String),
}

struct Play {
    state: SandboxState,
    pace: BuyerPace,
    troupe: Troupe,
    agenda: BinaryHeap<Reverse<Entry>>,
    order: u64,
}

impl Play {
    fn plan(&mut self, after: Duration, deed: Deed) {
        self.order += 1;
        self.agenda.push(Reverse(Entry { due: Instant::now() + after, order: self.order, deed }));
    }

    fn plan_arrival(&mut self) {
        let pause = self.troupe.between(self.pace.pause);
        self.plan(pause, Deed::Stir);
    }

    /// The buyer looks first and answers a little later.
    fn plan_answer(&mut self, chat: String) {
        let after = self.troupe.between(self.pace.answer_after);
        self.plan(after / 3, Deed::Read(chat.clone()));
        self.plan(after, Deed::Answer(chat));
    }

    /// Answers what the shop wrote while nobody played.
    fn catch_up(&mut self) {
        for chat in self.state.read(unanswered_by_buyers) {
            self.plan_answer(chat);
        }
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Stir => {
                self.stir();
                self.plan_arrival();
            }
            Deed::Read(chat) => self.state.buyer_reads(&chat),
            Deed::Answer(chat) => self.answer(&chat),
            Deed::Show(chat) => self.show(&chat),
        }
    }

    /// A new buyer, an impatient one, one who comes back, or a colleague in the cabinet.
    fn stir(&mut self) {
        let (waiting, settled, chats) = self.state.read(|world| {
            let chosen = |waits: bool| {
                let chats = world.chats.values().filter(|chat| chat.story.is_some() && chat.waits() == waits);
                chats.map(|chat| chat.id.clone()).collect::<Vec<_>>()
            };
            (chosen(true), chosen(false), world.chats.len())
        });
        let dice = self.troupe.rng.random_range(0..100);
        let one_waiting = waiting.choose(&mut self.troupe.rng).cloned();
        let one_settled = settled.choose(&mut self.troupe.rng).cloned();
        match (one_waiting, one_settled) {
            (Some(chat), _) if waiting.len() >= self.pace.most_waiting || dice < 12 => self.cabinet(&chat),
            (Some(chat), _) if dice < 28 => self.nudge(&chat),
            (_, Some(chat)) if dice < 40 || chats >= MOST_CHATS => self.come_back(&chat),
            _ if chats < MOST_CHATS => self.arrive(),
            _ => {}
        }
    }

    fn arrive(&mut self) {
        let now = clock::now();
        let troupe = &mut self.troupe;
        let (chat, text) = self.state.change(|world| troupe.enter(world, now));
        self.open(&chat, &text);
    }

    fn come_back(&mut self, chat: &str) {
        let troupe = &mut self.troupe;
        let text = self.state.change(|world| troupe.enter_again(world, chat, clock::now()));
        if let Some(text) = text {
            self.open(chat, &text);
        }
    }

    fn open(&mut self, chat: &str, text: &str) {
        self.state.buyer_writes(chat, text);
        let shows = self.state.read(|world| {
            world.chats.get(chat).and_then(|chat| chat.story.as_ref()).is_some_and(Story::has_picture)
        });
        if shows && self.troupe.rng.random_bool(0.5) {
            let after = self.troupe.between(self.pace.answer_after);
            self.plan(after, Deed::Show(chat.to_owned()));
        }
    }

    fn show(&mut self, chat: &str) {
        let picture = self.troupe.picture();
        self.state.buyer_shows(chat, &picture);
    }

    fn nudge(&mut self, chat: &str) {
        let Some(story) = self.story(chat).filter(|story| !story.is_done()) else { return };
        let text = story.nudge(&mut self.troupe.heard, &mut self.troupe.rng);
        self.state.buyer_writes(chat, &text);
    }

    fn cabinet(&mut self, chat: &str) {
        let Some(story) = self.story(chat) else { return };
        let text = story.cabinet(&mut self.troupe.heard, &mut self.troupe.rng);
        self.state.cabinet_replies(chat, &text);
    }

    /// One answer to everything that the shop has written since the last.
    fn answer(&mut self, chat: &str) {
        let new = self.state.read(|world| {
            let chat = world.chats.get(chat)?;
            let story = chat.story.clone()?;
            let (newest, text) = written_since(&chat.messages, story.answered_up_to)?;
            Some((story, newest, text))
        });
        let Some((mut story, newest, shop_wrote)) = new else { return };
        let utterance = story.answer(&shop_wrote, &mut self.troupe.heard, &mut self.troupe.rng);
        story.answered_up_to = newest;
        self.state.change(|world| world.chats.get_mut(chat).map(|chat| chat.story = Some(story)));
        self.state.buyer_reads(chat);
        match utterance {
            Utterance::Text(text) => {
                self.state.buyer_writes(chat, &text);
            }
            Utterance::Picture { caption } => {
                self.show(chat);
                self.state.buyer_writes(chat, &caption);
            }
        }
    }

    fn story(&self, chat: &str) -> Option<Story> {
        self.state.read(|world| world.chats.get(chat)?.story.clone())
    }
}

/// Texts of the shop after a message, with the newest id; `None` when there are none.
fn written_since(messages: &[super::ozon::MessageRecord], after: u64) -> Option<(u64, String)> {
    let new = messages.iter().filter(|message| message.sender == Sender::Seller && message.id > after);
    let newest = new.clone().next_back()?.id;
    let texts: Vec<&str> = new
        .map(|message| match &message.part {
            Part::Text(text) => text.as_str(),
            _ => "",
        })
        .collect();
    Some((newest, texts.join("\n")))
}

fn unanswered_by_buyers(world: &World) -> Vec<String> {
    let waits = |chat: &&super::ozon::Chat| {
        let story = chat.story.as_ref();
        story.is_some_and(|story| written_since(&chat.messages, story.answered_up_to).is_some())
    };
    world.chats.values().filter(waits).map(|chat| chat.id.clone()).collect()
}

/// Those who make the buyers up: the dice and the memory of what was said.
struct Troupe {
    rng: StdRng,
    heard: Heard,
    /// Worries of late; emptied when all have come up.
    taken: HashSet<String>,
}

impl Troupe {
    fn new(pace: &BuyerPace, world: &World) -> Self {
        let texts =
            world.chats.values().flat_map(|chat| &chat.messages).filter_map(|message| match &message.part {
                Part::Text(text) => Some(text.clone()),
                _ => None,
            });
        // A world that goes on must not draw the same numbers as when it began.
        let rng = StdRng::seed_from_u64(pace.seed ^ (world.chats.len() as u64) << 32);
        Self { rng, heard: Heard::of(texts), taken: HashSet::new() }
    }

    fn between(&mut self, (from, to): (Duration, Duration)) -> Duration {
        self.rng.random_range(from..=to.max(from))
    }

    fn id(&mut self) -> String {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn picture(&mut self) -> String {
        format!("messenger-rotated-{}/{:08x}.png", self.rng.random_range(1..6), self.rng.random::<u32>())
    }

    fn note_topic(&mut self, story: &Story) {
        self.taken.insert(story.topic_id().to_owned());
        if self.taken.len() >= phrases::TOPICS.len() {
            self.taken.clear();
        }
    }

    /// A chat with a new buyer, and what he is going to write.
    fn enter(&mut self, world: &mut World, now: DateTime<Utc>) -> (String, String) {
        let story = Story::begin(&self.taken, now, &mut self.rng);
        self.note_topic(&story);
        let text = story.opening(&mut self.heard, &mut self.rng);
        // On Ozon hardly any chat knows its order; here every fourth does, so that both can be seen.
        let order = self.rng.random_bool(0.25).then(|| self.order(&story, now));
        let buyer_id = self.rng.random_range(100_000..99_999_999u32).to_string();
        let order_number = order.as_ref().map(|order| order.number.clone());
        let sku = order_number.as_ref().map(|_| ware(story.thing_number()).sku.to_string());
        let new = NewChat { buyer_id, order_number, sku, ..NewChat::of_buyer(DEMO_CLIENT_ID) };
        world.orders.extend(order.map(|order| (order.number.clone(), order)));
        let id = self.id();
        world.open_chat(id.clone(), new, now).story = Some(story);
        (id, text)
    }

    /// The order that a story is about, on its way or delivered lately.
    fn order(&mut self, story: &Story, now: DateTime<Utc>) -> Order {
        let scheme = [Scheme::Fbo, Scheme::Fbs, Scheme::Fbs, Scheme::Rfbs][self.rng.random_range(0..4)];
        let statuses =
            ["delivered", "delivered", "delivering", "delivering", "awaiting_deliver", "cancelled"];
        let status = statuses[self.rng.random_range(0..statuses.len())];
        let new = NewOrder {
            number: Some(story.order().into()),
            scheme,
            status: status.into(),
            // Late enough for every window to be open.
            delivered_at: Some(now - TimeDelta::hours(self.rng.random_range(2..40))),
            postings: if self.rng.random_bool(0.3) { 2 } else { 1 },
            is_returned: status != "delivering" && self.rng.random_bool(0.25),
            sku: Some(ware(story.thing_number()).sku),
            city: Some(story.city().into()),
            ..NewOrder::default()
        };
        Order::make(new, now, &mut self.rng)
    }

    /// The same for a buyer who was here before; `None` when there is no such chat.
    fn enter_again(&mut self, world: &mut World, chat: &str, now: DateTime<Utc>) -> Option<String> {
        let chat = world.chats.get_mut(chat)?;
        let story = chat.story.as_ref()?.begin_again(&self.taken, now, &mut self.rng);
        self.note_topic(&story);
        let text = story.opening(&mut self.heard, &mut self.rng);
        chat.story = Some(story);
        Some(text)
    }

    /// A chat of the last two days.
    fn history(&mut self, world: &mut World, standing: Standing, now: DateTime<Utc>) -> Vec<Line> {
        // Minutes since the last message.
        let last = match standing {
            Standing::Waiting | Standing::WaitingAgain => self.rng.random_range(2..300),
            Standing::OnlyBot => self.rng.random_range(30..600),
            Standing::WaitingLong => self.rng.random_range(1_260..1_680),
            Standing::Answered | Standing::Settled => self.rng.random_range(60..2_200),
        };
        let (chat, opening) = self.enter(world, now);
        let Some(mut story) = world.chats.get(&chat).and_then(|chat| chat.story.clone()) else {
            return Vec::new();
        };
        let mut says = vec![(Sender::Buyer, Part::Text(opening))];
        if story.has_picture() && self.rng.random_bool(0.6) {
            says.push((Sender::Buyer, Part::Picture(self.picture())));
        }
        if matches!(standing, Standing::OnlyBot) {
            says.push((Sender::Bot, Part::Text(phrases::AUTOMAT.into())));
        }
        if matches!(standing, Standing::WaitingAgain | Standing::Answered | Standing::Settled) {
            let reply = story.cabinet(&mut self.heard, &mut self.rng);
            says.push((Sender::Seller, Part::Text(reply.clone())));
            if !matches!(standing, Standing::Answered) {
                says.extend(self.go_on(&mut story, &reply, standing));
            }
        }
        if matches!(standing, Standing::Waiting | Standing::WaitingLong) && self.rng.random_bool(0.35) {
            says.push((Sender::Buyer, Part::Text(story.nudge(&mut self.heard, &mut self.rng))));
        }
        if let Some(stored) = world.chats.get_mut(&chat) {
            stored.story = Some(story);
        }
        let lines = self.dated(says, &chat, now - TimeDelta::minutes(last));
        if let (Some(stored), Some(first)) = (world.chats.get_mut(&chat), lines.first()) {
            stored.created_at = first.at;
        }
        lines
    }

    /// What follows the shop's first answer.
    fn go_on(&mut self, story: &mut Story, reply: &str, standing: Standing) -> Vec<(Sender, Part)> {
        let mut says = Vec::new();
        let mut last = reply.to_owned();
        // A talk has an end; the bound is for the eye.
        for _ in 0..6 {
            if let Utterance::Text(text) = story.answer(&last, &mut self.heard, &mut self.rng) {
                says.push((Sender::Buyer, Part::Text(text)));
            }
            if matches!(standing, Standing::WaitingAgain) && !story.is_done() || story.is_done() {
                break;
            }
            last = story.cabinet(&mut self.heard, &mut self.rng);
            says.push((Sender::Seller, Part::Text(last.clone())));
        }
        if matches!(standing, Standing::Settled) {
            says.push((Sender::Seller, Part::Text(story.cabinet(&mut self.heard, &mut self.rng))));
        }
        says
    }

    /// Chats that the shop began, which is where Ozon tells what a chat is about: one after a review, one about an
    /// order. Nobody has answered yet.
    fn begun_by_shop(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Line> {
        let order = Order::make(
            NewOrder { status: "awaiting_deliver".into(), ..NewOrder::default() },
            now,
            &mut self.rng,
        );
        let number = order.number.clone();
        world.orders.insert(number.clone(), order);
        let reviewed = NewChat { sku: Some(ware(3).sku.to_string()), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
        let ordered = NewChat { order_number: Some(number), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
        let mut lines = Vec::new();
        for (new, text, hours) in [(reviewed, phrases::AFTER_REVIEW, 7), (ordered, phrases::ABOUT_ORDER, 3)] {
            let (chat, at) = (self.id(), now - TimeDelta::hours(hours));
            world.open_chat(chat.clone(), new, at);
            lines.push(Line { at, chat, sender: Sender::Seller, part: Part::Text(text.into()) });
        }
        lines
    }

    /// Gives a talk its instants, from its end backwards.
    fn dated(&mut self, says: Vec<(Sender, Part)>, chat: &str, end: DateTime<Utc>) -> Vec<Line> {
        let mut at = end;
        let mut lines = Vec::new();
        for (sender, part) in says.into_iter().rev() {
            lines.push(Line { at, chat: chat.to_owned(), sender, part });
            let seconds = if sender == Sender::Bot { 2 } else { self.rng.random_range(40..2_400) };
            at -= TimeDelta::seconds(seconds);
        }
        lines.reverse();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(seed: u64) -> World {
        let mut world = World::default();
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        populate(&mut world, &BuyerPace::new(Tempo::Normal, seed), now);
        world
    }

    #[test]
    fn the_first_day_has_waiting_and_answered_chats_within_two_days() {
        let world = world(1);
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        assert!(world.chats.len() >= 14);
        assert!(world.chats.values().filter(|chat| chat.waits()).count() >= 6);
        assert!(world.chats.values().filter(|chat| !chat.waits()).count() >= 4);
        for chat in world.chats.values() {
            assert!(
                chat.messages
                    .iter()
                    .all(|message| message.at <= now && now - message.at < TimeDelta::hours(52))
            );
            assert!(chat.messages.is_sorted_by_key(|message| message.id));
            assert!(chat.messages.is_sorted_by_key(|message| message.at));
        }
        assert!(unanswered_by_buyers(&world).is_empty());
    }

    #[test]
    fn the_same_seed_makes_the_same_day() {
        let texts = |world: World| -> Vec<Part> {
            world.chats.into_values().flat_map(|chat| chat.messages).map(|message| message.part).collect()
        };
        assert_eq!(texts(world(4)), texts(world(4)));
        assert_ne!(texts(world(4)), texts(world(5)));
    }

    #[test]
    fn no_buyer_says_what_another_said() {
        let world = world(2);
        let openings: Vec<&Part> = world
            .chats
            .values()
            .filter_map(|chat| chat.messages.first())
            .map(|message| &message.part)
            .collect();
        for (at, one) in openings.iter().enumerate() {
            assert!(!openings[at + 1..].contains(one), "{one:?}");
        }
    }
}
