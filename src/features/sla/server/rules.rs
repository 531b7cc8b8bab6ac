//! The rules of a version, ready to be asked. Every stored message asks for those in force, so a process keeps them parsed and looks
//! only whether there are newer ones.

use crate::features::sla::book::RuleBook;
use crate::features::sla::defaults::{BadData, first_book, intents, marketplace_terms};
use crate::features::sla::policy::{Goals, MarketplaceTerms, Matcher, PolicySet};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::policy_versions;
use crate::platform::time_zone;
use crate::shared::i18n::Locale;
use crate::shared::ids::{CalendarId, PolicyId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::calendar::{Calendar, DAY_MINUTES};
use crate::shared::sla::clocks::Terms;
use crate::shared::sla::ladder::Step;
use crate::shared::sla::production;
use crate::shared::sla::zone::ZoneRules;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryDsl, QueryableByName};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How wall clocks are moved is known between these years; before and after them they stand as they stood.
const KNOWN_YEARS: [&str; 2] = ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"];
/// So many versions are kept ready; when there are more, keeping begins anew.
const KEPT: usize = 512;

/// The newest version and the clock of a workspace; also which version an older number is.
pub const NEWEST_SQL: &str = "SELECT w.time_zone, v.version, v.created_at FROM workspaces w \
     LEFT JOIN LATERAL ( \
         SELECT version, created_at FROM policy_versions p \
         WHERE p.workspace_id = w.id AND p.version <= $2 ORDER BY p.version DESC LIMIT 1) v ON TRUE \
     WHERE w.id = $1";

#[derive(QueryableByName)]
struct NewestRow {
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    created_at: Option<DateTime<Utc>>,
}

/// A version of a workspace's rules. Version 0 comes with the program.
#[derive(Debug)]
pub struct Rules {
    pub version: i32,
    /// Since when they are in force; `None` for what comes with the program.
    pub since: Option<DateTime<Utc>>,
    pub matcher: Matcher,
    pub zone: ZoneRules,
    pub book: RuleBook,
    calendars: BTreeMap<CalendarId, Calendar>,
    always: Calendar,
    marketplaces: Vec<MarketplaceTerms>,
}

impl Rules {
    /// Makes a book ready.
    ///
    /// # Errors
    /// When a data file of ours cannot be read.
    pub fn new(
        version: i32,
        since: Option<DateTime<Utc>>,
        book: RuleBook,
        zone: ZoneRules,
    ) -> Result<Self, BadData> {
        let matcher = Matcher::new(PolicySet { version, policies: book.policies.clone() }, intents()?);
        let calendars = book.calendars(&zone, zone_rules, &production::russia()?);
        let marketplaces =
            Marketplace::ALL.iter().map(|it| marketplace_terms(*it)).collect::<Result<_, _>>()?;
        let always = Calendar::always();
        Ok(Rules { version, since, matcher, zone, book, calendars, always, marketplaces })
    }

    /// The calendar that a policy counts by; the usual one when it names none.
    pub fn calendar(&self, named: Option<CalendarId>) -> &Calendar {
        let usual = || self.calendars.get(&self.book.usual);
        named.and_then(|id| self.calendars.get(&id)).or_else(usual).unwrap_or(&self.always)
    }

    /// What is done as the deadlines of a policy come near.
    pub fn ladder(&self, policy: PolicyId) -> &[Step] {
        let policy = self.book.policies.iter().find(|it| it.id == policy);
        policy.map_or(&[], |policy| policy.ladder.as_slice())
    }

    /// The hours in which steps may make a sound; `None` is any hour.
    pub fn loud_hours(&self) -> Option<&Calendar> {
        self.book.loud.and_then(|id| self.calendars.get(&id))
    }

    /// What a marketplace counts by itself.
    pub fn marketplace(&self, marketplace: Marketplace) -> Option<&MarketplaceTerms> {
        self.marketplaces.iter().find(|terms| terms.marketplace == marketplace)
    }

    /// All that holds for a chat of a marketplace whose policy has these goals.
    pub fn terms(&self, marketplace: Marketplace, goals: &Goals) -> Option<Terms> {
        self.marketplace(marketplace).map(|terms| terms.with(goals))
    }

    /// The workspace's day.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        (at + TimeDelta::minutes(self.zone.offset_minutes(at).into())).date_naive()
    }

    /// What the workspace's wall clock shows, in minutes of the day.
    pub fn minute_of_day(&self, at: DateTime<Utc>) -> u16 {
        let minutes = at.timestamp().div_euclid(60) + i64::from(self.zone.offset_minutes(at));
        u16::try_from(minutes.rem_euclid(i64::from(DAY_MINUTES))).unwrap_or(0)
    }
}

/// The rules in force.
///
/// # Errors
/// When the database refuses.
pub async fn in_force(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Arc<Rules>> {
    up_to(conn, workspace, i32::MAX).await
}

/// The rules of a version, also of one that is no longer in force: open clocks keep theirs.
///
/// # Errors
/// `NotFound` when there never was such a version; when the database refuses.
pub async fn of_version(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    version: i32,
) -> Outcome<Arc<Rules>> {
    let rules = up_to(conn, workspace, version).await?;
    if rules.version == version { Ok(rules) } else { Err(Fault::not_found()) }
}

/// The wall clocks of a time zone, as calendars need them.
pub fn zone_rules(name: &str) -> ZoneRules {
    let [from, to] = KNOWN_YEARS.map(|at| at.parse().unwrap_or_default());
    time_zone::rules(time_zone::named(name), from, to)
}

async fn up_to(conn: &mut AsyncPgConnection, workspace: WorkspaceId, version: i32) -> Outcome<Arc<Rules>> {
    let row: NewestRow = diesel::sql_query(NEWEST_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Integer, _>(version)
        .get_result(conn)
        .await?;
    let key =
        Key { workspace, version: row.version.unwrap_or(0), since: row.created_at, zone: row.time_zone };
    if let Some(rules) = kept().get(&key) {
        return Ok(rules.clone());
    }
    let book = book(conn, workspace, key.version).await?;
    let rules = Rules::new(key.version, key.since, book, zone_rules(&key.zone));
    let rules = Arc::new(rules.map_err(|error| Fault::Broke(error.into()))?);
    let mut kept = kept();
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(key, rules.clone());
    Ok(rules)
}

/// What a version says.
///
/// # Errors
/// When the database refuses.
pub async fn book(conn: &mut AsyncPgConnection, workspace: WorkspaceId, version: i32) -> Outcome<RuleBook> {
    let book: Option<serde_json::Value> = policy_versions::table
        .find((workspace, version))
        .select(policy_versions::book)
        .first(conn)
        .await
        .optional()?;
    match book {
        Some(book) => Ok(serde_json::from_value(book)?),
        None if version == 0 => first_book(Locale::default()).map_err(|error| Fault::Broke(error.into())),
        None => Err(Fault::not_found()),
    }
}

/// Which rules these are. A version that was taken back with its transaction and the one that was made in its place differ in
/// their instant.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    workspace: WorkspaceId,
    version: i32,
    since: Option<DateTime<Utc>>,
    zone: String,
}

fn kept() -> std::sync::MutexGuard<'static, HashMap<Key, Arc<Rules>>> {
    static KEPT: LazyLock<Mutex<HashMap<Key, Arc<Rules>>>> = LazyLock::new(Mutex::default);
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
