//! The page of search, `/search?q=…&seller=…`: the address is the search.

mod hits;
mod keys;
mod results;
mod seller_choice;

use crate::features::search::api;
use crate::features::search::types::{self, SearchQuery};
use crate::features::sellers::api as sellers_api;
use crate::features::sellers::types::SellerView;
use crate::shared::error::AppError;
use crate::shared::ids::SellerId;
use crate::ui::context::use_locale;
use crate::ui::resource::resource;
use crate::ui::search_box::{SearchBox, results_of};
use hits::Hits;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use results::Results;
use seller_choice::SellerChoice;
use std::time::Duration;

/// So long nobody types before it is looked for.
const PAUSE: Duration = Duration::from_millis(250);

/// Everything ever written, found by its words.
#[component]
pub fn SearchPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let asked = query.get_untracked();
    let text = asked.text.clone();
    let first = resource(|| (), {
        let asked = asked.clone();
        move |()| first_load(asked.clone())
    });
    let (scrolled, list) = (RwSignal::new(0), NodeRef::<html::Div>::new());
    keys::offer_steps(list);
    let content = move || {
        let asked = asked.clone();
        Suspend::new(async move {
            let (page, sellers) = first.await;
            let results = Results::new(asked, page);
            results.follow(query);
            view! {
                <SellerChoice sellers query/>
                <Hits results scrolled list/>
            }
        })
    };
    view! {
        <Title text=locale.tab_title(locale.search())/>
        <div
            class="page search-page"
            on:scroll=move |_| scrolled.update(|count| *count += 1)
            on:keydown=move |event| keys::move_between_hits(list, &event)
        >
            <h1>{locale.search()}</h1>
            <SearchBox text on_typed=typing(query) takes_focus=true/>
            <Transition fallback=|| ()>{content}</Transition>
        </div>
    }
}

/// The first page of the address, as far as something was typed, and the sellers to choose from.
type First = (Option<Result<types::SearchPage, AppError>>, Vec<SellerView>);

async fn first_load(query: SearchQuery) -> First {
    let page = if query.text.trim().is_empty() { None } else { Some(api::find(query, None).await) };
    // A convenience: without it everything is searched.
    (page, sellers_api::list().await.unwrap_or_default())
}

/// Where a search is.
fn address_of(text: &str, seller: Option<SellerId>) -> String {
    let results = results_of(text);
    match seller {
        Some(seller) => format!("{results}&seller={seller}"),
        None => results,
    }
}

/// What the address asks for.
fn use_query() -> Memo<SearchQuery> {
    let location = use_location();
    Memo::new(move |before: Option<&SearchQuery>| {
        // On the way to another page this one is still there for a moment; it stays as it was.
        let is_leaving = location.pathname.with(|path| path != "/search");
        if let (true, Some(before)) = (is_leaving, before) {
            return before.clone();
        }
        let words = location.query.read();
        let seller = words.get_str("seller").and_then(|id| id.parse::<SellerId>().ok());
        SearchQuery { text: words.get_str("q").unwrap_or_default().to_owned(), seller }
    })
}

/// Puts what is typed into the address, once nobody types for a moment.
fn typing(query: Memo<SearchQuery>) -> Callback<String> {
    let navigate = use_navigate();
    let typed = StoredValue::new(String::new());
    Callback::new(move |text: String| {
        typed.set_value(text.clone());
        let navigate = navigate.clone();
        set_timeout(
            move || {
                if typed.try_get_value() == Some(text.clone()) {
                    let options =
                        NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                    let seller = query.with_untracked(|query| query.seller);
                    navigate(&address_of(&text, seller), options);
                }
            },
            PAUSE,
        );
    })
}
