//! The one place that asks what time it is. Rules take `now` as an argument.

use chrono::{DateTime, SubsecRound, Utc};

/// The present instant, in the database's precision (microseconds), so that what was stored equals what was said.
#[expect(clippy::disallowed_methods, reason = "this is the place the lint points to")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
