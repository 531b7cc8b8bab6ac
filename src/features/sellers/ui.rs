//! The sellers page.

use leptos::prelude::*;

/// The sellers of the workspace.
#[component]
pub fn SellersPage() -> impl IntoView {}
