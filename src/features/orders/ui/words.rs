//! Which word belongs to which value of an order. The words themselves are in `shared::i18n`.

use crate::features::orders::types::{OrderProblem, Posting, PostingStatus, Scheme};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;

/// Where a posting is. A word that we do not know is shown as the marketplace spells it.
pub fn status(locale: Locale, posting: &Posting) -> String {
    match posting.status {
        PostingStatus::Packing => locale.posting_packing().to_owned(),
        PostingStatus::AwaitingShipment => locale.posting_awaiting_shipment().to_owned(),
        PostingStatus::Delivering => locale.posting_delivering().to_owned(),
        PostingStatus::AtPickup => locale.posting_at_pickup().to_owned(),
        PostingStatus::Delivered => locale.posting_delivered().to_owned(),
        PostingStatus::Cancelled => locale.posting_cancelled().to_owned(),
        PostingStatus::Arbitration => locale.posting_arbitration().to_owned(),
        PostingStatus::NotAccepted => locale.posting_not_accepted().to_owned(),
        PostingStatus::Other => posting.status_word.clone(),
    }
}

/// Who stores and carries the goods.
pub fn scheme(locale: Locale, scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Fbo => locale.scheme_fbo(),
        Scheme::Fbs => locale.scheme_fbs(),
        Scheme::Rfbs => locale.scheme_rfbs(),
    }
}

/// What the last look at an order lacked, and what to do.
pub fn problem(locale: Locale, problem: OrderProblem, marketplace: Marketplace) -> String {
    match problem {
        OrderProblem::NoRights => locale.order_no_rights(marketplace),
        OrderProblem::Partial => locale.order_partial(marketplace),
        OrderProblem::Account => locale.order_account(marketplace),
        OrderProblem::Unreachable => locale.order_unreachable(marketplace),
    }
}
