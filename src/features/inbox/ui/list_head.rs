//! The head of the list: which chats, of which seller, in which order. Everything here is a link or leads to one, because
//! the address says what is shown.

use super::address::Address;
use super::bulk::ChooseButton;
use super::desk::{Desk, use_desk};
use super::filters::FilterBar;
use super::list_menu::ListMenu;
use super::next::NextButton;
use super::row::MarketplaceMark;
use super::words;
use crate::features::inbox::types::{ListQuery, Sort, View};
use crate::features::sellers::types::SellerView;
use crate::shared::commands::Command;
use crate::shared::ids::SellerId;
use crate::ui::commands::use_commands;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The views that people live in; the others are in the menu.
const FIRST: [View; 3] = [View::Waiting, View::Mine, View::Unassigned];
const FURTHER: [View; 6] = [View::Open, View::Starred, View::Snoozed, View::Closed, View::Spam, View::All];
/// With more sellers than this, one looks for a seller by its name.
const SEARCHED: usize = 8;

/// Views, the next chat, order and seller.
#[component]
pub fn ListHead(sellers: Vec<SellerView>) -> impl IntoView {
    let desk = use_desk();
    view! {
        <div class="list-head">
            <Views desk=desk.clone()/>
            <div class="list-tools">
                <NextButton/>
                <SortMenu desk=desk.clone()/>
                <ChooseButton/>
            </div>
            <SellerFilter desk sellers/>
            <FilterBar/>
        </div>
    }
}

/// The link to another list.
fn href_of(
    address: Memo<Address>,
    query: impl Fn(&ListQuery) -> ListQuery + Send + Sync + 'static,
) -> Signal<String> {
    Signal::derive(move || address.with(|here| here.with_query(query(&here.query)).href()))
}

/// The command that shows a view.
fn command_of(view: View) -> Command {
    match view {
        View::Waiting => Command::ShowWaiting,
        View::Mine => Command::ShowMine,
        View::Unassigned => Command::ShowUnassigned,
        View::Open => Command::ShowOpen,
        View::Starred => Command::ShowStarred,
        View::Snoozed => Command::ShowSnoozed,
        View::Closed => Command::ShowClosed,
        View::Spam => Command::ShowSpam,
        View::All => Command::ShowAll,
    }
}

fn offer_views(address: Memo<Address>) {
    for view in View::ALL.iter().copied() {
        let (navigate, href) = (use_navigate(), href_of_view(address, view));
        use_commands().offer(command_of(view), move || navigate(&href.get_untracked(), Default::default()));
    }
}

/// Another view begins in its own order.
fn href_of_view(address: Memo<Address>, view: View) -> Signal<String> {
    href_of(address, move |query| ListQuery { seller: query.seller, ..ListQuery::of(view) })
}

#[component]
fn Views(desk: Desk) -> impl IntoView {
    let (locale, address) = (desk.locale, desk.address);
    offer_views(address);
    let here = Memo::new(move |_| address.with(|address| address.query.view));
    let is_further = Signal::derive(move || FURTHER.contains(&here.get()));
    let label = move || match here.get() {
        view if FURTHER.contains(&view) => words::view(locale, view),
        _ => locale.more_views(),
    };
    view! {
        <nav class="list-tabs" aria-label=locale.chat_list()>
            {FIRST.map(|view| view! { <Tab desk=desk.clone() view here/> }).collect_view()}
            <ListMenu label=(move || view! { <span class="list-menu-label">{label}</span> }).into() is_here=is_further>
                <ul class="list-menu-items">
                    {FURTHER.map(|view| view! { <li><Place desk=desk.clone() view here/></li> }).collect_view()}
                </ul>
            </ListMenu>
        </nav>
    }
}

/// How many chats of a view wait for an answer, for the views of work; how many there are, for the others.
fn count_of(desk: &Desk, view: View) -> Memo<i64> {
    let counts = desk.list.counts.clone();
    Memo::new(move |_| {
        counts.with(|counts| match view {
            View::Mine => counts.mine_waiting,
            View::Unassigned => counts.unassigned_waiting,
            _ => counts.of(view),
        })
    })
}

#[component]
fn Tab(desk: Desk, view: View, here: Memo<View>) -> impl IntoView {
    let (locale, count, commands) = (desk.locale, count_of(&desk, view), use_commands());
    view! {
        <a
            class="list-tab"
            href=href_of_view(desk.address, view)
            aria-keyshortcuts=move || commands.keys_for_readers(command_of(view))
            aria-current=move || (here.get() == view).then_some("page")
            data-view=view.as_str()
        >
            <span>{words::view(locale, view)}</span>
            <span class="list-count" title=move || locale.waiting_count(count.get())>
                {move || locale.number(count.get())}
            </span>
        </a>
    }
}

/// A view in the menu.
#[component]
fn Place(desk: Desk, view: View, here: Memo<View>) -> impl IntoView {
    let (locale, count, commands) = (desk.locale, count_of(&desk, view), use_commands());
    view! {
        <a
            class="list-menu-item"
            href=href_of_view(desk.address, view)
            aria-keyshortcuts=move || commands.keys_for_readers(command_of(view))
            aria-current=move || (here.get() == view).then_some("page")
            data-view=view.as_str()
        >
            <span>{words::view(locale, view)}</span>
            <span class="list-count">{move || locale.number(count.get())}</span>
        </a>
    }
}

/// In which order.
#[component]
fn SortMenu(desk: Desk) -> impl IntoView {
    let (locale, address) = (desk.locale, desk.address);
    let navigate = use_navigate();
    let choose = move |event| {
        let Ok(sort) = event_target_value(&event).parse::<Sort>() else { return };
        let href =
            address.with_untracked(|here| here.with_query(ListQuery { sort, ..here.query.clone() }).href());
        navigate(&href, Default::default());
    };
    let chosen = move |sort: Sort| move || address.with(|here| here.query.sort == sort);
    let options = Sort::ALL
        .iter()
        .map(|sort| {
            view! { <option value=sort.as_str() selected=chosen(*sort)>{words::sort(locale, *sort)}</option> }
        })
        .collect_view();
    view! {
        <label class="list-sort">
            <span class="reader-only">{locale.sort_order()}</span>
            <select class="list-select" on:change=choose>{options}</select>
        </label>
    }
}

/// Whose chats, when there is more than one seller.
#[component]
fn SellerFilter(desk: Desk, sellers: Vec<SellerView>) -> impl IntoView {
    match sellers.len() {
        0 | 1 => None,
        ..=SEARCHED => Some(view! { <SellerSelect desk sellers/> }.into_any()),
        _ => Some(view! { <SellerSearch desk sellers/> }.into_any()),
    }
}

/// A few sellers.
#[component]
fn SellerSelect(desk: Desk, sellers: Vec<SellerView>) -> impl IntoView {
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
    view! {
        <label class="list-filter">
            <span class="reader-only">{locale.seller_filter()}</span>
            <select class="list-select" on:change=choose>
                <option value="" selected=chosen(None)>{locale.all_sellers()}</option>
                {options}
            </select>
        </label>
    }
}

/// Many sellers: found by a part of the name.
#[component]
fn SellerSearch(desk: Desk, sellers: Vec<SellerView>) -> impl IntoView {
    let (locale, address) = (desk.locale, desk.address);
    let wanted = RwSignal::new(String::new());
    let names: Vec<(SellerId, String)> = sellers.iter().map(|it| (it.id, it.name.clone())).collect();
    let label = move || {
        let chosen = address.with(|here| here.query.seller);
        let name = chosen.and_then(|seller| names.iter().find(|(id, _)| *id == seller));
        name.map_or_else(|| locale.all_sellers().to_owned(), |(_, name)| name.clone())
    };
    let label = StoredValue::new(label);
    let is_here = Signal::derive(move || address.with(|here| here.query.seller.is_some()));
    let link =
        move |seller: Option<SellerId>| href_of(address, move |query| ListQuery { seller, ..query.clone() });
    let is_chosen = move |seller: Option<SellerId>| {
        move || address.with(|here| here.query.seller == seller).then_some("page")
    };
    let items = sellers
        .into_iter()
        .map(|seller| {
            let (id, name) = (seller.id, seller.name);
            let lowered = name.to_lowercase();
            let is_hidden = move || wanted.with(|wanted| !lowered.contains(wanted.trim()));
            view! {
                <li hidden=is_hidden>
                    <a class="list-menu-item" href=link(Some(id)) aria-current=is_chosen(Some(id))>
                        <MarketplaceMark marketplace=seller.marketplace/>
                        <span class="list-menu-name">{name}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="list-filter">
            <ListMenu
                label=(move || view! { <span class="list-menu-label">{move || label.with_value(|label| label())}</span> })
                    .into()
                is_here
            >
                <input
                    type="search"
                    class="list-menu-search"
                    aria-label=locale.find_seller()
                    placeholder=locale.find_seller()
                    on:input=move |event| wanted.set(event_target_value(&event).to_lowercase())
                />
                <ul class="list-menu-items">
                    <li>
                        <a class="list-menu-item" href=link(None) aria-current=is_chosen(None)>
                            {locale.all_sellers()}
                        </a>
                    </li>
                    {items}
                </ul>
            </ListMenu>
        </div>
    }
}
