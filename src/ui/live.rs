//! The browser's end of the live stream: what moved on the server, and whether the server can be heard at all.
//!
//! One `EventSource` per page. The number of the last event is kept here and travels in the address, so a new
//! connection begins exactly where the old one broke; news say which things moved, and whoever shows them asks again.

#[cfg(any(feature = "hydrate", test))]
mod pace;
#[cfg(feature = "hydrate")]
mod stream;

use super::context::PageClock;
use crate::shared::change::Event;
use crate::shared::ids::ChatId;
use leptos::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether news from the server arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not yet, or not again: a moment after the page opened or the connection broke.
    Connecting,
    /// News arrive.
    Online,
    /// Several tries have failed; tries go on.
    Offline,
    /// The server answers, but this person is not logged in any more.
    SessionEnded,
}

impl ConnectionState {
    /// The word for tests and style sheets (`data-state`).
    pub fn as_str(self) -> &'static str {
        match self {
            ConnectionState::Connecting => "connecting",
            ConnectionState::Online => "online",
            ConnectionState::Offline => "offline",
            ConnectionState::SessionEnded => "session_ended",
        }
    }
}

/// What the stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveNews {
    /// These things moved.
    Changes(Vec<Event>),
    /// Some news are lost: everything visible must be asked again.
    Resync,
}

type Listener = Arc<dyn Fn(LiveNews) + Send + Sync>;
type PresenceListener = Arc<dyn Fn(Option<ChatId>) + Send + Sync>;

/// The live stream of the page.
#[derive(Clone)]
pub struct Live {
    /// Whether news arrive.
    pub state: Signal<ConnectionState>,
    inner: Arc<Inner>,
}

struct Inner {
    state: ArcRwSignal<ConnectionState>,
    listeners: Mutex<Listeners<Listener>>,
    presence: Mutex<Listeners<PresenceListener>>,
    /// Goes on when nobody looks at the page: it has something to sound.
    is_wanted_hidden: AtomicBool,
    /// The page's clock, which the server puts right.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "servers hear no server"))]
    clock: Option<PageClock>,
}

struct Listeners<L> {
    last_number: u64,
    all: Vec<(u64, L)>,
}

impl<L> Default for Listeners<L> {
    fn default() -> Self {
        Listeners { last_number: 0, all: Vec::new() }
    }
}

impl<L: Clone> Listeners<L> {
    fn add(&mut self, listener: L) -> u64 {
        self.last_number += 1;
        self.all.push((self.last_number, listener));
        self.last_number
    }

    fn remove(&mut self, number: u64) {
        self.all.retain(|(at, _)| *at != number);
    }
}

/// Makes the stream available below and, in the browser, opens it behind event number `after`. It lives as long as
/// the page; `App` calls this once for people who are logged in.
pub fn provide_live(after: i64) {
    let live = Live::silent();
    let inner = Arc::clone(&live.inner);
    // Effects run in browsers only; by then the page has been taken over.
    Effect::new(move |_| open_stream(Arc::clone(&inner), after));
    provide_context(live);
}

/// The stream of the page; one that says nothing when the page has none.
pub fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::silent)
}

#[cfg(feature = "hydrate")]
fn open_stream(inner: Arc<Inner>, after: i64) {
    stream::open(inner, after);
}

/// Servers hear nothing.
#[cfg(not(feature = "hydrate"))]
fn open_stream(_inner: Arc<Inner>, _after: i64) {}

impl Live {
    fn silent() -> Self {
        let state = ArcRwSignal::new(ConnectionState::Connecting);
        let inner = Arc::new(Inner {
            state: state.clone(),
            listeners: Mutex::default(),
            presence: Mutex::default(),
            is_wanted_hidden: AtomicBool::new(false),
            clock: use_context::<PageClock>(),
        });
        Live { state: state.into(), inner }
    }

    /// Calls `callback` with all news until the component that asked for it goes away.
    pub fn on_change(&self, callback: impl Fn(LiveNews) + Send + Sync + 'static) {
        let number = lock(&self.inner.listeners).add(Arc::new(callback));
        let inner = Arc::downgrade(&self.inner);
        on_cleanup(move || {
            if let Some(inner) = inner.upgrade() {
                lock(&inner.listeners).remove(number);
            }
        });
    }

    /// Calls `callback` with the chat where somebody came or left, or with none when that is not known, until the
    /// component that asked for it goes away.
    pub fn on_presence(&self, callback: impl Fn(Option<ChatId>) + Send + Sync + 'static) {
        let number = lock(&self.inner.presence).add(Arc::new(callback));
        let inner = Arc::downgrade(&self.inner);
        on_cleanup(move || {
            if let Some(inner) = inner.upgrade() {
                lock(&inner.presence).remove(number);
            }
        });
    }

    /// Says whether the stream goes on when nobody looks at the page.
    pub fn go_on_hidden(&self, is_wanted: bool) {
        self.inner.is_wanted_hidden.store(is_wanted, Ordering::Relaxed);
    }

    /// Tells the stream what an answer of the server has shown: the session has ended.
    pub fn note_session_ended(&self) {
        self.inner.enter(ConnectionState::SessionEnded);
    }
}

impl Inner {
    /// Passes news on. The list is copied first: a listener may come or go while it is called.
    #[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "servers hear no news"))]
    fn tell(&self, news: &LiveNews) {
        let listeners = lock(&self.listeners).all.clone();
        for (_, listener) in listeners {
            listener(news.clone());
        }
    }

    /// Passes on that somebody came to a chat or left it.
    #[cfg(feature = "hydrate")]
    fn tell_presence(&self, chat: Option<ChatId>) {
        let listeners = lock(&self.presence).all.clone();
        for (_, listener) in listeners {
            listener(chat);
        }
    }

    fn enter(&self, state: ConnectionState) {
        if self.state.get_untracked() != state {
            self.state.set(state);
        }
    }
}

fn lock<T>(listeners: &Mutex<T>) -> MutexGuard<'_, T> {
    listeners.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Live, LiveNews};
    use leptos::prelude::Owner;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_listener_hears_news_until_its_component_goes_away() {
        let page = Owner::new();
        page.set();
        let live = Live::silent();
        let heard = Arc::new(AtomicU32::new(0));
        let component = Owner::new();
        component.with(|| {
            let heard = Arc::clone(&heard);
            live.on_change(move |_| _ = heard.fetch_add(1, Ordering::Relaxed));
        });
        live.inner.tell(&LiveNews::Resync);
        assert_eq!(heard.load(Ordering::Relaxed), 1);
        component.cleanup();
        live.inner.tell(&LiveNews::Resync);
        assert_eq!(heard.load(Ordering::Relaxed), 1);
    }
}
