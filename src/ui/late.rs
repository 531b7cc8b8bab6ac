//! Parts of the program for browsers that are fetched when they are needed.
//!
//! `cargo leptos build --split` makes a file of its own of what only one function reaches that is marked `wasm_split`.

use super::browser;
use super::context::use_locale;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

/// A part is not here: the network is away, or the server has been replaced by a newer one that has other files.
#[derive(Debug)]
pub struct NotFetched;

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// A page whose program could not be fetched.
#[component]
pub fn NotFetchedPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="page">
            <h1>{locale.page_not_fetched()}</h1>
            <p role="alert">{locale.page_not_fetched_text()}</p>
            <button type="button" class="button button-primary" on:click=|_| browser::reload()>
                {locale.page_load_again()}
            </button>
        </div>
    }
}
