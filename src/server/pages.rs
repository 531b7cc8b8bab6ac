//! What stands before pages and functions: trace id, session, the guard of pages, what a page is told from the start.

use crate::context::session::{self, SessionLookup, SessionUser};
use crate::context::{App, TraceId};
use crate::features::sellers::server::stopped;
use crate::features::users::server::accounts;
use crate::features::users::server::forms::{ClientIp, cookie, session_token};
use crate::platform::clock::now;
use crate::platform::http::percent_encode;
use crate::platform::time_zone;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::WorkspaceId;
use crate::shared::page::{PageContext, Theme, Viewer};
use crate::shared::role::Role;
use crate::shared::trouble::StoppedSellers;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tracing::Instrument;

/// The longest body of a request, in bytes. Nothing that a person types comes near.
pub const MAX_BODY: usize = 256 * 1024;

/// Gives a request its trace id, logs how it ended, and adds the headers that every answer carries.
pub async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let trace_id = uuid::Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(TraceId(trace_id.clone()));
    let (method, path) = (request.method().clone(), loggable(request.uri().path()).to_owned());
    let span = tracing::info_span!("request", %trace_id);
    let began = std::time::Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    // Paths hold ids, never texts; the query may hold more and is left out.
    tracing::debug!(%trace_id, %method, path, status, took_ms = took.as_millis() as u64, "answered");
    metrics::histogram!("agentiq_request_seconds", "status" => status.to_string()).record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    super::headers::secure(response.headers_mut(), app.config.is_https());
    response
}

/// A path without what must not stand in a log: the address of a push ends with a secret.
fn loggable(path: &str) -> &str {
    if is_under(path, "/hooks") { "/hooks/…" } else { path }
}

/// Finds out who asks.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let ip = client_ip(&app, &request);
    let lookup = match session_token(&app, request.headers()) {
        Some(token) => session::look_up(&app.db, &token, now()).await,
        None => SessionLookup::Nobody,
    };
    let page = page_context(&app, request.headers(), &lookup);
    request.extensions_mut().insert(ClientIp(ip));
    request.extensions_mut().insert(page);
    request.extensions_mut().insert(lookup);
    next.run(request).await
}

/// The browser's address: the peer, or what the last trusted proxy has written.
pub(super) fn client_ip(app: &App, request: &Request) -> IpAddr {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let Some(skip) = app.config.trusted_proxies.checked_sub(1) else { return peer };
    // Each proxy appends the address it saw; what stands further left was written by the client.
    let forwarded = request.headers().get_all("x-forwarded-for");
    let addresses: Vec<&str> =
        forwarded.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    addresses.iter().rev().nth(skip).and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

fn page_context(app: &App, headers: &HeaderMap, lookup: &SessionLookup) -> PageContext {
    let viewer = match lookup {
        SessionLookup::Found(user) => Some(viewer(user, now())),
        SessionLookup::Nobody | SessionLookup::DatabaseAway => None,
    };
    PageContext {
        locale: cookie(headers, "locale").map_or(Locale::default(), |tag| Locale::from_tag(&tag)),
        theme: cookie(headers, "theme").and_then(|theme| theme.parse().ok()).unwrap_or(Theme::System),
        density: cookie(headers, "density").and_then(|word| word.parse().ok()).unwrap_or_default(),
        now: now(),
        viewer,
        demo: app.demo,
        stopped: StoppedSellers::default(),
    }
}

fn viewer(user: &SessionUser, now: DateTime<Utc>) -> Viewer {
    Viewer {
        workspace: user.workspace,
        workspace_name: user.workspace_name.clone(),
        user: user.id,
        user_name: user.name.clone(),
        role: user.role,
        zone: time_zone::clock(&user.time_zone, now),
        live_after: user.live_after,
    }
}

/// Sends people where they belong before a page is drawn.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    let is_private = path == "/"
        || ["/inbox", "/search", "/sellers", "/settings", "/reports"]
            .iter()
            .any(|page| is_under(&path, page));
    let is_entrance = path == "/login" || path == "/setup";
    if !is_private && !is_entrance {
        return next.run(request).await;
    }
    match request.extensions().get::<SessionLookup>() {
        Some(SessionLookup::Found(_)) if path == "/" || is_entrance => Redirect::to("/inbox").into_response(),
        Some(SessionLookup::Found(user)) => {
            let stopped = stopped_sellers(&app, user.workspace, user.role).await;
            if let Some(page) = request.extensions_mut().get_mut::<PageContext>() {
                page.stopped = stopped;
            }
            no_store(next.run(request).await)
        }
        Some(SessionLookup::DatabaseAway) => database_away(&request),
        Some(SessionLookup::Nobody) | None => match is_set_up(&app).await {
            Ok(false) if path == "/setup" => next.run(request).await,
            Ok(false) => Redirect::to("/setup").into_response(),
            Ok(true) if path == "/login" => next.run(request).await,
            Ok(true) => {
                let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
                let to = if is_private && wanted != "/" {
                    format!("/login?next={}", percent_encode(wanted, b"/"))
                } else {
                    "/login".into()
                };
                Redirect::to(&to).into_response()
            }
            Err(()) => database_away(&request),
        },
    }
}

/// Part of the page from the start, so that nothing moves when the browser takes over. A page without it is better than
/// no page.
async fn stopped_sellers(app: &App, workspace: WorkspaceId, role: Role) -> StoppedSellers {
    let asked = async { stopped::stopped(&mut *app.db.get().await?, workspace, role).await };
    asked.await.unwrap_or_else(|fault| {
        tracing::warn!(error = %fault, "cannot tell which sellers are stopped");
        StoppedSellers::default()
    })
}

fn is_under(path: &str, page: &str) -> bool {
    path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Pages hold a person's chats: no shared cache and no back button after log-out may show them.
fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn is_set_up(app: &App) -> Result<bool, ()> {
    let asked = async { accounts::is_set_up(&mut *app.db.get().await?).await };
    asked
        .await
        .map_err(|fault| tracing::warn!(error = %fault, "cannot tell whether the installation is set up"))
}

/// A page for the time in which nothing can be read: says so, and comes back by itself.
fn database_away(request: &Request) -> Response {
    let locale = request.extensions().get::<PageContext>().map_or(Locale::default(), |page| page.locale);
    let (title, text) = (locale.database_away_title(), locale.database_away_text());
    let tag = locale.tag();
    let html = format!(
        "<!DOCTYPE html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"refresh\" content=\"5\"><title>{title}</title>\
         </head><body><main role=\"alert\"><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5"), (CACHE_CONTROL, "no-store")], Html(html))
        .into_response()
}

/// Sees to it that a function's caller always gets an answer in its own form. A body that could not be read never
/// reaches the function, which sets the status otherwise.
pub async fn functions_in_words(request: Request, next: Next) -> Response {
    if !is_under(request.uri().path(), "/api") {
        return next.run(request).await;
    }
    let request = match whole(request).await {
        Ok(request) => request,
        Err(error) => return api_error(&error),
    };
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match serde_json::from_slice::<AppError>(&bytes) {
        // What the codec says of arguments that it does not understand.
        Ok(AppError::Transport) => return api_error(&AppError::BadRequest),
        Ok(error) => parts.status = status_of(&error),
        Err(_) => {}
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The request with its whole body in memory.
async fn whole(request: Request) -> Result<Request, AppError> {
    let too_large = AppError::TooLarge { max_bytes: MAX_BODY as u32 };
    if declared_length(request.headers()).is_some_and(|length| length > MAX_BODY) {
        return Err(too_large);
    }
    let (parts, body) = request.into_parts();
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large),
        Err(_) => Err(AppError::BadRequest),
    }
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// An error of a function that never ran, in the form its caller reads.
fn api_error(error: &AppError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (status_of(error), [(CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn the_secret_of_a_pushs_address_is_not_logged() {
        for path in ["/hooks/ozon/secret", "/hooks/ozon/secret/", "/hooks/ozon/secret/more", "/hooks/secret"]
        {
            assert_eq!(loggable(path), "/hooks/…");
        }
        assert_eq!(loggable("/inbox/1"), "/inbox/1");
    }
}
