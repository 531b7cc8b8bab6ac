//! Of which seller's chats something is looked for.

use super::address_of;
use crate::features::search::types::SearchQuery;
use crate::features::sellers::types::SellerView;
use crate::shared::ids::SellerId;
use crate::ui::context::use_locale;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The choice, where there is more than one seller. The address says what was chosen.
#[component]
pub fn SellerChoice(sellers: Vec<SellerView>, query: Memo<SearchQuery>) -> impl IntoView {
    let locale = use_locale();
    let navigate = use_navigate();
    let choose = move |event| {
        let seller = event_target_value(&event).parse::<SellerId>().ok();
        let href = query.with_untracked(|query| address_of(&query.text, seller));
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&href, options);
    };
    let is_chosen = move |seller: Option<SellerId>| move || query.with(|query| query.seller == seller);
    (sellers.len() > 1).then(|| {
        let options = sellers
            .into_iter()
            .map(|seller| {
                let id = seller.id;
                view! { <option value=id.to_string() selected=is_chosen(Some(id))>{seller.name}</option> }
            })
            .collect_view();
        view! {
            <label class="search-scope">
                <span class="reader-only">{locale.seller_filter()}</span>
                <select class="list-select" on:change=choose>
                    <option value="" selected=is_chosen(None)>{locale.all_sellers()}</option>
                    {options}
                </select>
            </label>
        }
    })
}
