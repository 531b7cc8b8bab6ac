//! The pages for people who are not logged in.

use leptos::prelude::*;

/// Log-in.
#[component]
pub fn LogInPage() -> impl IntoView {}

/// The first set-up.
#[component]
pub fn SetUpPage() -> impl IntoView {}
