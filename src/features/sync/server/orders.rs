//! Asking a marketplace for the order that a chat is about. What it does not let us see is said in the panel; the
//! account works without it.

use crate::connectors::{AccountProblem, Connector, ConnectorError, OrderRef};
use crate::context::App;
use crate::features::inbox::server::send_windows;
use crate::features::orders::server::read::skus;
use crate::features::orders::server::store::{self, Subject, Told};
use crate::features::orders::types::{OrderProblem, Posting, Product};
use crate::features::sellers::server::accounts;
use crate::features::sellers::types::SellerState;
use crate::features::sla::server::recompute as clocks;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::live;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, WorkspaceId};
use diesel_async::AsyncConnection;

/// Runs the job of one chat.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let chat: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    let app = &run.app;
    let mut conn = app.db.get().await?;
    let subject = store::subject(&mut conn, run.workspace, chat).await?;
    let seller =
        accounts::find(&mut conn, run.workspace, subject.seller).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    let answer = if seller.state == SellerState::Active {
        ask(seller.open(app)?.as_ref(), &subject).await
    } else {
        Answer {
            order: subject.number.as_ref().map(|_| Told::Nothing(OrderProblem::Account)),
            products: vec![],
        }
    };
    keep(app, run.workspace, &subject, &answer).await?;
    Ok(Verdict::Done)
}

/// What the marketplace has said.
struct Answer {
    /// `None` when nobody knows the order.
    order: Option<Told>,
    products: Vec<Product>,
}

async fn ask(connector: &dyn Connector, subject: &Subject) -> Answer {
    let order = match &subject.number {
        Some(number) => Some(ask_for_order(connector, number).await),
        None => None,
    };
    let postings: &[Posting] = match &order {
        Some(Told::Facts { postings, .. }) => postings,
        _ => &[],
    };
    let skus = skus(subject, postings);
    if skus.is_empty() {
        return Answer { order, products: Vec::new() };
    }
    let products = connector.products(&skus).await.unwrap_or_else(|error| {
        // The postings name their articles themselves; what is missing are the photos.
        tracing::debug!(chat = %subject.chat, %error, "products cannot be asked for");
        Vec::new()
    });
    Answer { order, products }
}

async fn ask_for_order(connector: &dyn Connector, number: &str) -> Told {
    let postings = match connector.postings(&order_ref(number)).await {
        Ok(postings) => postings,
        Err(error) => {
            tracing::debug!(%error, "an order cannot be asked for");
            return Told::Nothing(problem(&error));
        }
    };
    if postings.is_empty() {
        return Told::Facts { postings, returns: Some(Vec::new()), problem: None };
    }
    let numbers: Vec<String> = postings.iter().map(|posting| posting.number.clone()).collect();
    match connector.returns(&numbers).await {
        Ok(returns) => Told::Facts { postings, returns: Some(returns), problem: None },
        Err(error) => {
            tracing::debug!(%error, "the returns of an order cannot be asked for");
            Told::Facts { postings, returns: None, problem: Some(OrderProblem::Partial) }
        }
    }
}

/// A posting has one part more than its order.
fn order_ref(number: &str) -> OrderRef {
    if number.split('-').count() > 2 {
        OrderRef::Posting(number.to_owned())
    } else {
        OrderRef::Order(number.to_owned())
    }
}

fn problem(error: &ConnectorError) -> OrderProblem {
    match error {
        ConnectorError::Denied(_) | ConnectorError::Account(AccountProblem::MethodNotAllowed) => {
            OrderProblem::NoRights
        }
        ConnectorError::Account(_) => OrderProblem::Account,
        ConnectorError::RateLimited { .. }
        | ConnectorError::Resting { .. }
        | ConnectorError::Chat(_)
        | ConnectorError::Unreachable(_)
        | ConnectorError::Interrupted(_) => OrderProblem::Unreachable,
    }
}

/// Stores the answer, with what it changes about the time for sending.
async fn keep(app: &App, workspace: WorkspaceId, subject: &Subject, answer: &Answer) -> Outcome<()> {
    let now = now();
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        let mut about = vec![subject.chat];
        if let (Some(number), Some(told)) = (&subject.number, &answer.order) {
            about.extend(store::save_order(conn, workspace, subject.seller, number, told, now).await?);
        }
        store::save_products(conn, workspace, subject.seller, &answer.products, now).await?;
        send_windows::recompute(conn, workspace, &about).await?;
        clocks::recompute(conn, workspace, &about, now).await?;
        let changes: Vec<Change> = about.into_iter().map(|chat| Change::Order { chat }).collect();
        live::append(conn, workspace, &changes).await
    })
    .await
}
