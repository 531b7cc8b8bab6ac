//! What the marketplace has told of orders and products, kept with its age.

use crate::features::orders::types::{OrderProblem, Posting, Price, Product, Return};
use crate::features::sellers::types::SellerState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob};
use crate::platform::schema::{chats, orders, products, sellers};
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::upsert::excluded;
use diesel::{BoolExpressionMethods, ExpressionMethods, HasQuery, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The job that asks a marketplace for the order of a chat; run by the `sync` feature.
pub const FETCH_JOB: &str = "orders.fetch";

/// What has been told is not asked for again by itself before this age.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(15);
/// A marketplace that could not be asked is tried again after this.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What a chat is about, and whose it is.
#[derive(diesel::Queryable, Clone, Debug)]
pub struct Subject {
    pub chat: ChatId,
    pub seller: SellerId,
    pub marketplace: Marketplace,
    pub state: SellerState,
    pub number: Option<String>,
    pub sku: Option<String>,
}

/// Finds out what a chat is about.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn subject(conn: &mut AsyncPgConnection, workspace: WorkspaceId, chat: ChatId) -> Outcome<Subject> {
    chats::table
        .inner_join(
            sellers::table
                .on(sellers::workspace_id.eq(chats::workspace_id).and(sellers::id.eq(chats::seller_id))),
        )
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .select((
            chats::id,
            sellers::id,
            sellers::marketplace,
            sellers::state,
            chats::order_number,
            chats::sku,
        ))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// An order as it is kept.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = orders)]
pub struct StoredOrder {
    pub tried_at: DateTime<Utc>,
    pub fetched_at: Option<DateTime<Utc>>,
    pub postings: serde_json::Value,
    pub returns: serde_json::Value,
    pub problem: Option<OrderProblem>,
}

impl StoredOrder {
    /// Whether it should be asked for again without anybody wanting it.
    pub fn is_old(&self, now: DateTime<Utc>) -> bool {
        let is_temporary = self.problem == Some(OrderProblem::Unreachable);
        now - self.tried_at >= if is_temporary { TRY_AGAIN_AFTER } else { FRESH_FOR }
    }
}

/// Whether a product that was told at `fetched_at` should be asked for again without anybody wanting it.
pub fn is_old_product(fetched_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - fetched_at >= FRESH_FOR
}

/// Reads an order; `None` when the marketplace has not been asked for it.
///
/// # Errors
/// When the database refuses.
pub async fn order(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    number: &str,
) -> Outcome<Option<StoredOrder>> {
    Ok(StoredOrder::query()
        .filter(orders::workspace_id.eq(workspace))
        .filter(orders::seller_id.eq(seller))
        .filter(orders::order_number.eq(number))
        .first(conn)
        .await
        .optional()?)
}

/// A product as it is kept.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = products)]
pub struct StoredProduct {
    pub sku: String,
    pub name: String,
    pub offer_id: String,
    pub price: Option<String>,
    pub currency: Option<String>,
    pub photo_url: Option<String>,
    pub is_archived: bool,
    pub fetched_at: DateTime<Utc>,
}

impl StoredProduct {
    /// Its price.
    pub fn price(&self) -> Option<Price> {
        let (amount, currency) = self.price.clone().zip(self.currency.clone())?;
        Some(Price { amount, currency })
    }
}

/// Reads products by SKU; those that nobody has told of are left out.
///
/// # Errors
/// When the database refuses.
pub async fn products(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    skus: &[String],
) -> Outcome<Vec<StoredProduct>> {
    Ok(StoredProduct::query()
        .filter(products::workspace_id.eq(workspace))
        .filter(products::seller_id.eq(seller))
        .filter(products::sku.eq_any(skus))
        .load(conn)
        .await?)
}

/// What came of asking for an order.
#[derive(Clone, Debug)]
pub enum Told {
    /// The marketplace has answered. `returns` are missing when those could not be asked for: the old ones stay.
    Facts { postings: Vec<Posting>, returns: Option<Vec<Return>>, problem: Option<OrderProblem> },
    /// It has not; what it told before stays.
    Nothing(OrderProblem),
}

/// Keeps what came of asking for an order. Returns the chats that are about it.
///
/// # Errors
/// When the database refuses.
pub async fn save_order(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    number: &str,
    told: &Told,
    now: DateTime<Utc>,
) -> Outcome<Vec<ChatId>> {
    let problem = match told {
        Told::Facts { problem, .. } => *problem,
        Told::Nothing(problem) => Some(*problem),
    };
    diesel::insert_into(orders::table)
        .values((
            orders::workspace_id.eq(workspace),
            orders::seller_id.eq(seller),
            orders::order_number.eq(number),
            orders::tried_at.eq(now),
            orders::problem.eq(problem),
        ))
        .on_conflict((orders::workspace_id, orders::seller_id, orders::order_number))
        .do_update()
        .set((orders::tried_at.eq(now), orders::problem.eq(problem)))
        .execute(conn)
        .await?;
    if let Told::Facts { postings, returns, .. } = told {
        let this = orders::table.find((workspace, seller, number));
        diesel::update(this)
            .set((orders::fetched_at.eq(Some(now)), orders::postings.eq(serde_json::to_value(postings)?)))
            .execute(conn)
            .await?;
        if let Some(returns) = returns {
            diesel::update(this)
                .set(orders::returns.eq(serde_json::to_value(returns)?))
                .execute(conn)
                .await?;
        }
    }
    Ok(chats::table
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::seller_id.eq(seller))
        .filter(chats::order_number.eq(number))
        .select(chats::id)
        .load(conn)
        .await?)
}

/// Keeps products as they were told.
///
/// # Errors
/// When the database refuses.
pub async fn save_products(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    told: &[Product],
    now: DateTime<Utc>,
) -> Outcome<()> {
    // One statement must not meet the same key twice.
    let mut seen = std::collections::HashSet::new();
    let rows: Vec<_> = told
        .iter()
        .filter(|product| !product.sku.is_empty() && seen.insert(product.sku.as_str()))
        .map(|product| {
            (
                products::workspace_id.eq(workspace),
                products::seller_id.eq(seller),
                products::sku.eq(&product.sku),
                products::name.eq(&product.name),
                products::offer_id.eq(&product.offer_id),
                products::price.eq(product.price.as_ref().map(|price| &price.amount)),
                products::currency.eq(product.price.as_ref().map(|price| &price.currency)),
                products::photo_url.eq(&product.photo_url),
                products::is_archived.eq(product.is_archived),
                products::fetched_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(products::table)
        .values(rows)
        .on_conflict((products::workspace_id, products::seller_id, products::sku))
        .do_update()
        .set((
            products::name.eq(excluded(products::name)),
            products::offer_id.eq(excluded(products::offer_id)),
            products::price.eq(excluded(products::price)),
            products::currency.eq(excluded(products::currency)),
            products::photo_url.eq(excluded(products::photo_url)),
            products::is_archived.eq(excluded(products::is_archived)),
            products::fetched_at.eq(excluded(products::fetched_at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Has the marketplace asked for what a chat is about. A person waits for it, so it goes with the prompt work.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_fetch(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    seller: SellerId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_chat(workspace, seller, chat, FETCH_JOB, now)).await
}
