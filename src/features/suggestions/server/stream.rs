//! GET `/suggestions/{id}`: a draft as it grows, as server-sent events. Each `text` is the whole of what there is so far,
//! so nothing has to be put together and nothing can be missed; `over` says that the panel has the rest.

use crate::context::App;
use crate::context::session::SessionLookup;
use crate::shared::ids::SuggestionId;
use crate::shared::role::Permission;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use std::convert::Infallible;
use tokio::sync::watch;

/// Serves a draft. One that is not being made in this process is over: its end is told by the live stream.
pub async fn serve(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Path(id): Path<String>,
) -> Response {
    let user = match session {
        SessionLookup::Found(user) => user,
        SessionLookup::Nobody => return StatusCode::UNAUTHORIZED.into_response(),
        SessionLookup::DatabaseAway => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    if !user.role.may(Permission::ReplyToChats) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(id) = id.parse::<SuggestionId>() else { return StatusCode::NOT_FOUND.into_response() };
    let watching = app.drafts.watch(user.workspace, id.0);
    let mut response = Sse::new(events(watching)).keep_alive(KeepAlive::default()).into_response();
    // A proxy that collects the answer first would make it useless.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

enum Step {
    /// What is there already comes first.
    Begin(watch::Receiver<String>),
    Follow(watch::Receiver<String>),
    Over,
    Done,
}

fn events(watching: Option<watch::Receiver<String>>) -> impl Stream<Item = Result<Event, Infallible>> {
    let first = watching.map_or(Step::Over, Step::Begin);
    futures::stream::unfold(first, |step| async move {
        let (event, next) = match step {
            Step::Begin(mut watching) => {
                let event = text(&watching.borrow_and_update());
                (event, Step::Follow(watching))
            }
            Step::Follow(mut watching) => match watching.changed().await {
                Ok(()) => {
                    let event = text(&watching.borrow_and_update());
                    (event, Step::Follow(watching))
                }
                Err(_) => (over(), Step::Done),
            },
            Step::Over => (over(), Step::Done),
            Step::Done => return None,
        };
        Some((Ok(event), next))
    })
}

fn text(text: &str) -> Event {
    // As JSON: line breaks would be taken for ends of fields.
    Event::default().event("text").data(serde_json::Value::from(text).to_string())
}

fn over() -> Event {
    Event::default().event("over").data("")
}
