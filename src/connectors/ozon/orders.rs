//! Postings of orders.

use super::client::Method;
use super::convert::orders::{Family, Told, posting};
use super::wire::orders::{
    PostingAnswer, PostingFilter, PostingList, PostingListRequest, PostingRequest, With,
};
use super::{Ozon, convert};
use crate::connectors::{ChatProblem, ConnectorError, OrderRef};
use crate::features::orders::types::Posting;
use chrono::{DateTime, TimeDelta, Utc};

/// Postings in a page; Ozon's maximum.
const POSTINGS_PER_PAGE: usize = 100;
/// An order has a handful of postings; a list that goes on for longer goes round in circles.
const MOST_PAGES: usize = 5;
/// How far back orders are looked for. Ozon refuses periods of more than a year.
const PERIOD: TimeDelta = TimeDelta::days(364);
/// Clocks differ, and an order may be seconds old.
const CLOCK_MARGIN: TimeDelta = TimeDelta::hours(1);

impl Ozon {
    pub(super) async fn read_postings(
        &self,
        of: &OrderRef,
        now: DateTime<Utc>,
    ) -> Result<Vec<Posting>, ConnectorError> {
        let mut postings = match of {
            OrderRef::Order(number) => self.postings_of_order(number, now).await?,
            OrderRef::Posting(number) => self.one_posting(number).await?,
        };
        // Ozon promises no order; a person counts parcels from the first.
        postings.sort_by(|a, b| (a.number.len(), &a.number).cmp(&(b.number.len(), &b.number)));
        Ok(postings)
    }

    /// Nobody says which family an order is of. A key may have the right to one of them only: what it shows counts,
    /// and when it shows nothing, the missing right may be why.
    async fn postings_of_order(
        &self,
        number: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Posting>, ConnectorError> {
        let fbs = self.listed(Family::Fbs, number, now).await;
        let fbo = match &fbs {
            Err(error) if !concerns_the_question(error) => return Err(error.clone()),
            _ => self.listed(Family::Fbo, number, now).await,
        };
        match (fbs, fbo) {
            (Ok(mut all), Ok(rest)) => {
                all.extend(rest);
                Ok(all)
            }
            (Ok(found), Err(error)) | (Err(error), Ok(found)) => {
                if found.is_empty() || !concerns_the_question(&error) { Err(error) } else { Ok(found) }
            }
            (Err(error), Err(_)) => Err(error),
        }
    }

    async fn listed(
        &self,
        family: Family,
        order: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Posting>, ConnectorError> {
        let mut postings = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = PostingListRequest {
                filter: PostingFilter { since: now - PERIOD, to: now + CLOCK_MARGIN, order_numbers: [order] },
                limit: POSTINGS_PER_PAGE,
                cursor: cursor.as_deref(),
                with: With { analytics_data: true },
            };
            let page: PostingList = self.client.call(list_method(family), &request).await?;
            let told = convert::each("postings", page.postings, |value| posting(family, value));
            for told in told.into_iter().filter(|told| told.posting.order_number == order) {
                postings.push(self.completed(family, told).await?);
            }
            match page.cursor.filter(|next| page.has_next == Some(true) && Some(next) != cursor.as_ref()) {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        Ok(postings)
    }

    /// Lists tell less than the postings' own methods: not when a posting was delivered, for one.
    async fn completed(&self, family: Family, told: Told) -> Result<Posting, ConnectorError> {
        if told.is_complete {
            return Ok(told.posting);
        }
        match self.got(family, &told.posting.number).await {
            Ok(more) => Ok(more.unwrap_or(told.posting)),
            Err(error) if concerns_the_question(&error) => Ok(told.posting),
            Err(error) => Err(error),
        }
    }

    async fn one_posting(&self, number: &str) -> Result<Vec<Posting>, ConnectorError> {
        let refusal = match self.got(Family::Fbs, number).await {
            Ok(Some(posting)) => return Ok(vec![posting]),
            Ok(None) => None,
            Err(error) if concerns_the_question(&error) => Some(error),
            Err(error) => return Err(error),
        };
        match (self.got(Family::Fbo, number).await?, refusal) {
            (Some(posting), _) => Ok(vec![posting]),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// A posting by its number; `None` when the family does not know it.
    async fn got(&self, family: Family, number: &str) -> Result<Option<Posting>, ConnectorError> {
        let request = PostingRequest { posting_number: number, with: With { analytics_data: true } };
        match self.client.call::<PostingAnswer>(get_method(family), &request).await {
            Ok(answer) => Ok(posting(family, answer.result).map(|told| told.posting)),
            Err(ConnectorError::Chat(ChatProblem::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn list_method(family: Family) -> Method {
    match family {
        Family::Fbs => Method::FbsList,
        Family::Fbo => Method::FboList,
    }
}

fn get_method(family: Family) -> Method {
    match family {
        Family::Fbs => Method::FbsGet,
        Family::Fbo => Method::FboGet,
    }
}

/// Whether an error is about what was asked, so that another question may well be answered.
fn concerns_the_question(error: &ConnectorError) -> bool {
    matches!(error, ConnectorError::Chat(_) | ConnectorError::Denied(_))
}
