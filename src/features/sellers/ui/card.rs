//! One seller: what it is, how the exchange with its marketplace is doing, what its key allows, what can be done.

use super::book::Book;
use super::breaker::BreakerNote;
use super::dialogs::Dialogs;
use super::import::ImportProgress;
use super::push::Pushes;
use super::words::{ability_name, problem_sentence, state_icon, state_name};
use crate::features::sellers::api;
use crate::features::sellers::types::{Ability, SellerState, SellerView};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::SellerId;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_now, use_zone};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::{ErrorNote, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A key that ends within so many days wants to be replaced.
const WARN_BEFORE_DAYS: i64 = 30;
/// An exchange that is longer ago than this is late.
const LATE_AFTER_MINUTES: i64 = 3;

/// One seller of the list.
#[component]
pub fn SellerCard(id: SellerId, book: Book, dialogs: Dialogs, may_manage: bool) -> impl IntoView {
    let locale = use_locale();
    let seller = Memo::new(move |_| book.seller(id));
    let heading = format!("seller-{id}");
    let labelled_by = heading.clone();
    let name = move || seller.get().map(|seller| seller.name);
    // While the state stays, the buttons stay too, and with them the focus.
    let state = Memo::new(move |_| seller.with(|seller| seller.as_ref().map(|seller| seller.state)));
    view! {
        <li class="card seller" aria-labelledby=labelled_by data-testid="seller" data-state=move || state.get().map(SellerState::as_str)>
            <div class="seller-head">
                <h2 class="seller-name" id=heading>{name}</h2>
                {move || state.get().map(|state| view! { <StateBadge state/> })}
            </div>
            {move || seller.get().map(|seller| view! { <About seller/> })}
            <Pushes seller book take_over=dialogs.take_over may_manage/>
            {move || {
                (may_manage && state.get().is_some_and(|state| state != SellerState::Removed))
                    .then(|| view! { <Actions seller state book dialogs/> })
            }}
            {move || (state.get() == Some(SellerState::Removed)).then(|| view! { <p class="quiet">{locale.seller_removed_text()}</p> })}
        </li>
    }
}

/// Whether we work with the account: drawing, word and colour.
#[component]
fn StateBadge(state: SellerState) -> impl IntoView {
    view! {
        <span class="badge" data-state=state.as_str()>
            <Glyph icon=state_icon(state)/>
            {state_name(state, use_locale())}
        </span>
    }
}

/// Everything about a seller that is only read.
#[component]
fn About(seller: SellerView) -> impl IntoView {
    let marketplace = seller.marketplace;
    let account = format!("Client-Id {}", seller.account);
    let shop = seller.shop_name.clone().filter(|shop| *shop != seller.name);
    let is_connected = seller.is_connected();
    view! {
        <p class="seller-origin">
            <span class="mark" data-marketplace=marketplace.as_str() aria-hidden="true"></span>
            {marketplace.name()}
            {shop.map(|shop| format!(" · {shop}"))}
            " · "
            {account}
        </p>
        {is_connected
            .then(|| {
                view! {
                    <Trouble seller=seller.clone()/>
                    <Health seller=seller.clone()/>
                    <ImportProgress import=seller.import.clone()/>
                    <Facts seller=seller.clone()/>
                    <Abilities abilities=seller.abilities/>
                }
            })}
    }
}

/// What keeps the account from working.
#[component]
fn Trouble(seller: SellerView) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let now = use_now();
    let marketplace = seller.marketplace;
    let paused = (seller.state == SellerState::Paused).then(|| {
        view! {
            <div class="note note-info">
                <Glyph icon=Icon::Pause/>
                <p class="note-text">{locale.seller_paused_text()}</p>
            </div>
        }
    });
    let breaker = seller.breaker.map(|breaker| view! { <BreakerNote breaker marketplace zone/> });
    // The breaker says the same, and more.
    let problem = seller.problem.filter(|problem| breaker.is_none() || !problem.passes_by_itself());
    let problem = problem.map(|problem| {
        let class = if seller.state == SellerState::Broken { "note note-error" } else { "note note-warning" };
        let detail = seller.problem_detail.filter(|text| !text.trim().is_empty());
        view! {
            <div class=class data-testid="seller-problem" data-problem=problem.as_str()>
                <Glyph icon=Icon::Alert/>
                <div class="note-text">
                    <p>{problem_sentence(problem, marketplace, locale)}</p>
                    {detail
                        .map(|text| {
                            view! { <p class="quiet">{locale.marketplace_words(marketplace.name(), &text)}</p> }
                        })}
                    {seller
                        .problem_at
                        .map(|at| view! { <p class="quiet">{move || locale.ago(at, now.get(), zone)}</p> })}
                </div>
            </div>
        }
    });
    view! {
        {paused}
        {breaker}
        {problem}
    }
}

/// How the exchange is doing, and what is in the inbox.
#[component]
fn Health(seller: SellerView) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let now = use_now();
    let (last, took, state) = (seller.last_sync_at, seller.last_sync_took_ms, seller.state);
    let when = move || match last {
        None => locale.never_synced().to_owned(),
        Some(at) => locale.ago_exact(at, now.get(), zone),
    };
    let late = Memo::new(move |_| last.and_then(|at| minutes_late(at, now.get(), state)));
    let inbox = format!("/inbox?seller={}", seller.id);
    let waiting = if seller.waiting > 0 {
        view! { <a href=inbox>{locale.waiting_for_answer(seller.waiting)}</a> }.into_any()
    } else {
        locale.seller_nobody_waits().into_any()
    };
    view! {
        <p class="seller-health" data-testid="seller-health">
            <span>{locale.health()} ": " {when} {took.map(|took| format!(", {}", locale.took(took)))}</span>
            {move || {
                late.get()
                    .map(|minutes| {
                        view! {
                            <span class="warning">
                                <Glyph icon=Icon::Clock/>
                                {locale.silent_for(minutes)}
                            </span>
                        }
                    })
            }}
            <span>{locale.chats(seller.chats)} ", " {waiting}</span>
        </p>
    }
}

/// By how many minutes an account that should be working is behind.
fn minutes_late(last: DateTime<Utc>, now: DateTime<Utc>, state: SellerState) -> Option<i64> {
    let minutes = (now - last).num_minutes();
    (matches!(state, SellerState::Active | SellerState::Broken) && minutes >= LATE_AFTER_MINUTES)
        .then_some(minutes)
}

/// Subscription, key, since when.
#[component]
fn Facts(seller: SellerView) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let subscription = seller.subscription.unwrap_or_default();
    view! {
        <dl class="facts">
            <div>
                <dt>{locale.subscription()}</dt>
                <dd>{locale.subscription_name(&subscription)}</dd>
            </div>
            <div>
                <dt>{locale.key_valid_until()}</dt>
                <dd>
                    <KeyExpiry expires_at=seller.key_expires_at/>
                </dd>
            </div>
            <div>
                <dt>{locale.connected()}</dt>
                <dd>{locale.date(zone.day(seller.connected_at))}</dd>
            </div>
        </dl>
    }
}

/// Until when the key works; in the last month also in how many days that is, and what to do.
#[component]
fn KeyExpiry(expires_at: Option<DateTime<Utc>>) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let now = use_now();
    let Some(at) = expires_at else { return locale.key_expiry_unknown().into_any() };
    let days_left = Memo::new(move |_| (zone.day(at) - zone.day(now.get())).num_days());
    view! {
        {locale.until(&locale.date(zone.day(at)))}
        {move || {
            let days = days_left.get();
            (days < WARN_BEFORE_DAYS)
                .then(|| {
                    view! {
                        <span class="warning">
                            <Glyph icon=Icon::Alert/>
                            {locale.key_expires(days)}
                        </span>
                        <span class="quiet fact-advice">{locale.key_renew()}</span>
                    }
                })
        }}
    }
    .into_any()
}

/// What the key allows: a drawing and a word for yes and no.
#[component]
fn Abilities(abilities: Vec<(Ability, bool)>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <h3 class="abilities-title">{locale.abilities()}</h3>
        <ul class="abilities">
            {abilities
                .into_iter()
                .map(|(ability, allowed)| {
                    let (icon, word) = if allowed { (Icon::Check, locale.yes()) } else { (Icon::Close, locale.no()) };
                    view! {
                        <li class="ability" data-allowed=allowed.to_string()>
                            <Glyph icon/>
                            <span>{ability_name(ability, locale)}<span class="reader-only">": "{word}</span></span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

/// What can be done with a seller.
#[component]
fn Actions(
    seller: Memo<Option<SellerView>>,
    state: Memo<Option<SellerState>>,
    book: Book,
    dialogs: Dialogs,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<AppError>);
    let is_active = state.get_untracked() == Some(SellerState::Active);
    let (verb, icon) = match state.get_untracked() {
        Some(SellerState::Active) => (locale.pause(), Icon::Pause),
        Some(SellerState::Broken) => (locale.try_now(), Icon::Retry),
        _ => (locale.resume(), Icon::Play),
    };
    let switch = Callback::new(move |()| {
        let Some(seller) = seller.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            match switch(seller.id, is_active).await {
                Ok(()) => {
                    error.set(None);
                    toasts.say(switched(&seller.name, is_active, locale));
                    book.refresh();
                }
                Err(reason) => error.set(Some(reason)),
            }
            busy.set(false);
        });
    });
    let target = move || seller.get_untracked().map(|seller| (seller.id, seller.name));
    view! {
        <div class="actions">
            <Button icon on_press=switch busy>{verb}</Button>
            <Button icon=Icon::Key on_press=Callback::new(move |()| dialogs.replace_key.ask(target()))>
                {locale.replace_key()}
            </Button>
            <Button
                kind=ButtonKind::Danger
                icon=Icon::Trash
                on_press=Callback::new(move |()| dialogs.remove.ask(target()))
            >
                {locale.remove()}
            </Button>
        </div>
        {move || error.get().map(|error| view! { <ErrorNote error on_retry=None/> })}
    }
}

async fn switch(seller: SellerId, is_active: bool) -> Result<(), AppError> {
    if is_active { api::pause(seller).await } else { api::resume(seller).await }
}

fn switched(name: &str, was_active: bool, locale: Locale) -> String {
    if was_active { locale.seller_is_paused(name) } else { locale.seller_goes_on(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn only_an_account_that_should_be_working_is_late() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        let last = now - Duration::minutes(5);
        assert_eq!(minutes_late(last, now, SellerState::Active), Some(5));
        assert_eq!(minutes_late(last, now, SellerState::Paused), None);
        assert_eq!(minutes_late(now - Duration::seconds(90), now, SellerState::Active), None);
    }
}
