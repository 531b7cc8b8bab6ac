//! What the list needs only when somebody asks for it. No page is drawn with it; its program is fetched once the list
//! stands, and again, if that failed, when somebody wants it.

use super::bulk::Dock;
use super::desk::use_desk;
use super::filters::{BuilderDialog, SaveDialog};
use crate::shared::error::AppError;
use crate::ui::late::NotFetched;
use crate::ui::notice::use_toasts;
use futures::FutureExt;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

/// A part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Doing something to many chats.
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
    /// Somebody wants it now. Turned off when it cannot be fetched, which is said.
    #[prop(into)]
    wanted: RwSignal<bool>,
) -> impl IntoView {
    let (toasts, locale) = (use_toasts(), use_desk().locale);
    let is_here = RwSignal::new(false);
    Effect::new(move |_| {
        let is_wanted = wanted.get();
        if is_here.get_untracked() {
            return;
        }
        let toasts = toasts.clone();
        spawn_local(async move {
            match fetch().await {
                Ok(()) => _ = is_here.try_set(true),
                Err(_) if is_wanted => {
                    _ = wanted.try_set(false);
                    toasts.say(AppError::Transport.sentence(locale));
                }
                Err(_) => {}
            }
        });
    });
    move || is_here.get().then(|| draw(tool, wanted).now_or_never()?.ok()).flatten()
}

#[wasm_split(list_tools, wasm_split_path = ::leptos::wasm_split, fallible, preload(#[doc = "Fetches the tools."] fetch))]
fn draw(tool: Tool, wanted: RwSignal<bool>) -> Result<AnyView, NotFetched> {
    Ok(match tool {
        Tool::Dock => view! { <Dock/> }.into_any(),
        Tool::Builder => view! { <BuilderDialog open=wanted/> }.into_any(),
        Tool::Save => view! { <SaveDialog open=wanted/> }.into_any(),
    })
}
