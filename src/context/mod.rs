//! Who asks, and what they are given. `answer` is the only bridge from a server function to the server: it finds the
//! person, checks the permission, runs the work, logs a hidden cause once and sets the HTTP status of a call.

pub mod session;

use crate::connectors::models::Models;
use crate::connectors::{self, Connector};
use crate::platform::clock;
use crate::platform::config::Config;
use crate::platform::db::{Conn, Db};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::files::Store;
use crate::platform::http::Outbound;
use crate::platform::live::Hub;
use crate::platform::pace::Line;
use crate::platform::relay::Relay;
use crate::platform::secret::{KeyRing, Secret};
use crate::shared::error::{AppError, AppResult};
use crate::shared::ids::WorkspaceId;
use crate::shared::marketplace::Marketplace;
use crate::shared::role::Permission;
use axum::http::StatusCode;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use session::{SessionLookup, SessionUser};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Below this are the addresses of server functions; anything else that asks one is a page.
const CALLS: &str = "/api/";

/// The handles of the running server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub keys: KeyRing,
    pub outbound: Outbound,
    /// Where files of chats lie.
    pub files: Store,
    pub hub: Hub,
    /// Doors to language models.
    pub models: Models,
    /// Drafts that are being made here.
    pub drafts: Relay,
    /// Ends when the server is asked to stop.
    pub cancel: CancellationToken,
    /// Sandbox shop and living buyers.
    pub demo: bool,
}

impl App {
    /// The same server, drawing on the database connections for background work.
    pub fn for_work(&self) -> Self {
        Self { db: self.db.for_work(), ..self.clone() }
    }

    /// Opens a marketplace account.
    pub fn connector(
        &self,
        marketplace: Marketplace,
        account: &str,
        key: &Secret<String>,
    ) -> Arc<dyn Connector> {
        connectors::open(marketplace, self.base_url(marketplace), account, key, &self.outbound)
    }

    /// The line of a marketplace account.
    pub fn line(&self, marketplace: Marketplace, account: &str) -> Line {
        connectors::line(marketplace, self.base_url(marketplace), account)
    }

    fn base_url(&self, marketplace: Marketplace) -> &str {
        match marketplace {
            Marketplace::Ozon => &self.config.ozon_url,
        }
    }
}

/// A person's request: who, for which workspace, when, and the handles to answer it.
#[derive(Clone)]
pub struct Ask {
    pub app: App,
    pub user: SessionUser,
    /// When the request came in.
    pub now: DateTime<Utc>,
}

impl Ask {
    /// The workspace that every query of this request is bound to.
    pub fn workspace(&self) -> WorkspaceId {
        self.user.workspace
    }

    /// A database connection. Give it back before calling a marketplace.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn conn(&self) -> Outcome<Conn> {
        self.app.db.get().await
    }
}

/// Id under which the causes of a request's failure stand in the log.
#[derive(Clone, Debug)]
pub struct TraceId(pub String);

/// Answers a server function. The work runs to its end even when the browser goes away half-way.
///
/// # Errors
/// What the person may know; the cause is in the log.
pub async fn answer<T, F, Fut>(permission: Permission, work: F) -> AppResult<T>
where
    T: Send + 'static,
    F: FnOnce(Ask) -> Fut + Send + 'static,
    Fut: Future<Output = Outcome<T>> + Send + 'static,
{
    let trace_id = trace_id();
    let outcome = match authorised(permission) {
        Ok(ask) => tokio::spawn(work(ask)).await.unwrap_or_else(|error| Err(error.into())),
        Err(error) => Err(error.into()),
    };
    outcome.map_err(|fault| {
        let error = told(fault, &trace_id);
        set_status(&error);
        error
    })
}

/// Gives a call the status of its error. A page that is being drawn keeps its own: it shows the error in its place, and
/// whether the function ends before the page's head has left is chance.
fn set_status(error: &AppError) {
    let is_call = use_context::<Parts>().is_some_and(|parts| parts.uri.path().starts_with(CALLS));
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| is_call) {
        response
            .set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
}

/// Who asks an address that is no server function, when they may.
///
/// # Errors
/// What the person may know.
pub fn allowed<'a>(
    session: &'a SessionLookup,
    permission: Permission,
    trace_id: &str,
) -> AppResult<&'a SessionUser> {
    match session {
        SessionLookup::Found(user) if user.role.may(permission) => Ok(user),
        SessionLookup::Found(_) => Err(AppError::Forbidden),
        SessionLookup::DatabaseAway => Err(AppError::Unavailable { trace_id: trace_id.to_owned() }),
        SessionLookup::Nobody => Err(AppError::Unauthorized),
    }
}

fn trace_id() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<TraceId>().map(|id| id.0.clone()))
        .unwrap_or_else(|| "none".into())
}

fn authorised(permission: Permission) -> AppResult<Ask> {
    let app = use_context::<App>().ok_or(AppError::Transport)?;
    let parts = use_context::<Parts>().ok_or(AppError::Transport)?;
    let user = match parts.extensions.get::<SessionLookup>() {
        Some(SessionLookup::Found(user)) => user.clone(),
        Some(SessionLookup::DatabaseAway) => return Err(AppError::Unavailable { trace_id: trace_id() }),
        Some(SessionLookup::Nobody) | None => return Err(AppError::Unauthorized),
    };
    if !user.role.may(permission) {
        return Err(AppError::Forbidden);
    }
    Ok(Ask { app, user, now: clock::now() })
}

/// What a person may know of a fault; the rest goes to the log, once.
pub fn told(fault: Fault, trace_id: &str) -> AppError {
    match fault {
        Fault::Told(error) => error,
        Fault::Unavailable(cause) => {
            tracing::warn!(trace_id, error = %cause, "unavailable");
            AppError::Unavailable { trace_id: trace_id.to_owned() }
        }
        Fault::Broke(cause) => {
            tracing::error!(trace_id, error = %cause, "broke");
            AppError::Internal { trace_id: trace_id.to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::{Owner, provide_context};
    use leptos::reactive::computed::ScopedFuture;

    /// The status that a function which fails gives to a request.
    async fn status_of(path: &str) -> Option<StatusCode> {
        let (parts, ()) = axum::http::Request::get(path).body(()).expect("a request").into_parts();
        let response = ResponseOptions::default();
        let owner = Owner::new();
        let failed = owner.with(|| {
            provide_context(parts);
            provide_context(response.clone());
            ScopedFuture::new(answer(Permission::ReadChats, |_| async { Ok(()) }))
        });
        assert_eq!(failed.await, Err(AppError::Transport), "there is no server");
        response.0.read().expect("nobody panicked").status
    }

    #[tokio::test]
    async fn an_error_is_the_status_of_a_call_and_never_that_of_a_page() {
        let expected = StatusCode::from_u16(AppError::Transport.status()).ok();
        assert_eq!(status_of("/api/inbox/open").await, expected);
        assert_eq!(status_of("/inbox/of-nobody").await, None);
    }
}
