//! A message tried out: which policy, how urgent and why, which deadlines. Nothing is stored.

use super::rules::{self, Rules};
use crate::context::Ask;
use crate::features::sla::book::RuleBook;
use crate::features::sla::policy::{Facts, Match};
use crate::features::sla::types::{MAX_TRIAL, Trial, TrialDeadline, TrialMatch, TrialOutcome};
use crate::features::understanding::classify::understand;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::sellers;
use crate::shared::chat::ChatKind;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::calendar::Calendar;
use crate::shared::sla::clocks::{Applied, Clock, clocks};
use crate::shared::sla::story::{Known, Story, Utterance, Voice};
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

/// Tries a message out.
///
/// # Errors
/// A refusal when the book cannot be used or the message is too long; `NotFound` when there is no such seller.
pub async fn run(ask: &Ask, book: RuleBook, trial: Trial) -> Outcome<TrialOutcome> {
    book.check().map_err(AppError::from)?;
    let actual = trial.text.chars().count();
    if actual > MAX_TRIAL {
        return Err(Refusal::TextTooLong { max: MAX_TRIAL as u32, actual: actual as u32 }.into());
    }
    let mut conn = ask.conn().await?;
    let marketplace = match trial.seller {
        Some(seller) => sellers::table
            .find((ask.workspace(), seller))
            .select(sellers::marketplace)
            .first(&mut conn)
            .await
            .optional()?
            .ok_or_else(Fault::not_found)?,
        None => Marketplace::Ozon,
    };
    let zone = rules::in_force(&mut conn, ask.workspace()).await?.zone.clone();
    drop(conn);
    let rules = Rules::new(0, None, book, zone).map_err(|error| Fault::Broke(error.into()))?;
    Ok(outcome(&rules, marketplace, &trial))
}

fn outcome(rules: &Rules, marketplace: Marketplace, trial: &Trial) -> TrialOutcome {
    let understood = understand(&trial.text);
    let facts = Facts {
        // No policy names a seller that is not chosen.
        seller: trial.seller.unwrap_or(SellerId(uuid::Uuid::nil())),
        marketplace,
        kind: ChatKind::Dialog,
        scheme: None,
        tags: trial.tags.clone(),
        priority: trial.priority,
        category: Some(understood.category),
        sentiment: Some(understood.sentiment),
        turn: vec![trial.text.clone()],
        minute_of_day: rules.minute_of_day(trial.at),
        order_value: None,
        product_rating: None,
        review_stars: None,
        model: None,
    };
    let found = rules.matcher.find(&facts);
    let calendar = rules.calendar(found.as_ref().and_then(|found| found.calendar));
    let goals = found.as_ref().map(|found| found.goals.clone()).unwrap_or_default();
    let mut story = Story::new(trial.at);
    let utterance =
        Utterance { at: trial.at, sort_key: String::new(), voice: Voice::Buyer, is_withdrawn: false };
    story.learn(Known::Said { id: "message".to_owned(), utterance });
    let all = rules.terms(marketplace, &goals).map(|terms| {
        let applied =
            Applied { at: trial.at, version: rules.version, reaches_running: false, terms: &terms, calendar };
        clocks(&story, &[applied])
    });
    let mut deadlines: Vec<TrialDeadline> =
        all.unwrap_or_default().iter().map(|clock| told(clock, calendar)).collect();
    deadlines.sort_by_key(|deadline| (deadline.due_at.is_none(), deadline.due_at));
    TrialOutcome { policy: found.map(|found| named(rules, found)), deadlines }
}

fn told(clock: &Clock, calendar: &Calendar) -> TrialDeadline {
    let course = clock.due_at.map(|due| clock.course(calendar, due)).unwrap_or_default();
    TrialDeadline { kind: clock.kind, target: clock.target, due_at: clock.due_at, course }
}

fn named(rules: &Rules, found: Match) -> TrialMatch {
    let policy = rules.book.policies.iter().find(|policy| policy.id == found.policy);
    let calendar = found.calendar.unwrap_or(rules.book.usual);
    let calendar = rules.book.calendars.iter().find(|it| it.id == calendar);
    TrialMatch {
        name: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
        intent: found.intent,
        priority: found.judged.priority,
        reasons: found.judged.reasons,
        calendar: calendar.map(|calendar| calendar.name.clone()).unwrap_or_default(),
    }
}
