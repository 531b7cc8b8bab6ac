//! How soon buyers were answered, and how a marketplace sees it. Each turn is judged by its clock as it is stored, and where there is
//! none by the rules that were in force when it began: a report never rewrites the past.

use super::promises;
use super::rules::{self, Rules};
use super::turns::{self, Judged, LOOKED_AT, Turn, Which};
use crate::context::Ask;
use crate::features::sla::figures::{GOAL_PERCENT, Verdict, Wait, figures, may_miss};
use crate::features::sla::types::{
    Answerer, Group, LateTurn, MAX_REPORT_DAYS, PromiseFigures, Report, ReportQuery, Share,
};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::policy_versions;
use crate::shared::error::AppError;
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::sla::calendar::DAY_MINUTES;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A marketplace looks so far back.
const RATED_DAYS: i64 = 30;
/// So many late answers are listed.
const LISTED: usize = 200;

/// The rules of a period, the oldest first, each with the instant from which on it was in force.
type Eras = Vec<(DateTime<Utc>, Arc<Rules>)>;

/// A turn with what the rules of its time make of it.
pub struct Told {
    pub turn: Turn,
    pub judged: Judged,
    pub hour: u8,
    pub day: NaiveDate,
}

/// The turns of a period.
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub told: Vec<Told>,
    pub is_cut: bool,
    pub rules: Arc<Rules>,
}

/// Reads a report.
///
/// # Errors
/// `BadRequest` for a period that is too long; when the database refuses.
pub async fn report(ask: &Ask, query: &ReportQuery) -> Outcome<Report> {
    let (query, now, workspace) = (*query, ask.now, ask.workspace());
    let mut conn = ask.conn().await?;
    let period = read(&mut conn, workspace, &query, now).await?;
    let rated =
        turns::read(&mut conn, workspace, Which::Begun, now - TimeDelta::days(RATED_DAYS), now).await?;
    let promises = promises::count(&mut conn, workspace, &query, &period.rules, period.from, now).await?;
    drop(conn);
    let shares = shares(&period.rules, &rated, &query, now);
    tokio::task::spawn_blocking(move || Report { promises, ..summary(period, shares, now) })
        .await
        .map_err(Fault::from)
}

/// Reads the turns of a period and narrows them down.
///
/// # Errors
/// `BadRequest` for a period that is too long; when the database refuses.
pub async fn read(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    query: &ReportQuery,
    now: DateTime<Utc>,
) -> Outcome<Period> {
    if !(1..=MAX_REPORT_DAYS).contains(&query.days) {
        return Err(AppError::BadRequest.into());
    }
    let rules = rules::in_force(conn, workspace).await?;
    let to = rules.day(now);
    let from = to - TimeDelta::days(i64::from(query.days) - 1);
    // Some hours more than the day has, whatever its zone; the day itself decides below.
    let earliest = from.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(15);
    let eras = eras(conn, workspace, &rules, earliest).await?;
    let turns = turns::read(conn, workspace, Which::Begun, earliest, now).await?;
    let is_cut = turns.len() as i64 >= LOOKED_AT;
    let (query, present) = (*query, rules.clone());
    let told = tokio::task::spawn_blocking(move || {
        let ours = turns.into_iter().filter(Turn::is_ours);
        let told = ours.filter_map(|turn| told(turn, &eras));
        told.filter(|told| told.day >= from && is_meant(told, &query)).collect()
    })
    .await?;
    Ok(Period { from, to, told, is_cut, rules: present })
}

/// All versions that were in force since `earliest`. The first of them is taken to have been in force before, too.
async fn eras(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    present: &Arc<Rules>,
    earliest: DateTime<Utc>,
) -> Outcome<Eras> {
    let versions: Vec<(i32, DateTime<Utc>)> = policy_versions::table
        .filter(policy_versions::workspace_id.eq(workspace))
        .filter(policy_versions::created_at.gt(earliest))
        .filter(policy_versions::version.lt(present.version))
        .order(policy_versions::version)
        .select((policy_versions::version, policy_versions::created_at))
        .load(conn)
        .await?;
    let first = versions.as_slice().first().map_or(present.version, |(version, _)| *version) - 1;
    let mut eras = Vec::new();
    if first >= 0 {
        eras.push((DateTime::<Utc>::MIN_UTC, rules::of_version(conn, workspace, first).await?));
    }
    for (version, since) in versions {
        eras.push((since, rules::of_version(conn, workspace, version).await?));
    }
    eras.push((present.since.unwrap_or(DateTime::<Utc>::MIN_UTC), present.clone()));
    Ok(eras)
}

fn told(turn: Turn, eras: &Eras) -> Option<Told> {
    let later = eras.partition_point(|(since, _)| *since <= turn.since);
    let (_, rules) = eras.get(later.max(1) - 1)?;
    let hour = u8::try_from(rules.minute_of_day(turn.since) / (DAY_MINUTES / 24)).ok()?;
    let judged = turn.counted().unwrap_or_else(|| turn.judged(rules));
    Some(Told { judged, hour, day: rules.day(turn.since), turn })
}

fn is_meant(told: &Told, query: &ReportQuery) -> bool {
    query.seller.is_none_or(|seller| seller == told.turn.seller)
        && query.person.is_none_or(|person| Some(person) == answerer(&told.turn))
        && query.policy.is_none_or(|policy| Some(policy) == told.judged.policy)
        && query.hour.is_none_or(|hour| hour == told.hour)
        && query.day.is_none_or(|day| day == told.day)
}

/// Who has answered; nobody yet is `None`.
pub fn answerer(turn: &Turn) -> Option<Answerer> {
    turn.answered_at.map(|_| turn.person.map_or(Answerer::Cabinet, Answerer::Person))
}

fn summary(period: Period, shares: Vec<Share>, now: DateTime<Utc>) -> Report {
    let Period { from, to, told, is_cut, rules } = period;
    let name_of = |policy| {
        let policies = rules.book.policies.iter();
        policies.clone().find(|it| it.id == policy).map(|it| it.name.clone()).unwrap_or_default()
    };
    let days = groups(&told, now, |it| Some((it.day, String::new())));
    let hours = groups(&told, now, |it| Some((it.hour, String::new())));
    let policies = groups(&told, now, |it| it.judged.policy.map(|policy| (policy, name_of(policy))));
    let sellers = groups(&told, now, |it| Some((it.turn.seller, it.turn.seller_name.clone())));
    let people = groups(&told, now, |it| {
        let name = it.turn.person_name.clone().unwrap_or_default();
        answerer(&it.turn).map(|answerer| (answerer, name))
    });
    Report {
        from,
        to,
        all: figures(told.iter().map(|it| &it.judged.wait), now),
        sellers: by_size(sellers),
        people: by_size(people),
        policies: by_size(policies),
        hours,
        days,
        shares,
        promises: PromiseFigures::default(),
        late: late(&told, now),
        is_cut,
    }
}

/// Groups by a key, in its order.
fn groups<K: Ord + Copy>(
    told: &[Told],
    now: DateTime<Utc>,
    key: impl Fn(&Told) -> Option<(K, String)>,
) -> Vec<Group<K>> {
    let mut found: BTreeMap<K, (String, Vec<Wait>)> = BTreeMap::new();
    for it in told {
        if let Some((key, name)) = key(it) {
            found.entry(key).or_insert_with(|| (name, Vec::new())).1.push(it.judged.wait);
        }
    }
    let group =
        |(key, (name, waits)): (K, (String, Vec<Wait>))| Group { key, name, figures: figures(&waits, now) };
    found.into_iter().map(group).collect()
}

fn by_size<K>(mut groups: Vec<Group<K>>) -> Vec<Group<K>> {
    groups.sort_by_key(|group| std::cmp::Reverse(group.figures.turns));
    groups
}

fn late(told: &[Told], now: DateTime<Utc>) -> Vec<LateTurn> {
    let missed = told.iter().rev().filter(|it| it.judged.wait.verdict(now) == Verdict::Missed);
    let line = |it: &Told| {
        Some(LateTurn {
            chat: it.turn.chat,
            name: it.turn.name.clone(),
            seller: it.turn.seller_name.clone(),
            since: it.turn.since,
            due_at: it.judged.wait.due_at?,
            answered_at: it.turn.answered_at,
        })
    };
    missed.filter_map(line).take(LISTED).collect()
}

/// How marketplaces see each seller.
fn shares(rules: &Rules, turns: &[Turn], query: &ReportQuery, now: DateTime<Utc>) -> Vec<Share> {
    let mut sellers: BTreeMap<SellerId, Share> = BTreeMap::new();
    for turn in turns.iter().filter(|turn| query.seller.is_none_or(|seller| seller == turn.seller)) {
        let Some(wait) = turn.rated(rules) else { continue };
        let share = sellers.entry(turn.seller).or_insert_with(|| Share {
            seller: turn.seller,
            name: turn.seller_name.clone(),
            marketplace: turn.marketplace,
            within_hours: wait.due_at.map_or(0, |due| (due - wait.since).num_hours()),
            judged: 0,
            met: 0,
            waiting: 0,
            may_miss: 0,
        });
        match wait.verdict(now) {
            Verdict::Met => {
                share.judged += 1;
                share.met += 1;
            }
            Verdict::Missed => share.judged += 1,
            Verdict::Open => share.waiting += 1,
        }
    }
    let mut shares: Vec<Share> = sellers.into_values().collect();
    for share in &mut shares {
        share.may_miss = may_miss(share.met, share.judged, GOAL_PERCENT);
    }
    shares.sort_by(|a, b| a.name.cmp(&b.name));
    shares
}
