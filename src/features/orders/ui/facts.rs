//! What is known of an order, as lists of names and values.

use super::aside::Known;
use super::words;
use crate::features::orders::api;
use crate::features::orders::types::{Item, OrderPanel, Posting, PostingStatus, Price, Return, ShownProduct};
use crate::shared::i18n::Locale;
use crate::shared::ids::SellerId;
use crate::shared::time::Zone;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::{use_locale, use_now, use_viewer, use_zone};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::use_toasts;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// Everything about the order of a chat; nothing where nothing is known.
#[component]
pub fn Facts(facts: OrderPanel, known: Known, may_answer: bool) -> impl IntoView {
    let locale = use_locale();
    let (marketplace, seller) = (facts.marketplace, facts.seller);
    let number = facts.number.clone().map(|number| {
        let attached_by = facts.attached_by.clone();
        view! { <Number number attached_by known may_answer/> }
    });
    let problem = facts.problem.map(|problem| {
        view! {
            <p class="order-problem" data-testid="order-problem">
                <Glyph icon=Icon::Info/>
                <span>{words::problem(locale, problem, marketplace)}</span>
            </p>
        }
    });
    let is_empty = facts.number.is_some() && facts.postings.is_empty() && facts.problem.is_none();
    let nothing =
        is_empty.then(|| view! { <p class="order-empty">{locale.order_not_found(marketplace)}</p> });
    // Without an order there may still be the product that the marketplace named.
    let of_chat = facts.postings.is_empty().then(|| {
        facts
            .products
            .iter()
            .map(|product| view! { <Product product=product.clone() seller/> })
            .collect_view()
    });
    let facts = Arc::new(facts);
    let postings = facts
        .postings
        .iter()
        .map(|posting| view! { <PostingFacts posting=posting.clone() facts=facts.clone()/> })
        .collect_view();
    let returns = (!facts.returns.is_empty()).then(|| view! { <Returns returns=facts.returns.clone()/> });
    view! { {number} {problem} {nothing} {of_chat} {postings} {returns} }
}

/// A text to copy.
#[component]
fn Copy(text: String, label: String) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let press = Callback::new(move |()| {
        let is_copied = browser::copy(&text);
        toasts.say(if is_copied { locale.copied() } else { locale.not_copied() }.to_owned());
    });
    view! { <IconButton icon=Icon::Copy label on_press=press/> }
}

/// The number of the order, and who told it.
#[component]
fn Number(number: String, attached_by: Option<String>, known: Known, may_answer: bool) -> impl IntoView {
    let locale = use_locale();
    let by_hand = attached_by.map(|name| view! { <ByHand name known may_answer/> });
    view! {
        <div class="order-number">
            <span class="order-mono" data-testid="order-number">{number.clone()}</span>
            <Copy text=number label=locale.copy_order_number().to_owned()/>
        </div>
        {by_hand}
    }
}

/// Who has typed the number, and the way to take it away.
#[component]
fn ByHand(name: String, known: Known, may_answer: bool) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let chat = known.chat();
    let detach = Callback::new(move |()| {
        let known = known.clone();
        spawn_local(async move {
            if let Err(error) = api::attach(chat, String::new()).await {
                toasts.say(error.sentence(locale));
            }
            known.load();
        });
    });
    let button = may_answer
        .then(|| view! { <Button kind=ButtonKind::Quiet on_press=detach>{locale.order_detach()}</Button> });
    view! {
        <p class="order-by-hand">
            <span>{locale.order_attached_by(&name)}</span>
            {button}
        </p>
    }
}

/// Names and values that are there; those that are not take no room.
struct Lines {
    locale: Locale,
    now: DateTime<Utc>,
    zone: Zone,
    lines: Vec<(&'static str, String)>,
}

impl Lines {
    fn add(&mut self, name: &'static str, value: Option<String>) {
        self.lines.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    }

    fn add_time(&mut self, name: &'static str, at: Option<DateTime<Utc>>) {
        let value = at.map(|at| self.locale.at_day(at, self.now, self.zone));
        self.add(name, value);
    }

    fn of_posting(&mut self, posting: &Posting) {
        let locale = self.locale;
        self.add(locale.posting_scheme(), Some(words::scheme(locale, posting.scheme).to_owned()));
        self.add_time(locale.posting_created(), posting.created_at);
        let is_underway = posting.delivered_at.is_none() && posting.status != PostingStatus::Cancelled;
        if is_underway {
            self.add_time(locale.posting_ship_by(), posting.ship_by);
            self.add_time(locale.posting_expected(), posting.deliver_until.or(posting.deliver_from));
        }
        self.add_time(locale.posting_delivered_at(), posting.delivered_at);
        self.add(locale.posting_carrier(), posting.carrier.clone());
        self.add(locale.posting_city(), posting.city.clone());
        self.add(locale.posting_cancel_reason(), posting.cancel_reason.clone());
    }
}

/// A parcel: where it is, its dates, what is in it.
#[component]
fn PostingFacts(posting: Posting, facts: Arc<OrderPanel>) -> impl IntoView {
    let locale = use_locale();
    let mut lines = Lines { locale, now: use_now().get_untracked(), zone: use_zone(), lines: Vec::new() };
    lines.of_posting(&posting);
    let lines = lines
        .lines
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    let tracking = posting.tracking_number.clone().filter(|number| !number.is_empty()).map(|number| {
        view! {
            <div>
                <dt>{locale.posting_tracking()}</dt>
                <dd class="order-number">
                    <span class="order-mono">{number.clone()}</span>
                    <Copy text=number label=locale.copy_tracking().to_owned()/>
                </dd>
            </div>
        }
    });
    let items = posting
        .items
        .iter()
        .map(|item| {
            let product = facts.product(&item.sku).cloned();
            view! { <ItemFacts item=item.clone() product seller=facts.seller/> }
        })
        .collect_view();
    view! {
        <section class="posting" data-testid="posting" data-status=posting.status.as_str()>
            <h4 class="posting-title">
                <span class="posting-number">{locale.posting_called(&posting.number)}</span>
                <span class="badge posting-status">{words::status(locale, &posting)}</span>
            </h4>
            <dl class="order-facts">{lines} {tracking}</dl>
            <ul class="order-items">{items}</ul>
        </section>
    }
}

/// An article of a posting.
#[component]
fn ItemFacts(item: Item, product: Option<ShownProduct>, seller: SellerId) -> impl IntoView {
    let locale = use_locale();
    let has_photo = product.is_some_and(|product| product.has_photo);
    let count = locale.pieces(item.quantity);
    view! {
        <li class="order-item" data-testid="order-item">
            <Photo sku=item.sku.clone() has_photo seller/>
            <div class="order-item-words">
                <p class="order-item-name">{item.name}</p>
                <p class="order-item-codes">{locale.sku_and_article(&item.sku, &item.offer_id)}</p>
                <p>{count} {item.price.map(|price| view! { <Amount price/> })}</p>
            </div>
        </li>
    }
}

/// The product that a chat without an order is about.
#[component]
fn Product(product: ShownProduct, seller: SellerId) -> impl IntoView {
    let locale = use_locale();
    let archived = product.is_archived.then(|| view! { <p class="order-item-codes">{locale.archived()}</p> });
    view! {
        <ul class="order-items">
            <li class="order-item" data-testid="order-item">
                <Photo sku=product.sku.clone() has_photo=product.has_photo seller/>
                <div class="order-item-words">
                    <p class="order-item-name">{product.name}</p>
                    <p class="order-item-codes">{locale.sku_and_article(&product.sku, &product.offer_id)}</p>
                    <p>{product.price.map(|price| view! { <Amount price/> })}</p>
                    {archived}
                </div>
            </li>
        </ul>
    }
}

/// A price, or whatever the marketplace wrote in its place.
#[component]
fn Amount(price: Price) -> impl IntoView {
    let locale = use_locale();
    view! { <span class="order-price">{locale.money(&price.amount, &price.currency)}</span> }
}

/// A box of known size, with the photo where there is one.
#[component]
fn Photo(sku: String, has_photo: bool, seller: SellerId) -> impl IntoView {
    let photo = has_photo.then(|| {
        // SKUs are numbers; anything else cannot lead out of the path.
        let sku: String = sku.chars().filter(char::is_ascii_alphanumeric).collect();
        let address = format!("/photos/{seller}/{sku}");
        view! { <img class="order-photo-image" src=address alt="" width="56" height="56" loading="lazy"/> }
    });
    view! { <div class="order-photo"><Glyph icon=Icon::Image/> {photo}</div> }
}

/// Returns and cancellations.
#[component]
fn Returns(returns: Vec<Return>) -> impl IntoView {
    let locale = use_locale();
    let (now, zone) = (use_now().get_untracked(), use_viewer().map(|viewer| viewer.zone));
    let rows = returns
        .into_iter()
        .map(|it| {
            let kind = if it.is_cancellation { locale.cancellation() } else { locale.return_word() };
            let changed = it.changed_at.zip(zone).map(|(at, zone)| locale.at_day(at, now, zone));
            view! {
                <li class="order-return" data-testid="order-return">
                    <p class="order-item-name">{it.name}</p>
                    <p>{format!("{kind} · {} · {}", locale.pieces(it.quantity), it.status)}</p>
                    {it.reason.map(|reason| view! { <p class="order-item-codes">{reason}</p> })}
                    {changed.map(|changed| view! { <p class="order-item-codes">{changed}</p> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="posting">
            <h4 class="posting-title">{locale.returns()}</h4>
            <ul class="order-items">{rows}</ul>
        </section>
    }
}
