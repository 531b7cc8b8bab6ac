//! The rules that come with the program against a corpus of sentences, in both directions.

use super::check::Checker;
use super::pattern::Pattern;
use super::types::{Changes, OwnRule, Rule, RuleId, RuleSet, Severity, WordingKind, verdict};
use crate::shared::error::Refusal;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Corpus {
    hits: BTreeMap<WordingKind, Vec<String>>,
    passes: Vec<String>,
}

fn built_in() -> Vec<Rule> {
    serde_json::from_str(include_str!("rules.json")).expect("rules of our own")
}

fn checker() -> Checker {
    Checker::new(RuleSet { version: 0, rules: built_in() })
}

fn corpus() -> Corpus {
    serde_json::from_str(include_str!("corpus.json")).expect("a corpus of our own")
}

#[test]
fn every_pattern_can_be_read_and_every_rule_has_a_name_of_its_own() {
    let mut seen = Vec::new();
    for rule in built_in() {
        for pattern in &rule.patterns {
            assert!(Pattern::parse(pattern).is_some(), "{}: {pattern}", rule.id.0);
        }
        assert!(rule.id.0.starts_with(rule.kind.as_str()), "{}", rule.id.0);
        assert!(!seen.contains(&rule.id), "{} twice", rule.id.0);
        seen.push(rule.id);
    }
}

#[test]
fn what_must_be_found_is_found_as_what_it_is() {
    let checker = checker();
    let mut missed = Vec::new();
    for (kind, sentences) in corpus().hits {
        for sentence in sentences {
            if !checker.check(&sentence).iter().any(|hit| hit.kind == kind) {
                missed.push(format!("{kind}: {sentence}"));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_must_pass_passes_without_a_word() {
    let checker = checker();
    let found: Vec<String> = corpus()
        .passes
        .iter()
        .flat_map(|sentence| {
            checker
                .check(sentence)
                .into_iter()
                .map(move |hit| format!("{sentence}: {} «{}»", hit.rule.0, hit.words))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_hit_names_the_words_as_they_stand() {
    let hits = checker().check("Здравствуйте! Мы ВЕРНЁМ вам деньги завтра.");
    assert_eq!(hits.len(), 1, "{hits:?}");
    assert_eq!(hits[0].words, "ВЕРНЁМ вам деньги");
    let text = "Ок. Мы вернём. Скоро будут ваши деньги";
    assert_eq!(checker().check(text), [], "another sentence is further away");
}

#[test]
fn warnings_can_be_accepted_and_blocks_cannot() {
    let checker = checker();
    let warned = checker.check("Вернём деньги");
    let rule = warned[0].rule.clone();
    assert!(matches!(verdict(&warned, &[]), Err(Refusal::WordingUnaccepted(_))));
    assert_eq!(verdict(&warned, std::slice::from_ref(&rule)), Ok(()));
    let blocked = checker.check("Вернём деньги, пишите в телегу");
    let all: Vec<RuleId> = blocked.iter().map(|hit| hit.rule.clone()).collect();
    assert!(matches!(verdict(&blocked, &all), Err(Refusal::WordingBlocked(_))));
    let hinted = checker.check("Обратитесь в поддержку");
    assert_eq!((hinted.len(), verdict(&hinted, &[])), (1, Ok(())));
}

#[test]
fn a_workspace_switches_rules_and_adds_its_own() {
    let own = OwnRule {
        id: RuleId("own.1".into()),
        title: "Склад".into(),
        advice: String::new(),
        severity: Severity::Block,
        patterns: vec!["склад* нет /2".into()],
    };
    let severities = BTreeMap::from([
        (RuleId("promise.money".into()), Severity::Off),
        (RuleId("ai_mention.machine".into()), Severity::Warn),
    ]);
    let changes = Changes { severities, own: vec![own.clone()] };
    assert_eq!(changes.check(), Ok(()));
    let checker = Checker::new(changes.applied_to(built_in(), 3));
    assert_eq!(checker.version, 3);
    assert_eq!(checker.check("Вернём деньги"), []);
    let rules = |text: &str| {
        checker.check(text).into_iter().map(|hit| (hit.rule.0, hit.severity)).collect::<Vec<_>>()
    };
    assert_eq!(rules("Отвечает нейросеть"), [("ai_mention.machine".to_owned(), Severity::Warn)]);
    assert_eq!(rules("На складе нет"), [("own.1".to_owned(), Severity::Block)]);
    for (bad, why) in [
        (OwnRule { title: " ".into(), ..own.clone() }, Refusal::RuleTitleMissing),
        (
            OwnRule { patterns: vec!["*".into()], ..own.clone() },
            Refusal::RulePatternUnreadable { pattern: "*".into() },
        ),
        (OwnRule { patterns: Vec::new(), ..own }, Refusal::RulePatternUnreadable { pattern: String::new() }),
    ] {
        assert_eq!(Changes { own: vec![bad], ..Changes::default() }.check(), Err(why));
    }
}

#[test]
fn rubbish_is_looked_through_without_harm() {
    let checker = checker();
    for text in ["", "@", "@@@@", "http://", "...", "\u{200b}", "8-", "🙂🙂 1", "а б в г д е", "٣٣٣٣٣٣٣٣٣٣٣"]
    {
        _ = checker.check(text);
    }
}
