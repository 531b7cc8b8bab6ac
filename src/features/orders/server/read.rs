//! What is known of the order of a chat: shown at once, and asked for anew when it is old.

use super::store::{self, StoredOrder, StoredProduct, Subject};
use crate::context::Ask;
use crate::features::orders::types::{OrderPanel, Posting, Return, ShownProduct};
use crate::features::sellers::types::SellerState;
use crate::platform::fault::Outcome;
use crate::platform::schema::{chats, users};
use crate::shared::ids::{ChatId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The order of a chat as the panel shows it.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn of_chat(ask: &Ask, chat: ChatId) -> Outcome<OrderPanel> {
    panel(ask, chat, WhenOld::Fetch).await
}

/// The same as it is known, however old that is.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn known(ask: &Ask, chat: ChatId) -> Outcome<OrderPanel> {
    panel(ask, chat, WhenOld::Leave).await
}

/// What to do about facts that are old.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhenOld {
    Fetch,
    Leave,
}

async fn panel(ask: &Ask, chat: ChatId, when_old: WhenOld) -> Outcome<OrderPanel> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let subject = store::subject(&mut conn, workspace, chat).await?;
    let order = match &subject.number {
        Some(number) => store::order(&mut conn, workspace, subject.seller, number).await?,
        None => None,
    };
    let postings: Vec<Posting> = order.as_ref().map(|order| parsed(&order.postings)).unwrap_or_default();
    let skus = skus(&subject, &postings);
    let products = store::products(&mut conn, workspace, subject.seller, &skus).await?;
    let is_fetching = when_old == WhenOld::Fetch
        && subject.state == SellerState::Active
        && is_wanted(&subject, order.as_ref(), &products, ask.now);
    if is_fetching {
        store::enqueue_fetch(&mut conn, workspace, chat, subject.seller, ask.now).await?;
    }
    let attached_by = attached_by(&mut conn, workspace, chat).await?;
    let of_product = products.iter().map(|product| product.fetched_at).min();
    Ok(OrderPanel {
        chat,
        seller: subject.seller,
        marketplace: subject.marketplace,
        returns: order.as_ref().map(|order| parsed::<Return>(&order.returns)).unwrap_or_default(),
        fetched_at: match (&subject.number, &order) {
            (Some(_), order) => order.as_ref().and_then(|order| order.fetched_at),
            (None, _) => of_product,
        },
        problem: order.as_ref().and_then(|order| order.problem),
        number: subject.number,
        attached_by,
        postings,
        products: products.into_iter().map(ShownProduct::from).collect(),
        is_fetching,
    })
}

/// What the database holds as JSON was written by us; what an older version wrote differently is asked for anew.
fn parsed<T: serde::de::DeserializeOwned>(list: &serde_json::Value) -> Vec<T> {
    serde_json::from_value(list.clone()).unwrap_or_else(|error| {
        tracing::warn!(%error, "facts of an order that were kept cannot be read");
        Vec::new()
    })
}

/// The products that belong to a chat: the one it is about and those of the postings.
pub fn skus(subject: &Subject, postings: &[Posting]) -> Vec<String> {
    let of_postings = postings.iter().flat_map(|posting| &posting.items).map(|item| item.sku.clone());
    let mut skus: Vec<String> = subject.sku.clone().into_iter().chain(of_postings).collect();
    skus.retain(|sku| !sku.is_empty());
    skus.sort_unstable();
    skus.dedup();
    skus
}

/// Whether the marketplace has to be asked.
fn is_wanted(
    subject: &Subject,
    order: Option<&StoredOrder>,
    products: &[StoredProduct],
    now: DateTime<Utc>,
) -> bool {
    match (&subject.number, &subject.sku) {
        (Some(_), _) => order.is_none_or(|order| order.is_old(now)),
        (None, Some(_)) => products.iter().all(|product| store::is_old_product(product.fetched_at, now)),
        (None, None) => false,
    }
}

async fn attached_by(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
) -> Outcome<Option<String>> {
    Ok(chats::table
        .inner_join(
            users::table.on(users::workspace_id
                .eq(chats::workspace_id)
                .and(users::id.nullable().eq(chats::order_attached_by))),
        )
        .filter(chats::workspace_id.eq(workspace))
        .filter(chats::id.eq(chat))
        .select(users::name)
        .first(conn)
        .await
        .optional()?)
}

impl From<StoredProduct> for ShownProduct {
    fn from(product: StoredProduct) -> Self {
        ShownProduct {
            price: product.price(),
            has_photo: product.photo_url.is_some(),
            sku: product.sku,
            offer_id: product.offer_id,
            name: product.name,
            is_archived: product.is_archived,
        }
    }
}
