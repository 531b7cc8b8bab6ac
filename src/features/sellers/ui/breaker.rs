//! What a card says while a marketplace does not answer at all.

use crate::features::sellers::types::BreakerView;
use crate::shared::marketplace::Marketplace;
use crate::shared::time::Zone;
use crate::ui::context::{use_locale, use_now};
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// Since when there is no answer, how often it was tried, when it is tried next, and that nothing is lost.
#[component]
pub fn BreakerNote(breaker: BreakerView, marketplace: Marketplace, zone: Zone) -> impl IntoView {
    let locale = use_locale();
    let now = use_now();
    let since = move || locale.calls_failed(breaker.failures, &locale.at_day(breaker.since, now.get(), zone));
    let next = move || locale.next_try((breaker.until - now.get()).num_seconds());
    view! {
        <div class="note note-warning" data-testid="seller-breaker">
            <Glyph icon=Icon::Offline/>
            <div class="note-text">
                <p>{locale.breaker_is_open(marketplace.name())}</p>
                <p class="quiet">{since} " " {next}</p>
            </div>
        </div>
    }
}
