//! What no list is drawn with: doing something to many chats, putting a filter together, keeping it. Its program is fetched
//! once the list stands.

use super::bulk::Dock;
use super::desk::use_desk;
use super::filters::{BuilderDialog, SaveDialog};
use super::refresh::{Outcome, Refresher};
use crate::ui::browser;
use crate::ui::late::NotFetched;
use crate::ui::notice::{ToastAction, use_toasts};
use futures::FutureExt;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;
use std::sync::Arc;
use std::time::Duration;

/// So long is waited for a tool that somebody wants. Later it would open while they do something else.
const PATIENCE: Duration = Duration::from_secs(5);

/// A part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Doing something to many chats, and how far that has got.
    Dock,
    /// Putting a filter together.
    Builder,
    /// Keeping a list under a name.
    Save,
}

/// Stands where the tool will be.
#[component]
pub fn LateTool(
    tool: Tool,
    /// Somebody wants it now. Turned off when it does not come, which is said.
    #[prop(into)]
    wanted: RwSignal<bool>,
) -> impl IntoView {
    let (toasts, locale) = (use_toasts(), use_desk().locale);
    let is_here = RwSignal::new(false);
    let coming = Refresher::new(move || async move {
        if has_come(is_here).await { Outcome::Settled } else { Outcome::TryLater }
    });
    Effect::new(move |_| coming.soon());
    Effect::new(move |_| {
        if !wanted.get() || is_here.get_untracked() {
            return;
        }
        let give_up = move || {
            let is_waited_for = wanted.try_get_untracked() == Some(true);
            if is_waited_for && is_here.try_get_untracked() == Some(false) {
                wanted.set(false);
                let label = locale.page_load_again().to_owned();
                let again = ToastAction { label, run: Arc::new(browser::reload) };
                toasts.say_with(locale.page_not_fetched_text().to_owned(), again);
            }
        };
        spawn_local(async move {
            if !has_come(is_here).await {
                give_up();
            }
        });
        set_timeout(give_up, PATIENCE);
    });
    move || is_here.get().then(|| draw(tool, wanted).now_or_never()?.ok()).flatten()
}

/// Fetches the tools; says whether they are here.
async fn has_come(is_here: RwSignal<bool>) -> bool {
    let has_come = fetch().await.is_ok();
    if has_come && is_here.try_get_untracked() == Some(false) {
        is_here.set(true);
    }
    has_come
}

#[wasm_split(list_tools, wasm_split_path = ::leptos::wasm_split, fallible, preload(#[doc = "Fetches the tools."] fetch))]
fn draw(tool: Tool, wanted: RwSignal<bool>) -> Result<AnyView, NotFetched> {
    Ok(match tool {
        Tool::Dock => view! { <Dock/> }.into_any(),
        Tool::Builder => view! { <BuilderDialog open=wanted/> }.into_any(),
        Tool::Save => view! { <SaveDialog open=wanted/> }.into_any(),
    })
}
