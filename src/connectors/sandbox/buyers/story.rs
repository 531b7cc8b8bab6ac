//! One buyer's story: who it is, what the worry is, and how the buyer takes what the shop answers.
//!
//! asked → explains as long as the shop asks back → may ask on once → thanks, or complains → done. Who has no
//! patience left says so. A done story answers politely and may begin anew with another worry.

use super::goods::{self, CITIES, COLOURS, STREETS, THINGS, Thing};
use super::phrases::{self, TOPICS, Topic};
use super::spin::{self, Words};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashSet;

/// More questions than this are too many.
const PATIENCE: u8 = 3;
/// How often a text is drawn again to avoid one that was heard before.
const TRIES: usize = 12;

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// A buyer and the worry of the day. Everything that texts mention is settled once, so that it stays the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::connectors::sandbox) struct Story {
    topic: String,
    stage: Stage,
    thing: usize,
    is_woman: bool,
    /// Writes without capitals and full stops.
    is_sloppy: bool,
    size: String,
    other: String,
    colour: String,
    city: String,
    street: String,
    date: String,
    later: String,
    order: String,
    height: u32,
    weight: u32,
    questions: u8,
    has_asked_on: bool,
    /// Newest message of the shop that the buyer has answered.
    pub answered_up_to: u64,
}

/// How far a story is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Asked,
    Complained,
    Done,
}

/// What a buyer does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Utterance {
    Text(String),
    /// A picture, with a caption as a message of its own, as Ozon sends them.
    Picture {
        caption: String,
    },
}

impl Story {
    /// A buyer with a worry that nobody has had yet, as long as there are such.
    pub(super) fn begin(taken: &HashSet<String>, now: DateTime<Utc>, rng: &mut StdRng) -> Story {
        let fresh: Vec<&Topic> = TOPICS.iter().filter(|topic| !taken.contains(topic.id)).collect();
        let topic = fresh.choose(rng).copied().unwrap_or(&TOPICS[rng.random_range(0..TOPICS.len())]);
        let things: Vec<usize> = (0..THINGS.len())
            .filter(|at| topic.fits.is_empty() || topic.fits.contains(&THINGS[*at].kind))
            .collect();
        let thing = things[rng.random_range(0..things.len())];
        let sizes = goods::sizes(THINGS[thing].kind);
        let at = rng.random_range(0..sizes.len().max(2) - 1);
        let size = |at: usize| sizes.get(at).copied().unwrap_or("стандартный").to_owned();
        let pick = |from: &[&str], rng: &mut StdRng| from.choose(rng).copied().unwrap_or_default().to_owned();
        let is_woman = rng.random_bool(0.6);
        Story {
            topic: topic.id.into(),
            stage: Stage::Asked,
            thing,
            is_woman,
            is_sloppy: rng.random_bool(0.25),
            size: size(at),
            other: size(at + 1),
            colour: pick(&COLOURS, rng),
            city: pick(&CITIES, rng),
            street: pick(&STREETS, rng),
            date: day(now - TimeDelta::days(rng.random_range(2..9))),
            later: day(now + TimeDelta::days(rng.random_range(2..8))),
            order: format!("{:08}-{:04}", rng.random_range(10_000_000..99_999_999), rng.random_range(1..400)),
            height: if is_woman { rng.random_range(156..177) } else { rng.random_range(168..192) },
            weight: if is_woman { rng.random_range(48..84) } else { rng.random_range(64..104) },
            questions: 0,
            has_asked_on: false,
            answered_up_to: 0,
        }
    }

    /// The same buyer with another worry.
    pub(super) fn begin_again(&self, taken: &HashSet<String>, now: DateTime<Utc>, rng: &mut StdRng) -> Story {
        let next = Story::begin(taken, now, rng);
        Story {
            is_woman: self.is_woman,
            is_sloppy: self.is_sloppy,
            city: self.city.clone(),
            street: self.street.clone(),
            height: self.height,
            weight: self.weight,
            answered_up_to: self.answered_up_to,
            ..next
        }
    }

    /// The order that the story is about, `12345678-0001`.
    pub(super) fn order(&self) -> &str {
        &self.order
    }

    /// Where the buyer lives.
    pub(super) fn city(&self) -> &str {
        &self.city
    }

    /// Number of the thing that it is about.
    pub(super) fn thing_number(&self) -> usize {
        self.thing
    }

    /// Name of the worry.
    pub(super) fn topic_id(&self) -> &str {
        &self.topic
    }

    /// Whether the buyer has got what he came for.
    pub(super) fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }

    fn topic(&self) -> &'static Topic {
        TOPICS.iter().find(|topic| topic.id == self.topic).unwrap_or(&TOPICS[0])
    }

    fn thing(&self) -> &'static Thing {
        THINGS.get(self.thing).unwrap_or(&THINGS[0])
    }

    /// The first message.
    pub(super) fn opening(&self, heard: &mut Heard, rng: &mut StdRng) -> String {
        self.draw(self.topic().openings, heard, rng)
    }

    /// A picture right after the opening, where there is something to show.
    pub(super) fn has_picture(&self) -> bool {
        self.topic().has_picture
    }

    /// A reminder that somebody waits.
    pub(super) fn nudge(&self, heard: &mut Heard, rng: &mut StdRng) -> String {
        self.draw(&phrases::NUDGES, heard, rng)
    }

    /// What a colleague answers in Ozon's cabinet.
    pub(super) fn cabinet(&self, heard: &mut Heard, rng: &mut StdRng) -> String {
        let from = if self.is_done() { &phrases::CABINET_GOODBYES } else { self.topic().cabinet };
        let text = draw(from, self, heard, rng);
        capitalised(&text)
    }

    /// The buyer's answer to what the shop wrote.
    pub(super) fn answer(&mut self, shop_wrote: &str, heard: &mut Heard, rng: &mut StdRng) -> Utterance {
        let question = Question::of(shop_wrote);
        if self.is_done() {
            return Utterance::Text(self.draw(&phrases::AFTERWORDS, heard, rng));
        }
        if let Some(question) = question {
            self.questions = self.questions.saturating_add(1);
            if self.questions > PATIENCE {
                return Utterance::Text(self.draw(&phrases::IMPATIENT, heard, rng));
            }
            return self.explain(question, heard, rng);
        }
        if is_refusal(shop_wrote) && self.stage == Stage::Asked && rng.random_bool(0.75) {
            self.stage = Stage::Complained;
            return Utterance::Text(self.draw(&phrases::COMPLAINTS, heard, rng));
        }
        if !self.has_asked_on && rng.random_bool(0.35) {
            self.has_asked_on = true;
            return Utterance::Text(self.draw(self.topic().follow_ups, heard, rng));
        }
        self.stage = Stage::Done;
        Utterance::Text(self.draw(&phrases::THANKS, heard, rng))
    }

    fn explain(&self, question: Question, heard: &mut Heard, rng: &mut StdRng) -> Utterance {
        let from: &[&str] = match question {
            Question::Picture => {
                return Utterance::Picture { caption: self.draw(&phrases::CAPTIONS, heard, rng) };
            }
            Question::Number => &phrases::NUMBERS,
            Question::Place => &phrases::PLACES,
            Question::Size if !goods::sizes(self.thing().kind).is_empty() => &phrases::MEASURES,
            Question::Colour => &phrases::COLOURED,
            Question::Date => &phrases::DATED,
            Question::Size | Question::Other => self.topic().details,
        };
        Utterance::Text(self.draw(from, heard, rng))
    }

    fn draw(&self, from: &[&str], heard: &mut Heard, rng: &mut StdRng) -> String {
        let text = draw(from, self, heard, rng);
        if self.is_sloppy { sloppy(&text) } else { capitalised(&text) }
    }
}

/// A whole talk that a seed stands for: who speaks (the buyer or not) and what. The buyer begins and says at least
/// the last `unread` things.
pub(in crate::connectors::sandbox) fn talk(
    seed: u64,
    length: usize,
    unread: usize,
    now: DateTime<Utc>,
) -> Vec<(bool, String)> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (taken, mut heard) = (HashSet::new(), Heard::default());
    let mut story = Story::begin(&taken, now, &mut rng);
    let mut lines = vec![(true, story.opening(&mut heard, &mut rng))];
    // So many things were said about the worry of the day.
    let mut said = 1;
    while lines.len() < length {
        let shop_spoke = lines.last().is_some_and(|(is_from_buyer, _)| !is_from_buyer);
        let is_from_buyer = lines.len() + unread >= length || shop_spoke == rng.random_bool(0.8);
        if is_from_buyer && said > 7 {
            story = story.begin_again(&taken, now, &mut rng);
            said = 0;
        }
        let topic = story.topic();
        let text = match (is_from_buyer, said) {
            (false, _) => capitalised(&draw(topic.cabinet, &story, &mut heard, &mut rng)),
            (true, 0) => story.opening(&mut heard, &mut rng),
            (true, 1..=3) => story.draw(topic.details, &mut heard, &mut rng),
            (true, 4..=6) => story.draw(topic.follow_ups, &mut heard, &mut rng),
            (true, _) => story.draw(&phrases::THANKS, &mut heard, &mut rng),
        };
        lines.push((is_from_buyer, text));
        said += 1;
    }
    lines
}

impl Words for Story {
    fn word(&self, name: &str) -> String {
        let thing = self.thing();
        match name {
            "hi" => phrases::GREETINGS.into(),
            "nom" => thing.nom.into(),
            "Nom" => first_upper(thing.nom).into_owned(),
            "acc" => thing.acc.into(),
            "gen" => thing.gen_.into(),
            "price" => thing.price.into(),
            "size" => self.size.clone(),
            "other" => self.other.clone(),
            "colour" => self.colour.clone(),
            "Colour" => first_upper(&self.colour).into_owned(),
            "city" => self.city.clone(),
            "street" => self.street.clone(),
            "date" => self.date.clone(),
            "later" => self.later.clone(),
            "order" => self.order.clone(),
            "height" => self.height.to_string(),
            "weight" => self.weight.to_string(),
            _ => String::new(),
        }
    }

    fn buyer_gender(&self) -> usize {
        usize::from(self.is_woman)
    }

    fn thing_gender(&self) -> usize {
        self.thing().gender
    }
}

/// Texts that were used already.
#[derive(Debug, Default)]
pub(super) struct Heard(HashSet<String>);

impl Heard {
    pub(super) fn of(texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().collect())
    }
}

fn draw(from: &[&str], words: &Story, heard: &mut Heard, rng: &mut StdRng) -> String {
    let mut text = String::new();
    for _ in 0..TRIES {
        let template = from.choose(rng).copied().unwrap_or_default();
        text = spin::expand(template, words, rng);
        if heard.0.insert(text.clone()) {
            break;
        }
    }
    text
}

/// What an operator wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Picture,
    Number,
    Place,
    Size,
    Colour,
    Date,
    Other,
}

impl Question {
    fn of(text: &str) -> Option<Question> {
        let lower = text.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        let asks = has(&[
            "?",
            "пришлите",
            "уточните",
            "подскажите",
            "напишите",
            "сообщите",
            "укажите",
            "прикрепите",
            "сфотографируйте",
        ]);
        if !asks {
            return None;
        }
        Some(if has(&["фото", "снимок", "снимк", "картинк", "прикреп"]) {
            Question::Picture
        } else if has(&["номер заказа", "номер отправления", "какой заказ", "номер"])
        {
            Question::Number
        } else if has(&["город", "пункт", "адрес", "куда"]) {
            Question::Place
        } else if has(&["размер", "рост", "обхват", "параметр", "мерк", "вес"])
        {
            Question::Size
        } else if has(&["цвет", "оттен"]) {
            Question::Colour
        } else if has(&["когда", "какого числа", "дат"]) {
            Question::Date
        } else {
            Question::Other
        })
    }
}

fn is_refusal(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = [
        "к сожалению",
        "не можем",
        "не сможем",
        "невозможно",
        "нет возможности",
        "не получится",
        "отказ",
        "нет в наличии",
    ];
    words.iter().any(|word| lower.contains(word))
}

fn day(at: DateTime<Utc>) -> String {
    format!("{} {}", at.day(), MONTHS[at.month0() as usize % 12])
}

fn first_upper(text: &str) -> Cow<'_, str> {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => Cow::Owned(first.to_uppercase().chain(chars).collect()),
        _ => Cow::Borrowed(text),
    }
}

/// Every sentence with its capital.
fn capitalised(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut begins = true;
    let mut ended = false;
    for c in text.trim().chars() {
        if begins && c.is_alphabetic() {
            done.extend(c.to_uppercase());
        } else {
            done.push(c);
        }
        begins = (begins && !c.is_alphanumeric()) || (ended && c == ' ');
        ended = matches!(c, '.' | '!' | '?' | '…');
    }
    done
}

fn sloppy(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(rng: &mut StdRng) -> Story {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        Story::begin(&HashSet::new(), now, rng)
    }

    #[test]
    fn there_are_more_than_thirty_openings_and_every_template_is_filled() {
        assert!(TOPICS.iter().map(|topic| topic.openings.len()).sum::<usize>() >= 30);
        let mut rng = StdRng::seed_from_u64(7);
        for _ in 0..60 {
            let story = begin(&mut rng);
            let topic = story.topic();
            let all = [topic.openings, topic.details, topic.follow_ups, topic.cabinet];
            let common: [&[&str]; 11] = [
                &phrases::NUDGES,
                &phrases::THANKS,
                &phrases::COMPLAINTS,
                &phrases::NUMBERS,
                &phrases::PLACES,
                &phrases::MEASURES,
                &phrases::COLOURED,
                &phrases::DATED,
                &phrases::CAPTIONS,
                &phrases::IMPATIENT,
                &phrases::AFTERWORDS,
            ];
            for template in all.into_iter().chain(common).flatten() {
                let text = spin::expand(template, &story, &mut rng);
                assert!(!text.trim().is_empty(), "{template}");
                assert!(!text.contains(['{', '}', '<', '>', '|']), "{template} became {text}");
                assert!(text.chars().count() <= 1000);
            }
        }
    }

    #[test]
    fn openings_do_not_repeat() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut heard = Heard::default();
        let texts: Vec<String> = (0..300).map(|_| begin(&mut rng).opening(&mut heard, &mut rng)).collect();
        let different: HashSet<&String> = texts.iter().collect();
        assert!(different.len() >= 295, "{} of 300", different.len());
    }

    #[test]
    fn a_buyer_explains_when_asked_and_shows_a_picture_on_request() {
        let mut rng = StdRng::seed_from_u64(5);
        let (mut story, mut heard) = (begin(&mut rng), Heard::default());
        let answer = story.answer("Подскажите, пожалуйста, номер заказа", &mut heard, &mut rng);
        let Utterance::Text(text) = answer else { panic!("a number is text") };
        assert!(text.contains(&story.order));
        let answer = story.answer("Пришлите фото, пожалуйста", &mut heard, &mut rng);
        assert!(matches!(answer, Utterance::Picture { .. }));
    }

    #[test]
    fn a_story_comes_to_an_end_when_the_shop_answers() {
        let mut rng = StdRng::seed_from_u64(9);
        let mut heard = Heard::default();
        for _ in 0..50 {
            let mut story = begin(&mut rng);
            for _ in 0..4 {
                story.answer("Да, всё сделали, деньги вернули.", &mut heard, &mut rng);
            }
            assert!(story.is_done());
        }
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let tell = |seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            let story = begin(&mut rng);
            story.opening(&mut Heard::default(), &mut rng)
        };
        assert_eq!(tell(42), tell(42));
        assert_ne!(tell(42), tell(43));
    }

    #[test]
    fn a_talk_is_as_long_as_asked_and_ends_with_what_nobody_read() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a valid instant");
        for seed in 0..40 {
            let (length, unread) = (1 + seed as usize, seed as usize % 3);
            let lines = talk(seed, length, unread.min(length), now);
            assert_eq!(lines.len(), length);
            assert!(lines[0].0 && lines[length - unread.min(length)..].iter().all(|(buyer, _)| *buyer));
            assert!(lines.iter().all(|(_, text)| !text.contains(['{', '<']) && !text.is_empty()));
            assert_eq!(lines, talk(seed, length, unread.min(length), now));
        }
    }

    #[test]
    fn sentences_begin_with_capitals() {
        assert_eq!(
            capitalised("добрый день! когда? 12 штук. да, 2.5 кг"),
            "Добрый день! Когда? 12 штук. Да, 2.5 кг"
        );
    }
}
