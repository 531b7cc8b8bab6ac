//! The sellers page: the accounts that are connected, how each is doing, and the form that connects one more.

mod banner;
mod book;
mod breaker;
mod card;
mod connect;
mod dialogs;
mod import;
mod push;
mod words;

use crate::features::sellers::api;
use crate::features::sellers::types::SellerView;
use crate::shared::role::Permission;
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
pub use banner::StoppedBanner;
use book::Book;
use card::SellerCard;
use connect::Connect;
use dialogs::{Dialogs, RemoveDialog, ReplaceKeyDialog};
use leptos::prelude::*;
use leptos_meta::Title;
use push::TakeOverDialog;

/// The sellers of the workspace.
#[component]
pub fn SellersPage() -> impl IntoView {
    let locale = use_locale();
    let sellers = resource(|| (), |()| api::list());
    let retry = Callback::new(move |()| sellers.refetch());
    view! {
        <Title text=locale.tab_title(locale.sellers())/>
        <div class="page sellers" data-testid="sellers">
            <div class="page-head">
                <h1>{locale.sellers()}</h1>
                <p class="quiet">{locale.sellers_text()}</p>
            </div>
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || Suspend::new(async move {
                    match sellers.await {
                        Ok(list) => view! { <Sellers list/> }.into_any(),
                        Err(error) => view! { <ErrorNote error on_retry=Some(retry)/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// What stands there while the list is on its way for the first time.
#[component]
fn Skeleton() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="skeleton" role="status">
            <span class="reader-only">{locale.loading()}</span>
        </div>
    }
}

/// The list and what can be done with it.
#[component]
fn Sellers(list: Vec<SellerView>) -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageSellers));
    let is_first_day = !list.iter().any(SellerView::is_connected);
    let book = Book::open(list);
    let dialogs = Dialogs::new();
    let none_connected = Memo::new(move |_| book.ids(true).is_empty());
    let some_removed = Memo::new(move |_| !book.ids(false).is_empty());
    let card = move |id| view! { <SellerCard id book dialogs may_manage/> };
    view! {
        {move || {
            let retry = Callback::new(move |()| book.refresh());
            book.failure().map(|error| view! { <ErrorNote error on_retry=Some(retry)/> })
        }}
        {(!may_manage)
            .then(|| {
                view! {
                    <p class="note note-info">
                        {move || {
                            if none_connected.get() {
                                locale.sellers_empty_only_look()
                            } else {
                                locale.sellers_only_look()
                            }
                        }}
                    </p>
                }
            })}
        <section aria-label=locale.sellers_list() hidden=move || none_connected.get()>
            <ul class="seller-list">
                <For each=move || book.ids(true) key=|id| *id children=card/>
            </ul>
        </section>
        {may_manage
            .then(|| {
                view! {
                    <Connect book is_first_day/>
                    <ReplaceKeyDialog book dialogs/>
                    <RemoveDialog book dialogs/>
                    <TakeOverDialog book take_over=dialogs.take_over/>
                }
            })}
        <section class="sellers-removed" hidden=move || !some_removed.get() aria-labelledby="sellers-removed">
            <h2 id="sellers-removed">{locale.sellers_removed()}</h2>
            <ul class="seller-list">
                <For each=move || book.ids(false) key=|id| *id children=card/>
            </ul>
        </section>
    }
}
