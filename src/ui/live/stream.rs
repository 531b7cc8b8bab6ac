//! The `EventSource` itself: opened, watched, closed and opened again, for as long as the page lives.

use super::pace;
use super::{ConnectionState, Inner, LiveNews};
use crate::ui::browser;
use leptos::prelude::{GetUntracked, TimeoutHandle};
use leptos::prelude::{
    document, set_interval_with_handle, set_timeout_with_handle, window, window_event_listener_untyped,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent, Response};

/// How often silence and absence are looked at.
const WATCH: Duration = Duration::from_secs(5);

type Handler = Closure<dyn Fn(MessageEvent)>;
type Handle = fn(&Rc<Stream>, &MessageEvent);

struct Stream {
    live: Arc<Inner>,
    line: RefCell<Line>,
    /// Made once and attached to every new source: names of events and what to do.
    handlers: RefCell<Vec<(&'static str, Handler)>>,
}

struct Line {
    source: Option<EventSource>,
    cursor: i64,
    /// Failed tries in a row.
    failures: u32,
    /// News may be missing from the screen, because questions failed while the server was away.
    was_offline: bool,
    /// When something was last heard, and since when nobody looks, in milliseconds of the page's age.
    heard_ms: f64,
    hidden_since_ms: Option<f64>,
    waiting: Option<TimeoutHandle>,
}

/// Opens the stream for the life of the page.
pub fn open(live: Arc<Inner>, after: i64) {
    let line = Line {
        source: None,
        cursor: after,
        failures: 0,
        was_offline: false,
        heard_ms: browser::page_age_ms(),
        hidden_since_ms: None,
        waiting: None,
    };
    let stream = Rc::new(Stream { live, line: RefCell::new(line), handlers: RefCell::default() });
    stream.make_handlers();
    stream.watch();
    stream.connect();
}

impl Stream {
    /// The handlers hold the stream and the stream holds them: both live as long as the page.
    fn make_handlers(self: &Rc<Self>) {
        let all: [(&'static str, Handle); 7] = [
            ("open", |stream, _| stream.opened()),
            ("error", |stream, _| stream.failed()),
            ("change", Self::changed),
            ("resync", Self::resync),
            ("presence", Self::presence),
            ("ping", Self::pinged),
            ("bye", |stream, _| stream.dismissed()),
        ];
        let handlers = all.map(|(name, handle)| {
            let stream = Rc::clone(self);
            (name, Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| handle(&stream, &event)))
        });
        self.handlers.borrow_mut().extend(handlers);
    }

    fn watch(self: &Rc<Self>) {
        let stream = Rc::clone(self);
        // Fails only where there are no timers at all.
        _ = set_interval_with_handle(move || stream.look_around(), WATCH);
        for event in ["visibilitychange", "online", "pageshow"] {
            let stream = Rc::clone(self);
            _ = window_event_listener_untyped(event, move |_| stream.look_around());
        }
    }

    /// Closes what nobody looks at, and opens what should be open: a sleeping laptop tells nobody that it woke up.
    fn look_around(self: &Rc<Self>) {
        let now = browser::page_age_ms();
        let is_hidden = document().hidden();
        let (is_open, is_silent, is_forgotten) = {
            let mut line = self.line.borrow_mut();
            let came_back = !is_hidden && line.hidden_since_ms.take().is_some();
            if is_hidden {
                line.hidden_since_ms.get_or_insert(now);
            }
            let is_wanted_hidden = self.live.is_wanted_hidden.load(Ordering::Relaxed);
            let is_forgotten =
                !is_wanted_hidden && line.hidden_since_ms.is_some_and(|since| now - since > pace::HIDDEN_MS);
            if came_back {
                line.failures = line.failures.min(1);
            }
            let is_waiting = line.waiting.is_some() && !came_back;
            (line.source.is_some() || is_waiting, now - line.heard_ms > pace::SILENCE_MS, is_forgotten)
        };
        if is_forgotten {
            self.close();
        } else if !is_open {
            self.connect();
        } else if is_silent && self.line.borrow().source.is_some() {
            self.failed();
        }
    }

    fn connect(self: &Rc<Self>) {
        self.close();
        let address = format!("/live?after={}", self.line.borrow().cursor);
        let Ok(source) = EventSource::new(&address) else { return };
        for (name, handler) in self.handlers.borrow().iter() {
            // Cannot fail for a listener that is a function.
            _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
        }
        let mut line = self.line.borrow_mut();
        line.heard_ms = browser::page_age_ms();
        line.source = Some(source);
    }

    fn close(&self) {
        let mut line = self.line.borrow_mut();
        if let Some(source) = line.source.take() {
            source.close();
        }
        if let Some(waiting) = line.waiting.take() {
            waiting.clear();
        }
    }

    fn heard(&self) {
        self.line.borrow_mut().heard_ms = browser::page_age_ms();
    }

    /// The server says what time it is.
    fn pinged(self: &Rc<Self>, message: &MessageEvent) {
        self.heard();
        let at = message.data().as_string().as_deref().and_then(pace::instant);
        if let (Some(clock), Some(at)) = (self.live.clock, at) {
            clock.hear(at);
        }
    }

    fn opened(&self) {
        self.heard();
        let was_offline = {
            let mut line = self.line.borrow_mut();
            line.failures = 0;
            std::mem::take(&mut line.was_offline)
        };
        self.live.enter(ConnectionState::Online);
        if was_offline {
            self.live.tell(&LiveNews::Resync);
        }
    }

    fn changed(self: &Rc<Self>, message: &MessageEvent) {
        self.heard();
        let text = message.data().as_string().unwrap_or_default();
        let event = pace::accept(&mut self.line.borrow_mut().cursor, &text);
        if let Some(event) = event {
            self.live.tell(&LiveNews::Changes(vec![event]));
        }
    }

    fn resync(self: &Rc<Self>, message: &MessageEvent) {
        self.heard();
        let text = message.data().as_string().unwrap_or_default();
        if let Some(seq) = pace::resync(&text) {
            self.line.borrow_mut().cursor = seq;
            self.live.tell(&LiveNews::Resync);
        }
    }

    fn presence(self: &Rc<Self>, message: &MessageEvent) {
        self.heard();
        self.live.tell_presence(pace::presence(&message.data().as_string().unwrap_or_default()));
    }

    /// The server is about to stop; another one is ready.
    fn dismissed(self: &Rc<Self>) {
        self.close();
        self.connect_after(pace::wait_after_bye_ms(js_sys::Math::random()));
    }

    fn failed(self: &Rc<Self>) {
        self.close();
        let failures = {
            let mut line = self.line.borrow_mut();
            line.failures = line.failures.saturating_add(1);
            line.was_offline |= line.failures >= pace::FAILURES_TILL_OFFLINE;
            line.failures
        };
        if self.live.state.get_untracked() != ConnectionState::SessionEnded {
            let is_offline = failures >= pace::FAILURES_TILL_OFFLINE;
            self.live.enter(if is_offline { ConnectionState::Offline } else { ConnectionState::Connecting });
        }
        self.connect_after(pace::wait_ms(failures, js_sys::Math::random()));
        if failures % pace::FAILURES_TILL_PROBE == 0 {
            self.probe();
        }
    }

    fn connect_after(self: &Rc<Self>, wait_ms: i32) {
        let stream = Rc::clone(self);
        let again = move || {
            stream.line.borrow_mut().waiting = None;
            stream.connect();
        };
        let wait = Duration::from_millis(wait_ms.unsigned_abs().into());
        self.line.borrow_mut().waiting = set_timeout_with_handle(again, wait).ok();
    }

    /// An `EventSource` does not say why it was refused; an ordinary request does.
    fn probe(self: &Rc<Self>) {
        let address = format!("/live?after={}", self.line.borrow().cursor);
        let stream = Rc::clone(self);
        let answered = Closure::once_into_js(move |answer: wasm_bindgen::JsValue| {
            let Ok(response) = answer.dyn_into::<Response>() else { return };
            if response.status() == 401 {
                stream.live.enter(ConnectionState::SessionEnded);
            }
            if let Some(body) = response.body() {
                // The stream was opened only to see whether it may be; nobody waits for its end.
                _ = body.cancel();
            }
        });
        let ignored = Closure::once_into_js(|_: wasm_bindgen::JsValue| {});
        let request = window().fetch_with_str(&address);
        let then = js_sys::Reflect::get(&request, &"then".into())
            .ok()
            .and_then(|it| it.dyn_into::<js_sys::Function>().ok());
        if let Some(then) = then {
            // `then` of a promise does not throw; a failed request means that there is no server to ask.
            _ = then.call2(&request, &answered, &ignored);
        }
    }
}
