//! What keeps a seller from working, as every page has to know it.

use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use serde::{Deserialize, Serialize};

text_enum!(
    /// What kept the last synchronisation from working.
    SyncProblem {
        WrongCredentials = "wrong_credentials",
        KeyDeactivated = "key_deactivated",
        MethodNotAllowed = "method_not_allowed",
        AddressNotAllowed = "address_not_allowed",
        SubscriptionTooLow = "subscription_too_low",
        OfferNotSigned = "offer_not_signed",
        AccountRefused = "account_refused",
        Unreachable = "unreachable",
        /// So many calls in a row failed that the account has a rest.
        Resting = "resting",
        Interrupted = "interrupted",
        RateLimited = "rate_limited",
        /// A fault of ours; the log has the cause.
        Internal = "internal",
    }
);

impl SyncProblem {
    /// Whether it passes without anybody's help, when the marketplace answers again.
    pub fn passes_by_itself(self) -> bool {
        matches!(self, SyncProblem::Unreachable | SyncProblem::Resting | SyncProblem::Interrupted)
    }
}

/// A seller that we have stopped because its account needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedSeller {
    pub id: SellerId,
    pub marketplace: Marketplace,
    pub name: String,
    pub problem: SyncProblem,
}

/// All sellers of a workspace that we have stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedSellers {
    pub sellers: Vec<StoppedSeller>,
    /// Names of people who can mend it, for those who cannot.
    pub keepers: Vec<String>,
}
