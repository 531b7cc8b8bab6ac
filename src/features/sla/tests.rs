//! What policies promise, and what buyers mean.

use super::defaults::{first_policy, intent_rules, intents, marketplace_terms};
use super::intent::Intent;
use super::policy::{Condition, Facts, Goals, Match, Matcher, Policy, PolicyFault, PolicySet, Raise};
use super::priority::{Judging, PriorityReason, judge, pressing};
use crate::features::orders::types::Scheme;
use crate::features::understanding::types::{Category, Sentiment};
use crate::features::wording::phrases::{Phrases, ReadText};
use crate::shared::chat::{ChatKind, Priority};
use crate::shared::ids::{PolicyId, SellerId, TagId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::Goal;
use crate::shared::sla::count::Target;
use chrono::{DateTime, TimeDelta};
use std::collections::BTreeMap;

fn seller(n: u128) -> SellerId {
    SellerId(uuid::Uuid::from_u128(n))
}

fn tag(n: u128) -> TagId {
    TagId(uuid::Uuid::from_u128(n))
}

fn facts(turn: &[&str]) -> Facts {
    Facts {
        seller: seller(1),
        marketplace: Marketplace::Ozon,
        kind: ChatKind::Dialog,
        scheme: Some(Scheme::Fbs),
        tags: vec![tag(1), tag(2)],
        priority: None,
        turn: turn.iter().map(|text| (*text).to_owned()).collect(),
        minute_of_day: 23 * 60,
        order_value: Some(150_000),
        product_rating: Some(43),
        review_stars: None,
        model: None,
        category: Some(Category::Defect),
        sentiment: None,
    }
}

fn policy(n: u128, when: Vec<Condition>, minutes: u32) -> Policy {
    let goal = Goal { target: Target::working(minutes), paused_by: Vec::new() };
    let goals = Goals { first_reply: Some(goal), ..Goals::default() };
    Policy {
        id: PolicyId(uuid::Uuid::from_u128(n)),
        name: format!("policy {n}"),
        when,
        raises: Vec::new(),
        goals: Priority::ALL.iter().map(|priority| (*priority, goals.clone())).collect(),
        by_intent: BTreeMap::new(),
        calendar: None,
        ladder: Vec::new(),
    }
}

fn found(policies: Vec<Policy>, facts: &Facts) -> Option<Match> {
    Matcher::new(PolicySet { version: 7, policies }, intents().expect("data")).find(facts)
}

fn first_reply(goals: &Goals) -> Option<u32> {
    goals.first_reply.as_ref().map(|goal| goal.target.minutes.get())
}

// --- Conditions ----------------------------------------------------------------------------------------------------

#[test]
fn every_condition_holds_when_it_should_and_not_otherwise() {
    use Condition as C;
    let words = |patterns: &[&str]| C::Words(patterns.iter().map(|it| (*it).to_owned()).collect());
    let table = [
        (C::Seller(vec![seller(2), seller(1)]), true),
        (C::Seller(vec![seller(2)]), false),
        (C::Marketplace(vec![Marketplace::Ozon]), true),
        (C::Kind(vec![ChatKind::Dialog]), true),
        (C::Scheme(vec![Scheme::Fbo, Scheme::Fbs]), true),
        (C::Scheme(vec![Scheme::Fbo]), false),
        (C::Tag(vec![tag(2)]), true),
        (C::Tag(vec![tag(3)]), false),
        (C::Priority(Priority::High), true),
        (C::Intent(vec![Intent::DefectNotWorking]), true),
        (C::Intent(vec![Intent::Thanks]), false),
        (C::Category(vec![Category::Size, Category::Defect]), true),
        (C::Category(vec![Category::Thanks]), false),
        (C::Sentiment(Sentiment::ALL.to_vec()), false),
        (words(&["чайник*"]), true),
        (words(&["утюг*", "свист*|свисток"]), true),
        (words(&["чай"]), false),
        (C::TimeOfDay { from: 22 * 60, to: 6 * 60 }, true),
        (C::TimeOfDay { from: 23 * 60, to: 24 * 60 }, true),
        (C::TimeOfDay { from: 9 * 60, to: 23 * 60 }, false),
        (C::OrderValue { from: Some(150_000), to: None }, true),
        (C::OrderValue { from: None, to: Some(149_999) }, false),
        (C::ProductRating { from: Some(40), to: Some(45) }, true),
        (C::ProductRating { from: None, to: Some(42) }, false),
        // What is not known does not hold, whichever way it is asked.
        (C::ReviewStars { from: Some(1), to: Some(5) }, false),
    ];
    let facts = facts(&["Добрый день", "В чайнике сломан свисток"]);
    for (condition, expected) in table {
        let policy = policy(1, vec![condition.clone()], 10);
        assert_eq!(policy.check(), Ok(()), "{condition:?}");
        assert_eq!(found(vec![policy], &facts).is_some(), expected, "{condition:?}");
    }
    let unknown = Facts { scheme: None, order_value: None, ..facts };
    let schemes = vec![C::Scheme(Scheme::ALL.to_vec())];
    assert_eq!(found(vec![policy(1, schemes, 10)], &unknown), None);
}

#[test]
fn the_first_policy_that_holds_is_the_one() {
    let of_seller = |n| vec![Condition::Seller(vec![seller(n)])];
    let both = vec![Condition::Seller(vec![seller(1)]), Condition::Tag(vec![tag(9)])];
    let policies = vec![
        policy(1, of_seller(2), 10),
        policy(2, both, 20),
        policy(3, of_seller(1), 30),
        policy(4, vec![], 40),
    ];
    let found_for =
        |facts: &Facts| found(policies.clone(), facts).map(|it| (it.policy.0.as_u128(), it.version));
    assert_eq!(found_for(&facts(&["?"])), Some((3, 7)));
    assert_eq!(found_for(&Facts { tags: vec![tag(9)], ..facts(&["?"]) }), Some((2, 7)));
    assert_eq!(found_for(&Facts { seller: seller(5), ..facts(&["?"]) }), Some((4, 7)));
    assert_eq!(found(vec![policy(1, of_seller(2), 10)], &facts(&["?"])), None);
}

#[test]
fn policies_raise_and_never_lower_and_never_against_a_person() {
    let mut strict = policy(1, vec![], 10);
    let raise = |patterns: &[&str], to| Raise {
        when: vec![Condition::Words(patterns.iter().map(|it| (*it).to_owned()).collect())],
        to,
    };
    strict.raises = vec![raise(&["юрист*"], Priority::Urgent), raise(&["спасиб*"], Priority::Normal)];
    let judged = |facts: &Facts| found(vec![strict.clone()], facts).expect("a policy").judged;
    let urgent = judged(&facts(&["Передам юристам"]));
    assert_eq!(urgent.priority, Priority::Urgent);
    assert_eq!(urgent.reasons, [PriorityReason::Intent, PriorityReason::Policy]);
    assert_eq!(judged(&facts(&["Спасибо"])).priority, Priority::Normal);
    let by_hand = Facts { priority: Some(Priority::Low), ..facts(&["Передам юристам"]) };
    assert_eq!(judged(&by_hand).priority, Priority::Low);
    assert_eq!(judged(&by_hand).reasons, [PriorityReason::ByHand]);
}

#[test]
fn what_cannot_be_meant_is_not_kept() {
    let with = |condition| policy(1, vec![condition], 10).check();
    let words = |text: &str| with(Condition::Words(vec![text.to_owned()]));
    assert_eq!(words("!"), Err(PolicyFault::PatternUnreadable { pattern: "!".to_owned() }));
    assert_eq!(with(Condition::Tag(vec![])), Err(PolicyFault::NothingSatisfies));
    assert_eq!(
        with(Condition::OrderValue { from: Some(2), to: Some(1) }),
        Err(PolicyFault::NothingSatisfies)
    );
    assert_eq!(with(Condition::OrderValue { from: None, to: None }), Err(PolicyFault::NothingSatisfies));
    assert_eq!(with(Condition::TimeOfDay { from: 60, to: 60 }), Err(PolicyFault::NothingSatisfies));
    assert_eq!(policy(1, vec![], 10_081).check(), Err(PolicyFault::TargetOutOfRange));
    assert_eq!(
        Policy { name: " ".to_owned(), ..policy(1, vec![], 10) }.check(),
        Err(PolicyFault::NameMissing)
    );
    assert_eq!(Policy { goals: BTreeMap::new(), ..policy(1, vec![], 10) }.check(), Err(PolicyFault::NoGoal));
}

#[test]
fn a_policy_is_read_as_it_was_kept() {
    let kept = first_policy(PolicyId::new(), "Все чаты").expect("data");
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<Policy>(&text).ok(), Some(kept));
}

// --- Priorities ----------------------------------------------------------------------------------------------------

#[test]
fn priorities_follow_from_the_turn() {
    use Priority::*;
    use PriorityReason as R;
    /// A turn, what a model says; the priority and why.
    type Case = (&'static [&'static str], Option<Priority>, Priority, &'static [PriorityReason]);
    let table: [Case; 11] = [
        (&["Где посылка?"], None, Normal, &[R::Intent]),
        (&["Где посылка?", "Ау", "Ответьте"], None, High, &[R::Intent, R::Insistent]),
        (
            &["Где посылка?", "Ау", "ОТВЕТЬТЕ СЕЙЧАС ЖЕ"],
            None,
            Urgent,
            &[R::Intent, R::Insistent, R::Shouting],
        ),
        (&["Где посылка!!!"], None, High, &[R::Intent, R::Shouting]),
        // Names of sizes and short words are not shouted.
        (&["ОК, XXL"], None, Normal, &[R::Intent]),
        // Only the last message has a voice.
        (&["ГДЕ МОЯ ПОСЫЛКА", "где посылка"], None, Normal, &[R::Intent]),
        (&["Спасибо"], None, Low, &[R::Intent]),
        (&["Спасибо"], Some(Urgent), Normal, &[R::Intent, R::Model]),
        (&["Где посылка?"], Some(Low), Normal, &[R::Intent]),
        (&["Не работает"], Some(Urgent), Urgent, &[R::Intent]),
        (&["Товар не работает!!!"], None, Urgent, &[R::Intent]),
    ];
    for (turn, model, priority, reasons) in table {
        let facts = Facts { model, ..facts(turn) };
        let judged = found(vec![policy(1, vec![], 10)], &facts).expect("a policy").judged;
        assert_eq!((judged.priority, judged.reasons.as_slice()), (priority, reasons), "{turn:?}");
    }
    let by_hand = Judging { intent: Intent::Other, base: Normal, by_hand: Some(Low), turn: &[], model: None };
    assert_eq!(judge(&by_hand).priority, Low);
}

#[test]
fn a_near_deadline_is_urgent_on_the_screen() {
    let now = DateTime::from_timestamp(1_795_996_800, 0).expect("an instant");
    let due = |minutes| Some(now + TimeDelta::minutes(minutes));
    assert_eq!(pressing(Priority::Low, due(30), now), Priority::Low);
    assert_eq!(pressing(Priority::Low, due(29), now), Priority::Urgent);
    assert_eq!(pressing(Priority::Low, due(-60), now), Priority::Urgent);
    assert_eq!(pressing(Priority::High, None, now), Priority::High);
}

// --- Data ----------------------------------------------------------------------------------------------------------

#[test]
fn intents_stand_in_the_order_of_their_gravity_and_each_once() {
    let rules: Vec<Intent> = intent_rules().expect("data").iter().map(|rule| rule.intent).collect();
    let (last, declared) = Intent::ALL.split_last().expect("intents");
    assert_eq!(rules, declared);
    assert_eq!(*last, Intent::Other);
}

#[test]
fn buyers_are_understood_by_their_stems() {
    let intents = intents().expect("data");
    let table = [
        ("Мне прислали брак, просто ужас", Intent::DefectNotWorking),
        ("Чайник перестал работать", Intent::DefectNotWorking),
        ("Не включается", Intent::DefectNotWorking),
        ("Экран с трещиной", Intent::DefectNotWorking),
        ("Есть другой размер?", Intent::SizingFit),
        ("Прислали другой размер", Intent::WrongItem),
        ("Пришёл не тот цвет", Intent::WrongItem),
        ("Вы перепутали заказ", Intent::WrongItem),
        ("В коробке не хватает винтов", Intent::MissingParts),
        ("Заказ так и не пришёл", Intent::DeliveryDelay),
        ("Жду уже вторую неделю", Intent::DeliveryDelay),
        ("Почему задерживается доставка?", Intent::DeliveryDelay),
        ("Отмените заказ, пожалуйста", Intent::CancelRequest),
        ("Как оформить возврат?", Intent::RefundExchange),
        ("Хочу обменять на больший", Intent::RefundExchange),
        ("Качество ужасное", Intent::QualityComplaint),
        ("Где мой заказ?", Intent::DeliveryStatus),
        ("Когда придёт посылка", Intent::DeliveryStatus),
        ("Подойдёт на рост 180?", Intent::Compatibility),
        ("Маломерит?", Intent::SizingFit),
        ("Когда будет в наличии?", Intent::Availability),
        ("Стоит ли брать на подарок", Intent::PrePurchase),
        ("Как включить подсветку?", Intent::UsageHowto),
        ("Какой объём у бака?", Intent::ProductSpec),
        ("У ребёнка началась аллергия", Intent::ComplianceSafety),
        ("Подам жалобу в Роспотребнадзор", Intent::ComplianceSafety),
        ("Спасибо большое!", Intent::Thanks),
        // Words that look like others.
        ("Просто и весь день хорошо", Intent::Other),
        ("Обсудим посуду", Intent::Other),
        ("Как дела", Intent::Other),
        ("Здравствуйте", Intent::Other),
        ("", Intent::Other),
    ];
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, expected, intents.of(&ReadText::of(text))))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}: {found}, not {expected}"))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_gravest_message_of_a_turn_says_what_it_is_about() {
    let turn = ["Спасибо за быструю доставку", "Но чайник сломан"];
    let found = found(vec![policy(1, vec![], 10)], &facts(&turn)).expect("a policy");
    assert_eq!(found.intent, Intent::DefectNotWorking);
}

#[test]
fn a_workspace_begins_with_goals_for_everything() {
    let first = first_policy(PolicyId::new(), "Все чаты").expect("data");
    assert_eq!(first.check(), Ok(()));
    let targets = |priority| first.goals.get(&priority).and_then(first_reply).expect("a goal");
    let all: Vec<u32> = [Priority::Urgent, Priority::High, Priority::Normal].map(targets).to_vec();
    assert_eq!(all, [60, 240, 1440]);
    let reply = |facts: &Facts| {
        first_reply(&found(vec![first.clone()], facts).expect("a policy").goals).expect("a goal")
    };
    assert_eq!(reply(&facts(&["Чайник сломан"])), 30);
    assert_eq!(reply(&facts(&["Где посылка?"])), 240);
    assert_eq!(reply(&facts(&["Как включить?"])), 1440);
    // Raised, the goal of the priority holds where it is shorter.
    assert_eq!(reply(&Facts { priority: Some(Priority::Urgent), ..facts(&["Где посылка?"]) }), 60);
    assert_eq!(reply(&Facts { priority: Some(Priority::Urgent), ..facts(&["Чайник сломан"]) }), 30);
}

#[test]
fn the_marketplaces_own_terms_are_those_that_are_shown() {
    for marketplace in Marketplace::ALL {
        let terms = marketplace_terms(*marketplace).expect("data");
        let hours = terms.rating.map(|rating| i64::from(rating.within_minutes.get()) / 60);
        assert_eq!(hours, Some(marketplace.answer_within_hours()));
        let joined = terms.with(&Goals::default());
        assert_eq!((joined.rating, joined.window), (terms.rating, terms.window));
    }
}

#[test]
fn phrases_say_which_of_them_cannot_be_read() {
    assert_eq!(Phrases::parse(&["брак*", "а*"]), Err("а*".to_owned()));
}
