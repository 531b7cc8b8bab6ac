//! Everything that a version of the rules says about deadlines. Calendars stand in it beside the policies: what an old version
//! promised can be counted again when their hours have long been changed.

use super::policy::{MAX_NAME, MAX_POLICIES, Policy, PolicyFault};
use crate::shared::error::{AppError, DeadlineFlaw, Refusal};
use crate::shared::ids::{CalendarId, PolicyId};
use crate::shared::sla::calendar::{Calendar, Day, MAX_RANGES};
use crate::shared::sla::production::{CalendarPlan, ProductionYear};
use crate::shared::sla::zone::ZoneRules;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Calendars of a workspace.
pub const MAX_CALENDARS: usize = 20;
/// Dates of a calendar with hours of their own: three years of them.
pub const MAX_OWN_DAYS: usize = 1_100;

/// A calendar as a workspace writes it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCalendar {
    pub id: CalendarId,
    pub name: String,
    pub plan: CalendarPlan,
    /// Whose wall clocks count, by IANA's name; the workspace's own when there is none.
    #[serde(default)]
    pub zone: Option<String>,
}

/// Policies in order, the first that holds is the one, and the calendars that they count by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    pub policies: Vec<Policy>,
    pub calendars: Vec<NamedCalendar>,
    /// Whose hours count where a policy names no calendar.
    pub usual: CalendarId,
    /// In whose hours steps of a ladder may make a sound; at any hour when there is none.
    pub loud: Option<CalendarId>,
}

/// Why a book cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookFault {
    Policy {
        name: String,
        fault: PolicyFault,
    },
    TooMany {
        max: usize,
    },
    CalendarNameMissing,
    CalendarNameTooLong {
        max: usize,
    },
    /// Nobody ever works by it, so nothing would ever be due.
    CalendarNeverOpen {
        name: String,
    },
    /// Something counts by a calendar that is not there, or two things have one id.
    Inconsistent,
}

impl From<BookFault> for AppError {
    fn from(fault: BookFault) -> Self {
        let flawed = |name: String, flaw| Refusal::DeadlineRule { name, flaw };
        let refusal = match fault {
            // No page makes such a book.
            BookFault::Inconsistent => return AppError::BadRequest,
            BookFault::TooMany { max } => Refusal::TooManyRules { max: max as u32 },
            BookFault::CalendarNameMissing => flawed(String::new(), DeadlineFlaw::NameMissing),
            BookFault::CalendarNameTooLong { max } => Refusal::FieldTooLong { max: max as u32 },
            BookFault::CalendarNeverOpen { name } => flawed(name, DeadlineFlaw::NeverOpen),
            BookFault::Policy { name, fault } => match fault {
                PolicyFault::TooMany { max } => Refusal::TooManyRules { max: max as u32 },
                PolicyFault::NameMissing => flawed(name, DeadlineFlaw::NameMissing),
                PolicyFault::NameTooLong { max } => Refusal::FieldTooLong { max: max as u32 },
                PolicyFault::PatternUnreadable { pattern } => Refusal::RulePatternUnreadable { pattern },
                PolicyFault::NothingSatisfies => flawed(name, DeadlineFlaw::NothingSatisfies),
                PolicyFault::TargetOutOfRange | PolicyFault::StepImpossible => {
                    flawed(name, DeadlineFlaw::TimeOutOfRange)
                }
                PolicyFault::NoGoal => flawed(name, DeadlineFlaw::NoGoal),
            },
        };
        AppError::Refused(refusal)
    }
}

impl RuleBook {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// What has to be put right first.
    pub fn check(&self) -> Result<(), BookFault> {
        for (count, max) in [(self.policies.len(), MAX_POLICIES), (self.calendars.len(), MAX_CALENDARS)] {
            if count > max {
                return Err(BookFault::TooMany { max });
            }
        }
        for policy in &self.policies {
            policy.check().map_err(|fault| BookFault::Policy { name: policy.name.clone(), fault })?;
        }
        self.calendars.iter().try_for_each(NamedCalendar::check)?;
        let policies: BTreeSet<PolicyId> = self.policies.iter().map(|policy| policy.id).collect();
        let calendars: BTreeSet<CalendarId> = self.calendars.iter().map(|calendar| calendar.id).collect();
        let used = self.policies.iter().filter_map(|policy| policy.calendar);
        let is_consistent = policies.len() == self.policies.len()
            && calendars.len() == self.calendars.len()
            && used.chain([self.usual]).chain(self.loud).all(|calendar| calendars.contains(&calendar));
        if is_consistent { Ok(()) } else { Err(BookFault::Inconsistent) }
    }

    /// Its calendars, ready to be counted with; `named` knows the wall clocks of the world.
    pub fn calendars(
        &self,
        zone: &ZoneRules,
        named: impl Fn(&str) -> ZoneRules,
        official: &[ProductionYear],
    ) -> BTreeMap<CalendarId, Calendar> {
        let ready = |it: &NamedCalendar| {
            let zone = it.zone.as_deref().map_or_else(|| zone.clone(), &named);
            (it.id, it.plan.calendar(zone, official))
        };
        self.calendars.iter().map(ready).collect()
    }
}

impl NamedCalendar {
    fn check(&self) -> Result<(), BookFault> {
        if self.name.trim().is_empty() {
            return Err(BookFault::CalendarNameMissing);
        }
        if self.name.chars().count() > MAX_NAME {
            return Err(BookFault::CalendarNameTooLong { max: MAX_NAME });
        }
        if self.plan.own.len() > MAX_OWN_DAYS {
            return Err(BookFault::TooMany { max: MAX_OWN_DAYS });
        }
        if self.plan.week.iter().chain(self.plan.own.values()).any(|day| day.hours().len() > MAX_RANGES) {
            return Err(BookFault::TooMany { max: MAX_RANGES });
        }
        if self.plan.week.iter().all(Day::is_off) {
            return Err(BookFault::CalendarNeverOpen { name: self.name.clone() });
        }
        Ok(())
    }
}
