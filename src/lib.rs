//! AgentIQ Chat Center: one inbox for the buyer chats of every marketplace account a seller runs.
//!
//! Floors, lowest first: `shared < platform < connectors < context < ui < features < app < server < main`.
//! A room uses itself and lower rooms only; `tests/tidy.rs` keeps that. See `docs/ARCHITECTURE.md`.

#![recursion_limit = "512"]

/// Ties a build to its checkout; see `.cargo/config.toml`.
const _: Option<&str> = option_env!("AGENTIQ_CHECKOUT");

// First, because its macros make the small types of every other room.
#[macro_use]
pub mod shared;

pub mod app;
#[cfg(feature = "ssr")]
pub mod connectors;
#[cfg(feature = "ssr")]
pub mod context;
pub mod features;
#[cfg(feature = "ssr")]
pub mod platform;
#[cfg(feature = "ssr")]
pub mod server;
pub mod ui;

/// Entry of the browser build: takes over the page that the server has drawn.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = leptos::prelude::location().pathname().unwrap_or_default();
    // Taking over is done in one go, so what is fetched has to be there before. Until then the page stays what the
    // server has drawn: it can be read, and its links lead on.
    let mut pause = 1;
    while app::late::be_here(&path).await.is_err() {
        gloo_timers::future::TimeoutFuture::new(pause * 1_000).await;
        pause = (pause * 2).min(16);
    }
    leptos::mount::hydrate_body(app::App);
    ui::browser::mark_hydrated();
}
