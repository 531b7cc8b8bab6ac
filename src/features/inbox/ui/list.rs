//! The pane with the list of chats.

use super::address::Address;
use super::bulk::{BulkDock, follow_keys};
use super::desk::{Desk, use_desk};
use super::filters::Names;
use super::keys;
use super::lines::{Line, Urgency};
use super::list_head::ListHead;
use super::list_state::ListState;
use super::order::Offer;
use super::row::Row;
use super::sight::Sight;
use super::words;
use crate::features::inbox::api;
use crate::features::inbox::saved_filter::SavedView;
use crate::features::inbox::types::{CHATS_PER_PAGE, ChatListPage, ListQuery};
use crate::features::sellers;
use crate::features::sellers::types::SellerView;
use crate::shared::error::AppError;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use crate::ui::search_box::SearchBox;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use serde::{Deserialize, Serialize};

/// How far from its end the list asks for more, in pixels.
const NEAR_END: i32 = 800;
/// How far from its top the list counts as scrolled, in pixels.
const NEAR_TOP: i32 = 8;

/// The list: its first page is drawn by the server, from then on it follows the news.
#[component]
pub fn ListPane() -> impl IntoView {
    let desk = use_desk();
    let address = desk.address.get_untracked();
    // One question for all that the pane needs: a second resource that is read after the first has come is not known to
    // the stream when the page begins, and drawing can stall over it.
    let first = resource(|| (), move |()| first_load(address.clone()));
    let again = Callback::new(move |()| first.refetch());
    let content = move || {
        let desk = desk.clone();
        Suspend::new(async move {
            match first.await {
                Ok(First { query, page, sellers, saved, names }) => {
                    desk.filters.begin(saved, names);
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

/// What the pane begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct First {
    query: ListQuery,
    page: ChatListPage,
    sellers: Vec<SellerView>,
    saved: Vec<SavedView>,
    names: Names,
}

/// The first page and what to filter by. Filters are a convenience: without them the list is still the list, unless the
/// address names a saved one.
async fn first_load(address: Address) -> Result<First, AppError> {
    let saved = match api::saved().await {
        Err(error) if address.saved.is_some() => return Err(error),
        answer => answer.unwrap_or_default(),
    };
    let query = address.query_among(&saved);
    let page = api::chats(query.clone(), None).await?;
    let sellers = sellers::api::list().await.unwrap_or_default();
    let mut names = Names::default();
    if Names::are_needed(query.filter.as_ref()) {
        // Words are asked for again when they are to be shown.
        _ = names.ask().await;
    }
    names.sellers = sellers.iter().map(|seller| (seller.id, seller.name.clone())).collect();
    Ok(First { query, page, sellers, saved, names })
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
        <ListHead sellers/>
        {note}
        <Rows desk with_seller/>
        <BulkDock/>
    }
}

/// The rows, the button over them and what stands below.
#[component]
fn Rows(desk: Desk, with_seller: Signal<bool>) -> impl IntoView {
    let locale = desk.locale;
    let scroller = NodeRef::<html::Div>::new();
    let sight = Sight::new(scroller, desk.list.lines.clone());
    keys::offer_steps(scroller, &sight);
    follow_keys(&desk, &sight);
    back_to_top_on_switch(&desk, &sight);
    let list = desk.list.clone();
    let is_switching = desk.list.is_switching.clone();
    let looking = sight.clone();
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        looking.look();
        list.set_scrolled(element.scroll_top() > NEAR_TOP);
        if element.scroll_height() - element.client_height() - element.scroll_top() < NEAR_END {
            list.load_more();
        }
    };
    let (here, gone, focused, blurred) =
        (desk.list.clone(), desk.list.clone(), desk.list.clone(), desk.list.clone());
    let (taking, losing, room, moving) = (sight.clone(), sight.clone(), sight.clone(), sight.clone());
    let address = desk.address;
    let drawn = sight.drawn(move || address.with(|address| address.chat()));
    let placed = StoredValue::new(sight.clone());
    let line = move |line: Line| match line {
        Line::Chat(chat) => view! { <Row chat with_seller sight=placed.get_value()/> }.into_any(),
        Line::Heading(urgency) => view! { <Heading urgency sight=placed.get_value()/> }.into_any(),
    };
    view! {
        <div class="list-body">
            <OfferButton desk=desk.clone() sight/>
            <div
                class="list-scroll"
                node_ref=scroller
                on:scroll=scrolled
                on:keydown=move |event| keys::move_between_rows(scroller, &moving, &event)
                on:pointerenter=move |_| here.set_pointer(true)
                on:pointerleave=move |_| gone.set_pointer(false)
                on:focusin=move |event| {
                    taking.note_focus(event.target().and_then(|target| target.dyn_into().ok()));
                    focused.set_focus(keys::is_focus_visible());
                }
                on:focusout=move |_| {
                    losing.note_focus(None);
                    blurred.set_focus(false);
                }
            >
                <ul
                    class="rows"
                    data-testid="chat-list"
                    aria-label=locale.chat_list()
                    aria-busy=move || is_switching.get().then_some("true")
                    style=move || room.room()
                >
                    <For each=move || drawn.get() key=|line| *line children=line/>
                </ul>
                <ListEnd desk/>
            </div>
        </div>
    }
}

/// What stands over the chats of one urgency.
#[component]
fn Heading(urgency: Urgency, sight: Sight) -> impl IntoView {
    let desk = use_desk();
    let locale = desk.locale;
    let (lines, has_more) = (desk.list.lines.clone(), desk.list.has_more.clone());
    let count = move || {
        lines.with(|lines| {
            let is_open = has_more.get() && lines.is_last(urgency);
            format!("{}{}", lines.below(urgency), if is_open { "+" } else { "" })
        })
    };
    view! {
        <li class="row-heading" data-urgency=words::urgency_key(urgency) style=move || sight.style(Line::Heading(urgency))>
            <h2 class="row-heading-name">{words::urgency(locale, urgency)}</h2>
            <span class="row-heading-count">{count}</span>
        </li>
    }
}

/// Another list begins at its top.
fn back_to_top_on_switch(desk: &Desk, sight: &Sight) {
    let (is_switching, sight) = (desk.list.is_switching.clone(), sight.clone());
    Effect::watch(
        move || is_switching.get(),
        move |is_switching, _, _| {
            if !is_switching {
                sight.to_top();
            }
        },
        false,
    );
}

/// Brings the order that waits for the pointer. It floats, so that its coming moves nothing.
#[component]
fn OfferButton(desk: Desk, sight: Sight) -> impl IntoView {
    let (locale, offer, list) = (desk.locale, desk.list.offer.clone(), desk.list.clone());
    let accept = move |_| {
        list.accept_offer();
        sight.to_top();
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
        Callback::new(move |()| list.go_on())
    };
    move || {
        if has_more.get() {
            let busy = Signal::from(list.is_loading_more.clone());
            let words = if is_empty.get() { locale.look_on() } else { locale.load_more() };
            view! {
                <LookedTo desk=desk.clone()/>
                <div class="list-more">
                    <Button kind=ButtonKind::Quiet busy on_press=more>
                        {words}
                    </Button>
                </div>
            }
            .into_any()
        } else if is_empty.get() {
            view! { <EmptyList desk=desk.clone()/> }.into_any()
        } else {
            view! { <p class="list-end">{locale.end_of_list()}</p> }.into_any()
        }
    }
}

/// How far was looked for chats of which few pass the filter.
#[component]
fn LookedTo(desk: Desk) -> impl IntoView {
    let (locale, zone, address) = (desk.locale, desk.zone, desk.address);
    let ListState { shown, looked_to, is_loading_more, .. } = desk.list;
    let is_short = Memo::new(move |_| {
        address.with(|address| address.query.filter.is_some())
            && shown.with(|shown| shown.len() < CHATS_PER_PAGE)
    });
    let words = move || match looked_to.get() {
        Some(at) => Some(locale.looked_to(&locale.date(zone.day(at)))),
        None => is_loading_more.get().then(|| locale.looking().to_owned()),
    };
    move || {
        let words = is_short.get().then(&words).flatten()?;
        Some(view! { <p class="list-end">{words}</p> })
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
        let (view, is_filtered) = address
            .with(|here| (here.query.view, here.query.seller.is_some() || here.query.filter.is_some()));
        if !has_sellers {
            return view! { <FirstSeller desk=desk.clone() may_connect/> }.into_any();
        }
        let (icon, title, text) = words::empty(locale, view, is_filtered);
        view! { <EmptyNote icon title text/> }.into_any()
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
