//! GET `/live?after=N`: the numbered events after N, then every new one, as server-sent events.

use crate::context::session::{self, SessionLookup, SessionUser, Token};
use crate::context::{App, TraceId, told};
use crate::features::users::server::forms::session_token;
use crate::platform::clock::{self, now};
use crate::platform::fault::Outcome;
use crate::platform::live::{Backlog, read_after};
use crate::shared::change::{Change, Event, PresenceMoved};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as SseEvent, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// A sign of life, so that a browser notices a dead line, and a clock of its own that has fallen behind.
const PING: Duration = Duration::from_secs(15);
/// How often a stream looks whether its session still stands.
const RECHECK: Duration = Duration::from_secs(60);

/// Where the browser goes on.
#[derive(Deserialize)]
pub struct After {
    /// Number of the last event the browser knows.
    #[serde(default)]
    after: i64,
}

/// Serves a stream.
pub async fn serve(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Response {
    let user = match session {
        SessionLookup::Found(user) => user,
        SessionLookup::Nobody => return StatusCode::UNAUTHORIZED.into_response(),
        SessionLookup::DatabaseAway => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(token) = session_token(&app, &headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    match LiveStream::open(app, user, token, after).await {
        Ok(stream) => {
            let mut response = Sse::new(stream.into_events()).into_response();
            // A proxy that collects the answer first would make it useless.
            response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
            response
        }
        Err(fault) => {
            let error = told(fault, &trace_id);
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

/// One open stream.
struct LiveStream {
    app: App,
    user: SessionUser,
    token: Token,
    queue: VecDeque<SseEvent>,
    news: broadcast::Receiver<Event>,
    presence: broadcast::Receiver<PresenceMoved>,
    health: watch::Receiver<bool>,
    clock: watch::Receiver<()>,
    /// Number of the last event sent.
    sent: i64,
    ping: Interval,
    recheck: Interval,
    over: bool,
}

impl LiveStream {
    /// Subscribes first and reads the log then: what lies between comes twice and is dropped by its number.
    async fn open(app: App, user: SessionUser, token: Token, after: i64) -> Outcome<Self> {
        let news = app.hub.subscribe(user.workspace);
        let presence = app.hub.subscribe_presence(user.workspace);
        let health = app.hub.health();
        let mut stream = Self {
            queue: VecDeque::from([sign_of_life()]),
            news,
            presence,
            health,
            clock: clock::moves(),
            sent: after,
            ping: every(PING),
            recheck: every(RECHECK),
            over: false,
            app,
            user,
            token,
        };
        stream.read_log().await?;
        stream.app.hub.start_at(stream.user.workspace, stream.sent);
        // What was committed before the hub had a mark for this workspace was handed to nobody.
        stream.read_log().await?;
        Ok(stream)
    }

    async fn read_log(&mut self) -> Outcome<()> {
        let mut conn = self.app.db.get().await?;
        match read_after(&mut conn, self.user.workspace, self.sent).await? {
            Backlog::Events(events) => {
                for event in events {
                    self.take(event);
                }
            }
            Backlog::Resync(seq) => {
                self.sent = seq;
                self.queue.push_back(SseEvent::default().event("resync").data(format!("{{\"seq\":{seq}}}")));
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event) {
        if event.seq <= self.sent {
            return;
        }
        self.sent = event.seq;
        if !concerns(&event.change, &self.user) {
            return;
        }
        if let Ok(data) = serde_json::to_string(&event) {
            self.queue.push_back(SseEvent::default().event("change").id(event.seq.to_string()).data(data));
        }
    }

    fn end(&mut self) {
        self.over = true;
        self.queue.push_back(SseEvent::default().event("bye").data(""));
    }

    async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            self.wait().await;
        }
    }

    async fn wait(&mut self) {
        tokio::select! {
            news = self.news.recv() => match news {
                Ok(event) => self.take(event),
                Err(RecvError::Lagged(_)) => {
                    if self.read_log().await.is_err() {
                        self.end();
                    }
                }
                Err(RecvError::Closed) => self.end(),
            },
            moved = self.presence.recv() => match moved {
                Ok(moved) if moved.user == self.user.id => {}
                Ok(moved) => self.queue.push_back(presence_event(Some(moved))),
                // Too many to tell one by one.
                Err(RecvError::Lagged(_)) => self.queue.push_back(presence_event(None)),
                Err(RecvError::Closed) => self.end(),
            },
            // The database cannot be heard: the browser should know, and come back through the log.
            changed = self.health.changed() => if changed.is_err() || !*self.health.borrow() {
                self.over = true;
            },
            _ = self.ping.tick() => self.queue.push_back(sign_of_life()),
            Ok(()) = self.clock.changed() => self.queue.push_back(sign_of_life()),
            _ = self.recheck.tick() => {
                if session::look_up(&self.app.db, &self.token, now()).await == SessionLookup::Nobody {
                    self.over = true;
                }
            }
            () = self.app.cancel.cancelled() => self.end(),
        }
    }

    fn into_events(self) -> impl Stream<Item = Result<SseEvent, Infallible>> {
        futures::stream::unfold(self, |mut stream| async move {
            let event = stream.next().await?;
            Some((Ok(event), stream))
        })
    }
}

/// Tells that the server is there, and what time it is there, in milliseconds.
fn sign_of_life() -> SseEvent {
    SseEvent::default().event("ping").data(now().timestamp_millis().to_string())
}

/// Tells of the chat where somebody came or left; without one, that anything may have moved.
fn presence_event(moved: Option<PresenceMoved>) -> SseEvent {
    let data = serde_json::json!({ "chat": moved.map(|moved| moved.chat) });
    SseEvent::default().event("presence").data(data.to_string())
}

fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Whether a person's screens show a change; what another person has looked at or keeps is theirs.
fn concerns(change: &Change, user: &SessionUser) -> bool {
    match change {
        Change::Seen { user: whose, .. } | Change::Starred { user: whose, .. } => *whose == user.id,
        Change::SavedFilters { owner } => owner.is_none_or(|owner| owner == user.id),
        Change::Chat { .. }
        | Change::Reply { .. }
        | Change::Note { .. }
        | Change::Seller { .. }
        | Change::Import { .. }
        | Change::Order { .. }
        | Change::Tags
        | Change::QuickReplies
        | Change::Wording
        | Change::Deadlines
        | Change::Suggestion { .. }
        | Change::SuggestionSettings
        | Change::Articles
        | Change::Workspace
        | Change::People => true,
        Change::Notice { user: whose } | Change::Bulk { user: whose, .. } => *whose == user.id,
    }
}
