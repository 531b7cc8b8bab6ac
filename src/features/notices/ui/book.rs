//! What the page knows of the person's notices: asked once, and again when the stream says so.

use super::ringer::Ringer;
use crate::features::notices::api;
use crate::features::notices::types::{Centre, NoticeSettings, Which};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::NoticeId;
use crate::ui::live::{LiveNews, use_live};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The person's notices. Cheap to clone.
#[derive(Clone)]
pub struct Book {
    /// `None` until the first answer.
    pub centre: ArcRwSignal<Option<Arc<Centre>>>,
    /// Unseen ones, as the badge says.
    pub unseen: ArcMemo<i64>,
    pub ringer: Ringer,
    asked: ArcRwSignal<u64>,
    saving: Arc<Mutex<Saving>>,
}

/// Where keeping the settings stands: one request at a time, so that an older one cannot arrive last.
#[derive(Default)]
struct Saving {
    is_under_way: bool,
    is_wanted_again: bool,
}

impl Book {
    /// Asks now and follows the news for the life of the page.
    pub fn new(ringer: Ringer) -> Self {
        let centre = ArcRwSignal::new(None::<Arc<Centre>>);
        let counted = centre.clone();
        let unseen = ArcMemo::new(move |_| counted.with(|it| it.as_ref().map_or(0, |it| it.unseen)));
        let book = Book { centre, unseen, ringer, asked: ArcRwSignal::new(0), saving: Arc::default() };
        let first = book.clone();
        Effect::new(move |_| first.ask());
        let later = book.clone();
        use_live().on_change(move |news| {
            if concerns_notices(&news) {
                later.ask();
            }
        });
        book
    }

    /// Asks again. Of several answers under way the last one asked for counts.
    fn ask(&self) {
        let number = self.asked.get_untracked() + 1;
        self.asked.set(number);
        let this = self.clone();
        spawn_local(async move {
            // Without an answer what is on screen stays: the next change asks again.
            if let Ok(now) = api::list().await
                && this.asked.get_untracked() == number
            {
                this.take(now);
            }
        });
    }

    fn take(&self, mut now: Centre) {
        let before = self.centre.get_untracked();
        if self.saving().is_under_way {
            // The answer may be older than what the person has just chosen.
            now.settings = untrack(|| self.settings());
        }
        self.ringer.hear(before.as_deref(), &now);
        if before.as_deref() != Some(&now) {
            self.centre.set(Some(Arc::new(now)));
        }
    }

    /// How the person wants to be told, as far as it is known.
    pub fn settings(&self) -> NoticeSettings {
        self.centre.with(|it| it.as_ref().map(|it| it.settings.clone()).unwrap_or_default())
    }

    /// Notes that the person has seen one, or all.
    pub fn mark_seen(&self, notice: Option<NoticeId>) {
        self.change(|centre| {
            let in_centre = centre.settings.in_centre();
            let mut seen = 0;
            let meant =
                centre.notices.iter_mut().filter(|it| !it.is_seen && notice.is_none_or(|id| it.id == id));
            for it in meant {
                it.is_seen = true;
                seen += i64::from(in_centre.contains(&it.kind));
            }
            centre.unseen = if notice.is_none() { 0 } else { (centre.unseen - seen).max(0) };
        });
        let this = self.clone();
        spawn_local(async move {
            if api::mark_seen(notice.map_or(Which::All, |id| Which::These(vec![id]))).await.is_err() {
                this.ask();
            }
        });
    }

    /// Keeps how the person wants to be told; says what went wrong.
    pub async fn save(&self, settings: NoticeSettings) -> Result<(), AppError> {
        self.change(|centre| centre.settings = settings);
        {
            let mut saving = self.saving();
            saving.is_wanted_again = true;
            if std::mem::replace(&mut saving.is_under_way, true) {
                return Ok(());
            }
        }
        let mut saved = Ok(());
        while self.goes_on(saved.is_ok()) {
            saved = api::save_settings(untrack(|| self.settings())).await;
        }
        if saved.is_err() {
            self.ask();
        }
        saved
    }

    /// Whether there is something to keep that was not sent yet; ends the work otherwise.
    fn goes_on(&self, is_well: bool) -> bool {
        let mut saving = self.saving();
        let goes_on = std::mem::take(&mut saving.is_wanted_again) && is_well;
        saving.is_under_way = goes_on;
        goes_on
    }

    fn saving(&self) -> MutexGuard<'_, Saving> {
        self.saving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Centre)) {
        let mut centre = self.centre.get_untracked().map(Arc::unwrap_or_clone).unwrap_or_default();
        change(&mut centre);
        self.centre.set(Some(Arc::new(centre)));
    }
}

fn concerns_notices(news: &LiveNews) -> bool {
    match news {
        LiveNews::Resync => true,
        LiveNews::Changes(events) => events.iter().any(|event| matches!(event.change, Change::Notice { .. })),
    }
}
