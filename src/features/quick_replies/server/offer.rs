//! What is offered in a chat.

use super::list;
use crate::context::Ask;
use crate::features::orders::server::read as orders;
use crate::features::orders::types::{OrderPanel, Posting, PostingStatus};
use crate::features::quick_replies::types::{Offer, Scope};
use crate::features::quick_replies::variables::{Facts, Variable};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chats, sellers};
use crate::shared::i18n::Locale;
use crate::shared::ids::{ChatId, SellerId};
use crate::shared::marketplace::Marketplace;
use chrono::Datelike;
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

/// The quick replies that apply to a chat, and what is known to fill them in.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn of_chat(ask: &Ask, chat: ChatId) -> Outcome<Offer> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let (seller, marketplace, name, shop): (SellerId, Marketplace, String, Option<String>) = chats::table
        .inner_join(
            sellers::table
                .on(sellers::workspace_id.eq(chats::workspace_id).and(sellers::id.eq(chats::seller_id))),
        )
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .select((sellers::id, sellers::marketplace, sellers::name, sellers::shop_name))
        .first(&mut conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)?;
    let rows = list::visible(&mut conn, workspace, ask.user.id).await?;
    drop(conn);
    let applies = |scope: Scope| match scope {
        Scope::Mine | Scope::All => true,
        Scope::Seller { seller: of } => of == seller,
        Scope::Marketplace { marketplace: of } => of == marketplace,
    };
    let mut replies = list::with_files(ask, rows).await?;
    replies.retain(|reply| applies(reply.scope));
    let facts = with_names(of_order(&orders::of_chat(ask, chat).await?), ask, shop, name);
    Ok(Offer { replies, facts })
}

/// What is known to fill in texts for a chat, without asking the marketplace for more: a text for many chats would be
/// as many questions.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn known_facts(ask: &Ask, chat: ChatId) -> Outcome<Facts> {
    let panel = orders::known(ask, chat).await?;
    let (name, shop): (String, Option<String>) = sellers::table
        .find((ask.workspace(), panel.seller))
        .select((sellers::name, sellers::shop_name))
        .first(&mut ask.conn().await?)
        .await?;
    Ok(with_names(of_order(&panel), ask, shop, name))
}

fn with_names(mut facts: Facts, ask: &Ask, shop: Option<String>, seller: String) -> Facts {
    facts.insert(Variable::Shop, shop.filter(|shop| !shop.is_empty()).unwrap_or(seller));
    if let Some(first_name) = ask.user.name.split_whitespace().next() {
        facts.insert(Variable::Operator, first_name.to_owned());
    }
    facts
}

/// What an order tells. Where it has several parcels or products, nobody knows which is meant.
fn of_order(panel: &OrderPanel) -> Facts {
    let mut facts = Facts::new();
    let mut know = |variable, fact: Option<String>| {
        if let Some(fact) = fact.filter(|fact| !fact.trim().is_empty()) {
            facts.insert(variable, fact);
        }
    };
    know(Variable::Order, panel.number.clone());
    if let [product] = panel.products.as_slice() {
        know(Variable::Product, Some(product.name.clone()));
    }
    if let [posting] = panel.postings.as_slice() {
        know(Variable::Posting, Some(posting.number.clone()));
        know(Variable::Tracking, posting.tracking_number.clone());
        know(Variable::Carrier, posting.carrier.clone());
        know(Variable::DeliverBy, deliver_by(posting));
    }
    facts
}

/// The day in the words of the buyer's language.
fn deliver_by(posting: &Posting) -> Option<String> {
    let is_coming = !matches!(posting.status, PostingStatus::Delivered | PostingStatus::Cancelled);
    let day = posting.deliver_until.filter(|_| is_coming)?;
    Some(format!("{} {}", day.day(), Locale::Ru.month_genitive(day.month())))
}
