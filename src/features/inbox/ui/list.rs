//! The pane with the list of chats.

use super::desk::{Desk, use_desk};
use super::keys;
use super::order::Offer;
use super::row::Row;
use crate::features::inbox::api;
use crate::features::inbox::types::{ChatListPage, ListQuery, View};
use crate::features::sellers;
use crate::features::sellers::types::SellerView;
use crate::shared::error::AppError;
use crate::shared::ids::SellerId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use crate::ui::search_box::SearchBox;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// How far from its end the list asks for more, in pixels.
const NEAR_END: i32 = 800;
/// How far from its top the list counts as scrolled, in pixels.
const NEAR_TOP: i32 = 8;

/// The list: its first page is drawn by the server, from then on it follows the news.
#[component]
pub fn ListPane() -> impl IntoView {
    let desk = use_desk();
    let query = desk.address.with_untracked(|address| address.query.clone());
    // One question for all that the pane needs: a second resource that is read after the first has come is not known to
    // the stream when the page begins, and drawing can stall over it.
    let first = Resource::new(|| (), {
        let query = query.clone();
        move |()| first_load(query.clone())
    });
    let again = Callback::new(move |()| first.refetch());
    let content = move || {
        let (desk, query) = (desk.clone(), query.clone());
        Suspend::new(async move {
            match first.await {
                Ok((page, sellers)) => {
                    desk.list.begin(query, &page);
                    view! { <ChatList sellers/> }.into_any()
                }
                Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
            }
        })
    };
    view! {
        <SearchBox/>
        <Transition fallback=|| view! { <ListSkeleton/> }>{content}</Transition>
    }
}

/// The first page and the sellers to filter by. The filter is a convenience: without it the list is still the list.
async fn first_load(query: ListQuery) -> Result<(ChatListPage, Vec<SellerView>), AppError> {
    let page = api::chats(query, None).await?;
    Ok((page, sellers::api::list().await.unwrap_or_default()))
}

/// Where rows will be, on the first load only.
#[component]
fn ListSkeleton() -> impl IntoView {
    view! {
        <div class="list-skeleton" aria-hidden="true">
            {(0..8).map(|_| view! { <div class="skeleton-row"></div> }).collect_view()}
        </div>
    }
}

/// Everything in the pane once the first page is there.
#[component]
fn ChatList(sellers: Vec<SellerView>) -> impl IntoView {
    let desk = use_desk();
    let with_seller = {
        let (counts, address) = (desk.list.counts.clone(), desk.address);
        Signal::derive(move || {
            counts.with(|counts| counts.sellers > 1) && address.with(|address| address.query.seller.is_none())
        })
    };
    let problem = desk.list.problem.clone();
    let again = {
        let list = desk.list.clone();
        Callback::new(move |()| list.reload())
    };
    let saying = desk.clone();
    let note =
        move || saying.worth_saying(&problem).map(|error| view! { <ErrorNote error on_retry=Some(again)/> });
    view! {
        <div class="list-head">
            <Tabs desk=desk.clone()/>
            <SellerFilter desk=desk.clone() sellers/>
        </div>
        {note}
        <Rows desk with_seller/>
    }
}

/// Which list: links, because the address says it.
#[component]
fn Tabs(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let (waiting, all) = (desk.list.counts.clone(), desk.list.counts.clone());
    view! {
        <nav class="list-tabs" aria-label=locale.chat_list()>
            <Tab desk=desk.clone() view=View::Waiting name=locale.view_waiting() count=Signal::derive(move || waiting.get().waiting)/>
            <Tab desk view=View::All name=locale.view_all() count=Signal::derive(move || all.get().all)/>
        </nav>
    }
}

#[component]
fn Tab(desk: Desk, view: View, name: &'static str, count: Signal<i64>) -> impl IntoView {
    let address = desk.address;
    let href = move || {
        address.with(|here| {
            here.with_query(ListQuery { seller: here.query.seller, ..ListQuery::of(view) }).href()
        })
    };
    let is_here = move || address.with(|here| here.query.view == view).then_some("page");
    view! {
        <a class="list-tab" href=href aria-current=is_here data-view=view.as_str()>
            <span>{name}</span>
            <span class="list-count">{move || count.get()}</span>
        </a>
    }
}

/// Whose chats, when there is more than one seller.
#[component]
fn SellerFilter(desk: Desk, sellers: Vec<SellerView>) -> impl IntoView {
    if sellers.len() < 2 {
        return None;
    }
    let (locale, address) = (desk.locale, desk.address);
    let navigate = use_navigate();
    let choose = move |event| {
        let seller = event_target_value(&event).parse::<SellerId>().ok();
        let href =
            address.with_untracked(|here| here.with_query(ListQuery { seller, ..here.query.clone() }).href());
        navigate(&href, Default::default());
    };
    let chosen = move |seller: Option<SellerId>| move || address.with(|here| here.query.seller == seller);
    let options = sellers
        .into_iter()
        .map(|seller| {
            let id = seller.id;
            view! { <option value=id.to_string() selected=chosen(Some(id))>{seller.name}</option> }
        })
        .collect_view();
    Some(view! {
        <label class="list-filter">
            <span class="reader-only">{locale.seller_filter()}</span>
            <select class="list-select" on:change=choose>
                <option value="" selected=chosen(None)>{locale.all_sellers()}</option>
                {options}
            </select>
        </label>
    })
}

/// The rows, the button over them and what stands below.
#[component]
fn Rows(desk: Desk, with_seller: Signal<bool>) -> impl IntoView {
    let locale = desk.locale;
    let scroller = NodeRef::<html::Div>::new();
    keys::move_between_rows(scroller);
    back_to_top_on_switch(&desk, scroller);
    let (list, shown) = (desk.list.clone(), desk.list.shown.clone());
    let is_switching = desk.list.is_switching.clone();
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        list.set_scrolled(element.scroll_top() > NEAR_TOP);
        if element.scroll_height() - element.client_height() - element.scroll_top() < NEAR_END {
            list.load_more();
        }
    };
    let (here, gone, focused, blurred) =
        (desk.list.clone(), desk.list.clone(), desk.list.clone(), desk.list.clone());
    view! {
        <div class="list-body">
            <OfferButton desk=desk.clone() scroller/>
            <div
                class="list-scroll"
                node_ref=scroller
                on:scroll=scrolled
                on:pointerenter=move |_| here.set_pointer(true)
                on:pointerleave=move |_| gone.set_pointer(false)
                on:focusin=move |_| focused.set_focus(keys::is_focus_visible())
                on:focusout=move |_| blurred.set_focus(false)
            >
                <ul
                    class="rows"
                    data-testid="chat-list"
                    aria-label=locale.chat_list()
                    aria-busy=move || is_switching.get().then_some("true")
                >
                    <For each=move || shown.get() key=|chat| *chat children=move |chat| view! { <Row chat with_seller/> }/>
                </ul>
                <ListEnd desk/>
            </div>
        </div>
    }
}

/// Another list begins at its top.
fn back_to_top_on_switch(desk: &Desk, scroller: NodeRef<html::Div>) {
    let is_switching = desk.list.is_switching.clone();
    Effect::watch(
        move || is_switching.get(),
        move |is_switching, _, _| {
            if let (false, Some(element)) = (is_switching, scroller.get_untracked()) {
                element.set_scroll_top(0);
            }
        },
        false,
    );
}

/// Brings the order that waits for the pointer. It floats, so that its coming moves nothing.
#[component]
fn OfferButton(desk: Desk, scroller: NodeRef<html::Div>) -> impl IntoView {
    let (locale, offer, list) = (desk.locale, desk.list.offer.clone(), desk.list.clone());
    let accept = move |_| {
        list.accept_offer();
        if let Some(element) = scroller.get_untracked() {
            element.set_scroll_top(0);
        }
    };
    let words = move |Offer { new }: Offer| {
        if new == 0 { locale.new_order().to_owned() } else { locale.new_chats(new as i64) }
    };
    view! {
        <div class="list-offer" role="status">
            {move || {
                offer
                    .get()
                    .map(|offer| {
                        view! {
                            <button type="button" class="list-offer-button" on:click=accept.clone()>
                                <span>{words(offer)}</span>
                                <Glyph icon=Icon::Up/>
                            </button>
                        }
                    })
            }}
        </div>
    }
}

/// What stands below the rows: that more is coming, that this is all, or what to do with an empty list.
#[component]
fn ListEnd(desk: Desk) -> impl IntoView {
    let (locale, list) = (desk.locale, desk.list.clone());
    let is_empty = {
        let shown = desk.list.shown.clone();
        Memo::new(move |_| shown.with(Vec::is_empty))
    };
    let has_more = desk.list.has_more.clone();
    let more = {
        let list = list.clone();
        Callback::new(move |()| list.load_more())
    };
    move || {
        if is_empty.get() {
            view! { <EmptyList desk=desk.clone()/> }.into_any()
        } else if has_more.get() {
            let busy = Signal::from(list.is_loading_more.clone());
            view! {
                <div class="list-more">
                    <Button kind=ButtonKind::Quiet busy on_press=more>
                        {locale.load_more()}
                    </Button>
                </div>
            }
            .into_any()
        } else {
            view! { <p class="list-end">{locale.end_of_list()}</p> }.into_any()
        }
    }
}

/// An empty list teaches what it is for.
#[component]
fn EmptyList(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let may_connect = desk.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ManageSellers));
    let counts = desk.list.counts.clone();
    let address = desk.address;
    move || {
        let has_sellers = counts.with(|counts| counts.sellers > 0);
        match (has_sellers, address.with(|here| here.query.view)) {
            (false, _) => view! { <FirstSeller desk=desk.clone() may_connect/> }.into_any(),
            (true, View::Waiting) => {
                view! { <EmptyNote icon=Icon::Check title=locale.nobody_waits_now() text=locale.nobody_waits_text()/> }
                    .into_any()
            }
            (true, _) => {
                view! { <EmptyNote icon=Icon::Chat title=locale.no_chats() text=locale.no_chats_text()/> }.into_any()
            }
        }
    }
}

/// A calm sentence where there is nothing.
#[component]
pub fn EmptyNote(icon: Icon, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="empty-note">
            <Glyph icon/>
            <p class="empty-title">{title}</p>
            <p class="empty-text">{text}</p>
        </div>
    }
}

/// The first day: what to do to get chats.
#[component]
fn FirstSeller(desk: Desk, may_connect: bool) -> impl IntoView {
    let locale = desk.locale;
    view! {
        <div class="first-seller">
            <h2 class="empty-title">{locale.first_seller()}</h2>
            <ol class="first-steps">
                <li>{locale.first_seller_step_key()}</li>
                <li>{locale.first_seller_step_form()}</li>
                <li>{locale.first_seller_step_wait()}</li>
            </ol>
            {may_connect
                .then(|| view! { <a class="button button-primary" href="/sellers">{locale.connect_seller()}</a> })}
        </div>
    }
}
