//! What leaves the page: the sound and the notices of the browser. Of several pages of one browser only one does it.

use crate::features::notices::types::{Centre, Channels, NoticeSettings, NoticeView};
use crate::shared::i18n::Locale;
use crate::shared::page::Viewer;
use crate::shared::time::Zone;
use crate::ui::context::{use_locale, use_now, use_viewer, use_zone};
use crate::ui::live::{Live, use_live};
use crate::ui::signals::{self, Permission};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// After so long an unseen notice rings again, if the person wants that.
const REPEAT: Duration = Duration::from_secs(30);

/// Rings and shows for this browser. Cheap to clone.
#[derive(Clone)]
pub struct Ringer {
    locale: Locale,
    zone: Zone,
    now: Signal<DateTime<Utc>>,
    live: Live,
    /// What the last answer said, for ringing again.
    last: Arc<Mutex<Option<Centre>>>,
}

impl Ringer {
    /// Claims the right to ring; it passes to another page when this one goes.
    pub fn new() -> Self {
        let viewer = use_viewer();
        let ringer = Ringer {
            locale: use_locale(),
            zone: use_zone(),
            now: use_now(),
            live: use_live(),
            last: Arc::default(),
        };
        ringer.claim(viewer);
        ringer.repeat();
        ringer
    }

    fn claim(&self, viewer: Option<Viewer>) {
        let Some(viewer) = viewer else { return };
        Effect::new(move |_| signals::claim_bell(&format!("agentiq.bell.{}", viewer.user)));
    }

    fn repeat(&self) {
        let this = self.clone();
        Effect::new(move |_| {
            let again = this.clone();
            if let Ok(ringing) = set_interval_with_handle(move || again.ring_again(), REPEAT) {
                on_cleanup(move || ringing.clear());
            }
        });
    }

    /// Takes over an answer of the server. The first one rings nothing: it was there before the page was.
    pub fn hear(&self, before: Option<&Centre>, now: &Centre) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now.clone());
        // A page that may have to ring listens also when nobody looks at it.
        self.live.go_on_hidden(signals::has_bell());
        let Some(before) = before else { return };
        if !signals::has_bell() || self.is_quiet(&now.settings) {
            return;
        }
        let new = fresh(before, now);
        if new.iter().any(|notice| now.settings.of(notice.kind).sound) {
            signals::play(now.settings.tone.as_str(), now.settings.volume);
        }
        for notice in new.iter().filter(|notice| now.settings.of(notice.kind).browser) {
            self.show(notice);
        }
    }

    fn ring_again(&self) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Centre { notices, settings, .. }) = last else { return };
        let rings = |notice: &NoticeView| !notice.is_seen && settings.of(notice.kind).sound;
        if settings.repeats && signals::has_bell() && !self.is_quiet(&settings) && notices.iter().any(rings) {
            signals::play(settings.tone.as_str(), settings.volume);
        }
    }

    fn is_quiet(&self, settings: &NoticeSettings) -> bool {
        self.now.try_get_untracked().is_some_and(|now| settings.is_quiet(self.zone.local(now).time()))
    }

    fn show(&self, notice: &NoticeView) {
        let place = super::words::place(self.locale, notice);
        let body = [place, notice.preview.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let title = super::words::title(self.locale, notice);
        signals::show(&title, &body, &notice.id.to_string(), &notice.href());
    }

    /// Lets the person hear and see how it will be.
    pub fn test(&self, settings: &NoticeSettings) {
        signals::play(settings.tone.as_str(), settings.volume);
        if signals::permission() == Permission::Granted {
            signals::show(self.locale.product(), self.locale.notice_test_text(), "test", "");
        }
    }
}

/// Unseen notices that ring anew in an answer and reach the person by more than the list.
fn fresh<'a>(before: &Centre, now: &'a Centre) -> Vec<&'a NoticeView> {
    let rang: HashMap<_, _> = before.notices.iter().map(|notice| (notice.id, notice.rang_at)).collect();
    let is_new = |notice: &&NoticeView| {
        let Channels { sound, browser, .. } = now.settings.of(notice.kind);
        let rings = rang.get(&notice.id).is_none_or(|rang| *rang < notice.rang_at);
        !notice.is_seen && rings && (sound || browser)
    };
    now.notices.iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::fresh;
    use crate::features::notices::types::{Centre, NoticeKind, NoticeView};
    use crate::shared::ids::NoticeId;
    use chrono::{DateTime, TimeDelta};

    fn notice(id: u128, rang: i64, count: i32) -> NoticeView {
        let at = |second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        NoticeView {
            id: NoticeId(uuid::Uuid::from_u128(id)),
            kind: NoticeKind::Message,
            chat: None,
            chat_name: None,
            seller: None,
            seller_name: None,
            actor_name: None,
            message: None,
            preview: None,
            at: at(rang),
            rang_at: at(rang),
            count,
            is_seen: false,
        }
    }

    fn centre(notices: Vec<NoticeView>) -> Centre {
        Centre { notices, ..Centre::default() }
    }

    #[test]
    fn a_burst_rings_once_and_what_was_seen_does_not() {
        let before = centre(vec![notice(1, 0, 1)]);
        let ids = |now: &Centre| fresh(&before, now).iter().map(|it| it.id.0.as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(&centre(vec![notice(1, 0, 5)])), [0_u128; 0]);
        assert_eq!(ids(&centre(vec![notice(1, 61, 6), notice(2, 61, 1)])), [1, 2]);
        let seen = NoticeView { is_seen: true, ..notice(3, 70, 1) };
        let quiet = NoticeView { kind: NoticeKind::Waiting, ..notice(4, 70, 1) };
        assert_eq!(ids(&centre(vec![seen, quiet])), [0_u128; 0]);
    }
}
