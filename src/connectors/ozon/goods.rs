//! Products and returns.

use super::client::Method;
use super::wire::goods::{Products, ProductsRequest, Returns, ReturnsFilter, ReturnsRequest};
use super::{Ozon, convert};
use crate::connectors::ConnectorError;
use crate::features::orders::types::{Product, Return};

/// Products in a call; Ozon's maximum.
const PRODUCTS_PER_CALL: usize = 1000;
/// Postings whose returns are asked for in a call; Ozon's maximum.
const POSTINGS_PER_CALL: usize = 50;
/// Returns in a page; Ozon's maximum.
const RETURNS_PER_PAGE: usize = 500;
/// Fifty postings do not have that many returns; a list that goes on for longer goes round in circles.
const MOST_PAGES: usize = 5;

impl Ozon {
    pub(super) async fn read_products(&self, skus: &[String]) -> Result<Vec<Product>, ConnectorError> {
        // A single word that is no number would have the whole call refused.
        let is_number = |sku: &&str| sku.parse::<u64>().is_ok();
        let mut skus: Vec<&str> = skus.iter().map(String::as_str).filter(is_number).collect();
        skus.sort_unstable();
        skus.dedup();
        let mut products = Vec::with_capacity(skus.len());
        for skus in skus.chunks(PRODUCTS_PER_CALL) {
            let answer: Products = self.client.call(Method::Products, &ProductsRequest { sku: skus }).await?;
            products.extend(convert::goods::products(answer.items, skus));
        }
        Ok(products)
    }

    pub(super) async fn read_returns(&self, postings: &[String]) -> Result<Vec<Return>, ConnectorError> {
        let postings: Vec<&str> = postings.iter().map(String::as_str).collect();
        let mut returns = Vec::new();
        for postings in postings.chunks(POSTINGS_PER_CALL) {
            returns.extend(self.returns_of(postings).await?);
        }
        Ok(returns)
    }

    async fn returns_of(&self, postings: &[&str]) -> Result<Vec<Return>, ConnectorError> {
        let mut returns = Vec::new();
        let mut last: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = ReturnsRequest {
                filter: ReturnsFilter { posting_numbers: postings },
                limit: RETURNS_PER_PAGE,
                last_id: last.as_deref().map(Into::into),
            };
            let page: Returns = self.client.call(Method::Returns, &request).await?;
            let next = page.returns.last().and_then(convert::goods::return_id);
            let told = convert::each("returns", page.returns, convert::goods::returned);
            returns.extend(told.into_iter().filter(|one| postings.contains(&one.posting_number.as_str())));
            if page.has_next != Some(true) || next.is_none() || next == last {
                break;
            }
            last = next;
        }
        Ok(returns)
    }
}
