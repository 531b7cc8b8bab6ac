//! POST `/hooks/{marketplace}/{token}`: where marketplaces push events.
//!
//! Ozon stops pushing to whoever answers late, too seldom or in another shape. So a push is stored and answered here;
//! what it says is looked into by a job. Nothing in it is believed: it carries no signature, so the token, the network
//! it comes from and the account it names decide whether it is taken, and the marketplace is asked before anything is
//! done.

use super::pages;
use crate::connectors::ozon::push::{RefusalCode, accepted, pong, refused};
use crate::connectors::push::{self as pushes, Push};
use crate::context::App;
use crate::features::sellers::server::push::{self, Hook};
use crate::features::sync::server::push::record;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// The longest push, in bytes. Ozon's have a few hundred.
const LARGEST_PUSH: usize = 256 * 1024;
/// How long the database may take. After five seconds Ozon would hold us for broken; told so at once, it tries again.
const STORE_WITHIN: Duration = Duration::from_millis(900);
/// How long a push may take to come in.
const ARRIVE_WITHIN: Duration = Duration::from_secs(3);

/// Pushes per second that a seller's address takes for long, and how many at once.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(200).expect("more than none");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(2000).expect("more than none");

/// What the receiver works with.
#[derive(Clone)]
struct Hooks {
    app: App,
    pace: Arc<DefaultKeyedRateLimiter<SellerId>>,
}

/// The address, outside session, pages and their layers.
pub fn routes<S: Clone + Send + Sync + 'static>(app: &App) -> Router<S> {
    Router::new()
        .route("/hooks/{marketplace}/{token}", post(receive))
        .with_state(Hooks { app: app.clone(), pace: Arc::new(new_pace()) })
        .layer(CatchPanicLayer::custom(|_| Turned::Broken.into_response()))
        .layer(from_fn_with_state(app.clone(), pages::trace))
}

fn new_pace() -> DefaultKeyedRateLimiter<SellerId> {
    RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(AT_ONCE))
}

/// Why a push is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turned {
    /// No such address, or not any more.
    Unknown,
    ForeignNetwork,
    TooLarge,
    /// It did not come in whole.
    Incomplete,
    TooMany,
    Unreadable,
    OtherAccount,
    /// The database cannot take it now.
    Away,
    Broken,
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        use RefusalCode::{ParameterValueMissed, Unknown};
        let (status, code, message) = match self {
            Turned::Unknown => (StatusCode::NOT_FOUND, Unknown, "no such address"),
            Turned::ForeignNetwork => (StatusCode::FORBIDDEN, Unknown, "not from this network"),
            Turned::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Unknown, "the body is too large"),
            Turned::Incomplete => (StatusCode::REQUEST_TIMEOUT, Unknown, "the body did not arrive"),
            Turned::TooMany => (StatusCode::TOO_MANY_REQUESTS, Unknown, "too many at once, try again later"),
            Turned::Unreadable => {
                (StatusCode::BAD_REQUEST, ParameterValueMissed, "not a JSON object with a message_type")
            }
            Turned::OtherAccount => (StatusCode::FORBIDDEN, Unknown, "seller_id is another account's"),
            Turned::Away => {
                (StatusCode::SERVICE_UNAVAILABLE, Unknown, "cannot be stored now, try again later")
            }
            Turned::Broken => (StatusCode::INTERNAL_SERVER_ERROR, Unknown, "cannot be taken"),
        };
        let mut response = (status, Json(refused(code, message))).into_response();
        if self == Turned::Away {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

async fn receive(
    State(hooks): State<Hooks>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let answer = match path {
        Ok(Path((marketplace, token))) => answer(hooks, &marketplace, token, request).await,
        Err(_) => Err(Turned::Unknown),
    };
    let word = if answer.is_ok() { "taken" } else { "turned_away" };
    metrics::counter!("agentiq_pushes_total", "answer" => word).increment(1);
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(turned) => {
            tracing::warn!(?turned, "a push was turned away");
            turned.into_response()
        }
    }
}

async fn answer(
    hooks: Hooks,
    marketplace: &str,
    token: String,
    request: Request,
) -> Result<serde_json::Value, Turned> {
    let marketplace: Marketplace = marketplace.parse().map_err(|_| Turned::Unknown)?;
    if !hooks.app.config.may_push(pages::client_ip(&hooks.app, &request)) {
        return Err(Turned::ForeignNetwork);
    }
    let body = whole(request.into_body()).await?;
    // Runs to its end in any case: a transaction is not cut off half-way, and a push stored late is still stored.
    let taking = async move { take(&hooks, marketplace, &token, &body).await };
    match tokio::time::timeout(STORE_WITHIN, tokio::spawn(taking.in_current_span())).await {
        Ok(Ok(taken)) => taken,
        Ok(Err(_)) => Err(Turned::Broken),
        Err(_) => Err(Turned::Away),
    }
}

/// The body, if it is not too large and does not take too long.
async fn whole(body: Body) -> Result<Vec<u8>, Turned> {
    let reading = async {
        let (mut chunks, mut whole) = (body.into_data_stream(), Vec::new());
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Turned::Incomplete)?;
            if whole.len() + chunk.len() > LARGEST_PUSH {
                return Err(Turned::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    };
    tokio::time::timeout(ARRIVE_WITHIN, reading).await.unwrap_or(Err(Turned::Incomplete))
}

async fn take(
    hooks: &Hooks,
    marketplace: Marketplace,
    token: &str,
    body: &[u8],
) -> Result<serde_json::Value, Turned> {
    let hook = find(hooks, marketplace, token).await.map_err(turned)?.ok_or(Turned::Unknown)?;
    if hooks.pace.check_key(&hook.seller_id).is_err() {
        return Err(Turned::TooMany);
    }
    let push = pushes::parse(marketplace, body);
    if let Push::Event(event) = &push
        && event.account.as_ref().is_some_and(|account| *account != hook.external_account_id)
    {
        return Err(Turned::OtherAccount);
    }
    store(hooks, &hook, &push, body).await.map_err(turned)?;
    match push {
        Push::Ping => Ok(pong(now())),
        Push::Event(_) => Ok(accepted()),
        Push::Unreadable => Err(Turned::Unreadable),
    }
}

async fn find(hooks: &Hooks, marketplace: Marketplace, token: &str) -> Outcome<Option<Hook>> {
    let mut conn = hooks.app.db.get().await?;
    push::find_hook(&mut conn, marketplace, token).await
}

async fn store(hooks: &Hooks, hook: &Hook, push: &Push, body: &[u8]) -> Outcome<()> {
    let mut conn = hooks.app.db.get().await?;
    match push {
        Push::Ping => push::note_ping(&mut conn, hook, now()).await,
        Push::Event(_) | Push::Unreadable => record(&mut conn, hook, push, body, now()).await,
    }
}

fn turned(fault: Fault) -> Turned {
    match fault {
        Fault::Unavailable(error) => {
            tracing::warn!(%error, "a push cannot be stored");
            Turned::Away
        }
        fault => {
            tracing::error!(error = %fault, "a push broke something");
            Turned::Broken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_at_one_address_leaves_the_others_alone() {
        let pace = new_pace();
        let (flooded, quiet) = (SellerId::new(), SellerId::new());
        let taken = (0..10_000).filter(|_| pace.check_key(&flooded).is_ok()).count();
        assert!((2000..9000).contains(&taken), "{taken}");
        assert!(pace.check_key(&quiet).is_ok());
    }
}
