//! Asking whether it is meant: the server fixes the chats first, so that what is confirmed is what is done.

use super::super::desk::Desk;
use super::choice::Choice;
use super::jobs::Jobs;
use crate::features::inbox::api;
use crate::features::inbox::bulk::{BulkAct, BulkPlan};
use crate::shared::error::AppError;
use crate::shared::ids::BulkJobId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is being asked. Cheap to clone.
#[derive(Clone)]
pub struct Asking {
    pub open: RwSignal<bool>,
    /// What the server has planned; nothing while it is at it.
    pub plan: RwSignal<Option<BulkPlan>>,
    pub error: RwSignal<Option<AppError>>,
    /// It has been confirmed and is being started.
    pub is_starting: RwSignal<bool>,
    /// An answer about another plan is late.
    job: StoredValue<BulkJobId>,
    desk: Desk,
    choice: Choice,
    jobs: Jobs,
}

impl Asking {
    /// Nothing is asked.
    pub fn new(desk: &Desk, choice: &Choice, jobs: &Jobs) -> Self {
        Asking {
            open: RwSignal::new(false),
            plan: RwSignal::new(None),
            error: RwSignal::new(None),
            is_starting: RwSignal::new(false),
            job: StoredValue::new(BulkJobId::new()),
            desk: desk.clone(),
            choice: choice.clone(),
            jobs: jobs.clone(),
        }
    }

    /// Asks whether to do this to the chosen chats.
    pub fn ask(&self, act: BulkAct) {
        let query = self.desk.address.with_untracked(|here| here.query.clone());
        let Some(chats) = self.choice.chats(query) else { return };
        let job = BulkJobId::new();
        self.job.set_value(job);
        self.plan.set(None);
        self.error.set(None);
        self.is_starting.set(false);
        self.open.set(true);
        let this = self.clone();
        spawn_local(async move {
            let answer = api::plan_bulk(job, chats, act).await;
            if this.job.try_get_value() != Some(job) {
                return;
            }
            match answer {
                Ok(plan) => this.plan.set(Some(plan)),
                Err(error) => this.error.set(Some(error)),
            }
        });
    }

    /// It is meant.
    pub fn confirm(&self) {
        let Some(job) = self.plan.with_untracked(|plan| plan.as_ref().map(|plan| plan.job.id)) else {
            return;
        };
        if self.is_starting.get_untracked() {
            return;
        }
        self.is_starting.set(true);
        let this = self.clone();
        spawn_local(async move {
            let answer = api::start_bulk(job).await;
            // The page has gone; what was confirmed is done all the same.
            if this.is_starting.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(job) => {
                    this.jobs.note(job);
                    this.open.set(false);
                    this.choice.leave();
                }
                Err(error) => this.error.set(Some(error)),
            }
        });
    }
}
