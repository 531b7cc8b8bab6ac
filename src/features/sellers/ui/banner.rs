//! The banner of every page: which sellers wait for a person, why, and what to do.

use super::words::problem_sentence;
use crate::features::sellers::api;
use crate::shared::change::Change;
use crate::shared::role::Permission;
use crate::shared::trouble::{StoppedSeller, StoppedSellers};
use crate::ui::context::{use_locale, use_page};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{LiveNews, use_live};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Drawn with what the page knows from the start, so that nothing moves when the browser takes over; follows the live
/// stream from then on. There also when it is empty, so that readers listen to it.
#[component]
pub fn StoppedBanner() -> impl IntoView {
    let page = use_page();
    let may_manage = page.viewer.is_some_and(|viewer| viewer.may(Permission::ManageSellers));
    let stopped = RwSignal::new(page.stopped);
    follow(stopped);
    let role = if may_manage { "alert" } else { "status" };
    view! {
        <div class="banner" role=role data-testid="account-banner">
            {move || {
                let stopped = stopped.get();
                (!stopped.sellers.is_empty())
                    .then(|| {
                        if may_manage {
                            view! { <ForManagers sellers=stopped.sellers/> }.into_any()
                        } else {
                            view! { <ForOthers stopped/> }.into_any()
                        }
                    })
            }}
        </div>
    }
}

/// Asks again whenever a seller has changed. Of several answers under way the last one asked for counts.
fn follow(stopped: RwSignal<StoppedSellers>) {
    let asked = StoredValue::new(0_u64);
    use_live().on_change(move |news| {
        if !concerns_sellers(&news) {
            return;
        }
        let number = asked.get_value() + 1;
        asked.set_value(number);
        spawn_local(async move {
            // Without an answer what is on screen stays: the next change, or the next page, asks again.
            if let Ok(now) = api::stopped().await
                && asked.try_get_value() == Some(number)
                && stopped.with_untracked(|before| *before != now)
            {
                stopped.set(now);
            }
        });
    });
}

fn concerns_sellers(news: &LiveNews) -> bool {
    match news {
        LiveNews::Resync => true,
        LiveNews::Changes(events) => events.iter().any(|event| matches!(event.change, Change::Seller { .. })),
    }
}

/// For those who can mend it: what happened, what to do, and where.
#[component]
fn ForManagers(sellers: Vec<StoppedSeller>) -> impl IntoView {
    let locale = use_locale();
    let (what, why) = match sellers.as_slice() {
        [one] => {
            (locale.seller_is_stopped(&one.name), problem_sentence(one.problem, one.marketplace, locale))
        }
        several => (locale.sellers_are_stopped(&names(several)), locale.sellers_stopped_text().to_owned()),
    };
    view! {
        <div class="note note-error">
            <Glyph icon=Icon::Alert/>
            <p class="note-text">
                <strong>{what}</strong>
                " "
                {why}
            </p>
            <a class="button" href="/sellers">
                {locale.to_sellers()}
            </a>
        </div>
    }
}

/// For those who cannot: what it means for them, and whom to ask.
#[component]
fn ForOthers(stopped: StoppedSellers) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="note note-info">
            <Glyph icon=Icon::Info/>
            <p class="note-text">
                {locale.sellers_are_stopped(&names(&stopped.sellers))} " " {locale.stopped_means()} " "
                {locale.tell_keepers(&stopped.keepers)}
            </p>
        </div>
    }
}

fn names(sellers: &[StoppedSeller]) -> Vec<&str> {
    sellers.iter().map(|seller| seller.name.as_str()).collect()
}
