//! An open chat: the largest part of the program for browsers, which fetches it apart from the list.

use super::actions::{ChatActions, StateChip};
use super::desk::{Desk, use_desk};
use super::find::{FindBar, provide_find};
use super::messages::Messages;
use super::row::MarketplaceMark;
use super::same_order::SameOrder;
use super::session::Session;
use super::together::WindowCompany;
use super::tools::WindowTools;
use super::travel::{self, Handed, Opened, Target};
use super::understood::UnderstoodChip;
use super::why::WhyDeadline;
use super::window::BackLink;
use super::writing::Writing;
use crate::features::inbox::types::ChatStatus;
use crate::features::orders::ui::{OrderAside, PaneToggle};
use crate::shared::error::AppError;
use crate::ui::late::NotFetched;
use crate::ui::notice::ErrorNote;
use futures::FutureExt;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use std::pin::Pin;
use std::sync::Arc;

/// What the program for chats can do. Only [`program`] leads to it: what nothing else reaches, the list comes without.
#[derive(Clone, Copy)]
struct Program {
    open: fn(Target) -> Opening,
    draw: fn(Arc<Handed>, bool) -> Option<AnyView>,
}

type Opening = Pin<Box<dyn Future<Output = Option<Result<Opened, AppError>>> + Send>>;

#[wasm_split(chat_window, wasm_split_path = ::leptos::wasm_split, fallible, preload(#[doc = "Fetches it."] fetch))]
fn program() -> Result<Program, NotFetched> {
    Ok(Program { open: |target| Box::pin(travel::open(target)), draw })
}

/// Opens what the address wants to see; `None` when it names nothing.
///
/// # Errors
/// [`NotFetched`]; asking again tries again.
pub async fn open(target: Target) -> Result<Option<Result<Opened, AppError>>, NotFetched> {
    let program = program().await?;
    Ok((program.open)(target).await)
}

/// An open chat, drawn at once.
///
/// # Errors
/// [`NotFetched`] unless [`be_here`] has been awaited before, or when the page did not bring it whole.
pub fn chat_window(
    chat: Arc<Handed>,
    // The person has just opened it: the next key is the beginning of an answer.
    takes_focus: bool,
) -> Result<AnyView, NotFetched> {
    let program = program().now_or_never().unwrap_or(Err(NotFetched))?;
    (program.draw)(chat, takes_focus).ok_or(NotFetched)
}

/// Has the program for chats here.
///
/// # Errors
/// [`NotFetched`]; asking again tries again.
pub async fn be_here() -> Result<(), NotFetched> {
    Ok(fetch().await?)
}

/// The page that is being drawn needs it: it is fetched beside the program for the list, not after it.
#[cfg(feature = "ssr")]
pub fn fetch_with_page() {
    leptos::prefetch_lazy_fn_on_server("chat_window");
}

fn draw(chat: Arc<Handed>, takes_focus: bool) -> Option<AnyView> {
    let opened = Arc::unwrap_or_clone(chat).opened()?;
    Some(view! { <ChatWindow opened takes_focus/> }.into_any())
}

/// An open chat.
#[component]
fn ChatWindow(
    opened: Opened,
    /// The person has just opened it: the next key is the beginning of an answer.
    takes_focus: bool,
) -> impl IntoView {
    let desk = use_desk();
    provide_find();
    let session = Session::new(&desk, opened.view, opened.slice);
    let problem = session.problem.clone();
    let saying = desk.clone();
    let note = move || saying.worth_saying(&problem).map(|error| view! { <ErrorNote error/> });
    let is_read = session.is_read.clone();
    let (label, id, chat) = (desk.locale.chat_window(), session.chat, session.chat.to_string());
    let (marketplace, may_answer) = (session.row.with_untracked(|row| row.marketplace), desk.may_answer());
    view! {
        <article
            class="window"
            aria-label=label
            data-chat-id=chat
            data-read=move || is_read.get().then_some("true")
        >
            <WindowHead desk=desk.clone() session=session.clone()/>
            <ChatActions desk=desk.clone() session=session.clone()/>
            <FindBar desk=desk.clone() session=session.clone()/>
            {note}
            <OrderAside chat=id marketplace may_answer/>
            <Messages desk=desk.clone() session=session.clone()/>
            <Writing desk session takes_focus/>
        </article>
    }
}

/// Whose chat this is, what about, and how long the buyer may still wait.
#[component]
fn WindowHead(desk: Desk, session: Session) -> impl IntoView {
    let (locale, chat, company) = (desk.locale, session.chat, desk.clone());
    let (tools, tooled) = (session.clone(), desk.clone());
    let (asked, why) = (session.clone(), desk.clone());
    let (about, subject) = (session.clone(), desk.clone());
    let row = session.row.clone();
    let (marketplace, name) = row.with_untracked(|row| (row.marketplace, row.short_name().to_owned()));
    let (seller, order, closed) = (row.clone(), row.clone(), row.clone());
    let order = move || {
        order
            .with(|row| row.order_number.clone())
            .map(|number| view! { <span class="window-fact">{locale.order_number(&number)}</span> })
    };
    let closed = move || {
        closed
            .with(|row| row.status == ChatStatus::Closed)
            .then(|| view! { <span class="window-fact window-closed">{locale.chat_closed()}</span> })
    };
    view! {
        <header class="window-head">
            <BackLink desk=desk.clone()/>
            <div class="window-who">
                <h2 class="window-title">
                    <MarketplaceMark marketplace/>
                    <span>{locale.chat_called(&name)}</span>
                </h2>
                <p class="window-facts">
                    <span class="window-fact">{move || seller.with(|row| row.seller_name.clone())}</span>
                    {order}
                    {closed}
                    <WindowCompany desk=company chat/>
                    <StateChip desk=desk.clone() row=row.clone()/>
                    <SameOrder desk session/>
                </p>
            </div>
            <UnderstoodChip desk=subject session=about/>
            <WhyDeadline desk=why session=asked/>
            <WindowTools desk=tooled session=tools/>
            <PaneToggle/>
        </header>
    }
}
