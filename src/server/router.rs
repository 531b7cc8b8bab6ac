//! Every address of the server.

use super::{headers, hooks, live_stream, pages};
use crate::app;
use crate::context::App;
use crate::features::files::server::{serve, upload};
use crate::features::orders::server::photos;
use crate::features::sla::server::export;
use crate::features::suggestions::server::stream as suggestions;
use crate::features::users::server::forms;
use crate::shared::page::PageContext;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use leptos::config::{LeptosOptions, get_configuration};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list};
use std::path::Path;
use std::sync::LazyLock;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// What handlers and pages take from the router.
#[derive(Clone, FromRef)]
pub struct ServerState {
    app: App,
    leptos: LeptosOptions,
}

/// The whole server as a service.
pub fn build(app: App) -> Router {
    let leptos = leptos_options();
    let state = ServerState { app: app.clone(), leptos: leptos.clone() };
    let context = page_provider(app.clone());
    let shell = {
        let leptos = leptos.clone();
        move || app::shell(leptos.clone())
    };

    let pages = Router::new()
        .route("/api/{*function}", post(functions))
        .route("/login", post(forms::log_in))
        .route("/logout", post(forms::log_out))
        .route("/setup", post(forms::set_up))
        .route("/preferences", post(forms::preferences))
        .route("/live", get(live_stream::serve))
        .route("/files/{file}", get(serve::whole))
        .route("/files/{file}/thumb", get(serve::thumb))
        .route("/photos/{seller}/{sku}", get(photos::serve))
        .route("/reports/deadlines.csv", get(export::serve))
        .route("/suggestions/{suggestion}", get(suggestions::serve))
        .leptos_routes_with_context(&state, page_routes(), context.clone(), shell)
        .fallback(leptos_axum::file_and_error_handler_with_context::<ServerState, _>(context, app::shell))
        .layer(from_fn_with_state(app.clone(), pages::guard))
        .layer(from_fn_with_state(app.clone(), pages::identify));

    // Apart from the pages: its bodies have a limit of their own, kept while they are read.
    let uploads = Router::new()
        .route("/upload/{chat}/{file}", post(upload::receive))
        .route("/upload/quick-reply/{file}", post(upload::receive_kept))
        .layer(from_fn_with_state(app.clone(), pages::identify));

    let limits = ServiceBuilder::new()
        .layer(DefaultBodyLimit::max(pages::MAX_BODY))
        // Around all of it: the pages below register every function at its own address, before the wildcard's.
        .layer(from_fn(pages::functions_in_words))
        .layer(RequestBodyLimitLayer::new(pages::MAX_BODY));
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), pages::trace))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(csrf(&app));

    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .merge(static_files(&leptos))
        .merge(pages)
        .layer(limits)
        .merge(uploads)
        .layer(layers)
        // Marketplaces have no session and come from another site: beside the layers, with its own.
        .merge(hooks::routes(&app))
        .with_state(state)
}

/// Pages, as the component tree lists them. Listed once: meanwhile no page of the whole process may wait for its data
/// (leptos-rs/leptos#4773), and tests have several servers in one.
pub fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));
    ROUTES.clone()
}

/// Where the browser's files are. `Leptos.toml` beside us is the default; variables win.
fn leptos_options() -> LeptosOptions {
    let file = Path::new("Leptos.toml").exists().then_some("Leptos.toml");
    let mut options = match get_configuration(file) {
        Ok(configuration) => configuration.leptos_options,
        Err(error) => {
            tracing::warn!(%error, "Leptos.toml cannot be read; taking the defaults");
            LeptosOptions::builder().output_name("agentiq").build()
        }
    };
    if options.hash_files && !has_hash_file(&options) {
        // Every page would panic over it: without the file the program was built alone, and pages work without scripts.
        tracing::warn!(file = %options.hash_file, "not beside the program; pages name their scripts without hashes");
        options.hash_files = false;
    }
    options
}

/// Whether the list of hashed names is where pages look for it: beside the program.
fn has_hash_file(options: &LeptosOptions) -> bool {
    std::env::current_exe().is_ok_and(|program| program.with_file_name(&*options.hash_file).is_file())
}

/// What every page and function finds in its context.
fn page_provider(app: App) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(app.clone());
        // Absent while static files are served and while routes are listed.
        if let Some(page) =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<PageContext>().cloned())
        {
            provide_context(page);
        }
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce))
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    }
}

async fn functions(State(app): State<App>, request: axum::extract::Request) -> impl IntoResponse {
    leptos_axum::handle_server_fns_with_context(page_provider(app), request).await
}

/// Cross-site requests that could change something are refused.
fn csrf(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    let Some(url) = &app.config.public_url else { return layer };
    match layer.clone().add_trusted_origin(url) {
        Ok(layer) => layer,
        Err(error) => {
            tracing::error!(%error, "AGENTIQ_PUBLIC_URL is not an origin");
            layer
        }
    }
}

/// Files of the browser's program have a hash in their names and never change; the few others may.
fn static_files(leptos: &LeptosOptions) -> Router<ServerState> {
    let root = Path::new(&*leptos.site_root);
    let cached = |value: &'static str| {
        SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static(value))
    };
    let packages = ServeDir::new(root.join(&*leptos.site_pkg_dir)).precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service(
        "/pkg",
        ServiceBuilder::new().layer(cached("public, max-age=31536000, immutable")).service(packages),
    );
    for name in [
        "favicon.svg",
        "favicon-unseen.svg",
        "icons.svg",
        "icon-192.png",
        "icon-512.png",
        "icon-maskable-512.png",
        "manifest.webmanifest",
        "robots.txt",
    ] {
        let file = ServeFile::new(root.join(name)).precompressed_br().precompressed_gzip();
        router = router.route_service(
            &format!("/{name}"),
            ServiceBuilder::new().layer(cached("public, max-age=3600")).service(file),
        );
    }
    router
}

/// Whether requests can be answered: the database is there.
async fn ready(State(app): State<App>) -> impl IntoResponse {
    match app.db.get().await {
        Ok(_) if !app.cancel.is_cancelled() => (StatusCode::OK, "ready"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached"),
    }
}
