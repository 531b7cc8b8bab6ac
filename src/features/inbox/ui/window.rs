//! The pane with the open chat.

use super::address::{Address, Open};
use super::chat_window::{self, chat_window};
use super::desk::{Desk, use_desk};
use super::list::EmptyNote;
use super::travel::{Handed, Target, use_target};
use crate::shared::error::AppError;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::late::NotFetched;
use crate::ui::live::ConnectionState;
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// What the pane shows: not always yet what the address says. Each answer of the server is a pane of its own: drawn
/// into the elements of the one before it, a field would keep what was typed for another buyer.
#[derive(Clone)]
struct Pane {
    turn: u32,
    shown: Shown,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Chat(Arc<Handed>),
    Failed(AppError),
}

/// The window: the chat of the address is drawn by the server, later ones are asked for while the old one stays.
#[component]
pub fn WindowPane() -> impl IntoView {
    let desk = use_desk();
    let target = use_target(desk.address);
    let open = target.get_untracked();
    #[cfg(feature = "ssr")]
    if matches!(open.open, Open::Chat(_)) {
        chat_window::fetch_with_page();
    }
    // Whoever reads the list opens a chat next.
    Effect::new(|_| spawn_local(async { _ = chat_window::be_here().await }));
    let first = resource(|| (), {
        let open = open.clone();
        move |()| open_when_here(open.clone())
    });
    let content = move || {
        let (desk, open) = (desk.clone(), open.clone());
        Suspend::new(async move {
            let first = first.await;
            view! { <Stage desk wanted=target open first/> }
        })
    };
    view! { <Transition fallback=|| view! { <WindowSkeleton/> }>{content}</Transition> }
}

/// Opens what the address wants to see, once it can be drawn: what is said in a chat after it was opened is told to its
/// window only, so that has to be there at once.
async fn open_when_here(target: Target) -> Option<Result<Handed, AppError>> {
    match target.open {
        Open::Nothing => return None,
        Open::Unknown => return Some(Err(AppError::NotFound)),
        Open::Chat(_) => {}
    }
    match chat_window::open(target).await {
        Ok(answer) => answer.map(|answer| answer.map(|opened| Handed::Opened(Box::new(opened)))),
        Err(NotFetched) => Some(Err(AppError::Transport)),
    }
}

fn shown_after(answer: Option<Result<Handed, AppError>>) -> Shown {
    match answer {
        None => Shown::Nothing,
        Some(Ok(chat)) => Shown::Chat(Arc::new(chat)),
        Some(Err(error)) => Shown::Failed(error),
    }
}

/// Where a conversation will be, on the first load only.
#[component]
fn WindowSkeleton() -> impl IntoView {
    view! {
        <div class="window-skeleton" aria-hidden="true">
            <div class="skeleton-head"></div>
            <div class="skeleton-bubble"></div>
            <div class="skeleton-bubble" data-direction="out"></div>
            <div class="skeleton-bubble"></div>
        </div>
    }
}

/// Shows one chat after the other.
#[component]
fn Stage(
    desk: Desk,
    wanted: Memo<Target>,
    open: Target,
    first: Option<Result<Handed, AppError>>,
) -> impl IntoView {
    let pane = ArcRwSignal::new(Pane { turn: 0, shown: shown_after(first) });
    // What is shown, or is on its way.
    let target = ArcRwSignal::new(open);
    let is_loading = ArcRwSignal::new(false);
    let go = {
        let (pane, target, is_loading, desk) = (pane.clone(), target, is_loading.clone(), desk.clone());
        move |open: Target| {
            target.set(open.clone());
            is_loading.set(true);
            let (pane, target, is_loading, live) =
                (pane.clone(), target.clone(), is_loading.clone(), desk.live.clone());
            spawn_local(async move {
                let answer = open_when_here(open.clone()).await;
                if target.get_untracked() != open {
                    return;
                }
                if matches!(answer, Some(Err(AppError::Unauthorized))) {
                    live.note_session_ended();
                }
                is_loading.set(false);
                pane.update(|pane| *pane = Pane { turn: pane.turn + 1, shown: shown_after(answer) });
            });
        }
    };
    let follow = go.clone();
    Effect::watch(move || wanted.get(), move |open, _, _| follow(open.clone()), false);
    let again = Callback::new(move |()| go(wanted.get_untracked()));
    let locale = desk.locale;
    let content = move |pane: Pane| match pane.shown {
        Shown::Nothing => {
            view! { <EmptyNote icon=Icon::Chat title=locale.choose_chat() text=locale.choose_chat_text()/> }
                .into_any()
        }
        Shown::Failed(error) => view! { <FailedWindow desk=desk.clone() error again/> }.into_any(),
        Shown::Chat(chat) => {
            // What the server has drawn was not opened by hand just now.
            let takes_focus = pane.turn > 0;
            chat_window(chat, takes_focus).unwrap_or_else(|NotFetched| {
                view! { <FailedWindow desk=desk.clone() error=AppError::Transport again/> }.into_any()
            })
        }
    };
    let (is_inert, is_busy) = (is_loading.clone(), is_loading);
    view! {
        <div class="stage" inert=move || is_inert.get() aria-busy=move || is_busy.get().then_some("true")>
            <For each=move || [pane.get()] key=|pane| pane.turn children=content/>
        </div>
    }
}

/// A chat that could not be opened, with the way back and another try.
#[component]
fn FailedWindow(desk: Desk, error: AppError, again: Callback<()>) -> impl IntoView {
    let on_retry = error.is_temporary().then_some(again);
    if error.is_temporary() {
        // What could not be opened for want of a connection opens when it is back.
        let state = desk.live.state;
        Effect::watch(
            move || state.get() == ConnectionState::Online,
            move |is_online, was_online, _| {
                if *is_online && was_online == Some(&false) {
                    again.run(());
                }
            },
            false,
        );
    }
    view! {
        <div class="window-failed">
            <BackLink desk/>
            <ErrorNote error on_retry/>
        </div>
    }
}

/// The way back to the list where there is room for one pane only.
#[component]
pub fn BackLink(desk: Desk) -> impl IntoView {
    let (locale, address) = (desk.locale, desk.address);
    let href = move || address.with(|here: &Address| here.with_chat(None).href());
    view! {
        <a class="back-link" href=href aria-label=locale.back_to_list()>
            <Glyph icon=Icon::Back/>
        </a>
    }
}
