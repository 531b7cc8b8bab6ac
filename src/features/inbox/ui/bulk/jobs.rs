//! The person's jobs as last told: asked for when the page opens and when one has come on.

use super::super::desk::Desk;
use super::super::refresh::{Outcome, Refresher};
use crate::features::inbox::api;
use crate::features::inbox::bulk::BulkView;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::BulkJobId;
use crate::ui::live::LiveNews;
use crate::ui::notice::{Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The jobs on the screen. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    pub all: ArcRwSignal<Vec<BulkView>>,
    /// The job whose report is open.
    pub reported: ArcRwSignal<Option<BulkJobId>>,
    toasts: Toasts,
    locale: Locale,
}

impl Jobs {
    /// Follows the news until the component goes away.
    pub fn follow(desk: &Desk) -> Self {
        let jobs = Jobs {
            all: ArcRwSignal::default(),
            reported: ArcRwSignal::default(),
            toasts: use_toasts(),
            locale: desk.locale,
        };
        let this = jobs.clone();
        let refresher = Refresher::new(move || this.clone().refresh());
        let first = refresher.clone();
        Effect::new(move |_| first.soon());
        desk.live.on_change(move |news| {
            let is_ours = match &news {
                LiveNews::Resync => true,
                LiveNews::Changes(events) => {
                    events.iter().any(|event| matches!(event.change, Change::Bulk { .. }))
                }
            };
            if is_ours {
                refresher.soon();
            }
        });
        jobs
    }

    async fn refresh(self) -> Outcome {
        match api::bulk_jobs().await {
            Ok(all) => {
                if self.all.with_untracked(|known| *known != all) {
                    self.all.set(all);
                }
                Outcome::Settled
            }
            Err(error) if error.is_temporary() => Outcome::TryLater,
            // The connection says the same more clearly.
            Err(_) => Outcome::Settled,
        }
    }

    /// Shows a job as the server has just told it.
    pub fn note(&self, job: BulkView) {
        self.all.update(|all| match all.iter_mut().find(|known| known.id == job.id) {
            Some(known) => *known = job,
            None => all.insert(0, job),
        });
    }

    /// The job of an id.
    pub fn find(&self, id: BulkJobId) -> Option<BulkView> {
        self.all.with(|all| all.iter().find(|job| job.id == id).cloned())
    }

    /// Ends a job before its time.
    pub fn stop(&self, id: BulkJobId) {
        self.change(api::stop_bulk(id));
    }

    /// Has undone what it has done.
    pub fn undo(&self, id: BulkJobId) {
        self.change(api::undo_bulk(id));
    }

    /// Shows it no more.
    pub fn dismiss(&self, id: BulkJobId) {
        self.all.update(|all| all.retain(|job| job.id != id));
        let this = self.clone();
        spawn_local(async move {
            if let Err(error) = api::dismiss_bulk(id).await {
                this.say(&error);
            }
        });
    }

    fn change(&self, ask: impl Future<Output = Result<BulkView, AppError>> + 'static) {
        let this = self.clone();
        spawn_local(async move {
            match ask.await {
                Ok(job) => this.note(job),
                Err(error) => this.say(&error),
            }
        });
    }

    fn say(&self, error: &AppError) {
        self.toasts.say(error.sentence(self.locale));
    }
}
