//! What a page is drawn from: loaded by the server, handed over within the page, loaded again by the browser.

use super::json::Json;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Loads with what `source` says, and again when that changes.
pub fn resource<S, T, Loading>(
    source: impl Fn() -> S + Send + Sync + 'static,
    load: impl Fn(S) -> Loading + Send + Sync + 'static,
) -> Resource<T, Json>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Loading: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, load, false)
}
