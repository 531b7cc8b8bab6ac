//! What every page knows from the start, and the one clock that all relative times and countdowns follow.

use super::browser;
use crate::shared::i18n::Locale;
use crate::shared::page::{Density, PageContext, Theme, Viewer};
use crate::shared::time::Zone;
use crate::shared::trouble::StoppedSellers;
use crate::ui::json;
use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

/// How often the page's clock advances.
const TICK: std::time::Duration = std::time::Duration::from_secs(1);

/// A server's word that is so much ahead of the page's clock moves it: less is what the way takes.
const ADRIFT: Duration = Duration::seconds(1);

/// The page's clock: where the server's stood at some age of the page, plus what has passed since.
#[derive(Clone, Copy)]
pub struct PageClock {
    now: RwSignal<DateTime<Utc>>,
    known: StoredValue<Known>,
}

/// An instant of the server and the age that the page had then, in milliseconds.
#[derive(Clone, Copy)]
struct Known {
    at: DateTime<Utc>,
    age_ms: f64,
}

impl Known {
    fn after(self, age_ms: f64) -> DateTime<Utc> {
        self.at + Duration::milliseconds((age_ms - self.age_ms) as i64)
    }
}

impl PageClock {
    fn new(drawn_at: DateTime<Utc>) -> Self {
        PageClock {
            now: RwSignal::new(drawn_at),
            known: StoredValue::new(Known { at: drawn_at, age_ms: 0.0 }),
        }
    }

    fn advance(self) {
        self.now.set(self.known.get_value().after(browser::page_age_ms()));
    }

    /// Takes the server's word for it. What it says is never later than it is, so the clock is only put ahead.
    pub fn hear(self, at: DateTime<Utc>) {
        let age_ms = browser::page_age_ms();
        if at - self.known.get_value().after(age_ms) > ADRIFT {
            self.known.set_value(Known { at, age_ms });
            self.advance();
        }
    }
}

/// How much room the list takes; a person may change it while the page is open.
#[derive(Clone, Copy)]
struct PageDensity(RwSignal<Density>);

/// The workspace's name, which may change while the page is open.
#[derive(Clone, Copy)]
struct WorkspaceName(RwSignal<String>);

/// Makes the page's context and its clock available below; the first thing `App` does.
///
/// On the server the router has provided the `PageContext` of the request; in the browser it is read from
/// `<html data-page>`, where the server has put the same. Neither is there while the list of routes is made.
pub fn provide_page_context() {
    let page = page_of_request();
    let clock = PageClock::new(page.now);
    provide_context(page.locale);
    provide_context(clock);
    provide_context(PageDensity(RwSignal::new(page.density)));
    let name = page.viewer.as_ref().map(|viewer| viewer.workspace_name.clone()).unwrap_or_default();
    provide_context(WorkspaceName(RwSignal::new(name)));
    start_clock(clock);
    provide_context(page);
}

/// The context of the page that is being drawn: also for what stands around `App`.
pub fn page_of_request() -> PageContext {
    use_context::<PageContext>()
        .or_else(|| browser::page_data().and_then(|text| json::read(&text).ok()))
        .unwrap_or_else(nobodys_page)
}

/// A page without a person, a server or a time.
fn nobodys_page() -> PageContext {
    PageContext {
        locale: Locale::default(),
        theme: Theme::System,
        density: Density::default(),
        now: DateTime::UNIX_EPOCH,
        viewer: None,
        demo: false,
        stopped: StoppedSellers::default(),
    }
}

/// Lets the page's clock advance. The first change comes after the browser has taken over, so both sides draw the same digits before.
fn start_clock(clock: PageClock) {
    Effect::new(move |_| {
        if let Ok(ticking) = set_interval_with_handle(move || clock.advance(), TICK) {
            on_cleanup(move || ticking.clear());
        }
    });
}

/// The page's context.
pub fn use_page() -> PageContext {
    use_context::<PageContext>().unwrap_or_else(nobodys_page)
}

/// The language of the page.
pub fn use_locale() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}

/// The person who is logged in.
pub fn use_viewer() -> Option<Viewer> {
    use_page().viewer
}

/// The workspace's clock, which all times on screen follow.
pub fn use_zone() -> Zone {
    use_viewer().map_or(Zone::UTC, |viewer| viewer.zone)
}

/// How much room the list takes now.
pub fn use_density() -> RwSignal<Density> {
    use_context::<PageDensity>().map_or_else(RwSignal::default, |PageDensity(density)| density)
}

/// The workspace's name as it is now.
pub fn use_workspace_name() -> RwSignal<String> {
    use_context::<WorkspaceName>().map_or_else(RwSignal::default, |WorkspaceName(name)| name)
}

/// The page's one clock: server time, advancing every second in the browser and standing still on the server.
/// A text that follows it belongs into a closure (`move || …use_now().get()…`).
pub fn use_now() -> Signal<DateTime<Utc>> {
    match use_context::<PageClock>() {
        Some(clock) => clock.now.into(),
        None => Signal::stored(DateTime::UNIX_EPOCH),
    }
}
