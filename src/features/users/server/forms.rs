//! The plain forms: set-up, log-in, log-out, preferences. They work without JavaScript: a POST ends in a redirect, a
//! problem travels in the address.

use super::accounts::{self, AccountError, NewUser};
use super::sign_in::{self, SignIn};
use crate::context::App;
use crate::context::session::{self, Token};
use crate::features::users::types::FormProblem;
use crate::platform::clock::now;
use crate::platform::fault::Fault;
use crate::platform::http::percent_encode;
use crate::shared::i18n::Locale;
use crate::shared::page::{Density, Theme};
use crate::shared::role::Role;
use axum::extract::State;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use std::net::IpAddr;

/// The network address of the browser, as far as we may believe it.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub IpAddr);

/// Fields of the log-in form.
#[derive(Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// POST `/login`.
pub async fn log_in(
    State(app): State<App>,
    Extension(ClientIp(ip)): Extension<ClientIp>,
    Form(form): Form<LogInForm>,
) -> Response {
    let next = own_path(&form.next);
    match sign_in::sign_in(&app.db, &form.email, form.password, ip, now()).await {
        Ok(SignIn::Welcome(token)) => redirect(next, &[session_cookie(&app, &token.cookie_value(), MAX_AGE)]),
        Ok(SignIn::Wrong) => back("/login", FormProblem::BadCredentials, next),
        Ok(SignIn::TooManyTries) => back("/login", FormProblem::TooManyTries, next),
        Err(fault) => trouble("/login", fault, next),
    }
}

/// POST `/logout`.
pub async fn log_out(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(token) = session_token(&app, &headers) {
        let ended = async { session::end(&mut *app.db.get().await?, &token).await };
        if let Err(fault) = ended.await {
            // The cookie goes in any case; the session ends by itself.
            tracing::warn!(error = %fault, "cannot end a session");
        }
    }
    redirect("/login", &[session_cookie(&app, "", 0)])
}

/// Fields of the set-up form.
#[derive(Deserialize)]
pub struct SetUpForm {
    #[serde(default)]
    workspace: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

/// POST `/setup`.
pub async fn set_up(State(app): State<App>, Form(form): Form<SetUpForm>) -> Response {
    if form.password != form.password_again {
        return back("/setup", FormProblem::PasswordsDiffer, "");
    }
    let owner = NewUser { email: form.email, name: form.name, role: Role::Owner, password: form.password };
    let made = accounts::set_up(&app.db, &form.workspace, owner).await;
    let (workspace, user) = match made {
        Ok(made) => made,
        Err(AccountError::Form(FormProblem::AlreadySetUp)) => {
            return back("/login", FormProblem::AlreadySetUp, "");
        }
        Err(AccountError::Form(problem)) => return back("/setup", problem, ""),
        Err(AccountError::EmailTaken) => return back("/setup", FormProblem::EmailInvalid, ""),
        Err(AccountError::Fault(fault)) => return trouble("/setup", fault, ""),
    };
    let begun = async { session::begin(&mut *app.db.get().await?, workspace, user, now()).await };
    match begun.await {
        Ok(token) => redirect("/inbox", &[session_cookie(&app, &token.cookie_value(), MAX_AGE)]),
        Err(fault) => trouble("/login", fault, ""),
    }
}

/// Fields of the preferences form; a missing one stays as it is.
#[derive(Deserialize)]
pub struct PreferencesForm {
    theme: Option<String>,
    density: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    next: String,
}

/// POST `/preferences`: theme, density and language live in cookies, because log-in pages have them too.
pub async fn preferences(State(app): State<App>, Form(form): Form<PreferencesForm>) -> Response {
    let mut cookies = Vec::new();
    if let Some(theme) = form.theme.and_then(|theme| theme.parse::<Theme>().ok()) {
        cookies.push(plain_cookie(&app, "theme", theme.as_str()));
    }
    if let Some(density) = form.density.and_then(|density| density.parse::<Density>().ok()) {
        cookies.push(plain_cookie(&app, "density", density.as_str()));
    }
    if let Some(locale) = form.locale {
        cookies.push(plain_cookie(&app, "locale", Locale::from_tag(&locale).tag()));
    }
    redirect(own_path(&form.next), &cookies)
}

/// Two weeks: the server ends sessions earlier.
const MAX_AGE: u32 = 14 * 24 * 3600;

/// The name of the session cookie. The prefix makes browsers insist on TLS and on our host alone.
fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-agentiq" } else { "agentiq" }
}

fn session_cookie(app: &App, value: &str, max_age: u32) -> String {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", cookie_name(app))
}

fn plain_cookie(app: &App, name: &str, value: &str) -> String {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
}

/// The session token of a request; `None` when there is no cookie or it is none of ours.
pub fn session_token(app: &App, headers: &HeaderMap) -> Option<Token> {
    Token::parse(&cookie(headers, cookie_name(app))?)
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// A path of ours, or the inbox: a form must not send people elsewhere.
fn own_path(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if ours { path } else { "/inbox" }
}

fn back(page: &str, problem: FormProblem, next: &str) -> Response {
    if next.is_empty() || next == "/inbox" {
        redirect(&format!("{page}?problem={problem}"), &[])
    } else {
        let next = percent_encode(next, b"/");
        redirect(&format!("{page}?problem={problem}&next={next}"), &[])
    }
}

fn trouble(page: &str, fault: Fault, next: &str) -> Response {
    tracing::error!(error = %fault, page, "a form could not be carried out");
    back(page, FormProblem::DatabaseUnavailable, next)
}

fn redirect(to: &str, cookies: &[String]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, location);
    }
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_people_only_to_our_own_pages() {
        assert_eq!(own_path("/inbox/1?view=all"), "/inbox/1?view=all");
        for foreign in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\r\nb"]
        {
            assert_eq!(own_path(foreign), "/inbox", "{foreign}");
        }
    }
}
